"""`treewright adopt --convert`: metadata from older places goes into [project], as it was.

Sources: https://packaging.python.org/en/latest/specifications/pyproject-toml/ (PEP 621, PEP 639),
https://setuptools.pypa.io/en/latest/userguide/declarative_config.html and
https://python-poetry.org/docs/pyproject/
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REMEDY = "Run `treewright adopt --convert`, which writes one from what is there."
"""What plain `adopt` says behind the sentence that there is no [project] table."""


class UnconvertedError(Exception):
    """Nothing was converted, and nothing changed; the message says why, and what to do.

    Attributes:
        status: The exit status: 1 where the repository is refused, 2 for what the machine lacks.

    """

    def __init__(self, text: str, status: int = 1) -> None:
        """Take the text and the status."""
        super().__init__(text)
        self.status = status


@dataclass(frozen=True)
class Converted:
    """What a conversion changed in the tree; nothing is staged, nothing committed.

    Args:
        source: where the metadata was: `setup.cfg`, `setup.py and setup.cfg`, `[tool.poetry]`.
        files: the files that changed, by path; those that went have None.
        done: what was done, one sentence each.

    """

    source: str
    files: Mapping[str, bytes | None]
    done: list[str]


def is_needed(settings: Mapping[str, Any]) -> bool:
    """Tell whether there is no [project] table to join with.

    Args:
        settings: What pyproject.toml says; empty where there is none.

    """
    return "project" not in settings


def convert(project: Path) -> Converted:
    """Move the metadata of a project into a [project] table, and see that its wheel is the same.

    The caller has seen that the tree is clean. This runs the project's build backend, twice, in
    copies; nothing of the project is run to read what it says.

    Args:
        project: The project's folder.

    Raises:
        UnconvertedError: If it cannot be done; nothing is changed then.

    """
    raise UnconvertedError(f"{project} cannot be converted yet.")
