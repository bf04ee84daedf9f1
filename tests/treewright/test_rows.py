"""What others wrote cannot command the terminal that a report is printed on."""

import ast
import io
from contextlib import redirect_stdout

import pytest

from rendering import ROOT
from samples import Sample
from treewright.proof import Finding, Proof, report
from treewright.rows import escaped, on_one_line, row, say

CLIPBOARD = "\x1b]52;c;cm0gLXJm\x07"  # OSC 52 sets the clipboard
HOSTILE = [CLIPBOARD, "\x9b2J", "\r", "\b", "\x7f", "\t", "\u202e", "\udc9b", "\U000e0001", "é"]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_all_but_newlines_is_plain(text: str) -> None:
    plain = escaped(f"a{text}\nb")
    assert plain.startswith("a\\")
    assert plain.endswith("\nb")
    assert plain.replace("\n", "").isascii()
    assert plain.replace("\n", "").isprintable()


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_proof_says_nothing_to_the_terminal(text: str) -> None:
    proof = Proof()
    proof.findings = [Finding(text, text, text), Finding(text, text, text, advice=True)]
    proof.skipped = [text]
    proof.unproven = text
    assert report.text(proof, again=text).replace("\n", "").isprintable()


def test_no_name_passes_for_a_line_of_the_report() -> None:
    forged = "a.py\nProven: all is well."
    assert "\n" not in on_one_line(forged)
    proof = Proof()
    proof.findings = [Finding(forged, forged, forged)]
    proof.skipped = [forged]
    assert len(report.text(proof).splitlines()) == 3
    assert "\n" not in "".join(row("skipped", forged))


def test_a_row_is_as_wide_as_it_looks() -> None:
    assert max(len(escaped(line)) for line in row("skipped", "\x1b.py " * 30)) <= 80


def test_what_is_said_is_escaped() -> None:
    with redirect_stdout(io.StringIO()) as printed:
        say(CLIPBOARD, "b")
    assert printed.getvalue() == "\\x1b]52;c;cm0gLXJm\\x07\nb\n"


def test_no_hook_prints_by_itself() -> None:
    """What people read goes through `say`; what hooks read is JSON."""
    folders = [ROOT / "hooks", ROOT / "src/treewright"]
    printing = {
        file.relative_to(folder).as_posix()
        for folder in folders
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print" and node.args
    }
    # prove.py prints before it knows that this Python can read the rest.
    own = {
        "rows.py",
        "prove.py",
        "proof/command.py",
        "scripts/merge_toml.py",
        "proof/exports.py",
        "scripts/check_release.py",
        "scripts/convert_metadata.py",
    }
    assert printing == own


def test_a_hostile_project(sample: Sample) -> None:
    (sample.folder / f"src/acme_tool/{CLIPBOARD}.txt").write_text("x")
    sample.write({"src/acme_tool/loud.py": f"raise ValueError({CLIPBOARD!r})\n"})
    sample.configure("", "setuptools")
    done = sample.run()
    assert done.returncode == 1
    assert "ValueError: \\x1b]52" in done.stdout
    assert "data file missing: src/acme_tool/\\x1b]52" in done.stdout
    assert (done.stdout + done.stderr).replace("\n", "").isprintable()
