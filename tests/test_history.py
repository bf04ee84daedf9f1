"""A package that lives through several releases ends as one that is updated in a single jump.

People work on it between the updates, settle conflicts in three ways, run an update twice, and have
one killed.
"""

import os
import shutil
import signal
from pathlib import Path

import pytest

from keeping import (
    HERE,
    Files,
    alike,
    answers_of,
    copy,
    edit,
    is_shallow,
    look,
    parse,
    releases,
    settle,
    unmerged,
    update,
    write,
)
from repositories import commit, git, snapshot
from test_update_faults import Stage, Stopper, undo
from tiers import full

VERSIONS = list(releases())
SHAPE = {"project_name": "acme-tool", "github_user": "acme"}
NESTED = {**SHAPE, "layout": "flat", "package": "namespace", "namespace": "acme"}

pytestmark = [
    pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases to update from"),
    pytest.mark.skipif(os.name == "nt", reason="kills a group of processes, as POSIX has them"),
]

# Files that v0.3.0 brought, and the user had before; and how the user settles each conflict.
OURS, THEIRS, BOTH = "AGENTS.md", "CONTRIBUTING.md", "SECURITY.md"
MINE = {path: f"# {path}, by me\n\nAs I like it.\n" for path in (OURS, THEIRS, BOTH)}


def start(project: Path) -> None:
    """Work on a package before its first update."""
    edit(project, clashing=True)
    for path, text in MINE.items():
        write(project, path, text)
    commit(project)


def work(project: Path, number: int) -> None:
    """Work on a package before another update: a module with its test, a setting, a line."""
    (package,) = (path.parent for path in project.rglob("py.typed"))
    write(package, f"step_{number}.py", f"STEP = {number}\n")
    write(project, f"tests/test_step_{number}.py", f"def test_{number}() -> None: ...\n")
    configure(project, number)
    commit(project)


def configure(project: Path, number: int) -> None:
    """Depend on one more thing and ignore another, unless that is so."""
    for path, before, line in (
        ("pyproject.toml", '  "mine>=1",\n', f'  "step-{number}>=1",\n'),
        (".gitignore", "/from-mine/\n", f"/step-{number}/\n"),
    ):
        text = (project / path).read_text("utf-8")
        assert before in text
        if line not in text:
            write(project, path, text.replace(before, before + line))


def resolve(project: Path, steps: int) -> set[str]:
    """Settle all conflicts as a person does, and give the files of the three ways."""
    met = MINE.keys() & {*unmerged(project)}
    for path in met:
        if path == BOTH:
            sides = [stage(project, path, number) for number in (2, 1, 3)]
            write(project, path, git("merge-file", "-p", "--union", *sides, cwd=project))
        else:
            git("checkout", "--ours" if path == OURS else "--theirs", "--", path, cwd=project)
        git("add", "--", path, cwd=project)
    settle(project)
    for number in range(steps):
        configure(project, number)
    commit(project)
    return met


def stage(project: Path, path: str, number: int) -> Path:
    """Give a side of a conflict as a file; one that is not there is empty."""
    file = project / ".git" / f"side-{number}"
    listed = git("ls-files", "--unmerged", "--", path, cwd=project)
    there = f" {number}\t" in listed
    file.write_text(git("show", f":{number}:{path}", cwd=project) if there else "", "utf-8")
    return file


def killed(project: Path, folder: Path, version: str) -> None:
    """Kill an update while Copier brings the edits back, and undo it as its message says."""
    before = snapshot(project)
    done = Stopper(folder).run(project, Stage("git apply"), "KILL", f"--vcs-ref={version}")
    assert done.returncode == -signal.SIGKILL
    assert snapshot(project) != before, "it was killed halfway"
    undo(project)
    assert snapshot(project) == before
    assert git("status", "--porcelain", cwd=project) == ""


@pytest.mark.parametrize(
    ("shape", "steps"),
    [
        pytest.param(SHAPE, ["v0.2.0", "v0.3.0", HERE], id="three"),
        full(SHAPE, [*VERSIONS, HERE], id="every"),
        full(NESTED, [*VERSIONS, HERE], id="every-nested"),
    ],
)
def test_a_history_ends_where_a_jump_does(
    tagged: Path, tmp_path: Path, shape: dict[str, str], steps: list[str]
) -> None:
    slow, jump = tmp_path / "step-by-step" / "acme-tool", tmp_path / "one-jump" / "acme-tool"
    first, *later = steps
    made = copy(tagged, slow, first, shape)
    start(slow)
    shutil.copytree(slow, jump)

    brought: Files = {}
    met: set[str] = set()
    for number, version in enumerate(later):
        work(slow, number)
        before = snapshot(slow)
        if version == "v0.4.0":  # a row of --full, as test_update_faults.py stops others
            killed(slow, tmp_path, version)
        now = update(slow, version)
        brought |= {path: now[path] for path in now.keys() - before}
        met |= resolve(slow, number + 1)
    assert met == MINE.keys()
    end = snapshot(slow)
    assert update(slow) == end, "a second update finds nothing to do"
    assert git("status", "--porcelain", cwd=slow) == ""

    for number in range(len(later)):
        work(jump, number)
    mine = snapshot(jump)
    update(jump)
    assert MINE.keys() >= {*unmerged(jump)} >= {OURS, THEIRS, BOTH}
    resolve(jump, len(later))
    fresh = copy(tagged, tmp_path / "fresh" / "acme-tool", HERE, {"ci": "full", **answers_of(made)})
    done = look(jump, made, mine, fresh)

    assert (end[OURS], end[THEIRS]) == (MINE[OURS].encode(), fresh[THEIRS])
    assert {*MINE[BOTH].splitlines(), *fresh[BOTH].decode().splitlines()} == {
        *end[BOTH].decode().splitlines()
    }
    assert done.lost() == [f"{THEIRS}: {line}" for line in MINE[THEIRS].splitlines() if line]
    expected = done.now | {path: text for path, text in brought.items() if done.is_seed(path)}
    assert end.keys() == expected.keys()
    for path, text in end.items():
        assert alike(parse(path, text), parse(path, expected[path])), path
