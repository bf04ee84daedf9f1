"""Transforms: what the pipeline can do to a cell or a row. Each is a function with a name."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache, partial
from typing import Any, ClassVar, cast

from .io import BadRowError, explain, number_of

__all__ = ["TRANSFORMS", "TransformError", "register", "register_row", "transform_rows"]

Row = dict[str, object]
# How a step is written, what follows its name, its function, and what can be tried on a header.
Step = tuple[str, str, Callable[[Row, str], Row], Callable[[Row, str], Any] | None]

WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*")
NUMBER = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*")
ROUND = re.compile(r"([0-9]{1,2}):(.*)", re.DOTALL)
EXACT = Context(prec=10_000, rounding=ROUND_HALF_UP)


class TransformError(Exception):
    """A transform cannot be applied to any row; the message says which and why."""


class ColumnError(ValueError):
    """A row does not have the columns that a transform needs."""


@dataclass(frozen=True, slots=True)
class Transform:
    """A transform: its name, the first line of its docstring, and its function."""

    name: str
    summary: str
    run: Callable[..., Any]
    on_row: ClassVar[bool] = True


TRANSFORMS: dict[str, Transform] = {}


def register(function: Callable[[str], object]) -> Callable[[str], object]:
    """Register a function that takes the text of a cell as a transform, under its own name.

    The first line of its docstring describes it. A null stays null. Any other value that is not
    a text makes its row bad.

    Raises:
        ValueError: If the name is taken.

    """

    def run(row: Row, column: str) -> Row:
        value = row[column] if column in row else cell(row, column)
        if isinstance(value, str):
            row[column] = function(value)
        elif value is not None:
            raise TypeError(f"needs a text, not {value!r}")
        return row

    _add(function, run)
    return function


def register_row(function: Callable[[Row, str], Row]) -> Callable[[Row, str], Row]:
    """Register a function that takes a row and what follows ``NAME:``, and gives a row.

    It takes cells by `cell`, and raises `TransformError` for a parameter that is wrong: before
    the first row, it is tried on a row of nulls. Any other error makes its row bad.
    """
    _add(function, partial(_on_row, function))
    return function


def _add(function: Callable[..., object], run: Callable[[Row, str], Row]) -> None:
    name = getattr(function, "__name__", "").rstrip("_")  # Python has a `round` of its own
    if name in TRANSFORMS:
        raise ValueError(f"a transform named {name!r} already exists")
    TRANSFORMS[name] = Transform(name, (function.__doc__ or "").partition("\n")[0], run)


def compile_steps(wanted: Iterable[str], available: Mapping[str, Any]) -> list[Step]:
    """Find the transform, or plugin, for each ``NAME:COLUMN`` or ``NAME:PARAMETER``."""
    steps: list[Step] = []
    for spec in wanted:
        name, colon, rest = spec.partition(":")
        transform = available.get(name)
        if not colon:
            raise TransformError(f"transform {spec!r}: write it as NAME:COLUMN or NAME:PARAMETER")
        if transform is None:
            raise TransformError(f"transform {spec!r}: no {name!r} among {', '.join(available)}")
        if isinstance(transform, Transform):
            steps.append((spec, rest, transform.run, transform.run))
        elif getattr(transform, "on_row", False):
            steps.append((spec, rest, partial(_on_row, transform.run), None))
        else:
            steps.append((spec, rest, partial(_on_cell, transform.run), cell))
    return steps


def _on_cell(run: Callable[[object], object], row: Row, column: str) -> Row:
    row[column] = run(cell(row, column))
    return row


def _on_row(run: Callable[[Row, str], object], row: Row, parameter: str) -> Row:
    result = run(row, parameter)
    if not isinstance(result, dict):
        raise TypeError(f"gave {result!r}, not a row")
    return cast("Row", result)


def transform_header(columns: Iterable[str], steps: Iterable[Step]) -> list[str]:
    """Give the columns that steps make of those of a table; none if only its rows can tell."""
    header: Any = dict.fromkeys(columns)
    for spec, rest, _, trial in steps:
        try:
            if trial is None:
                return []
            header = trial(header, rest) or header
        except (ColumnError, TransformError) as error:
            raise TransformError(f"transform {spec!r}: {error}") from error
        except Exception:  # noqa: BLE001  # it needs more than nulls
            return []
    return [*header]


def transform_row(row: Row, steps: Iterable[Step]) -> Row:
    """Transform a row, perhaps in place; raise BadRowError with the step that cannot, and why."""
    for spec, rest, run, _ in steps:
        try:
            row = run(row, rest)
        except TransformError as error:
            raise TransformError(f"transform {spec!r}: {error}") from error
        except (Exception, SystemExit) as error:  # a plugin may raise anything
            kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
            raise BadRowError(f"{spec}: {kind}{explain(error)}") from error
    return row


def transform_rows(
    rows: Iterable[Mapping[str, object]],
    transforms: Iterable[str],
    available: Mapping[str, Any] = TRANSFORMS,
) -> Iterator[Row]:
    """Transform rows one by one; they stay as they are.

    Args:
        rows: The rows, such as those of `read_rows`.
        transforms: What to do, as in `Config`.
        available: The transforms, or plugins, by name.

    Raises:
        BadRowError: If a row is bad.
        TransformError: If no row can be transformed.

    """
    steps = compile_steps(transforms, available)
    for number, row in enumerate(rows, 1):
        try:
            yield transform_row({**row}, steps)
        except BadRowError as error:
            raise BadRowError(f"row {number}: {error}") from error


def cell(row: Row, column: str) -> object:
    """Give the cell of a column; raise `ColumnError` if there is no such column."""
    if column not in row:
        raise ColumnError(f"no column {column!r} among {', '.join(row)}")
    return row[column]


@cache
def split_names(text: str, delimiter: str = ",") -> list[str]:
    """Split the names of columns as CSV does; raise `TransformError` unless each comes once."""
    with suppress(csv.Error):
        names = next(csv.reader([text], delimiter=delimiter, strict=True))
        if 0 < len(names) == len(set(names)):
            return names
    raise TransformError("has to name columns, each once, as a line of CSV does")


@register
def strip(text: str) -> str:
    """Remove white space from both ends."""
    return text.strip()


@register
def lower(text: str) -> str:
    """Convert to lower case."""
    return text.lower()


@register
def upper(text: str) -> str:
    """Convert to upper case."""
    return text.upper()


@register
def null(text: str) -> str | None:
    """Replace an empty text with null."""
    return text or None


@register
def integer(text: str) -> int:
    """Read as a whole number."""
    if not WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


@register
def number(text: str) -> object:
    """Read as a number with a decimal point."""
    if not NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a number that JSON has")
    return number_of(text.strip())


@register_row
def round_(row: Row, parameter: str) -> Row:
    """Round to digits behind the point, a half up: round:DIGITS:COLUMN."""
    parts = ROUND.fullmatch(parameter)
    if not parts:
        raise TransformError("write it as round:DIGITS:COLUMN")
    digits, column = parts.groups()
    value = cell(row, column)
    value = number(value) if isinstance(value, str) else value
    if isinstance(value, (float, Decimal)):
        value = EXACT.quantize(Decimal(str(value)), Decimal(1).scaleb(-int(digits)))
    elif value is not None and type(value) is not int:
        raise TypeError(f"needs a number, not {value!r}")
    return {**row, column: value}


@register_row
def keep(row: Row, parameter: str) -> Row:
    """Keep these columns alone, in this order: keep:COLUMN,COLUMN."""
    return {name: cell(row, name) for name in split_names(parameter)}


@register_row
def drop(row: Row, parameter: str) -> Row:
    """Leave these columns out: drop:COLUMN,COLUMN."""
    left = {**row}
    for name in split_names(parameter):
        cell(row, name)
        del left[name]
    if not left:
        raise ColumnError("no column is left")
    return left


@register_row
def rename(row: Row, parameter: str) -> Row:
    """Give a column another name: rename:OLD:NEW."""
    old, *new = split_names(parameter, ":")
    if len(new) != 1 or not new[0]:
        raise TransformError("write it as rename:OLD:NEW")
    cell(row, old)
    if new[0] in row:
        raise ColumnError(f"there is a column {new[0]!r} already")
    return {new[0] if name == old else name: value for name, value in row.items()}
