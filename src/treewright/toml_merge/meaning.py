"""What a file should say after both sides changed it: a three-way merge of its data.

docs/merging.md has the rules as a table. In short: each key goes by itself, what one side changed
is taken, and where both changed the same, the user's value stays and is reported.
"""

import re
from dataclasses import dataclass
from typing import Any

from treewright.toml_merge.syntax import Path, key, toml

_MISSING: Any = object()
_NEW = (_MISSING, _MISSING)  # neither the base nor the user has it

# How a distribution is described and built is the user's where the template did not write it.
_METADATA: list[Path] = [
    ("project",),
    ("build-system",),
    ("tool", "flit"),
    ("tool", "hatch"),
    ("tool", "pdm"),
    ("tool", "poetry"),
    ("tool", "setuptools"),
    ("tool", "setuptools_scm"),
    ("tool", "uv", "build-backend"),
]

# Lists of requirements, which are compared by the names of distributions; * is any one key.
_REQUIREMENTS: list[Path] = [
    ("build-system", "requires"),
    ("project", "dependencies"),
    ("project", "optional-dependencies", "*"),
    ("dependency-groups", "*"),
]

# Lists of what stays out of an sdist: nothing gets worse where two are joined.
_EXCLUDES: list[Path] = [
    ("tool", "flit", "sdist", "exclude"),
    ("tool", "pdm", "build", "excludes"),
    ("tool", "poetry", "exclude"),
    ("tool", "uv", "build-backend", "source-exclude"),
]

# Lists of which the order means nothing, and each element something by itself. All others are one
# value: an order decides (addopts, filterwarnings, tool.coverage.paths), or the whole (select,
# testpaths).
_SETS: list[Path] = [
    *_EXCLUDES,
    ("project", "classifiers"),
    ("project", "dynamic"),
    ("project", "import-names"),
    ("project", "import-namespaces"),
    ("project", "keywords"),
    ("project", "license-files"),
    ("tool", "coverage", "*", "exclude_also"),
    ("tool", "coverage", "*", "omit"),
    ("tool", "coverage", "run", "patch"),
    ("tool", "coverage", "run", "source_pkgs"),
    ("tool", "flit", "sdist", "include"),
    ("tool", "hatch", "build", "targets", "*", "only-include"),
    ("tool", "mypy", "enable_error_code"),
    ("tool", "mypy", "files"),
    ("tool", "pdm", "build", "includes"),
    ("tool", "pdm", "build", "source-includes"),
    ("tool", "poetry", "include"),
    ("tool", "poetry", "packages"),
    ("tool", "pyright", "include"),
    ("tool", "ruff", "lint", "ignore"),
    ("tool", "ruff", "lint", "per-file-ignores", "*"),
    ("tool", "setuptools", "packages", "find", "include"),
    ("tool", "ty", "src", "include"),
    ("tool", "uv", "build-backend", "source-include"),
]

# Settings that a tool refuses, or overrules, beside an older spelling of them: pytest reads one of
# the two tables, and ruff forgets a list above [tool.ruff.lint] for the one within.
OLDER: dict[Path, Path] = {
    ("tool", "pytest"): ("tool", "pytest", "ini_options"),
    ("tool", "ruff", "lint"): ("tool", "ruff"),
}

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


@dataclass(frozen=True)
class Clash:
    """A key that both sides changed: the values as TOML, empty where a side has none."""

    key: str
    yours: str
    template: str
    kept: bool = True  # whether yours is in the result
    by: str = "the template"  # who has the other value


def same(one: object, other: object) -> bool:
    """Compare two values as TOML does: 1, 1.0 and true are three."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (one != one and other != other)  # noqa: PLR0124  # nan


def named(requirement: object) -> str:
    """Give what a requirement is of: a normalised name, or the group that it includes."""
    if isinstance(requirement, dict) and requirement.keys() == {"include-group"}:
        return f"include-group {normal(str(requirement['include-group']))}"
    found = _NAME.match(requirement) if isinstance(requirement, str) else None
    return normal(found[1]) if found else toml(requirement)


def is_of_requirements(path: Path) -> bool:
    """Tell whether a list is of requirements, which are compared by name."""
    return _listed(path, _REQUIREMENTS)


def is_set(path: Path) -> bool:
    """Tell whether the order of a list means nothing, and each element something by itself."""
    return _listed(path, _SETS)


def normal(name: str) -> str:
    """Normalise a name as PEP 503 does."""
    return re.sub(r"[-_.]+", "-", name).lower()


class Merge:
    """One merge of data: what it decides, and the clashes that it met."""

    def __init__(self, base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> None:
        """Merge what the user and the template made of a base, which may be empty."""
        self.clashes: list[Clash] = []
        self._adopting = "project" not in base
        self._ours, self._theirs = ours, theirs
        self.data: dict[str, Any] = (
            theirs if same(ours, base) else self._table((), base, ours, theirs)
        )

    def _value(self, path: Path, base: Any, ours: Any, theirs: Any) -> Any:  # noqa: ANN401
        """Merge one value; each side may be missing, and the result too."""
        if same(ours, theirs) or same(theirs, base) or self._is_yours(path, base, ours, theirs):
            return ours
        if ours is not _MISSING and same(ours, base):
            return theirs
        if ours is _MISSING and base is _MISSING and self._has_older(path):
            return _MISSING
        if isinstance(base, dict) and isinstance(ours, dict) and theirs is _MISSING:
            return self._own(path, base, ours)
        if isinstance(theirs, dict) and (isinstance(ours, dict) or (ours, base) == _NEW):
            sides = (side if isinstance(side, dict) else {} for side in (base, ours, theirs))
            table = self._table(path, *sides)
            return table if table or not ours or not theirs else _MISSING
        return theirs if same(ours, base) else self._changed_by_both(path, base, ours, theirs)

    def _changed_by_both(self, path: Path, base: Any, ours: Any, theirs: Any) -> Any:  # noqa: ANN401
        """Merge what is no table: lists by their elements if that is safe; else yours stays."""
        if isinstance(ours, list) and isinstance(theirs, list):
            before = base if isinstance(base, list) else []
            if is_of_requirements(path):
                return self._requirements(path, before, ours, theirs)
            if _listed(path, _SETS if isinstance(base, list) else _EXCLUDES):
                return _set(before, ours, theirs)
        self._clash(path, ours, theirs)
        return ours

    def _is_yours(self, path: Path, base: Any, ours: Any, theirs: Any) -> bool:  # noqa: ANN401
        """Tell whether a table is the user's in whole."""
        if path == ("build-system",) and _builds_otherwise(base, ours, theirs):
            self._clash(path, ours, theirs)
            return True
        return self._adopting and path in _METADATA

    def _table(
        self, path: Path, base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
    ) -> dict[str, Any]:
        if path == ("project",) and base:
            base, theirs = self._version(base, ours, theirs)
        merged = {}
        for name in [*ours, *(name for name in theirs if name not in ours)]:
            sides = (side.get(name, _MISSING) for side in (base, ours, theirs))
            value = self._value((*path, name), *sides)
            if value is not _MISSING:
                merged[name] = value
        return self._groups(ours, theirs, merged) if path == ("dependency-groups",) else merged

    def _version(
        self, base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Let the answer `version_source` switch where the version comes from.

        A version is either written or dynamic (PEP 621), and everyone changes a written one. So
        the one that goes does not count as a change of the user's, but is reported.
        """
        before, here, after = (
            "version" in table.get("dynamic", []) for table in (base, ours, theirs)
        )
        if after in {before, here}:
            return base, theirs
        if "version" in ours and not same(ours["version"], base.get("version")):
            self._clash(("project", "version"), ours["version"], _MISSING, kept=False)
            base = base | {"version": ours["version"]}
        if "dynamic" in ours:  # with more than the version
            base = {"dynamic": []} | base
            theirs = {"dynamic": []} | theirs
        return base, theirs

    def _groups(
        self, ours: dict[str, Any], theirs: dict[str, Any], merged: dict[str, Any]
    ) -> dict[str, Any]:
        """Leave out what would newly include a group that the user deleted (PEP 735)."""
        away = {f"include-group {normal(name)}" for name in theirs}
        away -= {f"include-group {normal(name)}" for name in merged}
        for name, group in merged.items():
            had = ours.get(name, [])
            for item in group if isinstance(group, list) else []:
                if isinstance(item, dict) and named(item) in away and item not in had:
                    self._clash(("dependency-groups", name, named(item)), _MISSING, item)
            if isinstance(group, list):
                merged[name] = [
                    item
                    for item in group
                    if not isinstance(item, dict) or named(item) not in away or item in had
                ]
        return merged

    def _own(self, path: Path, base: dict[str, Any], ours: dict[str, Any]) -> Any:  # noqa: ANN401
        """Give what the user made of a table that the template dropped."""
        own = {}
        for name, value in ours.items():
            here, before = (*path, name), base.get(name, _MISSING)
            if isinstance(value, dict) and isinstance(before, dict):
                left = self._own(here, before, value)
                if left is not _MISSING:
                    own[name] = left
            elif not same(value, before):
                self._clash(here, value, _MISSING)
                own[name] = value
        return own or _MISSING

    def _requirements(
        self, path: Path, base: list[Any], ours: list[Any], theirs: list[Any]
    ) -> list[Any]:
        """Merge by name: all that a list says of one distribution is one value."""
        before, here, after = (by_name(side) for side in (base, ours, theirs))
        merged: list[Any] = []
        for name in _arranged([*here], [*after]):
            sides = [side.get(name, []) for side in (before, here, after)]
            if same(sides[1], sides[2]) or same(sides[2], sides[0]):
                merged += sides[1]
            elif same(sides[1], sides[0]):
                merged += sides[2]
            else:
                self._clash((*path, name), sides[1], sides[2])
                merged += sides[1]
        return merged

    def _has_older(self, path: Path) -> bool:
        """Tell, and report once, whether the user says the same by an older spelling."""
        for newer, older in OLDER.items():
            if path[: len(newer)] != newer or path == newer:
                continue
            name = path[len(newer)]
            one = (
                (newer, older) if older[: len(newer)] == newer else ((*newer, name), (*older, name))
            )
            theirs, ours = _at(self._theirs, one[0]), _at(self._ours, one[1])
            if ours is _MISSING:
                continue
            if all(clash.key != key(one[1]) for clash in self.clashes):
                self._clash(one[1], ours, theirs)
            return True
        return False

    def _clash(self, path: Path, ours: object, theirs: object, *, kept: bool = True) -> None:
        yours, template = ("" if side is _MISSING else toml(side) for side in (ours, theirs))
        self.clashes.append(Clash(key(path), yours, template, kept))


def _at(data: Any, path: Path) -> Any:  # noqa: ANN401
    for name in path:
        data = data.get(name, _MISSING) if isinstance(data, dict) else _MISSING
    return data


def _builds_otherwise(base: Any, ours: Any, theirs: Any) -> bool:  # noqa: ANN401
    """Tell whether the user chose another build backend than the template ever did."""
    chosen, *templates = (
        side.get("build-backend") if isinstance(side, dict) else None
        for side in (ours, base, theirs)
    )
    return ours is not _MISSING and chosen not in templates


def _set(base: list[Any], ours: list[Any], theirs: list[Any]) -> list[Any]:
    """Take away what the template took away, and add what it added."""
    gone = [item for item in base if item not in theirs]
    stay = [item for item in ours if item not in gone]
    return _arranged(stay, [item for item in theirs if item in stay or item not in base])


def _arranged(mine: list[Any], template: list[Any]) -> list[Any]:
    """Add what the template has, before what follows it there, so that it does not count when."""
    arranged = [*mine]
    for number, item in enumerate(template):
        if item not in arranged:
            later = (arranged.index(one) for one in template[number:] if one in arranged)
            arranged.insert(next(later, len(arranged)), item)
    return arranged


def by_name(requirements: list[Any]) -> dict[str, list[Any]]:
    """Group requirements by what they are of."""
    grouped: dict[str, list[Any]] = {}
    for requirement in requirements:
        grouped.setdefault(named(requirement), []).append(requirement)
    return grouped


def _listed(path: Path, patterns: list[Path]) -> bool:
    return any(
        len(path) == len(pattern)
        and all(part in {"*", name} for name, part in zip(path, pattern, strict=True))
        for pattern in patterns
    )
