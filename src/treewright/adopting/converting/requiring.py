"""The requirements of a distribution, by the extra that asks for each.

Sources: https://packaging.python.org/en/latest/specifications/dependency-specifiers/ and
https://packaging.python.org/en/latest/specifications/core-metadata/#requires-dist-multiple-use
"""

from collections.abc import Iterable
from typing import Any

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name, canonicalize_version

MAIN = ""
"""The key of what is required without any extra."""


def by_extra(requires: Iterable[str], extras: Iterable[str]) -> dict[str, list[str]]:
    """Part what `Requires-Dist` says into what [project] would list for each extra.

    Args:
        requires: The requirements, with markers that ask for extras.
        extras: The names of all extras.

    Returns:
        For each extra, and for MAIN, the requirements without that part of their markers.

    """
    found: dict[str, list[str]] = {MAIN: [], **{extra: [] for extra in extras}}
    for text in requires:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            found[MAIN].append(text)
            continue
        always = _for_extra(requirement, MAIN)
        if always:
            found[MAIN].append(always)
            continue
        for extra, listed in found.items():
            if extra and (with_extra := _for_extra(requirement, extra)):
                listed.append(with_extra)
    return found


def plain(text: str) -> str:
    """Give a requirement as it is compared: names, versions and markers in one spelling."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return " ".join(text.split())
    extras = ",".join(sorted(map(canonicalize_name, requirement.extras)))
    parts = [canonicalize_name(requirement.name), f"[{extras}]" * bool(extras)]
    parts.append(f" @ {requirement.url}" if requirement.url else versions(requirement.specifier))
    parts.append(f" ; {requirement.marker}" if requirement.marker else "")
    return "".join(parts)


def versions(specifiers: SpecifierSet | str) -> str:
    """Give version specifiers as they are compared: sorted, without zeros that say nothing."""
    try:
        parsed = SpecifierSet(specifiers) if isinstance(specifiers, str) else specifiers
    except InvalidSpecifier:
        return str(specifiers)
    return ",".join(sorted({_version(one.operator, one.version) for one in parsed}))


def _version(operator: str, version: str) -> str:
    shorter = operator not in {"~=", "==="} and not version.endswith(".*")
    return f"{operator}{canonicalize_version(version) if shorter else version}"


def _for_extra(requirement: Requirement, extra: str) -> str | None:
    """Give a requirement as it is with an extra; None where that does not ask for it."""
    left = _with(requirement.marker._markers, extra) if requirement.marker else True  # noqa: SLF001
    if left is False:
        return None
    without = Requirement(str(requirement))
    without.marker = None
    if left is True:
        return str(without)
    without.marker = Marker(_text(left))
    return str(without)


def _with(marker: Any, extra: str) -> Any:  # noqa: ANN401  (a tree of lists)
    """Give what is left of a marker where the extra is known: True, False, or a marker."""
    if isinstance(marker, tuple):
        left, operator, right = map(str, (marker[0], marker[1], marker[2]))
        if left == "extra" or right == "extra":
            named = (right if left == "extra" else left).strip("\"'")
            same = canonicalize_name(named) == canonicalize_name(extra)
            return same if operator == "==" else not same
        return marker
    alternatives: list[list[Any]] = [[]]
    for part in marker:
        if part == "or":
            alternatives.append([])
        elif part != "and":
            alternatives[-1].append(_with(part, extra))
    joined = [_joined(parts, "and", absorbing=False) for parts in alternatives]
    return _joined(joined, "or", absorbing=True)


def _joined(parts: list[Any], word: str, *, absorbing: bool) -> Any:  # noqa: ANN401
    if any(part is absorbing for part in parts):
        return absorbing
    left = [part for part in parts if not isinstance(part, bool)]
    if not left:
        return not absorbing
    if len(left) == 1:
        return left[0]
    return [left[0], *(item for part in left[1:] for item in (word, part))]


def _text(marker: Any) -> str:  # noqa: ANN401
    if isinstance(marker, tuple):
        left, operator, right = marker
        return f"{left.serialize()} {operator.serialize()} {right.serialize()}"
    return " ".join(
        part
        if isinstance(part, str)
        else _text(part)
        if isinstance(part, tuple)
        else f"({_text(part)})"
        for part in marker
    )
