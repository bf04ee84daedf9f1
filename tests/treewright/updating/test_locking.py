"""One update at a time in a repository."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from repositories import git
from treewright.updating.locking import LockedError, began, lock, unlock
from treewright.updating.repository import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    git("init", "--quiet", cwd=tmp_path)
    (tmp_path / "inside").mkdir()
    return Repository(tmp_path / "inside")


def ended() -> int:
    """Give the number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_another_has_to_wait(repository: Repository) -> None:
    lock(repository, os.getpid())
    with pytest.raises(LockedError, match=rf"running .* \(process {os.getpid()}\)") as refusal:
        lock(repository, os.getppid())
    assert str(repository.beside_index("treewright.lock")) in str(refusal.value)
    assert began(repository) > 0
    unlock(repository, os.getppid())  # it is not its own
    with pytest.raises(LockedError):
        lock(repository, os.getppid())
    lock(repository, os.getpid())
    unlock(repository, os.getpid())
    assert began(repository) == 0
    lock(repository, os.getppid())


def test_what_was_killed_holds_nothing(repository: Repository) -> None:
    lock(repository, ended())
    lock(repository, os.getpid())
    with pytest.raises(LockedError):
        lock(repository, os.getppid())


def test_a_lock_that_says_nothing_holds(repository: Repository) -> None:
    """It is being written, or nobody can tell by whom."""
    (repository.project / repository.beside_index("treewright.lock")).touch()
    with pytest.raises(LockedError):
        lock(repository, os.getpid())
