"""What a pyproject.toml lacks of the template's, or has otherwise, by meaning.

What the owner adds does not count, nor does what anybody writes sooner or later: the metadata, and
how new a requirement has to be. Docs: docs/rehearsing.md.
"""

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from treewright.toml_merge.meaning import Merge, is_set, normal, same
from treewright.toml_merge.syntax import Document, Path, key, toml

# Of the metadata, what answers decide.
_ANSWERED: tuple[Path, ...] = (
    ("project", "name"),
    ("project", "requires-python"),
    ("project", "license"),
    ("build-system", "build-backend"),
)
_MISSING = object()


class Difference(NamedTuple):
    """A key that is not as the template has it.

    Args:
        key: The dotted key.
        template: What the template has there, as TOML.
        yours: What the file has there; empty where it lacks it.

    """

    key: str
    template: str
    yours: str = ""


def is_answered(name: str) -> bool:
    """Tell whether answers decide a dotted key."""
    return name in {key(path) for path in _ANSWERED}


def differences(template: str, yours: str, own: Sequence[str]) -> Iterator[Difference]:
    """Give what a file lacks of the template's, or has otherwise.

    Args:
        template: What the template makes of the answers.
        yours: The file.
        own: Tables that are the owner's as a whole, such as `tool.ruff`.

    Raises:
        tomllib.TOMLDecodeError: If the file is no TOML.

    """
    theirs, ours = tomllib.loads(template), tomllib.loads(yours)
    for found in [*_answered(theirs, ours), *_settings(theirs, ours)]:
        if not any(found.key == table or found.key.startswith(f"{table}.") for table in own):
            yield found


def _answered(theirs: dict[str, Any], ours: dict[str, Any]) -> Iterator[Difference]:
    for path in _ANSWERED:
        wanted, there = _at(theirs, path), _at(ours, path)
        if wanted is not _MISSING and not same(_meant(path, wanted), _meant(path, there)):
            yield Difference(key(path), toml(wanted), "" if there is _MISSING else toml(there))


def _meant(path: Path, value: object) -> object:
    """Give what a text stands for, whatever it is spelled like (PEP 503 and 440)."""
    if path == ("project", "name") and isinstance(value, str):
        return normal(value)
    if path == ("project", "requires-python") and isinstance(value, str):
        with suppress(InvalidSpecifier):
            return SpecifierSet(value)
    return value


def _settings(theirs: dict[str, Any], ours: dict[str, Any]) -> Iterator[Difference]:
    """Give what a merge would add or keep, if the template had never been there before."""
    merge = Merge({}, ours, theirs)
    yield from _lacking((), merge.data, ours, theirs)
    for clash in merge.clashes:
        path = _path(clash.key)
        wanted, there = _at(theirs, path), _at(ours, path)
        # A requirement, of which the name is there; or what was compared already.
        if wanted is _MISSING or path == ("build-system",):
            continue
        if is_set(path) and isinstance(wanted, list) and isinstance(there, list):
            if lacks := [item for item in wanted if item not in there]:
                yield Difference(clash.key, toml(lacks))
            continue
        yield Difference(clash.key, clash.template, clash.yours)


def _lacking(path: Path, merged: Any, ours: Any, theirs: Any) -> Iterator[Difference]:  # noqa: ANN401
    """Give what came to a table or list by a merge."""
    if isinstance(merged, dict) and isinstance(ours, dict):
        for name, value in merged.items():
            before, wanted = ours.get(name, _MISSING), _at(theirs, (name,))
            yield from _lacking((*path, name), value, before, wanted)
    elif ours is _MISSING:
        yield Difference(key(path), toml(theirs))
    elif isinstance(merged, list) and isinstance(ours, list) and not same(merged, ours):
        yield Difference(key(path), toml([one for one in merged if one not in ours]))


def _path(name: str) -> Path:
    """Read a dotted key."""
    return next(iter(Document(f"{name} = 0").entries))


def _at(data: Any, path: Path) -> Any:  # noqa: ANN401
    for name in path:
        data = data.get(name, _MISSING) if isinstance(data, dict) else _MISSING
    return data
