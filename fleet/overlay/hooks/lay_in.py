"""Lay in what this overlay has for files that it shares with the template.

Copier runs it in the project's folder. The work is done by `treewright overlay`: the one beside
this Python, or the one on the PATH. Nothing is fetched, so nothing runs that nobody installed.

Exit status: that of `treewright overlay`; 1 if it is not installed.
"""

import shutil
import subprocess
import sys
from pathlib import Path

LACKING = "treewright is neither beside Copier nor on the PATH: install it."
LATER = (
    "The overlay's files are here, but not laid in yet. Once that is settled, run:"
    " treewright overlay"
)


def command() -> str | None:
    """Give the command `treewright`; None where there is none."""
    beside = shutil.which("treewright", path=str(Path(sys.executable).parent))
    return beside or shutil.which("treewright")


def main() -> int:
    """Run it, and give the exit status."""
    if found := command():
        status = subprocess.run([found, "overlay"], check=False).returncode
    else:
        print(LACKING, file=sys.stderr)
        status = 1
    if status:
        print(LATER, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
