"""Prove that the wheel of a Python project holds exactly the package that its tree shows.

Usage: python hooks/prove.py [PROJECT] [--json] [--keep FOLDER] [--strict] [--no-install]

It runs the project's build backend and imports its modules, with the rights of the user.

Exit status: 0 proven; 1 faults; 2 it could not be proven here (one sentence says why).
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))  # before any other treewright


def main() -> int:
    """Prove the project named on the command line, print the report and give the exit status."""
    if sys.version_info < (3, 11):  # noqa: UP036  (older Pythons must get a sentence)
        version = ".".join(map(str, sys.version_info[:2]))
        print(
            f"The proof needs Python 3.11 or newer; this is {version}. "
            "Run: python3.11 hooks/prove.py PROJECT",
            file=sys.stderr,
        )
        return 2

    from treewright import shell  # noqa: PLC0415  (all that follows needs the Python just checked)
    from treewright.proof.command import run  # noqa: PLC0415

    again = f"{shell.python()} {shell.quoted(sys.argv[0])}"
    return run(sys.argv[1:], command="prove.py", again=again)


if __name__ == "__main__":
    sys.exit(main())
