"""Whatever template and overlay have, and whichever is updated first, the files become the same."""

import tomllib
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import overlaid
from overlaid import Corners
from tiers import full
from treewright.toml_merge.syntax import comments
from treewright.updating import merging
from treewright.updating.layers import Layers
from treewright.updating.repository import BASE, OURS, THEIRS

PATHS = ["pyproject.toml", ".gitignore", ".github/CODEOWNERS"]
ROWS = [row for path in PATHS for row in ((path, 5), full(path, 100))]
SETTINGS = settings(deadline=None, derandomize=True, database=None)


def merged(path: str, file: str, template: tuple[str, str], overlay: tuple[str, str]) -> str:
    """Merge a file: what the template and an overlay have before, and what they have now."""
    sides = {BASE: template[0], OURS: file, THEIRS: template[1]}
    before, now = ({"acme": text} if text else {} for text in overlay)
    return merging.by_meaning(path, sides, Layers(before, now))[0]


def both_orders(path: str, file: str, sides: Corners) -> tuple[str, str]:
    """Update the template and then the overlay, and the other way round."""
    (t1, t2), (o1, o2) = sides
    first = merged(path, merged(path, file, (t1, t2), (o1, o1)), (t2, t2), (o1, o2))
    second = merged(path, merged(path, file, (t1, t1), (o1, o2)), (t1, t2), (o2, o2))
    return first, second


def corners(path: str, sides: Corners) -> list[str]:
    """Give what the file is by each release of the template with each of the overlay."""
    return [
        merged(path, "", ("", below), ("", above))
        for below in sides.template
        for above in sides.overlay
    ]


def each(path: str, count: int, check: Callable[[Random, Corners, list[str]], None]) -> None:
    """Check so many sides of a file."""

    @settings(SETTINGS, max_examples=count)
    @given(st.integers(0, 2**32))
    def run(seed: int) -> None:
        random = Random(seed)  # noqa: S311  # no secret
        made = overlaid.of_toml(random) if path == PATHS[0] else overlaid.of_lines(random, path)
        check(random, made, corners(path, made))

    run()


@pytest.mark.parametrize(("path", "count"), ROWS)
def test_the_order_of_updates_never_changes_a_file(path: str, count: int) -> None:
    def check(_: Random, sides: Corners, made: list[str]) -> None:
        t1, o1 = sides.template[0], sides.overlay[0]
        file = merged(path, t1, (t1, t1), ("", o1))
        assert file == made[0], "as if made with both"
        assert both_orders(path, file, sides) == (made[-1], made[-1])
        assert (
            merged(path, made[-1], (sides.template[1],) * 2, (sides.overlay[1], ""))
            == (sides.template[1])
        ), "and without the overlay, as if it had never been there"

    each(path, count, check)


@pytest.mark.parametrize(("path", "count"), ROWS)
def test_nor_what_an_edited_file_says(path: str, count: int) -> None:
    edit = overlaid.by_owner_of_toml if path == PATHS[0] else overlaid.by_owner_of_lines

    def check(random: Random, sides: Corners, made: list[str]) -> None:
        mine = edit(random, made[0], made)
        first, second = both_orders(path, mine, sides)
        assert said(path, first) == said(path, second)
        for done in (first, second):
            assert {*own(path, mine)} <= {*own(path, done)}

    each(path, count, check)


def said(path: str, text: str) -> Any:  # noqa: ANN401
    """Give what a file says, whatever the order of what has none."""
    if path == PATHS[0]:
        return plain(tomllib.loads(text))
    return sorted(line for line in text.splitlines() if line.strip() and line[0] != "#")


def plain(data: Any) -> Any:  # noqa: ANN401
    """Give data with its lists sorted."""
    if isinstance(data, dict):
        return {name: plain(value) for name, value in data.items()}
    return sorted(map(str, data)) if isinstance(data, list) else data


def own(path: str, text: str) -> list[str]:
    """Give what an owner wrote, which says so: lines, values and comments."""
    if path != PATHS[0]:
        return [line for line in text.splitlines() if "mine" in line]
    values = [f"{name} {value}" for name, value in flat(tomllib.loads(text))]
    mine = [said for said in values if "mine" in said or " 100" in said]
    return [comment for comment in comments(text) if "mine" in comment] + mine


def flat(data: Any, name: str = "") -> list[tuple[str, Any]]:  # noqa: ANN401
    """Give all values, and elements, with their keys."""
    if isinstance(data, dict):
        return [pair for key, value in data.items() for pair in flat(value, f"{name}.{key}")]
    if isinstance(data, list):
        return [(name, item) for item in data]
    return [(name, data)]
