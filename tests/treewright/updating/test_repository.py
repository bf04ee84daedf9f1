"""One object asks git, in no mood but its own, and writes nothing outside of the repository."""

import os
from pathlib import Path

import pytest

from repositories import commit, git
from treewright.updating.repository import OURS, THEIRS, GitError, OutsideError, Repository


@pytest.fixture(params=["", "in [a] folder"], ids=["top", "in a folder"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Repository:
    project: Path = tmp_path / "many" / request.param
    project.mkdir(parents=True)
    git("init", "--quiet", cwd=tmp_path / "many")
    return Repository(project)


ODD = ["a[b].txt", "ab.txt", "*.md", ":(top)x", "-n", "ü ö.txt", 'q"q.txt']


@pytest.mark.skipif(os.name == "nt", reason="names that Windows does not have")
def test_paths_are_paths(repository: Repository) -> None:
    for name in ODD:
        (repository.project / name).write_text(name)
    commit(repository.top)
    for name in ODD:
        (repository.project / name).unlink()
    assert sorted(repository.files("--deleted")) == sorted(ODD)
    repository.restore(repository.deleted()["a[b].txt"])
    assert sorted(repository.deleted()) == sorted({*ODD} - {"a[b].txt"})
    repository.mark_unmerged("*.md", {OURS: b"a", THEIRS: b"b"})
    assert repository.unmerged().keys() == {"*.md"}
    assert repository.staged("*.md") == b"a"
    assert repository.committed(":(top)x") == b":(top)x"
    folder = ":(top)y"
    (repository.project / folder).mkdir()
    (repository.project / folder / "z").write_text("z")
    commit(repository.top)
    assert [entry.path for entry in repository.entries(folder)] == [f"{folder}/z"]
    assert repository.committed_files(folder) == [f"{folder}/z"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status.showUntrackedFiles", "no"),
        ("grep.fullName", "true"),
        ("grep.patternType", "fixed"),
        ("color.ui", "always"),
        ("core.quotePath", "true"),
        ("core.fsmonitor", "/nowhere/fsmonitor"),
        ("diff.noprefix", "true"),
    ],
)
def test_moods(repository: Repository, name: str, value: str) -> None:
    (repository.project / "ü.txt").write_text("<<<<<<< before updating\r\n>>>>>>> not\n")
    (repository.project / "plain.txt").write_text("plain\n")
    commit(repository.top)
    (repository.project / "plain.txt.rej").write_text("rej\n")
    git("config", name, value, cwd=repository.project)
    assert repository.marked() == ["ü.txt"]
    assert repository.rejects() == {"plain.txt": ["plain.txt.rej"]}
    assert repository.files("--others") == ["plain.txt.rej"]


@pytest.mark.skipif(os.name == "nt", reason="a program of POSIX")
def test_no_program_of_the_settings_runs(repository: Repository, tmp_path: Path) -> None:
    monitor = tmp_path / "monitor"
    monitor.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\nexit 1\n")
    monitor.chmod(0o755)
    (repository.project / "a").write_text("a")
    commit(repository.top)
    git("config", "core.fsmonitor", str(monitor), cwd=repository.project)
    assert repository.files("--deleted") == []
    assert repository.changed_binaries() == []
    assert not (tmp_path / "ran").exists()


def test_a_reject_that_is_tracked_is_a_file(repository: Repository) -> None:
    for name in ("a", "a.rej"):
        (repository.project / name).write_text(name)
    commit(repository.top)
    assert repository.rejects() == {}


def test_old_rejects_do_not_count(repository: Repository) -> None:
    (repository.project / "a").write_text("a")
    commit(repository.top)
    for name in ("a.rej", "a.orig"):
        (repository.project / name).write_text(name)
    os.utime(repository.project / "a.orig", (100, 100))
    assert repository.rejects() == {"a": ["a.rej", "a.orig"]}
    assert repository.rejects(since=200) == {"a": ["a.rej"]}


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_nothing_is_written_outside(repository: Repository, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("mine")
    (repository.project / "folder").symlink_to(outside)
    (repository.project / "file").symlink_to(outside / "file")
    with pytest.raises(OutsideError, match=r"^folder leads out of the repository"):
        repository.write("folder/file", b"theirs")
    repository.write("file", b"theirs")
    assert (outside / "file").read_text() == "mine"
    assert (repository.project / "file").read_text() == "theirs"
    assert repository.read("folder") is None


def test_a_repository_of_somebody_else(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(GitError) as error:
        repository.files()
    assert "it belongs to another user; if you do, run git config --global" in str(error.value)
    assert f'safe.directory "{tmp_path / "many"}"' in str(error.value)


def test_no_git(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(GitError, match="git is not installed"):
        repository.files()
