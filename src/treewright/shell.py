"""Commands that a person can type, in the shell of this system."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence

_WINDOWS = os.name == "nt"
_OLDEST_UV = "0.4.19"  # the first with `uv run --script`; `uv build` came with 0.4.5
_UNKNOWN = re.compile(r"error: (?:unrecognized subcommand|unexpected argument) ['`]")
_PLAIN = re.compile(r"[\w:\\/.+~-]+")
UPDATE_UV = "update it, by `uv self update` or by pip"
_NEEDED = (3, 11)  # by the proof, which reads TOML
_NEWEST_MINOR = 20


def quoted(word: str) -> str:
    """Quote an argument of a command, where it needs that.

    On Windows that is by double quotes, which cmd.exe and PowerShell both take, and which no path
    there has in it.
    """
    if _WINDOWS:
        return word if _PLAIN.fullmatch(word) else f'"{word}"'
    return shlex.quote(word)


def steps(commands: Sequence[str]) -> str:
    """Write commands behind a colon: a line each, as not every shell has `&&`."""
    return commands[0] if len(commands) == 1 else "".join(f"\n  {command}" for command in commands)


def python() -> str:
    """Name an interpreter that is there and new enough for the proof: this one, if it is."""
    if sys.version_info >= _NEEDED:
        names = () if is_lent() else ("python", "python3")
        for name in names:
            if shutil.which(name) == sys.executable:
                return name
        # PowerShell takes a command in quotes for a text; Windows brings `py`.
        return "py" if _WINDOWS and " " in sys.executable else quoted(sys.executable)
    for minor in range(_NEWEST_MINOR, _NEEDED[1] - 1, -1):
        name = f"python3.{minor}"
        if shutil.which(name) and _runs(name):
            return name
    needed = ".".join(map(str, _NEEDED))
    uv = f"uv run --no-project --python {needed} python"  # it fetches a Python, where none is there
    return uv if shutil.which("uv") else f"python{needed}"


def is_lent() -> bool:
    """Tell whether uvx runs this: its environment is first on the PATH of this process only."""
    return bool(os.environ.get("UV")) and os.environ.get("VIRTUAL_ENV") != sys.prefix


def too_old(said: str) -> str:
    """Say that uv is too old, if that is why it failed.

    Args:
        said: What it printed.

    """
    if not _UNKNOWN.search(said):
        return ""
    return f"uv is too old here: {_OLDEST_UV} or newer is needed; {UPDATE_UV}."


def _runs(name: str) -> bool:
    """Tell whether an interpreter runs: that of another project's version manager may not."""
    try:
        done = subprocess.run([name, "-c", ""], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0
