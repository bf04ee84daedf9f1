"""Treewright passes the checks of the packages that it makes, by the same files and settings."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rendering import ROOT
from repositories import commit, git

Render = Callable[..., Path]

ANSWERS = {
    "project_name": "treewright",
    "user_name": "the Treewright authors",
    "forge": "none",
    "docs": "none",
    "update_bot": "none",
}
SAME = [
    ".editorconfig",
    ".gitattributes",
    ".pre-commit-config.yaml",
    ".yamllint",
    "CODE_OF_CONDUCT.md",
    "LICENSE",
    "LICENSES/MIT.txt",
    "REUSE.toml",
    "SECURITY.md",
]


@pytest.fixture
def package(render: Render) -> Path:
    """The package that Treewright would make of itself."""
    return render(ANSWERS)


def tools(project: Path) -> dict[str, Any]:
    tables: dict[str, Any] = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["tool"]
    return tables


@pytest.mark.parametrize("name", SAME)
def test_the_file_is_the_one_that_is_made(package: Path, name: str) -> None:
    assert (ROOT / name).read_bytes() == (package / name).read_bytes()


def test_the_settings_are_those_that_are_made(package: Path) -> None:
    """Ours add to them what only this repository has, and take nothing back."""
    ours, theirs = tools(ROOT), tools(package)
    assert ours["ruff"]["line-length"] == theirs["ruff"]["line-length"]
    assert ours["ruff"]["lint"]["select"] == theirs["ruff"]["lint"]["select"]
    more = set(ours["ruff"]["lint"]["ignore"]) - set(theirs["ruff"]["lint"]["ignore"])
    assert more == {"S603", "S607", "S701"}
    for name in ("strict", "warn_unreachable", "enable_error_code", "explicit_package_bases"):
        assert ours["mypy"][name] == theirs["mypy"][name], name
    for name in ("strict", "filterwarnings", "minversion", "log_level"):
        assert ours["pytest"][name] == theirs["pytest"][name], name


def test_the_hooks_pass(tmp_path: Path, mirrors: dict[str, str]) -> None:
    """All that git would take, in a repository of its own: prek reads no other files."""
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            copy = tmp_path / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy)
    commit(tmp_path)
    command = ["prek", "run", "--all-files", "--color=never"]
    done = subprocess.run(
        command, cwd=tmp_path, env=mirrors, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert git("status", "--porcelain", cwd=tmp_path) == ""


def test_the_types_pass(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
