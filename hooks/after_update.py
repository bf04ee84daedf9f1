"""After `copier update`: move, merge and rewrite what it leaves, prove, and report; never fail.

Usage, by copier.yml, in the project's folder:
  python after_update.py ANSWERS SITUATION VERSION

The arguments are those of after_copy.py; SITUATION may also say `rej`, as `--conflict rej` asks.

Exit status: 0, whatever is left to a person; 1 where the update could not be finished, because of
the machine; 130 after Ctrl-C.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))  # before any other treewright

from treewright import isolation  # noqa: F401  # first
from treewright.rendered import UNPROVEN, command_for_later, prove_here, warn_of_secret
from treewright.rows import say
from treewright.updating import joined, joining, report, wheel
from treewright.updating.finishing import finish
from treewright.updating.locking import began, unlock
from treewright.updating.repository import GitError, Repository

# A command each line: not every shell has `&&`.
AGAIN = """\
Nothing of yours is lost. Undo it in this folder, then run it again:
  git restore --source=HEAD --staged --worktree .
  git clean -fd"""


def main(answers_file: str, situation: str, *_: str) -> int:
    """Run what follows an update and give the exit status."""
    repository, said = Repository(Path.cwd()), situation.split(",")
    print()  # after Copier's line on the task
    if "secret" in said:
        warn_of_secret(answers_file, committed=True)
    try:
        return _finish(repository, answers_file, said)
    except (GitError, OSError) as error:
        say(f"The update is not finished: {error}", AGAIN)
        return 1
    except KeyboardInterrupt:
        say("The update is not finished: it was interrupted.", AGAIN)
        return 130
    finally:
        unlock(repository, os.getppid())


def _finish(repository: Repository, answers_file: str, said: list[str]) -> int:
    outcome = finish(repository, answers_file, keep_rejects="rej" in said)
    update, quiet = outcome.update, "quiet" in said
    joins, made_here = joined.is_joining(update), not joined.has_joined(update)
    tell = joining if joins else report
    if not quiet:
        say(tell.done(outcome))
    left = report.conflicts(repository, began(repository))
    if problems := report.problems(outcome, left):
        say(problems)
    if "pyproject.toml" in left:
        later = command_for_later(answers_file)
        say(f"Not proven: pyproject.toml is in conflict. Run later: {later}")
    else:
        if joins and not os.environ.get(UNPROVEN):
            for line in wheel.compared(update, quiet=quiet):
                say(line)
        prove_here(answers_file, quiet=quiet, facts=joins, style=made_here)
    if not quiet:
        say(tell.following(outcome))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
