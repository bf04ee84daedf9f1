"""After `copier update`: name unknown answers and conflicts, then prove; never fail.

Usage, by copier.yml, in the project's folder: python after_update.py GIVEN SITUATION
The arguments are those of after_copy.py.
"""

import subprocess
import sys

from rendered import prove_here, warn_of_unknown


def conflicts() -> list[str]:
    """Give the files that the update left unmerged, of which Copier itself says nothing."""
    command = ["git", "diff", "--name-only", "--diff-filter=U", "--relative", "-z"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.split("\0")[:-1]


def main(given: str, situation: str) -> int:
    """Run what follows an update and give the exit status, which is always 0."""
    print()  # after Copier's line on the task
    warn_of_unknown(given.split(","))
    if files := conflicts():
        print("In conflict:", *files, sep="\n  ")
        print("Edit each, then `git add` it; its markers show both sides.")
    else:
        prove_here(quiet="quiet" in situation)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
