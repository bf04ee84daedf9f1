"""The commands `treewright fleet rehearse` and `treewright fleet drift`.

Exit status: 0; 1 where a person must settle something, or where `--check` finds drift; 2 wrong
usage, something that the machine lacks, or a project that could not be looked at.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from treewright import machine, stock
from treewright.adopting.errors import UnableError
from treewright.branch.scratch import Updater
from treewright.disk import is_regular, write_whole
from treewright.fleet import clones, outcomes, showing
from treewright.fleet.drifting import Drift
from treewright.fleet.looking import Fleet
from treewright.fleet.outcomes import Project
from treewright.fleet.page import html
from treewright.fleet.rehearsing import Rehearsal
from treewright.fleet.showing import Report
from treewright.fleet.template import Template
from treewright.fleet.testing import Runs
from treewright.rows import on_one_line, say
from treewright.updating.repository import GitError

_UNABLE = 2
_JOBS = 2


def run(arguments: Sequence[str], updater: Updater | None = None) -> int:
    """Run `treewright fleet`.

    Args:
        arguments: The command line behind the verb.
        updater: Runs an update in a folder.

    Returns:
        The exit status.

    """
    asked = _parser().parse_args(arguments)
    machine.forget_repository()
    try:
        return _run(asked, updater)
    except (UnableError, stock.RefusedError, GitError, OSError) as error:
        say(str(error), file=sys.stderr)
    return _UNABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="treewright fleet",
        description="Look at many repositories at once. Nothing is written to any of them.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    rehearse = verbs.add_parser(
        "rehearse",
        help="tell what an update would do to each project",
        description="Tell what an update would do to each project, and what a person would have to"
        " settle. Each update is computed and proven in a temporary folder, which runs the"
        " project's own build backend.",
        epilog="Exit status: 0; 1 where a person must settle something; 2 wrong usage, something"
        " is missing, or a project could not be looked at.",
    )
    rehearse.add_argument(
        "--to", required=True, metavar="REF", help="the release; in a checkout, any commit"
    )
    rehearse.add_argument("--tests", action="store_true", help="run each project's tests, too")
    rehearse.add_argument(
        "--jobs",
        type=_positive,
        default=_JOBS,
        metavar="N",
        help=f"how many clones to work on at once; by default {_JOBS}",
    )
    drift = verbs.add_parser(
        "drift",
        help="tell how far each project is from what its release makes of its answers",
        description="Tell how far each project is from what its release makes of its answers, and"
        " how many releases it is behind.",
        epilog="Exit status: 0; 1 where --check finds drift; 2 wrong usage, something is missing,"
        " or a project could not be looked at.",
    )
    drift.add_argument("--check", action="store_true", help="end with 1 where something drifted")
    for verb in (rehearse, drift):
        verb.add_argument("paths", nargs="+", metavar="PATH", help="a clone, or a folder of clones")
        verb.add_argument("--json", action="store_true", help="print one JSON document")
        verb.add_argument("--html", type=Path, metavar="FILE", help="write the report as a page")
    return parser


def _positive(word: str) -> int:
    if not (word.isascii() and word.isdigit() and int(word)):
        raise argparse.ArgumentTypeError(f"{word!r} is not 1 or more")
    return int(word)


def _run(asked: argparse.Namespace, updater: Updater | None) -> int:
    if not machine.git():
        raise UnableError("git is needed, and is not on the PATH.")
    if asked.html:
        _check_place(asked.html)
    found = clones.find(asked.paths)
    with Template.found() as template:
        if asked.verb == "rehearse":
            ref, version = template.named(asked.to)
            tests = Runs()
            update = updater or template.update
            fleet = Fleet(found, template, update, asked.jobs, _progress, tests.end)
            work = Rehearsal(template, ref, version, tests if asked.tests else None)
            report = Report("rehearse", template.address, version, fleet.each(work))
        else:
            fleet = Fleet(found, template, template.update, tell=_progress)
            newest = (template.releases() or [""])[-1]
            report = Report("drift", template.address, newest, fleet.each(Drift(template)))
    try:
        if asked.html:
            write_whole(asked.html, html(report))
    finally:  # what was found out is told in any case
        say(showing.document(report) if asked.json else "\n".join(showing.markdown(report)))
    if outcomes.are_others(report.projects):
        say(f"No project of this template is in {', '.join(asked.paths)}.", file=sys.stderr)
    status = outcomes.status(report.projects)
    return 0 if asked.verb == "drift" and status == 1 and not asked.check else status


def _check_place(page: Path) -> None:
    """See that the page can be written, before all the work.

    Raises:
        UnableError: If not.

    """
    folder = page.absolute().parent
    if not folder.is_dir():
        raise UnableError(f"{page} cannot be written: its folder is not there.")
    if os.path.lexists(page) and not is_regular(page):
        raise UnableError(f"{page} cannot be written: it exists, and is not a file.")
    if not os.access(folder, os.W_OK):
        raise UnableError(f"{page} cannot be written: its folder is read-only here.")


def _progress(project: Project) -> None:
    """Tell a person who waits what is done."""
    if sys.stderr.isatty():
        say(on_one_line(f"{project.shown}: {project.outcome}"), file=sys.stderr)
