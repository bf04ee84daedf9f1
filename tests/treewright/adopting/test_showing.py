"""The table of answers fits into a terminal; elsewhere nothing of it is cut."""

import sys

import pytest

from treewright.adopting.showing import Row, table

LONG = "a place that takes many words to tell, as some do in repositories that are old"
ANSWERS = {
    "project_name": Row("acme-tool", "[project] name in pyproject.toml", "sure"),
    "license": Row("MIT", LONG, "likely"),
}


@pytest.mark.parametrize("columns", ["80", "60"])
def test_a_terminal_is_wide_enough(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    lines = [*table(ANSWERS)]
    assert max(map(len, lines)) == int(columns)
    assert lines[-1].endswith("... | likely")
    assert lines[0].endswith(" | how sure")


def test_a_file_gets_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert f" | {LONG} | likely" in [*table(ANSWERS)][-1]
