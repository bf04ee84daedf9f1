"""What a project that joins the template lacks: files that an update never writes."""

from pathlib import Path

from treewright.updating.answers import Update
from treewright.updating.names import Names
from treewright.updating.seeds import patterns

_EMPTY = "v0.0.0"  # the release without any file, from which a package of another make joins


def lacking(update: Update) -> list[str]:
    """Name the seeds that a project which has just joined does not have.

    An update writes no seed but the pages of the documentation. In an older project, a seed that
    is not there was deleted by its owner.

    Returns:
        The files, and the folders with a slash, relative to the project.

    """
    before, _ = update.versions
    if before != _EMPTY:
        return []
    wanted = [path.removeprefix("/") for path in patterns(Names.of(update.now).package_dir)]
    there = (
        {"README.md"} if any(update.project.glob("README*")) else set()
    )  # the metadata says which
    return [
        path
        for path in wanted
        if not path.startswith(("docs/", "!"))
        and path not in there
        and not _is_there(update.project, path)
    ]


def _is_there(project: Path, path: str) -> bool:
    """Tell whether a file is there, or a folder with any file in it: Copier makes empty ones."""
    place = project / path
    return any(found.is_file() for found in (place, *place.rglob("*")))
