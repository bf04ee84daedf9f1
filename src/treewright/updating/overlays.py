"""An update of the template under an organisation's overlays, whose values count over its own.

What an overlay lays over a file is the same before the update and after it. So it is laid over both
sides of the template's, and nothing of it clashes with what the template changes.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from treewright.disk import write_whole
from treewright.rows import row
from treewright.updating import layers as layers_
from treewright.updating import merging, owners, sides
from treewright.updating.answers import Update
from treewright.updating.layers import Layers
from treewright.updating.merging import File
from treewright.updating.rendering import current, render
from treewright.updating.repository import BASE, OURS, THEIRS, Repository

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


def lay_again(repository: Repository, answers_file: str) -> Iterator[str]:
    """Lay overlays over files that `copier recopy` has made the template's again.

    Args:
        repository: The project.
        answers_file: The answers file, relative to it.

    Returns:
        The lines of the report.

    """
    try:
        found = {p: one for p, one in layers_.of(repository).items() if merging.has_meaning(p)}
    except layers_.NoFragmentError as error:
        yield from row("overlay", f"{error}: none was laid in")
        return
    answers = yaml.safe_load(repository.read(answers_file) or b"")
    with current() as template:
        made = render(answers, [f"/{path}" for path in found], source=template) or {}
    for path, data in made.items():
        if path not in found or repository.read(path) != data:
            continue  # as Copier was told to leave it
        try:
            alike = dict.fromkeys((BASE, OURS, THEIRS), merging.text(data))
            text, _ = merging.by_meaning(path, alike, Layers(now=found[path].now))
        except merging.LeftError as left:
            yield from row("overlay", f"{path} is without its overlays: {left}")
        else:
            write_whole(repository.project / path, text.encode())  # which may be in no git
            yield from row("overlay", f"{path}: laid in again")
