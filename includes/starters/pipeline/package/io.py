"""Read rows from CSV, JSON and JSON Lines, plain or gzipped, in constant memory."""

import csv
import gzip
import io
import json
import os
import re
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO, NoReturn, TextIO, cast

__all__ = ["FORMATS", "FormatError", "InputError", "Source", "explain", "format_of", "open_input"]

FORMATS = ("csv", "json", "jsonl")
STANDARD = Path("-")  # standard input or output
LONGEST = 16 * 2**20  # characters of a line, or of an object in a JSON list
CHUNK = 64 * 2**10
AHEAD = 2  # characters behind a number that may belong to it, as in 1e+
SPACE = re.compile(r"[ \t\r\n]*")


class FormatError(Exception):
    """A file's name does not tell its format."""


class InputError(Exception):
    """The input cannot be read any further; the message names the file and line."""


def format_of(path: Path) -> str:
    """Tell the format from a file's name, with or without ``.gz``; JSON Lines for ``-``.

    Raises:
        FormatError: If the name does not tell.

    """
    name = path.with_suffix("") if path.suffix == ".gz" else path
    known = {".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}
    if path == STANDARD:
        return "jsonl"
    if name.suffix.lower() not in known:
        raise FormatError(f"{path}: unknown format; use a name that ends in .csv, .json or .jsonl")
    return known[name.suffix.lower()]


@dataclass
class Source:
    """An open input. Bytes that are not UTF-8 stay in the text as lone surrogates."""

    name: str
    format: str
    delimiter: str
    size: int
    raw: BinaryIO
    text: TextIO
    columns: list[str] = field(default_factory=list[str])
    """The header of a CSV file, once `rows` has begun."""

    def position(self) -> int:
        """Return how many bytes of ``size`` have been read."""
        return self.raw.tell() if self.size else 0

    def rows(self, report: Callable[[int, str], None]) -> Iterator[tuple[int, dict[str, object]]]:
        """Give each row with its line number.

        Args:
            report: Called with the line number and the reason for each row that is bad. It
                may raise an error to stop.

        Raises:
            InputError: If nothing after this line can be read.

        """
        read = {"csv": self._csv, "json": self._json, "jsonl": self._jsonl}[self.format]
        try:
            yield from read(report)
        except (EOFError, OSError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"{self.name}: {reason}") from error

    def _lines(self) -> Iterator[str]:
        for line, text in enumerate(iter(partial(self.text.readline, LONGEST), ""), 1):
            if len(text) == LONGEST:
                raise InputError(f"{self.name}: line {line}: longer than {LONGEST} characters")
            yield text

    def _csv(self, report: Callable[[int, str], None]) -> Iterator[tuple[int, dict[str, object]]]:
        reader = csv.reader(self._lines(), delimiter=self.delimiter, strict=True)
        try:
            header = _header(reader)
        except (csv.Error, ValueError) as error:
            where = f"{self.name}: line {reader.line_num or 1}"
            raise InputError(f"{where}: bad header: {explain(error)}") from error
        self.columns.extend(header)
        width = len(header)

        def bad(reason: str) -> None:
            last = reader.line_num  # far away, if a quote was left open
            report(line, f"{reason}, up to line {last}" if last > line else reason)

        while True:
            line = reader.line_num + 1
            try:
                for cells in reader:
                    if len(cells) == width:
                        yield line, dict(zip(header, cells, strict=True))
                    elif cells:
                        bad(f"{len(cells)} cells under a header of {width}")
                    line = reader.line_num + 1
            except csv.Error as error:
                bad(str(error))
            else:
                return

    def _jsonl(self, report: Callable[[int, str], None]) -> Iterator[tuple[int, dict[str, object]]]:
        for line, text in enumerate(self._lines(), 1):
            if text.isspace():
                continue
            try:
                value: object = DECODER.decode(text)
            except (ValueError, RecursionError) as error:
                report(line, explain(error))
            else:
                if isinstance(value, dict):
                    yield line, cast("dict[str, object]", value)
                else:
                    report(line, "not an object")

    def _json(self, report: Callable[[int, str], None]) -> Iterator[tuple[int, dict[str, object]]]:
        window = _Window(self.name, self.text)
        window.take("[")
        end = window.peek() == "]"
        while not end:
            line = window.line
            value = window.value()
            if isinstance(value, dict):
                yield line, cast("dict[str, object]", value)
            else:
                report(line, "not an object")
            end = window.peek() == "]"
            if not end:
                window.take(",")
                window.peek()
        window.take("]")
        window.take("")


def _header(rows: Iterable[list[str]]) -> list[str]:
    header = next(filter(None, rows), list[str]())
    if not header:
        raise ValueError("the file is empty")
    "".join(header).encode()
    [(name, times)] = Counter(header).most_common(1)
    if times > 1:
        raise ValueError(f"more than one column is named {name!r}")
    return header


class _Window:
    """A part of a JSON text that moves along, so that the whole is never in memory."""

    def __init__(self, name: str, stream: TextIO) -> None:
        self.name = name
        self.stream = stream
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
        """Decode the next value, with as much more of the text as it takes."""
        while True:
            try:
                value, end = DECODER.raw_decode(self.text, self.at)
            except (ValueError, RecursionError) as error:
                if len(self.text) - self.at > LONGEST or not self.grow():
                    reason = getattr(error, "msg", "")
                    self.fail(f"invalid JSON: {reason}" if reason else explain(error))
            else:
                if end < len(self.text) - AHEAD or not self.grow():
                    self.go(end)
                    return value

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
        raise InputError(f"{self.name}: line {self.line}: {reason}")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


DECODER = json.JSONDecoder(parse_constant=_refuse)


def explain(error: Exception) -> str:
    """Say what is wrong with a row, in terms of its file."""
    if isinstance(error, json.JSONDecodeError):
        return f"invalid JSON at column {error.pos + 1}: {error.msg}"
    if isinstance(error, UnicodeEncodeError) and "\udc80" <= error.object[error.start] <= "\udcff":
        return f"the byte 0x{ord(error.object[error.start]) - 0xDC00:x} is not UTF-8"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return str(error)


@contextmanager
def open_input(path: Path, *, form: str = "", delimiter: str = ",") -> Generator[Source]:
    """Open a file, or standard input for ``-``.

    Args:
        path: The file. If its name ends in ``.gz``, it is decompressed.
        form: One of `FORMATS`; by default, from the file's name.
        delimiter: What separates the cells of a CSV file.

    Raises:
        FormatError: If the file's name does not tell its format.
        OSError: If the file cannot be opened.

    """
    form = form or format_of(path)
    if path == STANDARD:
        text = io.TextIOWrapper(
            sys.stdin.buffer, encoding="utf-8-sig", errors="surrogateescape", newline=""
        )
        try:
            yield Source("standard input", form, delimiter, 0, sys.stdin.buffer, text)
        finally:
            text.detach()
        return
    with path.open("rb") as raw:
        content = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
        text = io.TextIOWrapper(
            cast("BinaryIO", content), encoding="utf-8-sig", errors="surrogateescape", newline=""
        )
        size = os.fstat(raw.fileno()).st_size
        yield Source(str(path), form, delimiter, size, cast("BinaryIO", raw), text)
