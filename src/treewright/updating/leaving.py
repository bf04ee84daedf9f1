"""What a kind of tools leaves behind when it becomes the owner's: seeds, and empty folders.

Copier deletes the managed files. A seed is the owner's from the start; but where it is, to the
byte, what the template wrote when it came, nobody has made anything of it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import yaml

from treewright.updating.answers import Answers, Update, listed
from treewright.updating.rendering import render
from treewright.updating.seeds import Seeds

_KINDS = "own_kinds"
_README = "README.md"  # beside one that was there, the home page is another


def clear(update: Update, answers_file: str, seeds: Seeds | None) -> list[str]:
    """Delete what kinds of tools that the template brought until now have left behind.

    Args:
        update: The update.
        answers_file: The answers file.
        seeds: What the answers mean for the owner's files.

    Returns:
        The seeds that are gone.

    """
    before, now = ({*listed(answers, _KINDS)} for answers in (update.before, update.now))
    if not now - before:
        return []
    gone = (
        [path for path in seeds.unused if _is_unedited(update, answers_file, path)] if seeds else []
    )
    for path in gone:
        (update.project / path).unlink()
    for path in update.repository.deleted():
        prune(update.project, path)
    return gone


def _is_unedited(update: Update, answers_file: str, path: str) -> bool:
    """Tell whether a seed is as the template wrote it, by the release and answers of that day."""
    there = update.repository.committed(path)
    if there is None or there != update.repository.read(path):
        return False
    for answers in _answers(update, answers_file, path):
        for beside in ([], [_README]):
            version = str(answers.get("_commit", ""))
            made = render(answers, [f"/{path}"], version=version, there=beside) or {}
            if made.get(path) == there:
                return True
    return False


def _answers(update: Update, answers_file: str, path: str) -> Iterator[Answers]:
    """Yield the answers of the commit that added a file, and those before the update."""
    asked = ("log", "-1", "--diff-filter=A", "--format=%H", "--", path)
    for commit in update.repository.git(*asked).decode().split():
        answers = yaml.safe_load(update.repository.committed(answers_file, commit) or b"")
        if isinstance(answers, Mapping):
            yield answers
    yield update.before


def prune(project: Path, path: str) -> None:
    """Delete the folders of a file that have nothing in them any more."""
    for parent in PurePosixPath(path).parents[:-1]:
        try:
            (project / parent).rmdir()
        except FileNotFoundError:
            continue
        except OSError:  # something is in it
            return
