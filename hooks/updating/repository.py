"""The git repository around a project, through git itself."""

import os
import subprocess
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


def store(project: Path, data: bytes) -> str:
    """Keep data among the repository's objects, and give the name of the blob."""
    return git(project, "hash-object", "-w", "--stdin", given=data).decode().strip()


def mark_unmerged(project: Path, path: str, **sides: bytes | None) -> None:
    """Put a conflict into the index, as a merge of git does.

    Args:
        project: The project's folder.
        path: The file, relative to it.
        sides: What `base`, `ours` and `theirs` hold; None or left out where the file is not there.

    """
    prefix = git(project, "rev-parse", "--show-prefix").decode().rstrip("\n")
    entries = [f"0 {'0' * 40} 0\t{prefix}{path}"]
    for stage, side in enumerate(("base", "ours", "theirs"), start=1):
        if (data := sides.get(side)) is not None:
            entries.append(f"100644 {store(project, data)} {stage}\t{prefix}{path}")
    git(project, "update-index", "-z", "--index-info", given="\0".join([*entries, ""]).encode())


def paths(listed: bytes) -> list[str]:
    """Give the paths that a command lists with `-z`."""
    return [path.decode(errors="surrogateescape") for path in listed.split(b"\0")[:-1]]
