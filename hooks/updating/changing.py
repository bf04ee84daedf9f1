"""A change of mind: the answers that name the package, or its place, are others than before."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import yaml

from updating.moving import TakenError, carry_out, plan
from updating.names import Change, Names
from updating.references import Mended, members, mend
from updating.repository import GitError, git


def change_of(project: Path, answers_file: str) -> Change | None:
    """Compare the answers of the newest commit with those of now.

    Args:
        project: The project's folder.
        answers_file: The file of the answers, from there.

    Returns:
        What the package was called and is called now; None if that is the same, or not known.

    """
    try:
        committed = git(project, "show", f"HEAD:./{answers_file}")
        before = Names.of(yaml.safe_load(committed))
        now = Names.of(yaml.safe_load((project / answers_file).read_text(encoding="utf-8")))
    except (GitError, OSError, KeyError, TypeError, yaml.YAMLError):
        return None  # adopted, or edited by hand: there is nothing to compare
    return Change(before, now) if before != now else None


def change_of_mind(
    project: Path, answers_file: str, settle: Callable[[Callable[[str], str]], object]
) -> Mended:
    """Move the package, settle conflicts under its new names, and rewrite what names it.

    Args:
        project: The project's folder.
        answers_file: The file of the answers, from there.
        settle: What settles conflicts; it is given what translates a text into the new names.

    Returns:
        What was rewritten, with the places to look at; a sentence where nothing could be moved.

    Raises:
        GitError: If git fails.

    """
    change = change_of(project, answers_file)
    if change is None:
        settle(str)
        return Mended()
    try:
        moves = plan(project, change.before, change.now)
    except TakenError as taken:
        settle(str)
        return Mended(notice=f"The package was not moved: {taken}")
    carry_out(project, moves)
    change = replace(change, members=members(project / change.now.package_dir))
    settle(change.text)
    return mend(project, change, answers_file)
