"""After `copier update`: move, merge and fix what it leaves, prove, and report; never fail.

Usage, by copier.yml, in the project's folder: python after_update.py ANSWERS GIVEN SITUATION
The arguments are those of after_copy.py.

Exit status: 0, whatever is left to a person; 1 where the update could not be finished, because of
the machine; 130 after Ctrl-C.
"""

import sys
from pathlib import Path

from rendered import command_for_later, prove_here, warn_of_unknown
from updating import report
from updating.finishing import finish
from updating.repository import GitError

AGAIN = """\
Nothing of yours is lost. Undo it in this folder, then run it again:
  git restore --source=HEAD --staged --worktree . && git clean -fd"""


def main(answers_file: str, given: str, situation: str) -> int:
    """Run what follows an update and give the exit status."""
    quiet = "quiet" in situation
    print()  # after Copier's line on the task
    warn_of_unknown(given.split(","))
    try:
        outcome = finish(Path.cwd(), answers_file)
    except (GitError, OSError) as error:
        print(f"The update is not finished: {error}\n{AGAIN}")
        return 1
    except KeyboardInterrupt:
        print(f"The update is not finished: it was interrupted.\n{AGAIN}")
        return 130
    if not quiet:
        print(report.done(outcome))
    if left := report.problems(outcome):
        print(left)
    if "pyproject.toml" in report.conflicts(Path.cwd()):
        print(f"Not proven: pyproject.toml is in conflict. Run later: {command_for_later()}")
    else:
        prove_here(quiet=quiet, facts=False)
    if not quiet:
        print(report.following(outcome))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
