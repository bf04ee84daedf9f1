"""The hook after a copy, as Copier starts it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import after_copy
from rendering import ROOT
from treewright.updating import layers

AFTER_COPY = ROOT / "hooks/after_copy.py"
MINE = "raise SystemExit('it was imported')\n"


def run_hook(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the hook after a copy in a folder that holds no project, so that it is soon done."""
    (folder / "answers.yml").write_text(f"_src_path: {ROOT}\n")
    return subprocess.run(
        [sys.executable, str(AFTER_COPY), "answers.yml", "existing"],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def write_modules(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(MINE)
    return folder


@pytest.mark.parametrize("given", [".", "src", os.pathsep])
def test_nothing_is_imported_from_the_project(tmp_path: Path, given: str) -> None:
    """Not even where PYTHONPATH names it, or has an empty part, which is the current folder."""
    names = ("yaml.py", "difflib.py", "treewright/__init__.py", "treewright/rows.py")
    write_modules(tmp_path, *names)
    write_modules(tmp_path / "src", *names)
    done = run_hook(tmp_path, PYTHONPATH=given)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\nNot proven: " in done.stdout


@pytest.mark.parametrize("value", ["", "1"])
def test_its_own_modules_are_first(tmp_path: Path, value: str) -> None:
    """Whatever PYTHONPATH has by their names, and where Python leaves out a script's folder."""
    (tmp_path / "project").mkdir()
    other = write_modules(tmp_path / "other", "treewright/__init__.py", "treewright/rows.py")
    more = {"PYTHONOPTIMIZE": "2", "PYTHONWARNINGS": "error"}
    done = run_hook(tmp_path / "project", PYTHONPATH=str(other), PYTHONSAFEPATH=value, **more)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\nNot proven: " in done.stdout


def test_a_terminal_that_cannot_show_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "n\N{LATIN SMALL LETTER E WITH ACUTE}"
    folder.mkdir()
    done = run_hook(folder, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "n\\xe9" in done.stdout


@pytest.mark.parametrize(
    ("situation", "strict", "status"),
    [("", True, 1), ("quiet", True, 1), ("existing,", False, 0), ("existing,quiet", False, 0)],
)
def test_style_counts_where_all_is_the_templates(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    situation: str,
    strict: bool,  # noqa: FBT001
    status: int,
) -> None:
    asked = []

    def prove_here(_: str, **how: bool) -> int:
        asked.append(how)
        return 1

    monkeypatch.setattr(after_copy, "prove_here", prove_here)
    monkeypatch.chdir(tmp_path)
    assert after_copy.main(".copier-answers.yml", situation) == status
    assert asked == [{"quiet": "quiet" in situation, "strict": strict}]


def test_overlays_are_laid_in_again(tmp_path: Path) -> None:
    """Where the folder of fragments is, and what is wrong with one is told."""
    fragment = tmp_path / layers.FOLDER / "acme/pyproject.toml"
    fragment.parent.mkdir(parents=True)
    fragment.write_bytes(b"\xff")
    assert f"{layers.FOLDER}/acme/pyproject.toml is not UTF-8 text" in run_hook(tmp_path).stdout
