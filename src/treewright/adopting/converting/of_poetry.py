"""Metadata in [tool.poetry], as the [project] table that it becomes; poetry-core 2 reads that.

Source: https://python-poetry.org/docs/pyproject/
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from treewright.adopting.converting import meaning
from treewright.adopting.converting.drafts import Draft, UnconvertedError, by_tool, text_of
from treewright.adopting.wheels import Contents
from treewright.toml_merge.syntax import Document, comments
from treewright.toml_merge.syntax import Path as Key

SOURCE = "[tool.poetry]"
# A key, or an element of a list with a line for each.
_LINE = re.compile(r"""(\s*)(?:([\w-]+) = |["']([A-Za-z0-9][\w.-]*)[^"']*["'])""")
BACKEND = 'requires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'
"""The table [build-system] of a project that Poetry builds, where it has none."""

_TABLE: Key = ("tool", "poetry")
_MOVED = [
    *("name", "version", "description", "authors", "maintainers", "license", "readme", "keywords"),
    *("homepage", "repository", "documentation", "urls", "plugins", "extras", "classifiers"),
]
# What an entry of [tool.poetry.dependencies] can say that a requirement can say, too (PEP 508).
_SAYABLE = {"version", "extras", "optional", "python", "platform", "markers", "url", "git"}
_SAYABLE |= {"branch", "tag", "rev", "subdirectory"}


def draft(project: Path, settings: Mapping[str, Any], contents: Contents) -> Draft:
    """Draft [project], and say which keys of [tool.poetry] it stands for.

    Groups, sources and all that says what goes into the wheel stay in [tool.poetry]. So does what
    poetry-core works out by itself, or a plugin does: it is dynamic.

    Args:
        project: The project's folder.
        settings: What pyproject.toml says.
        contents: What the wheel holds now.

    Raises:
        UnconvertedError: If it cannot be said in [project].

    """
    poetry = settings["tool"]["poetry"]
    told = meaning.fields(contents)
    for text in told.get("Requires-Dist", []):
        if " @ file:" in text:
            raise UnconvertedError(
                f"{text.partition('@')[0].strip()} is required from a path of this machine, which"
                " [project] cannot say: require it by its name."
            )
    files = {"pyproject.toml": text_of(project / "pyproject.toml")}
    made = Document(by_tool(SOURCE, {"files": files, "manager": "poetry"}))
    tables = [table for table in made.tables if table.name[:1] == ("project",)]
    parts = [made.text[table.start : table.end] for table in tables]
    text = "\n".join(["[build-system]\n", *parts])  # which [project] is to follow
    data = tomllib.loads(text)
    dynamic = [*_dynamic(poetry, settings)]
    for key in dynamic:
        data["project"].pop(key, None)
    data["project"]["dynamic"] = dynamic
    gone = [*_gone(poetry, dynamic, told)]
    said = _comments(Document(files["pyproject.toml"] or ""), gone)
    return Draft(SOURCE, data, _commented(text, said), said, gone)


def build_system(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Give [build-system], in which the former name of the backend is the one of today."""
    there = dict(settings.get("build-system", {}))
    listed = there.get("requires", [])
    there["requires"] = [text for text in listed if _name(text) != "poetry"]
    if there.get("build-backend", "poetry.masonry.api") == "poetry.masonry.api":
        there["build-backend"] = "poetry.core.masonry.api"
    return there


def _comments(there: Document, gone: list[Key]) -> dict[Key, list[str]]:
    """Give the comments at the keys that are gone, which go with them."""
    return {
        path: said
        for path, entry in there.entries.items()
        if any(path[: len(key)] == key for key in gone)
        and (said := comments(there.text[entry.lead : entry.end]))
    }


def _commented(text: str, said: Mapping[Key, list[str]]) -> str:
    """Put comments above the lines that say now what they were at: a key, or a requirement."""
    named = {path[-1]: listed for path, listed in said.items()}
    lines = []
    for line in text.splitlines():
        found = _LINE.match(line)
        name = found[2] or _name(found[3]) if found else ""
        listed = [one for key, some in named.items() if _same(key, name) for one in some]
        lines += [f"{found[1] if found else ''}{comment}" for comment in listed]
        lines.append(line)
    return "\n".join(lines) + "\n"


def _same(one: str, other: str) -> bool:
    return canonicalize_name(one) == canonicalize_name(other)


def _dynamic(poetry: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[str]:
    """Give the keys that stay in [tool.poetry], or that nothing but the build tells."""
    requires = settings.get("build-system", {}).get("requires", [])
    if any("dynamic-versioning" in text or "version-plugin" in text for text in requires):
        yield "version"
    if isinstance(poetry.get("readme"), list):
        yield "readme"
    if "||" in str(
        poetry.get("dependencies", {}).get("python", "")
    ):  # no version specifier says so
        yield "requires-python"
    yield "classifiers"  # poetry-core adds those of the Pythons


def _gone(
    poetry: Mapping[str, Any], dynamic: list[str], told: Mapping[str, list[str]]
) -> Iterator[Key]:
    yield from ((*_TABLE, key) for key in _MOVED if key in poetry and key not in dynamic)
    scripts = poetry.get("scripts", {})
    files = [name for name, one in scripts.items() if _is_file(one)]
    yield from ((*_TABLE, "scripts", name) for name in scripts if files and name not in files)
    if scripts and not files:
        yield (*_TABLE, "scripts")
    required = {_name(text) for text in told.get("Requires-Dist", [])}
    needed = poetry.get("dependencies", {})
    gone = [
        name
        for name, one in needed.items()
        if (name.lower() == "python" and "requires-python" not in dynamic)
        or (_is_sayable(one) and canonicalize_name(name) in required)
    ]
    if needed and gone == [*needed]:
        yield (*_TABLE, "dependencies")
    else:
        yield from ((*_TABLE, "dependencies", name) for name in gone)


def _is_file(script: object) -> bool:
    return isinstance(script, dict) and script.get("type") == "file"


def _is_sayable(entry: object) -> bool:
    if isinstance(entry, list):
        return all(map(_is_sayable, entry))
    return isinstance(entry, str) or (isinstance(entry, dict) and {*entry} <= _SAYABLE)


def _name(text: str) -> str:
    return canonicalize_name(Requirement(text).name)
