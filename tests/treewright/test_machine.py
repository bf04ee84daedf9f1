"""Programs and variables are the machine's, not those of the project or of a shell."""

import os
from pathlib import Path

import pytest

from treewright import machine

SHELL = {
    "PYTHONSAFEPATH", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONWARNINGS",
    "PYTHONOPTIMIZE", "VIRTUAL_ENV", "CONDA_PREFIX", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY", "UV_PYTHON", "UV_PROJECT_ENVIRONMENT", "UV_WORKING_DIRECTORY",
    "UV_NO_BUILD_ISOLATION", "PIP_TARGET", "PIP_USER",
}  # fmt: skip
KEPT = {
    "PATH", "HOME", "UV_INDEX_URL", "UV_OFFLINE", "UV_CACHE_DIR", "PIP_INDEX_URL", "PIP_CERT",
    "SSL_CERT_FILE", "HTTPS_PROXY", "GIT_CONFIG_GLOBAL", "GIT_SSH_COMMAND", "SOURCE_DATE_EPOCH",
    "CFLAGS", "MY_PYTHON",
}  # fmt: skip


def test_what_is_of_the_shell_stays_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SHELL | KEPT:
        monkeypatch.setenv(name, "x")
    left = machine.variables(MORE="1")
    assert SHELL & left.keys() == set()
    assert left.keys() >= KEPT | {"MORE"}


def test_git_shows_things_as_it_always_does(monkeypatch: pytest.MonkeyPatch) -> None:
    moods = {"GIT_EXTERNAL_DIFF", "GIT_TRACE", "GIT_GLOB_PATHSPECS", "GIT_DIFF_OPTS"}
    places = {"GIT_DIR", "GIT_CONFIG_GLOBAL", "HOME"}
    for name in moods | places:
        monkeypatch.setenv(name, "x")
    left = machine.variables_for_git()
    assert moods & left.keys() == set()
    assert left.keys() >= places


@pytest.mark.skipif(os.name == "nt", reason="a program of POSIX")
def test_a_program_of_the_project_comes_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    for folder in (project, project / "bin", elsewhere):
        folder.mkdir()
        (folder / "git").write_text("#!/bin/sh\n")
        (folder / "git").chmod(0o755)
    monkeypatch.chdir(project)
    monkeypatch.setenv(
        "PATH", os.pathsep.join([".", "", str(project), "bin", str(project / "bin")])
    )
    assert machine.git() == str(project / "bin/git")
    monkeypatch.setenv("PATH", os.environ["PATH"] + os.pathsep + str(elsewhere))
    assert machine.git() == str(elsewhere / "git")
