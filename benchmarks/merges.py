"""Measure what merging by meaning leaves to a human, beside merging by lines, as one table.

Usage: python benchmarks/merges.py [--json] [FILE...]

The corpus is the files that are given, or else the pyproject.toml of real packages:
benchmarks/merges.txt lists their sdists, which are fetched from PyPI. Each goes through three
updates:

  joining   the package never had the template: its file meets that of a new project
  next      the joined file meets the next release of the template
  edited    a project of v0.2.0, into which its author wrote all of the package's metadata,
            requirements and tools, is updated to that release

`Left by lines` counts the files with a conflict where lines are merged, as Copier does, and `by
meaning` those that are left after treewright.toml_merge. A change of the template is one value of
one key, or one element of a list. Delivered is what the result has, if a human settles each
conflict for what was there. Yours counts what the report names as kept against the template. Lost
counts every key, value and comment of the user's that is gone, and silent every change that is
neither delivered nor named: both have to be 0.

The last rows merge by other rules on lists. Foreign counts the elements that a list of the user's
got from the template although the list has an order, or says something as a whole.
"""

import argparse
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT / "tests"), str(ROOT / "src")]

import rendering  # noqa: E402
from treewright.toml_merge import UnmergeableError, lost, meaning, merge  # noqa: E402
from treewright.toml_merge.syntax import Document, key, toml  # noqa: E402
from treewright.toml_merge.writing import lost_comments  # noqa: E402

INDEX = "https://pypi.org/simple/{}/"
KEY = tuple[str, ...]

# What a next release could change in the file of a new project: each line of the rendered file
# that matches is replaced.
NEXT = [
    (r'"pytest>=[\d.]+"', '"pytest>=99"'),  # newer
    (r'"prek>=[\d.]+"', '"prek>=0.5", "added>=1"'),  # one more
    (r'  "tox-uv>=.*\n', ""),  # one less
    (r'"D213",', '"D213",\n  "E999", # added'),
    (r'"TC003",\n', ""),
    (r"fail_under = \d+", "fail_under = 99"),
    (r"show_missing = true", "show_missing = true\nsort = 'cover'"),
    (r"\[tool\.codespell\]", "[tool.added]\nkey = 1\n\n[tool.codespell]"),
    (r'"Typing :: Typed"', '"Typing :: Typed",\n  "Added :: Classifier"'),
    (r'python_version = "[\d.]+"\n', ""),
    (r'testpaths = \["tests"\]', 'testpaths = ["tests", "docs"]'),
]


@dataclass
class Row:
    """What one kind of update came to, over all packages."""

    update: str
    files: int = 0
    by_lines: int = 0
    by_meaning: int = 0
    changes: int = 0
    delivered_by_lines: int = 0
    delivered: int = 0
    yours: int = 0
    lost: int = 0
    silent: int = 0
    foreign: int = 0


def sdist(package: str) -> bytes:
    """Fetch an sdist from PyPI.

    Args:
        package: Its name and version: networkx==3.4.2.

    Raises:
        ValueError: If it is not what the index says.

    """
    name, version = package.split("==")
    asked = urllib.request.Request(  # noqa: S310  # https
        INDEX.format(name), headers={"Accept": "application/vnd.pypi.simple.v1+json"}
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
        files = json.load(answer)["files"]
    wanted = f"{re.sub('[-_.]+', '-', name)}-{version}.tar.gz".lower()
    file = next(
        file for file in files if re.sub("[-_.]+(?=.*-)", "-", file["filename"]).lower() == wanted
    )
    with urllib.request.urlopen(file["url"], timeout=60) as answer:  # noqa: S310
        content: bytes = answer.read()
    if hashlib.sha256(content).hexdigest() != file["hashes"]["sha256"]:
        raise ValueError(f"{package}: the sdist is not what the index says")
    return content


def fetch(package: str) -> str:
    """Fetch an sdist from PyPI and give its pyproject.toml.

    Raises:
        ValueError: If the sdist is not what the index says, or has no such file.

    """
    with tarfile.open(fileobj=io.BytesIO(sdist(package))) as files:
        for member in files:
            if re.fullmatch(r"[^/]+/pyproject\.toml", member.name) and (
                text := files.extractfile(member)
            ):
                return text.read().decode()
    raise ValueError(f"{package}: the sdist has no pyproject.toml")


def renders(folder: Path, names: list[str]) -> dict[str, tuple[str, str]]:
    """Render v0.2.0 and what is here for each name, and give the files as text."""
    log = ["git", "log", "--format=%H", "--grep=^release: v0.2.0$", "-1"]
    commit = subprocess.check_output(log, cwd=ROOT, text=True).strip()
    archive = subprocess.check_output(["git", "archive", commit], cwd=ROOT)
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder / "old", filter="data")
    (folder / "new").mkdir()
    rendering.copy_template(folder / "new")

    def render(version: str, name: str) -> str:
        project = folder / version / "projects" / name
        rendering.render(folder / version, project, {"project_name": name})
        return (project / "pyproject.toml").read_text(encoding="utf-8")

    return {name: (render("old", name), render("new", name)) for name in names}


def following(text: str) -> str:
    """Give what a next release of the template would make of a file."""
    for old, new in NEXT:
        text, done = re.subn(old, new, text)
        assert done, f"{old} is no longer in the template"  # noqa: S101
    return text


def by_author(render: str, real: str) -> str:
    """Write what a real package says into a project of the template, as its author would.

    Keys that both have take the real value, requirements and classifiers too; tables of tools
    and of metadata that the project lacks come at the end.
    """
    project, package = Document(render), Document(real)
    text = render
    for path, entry in sorted(project.entries.items(), key=lambda item: -item[1].start):
        other = package.entries.get(path)
        if path[:2] == ("tool", "pytest"):  # there by its newer name, and with lists
            other = package.entries.get(("tool", "pytest", "ini_options", path[2]))
            if not (other and isinstance(package.at(other.path), list)):
                continue
        elif path[0] != "project" or path[1] in {"name", "dynamic", "import-names"}:
            continue
        if other:
            value = package.text[other.value]
            text = text[: entry.value.start] + value + text[entry.value.stop :]
    there = set(project.headers)
    for table in package.tables[1:]:
        if (
            table.name[0] in {"tool", "project"}
            and not any(
                name[: len(table.name)] == table.name or table.name[: len(name)] == name
                for name in there
                if name not in {("project",), ()}
            )
            and table.name not in {("project",), ("tool", "uv")}
        ):
            text += "\n" + package.text[table.lead : table.end]
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # tables that do not go together
        return render
    return text


def by_lines(base: str, ours: str, theirs: str) -> tuple[str, bool]:
    """Merge as Copier does; give the text with conflicts settled for ours, and if there were."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("ours", "base", "theirs")]
        for file, text in zip(files, (ours, base, theirs), strict=True):
            file.write_text(text, encoding="utf-8", newline="")
        command = ["git", "merge-file", "-p", *map(str, files)]
        marked = subprocess.run(command, check=False, capture_output=True)
        command.insert(2, "--ours")
        settled = subprocess.run(command, check=True, capture_output=True)
    return settled.stdout.decode(), marked.returncode != 0


def changes(base: Any, theirs: Any, path: KEY = ()) -> Iterator[tuple[KEY, str, bool]]:  # noqa: ANN401
    """Yield what changed: a path, a value or element as TOML, and whether it came or went."""
    if isinstance(theirs, dict) and (isinstance(base, dict) or base is None):
        for name in {**(base or {}), **theirs}:
            yield from changes((base or {}).get(name), theirs.get(name), (*path, name))
    elif isinstance(base, dict) and theirs is None:
        for name, value in base.items():
            yield from changes(value, None, (*path, name))
    elif isinstance(base, list | None) and isinstance(theirs, list | None) and path:
        before, after = (list(map(toml, side or [])) for side in (base, theirs))
        yield from ((path, text, True) for text in after if text not in before)
        yield from ((path, text, False) for text in before if text not in after)
    elif base != theirs:
        yield path, "" if theirs is None else toml(theirs), theirs is not None


def has(data: Any, path: KEY, text: str, *, came: bool) -> bool:  # noqa: ANN401
    """Tell whether a file has a change."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    there = list(map(toml, data)) if isinstance(data, list) else [toml(data)] * (data is not None)
    return text in there if came else text not in there and (bool(text) or data is None)


def told(path: KEY, reported: set[str]) -> bool:
    """Tell whether the report names a key, or one above or below it."""
    dotted = f"{key(path)}."
    if any(dotted.startswith(f"{name}.") or f"{name}.".startswith(dotted) for name in reported):
        return True
    older = {newer: key(older) for newer, older in meaning.OLDER.items()}
    return older.get(path[:-1]) in reported


def measure(row: Row, base: str, ours: str, theirs: str) -> str:
    """Merge one file both ways, add to the figures, and give what came out."""
    text, conflict = by_lines(base, ours, theirs)
    row.files += 1
    row.by_lines += conflict
    try:
        done = merge(base, ours, theirs)
    except UnmergeableError as error:
        print(f"left to a human: {error}", file=sys.stderr)
        row.by_meaning += 1
        merged, reported = ours, set[str]()
    else:
        merged, reported = done.text, {clash.key for clash in done.clashes}
    row.yours += len(reported)
    before, here, after, result = map(tomllib.loads, (base, ours, theirs, merged))
    try:
        lines = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # twice the same table, most often
        lines = here
    for path, value, came in changes(before, after):
        if not before and any(path[: len(own)] == own for own in meaning._METADATA):  # noqa: SLF001
            continue  # of one who joins, this is the user's
        row.changes += 1
        row.delivered_by_lines += has(lines, path, value, came=came)
        row.delivered += has(result, path, value, came=came)
        row.silent += not has(result, path, value, came=came) and not told(path, reported)
    row.lost += len(lost(before, here, result))
    row.lost += len(lost_comments(Document(ours), Document(base), merged))
    listed, template = Document(ours).at, Document(base).at
    row.foreign += sum(
        came and path[-1] in WHOLE and listed(path) not in (None, template(path))
        for path, _, came in changes(here, result)
    )
    return merged


WHOLE = {"testpaths", "addopts", "filterwarnings", "select", "source", "env_list", "markers"}


def corpus(files: list[str], folder: Path) -> Callable[[str], list[Row]]:
    """Render what meets each file that has metadata; give the function that measures them."""
    real = {
        tomllib.loads(text)["project"]["name"].lower(): text.replace("\r\n", "\n")
        for text in files
        if "project" in tomllib.loads(text)
    }
    projects = renders(folder, list(real))

    def run(rules: str) -> list[Row]:
        joining, later, edited = (Row(f"{name}{rules}") for name in ("joining", "next", "edited"))
        for name, text in real.items():
            old, new = projects[name]
            joined = measure(joining, "", text, new)
            measure(later, new, joined, following(new))
            measure(edited, old, by_author(old, text), following(new))
        return [joining, later, edited]

    return run


def table(rows: list[Row]) -> str:
    """Write the rows for people."""
    lines = [
        (
            f"{'update':24} files  left by lines  by meaning  changes  delivered by lines"
            "  by meaning  yours  lost  silent  foreign"
        )
    ]
    for row in rows:
        shares = [f"{done / row.changes:.0%}" for done in (row.delivered_by_lines, row.delivered)]
        lines.append(
            f"{row.update:24} {row.files:5} {row.by_lines:14} {row.by_meaning:11} {row.changes:8}"
            f" {shares[0]:>19} {shares[1]:>11} {row.yours:6} {row.lost:5} {row.silent:7}"
            f" {row.foreign:8}"
        )
    return "\n".join(lines)


def measured(files: list[str]) -> list[Row]:
    """Measure the rules that are in use, and two others."""
    every = [("*",) * depth for depth in range(2, 8)]
    with tempfile.TemporaryDirectory() as folder:
        run = corpus(files, Path(folder))
        rows = run("")
        with patch.object(meaning, "_SETS", every):
            rows += run(", every list a set")
        with patch.object(meaning, "_SETS", []):
            rows += run(", no list a set")
    return rows


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen = parser.parse_args()
    files = [file.read_text(encoding="utf-8") for file in chosen.files]
    if not files:
        lines = (ROOT / "benchmarks/merges.txt").read_text(encoding="utf-8").splitlines()
        with ThreadPoolExecutor(4) as pool:
            files = list(pool.map(fetch, (line for line in lines if not line.startswith("#"))))
    rows = measured(files)
    print(json.dumps(list(map(asdict, rows))) if chosen.json else table(rows))


if __name__ == "__main__":
    main()
