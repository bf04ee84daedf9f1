"""The report of an update: ten lines for an ordinary one, and nothing left out."""

from pathlib import Path

import pytest

from repositories import commit
from treewright.updating.answers import Update
from treewright.updating.changelog import Release
from treewright.updating.merging import Clash
from treewright.updating.report import Outcome, conflicts, done, following, problems
from treewright.updating.repository import BASE, OURS, THEIRS, Repository
from treewright.updating.seeds import Seeds
from treewright.updating.sweep import Left, Leftovers


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository in which a file has changed, one is new, one is gone and one has moved."""
    for name in ("changed", "gone", "clash"):
        (tmp_path / name).write_text("before\n")
    commit(tmp_path)
    (tmp_path / "changed").write_text("now\n")
    (tmp_path / "new").write_text("new\n")
    (tmp_path / "gone").unlink()
    return tmp_path


def outcome(project: Path, **more: object) -> Outcome:
    before = {"_commit": "v1.0.0", "layout": "src", "user_name": ""}
    now = {"_commit": "v1.1.0", "layout": "flat", "user_name": ""}
    return Outcome(Update(Repository(project), before, now), **more)  # type: ignore[arg-type]


def test_an_ordinary_update_has_ten_lines(project: Path) -> None:
    made = outcome(project, releases=[Release("v1.1.0", [f"Entry {n}." for n in range(9)])])
    text = done(made)
    assert text.splitlines() == [
        "Treewright v1.0.0 -> v1.1.0",
        "new       Entry 0.",
        "new       Entry 1.",
        "new       Entry 2.",
        "new       Entry 3.",
        "          and 5 more: CHANGELOG.md of the template",
        "answer    layout: src -> flat",
        "files     1 changed, 1 removed, 1 new",
    ]
    assert problems(made, {}) == ""
    assert len(following(made).splitlines()) == 1


def test_every_fact_has_a_row(project: Path) -> None:
    made = outcome(
        project,
        migrated=["b takes the place of a"],
        moved=["src/acme -> acme"],
        fixed=["a.py", "b.py"],
        merged=["pyproject.toml"],
        clashes=[
            ("pyproject.toml", Clash("tool.x", "1", "2")),
            ("pyproject.toml", Clash("tool.y", "", "2")),
            ("pyproject.toml", Clash("tool.z", "1", "")),
            ("pyproject.toml", Clash("project.version", "1.2", "", kept=False)),
            ("pyproject.toml", Clash("tool.o", "1", "2", by="acme")),
        ],
        over=[("pyproject.toml", Clash("tool.o", "2", "3", by="acme"))],
        left=Leftovers(
            (
                *(Left("strings", "a.py", n, "acme") for n in range(1, 8)),
                Left("web addresses", "b.md", 1, "acme"),
            )
        ),
        listed=".git/treewright-names.txt",
        seeds=Seeds(["new"], ["old"], ["README.md"], ".git/treewright.patch"),
    )
    assert done(made).splitlines()[2:] == [
        "migrated  b takes the place of a",
        "moved     src/acme -> acme",
        "renamed   what names the package, in 2 files",
        "files     1 changed, 1 removed, 1 new",
        "merged    by meaning: pyproject.toml",
        "yours     pyproject.toml: tool.x stays 1; the template has 2",
        "yours     pyproject.toml: tool.y stays away; the template has 2",
        "yours     pyproject.toml: tool.z stays 1; the template no longer has it",
        "yours     pyproject.toml: project.version was 1.2, and is gone by your answer",
        "yours     pyproject.toml: tool.o stays 1; acme has 2",
        "overlay   pyproject.toml: tool.o is 2, from acme; without it, 3",
        "brought   new; yours from now on",
        "unused    old; yours, to keep or delete",
        "untouched README.md; a patch has what the answers change there",
        "old names 7 in strings, 1 in web addresses: see .git/treewright-names.txt",
        *(f"look at   a.py:{n}: acme" for n in range(1, 6)),
        "          and 2 more: .git/treewright-names.txt",
    ]
    assert following(made).endswith("`git apply --3way .git/treewright.patch`")


def test_the_import_name_stays_unless_it_is_given(project: Path) -> None:
    before = {"_commit": "v1", "package": "regular", "import_name": "acme_tool"}
    now = {"_commit": "v1", "package": "namespace", "import_name": "acme_tool"}
    hint = "answer    import_name stays acme_tool; --data import_name=NAME gives another"
    assert hint in done(Outcome(Update(Repository(project), before, now))).splitlines()
    now["import_name"] = "tool"
    assert hint not in done(Outcome(Update(Repository(project), before, now))).splitlines()


def test_a_long_entry_is_cut(project: Path) -> None:
    text = done(outcome(project, releases=[Release("v1.1.0", ["word " * 40])]))
    (line,) = [line for line in text.splitlines() if line.startswith("new")]
    assert line.endswith("...")
    assert len(line) <= 83


def test_conflicts_are_named_with_what_to_do(project: Path) -> None:
    sides = {BASE: b"before\n", OURS: b"mine\n", THEIRS: b"theirs\n"}
    Repository(project).mark_unmerged("clash", sides)
    made = outcome(project, notes=["Something could not be done."])
    assert conflicts(Repository(project)) == {"clash": ""}
    assert problems(made, {"clash": ""}).splitlines() == [
        "Something could not be done.",
        "In conflict:",
        "  clash",
        "Edit each, where its markers show both sides, then `git add` it.",
    ]
    assert "1 in conflict" in done(made)
