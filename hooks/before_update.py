"""Before `copier update` writes anything: refuse what it could not finish, or would lose.

Usage, by copier.yml, in the project's folder:
  python before_update.py ANSWERS SITUATION VERSION

The arguments are those of after_update.py, which ends what begins here.

Exit status: 1 where the update must not begin; one sentence says why.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))  # before any other treewright

from treewright import isolation  # noqa: F401  # first
from treewright.rows import say
from treewright.updating import untracked
from treewright.updating.beginning import refusal
from treewright.updating.locking import LockedError, lock, unlock
from treewright.updating.repository import GitError, Repository


def main(_answers_file: str, _situation: str, version: str, *_: str) -> int:
    """Run what precedes an update and give the exit status."""
    repository = Repository(Path.cwd())
    try:
        lock(repository, os.getppid())
        if not (reason := refusal(repository, version)):
            untracked.keep(repository, version)
    except (LockedError, GitError, OSError) as error:
        reason = str(error)
    if reason:
        unlock(repository, os.getppid())
        say(reason)
    return 1 if reason else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
