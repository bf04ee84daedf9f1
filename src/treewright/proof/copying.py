"""A copy of the tree to build in: setuptools and others write beside the sources they build.

The copy sits where it does in its git repository and has a `.git` folder of its own, so that
backends that ask git (for the version, for the ignored files) get the answers that they get in
the tree. That folder holds only a copied HEAD and index; everything else is found through
`commondir` (https://git-scm.com/docs/gitrepository-layout), as in a linked worktree. So no git
command run by a backend can write to the user's index.
"""

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from treewright import disk, machine
from treewright.proof.findings import UnprovenError
from treewright.proof.project import Project

_REPOSITORIES = frozenset({".git", ".hg", ".svn"})
_CACHES = _REPOSITORIES | frozenset(
    {
        ".hypothesis",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        "node_modules",
    }
)
_BUILT = frozenset({"build", "dist"})


def leaving(project: Project) -> dict[str, str]:
    """Find the links that leave the repository, on their own or through another link.

    Returns:
        For each link, its path in the project and where it leads to.

    """
    folder = project.folder.resolve()
    top = repository(project) or folder
    found: dict[str, str] = {}
    seen = {folder}
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                path = Path(entry.path)
                if path.is_dir() and _skipped(path, project):
                    continue
                if entry.is_symlink():
                    if outside := _outside(path, top):
                        found[Path(os.path.relpath(path, folder)).as_posix()] = outside
                        continue
                    path = Path(os.path.realpath(path))  # which has nothing against circles
                    if path.is_relative_to(folder):  # met on its own
                        continue
                if path.is_dir() and path not in seen:
                    seen.add(path)
                    waiting.append(path)
    return dict(sorted(found.items()))


_HOPS = 40  # as Linux allows (path_resolution(7))


def _outside(link: Path, top: Path) -> str | None:
    """Give where a link leaves a folder; None where each step of its way stays inside."""
    place = link
    for _ in range(_HOPS):
        if not place.is_symlink():
            return None
        target = place.readlink()
        step = place.parent / target
        try:
            place = step.parent.resolve() / step.name if target.name != ".." else step.resolve()
        except (OSError, RuntimeError):  # a circle of links; it has no content
            return None
        if target.is_absolute() or not place.is_relative_to(top):
            return str(target)
    return None


def ignored(project: Project, paths: list[str]) -> frozenset[str]:
    """Give those of some paths that git ignores by the repository's rules, not the user's."""
    git = machine.git()
    if not paths or not git or not repository(project):
        return frozenset()
    run = subprocess.run(
        [git, "-c", f"core.excludesFile={os.devnull}", "check-ignore", "-z", "--stdin"],
        cwd=project.folder,
        env=machine.variables_for_git(),
        input=os.fsencode("\0".join(paths)),
        capture_output=True,
        check=False,
    )
    return frozenset(os.fsdecode(run.stdout).split("\0"))


@contextmanager
def workplace(project: Project) -> Iterator[Path]:
    """Give a temporary folder to copy a project to.

    Raises:
        UnprovenError: there is none outside of the project.

    """
    if Path(tempfile.gettempdir()).resolve().is_relative_to(project.folder.resolve()):
        sentence = "There is no folder for temporary files that can be written; set TMPDIR."
        raise UnprovenError(sentence)
    with tempfile.TemporaryDirectory(prefix="treewright-", ignore_cleanup_errors=True) as temporary:
        yield Path(temporary).resolve()


def copy(project: Project, target: Path) -> Path:
    """Copy the project below a target folder and give the place of the copy.

    Raises:
        OSError: something cannot be read, or the disk is full.

    """
    folder = project.folder.resolve()
    top = repository(project)
    place = target / folder.relative_to(top) if top else target
    place.mkdir(parents=True, exist_ok=True)
    _copy_folder(folder, place, project, top or folder)
    if top:
        _copy_git(folder, top, target)
        if project.version is None:
            _hide_absent(target)
    return place


def as_committed(target: Path, place: Path) -> None:
    """Give a copy the files of the last commit; what git ignores stays as it is.

    Args:
        target: the folder that the project was copied below.
        place: the place of the copy.

    """
    for command in (
        ["read-tree", "HEAD"],
        ["checkout-index", "--all", "--force"],
        ["clean", "-ffdq", "."],
    ):
        _git(target, *command, folder=place)


def hide_changes(target: Path) -> None:
    """Have git say in a copy that nothing was changed since the last commit.

    A backend may ask it for the version, which would be that of a "dirty" tree.

    Args:
        target: the folder that the project was copied below.

    """
    _git(target, "read-tree", "HEAD")
    _hide(target, _git(target, "ls-files", "-z"))


def repository(project: Project) -> Path | None:
    """Find the top of the git repository that the project lies in."""
    folder = project.folder.resolve()
    return next((path for path in (folder, *folder.parents) if (path / ".git").exists()), None)


def tracked(project: Project) -> frozenset[str] | None:
    """Give the files that git tracks in the project, relative to its folder.

    Returns:
        The files; None where there is no repository, or git cannot tell.

    """
    git = machine.git()
    if not git or not repository(project):
        return None
    run = subprocess.run(
        [git, "-C", str(project.folder), "ls-files", "-z"],
        env=machine.variables_for_git(),
        capture_output=True,
        check=False,
    )
    if run.returncode:
        return None
    return frozenset(run.stdout.decode("utf-8", "surrogateescape").split("\0"))


def _copy_folder(source: Path, target: Path, project: Project, top: Path) -> None:
    with os.scandir(source) as entries:
        for entry in entries:
            path, copied = Path(entry.path), target / entry.name
            if entry.name in _REPOSITORIES or (entry.is_symlink() and _outside(path, top)):
                continue  # nothing from outside can get into what is built
            if entry.is_symlink() and path.is_dir():
                _link(path, copied, project.folder.resolve())
            elif entry.is_dir(follow_symlinks=False):
                copied.mkdir()
                if not _skipped(path, project):
                    _copy_folder(path, copied, project, top)
                elif not _stand_in(path, copied):
                    copied.rmdir()
            elif path.is_file():
                shutil.copy2(path, copied)
                copied.chmod(copied.stat().st_mode | stat.S_IWUSR)


def _skipped(folder: Path, project: Project) -> bool:
    at_top = folder.parent == project.folder.resolve()
    # A backend that builds itself may be found through its own metadata; and in an sdist it is
    # the only list of the files that git tracked.
    kept = project.declared("build-system", "backend-path") or project.is_sdist
    return (
        folder.name in _CACHES
        or (folder.name.endswith(".egg-info") and not kept)
        or (folder / "pyvenv.cfg").exists()
        or (at_top and folder.name in _BUILT and not (folder / "__init__.py").exists())
    )


def _stand_in(folder: Path, copied: Path) -> bool:
    """Copy one file of a folder that is left out, which goes where all of them would.

    No list of a .egg-info: setuptools would read it.
    """
    for place, folders, files in os.walk(folder):
        folders.sort()
        regular = [Path(place, name) for name in sorted(files) if name != "SOURCES.txt"]
        file = next((path for path in reversed(regular) if disk.is_regular(path)), None)
        if file:
            target = copied / file.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)
            return True
    return False


def _link(link: Path, copied: Path, project: Path) -> None:
    """Repeat a link to a folder: within the copy where it stays within the project."""
    place = link.readlink()
    inside = link.resolve().is_relative_to(project) and not place.is_absolute()
    copied.symlink_to(place if inside else link.resolve(), target_is_directory=True)


def _copy_git(folder: Path, top: Path, target: Path) -> None:
    """Give the copy a view of the repository, and the .gitignore files above the project."""
    for parent in folder.parents:
        if parent.is_relative_to(top) and (parent / ".gitignore").is_file():
            shutil.copyfile(parent / ".gitignore", target / parent.relative_to(top) / ".gitignore")
    git = top / ".git"
    if git.is_file():  # a linked worktree or a submodule
        git = top / git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
    if not (git / "HEAD").is_file():
        return
    view = target / ".git"
    view.mkdir()
    for name in ("HEAD", "index"):
        if (git / name).is_file():
            shutil.copyfile(git / name, view / name)
    common = git / "commondir"
    shared = git / common.read_text(encoding="utf-8").strip() if common.is_file() else git
    (view / "commondir").write_text(f"{shared.resolve()}\n", encoding="utf-8")


def _hide_absent(target: Path) -> None:
    """Tell git that files left out of the copy are not deleted: the version would be "dirty"."""
    _hide(target, _git(target, "ls-files", "-z", "--deleted"))


def _hide(target: Path, files: bytes) -> None:
    """Have git not look at files, which are separated by NUL."""
    if files:
        _git(target, "update-index", "-z", "--skip-worktree", "--stdin", given=files)


def _git(target: Path, *command: str, folder: Path | None = None, given: bytes = b"") -> bytes:
    """Run git in a copy, if it has a view of the repository; nothing is said where it fails."""
    git = machine.git()
    if not git or not (target / ".git" / "HEAD").is_file():
        return b""
    run = subprocess.run(
        [git, "-c", f"core.hooksPath={os.devnull}", "-C", str(folder or target), *command],
        env=machine.variables_for_git(),
        input=given,
        capture_output=True,
        check=False,
    )
    return run.stdout
