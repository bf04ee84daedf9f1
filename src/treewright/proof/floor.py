"""The Pythons that a project says it runs on, against what its code needs.

Syntax is checked against the grammar of the oldest Python that `requires-python` allows, and
imports against what the standard library had then, and no longer has. The script
`check_release.py` knows the rest of the library, by vermin.

Sources: https://docs.python.org/3/whatsnew/, PEP 594 (removed modules), and
https://packaging.python.org/en/latest/specifications/core-metadata/#requires-python
"""

import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from treewright import machine
from treewright.proof.findings import Finding, advice
from treewright.proof.interpreters import satisfies
from treewright.proof.project import brought
from treewright.rows import some

_Version = tuple[int, int]

_NEWEST_MINOR = 30
_ANY_PATCH = 99

# The Python that brought a module.
ADDED: dict[str, _Version] = {
    "contextvars": (3, 7),
    "dataclasses": (3, 7),
    "importlib.resources": (3, 7),
    "importlib.metadata": (3, 8),
    "graphlib": (3, 9),
    "zoneinfo": (3, 9),
    "tomllib": (3, 11),
    "wsgiref.types": (3, 11),
    "annotationlib": (3, 14),
    "compression": (3, 14),
    "concurrent.interpreters": (3, 14),
    "string.templatelib": (3, 14),
}
# The first Python without a module.
REMOVED: dict[str, _Version] = {
    **dict.fromkeys(("formatter", "parser", "symbol"), (3, 10)),
    "binhex": (3, 11),
    **dict.fromkeys(("asynchat", "asyncore", "distutils", "imp", "smtpd"), (3, 12)),
    **dict.fromkeys(("aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr"), (3, 13)),
    **dict.fromkeys(("lib2to3", "mailcap", "msilib", "nis", "nntplib", "pipes"), (3, 13)),
    **dict.fromkeys(("ossaudiodev", "sndhdr", "spwd", "sunau", "telnetlib"), (3, 13)),
    **dict.fromkeys(("uu", "xdrlib"), (3, 13)),
}

# For any Python 3.
_COMPILE = """
import json, sys
found = []
for path in json.load(sys.stdin):
    with open(path, "rb") as file:
        text = file.read()
    try:
        compile(text, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        found.append([path, error.lineno])
    except ValueError:
        pass
print(json.dumps(found))
"""
_NEEDED = re.compile(r"Python (3)\.(\d+)")
_CLASSIFIER = re.compile(r"Programming Language :: Python :: (\d+)\.(\d+)")


class Need(NamedTuple):
    """What a line of code needs.

    Args:
        where: the path in the tree, with the line.
        what: what is used there.
        version: the Python that brought it.
        inner: whether it is used in a function only.

    """

    where: str
    what: str
    version: _Version
    inner: bool = False


def oldest(specifiers: str, classifiers: Iterable[str] = ()) -> _Version | None:
    """Give the oldest Python that a project says it runs on; None where it says nothing.

    Args:
        specifiers: the value of `requires-python`.
        classifiers: those of the metadata, which tell where that sets no lower bound.

    """
    if not specifiers.strip() or _allows((2, 6), specifiers):
        return min(_claimed(classifiers), default=None)
    versions = [(2, 7), *((3, minor) for minor in range(_NEWEST_MINOR))]
    return next((version for version in versions if _allows(version, specifiers)), None)


def unreadable(python: str, version: _Version, code: Mapping[str, str]) -> Iterator[Finding]:
    """Find what an old Python itself cannot read.

    Args:
        python: its interpreter.
        version: its version.
        code: the path of each file in the tree, by its path.

    """
    run = subprocess.run(
        [python, "-I", "-S", "-B", "-c", _COMPILE],
        input=json.dumps([*code]),
        env=machine.without_secrets(machine.variables()),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    found = [f"{code[file]}:{line}" for file, line in json.loads(run.stdout or "[]")]
    if found:
        yield Finding(
            found[0],
            f"Python {'.'.join(map(str, version))} cannot read it, though declared as supported"
            + (f" (see too {some(found[1:])})" if found[1:] else ""),
            "raise requires-python, or write it differently",
        )


def needs(
    code: Mapping[str, dict[str, Any] | None],
    files: Mapping[str, str],
    allowed: _Version,
    declared: Iterable[str],
) -> Iterator[Need]:
    """Give what the code needs that the oldest Python lacks.

    Args:
        code: what `sources.read` found in each module.
        files: the path of each module in the tree.
        allowed: the oldest Python.
        declared: the names of the declared dependencies; some bring modules of newer Pythons.

    """
    backports = brought(declared)
    for module, found in code.items():
        if not found:
            continue
        if found["newer"]:
            line, why = found["newer"]
            match = _NEEDED.search(why)
            if match:
                yield Need(f"{files[module]}:{line}", _syntax(why), (3, int(match[2])))
        for name, names, line, inner, optional in found["imports"]:
            spelled = [name, *(f"{name}.{item}" for item in names)]
            added = next((part for part in spelled if part in ADDED), None)
            if not added or optional or added.partition(".")[0] in backports:
                continue
            if ADDED[added] > allowed:
                yield Need(f"{files[module]}:{line}", added, ADDED[added], inner)


def findings(
    specifiers: str, classifiers: Iterable[str], needed: Iterable[Need]
) -> Iterator[Finding]:
    """Find where `requires-python`, the classifiers and the code do not say the same.

    Args:
        specifiers: the value of `requires-python`.
        classifiers: those of the metadata.
        needed: what the code needs that the oldest Python lacks.

    """
    least = oldest("", classifiers)
    said = f"requires-python says {specifiers}"
    if oldest(specifiers) is None and least:
        said = f"the classifiers say {'.'.join(map(str, least))}"
    needed = list(needed)
    broken = {_file(need) for need in needed if not need.inner}
    needed = [need for need in needed if not (need.inner and _file(need) in broken)]
    for inner, finding in ((False, Finding), (True, advice)):
        those = [need for need in needed if need.inner == inner]
        if those:
            newest = max(need.version for need in those)
            first = next(need for need in those if need.version == newest)
            others = sorted({need.where for need in those} - {first.where})
            version = ".".join(map(str, newest))
            yield finding(
                first.where,
                f"{first.what} needs Python {version}, {said}"
                + (f" (see too {some(others)})" if others else ""),
                f"raise it to >={version}, or do without",
            )
    excluded = [c for c in _claimed(classifiers) if specifiers and not _allows(c, specifiers)]
    if excluded:
        yield Finding(
            "pyproject.toml",
            f"classifiers name Python {some(['.'.join(map(str, c)) for c in sorted(excluded)])}, "
            f"requires-python says {specifiers}",
            "make them say the same",
        )


def removed(
    code: Mapping[str, dict[str, Any] | None],
    files: Mapping[str, str],
    specifiers: str,
    declared: Iterable[str],
) -> Iterator[Finding]:
    """Find modules imported that the standard library no longer has, on Pythons allowed."""
    backports = brought(declared)
    own = {module.partition(".")[0] for module in code}
    places: dict[str, list[str]] = {}
    for module, found in code.items():
        imports = (found or {}).get("imports", [])
        # A module that imports setuptools has it, declared or not: it is run by a build.
        beside = own | {name.partition(".")[0] for name, *_ in imports} | backports
        for name, _, line, inner, optional in imports:
            top = name.partition(".")[0]
            # Setuptools brings distutils; distributions such as standard-telnetlib, their module.
            is_there = top in backports or (top == "distutils" and "setuptools" in beside)
            # In a function, the caller may have asked for the version.
            if top in REMOVED and not (inner or optional or is_there):
                places.setdefault(top, []).append(f"{files[module]}:{line}")
    for top, those in places.items():
        if _allows(REMOVED[top], specifiers):
            yield Finding(
                those[0],
                f"{top} is not in Python {'.'.join(map(str, REMOVED[top]))} and newer"
                + (f" (see too {some(those[1:])})" if those[1:] else ""),
                "avoid it, or exclude these in requires-python",
            )


def _allows(version: _Version, specifiers: str) -> bool:
    return satisfies((*version, _ANY_PATCH), specifiers) or satisfies((*version, 0), specifiers)


def _claimed(classifiers: Iterable[str]) -> list[_Version]:
    matches = [_CLASSIFIER.fullmatch(text) for text in classifiers]
    return [(int(match[1]), int(match[2])) for match in matches if match]


def _file(need: Need) -> str:
    return need.where.rpartition(":")[0]


def _syntax(why: str) -> str:
    """Shorten "Pattern matching is only supported in Python 3.10 and greater"."""
    return re.split(r" (?:is|are) only| not supported", why)[0].lower()
