"""The wheel of a repository that joins stays the same, or what changes it is left out."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from treewright.adopting.errors import RefusedError, UnableError
from treewright.adopting.trying import Copy, Joined
from treewright.adopting.wheels import Contents, NotBuiltError, build, differences
from treewright.branch.scratch import Tree


class Wheel:
    """The wheel of before, with which others are compared.

    Args:
        copied: The copy of the repository. Its build backend runs.

    Raises:
        UnableError: If the machine prevents the build.
        RefusedError: If the repository does not build.

    """

    def __init__(self, copied: Copy) -> None:
        """Build it."""
        self._copied = copied
        try:
            self._before = self._build(copied.before)
        except NotBuiltError as error:
            raise RefusedError(
                f"The repository does not build as it is, so nothing can show that its wheel stays"
                f" the same: {error} Run `uv build` until it does, commit that, and adopt again."
            ) from error

    def differences(self, tree: Tree) -> list[str]:
        """Say in what the wheel of another tree differs.

        Raises:
            UnableError: If the machine prevents the build.

        """
        try:
            now = self._build(tree)
        except NotBuiltError as error:
            return [f"it does not build: {error}"]
        found = differences(self._before, now)
        return (
            [str(one) for one in found if one.where not in self._differs_by_itself] if found else []
        )

    @cached_property
    def _differs_by_itself(self) -> set[str]:
        """What differs between two builds of the same tree."""
        return {one.where for one in differences(self._before, self._build(self._copied.before))}

    def _build(self, tree: Tree) -> Contents:
        with self._copied.folder(tree, "built") as folder:
            try:
                return build(folder)
            except NotBuiltError as error:
                if error.__cause__:
                    raise UnableError(
                        f"The wheels of before and after cannot be compared here: {error}"
                    ) from error
                raise

    def causes(self, joined: Joined) -> Iterator[str]:
        """Find the files, from the top of the repository, that make the difference."""
        parts = [path for path in [*joined.arrived, *joined.changed] if path in joined.after]

        def differs(some: Sequence[str]) -> bool:
            tree = {**joined.before, **{path: joined.after[path] for path in some}}
            return bool(self.differences(tree))

        yield from cause(parts, differs)


def cause(parts: Sequence[str], is_bad: Callable[[Sequence[str]], bool]) -> list[str]:
    """Find the parts that make something bad, each by halves.

    Args:
        parts: All of them, which together are bad.
        is_bad: Tells whether some of them are, in their order.

    """
    found: list[str] = []
    left = list(parts)
    while left and is_bad(left):
        low, high = 0, len(left)  # the first `high` are bad, the first `low` are not
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if is_bad(left[:middle]) else (middle, high)
        found.append(left.pop(high - 1))
    return found
