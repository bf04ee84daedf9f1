"""Before `copier update` writes anything: let no second update into the same repository.

Usage, by copier.yml, in the project's folder: python before_update.py ANSWERS GIVEN SITUATION
The arguments are those of after_update.py, which ends what begins here.

Exit status: 1 where another update is running.
"""

import os
import sys
from pathlib import Path

from updating.locking import LockedError, lock
from updating.repository import GitError, Repository


def main(*_arguments: str) -> int:
    """Run what precedes an update and give the exit status."""
    try:
        lock(Repository(Path.cwd()), os.getppid())
    except (LockedError, GitError, OSError) as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
