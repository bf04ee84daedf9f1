"""What the benchmarks share: templates to measure, commands that are timed, and a table of both."""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from operator import truediv
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeVar

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))

import rendering  # noqa: E402

T = TypeVar("T")

BACKENDS = ("uv", "hatchling", "setuptools", "flit", "pdm", "poetry")
RELEASE = "v9.0.0"
ANSWERS_FILE = "{{ _copier_conf.answers_file }}.jinja"


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


def print_table(rows: Sequence[Row]) -> None:
    """Print rows below a head."""
    cells = [row.cells() for row in rows]
    head = ("what", "figure", "reference", "its figure", "ratio", "target", "")
    widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
    for line in (head, tuple("-" * width for width in widths), *cells):
        print("  ".join(map(str.ljust, line, widths)).rstrip())


def costs(
    what: str, ours: list[Cost], against: str, others: list[Cost], target: float | None
) -> Iterator[Row]:
    """Give a row for CPU and one for wall time."""
    for kind in Cost._fields:
        figures, references = ([getattr(cost, kind) for cost in side] for side in (ours, others))
        yield Row(f"{what}, {kind}", "ms", figures, against, references, target)


def run(command: list[str], cwd: Path | None = None) -> Cost:
    """Run a command, and give what it and its children have spent.

    Raises:
        SystemExit: If it fails, with what it has written.

    """
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
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


def isolate(folder: Path) -> None:
    """Keep the developer's own settings from what is measured."""
    settings, gitconfig = folder / "settings.yml", folder / "gitconfig"
    settings.write_text("{}\n")
    gitconfig.write_text("[user]\n  name = Bench\n  email = bench@example.org\n")
    os.environ["COPIER_SETTINGS_PATH"] = str(settings)
    os.environ["GIT_CONFIG_GLOBAL"] = str(gitconfig)
    os.environ["UV_PYTHON"] = sys.executable
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.pop("VIRTUAL_ENV", None)


def commit(folder: Path, message: str = f"release: {RELEASE}", tag: str = RELEASE) -> None:
    """Commit and tag what is in a folder, and pack it, as a clone from a forge is packed."""
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        ["commit", "--quiet", f"--message={message}"],
        ["tag", "--annotate", f"--message={tag}", tag],
        ["repack", "-a", "-d", "--quiet"],
        ["prune-packed", "--quiet"],
    ):
        run(["git", "-C", str(folder), *command])


class Workshop:
    """A temporary folder with the templates, where every run gets a place of its own.

    Args:
        folder: An empty folder, to be deleted by the caller.
        rounds: How often to measure each thing.

    Attributes:
        template: The template of this checkout.

    """

    def __init__(self, folder: Path, rounds: int) -> None:
        """Commit the template of this checkout."""
        self._folder, self._rounds, self._numbers = folder, rounds, count()
        isolate(folder)
        self.template = rendering.copy_template(self.place())
        commit(self.template)

    def place(self) -> Path:
        """Make a new folder."""
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        return folder

    def make(self, settings: str, files: Mapping[str, str]) -> Path:
        """Make and commit a template of some files, which are named by their paths in it."""
        made = self.place()
        (made / "copier.yml").write_text(f"_subdirectory: template\n{settings}", "utf-8")
        for path, text in files.items():
            file = made / "template" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        commit(made)
        return made

    def one_file(self) -> Path:
        """Make a template of one file, with an answers file, so that it can be updated."""
        return self.make("", {"README.md": "# One file\n", ANSWERS_FILE: ANSWERS})

    def floor(self) -> Path:
        """Make a template of what a project of the default answers holds, as it is."""
        project, _ = self.copy(self.template)
        files = {
            path.relative_to(project).as_posix(): path.read_text("utf-8")
            for path in sorted(project.rglob("*"))
            if path.is_file() and path.name != ".copier-answers.yml"
        }
        return self.make("", {**files, ANSWERS_FILE: ANSWERS})

    def copy(
        self,
        template: Path,
        answers: Mapping[str, str] | None = None,
        copier: Sequence[str] = ("-m", "copier"),
    ) -> tuple[Path, Cost]:
        """Render a template into a new folder with Copier's own command."""
        project = self.place() / "acme-tool"
        data = [f"--data={name}={value}" for name, value in (answers or {}).items()]
        options = ["--defaults", "--skip-tasks", "--quiet", *data]
        command = [sys.executable, *copier, "copy", *options]
        return project, run([*command, str(template), str(project)])

    def measure(self, *runs: Callable[[], T]) -> list[list[T]]:
        """Take turns, after a warm-up, and give what each run has given in all rounds."""
        for run_ in runs:
            run_()
        rounds = [[run_() for run_ in runs] for _ in range(self._rounds)]
        return [list(column) for column in zip(*rounds, strict=True)]


ANSWERS = "{{ _copier_answers | to_nice_yaml -}}\n"
