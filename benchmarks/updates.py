"""Measure what updates of packages that people work on cost, keep, bring and leave.

Usage: python benchmarks/updates.py [cost] [keep] [--every] [--rounds N]

  cost  A package of the default answers that nobody has edited is updated to a release which
        changes one line of one file; against the same for a template of one file. Beside it, in
        the same run: the floor, which is a template of as many static files; ours without hooks;
        and for each build backend, and for another answer that no file of the user's reads, our
        hooks against the same update without them. With a backend, the least that a proof can
        cost is a bare `uv build`: its row adds one to the update without hooks.
  keep  What updates from every release to what is here lose, bring and leave.

For `keep`, each release makes packages of some shapes, which are edited as tests/keeping.py does
it, also where later releases have changed lines; then each is updated to what is here, once with
the hooks and once without: by a copy of every release that has neither tasks nor migrations. Both
are run in turns, by Copier's own command. CPU counts a process and all that it starts, and the
ratio is the median of the ratios of the pairs: the proof, which a bare update lacks, is part of
ours.

  --every     each shape of tests/test_releases.py, else each starter once
  --rounds N  how often to update each package; 1 to keep, 5 for its cost
"""

import argparse
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT), str(ROOT / "tests"), str(ROOT / "src")]

from benchmarks.workshop import (  # noqa: E402
    BACKENDS,
    RELEASE,
    Cost,
    Row,
    Workshop,
    commit,
    isolate,
    print_table,
    run,
    uv,
)

import keeping  # noqa: E402
import rendering  # noqa: E402
import repositories  # noqa: E402
import test_releases  # noqa: E402

HOOKS = re.compile(r"(?m)^_(tasks|migrations):\n(?:(?:[ #].*)?\n)*")
GOAL = 1.3
UPDATE, UNREAD = 3.0, 1.1  # against one file, and of an answer that no file of the user's reads
NEXT = "v9.1.0"


@dataclass
class Totals:
    """What all updates of one kind have come to."""

    lost: list[str] = field(default_factory=list)
    changes: int = 0
    delivered: int = 0
    conflicts: list[str] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    backends: list[str] = field(default_factory=list)


def main(arguments: Sequence[str]) -> None:
    """Measure what the command line asks for, and print the tables."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", 1)[0])
    parser.add_argument("what", nargs="*", help="of cost, keep; without: both")
    parser.add_argument("--every", action="store_true", help="every shape, else each starter once")
    parser.add_argument("--rounds", type=int, help="how often to update each package")
    options = parser.parse_args(arguments)
    if unknown := {*options.what} - {"cost", "keep"}:
        parser.error(f"no such measure: {', '.join(sorted(unknown))}")
    if "cost" in (options.what or ["cost"]):
        with tempfile.TemporaryDirectory(prefix="treewright-") as place:
            print_table([*measure_cost(Workshop(Path(place), options.rounds or 5))])
    if "keep" in (options.what or ["keep"]):
        measure_keeping(every=options.every, rounds=options.rounds or 1)


# --- Cost ------------------------------------------------------------------------------


class Updated:
    """Packages of a template's first release, which are updated to one that changes a line.

    Args:
        workshop: Where it is made.
        template: The template, at its first release.
        changed: The file of it that the next release changes.

    """

    def __init__(self, workshop: Workshop, template: Path, changed: str) -> None:
        """Release the change."""
        self._workshop, self._template = workshop, template
        file = template / "template" / changed
        file.write_text(f"{file.read_text('utf-8')}/new/\n", "utf-8")
        commit(template, f"release: {NEXT}", NEXT)

    def package(self, **answers: str) -> Path:
        """Make a package of the first release, and commit it."""
        project = self._workshop.place() / "acme-tool"
        data = [f"--data={name}={value}" for name, value in answers.items()]
        options = ["--defaults", "--skip-tasks", "--quiet", f"--vcs-ref={RELEASE}", *data]
        command = [sys.executable, "-m", "copier", "copy", *options]
        run([*command, str(self._template), str(project)])
        commit(project)
        return project

    def update(self, package: Path, *data: str) -> Cost:
        """Update a copy of a package."""
        project = shutil.copytree(package, self._workshop.place() / "acme-tool")
        command = [sys.executable, "-m", "copier", "update", "--defaults", "--trust", *data]
        return run(command, cwd=project)


def measure_cost(workshop: Workshop) -> Iterator[Row]:
    """Measure what an update costs that brings next to nothing."""
    bare_template = rendering.copy_template(workshop.place())
    strip_hooks(bare_template)
    commit(bare_template)
    one = Updated(workshop, workshop.one_file(), "README.md")
    floor = Updated(workshop, workshop.floor(), ".gitignore")
    bares = Updated(workshop, bare_template, ".gitignore")
    ours = Updated(workshop, workshop.template, ".gitignore")
    sides = (one, floor, bares, ours)
    packages = [(side, side.package()) for side in sides]
    ones, floors, without, whole = cpu(
        workshop, *(partial(side.update, package) for side, package in packages)
    )
    against = "one-file template"
    yield Row("update, cpu", "ms", whole, against, ones, UPDATE)
    yield Row("  without hooks, cpu", "ms", without, against, ones)
    yield Row("  the floor: static files, cpu", "ms", floors, against, ones)
    answer = "--data=type_checker=ty"
    pair = [partial(side.update, package, answer) for side, package in packages[2:]]
    without, whole = cpu(workshop, *pair)
    yield Row("update with another type checker, cpu", "ms", whole, "no hooks", without, UNREAD)
    columns: tuple[list[float], ...] = ([], [], [])
    for backend in BACKENDS:
        pair = [partial(side.update, side.package(build_backend=backend)) for side in (bares, ours)]
        package = ours.package(build_backend=backend)
        build = partial(run, [uv(), "build", "--quiet", str(package)])
        without, whole, builds = cpu(workshop, *pair, build)
        least = [sum(both) for both in zip(without, builds, strict=True)]
        yield Row(f"  update with {backend}, cpu", "ms", whole, "no hooks", without)
        yield Row("    no hooks, and a bare build", "ms", least, "no hooks", without)
        for column, found in zip(columns, (whole, without, least), strict=True):
            column.extend(found)
    figures, references, least = columns
    yield Row("update with any backend, cpu", "ms", figures, "no hooks", references, GOAL)
    yield Row("  no hooks, and a bare build", "ms", least, "no hooks", references)


def cpu(workshop: Workshop, *runs: Callable[[], Cost]) -> list[list[float]]:
    """Measure the CPU time of runs, in turns."""
    return [[cost.cpu for cost in column] for column in workshop.measure(*runs)]


# --- What is kept ----------------------------------------------------------------------


def measure_keeping(*, every: bool, rounds: int) -> None:
    """Measure what updates lose, bring and leave, and print it."""
    with tempfile.TemporaryDirectory(prefix="treewright-") as place:
        folder = Path(place)
        isolate(folder)
        whole = keeping.clone_releases(folder)
        without = bare(whole, folder / "bare")
        ours, bares = Totals(), Totals()
        packages = list(corpus(every=every))
        for number, (version, shape) in enumerate(packages):
            answers = {"project_name": "acme-tool", **shape}
            for turn in range(rounds):
                for template, totals in ((without, bares), (whole, ours)):
                    project = folder / f"{number}-{turn}-{template.name}" / "acme-tool"
                    measure(template, project, version, answers, totals)
                    shutil.rmtree(project.parent)
    print(f"{len(packages) * rounds} updates of edited packages to {keeping.HERE}, here")
    print(f"{'':<36}{'with hooks':>12}{'without':>12}")
    for name, pair in rows(ours, bares):
        print(f"{name:<36}{pair[0]:>12}{pair[1]:>12}")
    ratios = [a / b for a, b in zip(ours.cpu, bares.cpu, strict=True)]
    by_uv = [ratio for ratio, backend in zip(ratios, ours.backends, strict=True) if backend == "uv"]
    print(f"{'ratio of CPU time':<36}{median(ratios):>12.2f}  goal {GOAL}")
    print(f"{'ratio where uv builds, the default':<36}{median(by_uv):>12.2f}  goal {GOAL}")
    for what, found in (("lost", ours.lost), ("in conflict", ours.conflicts)):
        for line in found:
            print(f"  {what}: {line}")


def rows(*both: Totals) -> Iterator[tuple[str, list[str]]]:
    """Give the lines of the table."""
    yield "user lines lost", [str(len(totals.lost)) for totals in both]
    yield (
        "template changes delivered",
        [f"{totals.delivered}/{totals.changes}" for totals in both],
    )
    yield "files left to a person", [str(len(totals.conflicts)) for totals in both]
    yield "CPU of an update, median", [f"{median(totals.cpu):.2f} s" for totals in both]


def corpus(*, every: bool) -> Iterator[tuple[str, dict[str, str]]]:
    """Give releases and the answers for a package of each."""
    for version in keeping.releases():
        shapes = test_releases.COMBINATIONS
        if not every:
            chosen = random.Random(version)  # noqa: S311  # always the same
            shapes = [
                chosen.choice([shape for shape in shapes if shape["starter"] == start["starter"]])
                for start in test_releases.STARTERS
            ]
        for shape in shapes:
            yield version, test_releases.known(version, shape)


def measure(
    template: Path, project: Path, version: str, answers: dict[str, str], totals: Totals
) -> None:
    """Make a package, edit it, update it, and add what came of it."""
    made = keeping.copy(template, project, version, answers)
    mine = keeping.edit(project, clashing=True)
    fresh_folder = project.parent / "fresh" / "acme-tool"
    fresh = keeping.copy(template, fresh_folder, keeping.HERE, keeping.answers_of(made))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "copier", "update", "--defaults", "--trust"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{version} {answers}\n{done.stdout}{done.stderr}")
    totals.cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    totals.backends.append(answers["build_backend"])
    update = keeping.look(project, made, mine, fresh)
    where = f"{version}, {answers['starter']}"
    totals.lost += [f"{where}: {line}" for line in update.lost()]
    totals.conflicts += [f"{where}: {path}" for path in keeping.unmerged(project)]
    delivered, changes = update.delivered()
    totals.delivered += delivered
    totals.changes += changes


def bare(template: Path, folder: Path) -> Path:
    """Copy every release of a template, without what it runs."""
    folder.mkdir()
    repositories.git("init", "--quiet", cwd=folder)
    for version in [*keeping.releases(), keeping.HERE]:
        for path in folder.iterdir():
            if path.name != ".git":
                (shutil.rmtree if path.is_dir() else Path.unlink)(path)
        repositories.git("--work-tree", folder, "checkout", version, "--", ".", cwd=template)
        strip_hooks(folder)
        repositories.commit(folder)
        repositories.git("tag", version, cwd=folder)
    repositories.git("reset", "--hard", "--quiet", cwd=template)
    return folder


def strip_hooks(template: Path) -> None:
    """Take out what a template runs."""
    settings = template / "copier.yml"
    text, count = HOOKS.subn("", settings.read_text("utf-8"))
    if count != 2:  # noqa: PLR2004
        raise SystemExit(f"{settings} has other hooks than this script knows")
    settings.write_text(text, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
