"""pyproject.toml is merged by meaning: every rule of docs/merging.md, case by case."""

import re
import tomllib
from typing import NamedTuple

import pytest

from rendering import ROOT
from treewright.toml_merge import UnmergeableError, fault, lost, merge


class Case(NamedTuple):
    """Three sides, what comes out, and the keys that are reported."""

    rule: str
    base: str
    ours: str
    theirs: str
    merged: str
    reported: str = ""


CASES = [
    Case(
        "you did not change it",
        "[tool.x]\na = 1 # old\nb = 1\n",
        "[tool.x]\na = 1 # old\nb = 2\n",
        "[tool.x]\na = 3 # new\nb = 1\n",
        "[tool.x]\na = 3 # new\nb = 2\n",
    ),
    Case(
        "the template did not change it",
        "[tool.x]\na = 1\nb = 1\n",
        "[tool.x]\na    =  2 # mine\nb = 1\n",
        "[tool.x]\na = 1\nb = 2\n",
        "[tool.x]\na    =  2 # mine\nb = 2\n",
    ),
    Case(
        "it is new",
        "[tool.x]\na = 1\n",
        "[tool.x]\na = 2\nmine = 1\n\n[tool.z]\n",
        "[tool.x]\na = 1\n# why\nb = 1 # what\n\n[tool.x.y]\nc = 1\n\n# whose\n[tool.n]\nd = 1\n",
        "[tool.x]\na = 2\n# why\nb = 1 # what\nmine = 1\n\n[tool.x.y]\nc = 1\n"
        "\n# whose\n[tool.n]\nd = 1\n\n[tool.z]\n",
    ),
    Case(
        "it is new",  # and stays a dotted key, or goes into an inline table, as you write them
        "",
        '[tool]\nruff.src = ["a"]\nmypy = { strict = true }\n',
        "[tool.ruff]\nline-length = 100\n\n[tool.mypy]\npretty = true\n",
        '[tool]\nruff.src = ["a"]\nruff.line-length = 100\n'
        "mypy = { strict = true, pretty = true }\n",
    ),
    Case(
        "it is gone from the template",
        "# of x\n[tool.x]\na = 1\n# of b\nb = 1\n\n[tool.y]\nc = 1\n",
        "# of x\n[tool.x]\na = 2\n# of b\n# mine\nb = 1 # too\n\n[tool.y]\nc = 1\n",
        "# of x\n[tool.x]\na = 1\n",
        "# of x\n[tool.x]\na = 2\n# mine\n# too\n",
    ),
    Case(
        "you deleted it",
        "[tool.x]\na = 1\nb = 1\n[tool.y]\nc = 1\n",
        "[tool.x]\na = 1\n",
        "[tool.x]\na = 1\nb = 2\nd = 1\n[tool.y]\nc = 1\n",
        "[tool.x]\na = 1\nd = 1\n",
        "tool.x.b",
    ),
    Case(
        "both changed it",
        "[tool.x]\na = 1\n",
        "[tool.x]\na = 2\n",
        "[tool.x]\na = 3\n",
        "[tool.x]\na = 2\n",
        "tool.x.a",
    ),
    Case(
        "the template dropped a table",
        "[tool.x]\na = 1\nb = 1\n\n[tool.x.y]\nc = 1\n",
        "[tool.x]\na = 1\nb = 2\nmine = 1\n\n[tool.x.y]\nc = 1\n",
        "",
        "[tool.x]\nb = 2\nmine = 1\n",
        "tool.x.b tool.x.mine",
    ),
    Case(
        "requirements",
        '[dependency-groups]\ntest = ["a>=1", "b>=1", "gone", "c; python_version < \'3.14\'"]\n',
        '[dependency-groups]\ntest = [\n  \'Mine\',\n  "gone",\n  "b>=9", # high\n'
        '  "a>=1",\n  "c; python_version < \'3.14\'",\n]\n',
        '[dependency-groups]\ntest = ["A>=2", "b>=2", "c", { include-group = "x" }]\nx = ["n"]\n',
        '[dependency-groups]\ntest = [\n  \'Mine\',\n  "b>=9", # high\n  "A>=2",\n  "c",\n'
        '  { include-group = "x" },\n]\nx = ["n"]\n',
        "dependency-groups.test.b",
    ),
    Case(
        "requirements",  # on joining, too
        "",
        '[dependency-groups]\ntest = ["py.test<9", "zope_event[x]"]\n',
        '[dependency-groups]\ntest = ["coverage>=7", "Zope.Event>=4"]\n',
        '[dependency-groups]\ntest = ["py.test<9", "coverage>=7", "zope_event[x]"]\n',
        "dependency-groups.test.zope-event",
    ),
    Case(
        "lists without an order",
        '[project]\n[tool.ruff.lint]\nignore = ["D203", "EM"]\n',
        '[project]\n[tool.ruff.lint]\nignore = ["S101", "EM", "D203"] # mine\n',
        '[project]\n[tool.ruff.lint]\nignore = [\n  "D203",\n  "CPY", # why\n]\n',
        '[project]\n[tool.ruff.lint]\nignore = ["S101", "D203", "CPY"] # mine\n',
    ),
    Case(
        "all other lists",
        '[tool.pytest]\ntestpaths = ["tests"]\naddopts = ["-ra"]\n[tool.ruff]\nselect = ["ALL"]\n',
        '[tool.pytest]\ntestpaths = ["mine"]\naddopts = ["-ra", "-q"]\n[tool.ruff]\n'
        'select = ["E"]\n',
        '[tool.pytest]\ntestpaths = ["tests", "docs"]\naddopts = ["-ra", "-x"]\n'
        '[tool.ruff]\nselect = ["ALL", "E"]\n',
        '[tool.pytest]\ntestpaths = ["mine"]\naddopts = ["-ra", "-q"]\n[tool.ruff]\n'
        'select = ["E"]\n',
        "tool.pytest.testpaths tool.pytest.addopts tool.ruff.select",
    ),
    Case(
        "lists that both made",
        "",
        '[tool.ruff.lint]\nignore = ["S101"]\n[tool.mypy]\nfiles = ["src"]\n',
        '[tool.ruff.lint]\nignore = ["D203"]\n[tool.mypy]\nfiles = ["src"]\n',
        '[tool.ruff.lint]\nignore = ["S101"]\n[tool.mypy]\nfiles = ["src"]\n',
        "tool.ruff.lint.ignore",
    ),
    Case(
        "lists that both made",  # what stays out of an sdist
        '[project]\n[tool.uv.build-backend]\nmodule-name = "x"\n[tool.poetry]\n'
        'packages = [{ include = "x" }]\ninclude = [{ path = "tests" }, { path = "CHANGES" }]\n',
        '[project]\n[tool.uv.build-backend]\nmodule-name = "x"\nsource-exclude = ["tests/big"]\n'
        '[tool.poetry]\npackages = [{ include = "x" }, { include = "mine" }]\n'
        'include = [{ path = "tests" }, { path = "CHANGES" }, { path = "mine" }]\n',
        '[project]\n[tool.uv.build-backend]\nmodule-name = "x"\nsource-exclude = [".env"]\n'
        '[tool.poetry]\npackages = [{ include = "x" }, { include = "tests" }]\n'
        'include = [{ path = "CHANGES" }]\n'
        'exclude = [".env"]\n',
        '[project]\n[tool.uv.build-backend]\nmodule-name = "x"\n'
        'source-exclude = ["tests/big", ".env"]\n'
        '[tool.poetry]\npackages = [{ include = "x" }, { include = "mine" }, '
        '{ include = "tests" }]\n'
        'include = [{ path = "CHANGES" }, { path = "mine" }]\nexclude = [".env"]\n',
    ),
    Case(
        "arrays of tables",
        '[[tool.uv.index]]\nname = "a"\n',
        '[[tool.uv.index]]\nname = "a"\n[[tool.uv.index]]\nname = "mine"\n',
        '[[tool.uv.index]]\nname = "b"\n',
        '[[tool.uv.index]]\nname = "a"\n[[tool.uv.index]]\nname = "mine"\n',
        "tool.uv.index",
    ),
    Case(
        "joining",
        "",
        '[project]\nname = "x"\ndynamic = ["version"]\n[tool.hatch.version]\npath = "x.py"\n',
        '[build-system]\nrequires = ["uv_build"]\n[tool.uv.build-backend]\nmodule-name = "x"\n'
        '[project]\nname = "x"\nversion = "0.1.0"\nreadme = "README.md"\n[tool.mypy]\n'
        "strict = true\n",
        '[project]\nname = "x"\ndynamic = ["version"]\n\n[tool.mypy]\nstrict = true\n'
        '[tool.hatch.version]\npath = "x.py"\n',
    ),
    Case(
        "joining",  # with no table of any tool
        "",
        '[project]\nname = "x"\n',
        "[tool.uv.build-backend]\nm = 1\n\n[tool.a]\nb = 1\n\n[tool.uv.pip]\nc = 1\n",
        '[project]\nname = "x"\n\n[tool.a]\nb = 1\n\n[tool.uv.pip]\nc = 1\n',
    ),
    Case(
        "answers",
        '[build-system]\nrequires = ["uv_build>=1"]\nbuild-backend = "uv_build"\n\n'
        '[tool.uv.build-backend]\nmodule-name = "x"\n\n'
        '[project]\nname = "x"\nrequires-python = ">=3.11"\nclassifiers = ["A", "B"]\n',
        '[build-system]\nrequires = ["uv_build>=1", "mine"]\nbuild-backend = "uv_build"\n\n'
        '[tool.uv.build-backend]\nmodule-name = "x"\ndata = "mine"\n\n'
        '[project]\nname = "x"\nrequires-python = ">=3.11"\nclassifiers = ["A", "B", "Mine"]\n',
        '[build-system]\nrequires = ["flit_core>=4"]\nbuild-backend = "flit_core.buildapi"\n\n'
        '[tool.flit.module]\nname = "y"\n\n'
        '[project]\nname = "y"\nrequires-python = ">=3.12"\nclassifiers = ["B"]\n',
        '[build-system]\nrequires = ["mine", "flit_core>=4"]\n'
        'build-backend = "flit_core.buildapi"\n'
        '\n[tool.flit.module]\nname = "y"\n\n'
        '[tool.uv.build-backend]\ndata = "mine"\n\n'
        '[project]\nname = "y"\nrequires-python = ">=3.12"\nclassifiers = ["B", "Mine"]\n',
        "tool.uv.build-backend.data",
    ),
    Case(
        "the version",
        '[project]\nversion = "0.1.0"\nreadme = "R"\n',
        '[project]\nversion = "1.4.0"\nreadme = "R"\n',
        '[project]\ndynamic = ["version"]\nreadme = "R"\n',
        '[project]\ndynamic = ["version"]\nreadme = "R"\n',
        "-project.version",
    ),
    Case(
        "the version",
        '[project]\ndynamic = ["version"]\n',
        '[project]\ndynamic = [\n  "readme", # mine\n  "version",\n]\n',
        '[project]\nversion = "0.1.0"\n',
        '[project]\nversion = "0.1.0"\ndynamic = [\n  "readme", # mine\n]\n',
    ),
    Case(
        "a build backend of your own",
        '[build-system]\nrequires = ["uv_build>=1"]\nbuild-backend = "uv_build"\n',
        '[build-system]\nrequires = ["maturin"]\nbuild-backend = "maturin"\n',
        '[build-system]\nrequires = ["uv_build>=2"]\nbuild-backend = "uv_build"\n',
        '[build-system]\nrequires = ["maturin"]\nbuild-backend = "maturin"\n',
        "build-system",
    ),
    Case(
        "older spellings",
        "",
        '[tool.pytest.ini_options]\naddopts = "-q"\n[tool.ruff]\nselect = ["E"]\n',
        "[tool.pytest]\nstrict = true\n[tool.ruff]\nline-length = 100\n"
        '[tool.ruff.lint]\nselect = ["ALL"]\nignore = ["D"]\n',
        '[tool.pytest.ini_options]\naddopts = "-q"\n[tool.ruff]\nline-length = 100\n'
        'select = ["E"]\n'
        '\n[tool.ruff.lint]\nignore = ["D"]\n',
        "tool.pytest.ini_options tool.ruff.select",
    ),
    Case(
        "groups that you deleted",
        '[dependency-groups]\ntest = ["a"]\ndev = []\n',
        '[dependency-groups]\ndev = ["mine"]\n',
        '[dependency-groups]\ntest = ["a"]\ndev = [{ include-group = "Test" }, "b"]\n',
        '[dependency-groups]\ndev = ["mine", "b"]\n',
        "dependency-groups.dev.include-group test",
    ),
]


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{number} {case.rule}" for number, case in enumerate(CASES)]
)
def test_every_rule(case: Case) -> None:
    done = merge(case.base, case.ours, case.theirs)
    assert done.text == case.merged
    tomllib.loads(done.text)
    reported = [f"{'' if clash.kept else '-'}{clash.key}" for clash in done.clashes]
    assert " ".join(reported).replace('"', "") == case.reported
    assert merge(case.theirs, done.text, case.theirs).text == done.text, "once is enough"


def test_the_page_has_every_rule() -> None:
    page = (ROOT / "docs/merging.md").read_text(encoding="utf-8")
    rules = re.findall(r"(?m)^\| \*\*(.+?)\*\*", page)
    assert list(dict.fromkeys(case.rule for case in CASES)) == rules


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "reason"),
    [
        ("", "a = ", "a = 1\n", "it was not valid TOML in your file: "),
        ("a = ", "a = 1\n", "a = 2\n", "it was not valid TOML before: "),
        ("", "a = 1\n", "a = 1\na = 2\n", "it was not valid TOML in the template: "),
        (
            'a = ["x"]\n',
            'a = [\n  "x", # mine\n]\n',
            "a = 1\n",
            "the merge would have lost # mine",
        ),
    ],
    ids=["yours", "base", "template", "a comment"],
)
def test_what_cannot_be_merged(base: str, ours: str, theirs: str, reason: str) -> None:
    with pytest.raises(UnmergeableError) as error:
        merge(base, ours, theirs)
    assert str(error.value).startswith(reason)


def test_line_ends_and_a_byte_order_mark_stay() -> None:
    done = merge("a = 1\nb = 1\n", "\ufeffa = 1\r\nb = 2\r\n", "a = 1\nb = 1\nc = 1\n")
    assert done.text == "\ufeffa = 1\r\nb = 2\r\nc = 1\r\n"


def test_layouts_that_are_hard_to_read() -> None:
    """Quotes, brackets and hashes in strings, and strings of several lines, are no syntax."""
    ours = (
        'text = """\n[no] # comment\n\\"""" # yes\n'
        "literal = '''\n'quote''''\n"
        '"quoted.key" = "a\\"#b" # mine\n'
        "[ tool . 'x y' ] # odd\n"
        'a = { b = [1, [2, "]"]], "c" = { d = 1 } }\n'
        "when = 2026-11-21 12:00:00\n"
        "[[tool.'x y'.list]]\nname = 1\n[tool.'x y'.list.sub]\nname = 2\n"
        "[[tool.'x y'.list]]\nname = 3\n[tool.z]\n"
    )
    theirs = "new = 1\n[tool.'x y']\nother = true\n[tool.z]\nq = 1\n"
    merged = merge("", ours, theirs).text
    expected = tomllib.loads(ours)
    expected["new"], expected["tool"]["x y"]["other"] = 1, True
    expected["tool"]["z"]["q"] = 1
    assert tomllib.loads(merged) == expected
    assert set(ours.splitlines()) <= set(merged.splitlines())


def test_what_is_lost_is_named() -> None:
    base = {"a": 1, "l": ["x"], "t": {"k": 1}}
    ours = {"a": 2, "l": ["x", "y"], "t": {"k": 1, "m": 1}, "n": {}}
    assert lost(base, ours, ours) == []
    assert lost(base, ours, {"a": 2, "l": ["y"], "t": {"m": 1}, "n": {}}) == []
    assert lost(base, ours, {"a": 1, "l": ["x"], "t": {}}) == ["a", 'l: "y"', "t.m", "n"]
    assert lost(base, ours, {}) == ["a", "l", "t.m", "n"]


def test_a_fault_is_said_in_a_sentence() -> None:
    assert fault("a = 1\n") == ""
    assert "Cannot overwrite a value" in fault("a = 1\na = 2\n")


def test_a_key_goes_before_a_table_at_the_same_place() -> None:
    theirs = "[tool.x.y]\nc = 1\n[tool.x]\na = 1\nb = 1\n"
    assert merge("", "[tool.x]\na = 1\n", theirs).text == (
        "[tool.x]\na = 1\nb = 1\n\n[tool.x.y]\nc = 1\n"
    )
