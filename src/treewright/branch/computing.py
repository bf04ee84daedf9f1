"""Compute what a branch is when what its answers file asks for is done.

Three trees are merged. The update is made of what people had put on the branch before it: they may
have committed beside the changed line, so that Copier and the hooks do with it what they do with
all code of theirs. The branch is as it is. The base has, of each file, the last state that the
branch had from a machine, so that what differs from it is by people:

- the state before the update, where the branch has not been updated;
- that of a finished update, where one was committed, by the job or by hand;
- that of a plain update, by a bot that does not run the hooks, where that was committed.

Files are recognised by what they hold, so nothing depends on who commits, or how often.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from treewright.branch.history import History
from treewright.branch.requests import (
    Request,
    UnreadableError,
    likest,
    looks_like_answers,
    place_of_pin,
    read,
    with_source,
)
from treewright.branch.scratch import MARKERS, REJECTS, Blob, Scratch, Tree, Updated, UpdateError
from treewright.updating.layers import owner_of
from treewright.updating.merging import Clash
from treewright.updating.names import Names
from treewright.updating.repository import BASE, OURS, THEIRS, Stage

_LEFT_BESIDE = (".rej", ".orig")


@dataclass(frozen=True)
class Result:
    """What the branch is to be.

    Args:
        tree: The files; one in conflict has markers, where it can have any.
        conflicts: Why a file is left to a person.
        settled: The same files, but those in conflict are as the branch has them.
        versions: The release before, and that of now.
        answers: The answers that change.
        clashes: What was decided by meaning, with the file.
        update: What the update made and said; None where there is nothing to update.
        touched: Whether the branch had anything of an update, finished or not.
        overlay: The name of the overlay that is updated, if it is not Treewright.

    """

    tree: Tree
    conflicts: Mapping[str, str] = field(default_factory=dict)
    settled: Tree = field(default_factory=dict)
    versions: tuple[str, str] = ("", "")
    answers: Mapping[str, object] = field(default_factory=dict)
    clashes: Sequence[tuple[str, Clash]] = ()
    update: Updated | None = None
    touched: bool = False
    overlay: str = ""


def compute(
    scratch: Scratch, history: History, answers_file: str, kept: AbstractSet[str] = frozenset()
) -> Result:
    """Compute what a branch is to be.

    Args:
        scratch: The repository to compute in.
        history: The branch.
        answers_file: The answers file, from the top.
        kept: Files of which a person has said that they stay as they are, conflict or not.

    Raises:
        UnreadableError: If the answers cannot be read.
        UpdateError: If the update is refused or fails.
        GitError: If git fails.

    """
    asked = _Asked.read(scratch, history, answers_file)
    if asked is None:
        return Result(history.head, settled=history.head)
    return _Finishing(scratch, asked, kept).result()


def compute_each(
    scratch: Scratch,
    history: History,
    answers_files: Sequence[str],
    kept: AbstractSet[str] = frozenset(),
) -> tuple[Tree, dict[str, Result]]:
    """Compute one project after the other; each begins where the one before has ended.

    Args:
        scratch: The repository to compute in.
        history: The branch.
        answers_files: The answers file of each project, from the top.
        kept: Files of which a person has said that they stay as they are, conflict or not.

    Returns:
        The files in the end, and what each project came to.

    Raises:
        UnreadableError: If the answers cannot be read.
        UpdateError: If an update is refused or fails.
        GitError: If git fails.

    """
    results: dict[str, Result] = {}
    for file in answers_files:
        result = compute(scratch, history, file, kept)
        results[file] = result
        change = {
            path: result.tree.get(path)
            for path in {*result.tree, *history.head}
            if result.tree.get(path) != history.head.get(path)
        }
        if change and len(answers_files) > 1:
            changes = [*history.changes, change]
            history = History(history.root, history.start, changes, history.merged)
    return (results[answers_files[-1]].tree if answers_files else history.head), results


def merged(final: Tree, results: Mapping[str, Result]) -> Result:
    """Give the end of all projects as one."""
    conflicts = {path: why for result in results.values() for path, why in result.conflicts.items()}
    settled = dict(final)
    for result in results.values():
        for path in result.conflicts:
            settled.pop(path, None)
            if path in result.settled:
                settled[path] = result.settled[path]
    return Result(final, conflicts, settled)


@dataclass(frozen=True)
class _Asked:
    """A branch, from where its answers file begins, and what that asks for.

    Args:
        history: The branch.
        file: The answers file.
        content: What it holds before.
        before: What it asks for before.
        requests: What it asks for after each commit, with that before the first.
        overlay: The name of the overlay whose it is, if it is not Treewright's.

    """

    history: History
    file: str
    content: Blob
    requests: Sequence[Request]
    overlay: str = ""

    @property
    def before(self) -> Request:
        return self.requests[0]

    @property
    def now(self) -> Request:
        return self.requests[-1]

    @property
    def pin(self) -> str:
        return "" if self.overlay else place_of_pin(self.file)

    @classmethod
    def read(cls, scratch: Scratch, history: History, file: str) -> "_Asked | None":
        """Read what a branch asks for; None where that is nothing new."""
        if file not in history.head:
            return None  # the project no longer has a template
        content = history.start.get(file)
        overlay = owner_of(file, history.head)
        if content is None:  # it is new: what it was first is what was before
            old = _renamed(scratch, history, file)
            number = next(n for n, change in enumerate(history.changes, 1) if change.get(file))
            history = history.since(number, history.at(number))
            content = old or history.start[file]
            history = replace(history, start={**history.start, file: content})
        pin = "" if overlay else place_of_pin(file)
        requests = [
            read(file, scratch.read(content), scratch.read(history.start.get(pin))),
            read(file, scratch.read(history.head[file]), scratch.read(history.head.get(pin))),
        ]
        last = requests.pop()
        if overlay:
            _check_overlay(file, requests[0], last)
        elif last.source != requests[0].source:  # the template has moved
            moved = with_source(scratch.read(content), last.source)
            content = content._replace(name=scratch.store(moved))
        for number in range(1, len(history.changes)):
            states = [history.state(path, number) for path in (file, pin)]
            if number < history.merged or states[0] is None:
                requests.append(requests[-1])
                continue
            try:
                requests.append(read(file, *map(scratch.read, states)))
            except UnreadableError:
                requests.append(requests[-1])
        requests.append(last)
        asked = cls(history, file, content, requests, overlay)
        return asked if asked.steps else None

    @property
    def steps(self) -> list[int]:
        """The commits, by number from 1, that ask for something else than the one before."""
        pairs = zip(self.requests, self.requests[1:], strict=False)
        return [n for n, (old, new) in enumerate(pairs, 1) if new.differs(old)]


def _check_overlay(file: str, before: Request, now: Request) -> None:
    """Refuse what nobody has agreed to: an overlay is fetched from where it was before the branch.

    Raises:
        UpdateError: If it is to come from elsewhere, or its release is no name of one.

    """
    if now.source != before.source:
        raise UpdateError(
            f"{file} names another template than before the branch, {now.source}: if you trust"
            f" that, run `copier update --trust --answers-file {file}`."
        )
    if now.version.startswith("-"):
        raise UpdateError(f"{file} has a `_commit` that names no release: {now.version}")


def _renamed(scratch: Scratch, history: History, file: str) -> Blob | None:
    """Give the answers file that a branch renamed to this, as it was before."""
    gone = {
        path: read(path, scratch.read(blob))
        for path, blob in history.start.items()
        if path not in history.head and looks_like_answers(path, scratch.read(blob))
    }
    name = likest(read(file, scratch.read(history.head[file])), gone.items())
    return history.start[name] if name else None


class _Finishing:
    """One update of a branch."""

    def __init__(self, scratch: Scratch, asked: _Asked, kept: AbstractSet[str]) -> None:
        self.scratch, self.asked, self.kept = scratch, asked, kept
        self.file, self.pin = asked.file, asked.pin
        self.history = self._since_the_last_one()
        self.start = {**self.history.start, self.file: asked.content}
        self.head = self.history.head
        self.first = self._update(self.start)
        self.changed = self._changed(self.first)
        self.machine = [self.first]
        if self._looks_plain():
            self.machine.append(self._update(self.start, self.plain))
        self.hits = self._hits()

    def _since_the_last_one(self) -> History:
        """Leave out what was asked for and done before on the branch.

        What was asked for and not done makes no difference: then one update does it all.
        """
        asked, history = self.asked, self.asked.history
        *earlier, last = asked.steps or [0]
        if not earlier:
            return history
        before = replace(asked, history=history.up_to(last - 1), requests=asked.requests[:last])
        try:
            done = _Finishing(self.scratch, before, self.kept).result()
        except UpdateError:  # as a release that there is not
            return history
        if not done.touched or done.conflicts:
            return history
        self.asked = replace(
            asked, content=done.tree[self.file], requests=[asked.requests[last - 1], asked.now]
        )
        head = history.at(last - 1)
        if done.tree == head:
            return history.since(last - 1, head)
        merged = self.scratch.merge(head, history.head, done.tree).tree
        change: dict[str, Blob | None] = {
            path: merged.get(path)
            for path in {*merged, *done.tree}
            if merged.get(path) != done.tree.get(path)
        }
        return History(done.tree, done.tree, [change])

    def _update(self, tree: Tree, plain: str = "") -> Updated:
        asked = self.asked
        return self.scratch.update(tree, self.file, asked.before, asked.now, plain)

    @property
    def plain(self) -> str:
        """How conflicts are left in a plain update that the branch may have."""
        return REJECTS if any(map(self._is_left_beside, self.history.paths)) else MARKERS

    def _changed(self, update: Updated) -> set[str]:
        """Give the files that an update changes, or leaves to a person."""
        found = {
            path
            for path in {*update.tree, *self.start}
            if update.tree.get(path) != self.start.get(path)
        }
        return (found | update.unmerged.keys()) - {self.file, self.pin}

    # --- What is from a machine --------------------------------------------------------

    def _looks_plain(self) -> bool:
        """Tell whether the branch may have an update without hooks, which then is made, too."""
        touched = {*self.history.paths} & self.changed
        states = {path: self._later(path) for path in touched}
        others = {path for path in touched if states[path][0] != self.first.tree.get(path)}
        finished = {path for path in touched if self.first.tree.get(path) in states[path]}
        left = any(map(self._is_left_beside, self.history.paths))
        marked = any(self.scratch.is_marked(self.head.get(path)) for path in touched)
        many = len(touched) * 2 >= len(self.changed) or finished
        return bool(left or marked or (others and many))

    def _later(self, path: str) -> list[Blob | None]:
        return self.history.states(path)[1:]

    def _hits(self) -> list[int]:
        """Give the commits, by number from 1, that have something of an update."""
        candidates = {
            path
            for update in self.machine
            for path in self._changed(update)
            if path in update.tree and update.tree[path] != self.start.get(path)
        }
        only_deletes = not candidates
        if not any(
            self.head.get(path) == update.tree.get(path) != self.start.get(path)
            for update in self.machine
            for path in self._changed(update)
        ):
            return []  # it has been taken back
        found = []
        for number, change in enumerate(self.history.changes, 1):
            for update in self.machine:
                if any(
                    (blob is not None or only_deletes)
                    and update.tree.get(path) == blob != self.start.get(path)
                    for path, blob in change.items()
                    if path not in {self.file, self.pin}
                ):
                    found.append(number)
                    break
        return found

    def _updated_at(self, path: str) -> int:
        """Give the last commit with something of an update that changed a file; 0 for none."""
        for number in reversed(self.hits):
            if path in self.history.changes[number - 1]:
                return number
        return 0

    # --- What is by people -------------------------------------------------------------

    def _before(self) -> Tree:
        """Give what people had put on the branch, without what machines made of it."""
        tree: Tree = {}
        for path in {*self.start, *self.history.root, *self.history.paths}:
            if path == self.file:
                blob: Blob | None = self.asked.content
            elif path == self.pin:
                blob = self.start.get(path)
            elif self._is_left_beside(path):
                blob = None
            else:
                blob = self._by_people(path)
            if blob is not None:
                tree[path] = blob
        return tree

    def _by_people(self, path: str) -> Blob | None:
        if not self.hits:
            return self.head.get(path)
        if number := self._updated_at(path):
            states, since = self.history.states(path), self.history.states(path, number)
            earlier = states[: len(states) - len(since)]
            from_machines = [update.tree.get(path) for update in self.machine]
            if any(state in from_machines for state in earlier[1:]):
                return self.start.get(path)
            return self.history.on_base(self.scratch, path, earlier[-1])
        if self._is_stranded(path):
            return self.head.get(path)
        state = self.history.state(path, self.hits[-1])
        return self.history.on_base(self.scratch, path, state)

    def _is_stranded(self, path: str) -> bool:
        """Tell whether a file was added where the package no longer is."""
        folder = str(PurePosixPath(self.file).parent)
        try:
            old, new = (
                Names.of(request.answers).package_dir
                for request in (self.asked.before, self.asked.now)
            )
        except (KeyError, TypeError):
            return False
        inside = PurePosixPath(folder, old)
        return (
            old != new
            and path in self.head
            and path not in self.start
            and PurePosixPath(path).is_relative_to(inside)
            and not any(PurePosixPath(there).is_relative_to(inside) for there in self.first.tree)
        )

    # --- The merge ---------------------------------------------------------------------

    def result(self) -> Result:
        """Merge, and tell what is left to a person."""
        before = self._before()
        update = self.first if before == self.start else self._update(before)
        plain = [u for u in self.machine[1:] if self.hits]
        if plain and before != self.start:
            plain.append(self._update(before, self.plain))
        base = self._base(before, update, plain)
        merged = self.scratch.merge(base, self.head, update.tree)
        tree = {**merged.tree}
        for path in [path for path in tree if self._is_left_beside(path)]:
            del tree[path]
        conflicts: dict[str, str] = {}
        settled = dict(tree)
        for path, why, ours in self._conflicts(tree, update, merged.unmerged):
            if path in self.kept:
                ours, why = self.head.get(path), ""  # noqa: PLW2901
                _put(tree, path, ours)
            else:
                conflicts[path] = why
            _put(settled, path, ours)
        return Result(
            tree,
            dict(sorted(conflicts.items())),
            settled,
            (self.asked.before.version, self.asked.now.version),
            self._answers(),
            merged.clashes,
            update,
            bool(self.hits),
            self.asked.overlay,
        )

    def _base(self, before: Tree, update: Updated, plain: Sequence[Updated]) -> Tree:
        tree = dict(before)
        _put(tree, self.file, self.head.get(self.file))
        if update.tree.get(self.pin) != before.get(self.pin):
            _put(tree, self.pin, self.head.get(self.pin))
        if self.hits:
            for path in {*before, *update.tree, *self.history.paths} - {self.file, self.pin}:
                _put(tree, path, self._last_known(path, before, update, plain))
        return tree

    def _last_known(
        self, path: str, before: Tree, update: Updated, plain: Sequence[Updated]
    ) -> Blob | None:
        """Give the last state of a file that the branch has from a machine."""
        new, old, now = update.tree.get(path), before.get(path), self.head.get(path)
        if path in self.kept and path in update.unmerged:
            return new
        if self._is_left_beside(path):
            return now
        disputed = path in update.unmerged or any(
            self.scratch.is_marked(one.tree.get(path)) for one in plain
        )
        as_left = bool(plain) and now == plain[-1].tree.get(path)  # of what is before
        if disputed and now != old and not as_left and not self.scratch.is_marked(now):
            return new  # a person has decided
        number = self._updated_at(path)
        if not number:
            return old
        known = [update, self.first, *plain]
        for state in reversed(self.history.states(path, number)):
            if any(state == one.tree.get(path) for one in known) and state != old:
                return state
        return new if self._has_arrived(old, new, now) else old

    def _has_arrived(self, old: Blob | None, new: Blob | None, now: Blob | None) -> bool:
        """Tell whether a file has all lines that an update brings, and none that it removes."""
        if old == new or now is None:
            return old == new
        was, brought, there = (Counter(self.scratch.read(s).splitlines()) for s in (old, new, now))
        return not (brought - was) - there and not (was - brought) & (there - brought)

    def _is_left_beside(self, path: str) -> bool:
        stem, dot, suffix = path.rpartition(".")
        beside = f"{dot}{suffix}" in _LEFT_BESIDE and path not in self.start
        return beside and (stem in self.head or stem in self.start)

    def _conflicts(
        self,
        tree: Tree,
        update: Updated,
        unmerged: Mapping[str, Mapping[int, Stage]],
    ) -> Iterator[tuple[str, str, Blob | None]]:
        """Give each file that is left to a person, why, and what it is on the branch."""
        for path in sorted({*unmerged, *update.unmerged, *self.history.paths, *tree}):
            sides, blob = unmerged.get(path) or update.unmerged.get(path), tree.get(path)
            ours = self.head.get(path) or _blob((sides or {}).get(OURS))
            if path in unmerged:
                yield path, why(unmerged[path], "the update"), ours
            elif path in update.unmerged and blob == update.tree.get(path):
                stays = self.hits and THEIRS not in update.unmerged[path]
                if not (stays and self.head.get(path) == blob):
                    yield path, why(update.unmerged[path], "the template"), ours
            elif (
                blob != self.start.get(path)
                and (blob == self.head.get(path) or path in update.unmerged)
                and self.scratch.is_marked(blob)
            ):
                yield path, "it has markers of a conflict", self.head.get(path)

    def _answers(self) -> dict[str, object]:
        before, now = self.asked.before, self.asked.now
        given = now.given(before)
        return {name: given[name] for name in given if name in before.answers}


def _put(tree: Tree, path: str, blob: Blob | None) -> None:
    if blob is None:
        tree.pop(path, None)
    else:
        tree[path] = blob


def _blob(stage: Stage | None) -> Blob | None:
    return Blob(stage.mode, stage.blob) if stage else None


def why(sides: Mapping[int, Stage], other: str) -> str:
    """Say what both sides did to a file."""
    if OURS not in sides and sides:
        return f"you deleted it, and {other} changed it"
    if THEIRS not in sides and sides:
        return f"you changed it, and {other} deleted it"
    if BASE not in sides and sides:
        return f"you added it, and so did {other}"
    return f"you and {other} changed the same lines"
