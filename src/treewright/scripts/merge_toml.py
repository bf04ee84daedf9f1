# /// script
# requires-python = ">=3.11"
# ///
"""Merge pyproject.toml by meaning, where Copier itself runs on a Python that reads no TOML.

Usage: uv run --script merge_toml.py < SIDES

It reads the texts of three sides as JSON, {"base", "ours", "theirs"}, and prints JSON: {"text",
"clashes"} or, where they cannot be merged, {"reason"}.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))  # the last: what uv installed comes first

from treewright.toml_merge import UnmergeableError, merge


def main() -> None:
    """Merge the sides that standard input gives."""
    try:
        print(json.dumps(asdict(merge(**json.load(sys.stdin)))))
    except UnmergeableError as error:
        print(json.dumps({"reason": str(error)}))


if __name__ == "__main__":
    main()
