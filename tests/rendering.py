"""Render the template in this process, fast enough for thousands of combinations."""

import importlib
import marshal
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import copier
import jinja2
import yaml

ROOT = Path(__file__).parents[1]
# For `python -c`: Copier's own command, and in it what makes it quicker.
_COMMAND = f"""\
import runpy, sys
sys.path.append({str(Path(__file__).parent)!r})
from rendering import remembering
with remembering({{}}):
    runpy.run_module("copier", run_name="__main__")
"""
QUICK = _COMMAND.format("")
# The same, where each file is a call of git.
SLOW = _COMMAND.format("modes=True")
# The variable that names a folder for compiled templates, which all processes of a run share.
COMPILED = "TREEWRIGHT_TESTS_COMPILED"

_clone = copier._vcs.clone  # noqa: SLF001
_compile = jinja2.Environment.compile
_compiled: dict[tuple[object, ...], CodeType] = {}


def _compile_once(
    self: jinja2.Environment, source: object, name: str | None = None, *rest: object
) -> CodeType:
    """Compile each Jinja source once a run of the tests: Copier makes a new environment a render.

    Where the source lies, the first of the rest, changes with each clone, and the code never.
    """
    key = (source, name, *rest[1:], self.trim_blocks, self.lstrip_blocks)
    if key not in _compiled:
        _compiled[key] = _compile_shared(
            repr(key),
            lambda: _compile(self, source, name, *rest),  # type: ignore[call-overload]
        )
    self.preprocess(str(source), name)  # where Copier forgets the last path that yields
    return _compiled[key]


def _compile_shared(key: str, compile_: Callable[[], CodeType]) -> CodeType:
    """Take compiled code from the folder of the run, or compile it and put it there."""
    folder = os.environ.get(COMPILED)
    if not folder:
        return compile_()
    kept = Path(folder) / sha256(key.encode()).hexdigest()
    with suppress(FileNotFoundError):
        found: CodeType = marshal.loads(kept.read_bytes())  # noqa: S302  # we wrote it
        return found
    code = compile_()
    part = kept.with_suffix(f".{os.getpid()}")
    part.write_bytes(marshal.dumps(code))
    part.replace(kept)
    return code


def _clone_once(url: str, ref: str = "HEAD", location: str | None = None) -> str:
    """Clone each release of a template once a run: an update clones it five times."""
    return _clone_or_copy(url, ref, location, url)


def _clone_again(url: str, ref: str = "HEAD", location: str | None = None) -> str:
    """Do the same in a hook, whose template is a clone that Copier made for this update."""
    asked = ["git", "-C", url, "config", "remote.origin.url"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return _clone_or_copy(url, ref, location, done.stdout.strip() or url)


def _clone_or_copy(url: str, ref: str, location: str | None, source: str) -> str:
    folder = os.environ.get(COMPILED)
    if not (folder and location and ref.startswith("v")):
        return _clone(url, ref, location)
    kept = Path(folder) / sha256(f"{source} {ref}".encode()).hexdigest()
    if kept.is_dir():
        shutil.copytree(kept, location, copy_function=_link, symlinks=True, dirs_exist_ok=True)
        return location
    _clone(url, ref, location)
    part = shutil.copytree(location, kept.with_suffix(f".{os.getpid()}"), symlinks=True)
    with suppress(OSError):  # another process was first
        part.rename(kept)
    return location


def _link(source: str, target: str) -> None:
    """Link what nobody writes to; git and Copier replace files whole."""
    try:
        os.link(source, target)
    except OSError:  # on another disk
        shutil.copy2(source, target)


def _run_task(
    command: list[str], *, shell: bool, check: bool, env: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """Run a task of Copier's; in the hook that renders, too, Copier is quicker.

    Not where variables tell Python where to find modules: how a hook takes that is its own matter.
    """
    assert not shell, command
    quick = command
    if Path(command[1]).name == "after_update.py" and not {"PYTHONPATH", "PYTHONSAFEPATH"} & {*env}:
        quick = [command[0], str(Path(__file__).with_name("quick_hook.py")), *command[1:]]
    done = subprocess.run(quick, check=check, env=env)
    done.args = command
    return done


@contextmanager
def remembering(*, modes: bool = False, in_hook: bool = False) -> Iterator[None]:
    """Have Copier do the same work once a process.

    Args:
        modes: Whether Copier looks up if git keeps the modes of files, once a file, clones the
            template each time, and runs its hooks without this.
        in_hook: Whether this is the process of a hook.

    Nothing that this replaces changes what is rendered: Copier starts a git process for each
    file, clones the template for each render, Jinja compiles each source again, and copier.yml is
    read by a parser written in Python.

    """
    clone = _clone_again if in_hook else _clone_once
    with (
        patch.object(yaml, "SafeLoader", getattr(yaml, "CSafeLoader", yaml.SafeLoader)),
        patch("copier._main.is_git_available", return_value=modes),
        patch("copier._template.clone", _clone if modes else clone),
        patch("copier._main.subprocess", subprocess if modes else SimpleNamespace(run=_run_task)),
        patch.object(jinja2.Environment, "compile", _compile_once),
    ):
        yield


def copy_template(destination: Path) -> Path:
    """Copy what Copier reads, without git, so that a render clones nothing."""
    for name in ("copier.yml", "CHANGELOG.md", "includes", "template", "hooks", "src"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, destination / name)
    return destination


def render(template: Path | str, destination: Path, answers: Mapping[str, Any]) -> Path:
    """Render a template into a folder, with the defaults for all other answers.

    Args:
        template: A copy of it, or its address.
        destination: The folder.
        answers: Those that are not the defaults.

    Raises:
        copier.errors.UserMessageError: If an answer is refused.

    """
    with remembering():
        copier.run_copy(
            str(template),
            destination,
            data=dict(answers),
            defaults=True,
            overwrite=True,
            quiet=True,
            skip_tasks=True,
        )
    return destination


@contextmanager
def importable(template: Path, folder: Path, name: str, starter: str) -> Iterator[Path]:
    """Render a project by a name that nothing else has, and let its package be imported.

    Gives the folder that the package is in.
    """
    project = render(template, folder / name, {"project_name": name, "starter": starter})
    with patch.object(sys, "path", [str(project / "src"), *sys.path]):
        importlib.invalidate_caches()
        yield project / "src"
