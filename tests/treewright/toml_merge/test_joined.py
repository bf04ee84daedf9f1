"""In a repository that joined, pyproject.toml keeps what is its own, to the byte, for good."""

import tomllib
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tomls
from treewright.toml_merge.joined import join

TEMPLATE = """\
[dependency-groups]
# What checks the code.
lint = ["ruff>=1"]
types = ["mypy>=2", { include-group = "lint" }] # and more

[tool.mypy]
# As strict as can be.
strict = true

[tool.ruff]
line-length = 100

[tool.ruff.lint]
select = ["ALL"]

[tool.uv.dependency-groups]
lint = { requires-python = ">=3.10" }
"""
# The made-up next release: each table and each group changes, and one comes.
NEXT = (
    TEMPLATE.replace("ruff>=1", "ruff>=2")
    .replace("mypy>=2", "mypy>=3")
    .replace("strict = true", "strict = true\nextra = 1")
    .replace("line-length = 100", "line-length = 120\nextra = 1")
    .replace('["ALL"]', '["ALL"]\nextra = 1')
    .replace(">=3.10", ">=3.11")
    + "\n[tool.new]\nextra = 1\n"
)
RUFF = {"tool.ruff"}
ALL = {"tool.mypy", "tool.ruff", "tool.uv.dependency-groups.lint"}
# What a repository has, by the names of what is its own by that.
LAYOUTS: list[tuple[str, set[str]]] = [
    ("", set()),
    ("# only a comment", set()),
    ("# only a comment\n\n\n", set()),
    ('[project]\nname = "x"\n', set()),
    ('[project]\nname = "x"', set()),
    ('\ufeff[project]\r\nname = "x"\r\n', set()),
    ('[project]\r\nname = "x"\n\r\n[tool.black]\nline_length=1\r\n', set()),
    ('[build-system]\n\trequires = [\n\t\t"a", # why\n\t]\n\n\n\n# last', set()),
    ("[tool.ruff]\n", RUFF),
    ("[tool.ruff.lint.isort]\nx = 1\n", RUFF),
    ("tool.ruff.line-length = 88\n", RUFF),
    ("[tool]\nruff.line-length = 88 # mine\n\n\n", RUFF),
    ("[tool]\nruff = { line-length = 88 }", RUFF),
    ("[ tool . 'ruff' ]\nline-length = 88\n", RUFF),
    ("[[tool.ruff]]\nx = 1\r\n", RUFF),
    ("tool = {ruff = {line-length = 88}}\n", ALL),
    ("tool = { }\n", ALL),
    ("[tool.uv]\npackage = true\n", set()),
    ("[tool]\nuv.package = true\n", set()),
    ("[tool.uv]\ndependency-groups = { }\n", {"tool.uv.dependency-groups.lint"}),
    ("[tool]\nuv = { package = true }\n", {"tool.uv.dependency-groups.lint"}),
    ("[tool.uv.dependency-groups]\ntest = {}\n", set()),
    ('[dependency-groups]\n# ours\ntest = ["pytest"]\n# end\n', set()),
    ('[dependency-groups]\nLint = ["flake8"]\n[tool.black]\n', {"dependency-groups.lint"}),
    ('dependency-groups.test = ["pytest"]\n\n[a]\n', set()),
    ('dependency-groups = { test = ["a", "b"] } # mine\n[a]\n', set()),
    ("dependency-groups = {lint=[]}\n", {"dependency-groups.lint"}),
]
FEW = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


@st.composite
def files(draw: st.DrawFn) -> str:
    """A file as people write it, in one of all layouts, with line ends and an end of its own."""
    random = Random(draw(st.integers(0, 2**32)))  # noqa: S311  # no secret
    text = tomls.write(tomls.data(random), random.randrange(2**32), "user")
    ends = draw(st.sampled_from(["\n", "\r\n", "mixed"]))
    parts = text.split("\n")
    if ends == "mixed":
        text = "".join(part + random.choice(["\n", "\r\n"]) for part in parts)
    else:
        text = ends.join(parts)
    tail = draw(st.sampled_from(["", "\n", "\n\n", "\n# end", "\n\n# end\n\n"]))
    return draw(st.sampled_from(["", "\ufeff"])) + text.rstrip() + tail


@pytest.mark.parametrize(("ours", "own"), LAYOUTS)
def test_what_was_there_stays_for_good(ours: str, own: set[str]) -> None:
    come = join("", ours, TEMPLATE, [])
    assert (set(come.own), come.clashes) == (own, [])
    assert _mine(come.text, ours)
    later = join(TEMPLATE, come.text, NEXT, come.own)
    late = ["tool.new"] if own == ALL else []
    assert (later.own, later.clashes) == (come.own + late, [])
    assert _mine(later.text, ours)
    now, template = tomllib.loads(later.text.lstrip("\ufeff")), tomllib.loads(NEXT)
    for name in {"mypy", "ruff"} - {one.removeprefix("tool.") for one in own}:
        assert now["tool"][name] == template["tool"][name]
    for name in {"lint", "types"} - {one.removeprefix("dependency-groups.") for one in own}:
        assert now["dependency-groups"][name] == template["dependency-groups"][name]
    for left in (come, later):
        gone = join(TEMPLATE if left is come else NEXT, left.text, "", left.own)
        assert (gone.text, gone.clashes) == (ours, [])


@FEW
@given(files())
def test_what_came_can_go(ours: str) -> None:
    """Whatever the layout: to add and to remove is to do nothing."""
    come = join("", ours, TEMPLATE, [])
    later = join(TEMPLATE, come.text, NEXT, come.own)
    gone = join(NEXT, later.text, "", later.own)
    assert gone.text == ours
    assert come.clashes + later.clashes + gone.clashes == []


def test_one_after_the_other_can_go() -> None:
    ours = '[project]\nname = "x"\n\n[tool.black]\n'
    come = join("", ours, TEMPLATE, [])
    half = "[tool.mypy]\n" + TEMPLATE.partition("[tool.mypy]\n")[2].partition("[tool.ruff]")[0]
    less = join(TEMPLATE, come.text, half, [])
    assert tomllib.loads(less.text).keys() == {"project", "tool"}
    assert tomllib.loads(less.text)["tool"].keys() == {"black", "mypy"}
    assert join(half, less.text, "", []).text == ours
    assert join(half, less.text, TEMPLATE, []).text != less.text


def test_what_came_and_was_edited_stays() -> None:
    come = join("", "[a]\n", TEMPLATE, [])
    edited = come.text.replace("strict = true", "strict = true\nmine = 1 # yes")
    later = join(TEMPLATE, edited, NEXT, [])
    assert tomllib.loads(later.text)["tool"]["mypy"] == {"strict": True, "mine": 1, "extra": 1}
    gone = join(NEXT, later.text, "", [])
    assert gone.text == "[a]\n\n[tool.mypy]\nmine = 1 # yes\n"
    assert [clash.key for clash in gone.clashes] == ["tool.mypy.mine"]


def test_a_table_that_comes_late_finds_one_there() -> None:
    """The next release brings [tool.new], which the repository has made for itself since."""
    ours = join("", "[a]\n", TEMPLATE, []).text + "\n[tool.new]\nmine = 1\n"
    later = join(TEMPLATE, ours, NEXT, [])
    assert later.own == ["tool.new"]
    assert tomllib.loads(later.text)["tool"]["new"] == {"mine": 1}
    assert tomllib.loads(later.text)["tool"]["mypy"]["extra"] == 1


def test_what_is_given_up_can_come() -> None:
    """Who deletes a table of their own, and its name from the answer, gets the template's."""
    ours = "[tool.mypy]\nmine = 1\n"
    come = join("", ours, TEMPLATE, [])
    without = come.text.replace(ours + "\n", "").replace(ours, "")
    stays_away = join(TEMPLATE, without, NEXT, come.own)
    assert "mypy" not in tomllib.loads(stays_away.text)["tool"]


def test_no_metadata_arrives() -> None:
    theirs = '[build-system]\nrequires = ["a"]\n\n[project]\nname = "y"\n\n' + TEMPLATE
    assert join("", "", theirs, []).text == TEMPLATE
    assert join("", "[a]\n", theirs, []).text == join("", "[a]\n", TEMPLATE, []).text


def _mine(text: str, ours: str) -> bool:
    """Tell whether a text has all lines of another, in their order; an inline table may go on."""
    lines = iter(text.splitlines(keepends=True))
    return all(
        any(
            line == mine or ("= {" in mine and line.startswith(mine[: mine.rfind("}")].rstrip()))
            for line in lines
        )
        for mine in f"{ours}\n".splitlines(keepends=True)
        if mine.strip()
    )
