"""Libraries of PyPI go through updates that give them another shape and other names.

Each is put into a package that an earlier release made, as people do. Afterwards its own tests end
as before, no line of it is lost, and each old spelling is either gone or listed.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from conftest import shared_folder
from keeping import Files, answers_of, is_shallow, unmerged, update
from real_code import (
    LIBRARIES,
    Library,
    Outcomes,
    Spellings,
    adopt,
    fetch,
    lost,
    proven,
    run_tests,
    unlisted,
)
from repositories import snapshot
from tiers import exhaustive, full
from updating.names import Names

pytestmark = pytest.mark.skipif(
    is_shallow(), reason="a shallow clone has no releases to update from"
)

RENAMED = {"project_name": "wombat-kit", "import_name": "wombat"}
NESTED = {"package": "namespace", "namespace": "quokka"}


def changes(library: Library) -> dict[str, dict[str, str]]:
    """Give the answers that change in each update of a library."""
    flat = {"layout": "src" if library.answers.get("layout") == "flat" else "flat"}
    is_nested = "namespace" in library.answers
    deeper = {"namespace": "quokka.data"} if is_nested else NESTED
    shape = {"package": "regular"} if is_nested else NESTED
    return {
        "update": {},
        "layout": flat,
        "rename": RENAMED,
        "namespace": deeper,
        "all-at-once": {**flat, **RENAMED, **shape},
    }


@dataclass(frozen=True)
class Adopted:
    """A library in a package of an earlier release. Do not write.

    Args:
        project: Where it is, committed.
        made: The files as the template made them.
        outcomes: What became of each of its own tests.
        faults: What its proof has found.

    """

    project: Path
    made: Files
    outcomes: Outcomes
    faults: list[str]


def adopted(library: Library, template: Path, shelf: Path) -> Adopted:
    """Adopt a library once a run of the tests."""
    folder = shelf / library.name
    project, made, facts = folder / "project", folder / "made", folder / "facts.json"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not facts.exists():
            shutil.rmtree(folder)
            for path, text in adopt(library, template, fetch(library, folder), project).items():
                (made / path).parent.mkdir(parents=True, exist_ok=True)
                (made / path).write_bytes(text)
            found = run_tests(library, project, folder)
            facts.write_text(json.dumps([found, proven(project)]), "utf-8")
    outcomes, faults = json.loads(facts.read_text("utf-8"))
    assert set(outcomes.values()) <= {"passed", "skipped"}, "its own tests fail here"
    return Adopted(project, snapshot(made), outcomes, faults)


def rows() -> list[object]:
    """Leave all but the sample to longer runs: one small library to `--full`."""
    found: list[object] = []
    for name, library in LIBRARIES.items():
        for change in changes(library):
            row = (name, change)
            if name == "lantern" and change == "all-at-once":
                found.append(row)
            elif name == "itsdangerous" and change == "all-at-once":
                found.append(full(*row))
            elif name != "lantern":
                found.append(exhaustive(*row))
    return found


@pytest.mark.parametrize(("name", "change"), rows())
def test_real_code_keeps_its_tests_and_its_lines(
    tagged: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, name: str, change: str
) -> None:
    library = LIBRARIES[name]
    before = adopted(library, tagged, shared_folder(tmp_path_factory) / "real-code")
    project = shutil.copytree(before.project, tmp_path / "project", symlinks=True)
    mine = snapshot(project)

    now = update(project, **changes(library)[change])

    assert unmerged(project) == []
    old, new = (Names.of(answers_of(files)) for files in (mine, now))
    spellings = Spellings(old, new)
    assert not [path for path, text in mine.items() if spellings.has_new(text)]
    assert lost(before.made, mine, now, spellings) == []
    assert unlisted(project, spellings) == []
    found = {spellings.plain(line) for line in proven(project)}
    assert found <= {spellings.plain(line) for line in before.faults}
    outcomes = run_tests(library, project, tmp_path)
    assert renamed(outcomes, spellings) == renamed(before.outcomes, spellings)


def renamed(outcomes: Outcomes, spellings: Spellings) -> Outcomes:
    return {spellings.plain(test): outcome for test, outcome in outcomes.items()}
