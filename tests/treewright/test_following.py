"""The commands that are printed after a copy: they run, whatever is there already."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from keeping import ANSWERS
from repositories import commit, git
from treewright import following, machine

Render = Callable[..., Path]
URL = "https://github.com/acme/acme-tool"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="asks a POSIX shell")


@pytest.fixture
def forge(tmp_path: Path) -> Path:
    """Give an empty repository, as a forge has it."""
    forge = tmp_path / "forge.git"
    git("init", "--quiet", "--bare", "--initial-branch=main", forge, cwd=tmp_path)
    return forge


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\necho $* > .ran\n")
    path.chmod(0o755)
    return path


def nothing(*_: Path) -> None:
    """A folder, and no repository."""


def initialised(project: Path, _: Path) -> None:
    git("init", "--quiet", "--initial-branch=work", cwd=project)


def connected(project: Path, forge: Path) -> None:
    initialised(project, forge)
    git("remote", "add", "upstream", forge, cwd=project)


def cloned_empty(project: Path, forge: Path) -> None:
    git("clone", "--quiet", "--no-checkout", forge, project / "clone", cwd=project)
    (project / "clone/.git").rename(project / ".git")
    (project / "clone").rmdir()


def cloned(project: Path, forge: Path) -> None:
    other = forge.parent / "other"
    other.mkdir()
    (other / "README.md").write_text("theirs\n")
    commit(other)
    git("push", "--quiet", forge, "HEAD:main", cwd=other)
    cloned_empty(project, forge)


def ignored(project: Path, _: Path) -> None:
    """As in a home that is a repository."""
    git("init", "--quiet", cwd=project.parent)
    (project.parent / ".gitignore").write_text("*\n")


@pytest.mark.parametrize("there", [nothing, initialised, connected, cloned_empty, cloned, ignored])
def test_the_commands_run(
    render: Render,
    tmp_path: Path,
    forge: Path,
    monkeypatch: pytest.MonkeyPatch,
    there: Callable[[Path, Path], None],
) -> None:
    """The last of them pushes; for the forge's address there is this machine's."""
    project = render(repository="acme")
    there(project, forge)
    monkeypatch.chdir(project)
    monkeypatch.setenv("PWD", str(project.parent))
    program(tmp_path / "bin/uv")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    printed = [*following.steps(ANSWERS)]
    commands = [line.strip() for line in printed if line.startswith("  ")]
    assert commands[:2] == ["cd acme-tool", "uv run pytest"]
    assert ("git init -b main" in commands) is (there in (nothing, ignored))
    assert (f"git remote add origin {URL}" in commands) is (
        there in (nothing, initialised, ignored)
    )
    for name, value in {"COUNT": "1", "KEY_0": f"url.{forge}.insteadOf", "VALUE_0": URL}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    script = "\n".join(commands)
    done = subprocess.run(
        ["sh", "-e", "-c", script], cwd=project.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (project / ".ran").read_text() == "run pytest\n"
    branch = git("symbolic-ref", "--short", "HEAD", cwd=project).strip()
    pushed = git("log", "--format=%s", "-1", branch, cwd=forge)
    assert pushed == "Start the package\n"


def test_nothing_is_pushed_where_no_place_is_known(
    render: Render, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(render())
    assert not [line for line in following.steps(ANSWERS) if line.startswith("  git push")]


def test_an_address_of_ssh_is_the_remote(render: Render, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(render(repository="git@gitlab.example.org:acme/tool.git"))
    printed = [*following.steps(ANSWERS)]
    assert "  git remote add origin git@gitlab.example.org:acme/tool.git" in printed
    assert "The push needs an empty repository at https://gitlab.example.org/acme/tool." in printed


@pytest.mark.parametrize(
    ("shell_is_in", "command"), [(".", None), ("..", "cd ./-x"), ("/", "cd {project}")]
)
def test_the_way_to_the_folder(
    render: Render, monkeypatch: pytest.MonkeyPatch, shell_is_in: str, command: str | None
) -> None:
    project = render()
    project = project.rename(project.with_name("-x"))
    monkeypatch.chdir(project)
    place = project.parent / "elsewhere" if shell_is_in == "/" else project / shell_is_in
    monkeypatch.setenv("PWD", str(place))
    found = [line.strip() for line in following.steps(ANSWERS) if line.startswith("  cd ")]
    assert found == ([command.format(project=project)] if command else [])


def test_without_uv_on_the_path(
    render: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the one that Copier's environment has, as after the README's first command."""
    monkeypatch.chdir(render())
    monkeypatch.setattr("treewright.following.shutil.which", lambda _: None)
    monkeypatch.setattr(machine, "uv", lambda: str(tmp_path / "a venv/bin/uv"))
    assert f"  '{tmp_path}/a venv/bin/uv' run pytest" in [*following.steps(ANSWERS)]


@pytest.mark.parametrize("owned", [[], ["tests"], ["tests", "lint", "types", "runner"]])
def test_without_uv(render: Render, monkeypatch: pytest.MonkeyPatch, owned: list[str]) -> None:
    """By pip, as CONTRIBUTING.md has it; no command runs what is the owner's."""
    project = render(own_kinds=owned)
    monkeypatch.chdir(project)
    monkeypatch.setattr("treewright.following.shutil.which", lambda _: None)
    monkeypatch.setattr(machine, "uv", lambda: None)
    commands = [line.strip() for line in following.steps(ANSWERS) if line.startswith("  ")]
    shown = commands[: commands.index("git init -b main")]
    assert ("pytest" in shown) == (not owned)
    by_pip = [line for line in shown if line != "pytest"]
    assert "\n".join(by_pip[-2:]) in (project / "CONTRIBUTING.md").read_text()


def test_the_tests_of_the_owner_are_not_run(
    render: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(render(own_kinds=["tests"]))
    program(tmp_path / "bin/uv")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert "  uv sync" in [*following.steps(ANSWERS)]


def test_without_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [*following.steps(ANSWERS)] == []
