"""What every hook does to a project that was just rendered, in the current folder."""

import os
import sys
from pathlib import Path

import yaml

from treewright import again, shell
from treewright.rows import say

# Set where an update is tried for what arrives alone, as `treewright adopt` does in its copy.
UNPROVEN = "TREEWRIGHT_UNPROVEN"


def warn_of_secret(answers_file: str, *, committed: bool = False) -> None:
    """Say that the template's address had a secret in it, which is not stored.

    Args:
        answers_file: The answers file.
        committed: Whether it has been in that file until now.

    """
    say(
        "Warning: the template's address has a user, a password or a token before its @, which\n"
        f"{answers_file} leaves out: that file is committed. For updates, let git's credential\n"
        "helper keep it: `git help credentials`."
    )
    if committed:
        say("It is in this repository's history: have it replaced where it was given out.")


def prove_here(
    answers_file: str, *, quiet: bool, facts: bool = True, style: bool = True, strict: bool = False
) -> int:
    """Prove the project in the current folder and print the report.

    Args:
        answers_file: The answers file, relative to the project.
        quiet: Whether to print only what is not as it should be.
        facts: Whether to tell sizes and times too, beside the verdict.
        style: Whether to give advice on house style.
        strict: Whether that counts.

    Returns:
        0 proven; 1 faults; 2 not proven, because of the environment.

    """
    if os.environ.get(UNPROVEN):
        return 2
    later = command_for_later(answers_file)
    if sys.version_info < (3, 11):  # noqa: UP036  # Copier runs on 3.10 too
        say(f"Not proven: the proof needs Python 3.11. Run later: {later}")
        return 2
    from treewright.proof import prove, report  # noqa: PLC0415  # it needs the Python just checked

    proof = prove(Path.cwd(), strict=strict)
    if not style:
        proof.findings = proof.faults
    if proof.status or not quiet:
        say(report.text(proof, again=later, facts=facts))
    return proof.status


def command_for_later(answers_file: str) -> str:
    """Give what proves the project when the clone that runs this is gone, to print after a colon.

    Args:
        answers_file: The answers file, relative to the project.

    """
    file, source, clone = Path(answers_file), "PATH-OF-TREEWRIGHT", []
    if file.is_file():  # a copy may leave it out, by --exclude
        source = str(yaml.safe_load(file.read_text(encoding="utf-8"))["_src_path"])
    if (again.is_own(source) or not file.is_file()) and (command := again.treewright()):
        return f"{command} prove {shell.quoted(str(Path.cwd()))}"
    if file.is_file() and not Path(source).is_dir():
        address = source.removeprefix("git+")  # which only Copier knows
        clone = [f"git clone {shell.quoted(address)} treewright"]
        source = "treewright"
    script = Path(source, "hooks", "prove.py")
    words = (shell.quoted(str(path)) for path in (script, Path.cwd()))
    return shell.steps([*clone, " ".join([shell.python(), *words])])
