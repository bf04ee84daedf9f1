"""Tables of pyproject.toml: written from data, and put into a file that is there."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from treewright.toml_merge.syntax import Document, Path, key, toml
from treewright.toml_merge.writing import rewrite

_BOM = "\ufeff"
_NOT_LITERAL = re.compile(r"['\x00-\x1f\x7f]")
_WIDTH = 88
_INDENT = "    "


def text(data: Mapping[str, Any], comments: Mapping[Path, Sequence[str]] | None = None) -> str:
    """Write data as tables, long lists with a line for each element.

    Args:
        data: The tables by name.
        comments: What goes above keys and tables, by their path, each comment with its `#`.

    """
    return "\n\n".join(_tables((), data, comments or {})) + "\n"


def _tables(
    path: Path, data: Mapping[str, Any], comments: Mapping[Path, Sequence[str]]
) -> Iterator[str]:
    lines = []
    for name, value in data.items():
        if not (isinstance(value, dict) and _is_table((*path, name))):
            lines += [*comments.get((*path, name), ()), f"{key([name])} = {_value(name, value)}"]
    if lines or (path and not data):
        yield "\n".join([*comments.get(path, ()), *([f"[{key(path)}]"] if path else []), *lines])
    for name, value in data.items():
        if isinstance(value, dict) and _is_table((*path, name)):
            yield from _tables((*path, name), value, comments)


# Tables that are written as values, as the documentation of their keys has them.
_INLINE = {
    ("project", "license"),
    ("project", "readme"),
    ("tool", "setuptools", "package-dir"),
}


def _is_table(path: Path) -> bool:
    return path not in _INLINE and path[:-1] != ("tool", "setuptools", "dynamic")


def _value(name: str, value: object) -> str:
    if isinstance(value, list):
        items = [_value("", item) for item in value]
        line = f"[{', '.join(items)}]"
        if len(name) + len(line) + 3 > _WIDTH:
            return "[\n" + "".join(f"{_INDENT}{item},\n" for item in items) + "]"
        return line
    if isinstance(value, str) and '"' in value and not _NOT_LITERAL.search(value):
        return f"'{value}'"
    return toml(value)


def corrected(made: str, wanted: dict[str, Any], written: str) -> str:
    """Change a text that a tool made so that it says what is wanted, and keep its comments.

    Args:
        made: The text of the tool.
        wanted: What it is to say.
        written: The same, as it would be without the tool.

    """
    return rewrite(Document(made), Document(""), Document(written), wanted)


def joined(there: str, tables: str, wanted: dict[str, Any], moved: Iterable[str] = ()) -> str:
    """Put tables into a file that is there, of which no other byte changes.

    Args:
        there: The text of the file.
        tables: The text of the tables.
        wanted: What the file is to say.
        moved: Comments that go with the keys that they are at.

    """
    plain = _plain(there)
    if not plain.strip():
        return there.removesuffix(plain) + tables
    base = Document("".join(f"{comment}\n" for comment in moved))
    return as_there(there, rewrite(Document(plain), base, Document(tables), wanted))


def _plain(text: str) -> str:
    return text.removeprefix(_BOM).replace("\r\n", "\n")


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def as_there(there: str, changed: str) -> str:
    """Give a changed text the line ends, the byte order mark and the last line of the former."""
    former = _lines(there.removeprefix(_BOM))
    now = _lines(changed)
    end = "\r\n" if there.count("\r\n") * 2 > there.count("\n") else "\n"
    lines = []
    texts, changed_texts = ([line.rstrip("\r\n") for line in side] for side in (former, now))
    matcher = SequenceMatcher(None, texts, changed_texts, autojunk=False)
    for what, i1, i2, j1, j2 in matcher.get_opcodes():
        if what == "equal":
            lines += former[i1:i2]
        else:
            lines += [line.rstrip("\n") + end for line in now[j1:j2]]
    for number, line in enumerate(lines[:-1]):  # the former last line may have had no end
        if not line.endswith("\n"):
            lines[number] = line + end
    return _BOM * there.startswith(_BOM) + "".join(lines)
