"""Answers about the shape change in an update, and the user's own code moves along.

Afterwards the project is what it would have been, had it been made with the new answers: a fresh
render of those, with the user's edits under the new names, byte for byte.
"""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from unittest.mock import patch

import copier
import jinja2
import pytest
import yaml
from plumbum import local

import rendering
from environments import uv
from repositories import commit, snapshot
from terminal import DOWN, ENTER, Terminal
from test_copier import run
from tiers import exhaustive, full
from treewright.updating.names import Names

ANSWERS = ".copier-answers.yml"
NEXT = "v9.1.0"
Answers = Mapping[str, str]

LIBRARY = {"project_name": "acme-tool", "github_user": "acme"}
COMMAND = {**LIBRARY, "starter": "command", "plugins": "both", "cli_framework": "click"}
PIPELINE = {**LIBRARY, "starter": "pipeline"}
NAMESPACE = {"package": "namespace", "namespace": "acme", "import_name": "tool"}
REGULAR = {"package": "regular", "import_name": "acme_tool"}


def names(answers: Answers) -> Names:
    """Give what a project with these answers is called."""
    usual = {"layout": "src", "package": "regular", "import_name": "acme_tool"}
    return Names.of({**usual, **answers})


def edits(answers: Answers) -> dict[str, str]:
    """Give what a user has added to a project with these answers, by path."""
    named = names(answers)
    package, folder = named.import_path, named.package_dir
    own = f'''\
"""What the user wrote; see `{package}.own.nested`.

>>> import {package}.own
>>> {package}.own.where()
'{package}'
"""

from __future__ import annotations

import importlib
import {package}
import {package}.own.nested.deep as deep
from {package} import __version__, own
from {package}.own.nested import (
    LINES,  # kept with its comment
)
from .nested import LINES as AGAIN

MODULE = "{package}.own.nested.deep"
FILE = "{folder}/own/data.csv"


def where() -> str:
    """Tell where the package is imported from."""
    assert importlib.import_module(MODULE) is deep
    assert {package}.own.nested.deep.__name__ == MODULE
    return {package}.__name__


def local(of: {package}.own.Thing | None = None) -> "{package}.own.Thing":
    from {package}.own import Thing as It

    return of or It()


class Thing:
    """A thing."""
'''
    return {
        f"{folder}/own/__init__.py": own,
        f"{folder}/own/nested/__init__.py": (
            '"""Nested."""\n\nfrom pathlib import Path\n\n'
            'LINES = (Path(__file__).parents[1] / "data.csv").read_text().splitlines()\n'
        ),
        f"{folder}/own/nested/deep.py": '"""Deep."""\n\nfrom ... import own as own\n',
        f"{folder}/own/data.csv": "acme,1\n",
        "tests/own/test_own.py": (
            "import subprocess\nimport sys\nfrom importlib.metadata import version\n\n"
            f"import {package}.own as whole\nfrom {package}.own import where\n\n\n"
            "def test_where() -> None:\n"
            f'    assert where() == "{package}" == whole.__name__[:-4]\n\n\n'
            "def test_process() -> None:\n"
            f'    code = "import {package}.own; print({package}.__version__)"\n'
            '    found = subprocess.check_output([sys.executable, "-I", "-c", code], text=True)\n'
            f'    assert found.strip() == version("{named.distribution}")\n'
        ),
        "tests/own/nested/test_deep.py": f"from {package}.own.nested import deep as deep\n",
        "tests/test_own.py": "",
        "notes/own.md": (
            f"# Own\n\n[The module](../{folder}/own/__init__.py) of {named.distribution} is\n"
            f"`{package}.own`. Acme tools, and its [home](https://github.com/acme/acme-tool).\n\n"
            f"```console\npip install {named.distribution}[own]\npython -m {package}.own\n```\n\n"
            f"```pycon\n>>> from {package}.own import where\n>>> where()\n'{package}'\n```\n"
        ),
    }


SETTINGS = """
[tool.own] # what the user added
run = "{0.import_path}.own:where"
files = ["{0.package_dir}/own/data.csv", "tests/own"]
"""


def add_edits(project: Path, answers: Answers) -> None:
    """Edit a project with these answers as its user has."""
    for path, text in edits(answers).items():
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    named = names(answers)
    for path, text in {
        "pyproject.toml": SETTINGS.format(named),
        "README.md": f"\nMore about `{named.import_path}.own` of {named.distribution}.\n",
        ".gitignore": f"\n/{named.package_dir}/_local.py\n",
    }.items():
        with (project / path).open("a", encoding="utf-8") as end:
            end.write(text)


@pytest.fixture(scope="module")
def newer(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout with another release, which adds a line to .gitignore."""
    clone = tmp_path_factory.mktemp("newer") / "template"
    run("git", "clone", "--quiet", checkout, clone)
    with (clone / "template/{{ project.editorconfig }}").open("a", encoding="utf-8") as managed:
        managed.write("\n[*.new]\nindent_size = 3\n")
    run("git", "commit", "--quiet", "--all", f"--message=release: {NEXT}", cwd=clone)
    run("git", "tag", "--annotate", f"--message={NEXT}", NEXT, cwd=clone)
    return clone


@pytest.fixture
def make(newer: Path, tmp_path: Path) -> Callable[..., Path]:
    """Make a project of v9.0.0, as a user has edited and committed it."""

    def _make(answers: Answers, folder: str = "acme-tool", more: str = "") -> Path:
        project = rendering.render(newer, tmp_path / folder, answers)
        stored = (project / ANSWERS).read_text("utf-8")
        (project / ANSWERS).write_text(f"_commit: v9.0.0\n{stored}", "utf-8")
        add_edits(project, answers)
        if more:
            (project / more).parent.mkdir(parents=True, exist_ok=True)
            (project / more).write_text("# mine\n")
        commit(tmp_path)
        (project / names(answers).package_dir / "_local.py").write_text("LOCAL = 1\n")
        return project

    return _make


def expected(template: Path, folder: Path, before: Answers, now: Answers) -> dict[str, bytes]:
    """Give the files of a project that had the answers of now when it was made.

    But what was made from other answers then stays: the repository's address, the import name.
    """
    kept = {
        "repository": "github.com/acme/acme-tool",
        "repository_url": "https://github.com/acme/acme-tool",
        "import_name": names(before).import_path.rpartition(".")[2],
    }
    project = rendering.render(template, folder / "acme-tool", {**kept, **before, **now})
    add_edits(project, {**before, **now})
    return snapshot(project)


def update(
    project: Path,
    answers: Answers,
    capfd: pytest.CaptureFixture[str],
    version: str | None = ":current:",
) -> str:
    """Change answers as `copier update --defaults --trust` does; give what is printed."""
    capfd.readouterr()
    compile_once = patch.object(jinja2.Environment, "compile", rendering._compile_once)  # noqa: SLF001
    with local.env(**os.environ), compile_once:  # Copier has kept those of its own import
        copier.run_update(
            project,
            data=dict(answers),
            defaults=True,
            overwrite=True,
            unsafe=True,
            vcs_ref=copier.VcsRef(version) if version else None,
        )
    printed = capfd.readouterr()
    return printed.out + printed.err


def stored(text: bytes) -> dict[str, str]:
    """Give answers, without where they come from."""
    answers = yaml.safe_load(text)
    return {name: value for name, value in answers.items() if not name.startswith("_")}


def check(project: Path, before: Answers, now: Answers, files: dict[str, bytes]) -> None:
    """What moved are renames, and the files are the expected ones."""
    found, named = snapshot(project), names({**before, **now})
    local = found.pop(f"{named.package_dir}/_local.py", b"")
    assert local == b"LOCAL = 1\n" or "build_backend" in now, "ignored, and moved too"
    assert stored(found.pop(ANSWERS)) == stored(files.pop(ANSWERS))
    assert found.keys() == files.keys()
    for path, content in files.items():
        assert found[path].decode() == content.decode(), path
    check_status(project, before, now)


def check_status(project: Path, before: Answers, now: Answers) -> None:
    """Git shows what moved as renames, staged, and nothing that is lost or new."""
    if names(before).package_dir == names({**before, **now}).package_dir:
        return
    lines = run("git", "status", "--porcelain", "--", ".", cwd=project).splitlines()
    assert len([line for line in lines if line.startswith("R")]) >= 6
    assert [line for line in lines if line[0] in "AD?"] == []


def check_runs(project: Path, tmp_path: Path) -> None:
    """The project's own tests pass with its wheel installed."""
    uv("build", "--wheel", "--out-dir", tmp_path / "dist", project)
    for left in [project / "build", *project.glob("**/*.egg-info")]:  # by setuptools
        shutil.rmtree(left, ignore_errors=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    venv = tmp_path / "venv"
    uv("venv", "--python", sys.executable, venv)
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(run(python, "-c", asked).strip())
    uv("pip", "install", "--no-deps", "--python", python, wheel)
    # pytest, and what the package needs, are those that run this.
    (site / "tests.pth").write_text(run(sys.executable, "-c", asked))
    run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=project)


CHANGES = {
    "to a namespace": (
        LIBRARY,
        {"layout": "flat", **NAMESPACE, "build_backend": "flit"},
    ),
    "deeper, by another name": (
        {**COMMAND, **NAMESPACE},
        {"namespace": "acme.tool.more", "import_name": "core", "project_name": "data-kit"},
    ),
    "to a regular package": (
        {**PIPELINE, **NAMESPACE, "layout": "flat"},
        {"layout": "src", "package": "regular", "import_name": "data_kit"},
    ),
}
MORE = {
    "layout": (LIBRARY, {"layout": "flat"}),
    "back to src": ({**LIBRARY, "layout": "flat"}, {"layout": "src"}),
    "package": (COMMAND, NAMESPACE),
    "back to regular": ({**COMMAND, **NAMESPACE}, REGULAR),
    "import name": (PIPELINE, {"import_name": "data_kit"}),
    "another case": (LIBRARY, {"import_name": "Acme_Tool"}),
    "project name": (COMMAND, {"project_name": "data-kit"}),
    "renamed": ({**LIBRARY, **NAMESPACE}, {"namespace": "data"}),
    "deepened": ({**LIBRARY, **NAMESPACE}, {"namespace": "acme.data.io"}),
    "deepened into itself": (
        {**LIBRARY, **NAMESPACE},
        {"namespace": "acme.tool", "import_name": "core"},
    ),
    "shortened": ({**LIBRARY, **NAMESPACE, "namespace": "acme.data.io"}, {"namespace": "acme"}),
    "shortened to its parent": (
        {**LIBRARY, **NAMESPACE, "namespace": "acme_kit.data"},
        {"package": "regular", "import_name": "acme_kit"},
    ),
    "regular into itself": (
        {**LIBRARY, "import_name": "acme_kit"},
        {**NAMESPACE, "namespace": "acme_kit"},
    ),
    "version from git": (LIBRARY, {"build_backend": "hatchling", "version_source": "vcs"}),
    "setuptools": ({**LIBRARY, "build_backend": "hatchling"}, {"build_backend": "setuptools"}),
    "poetry": ({**COMMAND, "layout": "flat"}, {"build_backend": "poetry", **NAMESPACE}),
    "plugin": ({**LIBRARY, "starter": "plugin"}, {"layout": "flat", **NAMESPACE}),
}


FIRST, *OTHERS = CHANGES


@pytest.mark.parametrize(
    ("mind", "back"),
    [
        pytest.param(CHANGES[FIRST], False, id=FIRST),
        *(full(CHANGES[name], False, id=name) for name in OTHERS),
        *(
            exhaustive(change, True, id=f"{name}, and back")
            for name, change in {**CHANGES, **MORE}.items()
        ),
    ],
)
def test_the_project_is_as_if_made_with_the_new_answers(
    make: Callable[..., Path],
    newer: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    mind: tuple[dict[str, str], dict[str, str]],
    *,
    back: bool,
) -> None:
    """Together with a version update, in a folder of a repository."""
    before, now = mind
    project = make(before, "many/acme-tool")
    if "build_backend" in now:  # those that leave out what git ignores would not be proven
        (project / names(before).package_dir / "_local.py").unlink()

    printed = update(project, now, capfd, None)

    assert "\nProven" in printed, printed
    assert "look at  " not in printed, printed
    assert yaml.safe_load((project / ANSWERS).read_text())["_commit"] == NEXT
    check(project, before, now, expected(newer, tmp_path / "fresh", before, now))
    check_runs(project, tmp_path)
    if back:
        go_back(project, mind, capfd, newer, tmp_path)


def go_back(
    project: Path,
    mind: tuple[dict[str, str], dict[str, str]],
    capfd: pytest.CaptureFixture[str],
    newer: Path,
    tmp_path: Path,
) -> None:
    """Change back, from what the first change has left and the user has committed."""
    before, now = mind
    usual = {"layout": "src", "version_source": "static", "build_backend": "uv", **REGULAR}
    back = {
        name: {**usual, **before}[name] for name in {**now, **before} if name in {**usual, **before}
    }
    run("git", "add", "--all", cwd=project)
    run("git", "commit", "--quiet", "--message=there", cwd=project)
    update(project, back, capfd)
    check(project, {**before, **now}, back, expected(newer, tmp_path / "back", before, back))


def test_a_conflict_is_left_and_everything_else_done(
    make: Callable[..., Path], capfd: pytest.CaptureFixture[str]
) -> None:
    project = make(LIBRARY)
    settings = project / "zensical.toml"
    settings.write_text(settings.read_text().replace('paths = ["src"]', 'paths = ["src", "mine"]'))
    run("git", "commit", "--quiet", "--all", "--message=mine", cwd=project)
    printed = update(project, {"layout": "flat", "import_name": "data_kit"}, capfd)
    assert "In conflict:\n  zensical.toml\n" in printed
    assert 'paths = ["src", "mine"]' in settings.read_text()
    unmerged = run(
        "git", "diff", "--name-only", "--relative", "--diff-filter=U", cwd=project
    ).split()
    assert unmerged == ["zensical.toml"]
    assert "import data_kit.own" in (project / "data_kit/own/__init__.py").read_text()
    check_status(project, LIBRARY, {"layout": "flat", "import_name": "data_kit"})


TAKEN = {
    "modules": ("src/taken/x.py", {"import_name": "taken"}, "it has files already"),
    "a package in it": ("src/taken/deep/__init__.py", {"import_name": "taken"}, "it has files"),
    "a file": ("src/taken", {"import_name": "taken"}, "it has files already"),
    "a parent": (
        "src/acme/__init__.py",
        {"package": "namespace", "namespace": "acme", "import_name": "tool"},
        "src/acme/__init__.py is in its way",
    ),
}


@pytest.mark.parametrize(("taken", "now", "why"), TAKEN.values(), ids=TAKEN)
def test_a_place_that_is_taken_is_refused_before_anything_is_written(
    make: Callable[..., Path], template: Path, taken: str, now: dict[str, str], why: str
) -> None:
    project = make(LIBRARY, "[many]/acme-tool", taken)
    before = snapshot(project)
    with pytest.raises(copier.errors.UserMessageError) as told:
        rendering.render(template, project, now)
    place = names({**LIBRARY, **now}).package_dir
    assert f"{place} is refused: {why}" in str(told.value)
    assert snapshot(project) == before


FREE = {
    "what git ignores": ("src/data_kit/_version.py", {"import_name": "data_kit"}),
    "itself, deeper": ("src/acme_tool/x.py", {**NAMESPACE, "namespace": "acme_tool"}),
    "the same place": ("src/acme_tool/x.py", {"project_name": "data-kit"}),
}


@pytest.mark.parametrize(("there", "now"), FREE.values(), ids=FREE)
def test_a_place_that_is_free_is_not(
    make: Callable[..., Path], template: Path, there: str, now: dict[str, str]
) -> None:
    rendering.render(template, make(LIBRARY, more=there), now)


@pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")
def test_it_is_refused_at_a_prompt_too(make: Callable[..., Path]) -> None:
    """In one line, which says what to do: Copier's own validators end in a traceback here."""
    pytest.importorskip("pexpect")
    project = make(LIBRARY, more="acme_tool/x.py")
    command = [sys.executable, "-m", "copier", "update", "--trust", "--defaults", "--ask", "layout"]
    with Terminal(command, project) as terminal:
        terminal.wait_for("^ » src - ")
        terminal.press(DOWN)
        terminal.wait_for("^ » flat - ")
        terminal.press(ENTER)
        assert terminal.finish() != 0
    assert "acme_tool is refused: it has files already; move that away" in terminal.text.replace(
        "\n", ""
    )
    assert "Traceback" not in terminal.text
    assert run("git", "status", "--porcelain", cwd=project) == ""
