"""Files that change hands: what own_files lists from now on stays, and what it no longer does goes.

Copier deletes a file that the new answers exclude, and merges one that they no longer exclude with
the owner's. Neither is meant: who gives a file to its owner leaves it as it is, and who takes the
template's has the old one in git's history.
"""

from pathlib import PurePosixPath

from treewright.updating.answers import Answers, Update, listed
from treewright.updating.repository import OURS, THEIRS

_ANSWER = "own_files"


def give(update: Update) -> list[str]:
    """Bring back the files that are the owner's from now on, and say which those are.

    Args:
        update: The update, which has deleted them.

    """
    repository = update.repository
    given = {path for path in repository.files() if changes_hands(path, update.before, update.now)}
    for path, beside in repository.rejects().items():  # as `--conflict rej` leaves them
        for left in beside if path in given else ():
            (update.project / left).unlink()
    gone = {path: entry for path, entry in repository.deleted().items() if path in given}
    for entry in gone.values():
        repository.restore(entry)
    return [f"{path} is yours now, and stays as it was" for path in gone]


def take(update: Update) -> list[str]:
    """Settle the files that are the template's from now on, and say which those are.

    Args:
        update: The update, whose conflicts are in the index.

    """
    repository = update.repository
    done = []
    for path, stages in repository.unmerged().items():
        if changes_hands(path, update.now, update.before) and {OURS, THEIRS} <= stages.keys():
            repository.write_as_checked_out(path, repository.blob(stages[THEIRS].blob))
            repository.settled(path, stages[OURS])
            done.append(f"{path} comes from Treewright now; git's history has yours")
    return done


def changes_hands(path: str, before: Answers, now: Answers) -> bool:
    """Tell whether a file is the owner's by some answers, and was not by others."""
    return is_owned(path, now) and not is_owned(path, before)


def is_owned(path: str, answers: Answers) -> bool:
    """Tell whether a file is the owner's, whatever the template has there.

    Args:
        path: The file, relative to the project.
        answers: The answers, which may list a folder, too.

    """
    owned = listed(answers, _ANSWER)
    return any(place in owned for place in (path, *map(str, PurePosixPath(path).parents)))
