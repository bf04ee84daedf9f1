"""The interpreter that the project asks for: the first at hand that satisfies requires-python.

Source: https://packaging.python.org/en/latest/specifications/version-specifiers/
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from treewright import machine
from treewright.proof.project import Project

_SPECIFIER = re.compile(r"(~=|===?|!=|<=|>=|<|>)\s*(\d+(?:\.\d+)*)(\.\*)?")
_NEWEST_MINOR = 20


def find(project: Project, uv: str | None) -> str | None:
    """Find an interpreter for the project; None where this machine has none."""
    if satisfies(sys.version_info[:3], project.requires_python):
        return sys.executable
    for path, version in _others(project, uv):
        if satisfies(version, project.requires_python):
            return path
    return None


def of_version(version: tuple[int, int], uv: str | None) -> str | None:
    """Find an interpreter of a minor version; None where this machine has none."""
    name = ".".join(map(str, version))
    if found := machine.program(f"python{name}"):
        return found
    ask = ["python", "find", "--no-project", "--no-python-downloads", name]
    return (_output([uv, *ask]).strip() or None) if uv else None


def satisfies(version: tuple[int, ...], specifiers: str) -> bool:
    """Say whether a release such as (3, 11, 7) meets specifiers such as ">=3.11,<4"."""
    return all(
        _meets(version, operator, tuple(map(int, text.split("."))), bool(wildcard))
        for operator, text, wildcard in _SPECIFIER.findall(specifiers)
    )


def _meets(
    version: tuple[int, ...],
    operator: str,
    wanted: tuple[int, ...],
    wildcard: bool,  # noqa: FBT001
) -> bool:
    size = len(wanted)
    if operator == "~=":
        return version >= wanted and version[: size - 1] == wanted[:-1]
    found = version[:size] if wildcard else version
    asked = wanted if wildcard else (*wanted, 0, 0)[: max(size, len(version))]
    return {
        "==": found == asked,
        "===": found == asked,
        "!=": found != asked,
        "<": found < asked,
        "<=": found <= asked,
        ">": found > asked,
        ">=": found >= asked,
    }[operator]


def _others(project: Project, uv: str | None) -> Iterator[tuple[str, tuple[int, ...]]]:
    folder = "Scripts" if os.name == "nt" else "bin"
    candidates = [str(project.folder / ".venv" / folder / "python")]
    if uv:
        ask = [uv, "python", "find", "--no-project", "--no-python-downloads"]
        answer = _output([*ask, project.requires_python])
        candidates.append(answer.strip())
    minors = range(_NEWEST_MINOR, 0, -1)
    candidates += [shutil.which(f"python3.{minor}") or "" for minor in minors]
    for path in candidates:
        if path and Path(path).exists():
            code = "import sys; print(*sys.version_info[:3])"
            version = _output([path, "-I", "-S", "-c", code]).split()
            if version:
                yield path, tuple(map(int, version))


def _output(command: list[str]) -> str:
    try:
        run = subprocess.run(
            command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
    except OSError:
        return ""
    return run.stdout if run.returncode == 0 else ""
