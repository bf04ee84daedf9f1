"""What the package logs, on standard error."""

import logging
import os
import sys
import traceback
from typing import Any

from ._about import NAME

LEVELS = [logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG]


class _Handler(logging.Handler):
    """Writes to what is standard error at the time: a progress bar puts itself in between."""

    def __init__(self, *, tracebacks: bool) -> None:
        super().__init__()
        self.tracebacks = tracebacks

    def emit(self, record: logging.LogRecord) -> None:
        text = f"{NAME}: {self.format(record)}\n"
        if self.tracebacks and record.levelno >= logging.ERROR and sys.exc_info()[0]:
            text += traceback.format_exc()
        try:
            sys.stderr.write(text)
        except OSError:
            self.handleError(record)


def start_logging(verbosity: int, usual: int = 1) -> None:
    """Send what the package logs to standard error.

    Args:
        verbosity: How much more than usual to say, or how much less. With more, errors come
            with their tracebacks.
        usual: What to say as a rule, by its place in `LEVELS`.

    """
    package = logging.getLogger(__package__)
    package.handlers = [_Handler(tracebacks=verbosity > 0)]
    package.setLevel(LEVELS[max(0, min(usual + verbosity, len(LEVELS) - 1))])


def report(error: OSError) -> bool:
    """Log which file an error is about, and why; give whether it names one."""
    named: list[Any] = [error.filename, error.filename2]
    files = [os.fsdecode(name) for name in named if name and not isinstance(name, int)]
    if files:
        package = logging.getLogger(__package__)
        package.error("%s: %s", " -> ".join(files), error.strerror or error)
    return bool(files)
