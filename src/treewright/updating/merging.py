"""Settle by meaning what Copier could not merge by lines.

docs/merging.md says for users what is merged how. What cannot be settled stays as Copier left
it: unmerged in the index, with markers in the file.
"""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from treewright.scripts import by_uv
from treewright.updating import line_sets
from treewright.updating.layers import NONE, Layers
from treewright.updating.repository import (
    BASE,
    FILE_MODES,
    LABELS,
    OURS,
    THEIRS,
    GitError,
    Repository,
    Stage,
)

_SETTINGS = "pyproject.toml"
_SCRIPT = Path(__file__).parents[1] / "scripts/merge_toml.py"
_READS_TOML = sys.version_info >= (3, 11)
_CONFLICT = re.compile(rf"(?ms)^<{{7}} {LABELS[OURS]}\r?$.*?^>{{7}} {LABELS[THEIRS]}\r?$")


@dataclass(frozen=True)
class Clash:
    """What both sides changed: a dotted key, or a line, and what each side has there.

    A side that has nothing there is empty. The user's is kept, unless an answer took its place.
    """

    key: str
    yours: str
    template: str
    kept: bool = True
    by: str = "the template"  # who has the other value


@dataclass(frozen=True)
class File:
    """What became of one file: how it was merged, or why it was not."""

    path: str
    how: str  # "meaning", "lines", "text", or "" for a conflict that is left
    clashes: tuple[Clash, ...] = ()
    why: str = ""
    over: tuple[Clash, ...] = ()  # what overlays set, each `by` one, in the place of others


@dataclass(frozen=True)
class Settled:
    """What became of every file that Copier could not merge, in the order of their paths."""

    files: list[File] = field(default_factory=list)

    @property
    def conflicts(self) -> list[File]:
        """The files that are left to the user."""
        return [file for file in self.files if not file.how]

    @property
    def clashes(self) -> list[tuple[str, Clash]]:
        """Every clash, with the path of its file."""
        return [(file.path, clash) for file in self.files for clash in file.clashes]

    @property
    def over(self) -> list[tuple[str, Clash]]:
        """Every value of an overlay that took the place of another, with the path of its file."""
        return [(file.path, clash) for file in self.files for clash in file.over]


class LeftError(Exception):
    """A file is not merged; the message says why."""


def settle(
    repository: Repository, translate: Callable[[str, str], str], folder: str = ""
) -> Settled:
    """Settle the conflicts below a project's folder as far as meaning goes.

    It takes all that it needs from the index, so it can run again after it was stopped. What is
    settled is left as Copier leaves a file that it merged: in the work tree, not staged. Stage 2
    is what the index held before the update, so that is what the index holds again.

    Args:
        repository: The project.
        translate: Rewrites an older text, of which it also gets the path, so that it speaks of
            the package by its new name.
        folder: The one in which conflicts are settled, if not in all.

    Raises:
        GitError: If git fails.
        OSError: If a file cannot be written, as on a full disk.

    """
    files = []
    for path, stages in sorted(repository.unmerged().items()):
        if folder and not path.startswith(f"{folder}/"):
            continue
        try:
            texts = _texts(repository, stages)
            old = {side: translate(texts[side], path) for side in (BASE, OURS)}
            sides = {**texts, **old}
            try:
                text, file = by_meaning(path, sides)
            except LeftError as left:
                if sides == texts:  # Copier has done as much
                    raise
                text, file = _by_lines(repository, path, sides, left), File(path, "text")
        except LeftError as error:
            files.append(File(path, "", why=str(error)))
            continue
        repository.write_as_checked_out(path, text.encode())
        repository.settled(path, stages[OURS])
        files.append(file)
    return Settled(files)


def broken(repository: Repository) -> str:
    """Say what is wrong with pyproject.toml, if anything: a merge by lines can spoil a file.

    Returns:
        One sentence, or nothing if the file is well, or not there, or in conflict, or if this
        Python reads no TOML.

    """
    data = repository.read("pyproject.toml")
    reason = fault(data) if data is not None else ""
    if not reason or "pyproject.toml" in repository.unmerged():
        return ""
    return f"pyproject.toml is not TOML after the update; fix it by hand: {reason}"


def fault(data: bytes) -> str:
    """Say why a file is no TOML, or nothing if it is, or if this Python reads no TOML."""
    if not _READS_TOML:
        return ""
    import tomllib  # noqa: PLC0415  # Copier runs on a Python without it too

    try:
        tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return "it is not in UTF-8"
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return str(error)
    return ""


def _texts(repository: Repository, stages: Mapping[int, Stage]) -> dict[int, str]:
    """Read the sides of a file; a base that is missing is empty."""
    if OURS not in stages:
        raise LeftError("you deleted it, and the template changed it")
    if THEIRS not in stages:
        raise LeftError("you changed it, and the template deleted it")
    if not all(stage.mode in FILE_MODES for stage in stages.values()):
        raise LeftError("it is not a regular file")
    return {BASE: "", **{side: text(repository.blob(one.blob)) for side, one in stages.items()}}


def text(data: bytes) -> str:
    """Give the text of a side of a file.

    Raises:
        LeftError: If it is none.

    """
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise LeftError("it is not UTF-8 text") from None


def has_meaning(path: str) -> bool:
    """Tell whether a file is merged by meaning."""
    return line_sets.is_line_set(path) or PurePosixPath(path).name == _SETTINGS


def by_meaning(path: str, sides: Mapping[int, str], layers: Layers = NONE) -> tuple[str, File]:
    """Merge a file of which the meaning is known.

    Args:
        path: The file.
        sides: The texts of BASE, OURS and THEIRS; the template's are without overlays.
        layers: What overlays lay over the template's.

    Raises:
        LeftError: If it cannot be merged.

    """
    if line_sets.is_line_set(path):
        return _lines(path, sides, layers)
    if PurePosixPath(path).name == _SETTINGS:
        merged = _merged(_given(sides, layers))
        return merged["text"], _file(path, merged)
    raise LeftError("you and the template changed the same lines")


def _lines(path: str, sides: Mapping[int, str], layers: Layers) -> tuple[str, File]:
    """Merge a set of lines."""
    before = line_sets.lay(path, sides[BASE], layers.before)
    now = line_sets.lay(path, sides[THEIRS], layers.now)
    lines = line_sets.merge(path, before.text, sides[OURS], now.text)
    by = {line: name for name, text in layers.now.items() for line in text.splitlines()}
    met = (
        Clash(yours.split()[0], yours, theirs, by=by.get(theirs, Clash.by))
        for yours, theirs in lines.clashes
    )
    over = (
        Clash(line.split()[0], line, below, by=by[line])
        for line, below in now.clashes
        if (line, below) not in before.clashes and line in lines.text.splitlines()
    )
    return lines.text, File(path, "lines", tuple(met), over=tuple(over))


def _given(sides: Mapping[int, str], layers: Layers) -> dict[str, Any]:
    texts = {"base": sides[BASE], "ours": sides[OURS], "theirs": sides[THEIRS]}
    return {**texts, "before": {**layers.before}, "now": {**layers.now}}


def _file(path: str, merged: Mapping[str, Any]) -> File:
    clashes, over = (tuple(Clash(**one) for one in merged[name]) for name in ("clashes", "over"))
    return File(path, "meaning", clashes, over=over)


def join_toml(
    sides: Mapping[int, str], own: Sequence[str], given_up: Sequence[str], layers: Layers = NONE
) -> tuple[str, File, list[str]]:
    """Merge the pyproject.toml of a repository that joined; see toml_merge/joined.py.

    Args:
        sides: The texts of BASE, OURS and THEIRS.
        own: The tables and groups that are the repository's.
        given_up: Those that were until now.
        layers: What overlays lay over the template's.

    Returns:
        The text, what became of the file, and all that is the repository's from now on.

    Raises:
        LeftError: If it cannot be merged.

    """
    merged = _merged({**_given(sides, layers), "own": [*own], "given_up": [*given_up]})
    return merged["text"], _file(_SETTINGS, merged), merged["own"]


def _merged(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Merge pyproject.toml, in this process where this Python reads TOML."""
    if _READS_TOML:
        from treewright.scripts.merge_toml import answer  # noqa: PLC0415  # it needs tomllib

        found = answer(given)
    else:
        try:
            found = by_uv.run(_SCRIPT, given)
        except by_uv.ScriptError as error:
            raise LeftError(f"this Python cannot read TOML, and {error}") from error
    if "reason" in found:
        raise LeftError(found["reason"])
    return found


def _by_lines(repository: Repository, path: str, sides: Mapping[int, str], left: LeftError) -> str:
    """Merge texts again, as they now speak of the same names; lessen the markers at least.

    Raises:
        LeftError: As given, if conflicts are left.

    """
    try:
        merged, conflicts = repository.merge_texts(
            {side: text.encode() for side, text in sides.items()}
        )
    except GitError as error:
        raise left from error
    text = merged.decode()
    if conflicts:
        there = repository.read(path)
        if there is not None and _disputed(text) < _disputed(there.decode(errors="replace")):
            repository.write_as_checked_out(path, text.encode())
        raise left
    return text


def _disputed(text: str) -> int:
    """Count the lines between markers."""
    return sum(conflict.count("\n") for conflict in _CONFLICT.findall(text))
