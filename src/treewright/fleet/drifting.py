"""How far a project has drifted from what the release that it has makes of its answers."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from pathspec import GitIgnoreSpec

from treewright.adopting.errors import UnableError
from treewright.fleet import keys, outcomes
from treewright.fleet.hunks import changed
from treewright.fleet.looking import Found
from treewright.fleet.outcomes import Point
from treewright.fleet.template import Template, is_newer
from treewright.shell import quoted
from treewright.toml_merge import UnmergeableError
from treewright.toml_merge.laying import lay, names
from treewright.updating import line_sets
from treewright.updating.answers import EMPTY, listed
from treewright.updating.layers import FOLDER, NoFragmentError, by_file
from treewright.updating.names import Names
from treewright.updating.repository import FILE_MODES

DELETED, REVERTED, CHANGED, LACKS, DIFFERS = "deleted", "reverted", "changed", "lacks", "differs"
_EARLIER = 5  # releases that a file is compared with: each costs a render
_SETTINGS = "pyproject.toml"
# What bots move in files of the template's, whatever moves it.
_PINS = re.compile(
    rb"(?m)(?P<action>\buses: *[\w./-]+)@\S+(?: *#[^\n]*)?"
    rb"|(?P<hook>\brev: *)\S+(?: *#[^\n]*)?"
    rb"|(?P<image>\bimage: *[\"']?[\w./-]+)[:@][^\s\"']+"
    rb"|(?P<requirement>(?<![\w.-])[A-Za-z][\w.-]*(?:\[[\w,-]+\])?) ?(?:==|>=|~=) ?[\w.*+!-]+"
)


@dataclass(frozen=True)
class Drift:
    """A comparison of projects with their template.

    Args:
        template: The template.

    """

    template: Template

    def __call__(self, found: Found) -> None:
        """Compare a project, and tell what is not as the template made it."""
        told = found.told
        if found.request.version != EMPTY:
            try:
                told.points += _Comparison(self.template, found).points()
            except UnableError as error:  # the project's own: its answers, or its overlays
                told.outcome = outcomes.REFUSED
                point = Point(outcomes.REFUSED, "", str(error), "do what the sentence says")
                told.points = [point]
                return
        told.outcome = outcomes.DRIFTED if told.points else outcomes.SAME


@dataclass(frozen=True)
class _Comparison:
    """One project, and what the template makes of its answers."""

    template: Template
    found: Found

    def points(self) -> Iterator[Point]:
        reverted = self._reverted({path: now for path, now in self._plain() if now is not None})
        for path, data in self.managed.items():
            there = self._there(path)
            if there is None and f"{self.found.prefix}{path}" in self.found.opened.tree:
                yield Point(CHANGED, path, "it is not a regular file", _bring_back(path))
            elif there is None:
                yield Point(DELETED, path, "it is gone", _bring_back(path))
            elif path in reverted:
                what = f"it is as {reverted[path]} had it"
                yield Point(REVERTED, path, what, _bring_back(path))
            elif path == _SETTINGS:
                yield from self._keys(data, there)
            elif line_sets.is_line_set(path):
                yield from self._lines(path, data, there)
            elif not _is_same(data, there):
                yield from _changes(path, data, there)

    @cached_property
    def _answers(self) -> Mapping[str, object]:
        request = self.found.request
        return {**request.answers, "_src_path": request.source}

    @cached_property
    def managed(self) -> dict[str, bytes]:
        """The files that the template manages, relative to the project, as it makes them."""
        version, name = self.found.request.version, PurePosixPath(self.found.file).name
        made = self.template.render(self._answers, version, name)
        folder = Names.of(self._answers).package_dir
        once = GitIgnoreSpec.from_lines(self.template.seeds(folder, version))
        files = {path: made[path] for path in made if path != name and not once.match_file(path)}
        return dict(sorted(self._under_overlays(files).items()))

    def _under_overlays(self, files: dict[str, bytes]) -> dict[str, bytes]:
        """Lay over the template's files what overlays have for them.

        Raises:
            UnableError: If that cannot be read.

        """
        laid = dict(files)
        for path, texts in self._fragments.items():
            below = files.get(path, b"").decode()
            try:
                if path == _SETTINGS:
                    laid[path] = lay(below, texts).text.encode()
                elif line_sets.is_line_set(path):
                    laid[path] = line_sets.lay(path, below, texts).text.encode()
            except UnmergeableError as error:
                raise UnableError(f"{path} cannot be read with its overlays: {error}") from error
        return laid

    @cached_property
    def _fragments(self) -> Mapping[str, Mapping[str, str]]:
        """What overlays have for each file, by their names."""
        inside = (
            place.removeprefix(self.found.prefix)
            for place in self.found.opened.tree
            if place.startswith(f"{self.found.prefix}{FOLDER}/")
        )
        places = sorted(inside, key=PurePosixPath)
        try:
            return by_file((place, self._there(place) or b"") for place in places)
        except NoFragmentError as error:
            raise UnableError(f"The overlays cannot be read: {error}") from error

    def _there(self, path: str) -> bytes | None:
        """Give what a file of the project holds; None where there is no regular file."""
        blob = self.found.opened.tree.get(f"{self.found.prefix}{path}")
        regular = blob is not None and blob.mode in FILE_MODES
        return self.found.opened.made.read(blob) if regular else None

    # --- Files ----------------------------------------------------------------------

    def _plain(self) -> Iterator[tuple[str, bytes | None]]:
        """Give the files that are compared as a whole and differ, with what the project has."""
        for path, data in self.managed.items():
            there = self._there(path)
            by_meaning = path == _SETTINGS or line_sets.is_line_set(path)
            if there is not None and not by_meaning and not _is_same(data, there):
                yield path, there

    def _reverted(self, files: Mapping[str, bytes]) -> dict[str, str]:
        """Find the files that are as an earlier release makes them of the same answers."""
        version, found = self.found.request.version, dict[str, str]()
        name = PurePosixPath(self.found.file).name
        earlier = [one for one in self.template.releases() if is_newer(version, one)]
        for release in earlier[: -_EARLIER - 1 : -1]:
            if not (left := [path for path in files if path not in found]):
                break
            try:
                made = self.template.render(self._answers, release, name, left)
            except (UnableError, ValueError, OSError):  # it takes no such answers
                continue
            found |= {p: release for p in left if p in made and _is_same(made[p], files[p])}
        return found

    # --- Merged by meaning ----------------------------------------------------------

    def _keys(self, data: bytes, there: bytes) -> Iterator[Point]:
        own = listed(self._answers, "own_tables")
        try:
            found = [*keys.differences(data.decode(), there.decode("utf-8-sig"), own)]
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            yield Point(CHANGED, _SETTINGS, f"it cannot be read: {error}", "fix it by hand")
            return
        by = names(self._fragments.get(_SETTINGS, {}))
        for key, template, yours in found:
            where, what = f"{_SETTINGS}: {key}", f"{by.get(key, 'the template')} has {template}"
            keep = f"add {key} to the answer own_tables"
            if keys.is_answered(key):
                keep = "change the answer that decides it"
            if yours:
                settle = f"set it to {template}; to keep yours, {keep}"
                yield Point(DIFFERS, where, what, settle, f"it is {yours}")
            else:
                yield Point(LACKS, where, what, f"add {template}; to go without, {keep}")

    def _lines(self, path: str, data: bytes, there: bytes) -> Iterator[Point]:
        rules = line_sets.RULES[PurePosixPath(path).name]
        ours = [*filter(line_sets.speaks, there.decode(errors="replace").splitlines())]
        same = {_meant(path, line) for line in ours}
        about = {rules.subject(line): line for line in ours}
        for line in filter(line_sets.speaks, data.decode().splitlines()):
            if _meant(path, line) in same or self._would_hide(path, line):
                continue
            if rival := about.get(rules.subject(line)):
                yield Point(DIFFERS, path, line, f"put {line} in its place", f"it is {rival}")
            else:
                yield Point(LACKS, path, line, f"add the line {line}")

    def _would_hide(self, path: str, line: str) -> bool:
        """Tell whether a line stays away because it would hide a file of the owner's."""
        if path != ".gitignore" or self._answers.get("joined") is not True:
            return False
        files = (
            file.removeprefix(self.found.prefix)
            for file in self.found.opened.tree
            if file.startswith(self.found.prefix)
        )
        return any(GitIgnoreSpec.from_lines([line]).match_files(files))


def _meant(path: str, line: str) -> str:
    """Give what a line says; in a repository that joined, slashes of .gitignore may differ."""
    return line.strip().strip("/") if path == ".gitignore" else " ".join(line.split())


def _bring_back(path: str) -> str:
    give, name = "treewright adopt --give", quoted(path)
    return (
        f"bring it back from git's history, or by {give} {name}, a commit, and then treewright"
        f" adopt --take {name}; to keep it as it is, run only {give} {name}"
    )


def _changes(path: str, data: bytes, there: bytes) -> Iterator[Point]:
    """Give a point for each change that somebody made to a file."""
    settle = f"change it back by hand; to keep it, run: treewright adopt --give {quoted(path)}"
    try:
        sides = [side.decode() for side in (data, there)]
    except UnicodeDecodeError:
        yield Point(CHANGED, path, "it is not UTF-8 text", settle)
        return
    for gone, came in changed(*(_PINS.sub(_unpinned, side.encode()).decode() for side in sides)):
        shown = [f"-{line}" for line in gone] or [f"+{line}" for line in came]
        detail = " / ".join(came) if gone else ""
        yield Point(CHANGED, path, "\n".join(shown) or "blank lines", settle, detail)


def _is_same(data: bytes, there: bytes) -> bool:
    """Compare files, but for line ends and for what bots move."""
    one, other = (_PINS.sub(_unpinned, side.replace(b"\r\n", b"\n")) for side in (data, there))
    return one == other


def _unpinned(found: re.Match[bytes]) -> bytes:
    return next(part for part in found.groups() if part is not None)
