"""Lay in what this overlay has for files that it shares with the template.

Copier runs it in the project's folder. The work is done by `treewright overlay`: the one beside
this Python, the one on the PATH, or the newest, which uvx fetches.

Exit status: that of `treewright overlay`; 1 where there is none.
"""

import shutil
import subprocess
import sys
from pathlib import Path

LATER = "The overlay's files are here, but nothing is laid in yet. Once that is settled, run:"


def command() -> list[str]:
    """Give the command `treewright`; nothing where there is none."""
    beside = shutil.which("treewright", path=str(Path(sys.executable).parent))
    if found := beside or shutil.which("treewright"):
        return [found]
    return [uvx, "treewright"] if (uvx := shutil.which("uvx")) else []


def main() -> int:
    """Run it, and give the exit status."""
    found = command()
    if not found:
        print("Neither treewright nor uvx is on the PATH: install uv.", file=sys.stderr)
    status = subprocess.run([*found, "overlay"], check=False).returncode if found else 1
    if status:
        print(
            f"{LATER} {'uvx treewright' if not found else ' '.join(found)} overlay", file=sys.stderr
        )
    return status


if __name__ == "__main__":
    sys.exit(main())
