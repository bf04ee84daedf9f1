"""What makes a wheel another one, found by halves."""

from collections.abc import Sequence
from itertools import combinations

import pytest

from treewright.adopting.same_wheel import cause

PARTS = "abcdefg"


@pytest.mark.parametrize("size", [0, 1, 2, 7])
def test_each_cause_is_found(size: int) -> None:
    """Whichever parts it is, alone."""
    for bad in combinations(PARTS, size):
        found = cause(PARTS, lambda some, bad=bad: bool({*some} & {*bad}))  # type: ignore[misc]
        assert sorted(found) == [*bad]


def test_a_cause_of_two_parts_together_is_broken_up() -> None:
    found = cause(PARTS, lambda some: {"b", "e"} <= {*some})
    assert found == ["e"]


def test_it_asks_seldom() -> None:
    asked = list[Sequence[str]]()

    def is_bad(some: Sequence[str]) -> bool:
        asked.append(some)
        return "c" in some

    parts = [chr(number) for number in range(ord("a"), ord("a") + 16)]
    assert cause(parts, is_bad) == ["c"]
    assert len(asked) <= 6
