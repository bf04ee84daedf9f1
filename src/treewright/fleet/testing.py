"""A project's own tests: the command that runs them, and a run that leaves nothing behind."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from treewright import machine
from treewright.fleet.template import given


def command(answers: Mapping[str, object]) -> str:
    """Give the command that tests a project: what CI runs, without its matrix."""
    if told := given(answers, "test_command"):
        return told
    own = answers.get("own_kinds")
    return "" if isinstance(own, list) and "tests" in own else "uv run pytest"


@dataclass(frozen=True)
class Runs:
    """The tests that run at the moment, all of which can be ended at once.

    Each run has a session of its own, so that all that it starts ends with it; and so Ctrl-C in the
    terminal does not reach it.
    """

    _running: set["subprocess.Popen[str]"] = field(default_factory=set)
    _ended: threading.Event = field(default_factory=threading.Event)

    def run(self, line: str, folder: Path, patience: float) -> tuple[int | None, str]:
        """Run a command of a project's, without what opens a registry or a cloud.

        Args:
            line: The command, as a shell takes it.
            folder: Where to run it.
            patience: After how many seconds it is ended, with all that it started.

        Returns:
            The exit status, None where it was ended; and what it printed.

        Raises:
            InterruptedError: If all are ended.

        """
        variables = machine.without_secrets(machine.variables(PYTHONUTF8="1"), fetches=True)
        with subprocess.Popen(  # noqa: S602  # CI has it as a line of a shell
            line,
            shell=True,
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as process:
            self._running.add(process)
            if self._ended.is_set():
                _end(process)
            try:
                printed, _ = process.communicate(timeout=patience)
            except subprocess.TimeoutExpired:
                _end(process)
                printed, _ = process.communicate()
                return None, printed
            except BaseException:
                _end(process)
                raise
            finally:
                self._running.discard(process)
        if self._ended.is_set():
            raise InterruptedError("the tests were ended")
        return process.returncode, printed

    def end(self) -> None:
        """End all that run, and let none begin."""
        self._ended.set()
        for process in [*self._running]:
            _end(process)


def _end(process: "subprocess.Popen[str]") -> None:
    """End a command with all that it started; on Windows, alone."""
    if os.name == "nt":
        process.kill()
        return
    with suppress(ProcessLookupError):  # it has just ended by itself
        os.killpg(process.pid, signal.SIGKILL)
