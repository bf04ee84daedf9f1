"""What the artefacts hold against what the tree shows."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from proof.archives import Wheel
from proof.findings import Finding, advice
from proof.packages import NOT_PACKAGES, ImportPackage
from proof.project import Project
from rows import some

_JUNK = re.compile(
    r"(^|/)(\.env|\.envrc|\.DS_Store|Thumbs\.db|__pycache__|\.git|\.venv|node_modules)(/|$)"
    r"|\.py[co]$|\.sw[op]$|~$"
)
_JUNK_IN_WHEEL = re.compile(r"(^|/)\.git(ignore|attributes|modules)$")
_TESTS = re.compile(r"(^|/)(tests?/(.*/)?(test_\w+|\w+_test)|conftest)\.py$")
_TEST_FOLDER = re.compile(r"(^|/)tests?/")
_EXTENSION = re.compile(r"\.(so|pyd|dll|dylib|lib|a)$")
# What compilers read and no interpreter does.
_SOURCE = re.compile(r"\.(c|cc|cpp|cxx|h|hh|hpp|pyx|pxd|pxi|rs|f|f90|[sS]|asm)$")
_BUILD_FILE = re.compile(r"(^|/)(Cargo\.(toml|lock)|CMakeLists\.txt|meson\.build|Makefile)$")

_DECLARE = "declare the package to the build backend in pyproject.toml"


def sdist_findings(files: Iterable[str]) -> Iterator[Finding]:
    """Find what no sdist should hold."""
    junk = sorted(name for name in files if _JUNK.search(name))
    if junk:
        yield _junk("sdist", junk)


def wheel_findings(
    project: Project,
    packages: list[ImportPackage],
    sdist: frozenset[str],
    wheel: Wheel,
    built_tree: Path,
) -> Iterator[Finding]:
    """Find what is missing in a wheel and what it should not hold.

    Args:
        project: the project.
        packages: the packages that its tree shows.
        sdist: the files of the sdist, relative to its top.
        wheel: the wheel.
        built_tree: the copy in which the sdist was built, with the files that the build made.

    """
    if wheel.unsafe:
        yield Finding("wheel", f"it would write elsewhere: {some(wheel.unsafe)}", "fix the build")
    if not wheel.files:
        yield Finding("wheel", "it is empty", _DECLARE)
        return
    expected: dict[str, str] = {}
    for package in packages:
        expected |= package.files(project.folder)
    yield from _missing(packages, expected, sdist, wheel)
    left = {name for name in wheel.files if not _JUNK.search(name)}
    junk = sorted(wheel.files - left)
    junk += sorted(name for name in left if _JUNK_IN_WHEEL.search(name))
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
    if packages:
        yield from _extra(packages, extra, built_tree)


def _junk(where: str, names: list[str]) -> Finding:
    return Finding(where, f"it holds stray files: {some(names)}", "delete or exclude them")


def _missing(
    packages: list[ImportPackage], expected: dict[str, str], sdist: frozenset[str], wheel: Wheel
) -> Iterator[Finding]:
    absent = {
        name: path
        for name, path in expected.items()
        if name not in wheel.files and _belongs(name, pure=wheel.pure)
    }
    for package in packages:
        own = package.files_in(expected)
        if own and wheel.files.isdisjoint(own):
            yield Finding("wheel", f"the package {package.name} is missing", _DECLARE)
            absent = {name: path for name, path in absent.items() if name not in own}
    kinds: dict[str, list[str]] = {}
    for name, path in absent.items():
        module = name.endswith((".py", ".pyi"))
        kind = "module" if module else "py.typed" if name.endswith("/py.typed") else "data file"
        where = "wheel" if path in sdist else "sdist and wheel"
        kinds.setdefault(f"{where}: {kind}", []).append(path)
    for key, paths in kinds.items():
        where, kind = key.split(": ")
        yield Finding(
            where,
            f"{kind} missing: {some(sorted(paths))}",
            "include it in the build configuration; see too whether git ignores it",
        )


def _belongs(name: str, *, pure: bool) -> bool:
    """Say whether a file of the package's folder has to be in the wheel."""
    inner = PurePosixPath(name)
    return not (
        _JUNK.search(name)
        or any(part.startswith(".") for part in inner.parts)
        or _SOURCE.search(name)
        or _EXTENSION.search(name)
        or _TEST_FOLDER.search(name)
        or (not pure and _BUILD_FILE.search(name))
    )


def _extra(packages: list[ImportPackage], extra: set[str], built_tree: Path) -> Iterator[Finding]:
    outside: dict[str, list[str]] = {}
    unknown = []
    parents = {f"{parent}/__init__.py" for package in packages for parent in package.parents}
    for name in sorted(extra):
        package = next((p for p in packages if name.startswith((f"{p.path}/", f"{p.path}."))), None)
        if package is None:
            outside.setdefault(name if name in parents else name.partition("/")[0], []).append(name)
        elif not (built_tree / _tree_path(package, name)).exists():  # not made by the build
            unknown.append(name)
    for top, names in outside.items():
        if top in parents:
            yield Finding(
                "wheel", f"it holds {top} of a shared namespace", "delete or exclude the file"
            )
        elif top == names[0]:
            yield Finding("wheel", f"it holds {top} outside the package", "exclude it")
        else:
            kind = "the folder" if top in NOT_PACKAGES else "a second top-level package,"
            yield Finding(
                "wheel",
                f"it holds {kind} {top}/ ({some(names)})",
                "exclude it, or name it in the build configuration if it is meant",
            )
    if unknown:
        yield Finding("wheel", f"it holds what the tree does not: {some(unknown)}", "exclude it")


def _tree_path(package: ImportPackage, name: str) -> str:
    return package.folder + name[len(package.path) :]
