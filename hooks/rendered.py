"""What every hook does to a project that was just rendered, in the current folder."""

import difflib
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

from rows import say

HERE = Path(__file__).parent


def warn_of_unknown(given: Iterable[str]) -> None:
    """Warn of answers from --data that no question takes: Copier ignores typing errors.

    Args:
        given: The names of the answers.

    """
    names = [*filter(None, given)]
    if not names:  # reading copier.yml takes longer than the rest
        return
    questions = yaml.safe_load((HERE.parent / "copier.yml").read_text(encoding="utf-8"))
    known = [name for name in questions if not name.startswith("_")]
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {close[0]}?" if close else "."
            say(f"Warning: no question is called {name}, so it was ignored{hint}")


def prove_here(*, quiet: bool, facts: bool = True, strict: bool = False) -> int:
    """Prove the project in the current folder and print the report.

    Args:
        quiet: Whether to print only what is not as it should be.
        facts: Whether to tell sizes and times too, beside the verdict.
        strict: Whether advice on house style counts.

    Returns:
        0 proven; 1 faults; 2 not proven, because of the environment.

    """
    if sys.version_info < (3, 11):  # noqa: UP036  # Copier runs on 3.10 too
        say(f"Not proven: the proof needs Python 3.11. Run later: {command_for_later()}")
        return 2
    from proof import prove, report  # noqa: PLC0415  # it needs the Python just checked

    proof = prove(Path.cwd(), strict=strict)
    if proof.status or not quiet:
        say(report.text(proof, again=command_for_later(), facts=facts))
    return proof.status


def command_for_later() -> str:
    """Give the command that proves the project when the clone that runs this is gone."""
    project = shlex.quote(str(Path.cwd()))
    answers = Path(".copier-answers.yml")
    if not answers.is_file():  # it has another name, where a project has several templates
        return f"python PATH-OF-TREEWRIGHT/hooks/prove.py {project}"
    source = yaml.safe_load(answers.read_text(encoding="utf-8"))["_src_path"]
    if Path(source).is_dir():
        return f"python {shlex.quote(str(Path(source, 'hooks', 'prove.py')))} {project}"
    clone = f"git clone {shlex.quote(source)} treewright"
    return f"{clone} && python treewright/hooks/prove.py {project}"
