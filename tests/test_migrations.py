"""What a release renames goes on to be the user's: files with their edits, and answers."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from in_process import copier
from repositories import commit
from test_copier import run
from treewright.updating.answers import Update
from treewright.updating.migrations import MIGRATIONS, Migration
from treewright.updating.migrations import run as migrate
from treewright.updating.repository import Repository

ROW = """
MIGRATIONS: Sequence[Migration] = (
    Migration(
        "v9.1.0",
        ".github/SECURITY.md takes the place of SECURITY.md",
        renamed("SECURITY.md", ".github/SECURITY.md"),
    ),
)
"""


@pytest.fixture
def newer(checkout: Path, tmp_path: Path) -> Path:
    """The template with a release that renames a file, an answer and a value of another."""
    clone = tmp_path / "newer"
    run("git", "clone", "--quiet", checkout, clone)
    policy = clone / "template/{{ project.github }}/SECURITY.md.jinja"
    run("git", "mv", "template/{{ project.security }}.jinja", policy, cwd=clone)
    policy.write_text(policy.read_text().replace("# Security", "# Security policy", 1))

    module = clone / "src/treewright/updating/migrations.py"
    declared = "MIGRATIONS: Sequence[Migration] = ()\n"
    assert declared in module.read_text()
    module.write_text(module.read_text().replace(declared, ROW))

    for file in [clone / "copier.yml", *(clone / "template").rglob("*.jinja")]:
        file.write_text(re.sub(r"\bcoverage_min\b", "least_coverage", file.read_text()))
    questions = clone / "copier.yml"
    text = questions.read_text()
    asked = '  default: "{{ 0 if joined else 100 }}"\n'
    assert asked in text
    text = text.replace(asked, '  default: "{{ before.coverage_min | default(100) }}"\n')
    text = re.sub(r'(?m)^    "ISC - .*\n', "", text)
    text = text.replace(
        "  default: MIT\n",
        "  default: \"{{ {'ISC': 'Apache-2.0'}[before.license | default] | default('MIT') }}\"\n",
    )
    questions.write_text(text)
    rules = clone / "includes/rules.jinja"
    rules.write_text(rules.read_text().replace("coverage_min", "least_coverage"))
    run("git", "add", "--all", cwd=clone)
    run("git", "commit", "--quiet", "--message=release: v9.1.0", cwd=clone)
    run("git", "tag", "--annotate", "--message=v9.1.0", "v9.1.0", cwd=clone)
    return clone


@pytest.fixture
def update(checkout: Path, newer: Path, tmp_path: Path) -> Callable[..., tuple[Path, str]]:
    """Make a project of the release before, edit its policy, and update it."""

    def _update(edit: Callable[[str], str | None]) -> tuple[Path, str]:
        project = tmp_path / "acme-tool"
        data = ("--data=coverage_min=80", "--data=license=ISC")
        copier("copy", "--defaults", "--skip-tasks", *data, checkout, project)
        answers = project / ".copier-answers.yml"
        answers.write_text(answers.read_text().replace(str(checkout), str(newer)))
        policy = project / "SECURITY.md"
        text = edit(policy.read_text())
        if text is None:
            policy.unlink()
        else:
            policy.write_text(text)
        commit(project)
        return project, copier("update", "--defaults", "--trust", project)

    return _update


def test_edits_and_answers_go_along(update: Callable[..., tuple[Path, str]]) -> None:
    project, printed = update(lambda text: text + "\nWe answer in a day.\n")
    policy = (project / ".github/SECURITY.md").read_text()
    assert policy.startswith("# Security policy\n")
    assert policy.endswith("\nWe answer in a day.\n")
    assert not (project / "SECURITY.md").exists()
    assert run("git", "ls-files", "--unmerged", cwd=project) == ""
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert (answers["least_coverage"], answers["license"]) == (80, "Apache-2.0")
    assert "coverage_min" not in answers
    assert "fail_under = 80\n" in (project / "pyproject.toml").read_text()
    assert "\nmigrated  .github/SECURITY.md takes the place of SECURITY.md\n" in printed
    assert "\nanswer    license: ISC -> Apache-2.0\n" in printed


def test_a_clash_is_a_conflict(update: Callable[..., tuple[Path, str]]) -> None:
    project, printed = update(lambda text: text.replace("# Security", "# Safety", 1))
    assert "\nIn conflict:\n  .github/SECURITY.md\n" in printed
    merged = (project / ".github/SECURITY.md").read_text()
    assert "# Safety\n" in merged
    assert "# Security policy\n" in merged


def test_what_the_user_deleted_stays_away(update: Callable[..., tuple[Path, str]]) -> None:
    project, _ = update(lambda _: None)
    assert not (project / "SECURITY.md").exists()
    assert not (project / ".github/SECURITY.md").exists()


def test_only_those_of_the_releases_between_run_and_the_oldest_first(tmp_path: Path) -> None:
    ran: list[str] = []
    rows = [
        Migration(version, version, lambda _, version=version: ran.append(version))  # type: ignore[misc]
        for version in ("v1.10.0", "v1.9.0", "v1.8.0", "v1.11.0")
    ]
    update = Update(Repository(tmp_path), {"_commit": "v1.8.0"}, {"_commit": "v1.10.0"})
    assert migrate(update, rows) == ["v1.9.0", "v1.10.0"]
    assert ran == ["v1.9.0", "v1.10.0"]
    assert migrate(update._replace(now={"_commit": "v1.10.0-3-gabc"}), rows) == []


def test_rows_name_releases_once() -> None:
    for migration in MIGRATIONS:
        assert re.fullmatch(r"v\d+\.\d+\.\d+", migration.version)
