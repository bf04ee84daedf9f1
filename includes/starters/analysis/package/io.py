"""Read tables of deliveries, and write results."""

import json
import logging
import os
import secrets
from contextlib import suppress
from importlib import resources
from pathlib import Path

import polars as pl

from ._errors import AnalysisError

__all__ = ["KEY", "NUMBERS", "TARGET", "WEATHER", "read_table", "write_file", "write_json"]

_logger = logging.getLogger(__name__)

KEY = "delivery"
NUMBERS = ("distance_km", "climb_m", "load_kg")
WEATHER = "weather"
TARGET = "minutes"

SAMPLE = "deliveries.csv"
MISSING = ("", "-", "?", "na", "n/a", "none", "null")  # whatever their case


def read_table(source: Path | None = None, *, target: bool = True) -> pl.DataFrame:
    """Read a table from a CSV file.

    Args:
        source: The file; by default, the sample in the package.
        target: Whether it must have the column that says how long each delivery took.

    Returns:
        The columns that the analysis knows, with cells stripped of white space. Numbers are
        parsed, empty cells and marks for missing ones are null, and empty rows are dropped.

    Raises:
        AnalysisError: If it is not a table, lacks a column, or has text where a number should be.
            Rows are counted as in a spreadsheet, where the header is row 1.
        OSError: If the file cannot be read.

    """
    package = __name__.rpartition(".")[0]
    name = SAMPLE if source is None else str(source)
    data = (source or resources.files(package) / SAMPLE).read_bytes()
    try:
        table = pl.read_csv(data, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        reason = str(error).partition("\n")[0]
        raise AnalysisError(f"{name} is not a CSV table: {reason}") from error
    columns = [KEY, *NUMBERS, WEATHER, *([TARGET] if target else [])]
    if missing := [column for column in columns if column not in table.columns]:
        there = ", ".join(map(repr, table.columns))
        raise AnalysisError(f"{name} has no column {missing[0]}; there are {there}")
    stripped = pl.col(columns).str.strip_chars()
    known = pl.when(~stripped.str.to_lowercase().is_in(MISSING)).then(stripped)
    table = table.select(known.name.keep())
    numbers = [_numbers(table[column], name) for column in columns if column in (*NUMBERS, TARGET)]
    table = table.with_columns(numbers).filter(pl.any_horizontal(pl.all().is_not_null()))
    if table.is_empty():
        raise AnalysisError(f"{name} has no rows")
    _logger.info("read %d rows of %s", table.height, name)
    return table


def _numbers(texts: pl.Series, name: str) -> pl.Series:
    numbers = texts.cast(pl.Float64, strict=False)
    wrong = (numbers.is_null() & texts.is_not_null()).arg_true()
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
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
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
