"""Joining, tried in a copy: what arrives, what would clash, and what the wheel says to it.

The copy is a repository in a temporary folder (see treewright.branch.scratch): nothing is written
where the user works.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from treewright.adopting import stored
from treewright.adopting.errors import RefusedError
from treewright.adopting.source import Source
from treewright.branch.requests import Request
from treewright.branch.scratch import (
    Blob,
    Scratch,
    Tree,
    UpdateError,
    Updater,
    run_stock,
    scratch,
)
from treewright.updating.answers import EMPTY, plain
from treewright.updating.repository import Repository

# Merged by meaning; all else that was there is the owner's.
MERGED = ("pyproject.toml", ".gitignore")


@dataclass(frozen=True)
class Joined:
    """What joining makes of a tree.

    Args:
        answers: The answers that it was joined with.
        before: The files of before.
        after: The files of after.
        clashes: Why a file of before is not as it has to be, by its path.
        printed: What the update printed.

    """

    answers: Mapping[str, object]
    before: Tree
    after: Tree
    clashes: Mapping[str, str]
    printed: str = ""

    @property
    def arrived(self) -> list[str]:
        """The files that are new, from the top of the repository."""
        return sorted(self.after.keys() - self.before.keys())

    @property
    def changed(self) -> list[str]:
        """The files that were there and differ."""
        return sorted(
            path for path, blob in self.before.items() if self.after.get(path, blob) != blob
        )


@dataclass(frozen=True)
class Copy:
    """The repository, in a temporary folder.

    Args:
        made: The scratch repository.
        source: The template.
        prefix: The project's folder from the top; empty, or with a slash at its end.
        before: The files.
        name: What the answers file is called.

    """

    made: Scratch
    source: Source
    prefix: str
    before: Tree
    name: str = stored.NAME

    @property
    def answers_file(self) -> str:
        """The answers file, from the top."""
        return f"{self.prefix}{self.name}"

    def join(self, answers: Mapping[str, object]) -> Joined:
        """Join with these answers, as the printed command does.

        Raises:
            RefusedError: If the update fails.

        """
        before, now = (Request(to, "", plain(answers)) for to in (EMPTY, self.source.version))
        start = self.joining(self.before, answers)
        try:
            updated = self.made.update(start, self.answers_file, before, now)
        except UpdateError as error:
            raise RefusedError(f"Joining fails in a copy of the repository: {error}") from error
        after = dict(updated.tree)
        clashes = dict.fromkeys(updated.unmerged, "both have lines of their own there")
        for path, blob in self.before.items():
            if path in clashes or after.get(path) == blob:
                continue
            if path not in after:
                clashes[path] = "it would be deleted"
            elif path.removeprefix(self.prefix) not in MERGED or not path.startswith(self.prefix):
                clashes[path] = "it would be changed"
        return Joined(answers, self.before, after, clashes, updated.printed)

    def joining(self, tree: Tree, answers: Mapping[str, object]) -> Tree:
        """Give a tree with the answers file that begins it."""
        name = self.made.store(stored.made(answers))
        return {**tree, self.answers_file: Blob("100644", name)}

    @contextmanager
    def folder(self, tree: Tree, name: str) -> Iterator[Path]:
        """Check a tree out, and give the project's folder in it; its last commit has that tree.

        Args:
            tree: The files.
            name: What the folder is called, beside others.

        """
        same = tree == self.before
        commit = "refs/heads/base" if same else self.made.commit(tree, "refs/heads/base")
        place = self.made.top.parent / name / self.made.top.name
        self.made.git("worktree", "add", "--quiet", "--detach", str(place), commit)
        try:
            yield place / self.prefix
        finally:
            self.made.git("worktree", "remove", "--force", str(place))

    def diff(self, joined: Joined) -> bytes:
        """Give the whole difference, as git shows it."""
        sides = [self.made.write(tree) for tree in (joined.before, joined.after)]
        return self.made.git("diff-tree", "-r", "-p", "--no-renames", *sides)


@contextmanager
def copy(
    repository: Repository,
    source: Source,
    updater: Updater | None = None,
    name: str = stored.NAME,
) -> Iterator[Copy]:
    """Make a copy of the repository's last commit.

    Args:
        repository: The project.
        source: The template.
        updater: Runs updates.
        name: What the answers file is called.

    """
    head = repository.git("rev-parse", "HEAD").decode().strip()
    top = Repository(repository.top)
    with scratch(top, head, updater or partial(run_stock, TREEWRIGHT_UNPROVEN="1")) as made:
        yield Copy(made, source, repository.prefix, made.listing(head), name)
