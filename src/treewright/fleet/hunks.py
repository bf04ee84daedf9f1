"""Which of the template's changes to a file meet a change of its owner's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Hunk:
    """A change of the template's: lines of before, and what stands there now.

    Args:
        start: The first line of before, from 0.
        stop: The line behind the last.
        lines: The lines of now.

    """

    start: int
    stop: int
    lines: tuple[str, ...]


def clashing(base: str, ours: str, theirs: str) -> Iterator[tuple[str, ...]]:
    """Give each change of the template's that overlaps, or touches, one of the owner's.

    Args:
        base: What the template last gave.
        ours: The owner's file.
        theirs: What the template gives now.

    Returns:
        For each its lines, with `+` before one that comes; with `-` where it only takes away.

    """
    before, mine, now = (side.splitlines() for side in (base, ours, theirs))
    own, changes = [*_hunks(before, mine)], [*_hunks(before, now)]
    met = [hunk for hunk in changes if hunk not in own and any(_touch(hunk, one) for one in own)]
    for hunk in met or changes:
        came = tuple(f"+{line}" for line in _speaking(hunk.lines))
        gone = tuple(f"-{line}" for line in _speaking(before[hunk.start : hunk.stop]))
        yield came or gone


def changed(old: str, new: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Give the lines that went and those that came, change by change, without blank ones."""
    before = old.splitlines()
    for hunk in _hunks(before, new.splitlines()):
        yield _speaking(before[hunk.start : hunk.stop]), _speaking(hunk.lines)


def _speaking(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(line.strip() for line in lines if line.strip())


def _hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[Hunk]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for how, start, stop, first, last in matcher.get_opcodes():
        if how != "equal":
            yield Hunk(start, stop, tuple(new[first:last]))


def _touch(one: Hunk, other: Hunk) -> bool:
    """Tell whether git would take two changes for a conflict."""
    return max(one.start, other.start) <= min(one.stop, other.stop)
