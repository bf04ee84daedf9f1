"""Which modules load which others, and which load only under a condition."""

from pathlib import Path

import pytest

from treewright.proof import graph, sources

CODE = {
    "acme": "from acme import core",
    "acme.core": "import acme.deep.one\nif W:\n  from . import win\ndef f():\n  import acme.late",
    "acme.deep": "",
    "acme.deep.one": "import os",
    "acme.win": "from .deep import two",
    "acme.deep.two": "from .. import win",
    "acme.late": "",
    "acme.leaf": "from . import ring",
    "acme.ring": "from . import leaf",
    "acme.alone": "import acme.win",
}  # fmt: skip


@pytest.fixture
def code(tmp_path: Path) -> graph.Code:
    """Give what is read in the modules."""
    read = {}
    for module, text in CODE.items():
        name = "__init__.py" if module in {"acme", "acme.deep"} else "module.py"
        file = tmp_path / module / name
        file.parent.mkdir()
        file.write_text(text, encoding="utf-8")
        read[module] = sources.read(str(file), module)
    return read


def test_eager(code: graph.Code) -> None:
    assert graph.eager(code, ["acme"]) == {"acme", "acme.core", "acme.deep", "acme.deep.one"}
    assert graph.eager(code, ["acme.late", "elsewhere"]) == {
        *graph.eager(code, ["acme"]),
        "acme.late",
    }


def test_conditional(code: graph.Code) -> None:
    assert graph.conditional(code) == set()  # acme.alone, which nobody loads, loads acme.win
    alone = {module: found for module, found in code.items() if module != "acme.alone"}
    assert graph.conditional(alone) == {"acme.win", "acme.deep.two"}


@pytest.mark.parametrize(
    ("module", "is_aside"),
    [
        ("acme.tests.test_core", True),
        ("acme.conftest", True),
        ("acme.test_core", True),
        ("acme.core_test", True),
        ("acme._vendor.packaging", True),
        ("acme.contest", False),
        ("acme.latest", False),
        ("acme.vendors", False),
    ],
)
def test_tests_and_copies_of_others_are_aside(module: str, is_aside: bool) -> None:  # noqa: FBT001
    assert graph.aside(module) is is_aside
