"""The Python interpreters at hand: this one, pyenv's, those on PATH, and TREEWRIGHT_PYTHONS."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

SUPPORTED = ("3.11", "3.12", "3.13", "3.14", "3.15")


def _path() -> list[str]:
    """Give PATH without pyenv's shims: each is a shell script that takes a second to say no."""
    return [folder for folder in os.get_exec_path() if Path(folder).name != "shims"]


def path_to_them(folder: Path) -> str:
    """Give a PATH on which they are by their names, as links in a folder."""
    folder.mkdir()
    base = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
    named = {f"python{version}": python for version, python in at_hand().items()}
    for name, python in (named | dict.fromkeys(("python", "python3", base.name), base)).items():
        (folder / name).symlink_to(python)
    return os.pathsep.join([str(folder), *_path()])


def _candidates() -> list[str]:
    named = os.environ.get("TREEWRIGHT_PYTHONS", "").split(os.pathsep)
    path = os.pathsep.join(_path())
    found = [shutil.which(f"python{version}", path=path) for version in SUPPORTED]
    shims = [Path(folder) for folder in os.get_exec_path() if Path(folder).name == "shims"]
    pyenv = [python for shim in shims for python in shim.parent.glob("versions/*/bin/python")]
    return [
        sys.executable,
        *filter(None, named),
        *map(str, pyenv),
        *filter(None, found),
    ]


@cache
def found() -> dict[str, str]:
    """Give an interpreter for each minor version of Python that runs here."""
    pythons: dict[str, str] = {}
    for candidate in _candidates():
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        command = [candidate, "-c", code]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        pythons.setdefault(done.stdout.strip(), candidate)
    return pythons


def at_hand() -> dict[str, str]:
    """Give an interpreter for each version that generated packages support, oldest first."""
    return {version: found()[version] for version in SUPPORTED if version in found()}
