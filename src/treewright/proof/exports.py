"""What a package exports, read from its code without running it.

Runs in the project's interpreter, whose syntax may be newer than the hook's: it is loaded by the
probe, or run as `python -I -S -B exports.py FILE PACKAGE...`, which prints JSON.
"""

import ast
import sys
from collections.abc import Iterator


def read(file: str, package: str) -> "dict[str, object] | None":
    """Read the exports of a package from its `__init__` (or of a module from its file).

    Gives:
        literal: whether `__all__` is one literal list or tuple of strings; None without `__all__`.
        all: the names in it.
        public: the public names that the code binds: its functions and classes, and what it
            imports from the package's own modules.
        siblings: those names that it imports from the package itself, as `from . import core`.
        postponed: whether it has `__lazy_modules__`, which wait for their first use (PEP 810).

    None where this Python cannot parse the code.
    """
    try:
        with open(file, "rb") as source:  # noqa: PTH123  (pathlib would be loaded for nothing)
            tree = ast.parse(source.read(), file)
    except (SyntaxError, ValueError):
        return None
    names: list[str] = []
    literal: bool | None = None
    public: dict[str, None] = {}
    siblings: set[str] = set()
    postponed = False
    for node in _statements(tree.body):
        postponed = postponed or _assigns(node, "__lazy_modules__")
        if _assigns(node, "__all__"):
            values = _strings(getattr(node, "value", None))
            literal = values is not None and literal is None
            names = values or names
        for name in _binds(node, package):
            if not name.startswith("_"):
                public[name] = None
            if isinstance(node, ast.ImportFrom) and node.module in {None, package}:
                siblings.add(name)
    return {
        "literal": literal,
        "all": names,
        "public": list(public),
        "siblings": sorted(siblings),
        "postponed": postponed,
    }


def guarded(file: str) -> bool:
    """Say whether a `__main__` module runs only under `if __name__ == "__main__"`."""
    try:
        with open(file, "rb") as source:  # noqa: PTH123
            tree = ast.parse(source.read(), file)
    except (SyntaxError, ValueError):
        return True  # its import will tell
    return any(
        isinstance(node, ast.If)
        and any(getattr(part, "id", None) == "__name__" for part in ast.walk(node.test))
        for node in tree.body
    )


def _statements(body: "list[ast.stmt]") -> Iterator[ast.stmt]:
    """Give the statements that run at import, those under `if TYPE_CHECKING` as well."""
    for node in body:
        yield node
        if isinstance(node, (ast.If, ast.Try, ast.With)) or type(node).__name__ == "TryStar":
            for part in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(node, part, []))
            for handler in getattr(node, "handlers", []):
                yield from _statements(handler.body)


def _assigns(node: ast.stmt, name: str) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and any(
        isinstance(target, ast.Name) and target.id == name for target in targets
    )


def _strings(value: "ast.expr | None") -> "list[str] | None":
    if not isinstance(value, (ast.List, ast.Tuple)):
        return None
    names = [
        item.value
        for item in value.elts
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    ]
    return names if len(names) == len(value.elts) else None


def _binds(node: ast.stmt, package: str) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.ImportFrom):
        module = node.module or ""
        if node.level == 1 or (node.level == 0 and f"{module}.".startswith(f"{package}.")):
            yield from (alias.asname or alias.name for alias in node.names if alias.name != "*")


if __name__ == "__main__":
    import json

    pairs = zip(sys.argv[1::2], sys.argv[2::2], strict=True)
    print(json.dumps({package: read(file, package) for file, package in pairs}))
