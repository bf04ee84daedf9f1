"""What the subcommands do, whichever library reads their arguments."""

import logging
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from .checksums import Algorithm, Checksum, digest, one_line, read_sums

logger = logging.getLogger(__name__)

DONE, MISMATCH, FAILED, UNREAD = 0, 1, 2, 141  # exit statuses


def write_sums(files: Iterable[Path], algorithm: Algorithm) -> int:
    """Print the checksum of each file that can be read; give the exit status."""
    status = DONE
    for file in files:
        try:
            checksum = Checksum(digest(file, algorithm), file, algorithm)
        except OSError as error:
            status = _fail(f"cannot read {file}: {error.strerror}")
        else:
            _write(str(checksum))
    return status


def check_sums(sums: Path, algorithm: Algorithm) -> int:
    """Print for each file in a file of sums whether it is what it was; give the exit status."""
    try:
        checksums = read_sums(sums, algorithm)
    except OSError as error:
        return _fail(f"cannot read {sums}: {error.strerror}")
    except ValueError as error:
        return _fail(str(error))
    status, differing = DONE, 0
    for checksum in checksums:
        try:
            matches = checksum.matches()
        except OSError as error:
            status = _fail(f"cannot read {checksum.path}: {error.strerror}")
        else:
            differing += not matches
            _write(one_line(f"{checksum.path}: {'OK' if matches else 'FAILED'}"))
    logger.info("checked %d files", len(checksums))
    if differing:
        logger.warning("%d of %d files differ", differing, len(checksums))
        status = status or MISMATCH
    return status


def _fail(message: str) -> int:
    logger.error("%s", message)
    return FAILED


def _write(line: str) -> None:
    """Print a line with the names of files as the system has them, byte for byte."""
    try:
        sys.stdout.buffer.write(os.fsencode(f"{line}\n"))
    except BrokenPipeError:  # no error to a parser of arguments, which has its own status for it
        raise SystemExit(UNREAD) from None
