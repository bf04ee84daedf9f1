"""`treewright fleet` in tests: clones, and a template with a next release.

There are two worlds: the template itself, and one that is made up, in which an update is a merge of
two files and costs next to nothing. What people do to a project is the same in both.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

import finishing
import invented
import rendering
from invented import HEADING, NEW_HEADING
from keeping import ANSWERS, copy, write
from repositories import commit, git
from test_update_faults import NEXT, release
from treewright import stock
from treewright.branch.scratch import Updater
from treewright.fleet import command
from treewright.proof.proving import Proof

ANSWERED = {"forge": "none", "docs": "none", "update_bot": "none"}
NAMES = ("acme-tool", "python")  # one is a word that files have for other reasons
ADDED = "/from-the-template/"  # to .gitignore, by the release
# What people do to a project, by a name.
EDITS: Mapping[str, Mapping[str, Callable[[str], str | None]]] = {
    "claim": {"AGENTS.md": lambda text: text.replace(f"{HEADING}\n", "## How to run it\n")},
    "delete": {"AGENTS.md": lambda _: None},
    "link": {"AGENTS.md": lambda _: None},
    "narrow": {"pyproject.toml": lambda text: text.replace("length = 100", "length = 79")},
    "wide": {"pyproject.toml": lambda text: text.replace("length = 100", "length = 120")},
    "own": {"pyproject.toml": lambda text: f"{text}\n[tool.mine]\nlevel = 1\n"},
    "spoil": {"pyproject.toml": lambda text: f"{text}\n[tool.mine\n"},
    "refuse": {ANSWERS: lambda text: text.replace("license: MIT", "license: None-Such")},
    "unknown": {ANSWERS: lambda text: text.replace("_commit: v9.0.0", "_commit: v8.7.6")},
    "other": {
        ANSWERS: lambda text: text.replace("_src_path: ", "_src_path: https://git.example.org/x#")
    },
    "break": {ANSWERS: lambda text: f"{text}<<<<<<< HEAD\n"},
    "lack": {ANSWERS: lambda text: text.replace("_src_path: ", "src_path: ")},
    "forget": {ANSWERS: lambda _: None},
}  # fmt: skip


def prepare(tagged: Path, folder: Path, names: Sequence[str] = NAMES) -> None:
    """Make a template with a next release, and a project of each name."""
    template = shutil.copytree(tagged, folder / "treewright")
    settings = template / "template/pyproject.toml.jinja"
    text = settings.read_text("utf-8")
    assert text.count("line-length = 100") == 1
    settings.write_text(text.replace("line-length = 100", "line-length = 110"), "utf-8")
    agents = template / "template/{{ project.agents }}.jinja"
    text = agents.read_text("utf-8")
    assert text.count(f"\n{HEADING}\n") == 1
    agents.write_text(text.replace(f"\n{HEADING}\n", f"\n{NEW_HEADING}\n"), "utf-8")
    release(template)
    for name in names:
        copy(template, folder / "made" / name, "v9.0.0", {"project_name": name, **ANSWERED})


# --- What is made up ---------------------------------------------------------------------

_ANSWERS = """\
_commit: v9.0.0
_src_path: {template}
import_name: {module}
layout: src
license: MIT
package: regular
project_name: {name}
"""


def made_up(shared: Path) -> Path:
    """Give that world, made once for all workers, which share a folder."""
    folder = shared / "made-up-fleet"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            _make_up(folder)
    return folder


def _make_up(folder: Path) -> None:
    """Make a template of which only the releases are there, and a project of each name."""
    template = folder / "treewright"
    template.mkdir(parents=True)
    for version in ("v0.0.0", "v8.0.0", "v9.0.0", NEXT):
        commit(template)
        git("tag", version, cwd=template)
    for name in NAMES:
        project = folder / "made" / name
        write(project, "AGENTS.md", invented.AGENTS.format(name=name))
        write(project, "pyproject.toml", invented.SETTINGS.format(name=name))
        module = name.replace("-", "_")
        write(project, ANSWERS, _ANSWERS.format(name=name, module=module, template=template))
        commit(project)


update_made_up: Updater = invented.update


def prove_made_up(_: Path) -> Proof:
    """Find no fault."""
    return Proof()


# --- Clones ------------------------------------------------------------------------------


def clone(shelf: Path, folder: Path, name: str, *edits: str, of: str = NAMES[0]) -> Path:
    """Make a clone in a folder, with what people have done to it."""
    made = shutil.copytree(shelf / "made" / of, folder / name)
    plant(made, *edits)
    return made


def plant(project: Path, *edits: str) -> None:
    """Edit a project, and commit that."""
    for edit in edits:
        for path, change in EDITS[edit].items():
            before = (project / path).read_text("utf-8")
            after = change(before)
            assert after != before, edit
            if after is None:
                (project / path).unlink()
                if edit == "link":
                    (project / path).symlink_to("README.md")
            else:
                write(project, path, after)
    commit(project)


def fleet(*arguments: str | Path, updater: Updater | None = finishing.run_update) -> int:
    """Run the command, and give its exit status."""
    # The repository of the tests may have come without its tags.
    assert rendering.ROOT not in stock.BUNDLE.parents, "call from_clone first"
    with rendering.remembering():
        return command.run([*map(str, arguments)], updater)


def told(
    capsys: pytest.CaptureFixture[str],
    *arguments: str | Path,
    status: int = 0,
    updater: Updater | None = finishing.run_update,
) -> dict[str, Any]:
    """Run the command, which has to end with a status, and give the document that it prints."""
    capsys.readouterr()
    assert fleet(*arguments, "--json", updater=updater) == status
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert document["version"] == 1
    return document


def every_file(*folders: Path) -> dict[str, tuple[bytes, int]]:
    """Give each file of clones, those of git too, with what it holds and when it was written.

    Where git makes an object that a clone has, it sets the time of that one, and writes nothing.
    """
    return {
        str(path): (path.read_bytes(), "objects" in path.parts or path.stat().st_mtime_ns)
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
