"""Write rows as CSV, JSON and JSON Lines. A file is complete or absent, whatever happens."""

import csv
import gzip
import importlib
import io
import json
import os
import secrets
import stat
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

from .io import DELIMITERS, PACKED, BadRowError, check_header, explain, format_of, usual_delimiter

__all__ = ["open_output", "write_rows"]

Write = Callable[[dict[str, object]], None]
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
        ValueError: If the columns cannot be those of a table.

    """
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
        FormatError: If the file's name does not tell its format.
        OSError: If the file cannot be written; the error names it.
        ValueError: If the columns cannot be those of a table.

    """
    count = 0
    with open_output(
        target, form=form, delimiter=delimiter, columns=columns, header=columns
    ) as write:
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
    if ending not in PACKED:
        yield raw
        return
    if ending == ".gz":  # no name and no time: the same bytes again
        packed: Any = gzip.GzipFile("", "wb", 6, raw, 0)
    else:
        packed = importlib.import_module(PACKED[ending][0]).open(raw, "wb")
    with packed as stream:
        yield stream


@contextmanager
def _rows(
    raw: BinaryIO, form: str, delimiter: str, columns: Sequence[str], header: Sequence[str]
) -> Generator[Write]:
    stream = io.TextIOWrapper(raw, encoding="utf-8", newline="")
    try:
        if form == "jsonl":
            yield _shaped(_jsonl(stream), columns)
        else:
            with _json(stream) if form == "json" else _csv(stream, delimiter, header) as write:
                yield _shaped(write, columns)
        stream.flush()
    finally:
        with suppress(OSError):
            stream.detach()


def _shaped(write: Write, columns: Sequence[str]) -> Write:
    """Give each row the columns that are asked for, if any are."""

    def shaped(row: dict[str, object]) -> None:
        write({name: row.get(name) for name in columns})

    return shaped if columns else write


def _plain(value: object) -> str:
    """Give what JSON has for a value of another type."""
    if isinstance(value, Decimal) and value.is_finite():
        return f"{MARK}{value}{MARK}"
    if isinstance(value, (date, time)):
        return value.isoformat()
    raise ValueError(f"JSON cannot hold {value!r}")


ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_plain)


def _encode(row: object) -> str:
    text = ENCODER.encode(row)
    return text.replace(f'"{MARK}', "").replace(f'{MARK}"', "") if MARK in text else text


def _jsonl(stream: TextIO) -> Write:
    put = stream.write

    def write(row: dict[str, object]) -> None:
        put(_encode(row) + "\n")

    return write


@contextmanager
def _json(stream: TextIO) -> Generator[Write]:
    before = "[\n"

    def write(row: dict[str, object]) -> None:
        nonlocal before
        stream.write(before + _encode(row))
        before = ",\n"

    yield write
    stream.write("[]\n" if before == "[\n" else "\n]\n")


@contextmanager
def _csv(stream: TextIO, delimiter: str, columns: Sequence[str]) -> Generator[Write]:
    rows = csv.writer(stream, delimiter=delimiter)
    header: list[str] = []

    def begin(names: Sequence[str]) -> None:
        check_header(names)
        # Quoted, a name is taken neither for a byte order mark nor for cells.
        careful = {*DELIMITERS, "\ufeff", "="} & {*"".join(names)}
        quoted = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        (quoted if careful else rows).writerow(names)
        header.extend(names)

    def write(row: dict[str, object]) -> None:
        names = header or list(row)
        if not row:
            raise ValueError("has no columns")
        if list(row) != names and row.keys() != set(names):
            raise ValueError(f"has the columns {list(row)}, not {names}: name all (--columns)")
        cells = [_cell(row[name]) for name in names]
        if not header:
            begin(names)
        rows.writerow(cells)

    yield write
    if columns and not header:
        begin(columns)


def _cell(value: object) -> object:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float, Decimal, date, time)):
        with suppress(ValueError):
            return _encode(value).strip('"')
    raise ValueError(f"a cell of CSV cannot hold {value!r}")
