"""`treewright overlay` lays in what has changed in fragments, and says what it could not."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from adopting import from_clone
from keeping import ANSWERS, EMPTY, HERE, write
from repositories import commit, git, snapshot
from treewright import distribution, overlay

FOLDER = ".treewright/acme"
FILES = {
    "pyproject.toml": '[project]\nname = "x"\n\n[tool.ruff]  # mine\nsrc = ["src"]\n',
    "CODEOWNERS": "* @ann\n",
}
RUFF = "[tool.ruff]\nline-length = 120\n"
OWNERS = "/.github/ @acme\n"

Make = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make a repository of FILES and others, which is of no template."""

    def _make(files: Mapping[str, str]) -> Path:
        for path, text in {**FILES, **files}.items():
            write(tmp_path / "project", path, text)
        commit(tmp_path / "project")
        return tmp_path / "project"

    return _make


def test_fragments_are_laid_in_and_change_and_go(
    make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    project = make({})
    write(project, f"{FOLDER}/pyproject.toml", RUFF)
    write(project, f"{FOLDER}/CODEOWNERS", OWNERS)
    assert overlay.run([str(project)]) == 0
    assert capsys.readouterr().out == (
        "Overlays laid in: CODEOWNERS, pyproject.toml\nNext: look at `git diff`, and commit.\n"
    )
    laid = snapshot(project)
    assert laid["pyproject.toml"].decode() == FILES["pyproject.toml"].replace(
        "mine\n", "mine\nline-length = 120\n"
    )
    assert laid["CODEOWNERS"].decode() == f"{OWNERS}* @ann\n", "what is the owner's counts more"
    assert overlay.run([str(project)]) == 0
    assert snapshot(project) == laid, "again, as after a run that was killed"
    commit(project)
    capsys.readouterr()
    assert overlay.run([str(project)]) == 0
    assert capsys.readouterr().out == "Overlays laid in: nothing to do.\n"

    write(project, f"{FOLDER}/pyproject.toml", RUFF.replace("120", "110"))
    (project / FOLDER / "CODEOWNERS").unlink()
    assert overlay.run([str(project)]) == 0
    now = snapshot(project)
    assert b"line-length = 110\n" in now["pyproject.toml"]
    assert now["CODEOWNERS"].decode() == FILES["CODEOWNERS"]
    git("restore", "--source=HEAD", "--staged", "--worktree", ".", cwd=project)
    git("clean", "-fdq", cwd=project)
    assert snapshot(project) == laid


def test_two_overlays_and_their_clash(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    project = make({f"{FOLDER}/pyproject.toml": ""})
    write(project, f"{FOLDER}/pyproject.toml", RUFF)
    write(project, ".treewright/acme-data/pyproject.toml", RUFF.replace("120", "90"))
    assert overlay.run([str(project)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "tool.ruff.line-length is 90, from acme-data; without it, 120" in told
    commit(project)
    write(project, f"{FOLDER}/pyproject.toml", RUFF + "[tool.x]\ny = 1\n")
    assert overlay.run([str(project)]) == 0
    assert "line-length" not in capsys.readouterr().out, "it was told once"
    commit(project)
    shutil.rmtree(project / ".treewright/acme-data")
    assert overlay.run([str(project)]) == 0
    assert "line-length = 120\n" in (project / "pyproject.toml").read_text("utf-8")


def test_what_a_bot_committed_without_laying_it_in(make: Make) -> None:
    project = make({})
    write(project, f"{FOLDER}/pyproject.toml", RUFF)
    commit(project)
    assert overlay.run([str(project), "--base", "HEAD~1"]) == 0
    assert "line-length = 120\n" in (project / "pyproject.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("fragment", "text", "told", "status"),
    [
        ("tox.toml", "x = 1\n", "tox.toml cannot be laid in: only pyproject.toml, .gitignore, ", 1),
        ("pyproject.toml", "[tool", "pyproject.toml stays as it was, without what overlays", 1),
        ("pyproject.toml", "\xff", ".treewright/acme/pyproject.toml is not UTF-8 text", 1),
    ],
)
def test_what_cannot_be_laid_in(
    make: Make,
    capsys: pytest.CaptureFixture[str],
    fragment: str,
    text: str,
    told: str,
    status: int,
) -> None:
    project = make({})
    before = snapshot(project)["pyproject.toml"]
    write(project, f"{FOLDER}/{fragment}", "")
    (project / FOLDER / fragment).write_bytes(text.encode("latin-1"))
    assert overlay.run([str(project)]) == status
    printed = capsys.readouterr()
    assert told in printed.out + printed.err
    assert snapshot(project)["pyproject.toml"] == before


def test_usage(make: Make, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    project = make({f"{FOLDER}/pyproject.toml": RUFF, "src/x.py": ""})
    before = snapshot(project)
    for arguments, told in [
        ([str(tmp_path / "nowhere")], "is not a folder"),
        ([str(tmp_path)], "run `git init`, and commit"),
        ([str(project / "src")], "src is not a project: it has neither an answers file nor .t"),
        ([str(project), "--base", "v1"], "--base v1 names no commit here"),
    ]:
        assert overlay.run(arguments) == 2
        assert told in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        overlay.run([str(project), "--base", "HEAD", "--remove", "acme"])
    assert snapshot(project) == before


NAMES = ["data", "", ".", "..", "../acme", "acme/", "...", "/"]


@pytest.mark.parametrize("name", NAMES)
def test_only_an_overlay_is_taken_out(
    make: Make, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Whatever somebody makes of a name: `..` would be all that is there."""
    files = {f"{FOLDER}/pyproject.toml": RUFF, f".copier-answers.{name}.yml".replace("/", "-"): ""}
    project = make(files if name in {".", "..", "..."} else {f"{FOLDER}/CODEOWNERS": OWNERS})
    before = snapshot(project)
    assert overlay.run([str(project), "--remove", name]) == 2
    assert f"There is no overlay {name!r} here" in capsys.readouterr().err
    assert snapshot(project) == before


def test_treewright_itself_is_not_taken_out(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    answers = f"_commit: {HERE}\n_src_path: {distribution.ADDRESS}\n"
    project = make({".copier-answers.lib.yml": answers})
    before = snapshot(project)
    assert overlay.run([str(project), "--remove", "lib"]) == 2
    assert capsys.readouterr().err.startswith(".copier-answers.lib.yml is not an overlay's")
    assert snapshot(project) == before


@pytest.mark.parametrize("link", [f"{FOLDER}/pyproject.toml", FOLDER, ".treewright"])
def test_a_link_is_no_fragment(
    make: Make, capsys: pytest.CaptureFixture[str], tmp_path: Path, link: str
) -> None:
    """It does not read as one that is gone, with which all that it brought would go, too."""
    project = make({f"{FOLDER}/pyproject.toml": RUFF})
    before = snapshot(project)["pyproject.toml"]
    (project / link).rename(tmp_path / "elsewhere")
    (project / link).symlink_to(tmp_path / "elsewhere")
    assert overlay.run([str(project)]) == 1
    assert f"{link} is not a " in capsys.readouterr().err
    assert (project / "pyproject.toml").read_bytes() == before


def test_a_file_that_its_owner_deleted_stays_away(
    make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    project = make({f"{FOLDER}/pyproject.toml": RUFF})
    (project / "pyproject.toml").unlink()
    commit(project)
    write(project, f"{FOLDER}/pyproject.toml", RUFF.replace("120", "110"))
    assert overlay.run([str(project)]) == 0
    assert "yours     pyproject.toml: deleted, so it stays away\n" in capsys.readouterr().out
    assert not (project / "pyproject.toml").exists()


def test_after_a_broken_fragment_was_committed(
    make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    project = make({f"{FOLDER}/pyproject.toml": ""})
    write(project, f"{FOLDER}/pyproject.toml", RUFF)
    overlay.run([str(project)])
    commit(project)
    write(project, f"{FOLDER}/pyproject.toml", "[tool")
    commit(project)
    write(project, f"{FOLDER}/pyproject.toml", RUFF.replace("120", "110"))
    assert overlay.run([str(project)]) == 1
    assert "use --base to name the last commit without it" in capsys.readouterr().out
    assert overlay.run([str(project), "--base", "HEAD~1"]) == 0
    assert "line-length = 110\n" in (project / "pyproject.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("source", "version", "told"),
    [
        (distribution.ADDRESS, "v99.0.0", "This project has Treewright v99.0.0, which is not"),
        ("/nowhere", HERE, f"/nowhere could not be fetched at {HERE}, or refuses the answers"),
        ("/nowhere", EMPTY, ""),
    ],
)
def test_what_the_template_has_must_be_known(  # an empty release has nothing
    make: Make,
    tagged: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    source: str,
    version: str,
    told: str,
) -> None:
    from_clone(tagged, monkeypatch)
    answers = f"_commit: {version}\n_src_path: {source}\nlayout: src\npackage: regular\n"
    project = make({ANSWERS: f"{answers}project_name: x\n"})
    write(project, f"{FOLDER}/pyproject.toml", RUFF)
    before = snapshot(project)
    assert overlay.run([str(project)]) == (2 if told else 0)
    assert capsys.readouterr().err.startswith(told)
    assert (snapshot(project) == before) == bool(told)


def test_a_conflict_in_a_fragment_is_settled_by_meaning(
    make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    project = make({f"{FOLDER}/pyproject.toml": RUFF})
    git("switch", "--quiet", "--create=other", cwd=project)
    other = RUFF.replace("120", "110")
    write(project, f"{FOLDER}/pyproject.toml", f"{other}other = 1\n")
    commit(project)
    git("switch", "--quiet", "main", cwd=project)
    mine = RUFF.replace("120", "99")
    write(project, f"{FOLDER}/pyproject.toml", f"{mine}mine = 1\n")
    commit(project)
    with pytest.raises(AssertionError):
        git("merge", "other", cwd=project)
    assert overlay.run([str(project)]) == 0
    assert (project / FOLDER / "pyproject.toml").read_text("utf-8") == (
        "[tool.ruff]\nline-length = 99\nother = 1\nmine = 1\n"
    )
    told = " ".join(capsys.readouterr().out.split())
    assert f"{FOLDER}/pyproject.toml: tool.ruff.line-length stays 99; acme has 110" in told


def test_removal_needs_a_clean_tree_and_keeps_what_was_edited(
    make: Make, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    template = tmp_path / "overlay"
    write(template, "copier.yml", "_answers_file: .copier-answers.acme.yml\n_subdirectory: files\n")
    write(template, "files/whole.yml", "a: 1\n")
    write(template, "files/edited.yml", "a: 1\n")
    commit(template)
    git("tag", "v1.0.0", cwd=template)
    answers = "_commit: v1.0.0\n_src_path: ../overlay\n"
    project = make({})
    before = snapshot(project)
    for path, text in {
        ".copier-answers.acme.yml": answers,
        "whole.yml": "a: 1\n",
        "edited.yml": "a: 2\n",
        f"{FOLDER}/pyproject.toml": RUFF,
        f"{FOLDER}/tox.toml": "",
    }.items():
        write(project, path, text)
    overlay.run([str(project)])
    assert overlay.run([str(project), "--remove", "acme"]) == 2
    git("add", "--all", cwd=project)
    assert overlay.run([str(project), "--remove", "acme"]) == 2
    assert "Commit or stash your changes first" in capsys.readouterr().err
    commit(project)
    assert overlay.run([str(project), "--remove", "acme"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Overlay acme taken out: pyproject.toml\n")
    assert "src" not in told, "which acme never had"
    assert "yours     edited.yml: edited, so they stay\n" in told
    assert snapshot(project) == {**before, "edited.yml": b"a: 2\n"}
