"""The import packages that the tree shows: where they are and which files they hold.

What pyproject.toml declares comes first ([project] import-names of PEP 794, then the build
backend's table); where it declares nothing, the distribution's name finds the folder.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from proof.project import Project, normalised_name

# Folders where packages are kept, the first that holds the package wins.
_ROOTS = ("src", ".", "lib", "python")
# Folders beside the package that hold code and that nobody means to install.
NOT_PACKAGES = frozenset(
    {
        "benchmark",
        "benchmarks",
        "build",
        "ci",
        "conf",
        "dist",
        "doc",
        "docs",
        "documentation",
        "example",
        "examples",
        "hooks",
        "notebooks",
        "scripts",
        "templates",
        "test",
        "testing",
        "tests",
        "tools",
        "venv",
    }
)


class ImportPackage(NamedTuple):
    """An import package (or a single module) in the tree.

    Args:
        name: the dotted import path, such as acme.tool.
        root: the folder, relative to the project, that would be on sys.path.

    """

    name: str
    root: str

    @property
    def folder(self) -> str:
        """The path in the tree without a suffix, relative to the project."""
        return _join(self.root, self.path)

    @property
    def path(self) -> str:
        """The path in a wheel without a suffix."""
        return self.name.replace(".", "/")

    @property
    def parents(self) -> list[str]:
        """The namespaces that hold the package, as paths in a wheel, the outermost first."""
        parts = self.name.split(".")
        return ["/".join(parts[:depth]) for depth in range(1, len(parts))]

    def files(self, project: Path) -> dict[str, str]:
        """Give each file of the package: its path in a wheel and its path in the tree."""
        if not (project / self.folder).is_dir():
            return {
                f"{self.path}{suffix}": f"{self.folder}{suffix}"
                for suffix in (".py", ".pyi")
                if (project / f"{self.folder}{suffix}").is_file()
            }
        found = {}
        for folder, _, names in os.walk(project / self.folder):
            for name in names:
                inner = Path(folder, name).relative_to(project / self.folder).as_posix()
                found[f"{self.path}/{inner}"] = f"{self.folder}/{inner}"
        return dict(sorted(found.items()))

    def files_in(self, names: Iterable[str]) -> list[str]:
        """Give those of a wheel's files that belong to the package."""
        return [name for name in names if name.startswith((f"{self.path}/", f"{self.path}."))]


def find(project: Project) -> list[ImportPackage]:
    """Find the import packages; none where neither pyproject.toml nor the tree shows them."""
    named = _by_name(project)
    declared = _declared(project)
    for inner in named:
        # Where acme is declared for the distribution acme-tool, acme is the parent of acme.tool.
        declared = [
            inner if inner.name.startswith(f"{package.name}.") else package for package in declared
        ]
    return declared or named or _by_tree(project)


def locate(project: Path, names: Iterable[str], roots: Iterable[str] = ()) -> list[ImportPackage]:
    """Find packages by their names, looking into the given folders first.

    A folder without any code of its own is a namespace: its members are given.
    """
    found = []
    places = list(dict.fromkeys([*(root.strip("/") or "." for root in roots), *_ROOTS]))
    for name in dict.fromkeys(names):
        if all(part.isidentifier() for part in name.split(".")):
            found += _locate(project, name, places)
    return [
        package
        for package in dict.fromkeys(found)
        if not any(package.name.startswith(f"{outer.name}.") for outer in found)
    ]


def _locate(project: Path, name: str, roots: list[str]) -> list[ImportPackage]:
    packages = [ImportPackage(name, root) for root in roots]
    for package in packages:
        path = project / package.folder
        if _is_package(path) or path.with_name(f"{path.name}.py").is_file():
            return [package]
    for package in packages:
        path = project / package.folder
        if any(path.glob("*.py")):  # a package without __init__.py of its own
            return [package]
        if path.is_dir():
            return [ImportPackage(inner, package.root) for inner in _walk(path, f"{name}.")]
    return []


def _join(*parts: str) -> str:
    return "/".join(part for part in parts if part not in {"", "."})


def _is_package(path: Path) -> bool:
    return (path / "__init__.py").is_file()


def _declared(project: Project) -> list[ImportPackage]:
    names = [name.partition(";")[0].strip() for name in project.listed("project", "import-names")]
    return [
        package
        for package in locate(
            project.folder, names or _of_backend(project), _declared_roots(project)
        )
        if package.name not in NOT_PACKAGES or package.name == normalised_name(project.name)
    ]


def _declared_roots(project: Project) -> Iterator[str]:
    setuptools = ("tool", "setuptools")
    yield from project.listed("tool", "uv", "build-backend", "module-root")
    yield from project.listed(*setuptools, "package-dir", "")
    yield from project.listed(*setuptools, "packages", "find", "where")
    yield from project.listed("tool", "pdm", "build", "package-dir")


def _of_backend(project: Project) -> Iterator[str]:
    """Give the names that the build backend's own table declares."""
    yield from project.listed("tool", "uv", "build-backend", "module-name")
    yield from project.listed("tool", "flit", "module", "name")
    setuptools = ("tool", "setuptools")
    yield from project.listed(*setuptools, "py-modules")
    names = project.listed(*setuptools, "packages")
    yield from (name for name in names if not any(name.startswith(f"{o}.") for o in names))
    patterns = project.listed(*setuptools, "packages", "find", "include")
    for pattern in patterns:
        inner = [other for other in patterns if other.startswith(f"{pattern}.")]
        if not inner or _has_modules(project.folder, pattern):
            yield re.sub(r"\.?\*+$", "", pattern)
    paths = project.listed("tool", "pdm", "build", "includes")
    for table in ((), ("targets", "wheel")):
        for key in ("packages", "only-include"):
            paths += project.listed("tool", "hatch", "build", *table, key)
    poetry = project.declared("tool", "poetry", "packages")
    for item in poetry if isinstance(poetry, list) else []:
        if isinstance(item, dict):
            paths.append(_join(str(item.get("from", "")), str(item.get("include", ""))))
    for path in paths:
        yield from _name_of_path(project.folder, path)


def _has_modules(project: Path, name: str) -> bool:
    """Say whether a package has modules of its own: with none it is the parent of a namespace."""
    folders = [project / root / name.replace(".", "/") for root in _ROOTS]
    return any(path.name != "__init__.py" for folder in folders for path in folder.glob("*.py"))


def _name_of_path(project: Path, path: str) -> Iterator[str]:
    path = re.sub(r"(/\*+|/\*+\.pyi?)+$", "", path.removeprefix("./")).rstrip("/")
    if path in _ROOTS or not ((project / path).is_dir() or path.endswith(".py")):
        return
    first, _, rest = path.partition("/")
    if rest and first in _ROOTS and not _is_package(project / first):
        path = rest
    yield path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _by_name(project: Project) -> list[ImportPackage]:
    parts = re.split(r"[-_.]+", project.name.lower())
    for root in _ROOTS:
        name = _match(project.folder / root, parts)
        if name and (name not in NOT_PACKAGES or name == "_".join(parts)):
            return [ImportPackage(name, root)]
    return []


def _match(folder: Path, parts: list[str]) -> str | None:
    """Find acme_data_tool, acme_data/tool, acme/data_tool or acme/data/tool, in this order."""
    if not folder.is_dir():
        return None
    entries = {entry.name.lower(): entry for entry in sorted(folder.iterdir())}
    for size in range(len(parts), 0, -1):
        head, rest = "_".join(parts[:size]), parts[size:]
        entry = entries.get(head)
        if not rest:
            if entry and entry.is_dir() and (_is_package(entry) or any(entry.glob("*.py"))):
                return entry.name
            module = entries.get(f"{head}.py")
            if module:
                return module.stem
        elif entry and entry.is_dir() and not _own_code(entry, rest):
            inner = _match(entry, rest)
            if inner:
                return f"{entry.name}.{inner}"
    return None


def _own_code(folder: Path, rest: list[str]) -> bool:
    """Say whether a folder is a package of its own, not a parent (be it with a stray __init__)."""
    names = {entry.stem.lower() for entry in folder.glob("*.py")}
    return _is_package(folder) and bool(names - {"__init__", rest[0], "_".join(rest)})


def _by_tree(project: Project) -> list[ImportPackage]:
    """Take whatever src/ holds, or the one package at the top."""
    src = project.folder / "src"
    if src.is_dir():
        return [ImportPackage(name, "src") for name in _walk(src, "")]
    top = [
        entry.name
        for entry in sorted(project.folder.iterdir())
        if entry.name not in NOT_PACKAGES and entry.name.isidentifier() and _is_package(entry)
    ]
    return [ImportPackage(top[0], ".")] if len(top) == 1 else []


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    for entry in sorted(folder.iterdir()):
        if entry.suffix == ".py" and entry.is_file() and entry.stem.isidentifier():
            yield prefix + entry.stem
        elif entry.is_dir() and entry.name.isidentifier() and entry.name != "__pycache__":
            if _is_package(entry) or any(entry.glob("*.py")):
                yield prefix + entry.name
            else:
                yield from _walk(entry, f"{prefix}{entry.name}.")
