"""The answer `license`: what the metadata, the classifiers and the texts of a project agree on."""

from collections.abc import Iterator
from typing import NamedTuple

from treewright import licences
from treewright.adopting import metadata
from treewright.adopting.found import Found
from treewright.adopting.reading import Sources

OTHER = "Other"
_CLASSIFIER = "License :: "
_PRIVATE = "Private :: Do Not Upload"


class _Claim(NamedTuple):
    """What a place says: the licences that it may mean, and what it says literally."""

    licences: frozenset[str]
    place: str
    sure: bool


def infer(sources: Sources) -> Found:
    """Infer the licence."""
    claims = [claim for claim in _claims(sources) if claim.licences]
    if not claims:
        if _PRIVATE in metadata.classifiers(sources):
            return Found("Proprietary", f"the classifier {_PRIVATE}", "likely")
        return Found(OTHER, _nothing(sources), "guess")
    if (compound := next(iter(claims[0].licences))) and " " in compound:
        return Found(OTHER, f"{claims[0].place}: {compound}")
    agreed = frozenset.intersection(*(claim.licences for claim in claims))
    place = ", ".join(dict.fromkeys(claim.place for claim in claims))
    if not agreed:
        said = {claim.place: _answer(claim.licences) for claim in claims}
        named = ", ".join(f"{'/'.join(sorted(c.licences))} by {c.place}" for c in claims)
        return Found(_answer(claims[0].licences), named, "contradictory", said)
    if len(agreed) > 1:
        likely = {name: name for name in sorted(agreed) if name in licences.OFFERED}
        shown = f"{place}: {' or '.join(sorted(agreed))}"
        return Found(OTHER, shown, "guess" if likely else "sure", likely)
    answer = _answer(agreed)
    shown = place if answer in agreed else f"{place}: {next(iter(agreed))}"
    return Found(answer, shown, "sure" if any(c.sure for c in claims) else "likely")


def _answer(names: frozenset[str]) -> str:
    name = next(iter(names)) if len(names) == 1 else ""
    if name.startswith("LicenseRef-Proprietary"):
        return "Proprietary"
    return name if name in licences.OFFERED else OTHER


def _claims(sources: Sources) -> Iterator[_Claim]:
    for value, place in metadata.said(sources, "license"):
        named = value.get("text") if isinstance(value, dict) else value
        if isinstance(named, str):
            lines = [line for line in named.splitlines() if line.strip()]
            read = licences.of_name(named) if len(lines) == 1 else licences.of_text(named)
            yield _Claim(read or licences.of_text(named), place, sure=True)
            break
    named = [
        item.rpartition(" :: ")[2]
        for item in metadata.classifiers(sources)
        if item.startswith(_CLASSIFIER) and item != "License :: OSI Approved"
    ]
    if named:
        each = frozenset[str]().union(*map(licences.of_name, named))
        yield _Claim(each, f"the classifier {' and '.join(named)}", sure=False)
    yield from _of_files(sources)


def _of_files(sources: Sources) -> Iterator[_Claim]:
    """Read the licence files: beside LGPL's, that of GPL belongs to it."""
    found = {
        path: read
        for path in metadata.license_files(sources)
        if (read := licences.of_text(sources.text(path)))
    }
    lesser = {path: read for path, read in found.items() if _begins(read, "LGPL")}
    chosen = {path: read for path, read in found.items() if not (lesser and _begins(read, "GPL"))}
    if chosen:
        each = frozenset[str]().union(*chosen.values())
        yield _Claim(each, ", ".join(chosen), sure=len(chosen) == 1)


def _begins(names: frozenset[str], start: str) -> bool:
    return any(name.startswith(start) for name in names)


def _nothing(sources: Sources) -> str:
    files = metadata.license_files(sources)
    return f"{files[0]}, the text of no licence that is known" if files else "nothing names one"
