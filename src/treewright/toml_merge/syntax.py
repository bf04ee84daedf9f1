"""Where things are in a TOML file, so that a change of one leaves the text of all others.

The file has been read by tomllib, so what is found here is known to be valid TOML. The syntax is
that of https://toml.io/en/v1.0.0, and line ends are newlines.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Path = tuple[str, ...]

_TOKEN = re.compile(
    r"""
    (?P<string>
        \"{3} (?: [^"\\] | \\. | "{1,2}(?!") )* "{3,5}
      | '{3} (?: [^'] | '{1,2}(?!') )* '{3,5}
      | " (?: [^"\\\n] | \\. )* "
      | ' [^'\n]* '
    )
    | (?P<comment> \#[^\n]* )
    | (?P<newline> \n )
    | (?P<space> [^\S\n]+ )
    | (?P<open> [\[{] )
    | (?P<close> [\]}] )
    | (?P<comma> , )
    | (?P<equals> = )
    | (?P<bare> [^\s"'\#\[\]{},=]+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass
class Entry:
    """A key and its value: the whole path, the span of its lines, and the span of the value."""

    path: Path
    table: Path
    lead: int  # where the comment lines right above it start
    start: int
    end: int
    value: slice


@dataclass
class Table:
    """A header and what follows it, up to the comment lines right above the next one."""

    name: Path
    array: bool
    lead: int
    start: int
    body: int  # where the line after the header starts
    end: int = 0  # after the last line that is not blank
    after: int = 0  # where the next table leads in
    entries: list[Entry] = field(default_factory=list)


@dataclass
class Item:
    """An element of an array: what stands before it, its text, and what follows up to the next."""

    before: str
    text: str
    gap: str = ""  # between it and its comma
    comment: str = ""  # on the same line, with the space before it


@dataclass
class Array:
    """An array's elements, and what stands between the last one and the bracket."""

    items: list[Item]
    rest: str
    comma: bool  # after the last element

    def text(self) -> str:
        """Write the array, every element as it is."""
        parts = []
        for number, item in enumerate(self.items, 1):
            comma = "," if self.comma or number < len(self.items) else ""
            parts.append(item.before + item.text + item.gap + comma + item.comment)
        return f"[{''.join(parts)}{self.rest}]"


class Document:
    """A TOML file: its text, its data, and where its tables and keys are."""

    def __init__(self, text: str) -> None:
        """Read a file's text.

        Raises:
            tomllib.TOMLDecodeError: If it is no TOML.

        """
        self.data: dict[str, Any] = tomllib.loads(text)
        self.text = text if text.endswith("\n") or not text else f"{text}\n"
        self.tables = _tables(self.text)

    @cached_property
    def headers(self) -> dict[Path, Table]:
        """The tables by name, without those in arrays of tables, which share a name."""
        arrays = {table.name for table in self.tables if table.array}
        return {
            table.name: table
            for table in self.tables
            if not any(table.name[: len(array)] == array for array in arrays)
        }

    @cached_property
    def entries(self) -> dict[Path, Entry]:
        """The keys by path, without those in arrays of tables."""
        return {entry.path: entry for table in self.headers.values() for entry in table.entries}

    @cached_property
    def comments(self) -> list[str]:
        """Every comment."""
        return comments(self.text)

    def source(self, entry: Entry) -> str:
        """Give an entry's value as it is written, with the comment after it."""
        return self.text[entry.value.start : entry.end].rstrip()

    def at(self, path: Path) -> object:
        """Give the value at a path, or None."""
        value: Any = self.data
        for key in path:
            if not isinstance(value, dict) or key not in value:
                return None
            value = value[key]
        return value


def comments(text: str) -> list[str]:
    """Give the comments of a text, which may be a part of a file that starts a statement."""
    return [token[0].rstrip() for token in _TOKEN.finditer(text) if token.lastgroup == "comment"]


def array(text: str) -> Array:
    """Take an array apart.

    Args:
        text: The array, with its brackets.

    """
    items: list[Item] = []
    before, depth, start, comma = "", 0, -1, False
    for token in _TOKEN.finditer(text, 1, len(text) - 1):
        kind, part = token.lastgroup, token[0]
        if start >= 0 or depth:  # in an element
            depth += (kind == "open") - (kind == "close")
            if depth or kind in {"string", "bare", "open", "close"}:
                items[-1].text = text[start : token.end()]
                continue
            start = -1
        if kind in {"string", "bare", "open"}:
            items.append(Item(before, part))
            before, start, depth, comma = "", token.start(), int(kind == "open"), False
        elif kind == "comma":
            items[-1].gap, before, comma = before, "", True
        elif kind == "comment" and items and not items[-1].comment and "\n" not in before:
            items[-1].comment, before = before + part, ""
        else:
            before += part
    return Array(items, before, comma)


def commas(text: str) -> list[int]:
    """Give where the commas are between the pairs of an inline table, or elements of an array."""
    found, depth = list[int](), 0
    for token in _TOKEN.finditer(text):
        depth += (token.lastgroup == "open") - (token.lastgroup == "close")
        if token.lastgroup == "comma" and depth == 1:
            found.append(token.start())
    return found


def key(path: Sequence[str]) -> str:
    """Write a key, dotted, with quotes where it needs them."""
    return ".".join(part if _BARE_KEY.fullmatch(part) else toml(part) for part in path)


def toml(value: object) -> str:
    """Write a value in one line."""
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case bool():
            return str(value).lower()
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            pairs = ", ".join(f"{key([name])} = {toml(item)}" for name, item in value.items())
            return f"{{ {pairs} }}" if pairs else "{}"
        case _:  # numbers, dates and times
            return str(value)


def _tables(text: str) -> list[Table]:
    """Find the tables of a file, of which the first is the one without a header."""
    tables = [Table((), array=False, lead=0, start=0, body=0)]
    lead: int | None = None
    for line in _lines(text):
        statement = [token for token in line if token.lastgroup not in {"space", "newline"}]
        start, end = line[0].start(), line[-1].end()
        if not statement:
            lead = None
            continue
        lead = start if lead is None else lead
        if statement[0].lastgroup == "comment":
            continue
        if statement[0].lastgroup == "open":
            tables[-1].after = lead
            tables.append(_header(text, statement, lead, start, end))
        else:
            tables[-1].entries.append(_entry(text, statement, tables[-1].name, lead, start, end))
        lead = None
    tables[-1].after = len(text)
    for table in tables:
        filled = table.lead + len(text[table.lead : table.after].rstrip())
        table.end = max(table.body, text.find("\n", filled) + 1 if filled else 0)
    return tables


def _lines(text: str) -> Iterator[list[re.Match[str]]]:
    """Yield the tokens of each line; a value of several lines belongs to the first."""
    line: list[re.Match[str]] = []
    depth = 0
    for token in _TOKEN.finditer(text):
        line.append(token)
        depth += (token.lastgroup == "open") - (token.lastgroup == "close")
        if token.lastgroup == "newline" and not depth:
            yield line
            line = []


def _header(text: str, statement: list[re.Match[str]], lead: int, start: int, end: int) -> Table:
    array = statement[1].start() == statement[0].end() and statement[1].lastgroup == "open"
    closing = max(token.end() for token in statement if token.lastgroup == "close")
    data: Any = tomllib.loads(text[statement[0].start() : closing])
    name = []
    while data:
        (part, data), *_ = data.items()
        name.append(part)
        data = data[0] if isinstance(data, list) else data
    return Table(tuple(name), array, lead, start, end)


def _entry(  # noqa: PLR0913, PLR0917
    text: str, statement: list[re.Match[str]], table: Path, lead: int, start: int, end: int
) -> Entry:
    equals = next(number for number, token in enumerate(statement) if token.lastgroup == "equals")
    data: Any = tomllib.loads(f"{text[statement[0].start() : statement[equals].start()]}= 0")
    name = []
    while isinstance(data, dict):
        (part, data), *_ = data.items()
        name.append(part)
    value = statement[equals + 1 :]
    if value[-1].lastgroup == "comment":
        value = value[:-1]
    return Entry((*table, *name), table, lead, start, end, slice(value[0].start(), value[-1].end()))
