"""Write rows as CSV, JSON and JSON Lines. A file is complete or absent, whatever happens."""

import csv
import gzip
import io
import json
import os
import secrets
import stat
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from datetime import date, time
from decimal import Decimal
from importlib import import_module
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

from .io import BadRowError, check_header, delimiter_of, explain, format_of, usual_delimiter

__all__ = ["open_output", "write_rows"]

Write = Callable[[dict[str, object]], None]
MODULES = {".bz2": "bz2", ".xz": "lzma"}
# Around the digits of a Decimal in JSON, until they are without quotes; in no text by chance.
MARK = f"\ue000{secrets.token_hex(8)}"


@contextmanager
def open_output(
    target: Path | BinaryIO,
    *,
    form: str = "",
    delimiter: str = "",
    columns: Sequence[str] = (),
    header: Sequence[str] = (),
) -> Generator[Write]:
    """Give a function that writes a row. It raises ValueError if the format cannot hold the row.

    A file is replaced in one step when everything is written: after an error or a crash, the old
    one is intact. Pipes and devices are written to directly.

    Args:
        target: The file, or a stream, which stays open. If the file's name ends in ``.gz``,
            ``.bz2`` or ``.xz``, it is compressed.
        form: One of `FORMATS`; by default, from the file's name, and JSON Lines for a stream.
        delimiter: What separates the cells of a CSV file; by default, from its name.
        columns: What each row gets, in this order, with null for what it lacks; by default, the
            rows stay as they are, and those of a CSV file have to agree.
        header: The header of a CSV file without rows; read at the end.

    Raises:
        FormatError: If the file's name does not tell its format.
        OSError: If the file cannot be written; the error names it.
        ValueError: If the delimiter or the columns cannot be those of a table.

    """
    delimiter = delimiter and delimiter_of(delimiter)
    if columns:
        check_header(columns)
    if isinstance(target, Path):
        form = form or format_of(target)
        delimiter = delimiter or usual_delimiter(target)
        with (
            _replaced(target) as raw,
            _packed(raw, target.suffix.lower()) as stream,
            _rows(stream, form, delimiter, columns, header) as write,
        ):
            yield write
    else:
        with _rows(target, form or "jsonl", delimiter or ",", columns, header) as write:
            yield write
        target.flush()


def write_rows(
    rows: Iterable[dict[str, object]],
    target: Path | BinaryIO,
    *,
    form: str = "",
    delimiter: str = "",
    columns: Sequence[str] = (),
) -> int:
    """Write all rows to a file or stream, as `open_output` does; return how many.

    Raises:
        BadRowError: If the format cannot hold a row.

    """
    count = 0
    with open_output(target, form=form, delimiter=delimiter, columns=columns) as write:
        for count, row in enumerate(rows, 1):
            try:
                write(row)
            except (ValueError, TypeError, RecursionError) as error:
                reason = f"row {count} cannot be written: {explain(error)}"
                raise BadRowError(reason) from error
    return count


class _File(io.FileIO):
    """A file whose errors name it, even those of writing: they may meet others on their way."""

    def write(self, data: Any, /) -> int:  # noqa: ANN401  # any bytes
        try:
            return super().write(data)
        except OSError as error:
            error.filename = self.name
            raise


@contextmanager
def _replaced(path: Path) -> Generator[BinaryIO]:
    """Open a new file that replaces the old one at the end, unless there is an error."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode):
        with io.BufferedWriter(_File(path, "wb")) as stream:
            yield cast("BinaryIO", stream)
        return
    target = path.resolve()
    # Not with the whole name, which may be as long as names can be.
    part = target.with_name(f".{target.name[:20]}.{secrets.token_hex(4)}.part")
    written = False
    try:
        with io.BufferedWriter(_File(part, "xb")) as stream:
            if mode is not None:
                part.chmod(mode & 0o777)
            yield cast("BinaryIO", stream)
            written = True
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)
    except OSError as error:
        if written or str(error.filename) == str(part):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def _packed(raw: BinaryIO, ending: str) -> Generator[BinaryIO]:
    if ending == ".gz":  # no name and no time: the same bytes again
        with gzip.GzipFile("", "wb", 6, raw, 0) as stream:
            yield cast("BinaryIO", stream)
    elif ending in MODULES:
        with import_module(MODULES[ending]).open(raw, "wb") as stream:
            yield stream
    else:
        yield raw


@contextmanager
def _rows(
    raw: BinaryIO, form: str, delimiter: str, columns: Sequence[str], header: Sequence[str]
) -> Generator[Write]:
    stream = io.TextIOWrapper(raw, encoding="utf-8", newline="")
    try:
        table = _csv(stream, delimiter, columns or header)
        with table if form == "csv" else _json(stream, form) as write:
            chosen: Write = lambda row: write({name: row.get(name) for name in columns})  # noqa: E731
            yield chosen if columns else write
        stream.flush()
    finally:
        with suppress(OSError):
            stream.detach()


def _plain(value: object) -> str:
    """Give what JSON has for a value of another type."""
    if isinstance(value, Decimal) and value.is_finite():
        return f"{MARK}{value}{MARK}"
    if isinstance(value, (date, time)):
        return value.isoformat()
    raise ValueError(f"JSON cannot hold {value!r}")


ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_plain)


def _digits(text: str) -> str:
    return text.replace(f'"{MARK}', "").replace(f'{MARK}"', "")


@contextmanager
def _json(stream: TextIO, form: str) -> Generator[Write]:
    encode, put = ENCODER.encode, stream.write
    before, between, after = ("[\n", ",\n", "") if form == "json" else ("", "", "\n")

    def write(row: dict[str, object]) -> None:
        nonlocal before
        text = encode(row)
        put(f"{before}{_digits(text) if MARK in text else text}{after}")
        before = between

    yield write
    if form == "json":
        put("[]\n" if before != between else "\n]\n")


@contextmanager
def _csv(stream: TextIO, delimiter: str, columns: Sequence[str]) -> Generator[Write]:
    rows = csv.writer(stream, delimiter=delimiter)
    header: list[str] = []

    def begin(names: Sequence[str]) -> None:
        check_header(names)
        # Quoted, a name is taken neither for a byte order mark nor for cells.
        careful = {*",;\t|=\ufeff"} if len(names) > 1 else {*",;\t|=\ufeff "}
        quoted = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        (quoted if careful & {*"".join(names)} else rows).writerow(names)
        header.extend(names)

    def write(row: dict[str, object]) -> None:
        names = header or list(row)
        if not row:
            raise ValueError("has no columns")
        if list(row) != names and row.keys() != set(names):
            raise ValueError(f"has the columns {list(row)}, not {names}; say --columns to name all")
        cells = [cell if type(cell := row[name]) is str else _cell(cell) for name in names]
        if not header:
            begin(names)
        rows.writerow(cells)

    yield write
    if columns and not header:
        begin(columns)


def _cell(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if type(value) is int or (type(value) is float and isfinite(value)):
        return repr(value)
    if isinstance(value, (int, float, Decimal, date, time)):
        with suppress(ValueError):
            return _digits(ENCODER.encode(value)).strip('"')
    raise ValueError(f"a cell of CSV cannot hold {value!r}")
