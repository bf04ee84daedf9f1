"""What a project that joins the template lacks: files that an update never writes."""

from collections.abc import Iterator
from pathlib import Path

from treewright.updating.answers import Update, listed
from treewright.updating.joined import is_joining
from treewright.updating.names import Names
from treewright.updating.seeds import patterns

# Whose kind of tool is the repository's own does not have the template's.
_OF_KIND = {"tests/": "tests", "CHANGELOG.md": "changelog"}


def lacking(update: Update) -> list[str]:
    """Name the seeds that a project which has just joined does not have.

    An update writes no seed but the pages of the documentation. In an older project, a seed that
    is not there was deleted by its owner.

    Returns:
        The files, and the folders with a slash, relative to the project.

    """
    return [*_lacking(update)] if is_joining(update) else []


def _lacking(update: Update) -> Iterator[str]:
    own = listed(update.now, "own_kinds")
    for pattern in patterns(Names.of(update.now).package_dir):
        path = pattern.removeprefix("/")
        is_own = _OF_KIND.get(path) in own
        if path.startswith(("docs/", "!")) or is_own or _is_there(update.project, path):
            continue
        # The metadata says which README it is.
        if path != "README.md" or not any(update.project.glob("README*")):
            yield path


def _is_there(project: Path, path: str) -> bool:
    """Tell whether a file is there, or a folder with any file in it: Copier makes empty ones."""
    place = project / path
    return any(found.is_file() for found in (place, *place.rglob("*")))
