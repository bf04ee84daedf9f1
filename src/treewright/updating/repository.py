"""A project in its git repository: the one place that asks git, and that writes into the project.

All is asked of git's plumbing, with the settings pinned that change what it says. What decides
how a file looks in the work tree (line ends, filters) stays the user's.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from treewright import machine
from treewright.disk import is_regular, write_link, write_whole

_PINNED = {
    "color.ui": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.quotePath": "false",
    "core.safecrlf": "false",
    "diff.mnemonicPrefix": "false",
    "diff.noprefix": "false",
    "grep.fullName": "false",
    "status.renames": "true",
    "submodule.recurse": "false",
}
# Paths are paths, whatever is in them: `*`, `[` and a leading `:` have no meaning.
_OPTIONS = (
    "--literal-pathspecs",
    *(word for setting in _PINNED.items() for word in ("-c", "=".join(setting))),
)

BASE, OURS, THEIRS = 1, 2, 3
# What Copier's markers call them.
LABELS = {OURS: "before updating", BASE: "last update", THEIRS: "after updating"}
FILE_MODES = ("100644", "100755")
LINK_MODE = "120000"
SUBMODULE_MODE = "160000"


class GitError(Exception):
    """A git command failed; the message is what git said, or one sentence."""


class OutsideError(OSError):
    """A file that was to be written is outside of the project; the message is one sentence."""


@dataclass(frozen=True)
class Stage:
    """One side of a file that is not merged: its mode, and the name of its blob."""

    mode: str
    blob: str


@dataclass(frozen=True)
class Entry:
    """What git's index has of a file, by its path in the project; its stage is 0 or a side."""

    mode: str
    blob: str
    stage: int
    path: str


@dataclass(frozen=True)
class Repository:
    """A project's folder, which may be any folder of a git repository.

    All paths are relative to it. What fails in git raises GitError, and what fails in the file
    system OSError.

    Args:
        project: The folder.
        lent: Environment variables for git, beside those of this process.

    """

    project: Path
    lent: Mapping[str, str] = field(default_factory=dict, compare=False)

    def git(self, *arguments: str, given: bytes = b"", index: Path | None = None) -> bytes:
        """Run git in the project.

        Args:
            arguments: What follows `git`.
            given: The standard input.
            index: An index other than that of the repository.

        Returns:
            What git printed.

        Raises:
            GitError: If git is not there, or reports a failure.

        """
        done = self._run(arguments, given, index)
        if done.returncode:
            raise GitError(self._said(done.stderr))
        return done.stdout

    def _run(
        self,
        arguments: tuple[str, ...],
        given: bytes = b"",
        index: Path | None = None,
        *,
        pinned: bool = True,
    ) -> subprocess.CompletedProcess[bytes]:
        more = {**self.lent} if index is None else {**self.lent, "GIT_INDEX_FILE": str(index)}
        return subprocess.run(
            [self._program, *(_OPTIONS if pinned else ()), *arguments],
            cwd=self.project,
            env=machine.variables_for_git(**more),
            input=given,
            capture_output=True,
            check=False,
        )

    @cached_property
    def _program(self) -> str:
        if git := machine.git():
            return git
        raise GitError("git is not installed")

    @staticmethod
    def _said(errors: bytes) -> str:
        said = errors.decode(errors="replace").strip()
        if found := re.search(r"dubious ownership in repository at '(.+)'", said):
            return (
                "git does not trust this repository, as it belongs to another user; if you do, run"
                f' git config --global --add safe.directory "{found[1]}"'
            )
        return said

    # --- What git knows --------------------------------------------------------------

    @cached_property
    def prefix(self) -> str:
        """The project's folder as seen from the top of the repository; empty at the top."""
        return self.git("rev-parse", "--show-prefix").decode(errors="surrogateescape")[:-1]

    @cached_property
    def top(self) -> Path:
        """The top of the work tree."""
        up = self.git("rev-parse", "--show-cdup").decode(errors="surrogateescape")[:-1]
        return (self.project / up).resolve()

    def beside_index(self, name: str) -> Path:
        """Give where a file of ours is beside the repository's index, from the project."""
        return self._beside_index.with_name(name)

    @cached_property
    def _beside_index(self) -> Path:
        place = self.git("rev-parse", "--git-path", "treewright")
        return Path(place.decode(errors="surrogateescape")[:-1])

    def settings(self, *names: str) -> dict[str, str]:
        """Give settings of git's as the user has them, in lower case, by their names in that."""
        pattern = "|".join(map(re.escape, names)).lower()
        done = self._run(("config", "-z", "--get-regexp", f"^({pattern})$"), pinned=False)
        found = (entry.partition("\n") for entry in paths(done.stdout))
        return {name: value.strip().lower() for name, _, value in found}

    def files(self, *which: str) -> list[str]:
        """List files below the project, as `git ls-files` with these options does."""
        return paths(self.git("ls-files", "-z", *which))

    def entries(self, folder: str = "", *options: str) -> list[Entry]:
        """Give what the index has below a folder; in all of the project by default."""
        below = ["--", f"{folder}/"] if folder else []
        found = []
        for line in paths(self.git("ls-files", "-sz", *options, *below)):
            staged, path = line.split("\t", 1)
            mode, blob, stage = staged.split()
            found.append(Entry(mode, blob, int(stage), path))
        return found

    def committed(self, path: str, commit: str = "HEAD") -> bytes | None:
        """Give what a commit has of a file; None where it has none."""
        return self._content(f"{commit}:./{path}")

    def committed_files(self, folder: str, commit: str = "HEAD") -> list[str]:
        """List the files that a commit has below a folder; none where there is no such commit."""
        with suppress(GitError):
            return paths(self.git("ls-tree", "-rz", "--name-only", commit, "--", f"{folder}/"))
        return []

    def staged(self, path: str) -> bytes | None:
        """Give what a file held before the update: its stage in the index, or that of OURS."""
        found = self._content(f":./{path}")
        return self._content(f":{OURS}:./{path}") if found is None else found

    def _content(self, name: str) -> bytes | None:
        with suppress(GitError):
            return self.git("cat-file", "blob", name)
        return None

    def blob(self, name: str) -> bytes:
        """Give a blob by its name."""
        return self.git("cat-file", "blob", name)

    def store(self, data: bytes) -> str:
        """Keep data among the repository's objects, and give the name of the blob."""
        return self.git("hash-object", "-w", "--stdin", given=data).decode().strip()

    def deleted(self) -> dict[str, Entry]:
        """Give what the index has of the files that are no longer in the work tree."""
        gone = {*self.files("--deleted", "--deduplicate")}
        return {
            entry.path: entry for entry in self.entries() if entry.path in gone and not entry.stage
        }

    def changed_binaries(self) -> list[str]:
        """Give the files that are no text to git, and are not as the index has them."""
        counted = self.git("diff-files", "--numstat", "--relative", "-z", "--no-renames")
        return [path[4:] for path in paths(counted) if path.startswith("-\t-\t")]

    def ignoring(self, files: Sequence[str]) -> list[tuple[str, str, str]]:
        """Give what has git ignore files, were they not tracked.

        Args:
            files: Their paths.

        Returns:
            For each that it would ignore, the file with the pattern, from the top of the
            repository; the pattern; and its path.

        """
        given = "".join(f"{path}\0" for path in files).encode(errors="surrogateescape")
        asked = ("check-ignore", "--no-index", "--verbose", "-z", "--stdin")
        words = iter(paths(self._run(asked, given, pinned=False).stdout))
        return [
            (file, pattern, path)
            for file, _, pattern, path in zip(words, words, words, words, strict=True)
        ]

    # --- Conflicts -------------------------------------------------------------------

    def unmerged(self) -> dict[str, dict[int, Stage]]:
        """Give the stages of every file that is not merged.

        Returns:
            For the path of each file its stages by number: BASE, OURS and THEIRS. One that is
            not there has no such file.

        """
        found: dict[str, dict[int, Stage]] = {}
        for entry in self.entries("", "--unmerged"):
            found.setdefault(entry.path, {})[entry.stage] = Stage(entry.mode, entry.blob)
        return found

    def rejects(self, since: float = 0.0) -> dict[str, list[str]]:
        """Give what `git apply` and `patch` leave of what they could not merge, by file.

        Copier asks `git status` for these, which has its own mind about what it shows; with
        `--conflict rej` it leaves all of them. They are found in the file system.

        Args:
            since: The time from which on they count, in seconds since the epoch.

        Returns:
            For each file the paths beside it, without those that git tracks.

        """
        known = self.files("--cached", "--deduplicate")
        tracked, found = {*known}, {}
        for path in known:
            beside = [left for left in (f"{path}.rej", f"{path}.orig") if left not in tracked]
            if there := [left for left in beside if self._is_newer(left, since)]:
                found[path] = there
        return found

    def _is_newer(self, path: str, since: float) -> bool:
        file = self.project / path
        return is_regular(file) and file.lstat().st_mtime >= since

    def marked(self) -> list[str]:
        """Give the files with a line that is one of Copier's markers, wherever that is from."""
        lines = [f"<<<<<<< {LABELS[OURS]}", f">>>>>>> {LABELS[THEIRS]}"]
        patterns = [word for line in lines for word in ("-e", f"^{line}\r?$")]
        done = self._run(
            ("grep", "-lz", "--no-textconv", "--extended-regexp", *patterns, "--", ".")
        )
        if done.returncode > 1:
            raise GitError(self._said(done.stderr))
        return paths(done.stdout)

    def mark_unmerged(self, path: str, sides: Mapping[int, bytes], mode: str = "100644") -> None:
        """Put a conflict into the index, as a merge of git does.

        Args:
            path: The file.
            sides: What BASE, OURS and THEIRS hold; one that is left out has no such file.
            mode: The mode of each side.

        """
        blobs = {side: self.store(data) for side, data in sides.items()}
        self.stage([Entry(mode, blob, side, path) for side, blob in blobs.items()])

    def settled(self, path: str, stage: Stage) -> None:
        """Record in the index that a file is merged: its one stage is what it was before."""
        self.stage([Entry(stage.mode, stage.blob, 0, path)])

    def stage(
        self, entries: Sequence[Entry], gone: Sequence[Entry] = (), index: Path | None = None
    ) -> None:
        """Put entries into the index, at once, in the place of all that their paths have there.

        Args:
            entries: The entries.
            gone: Entries whose paths are to leave it, if none of the others has them.
            index: An index other than that of the repository.

        """
        old = {entry.path: entry.blob for entry in [*gone, *entries]}
        lines = [f"0 {'0' * len(blob)}\t{self.prefix}{path}" for path, blob in old.items()]
        lines += [f"{new.mode} {new.blob} {new.stage}\t{self.prefix}{new.path}" for new in entries]
        given = "".join(f"{line}\0" for line in lines).encode(errors="surrogateescape")
        self.git("update-index", "-z", "--index-info", given=given, index=index)

    def merge_texts(
        self, sides: Mapping[int, bytes], labels: Mapping[int, str] = LABELS
    ) -> tuple[bytes, int]:
        """Merge texts by lines, as git does; its settings say how markers look.

        Args:
            sides: The bytes of BASE, OURS and THEIRS.
            labels: What the markers call them.

        Returns:
            The text, and the number of conflicts in it.

        Raises:
            GitError: If git cannot merge them, as they are no text.

        """
        order = (OURS, BASE, THEIRS)
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder, str(side)) for side in order]
            for file, side in zip(files, order, strict=True):
                file.write_bytes(sides[side])
            named = [word for side in order for word in ("-L", labels[side])]
            done = self._run(("merge-file", "-p", *named, "--", *map(str, files)))
        if done.returncode > 127:  # noqa: PLR2004  # a count up to there, as git-merge-file(1) has it
            raise GitError(self._said(done.stderr))
        return done.stdout, done.returncode

    # --- The work tree ---------------------------------------------------------------

    def read(self, path: str) -> bytes | None:
        """Give what a file holds; None where there is no regular file."""
        file = self.project / path
        return file.read_bytes() if is_regular(file) else None

    def write(self, path: str, data: bytes) -> None:
        """Write a file, whole or not at all; its mode is kept.

        Raises:
            OutsideError: If its folder leads out of the repository, by a link.

        """
        write_whole(self._place(path), data)

    def write_as_checked_out(self, path: str, data: bytes) -> None:
        """Write a file as git checks it out, with the line ends and filters that apply to it."""
        named = f"--path={self.prefix}{path}"
        self.write(path, self.git("cat-file", "--filters", named, self.store(data)))

    def restore(self, entry: Entry) -> None:
        """Bring a file back into the work tree, as the index has it."""
        self.git("checkout-index", "--force", "--", entry.path)

    def link(self, path: str, target: str) -> None:
        """Make a link lead elsewhere; where git keeps links as files, the file says so."""
        place = self._place(path)
        if place.is_symlink():
            write_link(place, target)
        elif is_regular(place):
            write_whole(place, target.encode(errors="surrogateescape"))

    def _place(self, path: str) -> Path:
        """Give where a file is to be written, and make its folder."""
        file = self.project / path
        if not file.parent.resolve().is_relative_to(self.top):
            sentence = f"{PurePosixPath(path).parent} leads out of the repository"
            raise OutsideError(sentence)
        file.parent.mkdir(parents=True, exist_ok=True)
        return file


def paths(listed: bytes) -> list[str]:
    """Give the paths that a command lists with `-z`."""
    return [path.decode(errors="surrogateescape") for path in listed.split(b"\0")[:-1]]
