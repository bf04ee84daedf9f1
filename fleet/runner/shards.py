"""Divide a list of repositories among the jobs of a run: each repository is in one shard.

Usage: python shards.py FILE [SHARD] [--size N] [--most N]

FILE is what `renovate --write-discovered-repos FILE` writes. Without SHARD, this prints the names
of all shards as JSON, such as ["1/2", "2/2"]; with one, its repositories, separated by commas.
The same repositories give the same shards, in whatever order they are listed. Exit status: 0 done;
2 the command or the file was wrong.
"""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

SIZE = 100
"""How many repositories a job gets by default, as long as there are jobs enough."""
MOST = 256
"""How many jobs a matrix of GitHub can have; GitLab takes 200."""


def names(count: int, size: int = SIZE, most: int = MOST) -> list[str]:
    """Name the shards of so many repositories: as many as are needed for shards of a size.

    Args:
        count: How many repositories there are.
        size: How many a shard has at most, unless there are too many.
        most: How many shards there are at most.

    """
    total = min(-(-count // size), most)
    return [f"{number}/{total}" for number in range(1, total + 1)]


def chosen(repositories: Sequence[str], shard: str) -> list[str]:
    """Give the repositories of a shard.

    Args:
        repositories: All.
        shard: Its name, such as 2/3, the second of three.

    Raises:
        ValueError: If there is no such shard.

    """
    number, total = map(int, shard.split("/")) if re.fullmatch(r"\d+/\d+", shard) else (0, 0)
    if not 1 <= number <= total:
        raise ValueError(f"{shard} is not a shard: write 2/3 for the second of three.")
    return sorted(set(repositories))[number - 1 :: total]


def read(file: Path) -> list[str]:
    """Read the names of the repositories.

    Raises:
        ValueError: If the file does not have them.

    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{file} cannot be read: {error}") from None
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise ValueError(f"{file} is not a list of names.")
    return found


def main() -> int:
    """Print the shards, or the repositories of one; give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "file", type=Path, help="what `renovate --write-discovered-repos` has written"
    )
    parser.add_argument("shard", nargs="?", help="such as 2/3; without it, all shards are named")
    parser.add_argument("--size", type=int, default=SIZE, help="repositories for each shard")
    parser.add_argument("--most", type=int, default=MOST, help="shards at most")
    asked = parser.parse_args()
    if asked.size < 1 or asked.most < 1:
        parser.error("--size and --most are 1 or more")
    try:
        repositories = read(asked.file)
        if asked.shard:
            print(",".join(chosen(repositories, asked.shard)))
        else:
            print(json.dumps(names(len(set(repositories)), asked.size, asked.most)))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
