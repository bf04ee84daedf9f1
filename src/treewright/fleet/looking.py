"""What a rehearsal and a look at drift have in common: each project of a clone, or why it has none.

Whatever goes wrong with one clone is told of that clone, and stops no other.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeAlias

import yaml

from treewright.adopting.errors import UnableError
from treewright.branch.requests import Request, UnreadableError, read
from treewright.branch.scratch import UpdateError, Updater
from treewright.fleet import clusters, outcomes
from treewright.fleet.clones import Clone, EmptyError, Opened, opened
from treewright.fleet.outcomes import Point, Project
from treewright.fleet.template import Template, behind, given
from treewright.stock import RefusedError
from treewright.updating.repository import GitError


@dataclass(frozen=True)
class Found:
    """A project of the template's.

    Args:
        opened: The clone.
        file: The answers file, from the top.
        request: What the answers file says.
        told: What is told of it.

    """

    opened: Opened
    file: str
    request: Request
    told: Project

    @property
    def folder(self) -> str:
        """The project's folder, from the top."""
        return str(PurePosixPath(self.file).parent)

    @property
    def prefix(self) -> str:
        """The same before a path; empty at the top."""
        return "" if self.folder == "." else f"{self.folder}/"


Work: TypeAlias = Callable[[Found], None]
Told: TypeAlias = Callable[[Project], None]


@dataclass(frozen=True)
class Fleet:
    """The clones, and the template that they are measured by.

    Args:
        clones: The clones.
        template: The template.
        updater: Runs updates.
        jobs: How many clones are worked on at once.
        tell: Is told each project when it is done.
        stop: Is called where the run is interrupted: it ends what a clone may wait for.

    """

    clones: Sequence[Clone]
    template: Template
    updater: Updater
    jobs: int = 1
    tell: Told = lambda _: None
    stop: Callable[[], None] = lambda: None

    def each(self, work: Work) -> list[Project]:
        """Have work done on each project, and give them all, in the order of their clones.

        Args:
            work: It writes into what is told of the project. What it raises is told, too.

        """
        said = threading.Lock()

        def one(clone: Clone) -> list[Project]:
            projects = self._one(clone, work)
            with said:
                for project in projects:
                    self.tell(project)
            return projects

        if self.jobs == 1:
            return [project for clone in self.clones for project in one(clone)]
        pool = ThreadPoolExecutor(self.jobs)  # what takes time runs in processes of its own
        try:
            return [project for found in pool.map(one, self.clones) for project in found]
        except BaseException:
            self.stop()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _one(self, clone: Clone, work: Work) -> list[Project]:
        try:
            with opened(clone, self.updater) as there:
                return [*self._projects(there, work)] or [_none(clone, "it has no answers file")]
        except EmptyError:
            return [_none(clone, "it has no commit at HEAD")]
        except Exception as error:  # noqa: BLE001  # no clone stops the others
            project = Project(clone.shown)
            _fail(project, _told(error))
            return [project]

    def _projects(self, there: Opened, work: Work) -> Iterator[Project]:
        others: list[tuple[str, Project]] = []
        ours: set[str] = set()
        for file in there.answers_files():
            folder = str(PurePosixPath(file).parent)
            project = Project(there.clone.shown, folder, notes=[*there.notes])
            request = self._read(there, file, project)
            if project.outcome == outcomes.OTHER:
                others.append((folder, project))
                continue
            ours.add(folder)
            if request:
                _attempt(Found(there, file, request, project), work)
            yield project
        # Beside one of ours it belongs to an overlay, which has its own updates.
        yield from (project for folder, project in others if folder not in ours)

    def _read(self, there: Opened, file: str, project: Project) -> Request | None:
        """Read an answers file; None where the project is not to be worked on, which is told."""
        try:
            data = there.made.read(there.tree[file])
            request = read(file, data)
            _check_size(file, data)
        except UnreadableError as error:
            project.outcome = outcomes.UNREADABLE
            project.points.append(Point(outcomes.UNREADABLE, file, _sentence(error), "edit it"))
            return None
        project.names = clusters.own_names({**request.answers, "_commit": request.version})
        project.name = given(request.answers, "project_name")
        project.version = request.version
        if not self.template.is_that_of(request.source):
            project.outcome = outcomes.OTHER
            what = f"its template is at {request.source}"
            project.points.append(Point(outcomes.OTHER, file, what, person=False))
            return None
        if not self.template.has(request.version):
            project.outcome = outcomes.UNKNOWN
            what = f"its release is {request.version}, which is not here"
            settle = "fetch the template's tags, or use a newer treewright"
            project.points.append(Point(outcomes.UNKNOWN, file, what, settle))
            return None
        project.behind = len(behind(request.version, self.template.releases()))
        return request


def _check_size(file: str, data: bytes) -> None:
    """Refuse answers that a few lines make endless: by aliases, which Copier writes none of.

    Raises:
        UnreadableError: If there is an alias.

    """
    if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(data)):
        raise UnreadableError(f"{file} has aliases (`*name`): write out what they stand for")


def _none(clone: Clone, why: str) -> Project:
    point = Point(outcomes.NONE, "", why, person=False)
    return Project(clone.shown, outcome=outcomes.NONE, points=[point])


def _attempt(found: Found, work: Work) -> None:
    """Do the work; what goes wrong is told of the project."""
    try:
        work(found)
    except Exception as error:  # noqa: BLE001  # no project stops the others
        _fail(found.told, _told(error))


def _told(error: Exception) -> str:
    """Give what an error says, with its name where it is a fault of ours."""
    known = (GitError, OSError, UnableError, RefusedError, UpdateError)
    return str(error) if isinstance(error, known) else f"{type(error).__name__}: {error}"


def _fail(project: Project, why: str) -> None:
    project.outcome = outcomes.FAILED
    what = _sentence(why) or "git failed, and said nothing"
    project.points = [Point(outcomes.FAILED, "", what, person=False, unable=True)]


def _sentence(error: object) -> str:
    return " ".join(str(error).split())
