"""Transforms: what the pipeline can do to a value. Each is a function, registered by its name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

__all__ = ["TRANSFORMS", "Step", "Transform", "TransformError", "compile_steps", "register"]


class TransformError(Exception):
    """A transform was asked for that is not there; the message says which."""


@dataclass(frozen=True, slots=True)
class Transform:
    """A transform under its name, with the first line of its description."""

    name: str
    summary: str
    run: Callable[[object], object]


class _Function(Protocol):
    """A function of a text."""

    __name__: str

    def __call__(self, text: str, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Step:
    """A transform of one column."""

    name: str
    column: str
    run: Callable[[object], object]


TRANSFORMS: dict[str, Transform] = {}


def register(function: _Function) -> _Function:
    """Make a function of a text a transform, by its name and the first line of its docstring.

    A null stays a null. Any other value that is not a text is an error of its row.

    Raises:
        ValueError: If the name is taken.

    """
    name = function.__name__
    if name in TRANSFORMS:
        raise ValueError(f"there is a transform named {name!r} already")

    def run(value: object) -> object:
        if isinstance(value, str):
            return function(value)
        if value is None:
            return None
        raise TypeError(f"needs a text, not {value!r}")

    summary = (function.__doc__ or "").partition("\n")[0]
    TRANSFORMS[name] = Transform(name, summary, run)
    return function


def compile_steps(
    wanted: Iterable[str], available: Mapping[str, Callable[[object], object]]
) -> list[Step]:
    """Find the transform for each ``NAME:COLUMN``.

    Raises:
        TransformError: If one has no column, or if there is no transform by its name.

    """
    steps: list[Step] = []
    for spec in wanted:
        name, colon, column = spec.partition(":")
        if not colon or not column:
            raise TransformError(f"transform {spec!r}: write it as NAME:COLUMN")
        if name not in available:
            known = ", ".join(sorted(available))
            raise TransformError(f"transform {spec!r}: no {name!r} among {known}")
        steps.append(Step(name, column, available[name]))
    return steps


@register
def strip(text: str) -> str:
    """Take white space away from both ends."""
    return text.strip()


@register
def lower(text: str) -> str:
    """Write in lower case."""
    return text.lower()


@register
def upper(text: str) -> str:
    """Write in upper case."""
    return text.upper()


@register
def null(text: str) -> str | None:
    """Make a null of an empty text."""
    return text or None


@register
def integer(text: str) -> int:
    """Read as a whole number."""
    try:
        return int(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no whole number") from error


@register
def number(text: str) -> float:
    """Read as a number with a decimal point."""
    try:
        return float(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no number") from error
