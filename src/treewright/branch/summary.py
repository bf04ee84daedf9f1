"""The report of `treewright finish`: some ten lines of Markdown, for a job's summary."""

import re
from collections.abc import Iterator, Mapping, Sequence
from textwrap import shorten

from treewright.branch.computing import Result
from treewright.rows import on_one_line
from treewright.updating.report import decided

_SHOWN = 5  # of a list
_WIDTH = 160  # characters of what a hook said
_ROW = re.compile(r"^(new|answer|migrated|moved|renamed|files|merged|yours|overlay|brought|unused"
                  r"|untouched|old names|look at|lacking)\s{1,9}(\S.*)$")  # fmt: skip
_VERDICT = re.compile(r"Proven|Not proven|\d+ faults?\.")
_LEFT = ("untouched", "unused", "old names", "look at", "lacking")
_DECIDED = ("answer", "migrated", "moved", "renamed", "merged", "yours", "overlay", "brought")


def code(text: str) -> str:
    """Give a text that others wrote as code, which no page takes for Markdown."""
    return f"`{on_one_line(text).replace('`', chr(39))}`"


def text(
    name: str,
    result: Result,
    verdict: str,
    counted: Mapping[str, int],
    notes: Sequence[str] = (),
) -> str:
    """Give the report.

    Args:
        name: The answers file.
        result: What was computed.
        verdict: What is to be said of the branch, in few words.
        counted: The files and lines between the branch and its end; see `diffstat`.
        notes: What else is to be said.

    """
    before, now = result.versions
    version = now if before == now else f"{before} -> {now}"
    what = f"Overlay {code(result.overlay)}" if result.overlay else "Treewright"
    head = f"**{what} {code(version)}** in {code(name)}: {verdict}."
    return "\n".join([head, "", *(f"- {line}" for line in _lines(result, counted, notes))])


def called(result: Result) -> str:
    """Say of what an update is, in the subject of a commit."""
    return f"overlay {on_one_line(result.overlay)}" if result.overlay else "Treewright"


def _lines(result: Result, counted: Mapping[str, int], notes: Sequence[str]) -> Iterator[str]:
    if result.answers:
        told = [f"{answer}: {value}" for answer, value in result.answers.items()]
        yield f"answers: {_some(told)}"
    kinds = [f"{counted[k]} {k}" for k in ("changed", "new", "removed", "moved") if counted[k]]
    if kinds:
        yield f"files: {', '.join(kinds)} (+{counted['added']} -{counted['deleted']} lines)"
    rows = said(result.update.printed if result.update else "")
    told = [value if row in {"yours", "answer"} else f"{row} {value}" for row, value in rows
            if row in _DECIDED]  # fmt: skip
    told += [f"{path}: {clash.key} {decided(clash)}" for path, clash in result.clashes]
    if told:
        yield f"decided: {_some(told)}"
    if result.conflicts:
        yield "in conflict: " + _some([f"{p} ({why})" for p, why in result.conflicts.items()])
    if left := [f"{row}: {value}" for row, value in rows if row in _LEFT]:
        yield f"for you: {_some(left)}"
    if verdict := proof(result.update.printed if result.update else ""):
        yield f"proof: {code(verdict)}"
    yield from notes


def said(printed: str) -> list[tuple[str, str]]:
    """Give the rows that the hooks print, each with its continued lines."""
    found: list[tuple[str, str]] = []
    continued = False
    for line in printed.splitlines():
        if row := _ROW.match(line):
            found.append((row[1], row[2]))
        elif continued and line.startswith(" " * 10) and found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
        continued = bool(row) or (continued and line.startswith(" " * 10))
    return found


def proof(printed: str) -> str:
    """Give what the hooks say of the proof."""
    lines = [line for line in printed.splitlines() if _VERDICT.match(line)]
    return lines[-1] if lines else ""


def _some(told: Sequence[str]) -> str:
    shown = [code(shorten(one, _WIDTH, placeholder=" ...")) for one in told[:_SHOWN]]
    rest = len(told) - _SHOWN
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")
