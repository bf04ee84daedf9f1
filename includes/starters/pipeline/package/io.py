"""Read rows from CSV, JSON and JSON Lines, plain or compressed, in constant memory."""

import codecs
import csv
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
from importlib import import_module
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, cast

__all__ = ["FORMATS", "BadRowError", "FormatError", "InputError", "open_input", "read_rows"]

FORMATS = ("csv", "json", "jsonl")
TABBED = {".tsv": "csv", ".tab": "csv"}
ENDINGS = TABBED | {".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}
PACKED: dict[str, tuple[bytes, Callable[[], Any]]] = {  # how the content begins, and its reader
    ".gz": (rb"\x1f\x8b\x08", lambda: zlib.decompressobj(31)),
    ".bz2": (rb"BZh[1-9](1AY&SY|\x17rE8P\x90)", lambda: import_module("bz2").BZ2Decompressor()),
    ".xz": (rb"\xfd7zXZ\0", lambda: import_module("lzma").LZMADecompressor()),
}
MARKS: dict[str, tuple[bytes, ...]] = {  # that of UTF-16 is the beginning of that of UTF-32
    "utf-8-sig": (codecs.BOM_UTF8,),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
}
DECLARED = re.compile(r"sep=([^\"\r\n])\r?\n?", re.IGNORECASE)  # the first line, for Excel
NEXT = re.compile(r"[ \t\r\n]*([^ \t\r\n]?)[ \t\r\n]*(\]?)")  # in a JSON list
SAMPLE = 20  # lines that show what separates the cells
LONGEST = 16 * 2**20  # characters of a line, of a cell, or of an object in a JSON list
ESCAPED = f"{__name__}.escaped"  # how bytes are kept that are not of the encoding: as surrogates
CHUNK = 64 * 2**10
HEAD = 10  # bytes that tell a compression or an encoding
AHEAD = 2  # characters behind a number that may belong to it, as in 1e+

Report = Callable[[int, str], None]
Rows = Iterator[tuple[int, dict[str, object]]]


class FormatError(Exception):
    """A file's name does not tell its format."""


class InputError(Exception):
    """The input cannot be read any further; the message names the file and line."""


class BadRowError(Exception):
    """A row is bad; the message says where and why."""


def _ending(path: Path) -> str:
    """Give the end of a file's name, without that of its compression."""
    return (path.with_suffix("") if path.suffix.lower() in PACKED else path).suffix.lower()


def usual_delimiter(path: Path) -> str:
    """Tell from a file's name what separates the cells of CSV."""
    return "\t" if _ending(path) in TABBED else ","


def format_of(path: Path) -> str:
    """Tell the format from a file's name, or raise a FormatError."""
    if _ending(path) not in ENDINGS:
        hint = "use a name that ends in .csv, .json or .jsonl, or say --from or --to"
        raise FormatError(f"{path}: unknown format; {hint}")
    return ENDINGS[_ending(path)]


def delimiter_of(text: str) -> str:
    r"""Give the character that is meant, with ``tab`` or ``\t`` for a tab, or a ValueError."""
    character = "\t" if text in {"tab", r"\t"} else text
    if not re.fullmatch('[^"\r\n\ufeff\ud800-\udfff]', character):
        raise ValueError("has to be one character that CSV does not need, or tab")
    return character


def _escape(error: Any) -> tuple[str, int]:  # noqa: ANN401  # a UnicodeDecodeError
    spoiled = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in spoiled), error.end


codecs.register_error(ESCAPED, _escape)


def encoding_of(name: str) -> str:
    """Give the name of an encoding, or a ValueError if none of texts has it."""
    try:
        " ".encode(name).decode(name, ESCAPED)
    except (LookupError, ValueError) as error:
        raise ValueError("has to be an encoding of texts, such as utf-8 or cp1252") from error
    return name


def number_of(text: str) -> float | Decimal:
    """Read a number, as a Decimal where a float would have other digits."""
    number = float(text)
    try:
        return number if repr(number) == text else Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"the exponent of {text} is too large") from error


def _unpacked(stream: BinaryIO) -> Iterator[bytes]:
    """Give the bytes of a stream, decompressed if the first ones say that it is compressed."""
    head = stream.read(HEAD)
    pieces = chain([head], iter(partial(getattr(stream, "read1", stream.read), 2**13), b""))
    begin = next((begin for start, begin in PACKED.values() if re.match(start, head)), None)
    if begin is None:
        if head.startswith(b"PK\3\4"):
            raise OSError("it is a zip archive; unpack it first")
        yield from pieces
        return
    unpacker = begin()
    for piece in pieces:
        packed = piece
        while packed := packed.lstrip(b"\0") if unpacker.eof else packed:  # zeros may follow
            unpacker = begin() if unpacker.eof else unpacker
            yield unpacker.decompress(packed)
            packed = unpacker.unused_data
    if not unpacker.eof:
        raise EOFError("the compressed content is cut off")


class _Stream(io.RawIOBase):
    """Pieces of bytes as a stream. Its errors name it, and its first read gives a whole head."""

    def __init__(self, name: str, pieces: Iterator[bytes]) -> None:
        self.name, self.pieces, self.rest = name, pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401  # any that takes bytes
        try:
            while len(self.rest) < HEAD and (piece := next(self.pieces, None)) is not None:
                self.rest += piece
        except Exception as error:  # each compression has its own
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"{self.name}: {reason}") from error
        data, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


@dataclass
class Source:
    """An open input, with the header of a CSV file."""

    name: str
    form: str
    raw: BinaryIO
    encoding: str
    delimiter: str
    usual: str = ","  # delimiter, unless the first rows show another
    size: int = 0
    columns: list[str] = field(init=False, default_factory=list[str])

    def __post_init__(self) -> None:
        """Find the encoding, and read the header."""
        content = io.BufferedReader(_Stream(self.name, _unpacked(self.raw)))
        head = content.peek(HEAD)
        self.encoding = next((n for n, m in MARKS.items() if head.startswith(m)), self.encoding)
        self._text = io.TextIOWrapper(content, self.encoding, ESCAPED, newline="")
        self._misread: list[int] = []  # first line with bytes that are not of the encoding
        if self.form == "csv":
            self._begin()

    def position(self) -> int:
        """Return how many bytes of ``size`` have been read."""
        return self.raw.tell() if self.size else 0

    def rows(self, report: Report) -> Rows:
        """Give each row with its line; ``report`` takes the line and the reason of a bad one."""
        return {"csv": self._csv, "json": self._json, "jsonl": self._jsonl}[self.form](report)

    def _fail(self, line: int, reason: object) -> NoReturn:
        raise InputError(f"{self.name}: line {line}: {reason}")

    def _spoiled(self, text: str) -> str:
        """Say which byte of a text is not of the encoding, if there is one."""
        try:
            text.encode()
        except UnicodeEncodeError as error:
            byte = f"the byte 0x{ord(text[error.start]) & 0xFF:02x}"
            name = self.encoding.removesuffix("-sig").upper()
            return f"{byte} is not {name}; say which encoding it is (--encoding cp1252)"
        return ""

    def _lines(self) -> Iterator[str]:
        misread = self._misread
        for line, text in enumerate(iter(partial(self._text.readline, LONGEST), ""), 1):
            if len(text) == LONGEST:
                self._fail(line, f"longer than {LONGEST} characters")
            if not text.isascii() and not misread and self._spoiled(text):
                misread.append(line)
            yield text

    def _begin(self) -> None:
        """Read the header."""
        lines = self._lines()
        first = list(islice(lines, SAMPLE))
        if not self.delimiter and (declared := DECLARED.fullmatch("".join(first[:1]))):
            self.delimiter, first[0] = declared[1], "\n"
        self.delimiter = self.delimiter or self._find_delimiter(first)
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST))
        self._table = csv.reader(chain(first, lines), delimiter=self.delimiter, strict=True)
        try:
            self.columns = next((cells for cells in self._table if cells), list[str]())
            check_header(self.columns)
        except (csv.Error, ValueError) as error:
            self._fail(self._table.line_num or 1, f"bad header: {error}")
        if reason := self._spoiled("".join(self.columns)):
            self._fail(self._table.line_num, f"bad header: {reason}")

    def _find_delimiter(self, lines: list[str]) -> str:
        """Find what separates the cells, where the header has one cell with the usual."""
        found: dict[str, bool] = {}  # what may separate them, and whether it surely does
        one_cell = _widths(lines, self.usual)[:1] <= [1]
        for each in ";\t|, ".replace(self.usual, "") if one_cell else "":
            header, *rest = _widths(lines, each) or [0]
            if header > 1 and {*rest} <= {header}:
                found[each] = each in ";\t|"
            elif each != " " and (header > 1 or (len(rest) > 1 and {*rest} == {max(rest[0], 2)})):
                found[each] = False
        if [*found.values()] == [True]:
            return next(iter(found))
        if found:
            names = " or ".join(map(repr, (self.usual, *found)))
            self._fail(1, f"cells may be separated by {names}: say by which (--input-delimiter)")
        return self.usual

    def _csv(self, report: Report) -> Rows:
        table, header, misread = self._table, self.columns, self._misread
        width = len(header)
        line = table.line_num + 1
        try:
            for cells in table:
                if misread and (reason := self._spoiled("".join(cells))):
                    report(line, reason)
                elif len(cells) == width:
                    yield line, dict(zip(header, cells, strict=False))
                elif cells:
                    last = table.line_num  # far away, if a quote was left open
                    reason = f"{len(cells)} cells under a header of {width}"
                    report(line, f"{reason}, up to line {last}" if last > line else reason)
                line = table.line_num + 1
        except csv.Error as error:  # where the next row begins is not known
            reason = f"a cell in quotes cannot be read: {error}"
            self._fail(line, f"{reason}, up to line {table.line_num}")

    def _jsonl(self, report: Report) -> Rows:
        for line, text in enumerate(self._lines(), 1):
            hint = "; --from names another format" if line == 1 else ""
            try:
                value: object = DECODER.decode(text)
            except (ValueError, RecursionError) as error:
                if not text.isspace():
                    hint = hint if isinstance(error, json.JSONDecodeError) else ""
                    report(line, self._spoiled(text) or explain(error) + hint)
                continue
            if self._misread and (reason := self._spoiled(text)):
                report(line, reason)
            elif isinstance(value, dict):
                yield line, cast("dict[str, object]", value)
            else:
                report(line, f"not an object{hint}")

    def _json(self, report: Report) -> Rows:
        text, at, line, before, whole = "", 0, 1, "[", False
        while True:
            found = cast("re.Match[str]", NEXT.match(text, at))
            mark, begin, end = found[1], found.start(2), len(text)
            if (mark == "]" and before == ",") or (mark == "[" == before and found[2]):
                break
            value: object = None
            try:
                value, end = DECODER.raw_decode(text, begin)
                reason = ""
            except (ValueError, RecursionError) as error:
                problem = getattr(error, "msg", "")
                reason = f"invalid JSON: {problem}" if problem else explain(error)
            if mark != before and (mark or whole):
                hint = "; if each line is an object, say --from jsonl" if mark == "{" else ""
                reason = f"expected {before!r}, not {mark or 'the end'!r}{hint}"
            elif end >= len(text) - AHEAD and not whole:
                more = self._text.read(max(CHUNK, len(text) - at))
                text, at = text[at:] + more, 0
                whole = not more or len(text) > LONGEST
                continue
            line += text.count("\n", at, begin)
            if reason:
                self._fail(line, reason)
            reason = "" if text.isascii() else self._spoiled(text[begin:end])
            if isinstance(value, dict) and not reason:
                yield line, cast("dict[str, object]", value)
            else:
                report(line, reason or "not an object")
            line += text.count("\n", begin, end)
            at, before = end, ","
        rest = text[found.end(1 if mark == "]" else 2) :]
        for piece in chain([rest], iter(partial(self._text.read, CHUNK), "")):
            if piece.strip(" \t\r\n"):
                self._fail(line, "something follows the list")


def check_header(names: Sequence[str]) -> None:
    """Raise a ValueError if these cannot be the columns of a table."""
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
    if delimiter == " ":
        lines = [re.sub(" +", " ", line).lstrip(" ") for line in lines]
    with suppress(csv.Error):
        for cells in csv.reader(lines, delimiter=delimiter, strict=True):
            widths += [len(cells)] if cells else []
    return widths


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"the key {name!r} is repeated")
    return found


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse, parse_float=number_of)


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
        ValueError: If there is no such delimiter or encoding.

    """
    delimiter = delimiter and delimiter_of(delimiter)
    encoding = encoding_of(encoding)
    if isinstance(source, Path):
        form = form or format_of(source)
        with source.open("rb") as raw:
            size = os.fstat(raw.fileno()).st_size
            usual = usual_delimiter(source)
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

    Raises:
        BadRowError: If a row is bad, unless ``report`` takes its line and the reason.

    """

    def stop(line: int, reason: str) -> NoReturn:
        raise BadRowError(f"{rows.name}: line {line}: {reason}")

    with open_input(source, form=form, delimiter=delimiter, encoding=encoding) as rows:
        for _, row in rows.rows(report or stop):
            yield row
