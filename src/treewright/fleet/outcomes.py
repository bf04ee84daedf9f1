"""What came of each project: its outcome, and point by point what is behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# Of a project that was not compared or updated, whatever was asked.
FAILED, UNREADABLE, UNKNOWN = "failed", "unreadable answers", "unknown release"
OTHER, NONE = "another template", "no project"
# Of a rehearsal.
REFUSED, CONFLICTS, UNFINISHED = "refused", "conflicts", "unfinished"
TESTS, FAULTS = "tests failed", "not proven"
SETTLED, CLEAN, CURRENT, NEWER = "settled by a rule", "clean", "current", "newer"
# Of drift.
DRIFTED, SAME = "drifted", "no drift"
# The worst first, as they are listed.
ORDER = (
    FAILED, UNREADABLE, UNKNOWN, REFUSED, CONFLICTS, UNFINISHED, TESTS, FAULTS, DRIFTED,
    SETTLED, CLEAN, SAME, CURRENT, NEWER, OTHER, NONE,
)  # fmt: skip


@dataclass(frozen=True)
class Point:
    """One thing that was found in a project.

    Args:
        kind: What sort of thing.
        where: The file, the key or the module.
        what: What was found there; the same in each project where it is the same thing.
        settle: What would settle it; empty where nothing has to be done.
        detail: What is this project's alone.
        person: Whether a person has to settle it.
        unable: Whether the machine, and not the project, is why.

    """

    kind: str
    where: str
    what: str
    settle: str = ""
    detail: str = ""
    person: bool = True
    unable: bool = False


@dataclass
class Project:
    """A project of a clone, and what came of it.

    Args:
        path: The clone, as a person knows it.
        project: The project's folder in it; `.` at the top.
        outcome: One of ORDER.
        name: The distribution's name, by the answers.
        version: The release that it has.
        behind: How many releases are newer.
        points: What was found.
        files: How many files and lines the update changes; see `diffstat`.
        proof: What the proof says of the project after the update.
        tests: What became of the tests.
        notes: What else is to be said.
        names: What is this project's alone, by the answers that say so.

    """

    path: str
    project: str = "."
    outcome: str = CLEAN
    name: str = ""
    version: str = ""
    behind: int = 0
    points: list[Point] = field(default_factory=list)
    files: Mapping[str, int] = field(default_factory=dict)
    proof: str = ""
    tests: str = ""
    notes: list[str] = field(default_factory=list)
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def person(self) -> bool:
        """Whether a person has to settle something."""
        return any(point.person for point in self.points)

    @property
    def unable(self) -> bool:
        """Whether it could not be looked at, because of the machine."""
        return any(point.unable for point in self.points)

    @property
    def shown(self) -> str:
        """The clone, and the folder in it."""
        return self.path if self.project == "." else f"{self.path} ({self.project})"


def are_others(projects: Sequence[Project]) -> bool:
    """Tell whether none of the projects is the template's."""
    return all(project.outcome in {OTHER, NONE} for project in projects)


def status(projects: Sequence[Project]) -> int:
    """Give the exit status: 2 where one, or all, could not be looked at; 1 where a person acts."""
    if are_others(projects) or any(project.unable for project in projects):
        return 2
    return 1 if any(project.person for project in projects) else 0
