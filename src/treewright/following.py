"""What follows a copy: commands that run as they are printed, on this machine and from here."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import yaml

from treewright import machine
from treewright.shell import quoted
from treewright.updating.names import Names
from treewright.updating.repository import GitError, Repository

# As CONTRIBUTING.md has it.
_BY_PIP = ("python3 -m venv .venv", ". .venv/bin/activate")
_BY_PIP_ON_WINDOWS = ("py -m venv .venv", r".venv\Scripts\activate")
_WITH_TOOLS = (
    'python -m pip install --upgrade "pip>=25.1"',
    "pip install --editable . --group dev",
)
# The kinds of tools that are in the group `dev`.
_TOOLS = {"lint", "types", "tests", "runner"}


def steps(answers_file: str) -> Iterator[str]:
    """Say how to go on with a new project, which is in the current folder.

    Args:
        answers_file: The answers file, relative to it.

    """
    if not Path(answers_file).is_file():  # a copy may leave it out, by --exclude
        return
    answers = yaml.safe_load(Path(answers_file).read_text(encoding="utf-8"))
    repository = Repository(Path.cwd())
    remotes = _remotes(repository)
    url = str(answers["repository_url"])
    yield f"\n{answers['project_name']} is ready: `import {Names.of(answers).import_path}`. Next:\n"
    commands = [
        *_to_the_folder(),
        *_of_the_tests(set(answers.get("own_kinds", ()))),
        *(["git init -b main"] if remotes is None else []),
        "git add .",
        'git commit -m "Start the package"',
        *_of_the_push(repository, remotes or [], url, str(answers.get("repository", ""))),
    ]
    yield from (f"  {command}" for command in commands)
    yield ""
    if url and not remotes:
        yield f"The push needs an empty repository at {url}."
    yield "MAKE_IT_YOURS.md says how to put your own code in the place of the sample."
    yield f"More answers have defaults: see {answers_file}, and Treewright's README."


def _to_the_folder() -> Iterator[str]:
    """Go there, if the person's shell is elsewhere, which PWD tells where it is POSIX's."""
    here = Path.cwd()
    shell = Path(os.environ.get("PWD", os.sep)).resolve()
    if here != shell:
        folder = str(here.relative_to(shell) if here.is_relative_to(shell) else here)
        yield f"cd {quoted(f'./{folder}' if folder.startswith('-') else folder)}"


def _of_the_tests(owned: set[str]) -> Iterator[str]:
    """Set up by uv, where it is at hand, as it need not be on the PATH; run the tests that came."""
    uv = "uv" if shutil.which("uv") else machine.uv()
    tests = "tests" not in owned
    if uv:
        yield f"{quoted(uv)} {'run pytest' if tests else 'sync'}"
        return
    yield from _BY_PIP_ON_WINDOWS if os.name == "nt" else _BY_PIP
    yield from ("pip install --editable .",) if owned >= _TOOLS else _WITH_TOOLS
    yield from ["pytest"] * tests


def _remotes(repository: Repository) -> list[str] | None:
    """Give the remotes; None where there is no repository, or one that ignores this."""
    try:
        remotes = repository.git("remote").decode().split()
        known = repository.files("--cached", "--others", "--exclude-standard")
    except GitError:
        return None
    return remotes if known else None


def _of_the_push(repository: Repository, remotes: list[str], url: str, said: str) -> Iterator[str]:
    """Push to where the repository is; an address that was given for SSH stays one."""
    if remotes:
        known = _has_upstream(repository)
        yield "git push" if known else f"git push --set-upstream {remotes[0]} HEAD"
    elif url:
        said = said.strip()
        is_of_ssh = said.startswith("ssh://") or "@" in said.partition("/")[0]
        yield f"git remote add origin {quoted(said if is_of_ssh else url)}"
        yield "git push --set-upstream origin HEAD"


def _has_upstream(repository: Repository) -> bool:
    """Tell whether git knows where to push this branch, which need not have a commit yet."""
    try:
        branch = repository.git("symbolic-ref", "--short", "HEAD").decode().strip()
        return bool(repository.git("config", f"branch.{branch}.merge"))
    except GitError:
        return False
