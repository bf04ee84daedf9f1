"""Generated packages are built and proven; installed, they pass their own tests from the wheel.

Built is each of the covering answers. Installed and tested are so many of them that every pair of
what the code depends on is there, and all with --every-python or --exhaustive.
"""

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from check_wheel_contents.checker import NO_CONFIG, WheelChecker
from check_wheel_contents.contents import WheelContents
from twine.commands.check import check as twine_check
from validate_pyproject.api import Validator

import proof
import pythons
from answers import COMBINATIONS, COVERING, TESTED, Promise, identify

Render = Callable[..., Path]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Cover every pair of answers, or with --exhaustive every combination."""
    if "answers" in metafunc.fixturenames:
        beyond = COMBINATIONS if metafunc.config.getoption("--exhaustive") else []
        chosen = COVERING + [answers for answers in beyond if answers not in COVERING]
        metafunc.parametrize("answers", chosen, ids=map(identify, chosen))


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a command that has to succeed, and give what it prints."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": ""},  # or scikit-learn compiles at each start
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def uv(*arguments: str | Path) -> str:
    return run(sys.executable, "-m", "uv", *arguments)


def tag(project: Path, version: str) -> None:
    """Make the project a git repository whose newest tag is a version."""
    for command in (
        ["init", "--quiet"],
        ["add", "--all"],
        ["commit", "--quiet", "--message=first"],
        ["tag", version],
    ):
        run("git", *command, cwd=project)


def is_every(config: pytest.Config) -> bool:
    return bool(config.getoption("--every-python") or config.getoption("--exhaustive"))


def interpreters(answers: dict[str, str], config: pytest.Config) -> dict[str, str]:
    """The oldest or the newest Python at hand that a package runs on, by turns; on demand all."""
    minors = [version for version in pythons.at_hand() if version >= answers["python_min"]]
    every = is_every(config)
    chosen = minors if every else minors[:1] if TESTED.index(answers) % 2 else minors[-1:]
    return {version: pythons.at_hand()[version] for version in sorted(chosen)}


def test_package(
    render: Render,
    tmp_path: Path,
    pytestconfig: pytest.Config,
    record_property: Callable[[str, object], None],
    answers: dict[str, str],
) -> None:
    promise, project = Promise(answers), render(answers)
    version = "0.1.0"
    if answers["version_source"] == "vcs":
        tag(project, version := "1.2.3")

    proven = proof.prove(project, keep=tmp_path / "dist")
    assert (proven.unproven, proven.findings) == (None, [])

    (wheel,) = (tmp_path / "dist").glob("*.whl")
    (sdist,) = (tmp_path / "dist").glob("*.tar.gz")
    assert sdist.name == f"acme_tool-{version}.tar.gz"
    check_as_pypi_does(project, wheel, sdist)
    assert in_wheel(wheel) == promise.wheel_files
    assert in_sdist(sdist) >= promise.sdist_files

    if answers not in TESTED and not is_every(pytestconfig):
        return
    chosen = interpreters(answers, pytestconfig)
    record_property("floor", answers["python_min"])
    record_property("interpreters", len(chosen))
    assert chosen or any(reason.startswith("imports") for reason in proven.skipped)
    for minor, python in chosen.items():
        check_installed(project, wheel, python, promise, version, tmp_path / minor)


@pytest.mark.parametrize("backend", ["hatchling", "setuptools", "pdm"])
def test_a_version_from_git_needs_no_git(render: Render, backend: str) -> None:
    """The hook proves a new project before `git init`; so does a build from an archive."""
    proven = proof.prove(render(version_source="vcs", build_backend=backend))
    assert (proven.unproven, proven.findings) == (None, [])
    assert proven.facts is not None
    assert proven.facts.version == "0.0.0"


def in_wheel(wheel: Path) -> set[str]:
    names = zipfile.ZipFile(wheel).namelist()
    return {name for name in names if ".dist-info/" not in name and not name.endswith("/")}


def in_sdist(sdist: Path) -> set[str]:
    with tarfile.open(sdist) as archive:
        return {member.name.partition("/")[2] for member in archive if member.isfile()}


def check_as_pypi_does(project: Path, wheel: Path, sdist: Path) -> None:
    """Have them looked at by twine, which asks what PyPI asks, and by other graders."""
    assert twine_check([str(wheel), str(sdist)], strict=True) is False, "it has failed"
    checker = WheelChecker()
    checker.configure_options(configpath=NO_CONFIG)
    assert checker.check_contents(WheelContents.from_wheel(wheel)) == []
    metadata = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    assert Validator()(metadata) == metadata


def check_installed(
    project: Path, wheel: Path, python: str, promise: Promise, version: str, venv: Path
) -> None:
    """Install the wheel alone, run the project's tests on it, and cover every branch."""
    uv("venv", "--quiet", "--python", python, venv)
    tools = venv / ("Scripts" if os.name == "nt" else "bin")
    needs = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    uv("pip", "install", "--quiet", "--python", venv, wheel, *needs["test"])
    code = "import sys, {0} as p; print(p.__version__, p.__file__.startswith(sys.prefix))"
    found = run(tools / "python", "-I", "-c", code.format(promise.import_path))
    assert found.split() == [version, "True"]
    # By the path of the script, and not by -m, the current folder cannot hide the wheel.
    run(tools / "coverage", "run", tools / "pytest", "-p", "no:cacheprovider", cwd=project)
    run(tools / "coverage", "report", cwd=project)
    run(tools / "coverage", "erase", cwd=project)
