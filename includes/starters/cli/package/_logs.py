"""What the package logs, on standard error."""

import logging
import sys

from ._about import NAME

LEVELS = [logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG]


class _Handler(logging.Handler):
    """Writes to what is standard error at the time: a progress bar puts itself in between."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(f"{NAME}: {self.format(record)}\n")


def start_logging(verbosity: int) -> None:
    """Send what the package logs to standard error.

    Args:
        verbosity: How much more than warnings to say, or how much less.

    """
    package = logging.getLogger(__package__)
    package.handlers = [_Handler()]
    package.setLevel(LEVELS[max(0, min(1 + verbosity, len(LEVELS) - 1))])
