"""TOML files of every layout, made at random: what people write, and what they make of it."""

from random import Random
from typing import Any

from treewright.toml_merge.syntax import key, toml

Data = dict[str, Any]

_WORDS = ["a", "b-c", "d e", "é.f"]
_NAMES = ["attrs", "Click", "rich", "zope.event"]
# Paths with rules of their own, and what may be there.
_PLACES: dict[tuple[str, ...], str] = {
    ("build-system", "build-backend"): "word",
    ("build-system", "requires"): "requirements",
    ("project", "version"): "word",
    ("project", "dynamic"): "dynamic",
    ("project", "dependencies"): "requirements",
    ("project", "classifiers"): "words",
    ("project", "optional-dependencies", "x"): "requirements",
    ("dependency-groups", "dev"): "requirements",
    ("dependency-groups", "test"): "requirements",
    ("tool", "pytest", "testpaths"): "words",
    ("tool", "pytest", "ini_options", "addopts"): "word",
    ("tool", "ruff", "lint", "ignore"): "words",
    ("tool", "ruff", "lint", "per-file-ignores", "tests/**"): "words",
    ("tool", "ruff", "ignore"): "words",
    ("tool", "mypy", "overrides"): "tables",
    ("tool", "hatch", "version"): "any",
    ("tool", "setuptools", "packages", "find", "include"): "words",
    ("tool", "uv", "build-backend", "module-name"): "word",
    ("tool", "uv", "build-backend", "source-include"): "words",
    ("tool", "uv", "index"): "tables",
    ("tool", "x", "y", "z"): "any",
    ("tool", "x", "y", "d e"): "any",
    ("tool", "x", "w"): "any",
    ("tool", "x"): "any",
    ("b-c",): "any",
}


def value(random: Random, kind: str) -> Any:  # noqa: ANN401
    """Make a value of a kind."""
    match kind:
        case "word":
            return random.choice([*_WORDS, '"quoted"\\', "two\nlines", "#no"])
        case "words":
            return random.sample(_WORDS, random.randrange(4))
        case "dynamic":
            return random.choice([["version"], ["version", "readme"], ["readme"]])
        case "requirements":
            made: list[Any] = [
                name + random.choice(["", ">=1", ">=2; python_version < '3.14'"])
                for name in random.sample(_NAMES, random.randrange(4))
            ]
            return made + [{"include-group": "test"}] * (random.random() < 0.2)
        case "tables":
            return [
                {"module": random.choice(_WORDS), "sub": {"deep": number}}
                for number in range(random.randrange(1, 3))
            ]
        case _:
            return random.choice(
                [1, 1.0, True, "a", {"k": 1}, {"k": {"l": [1, [2]]}}, [1, "a"], []]
            )


def data(random: Random) -> Data:
    """Make the data of a file."""
    made: Data = {}
    for path, kind in _PLACES.items():
        if random.random() < 0.4:
            put(made, path, value(random, kind))
    return made


def edited(random: Random, before: Data) -> Data:
    """Change some of a file's data: keys go, come and change."""
    paths = [path for path in _PLACES if random.random() < 0.25]
    made: Data = copy(before)
    for path in paths:
        if random.random() < 0.3:
            drop(made, path)
        else:
            put(made, path, value(random, _PLACES[path]))
    return made


def put(made: Data, path: tuple[str, ...], there: object) -> None:
    """Put a value at a path, in the place of what is in the way."""
    for name in path[:-1]:
        if not isinstance(made.get(name), dict):
            made[name] = {}
        made = made[name]
    made[path[-1]] = there


def drop(made: Data, path: tuple[str, ...]) -> None:
    """Delete what is at a path, and the tables that this empties."""
    name, *rest = path
    if rest and isinstance(made.get(name), dict):
        drop(made[name], tuple(rest))
        if made[name]:
            return
    elif rest:
        return
    made.pop(name, None)


def copy(there: Any) -> Any:  # noqa: ANN401
    """Copy data, at every depth."""
    if isinstance(there, dict):
        return {name: copy(part) for name, part in there.items()}
    return [copy(part) for part in there] if isinstance(there, list) else there


def write(made: Data, seed: int, mark: str) -> str:
    """Write data as a file: the layout of each path follows from the seed.

    Args:
        made: The data.
        seed: What decides about headers, dotted keys, inline tables, line breaks and comments.
        mark: What comments start with.

    """
    lines: list[str] = []
    _table((), made, seed, mark, lines)
    return "\n".join(lines).lstrip("\n") + "\n" * bool(lines)


def _table(path: tuple[str, ...], made: Data, seed: int, mark: str, lines: list[str]) -> None:
    keys: list[str] = []
    later: list[tuple[tuple[str, ...], Any]] = []
    _keys(path, path, made, seed, mark, keys, later)
    style = Random(f"{seed} {path}")  # noqa: S311  # no secret
    if path and (keys or not made or style.random() < 0.3):
        lines += [""] * style.randrange(3)
        lines += [f"# {mark} above {key(path)}"] * (style.random() < 0.3)
        lines.append(f"[{key(path)}]" + f" # {mark}" * (style.random() < 0.2))
    lines += keys
    lines += ["", f"# {mark} below {key(path)}"] * (style.random() < 0.2)
    for name, part in later:
        if isinstance(part, dict):
            _table(name, part, seed, mark, lines)
            continue
        for element in part:
            lines += ["", f"[[{key(name)}]]"]
            lines += [f"{key([word])} = {toml(there)}" for word, there in element.items()]


def _keys(
    table: tuple[str, ...],
    path: tuple[str, ...],
    made: Data,
    seed: int,
    mark: str,
    lines: list[str],
    later: list[tuple[tuple[str, ...], Any]],
) -> None:
    for name, part in made.items():
        here = (*path, name)
        style = Random(f"{seed} {here}")  # noqa: S311  # no secret
        tables = isinstance(part, list) and part and all(isinstance(item, dict) for item in part)
        if (isinstance(part, dict) and path == table and (not table or style.random() < 0.6)) or (
            tables and path == table and "module" in part[0] and style.random() < 0.7
        ):
            later.append((here, part))
        elif isinstance(part, dict) and part and style.random() < 0.5:
            _keys(table, here, part, seed, mark, lines, later)
        else:
            lines += [f"  # {mark} on {key(here)}"] * (style.random() < 0.2)
            text = _array(part, style, mark) if isinstance(part, list) else toml(part)
            if isinstance(part, str) and style.random() < 0.3 and "'" not in part:
                text = f"'''{part}'''"
            note = f" # {mark} at {key(here)}" * (style.random() < 0.3)
            lines.append(f"{key(here[len(table) :])} = {text}{note}")


def _array(items: list[Any], style: Random, mark: str) -> str:
    if style.random() < 0.4:
        return f"[{', '.join(map(toml, items))}{',' * bool(items and style.random() < 0.3)}]"
    lines = []
    for number, item in enumerate(items, 1):
        lines += [f"  # {mark} before {toml(item)}"] * (style.random() < 0.2)
        comma = "," * (number < len(items) or style.random() < 0.7)
        lines.append(f"  {toml(item)}{comma}" + f" # {mark} {number}" * (style.random() < 0.3))
    return "\n".join(["[", *lines, "]"])
