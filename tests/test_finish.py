"""A changed line and `treewright finish` are `copier update --trust` by hand, byte for byte.

From every release, with what years of work do to a package, and with commits of people on the
branch, of which no line gets lost.
"""

from itertools import cycle, product
from pathlib import Path

import pytest

from answers import start
from finishing import ask, branch, by_hand, finish, plainly, same, save, twin
from keeping import HERE, answers_of, copy, edit, is_shallow, look, releases, unmerged, write
from repositories import git, snapshot
from tiers import full

VERSIONS = list(releases())
SHAPES = {
    "library": start("library", "none", ""),
    "flat-namespace": {
        **start("command", "entry-points", "typer"),
        "layout": "flat",
        "package": "namespace",
        "namespace": "acme",
    },
    "gitlab": {**start("pipeline", "both", "argparse"), "forge": "gitlab"},
}
ROWS = [
    (version, shape, how, commits)
    for (version, shape), how, commits in zip(
        product(VERSIONS, SHAPES),
        cycle(["line", "plain", "line"]),
        cycle([3, 1, 0, 2]),
        strict=False,
    )
]

pytestmark = pytest.mark.skipif(
    is_shallow(), reason="a shallow clone has no releases to update from"
)


def work(project: Path, number: int) -> None:
    """Commit what a person adds: a module with its test, a dependency, a line in a file."""
    (package,) = (path.parent for path in project.rglob("py.typed"))
    write(package, f"step_{number}.py", f'"""Step {number}."""\n\nSTEP = {number}\n')
    write(project, f"tests/test_step_{number}.py", f"def test_{number}() -> None: ...\n")
    for path, old, new in (
        ("pyproject.toml", '  "mine>=1",\n', f'  "mine>=1",\n  "step-{number}>=1",\n'),
        (".gitignore", "/from-mine/\n", f"/from-mine/\n/step-{number}/\n"),
    ):
        write(project, path, (project / path).read_text("utf-8").replace(old, new, 1))
    save(project, f"step {number}")


@pytest.mark.parametrize(
    ("version", "shape", "how", "commits"),
    [row if row[:2] == (VERSIONS[-1], "library") else full(*row) for row in ROWS],
)
def test_it_is_the_update_by_hand(
    tagged: Path, tmp_path: Path, version: str, shape: str, how: str, commits: int
) -> None:
    """With the commits beside the line; or on top of what a bot has made that runs no hooks."""
    answers = SHAPES["library" if version == "v0.1.0" else shape]
    project = tmp_path / "acme-tool"
    made = copy(tagged, project, version, {"project_name": "acme-tool", **answers})
    edit(project, clashing=True)
    if jobs := made.get(".gitlab-ci.yml"):  # a job at its end clashes, in an update by hand, too
        (project / ".gitlab-ci.yml").write_bytes(jobs)
        save(project)
    other = twin(project)
    branch(project)
    for number in range(commits):
        work(other, number)
    mine = snapshot(other)
    by_hand(other, HERE)
    assert unmerged(other) == []
    save(other)

    if how == "plain":
        plainly(project, HERE)
        save(project)
    for number in range(commits):
        work(project, number)
        if how == "line" and number == 0:
            ask(project, _commit=HERE)
    if how == "line" and not commits:
        ask(project, _commit=HERE)
    assert finish(project, "--commit") == 0
    if how == "line":
        same(project, other)
    fresh = copy(tagged, tmp_path / "fresh" / "acme-tool", HERE, {"ci": "full", **answers_of(made)})
    done = look(project, made, mine, fresh)
    assert done.lost() == []
    assert list(done.faults()) == []

    work(project, 9)
    before = git("rev-parse", "HEAD^{tree}", cwd=project)
    assert finish(project, "--check") == 0
    assert finish(project, "--commit") == 0
    assert git("rev-parse", "HEAD^{tree}", cwd=project) == before
