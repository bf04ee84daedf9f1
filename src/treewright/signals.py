"""An end that cleans up, whatever ends this process."""

import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

# A job that is cancelled, and a terminal that is closed, which Windows has not.
_ENDING = ("SIGTERM", "SIGHUP")


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """Clean up where a job is cancelled or a terminal closed, too, and end with 128 + its number.

    A signal that is ignored, as `nohup` has it, stays ignored.
    """
    with ExitStack() as stack:
        for number in (getattr(signal, name) for name in _ENDING if hasattr(signal, name)):
            if (before := signal.getsignal(number)) == signal.SIG_IGN:
                continue
            try:
                signal.signal(number, _end)
            except ValueError:  # not in the main thread
                break
            stack.callback(signal.signal, number, before)
        yield


def _end(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)
