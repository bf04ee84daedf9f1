"""Whether the wheel of a repository that joins is what it was, as far as this machine can tell."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from treewright.rows import row, some
from treewright.updating.answers import Update

_READS_TOML = sys.version_info >= (3, 11)
_SHOWN = 5


def compared(update: Update, *, quiet: bool = False) -> Iterator[str]:
    """Build the last commit and the work tree, and give the lines that tell what differs.

    Args:
        update: The update, at its end.
        quiet: Whether to tell nothing where nothing differs.

    """
    if not _READS_TOML:
        yield from row("wheel", "not compared: that needs Python 3.11")
        return
    from treewright.adopting.wheels import NotBuiltError  # noqa: PLC0415  # it needs tomllib

    try:
        found = [*_differences(update.project)]
    except NotBuiltError as error:
        yield from row("wheel", f"not compared: {error}")
        return
    if not found and not quiet:
        yield from row("wheel", "as before, file by file and field by field")
    arrived = update.repository.files("--others", "--exclude-standard")
    for where, text in found[:_SHOWN]:
        yield from row("wheel", f"{text} (by {cause(f'{where} {text}', arrived)}?)")
    if len(found) > _SHOWN:
        yield from row("", f"and {len(found) - _SHOWN} more")


def cause(told: str, arrived: Sequence[str]) -> str:
    """Guess what makes a difference: a file that arrived and is named in it, or pyproject.toml.

    Args:
        told: The difference.
        arrived: The files that arrived.

    """
    for part in (str, _name, _top):
        if named := [path for path in arrived if part(path) and part(path) in told]:
            return some(named)
    return "pyproject.toml"


def _name(path: str) -> str:
    return PurePosixPath(path).name


def _top(path: str) -> str:
    top, slash, _ = path.partition("/")
    return top if slash else ""


def _differences(project: Path) -> Iterator[tuple[str, str]]:
    from treewright.adopting import wheels  # noqa: PLC0415  # it needs tomllib

    with wheels.as_committed(project) as before:
        for found in wheels.compare(before, project):
            yield found.where, str(found)
