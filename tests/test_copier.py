"""Stock Copier commands on the real template, hooks included, as users run them."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from pytest_copie.plugin import Copie

from answers import SHAPES, Promise, identify
from in_process import copier as in_process
from keeping import write
from rendering import QUICK
from repositories import commit, git, snapshot
from tiers import spread


def run(*command: str | Path, cwd: Path | None = None, **env: str) -> str:
    """Run a command that has to succeed, and give all that it prints."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=os.environ | env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def copier(*arguments: str | Path, cwd: Path | None = None, **env: str) -> str:
    return run(sys.executable, "-c", QUICK, *arguments, cwd=cwd, **env)


@pytest.fixture
def generate(checkout: Path, tmp_path: Path) -> Callable[..., tuple[Path, str]]:
    """Copy the checkout into a new project, and give the project and what was printed."""

    def _generate(*arguments: str, **env: str) -> tuple[Path, str]:
        project = tmp_path / "acme-tool"
        command = ("copy", "--defaults", "--trust", *arguments, str(checkout), str(project))
        return project, copier(*command, cwd=None, **env)

    return _generate


@pytest.mark.parametrize("answers", spread(SHAPES, SHAPES[-1:]), ids=identify)
def test_every_shape_is_made_and_proven(
    copie: Copie, checkout: Path, answers: dict[str, str]
) -> None:
    result = copie.copy({"project_name": "acme-tool", **answers}, template_dir=checkout)
    assert result.exception is None
    assert result.exit_code == 0
    assert result.project_dir is not None
    promise = Promise({"build_backend": "uv", **answers})
    assert snapshot(result.project_dir).keys() == promise.files


def test_prints_the_proof_and_the_next_commands(
    generate: Callable[..., tuple[Path, str]],
) -> None:
    project, printed = generate()
    assert "\nProven: the wheel holds exactly the package that the tree shows.\n" in printed
    assert f"\n  cd {project}\n  " in printed
    assert printed.count("is ready: ") == 1
    assert "Warning" not in printed


@pytest.mark.skipif(sys.platform == "win32", reason="asks a POSIX shell")
@pytest.mark.parametrize("name", ["-acme", "acme tool's", "$acme"])
def test_the_next_commands_can_be_typed(checkout: Path, tmp_path: Path, name: str) -> None:
    """A line each, as not every shell has `&&`; and a dash begins no option."""
    answers = ("--data=project_name=acme-tool", "--data=repository=acme")
    copy = ("--defaults", "--skip-tasks", *answers, checkout)
    printed = copier("copy", *copy, "--", name, cwd=tmp_path)
    _, _, shown = printed.partition(" Next:\n\n")
    commands = [line.strip() for line in shown.splitlines() if line.startswith("  ")]
    assert commands[1:4] == ["uv run tox -e proof", "uv run pytest", "git init -b main"]
    assert commands[-1].startswith("git push ")
    done = run("sh", "-c", f"{commands[0]}\npwd", cwd=tmp_path)
    assert done == f"{tmp_path / name}\n"


def test_an_answers_file_of_another_name(checkout: Path, tmp_path: Path) -> None:
    """As for a project of several templates: all that names it knows."""
    name, project = ".treewright.yml", tmp_path / "acme-tool"
    answers = (f"--answers-file={name}", "--data=github_user=acme")
    in_process("copy", "--defaults", "--skip-tasks", *answers, checkout, project)
    texts = {path: text.decode() for path, text in snapshot(project).items()}
    assert [path for path, text in texts.items() if ".copier-answers" in text] == []
    assert (
        f"\nuvx copier update --trust --defaults --answers-file {name}\n"
        in (texts["CONTRIBUTING.md"])
    )
    assert f"/{name} @acme\n" in texts[".github/CODEOWNERS"]
    assert name in yaml.safe_load(texts[".yamllint"])["ignore"]
    assert f"`{name}`" in texts["AGENTS.md"]


# What a shell may hand on; each has to stay outside of what a hook does.
SHELL = {
    "PYTHONSAFEPATH": "1",
    "PYTHONOPTIMIZE": "2",
    "PYTHONUNBUFFERED": "1",
    "PYTHONIOENCODING": "ascii",
}


def test_a_shell_with_a_mood(generate: Callable[..., tuple[Path, str]], tmp_path: Path) -> None:
    """A copy and an update are the same, whatever Python is told by variables."""
    write(tmp_path / "path", "treewright.py", "raise SystemExit('another module')\n")
    shell = {**SHELL, "PYTHONPATH": str(tmp_path / "path")}
    project, printed = generate(**shell)
    assert "\nProven: " in printed
    commit(project)
    answers = ("--vcs-ref=:current:", "--data=layout=flat")
    printed = copier("update", "--defaults", "--trust", *answers, cwd=project, **shell)
    assert "\nProven: " in printed
    assert (project / "acme_tool/py.typed").is_file()


def test_a_complete_tree_without_trust(checkout: Path, tmp_path: Path) -> None:
    project = tmp_path / "acme-tool"
    copier("copy", "--defaults", "--skip-tasks", checkout, project)
    shape = {"layout": "src", "package": "regular", "build_backend": "uv"}
    assert snapshot(project).keys() == Promise(shape).files


def test_recopy_changes_nothing(generate: Callable[..., tuple[Path, str]]) -> None:
    project, _ = generate("--data=layout=flat", "--data=package=namespace")
    commit(project)
    before = snapshot(project)
    copier("recopy", "--defaults", "--trust", "--overwrite", cwd=project)
    assert snapshot(project) == before


def test_a_second_copy_changes_nothing(
    generate: Callable[..., tuple[Path, str]],
) -> None:
    project, _ = generate()
    before = snapshot(project)
    generate()
    assert snapshot(project) == before


def test_a_second_copy_keeps_what_the_user_wrote(
    generate: Callable[..., tuple[Path, str]],
) -> None:
    """Seeds are the user's: what is wrong there is told, advice apart, and fails no copy."""
    project, _ = generate()
    seeds = [project / name for name in ("README.md", "CHANGELOG.md", "src/acme_tool/__init__.py")]
    for seed in seeds:
        seed.write_text("def mine() -> None: ...\n")
    _, printed = generate("--overwrite")
    assert [seed.read_text() for seed in seeds] == ["def mine() -> None: ...\n"] * 3
    assert "__all__" in printed.partition("\nAdvice, which changes no verdict:\n")[2]
    assert "\nProven: " in printed
    seeds[2].write_text("import nobody\n")
    assert "\n1 fault.\n" in generate("--overwrite")[1]


# A command in a page of theirs was not written to be run.
COMMAND = "# acme-tool\n\n```console\n$ touch ran; exit 1\n```\n"
THEIRS = {
    "README.md": COMMAND,
    "docs/a.md": COMMAND,
    "LICENSE": "Mine.\n",
    ".gitignore": "/mine/\n",
}


def unattended(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run Copier where nobody can be asked."""
    return subprocess.run(
        [sys.executable, "-c", QUICK, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("trust", ["--trust", "--skip-tasks"])
def test_into_a_repository_that_a_forge_has_made(
    checkout: Path, tmp_path: Path, trust: str
) -> None:
    """It goes through, nothing of theirs is lost, and the tests pass."""
    project = tmp_path / "acme-tool"
    for name, text in THEIRS.items():
        write(project, name, text)
    commit(project)
    done = unattended("copy", "--defaults", trust, checkout, project)
    assert done.returncode == 0, done.stderr
    changed = git("diff", "--numstat", cwd=project).split()
    assert changed[1:] == (["0", ".gitignore"] if trust == "--trust" else [])
    assert ("\nyours     LICENSE, README.md: " in done.stdout) is (trust == "--trust")
    assert ("\nProven: " in done.stdout) is (trust == "--trust")
    path = {"PYTHONPATH": str(project / "src")}
    run(sys.executable, "-m", "pytest", "-q", "tests/test_readme.py", cwd=project, **path)


def test_a_folder_that_is_a_project_is_asked_about(checkout: Path, tmp_path: Path) -> None:
    project = tmp_path / "acme-tool"
    write(project, "pyproject.toml", "[project]\nname = 'mine'\n")
    done = unattended("copy", "--defaults", "--skip-tasks", checkout, project)
    assert done.returncode == 1
    assert "Interactive session required" in done.stderr


def test_update_merges_managed_files_and_leaves_seeds(
    generate: Callable[..., tuple[Path, str]], checkout: Path, tmp_path: Path
) -> None:
    project, _ = generate()
    commit(project)
    (project / "README.md").write_text("mine\n")
    (project / "src/acme_tool/durations.py").unlink()
    (project / "src/acme_tool/own.py").write_text('"""Own."""\n')
    pyproject = project / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace("dependencies = []", 'dependencies = ["x"]'))
    commit(project)
    template = tmp_path / "newer"
    run("git", "clone", "--quiet", checkout, template)
    with (template / "template/.gitignore").open("a") as gitignore:
        gitignore.write("/from-the-template/\n")
    with (template / "template/{{ project.changelog }}.jinja").open("a") as seed:
        seed.write("From the template.\n")
    run("git", "commit", "--quiet", "--all", "--message=release: v9.1.0", cwd=template)
    run("git", "tag", "--annotate", "--message=v9.1.0", "v9.1.0", cwd=template)
    answers = project / ".copier-answers.yml"
    answers.write_text(answers.read_text().replace(str(checkout), str(template)))
    commit(project)

    printed = copier("update", "--defaults", "--trust", cwd=project)

    assert "/from-the-template/" in (project / ".gitignore").read_text()
    assert (project / "README.md").read_text() == "mine\n"
    assert "From the template." not in (project / "CHANGELOG.md").read_text()
    assert not (project / "src/acme_tool/durations.py").exists()
    assert (project / "src/acme_tool/own.py").exists()
    assert 'dependencies = ["x"]' in pyproject.read_text()
    assert yaml.safe_load(answers.read_text())["_commit"] == "v9.1.0"
    assert "\n1 fault.\n" in printed  # the deleted module is missed
    assert printed.endswith("look at `git diff HEAD`, and commit.\n"), "the last word"
    assert "Warning" not in printed


def test_a_relative_source_is_stored_so_that_an_update_finds_it(
    checkout: Path, tmp_path: Path
) -> None:
    project = tmp_path / "acme-tool"
    relative = os.path.relpath(checkout, tmp_path)
    copier("copy", "--defaults", "--trust", relative, "acme-tool", cwd=tmp_path)
    stored = yaml.safe_load((project / ".copier-answers.yml").read_text())["_src_path"]
    assert stored == os.path.realpath(checkout)
    commit(project)
    copier("update", "--defaults", "--trust", cwd=project)


def test_a_machine_that_cannot_prove_is_no_fault(
    generate: Callable[..., tuple[Path, str]], tmp_path: Path
) -> None:
    """Hatchling cannot be fetched: one sentence, the command to run later, and the tree."""
    cold = {"UV_CACHE_DIR": str(tmp_path / "cold"), "UV_OFFLINE": "1"}
    project, printed = generate("--data=build_backend=hatchling", **cold)
    assert "\nNot proven: " in printed
    assert f"hooks/prove.py {project}\n" in printed
    assert (project / "pyproject.toml").is_file()
