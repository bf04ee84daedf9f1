"""The command line of the proof."""

import argparse
import json
import os
import sys
from pathlib import Path

from treewright.proof import prove, report
from treewright.rows import say
from treewright.shell import quoted


def run(arguments: list[str], *, command: str, again: str) -> int:
    """Prove the project that the arguments name.

    Args:
        arguments: the command line without the program's name.
        command: what the usage calls the program.
        again: how a person runs it here.

    Returns:
        0 proven; 1 faults; 2 not proven, because of the environment or the usage.

    """
    parser = argparse.ArgumentParser(
        prog=command,
        description=(
            "Prove that a project's wheel holds exactly the package that its tree shows. "
            "This runs the project's build backend and imports its modules, with your rights."
        ),
        epilog="Exit status: 0 proven, 1 faults, 2 it could not be proven here.",
    )
    parser.add_argument(
        "project",
        type=Path,
        nargs="?",
        default=Path(),
        metavar="PATH",
        help="the folder that holds pyproject.toml; by default, this one",
    )
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="put the proven sdist and wheel there"
    )
    parser.add_argument("--strict", action="store_true", help="count advice on style as faults")
    parser.add_argument(
        "--no-install",
        action="store_true",
        help="do what a hook does: leave out the imports with the declared dependencies, and the"
        " checks by libraries, all of which uv installs in temporary environments",
    )
    chosen = parser.parse_args(arguments)
    try:
        proof = prove(
            chosen.project,
            chosen.keep,
            strict=chosen.strict,
            install=not chosen.no_install,
        )
        if chosen.json:
            say(json.dumps(report.data(proof), indent=2))
        else:
            options = ["--strict"] * chosen.strict + ["--no-install"] * chosen.no_install
            words = [again, quoted(str(chosen.project)), *options]
            say(report.text(proof, again=" ".join(words)))
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except OSError:  # the reader of the output has gone, or its disk is full
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 2
    return proof.status
