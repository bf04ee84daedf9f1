"""A program in a pseudo-terminal, and its screen as a person sees it."""

import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

if sys.platform != "win32":  # which pexpect does not know
    import pexpect

COLUMNS = 80
UP, DOWN, ENTER, ERASE, INTERRUPT = "\x1b[A", "\x1b[B", "\r", "\x15", "\x03"


class _Screen(pyte.Screen):
    """A screen that answers a program which asks for the place of the cursor."""

    def __init__(self, lines: int, answer: Callable[[str], object]) -> None:
        super().__init__(COLUMNS, lines)
        self.write_process_input = answer  # type: ignore[method-assign, assignment]


class Terminal:
    """Runs a program in a terminal of 80 columns; leaving the `with` block ends it.

    Args:
        command: The program and its arguments.
        cwd: The folder to run it in.
        environment: What to set besides this process's own environment.
        lines: Height of the screen; what scrolls out of it is lost.
        patience: Seconds to wait for the program before `wait_for` fails.

    """

    def __init__(
        self,
        command: Sequence[str],
        cwd: Path,
        environment: Mapping[str, str] | None = None,
        *,
        lines: int = 100,
        patience: float = 60,
    ) -> None:
        self._patience = patience
        self._child = pexpect.spawn(
            command[0],
            list(command[1:]),
            cwd=str(cwd),
            env={**os.environ, "TERM": "xterm-256color", **(environment or {})},
            dimensions=(lines, COLUMNS),
            encoding="utf-8",
        )
        self.screen = _Screen(lines, self._child.send)
        self._stream = pyte.Stream(self.screen)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._child.close(force=True)

    @property
    def lines(self) -> list[str]:
        """The lines of the screen, without spaces at their ends."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        """The screen as one text, without empty lines at its end."""
        return "\n".join(self.lines).rstrip("\n")

    def press(self, *keys: str) -> None:
        """Send keys or text, as if typed."""
        self._child.send("".join(keys))

    def wait_for(self, pattern: str) -> None:
        """Read until a pattern is found on the screen; ^ and $ match at each line.

        Raises:
            AssertionError: If it is not found in time, or the program ends before.

        """
        wanted, end = (
            re.compile(pattern, re.MULTILINE),
            time.monotonic() + self._patience,
        )
        while not wanted.search(self.text):
            running = self._read() and time.monotonic() < end
            assert running or wanted.search(self.text), f"no {pattern}:\n{self.text}"

    def finish(self) -> int:
        """Read until the program ends, and give its exit status: negative if a signal ended it.

        Raises:
            AssertionError: If it does not end in time.

        """
        end = time.monotonic() + self._patience
        while self._read():
            assert time.monotonic() < end, f"still running:\n{self.text}"
        self._child.wait()
        killed, status = self._child.signalstatus, self._child.exitstatus
        return -killed if killed else status or 0

    def _read(self) -> bool:
        """Show what the program has written; false once it has ended."""
        try:
            self._stream.feed(self._child.read_nonblocking(size=65536, timeout=0.1))
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            return False
        return True
