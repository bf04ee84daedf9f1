"""A draft of the tables that older metadata becomes, and the tools that write it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from treewright.scripts import by_uv
from treewright.toml_merge.syntax import Path as Key

_SCRIPT = Path(__file__).parents[2] / "scripts/convert_metadata.py"


class UnconvertedError(Exception):
    """Nothing was converted, and nothing changed; the message says why, and what to do.

    Attributes:
        status: The exit status: 1 where the repository is refused, 2 for what the machine lacks.

    """

    def __init__(self, text: str, status: int = 1) -> None:
        """Take the text and the status."""
        super().__init__(text)
        self.status = status


@dataclass
class Draft:
    """What a conversion would come to.

    Args:
        source: where the metadata was.
        data: the tables that arrive in pyproject.toml.
        text: these tables as a tool wrote them, with comments; empty where none did.
        comments: what was commented, by the key that each is to stand above.
        gone: the keys that leave pyproject.toml.
        files: other files that change, by path; those that go have None.
        done: what else is to be said of it, a sentence each.
        backend: the build backend, where none is named yet.

    """

    source: str
    data: dict[str, Any]
    text: str = ""
    comments: dict[Key, list[str]] = field(default_factory=dict)
    gone: list[Key] = field(default_factory=list)
    files: dict[str, bytes | None] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    backend: str = "setuptools.build_meta"


def by_tool(source: str, given: Mapping[str, Any]) -> str:
    """Let a tool write the tables, and give their text.

    Args:
        source: What it converts, as a person would name it.
        given: What `convert_metadata.py` reads.

    Raises:
        UnconvertedError: If the tool cannot be had, or cannot convert it.

    """
    try:
        answer = by_uv.run(_SCRIPT, given)
    except by_uv.ScriptError as error:
        sentence = f"The tool that converts {source} cannot run here: {error}."
        raise UnconvertedError(sentence, 2) from error
    if reason := answer.get("reason"):
        raise UnconvertedError(f"{source} cannot be converted: {reason}.")
    return str(answer["text"])


def text_of(file: Path) -> str | None:
    """Give the text of a file with plain line ends; None where there is no such file.

    Raises:
        UnconvertedError: If it is no UTF-8.

    """
    if not file.is_file():
        return None
    try:
        return file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        sentence = f"{file.name} cannot be read: it is not UTF-8; save it as UTF-8 first."
        raise UnconvertedError(sentence) from error
