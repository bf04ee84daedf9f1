"""What code imports is read with what it can do without, and which Python can read it."""

import ast
from pathlib import Path

import pytest

from treewright.proof import sources


def imports(tmp_path: Path, code: str) -> list[tuple[str, bool, bool]]:
    """Give the name of each import of a module acme.tool, whether in a function, and optional."""
    file = tmp_path / "tool.py"
    file.write_text(code, encoding="utf-8")
    found = sources.read(str(file), "acme.tool")
    assert found is not None
    listed = found["imports"]
    assert isinstance(listed, list)
    return [(name, inner, optional) for name, _, _, inner, optional in listed]


@pytest.mark.parametrize(
    "code",
    [
        "import x",
        "from x import y",
        "class A:\n    import x",
        "with open(f) as g:\n    import x",
        "for _ in y:\n    import x",
        "try:\n    import x\nexcept ValueError:\n    pass",
        "try:\n    pass\nfinally:\n    import x",
        "if TYPE_CHECKING:\n    pass\nelse:\n    import x",
        "if not typing.TYPE_CHECKING:\n    import x",
    ],
)
def test_needed_at_import(tmp_path: Path, code: str) -> None:
    assert imports(tmp_path, code) == [("x", False, False)]


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    import x\nexcept ImportError:\n    x = None",
        "try:\n    import x\nexcept (KeyError, ModuleNotFoundError):\n    x = None",
        "try:\n    import x\nexcept Exception:\n    x = None",
        "try:\n    import x\nexcept:\n    x = None",
        "try:\n    pass\nexcept ValueError:\n    import x",
        "try:\n    f()\nexcept ImportError:\n    pass\nelse:\n    import x",
        "with contextlib.suppress(ImportError):\n    import x",
        "if sys.version_info >= (3, 11):\n    import x",
        "if a:\n    pass\nelif b:\n    pass\nelse:\n    import x",
        "if TYPE_CHECKING:\n    import x",
        "if __name__ == '__main__':\n    import x",
        "if sys.platform != 'win32':\n    raise ImportError\nimport x",
        "match sys.platform:\n    case 'win32':\n        import x",
        "# /// script\n# dependencies = ['x']\n# ///\nimport x",
    ],
)
def test_code_that_can_do_without(tmp_path: Path, code: str) -> None:
    assert imports(tmp_path, code) == [("x", False, True)]


def test_functions(tmp_path: Path) -> None:
    code = "def f():\n    import x\n    async def g():\n        import y\n\nimport z\n"
    code += "def h():\n    if q:\n        return\n    import w\n"
    assert imports(tmp_path, code) == [
        ("x", True, False),
        ("y", True, False),
        ("z", False, False),
        ("w", True, True),
    ]


@pytest.mark.parametrize(
    ("file", "code", "name"),
    [
        ("tool.py", "from . import x", "acme"),
        ("tool.py", "from .x import y", "acme.x"),
        ("tool/__init__.py", "from . import x", "acme.tool"),
        ("tool/__init__.py", "from ..x import y", "acme.x"),
    ],
)
def test_relative_imports_are_of_the_package(
    tmp_path: Path, file: str, code: str, name: str
) -> None:
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(code)
    found = sources.read(str(path), "acme.tool")
    assert found is not None
    assert isinstance(found["imports"], list)
    assert found["imports"][0][0] == name


@pytest.mark.parametrize(
    ("code", "oldest", "line"),
    [
        ("\nmatch x:\n    case 1:\n        pass\n", [3, 9], 2),
        ("\nmatch x:\n    case 1:\n        pass\n", [3, 10], None),
        ("try:\n    pass\nexcept* ValueError:\n    pass\n", [3, 10], 1),
        ("(x := 1)\n", [3, 7], 1),
        ("(x := 1)\n", [2, 7], None),  # which nobody means
    ],
)
def test_syntax_of_a_newer_python(
    tmp_path: Path, code: str, oldest: list[int], line: int | None
) -> None:
    file = tmp_path / "tool.py"
    file.write_text(code)
    found = sources.read(str(file), "tool", oldest)
    assert found is not None
    newer = found["newer"]
    assert (newer[0] if isinstance(newer, list) else newer) == line


def test_code_that_nobody_can_read(tmp_path: Path) -> None:
    file = tmp_path / "tool.py"
    file.write_text("def")
    assert sources.read(str(file), "tool") is None


PRUNED = """
import a
try:
    b()
except ImportError:
    pass
if c:
    d()
def f(x=e()):
    g()
class H:
    if i:
        j()
    k = l() if m else n
    def o(self):
        p()
        if q:
            r()
with s():
    t()
u = lambda: v()
def f(x: e.g[0], y: h()) -> h(): ...
z: i() = 1
if w:
    raise x
y()
"""


@pytest.mark.parametrize(("inner", "left"), [(False, "est"), (True, "egpstv")])
def test_what_every_python_runs_is_left(inner: bool, left: str) -> None:  # noqa: FBT001
    tree = ast.parse(PRUNED)
    tree.body = sources.prune(tree.body, inner=inner)
    text = ast.unparse(tree)
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call)}  # type: ignore[attr-defined]
    assert calls == {*left}
    assert "import a" in text
