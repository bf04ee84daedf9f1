"""A three-way merge of pyproject.toml by meaning: what it says, not how its lines lie.

It needs Python 3.11, for tomllib, and nothing else.
"""

import tomllib
from dataclasses import dataclass
from typing import Any

from treewright.toml_merge.meaning import Clash, Merge, same
from treewright.toml_merge.syntax import Document, toml
from treewright.toml_merge.writing import lost_comments, rewrite

__all__ = ["Clash", "Merged", "UnmergeableError", "fault", "lost", "merge", "plain"]

_BOM = "\ufeff"


class UnmergeableError(Exception):
    """A file cannot be merged by meaning; the message says why."""


@dataclass(frozen=True)
class Merged:
    """What a merge came to: the text, and what both sides had changed."""

    text: str
    clashes: list[Clash]


def merge(base: str, ours: str, theirs: str) -> Merged:
    """Merge what the user and the template made of a file.

    Args:
        base: What the template last gave; empty where it gave nothing.
        ours: The user's file.
        theirs: What the template gives now.

    Raises:
        UnmergeableError: If a side is no TOML, or if the result would lack anything that the
            user wrote.

    """
    if theirs in {ours, base}:
        return Merged(ours, [])
    if ours == base:
        return Merged(theirs, [])
    before, here, after = map(Document, plain(base, ours, theirs))
    decided = Merge(before.data, here.data, after.data)
    text = rewrite(here, before, after, decided.data)
    if (reason := fault(text)) or not same(tomllib.loads(text), decided.data):
        raise UnmergeableError(f"its layout is too unusual{': ' if reason else ''}{reason}")
    switched = [clash.key for clash in decided.clashes if not clash.kept]
    missing = [name for name in lost(before.data, here.data, decided.data) if name not in switched]
    if missing := missing + lost_comments(here, before, text):
        raise UnmergeableError(f"the merge would have lost {missing[0]}")
    if not ours.endswith("\n"):
        text = text.removesuffix("\n") or text
    if _has_crlf(ours):
        text = text.replace("\n", "\r\n")
    return Merged(_BOM * ours.startswith(_BOM) + text, decided.clashes)


def plain(base: str, ours: str, theirs: str) -> list[str]:
    """Give three sides of a file without a byte order mark, with newlines as the ends of lines.

    Where the user's file has both kinds of line ends, each stays.

    Raises:
        UnmergeableError: If a side is no TOML.

    """
    texts = []
    for side, text in (("before", base), ("in your file", ours), ("in the template", theirs)):
        bare = text.removeprefix(_BOM)
        if text != ours or _has_crlf(ours):
            bare = bare.replace("\r\n", "\n")
        if reason := fault(bare):
            raise UnmergeableError(f"it was not valid TOML {side}: {reason}")
        texts.append(bare)
    return texts


def _has_crlf(text: str) -> bool:
    return text.count("\r\n") == text.count("\n") > 0


def fault(text: str) -> str:
    """Say why a text is no TOML, or nothing if it is."""
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return str(error)
    return ""


def lost(base: Any, ours: Any, merged: Any, path: str = "") -> list[str]:  # noqa: ANN401
    """Name every key and value of the user's own that a result lacks.

    This asks again, by another way than the merge went, what is the user's: all that the base
    has not. Of a list, each element is.
    """
    if same(base, ours) or same(ours, merged):
        return []
    if isinstance(ours, dict) and isinstance(merged, dict):
        found = []
        for name, value in ours.items():
            before = base.get(name) if isinstance(base, dict) else None
            here = f"{path}.{name}" if path else name
            found += lost(before, value, merged.get(name), here)
        return found
    if isinstance(ours, dict) and merged is None and isinstance(base, dict):
        return lost(base, ours, {}, path)
    if isinstance(ours, list) and isinstance(merged, list):
        before = [toml(item) for item in base] if isinstance(base, list) else []
        there = [toml(item) for item in merged]
        return [f"{path}: {text}" for text in map(toml, ours) if text not in there + before]
    return [path]
