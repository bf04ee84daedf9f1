"""A changed line of an overlay's answers file is finished, too, and none of its tasks run."""

from pathlib import Path

import pytest

from finishing import Row, Scenarios, play
from keeping import write
from repositories import commit, git, snapshot
from tiers import full
from treewright.branch import command

ANSWERS = ".copier-answers.acme.yml"
FRAGMENT = ".treewright/acme/pyproject.toml"
CONFIG = """\
_answers_file: .copier-answers.acme.yml
_subdirectory: template
_tasks: [touch ran, {task}]
_migrations: [touch moved]
team: {{type: str, default: ann}}
"""
RENDERED = {
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml -}}",
    f"{FRAGMENT}.jinja": "[tool.ruff]\nline-length = 120\n",
    ".treewright/acme/CODEOWNERS.jinja": "/.github/ @{{ team }}\n",
    "whole.txt": "one\n",
}
scenario = Scenarios()
MINE = '[project]\nname = "x"\n\n[tool.ruff]\nsrc = []\n'


@pytest.fixture(scope="module")
def overlay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An overlay of two releases, with tasks that show that they ran."""
    folder = tmp_path_factory.mktemp("overlay")
    write(folder, "copier.yml", CONFIG.format(task="python hooks/lay_in.py"))
    for path, text in RENDERED.items():
        write(folder, f"template/{path}", text)
    commit(folder)
    git("tag", "v1.0.0", cwd=folder)
    write(folder, f"template/{FRAGMENT}.jinja", "[tool.ruff]\nline-length = 110\n")
    write(folder, "template/whole.txt", "two\n")
    commit(folder)
    git("tag", "v2.0.0", cwd=folder)
    return folder


@pytest.fixture
def project(overlay: Path, tmp_path: Path) -> Path:
    """A project under its first release, on a branch."""
    made = tmp_path / "project"
    write(made, "pyproject.toml", MINE.replace("src", "line-length = 120\nsrc"))
    write(made, "CODEOWNERS", "/.github/ @ann\n* @ann\n")
    write(made, "whole.txt", "one\n")
    write(made, FRAGMENT, RENDERED[f"{FRAGMENT}.jinja"])
    write(made, ".treewright/acme/CODEOWNERS", "/.github/ @ann\n")
    # A pin of Treewright's own says nothing of an overlay's release.
    write(made, ".github/template/requirements.txt", "treewright==9.9.9\n")
    write(made, ANSWERS, f"_commit: v1.0.0\n_src_path: {overlay}\nteam: ann\n")
    commit(made)
    git("switch", "--quiet", "--create=bot", cwd=made)
    return made


def change(project: Path, old: str, new: str, path: str = ANSWERS) -> None:
    text = (project / path).read_text("utf-8")
    assert text.count(old) == 1
    write(project, path, text.replace(old, new))
    commit(project)


def finish(project: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.chdir(project)
    return command.run(["--base", "main", *options])


@scenario(default=True)
def one_line_is_enough(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    change(project, "v1.0.0", "v2.0.0")
    assert finish(project, monkeypatch, "--commit") == 0
    told = capsys.readouterr().out
    assert told.startswith(f"**Overlay `acme` `v1.0.0 -> v2.0.0`** in `{ANSWERS}`: finished.\n")
    assert "tasks of the overlay, which did not run: touch ran, touch moved`" in told
    found = snapshot(project)
    assert found["pyproject.toml"].decode() == MINE.replace("src", "line-length = 110\nsrc")
    assert found["whole.txt"] == b"two\n"
    assert not {"ran", "moved"} & {*found}, "nothing of the overlay's runs"
    subject = git("log", "-1", "--format=%s", cwd=project)
    assert subject == "Finish the update to overlay acme v2.0.0\n"


@scenario()
def an_answer_is_enough(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(project, "team: ann", "team: bob")
    assert finish(project, monkeypatch, "--commit") == 0
    assert snapshot(project)["CODEOWNERS"] == b"/.github/ @bob\n* @ann\n"
    assert finish(project, monkeypatch, "--check") == 0


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("_src_path: ", "_src_path: /other", "names another template than before the branch, /o"),
        full("v1.0.0", "--help", "has a `_commit` that names no release: --help"),
        full("v1.0.0", "v3.0.0", "Unknown revision: 'v3.0.0'"),
    ],
)
def test_what_is_refused(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    old: str,
    new: str,
    told: str,
) -> None:
    change(project, old, new)
    before = snapshot(project)
    assert finish(project, monkeypatch) == 2
    assert told in capsys.readouterr().err
    assert snapshot(project) == before


@scenario()
def what_a_bot_without_hooks_has_left(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(project, "v1.0.0", "v2.0.0")
    change(project, "120", "110", FRAGMENT)
    change(project, "one", "two", "whole.txt")
    assert finish(project, monkeypatch, "--check") == 1
    assert finish(project, monkeypatch, "--commit") == 0
    assert "line-length = 110\n" in (project / "pyproject.toml").read_text("utf-8")


@scenario()
def a_conflict_in_a_fragment_is_left_to_a_person(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    change(project, "[tool.ruff]\nline", "[tool.ruff\nline", FRAGMENT)
    git("branch", "--force", "main", cwd=project)
    change(project, "v1.0.0", "v2.0.0")
    assert finish(project, monkeypatch, "--check") == 1
    told = capsys.readouterr().out
    assert f"in conflict: `{FRAGMENT} (you and the template changed the same lines)`" in told
    assert f"{FRAGMENT}: settle that, then 'treewright overlay --base'" in told


@scenario()
def what_laid_an_overlay_in_has_done_all(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    git("rm", "--quiet", "-r", "--cached", ".treewright", ANSWERS, cwd=project)
    git("commit", "--quiet", "--message=before", cwd=project)
    git("branch", "--force", "main", cwd=project)
    commit(project)
    assert finish(project, monkeypatch, "--check") == 0
    assert capsys.readouterr().out.startswith("Nothing to do")


@pytest.mark.parametrize("row", scenario)
def test_a_branch(row: Row, request: pytest.FixtureRequest) -> None:
    play(row, request)
