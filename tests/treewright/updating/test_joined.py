"""What an update does with the two files that a repository that joined shares with the template."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from repositories import commit, git
from treewright.updating import joined
from treewright.updating.answers import Update
from treewright.updating.joined import IGNORED, SETTINGS, Brought
from treewright.updating.repository import BASE, OURS, THEIRS, Repository

ANSWERS = "answers.yml"
RUFF = "[tool.ruff]\nline-length = 79\n"
TEMPLATE = "[tool.mypy]\nstrict = true\n\n[tool.ruff]\nline-length = 100\n"


def merge(
    folder: Path,
    path: str,
    sides: Mapping[int, bytes],
    *,
    before: list[str] | None = None,
    now: list[str] | None = None,
) -> tuple[Brought, bytes | None]:
    """Merge a file that Copier left in conflict, and give what came of it."""
    answers = {"_commit": "v9.0.0", "joined": True}
    new = {**answers, "own_tables": now or [], "z": "last"}
    (folder / ANSWERS).write_text(f"# Said.\n{yaml.safe_dump(new)}", "utf-8")
    (folder / path).write_bytes(sides[OURS])
    (folder / "kept.txt").touch()
    git("init", "--quiet", cwd=folder)
    git("add", "--force", "kept.txt", cwd=folder)
    if path == IGNORED:  # or its absence is looked into
        (folder / SETTINGS).touch()
    commit(folder)
    repository = Repository(folder)
    repository.mark_unmerged(path, sides)
    (folder / path).write_bytes(b"<<<<<<< in conflict\n")
    update = Update(repository, {**answers, "own_tables": before or []}, new)
    brought = joined.merge(update, ANSWERS, lambda text, _: text)
    assert repository.unmerged() == {}
    assert git("diff", "--cached", cwd=folder) == ""
    return brought, repository.read(path)


def own(folder: Path) -> object:
    text = (folder / ANSWERS).read_text("utf-8")
    assert text.startswith("# Said.\n")
    answers = yaml.safe_load(text)
    assert answers["z"] == "last"
    return answers["own_tables"]


def test_what_is_found_there_is_remembered(tmp_path: Path) -> None:
    sides = {OURS: RUFF.encode(), THEIRS: TEMPLATE.encode()}
    brought, data = merge(tmp_path, SETTINGS, sides, now=["tool.a b"])
    assert data == f"{RUFF}\n[tool.mypy]\nstrict = true\n".encode()
    assert (brought.own, own(tmp_path)) == (["tool.ruff"], ["tool.a b", "tool.ruff"])


def test_what_is_given_up_comes_where_it_was_deleted(tmp_path: Path) -> None:
    sides = {BASE: TEMPLATE.encode(), OURS: b"[a]\n", THEIRS: TEMPLATE.encode()}
    before, now = ["tool.mypy", "tool.ruff"], ["tool.mypy"]
    brought, data = merge(tmp_path, SETTINGS, sides, before=before, now=now)
    assert data == b"[a]\n\n[tool.ruff]\nline-length = 100\n"
    assert (brought.own, own(tmp_path)) == ([], ["tool.mypy"])


@pytest.mark.parametrize(
    ("ours", "told"),
    [(b"[a\n", "it was not valid TOML in your file: "), (b"# \xff\n", "it is not UTF-8 text.")],
)
def test_what_cannot_be_read_stays(tmp_path: Path, ours: bytes, told: str) -> None:
    brought, data = merge(tmp_path, SETTINGS, {OURS: ours, THEIRS: TEMPLATE.encode()})
    assert data == ours
    (note,) = brought.notes
    assert note.startswith(
        f"{SETTINGS} stays as it was, without what the template has for it: {told}"
    )


def test_the_earlier_version_comes_back(tmp_path: Path) -> None:
    """Where blank lines alone differ from one of git's history, all is as it was then."""
    (tmp_path / SETTINGS).write_bytes(b"[dependency-groups]\n\n\n\n[a]")
    commit(tmp_path)
    sides = {
        BASE: b"[dependency-groups]\nlint = []\n",
        OURS: b"[dependency-groups]\nlint = []\n\n[a]\n",
        THEIRS: b"",
    }
    _, data = merge(tmp_path, SETTINGS, sides)
    assert data == b"[a]\n"  # the header came with the group, as far as anybody can tell
    sides[OURS] = b"[dependency-groups]\n# mine\nlint = []\n\n[a]\n"
    (tmp_path / SETTINGS).write_bytes(b"# mine\n\n\n[a]")
    commit(tmp_path)
    _, data = merge(tmp_path, SETTINGS, sides)
    assert data == b"# mine\n\n\n[a]"


def test_a_file_that_came_whole_goes(tmp_path: Path) -> None:
    theirs = TEMPLATE.encode()
    assert merge(tmp_path, SETTINGS, {BASE: theirs, OURS: theirs, THEIRS: b""})[1] is None


@pytest.mark.parametrize(("theirs", "there"), [(b"", None), (b"[a]\n", b"[a]\n")])
@pytest.mark.parametrize("mine", [b"# mine\n", b""])
def test_settings_that_git_does_not_track_stay(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mine: bytes,
    theirs: bytes,
    there: bytes | None,
) -> None:
    (tmp_path / "kept.txt").touch()
    commit(tmp_path)
    (tmp_path / SETTINGS).write_bytes(mine)
    monkeypatch.setattr("treewright.updating.rejects.rendered", lambda *_: ({}, {SETTINGS: theirs}))
    update = Update(Repository(tmp_path), {}, {"joined": True})
    assert joined.merge(update, ANSWERS, lambda text, _: text).notes == []
    assert Repository(tmp_path).read(SETTINGS) == (mine or there)


@pytest.mark.parametrize(
    ("ours", "told"),
    [
        ("mine\n", {"*.txt": "kept.txt", "/kept*": "kept.txt"}),
        ("*.txt\n", {"/kept*": "kept.txt"}),
        ("*.txt\n!kept.txt\n", {}),
        ("kept.txt", {"*.txt": "kept.txt", "/kept*": "kept.txt"}),
    ],
)
def test_no_line_hides_a_tracked_file(tmp_path: Path, ours: str, told: dict[str, str]) -> None:
    theirs = "# Some\n*.txt\n*.log\n\n# Others\n/kept*\n"
    sides = {OURS: ours.encode(), THEIRS: theirs.encode()}
    brought, data = merge(tmp_path, IGNORED, sides)
    assert brought.hiding == told
    assert data is not None
    assert "*.log" in data.decode().splitlines()
    assert not {*told} & {*data.decode().splitlines()}
    assert data.decode().startswith(ours) or data.decode().endswith(f"\n\n{ours}")


@pytest.mark.parametrize("is_templates", [True, False])
def test_a_new_gitignore_hides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_templates: bool
) -> None:
    """One that git does not track, as it ignores itself, is the owner's."""
    for name in ("kept.txt", SETTINGS):
        (tmp_path / name).touch()
    commit(tmp_path)
    lines = b"# Some\n*.txt\n.gitignore\n"
    (tmp_path / IGNORED).write_bytes(lines)
    made = {IGNORED: lines} if is_templates else {}
    monkeypatch.setattr("treewright.updating.rejects.rendered", lambda *_: ({}, made))
    update = Update(Repository(tmp_path), {}, {"joined": True})
    brought = joined.merge(update, ANSWERS, lambda text, _: text)
    assert brought.hiding == ({"*.txt": "kept.txt"} if is_templates else {})
    left = b"# Some\n.gitignore\n" if is_templates else lines
    assert (tmp_path / IGNORED).read_bytes() == left
