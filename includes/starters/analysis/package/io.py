"""Read tables, and write results."""

import csv
import hashlib
import json
import logging
import os
import secrets
from contextlib import suppress
from importlib import resources
from io import StringIO
from pathlib import Path

import polars as pl

from ._errors import AnalysisError
from .table import CATEGORIES, KEY, LIMITS, MISSING, SAMPLE, TARGET

__all__ = ["read_table", "write_file", "write_json"]

_logger = logging.getLogger(__name__)


def read_table(source: Path | None = None, *, target: bool = True) -> tuple[pl.DataFrame, str]:
    """Read a table from a CSV file.

    Args:
        source: The file, in UTF-8; by default, the sample in the package.
        target: Whether it must have the column to predict.

    Returns:
        The columns that the analysis knows, the one that names the rows first, and the SHA-256
        digest of the file. Cells are stripped of white space, numbers are parsed, and cells
        without a value are null. Empty rows are dropped.

    Raises:
        AnalysisError: If it is not a table, lacks a column, or has text where a number should be.
            Rows are counted as in a spreadsheet, where the header is row 1.
        OSError: If the file cannot be read.

    """
    package = __name__.rpartition(".")[0]
    name = SAMPLE if source is None else str(source)
    data = (source or resources.files(package) / SAMPLE).read_bytes()
    header, rows = _cells(data, name)
    numbers = [column for column in LIMITS if target or column != TARGET]
    columns = [*filter(None, [KEY]), *numbers, *CATEGORIES]
    for column in columns:
        if header.count(column) != 1:
            problem = "no column" if column not in header else "more than one column"
            there = ", ".join(map(repr, header)) or "none"
            raise AnalysisError(f"{name} has {problem} {column}; there are {there}")
    cells = {column: [row[header.index(column)] for row in rows] for column in columns}
    stripped = pl.all().str.strip_chars()
    known = pl.when(~stripped.str.to_lowercase().is_in(MISSING)).then(stripped)
    table = pl.DataFrame(cells, dict.fromkeys(columns, pl.String)).select(known.name.keep())
    table = table.with_columns(_numbers(table[column], name) for column in numbers)
    if not KEY:
        table = table.select(pl.int_range(2, pl.len() + 2).alias("row"), pl.all())
    table = table.filter(pl.any_horizontal(pl.col(columns).is_not_null()))
    if table.is_empty():
        raise AnalysisError(f"{name} has no rows")
    _logger.info("read %d rows of %s", table.height, name)
    return table, hashlib.sha256(data).hexdigest()


def _cells(data: bytes, name: str) -> tuple[list[str], list[list[str]]]:
    """Split the header and the rows into as many cells each; those of an empty row are empty."""
    rows: list[list[str]] = []
    try:
        rows += csv.reader(StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    except UnicodeDecodeError as error:
        raise AnalysisError(f"{name} is not UTF-8, from byte {error.start} on") from error
    except csv.Error as error:
        raise AnalysisError(f"{name}, row {len(rows) + 1} is not CSV: {error}") from error
    header, *rows = rows or [[]]
    for mark in ";\t|":
        if len(header) == 1 and mark in header[0]:
            raise AnalysisError(f"{name} has {mark!r} between its columns, not commas")
    for number, row in enumerate(rows, 2):
        if not any(map(str.strip, row)):
            row[:] = [""] * len(header)
        if len(row) != len(header):
            cells = f"{len(row)} cells, and the header has {len(header)}"
            raise AnalysisError(f"{name}, row {number} has {cells}")
    return [*map(str.strip, header)], rows


def _numbers(texts: pl.Series, name: str) -> pl.Series:
    numbers = texts.cast(pl.Float64, strict=False)
    finite = numbers.is_finite().fill_null(value=False)  # Polars takes "inf" for a number
    wrong = (texts.is_not_null() & ~finite).arg_true()
    if len(wrong):
        row: int = wrong[0]
        raise AnalysisError(f"{name}, row {row + 2}: {texts.name} is not a number: {texts[row]!r}")
    return numbers


def write_file(path: Path, data: bytes) -> None:
    """Write a file in one step, so that it is complete or absent.

    Args:
        path: The file. Pipes and devices are written to directly.
        data: Its content.

    Raises:
        OSError: If it cannot be written; the error names the file.

    """
    target = path.resolve()
    part = target.with_name(f".{secrets.token_hex(8)}.part")  # short, however long the name is
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
            return
        with part.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):
            part.unlink()


def write_json(path: Path, value: object) -> None:
    """Write a value as JSON, as `write_file` does."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    write_file(path, f"{text}\n".encode())
