"""Fixtures: an isolated environment, the fast render, and a real, tagged clone."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path

import pytest
from filelock import FileLock
from plumbum import local

import keeping
import prek_mirrors
import pythons
import rendering
from answers import COVERING, VARIANTS

Render = Callable[..., Path]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("treewright")
    group.addoption(
        "--every-python",
        action="store_true",
        help="run generated packages on every Python at hand, not on the oldest or newest",
    )
    group.addoption(
        "--exhaustive",
        action="store_true",
        help="build every combination of answers, run each on every Python at hand,"
        " and let the pipeline have a million rows",
    )


def pytest_report_header() -> str:
    return "generated packages run on Python " + ", ".join(pythons.at_hand())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which packages, and which commands of their CI, could not run here."""
    built = [dict(report.user_properties) for report in terminalreporter.getreports("passed")]
    lacking = Counter(made["floor"] for made in built if made.get("interpreters") == 0)
    for floor, built_only in sorted(lacking.items()):
        terminalreporter.write_line(
            f"{built_only} packages for Python {floor} and newer were built and compared, but"
            " could not run: see TREEWRIGHT_PYTHONS in the README"
        )
    for made in built:
        for step in made.get("elsewhere", ()):
            terminalreporter.write_line(f"not run here: {step}")


def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a temporary folder that all workers of pytest-xdist share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session", autouse=True)
def _isolation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the developer's own settings out, and caches in the tests' own folders."""
    folder = tmp_path_factory.mktemp("home")
    settings = folder / "settings.yml"
    settings.write_text("{}\n")
    gitconfig = folder / "gitconfig"
    gitconfig.write_text("[user]\n  name = Tests\n  email = tests@example.org\n")
    shared = shared_folder(tmp_path_factory)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPIER_SETTINGS_PATH", str(settings))
        patch.setenv("COPIER_CACHE_DIR", str(shared / "copier-cache"))
        patch.setenv("GIT_CONFIG_GLOBAL", str(gitconfig))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("UV_CACHE_DIR", str(shared / "uv-cache"))
        patch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        patch.delenv("VIRTUAL_ENV", raising=False)
        with local.env():  # what Copier starts in this process, which has a copy of its own
            local.env.pop("VIRTUAL_ENV", "")
            local.env.update(os.environ)
            yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the template without git, for fast renders."""
    return rendering.copy_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def render(template: Path, tmp_path: Path) -> Render:
    """Render answers, given as keywords or as a mapping, into a new folder."""
    numbers = count()

    def _render(answers: Mapping[str, str] | None = None, /, **more: str) -> Path:
        destination = tmp_path / str(next(numbers)) / "acme-tool"
        return rendering.render(template, destination, {**(answers or {}), **more})

    return _render


@pytest.fixture(scope="session")
def covering(template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A project of each of the covering answers, in their order. Read them, do not write."""
    return render_once(template, shared_folder(tmp_path_factory) / "covering", COVERING)


@pytest.fixture(scope="session")
def variants(template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A project of each variant of the starters, in their order. Read them, do not write."""
    return render_once(template, shared_folder(tmp_path_factory) / "variants", VARIANTS)


def render_once(template: Path, folder: Path, chosen: list[dict[str, str]]) -> list[Path]:
    """Render a project of each of the answers, whichever worker needs them first."""
    projects = [folder / f"{number:02}" / "acme-tool" for number in range(len(chosen))]
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            for project, answers in zip(projects, chosen, strict=True):
                rendering.render(template, project, answers)
    return projects


@pytest.fixture(scope="session")
def mirrors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables by which hooks come from this machine, and are installed once a test run."""
    folder = shared_folder(tmp_path_factory) / "hooks"
    kept = folder / "variables.json"
    with FileLock(folder.with_suffix(".lock")):
        if not kept.exists():
            kept.write_text(json.dumps(prek_mirrors.make(folder)))
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    bytecode = {"PYTHONDONTWRITEBYTECODE": ""}  # written, or each start of a tool compiles it
    return {**os.environ, **json.loads(kept.read_text()), **bytecode, "PATH": tools}


@pytest.fixture(scope="session")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template with a tag for every release, and one for what is here. Do not write."""
    folder = shared_folder(tmp_path_factory) / "releases"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            folder.mkdir()
            keeping.clone_releases(folder)
    return folder / "treewright"


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template as a git repository of one tagged commit, uncommitted work included."""
    folder = rendering.copy_template(tmp_path_factory.mktemp("checkout"))
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        ["commit", "--quiet", "--message=release: v9.0.0"],
        ["tag", "--annotate", "--message=v9.0.0", "v9.0.0"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder
