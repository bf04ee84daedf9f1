"""The three sides of a file that an update merges by meaning, in the place of Copier."""

from collections.abc import Mapping
from typing import NamedTuple

from treewright.updating import rejects
from treewright.updating.answers import Update
from treewright.updating.repository import BASE, FILE_MODES, OURS, THEIRS, Stage


class Sides(NamedTuple):
    """What the index has of a file, if it has any, and the bytes of BASE, OURS and THEIRS."""

    stage: Stage | None
    data: Mapping[int, bytes]


def of(update: Update, path: str) -> Sides | None:
    """Give the sides of a file; None where the update has nothing for it.

    Args:
        update: The update, as Copier left it.
        path: The file.

    Raises:
        GitError: If git fails.

    """
    repository = update.repository
    stages = repository.unmerged().get(path, {})
    entry = next((entry for entry in repository.entries() if entry.path == path), None)
    stage = stages.get(OURS) or (Stage(entry.mode, entry.blob) if entry else None)
    if stage is None:
        there = repository.read(path)
        if there is None or rejects.rendered(update, [path])[1].get(path) != there:
            return None  # git does not track the owner's
        return Sides(None, {BASE: b"", OURS: b"", THEIRS: there})
    ours = repository.blob(stage.blob)
    if stage.mode not in FILE_MODES or (not stages and repository.read(path) == ours):
        return None
    if OURS in stages and THEIRS in stages:
        base, theirs = (
            repository.blob(stages[side].blob) if side in stages else b"" for side in (BASE, THEIRS)
        )
    else:
        bases, news = rejects.rendered(update, [path])
        base, theirs = bases.get(path, b""), news.get(path, b"")
    return Sides(stage, {BASE: base, OURS: ours, THEIRS: theirs})
