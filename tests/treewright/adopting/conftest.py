"""Small repositories, made up for a test."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from treewright import machine

Make = Callable[[Mapping[str, str | bytes]], Path]
Git = Callable[..., None]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make a folder of a project with these files, which is in no repository yet."""
    folder = tmp_path / "made"

    def _make(files: Mapping[str, str | bytes]) -> Path:
        folder.mkdir(exist_ok=True)
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            data = content.encode() if isinstance(content, str) else content
            (folder / path).write_bytes(data)
        return folder

    return _make


@pytest.fixture
def git() -> Git:
    """Run git in a folder."""

    def _git(folder: Path, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)

    return _git


@pytest.fixture
def commit(make: Make, git: Git) -> Make:
    """Make a repository of one commit, with these files."""

    def _commit(files: Mapping[str, str | bytes]) -> Path:
        folder = make(files)
        git(folder, "init", "--quiet", "--initial-branch=main")
        git(folder, "add", "--all", "--force")
        git(folder, "commit", "--quiet", "--message=Start")
        return folder

    return _commit


@pytest.fixture
def no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have files found without git, which is quicker where a folder is in no repository."""
    monkeypatch.setattr(machine, "git", lambda: None)
