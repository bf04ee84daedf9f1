"""What an update would do to a project: computed, proven, and tested where that was asked for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from treewright.branch.applying import diffstat
from treewright.branch.computing import why
from treewright.branch.requests import Request
from treewright.branch.scratch import BrokenUpdateError, Updated, UpdateError
from treewright.branch.summary import said
from treewright.disk import is_regular
from treewright.fleet import outcomes
from treewright.fleet.clones import below
from treewright.fleet.hunks import clashing
from treewright.fleet.looking import Found
from treewright.fleet.outcomes import Point
from treewright.fleet.template import Template, is_newer
from treewright.fleet.testing import Runs, command
from treewright.proof import prove
from treewright.shell import quoted
from treewright.updating.merging import fault
from treewright.updating.repository import BASE, OURS, THEIRS, Stage

FAULT, UNPROVEN, TESTS, RULE = "fault", "unproven", "tests", "rule"
CONFLICT, LEFT = "conflict", "left to do"
_SETTINGS = "pyproject.toml"
_ITSELF = "do what the sentence says"
_OWNERS = ("untouched", "unused", "old names", "look at", "lacking")
# The first that applies is the outcome.
_OUTCOMES = {
    CONFLICT: outcomes.CONFLICTS,
    LEFT: outcomes.UNFINISHED,
    TESTS: outcomes.TESTS,
    FAULT: outcomes.FAULTS,
    UNPROVEN: outcomes.FAULTS,
    RULE: outcomes.SETTLED,
}
_PATIENCE = 1800  # seconds for a project's tests
# What the hooks say of a value that both sides changed; see treewright.updating.report.decided.
_DECIDED = re.compile(
    r"(?P<file>\S+): (?P<key>.+?) (?P<yours>stays (?!away;).*?|stays away|was .*?)"
    r"(?:; (?P<template>.+? (?:has .*|no longer has it))|, and is gone by your answer)"
)
# What they say of a value that an overlay and the template set; see counting, in the same module.
_COUNTING = re.compile(
    r"(?P<file>\S+): (?P<key>.+?) is (?P<over>.*?), from .+?; without it, (?P<below>.*)"
)
# In what the hooks print: the first line, a row, and where what follows is told otherwise.
_HEAD = re.compile(r"(?:Joined )?Treewright \S")
_ROW = re.compile(r"(?=.{9} )[a-z]+(?: [a-z]+)* +\S| {10}")
_BEHIND = ("In conflict:", "Not proven:", "Next:")
_FAILED = re.compile(r"(?m)^(?:FAILED|ERROR) (\S+)")  # as pytest sums up


@dataclass(frozen=True)
class Rehearsal:
    """An update to rehearse.

    Args:
        template: The template.
        ref: What Copier is to take.
        version: What an answers file says of it.
        tests: Runs each project's tests; None where that was not asked for.

    """

    template: Template
    ref: str
    version: str
    tests: Runs | None = None

    def __call__(self, found: Found) -> None:
        """Rehearse the update of a project, and tell what came of it."""
        told, version = found.told, found.request.version
        if version == self.version:
            told.outcome = outcomes.CURRENT
        elif is_newer(version, self.version):
            told.outcome = outcomes.NEWER
        else:
            _Trial(self, found).run()


@dataclass(frozen=True)
class _Trial:
    """One update, in a repository of our own."""

    rehearsal: Rehearsal
    found: Found

    def run(self) -> None:
        told = self.found.told
        request = self.found.request
        now = Request(self.rehearsal.ref, request.source, request.answers)
        made = self.found.opened.made
        try:
            updated = made.update(self.found.opened.tree, self.found.file, request, now)
        except BrokenUpdateError:
            raise
        except UpdateError as error:
            told.outcome = outcomes.REFUSED
            told.points.append(Point(outcomes.REFUSED, "", self._plain(str(error)), _ITSELF))
            return
        told.files = diffstat(made, self.found.opened.tree, updated.tree)
        told.points += [*self._conflicts(updated), *_rules(updated), *_left(updated)]
        told.notes += [
            f"{name}: {value}" for name, value in said(updated.printed) if name in _OWNERS
        ]
        self._check(updated)
        kinds = {point.kind for point in told.points if point.person or point.kind == RULE}
        kinds |= {point.kind for point in told.points if point.unable}
        told.outcome = next((_OUTCOMES[kind] for kind in _OUTCOMES if kind in kinds), told.outcome)

    @cached_property
    def _folder(self) -> Path:
        return self.found.opened.made.top / self.found.folder

    def _plain(self, text: str) -> str:
        """Give a sentence without the folder that it was said in."""
        return " ".join(text.replace(f"{self.found.opened.made.top}/", "").split())

    # --- Conflicts -------------------------------------------------------------------

    def _conflicts(self, updated: Updated) -> Iterator[Point]:
        for path, sides in sorted(updated.unmerged.items()):
            file = below(self.found.folder, path)
            reason = why(sides, "the template")
            settle = _choice(file, sides)
            for lines in self._lines(sides):
                what = "\n".join([reason, *lines]) if lines else reason
                yield Point(CONFLICT, file, what, settle)

    def _lines(self, sides: Mapping[int, Stage]) -> Sequence[tuple[str, ...]]:
        """Give what the template changes where it clashes; nothing where no lines tell it."""
        if not {BASE, OURS, THEIRS} <= sides.keys():
            return [()]
        made = self.found.opened.made
        try:
            texts = [made.read(sides[side]).decode() for side in (BASE, OURS, THEIRS)]
        except UnicodeDecodeError:
            return [()]
        return [*dict.fromkeys(clashing(*texts))] or [()]

    # --- The proof, and the tests ----------------------------------------------------

    def _check(self, updated: Updated) -> None:
        told, conflicts = self.found.told, {below(self.found.folder, p) for p in updated.unmerged}
        if _SETTINGS in conflicts:
            told.proof = f"not proven: {_SETTINGS} is in conflict"
            told.tests = f"not run: {_SETTINGS} is in conflict" if self.rehearsal.tests else ""
            return
        found = [*self._faults()]
        told.proof = _verdict(found)
        if tests := self.rehearsal.tests:
            found += self._tested(tests, bool(conflicts))
        if found:
            told.points += self._new(found)

    def _faults(self) -> Iterator[Point]:
        """Prove the project, and tell what is not as it should be."""
        settings = self._folder / _SETTINGS
        if is_regular(settings) and (reason := fault(settings.read_bytes())):
            yield Point(FAULT, _SETTINGS, f"it is not TOML: {reason}", "fix it by hand")
            return
        proof = prove(self._folder)
        for found in proof.faults:
            what, fix = self._plain(found.what), self._plain(found.fix)
            yield Point(FAULT, self._plain(found.where), what, fix)
        if proof.unproven:
            sentence, unable = self._plain(proof.unproven), proof.repeatable
            yield Point(UNPROVEN, "", sentence, _ITSELF, person=not unable, unable=unable)

    def _new(self, points: Sequence[Point]) -> Iterator[Point]:
        """Tell what the update brings from what was there before."""
        made = self.found.opened.made
        made.git("reset", "--quiet", "--hard", "HEAD")
        made.git("clean", "-ffdxq")
        before, kinds = list[Point](), {point.kind for point in points}
        if kinds & {FAULT, UNPROVEN}:
            before += self._faults()
        if TESTS in kinds and self.rehearsal.tests:
            before += self._failing(self.rehearsal.tests)
        known = {(point.kind, point.where, point.what) for point in before}
        for point in points:
            if (point.kind, point.where, point.what) in known and not point.unable:
                settle = f"nothing for this update: it was so before. {point.settle}"
                yield Point(point.kind, point.where, point.what, settle, "as before", person=False)
            else:
                yield point

    def _tested(self, tests: Runs, has_conflicts: bool) -> Iterator[Point]:  # noqa: FBT001
        told = self.found.told
        if has_conflicts:
            told.tests = "not run: files are in conflict"
            return
        if not command(self.found.request.answers):
            told.tests = "not run: no answer says how"
            return
        failed = [*self._failing(tests)]
        told.tests = "failed" if failed else "passed"
        yield from failed

    def _failing(self, tests: Runs) -> Iterator[Point]:
        """Run the project's tests, and give those that fail."""
        line = command(self.found.request.answers)
        ended, printed = tests.run(line, self._folder, _PATIENCE)
        if ended == 0:
            return
        settle = "fix it on the update's branch"
        if ended is None:
            yield Point(TESTS, line, f"did not end within {_PATIENCE // 60} minutes", settle)
            return
        names = [*dict.fromkeys(_FAILED.findall(printed))]
        for name in names:
            yield Point(TESTS, name, "failed", settle)
        if not names:
            last = [one.strip() for one in printed.splitlines() if one.strip()][-1:]
            what = self._plain("".join(last)) or f"exit status {ended}"
            yield Point(TESTS, line, what, settle)


def _choice(file: str, sides: Mapping[int, Stage]) -> str:
    """Say what settles a conflict."""
    if sides and THEIRS not in sides:
        return "keep it or delete it, on the update's branch"
    choose = "edit it" if OURS in sides or not sides else "restore it or delete it"
    give = f"treewright adopt --give {quoted(file)}"
    return f"{choose}, on the update's branch; to keep yours for good, then run: {give}"


def _rules(updated: Updated) -> Iterator[Point]:
    """Give what both sides changed, or an overlay and the template set, and a rule decided."""
    for name, value in said(updated.printed):
        if name == "yours" and (found := _DECIDED.fullmatch(value)):
            what = found["template"] or "it is gone by an answer"
            settle, yours = _other_choice(what), found["yours"]
        elif name == "overlay" and (found := _COUNTING.fullmatch(value)):
            what, yours = f"an overlay has {found['over']}", f"without it, {found['below']}"
            settle = "nothing to do; for another value, change the overlay"
        else:
            continue
        where = f"{found['file']}: {found['key']}"
        yield Point(RULE, where, what, settle, yours, person=False)


def _other_choice(what: str) -> str:
    """Say how to have the value that did not count."""
    if what.endswith(" no longer has it"):
        return "nothing to do; to do as the template does, delete it"
    if " has " in what:
        return "nothing to do; to have that value, set it after the update"
    return "nothing to do; to have it back, change that answer"


def _left(updated: Updated) -> Iterator[Point]:
    """Give what the hooks could not do, a sentence each."""
    lines = iter(updated.printed.splitlines())
    for line in lines:
        if _HEAD.match(line):
            break
    for line in lines:
        if line.startswith(_BEHIND):
            return
        if line.startswith(f"{_SETTINGS} is not TOML"):  # as the proof says, too
            continue
        if line.strip() and not _ROW.match(line):
            yield Point(LEFT, "", line.strip(), _ITSELF)


def _verdict(found: Sequence[Point]) -> str:
    """Say what the proof came to."""
    faults = [point for point in found if point.kind == FAULT]
    if faults:
        return f"{len(faults)} fault{'' if len(faults) == 1 else 's'}"
    return f"not proven: {found[0].what}" if found else "proven"
