"""The first commit of a generated package passes its hooks, by prek and by pre-commit."""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path

import pytest

import pythons
from answers import COVERING, identify
from repositories import commit, git
from template.test_free_text import EVERYTHING
from tiers import exhaustive

Render = Callable[..., Path]

# All that any hook looks at, and text that is hard on each of them.
FULL = {"github_user": "acme", "project_description": EVERYTHING, "user_name": EVERYTHING}
UNSAFE = """\
on: pull_request_target
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Take one package and prek, or with --exhaustive the covering ones and pre-commit too."""
    if "tool" in metafunc.fixturenames:
        every = metafunc.config.getoption("--exhaustive")
        chosen = {"full": FULL, **{identify(answers): answers for answers in COVERING if every}}
        rows = [
            pytest.param(answers, tool, id=f"{tool}-{name}")
            if (tool, name) == ("prek", "full")
            else exhaustive(answers, tool, id=f"{tool}-{name}")
            for tool, (name, answers) in product(["prek", "pre-commit"], chosen.items())
        ]
        metafunc.parametrize(("answers", "tool"), rows)


def lint(project: Path, variables: Mapping[str, str], *command: str) -> str:
    """Run the hooks, and give what they print without colours."""
    done = subprocess.run(
        [*command, "--color=never"],
        cwd=project,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def verdicts(printed: str) -> dict[str, str]:
    """Say of each hook whether it Passed, Failed, or was Skipped."""
    return dict(re.findall(r"(?m)^([\w-]+)\.{3}.*?(Passed|Failed|Skipped)$", printed))


def test_is_clean(
    render: Render, mirrors: dict[str, str], answers: dict[str, str], tool: str
) -> None:
    floor = answers.get("python_min", "3.11")
    usable = [Path(path) for minor, path in pythons.at_hand().items() if minor >= floor]
    if not usable:
        pytest.skip(f"uv locks by a Python {floor} or newer, and there is none here")
    project = render(answers)
    commit(project)
    path = os.pathsep.join([mirrors["PATH"], *(str(python.parent) for python in usable)])
    variables = mirrors | {"PATH": path}
    printed = lint(project, variables, tool, "run", "--all-files")
    assert set(verdicts(printed).values()) == {"Passed"}, printed
    assert git("status", "--porcelain", cwd=project) == "?? uv.lock\n"
    git("add", "uv.lock", cwd=project)
    printed = lint(project, variables, tool, "run")
    assert set(verdicts(printed).values()) == {"Passed", "Skipped"}, printed
    assert git("status", "--porcelain", cwd=project) == "A  uv.lock\n"


def test_faults_are_caught(render: Render, mirrors: dict[str, str]) -> None:
    project = render(FULL)
    planted = {
        "check-github-issue-forms": (".github/ISSUE_TEMPLATE/bug.yml", "colour: blue\n"),
        "check-github-workflows": (".github/workflows/ci.yml", "colour: blue\n"),
        "check-merge-conflict": ("CHANGELOG.md", "<<<<<<< before updating\n"),
        "codespell": ("CONTRIBUTING.md", "Nothing occ" + "ured.\n"),
        "reuse": ("LICENSES/0BSD.txt", "A licence of no file.\n"),
        "ruff-check": ("tests/test_package_contract.py", "import os\n"),
        "ruff-format": ("tests/test_readme.py", "PAIR = (1,2)\n"),
        "trailing-whitespace": ("README.md", "The end. \n"),
        "validate-pyproject": ("pyproject.toml", "[project.urls]\nSource = 1\n"),
        "yamllint": (".github/ISSUE_TEMPLATE/idea.yml", "about:  text\n"),
        "zizmor": (".github/workflows/bad.yml", UNSAFE),
    }
    for path, text in planted.values():
        with (project / path).open("a", encoding="utf-8") as file:
            file.write(text)
    commit(project)
    found = verdicts(lint(project, mirrors, "prek", "run", "--all-files"))
    assert planted.keys() <= {hook for hook, verdict in found.items() if verdict == "Failed"}
