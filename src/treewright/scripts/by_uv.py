"""Scripts that need more than Copier's interpreter has, run by uv."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from threading import Thread
from typing import IO, Any

from treewright import machine, shell

_PATIENCE = 300  # seconds without a sign of life; uv may have to fetch a Python and libraries first
_PAUSE = 0.02  # seconds between two looks
_LAST_WORDS = 5  # seconds until what an ended process has printed is read


class ScriptError(Exception):
    """A script did not run; the message says why, in one sentence."""


def run(script: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """Run a script that has inline metadata (PEP 723), in its own environment.

    It may take any time, as long as it goes on: whatever it writes is a sign of life. Empty lines
    before its JSON are such signs, and no more. Where it fails, or this is interrupted, all of its
    processes are ended. Where this process is killed, nobody reads what the script prints, so
    that it fails there: it prints a line before each file that it writes.

    Args:
        script: The script, which reads JSON and prints JSON.
        given: What it reads.

    Raises:
        ScriptError: If uv is not at hand, cannot get what the script needs, or the script fails
            or hangs.

    """
    if not (uv := machine.uv()):
        raise ScriptError("uv was not found")
    try:
        with TemporaryDirectory() as elsewhere:  # uv refuses a script in its own cache, as of uvx
            alone = ["--no-project", "--project", elsewhere]
            command = [uv, "run", "--quiet", *alone, "--script", str(script)]
            answer: dict[str, Any] = json.loads(_output(command, json.dumps(given)))
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode(errors="replace").splitlines()
        if too_old := shell.too_old("\n".join(lines)):
            raise ScriptError(too_old.rstrip(".")) from error
        said = [line.strip() for line in lines if line.strip()]
        raise ScriptError(f"{script.name} failed: {said[-1] if said else error}") from error
    except (OSError, ValueError) as error:
        raise ScriptError(f"{script.name} failed: {error}") from error
    return answer


def _output(command: list[str], given: str) -> bytes:
    """Run a command and give what it prints.

    Raises:
        CalledProcessError: If it fails.
        TimeoutError: If it hangs.

    """
    with TemporaryFile() as source, TemporaryFile() as errors:
        source.write(given.encode())
        source.seek(0)
        process = subprocess.Popen(
            command,
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=errors,  # a file, as a pipe is open until the last of all processes has ended
            env=machine.variables(PYTHONIOENCODING="utf-8"),
            start_new_session=True,  # so that all can be ended at once
        )
        try:
            output = _Output(process)
            _wait(process, output, errors)
        except BaseException:  # Ctrl-C too: it does not reach another session
            _end(process)
            raise
        return output.whole()


class _Output:
    """What a process prints, read as it comes."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        """Start to read."""
        self._parts: list[bytes] = []
        self.size = 0
        self._thread = Thread(target=self._read, args=[process.stdout], daemon=True)
        self._thread.start()

    def _read(self, pipe: IO[bytes]) -> None:
        with pipe:
            while part := os.read(pipe.fileno(), 1 << 16):
                self._parts.append(part)
                self.size += len(part)

    def whole(self) -> bytes:
        """Give all, once the process has ended; what it has started may print still."""
        self._thread.join(_LAST_WORDS)
        return b"".join(self._parts)


def _wait(process: subprocess.Popen[bytes], output: _Output, errors: IO[bytes]) -> None:
    """Wait for a process, while what it writes grows.

    Raises:
        CalledProcessError: If it fails.
        TimeoutError: If it writes nothing for long.

    """
    size, heard = 0, time.monotonic()
    while (status := process.poll()) is None:
        time.sleep(_PAUSE)  # Popen.wait would delay Ctrl-C, and Copier kills us soon after it
        now = output.size + os.fstat(errors.fileno()).st_size
        if now != size:
            size, heard = now, time.monotonic()
        elif time.monotonic() - heard > _PATIENCE:
            raise TimeoutError(f"it did nothing for {_PATIENCE} seconds")
    if status:
        raise subprocess.CalledProcessError(status, process.args, stderr=_read(errors))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it has started."""
    if os.name == "nt":
        tree = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(tree, capture_output=True, check=False)
    else:
        with suppress(ProcessLookupError, PermissionError):  # of macOS, where all have ended
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()
