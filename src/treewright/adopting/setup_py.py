"""What a setup.py says in plain words, read and never run.

Names that are assigned at the top of the file are known, and texts that are put together by `+`.
"""

import ast
from collections.abc import Iterable

_LONGEST = 100_000  # of a text, in characters, so that no file of a few lines fills the memory


class Unknown:
    """What only running the file would tell."""


UNKNOWN = Unknown()


def keywords(code: bytes) -> dict[str, object]:
    """Give the keywords of the call of `setup`.

    Args:
        code: The file.

    Returns:
        The value of each by its name: literals of Python, or UNKNOWN. None of them where there is
        no such call, or no Python that this one can read.

    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    try:
        return _keywords(tree)
    except RecursionError:
        return {}


def _keywords(tree: ast.Module) -> dict[str, object]:
    known: dict[str, object] = {}
    for node in tree.body:
        _remember(node, known)
    found: dict[str, object] = {}
    for call in _calls(tree):
        for keyword in call.keywords:
            value = _value(keyword.value, known)
            if keyword.arg:
                found[keyword.arg] = value
            elif isinstance(value, dict):  # setup(**metadata)
                found |= {str(name): inner for name, inner in value.items()}
    return found


def _calls(tree: ast.Module) -> Iterable[ast.Call]:
    """Find the calls of setup(), setuptools.setup() and the like, wherever they are."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name == "setup":
                yield node


def _remember(node: ast.stmt, known: dict[str, object]) -> None:
    """Learn the value of a name; what is changed elsewhere is not known."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            known[name] = _value(value, known)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            known[name] = _value(value, known)
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name), slice=key)], value=value):
            table, at = known.get(name), _value(key, known)
            if isinstance(table, dict) and isinstance(at, str):
                known[name] = {**table, at: _value(value, known)}
        case _:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                    known[inner.id] = UNKNOWN


def _value(node: ast.expr, known: dict[str, object]) -> object:  # noqa: PLR0911  (a row a kind)
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return known.get(name, UNKNOWN)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [_value(item, known) for item in items]
        case ast.Dict(keys=keys, values=values):
            pairs = [
                (_value(key, known), _value(value, known))
                for key, value in zip(keys, values, strict=True)
                if key is not None
            ]
            return {key: value for key, value in pairs if isinstance(key, str)}
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=pairs):
            return {pair.arg: _value(pair.value, known) for pair in pairs if pair.arg}
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined(_value(left, known), _value(right, known))
    return UNKNOWN


def _joined(left: object, right: object) -> object:
    if isinstance(left, str) and isinstance(right, str):
        return left + right if len(left) + len(right) <= _LONGEST else UNKNOWN
    if isinstance(left, list) and isinstance(right, list):
        return [*left, *right] if len(left) + len(right) <= _LONGEST else UNKNOWN
    return UNKNOWN
