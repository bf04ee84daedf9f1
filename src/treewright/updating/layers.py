"""What overlays lay over the template's files: fragments below .treewright/NAME/, in the project.

An overlay is a small template of an organisation's, with an answers file of its own. What it
renders into that folder are fragments, each at the path of the file that it is laid over; so git
has what is laid over it, before an update and after, and nothing is rendered to know it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from treewright.disk import is_regular
from treewright.updating.repository import Repository

FOLDER = ".treewright"
ANSWERS_FILE = re.compile(r"\.copier-answers\.([^/.][^/]*)\.yml")
Texts = Mapping[str, str]  # by the names of overlays, in their order: a later one counts more


@dataclass(frozen=True)
class Layers:
    """What overlays lay over one file, before an update and now."""

    before: Texts = field(default_factory=dict)
    now: Texts = field(default_factory=dict)


NONE = Layers()


class NoFragmentError(Exception):
    """Something where fragments are is none; the message says what, and why."""


def owner_of(answers_file: str, paths: Iterable[str]) -> str:
    """Give the name of the overlay that an answers file is of; empty if it is of none.

    Args:
        answers_file: Its path.
        paths: The files that are there: an overlay has fragments beside its answers file.

    """
    place = PurePosixPath(answers_file)
    found = ANSWERS_FILE.fullmatch(place.name)
    fragments = f"{place.with_name(FOLDER)}/{found[1]}/" if found else ""
    return found[1] if found and any(path.startswith(fragments) for path in paths) else ""


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
        NoFragmentError: If one is not in UTF-8, or is a link.

    """
    places = sorted(repository.committed_files(FOLDER, commit), key=PurePosixPath)
    committed = ((place, repository.committed(place, commit) or b"") for place in places)
    there = ((p, (repository.project / p).read_bytes()) for p in _in_work_tree(repository))
    before, now = by_file(committed, translate), by_file(there, translate)
    paths = sorted({*before, *now})
    return {path: Layers(before.get(path, {}), now.get(path, {})) for path in paths}


def by_file(
    fragments: Iterable[tuple[str, bytes]],
    translate: Callable[[str, str], str] = lambda text, _: text,
) -> dict[str, dict[str, str]]:
    """Give the texts of fragments by the files that they are for, and the names of overlays.

    Args:
        fragments: The place of each, relative to the project, and what it holds.
        translate: Rewrites a text, of which it also gets the place.

    Raises:
        NoFragmentError: If one is not in UTF-8.

    """
    found: dict[str, dict[str, str]] = {}
    for place, data in fragments:
        _, name, *parts = PurePosixPath(place).parts
        if parts:
            found.setdefault("/".join(parts), {})[name] = translate(_text(place, data), place)
    return found


def _in_work_tree(repository: Repository) -> Iterator[str]:
    """Yield the fragments; a link is none, as git has no more of it than its target."""
    folder = repository.project / FOLDER
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise NoFragmentError(f"{FOLDER} is not a folder")
    for file in sorted(folder.rglob("*")):
        place = file.relative_to(repository.project).as_posix()
        if is_regular(file):
            yield place
        elif file.is_symlink() or not file.is_dir():
            raise NoFragmentError(f"{place} is not a regular file")


def _text(place: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise NoFragmentError(f"{place} is not UTF-8 text") from None
