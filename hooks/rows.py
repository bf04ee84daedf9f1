"""Rows of a report: plain ASCII, readable at 80 columns."""

import textwrap
from collections.abc import Iterator, Sequence

_WIDTH = 80
_INDENT = 10
_NAMED = 3


def row(name: str, value: str) -> Iterator[str]:
    """Give the lines of a row.

    Args:
        name: What it is about, at most nine characters.
        value: What is said, broken into lines between words.

    """
    yield from textwrap.wrap(
        f"{name:<{_INDENT}}{value}",
        _WIDTH,
        subsequent_indent=" " * _INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def some(names: Sequence[str]) -> str:
    """Name the first few of many, so that it stays one line."""
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
