"""Where the clones are, and the projects in each."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from treewright import machine
from treewright.adopting.errors import UnableError
from treewright.branch.requests import looks_like_answers
from treewright.branch.scratch import Scratch, Tree, Updater, scratch
from treewright.updating.repository import FILE_MODES, GitError, Repository, paths

_DEPTH = 5  # folders below the one that was named: groups of groups, as GitLab has them
# As Copier calls answers files; a project may call its own something else.
_NAMED = re.compile(r"(?:^|/)\.copier-answers(?:\.[^/]*)?\.ya?ml$")
_ITS_OWN = {"local", "worktree"}  # as git-config(1) calls the files that are a clone's
_NO_FILTER = {"clean": "", "smudge": "", "process": "", "required": "false"}
_MISSING = ("rev-list", "--objects", "--no-walk", "--missing=print")
_PATTERN = r"""^["']?_src_path["']?[[:space:]]*:"""


@dataclass(frozen=True)
class Clone:
    """A clone, which may be bare.

    Args:
        place: Its folder.
        shown: What a person calls it.
        below: The folder in it that was named; empty where all of it counts.

    """

    place: Path
    shown: str
    below: str = ""

    def is_in(self, other: "Clone") -> bool:
        """Tell whether this is a part of another, of which more was named."""
        is_part = self.below != other.below and self.below.startswith(other.below)
        return is_part and self.place == other.place


@dataclass(frozen=True)
class Opened:
    """What a clone has committed, in a repository of our own.

    Args:
        clone: The clone.
        made: That repository.
        tree: The files of the commit.
        notes: What is to be said of the clone.
        commit: The commit.

    """

    clone: Clone
    made: Scratch
    tree: Tree
    notes: Sequence[str] = ()
    commit: str = "HEAD"

    def answers_files(self) -> list[str]:
        """List the answers files, of whatever template, from the top."""
        words = ("grep", "-lzI", "--no-textconv", "--extended-regexp", "-e", _PATTERN, self.commit)
        try:
            found = [path.partition(":")[2] for path in paths(self.made.git(*words))]
        except GitError:  # git also fails if it finds nothing
            found = []
        found = [path for path in found if looks_like_answers(path, self._read(path))]
        found += [path for path in self.tree if _NAMED.search(path)]
        return sorted(
            path
            for path in {*found}
            if path.startswith(self.clone.below) and self.tree[path].mode in FILE_MODES
        )

    def _read(self, path: str) -> bytes:
        return self.made.read(self.tree[path]) if path.endswith((".yml", ".yaml")) else b""


class EmptyError(Exception):
    """A clone has no commit at HEAD."""


def find(named: Sequence[str]) -> list[Clone]:
    """Find the clones that paths name, each once, in the order of their paths.

    Args:
        named: Each is a clone, a folder of clones, or a folder in a clone.

    Raises:
        UnableError: If one is no folder, or has no clone in it.

    """
    found: dict[tuple[Path, str], Clone] = {}
    for word in named:
        there = [*_of(word)]
        if not there:
            raise UnableError(f"{word} is not a clone, and has none in it.")
        for clone in there:
            found.setdefault((clone.place, clone.below), clone)
    alone = [clone for clone in found.values() if not any(map(clone.is_in, found.values()))]
    return sorted(alone, key=lambda clone: (clone.shown, clone.below))


def _of(word: str) -> Iterator[Clone]:
    folder = Path(word)
    if not folder.is_dir():
        raise UnableError(f"{word} is not a folder.")
    shown = os.path.normpath(word)
    if is_clone(folder):
        yield Clone(folder.resolve(), shown)
        return
    below = [*_below(folder, shown, _DEPTH)]
    yield from below or _around(folder, shown)


def _below(folder: Path, shown: str, depth: int) -> Iterator[Clone]:
    """Give the clones in a folder; links are not followed, and hidden folders are left out."""
    try:
        entries = sorted(filter(_is_open, os.scandir(folder)), key=lambda entry: entry.name)
    except OSError as error:
        raise UnableError(f"{shown} cannot be listed: {error.strerror}.") from None
    for entry in entries:
        name = entry.name if shown == "." else f"{shown}{os.sep}{entry.name}"
        if is_clone(Path(entry.path)):
            yield Clone(Path(entry.path).resolve(), name)
        elif depth > 1:
            yield from _below(Path(entry.path), name, depth - 1)


def _is_open(entry: "os.DirEntry[str]") -> bool:
    return entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")


def _around(folder: Path, shown: str) -> Iterator[Clone]:
    """Give the clone that a folder is in."""
    here = Repository(folder.resolve())
    try:
        prefix, top = here.prefix, here.top
    except GitError:
        return
    yield Clone(top, shown, prefix)


def is_clone(folder: Path) -> bool:
    """Tell whether a folder is the top of a clone, or a bare repository."""
    if os.path.lexists(folder / ".git"):
        return True
    return (folder / "HEAD").is_file() and all((folder / n).is_dir() for n in ("objects", "refs"))


@contextmanager
def opened(clone: Clone, updater: Updater) -> Iterator[Opened]:
    """Open a clone at the commit that it has, and close it in the end.

    Args:
        clone: The clone.
        updater: Runs updates.

    Raises:
        EmptyError: If HEAD names none.
        GitError: If git cannot read it, or it lacks files.

    """
    source = _powerless(clone.place)
    if source.prefix:  # git has gone on to a repository around it
        raise GitError("it is no repository to git")
    is_bare = source.git("rev-parse", "--is-bare-repository").strip() == b"true"
    named = ("rev-parse", "--verify", "--end-of-options")
    try:
        source.git(*named, "HEAD")
    except GitError as error:
        raise EmptyError(clone.shown) from error
    head = source.git(*named, "HEAD^{commit}").decode().strip()
    if _settings(source, r"^remote\..*\.promisor$") and b"\n?" in source.git(*_MISSING, head):
        raise GitError("it is a partial clone, which lacks files: clone it without --filter")
    notes = [] if is_bare else [*_dirt(source)]
    name = clone.place.name.removesuffix(".git") or "project"
    with scratch(source, head, updater, name) as made:
        made.git("update-ref", "refs/heads/scratch", head)
        yield Opened(clone, made, made.listing(head), notes)


def _powerless(place: Path) -> Repository:
    """Give a repository of somebody else's, in which git starts no program that its settings name.

    Beside what Repository never starts, these are filters, where git compares the work tree, and
    whatever fetches an object that is not there.
    """
    lent = machine.variables_for_git(GIT_NO_LAZY_FETCH="1", GIT_ALLOW_PROTOCOL="")
    names = _settings(Repository(place, lent), r"^filter\.")
    off = {
        f"{driver}.{key}": value
        for driver in {name.rpartition(".")[0] for name in names}
        for key, value in _NO_FILTER.items()
    }
    return Repository(place, machine.with_git_settings(lent, off.items()))


def _settings(source: Repository, pattern: str) -> list[str]:
    """List the settings of a clone's own that a pattern names."""
    asked = ("config", "-z", "--show-scope", "--name-only", "--get-regexp", pattern)
    try:
        words = paths(source.git(*asked))
    except GitError:  # git also fails if it finds nothing
        return []
    return [name for scope, name in zip(words[::2], words[1::2], strict=True) if scope in _ITS_OWN]


def _dirt(source: Repository) -> Iterator[str]:
    words = ("status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all")
    try:
        if source.git(*words):
            yield "uncommitted changes do not count"
    except GitError:  # what counts may be whole all the same
        yield "git cannot tell whether all is committed"


def below(folder: str, path: str) -> str:
    """Give a path of a project as seen from its folder."""
    return path if folder == "." else str(PurePosixPath(path).relative_to(folder))
