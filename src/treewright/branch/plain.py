"""A stock update without the template's hooks: what a bot that trusts nobody makes of a project.

Run as `python -m treewright.branch.plain`, with the options of `copier update`.
"""

import sys
from unittest.mock import patch

from treewright import stock


def main(arguments: list[str]) -> int:
    """Run the update, and give Copier's exit status."""
    with patch("copier._main.Worker._execute_tasks", lambda *_: None):
        return stock.update(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
