"""Type checkers accept the package and its tests, and catch a misspelt public name."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import cycle, product
from pathlib import Path

import pytest

from answers import SHAPES, TYPICAL, Promise, identify

Render = Callable[..., Path]

MISSPELT = re.compile(r'"(\w+_such_name)"')
PYRIGHT = ("pyright", "--pythonpath", sys.executable, "--outputjson")
FLOORS = ["3.11", "3.15"]
# Every shape on both, and then the starters in the plainest and the deepest shape by turns.
CASES = [*product(SHAPES, FLOORS)] + [
    ({**shape, **starter}, floor)
    for starter, (shape, floor) in zip(
        TYPICAL, cycle(product((SHAPES[0], SHAPES[-1]), FLOORS)), strict=False
    )
]
USE = """\
from {package} import no_such_name
import {package}

{package}.{use}
{package}.__version__.split(".")
{package}.another_such_name
"""


cases = pytest.mark.parametrize(
    ("answers", "floor"), CASES, ids=[f"{identify(answers)}-{floor}" for answers, floor in CASES]
)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy keeps of the standard library and of others' packages, which takes it longest."""
    return tmp_path_factory.mktemp("mypy")


@pytest.fixture
def project(render: Render, cache: Path, answers: dict[str, str], floor: str) -> Path:
    project = render(answers, project_name="acme-tool", python_min=floor)
    promise = Promise(answers)
    use = USE.format(package=promise.import_path, use=promise.starter.use)
    (project / "use.py").write_text(use)
    source = "src" if answers["layout"] == "src" else "."
    (project / "mypy.ini").write_text(
        f"[mypy]\nstrict = true\nmypy_path = {source}\nexplicit_package_bases = true\n"
        f"python_version = {floor}\ncache_dir = {cache}\n"
    )
    settings = {"typeCheckingMode": "strict", "extraPaths": [source], "pythonVersion": floor}
    (project / "pyrightconfig.json").write_text(json.dumps(settings))
    return project


def check(*command: str, cwd: Path) -> str:
    python = [sys.executable, "-m"]
    done = subprocess.run([*python, *command], cwd=cwd, capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.stdout


@cases
def test_mypy(project: Path, answers: dict[str, str]) -> None:
    folder = Promise(answers).folder
    assert "Success: no issues found" in check("mypy", folder, "tests", cwd=project)
    errors = [
        line for line in check("mypy", "use.py", cwd=project).splitlines() if "error:" in line
    ]
    assert MISSPELT.findall("\n".join(errors)) == ["no_such_name", "another_such_name"]


@cases
def test_pyright(project: Path, answers: dict[str, str]) -> None:
    folder, starter = Promise(answers).folder, Promise(answers).starter
    clean = json.loads(check(*PYRIGHT, folder, "tests", cwd=project))
    assert clean["generalDiagnostics"] == []
    assert clean["summary"]["filesAnalyzed"] == len([*starter.modules, *starter.tests]) + 3
    found = json.loads(check(*PYRIGHT, "use.py", cwd=project))
    messages = [
        finding["message"]
        for finding in found["generalDiagnostics"]
        if finding["rule"] == "reportAttributeAccessIssue"
    ]
    assert MISSPELT.findall("\n".join(messages)) == ["no_such_name", "another_such_name"]
