"""After `copier copy` and `copier recopy`: name answers that no question takes, then prove.

Usage, by copier.yml, in the project's folder: python after_copy.py ANSWERS GIVEN SITUATION
ANSWERS is the answers file, GIVEN are the names of the answers from --data, and SITUATION says
`existing` where the folder held a project before, and `quiet`; both are joined by commas.

Exit status: 1 where a new project has findings (advice counts): a fault of the template; else 0,
since what the machine lacks and what the user wrote are no reason to undo the copy.
"""

import sys

from rendered import prove_here, warn_of_unknown


def main(_answers_file: str, given: str, situation: str) -> int:
    """Run what follows a copy and give the exit status."""
    print()  # after Copier's line on the task
    warn_of_unknown(given.split(","))
    new = "existing" not in situation
    status = prove_here(quiet="quiet" in situation, strict=new)
    return 1 if status == 1 and new else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
