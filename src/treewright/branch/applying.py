"""Bring what was computed into the user's repository: a work tree, a commit or a patch."""

import os
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from treewright.branch.computing import Result
from treewright.branch.scratch import Blob, Scratch, Tree
from treewright.disk import is_regular, write_whole
from treewright.rows import some
from treewright.updating.repository import (
    FILE_MODES,
    LINK_MODE,
    SUBMODULE_MODE,
    GitError,
    Repository,
    paths,
)

_IN_THE_WAY = Blob("", "")  # what git does not keep
_UNDER_WAY = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase or `git am`",
}


class DirtyError(Exception):
    """The work tree has something that could get lost; the message says what to do."""


@dataclass(frozen=True)
class Applying:
    """The user's repository, and the commit that was finished.

    Args:
        repository: The repository, at its top.
        scratch: Where its end was computed.
        commit: The commit.
        head: The files of it.

    """

    repository: Repository
    scratch: Scratch
    commit: str
    head: Tree

    def check(self, result: Result) -> None:
        """See that nothing gets lost that is in no commit.

        What is as in the end already is no obstacle: an earlier run left it, and was killed.

        Raises:
            DirtyError: If something would.

        """
        for name, what in _UNDER_WAY.items():
            if (self.repository.project / self.repository.beside_index(name)).exists():
                raise DirtyError(f"The repository is in the middle of {what}: end that first.")
        changed = {
            path
            for path in {*self.head, *result.tree, *result.settled}
            if not self.head.get(path) == result.tree.get(path) == result.settled.get(path)
        }
        there = self._is_there(self._dirty() | changed)
        sides = (self.head, result.tree, result.settled)
        lost = sorted(
            path for path, seen in there.items() if seen - {side.get(path) for side in sides}
        )
        if lost:
            raise DirtyError(
                f"Commit or stash {some(lost)} first: what the work tree has there is not in the"
                " last commit."
            )

    def _dirty(self) -> set[str]:
        """Give the tracked files that are not as in the commit, by index or work tree."""
        options = ("--porcelain", "-z", "--untracked-files=no", "--no-renames")
        listed = self.repository.git("status", "--ignore-submodules=dirty", *options)
        return {line[3:] for line in paths(listed)}

    def _is_there(self, places: Collection[str]) -> dict[str, set[Blob | None]]:
        """Give what index and work tree have of files, as git would keep them."""
        staged: dict[str, Blob] = {}
        for entry in self.repository.entries():
            staged[entry.path] = Blob(entry.mode, entry.blob if not entry.stage else "unmerged")
        found = {path: {staged.get(path)} for path in places}
        for path, blob in self._in_work_tree(places, staged).items():
            found[path].add(blob)
        return found

    def _in_work_tree(
        self, places: Collection[str], staged: Mapping[str, Blob]
    ) -> dict[str, Blob | None]:
        found = {path: self._kind(path) for path in places}
        files = sorted(path for path, blob in found.items() if blob and blob.mode in FILE_MODES)
        plain = [path for path in files if "\n" not in path]
        given = "".join(f"{path}\n" for path in plain).encode(errors="surrogateescape")
        hashed = self.repository.git("hash-object", "--stdin-paths", given=given).decode().split()
        names = dict(zip(plain, hashed, strict=True))
        modes = self.repository.settings("core.fileMode").get("core.filemode") != "false"
        for path in files:
            name = names.get(path) or self.repository.git("hash-object", "--", path).decode()[:-1]
            blob = found[path] or _IN_THE_WAY
            mode = blob.mode if modes or path not in staged else staged[path].mode
            found[path] = Blob(mode, name)
        return found

    def _kind(self, path: str) -> Blob | None:
        """Give what is at a place of the work tree; a file has its mode, and no name yet."""
        file, was = self.repository.project / path, self.head.get(path)
        for parent in reversed(PurePosixPath(path).parents[:-1]):
            place = self.repository.project / parent
            if os.path.lexists(place) and (place.is_symlink() or not place.is_dir()):
                return None if str(parent) in self.head else _IN_THE_WAY
        if not os.path.lexists(file):
            return None
        if is_regular(file):
            return Blob(FILE_MODES[bool(file.lstat().st_mode & stat.S_IXUSR)], "")
        if file.is_symlink():
            return Blob(LINK_MODE, self.scratch.store(os.fsencode(file.readlink())))
        return self._folder(file, was)

    def _folder(self, file: Path, was: Blob | None) -> Blob | None:
        """Give what a folder is: nothing, where only tracked files are in it."""
        if not file.is_dir():
            return _IN_THE_WAY
        if was and was.mode == SUBMODULE_MODE:
            return was
        inside = (found for found in file.rglob("*") if found.is_symlink() or not found.is_dir())
        names = (found.relative_to(self.repository.project).as_posix() for found in inside)
        return None if all(name in self.head for name in names) else _IN_THE_WAY

    # --- Writing ---------------------------------------------------------------------

    def to_work_tree(self, result: Result) -> bool:
        """Have index and work tree hold the end; files in conflict have markers, not staged.

        Returns:
            Whether the index did not have it yet.

        Raises:
            GitError: If git fails.
            OSError: If a file cannot be written.

        """
        name = self._fetched(result.settled)
        before = self.repository.git("write-tree").decode().strip()
        self._adopt(result.settled)
        # In a clone that was copied, each file looks changed until git has looked at it again. It
        # fails where one is.
        with suppress(GitError):
            self.repository.git("update-index", "-q", "--refresh")
        self.repository.git("read-tree", "-m", "-u", self.commit, name)
        for path in result.conflicts:
            blob = result.tree.get(path)
            if blob and blob != result.settled.get(path) and blob.mode in FILE_MODES:
                self.repository.write_as_checked_out(path, self.scratch.read(blob))
        return before != name

    def to_commit(self, result: Result, message: str) -> str:
        """Commit the end on top of the branch, without running the repository's hooks.

        Returns:
            The name of the commit.

        Raises:
            GitError: If git fails, as where it does not know who commits.

        """
        name = self._fetched(result.settled)
        command = ("commit-tree", "-p", self.commit, "-m", message, name)
        made = self.repository.git(*command).decode().strip()
        self.to_work_tree(result)
        subject = f"commit: {message.splitlines()[0]}"
        self.repository.git("update-ref", "-m", subject, "HEAD", made, self.commit)
        return made

    def to_patch(self, result: Result, file: Path) -> None:
        """Write the way from the branch to the end for `git apply --index`; it may be empty."""
        plain = ("--binary", "--full-index", "--no-renames", "--no-ext-diff", "--no-textconv")
        sides = [self.scratch.write(tree) for tree in (self.head, result.settled)]
        write_whole(file, self.scratch.git("diff-tree", "-r", "-p", *plain, *sides))

    def beside(self, result: Result, *folders: Path) -> list[Path]:
        """Copy what hooks left beside the index, and give where it is."""
        found = result.update.beside if result.update else {}
        places = []
        for name, data in found.items():
            for folder in folders:
                folder.mkdir(parents=True, exist_ok=True)
                write_whole(folder / name, data)
                places.append(folder / name)
        return places

    def _fetched(self, tree: Tree) -> str:
        """Bring a tree's objects into the user's repository, and give its name."""
        name = self.scratch.write(tree)
        listed = self.scratch.git("rev-list", "--objects", name, f"^{self.commit}")
        objects = b"\n".join(line.split(b" ")[0] for line in listed.splitlines())
        pack = self.scratch.git("pack-objects", "--stdout", "--quiet", given=objects + b"\n")
        self.repository.git("unpack-objects", "-q", given=pack)
        return name

    def _adopt(self, tree: Tree) -> None:
        """Put into the index what the work tree has of the end already."""
        changed = {p for p in {*self.head, *tree} if self.head.get(p) != tree.get(p)}
        lines = []
        for path, there in self._in_work_tree(changed, self.head).items():
            if there != tree.get(path):
                continue
            if there:
                lines.append(f"{there.mode} {there.name} 0\t{path}\0")
            else:
                lines.append(f"0 {'0' * len(self.head[path].name)}\t{path}\0")
        if lines:
            given = "".join(lines).encode(errors="surrogateescape")
            self.repository.git("update-index", "-z", "--index-info", given=given)


def ignored_behind(repository: Repository, result: Result, head: Tree) -> Iterator[str]:
    """Give the files that git ignores in folders of which the update moved all files away."""
    folders = {str(PurePosixPath(path).parent) for path in head if path not in result.tree}
    kept = {str(parent) for path in result.tree for parent in PurePosixPath(path).parents}
    for folder in sorted(folders - kept):
        for path in repository.files("--others", "--ignored", "--exclude-standard", "--", folder):
            if "__pycache__" not in path.split("/"):
                yield path


def diffstat(scratch: Scratch, old: Tree, new: Tree) -> Mapping[str, int]:
    """Count files and lines between trees; what moved is found."""
    sides = [scratch.write(tree) for tree in (old, new)]
    counted = {"changed": 0, "new": 0, "removed": 0, "moved": 0, "added": 0, "deleted": 0}
    words = iter(paths(scratch.git("diff-tree", "-r", "-z", "-M", "--name-status", *sides)))
    kinds = {"A": "new", "D": "removed", "R": "moved", "C": "new"}
    for how in words:
        counted[kinds.get(how[0], "changed")] += 1
        for _ in range(2 if how[0] in "RC" else 1):
            next(words)
    summed = scratch.git("diff-tree", "-r", "-M", "--shortstat", *sides).decode()
    for word, key in (("insertion", "added"), ("deletion", "deleted")):
        before = summed.split(f" {word}")[0].split()
        counted[key] = int(before[-1]) if f" {word}" in summed else 0
    return counted
