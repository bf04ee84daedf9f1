"""A project's own tests: the command that runs them, and a run that leaves nothing behind."""

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from treewright import machine
from treewright.fleet.template import given


def command(answers: Mapping[str, object]) -> str:
    """Give the command that tests a project: what CI runs, without its matrix."""
    if told := given(answers, "test_command"):
        return told
    own = answers.get("own_kinds")
    return "" if isinstance(own, list) and "tests" in own else "uv run pytest"


def run(line: str, folder: Path, patience: float) -> tuple[int | None, str]:
    """Run a command of a project's, without what opens a registry or a cloud.

    Args:
        line: The command, as a shell takes it.
        folder: Where to run it.
        patience: After how many seconds it is ended, with all that it started.

    Returns:
        The exit status, None where it was ended; and what it printed.

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
        try:
            printed, _ = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            _end(process)
            printed, _ = process.communicate()
            return None, printed
        except BaseException:
            _end(process)
            raise
    return process.returncode, printed


def _end(process: "subprocess.Popen[str]") -> None:
    """End a command with all that it started; on Windows, alone."""
    if os.name == "nt":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
