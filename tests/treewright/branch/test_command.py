"""What the command does to a branch, with a small package and a template of two releases."""

import shutil
from pathlib import Path

import pytest

from finishing import (
    NEXT,
    Row,
    Scenarios,
    ask,
    branch,
    by_hand,
    expected,
    finish,
    plainly,
    play,
    same,
    save,
    tree,
    twin,
)
from keeping import unmerged, write
from repositories import git, snapshot

FLAT = {"layout": "flat"}
scenario = Scenarios()


def put(project: Path, path: str, old: str, new: str) -> None:
    """Replace a text that a file has once."""
    text = (project / path).read_text("utf-8")
    assert text.count(old) == 1
    write(project, path, text.replace(old, new))


def add_line(project: Path, path: str, line: str) -> None:
    write(project, path, (project / path).read_text("utf-8") + f"{line}\n")


def first_line(project: Path, path: str = "AGENTS.md") -> str:
    return (project / path).read_text("utf-8").split("\n", 1)[0]


def before(project: Path) -> None:
    """Have what was edited on the base, too."""
    save(project)
    git("branch", "--force", "main", cwd=project)


def claim(project: Path) -> None:
    """Change the line that the newer release changes, too."""
    first = first_line(project)
    put(project, "AGENTS.md", f"{first}\n", f"{first}, by me\n")
    save(project)


# --- The ways to finish ----------------------------------------------------------------


@scenario(default=True)
def the_work_tree_holds_the_end(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = expected(project)
    ask(project, _commit=NEXT)
    head = git("rev-parse", "HEAD", cwd=project)
    assert finish(project, "--check") == 1
    assert git("status", "--porcelain", cwd=project) == ""
    assert "unfinished" in capsys.readouterr().out
    assert finish(project) == 0
    assert git("rev-parse", "HEAD", cwd=project) == head
    assert git("write-tree", cwd=project).strip() == tree(other)
    assert git("diff", cwd=project) == ""
    capsys.readouterr()
    assert finish(project) == 0, "twice"
    assert "nothing to do" in capsys.readouterr().out
    git("commit", "--quiet", "--message=finished", cwd=project)
    same(project, other)
    for options in ([], ["--check"], ["--commit"]):
        assert finish(project, *options) == 0
    assert git("log", "-1", "--format=%s", cwd=project) == "finished\n"
    assert list((project / ".git").glob("treewright.lock")) == []
    assert git("worktree", "list", cwd=project).count("\n") == 1


@scenario()
def a_commit_holds_the_end(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = expected(project)
    ask(project, _commit=NEXT)
    assert finish(project, "--commit") == 0
    same(project, other)
    assert git("status", "--porcelain", cwd=project) == ""
    assert git("log", "-2", "--format=%s", cwd=project).splitlines() == [
        f"Finish the update to Treewright {NEXT}",
        "one line",
    ]
    assert len(capsys.readouterr().out.splitlines()) <= 12


@scenario()
def a_patch_holds_the_end(project: Path, tmp_path: Path) -> None:
    other = expected(project)
    ask(project, _commit=NEXT)
    patch = tmp_path / "finish.patch"
    assert finish(project, "--patch", str(patch)) == 0
    assert git("status", "--porcelain", cwd=project) == ""
    git("apply", "--index", patch, cwd=project)
    git("commit", "--quiet", "--message=finished", cwd=project)
    same(project, other)
    assert finish(project, "--patch", str(patch)) == 0
    assert patch.read_bytes() == b""


# --- What people put on the branch -----------------------------------------------------


def people(project: Path, number: int) -> None:
    """Commit one of three works."""
    if number == 0:
        write(project, "src/acme_tool/later.py", '"""Later."""\n\nfrom acme_tool import mine\n')
        put(project, "pyproject.toml", '  "mine>=1",\n', '  "mine>=1",\n  "later>=2",\n')
    elif number == 1:
        write(project, "README.md", "# Mine\n\nMore of it.\n")
        put(project, ".gitignore", "/from-mine/\n", "/from-mine/\n/from-later/\n")
    else:
        (project / "notes/mine.txt").unlink()
        add_line(project, "AGENTS.md", "\nMine.")
    save(project, f"work {number}")


@scenario(count=[3, 2, 1, 0])
def commits_beside_the_line(project: Path, count: int) -> None:
    """Before it and after it: the end is that of an update of all of it."""
    other = twin(project)
    for number in range(count):
        people(other, number)
    by_hand(other, NEXT)
    save(other)
    for number in range(count):
        if number == 1:
            ask(project, _commit=NEXT)
        people(project, number)
    if count < 2:
        ask(project, _commit=NEXT)
    assert finish(project, "--commit") == 0
    same(project, other)
    assert finish(project, "--check") == 0


@scenario(hand=[True, False])
def commits_on_top_of_a_finished_update(project: Path, *, hand: bool) -> None:
    people(project, 0)
    if hand:
        by_hand(project, NEXT)
        save(project)
    else:
        ask(project, _commit=NEXT)
        assert finish(project, "--commit") == 0
    people(project, 1)
    people(project, 2)
    write(project, "NEW.md", "Mine now.\n")
    save(project)
    end = tree(project)
    assert finish(project, "--check") == 0
    assert finish(project) == 0
    assert git("status", "--porcelain", cwd=project) == ""
    assert tree(project) == end


# --- Conflicts -------------------------------------------------------------------------


@scenario(default=True)
def a_conflict_is_left_to_a_person(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claim(project)
    ask(project, _commit=NEXT)
    files, mine = snapshot(project), first_line(project)
    head = git("rev-parse", "HEAD", cwd=project)
    patch = tmp_path / "settled.patch"
    for options in (["--check"], ["--commit"], ["--patch", str(patch)]):
        assert finish(project, *options) == 1
        printed = capsys.readouterr().out
        assert "`AGENTS.md (you and the template changed the same lines)`" in printed
        assert snapshot(project) == files
        assert git("rev-parse", "HEAD", cwd=project) == head
        assert git("status", "--porcelain", cwd=project) == ""
    git("apply", "--index", patch, cwd=project)
    assert (project / "NEW.md").is_file()
    assert first_line(project) == mine
    git("reset", "--quiet", "--hard", cwd=project)

    assert finish(project) == 1
    assert first_line(project) == "<<<<<<< before updating"
    assert git("show", ":AGENTS.md", cwd=project).split("\n")[0] == mine
    assert (project / "NEW.md").is_file()
    assert unmerged(project) == []
    assert finish(project) == 1, "again: it is left as it is"
    git("commit", "--quiet", "--message=not edited", cwd=project)
    assert finish(project, "--check") == 1
    git("checkout", "--", ".", cwd=project)
    assert finish(project) == 1
    text = (project / "AGENTS.md").read_text("utf-8")
    write(project, "AGENTS.md", "# Both\n" + text.rpartition(">>>>>>> ")[2].partition("\n")[2])
    save(project)
    assert finish(project, "--check") == 0
    assert finish(project, "--commit") == 0
    assert first_line(project) == "# Both"


@scenario()
def a_file_in_conflict_stays_as_it_is(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claim(project)
    ask(project, _commit=NEXT)
    mine = first_line(project)
    assert finish(project) == 1
    assert "`Treewright-Settled: AGENTS.md`" in capsys.readouterr().out
    git("commit", "--quiet", "--message=Mine\n\nTreewright-Settled: AGENTS.md", cwd=project)
    git("checkout", "--", ".", cwd=project)
    assert finish(project, "--check") == 0
    assert first_line(project) == mine


@scenario(side=["theirs", "both"])
def a_conflict_that_was_settled_by_hand(project: Path, side: str) -> None:
    claim(project)
    by_hand(project, NEXT)
    if side == "theirs":
        git("checkout", "--theirs", "--", "AGENTS.md", cwd=project)
    else:
        text = (project / "AGENTS.md").read_text("utf-8")
        write(project, "AGENTS.md", "# Both\n" + text.rpartition(">>>>>>> ")[2].partition("\n")[2])
    save(project)
    assert finish(project, "--check") == 0


@scenario()
def a_person_edits_what_the_update_changed(project: Path) -> None:
    ask(project, _commit=NEXT)
    assert finish(project, "--commit") == 0
    claim(project)
    assert finish(project, "--check") == 0


# --- Updates that were not finished ----------------------------------------------------


@scenario(how=["inline", "rej"])
def a_plain_update_in_conflict(project: Path, how: str) -> None:
    add_line(project, ".gitignore", "/my-end/")
    before(project)
    other = expected(project)
    plainly(project, NEXT, f"--conflict={how}")
    git("add", "--all", "--force", cwd=project)
    save(project)
    assert ("<<<<<<<" in (project / ".gitignore").read_text("utf-8")) == (how == "inline")
    assert (project / ".gitignore.rej").is_file() == (how == "rej")
    assert finish(project, "--check") == 1
    assert finish(project, "--commit") == 0
    same(project, other)
    assert finish(project, "--check") == 0


@scenario()
def edits_of_a_dropped_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, ".yamllint", "mine: true\n")
    before(project)
    plainly(project, NEXT)
    save(project)
    assert not (project / ".yamllint").exists()
    assert finish(project, "--check") == 1
    assert "`.yamllint (you changed it, and the template deleted it)`" in capsys.readouterr().out
    assert finish(project) == 1
    assert (project / ".yamllint").read_text() == "mine: true\n"
    save(project)
    assert finish(project, "--check") == 0


@scenario()
def people_on_top_of_a_plain_update(project: Path) -> None:
    other = twin(project)
    for number in range(3):
        people(other, number)
    by_hand(other, NEXT)
    save(other)
    plainly(project, NEXT)
    save(project)
    for number in range(3):
        people(project, number)
    assert finish(project, "--commit") == 0
    same(project, other)


@scenario()
def a_plain_update_that_had_to_move(project: Path) -> None:
    other = expected(project, "--data=layout=flat")
    plainly(project, NEXT, "--data=layout=flat")
    save(project)
    assert (project / "src/acme_tool/mine.py").is_file()
    assert finish(project, "--check") == 1
    assert finish(project, "--commit") == 0
    same(project, other)
    assert (project / "acme_tool/mine.py").is_file()
    assert finish(project, "--check") == 0


@scenario(answers=[FLAT, {"import_name": "data_kit"}])
def an_answer_moves_what_people_add(project: Path, answers: dict[str, str]) -> None:
    other = twin(project)
    people(other, 0)
    by_hand(other, NEXT, *(f"--data={name}={value}" for name, value in answers.items()))
    save(other)
    ask(project, _commit=NEXT, **answers)
    people(project, 0)
    assert finish(project, "--commit") == 0
    same(project, other)
    assert finish(project, "--check") == 0
    write(project, "src/acme_tool/stranded.py", '"""Late."""\n\nimport acme_tool.mine\n')
    save(project)
    assert finish(project, "--check") == 1
    assert finish(project, "--commit") == 0
    assert not (project / "src/acme_tool").exists()
    assert len(list(project.rglob("stranded.py"))) == 1
    assert finish(project, "--check") == 0


@scenario()
def another_answer_after_a_finished_update(project: Path) -> None:
    ask(project, _commit=NEXT)
    assert finish(project, "--commit") == 0
    people(project, 0)
    other = expected(project, "--data=layout=flat")
    ask(project, **FLAT)
    assert finish(project, "--check") == 1
    assert finish(project, "--commit") == 0
    same(project, other)
    assert finish(project, "--check") == 0


@scenario()
def a_finished_update_that_was_taken_back(project: Path) -> None:
    ask(project, _commit=NEXT)
    assert finish(project, "--commit") == 0
    end = tree(project)
    git("revert", "--no-edit", "HEAD", cwd=project)
    assert finish(project, "--check") == 1
    assert finish(project, "--commit") == 0
    assert tree(project) == end


# --- Shapes of history -----------------------------------------------------------------


def on_main(project: Path) -> None:
    """Go on with the base."""
    git("checkout", "--quiet", "main", cwd=project)
    write(project, "notes/main.txt", "main\n")
    put(project, "pyproject.toml", '  "mine>=1",\n', '  "mine>=1",\n  "main>=3",\n')
    save(project)
    git("checkout", "--quiet", "bot", cwd=project)


@scenario(how=["merge", "rebase", "behind"], finished=[True, False])
def the_base_goes_on(project: Path, how: str, *, finished: bool) -> None:
    if how != "behind":
        on_main(project)
        other = twin(project)
        git("checkout", "--quiet", "main", cwd=other)
        by_hand(other, NEXT)
        save(other)
    else:
        other = expected(project)
        on_main(project)
    ask(project, _commit=NEXT)
    if finished:
        assert finish(project, "--commit") == 0
    if how == "merge":
        git("merge", "--quiet", "--no-edit", "main", cwd=project)
    elif how == "rebase":
        git("rebase", "--quiet", "main", cwd=project)
    assert finish(project, "--check") == (0 if finished else 1)
    assert finish(project, "--commit") == 0
    same(project, other)
    people(project, 1)
    assert finish(project, "--check") == 0


@scenario()
def a_line_that_was_merged_unfinished(project: Path) -> None:
    start = git("rev-parse", "main", cwd=project).strip()
    other = twin(project)
    people(other, 0)
    by_hand(other, NEXT)
    save(other)
    ask(project, _commit=NEXT)
    git("checkout", "--quiet", "main", cwd=project)
    git("merge", "--quiet", "--no-ff", "--no-edit", "bot", cwd=project)
    people(project, 0)
    assert finish(project, "--check", base="HEAD") == 0, "nothing to do"
    assert finish(project, "--commit", base=start) == 0
    same(project, other)
    assert finish(project, "--check", base=start) == 0


@scenario()
def a_squashed_branch(project: Path) -> None:
    people(project, 0)
    ask(project, _commit=NEXT)
    assert finish(project, "--commit") == 0
    people(project, 1)
    first, rest = (project / "AGENTS.md").read_text("utf-8").split("\n", 1)
    assert ", by template" in first, "the update brought this line"
    write(project, "AGENTS.md", f"{first}\nMine, beside what the update brought.\n{rest}")
    git("reset", "--quiet", "--soft", "main", cwd=project)
    save(project)
    assert finish(project, "--check") == 0


@scenario()
def a_file_that_was_left_out(project: Path) -> None:
    """As workflows are, which a job may not push."""
    ask(project, _commit=NEXT)
    assert finish(project) == 0
    git("reset", "--quiet", "--", "NEW.md", cwd=project)
    git("commit", "--quiet", "--message=all but one", cwd=project)
    (project / "NEW.md").unlink()
    people(project, 0)
    assert finish(project, "--check") == 1
    assert finish(project) == 0
    assert git("diff", "--cached", "--name-only", cwd=project) == "NEW.md\n"


@scenario(folders=[["a"], ["a", "b/c"]])
def a_repository_of_many(
    shelf: Path, tmp_path: Path, folders: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    top = tmp_path / "many"
    ignore = shutil.ignore_patterns(".git")
    for folder in folders:
        shutil.copytree(shelf / "before" / "acme-tool", top / folder, ignore=ignore)
    write(top, "other.txt", "other\n")
    write(top, ".copier-answers.yml", "_commit: v1.0.0\n_src_path: https://example.org/t.git\n")
    git("init", "--quiet", "--initial-branch=main", cwd=top)
    save(top)
    branch(top)
    other = twin(top)
    for folder in folders:
        by_hand(other / folder, NEXT)
        save(other)
        ask(top / folder, _commit=NEXT)
    ask(top, _commit="v2.0.0")
    ask(other, _commit="v2.0.0")
    assert finish(top / "a", "--check") == 1
    assert finish(top, "--commit") == 0
    assert capsys.readouterr().out.count("**Treewright") == len(folders) * 2
    same(top, other)
    assert finish(top, "--check") == 0


@pytest.mark.parametrize("row", scenario)
def test_a_branch(row: Row, request: pytest.FixtureRequest) -> None:
    play(row, request)
