"""Two trees of a project, compared by the wheels that its own build backend makes of them.

Sources: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
and https://packaging.python.org/en/latest/specifications/core-metadata/
"""

import email
import re
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeAlias

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from treewright.proof import building, copying, interpreters
from treewright.proof.archives import entry_points
from treewright.proof.findings import Finding, UnprovenError
from treewright.proof.project import Project

ABSENT = "absent"
THE_BUILD = "the build"  # where a difference is that is no file's
_SHOWN = 60  # characters of a value
_TOP = re.compile(r"^[^/]+\.(?=(?:dist-info|data)/)")
_VERSION = "METADATA: Version"
# A backend that has the version from git may write more of what git says into a module.
_OF_VERSION = re.compile(rb"(?i)version|commit|revision|dirty|date")


class NotBuiltError(Exception):
    """A wheel cannot be built here; the message says why, in one sentence."""


class Difference(NamedTuple):
    """What two wheels differ in.

    Args:
        where: A file of the wheel, or a field: `METADATA: Requires-Dist`.
        before: What the one has there.
        after: What the other has there.

    """

    where: str
    before: str
    after: str

    def __str__(self) -> str:
        """Give the difference as one line."""
        return f"{self.where}: {self.before} -> {self.after}"


class File(NamedTuple):
    """A file of a wheel: the bits of its mode, and its bytes."""

    mode: int
    content: bytes


Contents: TypeAlias = Mapping[str, File | Sequence[str]]
"""What a wheel holds: each file, and each field of its metadata with all that is said in it."""


def compare(before: Path, after: Path) -> list[Difference]:
    """Build two trees of a project, and say in what their wheels differ.

    This runs the project's build backend: twice, and once more where the wheels differ, since what
    differs between two builds of the same tree is no difference. Neither is a version that counts
    commits.

    Args:
        before: The project's folder as it was; it is only read.
        after: The project's folder as it is to be; it is only read, too.

    Raises:
        NotBuiltError: If the tree of before cannot be built, or the machine prevents it.

    """
    there = build(before)
    try:
        now = build(after)
    except NotBuiltError as error:
        if error.__cause__:
            raise
        return [Difference(THE_BUILD, "succeeds", str(error))]
    found = differences(there, now)
    own = {one.where for one in differences(there, build(before))} if found else set()
    return [one for one in found if one.where not in own]


def build(folder: Path) -> Contents:
    """Build the sdist of a project, and the wheel from that, in a copy; give what the wheel holds.

    Args:
        folder: The project's folder. Where it lies in a git repository, nothing is changed there
            since the last commit, as far as a backend can tell by asking git.

    Raises:
        NotBuiltError: If it cannot be built; with a cause where that is not the project's fault.

    """
    try:
        built = _build(folder)
    except UnprovenError as error:
        raise NotBuiltError(str(error)) from error
    except OSError as error:
        sentence = f"{error.filename or folder} cannot be read or written ({error.strerror})."
        raise NotBuiltError(sentence) from error
    if isinstance(built, Finding):
        raise NotBuiltError(f"{built.what}.")
    return built


def read(wheel: Path) -> Contents:
    """Give what a wheel holds, but for RECORD and what names the backend."""
    contents: dict[str, File | Sequence[str]] = {}
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            name, content = _TOP.sub("", member.filename, count=1), archive.read(member)
            if name == "dist-info/METADATA":
                contents |= _fields("METADATA", content)
            elif name == "dist-info/WHEEL":
                contents |= _fields("WHEEL", content)
            elif name == "dist-info/entry_points.txt":
                for group, script, *reference in entry_points(content.decode(errors="replace")):
                    contents[f"entry point: {group}: {script}"] = [":".join(reference)]
            elif not member.is_dir() and not name.startswith("dist-info/RECORD"):
                contents[name] = File(member.external_attr >> 16 & 0o777, content)
    contents.pop("WHEEL: Generator", None)
    return contents


@contextmanager
def as_committed(folder: Path) -> Iterator[Path]:
    """Give a copy of a project in its repository, with the files of the last commit.

    What git ignores is as it is.

    Args:
        folder: The project's folder; it is only read.

    Raises:
        NotBuiltError: If there is no place for the copy.

    """
    project = Project(folder, {})
    try:
        with copying.workplace(project) as work:
            place = copying.copy(project, work / "tree")
            copying.as_committed(work / "tree", place)
            yield place
    except UnprovenError as error:
        raise NotBuiltError(str(error)) from error


def differences(before: Contents, after: Contents) -> list[Difference]:
    """Say in what two wheels differ: files, modes, and what the metadata says.

    Args:
        before: What the one holds.
        after: What the other holds.

    """
    versions = _counted(before, after)
    found = []
    for where in sorted({*before, *after}):
        one, other = before.get(where), after.get(where)
        if one == other or (versions and _is_of_version(where, one, other, versions)):
            continue
        found.append(Difference(where, _told(one, other), _told(other, one)))
    return found


def _build(folder: Path) -> Contents | Finding:
    try:
        settings = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:  # setup.py and setup.cfg are enough for setuptools
        settings = {}
    except ValueError as error:
        return Finding("pyproject.toml", f"pyproject.toml cannot be read ({error})", "")
    project = Project(folder, settings)
    builder = building.find(project)
    if builder is None:
        raise UnprovenError("There is neither uv nor build here; install uv.")
    python = interpreters.find(project, builder.uv)
    with copying.workplace(project) as work:
        place = copying.copy(project, work / "tree")
        copying.hide_changes(work / "tree")
        (work / "out").mkdir()
        built = building.build(builder, place, work / "out", python or sys.executable)
        return built if isinstance(built, Finding) else read(built.wheel)


def _fields(kind: str, content: bytes) -> dict[str, File | Sequence[str]]:
    """Give the fields of core metadata, or of WHEEL; the body is the description."""
    message = email.message_from_string(content.decode(errors="replace"))
    fields: dict[str, list[str]] = {}
    for name, value in message.items():
        fields.setdefault(f"{kind}: {name}", []).append(_plain(name, str(value)))
    body = content.replace(b"\r\n", b"\n").partition(b"\n\n")[2].strip()
    described = {f"{kind}: Description": File(0, body)} if body else {}
    return described | {name: sorted(values) for name, values in fields.items()}


def _plain(name: str, value: str) -> str:
    """Give a value as it is compared: a requirement may be written in more than one way."""
    if name == "Requires-Dist":
        try:
            return str(Requirement(value))
        except InvalidRequirement:
            return value
    return value.strip()


def _counted(before: Contents, after: Contents) -> tuple[bytes, bytes] | None:
    """Give two versions that differ in what is counted since a release, or is local to it."""
    try:
        texts = [str(*contents[_VERSION]) for contents in (before, after)]
        one, other = map(Version, texts)
    except (KeyError, TypeError, InvalidVersion):
        return None
    counts = any(
        version.local or version.is_devrelease or version.is_postrelease for version in (one, other)
    )
    if one == other or not counts or Version(other.base_version) < Version(one.base_version):
        return None
    return texts[0].encode(), texts[1].encode()


def _is_of_version(where: str, one: object, other: object, versions: tuple[bytes, bytes]) -> bool:
    """Tell whether a difference is of the version alone, which a description may have, too."""
    if not (isinstance(one, File) and isinstance(other, File)):
        return where == _VERSION
    lines = [
        [
            line.replace(version, b"")
            for line in file.content.splitlines()
            if not _OF_VERSION.search(line)
        ]
        for file, version in zip((one, other), versions, strict=True)
    ]
    return one.mode == other.mode and lines[0] == lines[1]


def _told(this: File | Sequence[str] | None, other: File | Sequence[str] | None) -> str:
    """Say what one wheel has, as far as the other has not."""
    if isinstance(this, File):
        return _told_of_file(this, other)
    said = [value for value in this or () if value not in (other or ())]
    return ", ".join(map(_short, said)) or ABSENT


def _told_of_file(this: File, other: File | Sequence[str] | None) -> str:
    if not isinstance(other, File):
        return f"{len(this.content)} bytes"
    if this.content == other.content:
        return f"mode {this.mode:o}"
    if b"\0" in this.content + other.content:
        return f"{len(this.content)} bytes, of another content"
    lines = this.content.splitlines()
    others = other.content.splitlines()
    number = next(
        (n for n, both in enumerate(zip(lines, others, strict=False)) if both[0] != both[1]),
        min(len(lines), len(others)),
    )
    line = _short(lines[number].decode(errors="replace")) if number < len(lines) else "none"
    return f"line {number + 1}: {line or 'blank'}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 3] + "..."
