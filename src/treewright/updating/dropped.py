"""Files that the template no longer has: Copier deletes them, whatever the user did to them."""

from treewright.updating.answers import Update
from treewright.updating.rendering import render
from treewright.updating.repository import BASE, OURS


def keep_edited(update: Update) -> None:
    """Bring back the files that the user had edited, as a conflict with the deletion.

    The index gets what git itself leaves of such a conflict: the file as it was rendered and as
    the user has it, and nothing of the template's. Moves have to be in the index already.

    Args:
        update: The update.

    """
    repository = update.repository
    gone = repository.deleted()
    if not gone:
        return
    before, _ = update.versions
    rendered = render(update.before, [f"/{path}" for path in gone], version=before) or {}
    for path, entry in gone.items():
        ours, base = repository.blob(entry.blob), rendered.get(path)
        if ours != base:
            repository.restore(entry)
            sides = {OURS: ours} if base is None else {BASE: base, OURS: ours}
            repository.mark_unmerged(path, sides, entry.mode)
