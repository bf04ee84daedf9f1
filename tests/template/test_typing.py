"""Type checkers accept the package and its tests, and catch a misspelt public name."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from answers import COVERING, PYTHONS, SHAPES, STARTERS, VARIANTS, Promise, cover
from tiers import exhaustive, full

Render = Callable[..., Path]

FLOORS = [PYTHONS[0]["python_min"], PYTHONS[-1]["python_min"]]
USE = """\
from {package} import no_such_name
import {package}

{package}.{use}
{package}.{module}.__name__.upper()
{package}.__version__.split(".")
{package}.another_such_name
"""
MISSPELT = re.compile(r"\W(\w+_such_name)\W")
FINDING = re.compile(r"(?m)^(\S+?):\d+:.*(?:error|warning).*$")


@dataclass(frozen=True)
class Project:
    """A project, with a file among its tests that uses the public names, two of them misspelt."""

    folder: Path
    answers: Mapping[str, str]

    def __post_init__(self) -> None:
        promise = Promise(self.answers)
        starter = promise.starter
        module = max(starter.exports)  # which an eager import would have loaded
        use = USE.format(package=promise.import_path, use=starter.use, module=module)
        (self.folder / "tests" / "use.py").write_text(use)

    @property
    def files(self) -> int:
        """How many there are to check."""
        starter = Promise(self.answers).starter
        shared = ["__init__", "test_package_contract", "test_readme", "use"]
        return len([*shared, *starter.modules, *starter.tests])

    def settings(self, tool: str) -> dict[str, Any]:
        pyproject = tomllib.loads((self.folder / "pyproject.toml").read_text("utf-8"))
        settings: dict[str, Any] = pyproject["tool"][tool]
        return settings


@pytest.fixture(
    params=[
        ("few", FLOORS[0]),
        *(full(("every shape", floor)) for floor in FLOORS),
        *(exhaustive(("covering", floor)) for floor in FLOORS),
    ],
    ids="-".join,
)
def projects(request: pytest.FixtureRequest, render: Render, tmp_path: Path) -> list[Project]:
    """Each answer that a starter asks for; with --full every line that it brings on a floor too.

    And then every shape of the least package.
    """
    which, minor = request.param
    floor = {"python_min": minor}
    if which == "few":
        fitting = [answers for answers in VARIANTS if floor.items() <= answers.items()]
        return [Project(render(answers), answers) for answers in cover(1, fitting)]
    chosen = [
        Project(render(answers), answers)
        for shape in SHAPES
        for answers in [{"project_name": "acme-tool", **shape, **floor, **STARTERS[0]}]
    ]
    variants: list[Path] = request.getfixturevalue("variants")
    others: dict[Path, Mapping[str, str]] = dict(zip(variants, VARIANTS, strict=True))
    if which == "covering":
        others |= dict(zip(request.getfixturevalue("covering"), COVERING, strict=True))
    else:
        others = needed(others)
    for number, (path, answers) in enumerate(others.items()):
        if floor.items() <= answers.items():
            copy = shutil.copytree(path, tmp_path / f"other-{number}" / "acme-tool")
            chosen.append(Project(copy, answers))
    return chosen


def needed(projects: Mapping[Path, Mapping[str, str]]) -> dict[Path, Mapping[str, str]]:
    """Choose a few of the projects that together have every line of Python that any has."""
    lines = {
        path: {
            (file.name, line.replace(Promise(answers).import_path, "acme_tool"))
            for file in path.rglob("*.py")
            for line in file.read_text("utf-8").splitlines()
        }
        for path, answers in projects.items()
    }
    chosen: dict[Path, Mapping[str, str]] = {}
    left = set[tuple[str, str]]().union(*lines.values())
    while left:
        best = max(lines, key=lambda path: len(lines[path] & left))
        chosen[best] = projects[best]
        left -= lines[best]
    return chosen


def check(*command: str, cwd: Path) -> str:
    python = [sys.executable, "-m"]
    done = subprocess.run([*python, *command], cwd=cwd, capture_output=True, text=True, check=False)
    assert not done.stderr.replace("All checks passed!", "").strip(), done.stderr
    return done.stdout


def complaints(output: str) -> dict[str, set[str]]:
    """Give the misspelt names that are complained of, by file, and no other name of a file."""
    names: dict[str, set[str]] = {}
    for found in FINDING.finditer(output):
        names.setdefault(Path(found[1]).name, set()).update(MISSPELT.findall(found[0]))
    return names


ONLY = {"use.py": {"no_such_name", "another_such_name"}}


def test_mypy(projects: list[Project], tmp_path: Path) -> None:
    """One cache for all: what it keeps of others' packages takes it longest."""
    for number, project in enumerate(projects):
        for file in project.folder.rglob("*.py"):  # by size and second, it tells changes
            os.utime(file, (number, number))
        output = check("mypy", f"--cache-dir={tmp_path / 'cache'}", cwd=project.folder)
        assert complaints(output) == ONLY, output
        assert f"(checked {project.files} source files)" in output


def test_ty(projects: list[Project]) -> None:
    python = ("--python", sys.prefix)
    for project in projects:
        command = ("ty", "check", "--error-on-warning", "--output-format=concise", *python)
        output = check(*command, cwd=project.folder)
        assert complaints(output) == ONLY, output


def pyright(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        check("pyright", "--pythonpath", sys.executable, "--outputjson", cwd=folder)
    )
    return found


def test_pyright(projects: list[Project], tmp_path: Path) -> None:
    """One process for all, since it starts slowly: it is told what their own settings are."""
    floors, included, roots = set(), [], []
    for project in projects:
        root = project.folder.relative_to(tmp_path).as_posix()
        settings = project.settings("pyright")
        assert settings.pop("typeCheckingMode") == "strict"
        floors.add(settings.pop("pythonVersion"))
        included += [f"{root}/{path}" for path in settings.pop("include")]
        assert not settings
        roots.append({"root": root, "extraPaths": [f"{root}/src"]})  # as it does by itself
    (floor,) = floors
    together = {"include": included, "typeCheckingMode": "strict", "pythonVersion": floor}
    (tmp_path / "pyrightconfig.json").write_text(
        json.dumps({**together, "executionEnvironments": roots})
    )
    found = pyright(tmp_path)
    assert found["summary"]["filesAnalyzed"] == sum(project.files for project in projects)
    for project in projects:
        messages = [
            f"{finding['file']}:1: error: {finding['message']!r}"
            for finding in found["generalDiagnostics"]
            if Path(finding["file"]).is_relative_to(project.folder)
        ]
        assert complaints("\n".join(messages)) == ONLY, messages


@pytest.mark.parametrize("shape", [full(SHAPES[0]), SHAPES[-1]], ids=["plainest", "deepest"])
def test_pyright_alone(render: Render, shape: Mapping[str, str]) -> None:
    """It finds its own settings."""
    project = Project(render(shape), shape)
    found = pyright(project.folder)
    assert found["summary"]["filesAnalyzed"] == project.files


LARGEST = {"project_name": "acme-tool", **SHAPES[0], "starter": "pipeline", "plugins": "both"}
# What graders run beside the type checkers that can be chosen, the newest of each; what deptry
# finds unused is a matter of types, too: a module that is loaded by name has none.
GRADERS = {
    "deptry": ("deptry", "--no-ansi", "."),
    "pyrefly": ("pyrefly", "check", "--python-interpreter-path", sys.executable),
    "zuban": ("zuban", "mypy", "--python-executable", sys.executable),
}


@pytest.mark.parametrize("grader", ["verifytypes", *map(full, ["verifytypes of all", *GRADERS])])
def test_other_graders_find_nothing(
    request: pytest.FixtureRequest, render: Render, grader: str
) -> None:
    """The types of all public names are written, and what is right for one checker is for all."""
    chosen = {render(LARGEST): LARGEST}
    if grader != "verifytypes":
        variants: list[Path] = request.getfixturevalue("variants")
        chosen = dict(zip(variants, VARIANTS, strict=True))
    for folder, answers in chosen.items():
        if grader == "zuban" and answers["python_min"] == "3.15":
            continue  # it cannot parse `lazy from` (PEP 810) yet
        public = ("--verifytypes", Promise(answers).import_path, "--ignoreexternal")
        run = GRADERS.get(grader, ("pyright", "--pythonpath", sys.executable, *public))
        source = folder / "src" if answers["layout"] == "src" else folder
        done = subprocess.run(
            [sys.executable, "-m", *(["uv", "tool", "run"] if grader in GRADERS else []), *run],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(source)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
