"""The command `treewright`, as `python -m treewright`, or `python PATH/src/treewright`."""

import sys
from pathlib import Path

if not __package__:  # then this folder is first on the path, and has to be found in its parent
    sys.path[0] = str(Path(__file__).parents[1])
if sys.path[0] == str(Path.cwd()) != str(Path(__file__).parents[1]):
    del sys.path[0]  # the repository that somebody works on, whose code is not run

from treewright.cli import main

if __name__ == "__main__":
    sys.exit(main())
