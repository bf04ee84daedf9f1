"""After `copier copy` and `copier recopy`: join what was there, prove, and say what is next.

Usage, by copier.yml, in the project's folder: python after_copy.py ANSWERS SITUATION VERSION THEIRS
ANSWERS is the answers file. SITUATION says `existing` where the folder held a project before,
`secret` where the template's address has one in it, and `quiet`; these are joined by commas.
VERSION is the release before an update, and THEIRS the files in a folder that held no project.

Exit status: 1 where a new project has findings (advice counts): a fault of the template; else 0,
since what the machine lacks and what the user wrote are no reason to undo the copy.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))  # before any other treewright

from treewright import isolation  # noqa: F401  # first
from treewright.rendered import prove_here, warn_of_secret
from treewright.rows import say

_OVERLAYS = ".treewright"  # layers.FOLDER: to import that costs each copy 20 ms


def main(answers_file: str, situation: str, _version: str = "", theirs: str = "", *_: str) -> int:
    """Run what follows a copy and give the exit status."""
    print()  # after Copier's line on the task
    if "secret" in situation:
        warn_of_secret(answers_file)
    if theirs:
        from treewright.theirs import join  # noqa: PLC0415  # seldom needed

        say(*join(answers_file, theirs.split(",")))
    if Path(_OVERLAYS).is_dir() and Path(answers_file).is_file():
        from treewright.updating.overlays import lay_again  # noqa: PLC0415  # as above
        from treewright.updating.repository import Repository  # noqa: PLC0415

        say(*lay_again(Repository(Path.cwd()), answers_file))
    new, quiet = "existing" not in situation, "quiet" in situation
    status = prove_here(answers_file, quiet=quiet, strict=new and not theirs)
    if status == 1 and new and not theirs:
        return 1
    if new and not quiet:
        from treewright.following import steps  # noqa: PLC0415  # not for what is undone

        say(*steps(answers_file))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
