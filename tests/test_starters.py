"""The pages of the starters are true: each has one, and its transcript is what is printed."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import environments
import starters
from answers import CONTENTS
from make_it_yours import PAGE, follow
from rendering import ROOT
from tiers import full, spread

SPEED = re.compile(r"in [\d,.]+ s \([\d,.]+ rows/s\)")


def test_every_starter_has_a_page() -> None:
    assert starters.PAGES.keys() == CONTENTS.keys()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in CONTENTS if f"(docs/starters/{name}.md)" not in readme] == []


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are those of POSIX")
@pytest.mark.parametrize("name", spread(starters.PAGES, ["pipeline"]))
def test_transcript(checkout: Path, tmp_path: Path, name: str) -> None:
    page = starters.PAGES[name]
    now = starters.transcribe(page, checkout, tmp_path)
    assert SPEED.sub("", now) == SPEED.sub("", page.read_text(encoding="utf-8"))
    assert "Traceback" not in now


@pytest.mark.parametrize("name", starters.PAGES)
def test_every_module_is_explained(name: str) -> None:
    table = starters.PAGES[name].read_text(encoding="utf-8").partition("## Where things are")[2]
    starter = CONTENTS[name]
    modules = [f"{module}.py" for module in starter.modules]
    assert [module for module in modules if f"`{module}`" not in table] == []


def texts(project: Path) -> dict[str, str]:
    """Read what may change: the package, its tests and its pages."""
    files = [path for path in project.rglob("*") if path.suffix in {".csv", ".md", ".py"}]
    return {
        path.relative_to(project).as_posix(): path.read_text(encoding="utf-8")
        for path in files
        if path.is_file() and path.name != PAGE
    }


@pytest.mark.parametrize("checked", [False, full(True)], ids=["followed", "checked"])
def test_another_table(render: Callable[..., Path], tmp_path: Path, *, checked: bool) -> None:
    """The analysis takes a real table, by its page, and little changes."""
    project = render(starter="analysis", project_name="acme-tool")
    before = texts(project)
    told = starters.PAGES["analysis"].read_text(encoding="utf-8")
    (project / PAGE).write_text("## Another table" + told.partition("## Another table")[2], "utf-8")
    follow(project, "another-table")
    after = texts(project)
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    own = {"src/acme_tool/table.py", "src/acme_tool/deliveries.csv", "tests/test_table.py"}
    assert changed == {*own, "README.md", "docs/tutorial.md"}
    left = re.compile(r"deliver(y|ies)\b|minutes|distance_km|weather")
    assert [name for name, text in after.items() if left.search(text)] == []
    if not checked:
        return

    fetched, environment = tmp_path / "fetched", tmp_path / "environment"
    uv = [sys.executable, "-m", "uv", "--quiet"]
    fetch = ["pip", "install", "--no-deps", "--target", str(fetched), "palmerpenguins==0.1.6"]
    subprocess.run([*uv, *fetch], check=True)
    sample = fetched / "palmerpenguins/data/penguins.csv"
    (project / "src/acme_tool/penguins.csv").write_bytes(sample.read_bytes())
    subprocess.run([*uv, "venv", "--python", sys.executable, str(environment)], check=True)
    groups = ["--group", "test", "--group", "types"]
    install = ["pip", "install", "--python", str(environment), *groups, "--editable", "."]
    subprocess.run([*uv, *install], cwd=project, check=True)
    ruff = f"{sys.executable} -m ruff"
    checks = ["coverage run -m pytest -q", "coverage combine", "coverage report", "mypy"]
    for check in [*checks, f"{ruff} check .", f"{ruff} format --check ."]:
        done = environments.Environment(environment).run(*check.split(), cwd=project)
        assert done.returncode == 0, done.stdout + done.stderr
