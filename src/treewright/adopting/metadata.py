"""What a project's metadata say, wherever they are: name, description, authors, Python, licence.

PEP 621's table comes first, then the older tables of Poetry and flit, then setup.cfg and setup.py.
https://packaging.python.org/en/latest/specifications/pyproject-toml/
"""

import ast
import re
from collections.abc import Iterator
from email.utils import parseaddr
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from treewright.adopting.found import Found
from treewright.adopting.reading import Sources
from treewright.adopting.setup_py import UNKNOWN
from treewright.proof.project import normalised_name

_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+"  # as copier.yml takes it
)
# Control characters, line separators and bidirectional overrides, which copier.yml refuses.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
_UNSURE = "setup.py, which would have to run"
OLDEST = 9  # the oldest Python 3 that tests of joined repositories run on
_NEWEST = 40  # no Python is newer
_DEFAULT = "3.11"
_PYTHON = re.compile(r"Programming Language :: Python :: 3\.(\d+)\s*$")


class Said(NamedTuple):
    """What a place says of a field."""

    value: Any
    place: str


def said(sources: Sources, field: str) -> Iterator[Said]:
    """Give what each place says of a field, the one that counts first.

    Args:
        sources: The project.
        field: Its name as setup.py has it, such as python_requires.

    """
    dashed = {"python_requires": "requires-python"}.get(field, field.replace("_", "-"))
    tables = [
        (("project",), dashed),
        (("tool", "poetry"), dashed),
        (("tool", "flit", "metadata"), {"name": "dist-name"}.get(field, dashed)),
    ]
    for keys, key in tables:
        value = sources.declared(*keys, key)
        if value is not None:
            yield Said(value, f"[{'.'.join(keys)}] {key} in pyproject.toml")
    section = "options" if field == "python_requires" else "metadata"
    for key in (field, dashed, {"description": "summary"}.get(field, field)):
        if value := sources.setup_cfg.get(section, {}).get(key, ""):
            yield Said(value, f"[{section}] {key} in setup.cfg")
            break
    if (value := sources.setup_py.get(field)) is not None:
        yield Said(value, f"{field} in setup.py")


def first_text(sources: Sources, field: str) -> Said | None:
    """Give the first text that a place has for a field."""
    return next((s for s in said(sources, field) if isinstance(s.value, str) and s.value), None)


def one_line(value: str) -> str:
    """Give the first line that says something, without characters that no answer may have."""
    lines = (_CONTROL.sub(" ", line).strip() for line in value.splitlines())
    return next((" ".join(line.split()) for line in lines if line), "")


def name(sources: Sources) -> Found:
    """Infer the distribution name."""
    if found := first_text(sources, "name"):
        return Found(found.value.strip(), found.place)
    if module := sources.strings("tool", "flit", "metadata", "module"):
        return Found(module[0].replace(".", "-"), "[tool.flit.metadata] module in pyproject.toml")
    folder = re.sub(r"[^a-z0-9]+", "-", sources.folder.resolve().name.lower()).strip("-")
    why = _UNSURE if sources.setup_py.get("name") is UNKNOWN else "the name of the folder"
    return Found(folder or "my-package", why, "guess")


def description(sources: Sources, package: str) -> Found:
    """Infer what the project does, in one line.

    Args:
        sources: The project.
        package: The folder of the package: flit takes its docstring.

    """
    if (found := first_text(sources, "description")) and (line := one_line(found.value)):
        return Found(line, found.place)
    init = f"{package}/__init__.py"
    if line := one_line(_docstring(sources.data(init))):
        dynamic = "description" in sources.strings("project", "dynamic")
        return Found(line, f"the docstring of {init}", "sure" if dynamic else "likely")
    return Found("A Python package.", "nothing says it", "guess")


def _docstring(code: bytes) -> str:
    """Give the docstring of a module, or what it calls one."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__doc__")], value=ast.Constant(value=str(text))):
                return text
    return ast.get_docstring(tree) or ""


def author(sources: Sources) -> tuple[Found, Found]:
    """Infer the first author's name and address."""
    for field in ("authors", "author", "maintainers", "maintainer"):
        for value, place in said(sources, field):
            person = _person(sources, field, value)
            if any(person):
                others = _others(value)
                names = {f"another of {place}": other for other in others}
                return Found(person[0], place, alternatives=names), Found(person[1], place)
    nobody = Found("", "no author is named", "guess")
    return nobody, nobody


def _person(sources: Sources, field: str, value: object) -> tuple[str, str]:
    """Give a name and an address that copier.yml takes, of the first person in a field."""
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, dict):
        named, address = str(first.get("name") or ""), str(first.get("email") or "")
        named, address = (named, parseaddr(address)[1]) if named else parseaddr(address)
    elif isinstance(first, str):
        named, address = parseaddr(first) if "@" in first else (first, "")
        if not address:
            address = next((s.value for s in said(sources, f"{field}_email") if s.value), "")
    else:
        return "", ""
    named = one_line(named.partition(",")[0].partition("<")[0])
    return named, email(str(address))


def email(text: str) -> str:
    """Give the first e-mail address of a list, as copier.yml takes it; nothing for all else."""
    first = re.split(r"[,;\s]+", text.strip())[0]
    return first if _EMAIL.fullmatch(first) else ""


def _others(value: object) -> list[str]:
    listed = value[1:] if isinstance(value, list) else []
    names = [item.get("name") if isinstance(item, dict) else item for item in listed]
    return [one_line(str(named).partition("<")[0]) for named in names if named][:9]


def classifiers(sources: Sources) -> list[str]:
    """Give the trove classifiers of all places."""
    found: list[str] = []
    for value, _ in said(sources, "classifiers"):
        listed = value.splitlines() if isinstance(value, str) else value
        items = listed if isinstance(listed, list) else []
        found += [item.strip() for item in items if isinstance(item, str)]
    return found


# --- The oldest Python -------------------------------------------------------------------


def python_min(sources: Sources) -> Found:
    """Infer the oldest Python that is tested: where the project takes older ones, 3.9 is that."""
    for value, place in _pythons(sources):
        minor = floor(value) if isinstance(value, str) else None
        if minor is not None and minor >= OLDEST:
            return Found(f"3.{minor}", f'"{value}" by {place}')
        if minor is not None:
            where = f'"{value}" by {place}; no older Python is tested'
            return Found(f"3.{OLDEST}", where, "likely")
    named = [int(found[1]) for item in classifiers(sources) if (found := _PYTHON.match(item))]
    if named:
        return Found(f"3.{max(min(named), OLDEST)}", "the classifiers", "likely")
    return Found(_DEFAULT, "nothing says which Pythons it takes", "guess")


def _pythons(sources: Sources) -> Iterator[Said]:
    yield from said(sources, "python_requires")
    poetry = sources.declared("tool", "poetry", "dependencies", "python")
    if isinstance(poetry, str):
        yield Said(poetry, "[tool.poetry.dependencies] python in pyproject.toml")


def floor(specifiers: str) -> int | None:
    """Give the minor version of the oldest Python 3 that specifiers take; None for no floor.

    Poetry's own are understood, such as ^3.9, ~3.9, 3.9.* and >=3.8,<4.0 || >=4.2.
    https://packaging.python.org/en/latest/specifications/version-specifiers/
    """
    floors = []
    for part in specifiers.split("||"):
        try:
            found = SpecifierSet(_standard(part))
        except InvalidSpecifier:
            return None
        if not any(bound.operator in {">=", ">", "==", "===", "~="} for bound in found):
            return None
        known = (minor for minor in range(_NEWEST) if _takes(found, minor))
        floors.append(next(known, _NEWEST))
    return min(floors, default=None)


def _takes(specifiers: SpecifierSet, minor: int) -> bool:
    """Say whether some release of a minor version is taken, as 3.9.5 is by >=3.9.2."""
    return any(specifiers.contains(f"3.{minor}.{patch}") for patch in (*range(30), 99))


def _standard(specifiers: str) -> str:
    """Write Poetry's specifiers as PEP 440's."""
    parts = []
    joined = re.sub(r"([<>=!~^])\s+", r"\1", specifiers.strip())
    for part in re.split(r"[,\s]+(?=[\^~<>=!\d*])", joined):
        bare = part.strip().strip(",")
        if found := re.fullmatch(r"\^\s*(\d+)([.\d]*)", bare):
            parts += [f">={found[1]}{found[2]}", f"<{int(found[1]) + 1}"]
        elif found := re.fullmatch(r"~\s*(\d+)(?:\.(\d+))?([.\d]*)", bare):
            later = f"{found[1]}.{int(found[2]) + 1}" if found[2] else int(found[1]) + 1
            parts += [f">={bare[1:].strip()}", f"<{later}"]
        elif re.fullmatch(r"\d[\d.]*(\.\*)?", bare):
            parts.append(f"=={bare}")
        elif bare not in {"*", ""}:
            parts.append(bare)
    return ",".join(parts)


# --- The version -------------------------------------------------------------------------

_FROM_GIT = (
    ("tool", "setuptools_scm"),
    ("tool", "setuptools-git-versioning"),
    ("tool", "versioneer"),
    ("tool", "poetry-dynamic-versioning"),
    ("tool", "uv-dynamic-versioning"),
    ("tool", "versioningit"),
    ("tool", "dunamai"),
    ("tool", "pbr"),
)
_PLUGINS = {
    "dunamai",
    "flit-scm",
    "hatch-vcs",
    "pbr",
    "poetry-dynamic-versioning",
    "setuptools-git-versioning",
    "setuptools-scm",
    "uv-dynamic-versioning",
    "vcs-versioning",
    "versioneer",
    "versioningit",
}


def version_source(sources: Sources, requires: set[str]) -> Found:
    """Infer where the version comes from.

    Args:
        sources: The project.
        requires: The normalised names of what the build needs.

    """
    version = first_text(sources, "version")
    if version and not re.match(r"(attr|file):", version.value):
        if version.place.startswith("[project]") or not _asks_git(sources, requires):
            return Found("static", version.place)
    elif version:  # attr: or file:, as setup.cfg has it
        return Found("static", f"{version.place}: {one_line(version.value)}")
    for tool, place in (
        (("tool", "hatch", "version"), "path"),
        (("tool", "setuptools", "dynamic", "version"), "attr"),
        (("tool", "setuptools", "dynamic", "version"), "file"),
        (("tool", "pdm", "version"), "path"),
    ):
        if found := sources.declared(*tool, place):
            shown = found if isinstance(found, str) else "a file"
            return Found("static", f"[{'.'.join(tool)}] {place} in pyproject.toml: {shown}")
    if place := _asks_git(sources, requires):
        return Found("vcs", place)
    if str(sources.declared("build-system", "build-backend")).startswith("flit"):
        return Found("static", "the package's __version__, as flit has it")
    return Found("static", "no sign that git tells it", "likely")


def _asks_git(sources: Sources, requires: set[str]) -> str:
    """Say what takes the version from git's tags; nothing where nothing does."""
    source = sources.declared("tool", "hatch", "version", "source")
    if source in {"vcs", "versioningit", "uv-dynamic-versioning"}:
        return f'[tool.hatch.version] source = "{source}" in pyproject.toml'
    if sources.declared("tool", "pdm", "version", "source") == "scm":
        return '[tool.pdm.version] source = "scm" in pyproject.toml'
    named = next((f"[{'.'.join(keys)}]" for keys in _FROM_GIT if _has(sources, keys)), "")
    if named:
        return f"{named} in pyproject.toml"
    for keyword in ("use_scm_version", "pbr", "setuptools_git_versioning", "version_config"):
        if sources.setup_py.get(keyword):
            return f"{keyword} in setup.py"
    if "versioneer" in sources.setup_cfg:
        return "[versioneer] in setup.cfg"
    wanted = sorted(_PLUGINS & requires)
    static = sources.declared("project", "version")
    return f"{wanted[0]} in [build-system] requires" if wanted and not static else ""


def _has(sources: Sources, keys: tuple[str, ...]) -> bool:
    return sources.declared(*keys) is not None


def build_requirements(sources: Sources) -> set[str]:
    """Give the normalised names of what the build needs."""
    listed = sources.strings("build-system", "requires")
    older = sources.setup_py.get("setup_requires")
    listed += [item for item in older if isinstance(item, str)] if isinstance(older, list) else []
    listed += sources.setup_cfg.get("options", {}).get("setup_requires", "").splitlines()
    found = (re.match(r"[A-Za-z0-9._-]+", item.strip()) for item in listed)
    return {normalised_name(match[0]) for match in found if match}


def license_files(sources: Sources) -> list[str]:
    """Give the files that look like the text of a licence, near the top first."""
    wanted = re.compile(r"(.*[-_.])?(licen[cs]e|copying|unlicen[cs]e)([-_.].*)?", re.IGNORECASE)
    named = sources.declared("project", "license", "file")
    found = [named] if named in sources.files else []
    for path in sources.files:
        pure = PurePosixPath(path)
        if "/" not in path or pure.parts[0].lower() in {"licenses", "licences"}:
            is_code = pure.suffix.lower() in {".py", ".pyi", ".sh", ".json", ".toml", ".yml"}
            if not is_code and (wanted.fullmatch(pure.name) or "/" in path):
                found.append(path)
    return list(dict.fromkeys(found))
