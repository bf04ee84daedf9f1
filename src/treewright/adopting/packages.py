"""The import package of a project: where it is, and what else the distribution may hold."""

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from treewright.adopting.found import Found, Sure
from treewright.adopting.reading import Sources, table
from treewright.proof import packages as of_proof
from treewright.proof.packages import NOT_PACKAGES, ImportPackage
from treewright.proof.project import Project, normalised_name

_ROOTS = ("src", ".", "lib", "python")


@dataclass(frozen=True)
class Packages:
    """What a distribution holds.

    Args:
        chosen: The package that the answers are about; None where there is none.
        all: All packages and single modules that it may hold, the chosen one too.
        read_from: What tells them.

    """

    chosen: ImportPackage | None
    all: list[ImportPackage] = field(default_factory=list)
    read_from: str = ""


def find(sources: Sources, name: str, wanted: str = "") -> Packages:
    """Find the packages.

    Args:
        sources: The project.
        name: The distribution name.
        wanted: The import path that a person gave, or the last part of it.

    """
    project = Project(sources.folder, _named(sources, name))
    found = [package for package in of_proof.find(project) if _is_real(sources, package)]
    found += [more for more in _beside(sources, found) if more not in found]
    if wanted:
        by_name = [*found, *of_proof.locate(sources.folder, [wanted])]
        named = [p for p in by_name if wanted in {p.name, p.name.rpartition(".")[2]}]
        return Packages(named[0] if named else None, found, "--answer import_name")
    places = _shown(sources, found)
    real = [package for package in found if (sources.folder / package.folder).is_dir()]
    types = {f"{package.name}-stubs" for package in real}
    ours = [package for package in real if package.name not in types]
    ours.sort(key=lambda package: _unlikely(package.name, name))
    if len(ours) == 1:
        return Packages(ours[0], found, places)
    return Packages(None if ours else next(iter(found), None), ours or found, places)


def _unlikely(package: str, distribution: str) -> tuple[bool, bool]:
    """Sort the package that is meant before the others, and private ones last."""
    private = any(part.startswith("_") for part in package.split("."))
    return normalised_name(package) != normalised_name(distribution), private


def _named(sources: Sources, name: str) -> dict[str, object]:
    """Give the tables of pyproject.toml with what older files declare."""
    known = table(sources.declared("project"))
    tables = {**sources.pyproject, "project": {**known, "name": name}}
    where, listed = _of_setup(sources)
    if not where and not listed:
        return tables
    tool = table(tables.get("tool"))
    older = {**table(tool.get("setuptools"))}
    older.setdefault("package-dir", {"": where} if where else {})
    if listed:
        older.setdefault("packages", listed)
    return {**tables, "tool": {**tool, "setuptools": older}}


def _of_setup(sources: Sources) -> tuple[str, list[str]]:
    """Give the root and the packages that setup.cfg or setup.py declare."""
    options = sources.setup_cfg.get("options", {})
    folders = sources.setup_py.get("package_dir")
    where = str(folders.get("") or "") if isinstance(folders, dict) else ""
    if found := re.search(r"(?m)^\s*=\s*(\S+)", options.get("package_dir", "")):
        where = found[1]
    where = sources.setup_cfg.get("options.packages.find", {}).get("where", where)
    listed = sources.setup_py.get("packages")
    names = [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else []
    tops = [name for name in names if not any(name.startswith(f"{o}.") for o in names)]
    return where.strip(), tops


def _is_real(sources: Sources, package: ImportPackage) -> bool:
    """Leave out what nobody imports: folders without code, and those beside the code."""
    if package.name.partition(".")[0] in NOT_PACKAGES - {normalised_name(package.name)}:
        return package.root != "."
    return bool(package.files(sources.folder))


def _beside(sources: Sources, found: list[ImportPackage]) -> Iterator[ImportPackage]:
    """Find packages that lie beside those that were found, where the backend takes all there are.

    Setuptools finds them by itself, and PDM, too.
    https://setuptools.pypa.io/en/latest/userguide/package_discovery.html
    https://backend.pdm-project.org/build_config/
    """
    if not _takes_all(sources):
        return
    left_out = _left_out(sources)
    for root in {package.root for package in found if "." not in package.name}:
        for init in sorted((sources.folder / root).glob("*/__init__.py")):
            name = init.parent.name
            is_left_out = any(fnmatch.fnmatchcase(name, pattern) for pattern in left_out)
            if name.isidentifier() and name not in NOT_PACKAGES and not is_left_out:
                yield ImportPackage(name, root)


def _takes_all(sources: Sources) -> bool:
    backend = str(sources.declared("build-system", "build-backend") or "setuptools")
    if backend.startswith("hatchling"):
        keys = (("only-include",), ("packages",), ("sources",))
        wheel = ("tool", "hatch", "build", "targets", "wheel")
        taken = [root for key in keys for root in sources.strings(*wheel, *key)]
        return any(root.strip("./") in _ROOTS for root in taken)
    return backend.startswith(("setuptools", "pdm")) and not _is_declared(sources)


def _is_declared(sources: Sources) -> bool:
    """Say whether the packages are listed one by one."""
    named = sources.declared("tool", "setuptools", "packages")
    listed = sources.setup_cfg.get("options", {}).get("packages", "find:").strip()
    return (
        isinstance(named, list)
        or bool(sources.strings("tool", "setuptools", "py-modules"))
        or bool(sources.strings("tool", "setuptools", "packages", "find", "include"))
        or not listed.startswith("find")
        or isinstance(sources.setup_py.get("packages"), list)
        or sources.declared("tool", "pdm", "build", "includes") is not None
        or sources.declared("project", "import-names") is not None
    )


def _left_out(sources: Sources) -> list[str]:
    """Give the patterns of packages that setuptools is told to leave out."""
    older = sources.setup_cfg.get("options.packages.find", {}).get("exclude", "")
    return [*sources.strings("tool", "setuptools", "packages", "find", "exclude"), *older.split()]


def _shown(sources: Sources, found: list[ImportPackage]) -> str:
    """Say where the packages are."""
    shown = [
        f"{package.folder}/"
        if (sources.folder / package.folder).is_dir()
        else f"{package.folder}.py"
        for package in found
    ]
    return ", ".join(shown) or "no folder of a package"


def answers(packages: Packages, name: str) -> dict[str, Found]:
    """Infer layout, package, namespace and import_name.

    Args:
        packages: What the distribution holds.
        name: The distribution name.

    """
    chosen = packages.chosen
    if chosen is None:
        listed = {package.folder: package.name for package in packages.all}
        sure: Sure = "contradictory" if listed else "guess"
        fallback = normalised_name(name).replace("-", "_")
        first = next(iter(listed.values()), fallback).rpartition(".")[2]
        return {
            "layout": Found(_layout(packages.all), packages.read_from, "guess"),
            "package": Found("regular", packages.read_from, "guess"),
            "import_name": Found(first, packages.read_from, sure, listed),
        }
    parent, _, last = chosen.name.rpartition(".")
    where = packages.read_from
    found = {
        "layout": Found(_layout([chosen]), where),
        "package": Found("namespace" if parent else "regular", where),
        "import_name": Found(last, where),
    }
    return found | ({"namespace": Found(parent, where)} if parent else {})


def _layout(found: list[ImportPackage]) -> str:
    return "src" if found and found[0].root == "src" else "flat"


def folder(packages: Packages) -> str:
    """Give the folder of the chosen package; nothing, where there is none."""
    return packages.chosen.folder if packages.chosen else ""


def links(project: Path, package: ImportPackage) -> str:
    """Give the link that leads to a package; nothing, where no part of its path is one."""
    path = Path(package.folder)
    for part in [*reversed(path.parents), path]:
        if part != Path() and (project / part).is_symlink():
            return part.as_posix()
    return ""
