"""requires-python, the classifiers and the code have to say the same of Pythons."""

import pytest

from treewright.proof import floor
from treewright.proof.floor import Need

CLASSIFIER = "Programming Language :: Python :: "


@pytest.mark.parametrize(
    ("specifiers", "oldest"),
    [
        (">=3.8", (3, 8)),
        (">=3.8.1,<4", (3, 8)),
        ("~=3.9", (3, 9)),
        (">3.7", (3, 7)),  # 3.7.1 is newer than 3.7
        ("==3.11.*", (3, 11)),
        (">=2.7,!=3.0.*", (2, 7)),
        ("", None),
        ("<4", None),
        (">=3.99", None),
    ],
)
def test_oldest(specifiers: str, oldest: tuple[int, int] | None) -> None:
    assert floor.oldest(specifiers) == oldest


def test_classifiers_tell_where_requires_python_does_not() -> None:
    classifiers = [f"{CLASSIFIER}{text}" for text in ("3.9", "3.8", "3")]
    assert floor.oldest("", classifiers) == (3, 8)
    assert floor.oldest(">=3.10", classifiers) == (3, 10)
    assert floor.oldest("") is None
    (found,) = floor.findings("", classifiers, [Need("a.py:1", "tomllib", (3, 11))])
    assert "tomllib needs Python 3.11, the classifiers say 3.8; " in str(found)


def read(*imports: list[object], newer: object = None) -> dict[str, dict[str, object] | None]:
    return {"acme": {"imports": [*imports], "newer": newer}, "acme.odd": None}


FILES = {"acme": "src/acme.py"}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            ["tomllib", [], 3, False, False],
            [Need("src/acme.py:3", "tomllib", (3, 11), inner=False)],
        ),
        (["tomllib", [], 3, True, False], [Need("src/acme.py:3", "tomllib", (3, 11), inner=True)]),
        (["tomllib", [], 3, False, True], []),
        (["json", [], 3, False, False], []),
        (["importlib.metadata", [], 1, False, False], []),  # which 3.8 has
        (
            ["compression", ["zstd"], 1, False, False],
            [Need("src/acme.py:1", "compression", (3, 14))],
        ),
        (["graphlib", [], 1, False, False], []),  # brought by graphlib-backport
    ],
)
def test_modules_of_newer_pythons(statement: list[object], expected: list[Need]) -> None:
    found = floor.needs(read(statement), FILES, (3, 8), ["graphlib-backport"])
    assert list(found) == expected


def test_syntax_of_newer_pythons() -> None:
    why = "Pattern matching is only supported in Python 3.10 and greater"
    found = floor.needs(read(newer=[7, why]), FILES, (3, 8), [])
    assert list(found) == [Need("src/acme.py:7", "pattern matching", (3, 10))]


def test_findings_name_the_newest_python_first() -> None:
    needed = [
        Need("a.py:1", "zoneinfo", (3, 9)),
        Need("b.py:2", "tomllib", (3, 11)),
        Need("b.py:9", "graphlib", (3, 9), inner=True),  # b.py does not load anyhow
        Need("c.py:3", "graphlib", (3, 9), inner=True),
    ]
    fault, advice = floor.findings(">=3.8", [], needed)
    assert str(fault) == (
        "b.py:2: tomllib needs Python 3.11, requires-python says >=3.8 (see too a.py:1); "
        "raise it to >=3.11, or do without"
    )
    assert not fault.advice
    assert str(advice).startswith("c.py:3: graphlib needs Python 3.9, ")
    assert advice.advice


@pytest.mark.parametrize(
    ("classifiers", "named"),
    [
        (["3.7", "3.8", "3"], "3.7"),
        (["3.8", "3.9"], ""),
        (["3 :: Only", "Implementation :: CPython"], ""),
        (["2.7", "3.6"], "2.7, 3.6"),
    ],
)
def test_classifiers(classifiers: list[str], named: str) -> None:
    found = [*floor.findings(">=3.8", [f"{CLASSIFIER}{text}" for text in classifiers], [])]
    expected = (
        f"pyproject.toml: classifiers name Python {named}, requires-python says >=3.8; "
        "make them say the same"
    )
    assert [str(finding) for finding in found] == ([expected] if named else [])
    assert not list(floor.findings("", [f"{CLASSIFIER}2.7"], []))


@pytest.mark.parametrize(
    ("name", "specifiers", "declared", "version"),
    [
        ("telnetlib", ">=3.8", [], "3.13"),
        ("distutils.version", ">=3.8", [], "3.12"),
        ("distutils", ">=3.8", ["setuptools"], None),
        ("telnetlib", ">=3.8", ["standard-telnetlib"], None),
        ("asyncore", ">=3.8", ["pyasyncore"], None),
        ("imp", ">=3.8", ["importlib-metadata"], "3.12"),
        ("imp", ">=3.8,<3.12", [], None),
        ("json", ">=3.8", [], None),
    ],
)
def test_modules_that_are_gone(
    name: str, specifiers: str, declared: list[str], version: str | None
) -> None:
    code = read([name, [], 4, False, False], [name, [], 5, True, False], [name, [], 6, False, True])
    found = [str(finding) for finding in floor.removed(code, FILES, specifiers, declared)]
    top = name.partition(".")[0]
    told = f"src/acme.py:4: {top} is not in Python {version} and newer; "
    fix = "avoid it, or exclude these in requires-python"
    assert found == ([told + fix] if version else [])


def test_who_imports_setuptools_has_distutils() -> None:
    code = read(["setuptools", [], 3, False, False], ["distutils", [], 4, False, False])
    assert [*floor.removed(code, FILES, ">=3.8", [])] == []
