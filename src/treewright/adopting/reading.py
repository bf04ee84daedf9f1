"""The files of a repository, read as data: nothing in it is run, and no link is followed."""

import configparser
import fnmatch
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from treewright.adopting import setup_py
from treewright.disk import is_regular
from treewright.updating.repository import GitError, Repository

_LARGEST = 1_000_000  # bytes of a file that says something about its project
_MOST = 100_000  # files, where git does not list them


@dataclass(frozen=True)
class Sources:
    """What a project's folder says about itself.

    Args:
        folder: The project's folder.

    """

    folder: Path

    @cached_property
    def repository(self) -> Repository:
        """The project in its repository, where it is in one."""
        return Repository(self.folder)

    @cached_property
    def prefix(self) -> str:
        """The folder as seen from the top of its repository, with a slash; empty at the top."""
        try:
            return self.repository.prefix
        except (GitError, OSError):
            return ""

    @cached_property
    def above(self) -> list[str]:
        """The paths of all files in the repository; none, where the project is its top."""
        if not self.prefix:
            return []
        return Repository(self.repository.top).files("--cached", "--deduplicate")

    @cached_property
    def files(self) -> list[str]:
        """The paths of all files, those near the top first: as git tracks them, if it does."""
        try:
            listed = self.repository.files("--cached", "--deduplicate")
        except (GitError, OSError):
            listed = list(self._walked())
        return sorted(listed, key=lambda path: (path.count("/"), path))

    def _walked(self) -> Iterator[str]:
        count = 0
        for folder, _, names in os.walk(self.folder):
            for name in names:
                count += 1
                if count > _MOST:
                    return
                yield Path(folder, name).relative_to(self.folder).as_posix()

    def text(self, path: str) -> str:
        """Give the text of a file; nothing, where it is not there, a link, or too large to tell."""
        return self.data(path).decode("utf-8-sig", errors="replace").replace("\r\n", "\n")

    def data(self, path: str) -> bytes:
        """Give what a file holds, as `text` does."""
        file = self.folder / path
        try:
            if not is_regular(file) or file.stat().st_size > _LARGEST:
                return b""
            return file.read_bytes()
        except OSError:
            return b""

    @cached_property
    def pyproject(self) -> dict[str, Any]:
        """The tables of pyproject.toml, and of hatch.toml, which stands for one of them.

        None, where it is no TOML. https://hatch.pypa.io/latest/intro/#configuration
        """
        found = tables(self.text("pyproject.toml"))
        tool = found.get("tool")
        hatch = tables(self.text("hatch.toml"))
        merged = {**table(under(tool, "hatch")), **hatch}
        return {**found, "tool": {**table(tool), "hatch": merged}} if hatch else found

    def declared(self, *keys: str) -> Any:  # noqa: ANN401  (whatever TOML holds)
        """Give the value under nested keys of pyproject.toml, or None where there is none."""
        return under(self.pyproject, *keys)

    def strings(self, *keys: str) -> list[str]:
        """Give the texts under nested keys of pyproject.toml, be it one, a list or none."""
        value = self.declared(*keys)
        values = value if isinstance(value, list) else [value]
        return [text for text in values if isinstance(text, str)]

    @cached_property
    def setup_cfg(self) -> dict[str, dict[str, str]]:
        """The sections of setup.cfg."""
        return sections(self.text("setup.cfg"))

    @cached_property
    def tox_ini(self) -> dict[str, dict[str, str]]:
        """The sections of tox.ini, or of the text of one in pyproject.toml."""
        legacy = self.declared("tool", "tox", "legacy_tox_ini")
        return sections(self.text("tox.ini") or (legacy if isinstance(legacy, str) else ""))

    @cached_property
    def setup_py(self) -> dict[str, object]:
        """What setup.py says in plain words."""
        return setup_py.keywords(self.data("setup.py"))

    @cached_property
    def groups(self) -> dict[str, list[str]]:
        """The requirements of each group of developers': PEP 735's, and those of other tools."""
        found: dict[str, list[str]] = {}
        places = [
            self.declared("dependency-groups"),
            self.declared("tool", "pdm", "dev-dependencies"),
            {"dev": self.declared("tool", "uv", "dev-dependencies")},
            {"dev": self.declared("tool", "poetry", "dev-dependencies")},
            {
                name: under(group, "dependencies")
                for name, group in _items(self.declared("tool", "poetry", "group"))
            },
        ]
        for place in places:
            for name, listed in _items(place):
                found.setdefault(name, []).extend(_requirements(listed))
        return {name: listed for name, listed in found.items() if listed}

    @cached_property
    def extras(self) -> dict[str, list[str]]:
        """The requirements of each extra."""
        older = self.setup_cfg.get("options.extras_require", {})
        places = [
            self.declared("project", "optional-dependencies"),
            self.declared("tool", "flit", "metadata", "requires-extra"),
            {name: text.splitlines() for name, text in older.items()},
            self.setup_py.get("extras_require"),
        ]
        found: dict[str, list[str]] = {}
        for place in places:
            for name, listed in _items(place):
                found.setdefault(name, []).extend(_requirements(listed))
        return found

    @cached_property
    def requirements_files(self) -> dict[str, list[str]]:
        """The requirements of each file that lists some, as pip reads them."""
        wanted = re.compile(
            r"(?:.*/)?[\w.-]*requirements[\w.-]*\.(?:txt|in|pip)|(?:.*/)?requirements/[\w.-]+\.(?:txt|in)"
        )
        named = [path for path in self.files if wanted.fullmatch(path) and path.count("/") <= 2]  # noqa: PLR2004
        return {path: self.text(path).splitlines() for path in named}


class Committed(Sources):
    """What it said of itself in the last commit, as far as that is pyproject.toml."""

    def data(self, path: str) -> bytes:
        """Give what a file holds, or held."""
        if path == "pyproject.toml":
            return self.repository.committed(path) or b""
        return super().data(path)


def tables(text: str) -> dict[str, Any]:
    """Read TOML; nothing, where it is none."""
    return toml(text) or {}


def toml(text: str) -> dict[str, Any] | None:
    """Read TOML; None, where it is none."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def sections(text: str) -> dict[str, dict[str, str]]:
    """Read an INI file; nothing, where it is none."""
    settings = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        settings.read_string(text)
    except configparser.Error:
        return {}
    return {
        name: {key: value or "" for key, value in settings.items(name)}
        for name in settings.sections()
    }


def under(value: Any, *keys: str) -> Any:  # noqa: ANN401  (whatever TOML holds)
    """Give the value under nested keys; None where there is none, or a wildcard finds none.

    Args:
        value: A table.
        keys: The keys; `*` in one stands for anything.

    """
    for key in keys:
        if not isinstance(value, dict):
            return None
        if "*" in key:
            key = next((name for name in value if fnmatch.fnmatchcase(name, key)), key)  # noqa: PLW2901
        value = value.get(key)
    return value


def table(value: object) -> dict[str, Any]:
    """Give a table as it is, and for all else an empty one."""
    return value if isinstance(value, dict) else {}


def _items(table: object) -> Iterator[tuple[str, object]]:
    if isinstance(table, Mapping):
        yield from ((str(name), value) for name, value in table.items())


def _requirements(listed: object) -> list[str]:
    """Give requirements as texts: a table of Poetry's has the names as its keys."""
    if isinstance(listed, str):
        return [listed]
    if isinstance(listed, Mapping):
        return [str(name) for name in listed]
    return [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []
