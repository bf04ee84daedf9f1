"""What releases of the template ask of projects that were made before them.

Data first: a row a migration. What only an answer needs has no row, as Copier reads the answers
before it asks: the default of a question may read an answer by an older name, or another value,
from `before` (copier.yml).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from packaging.version import InvalidVersion, Version

from treewright.updating.answers import Update
from treewright.updating.rendering import render
from treewright.updating.repository import BASE, FILE_MODES, OURS, THEIRS, Stage


class Migration(NamedTuple):
    """What a release asks of older projects.

    Args:
        version: The release, such as v0.5.0.
        what: What changes, for the report, such as "tox.toml takes the place of noxfile.py".
        run: What does it, once Copier's merge is complete. It must bear being run twice.

    """

    version: str
    what: str
    run: Callable[[Update], None]


def renamed(old: str, new: str) -> Callable[[Update], None]:
    """Give what takes the user's edits of a template file along to its new name.

    Copier has deleted the old file and written the new one as the template has it: they are
    merged, and what clashes is a conflict as any other.

    Args:
        old: The file's path until then, relative to the project.
        new: Its path from then on.

    """

    def take_along(update: Update) -> None:
        repository = update.repository
        ours = repository.committed(old)
        if ours is None:  # the user had deleted it
            (update.project / new).unlink(missing_ok=True)
            return
        before, _ = update.versions
        base = (render(update.before, [f"/{old}"], version=before) or {}).get(old, b"")
        theirs = repository.read(new)
        if ours == base or theirs is None:
            return
        sides = {BASE: base, OURS: ours, THEIRS: theirs}
        text, conflicts = repository.merge_texts(sides)
        repository.git("rm", "--quiet", "--cached", "--ignore-unmatch", "--", old)
        repository.write(new, text)
        if conflicts:
            repository.mark_unmerged(new, sides)
        else:
            repository.settled(new, Stage(FILE_MODES[0], repository.store(ours)))

    return take_along


MIGRATIONS: Sequence[Migration] = ()


def crosses(update: Update, version: str) -> bool:
    """Tell whether an update is from before a release to it, or to a later one."""
    try:
        low, high = map(Version, update.versions)
    except InvalidVersion:
        return False
    return low < Version(version) <= high


def run(update: Update, migrations: Sequence[Migration] = MIGRATIONS) -> list[str]:
    """Run the migrations of the releases that an update brings, oldest first.

    Args:
        update: The update.
        migrations: Those of all releases.

    Returns:
        What each has changed.

    """
    crossed = [one for one in migrations if crosses(update, one.version)]
    crossed.sort(key=lambda one: Version(one.version))
    for migration in crossed:
        migration.run(update)
    return [migration.what for migration in crossed]
