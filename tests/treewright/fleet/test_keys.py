"""What of the template's a pyproject.toml lacks, or has otherwise."""

import pytest

from treewright.fleet.keys import differences

TEMPLATE = """\
[build-system]
requires = ["hatchling>=1.32"]
build-backend = "hatchling.build"

[project]
name = "acme-tool"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = []

[dependency-groups]
test = ["coverage>=7", "pytest>=9"]

[tool.ruff]
line-length = 100

[tool.ruff.lint]
select = ["ALL"]
ignore = ["EM", "D203"]

[tool.pytest]
strict = true
"""


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("", "", []),
        ("= 100", "= 88", [("tool.ruff.line-length", "100", "88")]),
        ("line-length = 100\n", "", [("tool.ruff.line-length", "100", "")]),
        ('"D203"', '"D203", "FIX"', []),
        (', "D203"', "", [("tool.ruff.lint.ignore", '["D203"]', "")]),
        ('["ALL"]', '["ALL", "E"]', [("tool.ruff.lint.select", '["ALL"]', '["ALL", "E"]')]),
        ('"pytest>=9"', '"pytest==8"', []),
        (', "pytest>=9"', "", [("dependency-groups.test", '["pytest>=9"]', "")]),
        ('"0.1.0"', '"7"', []),
        ("dependencies = []", 'dependencies = ["attrs"]', []),
        ('">=3.11"', '">=3.9"', [("project.requires-python", '">=3.11"', '">=3.9"')]),
        ('">=3.11"', '">= 3.11"', []),
        ('">=3.11"', '"new enough"', [("project.requires-python", '">=3.11"', '"new enough"')]),
        ('"acme-tool"', '"Acme.Tool"', []),
        ('"acme-tool"', '"acme-tools"', [("project.name", '"acme-tool"', '"acme-tools"')]),
        (
            '"hatchling.build"',
            '"mine"',
            [("build-system.build-backend", '"hatchling.build"', '"mine"')],
        ),
        ("[tool.pytest]\nstrict = true\n", "", [("tool.pytest", "{ strict = true }", "")]),
        ("[tool.pytest]", "[tool.mine]\na = 1\n[tool.pytest]", []),
    ],
)
def test_a_difference_is_found_by_meaning(
    old: str, new: str, found: list[tuple[str, str, str]]
) -> None:
    assert old in TEMPLATE
    mine = TEMPLATE.replace(old, new) if old else TEMPLATE
    assert [tuple(one) for one in differences(TEMPLATE, mine, [])] == found


def test_a_table_that_is_the_owners_does_not_count() -> None:
    mine = TEMPLATE.replace("= 100", "= 88").replace(', "pytest>=9"', "")
    assert [*differences(TEMPLATE, mine, ["tool.ruff", "dependency-groups.test"])] == []
    assert [one.key for one in differences(TEMPLATE, mine, ["tool.ru"])] == [
        "dependency-groups.test",
        "tool.ruff.line-length",
    ]
