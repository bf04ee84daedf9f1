"""What an answers file asks for: a release, and answers."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import yaml
from packaging.version import InvalidVersion, Version

from treewright import again
from treewright.updating.answers import EMPTY, plain

# One line, which a bot raises that knows no Copier: `treewright==0.7.0`.
PIN = ".github/template/requirements.txt"
_PINNED = re.compile(rb"(?m)^\s*treewright\s*==\s*([^\s;#\\]+)")
_OURS = {"layout", "package", "project_name"}  # asked by every release


class UnreadableError(Exception):
    """An answers file says nothing; the message is one sentence."""


@dataclass(frozen=True)
class Request:
    """What an answers file asks for.

    Args:
        version: The release, as `_commit` has it, or the pin where that is newer.
        source: Where the template is: `_src_path`.
        answers: The answers.

    """

    version: str
    source: str
    answers: Mapping[str, object] = field(default_factory=dict)

    def differs(self, other: "Request") -> bool:
        """Tell whether another asks for something else; answers to new questions do not count."""
        common = self.answers.keys() & other.answers.keys()
        return self.version != other.version or any(
            self.answers[name] != other.answers[name] for name in common
        )

    def given(self, before: "Request") -> dict[str, object]:
        """Give the answers that are not those of before."""
        return {
            name: value
            for name, value in self.answers.items()
            if name not in before.answers or before.answers[name] != value
        }

    @property
    def is_ours(self) -> bool:
        """Tell whether the template is Treewright, by address or as a fork by what it asks."""
        ours = again.is_own(self.source) or self.answers.keys() >= _OURS
        return ours or self.version == EMPTY


def read(path: str, data: bytes, pin: bytes | None = None) -> Request:
    """Read an answers file.

    Args:
        path: What it is called, for the message.
        data: What it holds.
        pin: What the file with the pin holds, if there is one.

    Raises:
        UnreadableError: If it holds no answers.

    """
    try:
        answers = yaml.safe_load(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise UnreadableError(f"{path} cannot be read as YAML: {reason}") from None
    if not isinstance(answers, dict) or not answers.get("_src_path") or not answers.get("_commit"):
        raise UnreadableError(f"{path} lacks `_commit` or `_src_path`: take it from git's history.")
    named = {str(name): value for name, value in answers.items()}
    version = _newest(str(named["_commit"]), pin or b"")
    return Request(version, str(named["_src_path"]), plain(named))


def with_source(data: bytes, source: str) -> bytes:
    """Give an answers file in which the template is at another place."""
    return re.sub(
        rb"(?m)^[\"']?_src_path[\"']?\s*:.*$",
        lambda _: b"_src_path: " + json.dumps(source, ensure_ascii=False).encode(),
        data,
    )


def looks_like_answers(path: str, data: bytes) -> bool:
    """Tell whether a file is some template's answers file."""
    is_yaml = PurePosixPath(path).suffix in {".yml", ".yaml"}
    return is_yaml and re.search(rb"(?m)^[\"']?_src_path[\"']?\s*:", data) is not None


def place_of_pin(answers_file: str) -> str:
    """Give where the pin is that belongs to an answers file."""
    return str(PurePosixPath(answers_file).with_name("x").parent / PIN)


def likest(request: Request, others: Iterable[tuple[str, Request]]) -> str:
    """Give the name of the request that has the most answers in common; nothing if there is none.

    It has to come from the same template.
    """
    counted = [
        (sum(request.answers.get(name) == value for name, value in other.answers.items()), name)
        for name, other in others
        if other.source == request.source
    ]
    return max(counted)[1] if counted else ""


def _newest(commit: str, pin: bytes) -> str:
    found = _PINNED.search(pin)
    pinned = f"v{found[1].decode()}" if found else commit
    try:
        return pinned if Version(pinned) > Version(commit) else commit
    except InvalidVersion:
        return commit
