"""The command `treewright`, as `python -m treewright`."""

import sys

from treewright.cli import main

if __name__ == "__main__":
    sys.exit(main())
