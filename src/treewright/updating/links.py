"""Symbolic links of a project, when folders move."""

import posixpath
from collections.abc import Mapping

from treewright.updating.repository import LINK_MODE, Repository


def followed(repository: Repository, moves: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give the links that have to lead elsewhere once folders have moved.

    Args:
        repository: The project, as it is before.
        moves: The folders that move, each with its new place, relative to the project.

    Returns:
        The path that each link has by then, and its new target. An absolute target is left: it
        is about this machine.

    """
    found = []
    for path, target in _links(repository):
        if posixpath.isabs(target):
            continue
        root = repository.project.as_posix()
        goal = posixpath.normpath(posixpath.join(root, posixpath.dirname(path), target))
        inner = posixpath.relpath(goal, root)
        new_path, new_inner = _place(path, moves), _place(inner, moves)
        if (new_path, new_inner) == (path, inner):
            continue
        new_goal = posixpath.join(root, new_inner)
        start = posixpath.join(root, posixpath.dirname(new_path))
        new = posixpath.relpath(new_goal, start)
        if new != posixpath.normpath(target):
            found.append((new_path, new + ("/" if target.endswith("/") else "")))
    return found


def dead(repository: Repository) -> set[str]:
    """Give the links that lead nowhere."""
    return {path for path, _ in _links(repository) if not (repository.project / path).exists()}


def _links(repository: Repository) -> list[tuple[str, str]]:
    """Give each link that git has, and its target: git may keep it as a file that says so."""
    return [
        (entry.path, repository.blob(entry.blob).decode(errors="surrogateescape"))
        for entry in repository.entries()
        if entry.mode == LINK_MODE and entry.stage == 0
    ]


def _place(path: str, moves: Mapping[str, str]) -> str:
    """Give where a path is once folders have moved."""
    for old, new in moves.items():
        if path == old or path.startswith(f"{old}/"):
            return new + path[len(old) :]
    return path
