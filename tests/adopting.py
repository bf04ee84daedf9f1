"""`treewright adopt` in tests, from a clone of the template with every release.

The code runs as from that clone: its path is the address, and the printed commands are Copier's.
"""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

import finishing
import rendering
from keeping import ANSWERS, write
from repositories import commit, git
from treewright import stock
from treewright.adopting import command

_IDEA = rendering.ROOT / "template/{{ project.issue_forms }}/idea.yml"
# A package as it may be anywhere; uv has its backend in it, so it builds offline and at once.
FILES: Mapping[str, str] = {
    "pyproject.toml": """\
[build-system]
requires = ["uv_build>=0.9,<0.99"]
build-backend = "uv_build"

[project]
name = "acme-lib"
version = "1.2.0"
description = "Counts things."
readme = "README.md"
requires-python = ">=3.9"
license = "MIT"
license-files = ["LICENSE"]
authors = [{ name = "Ann", email = "ann@example.org" }]

[project.urls]
Repository = "https://github.com/acme/acme-lib"

[tool.mypy]
strict = false
""",
    "src/acme_lib/__init__.py": '"""Count."""\n\nONE = 1\n',
    "tests/test_it.py": "def test_it():\n    assert True\n",
    "README.md": "# acme-lib\n",
    "LICENSE": "MIT License\n",
    "SECURITY.md": "Write to ann@example.org.\n",
    # Byte for byte the template's, and the owner's all the same.
    ".github/ISSUE_TEMPLATE/idea.yml": _IDEA.read_text(encoding="utf-8"),
    ".gitignore": "*.pyc\n/dist/\n",
}


def from_clone(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the code of this process be that of a clone."""
    monkeypatch.setattr(stock, "BUNDLE", clone / "src/treewright/releases.bundle")


def make(folder: Path, files: Mapping[str, str | None] | None = None) -> Path:
    """Make a repository of FILES and others, and commit it; None leaves a file out."""
    for path, text in {**FILES, **(files or {})}.items():
        if text is not None:
            write(folder, path, text)
    commit(folder)
    return folder


def adopt(project: Path, *arguments: str) -> int:
    """Run the command in a project, and give its exit status."""
    # The repository of the tests may have come without its tags.
    assert rendering.ROOT not in stock.BUNDLE.parents, "call from_clone first"
    before = Path.cwd()
    os.chdir(project)
    try:
        with rendering.remembering():
            return command.run(arguments, finishing.run_update)
    finally:
        os.chdir(before)


def told(
    capsys: pytest.CaptureFixture[str], project: Path, *arguments: str, status: int = 0
) -> dict[str, Any]:
    """Run the command, which has to end with a status, and give the document that it prints."""
    capsys.readouterr()
    assert adopt(project, "--json", *arguments) == status
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert document["version"] == 1
    assert document["status"] == {0: "ready", 1: "refused", 2: "unable"}[status]
    return document


def answers(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((project / ANSWERS).read_text("utf-8"))
    return found


def carry_out(project: Path, command_: str) -> None:
    """Run a command as it was printed, and commit what it makes."""
    ways = r"(copier update --trust|treewright update) --defaults|treewright finish --base HEAD~1"
    assert re.search(ways, command_)
    add, save, follow = command_.split(" && ")
    for words in (add, save):
        subprocess.run(words, shell=True, cwd=project, check=True)  # noqa: S602  # as it is printed
    if " finish " in follow:
        assert finishing.finish(project, base="HEAD~1") == 0
    else:
        version = re.search(r"--vcs-ref (\S+)", follow)
        finishing.run_update(
            project,
            ["--defaults", *([f"--vcs-ref={version[1]}"] if version else [])],
            True,  # noqa: FBT003
        ).check_returncode()
    finishing.save(project, "what follows")


def tree(project: Path, commit_: str = "HEAD") -> str:
    return git("rev-parse", f"{commit_}^{{tree}}", cwd=project).strip()
