"""Metadata in setup.cfg and setup.py, as the tables that it becomes.

Sources: https://setuptools.pypa.io/en/latest/userguide/declarative_config.html,
https://setuptools.pypa.io/en/latest/references/keywords.html and
https://setuptools.pypa.io/en/latest/userguide/pyproject_config.html
"""

import configparser
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from treewright.adopting.converting import meaning, of_files, setup_call, tables
from treewright.adopting.converting.drafts import Draft, UnconvertedError, by_tool, text_of
from treewright.adopting.converting.setup_call import Call, Finder, UnreadableError
from treewright.adopting.wheels import Contents
from treewright.toml_merge.syntax import Path as Key

# What no tool reads any longer: setuptools has no command for it, or installers pass it over.
_DEAD = frozenset(
    {"test_suite", "test_loader", "use_2to3", "use_2to3_fixers", "convert_2to3_doctests"}
    | {"use_2to3_exclude_fixers", "dependency_links", "eager_resources"}
)
# What pip takes where no backend is named: setup.py may import what is beside it.
_WITH_CODE = "setuptools.build_meta:__legacy__"
_CFG, _SCRIPT = "setup.cfg", "setup.py"
_HEADER = re.compile(r"\[([^\]\n]+)\]")
_PEOPLE = {"author": "authors", "maintainer": "maintainers"}

# The arguments of setup() that go to a key as they are, texts or lists.
_TEXTS = {
    "name": ("project", "name"),
    "version": ("project", "version"),
    "description": ("project", "description"),
    "python_requires": ("project", "requires-python"),
    "include_package_data": ("tool", "setuptools", "include-package-data"),
    "zip_safe": ("tool", "setuptools", "zip-safe"),
}
_LISTS = {
    "keywords": ("project", "keywords"),
    "classifiers": ("project", "classifiers"),
    "install_requires": ("project", "dependencies"),
    "platforms": ("tool", "setuptools", "platforms"),
    "packages": ("tool", "setuptools", "packages"),
    "py_modules": ("tool", "setuptools", "py-modules"),
    "namespace_packages": ("tool", "setuptools", "namespace-packages"),
    "scripts": ("tool", "setuptools", "script-files"),
    "provides": ("tool", "setuptools", "provides"),
    "obsoletes": ("tool", "setuptools", "obsoletes"),
    "license_files": ("tool", "setuptools", "license-files"),
    "license_file": ("tool", "setuptools", "license-files"),
    "setup_requires": ("build-system", "requires"),
    "tests_require": ("dependency-groups", "test"),
}
_TABLES = {
    "package_dir": ("tool", "setuptools", "package-dir"),
    "package_data": ("tool", "setuptools", "package-data"),
    "exclude_package_data": ("tool", "setuptools", "exclude-package-data"),
}
_READ = frozenset(
    {"author", "author_email", "maintainer", "maintainer_email", "url", "download_url"}
    | {"project_urls", "license", "long_description", "long_description_content_type"}
    | {"extras_require", "entry_points", "data_files", "use_scm_version"}
)

_KNOWN = frozenset({*_TEXTS, *_LISTS, *_TABLES, *_READ, *_DEAD})


def draft(project: Path, contents: Contents) -> Draft | None:
    """Draft the tables of what setup.cfg and setup.py say; None where they say nothing.

    Args:
        project: The project's folder.
        contents: What the wheel holds now.

    Raises:
        UnconvertedError: If setup.py works something out, or anything has no place in the tables.

    """
    cfg, script = (text_of(project / name) for name in (_CFG, _SCRIPT))
    moved, left = _parted(cfg or "", r"metadata|options(\..+)?")
    call = _call(script)
    if "pbr" in call.sources:
        raise UnconvertedError(
            "setup.py leaves setup.cfg to pbr, which reads it in its own way: write a [project]"
            " table into pyproject.toml by hand."
        )
    known = _KNOWN & {*call.sources}
    if not moved and not known:
        return None
    names = [_CFG] * bool(moved) + [_SCRIPT] * bool(known)
    found = Draft(" and ".join(names), {"project": {}, "tool": {"setuptools": {}}})
    if known:
        _of_call(found, call, project, contents)
        others = [name for name in call.sources if name not in _KNOWN]
        found.files[_SCRIPT] = _as_there(project / _SCRIPT, setup_call.shrunk(call, others))
        stays = f"the arguments {', '.join(others)}" if others else "no arguments"
        found.done.append(f"setup.py calls setup() with {stays}.")
    if not call.is_plain or {*call.sources} - _KNOWN:
        found.backend = _WITH_CODE
    if moved:
        _of_cfg(found, moved)
        _leave(found, left, project)
    settings = found.data["tool"]["setuptools"]
    settings.setdefault("include-package-data", False)
    if isinstance(settings.get("packages"), list):  # setuptools took paths for names
        settings["packages"] = [name.strip("/").replace("/", ".") for name in settings["packages"]]
    return found


# --- setup.cfg -------------------------------------------------------------------------------


def _sections(text: str) -> list[tuple[str, str]]:
    """Part setup.cfg into sections by name, each with the comments right above it."""
    parts: list[list[str]] = [[""]]
    for line in text.splitlines(keepends=True):
        if header := _HEADER.match(line):
            above: list[str] = []
            while len(parts[-1]) > 1 and parts[-1][-1].startswith(("#", ";")):
                above.insert(0, parts[-1].pop())
            parts.append([header[1].strip(), *above, line])
        else:
            parts[-1].append(line)
    return [(name, "".join(lines)) for name, *lines in parts]


def _parted(text: str, pattern: str) -> tuple[str, str]:
    """Part setup.cfg into the sections of which the names match, and all others."""
    sections = [(re.fullmatch(pattern, name), part) for name, part in _sections(text)]
    matching = "".join(part for matches, part in sections if matches)
    return matching, "".join(part for matches, part in sections if not matches)


def _of_cfg(found: Draft, moved: str) -> None:
    """Add what setup.cfg says, as far as setup.py does not."""
    options = configparser.RawConfigParser()
    try:
        options.read_string(moved)
    except configparser.Error as error:
        sentence = f"setup.cfg cannot be read: {' '.join(str(error).split())}."
        raise UnconvertedError(sentence) from error
    made = by_tool("setup.cfg", {"setup.cfg": moved})
    data = tomllib.loads(made)
    settings = data.setdefault("tool", {}).setdefault("setuptools", {})
    keys = {key.replace("-", "_") for name in options for key in options[name]}
    if "include_package_data" not in keys:
        settings.pop("include-package-data", None)
    for name in ("package-data", "exclude-package-data"):
        if "" in settings.get(name, {}):  # all packages, for setup.cfg
            settings[name]["*"] = settings[name].pop("")
        for quotes in {"''", '""'} & {*settings.get(name, {})}:
            del settings[name][quotes]
            found.done.append(f"{quotes} is left out of {name}: that is the name of no package.")
    for name in sorted(_DEAD & keys):
        settings.pop(name.replace("_", "-"), None)
        found.done.append(f"{name} is left out: no tool reads it any longer.")
    if "tests_require" in keys:
        listed = options.get("options", "tests_require", fallback="")
        data["dependency-groups"] = {"test": [*_lines(listed)]}
        data["project"].get("optional-dependencies", {}).pop("testing", None)
    needed = [text for text in data["build-system"]["requires"] if "setuptools>=61.2" not in text]
    data["build-system"] = {"requires": needed}
    _overrule(data, found.data)
    said = re.findall(r"(?m)^\s*[#;]\s*(.*\S)", moved)
    found.comments.setdefault(("project",), []).extend(f"# {text}" for text in said)
    found.text = made
    found.data = _merged(data, found.data)


def _overrule(data: dict[str, Any], script: dict[str, Any]) -> None:
    """Take from what setup.cfg says what setup.py says, too, which counts for setuptools."""
    project, here = data["project"], script["project"]
    dynamic = project.get("dynamic", [])
    for key in [key for key in dynamic if key in here]:
        dynamic.remove(key)  # ini2toml knows of setup.cfg alone
        data["tool"]["setuptools"].get("dynamic", {}).pop(key, None)
    for key in here.get("dynamic", []):
        project.pop(key, None)
        if key in dynamic:
            dynamic.remove(key)
    if not dynamic:
        project.pop("dynamic", None)
    if {"scripts", "gui-scripts", "entry-points"} & {*here}:
        for key in ("scripts", "gui-scripts", "entry-points"):
            project.pop(key, None)


# Tables of which either file may say a part; any other is one value for setuptools.
_SHARED = {(), ("project",), ("project", "urls"), ("tool",), ("build-system",)}
_SHARED |= {("tool", "setuptools"), ("tool", "setuptools", "dynamic"), ("dependency-groups",)}


def _merged(one: dict[str, Any], other: dict[str, Any], path: Key = ()) -> dict[str, Any]:
    """Give both, the other's values where both have one."""
    both = dict(one)
    for name, value in other.items():
        there, here = both.get(name), (*path, name)
        if isinstance(there, dict) and isinstance(value, dict) and here in _SHARED:
            both[name] = _merged(there, value, here)
        elif name in {"dynamic", "requires"} and there:
            both[name] = [*there, *(item for item in value if item not in there)]
        else:
            both[name] = value
    return both


def _leave(found: Draft, left: str, project: Path) -> None:
    """Leave the settings of tools in setup.cfg; flake8's own file takes those of flake8."""
    flake8, others = _parted(left, r"flake8(:.*)?")
    elsewhere = (project / ".flake8").exists() or re.search(
        r"(?m)^\[flake8", text_of(project / "tox.ini") or ""
    )
    if flake8 and not elsewhere:
        found.files[".flake8"] = _as_there(project / _CFG, flake8.strip("\n") + "\n")
        found.done.append("The settings of flake8 moved from setup.cfg to .flake8.")
        left = others
    if left.strip():
        found.files[_CFG] = _as_there(project / _CFG, left.lstrip("\n"))
        found.done.append("setup.cfg keeps the settings of other tools.")
    else:
        found.files[_CFG] = None
        found.done.append("setup.cfg is gone: nothing is left in it.")


def _as_there(file: Path, text: str) -> bytes:
    return tables.as_there(file.read_bytes().decode(), text).encode()


# --- setup.py --------------------------------------------------------------------------------


def _call(text: str | None) -> Call:
    if text is None:
        return Call({})
    try:
        return setup_call.read(text)
    except UnreadableError as error:
        raise UnconvertedError(
            f"setup.py {error}: write a [project] table into pyproject.toml by hand."
        ) from error


def _of_call(found: Draft, call: Call, project: Path, contents: Contents) -> None:
    values = {name: value for name, value in call.values.items() if value is not None}
    told = meaning.fields(contents)
    of_files.read(found, call, _KNOWN, project, told)
    for name, value in values.items():
        if name in _DEAD:
            found.done.append(f"{name} is left out: no tool reads it any longer.")
        elif name in _TEXTS:
            _put(found.data, _TEXTS[name], value if isinstance(value, bool) else str(value).strip())
        elif name in _LISTS:
            _put(found.data, _LISTS[name], _list(name, value))
        elif name in _TABLES:
            table = {key or _root(name): _strings(item) for key, item in value.items()}
            _put(found.data, _TABLES[name], table)
    _finder(found.data["tool"]["setuptools"])
    _described(found.data["project"], values)
    _asked(found.data, values)
    for name, listed in call.comments.items():
        key = {**_TEXTS, **_LISTS, **_TABLES}.get(name, ("project",))
        found.comments.setdefault(tuple(key), []).extend(listed)


def _put(data: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for name in path[:-1]:
        data = data.setdefault(name, {})
    data[path[-1]] = value


def _root(name: str) -> str:
    """Give the key of package data for all packages; that of package_dir stays empty."""
    return "" if name == "package_dir" else "*"


def _strings(value: object) -> object:
    return [*map(str, value)] if isinstance(value, list) else value


def _list(name: str, value: object) -> object:
    if isinstance(value, str):
        return [*(_lines(value) if name != "keywords" else map(str.strip, value.split(",")))]
    return value


def _lines(text: str) -> list[str]:
    lines = (line.partition(" #")[0].strip() for line in text.replace(",\n", "\n").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _finder(settings: dict[str, Any]) -> None:
    """Say a call of find_packages() as the table that asks for the same."""
    finder = settings.get("packages")
    if isinstance(finder, Finder):
        given = {
            name: [value] if isinstance(value, str) else value
            for name, value in finder.arguments.items()
        }
        settings["packages"] = {"find": {**given, "namespaces": finder.namespaces}}


def _described(project: dict[str, Any], values: Mapping[str, Any]) -> None:
    for role, key in _PEOPLE.items():
        one = {"name": values.get(role), "email": values.get(f"{role}_email")}
        if any(one.values()):
            project[key] = [{name: str(value) for name, value in one.items() if value}]
    own = (("Homepage", "url"), ("Download", "download_url"))
    urls = {label: values[name] for label, name in own if values.get(name)}
    urls |= values.get("project_urls", {})
    if urls:
        project["urls"] = urls
    if values.get("license"):
        project["license"] = {"text": values["license"]}
    kind = values.get("long_description_content_type")
    if values.get("long_description"):
        project["readme"] = {
            "text": values["long_description"],
            "content-type": kind or "text/x-rst",
        }


def _asked(data: dict[str, Any], values: Mapping[str, Any]) -> None:
    project = data["project"]
    for extra, listed in values.get("extras_require", {}).items():
        name, _, marker = extra.partition(":")
        texts = _list("", listed)
        for text in texts if isinstance(texts, list) else []:
            needed, _, other = map(str.strip, text.partition(";"))
            markers = " and ".join(f"({one})" for one in (other, marker) if one)
            asked = f"{needed} ; {markers}" if marker else text
            place = project.setdefault("optional-dependencies", {}) if name else project
            place.setdefault(name or "dependencies", []).append(asked)
    entries = values.get("entry_points", {})
    for group, listed in _groups(entries).items():
        scripts = {"console_scripts": "scripts", "gui_scripts": "gui-scripts"}
        table = dict(_pair(text) for text in listed)
        if group in scripts:
            project[scripts[group]] = table
        else:
            project.setdefault("entry-points", {})[group] = table
    if files := values.get("data_files"):
        table = {one[0]: one[1] for one in files if isinstance(one, list)}
        if len(table) != len(files):
            raise UnconvertedError("setup.py passes data_files without folders; name a folder.")
        data["tool"]["setuptools"]["data-files"] = table
    if scm := values.get("use_scm_version"):
        project.setdefault("dynamic", []).append("version")
        data["tool"]["setuptools_scm"] = scm if isinstance(scm, dict) else {}


def _groups(entries: object) -> dict[str, list[str]]:
    """Give the entry points of each group, which may be lists, texts, or one text of all."""
    if isinstance(entries, str):
        parser = configparser.RawConfigParser(delimiters=("=",))
        parser.optionxform = str  # type: ignore[assignment,method-assign]  # as typeshed has it
        try:
            parser.read_string(entries)
        except configparser.Error as error:
            raise UnconvertedError("setup.py passes entry_points that cannot be read.") from error
        return {
            name: [f"{key} = {parser[name][key]}" for key in parser[name]]
            for name in parser.sections()
        }
    if not isinstance(entries, dict):
        return {}
    return {
        group: _lines(listed) if isinstance(listed, str) else listed
        for group, listed in entries.items()
    }


def _pair(text: str) -> tuple[str, str]:
    name, _, reference = text.partition("=")
    return name.strip(), reference.strip()
