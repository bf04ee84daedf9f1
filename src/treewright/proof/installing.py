"""The wheel in an environment of its own, with all that it declares.

uv makes the environment in a temporary folder, and fetches the dependencies from the index that the
user has set up. Nothing of the project's tables for uv counts: they are not published.
"""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from treewright import machine
from treewright.proof.findings import Finding

_TIMEOUT = 600  # seconds
_UNSOLVED = re.compile(r"No solution found when resolving")
# What is missing may be elsewhere than on the index that was asked.
_ELSEWHERE = re.compile(
    r"not found in the package registry|were not found|no versions of|network|offline|no wheels"
    r"|Python ABI|platform tag|does not satisfy Python|requested Python"
)


class NotInstalledError(Exception):
    """Something could not be installed; the message says why, in a few words."""


class Environment(NamedTuple):
    """An environment: its interpreter and the folder of what is installed."""

    python: Path
    site: Path


def install(uv: str, python: str, wheel: Path, folder: Path) -> Environment | Finding:
    """Make an environment and install a wheel with its dependencies.

    Args:
        uv: the path of uv.
        python: the interpreter.
        wheel: the wheel.
        folder: where the environment is made.

    Returns:
        The environment, or a finding where the dependencies contradict each other.

    Raises:
        NotInstalledError: the environment, or the index, prevents it.

    """
    _run([uv, "venv", "--quiet", "--python", python, str(folder)], folder.parent)
    interpreter = next(folder.glob("*/python.exe"), folder / "bin" / "python")
    try:
        _run([uv, "pip", "install", "--quiet", "--python", str(interpreter), str(wheel)], folder)
    except NotInstalledError as error:
        whole = str(error.__cause__ or error)
        if _UNSOLVED.search(whole) and not _ELSEWHERE.search(whole):
            return Finding("metadata", f"its dependencies are incompatible: {error}", "relax them")
        raise
    site = next(path for path in folder.rglob("site-packages") if path.is_dir())
    return Environment(interpreter, site)


def unpack(uv: str, python: str, wanted: Iterable[str], folder: Path) -> None:
    """Unpack distributions, each without its dependencies; those that fail are left out.

    Args:
        uv: the path of uv.
        python: the interpreter that they are for.
        wanted: their requirements.
        folder: where they are unpacked.

    """
    command = [uv, "pip", "install", "--quiet", "--python", python]
    command += ["--no-deps", "--only-binary", ":all:", "--target", str(folder)]
    wanted = list(wanted)
    try:
        _run([*command, *wanted], folder.parent)
    except NotInstalledError:
        for requirement in wanted if len(wanted) > 1 else ():
            unpack(uv, python, [requirement], folder)


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=machine.without_secrets(
                machine.variables(
                    COLUMNS="1000", NO_COLOR="1", UV_NO_PROGRESS="1", UV_PYTHON_DOWNLOADS="never"
                ),
                fetches=True,
            ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotInstalledError(f"uv took more than {_TIMEOUT} seconds") from None
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        told = [re.sub(r"^\W*(error|cause)?:?\s*", "", line, flags=re.IGNORECASE) for line in lines]
        told = [line for line in told if not line.startswith(("hint:", "No solution found"))]
        raise NotInstalledError((told or ["no reason given"])[0]) from RuntimeError(done.stderr)
