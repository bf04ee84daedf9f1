"""The git repository around a project, through git itself."""

import subprocess
from pathlib import Path


class GitError(Exception):
    """A git command failed; the message is what git said."""


def git(project: Path, *arguments: str, given: bytes = b"") -> bytes:
    """Run git in a project's folder, which may be any folder of a repository.

    Args:
        project: The folder.
        arguments: What follows `git`.
        given: The standard input.

    Returns:
        What git printed.

    Raises:
        GitError: If git is not there, or reports a failure.

    """
    command = ["git", "-c", "core.quotePath=false", *arguments]
    try:
        done = subprocess.run(command, cwd=project, input=given, capture_output=True, check=True)
    except FileNotFoundError:
        raise GitError("git is not installed") from None
    except subprocess.CalledProcessError as error:
        raise GitError(error.stderr.decode(errors="replace").strip()) from error
    return done.stdout


def paths(listed: bytes) -> list[str]:
    """Give the paths that a command lists with `-z`."""
    return [path.decode(errors="surrogateescape") for path in listed.split(b"\0")[:-1]]
