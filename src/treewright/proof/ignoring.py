"""What git ignores: an sdist with it is not what others get from the same commit.

It may be a secret, or what a tool left behind. It may be meant as well: code and data that are
generated are ignored and shipped at once. So only what looks like a secret is a fault.
"""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

from treewright.proof import copying
from treewright.proof.findings import Finding
from treewright.proof.project import Project, strings
from treewright.rows import some

_SECRET = re.compile(
    r"(^|/)(\.envrc|\.env(\..+)?|\.netrc|\.npmrc|\.pgpass|\.htpasswd|\.pypirc|id_(rsa|dsa|ecdsa|ed25519)"
    r"|[^/]*(secret|credential|passw)[^/]*)(/|$)|\.(key|p12|pem|pfx|kdbx|jks|keystore)$",
    re.IGNORECASE,
)
# Where a backend is told what to leave out, or to ship although git ignores it.
_EXCLUDES = {"exclude", "excludes", "source-exclude", "wheel-exclude", "exclude-package-data"}
_ARTIFACTS = {"artifacts"}


def findings(
    project: Project, names: Iterable[str], tracked: frozenset[str], built: Path
) -> Iterator[Finding]:
    """Find the files of an sdist that git ignores.

    Args:
        project: the project.
        names: the files of the sdist.
        tracked: the files of the project that git tracks.
        built: the copy of the project that it was built in.

    """
    tables = project.pyproject.get("tool")
    meant, named = artifacts(project), {*strings(tables, keys=True)}
    left = {
        _link(project.folder, name)
        for name in {*names} - named
        if not _is_tracked(name, tracked)
        and not _made(project.folder, built, name)
        and not matches(name, meant)
    }
    ignored = sorted(_ignored(project, left))
    secret = [name for name in ignored if _SECRET.search(name)]
    for found, advice in ((secret, False), ([n for n in ignored if n not in secret], True)):
        if found:
            what = f"it holds what git ignores: {some(found)}"
            fix = "exclude it in the build configuration, or have git track it"
            yield Finding("sdist", what, fix, advice)


def artifacts(project: Project) -> list[str]:
    """Give the patterns of files that a build makes, and that are meant to be there."""
    return [*_under(project.pyproject.get("tool"), _ARTIFACTS)]


def left_out(project: Project, names: Iterable[str]) -> frozenset[str]:
    """Give those of some files that git ignores and that the backend is told to leave out."""
    excludes = [*_under(project.pyproject.get("tool"), _EXCLUDES)]
    return _ignored(project, {name for name in names if matches(name, excludes)})


def _ignored(project: Project, names: set[str]) -> frozenset[str]:
    """Ask git; where it ignores the whole project, as part of another one, it knows nothing."""
    known = "pyproject.toml"
    ignored = copying.ignored(project, [known, *sorted(names)]) if names else frozenset()
    return frozenset() if known in ignored else ignored & names


def _is_tracked(name: str, tracked: frozenset[str]) -> bool:
    """Say whether git tracks a file, or the submodule or link that it is in."""
    return name in tracked or any(str(parent) in tracked for parent in PurePosixPath(name).parents)


def _link(folder: Path, name: str) -> str:
    """Give the link that leads to a file, about which git can be asked; else the file."""
    parents = [*PurePosixPath(name).parents][-2::-1]
    return next((str(parent) for parent in parents if (folder / parent).is_symlink()), name)


def _made(folder: Path, built: Path, name: str) -> bool:
    """Say whether the build made a file of the sdist: it was not there, or has been written."""
    before, after = folder / name, built / name
    if not before.exists() or not after.exists():
        return True
    # The copy of an .egg-info has no list of files until setuptools writes it.
    listed = after.parent.suffix == ".egg-info" and (after.parent / "SOURCES.txt").exists()
    return listed or int(before.stat().st_mtime) != int(after.stat().st_mtime)


def matches(name: str, patterns: list[str]) -> bool:
    """Say whether patterns match a file, or a folder that it is in, in any of the usual ways."""
    path = PurePosixPath(name)
    places = [str(place) for place in (path, *path.parents)][:-1]
    plain = [pattern.removeprefix("./").strip("/").removeprefix("**/") for pattern in patterns]
    return any(fnmatch(place, p) or fnmatch(place, f"*/{p}") for place in places for p in plain)


def _under(value: Any, wanted: set[str]) -> Iterator[str]:  # noqa: ANN401  (whatever TOML holds)
    """Give the strings that the tables in a value of TOML have under some keys, keys too."""
    if isinstance(value, list):
        for item in value:
            yield from _under(item, wanted)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, keys=True) if key in wanted else _under(item, wanted)
