"""Arguments of setup() that setup.py reads from files: which key reads the same file.

Nothing is run: a file is taken where setup.py names it, and it says what the metadata says.
"""

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from packaging.version import InvalidVersion, Version

from treewright.adopting.converting import requiring
from treewright.adopting.converting.drafts import Draft, UnconvertedError
from treewright.adopting.converting.setup_call import Call

Told = Mapping[str, Sequence[str]]

_VERSION_NAMES = ("__version__", "version", "VERSION", "__VERSION__")
_NO_CODE = frozenset({"tests", "test", "docs", "doc", "examples", "build", "dist"})


def read(found: Draft, call: Call, known: Collection[str], project: Path, told: Told) -> None:
    """Add to a draft what setup.py reads from files.

    Args:
        found: The draft.
        call: The call of setup().
        known: The arguments that have a key in pyproject.toml; all others stay in setup.py.
        project: The project's folder.
        told: The fields of the metadata that there is.

    Raises:
        UnconvertedError: If an argument is worked out in any other way.

    """
    readers = {
        "version": _version,
        "long_description": _readme,
        "install_requires": _requirements,
    }
    unread = [
        name
        for name, strings in call.computed.items()
        if name in known and not (name in readers and readers[name](found, strings, project, told))
    ]
    if unread:
        raise UnconvertedError(
            f"setup.py works out {', '.join(unread)} when it runs, and no code of the repository"
            " is run to read it: write the value there, or a [project] table by hand."
        )


def _version(found: Draft, strings: Sequence[str], project: Path, told: Told) -> bool:
    version = "".join(told.get("Version", []))
    for path in _named(strings, project, "*.py"):
        for name in _assigned(path, version):
            module = ".".join(_module(path.relative_to(project)))
            _dynamic(found, "version", {"attr": f"{module}.{name}"})
            return True
    for path in _named(strings, project, "*"):
        if path.suffix != ".py" and _same(_text(path).strip(), version):
            _dynamic(found, "version", {"file": [path.relative_to(project).as_posix()]})
            return True
    return False


def _dynamic(found: Draft, key: str, source: dict[str, object]) -> None:
    found.data["project"].setdefault("dynamic", []).append(key)
    settings = found.data["tool"]["setuptools"].setdefault("dynamic", {})
    settings[key] = source


def _readme(found: Draft, strings: Sequence[str], project: Path, told: Told) -> bool:
    said = _words("".join(told.get("Description", [])))
    for path in _named(strings, project, "*"):
        if _words(_text(path)) == said:
            found.data["project"]["readme"] = path.relative_to(project).as_posix()
            return True
    return False


def _requirements(found: Draft, strings: Sequence[str], project: Path, told: Told) -> bool:
    parted = requiring.by_extra(told.get("Requires-Dist", []), told.get("Provides-Extra", []))
    wanted = {requiring.plain(text) for text in parted[requiring.MAIN]}
    for path in _named(strings, project, "*"):
        lines = [line.partition(" #")[0].strip() for line in _text(path).splitlines()]
        listed = [line for line in lines if line and not line.startswith("#")]
        if listed and {requiring.plain(line) for line in listed} == wanted:
            _dynamic(found, "dependencies", {"file": [path.relative_to(project).as_posix()]})
            return True
    return False


def _named(strings: Sequence[str], project: Path, pattern: str) -> Iterator[Path]:
    """Give the project's files that a text names, by path or by name, the nearest first."""
    parts = {part for text in strings for part in (text, *re.split(r"[\\/]", text))}
    found = [
        path
        for path in sorted(project.rglob(pattern), key=lambda path: len(path.parts))
        if path.name in parts
        and path.is_file()
        and not path.is_symlink()
        and not (path.suffix == ".py" and _NO_CODE & {*path.relative_to(project).parts[:-1]})
        and not any(part.startswith(".") for part in path.relative_to(project).parts)
        and path.name != "setup.py"
    ]
    yield from found


def _assigned(path: Path, version: str) -> Iterator[str]:
    """Give the names by which a module has the version, as a literal at its top."""
    try:
        tree = ast.parse(_text(path))
    except (SyntaxError, ValueError):
        return
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                if name in _VERSION_NAMES and _same(text, version):
                    yield name


def _module(path: Path) -> tuple[str, ...]:
    parts = path.with_suffix("").parts
    parts = parts[1:] if parts[0] in {"src", "lib"} else parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def _same(text: str, version: str) -> bool:
    try:
        return Version(text) == Version(version)
    except InvalidVersion:
        return False


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""


def _words(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]
