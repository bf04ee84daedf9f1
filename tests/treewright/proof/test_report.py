"""The report is short, plain and fits a terminal."""

from treewright.proof import Finding, Proof, report

FAULT = Finding("a.py", "it is wrong", "fix it")
ADVICE = Finding("b.py", "it is ugly", "sort it", advice=True)


def test_faults_are_counted() -> None:
    proof = Proof()
    proof.findings = [FAULT]
    assert report.text(proof) == "- a.py: it is wrong; fix it\n1 fault."
    proof.findings *= 2
    assert report.text(proof).endswith("\n2 faults.")


def test_advice_is_told_apart() -> None:
    proof = Proof()
    proof.findings = [ADVICE, FAULT]
    assert proof.status == 1
    assert report.text(proof).splitlines() == [
        "- a.py: it is wrong; fix it",
        "Advice, which changes no verdict:",
        "- b.py: it is ugly; sort it",
        "1 fault.",
    ]
    assert report.text(proof, again="prove x", facts=False).splitlines() == [
        "- a.py: it is wrong; fix it",
        "advice    1 on house style",
        "To read it: prove x",
        "1 fault.",
    ]
    proof.findings.remove(FAULT)
    assert proof.status == 0
    assert "\nProven: " in report.text(proof)


def test_advice_counts_where_the_proof_is_strict() -> None:
    proof = Proof(strict=True)
    proof.findings = [ADVICE]
    assert proof.status == 1
    assert report.text(proof) == "- b.py: it is ugly; sort it\n1 fault."


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


def test_data() -> None:
    """It tells the same, for programs."""
    proof = Proof()
    proof.findings = [FAULT, ADVICE]
    proof.skipped = ["much"]
    found = report.data(proof)
    assert found == {
        "status": 1,
        "verdict": "faults",
        "project": None,
        "version": None,
        "packages": {},
        "faults": [{"where": "a.py", "what": "it is wrong", "fix": "fix it"}],
        "advice": [{"where": "b.py", "what": "it is ugly", "fix": "sort it"}],
        "skipped": ["much"],
        "unproven": None,
    }
    proof.findings = []
    assert (report.data(proof)["status"], report.data(proof)["verdict"]) == (0, "proven")
    proof.unproven = "There is no network."
    assert (report.data(proof)["status"], report.data(proof)["verdict"]) == (2, "not proven")


def test_plain_ascii() -> None:
    proof = Proof()
    proof.findings = [Finding("\N{SNOWMAN}.py", "x", "y")]
    assert report.text(proof).isascii()
