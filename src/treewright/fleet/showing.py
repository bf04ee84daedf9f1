"""What `treewright fleet` tells: as Markdown for a person, and as JSON for programs."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any, Literal

from treewright.branch.summary import code
from treewright.fleet import outcomes
from treewright.fleet.clusters import Cluster, gather
from treewright.fleet.outcomes import Point, Project

_VERSION = 1  # of the document; a key that goes, or means something else, raises it
_NAMED = 3  # projects behind a row
_ROWS = 50  # of a table: an issue holds no more than 65,536 characters
_WIDTH = 120  # characters of a cell
_QUIET = {outcomes.CLEAN, outcomes.SAME, outcomes.CURRENT, outcomes.NEWER, outcomes.NONE}
_KINDS = ("changed", "new", "removed", "moved")
Verb = Literal["rehearse", "drift"]


@dataclass
class Report:
    """All that one run has to tell.

    Args:
        verb: What was done.
        template: The template's address.
        to: The release that was rehearsed, or the newest one.
        projects: What came of each project.

    """

    verb: Verb
    template: str
    to: str
    projects: list[Project]

    def __post_init__(self) -> None:
        """Gather what is the same in many projects."""
        self.clusters: list[Cluster] = gather(self.projects)
        self._points: dict[int, list[tuple[Cluster, Point]]] = {}
        for cluster in self.clusters:
            for project, point in cluster.members:
                self._points.setdefault(id(project), []).append((cluster, point))

    @property
    def title(self) -> str:
        """What it is, in one line."""
        many = f"{len(self.projects)} project{'' if len(self.projects) == 1 else 's'}"
        if self.verb == "rehearse":
            return f"What Treewright {self.to} will do to {many}"
        return f"How far {many} {'has' if len(self.projects) == 1 else 'have'} drifted"

    @property
    def counts(self) -> dict[str, int]:
        """How many projects came to each outcome, the worst first."""
        found = Counter(project.outcome for project in self.projects)
        return {outcome: found[outcome] for outcome in outcomes.ORDER if found[outcome]}

    @property
    def listed(self) -> list[Project]:
        """The projects, the worst outcome first."""
        return sorted(self.projects, key=lambda one: outcomes.ORDER.index(one.outcome))

    def colour(self, outcome: str) -> str:
        """Give how much an outcome matters, as the page colours it."""
        if outcome in _QUIET:
            return "good"
        return "note" if outcome in {outcomes.SETTLED, outcomes.OTHER} else "bad"

    def touched(self, project: Project) -> int:
        """Count the files that an update changes."""
        return sum(project.files.get(kind, 0) for kind in _KINDS)

    def told_files(self, project: Project) -> str:
        """Tell how many files an update changes."""
        counted = [f"{project.files[kind]} {kind}" for kind in _KINDS if project.files.get(kind)]
        return ", ".join(counted)

    def numbers(self, project: Project) -> list[int]:
        """Give the numbers of the clusters that a project is in."""
        return [*dict.fromkeys(cluster.number for cluster, _ in self.points(project))]

    def points(self, project: Project) -> list[tuple[Cluster, Point]]:
        """Give what was found in a project, each with its cluster."""
        return self._points.get(id(project), [])


def document(report: Report) -> str:
    """Give the document for programs: an object for each project, and one for each cluster."""
    found = {
        "version": _VERSION,
        "verb": report.verb,
        "template": report.template,
        "to": report.to,
        "status": outcomes.status(report.projects),
        "counts": report.counts,
        "projects": [_project(report, project) for project in report.projects],
        "clusters": [_cluster(cluster) for cluster in report.clusters],
    }
    return json.dumps(found, indent=2)


def _project(report: Report, project: Project) -> dict[str, Any]:
    points = [
        {
            "cluster": cluster.number,
            "kind": point.kind,
            "where": point.where,
            "what": point.what,
            "detail": point.detail,
            "settle": point.settle,
            "person": point.person,
        }
        for cluster, point in report.points(project)
    ]
    return {
        "path": project.path,
        "project": project.project,
        "name": project.name,
        "release": project.version,
        "behind": project.behind,
        "outcome": project.outcome,
        "person": project.person,
        "files": dict(project.files),
        "proof": project.proof,
        "tests": project.tests,
        "notes": project.notes,
        "points": points,
    }


def _cluster(cluster: Cluster) -> dict[str, Any]:
    return {
        "number": cluster.number,
        "kind": cluster.point.kind,
        "where": cluster.where,
        "what": cluster.what,
        "settle": cluster.settle,
        "person": cluster.point.person,
        "projects": [
            {"path": project.path, "project": project.project} for project in cluster.projects
        ],
    }


def markdown(report: Report) -> Iterator[str]:
    """Give the lines for a person, which paste into an issue."""
    yield f"# {report.title}"
    yield ""
    yield f"{', '.join(f'{count} {name}' for name, count in report.counts.items())}."
    if report.clusters:
        yield ""
        yield from _table(
            ("#", "kind", "where", "what", "projects", "what settles it"),
            [_of_cluster(cluster) for cluster in report.clusters],
        )
    if telling := [project for project in report.listed if project.outcome not in _QUIET]:
        yield ""
        yield from _table(
            ("project", "outcome", "release", "behind", "rows"),
            [_of_project(report, project) for project in telling],
        )


def _of_cluster(cluster: Cluster) -> tuple[str, ...]:
    return (
        str(cluster.number),
        cluster.point.kind,
        _code(cluster.where),
        _code(cluster.what),
        f"{len(cluster.projects)}: {_some([project.shown for project in cluster.projects])}",
        _code(cluster.settle),
    )


def _of_project(report: Report, project: Project) -> tuple[str, ...]:
    return (
        _code(project.shown),
        project.outcome,
        _code(project.version),
        str(project.behind),
        ", ".join(map(str, report.numbers(project))),
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows[:_ROWS]:
        yield f"| {' | '.join(row)} |"
    if (rest := len(rows) - _ROWS) > 0:
        yield ""
        yield f"And {rest} more: --json and --html have all of them."


def _code(text: str) -> str:
    """Give what others wrote as code in a cell, which no page takes for Markdown."""
    short = shorten(text, _WIDTH, placeholder=" ...")
    return code(short).replace("|", "\\|") if short else ""


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _NAMED
    return ", ".join(map(_code, names[:_NAMED])) + (f" and {rest} more" if rest > 0 else "")
