"""The git repositories of projects."""

import subprocess
from pathlib import Path


def git(*arguments: str | Path, cwd: Path) -> str:
    """Run git, which has to succeed, and give what it prints."""
    done = subprocess.run(
        ["git", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def commit(project: Path) -> None:
    """Commit all that is in a project, in a repository of its own if it is in none."""
    git("init", "--quiet", "--initial-branch=main", cwd=project)
    git("add", "--all", cwd=project)
    git("commit", "--quiet", "--allow-empty", "--message=all", cwd=project)


def snapshot(project: Path) -> dict[str, bytes]:
    """Every file outside .git, and its bytes."""
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in project.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(project).parts
    }
