"""A feature that is switched on later brings its files; one that is switched off takes none."""

from collections.abc import Callable
from pathlib import Path

import pytest

import rendering
from answers import SMALL
from in_process import copier
from repositories import commit, snapshot
from test_copier import run
from tiers import full

Update = Callable[..., str]
STARTS = {"starter": "command", "layout": "flat", "package": "namespace", "namespace": "acme.data"}
FOLDER = "acme/data/tool"
MINE = b'"""Mine."""\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "acme-tool"


@pytest.fixture
def start(checkout: Path, project: Path) -> Callable[..., dict[str, bytes]]:
    """Make a project from answers, and give its files."""

    def _start(**answers: str) -> dict[str, bytes]:
        data = [f"--data={name}={value}" for name, value in answers.items()]
        copier("copy", "--defaults", "--skip-tasks", *data, checkout, project)
        commit(project)
        return snapshot(project)

    return _start


@pytest.fixture
def change(project: Path) -> Update:
    """Answer otherwise, commit, and give what was printed."""

    def _change(**answers: str) -> str:
        data = [f"--data={name}={value}" for name, value in answers.items()]
        stay = ("--defaults", "--trust", "--vcs-ref=:current:")
        printed = copier("update", *stay, *data, project)
        keep(project)
        return printed

    return _change


def keep(project: Path) -> None:
    """Commit all that is there."""
    run("git", "add", "--all", cwd=project)
    run("git", "commit", "--quiet", "--allow-empty", "--message=all", cwd=project)


def fresh(template: Path, tmp_path: Path, **answers: str) -> dict[str, bytes]:
    """Give the files of a new project, but for its answers."""
    files = snapshot(rendering.render(template, tmp_path / "fresh" / "acme-tool", answers))
    del files[".copier-answers.yml"]
    return files


def test_plugins_switched_on(
    start: Callable[..., dict[str, bytes]],
    change: Update,
    project: Path,
    template: Path,
    tmp_path: Path,
) -> None:
    before = start(**STARTS, plugins="none")
    (project / FOLDER / "mine.py").write_bytes(MINE)
    keep(project)
    wanted = fresh(template, tmp_path, **STARTS, plugins="both")
    brought = {
        f"{FOLDER}/_plugin_list.py",
        f"{FOLDER}/plugins.py",
        "tests/test_plugin_list.py",
        "tests/test_plugins.py",
    }

    printed = change(plugins="both")

    after = snapshot(project)
    assert after.keys() - before.keys() == brought | {f"{FOLDER}/mine.py"}
    assert {path: after[path] for path in brought} == {path: wanted[path] for path in brought}
    seeds = {path for path in before if path.startswith(("acme/", "tests/", "README.md"))}
    assert {path: after[path] for path in seeds} == {path: before[path] for path in seeds}
    assert "\nbrought   acme/data/tool/_plugin_list.py, acme/data/tool/plugins.py," in printed
    assert "answer    plugins: none -> both\n" in printed

    command = printed.partition("Then, for your own files: `")[2].partition("`")[0]
    run(*command.split(), cwd=project)
    after = snapshot(project)
    assert after.pop(f"{FOLDER}/mine.py") == MINE
    del after[".copier-answers.yml"]
    assert after == wanted


def test_they_come_once_and_over_nothing(
    start: Callable[..., dict[str, bytes]], change: Update, project: Path
) -> None:
    start(**SMALL, plugins="none")
    (project / "src/acme_tool/plugins.py").write_bytes(MINE)
    keep(project)
    change(plugins="folder")
    assert (project / "src/acme_tool/plugins.py").read_bytes() == MINE
    tests = project / "tests/test_plugins.py"
    tests.unlink()
    keep(project)
    change(coverage_min="90")
    assert not tests.exists()

    printed = change(plugins="none")
    assert "\nunused    src/acme_tool/plugins.py; yours, to keep or delete\n" in printed
    assert (project / "src/acme_tool/plugins.py").read_bytes() == MINE


@pytest.mark.parametrize(
    ("starter", "chosen", "unused"),
    [
        ("library", {"starter": "command", "plugins": "entry-points"}, ["_units", "durations"]),
        full("minimal", {"starter": "library"}, ["greeting"]),
    ],
)
def test_another_starter(
    start: Callable[..., dict[str, bytes]],
    change: Update,
    project: Path,
    template: Path,
    tmp_path: Path,
    starter: str,
    chosen: dict[str, str],
    unused: list[str],
) -> None:
    before = start(starter=starter)
    wanted = fresh(template, tmp_path, **chosen)
    left = before.keys() - wanted.keys() - {".copier-answers.yml"}

    printed = change(**chosen)
    run("git", "apply", "--3way", ".git/treewright.patch", cwd=project)

    after = snapshot(project)
    del after[".copier-answers.yml"]
    assert after == wanted | {path: before[path] for path in left}
    listed = ", ".join(f"src/acme_tool/{name}.py" for name in unused)
    assert f"\nunused    {listed}," in printed


def test_what_the_template_drops_stays_where_it_was_edited(
    start: Callable[..., dict[str, bytes]], project: Path
) -> None:
    start(docs="zensical")
    page, site = project / "docs/api.md", project / "zensical.toml"
    page.write_bytes(page.read_bytes() + b"\nMine.\n")
    edited = page.read_bytes()
    keep(project)

    stay = ("--defaults", "--trust", "--vcs-ref=:current:")
    printed = copier("update", *stay, "--data=docs=none", project)

    assert page.read_bytes() == edited
    assert not site.exists()
    assert (project / "docs/index.md").exists()
    assert run("git", "diff", "--name-only", "--diff-filter=U", cwd=project) == "docs/api.md\n"
    assert run("git", "show", ":2:docs/api.md", cwd=project).encode() == edited
    assert run("git", "show", ":1:docs/api.md", cwd=project) + "\nMine.\n" == edited.decode()
    assert "\nIn conflict:\n  docs/api.md\n" in printed
