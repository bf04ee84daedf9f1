"""What hooks print: plain ASCII, in rows that are readable at 80 columns.

Names, contents and errors of a project were written by others. A terminal obeys what it is sent
(https://invisible-island.net/xterm/ctlseqs/ctlseqs.html), so all of it goes through `escaped`.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import TextIO

_WIDTH = 80
_INDENT = 10
_NAMED = 3
_NOT_PLAIN = re.compile(r"[^\n -~]")


def escaped(text: str) -> str:
    r"""Give a text with all that is not plain ASCII escaped, as in \x1b; but for newlines."""
    return _NOT_PLAIN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def on_one_line(text: str) -> str:
    """Give a text escaped, newlines too, so that it cannot pass for a line of the report."""
    return escaped(text).replace("\n", "\\n")


def say(*lines: str, file: TextIO | None = None) -> None:
    """Print lines for a person, escaped, and at once.

    Args:
        lines: The lines.
        file: Where to; by default, to the standard output.

    """
    print(escaped("\n".join(lines)), file=file, flush=True)


def row(name: str, value: str) -> Iterator[str]:
    """Give the lines of a row.

    Args:
        name: What it is about, at most nine characters.
        value: What is said, broken into lines between words.

    """
    plain = escaped(value.replace("\n", " "))  # before it is broken: what is escaped is longer
    yield from textwrap.wrap(
        f"{name:<{_INDENT}}{plain}",
        _WIDTH,
        subsequent_indent=" " * _INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def some(names: Sequence[str]) -> str:
    """Name the first few of many, so that it stays one line."""
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
