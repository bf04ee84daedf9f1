"""Copier's own command, with changes that would make it quicker, to see what each would give.

Usage: python benchmarks/quicker.py CHANGE[,CHANGE...] ARGUMENT-OF-COPIER...

  strings  Jinja compiles a string once a run, and not each time that it is rendered.
  loader   YAML is read by libyaml, where PyYAML has it.
  modes    `git config core.fileMode` is asked once a run, and not once a file.

They replace private parts of Copier, in this process only: proposals, on which nothing depends.
"""

import runpy
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import copier._main
import jinja2
import yaml

_compile = jinja2.Environment.compile
_sync = copier._main.Worker._sync_git_index_executable_bit  # noqa: SLF001


def strings() -> Any:  # noqa: ANN401
    """Keep the code of each string; extensions still see it each time."""
    kept: dict[tuple[object, str], Any] = {}

    def compile_once(self: Any, source: Any, name: str | None = None, *rest: Any) -> Any:  # noqa: ANN401
        if name is not None or not isinstance(source, str):
            return _compile(self, source, name, *rest)
        key = (self.undefined, source)
        if key not in kept:
            kept[key] = _compile(self, source, name, *rest)
        self.preprocess(source)
        return kept[key]

    return patch.object(jinja2.Environment, "compile", compile_once)


def loader() -> Any:  # noqa: ANN401
    """Read YAML by libyaml."""
    return patch.object(yaml, "SafeLoader", getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def keeps_modes(folder: Path) -> bool:
    """Tell whether git looks at the modes of files in a folder, as it does by default."""
    command = ["git", "config", "--type=bool", "--get", "core.fileMode"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.strip() != "false"


def modes() -> Any:  # noqa: ANN401
    """Ask git once."""

    def sync(self: Any, path: Path, mode: int) -> None:  # noqa: ANN401
        if not keeps_modes(self.subproject.local_abspath):
            _sync(self, path, mode)

    return patch.object(copier._main.Worker, "_sync_git_index_executable_bit", sync)  # noqa: SLF001


CHANGES: dict[str, Callable[[], Any]] = {"strings": strings, "loader": loader, "modes": modes}


if __name__ == "__main__":
    changes = sys.argv.pop(1).split(",")
    with ExitStack() as stack:
        for change in changes:
            stack.enter_context(CHANGES[change]())
        runpy.run_module("copier", run_name="__main__")
