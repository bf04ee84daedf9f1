"""Releases of a template, overlays on them, and what owners do to the file that they share.

All is made at random, and written as people write it: a header for each table, a key a line.
"""

from collections.abc import Iterator
from itertools import groupby
from random import Random
from typing import Any, NamedTuple

from treewright.toml_merge.syntax import Document, Entry, key, toml

Path = tuple[str, ...]
Values = dict[Path, Any]
_BASE = ("dependency-groups", "base")  # always there, as others include it
_DOTTED = {("tool", "acme", "deep"), ("tool", "uv", "sources")}

# Where something may be, and what.
_PLACES: dict[Path, str] = {
    ("project", "keywords"): "words",
    ("project", "dependencies"): "requirements",
    ("project", "urls", "Bug Tracker"): "value",
    ("project", "urls", "Chat"): "value",
    ("project", "urls", "Issues"): "value",
    ("dependency-groups", "dev"): "group",
    ("dependency-groups", "lint"): "requirements",
    ("dependency-groups", "acme"): "group",
    ("tool", "ruff", "line-length"): "value",
    ("tool", "ruff", "target-version"): "value",
    ("tool", "ruff", "lint", "select"): "value",
    ("tool", "ruff", "lint", "ignore"): "words",
    ("tool", "ruff", "lint", "per-file-ignores", "tests/*.py"): "words",
    ("tool", "mypy", "strict"): "value",
    ("tool", "mypy", "enable_error_code"): "words",
    ("tool", "mypy", "overrides"): "tables",
    ("tool", "coverage", "run", "omit"): "words",
    ("tool", "coverage", "report", "fail_under"): "value",
    ("tool", "pytest", "addopts"): "value",
    ("tool", "uv", "default-groups"): "value",
    ("tool", "uv", "index"): "tables",
    ("tool", "uv", "sources", "rich"): "inline",
    ("tool", "acme", "team"): "value",
    ("tool", "acme", "deep", "x"): "value",
    ("tool", "acme", "deep", "y.z"): "inline",
}
_NAMES = ["attrs", "click", "rich", "trio"]
_REQUIREMENTS = [
    "{}>={}",
    "{}[extra]>={}",
    "{}>={}; python_version < '3.12'",
    "{} @ https://x/{}.zip",
]
_IGNORED = ["/dist/", "/build/", "*.so", "/site/", ".env", "/.cache/", "*.log", "/out/"]
_PATTERNS = ["*", "/docs/", "/src/", "*.yml", "/.github/", "/tests/"]


class Corners(NamedTuple):
    """Two releases of a template, and two of an overlay, of one file."""

    template: tuple[str, str]
    overlay: tuple[str, str]


# --- pyproject.toml --------------------------------------------------------------------


def of_toml(random: Random) -> Corners:
    """Make the sides of a pyproject.toml."""
    template, overlay = (_releases(random, share) for share in (0.6, 0.4))
    always = {("project", "name"): "acme-tool", _BASE: ["ruff"]}
    below = [_write(always | one, "template") for one in template]
    above = [_write(one, "acme") for one in overlay]
    return Corners((below[0], below[1]), (above[0], above[1]))


def _releases(random: Random, share: float) -> list[Values]:
    """Give two releases: in the second, some values have changed, come and gone."""
    first, other = (
        {path: _value(random, kind) for path, kind in _PLACES.items() if random.random() < share}
        for _ in range(2)
    )
    changed = {path for path in _PLACES if random.random() < share}
    chosen = {path: other if path in changed else first for path in _PLACES}
    return [first, {path: there[path] for path, there in chosen.items() if path in there}]


def _value(random: Random, kind: str) -> Any:  # noqa: ANN401
    if kind == "words":
        return random.sample(_NAMES, random.randrange(1, 4))
    if kind == "requirements":
        return [
            random.choice(_REQUIREMENTS).format(name, random.randrange(3))
            for name in random.sample(_NAMES, 2)
        ]
    if kind == "group":
        included = [{"include-group": _BASE[-1]}] * (random.random() < 0.5)
        return [*_value(random, "requirements"), *included]
    if kind == "tables":
        return [{"name": name, "x": random.randrange(2)} for name in random.sample(_NAMES, 2)]
    if kind == "inline":
        return random.choice([{"a": 1, "b": {"c": 2}}, {"a": 2}, "C:\\x # no comment", [[1], [2]]])
    return random.randrange(100)


def _write(values: Values, mark: str) -> str:
    """Write a file, of which the layout of each key follows from its path."""
    lines: list[str] = []
    for table, paths in groupby(sorted(values, key=_table), key=_table):
        here = [*paths]
        lines += ["", *_remark(f"{mark} {key(table)}"), f"[{key(table)}]"]
        tables = [path for path in here if _PLACES.get(path) == "tables"]
        for path in here:
            if path not in tables:
                lines += _entry(path, table, values[path], mark)
        for path in tables:
            for item in values[path]:
                lines += ["", f"[[{key(path)}]]", *(f"{n} = {toml(v)}" for n, v in item.items())]
    return "".join(f"{line}\n" for line in lines[1:])


def _table(path: Path) -> Path:
    """Give the table that a key is written in; some keys are dotted."""
    return path[: 2 if path[:-1] in _DOTTED else -1]


def _entry(path: Path, table: Path, value: Any, mark: str) -> Iterator[str]:  # noqa: ANN401
    """Give the lines of a key."""
    style = Random(f"{mark} {path}")  # noqa: S311  # no secret
    text = toml(value)
    if isinstance(value, list) and style.random() < 0.5:
        text = "\n".join(["[", *(f"  {toml(item)}," for item in value), "]"])
    note = f"  # {mark}" * (style.random() < 0.3)
    name = path[len(table) :]
    called = f'"{name[0]}"' if len(name) == 1 and style.random() < 0.2 else key(name)
    yield from _remark(f"{mark} {key(path)}")
    yield f"{called} = {text}{note}"


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
    edits = [
        _edit(random, here, entry, sides)
        for entry in here.entries.values()
        if random.random() < 0.25 and _stays([side.at(entry.path) for side in sides])
    ]
    edits += [
        (table.end, table.end, f"\n[tool.mine-{table.end}]\nx = 1  # mine\n")
        for table in here.tables[1:]
        if random.random() < 0.1
    ]
    for start, stop, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[stop:]
    return text.replace("\n", "\r\n") if random.random() < 0.2 else text


def _edit(
    random: Random, here: Document, entry: Entry, sides: list[Document]
) -> tuple[int, int, str]:
    """Give where an owner edits, and what is there then."""
    value, end, number = here.text[entry.value], entry.value.stop, entry.start
    what = random.choice(["delete", "remark", "add", "change", "change"])
    if what == "delete" and entry.path != _BASE and _keep_their_table(entry.path, sides):
        return entry.lead, entry.end, ""
    if what == "add":
        return entry.end, entry.end, f"mine-{number} = 1\n"
    if what == "change" and not value.endswith("]"):
        return entry.value.start, end, str(100_000 + number)
    if what == "change" and all(entry.path in side.entries for side in sides):
        item = f'  "mine-{number}",\n' if "\n" in value else f', "mine-{number}"'
        return end - 1, end - 1, item
    return entry.end - 1, entry.end - 1, f"  # mine {number}"


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


def of_lines(random: Random, path: str) -> Corners:
    """Make the sides of a set of lines, each of two paragraphs."""

    def made(owner: str) -> str:
        pool = _IGNORED if path == ".gitignore" else _PATTERNS
        kept = [about for about in pool if random.random() < 0.5]
        heads = "[{}]" if path == ".gitlab/CODEOWNERS" and random.random() < 0.7 else "# {}"
        named = random.choice(["both", owner])
        lines = [_line(random, path, about, owner) for about in kept]
        return _paragraphs(lines, owner, heads.format(named))

    return Corners((made("template"), made("template")), (made("acme"), made("acme")))


def _line(random: Random, path: str, about: str, owner: str) -> str:
    return about if path == ".gitignore" else f"{about} @{owner}-{random.randrange(3)}"


def _paragraphs(lines: list[str], owner: str, head: str) -> str:
    half = len(lines) // 2
    heads = [f"# {owner}", head]
    parts = [
        [head, *part]
        for head, part in zip(heads, (lines[:half], lines[half:]), strict=True)
        if part
    ]
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts)


def by_owner_of_lines(random: Random, text: str, corners: list[str]) -> str:
    """Edit a set of lines as its owner does."""
    return "".join(_edited_lines(random, text.splitlines(keepends=True), corners))


def _edited_lines(random: Random, lines: list[str], corners: list[str]) -> Iterator[str]:
    sides = [[*side.splitlines(keepends=True)] for side in corners]
    for number, line in enumerate(lines):
        stays = _stays([line if line in side else None for side in sides])
        if not (stays and line.strip() and line[0] not in "#[" and random.random() < 0.15):
            yield line
        if random.random() < 0.15:
            yield f"/mine-{number}/ @mine\n"
