"""What ends `treewright adopt` before anything is written."""


class RefusedError(Exception):
    """The repository cannot be taken as it is: exit status 1.

    Attributes:
        reasons: Each reason, one sentence with what to do about it.

    """

    def __init__(self, *reasons: str) -> None:
        """Take the reasons."""
        super().__init__("\n".join(reasons))
        self.reasons = reasons


class UnableError(Exception):
    """The usage is wrong, or the machine lacks something: exit status 2."""
