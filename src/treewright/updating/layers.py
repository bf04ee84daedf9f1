"""What overlays lay over the template's files: fragments below .treewright/NAME/, in the project.

An overlay is a small template of an organisation's, with an answers file of its own. What it
renders into that folder are fragments, each at the path of the file that it is laid over; so git
has what is laid over it, before an update and after, and nothing is rendered to know it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from treewright.disk import is_regular
from treewright.updating.repository import Repository

FOLDER = ".treewright"
Texts = Mapping[str, str]  # by the names of overlays, in their order: a later one counts more


@dataclass(frozen=True)
class Layers:
    """What overlays lay over one file, before an update and now."""

    before: Texts = field(default_factory=dict)
    now: Texts = field(default_factory=dict)


NONE = Layers()


class NoTextError(Exception):
    """A fragment is no text; the message names it."""


def are_there(repository: Repository) -> bool:
    """Tell whether a project has overlays."""
    return (repository.project / FOLDER).is_dir()


def of(
    repository: Repository,
    commit: str = "HEAD",
    translate: Callable[[str, str], str] = lambda text, _: text,
) -> dict[str, Layers]:
    """Give what overlays lay over each file, by a commit and in the work tree.

    Args:
        repository: The project.
        commit: The commit from before.
        translate: Rewrites an older text, of which it also gets the path.

    Raises:
        NoTextError: If a fragment is not in UTF-8.

    """
    found: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
    for place in sorted(repository.committed_files(FOLDER, commit), key=PurePosixPath):
        data = repository.committed(place, commit) or b""
        _note(found, 0, place, translate(_text(place, data), place))
    folder = repository.project / FOLDER
    for file in sorted(folder.rglob("*")):
        if is_regular(file):
            place = file.relative_to(repository.project).as_posix()
            _note(found, 1, place, translate(_text(place, file.read_bytes()), place))
    return {path: Layers(*sides) for path, sides in sorted(found.items())}


def _note(
    found: dict[str, tuple[dict[str, str], dict[str, str]]], side: int, place: str, text: str
) -> None:
    _, name, *parts = PurePosixPath(place).parts
    if parts:
        found.setdefault("/".join(parts), ({}, {}))[side][name] = text


def _text(place: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise NoTextError(f"{place} is not UTF-8 text") from None
