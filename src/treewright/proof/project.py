"""A project as its pyproject.toml declares it.

Source: https://packaging.python.org/en/latest/specifications/pyproject-toml/
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from treewright.proof.findings import UnprovenError


class Project(NamedTuple):
    """A project folder and the parsed pyproject.toml."""

    folder: Path
    pyproject: dict[str, Any]

    @property
    def name(self) -> str:
        """The distribution name, as written."""
        return str(self.pyproject["project"]["name"])

    @property
    def version(self) -> str | None:
        """The static version, or None where the build backend finds it."""
        version = self.declared("project", "version")
        return version if isinstance(version, str) else None

    @property
    def requires_python(self) -> str:
        """The version specifiers for Python; empty for any."""
        return str(self.declared("project", "requires-python") or "")

    @property
    def backend(self) -> str:
        """The import path of the build backend; setuptools' where none is declared (PEP 517)."""
        return str(self.declared("build-system", "build-backend") or "setuptools.build_meta")

    @property
    def is_sdist(self) -> bool:
        """Whether the folder is an unpacked sdist."""
        return (self.folder / "PKG-INFO").is_file()

    @property
    def installs_by_rules(self) -> bool:
        """Whether rules of CMake, Meson or Cargo say what a wheel holds, not the tree."""
        known = ("scikit_build_core", "mesonpy", "maturin", "py_build_cmake", "skbuild")
        files = ("CMakeLists.txt", "meson.build")
        return self.backend.startswith(known) or any((self.folder / f).is_file() for f in files)

    @property
    def runs_own_code(self) -> bool:
        """Whether code of the project takes part in its build, or paths are rewritten there."""
        hatch, poetry = ("tool", "hatch", "build"), ("tool", "poetry")
        packages = self.declared(*poetry, "packages")
        settings = [
            *(self.declared(*hatch, *at, "hooks") for at in ((), ("targets", "wheel"))),
            *(self.declared(*hatch, *at, "sources") for at in ((), ("targets", "wheel"))),
            self.declared(*poetry, "build"),
            *(item.get("to") for item in packages or [] if isinstance(item, dict)),
            self.declared("build-system", "backend-path"),
            self.declared("tool", "pdm", "build", "run-setuptools"),
            self.declared("tool", "setuptools", "cmdclass"),
        ]
        scripts = ("setup.py", "pdm_build.py", "hatch_build.py")
        return any(settings) or any((self.folder / script).is_file() for script in scripts)

    def mapped(self) -> list[str]:
        """Give the paths in a wheel that a table of the backend fills from elsewhere."""
        places: list[str] = []
        for at in ((), ("targets", "wheel")):
            found = self.declared("tool", "hatch", "build", *at, "force-include")
            places += map(str, found.values() if isinstance(found, dict) else [])
        folders = self.declared("tool", "setuptools", "package-dir")
        names = [name for name in folders if name] if isinstance(folders, dict) else []
        places += [name.replace(".", "/") for name in names]
        return [place.removeprefix("./").strip("/") for place in places]

    def declared(self, *keys: str) -> Any:  # noqa: ANN401  (whatever TOML holds)
        """Give the value under nested keys, or None where there is none."""
        value: Any = self.pyproject
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def listed(self, *keys: str) -> list[str]:
        """Give the strings under nested keys, be it one string, a list or nothing."""
        value = self.declared(*keys)
        values = value if isinstance(value, list) else [value]
        return [text for text in values if isinstance(text, str)]

    def grouped(self) -> list[str]:
        """Give the requirements in [dependency-groups].

        What includes another group names no distribution (PEP 735).
        """
        groups = self.declared("dependency-groups")
        names = groups if isinstance(groups, dict) else ()
        return [text for name in names for text in self.listed("dependency-groups", name)]

    def matching(self, pattern: str) -> list[str]:
        """Give the files that a glob pattern of pyproject.toml names, relative to the folder."""
        try:
            found = sorted(self.folder.glob(pattern))
        except (ValueError, NotImplementedError):  # no pattern, or an absolute one
            return []
        inner = [path.relative_to(self.folder) for path in found if path.is_file()]
        return [path.as_posix() for path in inner if ".." not in path.parts]


def read(folder: Path) -> Project:
    """Read the project in a folder.

    Raises:
        UnprovenError: the folder holds no readable pyproject.toml with a named [project].

    """
    file = folder / "pyproject.toml"
    if not folder.is_dir():
        sentence = f"{folder} is not a folder; name the folder that holds pyproject.toml."
        raise UnprovenError(sentence)
    if file.exists() and not file.is_file():
        sentence = f"{file} is no file; put one there."
        raise UnprovenError(sentence)
    try:
        pyproject = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        sentence = f"{folder} holds no pyproject.toml; name the folder that does."
        if older := _older(folder, {}):
            sentence = f"{folder} declares its package in {older}, {_WANTED}."
        raise UnprovenError(sentence) from None
    except OSError as error:
        sentence = f"{file} cannot be read ({error.strerror}); fix its permissions."
        raise UnprovenError(sentence) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        sentence = f"{file} is not valid TOML ({error}); fix it first."
        raise UnprovenError(sentence) from None
    project = pyproject.get("project")
    if not isinstance(project, dict) or not isinstance(project.get("name"), str):
        sentence = f"{file} has no [project] table with a name (PEP 621); add one first."
        if older := _older(folder, pyproject):
            sentence = f"{folder} declares its package in {older}, {_WANTED}."
        raise UnprovenError(sentence)
    return Project(folder, pyproject)


_WANTED = "which differs from tool to tool; the proof reads [project] of pyproject.toml (PEP 621)"


def _older(folder: Path, pyproject: dict[str, Any]) -> str | None:
    """Say where a project is declared that has no [project] table."""
    poetry = pyproject.get("tool", {})
    if isinstance(poetry, dict) and "poetry" in poetry:
        return "[tool.poetry]"
    return next((name for name in ("setup.py", "setup.cfg") if (folder / name).is_file()), None)


def normalised_name(name: str) -> str:
    """Normalise a distribution name (the specification "Names and normalization")."""
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirement: str) -> str:
    """Give the normalised name in a requirement (PEP 508); nothing if it begins with none."""
    name = re.match(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)", requirement)
    return normalised_name(name[1]) if name else ""


def strings(value: Any, *, keys: bool = False) -> Iterator[str]:  # noqa: ANN401  (whatever TOML holds)
    """Give the strings in a value of TOML.

    Args:
        value: the value.
        keys: whether to give the keys of tables, too.

    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, keys=keys)
    elif isinstance(value, dict):
        yield from value if keys else ()
        for item in value.values():
            yield from strings(item, keys=keys)


def brought(dependencies: Iterable[str]) -> set[str]:
    """Give the modules of the standard library that dependencies may bring, by their names.

    Such are standard-telnetlib, legacy-cgi, pyasyncore and enum34.
    """
    words = [word for name in dependencies for word in re.split(r"[-_.]", name)]
    return {*words, *(word.removeprefix("py").rstrip("0123456789") for word in words)}


_PRE = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc", "rev": "post"}


def normalised_version(version: str) -> str:
    """Normalise a version for comparison: the spellings of PEP 440 that occur in practice."""
    text = re.sub(r"^v|\s", "", version.strip().lower())
    public, _, local = text.partition("+")
    public = re.sub(r"-(\d+)$", r".post\1", public)
    public = re.sub(r"[a-z]+", lambda word: _PRE.get(word[0], word[0]), public)
    public = re.sub(r"[-_.]?(a|b|rc)[-_.]?(\d*)", lambda m: f"{m[1]}{m[2] or 0}", public)
    public = re.sub(r"[-_.]?(post|dev)[-_.]?(\d*)", lambda m: f".{m[1]}{m[2] or 0}", public)
    public = re.sub(r"\d+", lambda digits: str(int(digits[0])), public)
    # Trailing zeros of the release do not matter: 1.0 equals 1.0.0.
    public = re.sub(r"^((?:\d+!)?\d+(?:\.\d+)*?)(?:\.0)+(?=$|[^\d.]|\.[pd])", r"\1", public)
    return public + (f"+{re.sub('[-_]', '.', local)}" if local else "")
