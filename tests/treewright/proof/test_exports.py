"""What a package exports is read from its code without running it."""

from pathlib import Path

import pytest

from treewright.proof import exports


def read(folder: Path, code: str) -> dict[str, object] | None:
    (folder / "code.py").write_text(code, encoding="utf-8")
    return exports.read(str(folder / "code.py"), "acme.tool")


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("from .a import b, c as d, _e\nfrom .x import *", ["b", "d"]),
        ("from acme.tool.a import b\nfrom acme.toolbox import c\nfrom acme import d", ["b"]),
        ("from .. import a\nfrom os import path\nimport json", []),
        ("def f():\n    from .a import b\nclass C: ...\nasync def g(): ...", ["f", "C", "g"]),
        ("if X:\n    from .a import b\nelse:\n    from .a import c", ["b", "c"]),
        (
            "try:\n    from .a import b\nexcept E:\n    from .c import d\nelse:\n    f = 1\n",
            ["b", "d"],
        ),
    ],
)
def test_public_names(tmp_path: Path, code: str, names: list[str]) -> None:
    found = read(tmp_path, code)
    assert found is not None
    assert found["public"] == names


@pytest.mark.parametrize(
    ("code", "literal", "names"),
    [
        ("", None, []),
        ("__all__ = ['a', 'b']", True, ["a", "b"]),
        ("__all__ = ('a',)", True, ["a"]),
        ("__all__: list[str] = []", True, []),
        ("__all__ = ['a']\n__all__ += ['b']", False, ["b"]),
        ("__all__ = [*x]", False, []),
        ("__all__ = [1]", False, []),
    ],
)
def test_all(tmp_path: Path, code: str, literal: object, names: list[str]) -> None:
    found = read(tmp_path, code)
    assert found is not None
    assert (found["literal"], found["all"]) == (literal, names)


@pytest.mark.parametrize("code", ["def", "x = '\0'"])
def test_code_that_cannot_be_parsed(tmp_path: Path, code: str) -> None:
    assert read(tmp_path, code) is None


@pytest.mark.parametrize(
    ("code", "guarded"),
    [
        ("main()", False),
        ("if __name__ == '__main__':\n    main()", True),
        ("if '__main__' == __name__:\n    main()", True),
        ("if DEBUG:\n    main()", False),
    ],
)
def test_guarded(tmp_path: Path, code: str, *, guarded: bool) -> None:
    (tmp_path / "code.py").write_text(code, encoding="utf-8")
    assert exports.guarded(str(tmp_path / "code.py")) is guarded
