"""What a proof says: a finding about the project, or why nothing could be proven."""

import re
from typing import NamedTuple

_TOLD = 90  # characters of a message


class Finding(NamedTuple):
    """One fault of the project: where it is, what is wrong, how to fix it."""

    where: str
    what: str
    fix: str

    def __str__(self) -> str:
        """Give the finding as one line, in the order that editors and people expect."""
        return f"{self.where}: {self.what}; {self.fix}"


class UnprovenError(Exception):
    """Nothing can be said, because of the environment or of how the proof was called.

    Its text is one sentence for the user.
    """


def told(message: str) -> str:
    """Give a message of Python as one short line, with paths as the wheel has them."""
    line = " ".join(re.sub(r"[^\s('\"]*[/\\]site[/\\]", "", message).split())
    return line if len(line) <= _TOLD else line[: _TOLD - 3] + "..."
