"""What the repository, the machine and the user's settings have: nothing of it gets lost."""

import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from finishing import NEXT, Row, Scenarios, ask, branch, expected, finish, play, same, save, tree
from keeping import ANSWERS, write
from repositories import git, snapshot
from test_update_faults import begin
from treewright.branch import command, scratch
from treewright.updating.locking import lock, unlock
from treewright.updating.repository import GitError, Repository

scenario = Scenarios()
MODIFIED = "notes/mine.txt"
Printed = pytest.CaptureFixture[str]


def refused(project: Path, capsys: Printed, *options: str, base: str = "main") -> str:
    """See that nothing is done, and give the reason."""
    files, index = snapshot(project), git("ls-files", "-s", cwd=project)
    capsys.readouterr()
    assert finish(project, *options, base=base) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert snapshot(project) == files
    assert git("ls-files", "-s", cwd=project) == index
    return printed.err


@scenario()
def a_clone_that_is_too_shallow(project: Path, tmp_path: Path, capsys: Printed) -> None:
    other = expected(project)
    ask(project, _commit=NEXT)
    clone = tmp_path / "clone" / "acme-tool"
    depth = ("--depth=1", "--branch=bot", "--no-single-branch")
    git("clone", "--quiet", *depth, project.as_uri(), clone, cwd=tmp_path)
    assert "`git fetch --unshallow`" in refused(clone, capsys, "--check", base="origin/main")
    git("fetch", "--quiet", "--deepen=1", cwd=clone)
    assert finish(clone, "--commit", base="origin/main") == 0
    assert tree(clone) == tree(other)


@scenario()
def a_clone_that_lacks_one_side_of_a_merge(project: Path, tmp_path: Path, capsys: Printed) -> None:
    """Its base is there, and what the branch had before it was merged is not."""
    ask(project, _commit=NEXT)
    git("checkout", "--quiet", "main", cwd=project)
    write(project, "notes/main.txt", "main\n")
    save(project)
    git("checkout", "--quiet", "bot", cwd=project)
    git("merge", "--quiet", "--no-edit", "main", cwd=project)
    clone = tmp_path / "clone" / "acme-tool"
    depth = ("--depth=2", "--branch=bot", "--no-single-branch")
    git("clone", "--quiet", *depth, project.as_uri(), clone, cwd=tmp_path)
    assert "`git fetch --unshallow`" in refused(clone, capsys, "--check", base="origin/main")


@scenario()
def commits_that_are_not_there(
    project: Path, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "nowhere is not here: fetch it first" in refused(project, capsys, base="nowhere")
    git("checkout", "--quiet", "--orphan", "alone", cwd=project)
    save(project)
    assert "no commit in common with main" in refused(project, capsys)
    git("checkout", "--quiet", "--orphan", "unborn", cwd=project)
    assert "HEAD has no commit yet" in refused(project, capsys)
    monkeypatch.chdir(tmp_path)
    assert command.run(["--base", "main"]) == 2
    assert "has to run in a git repository" in capsys.readouterr().err


def test_a_git_that_is_too_old() -> None:
    scratch.check_git("git version 2.38.0.windows.1")
    scratch.check_git("git version 3.0 (Apple Git-1)")
    with pytest.raises(GitError, match=r"git 2\.38 or newer is needed .* here is 2\.37\.$"):
        scratch.check_git("git version 2.37.9")


# --- What is in no commit --------------------------------------------------------------


def make_dirty(project: Path, how: str) -> None:
    """Have something in the work tree, or in git's own folder, that could get lost."""
    path = {
        "edited": "README.md",
        "staged": "README.md",
        "new": "x.txt",
        "untracked in the way": "NEW.md",
        "ignored in the way": "NEW.md",
        "a folder in the way": "NEW.md/mine",
    }.get(how, "AGENTS.md")
    if how == "ignored in the way":
        write(project, ".git/info/exclude", "NEW.md\n")
    if how in {"--assume-unchanged", "--skip-worktree"}:
        git("update-index", how, path, cwd=project)
    if how == "deleted":
        (project / MODIFIED).unlink()
    elif how == "in a merge":
        write(project, ".git/MERGE_HEAD", git("rev-parse", "main", cwd=project))
    else:
        write(project, path, "mine\n")
    if how == "staged":
        git("add", path, cwd=project)
    if how == "new":
        git("add", "--intent-to-add", path, cwd=project)


HOW = [
    "edited",
    "edited where the update is",
    "deleted",
    "staged",
    "new",
    "untracked in the way",
    "ignored in the way",
    "a folder in the way",
    "--assume-unchanged",
    "--skip-worktree",
    "in a merge",
]


@scenario(default=True, how=HOW)
def what_is_not_committed_stays(project: Path, capsys: Printed, how: str) -> None:
    ask(project, _commit=NEXT)
    make_dirty(project, how)
    for options in ([], ["--commit"]):
        assert "first" in refused(project, capsys, *options)
    assert finish(project, "--check") == 1


@scenario()
def what_is_no_obstacle(project: Path) -> None:
    """What is elsewhere, be it untracked or hidden, and what a run that was killed has left."""
    other = expected(project)
    ask(project, _commit=NEXT)
    write(project, "mine/untracked.txt", "mine\n")
    git("update-index", "--assume-unchanged", "README.md", cwd=project)
    readme = (project / "README.md").read_bytes()
    write(project, "README.md", "hidden\n")
    for name in ("NEW.md", "AGENTS.md"):
        shutil.copy(other / name, project)
    (project / ".yamllint").unlink()
    assert finish(project, "--commit") == 0
    assert (project / "README.md").read_text() == "hidden\n"
    (project / "README.md").write_bytes(readme)
    git("update-index", "--no-assume-unchanged", "README.md", cwd=project)
    shutil.rmtree(project / "mine")
    same(project, other)
    assert git("status", "--porcelain", cwd=project) == ""


# --- Git, as a user has it -------------------------------------------------------------

SETTINGS = """\
[apply]
  whitespace = fix
  ignoreWhitespace = change
[commit]
  gpgSign = true
[core]
  autocrlf = input
  excludesFile = {folder}/excludes
  hooksPath = {folder}/hooks
  quotePath = false
[diff]
  context = 0
  external = false
  mnemonicPrefix = true
  noprefix = true
  renames = false
[merge]
  conflictStyle = diff3
  directoryRenames = false
  renames = false
[status]
  showUntrackedFiles = no
[user]
  name = Me
  email = me@example.org
"""
HOOKS = ("pre-commit", "commit-msg", "post-checkout", "post-index-change", "reference-transaction")


@scenario()
def settings_and_hooks_make_no_difference(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = expected(project, "--data=layout=flat")
    ask(project, _commit=NEXT, layout="flat")
    for name in HOOKS:
        write(tmp_path / "hooks", name, f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
        (tmp_path / "hooks" / name).chmod(0o755)
    write(tmp_path, "excludes", "NEW.md\n*.toml\n")
    write(tmp_path, "gitconfig", SETTINGS.format(folder=tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_DIR", str(project / ".git"))  # as an alias of git has it
    assert finish(project, "--commit") == 0
    assert not (tmp_path / "ran").exists()
    assert tree(project) == tree(other)


@scenario()
def hashes_of_another_kind(project: Path, tmp_path: Path) -> None:
    other = expected(project)
    again = tmp_path / "sha256" / "acme-tool"
    shutil.copytree(project, again, ignore=shutil.ignore_patterns(".git"))
    git("init", "--quiet", "--object-format=sha256", "--initial-branch=main", cwd=again)
    save(again)
    branch(again)
    ask(again, _commit=NEXT)
    assert finish(again, "--commit") == 0
    assert snapshot(again) == snapshot(other)
    assert finish(again, "--check") == 0


@scenario()
def a_detached_head_in_a_worktree(project: Path, tmp_path: Path) -> None:
    other = expected(project)
    ask(project, _commit=NEXT)
    place = tmp_path / "worktree" / "acme-tool"
    git("worktree", "add", "--quiet", "--detach", place, "bot", cwd=project)
    assert finish(place, "--commit") == 0
    assert tree(place) == tree(other)
    assert git("status", "--porcelain", cwd=place) == ""
    assert git("rev-parse", "bot", cwd=project) == git("rev-parse", "HEAD^", cwd=place)


@scenario()
def filters_and_submodules(project: Path, tmp_path: Path) -> None:
    """A filter that does not work here, as git-lfs may not, and a submodule that is not fetched."""
    part = tmp_path / "part"
    write(part, "part.txt", "part\n")
    git("init", "--quiet", cwd=part)
    save(part)
    allowed = ("-c", "protocol.file.allow=always")
    git(*allowed, "submodule", "--quiet", "add", part.as_uri(), "parts/one", cwd=project)
    write(project, ".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
    write(project, "data.bin", "version https://git-lfs.github.com/spec/v1\n")
    save(project)
    git("branch", "--force", "main", cwd=project)
    other = expected(project)
    ask(project, _commit=NEXT)
    for setting in ("smudge", "clean"):
        git("config", f"filter.lfs.{setting}", "false", cwd=project)
    git("config", "filter.lfs.required", "true", cwd=project)
    assert finish(project, "--commit") == 0
    assert tree(project) == tree(other)


# --- Answers files ---------------------------------------------------------------------


@scenario()
def answers_that_cannot_be_read(project: Path, capsys: Printed) -> None:
    text = (project / ANSWERS).read_text("utf-8")
    write(project, ANSWERS, f"<<<<<<< HEAD\n_commit: v9.0.0\n=======\n{text}>>>>>>> other\n")
    save(project)
    assert f"{ANSWERS} cannot be read as YAML" in refused(project, capsys)
    write(project, ANSWERS, text.replace("_commit", "_committed"))
    save(project)
    assert f"{ANSWERS} lacks `_commit`" in refused(project, capsys)
    (project / ANSWERS).unlink()
    save(project)
    assert finish(project) == 0, "the project has left the template"


@scenario(lines=[{"_commit": "v9.7.0"}, {"_commit": "v8.0.0"}, {"layout": "x"}])
def an_update_that_is_refused(project: Path, capsys: Printed, lines: dict[str, str]) -> None:
    ask(project, **lines)
    told = refused(project, capsys, "--check")
    assert told.count("\n") == 1
    assert "attribute" not in told, "Jinja's words"


@scenario()
def an_answers_file_of_another_name(project: Path) -> None:
    git("mv", ANSWERS, ".answers.yml", cwd=project)
    save(project)
    git("branch", "--force", "main", cwd=project)
    other = expected(project, "--answers-file=.answers.yml")
    ask(project, ".answers.yml", _commit=NEXT)
    assert finish(project, "--check", "--answers-file", ".answers.yml") == 1
    assert finish(project, "--commit") == 0
    same(project, other)


@scenario()
def an_answers_file_that_is_renamed(project: Path) -> None:
    git("mv", ANSWERS, ".answers.yml", cwd=project)
    ask(project, ".answers.yml", _commit=NEXT)
    assert finish(project, "--commit") == 0
    assert (project / "NEW.md").is_file()
    assert not (project / ANSWERS).exists()
    assert finish(project, "--check") == 0


@scenario()
def a_pin_that_is_newer(project: Path) -> None:
    other = expected(project)
    write(project, ".github/template/requirements.txt", f"treewright=={NEXT[1:]}\n")
    save(project)
    assert finish(project, "--check") == 1
    assert finish(project, "--commit") == 0
    assert finish(project, "--check") == 0
    shutil.rmtree(project / ".github/template")
    assert snapshot(project) == snapshot(other)


# --- More than one run, and half of one ------------------------------------------------


@scenario()
def two_at_once(project: Path, capsys: Printed) -> None:
    ask(project, _commit=NEXT)
    lock(Repository(project), os.getppid())
    try:
        assert "Another update is running" in refused(project, capsys)
        assert finish(project, "--check") == 1
    finally:
        unlock(Repository(project), os.getppid())
    assert finish(project) == 0


RUN = """\
import sys
sys.path[:0] = {paths!r}
from pathlib import Path
import finishing
from treewright.signals import ended_by_signal
with ended_by_signal():  # as the command does
    sys.exit(finishing.finish(Path.cwd()))
"""


@scenario(how=[signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def a_run_that_is_stopped(project: Path, tmp_path: Path, how: signal.Signals) -> None:
    if os.name == "nt":
        pytest.skip("ends a group of processes, as POSIX has them")
    other = expected(project)
    ask(project, _commit=NEXT)
    files, index = snapshot(project), git("ls-files", "-s", cwd=project)
    folder = tmp_path / "temporary"
    folder.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", RUN.format(paths=[path for path in sys.path if path])],
        cwd=project,
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=partial(begin, None),  # noqa: PLW1509  # no threads here
    ) as running:
        deadline = time.monotonic() + 120
        while not list(folder.glob("treewright-*/acme-tool/pyproject.toml")):
            assert time.monotonic() < deadline, "it has not begun"
            time.sleep(0.01)
        os.killpg(running.pid, how)
        running.communicate()
    assert running.returncode
    if how != signal.SIGKILL:
        assert list(folder.glob("treewright-*")) == []
    assert snapshot(project) == files
    assert git("ls-files", "-s", cwd=project) == index
    assert git("worktree", "list", cwd=project).count("\n") == 1
    assert finish(project, "--commit") == 0
    same(project, other)


@pytest.mark.parametrize("row", scenario)
def test_nothing_gets_lost(row: Row, request: pytest.FixtureRequest) -> None:
    play(row, request)
