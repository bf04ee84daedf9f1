"""What the command has of a process: signals that end it, and streams that may be closed."""

import atexit
import errno
import io
import os
import signal
import sys
from types import FrameType
from typing import NoReturn


def end_by_signals() -> None:
    """Let SIGTERM and SIGHUP, unless ignored, do as Ctrl-C: clean up, and end by the signal."""
    received: list[int] = []
    process = os.getpid()

    def end(number: int, _: FrameType | None) -> NoReturn:
        if os.getpid() != process:  # a worker, whose end is not that of the command
            sys.exit(128 + number)
        signal.signal(number, signal.SIG_DFL)
        received.append(number)
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, end)
    # What is registered first comes last: by then, all is cleaned up.
    atexit.register(lambda: [*map(signal.raise_signal, received)])


def open_closed_streams() -> None:
    """Open the standard streams that are closed, as cron or ``>&-`` has them, for errors to say so.

    Each takes its own number, which would else go to the next file that is opened.
    """
    if sys.stdin is None:
        os.open(os.devnull, os.O_RDONLY)
        sys.stdin = io.TextIOWrapper(io.BufferedReader(_NoInput()))
    if sys.stdout is None:  # what cannot be written to, as it was
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", closefd=False)
    if sys.stderr is None:
        number = os.open(os.devnull, os.O_WRONLY)
        sys.stderr = os.fdopen(number, "w", errors="backslashreplace", closefd=False)


class _NoInput(io.RawIOBase):
    """Standard input that is closed."""

    def readable(self) -> bool:
        return True

    def readinto(self, _: object, /) -> NoReturn:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF), "standard input")
