"""What names a package in a text that is no Python code, and what only looks as if it did."""

import tomllib
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from treewright.updating.names import Change, Names

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
    (WORD, CLACK, r'match=r"<click\.Thing at 0x"', r'match=r"<clack\.Thing at 0x"'),
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
    assert rule.file(text, "x.md") == expected
    framed = f"A line.\n{text}\nAnother.\n"
    assert rule.file(framed, "x.md") == f"A line.\n{expected}\nAnother.\n"
    assert rule.file(expected, "x.md") == expected, "a second time changes nothing"


@pytest.mark.parametrize(("before", "now", "text"), LEFT)
def test_what_does_not_is_left(before: Names, now: Names, text: str) -> None:
    for path in ("x.md", "x.toml", "x.yml", "Makefile"):
        assert change(before, now).file(text, path) == text


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


# Settings: what a string means depends on its key, and a key is no name.
IN_SPACE = names("kit", "corp.kit")
KIT, GIZMO = names("kit", "kit"), names("gizmo", "gizmo")
SETTINGS = {
    "pyproject.toml": (
        """\
[project.scripts]
kit = "kit:main" # kit
[project.entry-points."pytest11"]
kit = "kit.io"
"kit.io" = "kit"
[project.entry-points."kit.plugins"]
a = "kit.io:A"
[project.entry-points.kit]
[tool.x.kit]
cache = "kit"
table = "kit.users"
kit.io = 2
names = { kit = 1 }
[tool.setuptools.package-data]
kit = ["*.txt"]
"kit.io" = ["kit"]
[tool.setuptools]
exclude-package-data = { kit = ["py.typed"] }
dynamic.version = { attr = "kit.VERSION" }
[tool.mypy]
packages = "kit"
[[tool.mypy.overrides]]
module = ["kit.*", "other"]
[tool.ruff.lint.isort]
known-first-party = [
  "kit", # kit
]
[tool.ruff.lint.flake8-tidy-imports.banned-api]
kit.msg = "y"
[tool.pytest.ini_options]
addopts = ["--pyargs", "kit", "-p", "kit.plug", "--cov=kit"]
filterwarnings = ["ignore::kit.KitWarning", "ignore:x:DeprecationWarning:kit"]
[tool.coverage.run]
source = ["kit", "src/kit"]
[tool.importlinter]
root_package = "kit"
contracts = [{ layers = ["kit.io", "kit"], ignore_imports = ["kit.a -> kit.b"] }]
[tool.poetry]
packages = [{ include = "kit", from = "src" }]
""",
        """\
[project.scripts]
kit = "corp.kit:main" # kit
[project.entry-points."pytest11"]
kit = "corp.kit.io"
"kit.io" = "corp.kit"
[project.entry-points."kit.plugins"]
a = "corp.kit.io:A"
[project.entry-points.kit]
[tool.x.kit]
cache = "kit"
table = "kit.users"
kit.io = 2
names = { kit = 1 }
[tool.setuptools.package-data]
"corp.kit" = ["*.txt"]
"corp.kit.io" = ["kit"]
[tool.setuptools]
exclude-package-data = { "corp.kit" = ["py.typed"] }
dynamic.version = { attr = "corp.kit.VERSION" }
[tool.mypy]
packages = "corp.kit"
[[tool.mypy.overrides]]
module = ["corp.kit.*", "other"]
[tool.ruff.lint.isort]
known-first-party = [
  "corp.kit", # kit
]
[tool.ruff.lint.flake8-tidy-imports.banned-api]
"corp.kit".msg = "y"
[tool.pytest.ini_options]
addopts = ["--pyargs", "corp.kit", "-p", "corp.kit.plug", "--cov=corp.kit"]
filterwarnings = ["ignore::corp.kit.KitWarning", "ignore:x:DeprecationWarning:corp.kit"]
[tool.coverage.run]
source = ["corp.kit", "src/corp/kit"]
[tool.importlinter]
root_package = "corp.kit"
contracts = [{ layers = ["corp.kit.io", "corp.kit"], ignore_imports = ["corp.kit.a -> corp.kit.b"] }]
[tool.poetry]
packages = [{ include = "corp/kit", from = "src" }]
""",
    ),
    "setup.cfg": (
        """\
[metadata]
name = kit
[options]
packages = kit
[options.package_data]
kit = *.txt
[options.entry_points]
pytest11 =
    kit = kit
    kit.io = kit.io
[mypy-kit.*]
[isort]
known_first_party = kit
[tool:pytest]
addopts = --pyargs kit
[coverage:run]
source = kit
[kit]
cache = kit
[testenv]
commands = mypy -p kit
    coverage run --source kit -m pytest
    mkdir -p kit
""",
        """\
[metadata]
name = kit
[options]
packages = corp.kit
[options.package_data]
corp.kit = *.txt
[options.entry_points]
pytest11 =
    kit = corp.kit
    kit.io = corp.kit.io
[mypy-corp.kit.*]
[isort]
known_first_party = corp.kit
[tool:pytest]
addopts = --pyargs corp.kit
[coverage:run]
source = corp.kit
[kit]
cache = kit
[testenv]
commands = mypy -p corp.kit
    coverage run --source corp.kit -m pytest
    mkdir -p kit
""",
    ),
    "logging.json": (
        '{"loggers": {"kit": {}}, "cache": "kit", "kit": ["kit"], "qualname": "kit.log"}',
        '{"loggers": {"corp.kit": {}}, "cache": "kit", "kit": ["kit"], "qualname": "corp.kit.log"}',
    ),
    "hooks.yml": (
        "loggers:\n  kit: {}\ncache: kit\nargs: [--cov, kit]\nrun: |\n  mypy -p kit\n  psql kit\n",
        "loggers:\n  corp.kit: {}\ncache: kit\nargs: [--cov, corp.kit]\nrun: |\n  mypy -p corp.kit\n  psql kit\n",
    ),
    "entry_points.txt": (
        "[kit.plugins]\nkit = kit.io:main\n",
        "[kit.plugins]\nkit = corp.kit.io:main\n",
    ),
}


@pytest.mark.parametrize("path", SETTINGS)
def test_settings_are_rewritten_by_their_keys(path: str) -> None:
    before, expected = SETTINGS[path]
    rule = change(KIT, IN_SPACE)
    assert rule.file(before, path) == expected
    assert rule.file(expected, path) == expected, "a second time changes nothing"
    back = change(IN_SPACE, KIT).file(expected, path)
    assert back.replace('"kit".msg', "kit.msg").replace('"kit" =', "kit =") == before


def test_a_name_with_an_underscore_is_no_more_a_module_than_a_word() -> None:
    before = names("acme-tool", "acme_tool")
    rule = change(before, names("acme-tool", "corp.acme_tool"))
    for path, both in SETTINGS.items():
        text, expected = (one.replace("kit", "acme_tool") for one in both)
        assert rule.file(text, path) == expected


def test_toml_that_is_rewritten_says_the_same_of_everything_else() -> None:
    text, _ = SETTINGS["pyproject.toml"]
    data = tomllib.loads(change(KIT, IN_SPACE).file(text, "pyproject.toml"))
    assert data["project"]["entry-points"] == {
        "pytest11": {"kit": "corp.kit.io", "kit.io": "corp.kit"},
        "kit.plugins": {"a": "corp.kit.io:A"},
        "kit": {},
    }
    assert data["tool"]["setuptools"]["package-data"].keys() == {"corp.kit", "corp.kit.io"}
    assert data["tool"]["x"] == tomllib.loads(text)["tool"]["x"]


def test_a_distribution_is_one_by_its_key() -> None:
    text = '[project]\nname = "kit"\n[tool.x]\ncache = "kit"\nmodule = "kit"\n'
    now = names("gizmo", "kit")
    assert change(KIT, now).file(text, "x.toml") == text.replace("kit", "gizmo", 1)


def test_a_group_that_others_use_stays() -> None:
    text = 'import kit.io\nentry_points(group="kit.io")\n"kit.io:main"\n'
    rule = replace(change(KIT, GIZMO), groups=frozenset({"kit.io"}))
    settings = "group: kit.io\nloggers: {kit.io: x}\nmodule: [kit.io]\n"
    assert rule.file(settings, "x.yml") == settings.replace("{kit", "{gizmo").replace(
        "[kit", "[gizmo"
    )
    assert rule.text(text) == text.replace("import kit", "import gizmo").replace(
        '"kit.io:', '"gizmo.io:'
    )


# ruff: noqa: E501  # a table
OTHER_TEXTS = {
    "MyST": ("x.md", "{mod}`kit` {py:func}`kit.foo` {ref}`kit`", "{mod}`gizmo` {py:func}`gizmo.foo` {ref}`kit`"),
    "a directive": ("x.md", "```{automodule} kit\n", "```{automodule} gizmo\n"),
    "a role's target": ("x.rst", ":mod:`the kit <kit>` :ref:`kit`", ":mod:`the kit <gizmo>` :ref:`kit`"),
    "a note": ("x.rst", ".. note:: kit is small", ".. note:: kit is small"),
    "Cython": (
        "x.pyx",
        'from kit cimport x\ncimport kit.io\nimport kit\nkit.any(), "kit"\n',
        'from gizmo cimport x\ncimport gizmo.io\nimport gizmo\ngizmo.any(), "kit"\n',
    ),
    "a notebook": (
        "x.ipynb",
        '{"source": ["import kit\\n", "kit.any()\\n", "x = \\"kit\\""]}',
        '{"source": ["import gizmo\\n", "gizmo.any()\\n", "x = \\"kit\\""]}',
    ),
    "a cache": ("x.md", "~/.cache/kit/io and docs/kit/io.md", "~/.cache/kit/io and docs/kit/io.md"),
    "addresses": (
        "x.md",
        "[![PyPI](https://img.shields.io/pypi/v/kit)](https://pypi.org/project/kit/) https://pypi.org/p/kit https://img.shields.io/pypi/l/kit.svg\n",
        "[![PyPI](https://img.shields.io/pypi/v/gizmo)](https://pypi.org/project/gizmo/) https://pypi.org/p/gizmo https://img.shields.io/pypi/l/gizmo.svg\n",
    ),
    "addresses of others": (
        "x.md",
        "https://pypi.org/project/kit-x/ https://pypi.org/project/kit.x https://example.org/project/kit/ https://github.com/a/kit\n",
        "https://pypi.org/project/kit-x/ https://pypi.org/project/kit.x https://example.org/project/kit/ https://github.com/a/kit\n",
    ),
    "commands": (
        "Makefile",
        "\tmypy -p kit\n\tpytest --pyargs kit -p kit.plug\n\tcoverage run --source kit\n\tpsql -p kit\n",
        "\tmypy -p gizmo\n\tpytest --pyargs gizmo -p gizmo.plug\n\tcoverage run --source gizmo\n\tpsql -p kit\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "expected"), OTHER_TEXTS.values(), ids=OTHER_TEXTS)
def test_other_texts(path: str, text: str, expected: str) -> None:
    assert change(KIT, GIZMO).file(text, path) == expected


def test_an_example_of_code_in_prose_has_values_that_are_no_module() -> None:
    text = 'acme_tool has `cache = "acme_tool"`, f("acme_tool"), and prints\n\'acme_tool\'\n'
    expected = 'acme.tool has `cache = "acme_tool"`, f("acme_tool"), and prints\n\'acme.tool\'\n'
    assert change(TOOL, SPACE).file(text, "x.md") == expected
    assert change(TOOL, SPACE).file("psql acme_tool\n", "x.sh") == "psql acme_tool\n"


def test_tests_that_moved_are_named_by_their_place() -> None:
    rule = replace(change(TOOL, SPACE), folders=(("tests/acme_tool", "tests/acme/tool"),))
    text = '"tests/acme_tool/test_io.py" and docs/acme_tool/io.md'
    assert rule.text(text) == text.replace("tests/acme_tool", "tests/acme/tool")


def test_variables_follow_where_the_package_makes_their_names() -> None:
    text = "ACME_TOOL_ON_ERROR=skip ACME_TOOL_HOME=/tmp ACME_TOOL_ MY_ACME_TOOL_X"
    rule = change(TOOL, OTHER)
    assert rule.text(text) == text
    made = replace(rule, spelled=frozenset({"ACME_TOOL_HOME"}))
    assert made.text(text) == text.replace("ACME_TOOL_ON", "DATA_KIT_ON").replace(
        "ACME_TOOL_ ", "DATA_KIT_ "
    )


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
    there = change(before, now).file(text, "x.md")
    assert change(before, now).file(there, "x.md") == there
    assert change(now, before).file(there, "x.md") == text
