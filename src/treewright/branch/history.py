"""The states of files on a branch, commit by commit, since it left its base."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from treewright.branch.scratch import Blob, Scratch, Tree


@dataclass(frozen=True)
class History:
    """The line of commits from a base to the head of a branch, along first parents.

    Args:
        root: The files before the first commit.
        start: The files of the base: others than in root, where the base was merged in later.
        changes: What each commit changed against the one before it; None for a file that went.
        merged: The number of commits up to the last one that merged the base in.

    """

    root: Tree
    start: Tree
    changes: Sequence[dict[str, Blob | None]]
    merged: int = 0

    @cached_property
    def head(self) -> Tree:
        """The files at the end."""
        return self.at(len(self.changes))

    def at(self, number: int) -> Tree:
        """Give the files after so many commits."""
        tree = dict(self.root)
        for change in self.changes[:number]:
            for path, blob in change.items():
                if blob is None:
                    tree.pop(path, None)
                else:
                    tree[path] = blob
        return tree

    def state(self, path: str, number: int) -> Blob | None:
        """Give a file after so many commits."""
        for change in reversed(self.changes[:number]):
            if path in change:
                return change[path]
        return self.root.get(path)

    def states(self, path: str, since: int = 0) -> list[Blob | None]:
        """Give the states of a file after so many commits, and since then; the newest is last."""
        later = [change[path] for change in self.changes[since:] if path in change]
        return [self.state(path, since), *later]

    def up_to(self, number: int) -> "History":
        """Give the history that ends after so many commits."""
        return replace(self, changes=self.changes[:number], merged=min(self.merged, number))

    def since(self, number: int, start: Tree) -> "History":
        """Give the history that begins after so many commits, on another base."""
        return History(self.at(number), start, self.changes[number:], max(self.merged - number, 0))

    def on_base(self, scratch: Scratch, path: str, blob: Blob | None) -> Blob | None:
        """Give what a state of a file is where the base was merged in later."""
        old, new = self.root.get(path), self.start.get(path)
        if new in (old, blob):
            return blob
        if blob == old:
            return new
        if blob and new:
            return scratch.merge_file(old, blob, new) or new
        return blob

    @property
    def paths(self) -> Iterator[str]:
        """The files that any commit changed."""
        yield from {path: None for change in self.changes for path in change}


def read(scratch: Scratch, base: str, head: str) -> History:
    """Read the history from a base to a head."""
    listed = scratch.git("rev-list", "--first-parent", "--reverse", "--parents", f"{base}..{head}")
    lines = [line.split() for line in listed.decode().splitlines()]
    if not lines:
        tree = scratch.listing(base)
        return History(tree, tree, ())
    start = scratch.listing(base)
    first = lines[0][1] if len(lines[0]) > 1 else ""
    root = (start if first == base else scratch.listing(first)) if first else {}
    changes, merged = [], 0
    before = first or scratch.git("mktree").decode().strip()
    for commit, *_ in lines:
        changes.append(scratch.difference(before, commit))
        before = commit
    if root != start:
        inside = set(scratch.git("rev-list", base).decode().split())
        merged = max(n for n, (_, *parents) in enumerate(lines, 1) if inside & {*parents})
    return History(root, start, changes, merged)
