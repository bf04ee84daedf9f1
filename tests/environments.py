"""Environments with generated packages in them, made by uv, without the network."""

import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Environment:
    """A virtual environment, as its user has it: bytecode is written."""

    folder: Path

    @property
    def variables(self) -> dict[str, str]:
        """The variables of a process in which the environment is active."""
        tools = self.folder / ("Scripts" if os.name == "nt" else "bin")
        path = os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.environ["PATH"]])
        active = {"VIRTUAL_ENV": str(self.folder), "PATH": path, "UV_OFFLINE": "1"}
        return {**os.environ, **active, "PYTHONDONTWRITEBYTECODE": ""}

    @property
    def site(self) -> Path:
        """The folder of the installed packages."""
        return Path(self.run("python", "-c", "import sys; print(sys.path[-1])").stdout.strip())

    def run(
        self, *command: str | Path, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of the environment, whatever its end."""
        return subprocess.run(
            list(map(str, command)),
            cwd=cwd,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )


def make(folder: Path, *projects: Path) -> Environment:
    """Make an environment and install the wheels of projects, which uv alone can build."""
    uv("venv", "--python", sys.executable, folder)
    wheels = [build(project) for project in projects]
    uv("pip", "install", "--python", folder, "--no-index", *wheels)
    return Environment(folder)


def compile_cached(folder: Path, requirements: Iterable[str], interpreters: Iterable[str]) -> None:
    """Fetch distributions and compile them in the cache of uv.

    Tests write no bytecode, and each build has an environment of its own. All that uv installs
    from its cache, it links; so the bytecode there saves each build from compiling its backend.
    """
    fetch = ["pip", "install", "--python", sys.executable, "--target", str(folder)]
    subprocess.run([sys.executable, "-m", "uv", "--quiet", *fetch, *requirements], check=True)
    fetched = {path.name for path in folder.glob("*.dist-info")}
    archives = [
        str(archive)
        for archive in Path(os.environ["UV_CACHE_DIR"], "archive-v0").iterdir()
        if fetched & {path.name for path in archive.iterdir()}
    ]
    for python in interpreters:
        compile_all = [python, "-m", "compileall", "-q", *archives]
        subprocess.run(compile_all, check=True)


def build(project: Path) -> Path:
    """Build the wheel of a project, in its folder `dist`."""
    uv("build", "--wheel", project)
    (wheel,) = (project / "dist").glob("*.whl")
    return wheel


def uv(*arguments: str | Path) -> None:
    """Run uv without the network; it has to succeed."""
    command = [sys.executable, "-m", "uv", "--quiet", "--offline", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
