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
    for page in (README, (ROOT / "docs/development.md").read_text(encoding="utf-8")):
        assert f"`{commands[1]}`" in page


def test_links_lead_to_files() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert len(pages) > 1
    for page in pages:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_blocks_are_closed() -> None:
    """Else what they show is not run, nor displayed as code."""
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        # Four of them hold a page, with blocks of its own.
        text = re.sub(r"(?m)^````(\w*)$", "", page.read_text(encoding="utf-8"))
        fences = re.findall(r"(?m)^```(\w*)", text)
        assert text.count("```") == len(fences), page
        assert not any(fences[1::2]), page


def test_every_release_is_in_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.match(r"# Changelog\n", changelog)
    assert re.search(r"(?m)^## v\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\)$", changelog)


def test_commands_of_the_pages_are_there() -> None:
    """Each script and each folder that a page for contributors names."""
    pages = ["AGENTS.md", "CONTRIBUTING.md", "docs/development.md", "docs/releasing.md"]
    for page in pages:
        text = (ROOT / page).read_text(encoding="utf-8")
        named = set(re.findall(r"(?<![\w/-])((?:\.ci|docs|benchmarks|tests|src)/[\w./-]*\w)", text))
        assert named
        for name in named - {"tests/treewright/proof/test_x.py", "src/treewright/proof/x.py"}:
            assert (ROOT / name).exists(), f"{page}: {name}"
