"""The report on the update by which a repository joins: what arrived, and what stays its own."""

import sys
from collections.abc import Iterator
from pathlib import Path

from treewright import again
from treewright.rows import escaped, row
from treewright.updating.answers import Update, listed
from treewright.updating.joined import SETTINGS
from treewright.updating.lacking import lacking
from treewright.updating.report import Outcome, facts_of_changes, facts_of_owner
from treewright.updating.repository import GitError

_READS_TOML = sys.version_info >= (3, 11)


def done(outcome: Outcome) -> str:
    """Tell what joining did."""
    _, now = outcome.update.versions
    lines = [f"Joined Treewright {now}"]
    for name, value in _facts(outcome):
        lines += row(name, value)
    return escaped("\n".join(lines))


def following(outcome: Outcome) -> str:
    """Say how to go on."""
    changed = any(file.path == SETTINGS for file in outcome.brought.files)
    locks = changed and (outcome.update.project / "uv.lock").is_file()
    return f"Next: {'`uv lock`; ' * locks}look at `git diff HEAD` and `git status`, and commit."


def _facts(outcome: Outcome) -> Iterator[tuple[str, str]]:
    update = outcome.update
    new = _new(update)
    yield "arrived", f"{len(new)} file{'' if len(new) == 1 else 's'}: {', '.join(new)}"
    yield from facts_of_changes(outcome)
    if own := listed(update.now, "own_files"):
        yield "yours", f"{len(own)}: {', '.join(own)}"
    yield from facts_of_owner(outcome)
    yield from _left_out(update)
    if lacks := lacking(update):
        yield "lacking", f"{', '.join(lacks)}: yours to write, as an update never does"


def _new(update: Update) -> list[str]:
    """Give the files that arrived."""
    return sorted(update.repository.files("--others", "--exclude-standard"))


def _left_out(update: Update) -> Iterator[tuple[str, str]]:
    """Name the kinds of tools that are the repository's, each with what shows it."""
    kinds = listed(update.now, "own_kinds")
    marks = _marks(update.project)
    if theirs := [f"{kind} ({marks[kind]})" for kind in kinds if kind in marks]:
        yield "left out", f"your own: {', '.join(theirs)}"
    if others := [kind for kind in kinds if kind not in marks]:
        yield "left out", f"not asked for: {', '.join(others)}"
    by = again.treewright() if again.is_own(update.now.get("_src_path")) else None
    if by and others:
        yield "", f"to have one later: `{by} adopt --add {others[0]}`"
    if by and listed(update.now, "own_files"):
        yield "", f"to have the template's file: `{by} adopt --take PATH`"


def _marks(project: Path) -> dict[str, str]:
    """Give what shows that a repository has a kind of tool."""
    if not _READS_TOML:
        return {}
    from treewright.adopting import kinds  # noqa: PLC0415  # it needs tomllib
    from treewright.adopting.reading import Committed  # noqa: PLC0415  # as above

    try:
        return kinds.marks(Committed(project))
    except (GitError, OSError):
        return {}
