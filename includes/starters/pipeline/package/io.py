"""Read rows from CSV, JSON and JSON Lines, plain or compressed, in constant memory."""

import codecs
import csv
import importlib
import io
import json
import os
import re
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, TextIO, cast

__all__ = [
    "DELIMITERS",
    "FORMATS",
    "PACKED",
    "BadRowError",
    "FormatError",
    "InputError",
    "Report",
    "Source",
    "check_header",
    "delimiter_of",
    "encoding_of",
    "explain",
    "format_of",
    "number_of",
    "open_input",
    "read_rows",
    "usual_delimiter",
]

FORMATS = ("csv", "json", "jsonl")
ENDINGS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
# The end of a compressed file's name: the module that reads it, and how its content begins.
PACKED = {
    ".gz": ("gzip", re.compile(rb"\x1f\x8b\x08")),
    ".bz2": ("bz2", re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)")),
    ".xz": ("lzma", re.compile(rb"\xfd7zXZ\0")),
}
# The longer ones come first: that of UTF-16 is the beginning of that of UTF-32.
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
HEAD = 10  # bytes that tell a compression or an encoding
DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}
SAMPLE = 20  # lines that show what separates the cells
DECLARED = re.compile(r"sep=([^\"\r\n])\r?\n?", re.IGNORECASE)  # the first line, for Excel
LONGEST = 16 * 2**20  # characters of a line, of a cell, or of an object in a JSON list
CHUNK = 64 * 2**10
AHEAD = 2  # characters behind a number that may belong to it, as in 1e+
SPACE = re.compile(r"[ \t\r\n]*")

Report = Callable[[int, str], None]
Rows = Iterator[tuple[int, dict[str, object]]]


class FormatError(Exception):
    """A file's name does not tell its format."""


class InputError(Exception):
    """The input cannot be read any further; the message names the file and line."""


class BadRowError(Exception):
    """A row is bad; the message says where and why."""


def format_of(path: Path) -> str:
    """Tell the format from a file's name, with or without ``.gz``, ``.bz2`` or ``.xz``.

    Raises:
        FormatError: If the name does not tell.

    """
    ending = _ending(path)
    if ending not in ENDINGS:
        hint = "use a name that ends in .csv, .json or .jsonl, or say --from or --to"
        raise FormatError(f"{path}: unknown format; {hint}")
    return ENDINGS[ending]


def _ending(path: Path) -> str:
    name = path.with_suffix("") if path.suffix.lower() in PACKED else path
    return name.suffix.lower()


def usual_delimiter(path: Path) -> str:
    """Tell what separates the cells of a CSV file from its name."""
    return "\t" if _ending(path) in {".tsv", ".tab"} else ","


def delimiter_of(text: str) -> str:
    r"""Give a delimiter: a character itself, or ``tab`` or ``\t`` for a tab.

    Raises:
        ValueError: If it is not one character, or one that CSV needs.

    """
    character = "\t" if text in {"tab", r"\t"} else text
    if len(character) != 1 or character in '"\r\n\ufeff':
        raise ValueError("has to be one character that CSV does not need, or tab")
    return character


def encoding_of(name: str) -> str:
    """Give the name of an encoding, if there is one for texts.

    Raises:
        ValueError: If there is none.

    """
    try:
        " ".encode(name).decode(name, "surrogateescape")
    except (LookupError, ValueError) as error:
        raise ValueError("has to be an encoding of texts, such as utf-8 or cp1252") from error
    return name


def number_of(text: str) -> float | Decimal:
    """Read a number as a float, or as a `decimal.Decimal` where a float has other digits."""
    number = float(text)
    if repr(number) == text:
        return number
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"the exponent of {text} is too large") from error


class _Stream(io.RawIOBase):
    """The bytes of an input, which gives its first ones again, and names what fails."""

    def __init__(
        self,
        name: str,
        stream: BinaryIO,
        packed: "_Stream | None" = None,
        broken: type[Exception] = OSError,
    ) -> None:
        self.name = name
        self.stream = stream
        self.packed = packed
        self.broken = broken
        self.ended = False
        self.rest = self.head = self._take(stream.read, HEAD)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401  # any that takes bytes
        size = len(buffer)
        data = self.rest[:size] or self._take(getattr(self.stream, "read1", self.stream.read), size)
        self.rest = self.rest[size:]
        buffer[: len(data)] = data
        return len(data)

    def _take(self, read: Callable[[int], bytes], size: int) -> bytes:
        try:
            data = read(size)
        except (EOFError, OSError, self.broken) as error:
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"{self.name}: {reason}") from error
        self.ended = not data
        if self.ended and self.packed and not self.packed.ended:
            raise InputError(f"{self.name}: something else follows the compressed content")
        return data


def _unpacked(name: str, raw: BinaryIO) -> _Stream:
    """Decompress a stream, if its first bytes say that it is compressed."""
    stream = _Stream(name, raw)
    for module_name, start in PACKED.values():
        if start.match(stream.head):
            module = importlib.import_module(module_name)
            # gzip needs all bytes that it asks for, where a pipe may give fewer.
            packed = io.BufferedReader(stream) if module_name == "gzip" else stream
            broken = getattr(module, "LZMAError", zlib.error)
            return _Stream(name, module.open(packed), stream, broken)
    return stream


@dataclass
class Source:
    """An open input, with the header of a CSV file."""

    name: str
    form: str
    raw: BinaryIO
    encoding: str
    delimiter: str
    """What separates the cells of a CSV file; if empty, the usual, or what its first rows show."""
    usual: str = ","
    size: int = 0
    columns: list[str] = field(init=False, default_factory=list[str])

    def __post_init__(self) -> None:
        """Begin to read."""
        content = _unpacked(self.name, self.raw)
        marks = (MARKS[mark] for mark in MARKS if content.head.startswith(mark))
        self.encoding = next(marks, self.encoding)
        self._text = io.TextIOWrapper(
            io.BufferedReader(content, CHUNK), self.encoding, "surrogateescape", newline=""
        )
        self._wrong: dict[int, str] = {}  # lines with bytes that are not of the encoding, and why
        if self.form == "csv":
            self._begin()

    def position(self) -> int:
        """Return how many bytes of ``size`` have been read."""
        return self.raw.tell() if self.size else 0

    def rows(self, report: Report) -> Rows:
        """Give each row with its line number.

        Args:
            report: Called with the line number and the reason for each row that is bad. It
                may raise an error to stop.

        Raises:
            InputError: If nothing after this line can be read.

        """
        read = {"csv": self._csv, "json": self._json, "jsonl": self._jsonl}[self.form]
        return read(report)

    def _fail(self, line: int, reason: object) -> NoReturn:
        raise InputError(f"{self.name}: line {line}: {reason}")

    def _spoiled(self, text: str) -> str:
        """Say which byte of a text is not of the encoding, if there is one."""
        try:
            text.encode()
        except UnicodeEncodeError as error:
            return _not_of(self.encoding, ord(text[error.start]) & 0xFF)
        return ""

    def _lines(self) -> Iterator[str]:
        line = 0
        try:
            for line, text in enumerate(iter(partial(self._text.readline, LONGEST), ""), 1):
                if len(text) == LONGEST:
                    self._fail(line, f"longer than {LONGEST} characters")
                if not text.isascii() and (reason := self._spoiled(text)):
                    self._wrong[line] = reason
                yield text
        except UnicodeDecodeError as error:
            self._fail(line + 1, _not_of(self.encoding, error.object[error.start]))

    def _begin(self) -> None:
        """Read the header."""
        lines = self._lines()
        first = list(islice(lines, SAMPLE))
        if declared := DECLARED.fullmatch(first[0] if first else ""):
            first[0] = "\n"
            self.delimiter = self.delimiter or declared[1]
        self.delimiter = self.delimiter or self._find_delimiter(first)
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST))
        table = csv.reader(chain(first, lines), delimiter=self.delimiter, strict=True)
        try:
            header = next((cells for cells in table if cells), list[str]())
            check_header(header)
        except (csv.Error, ValueError) as error:
            self._fail(table.line_num or 1, f"bad header: {error}")
        if reason := self._reason(1, table.line_num):
            self._fail(table.line_num, f"bad header: {reason}")
        self.columns = header
        self._table = table

    def _find_delimiter(self, lines: list[str]) -> str:
        """Find what separates the cells: what the first rows show, if it cannot be the usual."""
        widths = {character: _widths(lines, character) for character in DELIMITERS}
        usual = self.usual
        one_cell = widths.pop(usual)[:1] <= [1]
        several = {each: found for each, found in widths.items() if found[:1] > [1]}
        even = [each for each, found in several.items() if len({*found}) == 1]
        partly = [each for each, found in several.items() if found.count(found[0]) > 1]
        if one_cell and usual == "," and len(even) == 1 and not {*partly} - {*even}:
            return even[0]
        if {*even, *partly} if one_cell else {*even} & {*partly} and usual == ",":
            names = " or ".join(DELIMITERS[each] for each in (usual, *{*even, *partly}))
            self._fail(1, f"the cells may be separated by {names}; say which (--input-delimiter)")
        return usual

    def _reason(self, first: int, last: int) -> str:
        """Say what is wrong with the bytes of a row, if something is."""
        reasons = [self._wrong.pop(line) for line in range(first, last + 1) if line in self._wrong]
        return next(iter(reasons), "")

    def _csv(self, report: Report) -> Rows:
        table, header, wrong = self._table, self.columns, self._wrong
        width = len(header)
        line = table.line_num + 1
        try:
            for cells in table:
                last = table.line_num  # far away, if a quote was left open
                if wrong and (reason := self._reason(line, last)):
                    report(line, reason)
                elif len(cells) == width:
                    yield line, dict(zip(header, cells, strict=False))
                elif cells:
                    reason = f"{len(cells)} cells under a header of {width}"
                    report(line, f"{reason}, up to line {last}" if last > line else reason)
                line = last + 1
        except csv.Error as error:  # where the next row begins is not known
            self._fail(line, f"a cell in quotes cannot be read: {error}, up to {table.line_num}")

    def _jsonl(self, report: Report) -> Rows:
        for line, text in enumerate(self._lines(), 1):
            try:
                value: object = DECODER.decode(text)
            except (ValueError, RecursionError) as error:
                if not text.isspace():
                    hint = "; --from names another format" if line == 1 else ""
                    report(line, self._wrong.pop(line, explain(error) + hint))
                continue
            if self._wrong:
                report(line, self._wrong.pop(line))
            elif isinstance(value, dict):
                yield line, cast("dict[str, object]", value)
            else:
                report(line, "not an object")

    def _json(self, report: Report) -> Rows:
        window = _Window(self._text, self._fail, self._spoiled)
        try:
            if window.peek() == "{":
                window.fail("an object, not a list; if there is one on each line, say --from jsonl")
            window.take("[")
            end = window.peek() == "]"
            while not end:
                line = window.line
                value = window.value()
                if isinstance(value, dict):
                    yield line, cast("dict[str, object]", value)
                else:
                    report(line, str(value) if isinstance(value, ValueError) else "not an object")
                end = window.peek() == "]"
                if not end:
                    window.take(",")
                    window.peek()
            window.take("]")
            window.take("")
        except UnicodeDecodeError as error:
            window.fail(_not_of(self.encoding, error.object[error.start]))


def _not_of(encoding: str, byte: int) -> str:
    name = encoding.removesuffix("-sig").upper()
    return f"the byte 0x{byte:02x} is not {name}; say which encoding it is (--encoding cp1252)"


def check_header(names: Sequence[str]) -> None:
    """Refuse names that cannot be those of the columns of a CSV file.

    Raises:
        ValueError: If there is none, one is there twice, or one has a NUL, as in UTF-16.

    """
    if not names:
        raise ValueError("the file is empty")
    [(name, times)] = Counter(names).most_common(1)
    if times > 1:
        raise ValueError(f"more than one column is named {name!r}")
    if "\0" in "".join(names):
        raise ValueError("a NUL; if it is UTF-16, say so (--encoding utf-16)")


def _widths(lines: list[str], delimiter: str) -> list[int]:
    """Count the cells of each row, as far as there are rows with this delimiter."""
    widths: list[int] = []
    with suppress(csv.Error):
        for cells in csv.reader(lines, delimiter=delimiter, strict=True):
            widths.extend([len(cells)] if cells else [])
    return widths


class _Window:
    """A part of a JSON text that moves along, so that the whole is never in memory."""

    def __init__(
        self, stream: TextIO, fail: Callable[[int, str], NoReturn], spoiled: Callable[[str], str]
    ) -> None:
        self.stream = stream
        self.failed = fail
        self.spoiled = spoiled
        self.text = ""
        self.at = 0
        self.line = 1

    def peek(self) -> str:
        """Skip white space and give the next character; nothing at the end."""
        while True:
            space = cast("re.Match[str]", SPACE.match(self.text, self.at))
            self.go(space.end())
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.grow():
                return ""

    def take(self, expected: str) -> None:
        """Go past the character that has to come next; nothing stands for the end."""
        found = self.peek()
        if found != expected:
            self.fail(f"expected {expected or 'the end'!r}, not {found or 'the end'!r}")
        self.go(self.at + len(expected))

    def value(self) -> object:
        """Decode the next value, with as much more of the text as it takes.

        Returns:
            The value, or a ValueError if it is bad, but its end is known.

        """
        while True:
            try:
                value, end = _decode(self.text, self.at)
            except (ValueError, RecursionError) as error:
                if len(self.text) - self.at > LONGEST or not self.grow():
                    reason = getattr(error, "msg", "")
                    self.fail(f"invalid JSON: {reason}" if reason else explain(error))
            else:
                if end < len(self.text) - AHEAD or not self.grow():
                    text = "" if self.text.isascii() else self.text[self.at : end]
                    self.go(end)
                    reason = self.spoiled(text)
                    return ValueError(reason) if reason else value

    def go(self, position: int) -> None:
        self.line += self.text.count("\n", self.at, position)
        self.at = position

    def grow(self) -> bool:
        """Drop what is decoded and read more; say whether there was any."""
        more = self.stream.read(max(CHUNK, len(self.text) - self.at))
        if more:
            self.text = self.text[self.at :] + more
            self.at = 0
        return bool(more)

    def fail(self, reason: str) -> NoReturn:
        self.failed(self.line, reason)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"the key {name!r} is there more than once")
    return found


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse, parse_float=number_of)
SCANNER = json.JSONDecoder(parse_int=str, parse_float=str)  # finds the end of what is refused


def _decode(text: str, position: int) -> tuple[object, int]:
    try:
        return DECODER.raw_decode(text, position)
    except json.JSONDecodeError:
        raise
    except ValueError as error:
        return error, SCANNER.raw_decode(text, position)[1]


def explain(error: BaseException) -> str:
    """Say what is wrong with a row, in terms of its file."""
    if isinstance(error, json.JSONDecodeError):
        return f"invalid JSON at column {error.pos + 1}: {error.msg}"
    if isinstance(error, UnicodeEncodeError):
        return f"UTF-8 cannot hold {error.object[error.start]!r}, half of a character"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if "integer string conversion" in str(error):
        return "an integer of more than 4,300 digits"
    return str(error)


@contextmanager
def open_input(
    source: Path | BinaryIO, *, form: str = "", delimiter: str = "", encoding: str = "utf-8"
) -> Generator[Source]:
    """Open a file, or take a stream, which stays open. It is decompressed if it is compressed.

    Args:
        source: The file or stream.
        form: One of `FORMATS`; by default, from the file's name, and JSON Lines for a stream.
        delimiter: What separates the cells of a CSV file; by default, what its name and its
            first rows show.
        encoding: That of the text, unless it begins with a byte order mark.

    Raises:
        FormatError: If the file's name does not tell its format.
        InputError: If it has no header, or cannot be read.
        OSError: If the file cannot be opened.

    """
    if isinstance(source, Path):
        form = form or format_of(source)
        usual = usual_delimiter(source)
        with source.open("rb") as raw:
            size = os.fstat(raw.fileno()).st_size
            yield Source(str(source), form, raw, encoding, delimiter, usual, size)
    else:
        name = "standard input" if source is sys.stdin.buffer else "input"
        yield Source(name, form or "jsonl", source, encoding, delimiter)


def read_rows(
    source: Path | BinaryIO,
    *,
    form: str = "",
    delimiter: str = "",
    encoding: str = "utf-8",
    report: Report | None = None,
) -> Iterator[dict[str, object]]:
    """Give each row of a file or stream, as `open_input` takes it.

    Args:
        source: The file or stream.
        form: One of `FORMATS`.
        delimiter: What separates the cells of a CSV file.
        encoding: That of the text.
        report: Called with the line and the reason for each bad row; by default, it stops.

    Raises:
        BadRowError: If a row is bad.
        FormatError: If the file's name does not tell its format.
        InputError: If nothing more can be read.
        OSError: If the file cannot be opened.

    """

    def stop(line: int, reason: str) -> NoReturn:
        raise BadRowError(f"{rows.name}: line {line}: {reason}")

    with open_input(source, form=form, delimiter=delimiter, encoding=encoding) as rows:
        for _, row in rows.rows(report or stop):
            yield row
