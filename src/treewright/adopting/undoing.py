"""`--undo`: take away what joining brought, and leave all else as it is.

Three trees are merged: the one before joining, joined at the release and with the answers of now;
the one of now; and the one before. So what was edited since, or added, stays.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pathspec import GitIgnoreSpec

from treewright.adopting import stored
from treewright.adopting.errors import RefusedError, UnableError
from treewright.adopting.trying import MERGED, Copy
from treewright.branch.applying import Applying
from treewright.branch.computing import Result
from treewright.branch.requests import (
    Request,
    UnreadableError,
    looks_like_answers,
    read,
)
from treewright.branch.scratch import Blob, Tree, UpdateError
from treewright.updating.answers import EMPTY, plain
from treewright.updating.names import Names
from treewright.updating.repository import Repository


@dataclass(frozen=True)
class Undone:
    """What was taken away.

    Args:
        tree: The files of now.
        removed: Files that are gone.
        restored: Files that are as they were before joining.
        merged: Files that have what was edited since, without what joining brought.
        kept: Why a file stays as it is.

    """

    tree: Tree
    removed: list[str]
    restored: list[str]
    merged: list[str]
    kept: Mapping[str, str]


def undo(repository: Repository, copied: Copy, answers: Mapping[str, object]) -> Undone:
    """Compute what is there without what joining brought.

    Args:
        repository: The project.
        copied: A copy of its last commit.
        answers: The answers of now.

    Raises:
        RefusedError: If the project did not join, or its history does not go back so far.

    """
    if answers.get("_commit") != EMPTY and answers.get("joined") is not True:
        raise RefusedError("Treewright made this project: there is nothing to go back to.")
    start = _before(repository, copied)
    return _Undoing(copied, start, answers).result()


def apply(repository: Repository, copied: Copy, undone: Undone) -> None:
    """Have index and work tree hold it; commit nothing.

    Raises:
        DirtyError: If something would get lost.

    """
    head = repository.git("rev-parse", "HEAD").decode().strip()
    applying = Applying(Repository(repository.top), copied.made, head, copied.before)
    result = Result(undone.tree, settled=undone.tree)
    applying.check(result)
    applying.to_work_tree(result)


def _before(repository: Repository, copied: Copy) -> Tree:
    """Find the tree before the answers file came, which may have been renamed since."""
    name, at = copied.name, "HEAD"
    while parent := _parent(repository, name, at):
        tree = copied.made.listing(parent)
        older = next((path for path in tree if _is_answers_file(copied, path, tree[path])), None)
        if older is None:
            return tree
        name, at = older.removeprefix(copied.prefix), parent
    if repository.git("rev-parse", "--is-shallow-repository").strip() == b"true":
        raise RefusedError(
            "This clone is too shallow: it lacks the commit before the repository joined. Run"
            " `git fetch --unshallow`."
        )
    raise RefusedError(
        f"No commit in this history is from before {name}: there is nothing to go back to."
    )


def _parent(repository: Repository, name: str, at: str) -> str:
    """Give the commit before a file came, seen from a commit; nothing where there is none."""
    told = ("--first-parent", "-m", "--diff-filter=A", "--no-renames", "--max-count=1")
    found = repository.git("log", *told, "--format=%H %P", at, "--", name).decode().split()
    return found[1] if len(found) > 1 else ""


def _is_answers_file(copied: Copy, path: str, blob: Blob) -> bool:
    """Tell whether a file is the project's answers file, of this template."""
    name = path.removeprefix(copied.prefix)
    if not path.startswith(copied.prefix) or "/" in name or not name.endswith((".yml", ".yaml")):
        return False
    data = copied.made.read(blob)
    try:
        return looks_like_answers(path, data) and copied.source.is_that_of(read(path, data).source)
    except UnreadableError:
        return False


class _Undoing:
    """One merge of the three trees."""

    def __init__(self, copied: Copy, start: Tree, answers: Mapping[str, object]) -> None:
        self.copied, self.made, self.now = copied, copied.made, copied.before
        self.start = start
        self.joined = self._joined(answers)
        self._seeds = self._rendered(answers)
        self.joined |= self._taken(answers)

    def _joined(self, answers: Mapping[str, object]) -> Tree:
        file, version = self.copied.answers_file, str(answers["_commit"])
        if version == EMPTY:
            return {**self.start, file: self.now[file]}
        asked = plain(answers)
        source = str(answers["_src_path"])
        first = stored.made({"_commit": EMPTY, "_src_path": source, **asked})
        tree = {**self.start, file: Blob("100644", self.made.store(first))}
        before, now = (Request(to, source, asked) for to in (EMPTY, version))
        try:
            return dict(self.made.update(tree, file, before, now).tree)
        except UpdateError as error:
            raise UnableError(f"Joining cannot be computed again: {error}") from error

    def _rendered(self, answers: Mapping[str, object]) -> dict[str, bytes]:
        """Give the files that a new project of these answers has, from the top."""
        version, prefix = str(answers["_commit"]), self.copied.prefix
        if version == EMPTY:
            return {}
        there = [name for name in ("README.md",) if f"{prefix}{name}" in self.start]
        made = self.copied.source.render(plain(answers), version, there)
        return {f"{prefix}{path}": data for path, data in made.items()}

    def _taken(self, answers: Mapping[str, object]) -> Tree:
        """Give the files that were there before, and were left to the template since (`--take`)."""
        if answers["_commit"] == EMPTY:
            return {}
        folder = Names.of(answers).package_dir
        once = GitIgnoreSpec.from_lines(self.copied.source.seeds(folder))
        taken = {}
        for path, data in self._seeds.items():
            name = path.removeprefix(self.copied.prefix)
            before, now = self.start.get(path), self.now.get(path)
            if name in MERGED or path == self.copied.answers_file or once.match_file(name):
                continue
            if before and now and before != now:
                taken[path] = Blob(now.mode, self.made.store(data))
        return taken

    def result(self) -> Undone:
        """Merge file by file."""
        tree, kept = dict(self.now), dict[str, str]()
        removed, restored, merged = list[str](), list[str](), list[str]()
        for path in sorted(self._brought()):
            before, now = self.start.get(path), self.now.get(path)
            blob, why = self._undone(path)
            if why:
                kept[path] = why
            elif blob is None:
                if tree.pop(path, None):
                    removed.append(path)
            elif blob != now:
                tree[path] = blob
                (restored if blob == before else merged).append(path)
        return Undone(tree, removed, restored, merged, kept)

    def _brought(self) -> Iterator[str]:
        """Give the files that joining changed, and those that came once, with a kind, later."""
        for path in {*self.start, *self.joined}:
            if self.start.get(path) != self.joined.get(path):
                yield path
        for path in self._seeds.keys() - {*self.start, *self.joined}:
            if self._is_as_it_came(path):
                yield path

    def _undone(self, path: str) -> tuple[Blob | None, str]:
        """Give what a file is without what joining brought; or why it stays as it is."""
        before, brought, now = (tree.get(path) for tree in (self.start, self.joined, self.now))
        if path == self.copied.answers_file or now is None or now == brought:
            return (before, "")
        if before is None:
            if self._is_as_it_came(path):
                return None, ""
            return now, "you have edited it"
        trees = ({path: blob} if blob else {} for blob in (brought, now, before))
        done = self.made.merge(*trees)
        if path in done.unmerged or done.clashes:
            return now, "you have edited the same lines"
        return self._as_it_was(before, done.tree.get(path)), ""

    def _is_as_it_came(self, path: str) -> bool:
        """Tell whether nobody has edited a file that joining, or a kind later, brought."""
        if path not in self.now or self.made.read(self.now[path]) == self._seeds.get(path):
            return path in self.now
        log = (
            "log",
            "--first-parent",
            "-m",
            "--no-renames",
            "--format=%H",
            "refs/heads/base",
            "--",
        )
        changed = self.made.git(*log, path).decode().split()
        updated = {*self.made.git(*log, self.copied.answers_file).decode().split()}
        return bool(changed) and {*changed} <= updated

    def _as_it_was(self, before: Blob, merged: Blob | None) -> Blob | None:
        """Take the bytes of before where only blank lines differ."""
        sides = [
            [line.rstrip() for line in self.made.read(blob).splitlines() if line.strip()]
            for blob in (before, merged)
        ]
        return before if sides[0] == sides[1] else merged
