"""The README is true: its table, its commands, and what CI runs."""

import re

import questions
from rendering import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"(?ms)^```sh\n(.*?)^```", README)


def test_the_table_of_questions_is_that_of_the_questionnaire() -> None:
    assert questions.readme() == README


def test_ci_runs_the_second_command_and_what_it_leaves_out() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if not re.match(r"#|set |cd |$", line)]
    assert commands == [COMMANDS[1].strip(), ".venv/bin/pytest --full"]
    assert f"`{commands[1]}`" in README


def test_links_lead_to_files() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    assert len(pages) > 1
    for page in pages:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_blocks_are_closed() -> None:
    """Else what they show is not run, nor displayed as code."""
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        text = page.read_text(encoding="utf-8")
        fences = re.findall(r"(?m)^```(\w*)", text)
        assert text.count("```") == len(fences), page
        assert not any(fences[1::2]), page


def test_every_release_is_in_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.match(r"# Changelog\n", changelog)
    assert re.search(r"(?m)^## v\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\)$", changelog)
