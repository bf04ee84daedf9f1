"""What the artefacts hold against what the tree shows."""

import re
from collections.abc import Container, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from treewright.proof import copying, ignoring
from treewright.proof.archives import Wheel
from treewright.proof.findings import Finding, advice
from treewright.proof.packages import NOT_PACKAGES, ImportPackage, dotted, shares_namespace
from treewright.proof.project import Project
from treewright.rows import some

_JUNK = re.compile(
    r"(^|/)(\.env|\.envrc|\.DS_Store|Thumbs\.db|__pycache__|\.git|\.venv|node_modules)(/|$)"
    r"|\.py[co]$|\.sw[op]$|~$"
)
_JUNK_IN_WHEEL = re.compile(r"(^|/)\.git(ignore|attributes|modules)$")
# Where files are kept that only look stray: what tests read, and what new projects are made from.
_KEPT = re.compile(
    r"(^|/)[\w-]*(tests?|fixtures?|templates?|skeletons?|scaffolds?|cookiecutter)[\w-]*/"
)
_TESTS = re.compile(r"(^|/)(tests?/(.*/)?(test_\w+|\w+_test)|conftest)\.py$")
_TEST_FOLDER = re.compile(r"(^|/)tests?/")
_EXTENSION = re.compile(r"\.(so|pyd|dll|dylib|lib|a)$")
# What compilers read and no interpreter does.
_SOURCE = re.compile(r"\.(c|cc|cpp|cxx|h|hh|hpp|pyx|pxd|pxi|rs|f|f90|[sS]|asm)$")
_BUILD_FILE = re.compile(r"(^|/)(Cargo\.(toml|lock)|CMakeLists\.txt|meson\.build|Makefile)$")
# What people who work on the package read, and their tools.
_FOR_DEVELOPERS = re.compile(
    r"(^|/)((ruff|mypy|pytest|tox|pyrightconfig)\.(toml|ini|json)|BUILD(\.bazel)?|Makefile"
    r"|(README|CHANGES|CHANGELOG|CONTRIBUTING|HISTORY|TODO)(\.(md|rst|txt))?)$"
)

_DECLARE = "declare the package to the build backend in pyproject.toml"


class Chain(NamedTuple):
    """What one chain built.

    Args:
        sdist: the files of the sdist, relative to its top.
        wheel: the wheel.
        tree: the copy in which the sdist was built, with the files that the build made.

    """

    sdist: frozenset[str]
    wheel: Wheel
    tree: Path


def sdist_findings(project: Project, chain: Chain, skipped: list[str]) -> Iterator[Finding]:
    """Find what no sdist should hold.

    Args:
        project: the project.
        chain: what was built, and where.
        skipped: where to tell what could not be checked.

    """
    tracked = copying.tracked(project)
    if tracked is None and copying.repository(project):
        skipped.append("what git ignores (git does not answer here)")
    stray = {name for name in chain.sdist if _is_junk(name)} - (tracked or frozenset())
    if stray:
        yield _junk("sdist", sorted(stray))
    if tracked is not None:
        yield from ignoring.findings(project, chain.sdist - stray, tracked, chain.tree)


def wheel_findings(
    project: Project,
    packages: list[ImportPackage],
    chain: Chain,
    meant: Container[str] = (),
) -> Iterator[Finding]:
    """Find what is missing in a wheel and what it should not hold.

    Args:
        project: the project.
        packages: the packages that its tree shows.
        chain: what was built, and where.
        meant: the names of what else it is meant to hold.

    """
    wheel = chain.wheel
    if wheel.unsafe:
        yield Finding("wheel", f"it would write elsewhere: {some(wheel.unsafe)}", "fix the build")
    if not wheel.files:
        yield Finding("wheel", "it is empty", _DECLARE)
        return
    expected: dict[str, str] = {}
    for package in packages:
        expected |= package.files(project.folder)
    yield from _missing(project, packages, expected, chain)
    left = {name for name in wheel.files if not _is_junk(name)}
    junk = sorted(wheel.files - left)
    junk += sorted(name for name in left if _JUNK_IN_WHEEL.search(name) and not _KEPT.search(name))
    if junk:
        yield _junk("wheel", junk)
    extra = left - {*expected, *junk}
    tests = sorted(name for name in left & {*expected} if _TESTS.search(name))
    if tests:
        yield advice(
            "wheel", f"it holds tests: {some(tests)}", "move them to tests/ or exclude them"
        )
    if not wheel.pure:
        extra = {name for name in extra if not _EXTENSION.search(name)}
    beside = {
        path: foreign
        for path, names in others(packages, wheel).items()
        if dotted(path) not in meant and (foreign := [name for name in names if name in extra])
    }
    if packages:
        yield from _foreign(packages, beside, wheel)
        yield from _unknown(project, packages, extra, chain.tree)


def _is_junk(name: str) -> bool:
    bytecode = "__pycache__/" in name or name.endswith((".pyc", ".pyo"))
    return bool(_JUNK.search(name)) and (bytecode or not _KEPT.search(name))


def _junk(where: str, names: list[str]) -> Finding:
    return Finding(where, f"it holds stray files: {some(names)}", "delete or exclude them")


def _missing(
    project: Project, packages: list[ImportPackage], expected: dict[str, str], chain: Chain
) -> Iterator[Finding]:
    wheel = chain.wheel
    absent = {
        name: path
        for name, path in expected.items()
        if name not in wheel.files and _belongs(name, pure=wheel.pure)
    }
    left_out = ignoring.left_out(project, absent.values())
    absent = {name: path for name, path in absent.items() if path not in left_out}
    for package in packages:
        own = package.files_in(expected)
        if own and wheel.files.isdisjoint(own):
            yield Finding("wheel", f"the package {package.name} is missing", _DECLARE)
            absent = {name: path for name, path in absent.items() if name not in own}
    kinds: dict[str, list[str]] = {}
    for name, path in absent.items():
        module = name.endswith((".py", ".pyi"))
        kind = "module" if module else "py.typed" if name.endswith("/py.typed") else "data file"
        where = "wheel" if path in chain.sdist else "sdist and wheel"
        kinds.setdefault(f"{where}: {kind}", []).append(path)
    for key, paths in kinds.items():
        where, kind = key.split(": ")
        yield Finding(
            where,
            f"{kind} missing: {some(sorted(paths))}",
            "include it in the build configuration; check whether git ignores it, too",
        )


def _belongs(name: str, *, pure: bool) -> bool:
    """Say whether a file of the package's folder has to be in the wheel."""
    inner = PurePosixPath(name)
    return not (
        _JUNK.search(name)
        or any(part.startswith(".") or part.endswith(".egg-info") for part in inner.parts)
        or _SOURCE.search(name)
        or _EXTENSION.search(name)
        or _TEST_FOLDER.search(name)
        or _FOR_DEVELOPERS.search(name)
        or (not pure and _BUILD_FILE.search(name))
    )


def others(packages: list[ImportPackage], wheel: Wheel) -> dict[str, list[str]]:
    """Give what a wheel holds beside the packages: top-level packages and files, in namespaces too.

    Returns:
        For each of their paths, in the wheel, the files.

    """
    parents = {parent for package in packages for parent in package.parents}
    inside = tuple(start for p in packages for start in (f"{p.path}/", f"{p.path}."))
    found: dict[str, list[str]] = {}
    for name in sorted(wheel.files):
        if name.startswith(inside):
            continue
        parts = name.split("/")
        depth = 1
        while "/".join(parts[:depth]) in parents:
            depth += 1
        found.setdefault("/".join(parts[:depth]), []).append(name)
    return found


def _foreign(
    packages: list[ImportPackage], beside: dict[str, list[str]], wheel: Wheel
) -> Iterator[Finding]:
    """Find what the wheel holds beside the packages that is not meant to be there."""
    parents = {parent for package in packages for parent in package.parents}
    for path, names in beside.items():
        inner = path.rpartition("/")
        if path != names[0]:
            modules = any(name.endswith(".py") for name in names)
            second = modules and path not in NOT_PACKAGES
            kind = "a second top-level package," if second else "the folder"
            yield Finding(
                "wheel",
                f"it holds {kind} {path}/ ({some(names)})",
                "exclude it, or name it in the build configuration if it is meant",
            )
        elif inner[0] in parents and inner[2] == "__init__.py":
            if not _shares(wheel, path):
                yield Finding(
                    "wheel", f"it holds {path} of a shared namespace", "delete or exclude the file"
                )
        elif inner[0] in parents and inner[2] in {"py.typed", "__init__.pyi"}:
            continue  # they say of a namespace what they say of a package
        elif not _starts(packages, wheel, path):
            yield Finding("wheel", f"it holds {path} outside the package", "exclude it")


def _shares(wheel: Wheel, path: str) -> bool:
    """Say whether an `__init__.py` declares a namespace in the way of pkgutil or setuptools."""
    return shares_namespace(wheel.read(path))


def _starts(packages: list[ImportPackage], wheel: Wheel, path: str) -> bool:
    """Say whether a .pth file runs one of the packages when Python starts."""
    return path.endswith(".pth") and any(
        re.search(rf"\b{re.escape(package.name)}\b", wheel.read(path)) for package in packages
    )


def _unknown(
    project: Project, packages: list[ImportPackage], extra: set[str], built_tree: Path
) -> Iterator[Finding]:
    """Find what the packages have in the wheel and not in the tree."""
    if project.installs_by_rules:
        return
    mapped, meant = {*project.mapped()}, ignoring.artifacts(project)
    names = [
        name
        for name in sorted(extra)
        for package in packages
        if name.startswith((f"{package.path}/", f"{package.path}."))
        and name not in mapped
        and not any(name.startswith(f"{folder}/") for folder in mapped)
        and not (built_tree / _tree_path(package, name)).exists()  # made by the build
        and not ignoring.matches(_tree_path(package, name), meant)
    ]
    if names:
        what = f"it holds what the tree does not: {some(names)}"
        own = project.runs_own_code
        yield Finding("wheel", what, "check that the build means it" if own else "exclude it", own)


def _tree_path(package: ImportPackage, name: str) -> str:
    return package.folder + name[len(package.path) :]
