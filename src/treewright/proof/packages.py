"""The import packages that the tree shows: where they are and which files they hold.

What pyproject.toml declares comes first ([project] import-names of PEP 794, then the build
backend's table, or setup.cfg and setup.py for setuptools); where nothing is declared, the
distribution's name finds the folder.
"""

import ast
import configparser
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from treewright.proof.project import Project, normalised_name

# Folders where packages are kept, the first that holds the package wins.
_ROOTS = ("src", ".", "lib", "python")
_STUBS = "-stubs"  # https://typing.python.org/en/latest/spec/distributing.html#stub-only-packages
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
    def is_stub(self) -> bool:
        """Whether it holds types only, for a package of others (PEP 561)."""
        return self.name.partition(".")[0].endswith(_STUBS)

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
        if _is_name(name):
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


def meant(project: Project, packages: list[ImportPackage], others: dict[str, str]) -> set[str]:
    """Find which of a wheel's other packages and modules its author means it to hold.

    They are declared to the build backend, or the code of a known package imports them, or they
    hold the types of one (PEP 561); a single module may import a known package itself, too.

    Args:
        project: the project.
        packages: the packages that are known.
        others: the code of each of the others, by its path in the wheel.

    Returns:
        Their dotted names.

    """
    modules = {dotted(path): text for path, text in others.items()}
    single = {dotted(path) for path in others if path.endswith(".py")}
    declared = {*_of_backend(project), *map(dotted, project.mapped())}
    found = {
        name
        for name in modules
        if name in declared
        or _whole_root(project, name)
        or any(name == f"{package.name}-stubs" for package in packages)
    }
    known = {package.name for package in packages}
    text = "\n".join(code(project.folder, package) for package in packages)
    while True:
        text = "\n".join([text, *(modules[name] for name in found)])
        new = {
            name
            for name in modules.keys() - found
            if _imports(text, name)
            or (name in single and any(_imports(modules[name], ours) for ours in known | found))
        }
        if not new:
            return {name for name in found if name not in NOT_PACKAGES}
        found |= new


def dotted(path: str) -> str:
    """Give the dotted name of a package or module from its path in a wheel."""
    return re.sub(r"\.pyi?$", "", path).replace("/", ".")


def shares_namespace(init: str) -> bool:
    """Say whether the code of an `__init__.py` shares its folder, as was done before PEP 420.

    Source: https://packaging.python.org/en/latest/guides/packaging-namespace-packages/, where each
    distribution of the namespace has to have that file.
    """
    return bool(re.search(r"\b(extend_path|declare_namespace)\s*\(", init))


def code(project: Path, package: ImportPackage) -> str:
    """Give the code of a package in the tree, in one text."""
    files = [path for path in package.files(project).values() if path.endswith(".py")]
    texts = (project / path for path in files)
    return "\n".join(text.read_text("utf-8", "replace") for text in texts if text.is_file())


def _imports(text: str, name: str) -> bool:
    """Say whether code has a statement that imports a package or something from it."""
    dotted = re.escape(name)
    return bool(re.search(rf"^[ \t]*(?:from|import)[ \t]+{dotted}\b", text, re.MULTILINE))


def _is_name(name: str) -> bool:
    """Say whether a dotted name can be that of a package; stubs have a suffix that none has."""
    first, _, rest = name.partition(".")
    parts = [first.removesuffix(_STUBS), *(rest.split(".") if rest else [])]
    return all(part.isidentifier() for part in parts)


def _join(*parts: str) -> str:
    return "/".join(part for part in parts if part not in {"", "."})


def _is_package(path: Path) -> bool:
    """Say whether a folder is a package: a stub may stand for the code of a namespace's own."""
    return any((path / f"__init__.{suffix}").is_file() for suffix in ("py", "pyi"))


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
    if project.backend.startswith("setuptools."):
        yield from _of_setup_cfg(project.folder / "setup.cfg")
        yield from _of_setup_py(project.folder / "setup.py")


def _of_setup_cfg(file: Path) -> Iterator[str]:
    """Give what [options] of a setup.cfg lists; `find:` lists nothing."""
    settings = configparser.RawConfigParser()
    try:
        settings.read([file] if file.is_file() else [], encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):  # the build will tell
        return
    for key in ("packages", "py_modules"):
        listed = re.split(r"[\s,]+", settings.get("options", key, fallback=""))
        yield from (name for name in listed if name and not name.startswith("find"))


def _of_setup_py(file: Path) -> Iterator[str]:
    """Give what a setup.py lists in plain words; the code is only read."""
    try:
        tree = ast.parse(file.read_bytes() if file.is_file() else b"")
    except (SyntaxError, ValueError):  # the build will tell
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in {"packages", "py_modules"}:
            for item in getattr(node.value, "elts", []):
                if isinstance(item, ast.Constant) and isinstance(item.value, str):
                    yield item.value


def _whole_root(project: Project, name: str) -> bool:
    """Say whether a package lies in a root that is declared as a whole."""
    wheel = ("tool", "hatch", "build", "targets", "wheel")
    declared = [
        *project.listed(*wheel, "only-include"),
        *project.listed(*wheel, "packages"),
    ]
    roots = {root.strip("./") for root in declared} & {*_ROOTS}
    return any(package.root in roots for package in locate(project.folder, [name], sorted(roots)))


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
    if src.is_dir() and not _is_package(src):
        return [ImportPackage(name, "src") for name in _walk(src, "")]
    stubs = [entry.name for entry in sorted(project.folder.glob(f"*{_STUBS}")) if entry.is_dir()]
    if stubs:
        return [ImportPackage(name, ".") for name in stubs]
    top = [
        entry.name
        for entry in sorted(project.folder.iterdir())
        if entry.name not in {"src", *NOT_PACKAGES}
        and entry.name.isidentifier()
        and _is_package(entry)
    ]
    return [ImportPackage(top[0], ".")] if len(top) == 1 else []


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    for entry in sorted(folder.iterdir()):
        if entry.suffix == ".py" and entry.is_file() and entry.stem.isidentifier():
            yield prefix + entry.stem
        elif entry.is_dir() and _is_name(entry.name) and entry.name != "__pycache__":
            if _is_package(entry) or any(entry.glob("*.py")) or entry.name.endswith(_STUBS):
                yield prefix + entry.name
            else:
                yield from _walk(entry, f"{prefix}{entry.name}.")
