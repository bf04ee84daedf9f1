"""The command line of the proof."""

import argparse
import os
import sys
from pathlib import Path

import shell
from proof import prove, report


def run(arguments: list[str]) -> int:
    """Prove the project that the arguments name.

    Args:
        arguments: the command line without the program's name.

    Returns:
        0 proven; 1 findings; 2 not proven, because of the environment or the usage.

    """
    parser = argparse.ArgumentParser(
        prog="prove.py",
        description="Prove that a project's wheel holds exactly the package that its tree shows.",
        epilog="Exit status: 0 proven, 1 findings, 2 it could not be proven here.",
    )
    parser.add_argument("project", type=Path, help="the folder that holds pyproject.toml")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="put the proven sdist and wheel there"
    )
    chosen = parser.parse_args(arguments)
    try:
        proof = prove(chosen.project, chosen.keep)
        words = (shell.quoted(word) for word in (sys.argv[0], str(chosen.project)))
        print(report.text(proof, again=" ".join([shell.python(), *words])), flush=True)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except OSError:  # the reader of the output has gone, or its disk is full
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 2
    return proof.status
