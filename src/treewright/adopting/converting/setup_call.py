"""What setup.py hands to setuptools, read without running it.

Source: https://setuptools.pypa.io/en/latest/references/keywords.html
"""

import ast
import tokenize
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, TypeGuard

_FINDERS = {"find_packages": False, "find_namespace_packages": True}
_FINDER_ARGUMENTS = ("where", "exclude", "include")
# Statements that work out arguments, and go with them once those are in pyproject.toml.
_SERVING = (
    ast.Import,
    ast.ImportFrom,
    ast.Assign,
    ast.AnnAssign,
    ast.AugAssign,
    ast.With,
    ast.FunctionDef,
)


class ComputedError(ValueError):
    """A value is worked out when setup.py runs."""


class UnreadableError(ValueError):
    """setup.py is not one call of setup(); the message says what it does, without a subject."""


@dataclass(frozen=True)
class Finder:
    """A call of find_packages() or find_namespace_packages(), with its arguments by name."""

    namespaces: bool
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Call:
    """The call of setup().

    Args:
        values: the arguments whose value is written there, or in a name assigned once.
        computed: the arguments that are worked out, by the strings that occur in that.
        comments: the comments at each argument.
        text: the text of setup.py.
        place: where the arguments are in it.
        sources: the arguments as they are written.
        is_plain: whether nothing but the arguments is worked out in it.

    """

    values: dict[str, Any]
    computed: dict[str, list[str]] = field(default_factory=dict)
    comments: dict[str, list[str]] = field(default_factory=dict)
    text: str = ""
    place: tuple[int, int] = (0, 0)
    sources: dict[str, str] = field(default_factory=dict)
    is_plain: bool = True


def read(text: str) -> Call:
    """Read the call of setup() in setup.py.

    Args:
        text: The text of setup.py.

    Raises:
        UnreadableError: If there is not exactly one call, or code that does something else.

    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        sentence = f"is no code that Python reads ({error})"
        raise UnreadableError(sentence) from error
    body = _inlined(tree)
    call = _call(body)
    names = _names(tree, body)
    values: dict[str, Any] = {}
    computed = {}
    arguments = _arguments(call, names)
    for name, node in arguments.items():
        try:
            values[name] = value(node, names)
        except ComputedError:
            computed[name] = _strings(node, tree)
    sources = {name: ast.get_source_segment(text, node) or "" for name, node in arguments.items()}
    plain = all(map(_serves, body))
    return Call(values, computed, _comments(text, call), text, _place(text, call), sources, plain)


def value(node: ast.expr, names: dict[str, ast.expr]) -> Any:  # noqa: ANN401, C901, PLR0911, PLR0912
    """Give what an expression says.

    Args:
        node: The expression.
        names: What is assigned to the names that are assigned once.

    Raises:
        ComputedError: If it is no literal, nor put together of literals.

    """
    match node:
        case ast.Constant():
            return node.value
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return [value(item, names) for item in items]
        case ast.Dict(keys=keys, values=values):
            if None in keys:
                raise ComputedError
            return {
                value(key, names): value(item, names)
                for key, item in zip(keys, values, strict=True)
                if key
            }
        case ast.Name(id=name) if name in names:
            without = {other: node for other, node in names.items() if other != name}
            return value(names[name], without)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _added(value(left, names), value(right, names))
        case ast.JoinedStr(values=parts):
            return "".join(str(_part(part, names)) for part in parts)
        case ast.Subscript(value=whole, slice=ast.Constant(value=index)):
            try:
                return value(whole, names)[index]
            except (KeyError, IndexError, TypeError) as error:
                raise ComputedError from error
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
            return {word.arg: value(word.value, names) for word in keywords if word.arg}
        case ast.Call(func=ast.Attribute(value=base, attr=attribute), args=arguments, keywords=[]):
            if _called(node) in _FINDERS:
                return _finder(node, names)
            return _method(value(base, names), attribute, [value(one, names) for one in arguments])
        case ast.Call() if _called(node) in _FINDERS:
            return _finder(node, names)
    raise ComputedError


def shrunk(call: Call, left: Collection[str]) -> str:
    """Give what is left of setup.py once arguments are in pyproject.toml.

    Where all are, and nothing else was done, what worked them out goes, too.

    Args:
        call: The call of setup().
        left: The names of the arguments that stay.

    """
    if call.is_plain and not left:
        return f"{_head(call.text)}from setuptools import setup\n\nsetup()\n"
    arguments = ", ".join(f"{name}={call.sources[name]}" for name in left)
    start, end = call.place
    return call.text[:start] + arguments + call.text[end:]


def _part(part: ast.expr, names: dict[str, ast.expr]) -> object:
    if isinstance(part, ast.FormattedValue):
        if part.format_spec or part.conversion != -1:
            raise ComputedError
        return value(part.value, names)
    return value(part, names)


def _added(left: object, right: object) -> object:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        return left + right
    raise ComputedError


def _method(base: object, name: str, arguments: list[Any]) -> object:
    """Give what a method of a string does to it, as far as setup.py often calls one."""
    if isinstance(base, str) and all(isinstance(one, str | list) for one in arguments):
        try:
            if name in {"strip", "rstrip", "lstrip", "split", "splitlines", "join", "format"}:
                return getattr(base, name)(*arguments)
        except (TypeError, ValueError, IndexError, KeyError) as error:
            raise ComputedError from error
    raise ComputedError


def _finder(node: ast.Call, names: dict[str, ast.expr]) -> Finder:
    arguments = dict(zip(_FINDER_ARGUMENTS, node.args, strict=False))
    arguments |= {word.arg: word.value for word in node.keywords if word.arg}
    if len(arguments) < len(node.args) + len(node.keywords):
        raise ComputedError
    found = {name: value(item, names) for name, item in arguments.items()}
    return Finder(_FINDERS[_called(node)], found)


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _inlined(tree: ast.Module) -> list[ast.stmt]:
    """Give the statements of a module, those of a function that calls setup() in its place."""
    body: list[ast.stmt] = []
    names = set()
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and any(map(_is_setup, ast.walk(statement))):
            body += statement.body
            names.add(statement.name)
            continue
        match _guarded(statement):
            case [ast.Expr(value=ast.Call(func=ast.Name(id=name), args=[], keywords=[]))] if (
                name in names
            ):
                continue
        body.append(statement)
    return body


def _is_setup(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and _called(node) == "setup"


def _call(body: Sequence[ast.stmt]) -> ast.Call:
    found = [node for statement in body for node in ast.walk(statement) if _is_setup(node)]
    if len(found) != 1:
        sentence = "calls setup() more than once" if found else "has no call of setup()"
        raise UnreadableError(sentence)
    (call,) = found
    statements = [inner for statement in body for inner in _guarded(statement)]
    if not any(isinstance(one, ast.Expr) and one.value is call for one in statements):
        raise UnreadableError("calls setup() within other code")
    if call.args:
        raise UnreadableError("gives setup() arguments without names")
    return call


def _serves(statement: ast.stmt) -> bool:
    """Tell whether a statement does nothing once the arguments are in pyproject.toml."""
    if isinstance(statement, ast.Expr):
        inner = statement.value
        return isinstance(inner, ast.Constant) or _is_setup(inner) or _reads(inner)
    if (guarded := _guarded(statement)) != [statement]:
        return all(map(_serves, guarded))
    if isinstance(statement, ast.If) and "argv" not in ast.dump(statement.test):
        return all(map(_ends, [*statement.body, *statement.orelse]))
    return isinstance(statement, _SERVING) or _only_imports(statement)


def _reads(node: ast.expr) -> bool:
    """Tell whether a call takes in a module of the project, or makes that possible."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) in {
        "exec",
        "sys.path.insert",
        "sys.path.append",
    }


def _ends(statement: ast.stmt) -> bool:
    """Tell whether a statement ends the build where Python is too old, or says so."""
    match statement:
        case ast.Raise():
            return True
        case ast.Expr(value=ast.Call(func=function)):
            return ast.unparse(function) in {"print", "sys.exit", "exit", "sys.stderr.write"}
    return False


def _only_imports(statement: ast.stmt) -> bool:
    """Tell whether a statement tries one import and else another."""
    if not isinstance(statement, ast.Try):
        return False
    handled = [inner for handler in statement.handlers for inner in handler.body]
    inner = [*statement.body, *handled, *statement.orelse, *statement.finalbody]
    return all(
        isinstance(one, ast.Import | ast.ImportFrom | ast.Assign | ast.Pass) for one in inner
    )


def _guarded(statement: ast.stmt) -> Sequence[ast.stmt]:
    """Give what stands below `if __name__ == "__main__":`, or else the statement."""
    match statement:
        case ast.If(
            test=ast.Compare(left=ast.Name(id="__name__"), comparators=[ast.Constant("__main__")]),
            body=body,
            orelse=[],
        ):
            return body
    return [statement]


def _arguments(call: ast.Call, names: dict[str, ast.expr]) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for word in call.keywords:
        if word.arg:
            found[word.arg] = word.value
            continue
        given = names.get(word.value.id) if isinstance(word.value, ast.Name) else word.value
        match given:
            case ast.Dict(keys=keys, values=values) if all(
                isinstance(key, ast.Constant) for key in keys
            ):
                found |= {ast.literal_eval(key): item for key, item in zip(keys, values) if key}  # noqa: B905
            case ast.Call(func=ast.Name(id="dict"), args=[], keywords=inner):
                found |= {one.arg: one.value for one in inner if one.arg}
            case _:
                raise UnreadableError("gives setup() arguments by **")
    return found


def _names(tree: ast.Module, body: Sequence[ast.stmt]) -> dict[str, ast.expr]:
    """Give what is assigned to the names that are assigned once, and changed by nothing else."""
    found: dict[str, ast.expr] = {}
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=expression):
                found[name] = expression
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as expression):
                found[name] = expression
    stored = [
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    ]
    changed = set()
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                changed.add(name)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))):
                changed.add(name)
    return {
        name: node
        for name, node in found.items()
        if stored.count(name) == 1 and name not in changed
    }


def _strings(node: ast.expr, tree: ast.Module) -> list[str]:
    """Give the strings in an expression and in all of the file that it may lead to."""
    near = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
    far = [one.value for one in ast.walk(tree) if isinstance(one, ast.Constant)]
    imported = [
        f"{name.rpartition('.')[2]}.py"
        for one in ast.walk(tree)
        if isinstance(one, ast.Import | ast.ImportFrom)
        for name in (*(alias.name for alias in one.names), getattr(one, "module", None) or "")
    ]
    texts = [one for one in [*near, *far] if isinstance(one, str)]
    return list(dict.fromkeys([*texts, *imported, "__init__.py"]))


def _comments(text: str, call: ast.Call) -> dict[str, list[str]]:
    """Give the comments within the call, by the argument that each stands at or above."""
    starts = [
        (word.value.lineno, word.value.end_lineno or 0, word.arg or "") for word in call.keywords
    ]
    found: dict[str, list[str]] = {}
    for token in tokenize.generate_tokens(StringIO(text).readline):
        line = token.start[0]
        if token.type == tokenize.COMMENT and call.lineno <= line <= (call.end_lineno or 0):
            name = next((name for _, end, name in starts if line <= end), "")
            found.setdefault(name, []).append(token.string.rstrip())
    return found


def _place(text: str, call: ast.Call) -> tuple[int, int]:
    """Give where the arguments of a call are, between its brackets."""
    lines = [0]
    for line in text.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    raw = text.splitlines(keepends=True)

    def place(line: int, column: int) -> int:
        return lines[line - 1] + len(raw[line - 1].encode()[:column].decode())

    start = place(call.func.end_lineno or 1, call.func.end_col_offset or 0)
    end = place(call.end_lineno or 1, call.end_col_offset or 0)
    return text.index("(", start) + 1, end - 1


def _head(text: str) -> str:
    """Give what is above the first code: comments and the docstring."""
    tree = ast.parse(text)
    first = next(
        node for node in tree.body if not isinstance(node, ast.Expr) or _is_setup(node.value)
    )
    return "".join(text.splitlines(keepends=True)[: first.lineno - 1])
