"""Releases of a template, overlays on them, and what owners do to the file that they share.

All is made at random, and written as people write it: a header for each table, a key a line.
"""

from collections.abc import Callable, Iterator
from itertools import groupby
from random import Random
from typing import Any, NamedTuple

from treewright.toml_merge.syntax import Document, key, toml

Path = tuple[str, ...]
Values = dict[Path, Any]

# Where something may be, and what.
_PLACES: dict[Path, str] = {
    ("project", "keywords"): "words",
    ("project", "dependencies"): "requirements",
    ("project", "urls", "Chat"): "value",
    ("project", "urls", "Issues"): "value",
    ("dependency-groups", "dev"): "requirements",
    ("dependency-groups", "lint"): "requirements",
    ("dependency-groups", "acme"): "requirements",
    ("tool", "ruff", "line-length"): "value",
    ("tool", "ruff", "target-version"): "value",
    ("tool", "ruff", "lint", "select"): "value",
    ("tool", "ruff", "lint", "ignore"): "words",
    ("tool", "mypy", "strict"): "value",
    ("tool", "mypy", "enable_error_code"): "words",
    ("tool", "coverage", "run", "omit"): "words",
    ("tool", "coverage", "report", "fail_under"): "value",
    ("tool", "pytest", "addopts"): "value",
    ("tool", "uv", "default-groups"): "value",
    ("tool", "acme", "team"): "value",
    ("tool", "acme", "deep", "x"): "value",
}
_NAMES = ["attrs", "click", "rich", "trio"]
_IGNORED = ["/dist/", "/build/", "*.so", "/site/", ".env", "/.cache/", "*.log", "/out/"]
_PATTERNS = ["*", "/docs/", "/src/", "*.yml", "/.github/", "/tests/"]


class Corners(NamedTuple):
    """Two releases of a template, and two of an overlay, of one file."""

    template: tuple[str, str]
    overlay: tuple[str, str]


# --- pyproject.toml --------------------------------------------------------------------


def of_toml(random: Random, *, apart: bool) -> Corners:
    """Make the sides of a pyproject.toml.

    Args:
        random: What decides.
        apart: Whether nothing comes or goes on one side that the other has, too.

    """
    shared = {path: random.choice(["template", "acme", "both"]) for path in _PLACES}
    sides = []
    for mark, share in (("template", 0.6), ("acme", 0.4)):
        names = [f"{mark}-{name}" if apart else name for name in _NAMES]
        first, second = (
            {path: _value(random, kind, names) for path, kind in _PLACES.items()} for _ in range(2)
        )
        has = [{path for path in _PLACES if random.random() < share} for _ in range(2)]
        if apart:
            has = [
                {path for path in _PLACES if shared[path] == "both"}
                | {path for path in there if shared[path] == mark}
                for there in has
            ]
        changed = {path for path in _PLACES if random.random() < share}
        releases = [{path: first[path] for path in _PLACES if path in has[0]}]
        releases.append(
            {
                path: (second if path in changed else first)[path]
                for path in _PLACES
                if path in has[1]
            }
        )
        if mark == "template":
            releases = [{("project", "name"): "acme-tool"} | values for values in releases]
        sides.append(tuple(_write(values, mark) for values in releases))
    return Corners(*sides)


def _value(random: Random, kind: str, names: list[str]) -> Any:  # noqa: ANN401
    if kind == "words":
        return random.sample(names, random.randrange(1, 4))
    if kind == "requirements":
        return [f"{name}>={random.randrange(3)}" for name in random.sample(names, 2)]
    return random.randrange(100)


def _write(values: Values, mark: str) -> str:
    """Write a file, of which the layout of each key follows from its path."""
    lines: list[str] = []
    for table, paths in groupby(values, key=lambda path: path[:-1]):
        lines += ["", *_remark(f"{mark} {key(table)}"), f"[{key(table)}]"]
        for path in paths:
            style = Random(f"{mark} {path}")  # noqa: S311  # no secret
            text = toml(values[path])
            if isinstance(values[path], list) and style.random() < 0.5:
                text = "\n".join(["[", *(f"  {toml(item)}," for item in values[path]), "]"])
            note = f"  # {mark}" * (style.random() < 0.3)
            lines += [*_remark(f"{mark} {key(path)}"), f"{key(path[-1:])} = {text}{note}"]
    return "".join(f"{line}\n" for line in lines[1:])


def _remark(about: str) -> list[str]:
    return [f"# {about}"] * (Random(about).random() < 0.2)  # noqa: S311  # no secret


def by_owner_of_toml(random: Random, text: str, corners: list[str]) -> str:
    """Edit a pyproject.toml as its owner does: values, keys, tables and comments of their own.

    Args:
        random: What decides.
        text: The file.
        corners: What the file is by each release of template and overlay, the newest of both last.

    """
    here, sides = Document(text), [Document(side) for side in corners]
    edits: list[tuple[int, int, str]] = []
    for number, entry in enumerate(here.entries.values()):
        if random.random() > 0.25 or not _stays([side.at(entry.path) for side in sides]):  # noqa: PLR2004
            continue
        value, what = text[entry.value], random.randrange(5)
        if what == 0 and _keep_their_table(entry.path, sides):
            edits.append((entry.lead, entry.end, ""))
        elif what == 1:
            edits.append((entry.end - 1, entry.end - 1, f"  # mine {number}"))
        elif what == 2:  # noqa: PLR2004
            edits.append((entry.end, entry.end, f"mine-{number} = 1\n"))
        elif value.endswith("]") and None in [side.at(entry.path) for side in sides]:
            continue
        elif value.endswith("\n]"):
            edits.append((entry.value.stop - 1, entry.value.stop - 1, f'  "mine-{number}",\n'))
        elif value.endswith("]"):
            edits.append((entry.value.stop - 1, entry.value.stop - 1, f', "mine-{number}"'))
        else:
            edits.append((entry.value.start, entry.value.stop, str(1000 + number)))
    for number, table in enumerate(here.tables[1:]):
        if random.random() < 0.1:  # noqa: PLR2004
            edits.append((table.end, table.end, f"\n[tool.mine-{number}]\nx = 1  # mine\n"))
    for start, stop, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[stop:]
    return text


def _keep_their_table(path: Path, sides: list[Document]) -> bool:
    """Tell whether another key is in a table by each release: an empty one counts as deleted."""
    first, *more = [
        {other for other in side.entries if other[:-1] == path[:-1]} - {path} for side in sides
    ]
    return bool(first.intersection(*more))


def _stays(values: list[object]) -> bool:
    """Tell whether nothing goes by one release and comes back by another.

    In between nobody could tell that the owner had anything to do with it.
    """
    return values[-1] is None or None not in values


# --- Sets of lines ---------------------------------------------------------------------


def of_lines(random: Random, path: str, *, apart: bool) -> Corners:
    """Make the sides of a set of lines, each of two paragraphs."""
    pool = _IGNORED if path == ".gitignore" else _PATTERNS
    shared = {about: random.choice(["template", "acme", "both"]) for about in pool}
    sides = []
    for mark in ("template", "acme"):
        first, second = ([_line(random, path, about, mark) for about in pool] for _ in range(2))
        releases = []
        for lines in (first, [random.choice(pair) for pair in zip(first, second, strict=True)]):
            has = [
                random.random() < 0.6
                if not apart or shared[about] == mark
                else shared[about] == "both"  # noqa: E501, PLR2004
                for about in pool
            ]
            there = [line for line, is_there in zip(lines, has, strict=True) if is_there]
            releases.append(_paragraphs(there, mark))
        sides.append(tuple(releases))
    return Corners(*sides)


def _line(random: Random, path: str, about: str, owner: str) -> str:
    return about if path == ".gitignore" else f"{about} @{owner}-{random.randrange(3)}"


def _paragraphs(lines: list[str], owner: str) -> str:
    half = len(lines) // 2
    parts = [
        [f"# {owner} {n}", *part] for n, part in enumerate((lines[:half], lines[half:])) if part
    ]
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts)


def by_owner_of_lines(random: Random, text: str, corners: list[str]) -> str:
    """Edit a set of lines as its owner does."""
    return "".join(_edited_lines(random, text.splitlines(keepends=True), corners))


def _edited_lines(random: Random, lines: list[str], corners: list[str]) -> Iterator[str]:
    sides = [[*side.splitlines(keepends=True)] for side in corners]
    for number, line in enumerate(lines):
        stays = _stays([line if line in side else None for side in sides])
        if not (stays and line.strip() and not line.startswith("#") and random.random() < 0.15):  # noqa: PLR2004
            yield line
        if random.random() < 0.15:  # noqa: PLR2004
            yield f"/mine-{number}/ @mine\n"


Edit = Callable[[Random, str, list[str]], str]
