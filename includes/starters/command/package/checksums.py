"""Checksums of files, in the format of ``sha256sum`` and similar commands of the GNU coreutils."""

import hashlib
import logging
import os
import re
from pathlib import Path
from typing import Literal, NamedTuple, get_args

__all__ = ["ALGORITHMS", "Algorithm", "Checksum", "digest", "read_sums"]

_logger = logging.getLogger(__name__)

Algorithm = Literal["blake2b", "sha256", "sha512"]
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)

_LINE = re.compile(r"(?P<escaped>\\?)(?P<digest>[0-9a-fA-F]+) [ *](?P<name>.+)")
_ESCAPES = {"\\": r"\\", "\n": r"\n", "\r": r"\r"}
_ESCAPED = re.compile(r"\\[\\nr]")


class Checksum(NamedTuple):
    """The digest that a file had; as a string, its line in a checksum file."""

    hexdigest: str
    """The digest in hexadecimal digits."""
    path: Path
    """The file."""
    algorithm: Algorithm = "sha256"
    """The name of the hash function."""

    def matches(self) -> bool:
        """Read the file, and tell whether it still has this digest.

        Raises:
            OSError: If the file cannot be read.

        """
        return digest(self.path, self.algorithm) == self.hexdigest

    def __str__(self) -> str:
        """Return the line; a backslash in front marks an escaped name."""
        return one_line(f"{self.hexdigest}  {self.path}")


def digest(path: str | os.PathLike[str], algorithm: Algorithm = "sha256") -> str:
    """Compute the digest of a file, without reading it into memory at once.

    Args:
        path: The file.
        algorithm: The name of the hash function, one of ``ALGORITHMS``.

    Returns:
        The digest in hexadecimal digits.

    Raises:
        OSError: If the file cannot be read.

    """
    with Path(path).open("rb") as file:
        value = hashlib.file_digest(file, algorithm).hexdigest()
    _logger.debug("%s of %s is %s", algorithm, path, value)
    return value


def read_sums(path: str | os.PathLike[str], algorithm: Algorithm = "sha256") -> list[Checksum]:
    """Read a checksum file, such as ``sha256sum`` writes, without its comments and empty lines.

    Args:
        path: The file. The names in it are relative to the current folder.
        algorithm: The hash function that the digests were made with.

    Returns:
        The checksums, in the order of the lines.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it has no checksums, or a line that is not one; the message names it.

    """
    size = hashlib.new(algorithm).digest_size * 2
    checksums: list[Checksum] = []
    for number, line in enumerate(os.fsdecode(Path(path).read_bytes()).split("\n"), start=1):
        text = line.removesuffix("\r")
        if not text.strip() or text.startswith("#"):
            continue
        found = _LINE.fullmatch(text)
        if found is None or len(found["digest"]) != size:
            msg = f"{os.fspath(path)}, line {number}: not a {algorithm} checksum"
            raise ValueError(msg)
        name = _unescape(found["name"]) if found["escaped"] else found["name"]
        checksums.append(Checksum(found["digest"].lower(), Path(name), algorithm))
    if not checksums:
        msg = f"{os.fspath(path)}: no checksums"
        raise ValueError(msg)
    return checksums


def one_line(text: str) -> str:
    """Escape line breaks and backslashes; a backslash in front marks such a line."""
    line = "".join(_ESCAPES.get(character, character) for character in text)
    return line if line == text else f"\\{line}"


def _unescape(name: str) -> str:
    plain = {escaped: character for character, escaped in _ESCAPES.items()}
    return _ESCAPED.sub(lambda found: plain[found[0]], name)
