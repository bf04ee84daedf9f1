"""Transforms: what the pipeline can do to a cell or a row. Each is a function with a name."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache, partial
from inspect import signature
from typing import Any, ClassVar, cast

from .io import BadRowError, explain, number_of

__all__ = ["TRANSFORMS", "TransformError", "register", "transform_rows"]

Row = dict[str, object]
Step = tuple[str, str, Callable[[Row, str], Row]]  # as it is written, what follows NAME:, function

FORM = "write it as NAME:COLUMN or NAME:PARAMETER"
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


def register(function: Callable[..., Any]) -> Callable[..., Any]:
    """Register a function as a transform, under its own name, with its docstring's first line.

    If it takes one argument, that is the text of a cell: a null stays null, and any other value
    makes its row bad. If it takes two, those are a row and what follows ``NAME:``, and it gives a
    row. It finds cells by `cell`, and raises `TransformError` for a parameter that is wrong:
    before the first row, it is tried on a row of nulls.

    Raises:
        ValueError: If the name is taken.

    """
    name = getattr(function, "__name__", "").rstrip("_")  # Python has a `round` of its own
    if name in TRANSFORMS:
        raise ValueError(f"a transform named {name!r} already exists")
    run = partial(_on_text if len(signature(function).parameters) == 1 else _on_row, function)
    TRANSFORMS[name] = Transform(name, (function.__doc__ or "").partition("\n")[0], run)
    return function


def _on_text(run: Callable[[str], object], row: Row, column: str) -> Row:
    value = row[column] if column in row else cell(row, column)
    if isinstance(value, str):
        row[column] = run(value)
    elif value is not None:
        raise TypeError(f"needs a text, not {value!r}")
    return row


def _on_cell(run: Callable[[object], object], row: Row, column: str) -> Row:
    row[column] = run(cell(row, column))
    return row


def _on_row(run: Callable[[Row, str], object], row: Row, parameter: str) -> Row:
    result = run(row, parameter)
    if not isinstance(result, dict):
        raise TypeError(f"gave {result!r}, not a row")
    return cast("Row", result)


def compile_steps(
    wanted: Iterable[str], available: Mapping[str, Any], columns: Iterable[str] = ()
) -> tuple[list[Step], list[str]]:
    """Find the transform, or plugin, for each ``NAME:COLUMN`` or ``NAME:PARAMETER``.

    Give what they make of the columns of a table, too: nothing, if only its rows can tell.
    """
    steps: list[Step] = []
    header: Row = {**dict.fromkeys(columns)}
    for spec in wanted:
        name, colon, rest = spec.partition(":")
        if not colon or name not in available:
            reason = f"no {name!r} among {', '.join(available)}" if colon else FORM
            raise TransformError(f"transform {spec!r}: {reason}")
        run, on_row = available[name].run, getattr(available[name], "on_row", False)
        own = isinstance(available[name], Transform)
        if not own:
            run = partial(_on_row if on_row else _on_cell, run)
        steps.append((spec, rest, run))
        try:
            if header and own:
                header = run(header, rest)
            elif header and not on_row:
                cell(header, rest)
            else:
                header = {}
        except (ColumnError, TransformError) as error:
            raise TransformError(f"transform {spec!r}: {error}") from error
        except Exception:  # noqa: BLE001  # it needs more than nulls
            header = {}
    return steps, [*header]


def transform_row(row: Row, steps: Iterable[Step]) -> Row:
    """Transform a row, perhaps in place; raise BadRowError with the step that cannot, and why."""
    for spec, rest, run in steps:
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
    """Transform rows, such as those of `read_rows`, one by one; they stay as they are.

    Raises:
        BadRowError: If a row is bad.
        TransformError: If no row can be transformed.

    """
    steps, _ = compile_steps(transforms, available)
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


@register
def round_(row: Row, parameter: str) -> Row:
    """Round to decimal places, halves up: round:PLACES:COLUMN."""
    parts = ROUND.fullmatch(parameter)
    if not parts:
        raise TransformError("write it as round:PLACES:COLUMN")
    digits, column = parts.groups()
    value = cell(row, column)
    value = number(value) if isinstance(value, str) else value
    if isinstance(value, (float, Decimal)):
        value = EXACT.quantize(Decimal(str(value)), Decimal(1).scaleb(-int(digits)))
    elif value is not None and type(value) is not int:
        raise TypeError(f"needs a number, not {value!r}")
    return {**row, column: value}


@register
def keep(row: Row, parameter: str) -> Row:
    """Keep these columns alone, in this order: keep:COLUMN,COLUMN."""
    return {name: cell(row, name) for name in split_names(parameter)}


@register
def drop(row: Row, parameter: str) -> Row:
    """Leave these columns out: drop:COLUMN,COLUMN."""
    left = {**row}
    for name in split_names(parameter):
        cell(row, name)
        del left[name]
    if not left:
        raise ColumnError("no column is left")
    return left


@register
def rename(row: Row, parameter: str) -> Row:
    """Give a column another name: rename:OLD:NEW."""
    old, *new = split_names(parameter, ":")
    if len(new) != 1 or not new[0]:
        raise TransformError("write it as rename:OLD:NEW")
    cell(row, old)
    if new[0] in row:
        raise ColumnError(f"there is a column {new[0]!r} already")
    return {new[0] if name == old else name: value for name, value in row.items()}
