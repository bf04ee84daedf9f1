"""What is out of date is named, whatever makes it so; the repositories here are on this disk."""

import json
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
    forge = str(tmp_path / "forge" / "{}")
    monkeypatch.setattr(outdated, "FORGES", dict.fromkeys(outdated.FORGES, forge))
    monkeypatch.setattr(outdated, "released", lambda _: "2.0")
    return tmp_path


def pin(folder: Path, *, requirement: str = ">=1", hook: str = "v1.1", action: str) -> None:
    pins = {
        "requirements": {"backend": requirement},
        "hooks": {"acme/lint": hook},
        "actions": {"acme/lint": {"version": "v1.1", "commit": action}},
        "images": {},
        "containers": {},
    }
    (folder / "includes/pins.json").write_text(json.dumps(pins))


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
    (folder / "src/treewright/scripts").mkdir(parents=True)
    needs = '# /// script\n# dependencies = ["parser==1.8"]\n# ///\n'
    (folder / "src/treewright/scripts/rename.py").write_text(needs)
    assert outdated.main(folder) == 1
    assert capsys.readouterr().out.splitlines() == [
        "includes/pins.json: backend >=1,<2: 2.0 is out",
        f"includes/pins.json: acme/lint v1.1: v1.1 is the commit {commit}",
        "includes/pins.json: acme/lint v0.9: no such tag",
        "pyproject.toml: tool ==1.9: 2.0 is out",
        "src/treewright/scripts/rename.py: parser ==1.8: 2.0 is out",
        "5 pins: 5 out of date, 0 not looked up.",
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


def test_images_have_tags_too(folder: Path, git: Run, capsys: pytest.CaptureFixture[str]) -> None:
    git("tag", "v1.1")
    pin(folder, action=git("rev-parse", "HEAD"))
    pins = folder / "includes/pins.json"
    pins.write_text(pins.read_text().replace('"images": {}', '"images": {"acme/lint": "v1.0"}'))
    assert outdated.main(folder) == 1
    assert "includes/pins.json: acme/lint v1.0: no such tag\n" in capsys.readouterr().out


def test_containers_of_the_same_variant_count(
    folder: Path, git: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    git("tag", "v1.1")
    pin(folder, action=git("rev-parse", "HEAD"))
    pins = folder / "includes/pins.json"
    box = '"containers": {"registry.example/box": "1.0.0-3.14-trixie"}'
    pins.write_text(pins.read_text().replace('"containers": {}', box))
    found = {"tags": ["latest", "1.0.0-3.14-trixie", "1.2.0-3.14-bookworm", "2.0.0"]}
    monkeypatch.setattr(outdated, "fetched", lambda _: found)
    assert outdated.main(folder) == 0
    found["tags"].append("1.1.0-3.14-trixie")
    assert outdated.main(folder) == 1
    assert "box 1.0.0-3.14-trixie: 1.1.0-3.14-trixie is out\n" in capsys.readouterr().out


def test_what_runs_renovate_is_read(
    folder: Path, git: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    git("tag", "v1.1")
    pin(folder, action=git("rev-parse", "HEAD"))
    (folder / "fleet/runner").mkdir(parents=True)
    (folder / "fleet/runner/package.json").write_text('{"dependencies": {"bot": "1.0.0"}}')
    (folder / "fleet/runner/requirements.txt").write_text("engine==1.9\n")
    needs = '# /// script\n# dependencies = ["mapper==1.8"]\n# ///\n'
    (folder / "fleet/runner/fix.py").write_text(needs)
    monkeypatch.setattr(outdated, "fetched", lambda _: {"version": "1.0.1"})
    assert outdated.main(folder) == 1
    assert capsys.readouterr().out.splitlines() == [
        "fleet/runner/requirements.txt: engine ==1.9: 2.0 is out",
        "fleet/runner/fix.py: mapper ==1.8: 2.0 is out",
        "fleet/runner/package.json: bot 1.0.0: 1.0.1 is out",
        "7 pins: 3 out of date, 0 not looked up.",
    ]


def test_every_pin_of_the_files_is_read() -> None:
    found = {(pin.kind, pin.name) for pin in outdated.pins(ROOT) if "pins.json" in pin.file}
    assert found == {(kind, name) for kind, names in PINS.items() for name in names}
    assert all(found.version for found in outdated.pins(ROOT))
