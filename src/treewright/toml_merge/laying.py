"""Overlays on a file of the template: what an organisation lays over it, key by key.

An overlay's file says only what it sets. Its values count over the template's. Lists of
requirements, and lists without an order, are joined, and so are arrays of tables.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from treewright.toml_merge import Clash, Merged, UnmergeableError, fault, merge
from treewright.toml_merge.meaning import OLDER, by_name, is_of_requirements, is_set, same
from treewright.toml_merge.syntax import Document, Path, key, toml
from treewright.toml_merge.writing import rewrite

Overlays = Mapping[str, str]  # the texts of overlays by their names; a later one counts more


@dataclass(frozen=True)
class Laid:
    """A file with overlays on it: its text, and the values that took the place of others.

    Of each of these, `yours` is the overlay's, `by` its name, and `template` what is below it.
    """

    text: str
    over: list[Clash]


@dataclass(frozen=True)
class MergedLaid(Merged):
    """What a merge came to; `over` is what overlays set that the template sets otherwise."""

    over: list[Clash]


def lay(template: str, overlays: Overlays) -> Laid:
    """Lay overlays over a file.

    Args:
        template: The file's text.
        overlays: The overlays.

    Raises:
        UnmergeableError: If an overlay is no TOML, or does not go with the file.

    """
    over: dict[str, Clash] = {}
    for name, text in overlays.items():
        below, above = map(Document, [template, _read(name, text)])
        _check_spelling(name, below, above)
        met: list[Clash] = []
        wanted = _over((), below.data, above.data, met)
        template = rewrite(below, below, above, wanted)
        if not _says(template, wanted):
            raise UnmergeableError(f"what {name} has for it does not go with its layout")
        over |= {clash.key: replace(clash, by=name) for clash in met}
    return Laid(template, [*over.values()])


def merge_laid(base: str, ours: str, theirs: str, before: Overlays, now: Overlays) -> MergedLaid:
    """Merge what the user made of a file with overlays on it, and what that is now.

    Args:
        base: What the template last gave; empty where it gave nothing.
        ours: The user's file.
        theirs: What the template gives now.
        before: The overlays on what it last gave.
        now: The overlays on what it gives now.

    Raises:
        UnmergeableError: As of `merge` and `lay`.

    """
    old, new = lay(base, before), lay(theirs, now)
    merged = merge(old.text, ours, new.text)
    if not before and not now:
        return MergedLaid(merged.text, merged.clashes, [])
    there = Document(_read("", merged.text))
    by = names(before) | names(now)
    who = _changed(before, now) if base == theirs else Clash.by
    clashes = [
        replace(clash, by=by.get(clash.key, who))
        for clash in merged.clashes
        if clash.key in by or clash.template or base != theirs  # else of the owner's alone
    ]
    told = {clash.key for clash in clashes}
    clashes += [clash for clash in _absent(there, before, now) if clash.key not in told]
    over = [clash for clash in new.over if clash not in old.over and _says_so(there, clash)]
    return MergedLaid(merged.text, clashes, over)


def names(overlays: Overlays) -> dict[str, str]:
    """Give the overlay that sets each key, or each requirement of a list: the last of several."""
    return {key(path): name for path, (name, _) in _set(overlays).items()}


def _changed(before: Overlays, now: Overlays) -> str:
    """Name the overlays that change."""
    return " and ".join(name for name in {**before, **now} if before.get(name) != now.get(name))


def _read(name: str, text: str) -> str:
    if reason := fault(text):
        raise UnmergeableError(f"what {name} has for it is not valid TOML: {reason}")
    return text


def _says(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        return same(tomllib.loads(text), wanted)
    except tomllib.TOMLDecodeError:
        return False


def _check_spelling(name: str, below: Document, above: Document) -> None:
    """Refuse an overlay with an older spelling of a table that the template has."""
    for newer, older in OLDER.items():
        there = below.at(newer) if older[: len(newer)] == newer else None
        if isinstance(there, dict) and {*there} - {*older} and above.at(older):
            raise UnmergeableError(
                f"{name} has [{key(older)}], and the template the newer spelling [{key(newer)}]"
            )


def _over(path: Path, below: Any, above: Any, met: list[Clash]) -> Any:  # noqa: ANN401
    """Give one value with that of an overlay over it."""
    if isinstance(below, dict) and isinstance(above, dict):
        merged = dict(below)
        for name, value in above.items():
            there = below.get(name)
            merged[name] = value if there is None else _over((*path, name), there, value, met)
        return merged
    if isinstance(below, list) and isinstance(above, list):
        if is_of_requirements(path):
            return _requirements(path, below, above, met)
        if is_set(path) or _are_tables(below, above):
            return below + [item for item in above if item not in below]
    if not same(below, above):
        met.append(Clash(key(path), toml(above), toml(below)))
    return above


def _are_tables(*lists: list[Any]) -> bool:
    return all(one and all(isinstance(item, dict) for item in one) for one in lists)


def _requirements(path: Path, below: list[Any], above: list[Any], met: list[Clash]) -> list[Any]:
    """Join requirements by name: where both have one, the overlay's counts."""
    old, new = by_name(below), by_name(above)
    met += [
        Clash(key((*path, name)), toml(new[name]), toml(items))
        for name, items in old.items()
        if name in new and not same(items, new[name])
    ]
    return [item for items in (old | new).values() for item in items]


def _set(overlays: Overlays) -> dict[Path, tuple[str, Any]]:
    """Give what overlays set: by path, or path and name of a requirement, by which, and what."""
    return {
        path: (name, value)
        for name, text in overlays.items()
        for path, value in _values((), tomllib.loads(_read(name, text)))
    }


def _values(path: Path, data: Any) -> Iterator[tuple[Path, Any]]:  # noqa: ANN401
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _values((*path, name), value)
    elif isinstance(data, list) and is_of_requirements(path):
        for name, items in by_name(data).items():
            yield (*path, name), items
    else:
        yield path, data


def _absent(there: Document, before: Overlays, now: Overlays) -> Iterator[Clash]:
    """Yield what overlays newly set, and the file does not say: its owner has it otherwise."""
    known = _set(before)
    for path, (name, value) in _set(now).items():
        old = known.get(path, ("", None))[1]
        if isinstance(value, list) or same(old, value) or same(there.at(path), value):
            continue
        found = there.at(path)
        yield Clash(key(path), "" if found is None else toml(found), toml(value), by=name)


def _says_so(there: Document, clash: Clash) -> bool:
    """Tell whether a file has what an overlay sets."""
    path = next(iter(Document(f"{clash.key} = 0").entries))
    found, listed = there.at(path), there.at(path[:-1])
    if isinstance(listed, list):  # of requirements
        found = by_name(listed).get(path[-1])
    return found is not None and toml(found) == clash.yours
