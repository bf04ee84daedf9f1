"""Kinds of tools that change hands by an update, and those that a repository joins for."""

import tomllib
from pathlib import Path
from unittest.mock import patch

import pytest
import yaml

from keeping import ANSWERS, EMPTY, HERE, answers_of, copy, unmerged, update, write
from repositories import commit, snapshot
from template.test_kinds import KINDS, gone, is_of, owning
from tiers import full
from treewright.updating.contract import MANAGED

MINE = {
    "pyproject.toml": '[project]\nname = "acme-tool"\nversion = "1.0"\nrequires-python = ">=3.9"\n',
    "src/acme_tool/__init__.py": '"""Mine."""\n',
    ".gitignore": "__pycache__/\n",
}
# The kinds that a repository wants, and the files that come.
WANTED = [
    ({"docs", "changelog"}, {"CHANGELOG.md", "docs/index.md", "docs/api.md", "docs/changelog.md"}),
    ({"release"}, {".github/workflows/release.yml"}),
    ({"tests"}, {"tests/test_package_contract.py"}),
    ({"runner"}, {"tox.toml"}),
]


def told(names: set[str]) -> str:
    """Name a row by a set, whose order changes from process to process."""
    return ",".join(sorted(names))


@pytest.mark.parametrize(
    ("wanted", "files"),
    [WANTED[0], *(full(*row) for row in WANTED[1:])],
    ids=told,
)
def test_a_repository_joins_for_some_kinds(
    tagged: Path, tmp_path: Path, wanted: set[str], files: set[str]
) -> None:
    """Also those files come that are the owner's from then on, where nothing is in their place."""
    project = tmp_path / "acme-tool"
    chosen = owning({*KINDS} - wanted, {"license": "Other", "python_min": "3.9"})
    own = yaml.safe_load(chosen.pop("own_kinds"))
    answers = {"_commit": EMPTY, "_src_path": str(tagged), "starter": "minimal", "own_kinds": own}
    answers |= {**chosen, "joined": True, "docs": "zensical" if "docs" in wanted else "none"}
    write(project, ANSWERS, yaml.safe_dump(answers))
    for path, text in MINE.items():
        write(project, path, text)
    commit(project)
    with patch("copier._main.Worker._execute_tasks", lambda *_: None):  # without hooks
        now = update(project)
    come = now.keys() - {ANSWERS, *MINE}
    sites = {"zensical.toml", ".github/workflows/docs.yml"} if "docs" in wanted else set()
    proof = {".ci/prove.py"} if wanted & {"runner", "checks"} else set()
    assert come == files | sites | proof
    assert answers_of(now)["own_kinds"] == own
    assert answers_of(now)["python_min"] == "3.9"


@pytest.mark.parametrize(
    "owned",
    [{"lint"}, *map(full, [{"lint", "types", "tests"}, {"docs", "bot"}, {*KINDS}])],
    ids=told,
)
def test_kinds_change_hands(
    tagged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owned: set[str]
) -> None:
    """What nobody edited of them goes; what the template manages comes back, and the changelog."""
    monkeypatch.setenv("TREEWRIGHT_UNPROVEN", "1")
    project = tmp_path / "acme-tool"
    before = copy(tagged, project, HERE, {"project_name": "acme-tool"})
    now = update(project, HERE, own_kinds=sorted(owned))
    assert unmerged(project) == []
    left = {path for path in before.keys() - now.keys() if not path.startswith(".ci/")}
    assert left
    assert all(is_of(gone(owned, {}), path) for path in left)
    tools = tomllib.loads(now["pyproject.toml"].decode())["tool"]
    tables = {name for kind in owned for name in KINDS[kind].tables}
    assert not {f"tool.{name}" for name in tools} & tables
    commit(project)
    others = {"docs": "zensical", "update_bot": "renovate", "code_of_conduct": "true"}
    update(project, HERE, own_kinds=[], **others)
    back = snapshot(project)
    samples = {path for path in before if path.startswith("tests/") and path != MANAGED}
    assert before.keys() - back.keys() <= samples
    assert {path for path in back if before[path] != back[path]} <= {"docs/index.md"}
