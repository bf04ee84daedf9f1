"""A merge of pyproject.toml in a repository that has joined, in which what was there is its own.

A table below [tool] and a dependency group are each of one owner, as a whole. Where the repository
has one before the template brings one of the same name, it is the repository's, and stays so.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from treewright.toml_merge import UnmergeableError, plain
from treewright.toml_merge.laying import MergedLaid, Overlays, merge_laid
from treewright.toml_merge.meaning import normal
from treewright.toml_merge.syntax import Document, Path, key

_GROUPS = "dependency-groups"
_OF_UV = ("tool", "uv", _GROUPS)
_NONE: Overlays = {}


@dataclass(frozen=True)
class Joined(MergedLaid):
    """What a merge came to; `own` is what is the owner's."""

    own: list[str]


def join(  # noqa: PLR0913, PLR0917
    base: str,
    ours: str,
    theirs: str,
    own: Collection[str],
    given_up: Collection[str] = (),
    before: Overlays = _NONE,
    now: Overlays = _NONE,
) -> Joined:
    """Merge what the template brings into the file of a repository that has joined.

    Args:
        base: What the template last gave; empty where it gave nothing.
        ours: The repository's file.
        theirs: What the template gives now.
        own: The tables and groups that are the repository's although the template has them, such
            as `tool.ruff` and `dependency-groups.lint`.
        given_up: Those that were until now.
        before: The overlays on what the template last gave. Their keys come one by one, into
            tables of the repository's, too.
        now: The overlays on what it gives now.

    Returns:
        What it came to; `own` is as given, and what the repository was found to have now.

    Raises:
        UnmergeableError: If a side is no TOML, or if the result would lack anything that the
            owner wrote.

    """
    was, here, after = map(Document, plain(base, ours, theirs))
    was = Document(_without(was, given_up))
    new = {unit for unit in _units(after) - _units(was) if key(unit) not in own}
    if new and before:
        here = _uncovered(ours, _without(was, own), before) or here
    met = {key(unit) for unit in new if _is_there(here, unit)}
    taken = {*own, *met}
    base, theirs = (_without(document, taken) for document in (was, after))
    merged = merge_laid(base, ours, theirs, before, now)
    shared = _units(Document(base)) | _units(Document(theirs))
    clashes = [
        clash
        for clash in merged.clashes
        if clash.by in {*before, *now} or _unit(_path(clash.key)) in shared
    ]
    return Joined(merged.text, clashes, merged.over, [*own, *sorted(met)])


def _uncovered(ours: str, base: str, before: Overlays) -> Document | None:
    """Give the repository's file without its overlays, where they can be taken off."""
    try:
        bare = merge_laid(base, ours, base, before, _NONE).text
        return Document(plain("", bare, "")[1])
    except UnmergeableError:
        return None


def _path(name: str) -> Path:
    """Read a dotted key."""
    return next(iter(Document(f"{name} = 0").entries))


def _unit(path: Path) -> Path:
    """Give what of a key or a table is of one owner; nothing for what units have in common."""
    size = 4 if path[:3] == _OF_UV else 2
    if path[:1] not in {("tool",), (_GROUPS,)} or len(path) < size:
        return ()
    named = _GROUPS in path[:size]
    return (*path[: size - 1], normal(path[size - 1])) if named else path[:size]


def _written(document: Document) -> Iterator[Path]:
    for table in document.tables:
        yield table.name
        yield from (entry.path for entry in table.entries)


def _units(document: Document) -> set[Path]:
    """Give what a file has of which each is of one owner."""
    return {unit for path in _written(document) if (unit := _unit(path))}


def _is_there(document: Document, unit: Path) -> bool:
    """Tell whether a file has a unit, or a value where its parent would be, which is closed."""
    if unit in _units(document):
        return True
    parents = [unit[:size] for size in range(1, len(unit)) if unit[:size] in document.entries]
    groups = document.at((_GROUPS,))
    if unit[0] == _GROUPS and isinstance(groups, dict):  # which is a value that is added to
        return unit[1] in map(normal, groups)
    return bool(parents)


def _without(document: Document, taken: Collection[str]) -> str:
    """Give the text of a file of the template, without what is the repository's."""

    def is_taken(path: Path) -> bool:
        unit = _unit(path)
        return key(unit) in taken if unit else path[0] not in {"tool", _GROUPS}

    gone = list[tuple[int, int]]()
    for table in document.tables:
        entries = [entry for entry in table.entries if is_taken(entry.path)]
        if table.name and (is_taken(table.name) or entries == table.entries):
            gone.append((table.lead, table.after))
        else:
            gone += [(entry.lead, entry.end) for entry in entries]
    text, position = "", 0
    for start, end in gone:
        text, position = text + document.text[position:start], end
    return text + document.text[position:]
