# /// script
# requires-python = ">=3.11"
# ///
"""Merge pyproject.toml by meaning, where Copier itself runs on a Python that reads no TOML.

Usage: uv run --script merge_toml.py < SIDES

It reads the texts of three sides as JSON, {"base", "ours", "theirs"}, with the overlays on those
of the template by their names, {"before", "now"}. It prints JSON: {"text", "clashes", "over"} or,
where they cannot be merged, {"reason"}. With {"own", "given_up"} beside them, they are merged as in
a repository that joined, and {"own"} is printed, too.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[2]))  # the last: what uv installed comes first

from treewright.toml_merge import UnmergeableError
from treewright.toml_merge.joined import join
from treewright.toml_merge.laying import merge_laid


def answer(given: Mapping[str, Any]) -> dict[str, Any]:
    """Merge what is given."""
    try:
        return asdict(join(**given) if "own" in given else merge_laid(**given))
    except UnmergeableError as error:
        return {"reason": str(error)}


def main() -> None:
    """Merge the sides that standard input gives."""
    print(json.dumps(answer(json.load(sys.stdin))))


if __name__ == "__main__":
    main()
