"""`treewright finish` in tests, by updates from a clone of the template.

An update here is what `copier update --trust` does in a process of its own: the template is at a
path, to which the distribution gives no trust. tests/test_distribution.py has the real one.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import cache, partial
from hashlib import sha256
from inspect import signature
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from _pytest.mark import ParameterSet

from keeping import ANSWERS, Files
from rendering import QUICK
from repositories import git, snapshot
from tiers import full
from treewright.branch import command
from treewright.branch.scratch import update_variables

# Without hooks, as a bot runs an update that trusts nobody.
_PLAIN = f"""\
from copier._main import Worker
Worker._execute_tasks = lambda *_: None
{QUICK}"""
_UNPROVEN = {"UV": shutil.which("false") or ""}  # the proof has tests of its own

NEXT = "v9.1.0"  # as test_update_faults.py releases it
Row: TypeAlias = Callable[..., Any]
Printed = subprocess.CompletedProcess[str]
_kept: list[tempfile.TemporaryDirectory[str]] = []  # until this process ends


def run_update(project: Path, arguments: Sequence[str], hooks: bool) -> Printed:  # noqa: FBT001
    """Update a project in place as stock Copier does, trusted."""
    return subprocess.run(
        [sys.executable, "-c", QUICK if hooks else _PLAIN, "update", "--trust", *arguments],
        cwd=project,
        env=update_variables(project) | _UNPROVEN,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@cache
def _done() -> tuple[dict[str, Printed], Path]:
    folder = tempfile.TemporaryDirectory()
    _kept.append(folder)
    return {}, Path(folder.name)


def updater(project: Path, arguments: Sequence[str], hooks: bool) -> Printed:  # noqa: FBT001
    """Update a project of the command's; one that was run before is not run again."""
    top = Path(git("rev-parse", "--show-toplevel", cwd=project).strip())
    words = [
        git("rev-parse", "HEAD^{tree}", cwd=project),
        str(project.relative_to(top)),
        str(hooks),
    ]
    for word in arguments:
        name, _, file = word.partition("=")
        words.append(Path(file).read_text("utf-8") if name == "--data-file" else word)
    key = sha256(repr(words).encode()).hexdigest()
    done, folder = _done()
    if key not in done:
        done[key] = run_update(project, arguments, hooks)
        shutil.copytree(top, folder / key, symlinks=True)
    else:
        for path in top.iterdir():
            if path.name != ".git":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        kept = ("HEAD", "refs", "packed-refs", "config", "alternates", "shallow")
        shutil.copytree(
            folder / key,
            top,
            symlinks=True,
            dirs_exist_ok=True,
            copy_function=_copy,
            ignore=shutil.ignore_patterns(*kept),
        )
    return done[key]


def _copy(source: str, target: str) -> None:
    if not (Path(target).exists() and "objects" in Path(target).parts):
        shutil.copy2(source, target, follow_symlinks=False)


def by_hand(project: Path, version: str, *more: str) -> Printed:
    """Update a project in place, as a person does."""
    arguments = ["--defaults", f"--vcs-ref={version}", *more]
    done = run_update(project, arguments, True)  # noqa: FBT003
    assert done.returncode == 0, done.stderr
    return done


def plainly(project: Path, version: str, *more: str) -> None:
    """Update a project in place, as a bot does that runs no hooks."""
    done = run_update(project, ["--defaults", f"--vcs-ref={version}", *more], False)  # noqa: FBT003
    assert done.returncode == 0, done.stderr


def finish(project: Path, *arguments: str, base: str = "main") -> int:
    """Run `treewright finish` in a project, and give its status."""
    before = Path.cwd()
    os.chdir(project)
    try:
        return command.run(["--base", base, *arguments], updater)
    finally:
        os.chdir(before)


def branch(project: Path, name: str = "bot") -> None:
    git("checkout", "--quiet", "-b", name, cwd=project)


def save(project: Path, message: str = "work") -> None:
    """Commit all that is in a project."""
    git("add", "--all", cwd=project)
    git("commit", "--quiet", "--allow-empty", f"--message={message}", cwd=project)


def ask(project: Path, answers_file: str = ANSWERS, **answers: str) -> None:
    """Change lines of an answers file by hand, and commit that."""
    file = project / answers_file
    lines = file.read_text("utf-8").splitlines()
    for name, value in answers.items():
        (number,) = (n for n, line in enumerate(lines) if line.startswith(f"{name}:"))
        lines[number] = f"{name}: {value}"
    file.write_bytes("".join(f"{line}\n" for line in lines).encode())
    save(project, "one line")


def tree(project: Path, commit: str = "HEAD") -> str:
    return git("rev-parse", f"{commit}^{{tree}}", cwd=project).strip()


def files(project: Path) -> Files:
    """Give all files that git has in its index and in the work tree, and their bytes."""
    listed = git("ls-files", "-z", cwd=project).split("\0")[:-1]
    return {path: data for path, data in snapshot(project).items() if path in listed}


def twin(project: Path) -> Path:
    """Give a copy of a project beside it."""
    return shutil.copytree(project, project.parents[0] / "twin" / project.name, symlinks=True)


def expected(project: Path, *more: str) -> Path:
    """Give a copy of a project that was updated by hand, and committed."""
    other = twin(project)
    by_hand(other, NEXT, *more)
    save(other)
    return other


def same(project: Path, other: Path) -> None:
    found, wanted = snapshot(project), snapshot(other)
    assert found.keys() == wanted.keys()
    for path, data in wanted.items():
        assert found[path].decode() == data.decode(), path
    assert tree(project) == tree(other)


class Scenarios(list[ParameterSet]):
    """Rows of one test: functions that take fixtures by their names; few are in the default run."""

    def __call__(self, *, default: bool = False, **axes: Sequence[object]) -> Callable[[Row], Row]:
        """Add a function: with all values of further parameters; by default only with the first."""

        def add(function: Row) -> Row:
            for number, values in enumerate(product(*axes.values())):
                more = dict(zip(axes, values, strict=True))
                name = "-".join([function.__name__, *map(str, values)])
                usual = pytest.param if default and not number else full
                self.append(usual(partial(function, **more), id=name))
            return function

        return add


def play(scenario: Row, request: pytest.FixtureRequest) -> None:
    """Run a row with the fixtures that it names."""
    given = scenario.keywords if isinstance(scenario, partial) else {}
    names = [name for name in signature(scenario).parameters if name not in given]
    scenario(**{name: request.getfixturevalue(name) for name in names})
