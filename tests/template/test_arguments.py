"""What every command line takes, whichever library parses it: flags anywhere, and no guesses."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

import pythons
from answers import FRAMEWORKS, PROGRAMS
from tiers import each_once, spread

Render = Callable[..., Path]

# Run the command for each list of arguments; tell how it ends, what it says, and how much it logs.
DRIVE = """\
import contextlib, io, json, logging, sys
sys.path.insert(0, sys.argv[1])
from acme_tool.__main__ import main

ends = []
for arguments in json.load(sys.stdin):
    logger = logging.getLogger("acme_tool")
    logger.level, logger.handlers = -1, []
    sys.argv[1:] = arguments.split()
    read = io.TextIOWrapper(io.BytesIO())
    with contextlib.redirect_stderr(io.StringIO()) as said, contextlib.redirect_stdout(read):
        status = main()
        sys.stdout.seek(0)
        output = sys.stdout.read()
    ends.append([status, output, said.getvalue(), logger.level])
print(json.dumps(ends))
"""

programs = pytest.mark.parametrize(
    ("starter", "framework"),
    spread(product(PROGRAMS, FRAMEWORKS), each_once(PROGRAMS, FRAMEWORKS), names=2),
)


def drive(
    source: Path, *lines: str, python: str = sys.executable
) -> list[tuple[int, str, str, int]]:
    """Give the status, the output, the messages and the level of the logs for each line."""
    done = subprocess.run(
        [python, "-c", DRIVE, str(source)],
        input=json.dumps(lines),
        capture_output=True,
        text=True,
        check=True,
    )
    return [tuple(end) for end in json.loads(done.stdout)]


@pytest.fixture
def source(render: Render, starter: str, framework: str) -> Path:
    project = render(starter=starter, plugins="entry-points", cli_framework=framework)
    return project / "src"


@programs
def test_flags_stand_before_and_after_a_subcommand(source: Path) -> None:
    amounts = ["", "-v", "-vv", "-q", "-qq", "-v -q", "-vqv", "--verbose --quiet --quiet"]
    pairs = [(before, after) for before in amounts for after in amounts]
    levels = [level for *_, level in drive(source, *(f"{a} plugins {b}" for a, b in pairs))]
    known = {
        before: level for (before, after), level in zip(pairs, levels, strict=True) if not after
    }
    assert known["-vv"] <= known["-v"] < known["-q"]
    for (before, after), level in zip(pairs, levels, strict=True):
        flags = (before + after).replace("--verbose", "v").replace("--quiet", "q")
        more = max(-2, min(2, flags.count("v") - flags.count("q")))
        assert level == known[{-2: "-qq", -1: "-q", 0: "", 1: "-v", 2: "-vv"}[more]], (
            before,
            after,
        )


@programs
def test_the_version_and_the_help_stand_after_a_subcommand_too(source: Path) -> None:
    version, whole, after, short, long = drive(
        source, "-v --version", "--help", "plugins --version", "plugins -h", "plugins --help"
    )
    assert version[:3] == after[:3]
    assert short == long
    for status, output, said, _ in (version, whole, short):
        assert (status, said) == (0, "")
        assert output.startswith(("acme-tool ", "usage: ", "Usage: "))
    for flag in ("--version", "-v, --verbose", "-q, --quiet", "-h, --help"):
        assert flag in whole[1]
        assert flag in short[1]


@programs
def test_no_option_is_abbreviated(source: Path) -> None:
    """What an abbreviation means would change with the next option that begins like it."""
    for wrong in ("--vers plugins", "--verb plugins", "plugins --verbos", "plugins --quie"):
        ((status, output, said, _),) = drive(source, wrong)
        assert (status, output) == (2, ""), wrong
        assert next(word for word in wrong.split() if word != "plugins") in said


@programs
def test_a_misspelt_subcommand_is_told(source: Path, framework: str) -> None:
    """By argparse from Python 3.14 on."""
    version, python = [*pythons.at_hand().items()][-1]
    if framework != "argparse":
        version, python = "3.14", sys.executable
    ((status, output, said, _),) = drive(source, "plugin", python=python)
    assert (status, output) == (2, "")
    known = version not in {"3.11", "3.12", "3.13"}
    meant = "maybe you meant 'plugins'?" if framework == "argparse" else "Did you mean 'plugins'?"
    assert (meant in said) is known
    assert "Warning" not in said


# What the packages have for the start and the arguments alone.
LIGHT = {
    "acme_tool",
    "acme_tool.__main__",
    "acme_tool._about",
    "acme_tool._process",
    "acme_tool.cli",
}


@programs
def test_the_help_loads_nothing_of_what_subcommands_do(source: Path) -> None:
    code = (
        "import sys; from acme_tool.__main__ import main; status = main()\n"
        "print(*(name for name in sys.modules if name.startswith('acme_tool')), file=sys.stderr)\n"
        "sys.exit(status)"
    )
    for arguments in (["--help"], ["plugins", "--help"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=source,
            capture_output=True,
            text=True,
            check=True,
        )
        loaded = set(done.stderr.split())
        assert loaded == LIGHT or arguments != ["--help"]
        assert loaded <= LIGHT | {"acme_tool._logs"}  # which Click and Typer start in between


@pytest.mark.parametrize(
    ("starter", "framework", "arguments", "choices"),
    spread(
        [
            (starter, framework, *rest)
            for framework in FRAMEWORKS
            for starter, *rest in [
                ("command", "sum --help", "acme_tool.checksums.ALGORITHMS"),
                ("pipeline", "run --help", "acme_tool.io.FORMATS"),
            ]
        ],
        [
            ("command", "argparse", "sum --help", "acme_tool.checksums.ALGORITHMS"),
            ("pipeline", "click", "run --help", "acme_tool.io.FORMATS"),
        ],
        names=4,
    ),
)
def test_choices_are_those_of_the_module(source: Path, arguments: str, choices: str) -> None:
    """Which the help does not load: they are written twice."""
    module, _, name = choices.rpartition(".")
    code = f"from {module} import {name}; print(*{name})"
    known = subprocess.check_output([sys.executable, "-c", code], cwd=source, text=True)
    ((_, output, _, _),) = drive(source, arguments)
    offered = re.findall(r"[{\[<]((?:\w+[,|])+\w+)[>\]}]", output)
    assert set(known.split()) in [set(re.split("[,|]", found)) for found in offered]
