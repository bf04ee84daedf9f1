"""Overlays on a file of the template: what an organisation lays over it, key by key.

An overlay's file says only what it sets. Its values count over the template's. Lists of
requirements, and lists without an order, are joined.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from treewright.toml_merge import Clash, Merged, UnmergeableError, merge, plain
from treewright.toml_merge.meaning import is_of_requirements, is_set, named, same
from treewright.toml_merge.syntax import Document, Path, key, toml
from treewright.toml_merge.writing import rewrite

Overlays = Mapping[str, str]  # the texts of overlays by their names; a later one counts more


@dataclass(frozen=True)
class Laid:
    """A file with overlays on it: its text, and the values that took the place of others."""

    text: str
    over: list[Clash]


@dataclass(frozen=True)
class MergedLaid(Merged):
    """What a merge came to; `over` is what overlays set, and the template sets otherwise."""

    over: list[Clash]


def lay(template: str, overlays: Overlays) -> Laid:
    """Lay overlays over a file.

    Args:
        template: The file's text.
        overlays: The overlays.

    Returns:
        The text, and each value of an overlay that took the place of another: `yours` is the
        overlay's, and `by` its name.

    Raises:
        UnmergeableError: If an overlay is no TOML, or cannot be written into the file.

    """
    over: dict[str, Clash] = {}
    for name, text in overlays.items():
        below, above = map(Document, _read(name, template, text))
        met: list[Clash] = []
        wanted = _over((), below.data, above.data, met)
        template = rewrite(below, below, above, wanted)
        if not _says(template, wanted):
            raise UnmergeableError(f"what {name} lays over it does not fit its layout")
        for clash in met:
            first = over.get(clash.key, clash)
            over[clash.key] = replace(clash, template=first.template, by=name)
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
    there = Document(*plain("", merged.text, "")[1:2])
    setters = {name: set_by for texts in (before, now) for set_by, name in _setters(texts)}
    clashes = [replace(clash, by=setters.get(clash.key, clash.by)) for clash in merged.clashes]
    told = {clash.key for clash in clashes}
    clashes += [clash for clash in _absent(there, before, now) if clash.key not in told]
    over = [
        clash for clash in new.over if clash not in old.over and _holds(there, clash.key, clash)
    ]
    return MergedLaid(merged.text, clashes, over)


def _read(name: str, template: str, overlay: str) -> list[str]:
    try:
        return plain(template, template, overlay)[1:]
    except UnmergeableError as error:
        raise UnmergeableError(f"{name} cannot be laid over it: {error}") from None


def _says(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        return same(tomllib.loads(text), wanted)
    except tomllib.TOMLDecodeError:
        return False


def _over(path: Path, below: Any, above: Any, met: list[Clash]) -> Any:  # noqa: ANN401
    """Give one value with that of an overlay over it."""
    if isinstance(below, dict) and isinstance(above, dict):
        merged = dict(below)
        for name, value in above.items():
            merged[name] = _over((*path, name), below[name], value, met) if name in below else value
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
    return all(isinstance(item, dict) for one in lists for item in one) and all(lists)


def _requirements(path: Path, below: list[Any], above: list[Any], met: list[Clash]) -> list[Any]:
    """Join requirements by name; the overlay's are where the template has that name."""
    fresh: dict[str, list[Any]] = {}
    for item in above:
        fresh.setdefault(named(item), []).append(item)
    joined: list[Any] = []
    for item in below:
        name = named(item)
        if name in fresh:
            joined += fresh.pop(name)
        elif item not in above and all(named(one) != name for one in above):
            joined.append(item)
    for name in dict.fromkeys(map(named, above)):
        old, new = ([one for one in side if named(one) == name] for side in (below, above))
        if old and not same(old, new):
            met.append(Clash(key((*path, name)), toml(new), toml(old)))
    return joined + [item for items in fresh.values() for item in items]


def _leaves(data: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield what an overlay sets: each value with its path; of requirements, each by its name."""
    for name, value in data.items():
        here = (*path, name)
        if isinstance(value, dict):
            yield from _leaves(value, here)
        elif isinstance(value, list) and is_of_requirements(here):
            for item in value:
                yield (*here, named(item)), [item]
        else:
            yield here, value


def _setters(overlays: Overlays) -> Iterator[tuple[str, str]]:
    """Yield the name of each overlay with each key that it sets."""
    for name, text in overlays.items():
        for path, _ in _leaves(tomllib.loads(_read(name, "", text)[1])):
            yield name, key(path)


def _absent(there: Document, before: Overlays, now: Overlays) -> Iterator[Clash]:
    """Yield what overlays newly set, and the file does not say: its owner decides otherwise."""
    known = {
        (key(path), toml(value))
        for name, text in before.items()
        for path, value in _leaves(tomllib.loads(_read(name, "", text)[1]))
    }
    wanted = {
        path: (name, value)
        for name, text in now.items()
        for path, value in _leaves(tomllib.loads(_read(name, "", text)[1]))
    }
    for path, (name, value) in wanted.items():
        if isinstance(value, list) or (key(path), toml(value)) in known:
            continue
        found = there.at(path)
        if not same(found, value):
            yield Clash(key(path), "" if found is None else toml(found), toml(value), by=name)


def _holds(there: Document, name: str, clash: Clash) -> bool:
    """Tell whether a file has at a key what an overlay sets there."""
    path, value = next(iter(Document(f"{name} = 0").entries)), clash.yours
    found = there.at(path)
    if found is None and isinstance(listed := there.at(path[:-1]), list):  # a requirement
        found = [item for item in listed if named(item) == path[-1]]
    return found is not None and toml(found) == value
