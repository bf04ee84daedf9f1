"""The report is short, plain and fits a terminal."""

from proof import Finding, Proof, report


def test_findings_are_counted() -> None:
    proof = Proof()
    proof.findings = [Finding("a.py", "it is wrong", "fix it")]
    assert report.text(proof) == "- a.py: it is wrong; fix it\n1 finding."
    proof.findings *= 2
    assert report.text(proof).endswith("\n2 findings.")


def test_unproven() -> None:
    proof = Proof()
    proof.unproven = "There is no network."
    assert report.text(proof, again="x") == "Not proven: There is no network."
    assert proof.status == 2


def test_skipped_is_wrapped_at_80_columns() -> None:
    proof = Proof()
    proof.skipped = ["acme_tool.module " * 10]
    lines = report.text(proof).splitlines()
    assert len(lines) > 2
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("skipped   acme_tool.module")
    assert lines[1].startswith(" " * 10 + "acme_tool")


def test_plain_ascii() -> None:
    proof = Proof()
    proof.findings = [Finding("\N{SNOWMAN}.py", "x", "y")]
    assert report.text(proof).isascii()
