"""Before `copier update` writes anything: refuse what it would lose or spoil.

A second update in the same repository has to wait, and what an earlier merge has left in `.rej`
files comes first: Copier would take them for its own, and delete them.

Usage, by copier.yml, in the project's folder: python before_update.py ANSWERS GIVEN SITUATION
The arguments are those of after_update.py, which ends what begins here.

Exit status: 1 where the update must not begin; one sentence says why.
"""

import os
import sys
from pathlib import Path

from rows import some
from updating.locking import LockedError, lock, unlock
from updating.repository import GitError, Repository


def main(*_arguments: str) -> int:
    """Run what precedes an update and give the exit status."""
    repository = Repository(Path.cwd())
    try:
        lock(repository, os.getppid())
    except (LockedError, GitError, OSError) as error:
        print(error)
        return 1
    older = [left for beside in repository.rejects().values() for left in beside]
    if older := [left for left in older if left.endswith(".rej")]:
        unlock(repository, os.getppid())
        print(
            f"An earlier merge has left {some(older)}: take over what is in there, delete the file,"
            " and update again."
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
