"""Tables of pyproject.toml: as they are written, and where they go."""

import tomllib

import pytest

from treewright.adopting.converting import tables

DATA = {
    "build-system": {"requires": ["setuptools"]},
    "project": {
        "name": "acme",
        "license": {"text": "own"},
        "dependencies": ['a; os_name == "nt"'],
        "classifiers": [f"Topic :: {'x' * 40} {number}" for number in range(3)],
        "urls": {"Home Page": "https://a.b"},
    },
    "tool": {"setuptools": {"package-dir": {"": "src"}, "dynamic": {"version": {"attr": "a.b"}}}},
}


def test_what_is_written_says_the_same() -> None:
    text = tables.text(DATA, {("project", "name"): ["# why"]})
    assert tomllib.loads(text) == DATA
    assert "\n[project]\n# why\nname = " in text
    assert "\ndependencies = ['a; os_name == \"nt\"']\n" in text
    assert text.count('\n    "Topic') == 3
    assert 'package-dir = { "" = "src" }\n' in text


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("last", [True, False])
def test_no_other_byte_changes(end: str, bom: str, last: bool) -> None:  # noqa: FBT001
    lines = [
        "# ä",
        "[build-system] # b",
        "requires = [",
        "\t'x', # c",
        "]",
        "[tool.y]",
        "z  = 1 # \u2028",
    ]
    there = bom + end.join(lines) + end * last
    wanted = {**tomllib.loads(there.removeprefix(bom)), "project": {"name": "acme"}}
    joined = tables.joined(there, '[build-system]\n\n[project]\nname = "acme"\n', wanted)
    assert tomllib.loads(joined.removeprefix(bom)) == wanted
    kept = iter(joined.removeprefix(bom).split("\n"))
    assert all(line in kept for line in end.join(lines).split("\n")[:-1])
    assert joined.startswith(bom)
    assert joined.count("\n") == joined.count(end)
    assert joined.index("[project]") < joined.index("[tool.y]")


def test_mixed_line_ends_stay_mixed() -> None:
    there = "[tool.y]\r\na = 1\nb = 2\r\n"
    wanted = {**tomllib.loads(there), "project": {"name": "acme"}}
    joined = tables.joined(there, '[project]\nname = "acme"\n', wanted)
    assert joined.startswith(there)


def test_a_file_that_is_not_there() -> None:
    assert tables.joined("", '[project]\nname = "acme"\n', {}) == '[project]\nname = "acme"\n'
