"""What names a package in a text that is no Python code, and what only looks as if it did."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from updating.names import Change, Names

MEMBERS = frozenset({"io", "io.py", "main", "data", "Thing", "__main__", "__main__.py"})


def names(distribution: str, import_path: str, root: str = "src/") -> Names:
    return Names(distribution, import_path, root + import_path.replace(".", "/"))


def change(before: Names, now: Names) -> Change:
    return Change(before, now, MEMBERS)


TOOL = names("acme-tool", "acme_tool")
FLAT = names("acme-tool", "acme_tool", "")
SPACE = names("acme-tool", "acme.tool")
DEEP = names("acme-tool", "acme.tool.core")
LAST = names("acme-tool", "acme.tool.acme_tool")
OTHER = names("data-kit", "data_kit")
WORD = names("click", "click")
CLACK = names("clack", "clack")
SAME = names("acme_tool", "acme_tool")

REWRITTEN = [
    # Folders: in configuration, documentation and links.
    (TOOL, FLAT, "src/acme_tool/io.py", "acme_tool/io.py"),
    (TOOL, FLAT, "[io](../src/acme_tool/io.py)", "[io](../acme_tool/io.py)"),
    (TOOL, FLAT, "/src/acme_tool/_version.py", "/acme_tool/_version.py"),
    (TOOL, FLAT, "It is in `src/acme_tool`.", "It is in `acme_tool`."),
    (FLAT, TOOL, 'omit = ["acme_tool/io.py"]', 'omit = ["src/acme_tool/io.py"]'),
    (FLAT, TOOL, "](acme_tool/io.py)", "](src/acme_tool/io.py)"),
    (TOOL, SPACE, 'omit = ["*/acme_tool/io.py"]', 'omit = ["*/acme/tool/io.py"]'),
    (names("x", "acme.tool", ""), names("x", "acme.tool"), '"acme/tool"', '"src/acme/tool"'),
    (TOOL, LAST, "src/acme_tool/io.py", "src/acme/tool/acme_tool/io.py"),
    (SPACE, DEEP, "src/acme/tool/io.py", "src/acme/tool/core/io.py"),
    (DEEP, SPACE, "src/acme/tool/core/io.py", "src/acme/tool/io.py"),
    # Modules.
    (TOOL, SPACE, "acme_tool", "acme.tool"),
    (TOOL, SPACE, "`acme_tool.io.read`", "`acme.tool.io.read`"),
    (TOOL, LAST, "from acme_tool.io import read", "from acme.tool.acme_tool.io import read"),
    (TOOL, OTHER, 'x = "acme_tool.io:main"', 'x = "data_kit.io:main"'),
    (TOOL, OTHER, "python -m acme_tool run", "python -m data_kit run"),
    (TOOL, OTHER, "--cov=acme_tool", "--cov=data_kit"),
    (SPACE, DEEP, "import acme.tool", "import acme.tool.core"),
    (DEEP, SPACE, "acme.tool.core.io", "acme.tool.io"),
    (SPACE, OTHER, ">>> from acme import tool", ">>> import data_kit as tool"),
    (SPACE, names("x", "acme.kit"), "from acme import tool", "from acme import kit as tool"),
    (SPACE, names("x", "data.tool"), "from acme import tool", "from data import tool"),
    (WORD, CLACK, "import click", "import clack"),
    (WORD, CLACK, ">>> from click import Thing", ">>> from clack import Thing"),
    (WORD, CLACK, "`click.Thing` and click.io.read", "`clack.Thing` and clack.io.read"),
    (WORD, CLACK, 'x = "click:main"', 'x = "clack:main"'),
    (WORD, CLACK, "python -m click", "python -m clack"),
    (WORD, CLACK, "::: click", "::: clack"),
    (WORD, CLACK, ".. automodule:: click", ".. automodule:: clack"),
    (WORD, CLACK, ":mod:`click`", ":mod:`clack`"),
    (WORD, CLACK, "click/io.py", "clack/io.py"),
    # Distributions and commands.
    (TOOL, OTHER, "pip install acme-tool", "pip install data-kit"),
    (TOOL, OTHER, '"acme-tool[x]>=1"', '"data-kit[x]>=1"'),
    (TOOL, OTHER, 'version("acme-tool")', 'version("data-kit")'),
    (TOOL, OTHER, "# acme-tool", "# data-kit"),
    (TOOL, OTHER, "$ acme-tool sum x", "$ data-kit sum x"),
    (TOOL, OTHER, "dist/acme_tool-1.0.tar.gz", "dist/data_kit-1.0.tar.gz"),
    (names("Acme.Tool", "x"), names("kit", "x"), "run acme-tool", "run kit"),
    (TOOL, names("X.Y", "x"), "pip install acme-tool", "pip install X.Y"),
    (TOOL, names("X.Y", "x"), "# acme-tool", "# X.Y"),
    (TOOL, names("X.Y", "x"), "$ acme-tool sum x", "$ x-y sum x"),
    (TOOL, names("X.Y", "x"), "eval $(acme-tool)", "eval $(x-y)"),
    (WORD, CLACK, "uv add click", "uv add clack"),
    (WORD, CLACK, "pip install --upgrade click", "pip install --upgrade clack"),
    (WORD, CLACK, 'needs = ["click>=8"]', 'needs = ["clack>=8"]'),
    (WORD, CLACK, "# click", "# clack"),
    (WORD, CLACK, "$ click run", "$ clack run"),
    (TOOL, OTHER, "_ACME_TOOL_COMPLETE=bash_source", "_DATA_KIT_COMPLETE=bash_source"),
    (WORD, CLACK, "`click run` does", "`clack run` does"),
    # One name for both: what stands around it tells.
    (SAME, names("acme_tool", "kit"), "import acme_tool.io", "import kit.io"),
    (SAME, names("kit", "acme_tool"), 'version("acme_tool")', 'version("kit")'),
]
LEFT = [
    # Addresses: the repository keeps its name.
    (TOOL, OTHER, "https://github.com/acme/acme-tool/blob/main/src/acme_tool/io.py"),
    (TOOL, OTHER, "git@github.com:acme/acme-tool.git"),
    (TOOL, OTHER, "git clone https://example.org/acme-tool && cd acme-tool"),
    (SPACE, OTHER, "Write to me@acme.tool."),
    # Longer words and other files.
    (TOOL, OTHER, "my_acme_tool acme_tools acme_tool_x acme-tools my-acme-tool"),
    (TOOL, FLAT, "other/src/acme_tool/io.py src/acme_tool_x/io.py"),
    (TOOL, SPACE, "acme_tool.toml acme_tool-1.0-py3-none-any.whl"),
    (TOOL, OTHER, "acme/acme-tool@v1 acme-tool.example.org"),
    (SPACE, DEEP, "acme.toolbox acme.tools.io"),
    (names("x", "acme.tool", ""), names("x", "acme.tool"), "uses: acme/tool@v1"),
    # Words.
    (WORD, CLACK, "Then click the button, from click to click."),
    (WORD, CLACK, "Use it to import click events. Click."),
    (WORD, CLACK, "click.foo and click/tap"),
    # One name for both.
    (SAME, names("acme_tool", "kit"), 'version("acme_tool") or acme_tool'),
    (SAME, names("kit", "acme_tool"), "import acme_tool"),
    # Only the folder moves.
    (FLAT, TOOL, "import acme_tool; acme_tool.io"),
]


@pytest.mark.parametrize(("before", "now", "text", "expected"), REWRITTEN)
def test_what_names_the_package_is_rewritten(
    before: Names, now: Names, text: str, expected: str
) -> None:
    rule = change(before, now)
    assert rule.text(text) == expected
    assert rule.text(f"A line.\n{text}\nAnother.\n") == f"A line.\n{expected}\nAnother.\n"
    assert rule.text(expected) == expected, "a second time changes nothing"


@pytest.mark.parametrize(("before", "now", "text"), LEFT)
def test_what_does_not_is_left(before: Names, now: Names, text: str) -> None:
    assert change(before, now).text(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import acme.tool.core", "import acme.tool.core.core"),
        ("src/acme/tool/core/io.py", "src/acme/tool/core/core/io.py"),
    ],
)
def test_where_all_names_are_old_none_is_taken_for_a_new_one(text: str, expected: str) -> None:
    assert change(SPACE, DEEP).text(text) == text
    assert change(SPACE, DEEP).unmixed().text(text) == expected


def test_variables_follow_where_the_package_makes_their_names() -> None:
    text = "ACME_TOOL_ON_ERROR=skip ACME_TOOL_HOME=/tmp ACME_TOOL_ MY_ACME_TOOL_X"
    rule = change(TOOL, OTHER)
    assert rule.text(text) == text
    made = replace(rule, spelled=frozenset({"ACME_TOOL_HOME"}))
    assert made.text(text) == text.replace("ACME_TOOL_ON", "DATA_KIT_ON").replace(
        "ACME_TOOL_ ", "DATA_KIT_ "
    )
    assert [place.line for place in made.places(made.text(text))] == [1], "what is spelled out"


PLACES = [
    (WORD, CLACK, "The `click` package."),
    (WORD, CLACK, 'known = ["click"]'),
    (WORD, CLACK, "See `click.foo`."),
    (TOOL, SPACE, "tool = acme_tool.toml"),
    (TOOL, OTHER, "ACME_TOOL_HOME=/tmp"),
    (TOOL, FLAT, 'paths = ["src"]'),
    (TOOL, FLAT, "https://github.com/acme/acme-tool/blob/main/src/acme_tool/io.py"),
    (FLAT, TOOL, 'files = ["acme_tool"]'),
]


@pytest.mark.parametrize(("before", "now", "line"), PLACES)
def test_where_it_may_name_the_package_a_person_looks(before: Names, now: Names, line: str) -> None:
    rule = change(before, now)
    rewritten = rule.text(f"\n{line}\n")
    assert [(place.line, place.text) for place in rule.places(rewritten, "x.toml")] == [(2, line)]


@pytest.mark.parametrize(
    ("before", "now", "text"),
    [(before, now, text) for before, now, _, text in REWRITTEN]
    + [(WORD, CLACK, "Then click the button."), (TOOL, FLAT, "src = 1"), (FLAT, TOOL, '["src"]')],
)
def test_nothing_else_is_to_look_at(before: Names, now: Names, text: str) -> None:
    assert list(change(before, now).places(text, "x.toml")) == []


def test_names_are_made_of_answers() -> None:
    stored = {
        "project_name": "Acme.Tool", "layout": "src", "package": "namespace",
        "namespace": "acme.data", "import_name": "tool",
    }  # fmt: skip
    made = Names.of(stored)
    assert made == Names("Acme.Tool", "acme.data.tool", "src/acme/data/tool")
    assert (made.command, made.archive, made.variables) == (
        "acme-tool", "acme_tool", "ACME_DATA_TOOL_",
    )  # fmt: skip
    del stored["namespace"]
    flat = Names.of({**stored, "layout": "flat", "package": "regular"})
    assert flat == Names("Acme.Tool", "tool", "tool")


KNOWN = st.builds(
    names,
    st.sampled_from(["acme-tool", "data-kit", "x-y"]),
    st.sampled_from(["acme_tool", "acme.tool", "acme.tool.acme_tool", "acme.tool.deep", "kit_2"]),
    st.sampled_from(["src/", ""]),
)
SHAPES = [
    "import {0.import_path}\n", "from {0.import_path}.io import x\n", "`{0.import_path}.Thing`",
    '"{0.import_path}.io:main"', "{0.package_dir}/io.py", '["{0.package_dir}/data/*"]',
    "pip install {0.distribution}\n", 'version("{0.distribution}")', "# {0.distribution}\n",
    "https://example.org/{0.distribution}", " and some words ", "\n", "src/", "acme ",
]  # fmt: skip


@given(KNOWN, KNOWN, st.lists(st.sampled_from(SHAPES)))
def test_there_and_back_is_where_it_was(before: Names, now: Names, shapes: list[str]) -> None:
    assume(before != now)
    text = " ".join(shapes).format(before)
    there = change(before, now).text(text)
    assert change(before, now).text(there) == there
    assert change(now, before).text(there) == text
