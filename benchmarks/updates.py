"""Measure what updates of packages that people work on keep, bring, leave and cost.

Usage: python benchmarks/updates.py [--every] [--rounds N]

Each release makes packages of some shapes, which are edited as tests/keeping.py does it, also
where later releases have changed lines; then each is updated to what is here, once with the hooks
and once without: by a copy of every release that has neither tasks nor migrations. Both are run in
turns, by Copier's own command. CPU counts a process and all that it starts, and the ratio is the
median of the ratios of the pairs: the proof, which a bare update lacks, is part of ours.

  --every     each shape of tests/test_releases.py, else each starter once
  --rounds N  how often to update each package; 1
"""

import argparse
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT / "tests"), str(ROOT / "hooks")]

import keeping  # noqa: E402
import repositories  # noqa: E402
import test_releases  # noqa: E402

HOOKS = re.compile(r"(?m)^_(tasks|migrations):\n(?:(?:[ #].*)?\n)*")
GOAL = 1.3


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
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", 1)[0])
    parser.add_argument("--every", action="store_true", help="every shape, else each starter once")
    parser.add_argument("--rounds", type=int, default=1, help="how often to update each package")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="treewright-") as place:
        folder = Path(place)
        isolate(folder)
        whole = keeping.clone_releases(folder)
        without = bare(whole, folder / "bare")
        ours, bares = Totals(), Totals()
        packages = list(corpus(every=options.every))
        for number, (version, shape) in enumerate(packages):
            answers = {"project_name": "acme-tool", **shape}
            for turn in range(options.rounds):
                for template, totals in ((without, bares), (whole, ours)):
                    project = folder / f"{number}-{turn}-{template.name}" / "acme-tool"
                    measure(template, project, version, answers, totals)
                    shutil.rmtree(project.parent)
    print(f"{len(packages) * options.rounds} updates of edited packages to {keeping.HERE}, here")
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
        settings = (folder / "copier.yml").read_text("utf-8")
        text, count = HOOKS.subn("", settings)
        if count != 2:  # noqa: PLR2004
            raise SystemExit(f"copier.yml of {version} has other hooks than this script knows")
        (folder / "copier.yml").write_text(text, "utf-8")
        repositories.commit(folder)
        repositories.git("tag", version, cwd=folder)
    repositories.git("reset", "--hard", "--quiet", cwd=template)
    return folder


def isolate(folder: Path) -> None:
    """Keep the developer's own settings from what is measured."""
    settings, gitconfig = folder / "settings.yml", folder / "gitconfig"
    settings.write_text("{}\n")
    gitconfig.write_text("[user]\n  name = Bench\n  email = bench@example.org\n")
    os.environ["COPIER_SETTINGS_PATH"] = str(settings)
    os.environ["GIT_CONFIG_GLOBAL"] = str(gitconfig)
    os.environ["UV_PYTHON"] = sys.executable
    os.environ.pop("VIRTUAL_ENV", None)


if __name__ == "__main__":
    main(sys.argv[1:])
