"""What the changelog says of the releases between two versions."""

from pathlib import Path

import pytest

from treewright.updating.changelog import Release, between

TEXT = """\
# Changelog

## Unreleased

- Not yet.

## v1.10.0 (2026-03-01)

Some words.

- Third, which
  goes on.
- Fourth.

## v1.9.0

- Second.

## v1.0.0

- First.
"""


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (
            "v1.0.0",
            "v1.10.0",
            [("v1.9.0", ["Second."]), ("v1.10.0", ["Third, which goes on.", "Fourth."])],
        ),
        ("v1.9.0", "v1.10.0", [("v1.10.0", ["Third, which goes on.", "Fourth."])]),
        ("v1.10.0", "v1.10.0", []),
        ("v1.9.0", "v1.9.0-3-g0123abc", []),
        ("", "v1.10.0", []),
    ],
)
def test_between(
    tmp_path: Path, before: str, now: str, expected: list[tuple[str, list[str]]]
) -> None:
    file = tmp_path / "CHANGELOG.md"
    file.write_text(TEXT)
    assert between(file, before, now) == [Release(*release) for release in expected]


def test_a_fork_without_a_changelog(tmp_path: Path) -> None:
    assert between(tmp_path / "CHANGELOG.md", "v1.0.0", "v2.0.0") == []
