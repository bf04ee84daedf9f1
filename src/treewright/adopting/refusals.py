"""Why a repository cannot join, each in one sentence with the remedy."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from treewright import shell
from treewright.adopting import inferring, metadata, others, packages, tools
from treewright.adopting.found import Inferred
from treewright.adopting.kinds import matcher
from treewright.adopting.packages import Packages
from treewright.adopting.reading import Sources, toml, under
from treewright.adopting.setup_py import UNKNOWN
from treewright.proof import project as of_proof
from treewright.proof.findings import UnprovenError
from treewright.proof.packages import ImportPackage
from treewright.rows import some
from treewright.updating.answers import EMPTY
from treewright.updating.beginning import quoted_folder
from treewright.updating.repository import GitError, Repository
from treewright.updating.repository import paths as listed

_COMPILED = (".pyx", ".c", ".cc", ".cpp", ".cxx", ".rs", ".f90", ".so", ".pyd", ".dll", ".dylib")
_HATCH = ((), ("targets", "wheel"))  # where hatchling's hooks are
_HOOKS = ("mypyc", "cython", "cmake", "scikit-build")
_COMPILERS = {
    "cffi",
    "cmake",
    "cython",
    "hatch-cython",
    "hatch-mypyc",
    "maturin",
    "meson",
    "meson-python",
    "mypy",
    "mypyc",
    "nanobind",
    "numpy",
    "pybind11",
    "scikit-build",
    "scikit-build-core",
    "setuptools-rust",
}


_CONVERT = "run this again with --convert, which writes one that builds the same wheel"
_BY_HAND = {
    "[tool.flit.metadata]": "no tool converts that: move it as flit's documentation says"
    " (https://flit.pypa.io/en/stable/pyproject_toml.html)"
}


def refusals(project: Path, inferred: Inferred) -> list[str]:
    """Give what stands in the way of joining; nothing, where it can join.

    Args:
        project: The project's folder.
        inferred: What was inferred of it.

    """
    sources = Sources(project)
    if reasons := list(_of_git(sources)):
        return reasons
    folder = quoted_folder(sources.repository)
    return [*([folder] if folder else []), *of_project(sources, inferred)]


def of_repository(project: Path) -> list[str]:
    """Give what stands in the way in the state of the repository, whatever is to be done.

    Args:
        project: The project's folder.

    """
    return list(_of_git(Sources(project)))


def of_project(sources: Sources, inferred: Inferred) -> list[str]:
    """Give what stands in the way, but for the state of the repository."""
    found = list(_of_templates(sources))
    if unreadable := _unreadable(sources):
        return [*found, unreadable]
    older = _older(sources)
    if older:
        found.append(
            f"The metadata are in {older}, and there is no [project] table (PEP 621);"
            f" {_BY_HAND.get(older, _CONVERT)}."
        )
    of_the_backend = list(_of_the_backend(sources))
    return [*found, *(of_the_backend or _of_the_package(sources, inferred, older=bool(older)))]


# --- The repository ----------------------------------------------------------------------


def _of_git(sources: Sources) -> Iterator[str]:
    """See that there is a repository, with all committed: git merges what arrives."""
    folder = sources.folder
    begin = "git init && git add --all && git commit --message Start"
    try:
        inside = sources.repository.git("rev-parse", "--is-inside-work-tree").decode().strip()
    except (GitError, OSError) as error:
        if "not a git repository" in str(error):
            yield f"{folder} is in no git repository, in which the joining is merged; run: {begin}"
        else:
            yield f"git cannot read {folder}: {error}."
        return
    if inside != "true":
        yield f"{folder} is no work tree of git; name the folder of a clone."
        return
    if outer := _output(sources.repository, "rev-parse", "--show-superproject-working-tree"):
        yield f"{folder} is in a submodule of {outer}; run this in a clone of its own."
        return
    if not _output(sources.repository, "rev-parse", "--verify", "--quiet", "HEAD"):
        yield f"{folder} has no commit to merge with; run: git add --all && git commit -m Start"
        return
    status = sources.repository.git("status", "--porcelain", "-z", "--no-renames")
    if dirty := [entry[3:] for entry in listed(status)]:
        yield f"There are uncommitted changes ({some(dirty)}); commit or stash them first."
    requires = metadata.build_requirements(sources)
    is_shallow = _output(sources.repository, "rev-parse", "--is-shallow-repository") == "true"
    if is_shallow and metadata.version_source(sources, requires).value == "vcs":
        yield "This is a shallow clone, and the version needs history; run: git fetch --unshallow"


def _output(repository: Repository, *words: str) -> str:
    try:
        return repository.git(*words).decode(errors="surrogateescape").strip()
    except GitError:
        return ""


def _of_templates(sources: Sources) -> Iterator[str]:
    """See that no template keeps the repository already."""
    if answers := others.own(sources):
        if answers.get("_commit") == EMPTY:
            yield (
                "This repository is about to join: commit .copier-answers.yml and update, or"
                " delete that file to begin again."
            )
        else:
            yield (
                f"This project has Treewright {answers.get('_commit')} already; update it, or use"
                " --add, --remove, --take or --give."
            )
    for other in others.live(sources):
        said = ", ".join(f"{name} = {found.value}" for name, found in other.answers.items())
        known = f" (its answers: {said})" if said else ""
        yield (
            f"{other.file} says that {other.called} keeps this repository{known}, and Treewright"
            " would overwrite its files and be overwritten; if Treewright is to take over, delete"
            f" {other.file} and commit first."
        )


# --- What is declared --------------------------------------------------------------------


def _unreadable(sources: Sources) -> str:
    """Say why pyproject.toml cannot be read, where it has to be."""
    file = sources.folder / "pyproject.toml"
    if file.is_symlink():
        return "pyproject.toml is a link; put the file itself there, as it is to be merged."
    is_toml = toml(sources.text("pyproject.toml")) is not None
    if is_toml and _older(sources):
        return ""
    if is_toml and (members := _members(sources)):
        return (
            f"{sources.folder} is a workspace without a package of its own; name one of its"
            f" members: {some(members)}."
        )
    try:
        of_proof.read(sources.folder)
    except UnprovenError as error:
        return str(error)
    except RecursionError:
        return f"{file} is nested too deeply to be read; fix it first."
    return ""


def _members(sources: Sources) -> list[str]:
    """Give the members of a workspace that has no [project] itself."""
    if sources.declared("project") is not None:
        return []
    patterns = [
        *sources.strings("tool", "uv", "workspace", "members"),
        *sources.strings("tool", "hatch", "workspace", "members"),
    ]
    means = matcher(f"{pattern.strip('/')}/pyproject.toml" for pattern in patterns)
    return [str(PurePosixPath(path).parent) for path in sources.files if means(path)]


def _older(sources: Sources) -> str:
    """Say where the metadata are, where there is no [project]."""
    places = {
        "[tool.poetry]": sources.declared("tool", "poetry") is not None,
        "[tool.flit.metadata]": sources.declared("tool", "flit", "metadata") is not None,
        "setup.cfg": "name" in sources.setup_cfg.get("metadata", {}),
        "setup.py": bool(sources.data("setup.py")),
        "Pipfile": bool(sources.data("Pipfile")),
        "requirements.txt": bool(sources.data("requirements.txt")),
    }
    if sources.declared("project") is not None:
        return ""
    return next((place for place, there in places.items() if there), "")


def _of_the_backend(sources: Sources) -> Iterator[str]:
    """See that one of the six backends builds the package, from Python code alone."""
    named = str(tools.backend(sources).value)
    if compiled := compiles(sources):
        yield (
            f"The package is compiled ({compiled}), and Treewright keeps packages of pure Python"
            " only; it cannot join."
        )
    elif named not in tools.ANSWERS:
        names = "uv_build, hatchling, setuptools, flit, PDM and Poetry"
        yield f"The build backend is {named}; change to one that Treewright knows: {names}."


def compiles(sources: Sources) -> str:
    """Say what shows that the package is compiled; nothing, where nothing does."""
    for keyword in ("ext_modules", "rust_extensions", "cffi_modules", "cmake_source_dir"):
        value = sources.setup_py.get(keyword)
        if value is UNKNOWN or value:
            return f"{keyword} in setup.py"
    for keys in (
        ("tool", "setuptools", "ext-modules"),
        ("tool", "setuptools-rust"),
        ("tool", "maturin"),
        ("tool", "scikit-build"),
        ("tool", "meson-python"),
        *(("tool", "hatch", "build", *at, "hooks", hook) for at in _HATCH for hook in _HOOKS),
    ):
        if under(sources.pyproject, *keys):
            return f"[{'.'.join(keys)}] in pyproject.toml"
    if compilers := sorted(_COMPILERS & metadata.build_requirements(sources)):
        return f"{compilers[0]} in [build-system] requires"
    return ""


# --- The package -------------------------------------------------------------------------


def _of_the_package(sources: Sources, inferred: Inferred, *, older: bool) -> Iterator[str]:
    """See that the distribution holds one package of Python code, in a place that is known.

    Args:
        sources: The project.
        inferred: What was inferred of it.
        older: Whether the metadata are in older files, which may list packages by code.

    """
    given = {
        name: str(found.value)
        for name, found in inferred.answers.items()
        if found.read_from.startswith(inferring.GIVEN)
    }
    name = str(inferred.answers["project_name"].value)
    held = inferring.held_by(sources, name, given)
    if "import_name" in given and held.chosen is None:
        known = ", ".join(package.name for package in held.all) or "none"
        yield (f"There is no package {given['import_name']} here; what there is: {known}.")
    elif held.chosen is None and older:
        return
    elif held.chosen is None and held.all:
        yield _several(held)
    elif held.chosen is None:
        yield (
            f"No import package is found for {name}; name it by --answer import_name=NAME, or"
            " put its code into a folder of that name."
        )
    else:
        yield from _of_the_chosen(sources, held.chosen)


def _several(held: Packages) -> str:
    names = [package.name for package in held.all]
    return (
        f"The distribution has {len(names)} packages ({some(names)}); name the main one, such as"
        f" --answer import_name={names[0]}."
    )


def _of_the_chosen(sources: Sources, package: ImportPackage) -> Iterator[str]:
    folder = package.folder
    files = [PurePosixPath(path) for path in package.files(sources.folder).values()]
    if link := packages.links(sources.folder, package):
        yield f"{link} is a link; put the package's folder itself there."
    elif not (sources.folder / folder).is_dir():
        parent = folder.rpartition("/")[0]
        move = f"git mv {shell.quoted(f'{folder}.py')} {shell.quoted(f'{folder}/__init__.py')}"
        where = f"{parent}/" if parent else ""
        yield (
            f"{folder}.py is a single module, and Treewright keeps packages; make it one, which is"
            f" imported the same: mkdir {shell.quoted(folder)} && {move}, and declare"
            f" {where}{package.name} as the package of the build."
        )
    elif package.is_stub or not any(file.suffix == ".py" for file in files):
        yield f"{folder} holds type stubs only, and Treewright keeps code; it cannot join."
    elif compiled := [str(file) for file in files if file.suffix in _COMPILED]:
        yield (
            f"The package is compiled ({compiled[0]}), and Treewright keeps packages of pure Python"
            " only; it cannot join."
        )
    elif package.root not in {"src", "."}:
        yield (
            f"The package is in {package.root}/, and Treewright knows src/ and the top of the"
            f" repository; run: git mv {package.root} src, and tell the build backend."
        )
