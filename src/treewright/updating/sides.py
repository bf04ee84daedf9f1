"""The three sides of files that an update merges by meaning, in the place of Copier."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from treewright.updating import rejects
from treewright.updating.answers import Update
from treewright.updating.repository import BASE, FILE_MODES, OURS, THEIRS, Stage


class Sides(NamedTuple):
    """What the index has of a file, if it has any, and the bytes of BASE, OURS and THEIRS."""

    stage: Stage | None
    data: Mapping[int, bytes]


def of(update: Update, paths: Iterable[str]) -> dict[str, Sides]:
    """Give the sides of those files for which the update has anything.

    Args:
        update: The update, as Copier left it.
        paths: The files.

    Raises:
        GitError: If git fails.

    """
    repository, unmerged = update.repository, update.repository.unmerged()
    there = {entry.path: Stage(entry.mode, entry.blob) for entry in repository.entries()}
    found: dict[str, Sides] = {}
    left: dict[str, Stage | None] = {}  # of which the template's sides are rendered
    for path in paths:
        stages = unmerged.get(path, {})
        stage = stages.get(OURS) or there.get(path)
        if stage is None:
            left |= {path: None} if repository.read(path) is not None else {}
        elif stage.mode not in FILE_MODES:
            continue
        elif OURS in stages and THEIRS in stages:
            blobs = {side: repository.blob(one.blob) for side, one in stages.items()}
            found[path] = Sides(stage, {BASE: b"", **blobs})
        elif stages or repository.read(path) != repository.blob(stage.blob):
            left[path] = stage
    bases, news = rejects.rendered(update, [*left]) if left else ({}, {})
    for path, stage in left.items():
        theirs = news.get(path, b"")
        if stage:
            ours = repository.blob(stage.blob)
            found[path] = Sides(stage, {BASE: bases.get(path, b""), OURS: ours, THEIRS: theirs})
        elif repository.read(path) == news.get(path):  # else git does not track the owner's
            found[path] = Sides(None, {BASE: b"", OURS: b"", THEIRS: theirs})
    return found
