"""What ends `treewright adopt` before anything is written."""

from collections.abc import Mapping

from treewright.adopting.found import Found


class RefusedError(Exception):
    """The repository cannot be taken as it is: exit status 1.

    Attributes:
        reasons: Each reason, one sentence with what to do about it.
        answers: What was inferred so far, by the answer's name.

    """

    def __init__(self, *reasons: str, answers: Mapping[str, Found] | None = None) -> None:
        """Take the reasons, and what was inferred."""
        super().__init__("\n".join(reasons))
        self.reasons = reasons
        self.answers = answers or {}


class UnableError(Exception):
    """The usage is wrong, or the machine lacks something: exit status 2."""
