"""Files that change hands, where Copier has deleted or rejected them."""

from pathlib import Path

import pytest

from keeping import write
from repositories import commit, snapshot
from treewright.updating import owners
from treewright.updating.answers import Update
from treewright.updating.repository import Repository

FILES = {"AGENTS.md": "Mine.\n", "docs/a.md": "Mine.\n", "docs-of-others.md": "Other.\n"}
OWN = {"own_files": ["AGENTS.md", "docs", "not-there.md"]}


def test_what_is_given_comes_back(tmp_path: Path) -> None:
    """A folder counts for all in it; what `--conflict rej` leaves beside a file goes."""
    for path, text in FILES.items():
        write(tmp_path, path, text)
    commit(tmp_path)
    for path in FILES:
        (tmp_path / path).unlink()
    write(tmp_path, "AGENTS.md.rej", "of Copier's\n")
    told = owners.give(Update(Repository(tmp_path), {"own_files": []}, OWN))
    there = {path: text.decode() for path, text in snapshot(tmp_path).items()}
    assert there == {path: text for path, text in FILES.items() if path != "docs-of-others.md"}
    assert [line.partition(" ")[0] for line in told] == ["AGENTS.md", "docs/a.md"]


@pytest.mark.parametrize(
    ("path", "owned"),
    [
        ("AGENTS.md", True),
        ("docs/a.md", True),
        ("docs/deep/a.md", True),
        ("docs-of-others.md", False),
        ("sub/AGENTS.md", False),
    ],
)
def test_whose_a_file_is(path: str, owned: bool) -> None:  # noqa: FBT001
    assert owners.is_owned(path, OWN) is owned
    assert not owners.is_owned(path, {})
    assert owners.changes_hands(path, {}, OWN) is owned
    assert not owners.changes_hands(path, OWN, OWN)
