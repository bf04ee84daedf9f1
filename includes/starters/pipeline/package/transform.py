"""Transforms: what the pipeline can do to a value. Each is a function, registered by name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

__all__ = ["TRANSFORMS", "Step", "Transform", "TransformError", "compile_steps", "register"]


class TransformError(Exception):
    """There is no such transform; the message says which."""


@dataclass(frozen=True, slots=True)
class Transform:
    """A transform: its name, the first line of its docstring, and its function."""

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
    """Register a function that takes a text as a transform, under its own name.

    The first line of its docstring describes it. A null stays null. Any other value that is not
    a text makes its row bad.

    Raises:
        ValueError: If the name is taken.

    """
    name = function.__name__
    if name in TRANSFORMS:
        raise ValueError(f"a transform named {name!r} already exists")

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
        TransformError: If one has no column, or no transform has its name.

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
    try:
        return int(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a whole number") from error


@register
def number(text: str) -> float:
    """Read as a number with a decimal point."""
    try:
        return float(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a number") from error
