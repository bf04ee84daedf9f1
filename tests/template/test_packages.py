"""Generated packages are built and proven; installed, they pass their own tests from the wheel.

Built are so many of the covering answers that every pair is there of what decides how; with --full,
all. Installed and tested are so many that each value of what the code depends on is there; with
--full, every pair; with --every-python as well, all; with --exhaustive, every combination.
"""

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest
from check_wheel_contents.checker import NO_CONFIG, WheelChecker
from check_wheel_contents.contents import WheelContents
from filelock import FileLock
from twine.commands.check import check as twine_check
from validate_pyproject.api import Validator

import environments
import pythons
import repositories
from answers import BUILDS, BUILT, COMBINATIONS, COVERING, SHAPES, TESTED, TRIED, Promise, identify
from conftest import shared_folder
from tiers import exhaustive, full, spread
from treewright import proof

Render = Callable[..., Path]
BACKENDS = sorted({build["build_backend"] for build in BUILDS})
VERSIONS = {"static": "0.1.0", "vcs": "1.2.3"}


class Made(NamedTuple):
    """A package: its project, the folder of its sdist and wheel, and what the proof left out."""

    project: Path
    dist: Path
    skipped: list[str]

    @property
    def wheel(self) -> Path:
        (wheel,) = self.dist.glob("*.whl")
        return wheel

    @property
    def sdist(self) -> Path:
        (sdist,) = self.dist.glob("*.tar.gz")
        return sdist


Make = Callable[[dict[str, str]], Made]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Cover every pair of answers, or with --exhaustive every combination."""
    every = metafunc.config.getoption("--exhaustive")
    beyond = [answers for answers in COMBINATIONS if every and answers not in COVERING]
    if metafunc.function is test_package:
        rows = [*spread(COVERING, BUILT), *map(exhaustive, beyond)]
        metafunc.parametrize("answers", rows, ids=identify)
    if metafunc.function is test_installed_package:
        again = [exhaustive(answers) for answers in [*COVERING, *beyond] if every]
        chosen = COVERING if metafunc.config.getoption("--every-python") else TESTED
        metafunc.parametrize("answers", again or spread(chosen, TRIED), ids=identify)


@pytest.fixture(scope="session", autouse=True)
def _compiled_backends(covering: list[Path], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Fetch what builds the packages, and compile it once a run, not in each build."""
    folder = shared_folder(tmp_path_factory) / "compiled-backends"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            metadata = [tomllib.loads((path / "pyproject.toml").read_text()) for path in covering]
            needed = {need for found in metadata for need in found["build-system"]["requires"]}
            environments.compile_cached(folder, sorted(needed), pythons.at_hand().values())


@pytest.fixture
def make(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Make a package and prove it, once a run, whichever test needs it first."""

    def _make(answers: dict[str, str]) -> Made:
        folder = shared_folder(tmp_path_factory) / "packages" / identify(answers)
        told = folder / "skipped.json"
        folder.parent.mkdir(exist_ok=True)
        with FileLock(folder.with_suffix(".lock")):
            if not told.exists():
                project = render(answers)
                if answers["version_source"] == "vcs":
                    tag(project, "docs-2026", "plugin-v9.9.0", f"v{VERSIONS['vcs']}", "release-3")
                proven = proof.prove(project, keep=folder / "dist")
                assert (proven.unproven, proven.findings) == (None, [])
                project.rename(folder / "acme-tool")
                told.write_text(json.dumps(proven.skipped), "utf-8")
        return Made(folder / "acme-tool", folder / "dist", json.loads(told.read_text("utf-8")))

    return _make


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


def tag(project: Path, *names: str) -> None:
    """Make the project a git repository whose one commit has tags."""
    repositories.commit(project)
    for name in names:
        repositories.git("tag", name, cwd=project)


def interpreters(answers: dict[str, str], config: pytest.Config) -> dict[str, str]:
    """The oldest or the newest Python at hand that a package runs on, by turns; on demand all."""
    minors = [version for version in pythons.at_hand() if version >= answers["python_min"]]
    every = config.getoption("--every-python") or config.getoption("--exhaustive")
    chosen = minors if every else minors[:1] if TESTED.index(answers) % 2 else minors[-1:]
    return {version: pythons.at_hand()[version] for version in sorted(chosen)}


def test_package(make: Make, answers: dict[str, str]) -> None:
    promise, made = Promise(answers), make(answers)
    assert made.sdist.name == f"acme_tool-{VERSIONS[answers['version_source']]}.tar.gz"
    check_as_pypi_does(made.project, made.wheel, made.sdist)
    assert in_wheel(made.wheel) == promise.wheel_files
    assert in_sdist(made.sdist) >= promise.sdist_files


def test_installed_package(
    make: Make,
    tmp_path: Path,
    pytestconfig: pytest.Config,
    record_property: Callable[[str, object], None],
    answers: dict[str, str],
) -> None:
    made, chosen = make(answers), interpreters(answers, pytestconfig)
    record_property("floor", answers["python_min"])
    record_property("interpreters", len(chosen))
    assert chosen or any(reason.startswith("imports") for reason in made.skipped)
    for minor, python in chosen.items():
        check_installed(made, python, Promise(answers), tmp_path / minor)


@pytest.mark.parametrize("backend", spread(["hatchling", "setuptools", "pdm"], ["pdm"]))
def test_a_version_from_git_needs_no_git(render: Render, backend: str) -> None:
    """The hook proves a new project before `git init`; so does a build from an archive."""
    proven = proof.prove(render(version_source="vcs", build_backend=backend))
    assert (proven.unproven, proven.findings) == (None, [])
    assert proven.facts is not None
    assert proven.facts.version == "0.0.0"


@pytest.mark.parametrize(
    ("backend", "shape"),
    [
        ("uv", SHAPES[-1]),
        *(full(backend, SHAPES[0]) for backend in BACKENDS),
        *(full(backend, SHAPES[-1]) for backend in BACKENDS if backend != "uv"),
    ],
    ids=str,
)
def test_no_archive_has_what_git_ignores(
    render: Render, tmp_path: Path, backend: str, shape: dict[str, str]
) -> None:
    """A file for each pattern of .gitignore lies in each folder; the tests keep one of theirs."""
    answers = {"project_name": "acme-tool", **shape, "build_backend": backend}
    project, package = render(answers), Promise({"starter": "library", **answers}).folder
    patterns = re.findall(r"(?m)^[^#\n/]+/?$", (project / ".gitignore").read_text("utf-8"))
    names = [re.sub(r"\[.*]", "c", pattern.replace("*", "x")) for pattern in patterns]
    folders = ["", "tests", "tests/deep", "docs", str(Path(package).parent), package]
    for name, folder in product(names, [*folders, f"{package}/inner"]):
        file = project / folder / (f"{name}x" if name.endswith("/") else name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("SECRET=1\n")
    kept = ("tests/.coveragerc", "tests/deep/data.json", f"{package}/inner/__init__.py")
    for path in kept:
        (project / path).write_text("")
    repositories.commit(project)
    proven = proof.prove(project, keep=tmp_path / "dist", strict=True)
    assert (proven.unproven, proven.findings) == (None, [])
    made = Made(project, tmp_path / "dist", [])
    assert in_sdist(made.sdist) >= {*kept}
    source = "src/" if shape["layout"] == "src" else ""
    held = {*in_sdist(made.sdist), *(source + name for name in in_wheel(made.wheel))}
    if backend != "flit":  # which knows no exclusion for a wheel that is not made from an sdist
        uv("build", "--quiet", "--wheel", "--out-dir", tmp_path / "direct", project)
        (wheel,) = (tmp_path / "direct").glob("*.whl")
        held |= {source + name for name in in_wheel(wheel)}
    known = {path for path in held if "acme_tool.egg-info/" not in path}  # of setuptools itself
    asked = ["git", "check-ignore", *sorted(known)]
    done = subprocess.run(asked, cwd=project, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 1)


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
    assert validator()(metadata) == metadata


@cache
def validator() -> Validator:
    return Validator()


def check_installed(made: Made, python: str, promise: Promise, venv: Path) -> None:
    """Install the wheel alone, run the project's tests on it, and cover every branch."""
    uv("venv", "--quiet", "--python", python, venv)
    tools = venv / ("Scripts" if os.name == "nt" else "bin")
    settings = tomllib.loads((made.project / "pyproject.toml").read_text("utf-8"))
    needs = settings["dependency-groups"]["test"]
    uv("pip", "install", "--quiet", "--python", venv, made.wheel, *needs)
    code = "import sys, {0} as p; print(p.__version__, p.__file__.startswith(sys.prefix))"
    found = run(tools / "python", "-I", "-c", code.format(promise.import_path))
    assert found.split() == [VERSIONS[promise.answers["version_source"]], "True"]
    # By the path of the script, and not by -m, the current folder cannot hide the wheel.
    project = made.project
    run(tools / "coverage", "run", tools / "pytest", "-p", "no:cacheprovider", cwd=project)
    run(tools / "coverage", "report", cwd=project)
    run(tools / "coverage", "erase", cwd=project)
