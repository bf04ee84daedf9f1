"""What a proof says: a finding about the project, or why nothing could be proven."""

import re
from typing import NamedTuple

from treewright.rows import on_one_line

_TOLD = 90  # characters of a message
# Where the wheel is unpacked, and the standard library.
_PLACE = re.compile(r"""[^\s('"]*[/\\](?:site|lib[/\\]python3\.\d+t?)[/\\]""")


class Finding(NamedTuple):
    """What was found: where it is, what is wrong, how to fix it.

    Args:
        where: a path in the tree, or the artefact.
        what: what is wrong.
        fix: what to do.
        advice: whether it is house style. A fault is what a maintainer would have to fix: a
            wheel that lacks files or holds foreign ones, a module that does not import, a name
            or an entry point that does not resolve, metadata that is false.

    """

    where: str
    what: str
    fix: str
    advice: bool = False

    def __str__(self) -> str:
        """Give the finding as one line, in the order that editors and people expect."""
        return on_one_line(f"{self.where}: {self.what}; {self.fix}")


def advice(where: str, what: str, fix: str) -> Finding:
    """Give a finding on house style, which counts only where the proof is strict."""
    return Finding(where, what, fix, advice=True)


class UnprovenError(Exception):
    """Nothing can be said, because of the environment or of how the proof was called.

    Its text is one sentence for the user.
    """


def told(message: str) -> str:
    """Give a message of Python as one short line, with paths as the wheel has them."""
    line = " ".join(_PLACE.sub("", message).split())
    return line if len(line) <= _TOLD else line[: _TOLD - 3] + "..."
