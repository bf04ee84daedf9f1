"""The tiers of the tests: what runs by default, what `--full` adds, what `--exhaustive` adds.

A row without a mark is in the default run. No row is in two tiers, so each runs by itself.
"""

import argparse
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import cycle
from textwrap import wrap
from typing import TypeVar

import pytest
from _pytest.mark import ParameterSet

Row = TypeVar("Row")
Item = TypeVar("Item")

DEFAULT, FULL, EXHAUSTIVE = "default", "full", "exhaustive"


# --- What a test says of its rows --------------------------------------------------------


def full(*values: object, id: str | None = None) -> ParameterSet:  # noqa: A002  (as pytest's)
    """Give a row that waits for `--full`."""
    return pytest.param(*values, marks=pytest.mark.full, id=id)


def exhaustive(*values: object, id: str | None = None) -> ParameterSet:  # noqa: A002  (as pytest's)
    """Give a row that waits for `--exhaustive`."""
    return pytest.param(*values, marks=pytest.mark.exhaustive, id=id)


def spread(
    rows: Iterable[Row], default: Container[Row], *, names: int = 1
) -> list[Row | ParameterSet]:
    """Leave all rows to `--full` but those of the default run.

    Args:
        rows: All.
        default: Those of the default run.
        names: How many parameters a row is for; with more than one, each row is of as many values.

    """
    return [
        row if row in default else full(row) if names == 1 else full(*row)  # type: ignore[misc]
        for row in rows
    ]


def each_once(*axes: Sequence[Row]) -> list[tuple[Row, ...]]:
    """Give the fewest rows in which each value of each axis occurs: the shorter axes turn."""
    size = max(map(len, axes))
    return [row for row, _ in zip(zip(*map(cycle, axes), strict=False), range(size), strict=False)]


# --- What a run chooses ------------------------------------------------------------------


def asked(config: pytest.Config) -> str:
    """Give the tier that a run is to be of."""
    chosen = [tier for tier in (FULL, EXHAUSTIVE) if config.getoption(f"--{tier}")]
    if len(chosen) > 1:
        raise pytest.UsageError("--full and --exhaustive: each is a run by itself")
    return chosen[0] if chosen else DEFAULT


def tier_of(item: pytest.Item) -> str:
    """Give the tier of a row: the last that any of its marks waits for."""
    marked = [tier for tier in (EXHAUSTIVE, FULL) if item.get_closest_marker(tier)]
    return marked[0] if marked else DEFAULT


def shard(text: str) -> tuple[int, int]:
    """Read `3/12`, the third of twelve shards.

    Raises:
        argparse.ArgumentTypeError: If it is no such thing.

    """
    number, slash, count = text.partition("/")
    digits = number.isdecimal() and count.isdecimal()
    if not (slash and digits and 1 <= int(number) <= int(count)):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no shard: --shard 3/12 runs the third of twelve"
        )
    return int(number), int(count)


def part(items: Sequence[Item], number: int, count: int) -> Sequence[Item]:
    """Give every count-th item, from the number-th on."""
    return items[number - 1 :: count]


def left_over(functions: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Tell in lines what waits for `--full`.

    Args:
        functions: The module and the test function of each row.

    """
    counted = Counter((module, function) for module, function in functions)
    if counted:
        yield f"left to pytest --full: {counted.total()} rows of {len(counted)} tests"
        modules: dict[str, list[str]] = {}
        for (module, function), count in counted.items():
            modules.setdefault(module, []).append(f"{function.removeprefix('test_')} {count}")
        listed = "; ".join(f"{name}: {', '.join(rows)}" for name, rows in modules.items())
        yield from wrap(
            listed, 96, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
        )
