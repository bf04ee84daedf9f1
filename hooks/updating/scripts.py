"""Scripts that need more than Copier's interpreter has, run by uv."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_TIMEOUT = 300  # seconds; the first run may fetch a Python and libraries


class ScriptError(Exception):
    """A script did not run; the message says why, in one sentence."""


def run(script: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """Run a script that has inline metadata (PEP 723), in its own environment.

    Args:
        script: The script, which reads JSON and prints JSON.
        given: What it reads.

    Raises:
        ScriptError: If uv is not at hand, cannot get what the script needs, or the script fails.

    """
    beside = Path(sys.executable).with_name("uv.exe" if os.name == "nt" else "uv")
    uv = os.environ.get("UV") or shutil.which("uv") or (str(beside) if beside.is_file() else "")
    if not uv:
        raise ScriptError("uv is not at hand")
    command = [uv, "run", "--quiet", "--no-project", "--script", str(script)]
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    try:
        done = subprocess.run(
            command,
            input=json.dumps(given),
            env=environment | {"PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            timeout=_TIMEOUT,
            check=True,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except subprocess.CalledProcessError as error:
        said = [line.strip() for line in error.stderr.splitlines() if line.strip()]
        raise ScriptError(f"{script.name} failed: {said[-1] if said else error}") from error
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise ScriptError(f"{script.name} failed: {error}") from error
    return answer
