"""Files that are the owner's: no update touches them, whoever made them and however it is run."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from answers import SMALL
from keeping import ANSWERS, HERE, Files, copy, unmerged, update, write
from rendering import render
from repositories import commit, git, snapshot
from tiers import full

NEXT = "v9.1.0"
# Files of the template, as their owner has edited them; one stands in a folder that is all his.
EDITED = {"AGENTS.md": "# Mine\n", "tox.toml": "# mine\n", "LICENSES/MIT.txt": "Mine\n"}
OWN = ["AGENTS.md", "tox.toml", ".yamllint", "LICENSES", "not-there.md"]


@pytest.fixture
def newer(checkout: Path, tmp_path: Path) -> Path:
    """A template with a release that changes the first line of every managed text."""
    clone = shutil.copytree(checkout, tmp_path / "newer")
    for file in (clone / "template").rglob("*.jinja"):
        if file.name.startswith("{{ project.") and "package_dir" not in str(file):
            file.write_text("# New.\n" + file.read_text("utf-8"), "utf-8")
    git("add", "--all", cwd=clone)
    git("commit", "--quiet", f"--message=release: {NEXT}", cwd=clone)
    git("tag", "--annotate", f"--message={NEXT}", NEXT, cwd=clone)
    return clone


@pytest.fixture
def project(newer: Path, tmp_path: Path) -> Path:
    made = tmp_path / "acme-tool"
    copy(newer, made, HERE, SMALL)
    for path, text in EDITED.items():
        write(made, path, text)
    commit(made)
    return made


@contextmanager
def without_hooks() -> Iterator[None]:
    with patch("copier._main.Worker._execute_tasks", lambda *_: None):
        yield


def by_data(project: Path) -> Files:
    return update(project, NEXT, own_files=OWN)


def by_a_committed_line(project: Path) -> Files:
    text = (project / ANSWERS).read_text("utf-8")
    write(project, ANSWERS, text.replace("own_files: []", f"own_files: {OWN}"))
    commit(project)
    return update(project, NEXT)


def by_a_bot_without_trust(project: Path) -> Files:
    with without_hooks():
        return by_a_committed_line(project)


def where_git_refuses_white_space(project: Path) -> Files:
    """All files that differ are merged again then."""
    git("config", "apply.whitespace", "error", cwd=project)
    return by_a_committed_line(project)


@pytest.mark.parametrize(
    "way",
    [
        by_a_bot_without_trust,
        *map(full, [by_data, by_a_committed_line, where_git_refuses_white_space]),
    ],
)
def test_what_is_given_stays_as_it_is(project: Path, way: Callable[[Path], Files]) -> None:
    before = snapshot(project)
    now = way(project)
    assert unmerged(project) == []
    changed = {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}
    assert not changed & {*EDITED, ".yamllint"}
    assert {"SECURITY.md", "REUSE.toml"} <= changed


def test_what_was_never_there_comes_when_it_is_taken(checkout: Path, tmp_path: Path) -> None:
    owned = tmp_path / "owned" / "acme-tool"
    assert "AGENTS.md" not in copy(checkout, owned, HERE, SMALL | {"own_files": "[AGENTS.md]"})
    now = update(owned, HERE, own_files=[])
    fresh = copy(checkout, tmp_path / "fresh" / "acme-tool", HERE, SMALL)
    assert now.keys() == fresh.keys()
    assert now["AGENTS.md"] == fresh["AGENTS.md"]


def test_a_path_is_no_pattern(template: Path, tmp_path: Path) -> None:
    """Only that file is left out, whatever the characters mean in .gitignore."""
    own = ["a [b]*.md", "#a!.md", "a\\b.md", "a b ", "*", "!README.md"]
    others = ["ab.md", "a b.md", "a bc.md", "b.md", "a b"]
    changed = shutil.copytree(template, tmp_path / "changed")
    for path in [*own, *others]:
        write(changed, f"template/{path}", "New.\n")
    answers: dict[str, Any] = {**SMALL, "own_files": own}
    made = snapshot(render(changed, tmp_path / "acme-tool", answers)).keys()
    assert not {*own} & made
    assert {*others, "README.md", "pyproject.toml"} <= made
