"""Trees of Python code, walked without LibCST's own visitors, which copy each node."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import libcst as cst

# Nodes without names in them, and the fields of all others.
SPACES = (
    cst.BaseParenthesizableWhitespace,
    cst.TrailingWhitespace,
    cst.EmptyLine,
    cst.Newline,
    cst.Comment,
)
FIELDS: dict[type, list[str]] = {
    kind: [field.name for field in fields(kind)]
    for kind in vars(cst).values()
    if isinstance(kind, type) and issubclass(kind, cst.CSTNode) and not issubclass(kind, SPACES)
}


def parts(node: object) -> Iterator[tuple[str, Any]]:
    """Yield each field of a node that holds other nodes: one, or a tuple of them.

    The `children` of libcst have the same, but copy the node each time.
    """
    for name in FIELDS.get(type(node), ()):
        value: object = getattr(node, name)
        if isinstance(value, tuple) or type(value) in FIELDS:
            yield name, value


def every(node: cst.CSTNode, *kinds: type) -> list[Any]:
    """Give every part of a node that is of a kind: libcst.matchers takes long to import."""
    found, rest = [], [node]
    while rest:
        one = rest.pop()
        if isinstance(one, kinds):
            found.append(one)
        for _, value in parts(one):
            rest += value if isinstance(value, tuple) else [value]
    return found


def dotted(node: cst.CSTNode | None) -> str:
    """Give the name that attributes of names spell; empty if they do not."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute) and (start := dotted(node.value)):
        return f"{start}.{node.attr.value}"
    return ""


def spell(path: str) -> cst.Name | cst.Attribute:
    """Make the attributes of names that spell a dotted name."""
    first, *rest = path.split(".")
    node: cst.Name | cst.Attribute = cst.Name(first)
    for part in rest:
        node = cst.Attribute(node, cst.Name(part))
    return node


def last(node: object) -> str:
    """Give the last name of a dotted one, whatever it begins with."""
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def text_of(node: object) -> str:
    """Give the text of a string; empty if it is none."""
    return str(node.raw_value) if isinstance(node, cst.SimpleString) else ""
