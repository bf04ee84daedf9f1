"""What the template's changelog says of the releases that an update brings."""

import re
from pathlib import Path
from typing import NamedTuple

from packaging.version import InvalidVersion, Version

_SECTION = re.compile(r"(?m)^## v?(?P<version>\S+).*\n(?P<text>(?:(?!## ).*\n?)*)")
_ENTRY = re.compile(r"(?m)^- (?P<text>.+(?:\n  .+)*)")


class Release(NamedTuple):
    """A release, and what it says of itself, an entry each."""

    version: str
    entries: list[str]


def between(changelog: Path, before: str, now: str) -> list[Release]:
    """Give the releases after one version up to another, oldest first.

    Args:
        changelog: A file of sections `## vX.Y.Z (date)` with entries that begin with `- `.
        before: The version that the project had.
        now: The version that it has.

    Returns:
        An empty list where a version is not a release (PEP 440), as that of an untagged commit, or
        where a fork of the template keeps no changelog.

    """
    try:
        low, high = Version(before), Version(now)
        text = changelog.read_text(encoding="utf-8")
    except (InvalidVersion, FileNotFoundError):
        return []
    found = [
        Release(
            f"v{section['version']}",
            [" ".join(entry.split()) for entry in _ENTRY.findall(section["text"])],
        )
        for section in _SECTION.finditer(text)
        if section["version"][:1].isdigit() and low < Version(section["version"]) <= high
    ]
    return found[::-1]
