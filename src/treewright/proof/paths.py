"""Paths that other machines cannot hold.

Sources: https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file and
https://learn.microsoft.com/en-us/windows/win32/fileio/maximum-file-path-limitation
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from treewright.proof.findings import Finding, advice
from treewright.rows import some

_RESERVED = re.compile(
    r"(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])\s*(\..*)?",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$')
_PART = 255  # bytes that a name may have on Linux and macOS
# Windows takes 260 characters, and an environment of its own has some 90 before a package.
_PATH = 170
_POSIX_ONLY = ("Operating System :: POSIX", "Operating System :: Unix", "Operating System :: MacOS")


def findings(
    sdist: Iterable[str], wheel: Iterable[str], classifiers: Iterable[str], tags: Iterable[str]
) -> Iterator[Finding]:
    """Find paths that some file systems take for one, or do not take at all.

    Args:
        sdist: the files of the sdist, from its top folder.
        wheel: the files of the wheel, as they are installed.
        classifiers: those of the metadata; some rule Windows out.
        tags: the tags of the wheel, such as py3-none-any.

    """
    systems = [text for text in classifiers if text.startswith("Operating System :: ")]
    windows = all("win" in tag or tag.endswith("-any") for tag in tags) and (
        not systems or not all(text.startswith(_POSIX_ONLY) for text in systems)
    )
    # A wheel is unpacked wherever the package is used; an sdist seldom, and its tests may need it.
    for where, names, finding in (("wheel", [*wheel], Finding), ("sdist", [*sdist], advice)):
        for one, other in _colliding(names):
            yield finding(
                where,
                f"{one} and {other} are one path on Windows and macOS",
                "rename one of them",
            )
        checks = {"is reserved by Windows": _reserved, "has characters that Windows forbids": _bad}
        for what, check in checks.items() if windows else ():
            found = sorted(name for name in names if any(map(check, name.split("/"))))
            if found:
                yield finding(where, f"a name {what}: {some(found)}", "rename it")
        long = [n for n in names if any(len(part.encode()) > _PART for part in n.split("/"))]
        if long:
            yield finding(where, f"a name is longer than {_PART} bytes: {some(long)}", "shorten it")
    deep = sorted((name for name in wheel if len(name) > _PATH), key=len, reverse=True)
    if deep and windows:
        yield advice(
            "wheel",
            f"paths of {len(deep[0])} characters can be too long for Windows: {some(deep)}",
            "shorten them",
        )


def _colliding(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Give files and folders that differ in case, or in how letters are composed, only."""
    spelled: dict[str, str] = {}
    seen: set[str] = set()
    for name in names:
        path = PurePosixPath(name)
        for part in (path, *path.parents):
            same = unicodedata.normalize("NFC", str(part).casefold())
            other = spelled.setdefault(same, str(part))
            # Where folders collide, what they hold does too: once is enough.
            beside = part.parent == PurePosixPath(other).parent
            if other != str(part) and beside and str(part) not in seen:
                seen.add(str(part))
                yield min(other, str(part)), max(other, str(part))


def _reserved(part: str) -> bool:
    return bool(_RESERVED.fullmatch(part))


def _bad(part: str) -> bool:
    return bool(_FORBIDDEN.search(part))
