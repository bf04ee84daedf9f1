"""The git repository around a project, through git itself."""

import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class GitError(Exception):
    """A git command failed; the message is what git said."""


def git(project: Path, *arguments: str, given: bytes = b"", index: Path | None = None) -> bytes:
    """Run git in a project's folder, which may be any folder of a repository.

    Args:
        project: The folder.
        arguments: What follows `git`.
        given: The standard input.
        index: An index other than that of the repository.

    Returns:
        What git printed.

    Raises:
        GitError: If git is not there, or reports a failure.

    """
    variables = {} if index is None else {"GIT_INDEX_FILE": str(index)}
    command = ["git", "-c", "core.quotePath=false", *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=project,
            env=os.environ | variables,
            input=given,
            capture_output=True,
            check=True,
        )
    except FileNotFoundError:
        raise GitError("git is not installed") from None
    except subprocess.CalledProcessError as error:
        raise GitError(error.stderr.decode(errors="replace").strip()) from error
    return done.stdout


@dataclass(frozen=True)
class Stage:
    """One side of a file that is not merged: its mode, and the name of its blob."""

    mode: str
    blob: str


BASE, OURS, THEIRS = 1, 2, 3
# What Copier's markers call them.
LABELS = {OURS: "before updating", BASE: "last update", THEIRS: "after updating"}


def unmerged(project: Path) -> dict[str, dict[int, Stage]]:
    """Give the stages of every file below a project that is not merged.

    Returns:
        For the path of each file, from the project's folder, its stages by number: BASE, OURS
        and THEIRS. One that is not there has no such file.

    """
    found: dict[str, dict[int, Stage]] = {}
    for line in paths(git(project, "ls-files", "--unmerged", "-z")):
        staged, path = line.split("\t", 1)
        mode, blob, number = staged.split()
        found.setdefault(path, {})[int(number)] = Stage(mode, blob)
    return found


def from_top(project: Path, path: str) -> str:
    """Give a path as seen from the top of the repository, as some git commands want it."""
    prefix = git(project, "rev-parse", "--show-prefix").decode(errors="surrogateescape")
    return prefix.removesuffix("\n") + path


def store(project: Path, data: bytes) -> str:
    """Keep data among the repository's objects, and give the name of the blob."""
    return git(project, "hash-object", "-w", "--stdin", given=data).decode().strip()


def mark_unmerged(project: Path, path: str, sides: Mapping[int, bytes]) -> None:
    """Put a conflict into the index, as a merge of git does.

    Args:
        project: The project's folder.
        path: The file, relative to it.
        sides: What BASE, OURS and THEIRS hold; one that is left out has no such file.

    """
    name = from_top(project, path)
    blobs = {side: store(project, data) for side, data in sides.items()}
    lines = [f"0 {'0' * len(next(iter(blobs.values())))}\t{name}"]
    lines += [f"100644 {blob} {side}\t{name}" for side, blob in blobs.items()]
    given = "".join(f"{line}\0" for line in lines)
    git(project, "update-index", "-z", "--index-info", given=given.encode(errors="surrogateescape"))


def settled(project: Path, path: str, stage: Stage) -> None:
    """Record in the index that a file is merged: its one stage is what it was before."""
    name = from_top(project, path)
    lines = f"0 {'0' * len(stage.blob)}\t{name}\0{stage.mode} {stage.blob} 0\t{name}\0"
    git(project, "update-index", "-z", "--index-info", given=lines.encode(errors="surrogateescape"))


def merge_texts(
    project: Path, sides: Mapping[int, bytes], labels: Mapping[int, str]
) -> tuple[bytes, int]:
    """Merge texts by lines, as git does.

    Args:
        project: A folder of the repository, whose settings say how markers look.
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
        command = ["git", "merge-file", "-p", *named, "--", *map(str, files)]
        done = subprocess.run(command, cwd=project, capture_output=True, check=False)
    if done.returncode > 127:  # noqa: PLR2004  # a count up to there, as git-merge-file(1) has it
        raise GitError(done.stderr.decode(errors="replace").strip())
    return done.stdout, done.returncode


def paths(listed: bytes) -> list[str]:
    """Give the paths that a command lists with `-z`."""
    return [path.decode(errors="surrogateescape") for path in listed.split(b"\0")[:-1]]
