"""An overlay counts over the template, key by key, and the owner of the file over both."""

import tomllib

import pytest

from treewright.toml_merge import UnmergeableError
from treewright.toml_merge.joined import join
from treewright.toml_merge.laying import lay, merge_laid

TEMPLATE = """\
[project]
name = "acme-tool"

[dependency-groups]
dev = [
  "ruff>=1", # to lint
  { include-group = "test" },
]
test = ["pytest"]

# The style.
[tool.ruff]
# As wide as a review is.
line-length = 100  # characters

[tool.ruff.lint]
ignore = ["D203"]
"""
OVERLAY = """\
[dependency-groups]
dev = ["acme-lint>=2", "Ruff>=3"]

[tool.ruff]
line-length = 120 # the style guide
# Acme's oldest.
target-version = "py311"

[tool.ruff.lint]
ignore = ["D203", "E501"]

# Nothing comes from elsewhere.
[[tool.uv.index]]
name = "acme"
"""
LAID = """\
[project]
name = "acme-tool"

[dependency-groups]
dev = [
  "Ruff>=3", # to lint
  { include-group = "test" },
  "acme-lint>=2",
]
test = ["pytest"]

# The style.
[tool.ruff]
# As wide as a review is.
line-length = 120 # the style guide
# Acme's oldest.
target-version = "py311"

[tool.ruff.lint]
ignore = ["D203", "E501"]

# Nothing comes from elsewhere.
[[tool.uv.index]]
name = "acme"
"""
ACME, OVER = {"acme": OVERLAY}, {"dependency-groups.dev.ruff", "tool.ruff.line-length"}


def test_an_overlay_is_laid_over_the_template() -> None:
    laid = lay(TEMPLATE, ACME)
    assert laid.text == LAID
    told = {clash.key: (clash.yours, clash.template, clash.by) for clash in laid.over}
    assert told == {
        "dependency-groups.dev.ruff": ('["Ruff>=3"]', '["ruff>=1"]', "acme"),
        "tool.ruff.line-length": ("120", "100", "acme"),
    }


def test_a_later_overlay_counts_more() -> None:
    laid = lay(TEMPLATE, {**ACME, "data": "[tool.ruff]\nline-length = 90\n"})
    assert tomllib.loads(laid.text)["tool"]["ruff"]["line-length"] == 90
    (clash,) = [clash for clash in laid.over if clash.key == "tool.ruff.line-length"]
    assert (clash.yours, clash.template, clash.by) == ("90", "120", "data")


@pytest.mark.parametrize(
    ("template", "overlay", "reason"),
    [
        (TEMPLATE, "[tool", "what acme has for it is not valid TOML: "),
        (
            "[tool.pytest]\nstrict = true\n",
            '[tool.pytest.ini_options]\naddopts = "-q"\n',
            "acme has [tool.pytest.ini_options], and the template the newer spelling [tool.pytest]",
        ),
    ],
)
def test_what_cannot_be_laid_in(template: str, overlay: str, reason: str) -> None:
    with pytest.raises(UnmergeableError, match=reason.replace("[", "\\[")):
        lay(template, {"acme": overlay})


def test_a_key_of_both_is_named_once() -> None:
    comes = merge_laid(TEMPLATE, TEMPLATE, TEMPLATE, {}, ACME)
    assert {clash.key for clash in comes.over} == OVER
    assert comes.text == LAID
    wider = TEMPLATE.replace("ruff>=1", "ruff>=2")  # the other key of both does not change
    follows = merge_laid(TEMPLATE, comes.text, wider, ACME, ACME)
    assert (follows.text, follows.clashes) == (LAID, [])
    assert [clash.template for clash in follows.over] == ['["ruff>=2"]']
    assert not merge_laid(wider, follows.text, wider + "\n[tool.x]\ny = 1\n", ACME, ACME).over


def test_an_owner_counts_over_an_overlay() -> None:
    mine = LAID.replace("line-length = 120", "line-length = 88").replace('"D203", ', "")
    other = {"acme": OVERLAY.replace("120", "110")}
    done = merge_laid(TEMPLATE, mine, TEMPLATE, ACME, other)
    assert done.text == mine
    assert [(clash.key, clash.yours, clash.by) for clash in done.clashes] == [
        ("tool.ruff.line-length", "88", "acme")
    ]
    assert not done.over, "what the file does not say counts over nothing"
    again = merge_laid(TEMPLATE, mine, TEMPLATE, other, other)
    assert (again.text, again.clashes) == (mine, [])


def test_what_an_owner_has_already_is_told() -> None:
    """In a file that the template did not write, where no merge has a clash to tell of."""
    mine = '[project]\nname = "x"\ndescription = "mine"\n'
    done = merge_laid("", mine, "", {}, {"acme": '[project]\ndescription = "acme"\n'})
    assert done.text == mine
    assert [(clash.key, clash.yours, clash.template) for clash in done.clashes] == [
        ("project.description", '"mine"', '"acme"')
    ]


def test_what_an_overlay_brought_goes_with_it() -> None:
    mine = LAID + "\n[tool.mine]\nx = 1 # mine\n"
    assert merge_laid(TEMPLATE, mine, TEMPLATE, ACME, {}).text == (
        TEMPLATE + "\n[tool.mine]\nx = 1 # mine\n"
    )


JOINED = '[dependency-groups]\ntest = ["pytest>=9"]\n\n[tool.ruff]\nline-length = 100\n'
THEIRS = '[project]\nname = "mine"\n\n[tool.ruff]\nsrc = ["src"] # mine\n'
ADDED = 'line-length = 120 # the style guide\n# Acme\'s oldest.\ntarget-version = "py311"\n'


def test_in_a_repository_that_joined_keys_come_into_tables_of_its_own() -> None:
    overlay = {"acme": OVERLAY.partition("[tool.ruff.lint]")[0].partition("\n\n")[2]}
    first = merge_laid("", THEIRS, "", {}, overlay).text
    assert first == THEIRS.replace("[tool.ruff]\n", f"[tool.ruff]\n{ADDED}")
    for done in (
        join("", first, JOINED, [], before=overlay, now=overlay),
        join(JOINED, join("", THEIRS, JOINED, []).text, JOINED, ["tool.ruff"], now=overlay),
    ):
        assert done.own == ["tool.ruff"], "it is the owner's, whatever an overlay put there"
        assert done.text == f'{first}\n[dependency-groups]\ntest = ["pytest>=9"]\n'


def test_a_table_of_an_overlay_alone_is_not_the_owners() -> None:
    overlay = {"acme": "[tool.ruff]\nline-length = 120\n"}
    first = merge_laid("", '[project]\nname = "mine"\n', "", {}, overlay).text
    done = join("", first, JOINED + 'lint.ignore = ["D203"]\n', [], before=overlay, now=overlay)
    assert done.own == []
    assert tomllib.loads(done.text)["tool"] == {
        "ruff": {"line-length": 120, "lint": {"ignore": ["D203"]}}
    }


def test_in_a_table_of_the_owners_an_overlay_is_told_where_it_does_not_count() -> None:
    mine = THEIRS.replace("src =", "line-length = 79\nsrc =")
    overlay = {"acme": "[tool.ruff]\nline-length = 120\n"}
    done = join(JOINED, mine, JOINED, ["tool.ruff", "dependency-groups.test"], now=overlay)
    assert done.text == mine
    assert [(clash.key, clash.yours, clash.by) for clash in done.clashes] == [
        ("tool.ruff.line-length", "79", "acme")
    ]
