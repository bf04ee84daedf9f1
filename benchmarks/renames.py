"""Measure what it takes to rewrite the names in packages that are imported by another name now.

Usage: python benchmarks/renames.py [--rounds N] [PACKAGE==VERSION...]

Each package's sdist is fetched from PyPI into a temporary folder, becomes a git repository, and has
its folder moved as an update moves it. Then updating.references rewrites what names the package:
this is timed, in turns on two cores and on one, where the script for Python files has a single
process. The latter is the reference. Each figure is the median of the rounds, and each ratio that
of the rounds' own ratios. CPU counts all processes; files and lines are those in Python.

  PACKAGE     by default a large one, and a small one that a single process does anyway
  --rounds N  how often to rename each package; 1

The goal is a wish: the exit status does not depend on it. Wall time needs a machine that is idle.
For Linux.
"""

import argparse
import io
import os
import resource
import shutil
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import truediv
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT), str(ROOT / "src")]

from benchmarks.merges import sdist  # noqa: E402

from treewright.updating import moving, references  # noqa: E402
from treewright.updating.names import Change, Names  # noqa: E402
from treewright.updating.repository import Repository  # noqa: E402

PACKAGES = ("networkx==3.4.2", "itsdangerous==2.2.0")
NEW = "renamed_package"
CORES = 2
LINES, SECONDS = 190_000, 40  # the goal: as many lines in as much wall time


class Cost(NamedTuple):
    """What one run has spent, in seconds."""

    wall: float
    cpu: float


def main(arguments: Sequence[str]) -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", 1)[0])
    parser.add_argument("packages", nargs="*", default=PACKAGES, metavar="PACKAGE==VERSION")
    parser.add_argument("--rounds", type=int, default=1, help="how often to rename each package")
    options = parser.parse_args(arguments)
    cores = sorted(os.sched_getaffinity(0))[:CORES]
    if len(cores) < CORES:
        raise SystemExit(f"This needs {CORES} cores.")
    with tempfile.TemporaryDirectory(prefix="treewright-") as place:
        isolate(Path(place))
        for line in table(Path(place), options.packages, options.rounds, cores):
            print(line, flush=True)


def table(
    folder: Path, packages: Sequence[str], rounds: int, cores: Sequence[int]
) -> Iterator[str]:
    """Yield the lines of the table, each as soon as its package is measured."""
    yield f"{'':<33}{f'on {CORES} cores':>16}{'on one':>16}{'ratio':>16}"
    yield f"{'package':<19}{'files':>6}{'lines':>8}" + f"{'wall s':>8}{'CPU s':>8}" * 3
    goals = []
    for package in packages:
        original = unpack(package, folder / package)
        rename(original, cores)  # uv may have to fetch what the script needs
        pairs = [(rename(original, cores), rename(original, cores[:1])) for _ in range(rounds)]
        files = [file.read_bytes() for file in original.rglob("*.py")]
        lines = sum(source.count(b"\n") for source in files)
        yield f"{package:<19}{len(files):>6}{lines:>8}{figures(pairs)}"
        goals.append((lines, median(ours.wall for ours, _ in pairs)))
    lines, seconds = max(goals)
    pace = seconds / lines
    yield f"{LINES:,} lines at the pace of the largest: {LINES * pace:.0f} s wall, goal {SECONDS} s"


def figures(pairs: Sequence[tuple[Cost, Cost]]) -> str:
    """Give wall and CPU time on all cores, on one, and as ratios."""
    ours, alone = zip(*pairs, strict=True)
    ratios = [Cost(*map(truediv, *pair)) for pair in pairs]
    columns = [column for side in (ours, alone, ratios) for column in zip(*side, strict=True)]
    return "".join(f"{median(column):>8.2f}" for column in columns)


def isolate(folder: Path) -> None:
    """Keep the developer's own settings from what is measured."""
    gitconfig = folder / "gitconfig"
    gitconfig.write_text("[user]\n  name = Bench\n  email = bench@example.org\n")
    os.environ["GIT_CONFIG_GLOBAL"] = str(gitconfig)
    os.environ["UV_PYTHON"] = sys.executable
    os.environ.pop("VIRTUAL_ENV", None)


def unpack(package: str, folder: Path) -> Path:
    """Fetch an sdist, commit what is in it, and give the project's folder."""
    with tarfile.open(fileobj=io.BytesIO(sdist(package))) as files:
        files.extractall(folder, filter="data")
    (project,) = folder.iterdir()
    Repository(project).git("init", "--quiet")
    Repository(project).git("add", "--all", "--force")
    Repository(project).git("commit", "--quiet", "--message=x")
    return project


def names(original: Path) -> tuple[Names, Names]:
    """Give the names of a package as they are, and with another import name."""
    distribution = original.name.rpartition("-")[0]
    root = "src/" if (original / "src").is_dir() else ""
    name = distribution.replace("-", "_")
    return Names(distribution, name, root + name), Names(distribution, NEW, root + NEW)


def rename(original: Path, cores: Sequence[int]) -> Cost:
    """Rename a copy of a package, and give what the rewriting has spent."""
    before, now = names(original)
    project = shutil.copytree(original, original.with_name("copy"), symlinks=True)
    moving.carry_out(Repository(project), moving.plan(Repository(project), before, now))
    members = references.members(project / now.package_dir)
    change = Change(before, now, members)
    change = replace(change, spelled=references.spelled(project / now.package_dir, before))
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    start, spent = time.perf_counter(), cpu()
    done = references.fix(Repository(project), change)
    cost = Cost(time.perf_counter() - start, cpu() - spent)
    os.sched_setaffinity(0, every)
    shutil.rmtree(project)
    if done.notice:
        raise SystemExit(done.notice)
    return cost


def cpu() -> float:
    """Give the seconds that this process and its children have spent."""
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


if __name__ == "__main__":
    main(sys.argv[1:])
