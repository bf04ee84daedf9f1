"""The command `treewright overlay`, which an overlay's own update calls.

Exit status: 0; 1 where a person must settle something before an overlay is laid in; 2 wrong usage,
or something that the machine or the repository lacks.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from treewright import again, machine, stock
from treewright.adopting.errors import UnableError
from treewright.adopting.source import Source
from treewright.branch.requests import Request, UnreadableError, looks_like_answers, read
from treewright.rows import escaped, row, say, some
from treewright.updating import ignoring, layers, leaving, line_sets, merging, owners
from treewright.updating.answers import EMPTY, listed
from treewright.updating.joined import IGNORED, OWN, SETTINGS
from treewright.updating.layers import ANSWERS_FILE, FOLDER, Layers
from treewright.updating.merging import File
from treewright.updating.rendering import render, rendered
from treewright.updating.report import counting, decided
from treewright.updating.repository import BASE, OURS, THEIRS, GitError, Repository

_DONE, _LEFT, _UNABLE = 0, 1, 2
_HEAD = "HEAD"
_FRAGMENT = re.compile(rf"{re.escape(FOLDER)}/([^/]+)/")


class _LeftError(Exception):
    """A person must settle something first; the message is one sentence."""


def run(arguments: Sequence[str]) -> int:
    """Run `treewright overlay`.

    Args:
        arguments: The command line behind the verb.

    Returns:
        The exit status.

    """
    asked = _parser().parse_args(arguments)
    machine.forget_repository()
    try:
        return _run(asked)
    except _LeftError as error:
        say(str(error), file=sys.stderr)
        return _LEFT
    except (UnableError, UnreadableError, stock.RefusedError, GitError, OSError) as error:
        say(str(error), file=sys.stderr)
        return _UNABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="treewright overlay",
        description=f"Lay what overlays have in {FOLDER}/NAME/ over the files of the same paths:"
        " what changed there since the last commit. An overlay's own update calls this.",
        epilog="Exit status: 0; 1 where a person must settle something first; 2 wrong usage, or"
        " something is missing.",
    )
    parser.add_argument(
        "project",
        type=Path,
        nargs="?",
        default=Path(),
        metavar="PATH",
        help="the project's folder; by default, this one",
    )
    one = parser.add_mutually_exclusive_group()
    one.add_argument(
        "--base",
        metavar="COMMIT",
        help="the commit to compare the fragments with; by default, the last one",
    )
    one.add_argument(
        "--remove", metavar="NAME", help="take an overlay out, with all that it brought"
    )
    return parser


def _run(asked: argparse.Namespace) -> int:
    if not machine.git():
        raise UnableError("git is needed, and is not on the PATH.")
    repository = Repository(asked.project.absolute())
    base = _HEAD if asked.base is None else asked.base
    _check(repository, base)
    settled = _settle(repository)
    if asked.remove is not None:
        return _remove(repository, asked.remove)
    found = _layers(repository, base)
    laid = _laid(repository, found)
    laid.files[:0] = settled
    laid.write(repository)
    say(*laid.told(), *_next(repository, laid))
    return _LEFT if laid.notes else _DONE


# --- What there is ---------------------------------------------------------------------


def _check(repository: Repository, base: str) -> None:
    """See that this is a project, in a repository that has the base."""
    if not repository.project.is_dir():
        raise UnableError(f"{repository.project} is not a folder.")
    try:
        repository.git("rev-parse", "--show-toplevel")
    except GitError as error:
        raise UnableError(
            f"Overlays need a git repository: run `git init`, and commit. git said: {error}"
        ) from None
    if base != _HEAD:
        words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}")
        try:
            repository.git(*words)
        except GitError:
            raise UnableError(f"--base {base} names no commit here: fetch it first.") from None
    if not (any(_answers(repository)) or any(_names(repository)) or layers.are_there(repository)):
        raise UnableError(
            f"{repository.project} is not a project: it has neither an answers file nor {FOLDER}/."
        )


def _names(repository: Repository) -> Iterator[str]:
    """Yield the names of the overlays of which git has anything: fragments, or an answers file."""
    for path in repository.files():
        if (found := ANSWERS_FILE.fullmatch(path)) or (found := _FRAGMENT.match(path)):
            yield found[1]


def _settle(repository: Repository) -> list[File]:
    """Settle conflicts in fragments, where an owner's edit, or a new name, met a new release."""
    settled = merging.settle(repository, lambda text, _: text, FOLDER)
    if settled.conflicts:
        raise _in_conflict([file.path for file in settled.conflicts])
    return [
        replace(file, clashes=tuple(replace(clash, by=_owner(file.path)) for clash in file.clashes))
        for file in settled.files
    ]


def _owner(fragment: str) -> str:
    return fragment.split("/")[1]


def _in_conflict(paths: Sequence[str]) -> _LeftError:
    command = f"{again.treewright() or 'treewright'} overlay"
    return _LeftError(
        f"In conflict: {some(paths)}. Edit each where its markers are, then `git add` it, and run:"
        f" {command}"
    )


def _layers(repository: Repository, base: str) -> dict[str, Layers]:
    """Give what overlays lay over each file for which that has changed."""
    try:
        found = layers.of(repository, base)
    except layers.NoFragmentError as error:
        raise _LeftError(f"{error}: nothing was laid in.") from None
    return {path: one for path, one in found.items() if one.before != one.now}


def _answers(repository: Repository) -> Iterator[Request]:
    """Yield what the answers files of a project ask for; first Treewright's, as it is called."""
    for file in sorted(repository.project.glob(".*.y*ml"), key=lambda file: len(file.name)):
        data = repository.read(file.name) or b""
        if looks_like_answers(file.name, data):
            yield read(file.name, data)


def _request(repository: Repository) -> Request | None:
    """Find what the project has of Treewright; None where it has nothing."""
    return next((request for request in _answers(repository) if request.is_ours), None)


def _of_template(
    repository: Repository, request: Request | None, paths: Sequence[str]
) -> dict[str, str]:
    """Give what the template has of files, by the release and the answers of the project."""
    if request is None or request.version == EMPTY:
        return {}
    wanted = [path for path in paths if not owners.is_owned(path, request.answers)]
    if not wanted:
        return {}
    source = Source.find()
    is_here = source.is_that_of(request.source) or again.is_own(request.source)
    if is_here and not source.has(request.version):
        raise UnableError(
            f"This project has Treewright {request.version}, which is not in this treewright: use"
            " a newer one."
        )
    address = source.address if is_here else _place(repository, request)
    answers = {**request.answers, "_src_path": request.source}
    patterns = [f"/{path}" for path in wanted]
    with stock.at_hand() if is_here and not source.checkout else nullcontext():
        made = render(answers, patterns, source=address, version=request.version)
    if made is None:
        raise UnableError(
            f"{address} could not be fetched at {request.version}, or refuses the answers of this"
            " project, so no overlay was laid in."
        )
    return {path: merging.text(data) for path, data in made.items() if path in wanted}


def _place(repository: Repository, request: Request) -> str:
    """Give where a template is: one on this machine may be named from the project's folder."""
    folder = repository.project / request.source
    return str(folder) if folder.is_dir() else request.source


# --- Laying in -------------------------------------------------------------------------


@dataclass
class _Laid:
    """What became of the files: their texts, and what is to be told."""

    texts: dict[str, str] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)  # by the owner
    notes: list[str] = field(default_factory=list)

    def write(self, repository: Repository) -> None:
        """Write the files that are not so already; one that says nothing goes."""
        for path, text in self.texts.items():
            if text:
                repository.write(path, text.encode())
            else:
                (repository.project / path).unlink(missing_ok=True)

    def told(self, did: str = "Overlays laid in") -> Iterator[str]:
        """Give the lines of the report."""
        if self.texts:
            yield escaped(f"{did}: {', '.join(self.texts)}")
        elif not self.notes:
            yield f"{did}: nothing to do."
        for file in self.files:
            for clash in file.clashes:
                yield from row("yours", f"{file.path}: {clash.key} {decided(clash)}")
            for clash in file.over:
                yield from row("overlay", f"{file.path}: {clash.key} {counting(clash)}")
        if self.deleted:
            yield from row("yours", f"{', '.join(self.deleted)}: deleted, so it stays away")
        yield from map(escaped, self.notes)


def _laid(repository: Repository, found: Mapping[str, Layers]) -> _Laid:
    """Merge each file with what is laid over it now."""
    laid = _Laid()
    known = {path: one for path, one in found.items() if merging.has_meaning(path)}
    for path in sorted(found.keys() - known.keys()):
        laid.notes.append(
            f"{path} cannot be laid in: only pyproject.toml, {', '.join(line_sets.RULES)} can. Have"
            " the overlay render the whole file instead."
        )
    if stuck := [path for path in repository.unmerged() if path in known]:
        raise _in_conflict(stuck)
    project = _request(repository) if known else None
    below = _of_template(repository, project, [*known])
    for path, one in known.items():
        try:
            _lay(repository, laid, project, path, below.get(path, ""), one)
        except merging.LeftError as left:
            told = f"{path} stays as it was, without what overlays have: {left}."
            laid.notes.append(told + _broken_before(path, below.get(path, ""), one))
    return laid


def _broken_before(path: str, template: str, one: Layers) -> str:
    """Say how to go on where it is the fragments of the base that cannot be laid in."""
    if one.before == one.now:
        return ""
    try:
        merging.by_meaning(path, dict.fromkeys((BASE, OURS, THEIRS), template), Layers(one.before))
    except merging.LeftError:
        return " The base has the same fault: use --base to name the last commit without it."
    return ""


def _lay(  # noqa: PLR0913, PLR0917
    repository: Repository,
    laid: _Laid,
    project: Request | None,
    path: str,
    template: str,
    one: Layers,
) -> None:
    data = repository.read(path)
    if data is None and os.path.lexists(repository.project / path):
        raise merging.LeftError("it is not a regular file")
    if data is None and (template or one.before):
        laid.deleted.append(path)
        return
    ours = merging.text(data or b"")
    sides = {BASE: template, OURS: ours, THEIRS: template}
    answers = project.answers if project else {}
    text, file = _merged(path, sides, one, answers)
    laid.files.append(file)
    if text != ours:
        laid.texts[path] = text


def _merged(
    path: str, sides: Mapping[int, str], one: Layers, answers: Mapping[str, object]
) -> tuple[str, File]:
    """Merge a file as an update of the template does."""
    if answers.get("joined") is True and path == SETTINGS:
        text, file, _ = merging.join_toml(sides, listed(answers, OWN), [], one)
        return text, file
    if answers.get("joined") is True and path == IGNORED:
        before = line_sets.lay(path, sides[BASE], one.before).text
        now = line_sets.lay(path, sides[THEIRS], one.now).text
        return ignoring.join(before, sides[OURS], now), File(path, "lines")
    return merging.by_meaning(path, sides, one)


def _next(repository: Repository, laid: _Laid) -> Iterator[str]:
    if laid.texts:
        locks = SETTINGS in laid.texts and (repository.project / "uv.lock").is_file()
        yield f"Next: {'`uv lock`; ' * locks}look at `git diff`, and commit."


# --- Taking out ------------------------------------------------------------------------


def _remove(repository: Repository, name: str) -> int:
    """Take an overlay out: what it laid in, its own files as far as unedited, and its answers."""
    folder, answers_file = f"{FOLDER}/{name}", f".copier-answers.{name}.yml"
    if name not in _names(repository):
        raise UnableError(
            f"There is no overlay {name!r} here: git knows neither {folder}/ nor {answers_file}."
        )
    data = repository.read(answers_file)
    request = read(answers_file, data) if data else None
    if request and request.is_ours and not repository.files("--", folder):
        raise UnableError(f"{answers_file} is not an overlay's: it is Treewright's own.")
    brought = repository.files("--", folder, answers_file)
    if repository.git("status", "--porcelain", "--untracked-files=no", "--", "."):
        raise UnableError("Commit or stash your changes first, so that git can undo what follows.")
    found = {
        path: Layers(one.now, {other: text for other, text in one.now.items() if other != name})
        for path, one in layers.of(repository).items()
        if merging.has_meaning(path)
    }
    laid = _laid(repository, {path: one for path, one in found.items() if one.before != one.now})
    if laid.notes:
        say(*laid.told())
        return _LEFT
    own, kept = _own(repository, answers_file, request)
    laid.write(repository)
    for path in [*own, *brought]:
        (repository.project / path).unlink(missing_ok=True)
        leaving.prune(repository.project, path)
    told = [*row("deleted", some([*own, *brought])), *kept]
    did = f"Overlay {name} taken out"
    say(*laid.told(did), *told, "Next: look at `git status`, and commit.")
    return _DONE


def _own(
    repository: Repository, answers_file: str, request: Request | None
) -> tuple[list[str], list[str]]:
    """Give an overlay's own files that nobody edited, and lines on what stays."""
    if request is None:
        return [], [*row("stay", f"other files of the overlay, as {answers_file} is gone")]
    asked = {**request.answers, "_src_path": request.source}
    try:
        made = rendered(asked, _place(repository, request), request.version)
    except Exception as error:  # noqa: BLE001  # whatever stops it, files stay
        told = f"other files of the overlay, as it could not be rendered: {error}"
        return [], [*row("stay", told)]
    apart = (f"{FOLDER}/", answers_file)  # which go in any case
    there = {
        path: repository.read(path)
        for path in sorted({*made} & {*repository.files()})
        if not path.startswith(apart)
    }
    own = [path for path, data in there.items() if data == made[path]]
    edited = [path for path, data in there.items() if data not in {None, made[path]}]
    return own, [*row("yours", f"{', '.join(edited)}: edited, so they stay")] if edited else []
