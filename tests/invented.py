"""A template that is made up, in which an update is a merge of two files and costs next to nothing.

It imports little, as processes of a test do nothing else than update by it.
"""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import yaml

from treewright.rows import row
from treewright.updating.repository import BASE, OURS, THEIRS, Repository

OLD, NEXT = "v9.0.0", "v9.1.0"
HEADING, NEW_HEADING = "## Commands", "## Commands, and what each checks"
AGENTS = f"# Working on {{name}}\n\nBe kind.\n\n{HEADING}\n\nuv sync\n"
SETTINGS = """\
[project]
name = "{name}"

[tool.ruff]
line-length = 100
"""
_ANSWERS = ".copier-answers.yml"


def update(
    project: Path,
    arguments: Sequence[str],
    hooks: bool,  # noqa: FBT001
) -> "subprocess.CompletedProcess[str]":
    """Update such a project in place, as Copier and the hooks would."""
    assert hooks
    version = next(word for word in arguments if word.startswith("--vcs-ref=")).partition("=")[2]
    assert version == NEXT
    answers = (project / _ANSWERS).read_text("utf-8")
    if "None-Such" in answers:
        said = "ValueError: Validation error for question 'license': not one of the choices"
        return subprocess.CompletedProcess(arguments, 1, "", f"{said}\n")
    repository = Repository(project)
    repository.write(_ANSWERS, answers.replace(OLD, NEXT).encode())
    name = yaml.safe_load(answers)["project_name"]
    _merge(repository, "AGENTS.md", AGENTS.format(name=name))
    repository.write("NEW.md", b"New.\n")
    text = (project / "pyproject.toml").read_text("utf-8")
    newer = text.replace("line-length = 100", "line-length = 110")
    repository.write("pyproject.toml", newer.encode())
    yours = re.search(r"line-length = (?!100)(\d+)", text)
    said = f"tool.ruff.line-length stays {yours[1]}; the template has 110" if yours else ""
    printed = [f"Treewright {OLD} -> {version}"]
    printed += row("yours", f"pyproject.toml: {said}") if yours else ()
    if (project / "AGENTS.md").is_symlink():
        printed.append("AGENTS.md is a link: what the template changes there did not arrive.")
    return subprocess.CompletedProcess(arguments, 0, "\n".join(printed), "")


def _merge(repository: Repository, path: str, base: str) -> None:
    """Merge the template's change to a file, if it is still there."""
    ours = repository.read(path)
    if ours is None:
        return
    theirs = base.replace(HEADING, NEW_HEADING)
    sides = {BASE: base.encode(), OURS: ours, THEIRS: theirs.encode()}
    text, conflicts = repository.merge_texts(sides)
    if conflicts:
        repository.mark_unmerged(path, sides)
    repository.write(path, text)
