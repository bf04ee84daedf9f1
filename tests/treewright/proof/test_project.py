"""Names and versions are compared as the packaging specifications say."""

from pathlib import Path

import pytest

from treewright.proof.project import Project, normalised_name, normalised_version


@pytest.mark.parametrize("name", ["Acme.Tool", "acme--tool", "ACME_tool", "acme-._tool"])
def test_normalised_name(name: str) -> None:
    assert normalised_name(name) == "acme-tool"


@pytest.mark.parametrize(
    ("spelled", "normal"),
    [
        ("1.0", "1"),
        ("1.0.0", "1"),
        ("1.10", "1.10"),
        ("v1.2", "1.2"),
        ("1.2.3-ALPHA.1", "1.2.3a1"),
        ("1.2c4", "1.2rc4"),
        ("1.0a", "1a0"),
        ("1.2-1", "1.2.post1"),
        ("1.2.rev3", "1.2.post3"),
        ("1.2_dev", "1.2.dev0"),
        ("1.0.dev3", "1.dev3"),
        ("2026.01.05", "2026.1.5"),
        ("1!2.0", "1!2"),
        ("1.2+Local-7", "1.2+local.7"),
    ],
)
def test_normalised_version(spelled: str, normal: str) -> None:
    assert normalised_version(spelled) == normal


def test_declared_never_trips_over_a_type(tmp_path: Path) -> None:
    project = Project(tmp_path, {"project": {"name": "acme"}, "tool": {"hatch": 3, "flit": []}})
    assert project.declared("tool", "hatch", "build", "packages") is None
    assert project.listed("tool", "hatch", "build") == []
    assert project.listed("tool", "flit", "module", "name") == []
    assert project.version is None


def test_a_group_that_is_included_is_no_requirement(tmp_path: Path) -> None:
    groups = {"lint": ["ruff", {"include-group": "types"}], "types": ["mypy>=1"], "odd": 3}
    assert Project(tmp_path, {"dependency-groups": groups}).grouped() == ["ruff", "mypy>=1"]
    assert Project(tmp_path, {"dependency-groups": 3}).grouped() == []


@pytest.mark.parametrize("pattern", ["/etc/passwd", "../*", "", "nothing*"])
def test_patterns_match_only_within_the_project(tmp_path: Path, pattern: str) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "LICENSE").touch()
    assert Project(folder, {}).matching(pattern) == []
