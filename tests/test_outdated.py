"""What is out of date is named, whatever makes it so; the repositories here are on this disk."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import outdated
from answers import PINS
from rendering import ROOT

Run = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path) -> Run:
    """Run git in a repository that has one commit."""
    repository = tmp_path / "forge" / "acme" / "lint"
    repository.mkdir(parents=True)

    def _git(*arguments: str) -> str:
        return subprocess.check_output(["git", *arguments], cwd=repository, text=True).strip()

    _git("init", "--quiet")
    _git("commit", "--quiet", "--allow-empty", "--message=first")
    return _git


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a pin of each kind, where PyPI knows all newest releases as 2.0."""
    (tmp_path / "includes").mkdir()
    (tmp_path / "pyproject.toml").write_text('[dependency-groups]\ntest = ["tool==2.0"]\n')
    monkeypatch.setattr(outdated, "FORGE", str(tmp_path / "forge" / "{}"))
    monkeypatch.setattr(outdated, "released", lambda _: "2.0")
    return tmp_path


def pin(folder: Path, *, requirement: str = ">=1", hook: str = "v1.1", action: str) -> None:
    (folder / "includes/pins.yml").write_text(
        f"requirements:\n  backend: '{requirement}'\nhooks:\n  acme/lint: {hook}\n"
        f"actions:\n  acme/lint: {{version: v1.1, commit: {action}}}\n"
    )


def test_all_up_to_date(folder: Path, git: Run, capsys: pytest.CaptureFixture[str]) -> None:
    for tag in ("v1", "v1.0", "v2.0rc1", "nightly"):
        git("tag", tag)
    git("commit", "--quiet", "--allow-empty", "--message=second")
    git("tag", "--annotate", "--message=1.1", "v1.1")
    pin(folder, action=git("rev-parse", "HEAD"))
    assert outdated.main(folder) == 0
    assert capsys.readouterr().out == "4 pins: 0 out of date, 0 not looked up.\n"


def test_each_fault_is_named(folder: Path, git: Run, capsys: pytest.CaptureFixture[str]) -> None:
    git("tag", "v1.1")
    commit = git("rev-parse", "HEAD")
    (folder / "pyproject.toml").write_text('[dependency-groups]\ntest = ["tool==1.9"]\n')
    pin(folder, requirement=">=1,<2", hook="v0.9", action="0" * 40)
    assert outdated.main(folder) == 1
    assert capsys.readouterr().out.splitlines() == [
        "includes/pins.yml: backend >=1,<2: 2.0 is out",
        "includes/pins.yml: acme/lint v0.9: no such tag",
        f"includes/pins.yml: acme/lint v1.1: v1.1 is the commit {commit}",
        "pyproject.toml: tool ==1.9: 2.0 is out",
        "4 pins: 4 out of date, 0 not looked up.",
    ]
    git("tag", "v1.2")
    pin(folder, action=commit)
    assert outdated.main(folder) == 1
    assert "acme/lint v1.1: v1.2 is out" in capsys.readouterr().out


def test_what_cannot_be_looked_up_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pin(folder, action="0" * 40)
    assert outdated.main(folder) == 2
    assert "acme/lint: not looked up: fatal: " in capsys.readouterr().out


def test_images_come_from_another_forge(
    folder: Path, git: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    git("tag", "v1.1")
    pin(folder, action=git("rev-parse", "HEAD"))
    with (folder / "includes/pins.yml").open("a") as pins:
        pins.write("images:\n  acme-images/lint: v1.0\n")
    monkeypatch.setattr(outdated, "IMAGES", str(folder / "forge/acme/lint"))
    assert outdated.main(folder) == 1
    assert "includes/pins.yml: acme-images/lint v1.0: no such tag\n" in capsys.readouterr().out


def test_every_pin_of_the_files_is_read() -> None:
    found = [found for found in outdated.pins(ROOT) if found.file == "includes/pins.yml"]
    assert [found.name for found in found] == [name for kind in PINS.values() for name in kind]
    assert all(found.version for found in outdated.pins(ROOT))
