"""Measure what Treewright costs, against what nobody can do without, as one table.

Usage: python benchmarks/run.py [render] [proof] [import] [command] [pipeline] [--rounds N]

How to read it: each row measures one thing and its reference, in turns and in one run,
after a warm-up. The figures are medians of the rounds, and the ratio is the median of each
round's own ratio, which a machine that is now fast, now slow does not disturb. The ratio of
speeds, which are per second, is the reference's to ours: less is better in every row.
CPU counts a process and all that it starts. Wall time needs a machine that is idle.

  render  `copier copy -T` with the default answers, against the same for a template of
          one file. What a file costs is the CPU beyond that template's, for each file
          beyond one; "questions alone" has all the questions, and renders one file.
  proof   hooks/prove.py, against a bare `uv build` of an equal project, for each backend.
  import  the generated package, against an empty one of the same name, in an interpreter
          that runs already, for each Python at hand (tests/pythons.py finds them).
  command `acme-tool --version` of the starter `command`, installed in an environment, against
          `python -c pass` in the same, for each Python at hand.
  pipeline  `acme-tool run` of the starter `pipeline` from CSV to JSON Lines with a transform,
          against benchmarks/bare.py, the same in a loop of `csv` and `json` that checks
          nothing, for each Python at hand. Both have the start of Python in their time.

The targets are wishes: the exit status does not depend on them. For Linux and macOS.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from operator import truediv
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeVar

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))

import pythons  # noqa: E402
import rendering  # noqa: E402

BACKENDS = ("uv", "hatchling", "setuptools", "flit", "pdm", "poetry")
SHAPES = {
    "regular": {},
    "namespace": {"package": "namespace", "namespace": "acme"},
}
T = TypeVar("T")

IMPORTS = 300  # in each process
STARTS = 10  # of the command, in each round
ROWS = 100_000  # for the pipeline

# Targets: a ratio where the row has a reference, else in the row's unit.
RENDER, RENDER_FILE, PROOF, PROOF_UV, IMPORT, COMMAND = 1.6, 4.0, 1.3, 1000.0, 1.05, 1.3
PIPELINE = 2.0


class Cost(NamedTuple):
    """What one run has spent, in milliseconds."""

    cpu: float
    wall: float


class Row(NamedTuple):
    """A line of the table: its figures in all rounds, references and target where it has them."""

    what: str
    unit: str
    figures: Sequence[float]
    against: str = ""
    references: Sequence[float] = ()
    target: float | None = None

    def cells(self) -> tuple[str, ...]:
        """Give the cells as text."""
        figure = judged = median(self.figures)
        reference = ratio = target = met = ""
        if self.references:
            sides = (self.figures, self.references)
            judged = median(map(truediv, *(sides[::-1] if self.unit.endswith("/s") else sides)))
            reference, ratio = f"{median(self.references):.1f} {self.unit}", f"{judged:.2f}"
        if self.target is not None:
            target = f"<= {self.target:g}" + ("" if self.references else f" {self.unit}")
            met = "met" if judged <= self.target else "MISSED"
        return (self.what, f"{figure:.1f} {self.unit}", self.against, reference, ratio, target, met)


class Workshop:
    """A temporary folder with the templates, where every run gets a place of its own.

    Args:
        folder: An empty folder, to be deleted by the caller.
        rounds: How often to measure each thing.

    """

    def __init__(self, folder: Path, rounds: int) -> None:
        """Commit the template of this checkout, and two of a single file."""
        self._folder, self._rounds, self._numbers = folder, rounds, count()
        self._isolate()
        self.template = rendering.copy_template(self.place())
        self.questions = rendering.copy_template(self.place())
        self.one_file = self.place()
        (self.one_file / "copier.yml").write_text("_subdirectory: template\n")
        shutil.rmtree(self.questions / "template")
        for template in (self.questions, self.one_file):
            (template / "template").mkdir()
            (template / "template/README.md").write_text("# One file\n")
        for template in (self.template, self.questions, self.one_file):
            git = ["git", "-C", str(template)]
            run([*git, "init", "--quiet", "--initial-branch=main"])
            run([*git, "add", "--all"])
            run([*git, "commit", "--quiet", "--message=release: v9.0.0"])
            run([*git, "tag", "--annotate", "--message=v9.0.0", "v9.0.0"])

    def _isolate(self) -> None:
        """Keep the developer's own settings from what is measured."""
        settings, gitconfig = self._folder / "settings.yml", self._folder / "gitconfig"
        settings.write_text("{}\n")
        gitconfig.write_text("[user]\n  name = Bench\n  email = bench@example.org\n")
        os.environ["COPIER_SETTINGS_PATH"] = str(settings)
        os.environ["GIT_CONFIG_GLOBAL"] = str(gitconfig)
        os.environ["UV_PYTHON"] = sys.executable
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ.pop("VIRTUAL_ENV", None)

    def place(self) -> Path:
        """Make a new folder."""
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        return folder

    def copy(self, template: Path, answers: Mapping[str, str] | None = None) -> tuple[Path, Cost]:
        """Render a template into a new folder with Copier's own command."""
        project = self.place() / "acme-tool"
        data = [f"--data={name}={value}" for name, value in (answers or {}).items()]
        options = ["--defaults", "--skip-tasks", "--quiet", *data]
        command = [sys.executable, "-m", "copier", "copy", *options]
        return project, run([*command, str(template), str(project)])

    def measure(self, *runs: Callable[[], T]) -> list[list[T]]:
        """Take turns, after a warm-up, and give what each run has given in all rounds."""
        for run_ in runs:
            run_()
        rounds = [[run_() for run_ in runs] for _ in range(self._rounds)]
        return [list(column) for column in zip(*rounds, strict=True)]


def run(command: list[str]) -> Cost:
    """Run a command, and give what it and its children have spent.

    Raises:
        SystemExit: If it fails, with what it has written.

    """
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wall, after = (
        time.perf_counter() - start,
        resource.getrusage(resource.RUSAGE_CHILDREN),
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu * 1000, wall * 1000)


def uv() -> str:
    """Find uv: on PATH, or beside this Python."""
    return shutil.which("uv") or str(Path(sys.executable).with_name("uv"))


def costs(
    what: str, ours: list[Cost], against: str, others: list[Cost], target: float | None
) -> Iterator[Row]:
    """Give a row for CPU and one for wall time."""
    for kind in Cost._fields:
        figures, references = ([getattr(cost, kind) for cost in side] for side in (ours, others))
        yield Row(f"{what}, {kind}", "ms", figures, against, references, target)


def measure_render(workshop: Workshop) -> Iterator[Row]:
    """Measure a render with the default answers."""
    ours, questions, one = workshop.measure(
        lambda: workshop.copy(workshop.template)[1],
        lambda: workshop.copy(workshop.questions)[1],
        lambda: workshop.copy(workshop.one_file)[1],
    )
    project, _ = workshop.copy(workshop.template)
    files = sum(path.is_file() for path in project.rglob("*"))
    yield from costs(f"render {files} files", ours, "one-file template", one, RENDER)
    share = [(cost.cpu - least.cpu) / (files - 1) for cost, least in zip(ours, one, strict=True)]
    yield Row("render, each file beyond one, cpu", "ms", share, target=RENDER_FILE)
    yield from costs("render, questions alone", questions, "one-file template", one, None)


def measure_proof(workshop: Workshop) -> Iterator[Row]:
    """Measure the proof of a project of each build backend."""
    prove = [sys.executable, str(ROOT / "hooks/prove.py")]
    for backend in BACKENDS:
        # Two projects, because a bare build leaves its own files in the tree.
        proven, built = (
            workshop.copy(workshop.template, {"build_backend": backend})[0] for _ in range(2)
        )
        proof, build = workshop.measure(
            partial(run, [*prove, str(proven)]),
            partial(run, [uv(), "build", "--out-dir", str(workshop.place()), str(built)]),
        )
        target = None if backend == "uv" else PROOF
        yield from costs(f"proof with {backend}", proof, "uv build", build, target)
        if backend == "uv":
            spent = [cost.cpu for cost in proof]
            yield Row("proof with uv, cpu in all", "ms", spent, target=PROOF_UV)


def measure_import(workshop: Workshop) -> Iterator[Row]:
    """Measure the import of a generated package, on each Python at hand."""
    script = Path(__file__).with_name("imports.py")
    for shape, answers in SHAPES.items():
        source = workshop.copy(workshop.template, answers)[0] / "src"
        package = "acme.tool" if shape == "namespace" else "acme_tool"
        empty = workshop.place()
        (empty / package.replace(".", "/")).mkdir(parents=True)
        (empty / package.replace(".", "/") / "__init__.py").touch()
        for version, python in pythons.at_hand().items():
            command = [python, "-I", script, str(IMPORTS), package, source, empty]
            [texts] = workshop.measure(partial(subprocess.check_output, command))
            ours, bare = zip(*map(json.loads, texts), strict=True)
            what = f"import {shape} package, Python {version}"
            yield Row(what, "us", ours, "empty package", bare, IMPORT)


def measure_command(workshop: Workshop) -> Iterator[Row]:
    """Measure the start of a generated command, on each Python at hand."""
    project, _ = workshop.copy(workshop.template, {"starter": "command"})

    def start(command: list[str]) -> Cost:
        spent = [run(command) for _ in range(STARTS)]
        return Cost(*map(median, zip(*spent, strict=True)))

    for version, python in pythons.at_hand().items():
        venv = workshop.place()
        run([uv(), "venv", "--quiet", "--clear", "--python", python, str(venv)])
        run([uv(), "pip", "install", "--quiet", "--python", str(venv), str(project)])
        ours, bare = workshop.measure(
            partial(start, [str(venv / "bin/acme-tool"), "--version"]),
            partial(start, [str(venv / "bin/python"), "-c", "pass"]),
        )
        yield from costs(f"--version, Python {version}", ours, "python -c pass", bare, COMMAND)


def measure_pipeline(workshop: Workshop) -> Iterator[Row]:
    """Measure how many rows the generated pipeline does in a second, on each Python at hand."""
    project, _ = workshop.copy(workshop.template, {"starter": "pipeline"})
    place = workshop.place()
    source, target = place / "input.csv", str(place / "output.jsonl")
    lines = (f'{number},name {number},"London, {number % 97}",1.5' for number in range(ROWS))
    source.write_text("\n".join(["id,name,city,share", *lines]))
    start = f"import sys; sys.path.insert(0, {str(project / 'src')!r}); import acme_tool.__main__"
    code = f"{start}; sys.exit(acme_tool.__main__.main())"
    bare = str(Path(__file__).with_name("bare.py"))
    for version, python in pythons.at_hand().items():
        command = [python, "-c", code, "run", "--transform=upper:name", str(source), target]
        ours, others = workshop.measure(
            partial(run, command), partial(run, [python, bare, str(source), target])
        )
        for kind in Cost._fields:
            figures, references = (
                [ROWS * 1000 / getattr(cost, kind) for cost in side] for side in (ours, others)
            )
            what = f"pipeline, {kind}, Python {version}"
            yield Row(what, "rows/s", figures, "csv + json loop", references, PIPELINE)


MEASURES = {
    "render": measure_render,
    "proof": measure_proof,
    "import": measure_import,
    "command": measure_command,
    "pipeline": measure_pipeline,
}


def main() -> None:
    """Measure what the command line asks for, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="*", help=f"of {', '.join(MEASURES)}; without: all")
    parser.add_argument("--rounds", type=int, default=7, help="how often (%(default)s)")
    options = parser.parse_args()
    if unknown := {*options.what} - {*MEASURES}:
        parser.error(f"no such measure: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(Path(folder), options.rounds)
        rows = [
            row.cells()
            for name, measure in MEASURES.items()
            if name in (options.what or MEASURES)
            for row in measure(workshop)
        ]
    head = ("what", "figure", "reference", "its figure", "ratio", "target", "")
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, tuple("-" * width for width in widths), *rows):
        print("  ".join(map(str.ljust, row, widths)).rstrip())


if __name__ == "__main__":
    main()
