"""Reading what was built: the files of an sdist and of a wheel.

Sources: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
and https://packaging.python.org/en/latest/specifications/source-distribution-format/
"""

import re
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

SCRIPTS = frozenset({"console_scripts", "gui_scripts"})
"""The groups of entry points that installers make commands of."""

_REFERENCE = re.compile(r"([\w.]+)\s*(?::\s*([\w.]+))?")


class Wheel(NamedTuple):
    """A wheel: its files as an installer would place them, and its .dist-info.

    Args:
        path: the file itself.
        files: what lands on sys.path, without .dist-info and .data.
        info: the text files of .dist-info by name; licenses are named, not read.
        unsafe: members that would be written outside the folder of the installation.

    """

    path: Path
    files: frozenset[str]
    info: dict[str, str]
    unsafe: list[str]

    def read(self, name: str) -> str:
        """Give the text of a file."""
        with zipfile.ZipFile(self.path) as archive:
            try:
                return archive.read(name).decode("utf-8", "replace")
            except KeyError:  # it lies in .data
                return ""

    def code(self, names: Iterable[str]) -> str:
        """Give the code in files, in one text."""
        return "\n".join(self.read(name) for name in names if name.endswith(".py"))

    @property
    def entry_points(self) -> list[tuple[str, str, str, str]]:
        """Group, name, module and attribute of each entry point."""
        return entry_points(self.info.get("entry_points.txt", ""))

    @property
    def pure(self) -> bool:
        """Whether the wheel has no compiled part."""
        return "true" in headers(self.info.get("WHEEL", "")).get("Root-Is-Purelib", ["true"])

    @property
    def version(self) -> str:
        """The version in METADATA."""
        return self.metadata.get("Version", [""])[0]

    @property
    def metadata(self) -> dict[str, list[str]]:
        """The fields of METADATA."""
        return headers(self.info.get("METADATA", ""))


def read_wheel(path: Path) -> Wheel:
    """Read a wheel's list of files and its metadata."""
    files, info, unsafe = set(), {}, []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            top, _, inner = name.partition("/")
            if PurePosixPath(name).is_absolute() or {"..", ""} & {*name.rstrip("/").split("/")}:
                unsafe.append(name)
            elif name.endswith("/"):
                continue
            elif top.endswith(".dist-info"):
                info[inner] = (
                    archive.read(name).decode("utf-8", "replace")
                    if inner in {"METADATA", "WHEEL", "entry_points.txt"}
                    else ""
                )
            elif not top.endswith(".data"):
                files.add(name)
            elif inner.startswith(("purelib/", "platlib/")):
                files.add(inner.partition("/")[2])
    return Wheel(path, frozenset(files), info, unsafe)


def unpack(wheel: Wheel, site: Path) -> None:
    """Unpack a wheel without unsafe members, as an installer would."""
    with zipfile.ZipFile(wheel.path) as archive:
        archive.extractall(site)  # noqa: S202  (only without unsafe members)
    for data in site.glob("*.data/*lib"):
        for path in sorted(data.rglob("*")):
            target = site / path.relative_to(data)
            if path.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                path.replace(target)


def read_sdist(path: Path) -> tuple[frozenset[str], dict[str, list[str]]]:
    """Give an sdist's files, relative to its one top folder, and the fields of PKG-INFO."""
    with tarfile.open(path) as archive:
        files = {
            member.name.partition("/")[2]: member
            for member in archive.getmembers()
            if not member.isdir()
        }
        info = archive.extractfile(files["PKG-INFO"]) if "PKG-INFO" in files else None
        fields = headers(info.read().decode("utf-8", "replace")) if info else {}
    return frozenset(files), fields


def headers(text: str) -> dict[str, list[str]]:
    """Read the fields of core metadata, without the body (the `email` module is slow to load)."""
    fields: dict[str, list[str]] = {}
    for line in text.splitlines():
        if not line:
            break
        name, colon, value = line.partition(":")
        if colon and not line[0].isspace():
            fields.setdefault(name, []).append(value.strip())
    return fields


def entry_points(text: str) -> list[tuple[str, str, str, str]]:
    """Read entry_points.txt: group, name, module and attribute of each."""
    found, group = [], ""
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("[") and line.endswith("]"):
            group = line[1:-1]
        elif "=" in line and not line.startswith(("#", ";")):
            name, _, reference = (part.strip() for part in line.partition("="))
            match = _REFERENCE.match(reference)
            module, attribute = match.groups("") if match else (reference, "")
            found.append((group, name, module, attribute))
    return found
