"""Generated projects pass the linters, by their own settings."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tiers import full


def lint(*command: str, cwd: Path) -> None:
    """Run a tool that has to find nothing."""
    python = [sys.executable, "-m"]
    done = subprocess.run([*python, *command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def settings(project: Path, tool: str) -> dict[str, Any]:
    """Give what pyproject.toml says of a tool."""
    table: dict[str, Any] = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    found: dict[str, Any] = table["tool"][tool]
    return found


@pytest.mark.parametrize("command", [["check"], ["format", "--diff"]], ids=["check", "format"])
@pytest.mark.parametrize("rendered", ["covering", full("variants")])
def test_ruff(request: pytest.FixtureRequest, rendered: str, command: list[str]) -> None:
    """It looks for the settings of each file in the folders above it."""
    projects: list[Path] = request.getfixturevalue(rendered)
    assert all(settings(project, "ruff")["lint"]["select"] == ["ALL"] for project in projects)
    lint("ruff", *command, "--no-cache", ".", cwd=projects[0].parents[1])


@pytest.mark.parametrize("rendered", ["covering", full("variants")])
def test_codespell(request: pytest.FixtureRequest, rendered: str) -> None:
    """It reads the settings of one project, and starts slowly: they are the same in all."""
    projects: list[Path] = request.getfixturevalue(rendered)
    first, *others = projects
    assert all(settings(other, "codespell") == settings(first, "codespell") for other in others)
    lint("codespell_lib", "--toml", str(first / "pyproject.toml"), ".", cwd=first.parents[1])
