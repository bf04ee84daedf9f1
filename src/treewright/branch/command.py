"""The command `treewright finish`.

Exit status: 0 finished, or nothing to do; 1 unfinished, or in conflict; 2 wrong usage, or something
that the machine or the repository lacks.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from treewright import again, machine, shell
from treewright.branch import history, requests, summary
from treewright.branch.applying import Applying, DirtyError, diffstat, ignored_behind
from treewright.branch.computing import Result, compute_each, merged
from treewright.branch.requests import UnreadableError
from treewright.branch.scratch import (
    Scratch,
    UpdateError,
    Updater,
    run_stock,
    scratch,
)
from treewright.rows import say, some
from treewright.updating.layers import owner_of
from treewright.updating.locking import LockedError, lock, unlock
from treewright.updating.repository import GitError, Repository

_TRAILER = "Treewright-Settled"
_FINISHED, _UNFINISHED, _UNABLE = 0, 1, 2


class _UnableError(Exception):
    """The command cannot do its work; the message is one sentence."""


def run(arguments: Sequence[str], updater: Updater = run_stock) -> int:
    """Run `treewright finish`.

    Args:
        arguments: The command line behind the verb.
        updater: Runs an update in a folder.

    Returns:
        The exit status.

    """
    asked = _parser().parse_args(arguments)
    machine.forget_repository()
    try:
        return _finish(asked, updater)
    except (_UnableError, UnreadableError, DirtyError, LockedError, UpdateError) as error:
        say(str(error), file=sys.stderr)
    except (GitError, OSError) as error:
        say(f"The branch is not finished: {error}", file=sys.stderr)
    return _UNABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="treewright finish",
        description="Do what a changed answers file asks for: in the work tree, unless an option"
        " says otherwise. What people put on the branch is merged.",
        epilog="Exit status: 0 finished, or nothing to do; 1 unfinished, or in conflict; 2 wrong"
        " usage, or something is lacking.",
    )
    parser.add_argument("--base", required=True, metavar="REF", help="where the branch goes to")
    parser.add_argument(
        "--answers-file",
        metavar="FILE",
        help="an answers file; by default each one that the branch changes",
    )
    one = parser.add_mutually_exclusive_group()
    one.add_argument(
        "--check", action="store_true", help="only tell whether the branch is finished"
    )
    one.add_argument("--patch", metavar="FILE", help="write a patch, for `git apply --index`")
    one.add_argument("--commit", action="store_true", help="commit what is finished")
    return parser


def _finish(asked: argparse.Namespace, updater: Updater) -> int:
    here = _repository()
    head, base = _commits(here, asked.base)
    given = asked.answers_file and _from_top(here, asked.answers_file)
    top = Repository(here.top)
    with _locked(top, only_looks=asked.check), scratch(top, base, updater) as made:
        line = history.read(made, base, head)
        files = [given] if given else list(_changed_answers(made, line))
        kept = _kept(made, base, head)
        final, results = compute_each(made, line, files, kept)
        whole = merged(final, results)
        applying = Applying(top, made, head, line.head)
        return _Output(asked, top, applying, results).act(whole)


# --- What there is ---------------------------------------------------------------------


def _repository() -> Repository:
    here = Repository(Path.cwd())
    try:
        if here.git("rev-parse", "--is-inside-work-tree").strip() != b"true":
            raise _UnableError("This is a repository without a work tree: run it in a clone.")
    except GitError as error:
        told = str(error).removeprefix("fatal: ")
        raise _UnableError(f"This has to run in a git repository: {told}") from None
    return here


def _commits(here: Repository, base: str) -> tuple[str, str]:
    """Give the commit at the head, and that where the branch left its base."""
    found = []
    for name, what in (("HEAD", "has no commit yet"), (base, "is not here: fetch it first")):
        try:
            named = here.git(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
            )
        except GitError:
            raise _UnableError(f"{name} {what}.") from None
        found.append(named.decode().strip())
    head, other = found
    try:
        merged = here.git("merge-base", head, other).decode().split()[0]
    except (GitError, IndexError):
        merged = ""
    if _is_cut(here, merged, head, other):
        raise _UnableError(
            f"This clone is too shallow: it lacks where the branch left {base}. Run `git fetch"
            " --unshallow`, or `git fetch --deepen=N` with at least as many commits as the branch"
            f" and {base} have had since then."
        )
    if not merged:
        raise _UnableError(f"The branch has no commit in common with {base}.")
    return head, merged


def _is_cut(here: Repository, merged: str, head: str, other: str) -> bool:
    """Tell whether a shallow clone hides commits between the base and the branch."""
    if here.git("rev-parse", "--is-shallow-repository").strip() != b"true":
        return False
    if not merged:
        return True
    said = here.git("rev-parse", "--git-path", "shallow").decode(errors="surrogateescape")[:-1]
    cut = set((here.project / said).read_text(encoding="ascii").split())
    between = here.git("rev-list", head, other, f"^{merged}").decode().split()
    return not cut.isdisjoint(between)


def _from_top(here: Repository, file: str) -> str:
    place = Path(os.path.normpath(Path.cwd() / file))
    try:
        return place.relative_to(Path(os.path.normpath(here.top))).as_posix()
    except ValueError:
        try:
            return (place.parent.resolve() / place.name).relative_to(here.top).as_posix()
        except ValueError:
            raise _UnableError(f"{file} is not in this repository.") from None


def _changed_answers(made: Scratch, line: history.History) -> Iterator[str]:
    """Find the answers files that the branch changes, or whose pin it does.

    They are this template's, or those of overlays on it.
    """
    changed = {
        path for path in {*line.start, *line.head} if line.start.get(path) != line.head.get(path)
    }
    pinned = {
        str(Path(path).parents[2].as_posix()) for path in changed if path.endswith(requests.PIN)
    }
    for path, blob in sorted(line.head.items()):
        beside = Path(path).parent.as_posix() in pinned
        if (path not in changed and not beside) or not path.endswith((".yml", ".yaml")):
            continue
        data = made.read(blob)
        if not requests.looks_like_answers(path, data):
            continue
        if (path in changed and owner_of(path, line.head)) or _is_ours(made, line, path, data):
            yield path


def _is_ours(made: Scratch, line: history.History, path: str, data: bytes) -> bool:
    """Tell whether an answers file is of this template, or was before the branch."""
    for text in (data, made.read(line.start.get(path))):
        with suppress(UnreadableError):
            if text and requests.read(path, text).is_ours:
                return True
    return False


def _kept(made: Scratch, base: str, head: str) -> set[str]:
    """Give the files of which a commit on the branch says that they stay as they are."""
    shown = f"--format=%(trailers:key={_TRAILER},valueonly,unfold)"
    listed = made.git("log", shown, f"{base}..{head}").decode(errors="surrogateescape")
    return {line.strip() for line in listed.splitlines() if line.strip()}


@contextmanager
def _locked(top: Repository, *, only_looks: bool) -> Iterator[None]:
    """Have the repository for this run alone, unless it writes nothing."""
    if only_looks:
        yield
        return
    lock(top, os.getpid())
    try:
        yield
    finally:
        unlock(top, os.getpid())


# --- What is said and done -------------------------------------------------------------


@dataclass
class _Output:
    """Brings the end where the command line has it, and tells what was done."""

    asked: argparse.Namespace
    top: Repository
    applying: Applying
    results: Mapping[str, Result]
    notes: list[str] = field(default_factory=list)

    def act(self, whole: Result) -> int:
        """Write and report; give the exit status."""
        updated = {file: result for file, result in self.results.items() if result.update}
        done = whole.tree == self.applying.head and not whole.conflicts
        if self.asked.patch:
            self.applying.to_patch(whole, Path(self.asked.patch))
        if not updated:
            say("Nothing to do: no answers file asks for anything else.")
            return _FINISHED
        if not done:
            self._write(whole)
        if not self.asked.check:
            self._copy_beside()
        unfinished = bool(whole.conflicts) or (self.asked.check and not done)
        if unfinished:
            self.notes.append(self._next(whole))
        for file, result in updated.items():
            counted = diffstat(self.applying.scratch, self.applying.head, result.settled)
            verdict = _verdict(whole, done=done, unfinished=unfinished)
            say(summary.text(file, result, verdict, counted, self.notes))
        return _UNFINISHED if unfinished else _FINISHED

    def _write(self, whole: Result) -> None:
        """Change the work tree, or commit, where that was asked for."""
        if self.asked.check or self.asked.patch or (self.asked.commit and whole.conflicts):
            return
        self.applying.check(whole)
        if self.asked.commit:
            updated = [result for result in self.results.values() if result.update]
            named = sorted({f"{summary.called(one)} {one.versions[1]}" for one in updated})
            self.applying.to_commit(whole, f"Finish the update to {some(named)}")
            self.notes.append("committed")
        else:
            changed = self.applying.to_work_tree(whole)
            if not whole.conflicts:
                there = "" if changed else "nothing to do, it is in the work tree already; "
                self.notes.append(f"{there}next: look at `git diff --cached`, and commit")
        if left := list(ignored_behind(self.top, whole, self.applying.head)):
            self.notes.append(f"git ignores these, so they stay: {summary.code(some(left))}")

    def _copy_beside(self) -> None:
        """Bring what hooks leave beside the index to the same place here, and to the patch."""
        folders = [(self.top.project / self.top.beside_index("x")).parent]
        if self.asked.patch:
            folders.append(Path(self.asked.patch).parent / "beside-index")
        for result in self.results.values():
            for place in self.applying.beside(result, *folders):
                self.notes.append(f"see {summary.code(os.path.relpath(place))}")

    def _next(self, whole: Result) -> str:
        """Say how to go on."""
        program = again.treewright() or "treewright"
        command = f"{program} finish --base {shell.quoted(self.asked.base)}"
        if not whole.conflicts:
            return f"next: {summary.code(command)}, then commit"
        edit = "edit these files where the markers are, and commit"
        if self.asked.check or self.asked.commit or self.asked.patch:
            edit = f"run {summary.code(command)}, {edit}"
        kept = f"{_TRAILER}: {next(iter(whole.conflicts))}"
        return (
            f"next: {edit}; to keep one as it is on the branch, end the commit's message with"
            f" {summary.code(kept)}"
        )


def _verdict(whole: Result, *, done: bool, unfinished: bool) -> str:
    if whole.conflicts:
        return "in conflict"
    if unfinished:
        return "unfinished"
    return "finished; nothing to do" if done else "finished"
