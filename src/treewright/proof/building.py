"""One chain proves both artefacts: the sdist from the tree, the wheel from that sdist.

The project's own build backend builds them, in the isolation of PEP 517, by uv where it is at
hand and else by build.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from treewright import machine, shell
from treewright.proof.findings import Finding, UnprovenError
from treewright.proof.project import Project

_WINDOWS = os.name == "nt"
_SHOWN = 150  # characters of a backend's message
_TIMEOUT = 600  # seconds; a build that compiles may take minutes

# How uv, pip and the operating system word the faults of an environment.
_DISK = re.compile(
    r"No space left on device|Disk quota exceeded|File too large|Read-only file system"
)
_NETWORK = re.compile(
    r"network was disabled|not found in the cache|error sending request|Failed to fetch"
    r"|dns error|NewConnectionError|NameResolutionError|ProxyError|Could not connect"
    r"|Failed to establish a new connection|Temporary failure in name resolution"
)
# How cargo, curl and CMake word it, which backends run; no Python code words it so.
_FETCHING = re.compile(
    r"[Cc]ould not resolve host(?:name)?:? ?\(?(?:Could not resolve host: )?([\w.-]*)"
    r"|spurious network error|failed to get `([\w-]+)` as a dependency"
)
_BACKEND_RAN = re.compile(
    r"The build backend returned an error|Backend subprocess exited|Backend operation failed"
)
# Where uv and build unpack the sdist, and the environment for the backend.
_UNPACKED = re.compile(
    r"[^\s'\"(`]*[/\\](?:\.tmp[\w-]+|build-(?:env|via-sdist)-\w+)[/\\]"
    r"(?:lib[/\\]python3\.\d+t?[/\\]site-packages[/\\]|[\w.]+-\d[\w.+]*[/\\])?"
)
# What says why, the most telling first: a compiler, an exception, and distutils' own word.
_REASONS = (
    re.compile(r"[^\s:]+:\d+:(\d+:)? (fatal )?error: "),
    re.compile(r"[\w.]*(Error|Exception|Invalid\w*): (?!Command )"),
    re.compile(r"error: (?!command |Command )"),
)
_WANTED = re.compile(
    r"No solution found when resolving: `([^`]+)`|No matching distribution found for (\S+)"
    r"|Failed to fetch: (\S+)"
)


class Builder(NamedTuple):
    """A build frontend: its name in the report and its command."""

    name: str
    command: list[str]

    @property
    def uv(self) -> str | None:
        """The path of uv, if that is the builder."""
        return self.command[0] if self.name == "uv" else None


class Built(NamedTuple):
    """What was built: the paths of both artefacts."""

    sdist: Path
    wheel: Path


def find(project: Project) -> Builder | None:
    """Find a builder: uv, or else the module build of any Python at hand."""
    uv = machine.uv()
    if uv:
        return Builder("uv", [uv, "build"])
    script = machine.program("pyproject-build")
    if script:
        return Builder("build", [script])
    venv = project.folder / ".venv" / ("Scripts/python.exe" if _WINDOWS else "bin/python")
    for python in (sys.executable, str(venv), machine.program("python3")):
        if python and _has_build(python):
            return Builder("build", [python, "-I", "-m", "build"])
    return None


def build(builder: Builder, tree: Path, out: Path, python: str) -> Built | Finding:
    """Build both artefacts of a copied tree; a finding where the project does not build.

    Args:
        builder: the frontend to use.
        tree: the copy of the project; backends may write to it.
        out: a folder for the artefacts.
        python: the interpreter for uv's build environment (build uses its own).

    Raises:
        UnprovenError: the environment stops the build: no network, a full disk, no time.

    """
    environment = machine.without_secrets(
        machine.variables(
            COLUMNS="1000",  # nothing is to be wrapped
            GIT_OPTIONAL_LOCKS="0",
            NO_COLOR="1",
            PYTHONUTF8="1",
            UV_NO_PROGRESS="1",
            UV_PYTHON_DOWNLOADS="never",
        ),
        fetches=True,
    )
    options = ["--out-dir", str(out), "--python", python] if builder.uv else ["--outdir", str(out)]
    try:
        run = subprocess.run(
            [*builder.command, *options, str(tree)],
            cwd=out.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_TIMEOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except subprocess.TimeoutExpired:
        sentence = f"The build did not end within {_TIMEOUT} seconds."
        raise UnprovenError(sentence) from None
    sdists, wheels = list(out.glob("*.tar.gz")), list(out.glob("*.whl"))
    if run.returncode == 0 and sdists and wheels:
        (out / ".gitignore").unlink(missing_ok=True)  # of uv; its option against it is too new
        return Built(sdists[0], wheels[0])
    output = without_place(run.stdout, out.parent)
    return failure(run.returncode, output, sdist_built=bool(sdists))


def without_place(output: str, work: Path) -> str:
    """Give a message with paths as the project has them, not as its copy for a while."""
    place = re.escape(str(work))
    inner = r"(?:[/\\](?:tree|out)(?:[/\\]\.tmp[\w-]+)?)?"
    output = re.sub(rf"(?:file://)?{place}{inner}(?:[/\\]|\b)", "", output)
    return _UNPACKED.sub("", output)


def _has_build(python: str) -> bool:
    if python == sys.executable:
        from importlib.util import find_spec  # noqa: PLC0415  (only where there is no uv)

        spec = find_spec("build")
        return bool(spec and spec.origin)
    try:
        run = subprocess.run(
            [python, "-I", "-c", "import build.__main__"], capture_output=True, check=False
        )
    except OSError:
        return False
    return run.returncode == 0


def failure(status: int, output: str, *, sdist_built: bool) -> Finding:
    """Tell from what a failed build printed whose fault it is: a finding is the project's.

    Args:
        status: the exit status of the builder, negative for a signal.
        output: what it printed.
        sdist_built: whether the sdist was built before the failure.

    Raises:
        UnprovenError: the fault is the environment's.

    """
    disk = _DISK.search(output)
    if disk:
        sentence = f"The build could not write its files ({disk[0]})."
        raise UnprovenError(sentence)
    if status < 0:
        sentence = f"The build was stopped by signal {-status}."
        raise UnprovenError(sentence)
    if fetching := _FETCHING.search(output):
        what = next(filter(None, fetching.groups()), "what it needs")
        sentence = f"The build backend could not fetch {what}: there is no way to it from here."
        raise UnprovenError(sentence)
    if not _BACKEND_RAN.search(output):
        if too_old := shell.too_old(output):
            raise UnprovenError(too_old)
        if "failed during extraction" in output:
            sentence = f"uv could not unpack the sdist that was built; {shell.UPDATE_UV}."
            raise UnprovenError(sentence)
        if _NETWORK.search(output):
            match = _WANTED.search(output)
            what = next(filter(None, match.groups())) if match else "the build backend"
            sentence = f"The build could not fetch {what}: the package index cannot be reached."
            raise UnprovenError(sentence)
        if "Failed to build" not in output and "ERROR" not in output:
            sentence = f"The build could not start ({_last_line(output)})."
            raise UnprovenError(sentence)
        if "No interpreter found" in output:
            sentence = "The build found no Python that this project allows."
            raise UnprovenError(sentence)
    stage = (
        "the wheel does not build from the sdist" if sdist_built else "the project does not build"
    )
    return Finding("pyproject.toml", f"{stage}: {_last_line(output)}", "fix it and run uv build")


def _last_line(output: str) -> str:
    """Give the line that says most: the backend's reason, or the innermost cause."""
    own, failed, causes = f"\n{output}".rpartition("\nerror: Failed to build")
    lines = own if failed and _BACKEND_RAN.search(causes) else causes
    told = [
        line.strip().removeprefix("cause: ").removeprefix("ERROR ").removeprefix("< ")
        for line in lines.splitlines()
        if line.strip()
        and not line.startswith(("hint:", "TIP ", "Building ", "ERROR Backend", "ERROR Command"))
    ]
    for reason in _REASONS:
        if found := [line for line in told if reason.match(line)]:
            return found[-1].removeprefix("error: ")[:_SHOWN].rstrip(".:")
    return (told or ["no reason given"])[-1][:_SHOWN].rstrip(".:")
