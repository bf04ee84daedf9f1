# /// script
# requires-python = ">=3.11"
# dependencies = ["all-repos==1.33.0"]
# ///
"""Propose an update of the template to many repositories.

Usage: uv run --with TREEWRIGHT --script update.py [--to RELEASE] [-j N] > update.jsonl

TREEWRIGHT is a checkout, a fork's address, or a wheel, whose releases count. Where projects name an
address that is only a remote of the checkout, it is `--with-editable CHECKOUT`. See docs/fleet.md.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import campaign
from campaign import Fixed, Job

from treewright.adopting import stored
from treewright.adopting.errors import UnableError
from treewright.branch import requests, summary
from treewright.branch.applying import diffstat
from treewright.branch.computing import Result, compute_each, merged
from treewright.branch.history import History
from treewright.branch.requests import UnreadableError
from treewright.branch.scratch import (
    Blob,
    Scratch,
    UpdateError,
    Updater,
    run_module,
    run_stock,
    scratch,
)
from treewright.fleet import outcomes
from treewright.fleet.clones import Opened
from treewright.rendered import UNPROVEN
from treewright.updating.repository import Repository

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from treewright.fleet.template import Template

_PROVEN = "Proven"
_SETTLE = """\
To settle that, run `treewright finish --base origin/HEAD` on this branch, edit the files where the
markers are, and commit."""


@dataclass
class Update:
    """The fixer.

    Args:
        updater: Runs an update in a folder; by default, the one of the template.

    """

    updater: Updater | None = None
    to = ""
    name = "update"
    description = "Propose an update of the template to each repository."

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the release."""
        parser.add_argument(
            "--to", metavar="RELEASE", help="the release; by default, the newest one"
        )

    def prepare(self, options: argparse.Namespace, stack: ExitStack) -> str:
        """Find the template, and the release."""
        from treewright import stock  # noqa: PLC0415  # with Copier, which workers import once
        from treewright.fleet.template import Template  # noqa: PLC0415

        try:
            self.template = stack.enter_context(Template.found())
            known = self.template.releases()
        except stock.RefusedError as error:
            raise UnableError(str(error)) from error
        self.to = options.to = options.to or known[-1]
        if self.to not in known:
            raise UnableError(f"--to {self.to} is not a release here: {known[0]} to {known[-1]}.")
        options.is_checkout = self.template.source.checkout is not None
        return f"treewright-update-{self.to}"

    # --- What there is to do -----------------------------------------------------------

    def look(self, there: Opened) -> tuple[Sequence[str], str, str]:
        """Find the projects that have an older release."""
        files, others = [], []
        for file in there.answers_files():
            outcome, why = self._judge(there, file)
            if outcome:
                others.append((outcome, why))
            else:
                files.append(file)
        if files:
            return files, "", ""
        found = sorted(others, key=lambda one: outcomes.ORDER.index(one[0]))
        return [], *(found[0] if found else (outcomes.NONE, "it has no answers file"))

    def _judge(self, there: Opened, file: str) -> tuple[str, str]:
        """Say why a project is not updated; nothing where it is."""
        from treewright.fleet.template import is_newer  # noqa: PLC0415  # as above

        pin = there.tree.get(requests.place_of_pin(file))
        try:
            blob = there.made.read(there.tree[file])
            request = requests.read(file, blob, there.made.read(pin))
        except UnreadableError as error:
            return outcomes.UNREADABLE, campaign.sentence(error)
        if not self.template.is_that_of(request.source):
            return outcomes.OTHER, campaign.sentence(f"{file}: its template is at {request.source}")
        if request.version == self.to:
            return outcomes.CURRENT, ""
        if not self.template.has(request.version):
            return outcomes.UNKNOWN, f"{file}: its release is {request.version}"
        if is_newer(request.version, self.to):
            return outcomes.NEWER, f"{file}: its release is {request.version}"
        return "", ""

    # --- What is done ------------------------------------------------------------------

    @contextmanager
    def _updating(self, options: argparse.Namespace) -> Iterator[Updater]:
        if self.updater or not options.is_checkout:
            yield self.updater or run_stock
            return
        from treewright.fleet.template import Template  # noqa: PLC0415  # as above

        with Template.found() as template:
            yield partial(_from_checkout, template)

    def fix(self, clone: Repository, job: Job, options: argparse.Namespace) -> Fixed:
        """Change the line of each answers file, and finish what that asks for."""
        head = clone.git("rev-parse", "HEAD").decode().strip()
        name = job.name.rsplit("/", 1)[-1]
        try:
            with (
                self._updating(options) as updater,
                scratch(clone, head, partial(_checked, updater), name) as made,
            ):
                tree = made.listing(head)
                lines: dict[str, Blob | None] = {
                    file: _raised(made, tree[file], options.to) for file in job.files
                }
                final, results = compute_each(made, History(tree, tree, [lines]), job.files)
                whole = merged(final, results)
                made.git("update-ref", "refs/heads/update", made.commit(whole.settled, head))
                place = made.top.as_posix()
                clone.git("fetch", "--quiet", "--no-tags", place, "refs/heads/update")
                told = {file: _told(made, tree, result) for file, result in results.items()}
                texts = [_text(made, tree, *one) for one in results.items()]
        except UpdateError as error:
            return Fixed(outcomes.REFUSED, why=campaign.sentence(error))
        if not all(result.update for result in results.values()):  # the line alone is no update
            return Fixed(outcomes.FAILED, why="there is nothing to update")
        clone.git("read-tree", "-m", "-u", "HEAD", "FETCH_HEAD")
        outcome = outcomes.CONFLICTS if whole.conflicts else outcomes.CLEAN
        proven = all(one["proof"].startswith(_PROVEN) for one in told.values() if one["proof"])
        return Fixed(
            outcome,
            _message(options.to, whole.conflicts, texts),
            "; ".join(f"{path}: {why}" for path, why in whole.conflicts.items()),
            told,
            proven and not whole.conflicts,
        )


def _checked(
    updater: Updater,
    project: Path,
    arguments: Sequence[str],
    hooks: bool,  # noqa: FBT001
) -> "CompletedProcess[str]":
    """Update a project; what was killed is no refusal."""
    done = updater(project, arguments, hooks)
    if done.returncode < 0:
        raise OSError(f"the update was ended by signal {-done.returncode}")
    return done


def _from_checkout(
    template: "Template",
    project: Path,
    arguments: Sequence[str],
    hooks: bool,  # noqa: ARG001, FBT001  # there is no update without them here
) -> "CompletedProcess[str]":
    """Update a project by what is tagged in a checkout, and prove it."""
    variables = template.variables(project)
    variables.pop(UNPROVEN, None)
    return run_module(project, ["copier", "update", "--trust", *arguments], variables)


def _raised(made: Scratch, blob: Blob, to: str) -> Blob:
    """Give an answers file with the line that asks for a release."""
    return Blob(blob.mode, made.store(stored.edited(made.read(blob), {"_commit": to})))


def _told(made: Scratch, tree: dict[str, Blob], result: Result) -> dict[str, Any]:
    printed = result.update.printed if result.update else ""
    return {
        "from": result.versions[0],
        "to": result.versions[1],
        "conflicts": result.conflicts,
        "decided": [value for row, value in summary.said(printed) if row == "yours"],
        "files": diffstat(made, tree, result.settled),
        "proof": summary.proof(printed),
    }


def _text(made: Scratch, tree: dict[str, Blob], file: str, result: Result) -> str:
    verdict = "in conflict" if result.conflicts else "finished"
    return summary.text(file, result, verdict, diffstat(made, tree, result.settled))


def _message(to: str, conflicts: Mapping[str, str], texts: Sequence[str]) -> str:
    """Give the message of the commit, which pull requests take their text from."""
    if not conflicts:
        return "\n\n".join([f"Update Treewright to {to}", *texts])
    files = "1 file" if len(conflicts) == 1 else f"{len(conflicts)} files"
    listed = "\n".join(f"- {summary.code(path)}: {why}" for path, why in conflicts.items())
    return "\n\n".join(
        [
            f"Update Treewright to {to}: {files} left to you",
            f"These files are unchanged, as no rule decides what they should be:\n\n{listed}",
            _SETTLE,
            *texts,
        ]
    )


if __name__ == "__main__":
    sys.exit(campaign.main(Update()))
