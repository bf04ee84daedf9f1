"""What the code of a package imports and which syntax it needs, read without running it.

Runs in the project's interpreter, whose syntax may be newer than the hook's: it is loaded by the
probe.
"""

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Code that catches one of these imports what may be absent.
_CAUGHT = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_OLDEST = 7  # the minor version of the oldest grammar of Python 3 that ast knows


def read(file: str, module: str, oldest: "list[int] | None" = None) -> "dict[str, object] | None":
    """Read the imports of a module and, where an older Python is meant to read it, its syntax.

    Args:
        file: its path.
        module: its dotted name.
        oldest: the oldest Python that has to read it, such as [3, 8].

    Gives:
        imports: the name of each imported module, with the names taken from it, the line, whether
            it is imported in a function, and whether the package can do without it: the import is
            conditional, its failure is caught, or the module is a script that declares itself what
            it needs (https://packaging.python.org/en/latest/specifications/inline-script-metadata/).
        newer: the line that the oldest Python cannot read, and why; None where it reads all.

    None where this Python cannot parse the code.

    """
    try:
        with open(file, "rb") as source:  # noqa: PTH123  (pathlib would be loaded for nothing)
            text = source.read()
        tree, newer = _parsed(text, file, oldest)
    except (SyntaxError, ValueError):
        return None
    package = module if file.endswith("__init__.py") else module.rpartition(".")[0]
    alone = b"# /// script" in text.splitlines()
    return {"imports": list(_imports(tree.body, package, optional=alone)), "newer": newer}


def _parsed(
    text: bytes, file: str, oldest: "list[int] | None"
) -> "tuple[ast.Module, list[object] | None]":
    """Parse code, at once by the grammar of the oldest Python: most code needs no newer one.

    Gives:
        The code, and what `read` gives as `newer`.

    Raises:
        SyntaxError: this Python cannot parse it.

    """
    if not oldest or oldest[0] != 3:  # noqa: PLR2004  (Python 3)
        return ast.parse(text, file), None
    try:
        return ast.parse(text, file, feature_version=(3, max(oldest[1], _OLDEST))), None
    except SyntaxError as error:
        tree = ast.parse(text, file)
        return tree, [_line(tree, error.lineno or 1), error.msg]


def prune(body: "list[ast.stmt]", *, inner: bool) -> "list[ast.stmt]":
    """Leave out what runs only on some Pythons or machines.

    Args:
        body: the statements of a module; they are changed.
        inner: whether the bodies of functions stay.

    """
    kept: list[ast.stmt] = []
    for node in body:
        if _is_try(node):
            if not _catches(node):
                for part in ("body", "orelse", "finalbody"):
                    kept += prune(getattr(node, part), inner=inner)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            stays = inner or isinstance(node, ast.ClassDef)
            left = prune(node.body, inner=inner) if stays else []
            node.body = left or [ast.copy_location(ast.Pass(), node.body[0])]
            kept.append(node)
        elif isinstance(node, ast.If):
            if _leaves(node):
                break
        elif isinstance(node, (ast.With, ast.AsyncWith, ast.For, ast.AsyncFor, ast.While)):
            node.body = [] if _suppresses(node) else prune(node.body, inner=inner)
            kept += [node] if node.body else []
        else:
            kept.append(node)
    return [_Unconditional(inner=inner).visit(node) for node in kept]


class _Unconditional(ast.NodeTransformer):
    """Leaves out expressions that are evaluated only on some Pythons, later, or never."""

    def __init__(self, *, inner: bool) -> None:
        self.inner = inner

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        return ast.copy_location(ast.Constant(value=0), node)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        return ast.copy_location(ast.Constant(value=0), node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.copy_location(ast.Constant(value=0), node)
        return self.generic_visit(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        return node if self.inner else ast.copy_location(ast.Constant(value=0), node)


def _line(tree: ast.Module, end: int) -> int:
    """Give the line where what a grammar refuses begins; it tells the line where that ends."""
    kinds = {"Match", "NamedExpr", "TryStar", "TypeAlias", "With"}
    for node in ast.walk(tree):
        if type(node).__name__ in kinds and node.lineno <= end <= (node.end_lineno or end):  # type: ignore[attr-defined]
            return int(node.lineno)  # type: ignore[attr-defined]
    return end


def _imports(
    body: "list[ast.stmt]", package: str, *, inner: bool = False, optional: bool = False
) -> "Iterator[list[object]]":
    """Give each import below some statements, as `read` does."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from ([alias.name, [], node.lineno, inner, optional] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
            yield [_absolute(node, package), names, node.lineno, inner, optional]
        function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for part, conditional in _parts(node):
            yield from _imports(
                part, package, inner=inner or function, optional=optional or conditional
            )
        optional = optional or (isinstance(node, ast.If) and _leaves(node))


def _parts(node: ast.stmt) -> "Iterator[tuple[list[ast.stmt], bool]]":
    """Give the bodies of a statement, and whether each runs only under a condition."""
    if isinstance(node, ast.If):
        # What is under `if TYPE_CHECKING` never runs; its other branch always does.
        typing, negated = _mentions(node.test, "TYPE_CHECKING"), isinstance(node.test, ast.UnaryOp)
        yield node.body, not (typing and negated)
        yield node.orelse, not typing or negated
    elif _is_try(node):
        caught = _catches(node)
        yield getattr(node, "body"), caught  # noqa: B009  (a type that not every Python has)
        yield getattr(node, "orelse"), caught  # noqa: B009
        yield from ((handler.body, True) for handler in getattr(node, "handlers"))  # noqa: B009
        yield getattr(node, "finalbody"), False  # noqa: B009
    elif type(node).__name__ == "Match":
        yield from ((case.body, True) for case in getattr(node, "cases"))  # noqa: B009
    else:  # a function, class, with, for or while; others have no body
        yield getattr(node, "body", []), _suppresses(node)
        yield getattr(node, "orelse", []), False


def _leaves(node: ast.If) -> bool:
    """Say whether a condition ends the module or function: what follows it is conditional."""
    return isinstance(node.body[-1], (ast.Raise, ast.Return))


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    parts = parts[: len(parts) - node.level + 1]
    return ".".join([*parts, node.module] if node.module else parts)


def _is_try(node: ast.stmt) -> bool:
    return type(node).__name__ in {"Try", "TryStar"}


def _catches(node: ast.stmt) -> bool:
    return any(
        handler.type is None or any(_mentions(handler.type, name) for name in _CAUGHT)
        for handler in getattr(node, "handlers")  # noqa: B009
    )


def _suppresses(node: ast.stmt) -> bool:
    return any(
        isinstance(item.context_expr, ast.Call)
        and any(_mentions(item.context_expr, name) for name in _CAUGHT)
        for item in getattr(node, "items", [])
    )


def _mentions(node: ast.expr, name: str) -> bool:
    return any(
        name in {getattr(part, "id", ""), getattr(part, "attr", "")} for part in ast.walk(node)
    )
