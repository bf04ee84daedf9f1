"""Checksums of files, in the format of ``sha256sum`` and similar commands of the GNU coreutils."""

import hashlib
import logging
import os
import re
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

__all__ = ["ALGORITHMS", "Algorithm", "Checksum", "digest", "read_sums"]

_logger = logging.getLogger(__name__)

Algorithm = Literal["blake2b", "sha256", "sha512"]
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)

_ESCAPES = {"\\": r"\\", "\n": r"\n", "\r": r"\r"}
_ESCAPED = re.compile(r"\\[\\nr]")
_TAGS: dict[str, Algorithm] = {"BLAKE2b": "blake2b", "SHA256": "sha256", "SHA512": "sha512"}
_START, _DIGEST = r"(?P<escaped>\\)?", r"(?P<digest>[0-9a-fA-F]+)"
_NAME = r"(?P<name>(?(escaped)(?:[^\\]|\\[\\nr])+|.+))"
_LINE = re.compile(rf"{_START}{_DIGEST} [ *]{_NAME}")
_TAGGED = re.compile(rf"{_START}(?P<tag>{'|'.join(_TAGS)}) ?\({_NAME}\)[ \t]*=[ \t]*{_DIGEST}")


class Checksum(NamedTuple):
    """The digest that a file had; as a string, its line in a checksum file."""

    hexdigest: str
    """The digest in hexadecimal digits."""
    name: str
    """The name of the file; ``-`` is standard input, as ``./-`` is not."""
    algorithm: Algorithm = "sha256"
    """The name of the hash function."""

    def matches(self) -> bool:
        """Read the file, and tell whether it still has this digest.

        Raises:
            OSError: If the file cannot be read.

        """
        path = None if self.name == "-" else self.name
        return digest(path, self.algorithm) == self.hexdigest

    def __str__(self) -> str:
        """Return the line; a backslash in front marks an escaped name."""
        return one_line(f"{self.hexdigest}  {self.name}")


def digest(path: str | os.PathLike[str] | None, algorithm: Algorithm = "sha256") -> str:
    """Compute the digest of a file, without reading it into memory at once.

    Args:
        path: The file, or None for standard input.
        algorithm: The name of the hash function, one of ``ALGORITHMS``.

    Returns:
        The digest in hexadecimal digits.

    Raises:
        OSError: If the file cannot be read.

    """
    with _open(path) as file:
        value = hashlib.file_digest(file, algorithm).hexdigest()
    _logger.debug("%s of %s is %s", algorithm, path or "standard input", value)
    return value


def read_sums(
    path: str | os.PathLike[str] | None, algorithm: Algorithm = "sha256"
) -> list[Checksum]:
    """Read a checksum file, such as ``sha256sum`` writes, without its comments and empty lines.

    Args:
        path: The file, or None for standard input. The names in it are relative to the current
            folder.
        algorithm: The hash function that the digests were made with, unless their lines name it,
            as those of ``sha256sum --tag`` do.

    Returns:
        The checksums, in the order of the lines.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it has no checksums, or a line that is not one; the message names it.

    """
    with _open(path) as file:
        lines = os.fsdecode(file.read()).split("\n")
    checksums: list[Checksum] = []
    for number, line in enumerate(lines, start=1):
        text = line.removesuffix("\r")
        if not text.strip() or text.startswith("#"):
            continue
        tagged = _TAGGED.fullmatch(text)
        found = tagged or _LINE.fullmatch(text)
        by = _TAGS[tagged["tag"]] if tagged else algorithm
        if found is None or len(found["digest"]) != hashlib.new(by).digest_size * 2:
            msg = f"{path or 'standard input'}, line {number}: not a {by} checksum"
            raise ValueError(msg)
        name = _unescape(found["name"]) if found["escaped"] else found["name"]
        checksums.append(Checksum(found["digest"].lower(), name, by))
    if not checksums:
        msg = f"{path or 'standard input'}: no checksums"
        raise ValueError(msg)
    return checksums


def one_line(text: str) -> str:
    """Escape line breaks and backslashes; a backslash in front marks such a line."""
    line = "".join(_ESCAPES.get(character, character) for character in text)
    return line if line == text else f"\\{line}"


def _unescape(name: str) -> str:
    plain = {escaped: character for character, escaped in _ESCAPES.items()}
    return _ESCAPED.sub(lambda found: plain[found[0]], name)


def _open(path: str | os.PathLike[str] | None) -> AbstractContextManager[Any]:
    """Open without a buffer: on a terminal, it would ask for Ctrl-D twice."""
    if path is None:
        return nullcontext(getattr(sys.stdin.buffer, "raw", sys.stdin.buffer))
    return Path(path).open("rb", buffering=0)
