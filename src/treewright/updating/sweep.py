"""Find every old name that is left, after all that could be rewritten was.

Each file that git knows is searched, as bytes: texts, notebooks, pickles, binary files. What is
compressed is not unpacked. Nothing here decides whether a name is right: it is listed, by kind.
"""

import mmap
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import NamedTuple, TypeAlias

from treewright.disk import is_regular, write_whole
from treewright.updating.names import ADDRESS, PATHS, PROSE, Change, Names
from treewright.updating.repository import Repository
from treewright.updating.settings import LARGEST

LISTING = "treewright-names.txt"
# uv writes its lock itself. What a changelog says was so at its time.
LOCK = "uv.lock"
CHANGELOG = re.compile(
    r"(?i)(?:change[-_]?log|changes|history|news|release[-_]?notes|releases)"
    r"(?:\.(?:md|markdown|mdx|rst|txt|adoc|org))?"
)
PYTHON = (".py", ".pyi")
_CODE = (*PYTHON, ".pyx", ".pxd", ".pxi", ".py.in")
_SETTINGS = (
    ".toml",
    ".cfg",
    ".ini",
    ".yml",
    ".yaml",
    ".json",
    ".in",
    ".cff",
    ".coveragerc",
    ".env",
)
DATA = (".csv", ".tsv", ".jsonl", ".sql", ".log", ".svg")  # what is in it is about other things
BINARY = b"\0"

CODE, IDENTIFIERS, STRINGS, COMMENTS = "code", "other identifiers", "strings", "comments"
NOTEBOOKS, BINARIES, SETTINGS, TEXTS = "notebooks", "binary files", "settings", "texts"
OTHERS, TABLES, NAMES, LINKS = "other files", "data", "file names", "links"
ENTRY_POINTS = "names of entry points"
VARIABLES, WORDS, LONGER = "variables", "plain words", "longer names"
ADDRESSES, CHANGELOGS, LOCKS = "web addresses", "changelogs", "locks"
# From what most likely has to be fixed to what most likely is right.
KINDS = (
    CODE, STRINGS, NOTEBOOKS, BINARIES, SETTINGS, OTHERS, VARIABLES, TEXTS, COMMENTS, TABLES,
    NAMES, LINKS, ENTRY_POINTS, IDENTIFIERS, WORDS, LONGER, ADDRESSES, CHANGELOGS, LOCKS,
)  # fmt: skip
# These are counted in the report, and listed in the file only.
_QUIET = {ENTRY_POINTS, NAMES, IDENTIFIERS, WORDS, LONGER, ADDRESSES, CHANGELOGS, LOCKS}

_AROUND = 70  # characters that are shown on each side of a name in a long line
_LONG = 200
_WINDOW = 4000  # bytes of a long line that are searched on each side of a name
_LITERALS = re.compile(
    rb"(?s)(?P<strings>\"{3}.*?(?:\"{3}|\Z)|'{3}.*?(?:'{3}|\Z)"
    rb"|\"(?:\\.|[^\"\\\n])*\"?|'(?:\\.|[^'\\\n])*'?)|(?P<comments>\#[^\n]*)"
)
_ADDRESS = re.compile(ADDRESS.encode())
_ROOT = re.compile(
    rb"(?<=[\"'])src/?(?=[\"'])|(?<![\w./-])src/\*|(?m:^\s*(?:\w+ ?[=:] ?)?src/?\s*$)"
)

_ESCAPED = re.compile(rb"\\(?:x[0-9a-fA-F]{2}|[abfnrtv0-9])\Z")
# What makes a word a name, as in `import os, click`.
_LEADS = re.compile(rb"\b(?:import|from|module|package)[\t :=]+(?:[\w.]+, *)*$")

Data: TypeAlias = "bytes | mmap.mmap"


class Left(NamedTuple):
    """An old name that is left.

    Args:
        kind: Where it is: one of KINDS.
        path: The file.
        line: Its line; 0 in what has none.
        text: The line, or what is around the name.

    """

    kind: str
    path: str
    line: int
    text: str

    def __str__(self) -> str:
        """Say where it is, and what is there."""
        place = f"{self.path}:{self.line}" if self.line else self.path
        return visible(f"{place}: {self.text}" if self.text else place)


@dataclass(frozen=True)
class Leftovers:
    """All old names that are left, from what most likely has to be fixed on."""

    found: tuple[Left, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self.found)

    @property
    def counts(self) -> dict[str, int]:
        """How many lines there are of each kind."""
        return dict(Counter(left.kind for left in self.found))

    @property
    def telling(self) -> list[str]:
        """Those that a person has to look at, each line of a file once."""
        return [*dict.fromkeys(str(left) for left in self.found if left.kind not in _QUIET)]

    def listing(self, change: Change) -> str:
        """Give all, by kind."""
        pairs = zip(vars(change.before).values(), vars(change.now).values(), strict=True)
        renamed = dict.fromkeys(f"{old} -> {new}" for old, new in pairs if old != new)
        lines = [f"Old names that are left: {', '.join(renamed)}", ""]
        for kind, count in self.counts.items():
            lines += [f"# {kind}: {count}"]
            lines += [str(left) for left in self.found if left.kind == kind] + [""]
        return "\n".join(lines)


class Search:
    """What to search for, and how to tell what is found.

    Args:
        change: What the package was called, and is called now.
        parsed: The Python files that were rewritten by their syntax, as far as they had to be.

    """

    def __init__(self, change: Change, parsed: Iterable[str] = ()) -> None:
        """Keep what is searched for."""
        self.change = change
        self.parsed = frozenset(parsed)

    def of_file(self, path: str, data: Data, fresh: frozenset[str] = frozenset()) -> Iterator[Left]:
        """Yield what is left in a file, once for each line and kind.

        Args:
            path: The file.
            data: What it holds.
            fresh: The lines that came with the update: they have the new names.

        """
        if not any(_contains(data, name) for name in self._literals):
            return
        number, counted = 1, 0
        seen: set[tuple[int, str]] = set()
        for start, end, kind in self._kinds(path, data):
            number += _lines(data, counted, start)
            counted = start
            if (number, kind) in seen or (fresh and _line(data, start) in fresh):
                continue
            seen.add((number, kind))
            yield Left(kind, path, 0 if kind == BINARIES else number, _around(data, start, end))

    def _kinds(self, path: str, data: Data) -> Iterator[tuple[int, int, str]]:
        """Yield where each old name is, with its kind."""
        kind = _kind_of(path)
        if _contains(data, BINARY) and kind not in {CHANGELOGS, LOCKS}:
            kind = BINARIES
        literals = _Literals(data) if kind in {CODE, NOTEBOOKS} else None
        public = self._public(path, data) if kind == SETTINGS else {}
        for first, last in _windows(data, self._literals):
            for found in self._pattern.finditer(data, first, last):
                if found.lastgroup in {None, "right"}:
                    continue
                one = public.get(found.start(), kind)
                if one not in {CHANGELOGS, LOCKS, BINARIES, ENTRY_POINTS, ""}:
                    one = self._narrower(kind, found, data, literals, path)
                if one:
                    yield *found.span(), one
            if self._is_root(path):
                yield from ((*one.span(), SETTINGS) for one in _ROOT.finditer(data, first, last))

    def _public(self, path: str, data: Data) -> dict[int, str]:
        """Give where settings have names of entry points, and with no kind where they are right."""
        if len(data) > LARGEST:
            return {}
        text = data[:].decode("utf-8", errors="surrogateescape")
        found: dict[int, str] = {}
        for scalar in self.change.right_in(text, path):
            for place in range(scalar.start, scalar.end):
                found[place] = ENTRY_POINTS if scalar.is_key else ""
        if text.isascii():
            return found
        offsets, total = {}, 0
        for place, one in enumerate(text):
            if place in found:
                offsets[total] = found[place]
            total += len(one.encode("utf-8", errors="surrogateescape"))
        return offsets

    def of_name(self, path: str) -> Iterator[Left]:
        """Yield a file whose own name has an old one."""
        if self._is_in(path):
            yield Left(NAMES, path, 0, "")

    def of_link(self, path: str, target: str) -> Iterator[Left]:
        """Yield a link to what has an old name."""
        if self._is_in(target):
            yield Left(LINKS, path, 0, f"-> {target}")

    def _is_in(self, path: str) -> bool:
        given = path.encode(errors="surrogateescape")
        return any(found.lastgroup != "right" for found in self._pattern.finditer(given))

    def _narrower(
        self,
        kind: str,
        found: "re.Match[bytes]",
        data: Data,
        literals: "_Literals | None",
        path: str,
    ) -> str:
        """Tell more precisely what a name in a text is; empty if it is none."""
        start, end = found.span()
        before, after = data[max(0, start - 2) : start], data[end : end + 2]
        if found.lastgroup == "variable":
            return VARIABLES
        if _in_address(data, start, end):
            return ADDRESSES
        is_literal = literals.kind(start) if literals else ""
        if kind == CODE:
            kind = is_literal or (CODE if self._is_code(path) else IDENTIFIERS)
        if found.lastgroup == "folder" and (
            kind == IDENTIFIERS or (b"," in found[0] and kind not in {STRINGS, CODE, NOTEBOOKS})
        ):
            return ""
        escaped = found.lastgroup == "pickled" or _ESCAPED.search(data[max(0, start - 4) : start])
        if (not escaped and re.search(rb"[\w-]\Z", before)) or re.match(rb"\w|-\w", after):
            return LONGER
        is_word = re.fullmatch(rb"[A-Za-z]+", found[0])
        if is_word and kind in {TEXTS, COMMENTS, STRINGS, NOTEBOOKS, TABLES}:
            is_marked = re.search(rb"[\"'`/.:=<({\[]\Z", before)
            is_marked = is_marked or re.match(rb"[\"'`/:=>)}\]]|\.\w", after)
            is_marked = is_marked or _LEADS.search(data[max(0, start - _AROUND) : start])
            return kind if is_marked else WORDS
        return kind

    def _is_code(self, path: str) -> bool:
        """Tell whether names in the code of a file may be the package: no tool has read it."""
        return path not in self.parsed

    def _is_root(self, path: str) -> bool:
        """Tell whether a file is settings, which may have the folder that the package has left."""
        before, now = self.change.before.package_dir, self.change.now.package_dir
        left = before.startswith("src/") and not now.startswith("src/")
        return left and path.endswith(_SETTINGS)

    @cached_property
    def _literals(self) -> list[bytes]:
        """What a file has to contain one of; quick to find."""
        before, now = self.change.before, self.change.now
        found = {"src"} if self._is_root("x.toml") else set()
        if before.import_path != now.import_path:
            found |= {before.import_path.rpartition(".")[2], before.variables}
        if before.package_dir != now.package_dir:
            found.add(before.folder.rpartition("/")[2])
        if before.distribution != now.distribution:
            found |= {before.distribution, before.command, before.archive}
            found.add(f"_{before.archive.upper()}_COMPLETE")
        texts = [
            name.encode(code) for name in found for code in ("utf-8", "utf-16-le", "utf-16-be")
        ]
        return sorted(texts)

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        """What is searched for: an old name, but where it is a part of a new one."""
        before, now = self.change.before, self.change.now
        new = [now.package_dir, now.import_path, now.folder, now.distribution, now.command]
        new += [now.archive, now.variables]
        old = _spellings(before, now)
        right = [
            rf"(?<![\w-]){_spelled(name)}(?![A-Za-z0-9])"
            for name in sorted({*new}, key=len)[::-1]
            if name not in old and any(one in name.replace("/", ".") for one in old)
        ]
        if old:
            right.append(self.change.right())
        parts = [f"(?P<right>(?m:{'|'.join(filter(None, right))}))"] if any(right) else []
        if before.package_dir != now.package_dir:
            parts.append(f"(?P<folder>{_folder(before, now)})")
        if before.import_path != now.import_path:
            parts.append(rf"(?P<variable>(?<![A-Za-z0-9_]){before.variables}(?=[A-Z0-9\"'`]|$))")
            parts.append(_imported(before))
        if before.distribution != now.distribution:
            parts.append(f"(?P<completion>_{before.archive.upper()}_COMPLETE)")
        names = [_bounded(name) for name in sorted(old, key=len)[::-1]]
        wide = [
            re.escape(name.encode(code).decode("latin-1"))
            for name in old
            for code in ("utf-16-le", "utf-16-be")
        ]
        if names:
            spelled = "|".join(_spelled(name) for name in sorted(old, key=len)[::-1])
            # A pickle has a letter before the module of a class, and a line end after it.
            parts.append(rf"(?P<pickled>(?<=c)(?:{spelled})(?=[\w.]*(?:\n|\\n)\w))")
            parts.append(f"(?P<old>{'|'.join([*names, *wide])})")
        return re.compile("|".join(filter(None, parts)).encode("latin-1", "replace"))


def sweep(
    repository: Repository,
    change: Change,
    *,
    parsed: Iterable[str],
    fresh: Mapping[str, frozenset[str]],
    but: str,
) -> Leftovers:
    """Search all files that git knows, or would know, for old names.

    Args:
        repository: The project.
        change: What the package was called, and is called now.
        parsed: The Python files that were rewritten by their syntax.
        fresh: The lines that came with the update, by file: they have the new names.
        but: The one file that is not searched, in which Copier has the names of now.

    Raises:
        GitError: If git fails.

    """
    search = Search(change, parsed)
    found: list[Left] = []
    known = repository.files("--cached", "--others", "--exclude-standard", "--deduplicate")
    for path in known:
        file = repository.project / path
        if path == but:
            continue
        found += search.of_name(path)
        if file.is_symlink():
            found += search.of_link(path, str(file.readlink()))
        elif is_regular(file):
            # A file that is gone, or that nobody may read, has no name to change.
            with suppress(OSError), file.open("rb") as opened:
                data = _mapped(opened.fileno())
                found += search.of_file(path, data, fresh.get(path, frozenset()))
    order = {kind: rank for rank, kind in enumerate(KINDS)}
    return Leftovers(tuple(sorted(found, key=lambda left: (order[left.kind], *left[1:3]))))


def write(repository: Repository, change: Change, left: Leftovers) -> str:
    """List all that is left in a file beside git's index.

    Returns:
        The file, from the project; nothing where nothing is left: then there is none.

    """
    place = repository.beside_index(LISTING)
    if left:
        write_whole(repository.project / place, left.listing(change).encode())
        return place.as_posix()
    (repository.project / place).unlink(missing_ok=True)  # of an earlier change
    return ""


def _mapped(descriptor: int) -> Data:
    """Give what a file holds, without reading it as a whole."""
    try:
        return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    except ValueError:  # an empty one
        return b""


def _kind_of(path: str) -> str:
    name = PurePosixPath(path).name
    if name.endswith((".lock", "-lock.json", "-lock.yaml")):
        return LOCKS
    if CHANGELOG.fullmatch(name):
        return CHANGELOGS
    ends = {
        CODE: _CODE, NOTEBOOKS: (".ipynb",), SETTINGS: _SETTINGS, TEXTS: PROSE, TABLES: DATA,
    }  # fmt: skip
    return next((kind for kind, end in ends.items() if name.endswith(end)), OTHERS)


def _spellings(before: Names, now: Names) -> set[str]:
    """Give the names of before that are others now."""
    old: set[str] = set()
    if before.import_path != now.import_path:
        old.add(before.import_path)
    if before.distribution != now.distribution:
        old |= {before.distribution, before.command}
        if before.archive != before.import_path or before.import_path in old:
            old.add(before.archive)
    return old


def _spelled(name: str) -> str:
    """Give the pattern of a name: a dot may be escaped, or be a separator of paths."""
    parts = re.split(r"[./]", name)
    return r"(?:\\?\.|/|\\{1,2}|::)".join(map(re.escape, parts))


def _bounded(name: str) -> str:
    """Give the pattern of an old name: a word is none inside another one, but after an escape."""
    if re.fullmatch("[A-Za-z]+", name):
        start = r"(?<![A-Za-z0-9])|(?<=\\[abfnrtv0-9])|(?<=\\x[0-9a-fA-F]{2})"
        return rf"(?:{start}){name}(?![A-Za-z0-9])"
    return _spelled(name)


def _imported(before: Names) -> str:
    """Give the pattern of the package as a name that is imported from its parent."""
    parent, _, last = before.import_path.rpartition(".")
    if not parent:
        return ""
    return rf"(?P<parent>\bfrom +{re.escape(parent)} +import +(?:[(\w, ]+[ ,(])?{last}(?!\w))"


def _folder(before: Names, now: Names) -> str:
    """Give the pattern of the package's folder in the project, as paths and programs spell it."""
    parts = before.package_dir.split("/")
    joined = r"(?:[/\\]{1,2}|[\"'] ?[,/] ?[\"'])".join(map(re.escape, parts))
    if len(parts) == 1:  # as an import name; a path where a setting takes one, or a file follows
        root = re.escape(before.package_dir)
        inside = "" if before.import_path == now.import_path else "(?!)"
        return (
            rf"(?<=[\"'`]){root}(?=/){inside}|"
            rf"{PATHS}[\"'`\w-]* *[=:].*[\"'`]{root}(?=[\"'`/]){inside}"
        )
    return rf"{joined}(?![A-Za-z0-9_-])"


class _Literals:
    """Where the strings and the comments of Python code are."""

    def __init__(self, data: Data) -> None:
        """Find them all, once."""
        found = list(_LITERALS.finditer(data))
        self._starts = [one.start() for one in found]
        self._found = found

    def kind(self, place: int) -> str:
        """Tell what a place is in; empty if it is code."""
        number = bisect_right(self._starts, place) - 1
        if number < 0 or place >= self._found[number].end():
            return ""
        return STRINGS if self._found[number].lastgroup == "strings" else COMMENTS


def _windows(data: Data, names: Iterable[bytes]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a file that have a name: lines, or what is around it in a long one.

    To search for a name is far quicker than for a pattern.
    """
    places = []
    for name in names:
        place = data.find(name)
        while place >= 0:
            places.append(place)
            place = data.find(name, place + 1)
    done = 0
    for place in sorted(places):
        if place + _AROUND < done:
            continue
        first = max(data.rfind(b"\n", max(0, place - _WINDOW), place) + 1, place - _WINDOW, 0)
        last = data.find(b"\n", place, place + _WINDOW)
        done = min(place + _WINDOW, len(data)) if last < 0 else last + 1
        yield first, done + 2  # what a pickle has after a name is in its next line


def _contains(data: Data, name: bytes) -> bool:
    return data.find(name) >= 0


def _lines(data: Data, start: int, end: int) -> int:
    """Count the ends of lines from one place to another, in bounded memory."""
    if end < start:
        return -_lines(data, end, start)
    size = 1 << 20
    return sum(data[at : min(at + size, end)].count(b"\n") for at in range(start, end, size))


def _around(data: Data, start: int, end: int) -> str:
    """Give the line of a name, or of a long one what is around the name, in one line."""
    first = max(data.rfind(b"\n", max(0, start - _LONG), start) + 1, start - _LONG, 0)
    last = data.find(b"\n", end, end + _LONG)
    last = min(end + _LONG, len(data)) if last < 0 else last
    if last - first > _LONG:
        first, last = max(first, start - _AROUND), min(last, end + _AROUND)
    return visible(data[first:last].decode("utf-8", errors="replace").strip())


def _line(data: Data, place: int) -> str:
    """Give the whole line of a place, as text has it."""
    first, last = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place)
    line = data[first : last if last >= 0 else len(data)].rstrip(b"\r")
    return line.decode("utf-8", errors="surrogateescape")


def visible(text: str) -> str:
    """Give a text in one line, without what a terminal would obey."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def _in_address(data: Data, start: int, end: int) -> bool:
    """Tell whether a name is in an address on the web, or of e-mail."""
    first = max(0, start - 300)
    around = data[first : end + 100]
    return any(
        first + one.start() <= start and end <= first + one.end()
        for one in _ADDRESS.finditer(around)
    )
