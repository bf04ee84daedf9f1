"""After `copier update`: name unknown answers and conflicts, then prove; never fail.

Usage, by copier.yml, in the project's folder: python after_update.py GIVEN SITUATION ANSWERS
The arguments are those of after_copy.py.
"""

import subprocess
import sys
from pathlib import Path

from rendered import prove_here, warn_of_unknown
from updating.changing import change_of_mind


def conflicts() -> list[str]:
    """Give the files that the update left unmerged, of which Copier itself says nothing."""
    command = ["git", "diff", "--name-only", "--diff-filter=U", "--relative", "-z"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.split("\0")[:-1]


def main(given: str, situation: str, answers_file: str) -> int:
    """Run what follows an update and give the exit status, which is always 0."""
    print()  # after Copier's line on the task
    warn_of_unknown(given.split(","))
    mended = change_of_mind(Path.cwd(), answers_file, lambda _: None)
    if mended.notice:
        print(mended.notice)
    if mended.places:
        print("Look at:", mended, sep="\n")
    if files := conflicts():
        print("In conflict:", *files, sep="\n  ")
        print("Edit each, then `git add` it; its markers show both sides.")
    else:
        prove_here(quiet="quiet" in situation)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
