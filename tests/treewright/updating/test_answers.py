"""The answers before and after an update."""

from pathlib import Path

import pytest
import yaml

from repositories import commit
from treewright.updating.answers import Answers, Update, read
from treewright.updating.repository import Repository


@pytest.mark.parametrize(
    ("before", "now", "changed"),
    [
        ({"layout": "src"}, {"layout": "flat"}, {"layout": ("src", "flat")}),
        ({"layout": "src"}, {"layout": "src"}, {}),
        ({"foo": 1}, {}, {"foo": (1, None)}),
        ({"_commit": "v1"}, {"_commit": "v2", "docs": "none"}, {}),
        ({"_commit": "v1"}, {"_commit": "v1", "docs": "none"}, {"docs": (None, "none")}),
    ],
    ids=["changed", "the same", "no longer asked", "a new question", "asked by another answer"],
)
def test_changed(
    tmp_path: Path, before: Answers, now: Answers, changed: dict[str, tuple[object, object]]
) -> None:
    assert Update(Repository(tmp_path), before, now).changed == changed


def test_read_compares_with_the_last_commit(tmp_path: Path) -> None:
    project = tmp_path / "many" / "acme-tool"
    project.mkdir(parents=True)
    file = project / ".answers.yml"
    file.write_text(yaml.safe_dump({"_commit": "v1", "layout": "src"}))
    commit(tmp_path / "many")
    file.write_text(yaml.safe_dump({"_commit": "v2", "layout": "flat"}))
    update = read(Repository(project), ".answers.yml")
    assert update.versions == ("v1", "v2")
    assert update.changed == {"layout": ("src", "flat")}


def test_answers_that_were_never_committed_have_not_changed(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("")
    commit(tmp_path)
    (tmp_path / ".answers.yml").write_text("_commit: v1\nlayout: flat\n")
    assert read(Repository(tmp_path), ".answers.yml").changed == {}
