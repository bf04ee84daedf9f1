"""What the tree shows to be wrong without a build."""

from collections.abc import Iterator
from pathlib import Path

from treewright.proof import copying
from treewright.proof.findings import Finding
from treewright.proof.packages import ImportPackage, shares_namespace
from treewright.proof.project import Project


def findings(project: Project, packages: list[ImportPackage]) -> Iterator[Finding]:
    """Find the faults that the tree shows.

    Args:
        project: the project.
        packages: the packages that its tree shows.

    """
    yield from _inits_of_namespaces(project.folder, packages)
    yield from _dotted_folders(project.folder, packages)
    yield from _missing_licenses(project)
    if "Typing :: Typed" in project.listed("project", "classifiers"):
        yield from _untyped(project.folder, packages)


def links(project: Project, packages: list[ImportPackage]) -> Iterator[Finding]:
    """Find the links that leave the repository: a build would follow them, and ship what is there.

    A project in a subfolder may link to what is beside it; without a repository, the project's
    folder is all there is. What git ignores counts within the packages only: nobody else has it.
    """
    leaving = copying.leaving(project)
    folders = tuple(f"{package.folder}/" for package in packages)
    ignored = copying.ignored(project, [path for path in leaving if not path.startswith(folders)])
    for path, target in leaving.items():
        if path not in ignored:
            yield Finding(
                path,
                f"this link leaves the repository, to {target}",
                "put a copy there, or link to a file of the repository by a relative path",
            )


def _inits_of_namespaces(project: Path, packages: list[ImportPackage]) -> Iterator[Finding]:
    """Find what PEP 420 forbids: a namespace's folder holds no `__init__.py`."""
    for package in packages:
        for parent in package.parents:
            init = f"{parent}/__init__.py"
            path = init if package.root == "." else f"{package.root}/{init}"
            if (project / path).is_file() and not shares_namespace(
                (project / path).read_text("utf-8", "replace")
            ):
                name = parent.replace("/", ".")
                yield Finding(
                    path,
                    f"__init__.py in the namespace {name} can hide other members",
                    "delete it (PEP 420)",
                )


def _dotted_folders(project: Path, packages: list[ImportPackage]) -> Iterator[Finding]:
    """Find folders such as src/acme.tool: beside the packages, around them and within."""
    tops = {"src", *(f"{package.root}/{package.path.partition('/')[0]}" for package in packages)}
    inner = [folder for top in sorted(tops) for folder in (project / top).rglob("*.*")]
    for folder in sorted({*project.glob("*.*"), *inner}):
        named = all(part.isidentifier() for part in folder.name.split("."))
        if named and (folder / "__init__.py").is_file():
            path = folder.relative_to(project).as_posix()
            yield Finding(
                f"{path}/",
                "a dot in a folder's name makes it impossible to import",
                f"nest the folders: {path.replace('.', '/')}/",
            )


def _missing_licenses(project: Project) -> Iterator[Finding]:
    for pattern in project.listed("project", "license-files"):
        if not project.matching(pattern):
            yield Finding(
                "pyproject.toml",
                f"license-files names {pattern}, which the tree does not hold",
                "add the license file or fix the name",
            )


def _untyped(project: Path, packages: list[ImportPackage]) -> Iterator[Finding]:
    for package in packages:
        path = f"{package.folder}/py.typed"
        root = "" if package.root == "." else f"{package.root}/"
        # What a namespace's own marker says holds for all that is in it (PEP 561).
        above = [f"{root}{parent}/py.typed" for parent in package.parents]
        if (project / package.folder).is_dir() and not any(
            (project / marker).exists() for marker in (path, *above)
        ):
            yield Finding(
                path, "missing, though a classifier says Typing :: Typed", "add the empty file"
            )
