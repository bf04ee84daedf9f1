"""Measure what Treewright costs, against what nobody can do without, as one table.

Usage: python benchmarks/run.py [WHAT ...] [--rounds N]

How to read it: each row measures one thing and its reference, in turns and in one run,
after a warm-up. The figures are medians of the rounds, and the ratio is the median of each
round's own ratio, which a machine that is now fast, now slow does not disturb. The ratio of
speeds, which are per second, is the reference's to ours: less is better in every row.
CPU counts a process and all that it starts. Wall time needs a machine that is idle.

  render  `copier copy -T` with the default answers, against the same for a template of one
          file. Beside it, in the same run: the floor, which is what comes out, as a template of
          as many static files and no question; templates with as many files, questions and
          choices as simple-modern-uv and copier-uv have; all our questions with one file; and
          our template by a Copier with three changes (benchmarks/quicker.py).
  start   `uvx --from WHEEL treewright new --defaults`, with the proof, against `uvx copier copy` of
          the one-file template, all in uv's cache. Beside it, against the same: `copier copy
          --trust --defaults` of this checkout, also by uvx, and `uv init --lib`. Then the size of
          the wheel, and what each release adds to it.
  parts   what one more question, choice or file adds to a copy of the one-file template.
  proof   hooks/prove.py, against a bare `uv build` of an equal project, for each backend.
  import  the generated package, against an empty one of the same name, in an interpreter
          that runs already, for each Python at hand (tests/pythons.py finds them).
  command `acme-tool --version` of the starter `command`, installed in an environment, against
          `python -c pass` in the same, for each Python at hand.
  pipeline  `acme-tool run` of the starter `pipeline` from CSV to JSON Lines with a transform,
          against benchmarks/bare.py, the same in a loop of `csv` and `json` that checks
          nothing, for each Python at hand. Both have the start of Python in their time.

Templates are committed and packed, as a clone from a forge is. The targets are wishes: the exit
status does not depend on them. For Linux and macOS.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT), *(str(ROOT / name) for name in (".ci", "src", "tests"))]

from benchmarks.quicker import CHANGES  # noqa: E402
from benchmarks.workshop import (  # noqa: E402
    BACKENDS,
    Cost,
    Row,
    Workshop,
    commit,
    costs,
    print_table,
    run,
    uv,
)

import keeping  # noqa: E402
import pythons  # noqa: E402
import releases  # noqa: E402

SHAPES = {
    "regular": {},
    "namespace": {"package": "namespace", "namespace": "acme"},
}
IMPORTS = 300  # in each process
STARTS = 10  # of the command, in each round
ROWS = 100_000  # for the pipeline

# Targets: a ratio where the row has a reference, else in the row's unit.
RENDER, PROOF, PROOF_UV, IMPORT, COMMAND = 2.0, 1.3, 1000.0, 1.05, 1.3
PIPELINE = 2.0


class Shape(NamedTuple):
    """What there is in a template that others have made, counted in November 2026."""

    files: int
    templates: int
    tags: int  # in each of them
    questions: int
    choices: int  # in all


LIKE = {
    "simple-modern-uv": Shape(19, 7, 4, 8, 6),
    "copier-uv": Shape(58, 56, 5, 15, 30),
}
MORE = 40  # questions, choices or files in a template, to tell what one costs


def like(workshop: Workshop, shape: Shape) -> Path:
    """Make a template of a shape."""
    choices = "".join(f"    'choice {number}': c{number}\n" for number in range(shape.choices))
    asked = [
        f"q{number}:\n  type: str\n  help: Ask\n  default: c0\n"
        for number in range(shape.questions)
    ]
    body = "".join(f"A line of {{{{ q{number} }}}}\n" for number in range(shape.tags))
    names = [f"folder{number % 6}/{number}.md" for number in range(shape.files)]
    files = {f"{name}.jinja": body for name in names[: shape.templates]}
    files |= dict.fromkeys(names[shape.templates :], "# A file\n")
    return workshop.make(f"{''.join(asked)}  choices:\n{choices}", files)


def measure_render(workshop: Workshop) -> Iterator[Row]:
    """Measure a render with the default answers."""
    project, _ = workshop.copy(workshop.template)
    files = sum(path.is_file() for path in project.rglob("*"))
    one = workshop.make("", {"README.md": "# One file\n"})
    questions = shutil.copytree(workshop.template, workshop.place() / "questions")
    shutil.rmtree(questions / ".git")
    shutil.rmtree(questions / "template")
    shutil.copytree(one / "template", questions / "template")
    commit(questions)
    measured: dict[str, Callable[[], Cost]] = {
        f"render {files} files": lambda: workshop.copy(workshop.template)[1],
        f"  the floor: {files} static files": lambda: workshop.copy(floor)[1],
        "  our questions alone": lambda: workshop.copy(questions)[1],
    }
    floor = workshop.floor()
    for name, shape in LIKE.items():
        measured[f"  like {name}: {shape.files} files"] = partial(
            lambda template: workshop.copy(template)[1], like(workshop, shape)
        )
    quicker = str(Path(__file__).with_name("quicker.py"))
    for changes in (*CHANGES, ",".join(CHANGES)):
        measured[f"  ours, changed: {changes}"] = partial(
            lambda changes: workshop.copy(workshop.template, copier=[quicker, changes])[1], changes
        )
    ones, *others = workshop.measure(lambda: workshop.copy(one)[1], *measured.values())
    for what, figures in zip(measured, others, strict=True):
        target = None if what.startswith(" ") else RENDER
        yield from costs(what, figures, "one-file template", ones, target)


def measure_start(workshop: Workshop) -> Iterator[Row]:
    """Measure the first contact, and the wheel of the distribution."""
    clone = keeping.clone_releases(workshop.place())
    built = workshop.place()
    run([uv(), "build", "--wheel", "--out-dir", str(built), str(clone)])
    (wheel,) = built.glob("*.whl")
    one = str(workshop.make("", {"README.md": "# One file\n"}))
    copier = f"copier=={metadata.version('copier')}"

    def timed(*command: str) -> Cost:
        return run([*command, str(workshop.place() / "acme-tool")])

    copy = ("copy", "--defaults", "--trust", str(workshop.template))
    uvx = (uv(), "tool", "run", "--from")
    measured = {
        "uvx treewright new --defaults": (*uvx, str(wheel), "treewright", "new", "--defaults"),
        "  uvx copier copy --trust --defaults": (*uvx, copier, "copier", *copy),
        "  copier copy --trust --defaults": (sys.executable, "-m", "copier", *copy),
        "  uv init --lib": (uv(), "init", "--quiet", "--lib"),
    }
    ones, *others = workshop.measure(
        partial(timed, *uvx, copier, "copier", "copy", one),
        *(partial(timed, *command) for command in measured.values()),
    )
    for what, figures in zip(measured, others, strict=True):
        yield from costs(what, figures, "uvx copier copy, one file", ones, None)
    yield Row("wheel", "kB", [wheel.stat().st_size / 1000])
    commits, before = releases.found(clone), 0
    for number, version in enumerate(commits, 1):
        size = len(releases.bundle(clone, dict(list(commits.items())[:number]))[0])
        yield Row(f"  {version} adds", "kB", [(size - before) / 1000])
        before = size


def measure_parts(workshop: Workshop) -> Iterator[Row]:
    """Measure what one more of each thing adds to a copy."""
    one = {"README.md": "# One file\n"}
    numbers = range(MORE)
    choices = "".join(f"    'choice {number}': c{number}\n" for number in numbers)
    parts = {
        "a question": workshop.make(
            "".join(f"q{n}:\n  type: str\n  help: Ask\n  default: a\n" for n in numbers), one
        ),
        "a hidden question": workshop.make(
            "".join(
                f"q{n}:\n  when: false\n  type: str\n  default: '{{{{ _folder_name }}}}'\n"
                for n in numbers
            ),
            one,
        ),
        "a choice": workshop.make(f"q:\n  type: str\n  choices:\n{choices}  default: c0\n", one),
        "a static file": workshop.make("", {**one, **{f"{n}.md": "# A file\n" for n in numbers}}),
        "a template": workshop.make(
            "", {**one, **{f"{n}.md.jinja": "# {{ _folder_name }}\n" for n in numbers}}
        ),
        "a file in a folder that is left out": workshop.make(
            "", {**one, **{f"{{{{ '' }}}}/{n}.md": "# A file\n" for n in numbers}}
        ),
    }
    bare = workshop.make("", one)
    ones, *others = workshop.measure(
        lambda: workshop.copy(bare)[1],
        *(partial(lambda made: workshop.copy(made)[1], made) for made in parts.values()),
    )
    for what, figures in zip(parts, others, strict=True):
        added = [(cost.cpu - least.cpu) / MORE for cost, least in zip(figures, ones, strict=True)]
        yield Row(f"{what}, cpu", "ms", added)


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
            partial(run, command), partial(run, [python, bare, str(source), target, "name"])
        )
        for kind in Cost._fields:
            figures, references = (
                [ROWS * 1000 / getattr(cost, kind) for cost in side] for side in (ours, others)
            )
            what = f"pipeline, {kind}, Python {version}"
            yield Row(what, "rows/s", figures, "csv + json loop", references, PIPELINE)


MEASURES = {
    "render": measure_render,
    "start": measure_start,
    "parts": measure_parts,
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
        print_table(
            [
                row
                for name, measure in MEASURES.items()
                if name in (options.what or MEASURES)
                for row in measure(workshop)
            ]
        )


if __name__ == "__main__":
    main()
