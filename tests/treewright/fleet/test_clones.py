"""Which clones are found, which projects are in them, and that nothing there is written."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import fleets
from fleets import clone, every_file, fleet, plant, told
from keeping import ANSWERS, write
from repositories import commit, git
from test_update_faults import NEXT
from tiers import full
from treewright.adopting.errors import UnableError
from treewright.fleet import clones, outcomes

Capture = pytest.CaptureFixture[str]


def empty(folder: Path) -> Path:
    """Make what git takes for a repository, without git."""
    for name in ("objects", "refs"):
        (folder / name).mkdir(parents=True)
    (folder / "HEAD").touch()
    return folder


def test_clones_are_found_wherever_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("b/.git", "a/group/sub/c/.git", "a/.hidden/d/.git", "b/inside/.git", "none"):
        (tmp_path / name).mkdir(parents=True)
    write(tmp_path, "worktree/.git", "gitdir: elsewhere\n")
    empty(tmp_path / "bare.git")
    empty(tmp_path.with_name(f"{tmp_path.name}-outside"))
    (tmp_path / "link").symlink_to(tmp_path.with_name(f"{tmp_path.name}-outside"))
    monkeypatch.chdir(tmp_path)

    def found(*words: str) -> list[str]:
        return [clone.shown for clone in clones.find(words)]

    assert found(".") == ["a/group/sub/c", "b", "bare.git", "worktree"]
    assert found("./b/") == ["b"]
    assert len(found("b", "./b/", str(tmp_path / "b"))) == 1, "each once"
    assert found("link") == ["link"], "where it is named"
    assert found("bare.git", "a") == ["a/group/sub/c", "bare.git"]


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("none", "none is not a clone, and has none in it."),
        ("lacking", "lacking is not a folder."),
        ("file", "file is not a folder."),
    ],
)
def test_a_path_without_a_clone_is_wrong_usage(
    word: str,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
    world: Path,  # noqa: ARG001
) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert fleet("drift", word) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", f"{sentence}\n")


def test_a_folder_in_a_clone_is_that_part_of_it(
    made_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(several(made_up, tmp_path))
    (found,) = clones.find(["libs"])
    with clones.opened(found, fleets.update_made_up) as there:
        assert there.answers_files() == ["libs/one/.copier-answers.yml"]


def test_a_part_of_what_is_named_too_is_looked_at_once(
    made_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(several(made_up, tmp_path))

    def below(*words: str) -> list[str]:
        return [clone.below for clone in clones.find(words)]

    assert below("libs/one", "libs", "two") == ["libs/", "two/"]
    assert below("two", ".", "libs/one") == [""]


# --- What clones look like ---------------------------------------------------------------


def several(shelf: Path, folder: Path) -> Path:
    """Make a repository of two projects, of which one has an overlay, and of another template's."""
    top = folder / "several"
    for name, place in zip(fleets.NAMES, ("libs/one", "two"), strict=True):
        shutil.copytree(shelf / "made" / name, top / place, ignore=shutil.ignore_patterns(".git"))
    other = "_commit: v1\n_src_path: https://git.example.org/acme/overlay.git\n"
    write(top, "two/.copier-answers.acme.yml", other)
    write(top, "docs/answers.yml", other)
    write(top, "of-none.md", f"An answers file:\n\n{other}")
    write(top, "docs/of-none.yaml", "# _src_path: none\nanswers:\n  _src_path: none\n")
    commit(top)
    return top


def detached(shelf: Path, folder: Path) -> Path:
    made = clone(shelf, folder, "detached", "claim")
    git("checkout", "--quiet", "--detach", "HEAD~1", cwd=made)
    return made


def dirty(shelf: Path, folder: Path) -> Path:
    made = clone(shelf, folder, "dirty")
    write(made, "AGENTS.md", "# Mine alone\n")
    return made


def bare(shelf: Path, folder: Path) -> Path:
    git("clone", "--quiet", "--bare", shelf / "made/acme-tool", folder / "bare.git", cwd=folder)
    return folder / "bare.git"


def shallow(shelf: Path, folder: Path) -> Path:
    made = clone(shelf, folder, "whole", "own")
    where = folder / "shallow"
    git("clone", "--quiet", "--depth=1", made.as_uri(), where, cwd=folder)
    shutil.rmtree(made)
    return where


def partial(shelf: Path, folder: Path) -> Path:
    source, where = clone(shelf, folder, "whole"), folder / "partial"
    git("config", "uploadpack.allowFilter", "true", cwd=source)
    words = ("--quiet", "--no-checkout", "--filter=blob:none")
    git("clone", *words, source.as_uri(), where, cwd=folder)
    shutil.rmtree(source)
    return where


def with_broken_index(shelf: Path, folder: Path) -> Path:
    made = clone(shelf, folder, "with-broken-index")
    (made / ".git/index").write_text("not an index\n")
    return made


def with_lines_in_its_name(shelf: Path, folder: Path) -> Path:
    return clone(shelf, folder, 'two\nlines, a "\\" and more')


def with_submodule(shelf: Path, folder: Path) -> Path:
    made = clone(shelf, folder, "with-submodule")
    words = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    git(*words, shelf / "made/python", "vendored", cwd=made)
    commit(made)
    return made


def without_commit(_: Path, folder: Path) -> Path:
    git("init", "--quiet", folder / "without-commit", cwd=folder)
    return folder / "without-commit"


def without_answers(shelf: Path, folder: Path) -> Path:
    return clone(shelf, folder, "without-answers", "forget")


def corrupt(shelf: Path, folder: Path) -> Path:
    made = clone(shelf, folder, "corrupt")
    shutil.rmtree(made / ".git/objects")
    (made / ".git/objects").mkdir()
    return made


def marked_up(shelf: Path, folder: Path) -> Path:
    return clone(shelf, folder, "<img src=x onerror=alert(1)> | `\x1b[31m`")


Make = Callable[[Path, Path], Path]
# What comes of the update of each, by the folder of the project.
FOUND: dict[Make, dict[str, str]] = {
    several: {
        "libs/one": outcomes.CLEAN,
        "two": outcomes.CLEAN,
        "docs": outcomes.OTHER,
    },
    detached: {".": outcomes.CLEAN},
    dirty: {".": outcomes.CLEAN},
    bare: {".": outcomes.CLEAN},
    shallow: {".": outcomes.CLEAN},
    with_submodule: {".": outcomes.CLEAN},
    without_commit: {".": outcomes.NONE},
    without_answers: {".": outcomes.NONE},
    corrupt: {".": outcomes.FAILED},
    marked_up: {".": outcomes.CLEAN},
    with_broken_index: {".": outcomes.CLEAN},
    partial: {".": outcomes.FAILED},
}
if os.name != "nt":
    FOUND[with_lines_in_its_name] = {".": outcomes.CLEAN}


def test_each_clone_is_rehearsed_as_it_is(world: Path, tmp_path: Path, capsys: Capture) -> None:
    made = {str(make(world, tmp_path)): found for make, found in FOUND.items()}
    before = every_file(tmp_path)
    document = told(
        capsys, "rehearse", f"--to={NEXT}", tmp_path, status=2, updater=fleets.update_made_up
    )
    assert every_file(tmp_path) == before
    came: dict[str, dict[str, str]] = {}
    for project in document["projects"]:
        came.setdefault(project["path"], {})[project["project"]] = project["outcome"]
    assert came == made
    notes = {Path(one["path"]).name: one["notes"] for one in document["projects"] if one["notes"]}
    assert notes == {
        "dirty": ["uncommitted changes do not count"],
        "with-broken-index": ["git cannot tell whether all is committed"],
    }
    told_of = {Path(one["path"]).name: one["points"] for one in document["projects"]}
    assert told_of["partial"][0]["what"].startswith("it is a partial clone, which lacks files: ")


def test_a_broken_clone_is_not_the_repository_around_it(
    world: Path, tmp_path: Path, capsys: Capture
) -> None:
    broken = clone(world, tmp_path, "around") / "broken"
    (broken / ".git").mkdir(parents=True)
    document = told(capsys, "drift", broken, status=2)
    (project,) = document["projects"]
    assert project["outcome"] == outcomes.FAILED
    assert project["points"][0]["what"] == "it is no repository to git"


Plant = Callable[[Path, str], None]


def filters(made: Path, command: str) -> None:
    """Have git compare each file by a filter."""
    write(made, ".git/info/attributes", "* filter=mine\n")
    for name, line in {"clean": f"{command}; cat", "smudge": "cat", "required": "true"}.items():
        git("config", f"filter.mine.{name}", line, cwd=made)
    for file in made.glob("*.*"):
        os.utime(file, (1, 1))


def included(made: Path, command: str) -> None:
    filters(made, command)
    (made / ".git/config").rename(made / ".git/other")
    write(made, ".git/config", "[include]\n\tpath = other\n")


def processes(made: Path, command: str) -> None:
    filters(made, command)
    git("config", "filter.mine.process", command, cwd=made)


def watches(made: Path, command: str) -> None:
    git("config", "core.fsmonitor", f"{command}; false", cwd=made)


def fetches(made: Path, command: str) -> None:
    """Have git fetch a file that is not there."""
    settings = {
        "core.repositoryFormatVersion": "1",
        "core.sshCommand": f"{command}; false",
        "extensions.partialClone": "origin",
        "protocol.ssh.allow": "always",
        "remote.origin.promisor": "true",
        "remote.origin.url": "ssh://git.example.org/acme/tool",
    }
    for name, value in settings.items():
        git("config", name, value, cwd=made)
    blob = git("rev-parse", "HEAD", cwd=made).strip()
    (made / ".git/objects" / blob[:2] / blob[2:]).unlink()


@pytest.mark.skipif(os.name == "nt", reason="they are lines of a shell")
@pytest.mark.parametrize(
    "plant_", [filters, fetches, full(included), full(processes), full(watches)]
)
def test_nothing_runs_that_a_clone_names(
    plant_: Plant, world: Path, tmp_path: Path, capsys: Capture
) -> None:
    mark, made = tmp_path / "mark", clone(world, tmp_path / "clones", "acme-tool")
    plant_(made, f"touch '{mark}'")
    told(capsys, "drift", made, status=2)  # nothing can be rendered here
    assert not mark.exists()
    subprocess.run(["git", "status"], cwd=made, capture_output=True, check=False)
    assert mark.exists(), "but for plain git"


@pytest.mark.parametrize("edit", ["forget", "other"])
def test_where_no_project_is_the_templates_nothing_is_in_order(
    edit: str, world: Path, tmp_path: Path, capsys: Capture
) -> None:
    """An answers file that somebody deleted, or changed, is no way around a check."""
    clone(world, tmp_path, "acme-tool", edit)
    assert fleet("drift", "--check", tmp_path) == 2
    printed = capsys.readouterr()
    assert printed.out.startswith("# How far 1 project has drifted\n")
    assert printed.err == f"No project of this template is in {tmp_path}.\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_folder_that_cannot_be_listed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scandir(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(UnableError, match=r"cannot be listed: Permission denied\.$"):
        clones.find([str(tmp_path)])


def test_a_fault_of_one_clone_stops_no_other(world: Path, tmp_path: Path, capsys: Capture) -> None:
    for name in ("a", "b", "c"):
        clone(world, tmp_path, name)

    def updater(project: Path, arguments: list[str], hooks: bool) -> object:  # noqa: FBT001
        if project.name == "b":
            raise ZeroDivisionError("at once")
        return fleets.update_made_up(project, arguments, hooks)

    document = told(
        capsys,
        "rehearse",
        f"--to={NEXT}",
        tmp_path,
        status=2,
        updater=updater,  # type: ignore[arg-type]
    )
    came = {Path(one["path"]).name: one["outcome"] for one in document["projects"]}
    assert came == {"a": outcomes.CLEAN, "b": outcomes.FAILED, "c": outcomes.CLEAN}
    (cluster,) = document["clusters"]
    assert cluster["what"] == "ZeroDivisionError: at once"


def test_answers_without_an_end_stop_no_other(world: Path, tmp_path: Path, capsys: Capture) -> None:
    """A few lines of aliases may stand for more than any memory holds."""
    made = clone(world, tmp_path, "a")
    text = (made / ANSWERS).read_text("utf-8")
    write(made, ANSWERS, f"{text}a: &a [1, 2]\nb: [*a, *a]\n")
    commit(made)
    clone(world, tmp_path, "b")
    words, update = ("rehearse", f"--to={NEXT}", tmp_path), fleets.update_made_up
    document = told(capsys, *words, status=1, updater=update)
    came = [one["outcome"] for one in document["projects"]]
    assert came == [outcomes.UNREADABLE, outcomes.CLEAN]


def test_a_clone_that_breaks_the_search_stops_no_other(
    world: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = clones.Opened.answers_files

    def broken(self: clones.Opened) -> list[str]:
        if self.clone.place.name == "a":
            raise RecursionError("nested too deeply")
        return search(self)

    monkeypatch.setattr(clones.Opened, "answers_files", broken)
    for name in ("a", "b"):
        clone(world, tmp_path, name)
    words, update = ("rehearse", f"--to={NEXT}", tmp_path), fleets.update_made_up
    document = told(capsys, *words, status=2, updater=update)
    assert [one["outcome"] for one in document["projects"]] == [outcomes.FAILED, outcomes.CLEAN]


def test_an_answers_file_that_is_a_link_is_no_projects(made_up: Path, tmp_path: Path) -> None:
    made = clone(made_up, tmp_path, "linked")
    (made / ANSWERS).rename(made / "real.yml")
    (made / ANSWERS).symlink_to("real.yml")
    plant(made)
    (found,) = clones.find([str(made)])
    with clones.opened(found, fleets.update_made_up) as there:
        assert there.answers_files() == ["real.yml"]
