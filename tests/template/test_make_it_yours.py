"""MAKE_IT_YOURS.md is true: each of its paths, followed to the letter, ends with all green."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from answers import SHAPES, VARIANTS, identify, start
from environments import Environment
from make_it_yours import follow, sections
from tiers import full, spread

Render = Callable[..., Path]

# In every starter, with every framework and kind of plugins, in turns.
STARTS = [
    start("minimal", "none", "") | SHAPES[0],
    start("library", "both", "") | SHAPES[-1],
    start("library", "none", "") | SHAPES[0] | {"exports": "plain"},
    start("command", "both", "argparse") | SHAPES[3],
    start("command", "none", "click") | SHAPES[1],
    start("command", "entry-points", "typer") | SHAPES[0],
    start("pipeline", "none", "argparse") | SHAPES[0],
    start("pipeline", "both", "click") | SHAPES[-1] | {"exports": "plain"},
    start("analysis", "folder", "argparse") | SHAPES[0],
    start("analysis", "none", "typer") | SHAPES[4],
    start("plugin", "", "") | SHAPES[1],
]


def paths_of(answers: Mapping[str, str]) -> list[str]:
    """Name the sections of a project's page."""
    program, plugins = "cli_framework" in answers, answers.get("plugins") != "none"
    return [
        "add-a-module",
        "add-a-public-function",
        "add-a-dependency",
        *(["add-a-subcommand"] if program else []),
        *(["add-a-transform"] if answers["starter"] == "pipeline" else []),
        *(["add-a-plugin"] if plugins else []),
        "remove-the-sample",
    ]


WAYS = [(answers, path) for answers in STARTS for path in paths_of(answers)]


def followed(projects: list[Path], folder: Path) -> Iterator[Path]:
    """Follow each path of each project, by itself, in a copy in a folder; give the copies."""
    for number, project in enumerate(projects):
        for path in filter(None, sections(project)):
            copy = shutil.copytree(project, folder / str(number) / path / "acme-tool")
            follow(copy, path, with_uv=False)
            yield copy


def test_what_each_page_has(variants: list[Path]) -> None:
    for project, answers in zip(variants, VARIANTS, strict=True):
        assert list(filter(None, sections(project))) == paths_of(answers)


@pytest.mark.parametrize("step", [4, full(1)], ids=["some", "all"])
def test_every_path_can_be_followed(variants: list[Path], tmp_path: Path, step: int) -> None:
    """What it names is there, and ruff has nothing to say of what comes out."""
    projects = list(followed(variants[::step] + variants[-2:], tmp_path))
    for check in (["check", "--no-fix"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *check, "--quiet", *map(str, projects)]
        done = subprocess.run(ruff, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("answers", "path"),
    spread(WAYS, WAYS[3:4], names=2),
    ids=[f"{identify(answers)}-{path}" for answers, path in WAYS],
)
def test_every_path_ends_green(
    render: Render, tmp_path: Path, answers: dict[str, str], path: str
) -> None:
    """Tests, coverage and types; `ruff` is above, and what the page says is to be run, below."""
    project = render(answers, project_name="acme-tool")
    follow(project, path, with_uv=False)
    environment = Environment(tmp_path / "environment")
    uv, place = [sys.executable, "-m", "uv", "--quiet"], str(environment.folder)
    subprocess.run([*uv, "venv", "--python", sys.executable, place], check=True)
    install = ["pip", "install", "--python", place, "--group", "test", "--group", "types"]
    subprocess.run([*uv, *install, "--editable", "."], cwd=project, check=True)
    for check in ("coverage run -m pytest -q", "coverage report", "mypy"):
        done = environment.run(*check.split(), cwd=project)
        assert done.returncode == 0, done.stdout + done.stderr
