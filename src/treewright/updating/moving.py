"""Move the package's folder, and the tests that mirror it, to where the answers have them now.

Files are renamed one by one, so that each is at one place or the other whenever a run ends, and
git's index follows last, at once. Where a run was killed, `git restore --source=HEAD --staged
--worktree . && git clean -fd` gives the committed files back; ignored ones may be in the new folder
already, and stay there when the update is run again. (Only where acme.tool deepens to
acme.tool.core, and had a subpackage `core`, they cannot be told from its own: look there.)
"""

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from treewright.updating import links
from treewright.updating.names import Names
from treewright.updating.repository import SUBMODULE_MODE, Entry, Repository


class TakenError(Exception):
    """The place that a folder has to move to is taken; the message is one sentence."""


@dataclass(frozen=True)
class Move:
    """A folder that moves, with all that is in it.

    Args:
        old: Where it is, relative to the project.
        new: Where it goes.
        entries: What git's index has of it.
        ignored: The files that git ignores.

    """

    old: str
    new: str
    entries: tuple[Entry, ...]
    ignored: tuple[str, ...]

    def place(self, path: str) -> str:
        """Give where a path in the old folder goes."""
        return self.new + path[len(self.old) :]

    @property
    def files(self) -> list[str]:
        """All that moves, in an order in which no file is in the way of another."""
        found = {entry.path for entry in self.entries} | set(self.ignored)
        deepens = _within(self.new, self.old)
        return sorted(found, key=lambda path: path.count("/"), reverse=deepens)


def plan(repository: Repository, before: Names, now: Names) -> list[Move]:
    """Find what has to move.

    Args:
        repository: The project.
        before: The names before.
        now: The names now.

    Returns:
        The move of the package, and that of its tests if they are in a folder named after it and
        the new one is free; none that has no file.

    Raises:
        TakenError: If the package's new place is taken.
        GitError: If git fails.

    """
    if before.package_dir == now.package_dir:
        return []
    package = _move(repository, before.package_dir, now.package_dir)
    if not package.files:
        return []
    if problem := taken(repository, package, now):
        raise TakenError(problem)
    moves = [package]
    tests = _move(repository, f"tests/{before.folder}", f"tests/{now.folder}")
    if mirrors(tests, package) and not taken(repository, tests, None):
        moves.append(tests)
    return moves


def carry_out(repository: Repository, moves: list[Move]) -> None:
    """Move folders, and stage that, so that `git status` shows renames at once.

    Links follow: those out of what moves, into it and within it lead where they led.

    Raises:
        GitError: If git fails.

    """
    followed = links.followed(repository, {move.old: move.new for move in moves})
    plain: list[Entry] = []
    new: list[Entry] = []
    for move in moves:
        _move_files(repository, move)
        entries = [entry for entry in move.entries if entry.mode != SUBMODULE_MODE]
        plain += entries
        new += [replace(entry, path=move.place(entry.path)) for entry in entries]
    repository.stage(new, gone=plain)
    for path, target in followed:
        repository.link(path, target)


def taken(repository: Repository, move: Move, now: Names | None) -> str:
    """Say in one sentence what keeps a folder from its new place.

    Args:
        repository: The project.
        move: The move.
        now: The names now, where it is the package's folder.

    Returns:
        The sentence; empty if nothing does.

    """
    project, moving = repository.project, set(move.files)
    goals = {move.place(path) for path in moving}
    remedy = "run `git reset --hard`, move it away, commit, and update again"
    there = {entry.path for entry in repository.entries(move.new)} - moving
    there |= (set(_ignored(repository, move.new)) - moving) & goals
    if there:
        return f"{move.new} has files already ({min(there)}): {remedy}."
    for folder in PurePosixPath(move.new, "x").parents:
        if os.path.lexists(project / folder) and not _is_folder(project / folder):
            return f"{folder} is not a folder: {remedy}."
    for goal in sorted(goals - moving):
        if _is_folder(project / goal):
            return f"{goal} is a folder: {remedy}."
    for parent in _parents(now) if now else []:
        init = f"{parent}/__init__.py"
        if (project / init).exists() and init not in moving:
            return f"{init} keeps {parent} from being a namespace: {remedy}."
    return ""


def mirrors(tests: Move, package: Move) -> bool:
    """Tell whether a folder of tests mirrors the package: a test in it is named after a module."""
    modules = {PurePosixPath(path).stem for path in package.files}
    names = {PurePosixPath(path).stem for path in tests.files}
    return tests.old != tests.new and any(f"test_{module}" in names for module in modules)


def _parents(names: Names) -> list[str]:
    """Give the folders that a namespace package shares, from the outermost."""
    levels = names.import_path.count(".")
    return [str(parent) for parent in PurePosixPath(names.package_dir).parents[:levels]][::-1]


def _move(repository: Repository, old: str, new: str) -> Move:
    entries, ignored = repository.entries(old), _ignored(repository, old)
    if _within(new, old) and not any(_within(entry.path, new) for entry in entries):
        # What git ignores there has moved already, in a run that was killed.
        ignored = [path for path in ignored if not _within(path, new)]
    return Move(old, new, tuple(entries), tuple(ignored))


def _ignored(repository: Repository, folder: str) -> list[str]:
    """List what git ignores, but bytecode, which is made again."""
    options = ("--others", "--ignored", "--exclude-standard")
    found = repository.files(*options, "--", f"{folder}/")
    return [path.rstrip("/") for path in found if "__pycache__" not in path.split("/")]


def _move_files(repository: Repository, move: Move) -> None:
    """Rename the files of a folder, and remove the folders that are left empty."""
    project = repository.project
    if (project / move.new).exists() and (project / move.old).samefile(project / move.new):
        _change_case(project, move)
        return
    for entry in move.entries:
        if entry.mode == SUBMODULE_MODE:
            goal = project / move.place(entry.path)
            goal.parent.mkdir(parents=True, exist_ok=True)
            repository.git("mv", "--", entry.path, move.place(entry.path))
    for path in move.files:
        goal = project / move.place(path)
        if os.path.lexists(project / path):
            goal.parent.mkdir(parents=True, exist_ok=True)
            (project / path).replace(goal)
    _remove_empty(project, project / move.old)


def _change_case(project: Path, move: Move) -> None:
    """Rename the folders of a path of which only the case changes, where that is no difference."""
    new = PurePosixPath(move.new).parts
    for depth, (was, is_now) in enumerate(zip(PurePosixPath(move.old).parts, new, strict=True)):
        parent = project.joinpath(*new[:depth])
        (parent / was).rename(parent / is_now)


def _remove_empty(project: Path, folder: Path) -> None:
    """Remove a folder without files, those in it, and those around it; bytecode is no file."""
    for current, _, _ in os.walk(folder, topdown=False):
        if Path(current).name == "__pycache__":
            shutil.rmtree(current, ignore_errors=True)
        elif not os.listdir(current):  # noqa: PTH208  # a list is tested, not an iterator
            Path(current).rmdir()
    for parent in folder.parents:
        if parent == project or (parent.exists() and any(parent.iterdir())):
            break
        if parent.exists():
            parent.rmdir()


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _within(path: str, parent: str) -> bool:
    return f"{path}/".startswith(f"{parent}/")
