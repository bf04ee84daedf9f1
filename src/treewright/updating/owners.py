"""Files that change hands: what own_files lists from now on stays, and what it no longer does goes.

Copier deletes a file that the new answers exclude, and merges one that they no longer exclude with
the owner's. Neither is meant: who gives a file to its owner leaves it as it is, and who takes the
template's has the old one in git's history.
"""

from treewright.updating.answers import Answers, Update
from treewright.updating.repository import OURS, THEIRS

_ANSWER = "own_files"


def give(update: Update) -> list[str]:
    """Bring back the files that are the owner's from now on, and say which those are.

    Args:
        update: The update, which has deleted them.

    """
    repository = update.repository
    given = _listed(update.now) - _listed(update.before)
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
    taken = _listed(update.before) - _listed(update.now)
    done = []
    for path, stages in repository.unmerged().items():
        if path in taken and {OURS, THEIRS} <= stages.keys():
            repository.write_as_checked_out(path, repository.blob(stages[THEIRS].blob))
            repository.settled(path, stages[OURS])
            done.append(f"{path} comes from Treewright now; git's history has yours")
    return done


def _listed(answers: Answers) -> set[str]:
    listed = answers.get(_ANSWER)
    return {str(path) for path in listed} if isinstance(listed, list) else set()
