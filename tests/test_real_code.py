"""Libraries of PyPI go through updates that give them another shape and other names.

Each is put into a package that an earlier release made, as people do. Afterwards its own tests end
as before, no line of it is lost, and each old spelling is either gone or listed.
"""

import json
import re
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
    rewrite_by_hand,
    run_tests,
    unlisted,
)
from repositories import snapshot
from tiers import exhaustive, full
from treewright.updating.names import Names

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
    if new.package_dir != old.package_dir:
        rewrite_by_hand(library, project, new)
    outcomes = run_tests(library, project, tmp_path)
    assert renamed(outcomes, spellings) == renamed(before.outcomes, spellings)


BEFORE = Names("lantern", "lantern", "src/lantern")
NOW = Names("wombat-kit", "quokka.wombat", "quokka/wombat")
MADE = {"pyproject.toml": b"a = 1\n"}
MINE = {
    "pyproject.toml": b'a = 1\nmine = "src/lantern"\n',
    "src/lantern/core.py": b"import lantern\n\n# end\n",
}


def renamed_by_hand() -> Files:
    return {
        "pyproject.toml": b'b = 2\nmine = "quokka/wombat"\na = 1\n',
        "quokka/wombat/core.py": b"import quokka.wombat\n\n# end\n",
    }


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("pyproject.toml", b"a = 1\n", ['pyproject.toml: mine = "NAME-OF-IT"']),
        ("quokka/wombat/core.py", None, ["src/lantern/core.py is not there"]),
        (
            "quokka/wombat/core.py",
            b"import wombat\n\n# end\n",
            ["src/lantern/core.py:1: 'import NAME-OF-IT' is 'import wombat'"],
        ),
        (
            "quokka/wombat/core.py",
            b"import quokka.wombat\n\n",
            ["src/lantern/core.py:3: '# end' is ''", "src/lantern/core.py:4: '' is None"],
        ),
    ],
)
def test_what_is_lost_is_seen(path: str, text: bytes | None, found: list[str]) -> None:
    spellings, now = Spellings(BEFORE, NOW), renamed_by_hand()
    assert lost(MADE, MINE, now, spellings) == []
    now.pop(path)
    assert lost(MADE, MINE, now if text is None else {**now, path: text}, spellings) == found


@pytest.mark.parametrize(
    ("line", "now", "left"),
    [
        (b'salt = "lantern"', NOW, True),
        (b"\x80\x93c\x00lantern.core\n", NOW, True),
        (b'pip install "lantern"', NOW, True),
        (b"import quokka.wombat, lanterns", NOW, False),
        (
            b"pip install -U lantern",
            Names("lantern", "quokka.lantern", "src/quokka/lantern"),
            False,
        ),
        (b"from lantern import x", Names("lantern", "quokka.lantern", "src/quokka/lantern"), True),
        (b"import quokka.lantern", Names("lantern", "quokka.lantern", "src/quokka/lantern"), False),
        (b"see src/lantern/core.py", Names("lantern", "lantern", "lantern"), True),
        (b"see lantern/core.py", Names("lantern", "lantern", "lantern"), False),
        (b"import lantern", BEFORE, False),
    ],
)
def test_what_is_left_is_seen(line: bytes, now: Names, *, left: bool) -> None:
    assert Spellings(BEFORE, now).left(line) is left


def test_no_index_is_an_error_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("UV_OFFLINE", "PIP_NO_INDEX"):
        monkeypatch.setenv(variable, "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"sdist of click==8.5.1 has to come from a package ind"):
        fetch(LIBRARIES["click"], tmp_path)


def renamed(outcomes: Outcomes, spellings: Spellings) -> Outcomes:
    """Give outcomes by ids of one spelling: without `src`, with a parent that pytest leaves out."""
    last = rf"(?<![\w.]){spellings.now.import_path.rpartition('.')[2]}(?=\.)"
    ids = {test: re.sub(last, spellings.now.import_path, test) for test in outcomes}
    return {spellings.plain(ids[test]).removeprefix("src."): outcomes[test] for test in outcomes}
