"""An update of the template under an organisation's overlays, whose values count over its own.

What an overlay lays over a file is the same before the update and after it. So it is laid over both
sides of the template's, and nothing of it clashes with what the template changes.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from treewright.updating import layers as layers_
from treewright.updating import merging, owners, sides
from treewright.updating.answers import Update
from treewright.updating.layers import Layers
from treewright.updating.merging import File
from treewright.updating.repository import BASE, OURS, THEIRS

Translate = Callable[[str, str], str]


@dataclass
class Overlays:
    """The overlays of a project, and what became of the files under them.

    Args:
        layers: What they lay over each file.
        files: Each file that was merged.
        notes: Sentences on what could not be done.

    """

    layers: Mapping[str, Layers] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def of(update: Update, translate: Translate) -> Overlays:
    """Find a project's overlays.

    Args:
        update: The update.
        translate: Rewrites an older text, of which it also gets the path, so that it speaks of the
            package by its new name.

    """
    repository = update.repository
    if not layers_.are_there(repository):
        return Overlays()
    try:
        return Overlays(layers_.of(repository, translate=translate))
    except layers_.NoFragmentError as error:
        return Overlays(notes=[f"{error}: no overlay was laid over the template's files."])


def merge(
    update: Update, overlays: Overlays, translate: Translate, apart: Collection[str] = ()
) -> None:
    """Merge the files under overlays in the place of Copier, and note what became of each.

    Args:
        update: The update, as Copier left it.
        overlays: The overlays.
        translate: As of `of`.
        apart: Files that are merged elsewhere.

    Raises:
        GitError: If git fails.
        OSError: If a file cannot be written.

    """
    repository = update.repository
    shared = [
        path
        for path in overlays.layers
        if merging.has_meaning(path) and path not in apart and not owners.is_owned(path, update.now)
    ]
    for path, found in sides.of(update, shared).items() if shared else ():
        layers = overlays.layers[path]
        try:
            texts = {side: merging.text(data) for side, data in found.data.items()}
            texts |= {side: translate(texts[side], path) for side in (BASE, OURS)}
            if owners.changes_hands(path, update.now, update.before):  # it is the template's now
                texts |= {BASE: "", OURS: ""}
                layers = Layers(now=layers.now)
            text, file = merging.by_meaning(path, texts, layers)
        except merging.LeftError as left:
            overlays.notes.append(f"{path} is merged without its overlays: {left}.")
            continue
        if text or found.data[THEIRS]:
            repository.write_as_checked_out(path, text.encode())
        else:
            (repository.project / path).unlink(missing_ok=True)
        if found.stage and path in repository.unmerged():
            repository.settled(path, found.stage)
        overlays.files.append(file)
