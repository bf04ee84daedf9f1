"""Write rows as CSV, JSON and JSON Lines. A file is complete or absent, whatever happens."""

import csv
import gzip
import io
import json
import os
import secrets
import stat
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

from .io import STANDARD, format_of

__all__ = ["open_output"]


@contextmanager
def open_output(
    path: Path, *, form: str = "", delimiter: str = ",", columns: Sequence[str] = ()
) -> Generator[Callable[[dict[str, object]], None]]:
    """Give a function that writes a row. It raises ValueError if the format cannot hold the row.

    A file is replaced in one step when everything is written: after an error or a crash, the old
    one is intact. Pipes and devices are written to directly.

    Args:
        path: The file, or ``-`` for standard output. If its name ends in ``.gz``, it is compressed.
        form: One of `FORMATS`; by default, from the file's name.
        delimiter: What separates the cells of a CSV file.
        columns: The header of a CSV file without rows; read at the end.

    Raises:
        FormatError: If the file's name does not tell its format.
        OSError: If the file cannot be written; the error names it.

    """
    form = form or format_of(path)
    if path == STANDARD:
        sys.stdout.flush()
        with _rows(sys.stdout.buffer, form, delimiter, columns) as write:
            yield write
        sys.stdout.flush()
        return
    with (
        _replaced(path) as raw,
        _packed(raw, packed=path.suffix == ".gz") as stream,
        _rows(stream, form, delimiter, columns) as write,
    ):
        yield write


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
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
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
def _packed(raw: BinaryIO, *, packed: bool) -> Generator[BinaryIO]:
    if not packed:
        yield raw
        return
    with gzip.GzipFile("", "wb", 6, raw, 0) as stream:  # no name and no time: same bytes again
        yield cast("BinaryIO", stream)


@contextmanager
def _rows(
    raw: BinaryIO, form: str, delimiter: str, columns: Sequence[str]
) -> Generator[Callable[[dict[str, object]], None]]:
    stream = io.TextIOWrapper(raw, encoding="utf-8", newline="")
    try:
        if form == "jsonl":
            yield _jsonl(stream)
        else:
            with _json(stream) if form == "json" else _csv(stream, delimiter, columns) as write:
                yield write
        stream.flush()
    finally:
        with suppress(OSError):
            stream.detach()


ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def _jsonl(stream: TextIO) -> Callable[[dict[str, object]], None]:
    encode, put = ENCODER.encode, stream.write

    def write(row: dict[str, object]) -> None:
        put(encode(row) + "\n")

    return write


@contextmanager
def _json(stream: TextIO) -> Generator[Callable[[dict[str, object]], None]]:
    before = "[\n"

    def write(row: dict[str, object]) -> None:
        nonlocal before
        stream.write(before + ENCODER.encode(row))
        before = ",\n"

    yield write
    stream.write("[]\n" if before == "[\n" else "\n]\n")


@contextmanager
def _csv(
    stream: TextIO, delimiter: str, columns: Sequence[str]
) -> Generator[Callable[[dict[str, object]], None]]:
    rows = csv.writer(stream, delimiter=delimiter)
    header: list[str] = []

    def begin(names: Sequence[str]) -> None:
        # Quoted, a byte order mark that belongs to a name is not taken for the file's.
        quoted = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        (quoted if names[0].startswith("\ufeff") else rows).writerow(names)
        header.extend(names)

    def write(row: dict[str, object]) -> None:
        names = header or list(row)
        if not row:
            raise ValueError("has no columns")
        if list(row) != names and row.keys() != set(names):
            raise ValueError(f"has the columns {list(row)}, not {names}")
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
    if isinstance(value, (dict, list, tuple)):
        raise ValueError(f"a cell of CSV cannot hold {value!r}")  # noqa: TRY004  # of the row
    return ENCODER.encode(value)
