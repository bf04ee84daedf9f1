"""What `treewright adopt` tells: for a person, and as JSON for programs."""

import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

from treewright.rows import escaped, on_one_line, row, say

_VERSION = 1  # of the document; a key that goes, or means something else, raises it
_WIDTH = 40  # of a value in the table
_LEAST = 20  # of what it was read from, in a narrow terminal
_HEADS = ("answer", "value", "read from", "how sure")
_READ = 2  # the column that is cut
Status = Literal["ready", "refused", "unable"]


@dataclass(frozen=True)
class Row:
    """An answer, where it was read, and how sure that is."""

    value: object
    read_from: str
    sure: str


@dataclass
class Told:
    """All that one run has to tell.

    Args:
        status: How it ended.
        project: The project's folder.
        answers: The answers, by name; of an edit, those that change.
        kinds: Whose each kind of tool is, and why.
        arrives: The files that arrive, and those merged by meaning.
        stays: Why a file, or a kind of tool, stays the owner's.
        clashes: Why a file would be in conflict.
        left_out: Why a file or a kind is left out for the sake of the wheel.
        wheel: Whether the wheel was compared: `same`, or `not compared`.
        changed: The files that --convert or --undo changed: what was done to each.
        refusals: Why the repository is refused, or what is wrong.
        command: The command that follows.
        written: What was written.
        diff: The whole difference.

    """

    status: Status = "ready"
    project: str = ""
    answers: dict[str, Row] = field(default_factory=dict)
    kinds: dict[str, dict[str, str]] = field(default_factory=dict)
    arrives: list[str] = field(default_factory=list)
    stays: dict[str, str] = field(default_factory=dict)
    clashes: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    wheel: str = "not compared"
    changed: dict[str, str] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    command: str = ""
    written: str = ""
    diff: str = ""


def document(told: Told) -> str:
    """Give the document for programs."""
    return json.dumps({"version": _VERSION, **asdict(told)}, indent=2, default=str)


def table(answers: Mapping[str, Row]) -> Iterator[str]:
    """Give the lines of the table of answers, which fits into a terminal that is not narrow."""
    rows = [_HEADS, *((name, _shown(one.value), one.read_from, one.sure)
                      for name, one in answers.items())]  # fmt: skip
    plain = [[on_one_line(cell) for cell in cells] for cells in rows]
    widths = _widths(plain)
    if sys.stdout.isatty():
        rest = sum(widths) - widths[_READ] + len(" | ") * (len(widths) - 1)
        room = max(_LEAST, shutil.get_terminal_size().columns - rest)
        for line in plain:
            line[_READ] = _cut(line[_READ], room)
        widths = _widths(plain)
    for number, line in enumerate(plain):
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        yield " | ".join(cells).rstrip()
        if not number:
            yield "-|-".join("-" * width for width in widths)


def lists(told: Told) -> Iterator[str]:
    """Give the three lists: what arrives, what stays, and what would clash."""
    yield from _list("Arrives", told.arrives)
    yield from _list("Stays yours", _because(told.stays))
    if told.left_out:
        yield from _list("Left out", _because(told.left_out))
    yield from _list("Would clash", _because(told.clashes))


def summary(told: Told) -> Iterator[str]:
    """Give the lists in rows, as hooks report."""
    yield from row("arrives", _count(told.arrives, "file"))
    yield from row("yours", ", ".join(told.stays) or "nothing")
    for name, reasons in (("left out", told.left_out), ("clashes", told.clashes)):
        for line in _because(reasons):
            yield from row(name, line)
    yield from row("wheel", told.wheel)


def following(told: Told) -> Iterator[str]:
    """Give what was written, and the command that follows."""
    if told.written:
        yield f"Written: {told.written}"
    if told.command:
        yield from ("", "Next:", f"  {told.command}")


def show_diff(diff: bytes) -> None:
    """Print the difference: as it is for a program, and escaped for a terminal."""
    if sys.stdout.isatty():
        for line in diff.decode(errors="replace").split("\n"):
            say("\t".join(map(escaped, line.split("\t"))).replace("\\t", "        "))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(diff)
        sys.stdout.buffer.flush()


def _list(name: str, lines: Iterable[str]) -> Iterator[str]:
    found = [*lines]
    yield ""
    yield f"{name} ({len(found)}):"
    yield from (f"  {on_one_line(line)}" for line in found)


def _because(reasons: Mapping[str, str]) -> list[str]:
    return [f"{name}: {why}" for name, why in reasons.items()]


def _count(names: Sequence[str], noun: str) -> str:
    listed = ", ".join(names)
    return f"{len(names)} {noun}{'' if len(names) == 1 else 's'}{': ' if names else ''}{listed}"


def _widths(lines: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*lines, strict=True)]


def _shown(value: object) -> str:
    if isinstance(value, list):
        text = ", ".join(map(str, value)) or "none"
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    else:
        text = str(value)
    return _cut(text, _WIDTH)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 3]}..."
