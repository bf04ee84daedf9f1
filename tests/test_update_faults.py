"""Whatever goes wrong in an update, the user's work is there after it, and a sentence helps.

What docs/updating.md promises is asserted here: each refusal comes before anything is written,
and what was stopped halfway is undone by `UNDO` and can be run again.
"""

import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from functools import partial
from itertools import cycle, product
from pathlib import Path
from typing import NamedTuple

import copier
import pytest
import yaml
from copier.errors import UserMessageError
from filelock import FileLock
from plumbum import ProcessExecutionError

from answers import SMALL
from conftest import shared_folder
from keeping import ANSWERS, Files, copy, edit, parse, unmerged, update, write
from rendering import QUICK, SLOW
from repositories import commit, git, snapshot
from tiers import exhaustive, full
from treewright import machine
from treewright.updating.locking import began, lock, unlock
from treewright.updating.repository import Repository

NEXT = "v9.1.0"
UNDO = ("git restore --source=HEAD --staged --worktree .", "git clean -fd")  # a line each
IGNORED = ".env"


class State(NamedTuple):
    """All that a person sees of a project."""

    files: Files
    staged: str
    changes: str


def state(project: Path) -> State:
    return State(
        snapshot(project),
        git("ls-files", "--stage", cwd=project),
        git("status", "--porcelain", cwd=project),
    )


@pytest.fixture(scope="session")
def shelf(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newer template, a project that people work on, and the same after its update.

    In two files of it both changed the same lines; one of these is merged by meaning.
    """
    folder = shared_folder(tmp_path_factory) / "faults"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            project = prepare(checkout, folder)
            _claim(project, "AGENTS.md")
            _ignore(project, "/from-mine-at-the-end/")
            commit(project)
            write(project, IGNORED, "MINE=1\n")
            done = shutil.copytree(project, folder / "after" / "acme-tool")
            update(done, NEXT)
    return folder


def prepare(checkout: Path, folder: Path) -> Path:
    """Make a newer template, and give a project of the older that people have worked on."""
    folder.mkdir()
    newer = shutil.copytree(checkout, folder / "treewright")
    release(newer)
    project = folder / "before" / "acme-tool"
    copy(newer, project, "v9.0.0", SMALL)
    edit(project)
    return project


def release(template: Path) -> None:
    """Change, add and remove files of the template, and release that."""
    _ignore(template / "template", "/from-the-template/")
    write(template, "template/NEW.md", "New.\n")
    (template / "template/{{ project.yamllint }}.jinja").unlink()
    _claim(template / "template", "{{ project.agents }}.jinja")
    git("add", "--all", cwd=template)
    git("commit", "--quiet", f"--message=release: {NEXT}", cwd=template)
    git("tag", "--annotate", f"--message={NEXT}", NEXT, cwd=template)
    git("repack", "-a", "-d", "--quiet", cwd=template)


def _claim(folder: Path, name: str) -> None:
    """Change the first line, as others do too."""
    first, rest = (folder / name).read_text("utf-8").split("\n", 1)
    write(folder, name, f"{first}, by {folder.name}\n{rest}")


def _ignore(folder: Path, line: str) -> None:
    write(folder, ".gitignore", (folder / ".gitignore").read_text("utf-8") + f"{line}\n")


@pytest.fixture
def project(shelf: Path, tmp_path: Path) -> Path:
    return shutil.copytree(shelf / "before" / "acme-tool", tmp_path / "acme-tool")


@pytest.fixture
def updated(shelf: Path) -> State:
    """The end of an update that nothing disturbs."""
    return state(shelf / "after" / "acme-tool")


Printed = subprocess.CompletedProcess[str]


def run_copier(
    project: Path,
    *arguments: str,
    python: str = sys.executable,
    code: str = QUICK,
    env: Mapping[str, str] | None = None,
    limit: Callable[[], None] | None = None,
) -> Printed:
    """Run `copier update` as people do, in a group of processes of its own.

    Args:
        project: Where to run it.
        arguments: Further ones; without any it trusts the template.
        python: The interpreter that has Copier.
        code: What it runs.
        env: Variables that differ from those of the tests.
        limit: What to do in the new process before it starts.

    """
    return subprocess.run(
        [python, "-c", code, "update", "--defaults", *(arguments or ["--trust"])],
        cwd=project,
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        start_new_session=True,
        preexec_fn=partial(begin, limit),  # no threads here
    )


def begin(limit: Callable[[], None] | None) -> None:
    """Set a new process up: one in the background of a shell would not hear of Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if limit:
        limit()


def test_nothing_goes_wrong(shelf: Path, updated: State) -> None:
    """What the other tests start from: both sides are there, and one file is left to a person."""
    project = shelf / "after" / "acme-tool"
    assert unmerged(project) == ["AGENTS.md"]
    lines = updated.files[".gitignore"].splitlines()
    assert {b"/from-the-template/", b"/from-mine/", b"/from-mine-at-the-end/"} <= {*lines}
    assert "NEW.md" in updated.files
    assert ".yamllint" not in updated.files
    assert updated.files[IGNORED] == b"MINE=1\n"


# --- Stopped halfway -------------------------------------------------------------------

# Takes the place of git and uv on the PATH. Copier sets STAGE for a migration.
STOPPER = """\
#!/bin/sh
call="${{STAGE:-copier}} {name} "$(echo $*)
echo "$call" >> "$CALLS"
case "$call" in *"$STOP_TEXT"*)
  if [ "$(sed -n "/$STOP_SINCE/,\\$p" "$CALLS" | grep -cF -- "$STOP_TEXT")" -eq "$STOP_AT" ]; then
    kill -s "$STOP_BY" 0
    sleep 9
  fi
esac
exec {program} "$@"
"""


class Stage(NamedTuple):
    """The call of a program whose text has something in it, the number-th since another."""

    text: str
    number: int = 1
    since: str = "."


STAGES = {
    "reading-the-template": Stage("git clone"),
    "rendering-the-old-version": Stage("core.fileMode", 4),
    "rendering-into-the-project": Stage("core.fileMode", 4, since="git write-tree"),
    "bringing-the-edits-back": Stage("git apply"),
    "marking-conflicts": Stage("git update-index --index-info"),
    "settling-a-conflict": Stage("recurse=false update-index"),
    "proving": Stage("after uv build"),
}
# Each is stopped one way, in turns; under --exhaustive every call is, both ways, and repeated.
STOPS = dict(zip(STAGES, zip(STAGES.values(), cycle(["INT", "KILL"]), strict=False), strict=True))
QUICK_STOPS = ("rendering-into-the-project", "proving")  # one each way


class Stopper:
    """Counts what an update starts, and stops all of it at one of these calls."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.calls = folder / "calls"
        for name, program in (("git", shutil.which("git")), ("uv", machine.uv())):
            assert program
            write(self.bin, name, STOPPER.format(name=name, program=shlex.quote(program)))
            (self.bin / name).chmod(0o755)

    def run(self, project: Path, stage: Stage, by: str = "KILL", *answers: str) -> Printed:
        """Update, and stop it before a call takes place."""
        self.calls.write_bytes(b"")
        path = os.pathsep.join([str(self.bin), os.environ["PATH"]])
        stop = dict(zip(("STOP_TEXT", "STOP_AT", "STOP_SINCE"), map(str, stage), strict=True))
        env = {"PATH": path, "UV": "", "CALLS": str(self.calls), "STOP_BY": by, **stop}
        return run_copier(project, "--trust", *answers, code=SLOW, env=env)


@pytest.mark.parametrize(
    ("stage", "by"),
    [
        pytest.param(*stop, id=name) if name in QUICK_STOPS else full(*stop, id=name)
        for name, stop in STOPS.items()
    ],
)
def test_stopped(project: Path, tmp_path: Path, stage: Stage, by: str) -> None:
    """As by Ctrl-C, or by a machine that has no memory left: one command brings all back."""
    stop(project, Stopper(tmp_path), stage, by)


@pytest.mark.parametrize("every", [False, exhaustive(True)], ids=["one-call", "every-call"])
def test_stopped_and_repeated(
    project: Path, updated: State, tmp_path: Path, *, every: bool
) -> None:
    """The end is as if it had not been stopped: here, while the new version is rendered."""
    stopper = Stopper(tmp_path)
    numbers = [100]
    if every:
        never = Stage("", 0)
        assert stopper.run(shutil.copytree(project, tmp_path / "whole"), never).returncode == 0
        numbers = list(range(1, len(stopper.calls.read_text("utf-8").splitlines()) + 1))
    for number, by in product(numbers, ["KILL", "INT"][: len(numbers)]):
        again = shutil.copytree(project, tmp_path / f"{number}-{by}" / "acme-tool")
        stop(again, stopper, Stage("", number), by)
        update(again, NEXT)
        assert state(again) == updated, (number, by)


def test_stopped_while_the_package_moves(project: Path, tmp_path: Path) -> None:
    """What git ignores may have moved already; the end is as if it had not been stopped."""
    write(project, f"src/acme_tool/{IGNORED}", "MINE=2\n")
    undisturbed = shutil.copytree(project, tmp_path / "undisturbed" / "acme-tool")
    before = state(project)
    update(undisturbed, NEXT, layout="flat")

    indexing = Stage("recurse=false update-index")
    done = Stopper(tmp_path).run(project, indexing, "KILL", "--data=layout=flat")
    assert (done.returncode, says_how_to_undo(done)) == (-signal.SIGKILL, True)
    assert not list(project.glob("src/**/*.py")), "it was stopped in the middle"
    undo(project)
    now = state(project)
    assert (now.staged, now.changes) == (before.staged, before.changes)
    kept = {path.replace("src/", ""): text for path, text in before.files.items()}
    assert {path.replace("src/", ""): text for path, text in now.files.items()} == kept

    update(project, NEXT, layout="flat")
    assert state(project) == state(undisturbed)
    assert (project / "acme_tool" / IGNORED).read_text() == "MINE=2\n"


def stop(project: Path, stopper: Stopper, stage: Stage, by: str) -> None:
    """Stop an update, and undo what there is of it as the message before it says."""
    before = state(project)
    done = stopper.run(project, stage, by)
    if by == "KILL":
        assert done.returncode == -signal.SIGKILL
    else:
        assert (done.returncode, "Execution stopped by user" in done.stdout) == (1, True)
    if state(project) != before:
        assert says_how_to_undo(done)
        undo(project)
    assert state(project) == before


def says_how_to_undo(done: Printed) -> bool:
    return re.search(r"\n *".join(map(re.escape, ["", *UNDO, ""])), done.stdout) is not None


def undo(project: Path) -> None:
    for command in UNDO:
        subprocess.run(shlex.split(command), cwd=project, check=True, capture_output=True)


# --- Refused, before anything is written -----------------------------------------------


def refused(
    project: Path,
    kind: type[Exception],
    sentence: str,
    version: str = NEXT,
    data: Mapping[str, str] | None = None,
) -> None:
    """Update in vain: Copier says why, and all is as it was."""
    before = state(project)
    with pytest.raises(kind, match=sentence):
        update(project, version, **(data or {}))
    assert state(project) == before


@pytest.mark.parametrize("name", ["README.md", "tests/test_new.py"])
def test_a_dirty_tree(project: Path, name: str) -> None:
    write(project, name, "# New\n")
    refused(project, UserMessageError, "Please commit or stash your local changes and retry")


def test_no_repository(project: Path) -> None:
    shutil.rmtree(project / ".git")
    with pytest.raises(UserMessageError, match="only supported in git-tracked subprojects"):
        update(project, NEXT)


def test_no_trust(project: Path) -> None:
    done = run_copier(project, "--skip-tasks")
    assert done.returncode == 4
    assert "consider adding the `--trust` option" in done.stdout
    assert git("status", "--porcelain", cwd=project) == ""


@pytest.mark.parametrize("ignored", [full(False), True])
def test_names_that_git_does_not_quote(project: Path, *, ignored: bool) -> None:
    """Copier cannot read them then, and would stop halfway."""
    if ignored:
        write(project, ".git/info/exclude", "notes-*\n")
    write(project, "notes-ü.txt", "mine\n")
    commit(project)
    git("config", "core.quotePath", "no", cwd=project)
    before = state(project)
    done = run_copier(project)
    assert done.returncode != 0
    assert "and Copier cannot read names such as notes-" in done.stdout
    assert state(project) == before
    git("config", "core.quotePath", "true", cwd=project)
    update(project, NEXT)


def linked(project: Path, folder: str) -> None:
    """Have a link in the place of a folder, and the folder elsewhere."""
    (project / folder).mkdir(parents=True, exist_ok=True)
    (project / "elsewhere").mkdir()
    shutil.move(project / folder, project / "elsewhere/here")
    (project / folder).symlink_to(project / "elsewhere/here")
    commit(project)


@pytest.mark.parametrize(
    ("folder", "answers"),
    [
        (".github/workflows", {}),
        full("LICENSES", {}),
        ("src/acme_tool", {"layout": "flat"}),
        full("src", {"package": "namespace", "namespace": "corp"}),
    ],
)
def test_a_link_in_the_place_of_a_folder(
    project: Path, folder: str, answers: dict[str, str]
) -> None:
    linked(project, folder)
    before = state(project)
    with pytest.raises(UserMessageError, match=r"is refused: a link leads from there to .*/here"):
        update(project, NEXT, **answers)
    assert state(project) == before


def test_a_package_that_is_a_link_may_stay(project: Path, updated: State) -> None:
    linked(project, "src/acme_tool")
    done = update(project, NEXT)
    assert {path for path in done if "elsewhere" not in path} <= updated.files.keys()
    assert (project / "src/acme_tool").is_symlink()


def test_another_update_is_running(project: Path) -> None:
    before = state(project)
    lock(Repository(project), os.getpid())
    done = run_copier(project)
    assert done.returncode != 0
    assert f"running in this repository (process {os.getpid()}). Wait" in done.stdout
    assert state(project) == before
    unlock(Repository(project), os.getpid())
    update(project, NEXT)
    assert began(Repository(project)) == 0, "it has unlocked what it had locked"


def answer(project: Path, name: str, line: str) -> None:
    """Change the line of an answer by hand, and commit that."""
    text = (project / ANSWERS).read_text("utf-8")
    text, count = re.subn(rf"(?m)^{name}: .*\n", line and line + "\n", text)
    assert count == 1
    write(project, ANSWERS, text)
    commit(project)


@pytest.mark.parametrize(
    ("name", "line", "kind", "sentence"),
    [
        (
            "layout",
            "layout: banana",
            UserMessageError,
            "banana is refused: choose one of src, flat",
        ),
        ("coverage_min", "coverage_min: all", UserMessageError, "a whole number from 0 to 100"),
        # To YAML these are numbers, and 3.10 the same as 3.1.
        (
            "python_min",
            "python_min: 3.12",
            UserMessageError,
            f"python_min=3.12 is refused: put it in quotes in {ANSWERS}",
        ),
        (
            "python_min",
            "python_min: 3.10",
            UserMessageError,
            "python_min=3.1 is refused: choose one of 3.11, .*, in quotes",
        ),
        ("user_name", "user_name: 12", UserMessageError, "user_name=12 is refused: put it in quot"),
        ("import_name", "import_name: class", UserMessageError, "class is a Python keyword"),
        ("_commit", "", UserMessageError, f"old template references from `{ANSWERS}`"),
        ("_src_path", "", UserMessageError, f"old template references from `{ANSWERS}`"),
        ("_src_path", "_src_path: /gone", UserMessageError, "supported in git-tracked templates"),
        # Copier reads these before anything of ours runs, and shows Python's own words.
        ("_commit", "_commit: v7.7.7", ValueError, "Unknown revision: 'v7.7.7'"),
        ("forge", "forge: [none", yaml.YAMLError, rf'(?s)flow sequence.*{ANSWERS}", line 1'),
        (
            "_src_path",
            "_src_path: https://127.0.0.1:9/x.git",
            ProcessExecutionError,
            "unable to access 'https://127.0.0.1:9/x.git/'",
        ),
    ],
)
def test_answers_edited_by_hand(
    project: Path, name: str, line: str, kind: type[Exception], sentence: str
) -> None:
    answer(project, name, line)
    refused(project, kind, sentence)


def test_no_answers(project: Path) -> None:
    (project / ANSWERS).unlink()
    commit(project)
    refused(project, UserMessageError, f"old template references from `{ANSWERS}`")


def test_an_older_version(project: Path) -> None:
    answer(project, "_commit", f"_commit: {NEXT}")
    refused(project, UserMessageError, "Downgrades are not supported", version="v9.0.0")


def test_a_name_that_no_question_has(project: Path) -> None:
    """A person has it from the command line; what the answers file has besides is no error."""
    answer(project, "type_checker", "colour: red")
    refused(project, UserMessageError, "layuot=.* did you mean layout", data={"layuot": "flat"})


@pytest.mark.filterwarnings("ignore:The repository .* is a shallow clone")
def test_a_template_without_the_old_version(project: Path, shelf: Path, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    newest = ("--quiet", "--depth=1", f"--branch={NEXT}")
    git("clone", *newest, f"file://{shelf / 'treewright'}", shallow, cwd=tmp_path)
    answer(project, "_src_path", f"_src_path: {shallow}")
    refused(project, ValueError, "Unknown revision: 'v9.0.0'")


def test_the_exit_status_of_a_refusal(project: Path) -> None:
    answer(project, "layout", "layout: banana")
    done = run_copier(project)
    assert done.returncode == 1
    assert "layout=banana is refused: choose one of src, flat" in done.stdout
    assert "Traceback" not in done.stdout


# --- Nothing to refuse -----------------------------------------------------------------


def test_answers_without_a_question_and_questions_without_an_answer(
    project: Path, updated: State
) -> None:
    """As after a release that has other questions: the end is the same."""
    answer(project, "type_checker", "colour: red")
    assert update(project, NEXT) == updated.files


def in_a_worktree(project: Path, folder: Path) -> Path:
    git("worktree", "add", "--quiet", "--detach", folder / "acme-tool", cwd=project)
    return folder / "acme-tool"


def in_a_shallow_submodule(project: Path, folder: Path) -> Path:
    git("init", "--quiet", cwd=folder)
    allowed = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "--depth=1")
    git(*allowed, f"file://{project}", "acme-tool", cwd=folder)
    commit(folder)
    assert (folder / ".git/modules/acme-tool/shallow").is_file()
    return folder / "acme-tool"


def in_a_folder_of_a_repository(project: Path, folder: Path) -> Path:
    """Beside a folder that somebody works on."""
    inside = folder / "many" / "[acme]" / "acme-tool"
    git("init", "--quiet", cwd=folder)
    shutil.copytree(project, inside, ignore=shutil.ignore_patterns(".git"))
    write(folder, "beside/kept.txt", "kept\n")
    commit(folder)
    write(folder, "beside/kept.txt", "not yet committed\n")
    write(folder, "beside/new.txt", "not yet committed\n")
    return inside


@pytest.mark.parametrize(
    "place", [full(in_a_worktree), full(in_a_shallow_submodule), in_a_folder_of_a_repository]
)
def test_other_places(
    project: Path, updated: State, tmp_path: Path, place: Callable[[Path, Path], Path]
) -> None:
    """The end is the same, and so is the way back."""
    (tmp_path / "place").mkdir()
    there = place(project, tmp_path / "place")
    write(there, IGNORED, "MINE=1\n")
    before = state(there)
    assert update(there, NEXT) == updated.files
    assert unmerged(there) == ["AGENTS.md"]
    beside = [line for line in before.changes.splitlines() if "beside/" in line]
    undo(there)
    assert state(there) == before
    assert len(beside) == 2 * ("many" in there.parts)


def test_an_answer_changed_by_hand(project: Path) -> None:
    """Copier takes it for that of before: nothing of the user's moves, and that is told."""
    answer(project, "layout", "layout: flat")
    before = snapshot(project)
    done = run_copier(project)
    assert "\nThe answers have the package in acme_tool/, which is not there." in done.stdout
    now = snapshot(project)
    mine = {path for path in before if path.startswith(("src/", "tests/", "notes/", "README"))}
    assert {path: now[path] for path in mine} == {path: before[path] for path in mine}
    assert parse("pyproject.toml", now["pyproject.toml"]) == parse(
        "pyproject.toml", before["pyproject.toml"]
    )


# --- What the hook misses --------------------------------------------------------------


def without_conflict(project: Path) -> Path:
    """Take back what both sides changed, so that the hook goes on to its proof."""
    text = (project / "AGENTS.md").read_text("utf-8")
    write(project, "AGENTS.md", text.replace(f", by {project.name}\n", "\n", 1))
    commit(project)
    return project


def check_done(project: Path, done: Printed) -> None:
    """Assert that all but the proof is as ever, and that a sentence says so."""
    assert done.returncode == 0
    assert unmerged(project) == []
    assert yaml.safe_load((project / ANSWERS).read_bytes())["_commit"] == NEXT
    assert (project / "NEW.md").is_file()
    assert "Traceback" not in done.stdout
    assert "\nNot proven: " in done.stdout
    assert f"prove.py {project}\n" in done.stdout, "what to run later"


def no_index_of_packages(project: Path, tmp_path: Path) -> Printed:
    cold = {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "cold")}
    return run_copier(project, "--trust", "--data=build_backend=hatchling", env=cold)


def no_uv(project: Path, tmp_path: Path) -> Printed:
    """And nothing else that builds."""
    venv.create(tmp_path / "bare", with_pip=False)
    needed = ("git", "sh", "sed", "uname", "basename", "dirname")  # git is partly of scripts
    libraries = Path(copier.__file__).parents[1].iterdir()
    for folder, programs in {
        "tools": [Path(str(shutil.which(name))) for name in needed],
        "libraries": [path for path in libraries if path.name not in {"build", "uv"}],
    }.items():
        (tmp_path / folder).mkdir()
        for path in programs:
            (tmp_path / folder / path.name).symlink_to(path)
    paths = {"PATH": str(tmp_path / "tools"), "PYTHONPATH": str(tmp_path / "libraries"), "UV": ""}
    return run_copier(project, python=str(tmp_path / "bare/bin/python"), env=paths)


def on_a_full_disk(project: Path, size: int, tmp_path: Path) -> Printed:
    """Update where no file can grow beyond a size, which git too takes for an error."""
    tools = tmp_path / "tools"
    real_git = shlex.quote(str(shutil.which("git")))
    write(tools, "git", f"#!/bin/sh\ntrap '' XFSZ\nexec {real_git} \"$@\"\n")
    (tools / "git").chmod(0o755)
    path = os.pathsep.join([str(tools), os.environ["PATH"]])
    full = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, size))
    return run_copier(project, code=SLOW, env={"PATH": path}, limit=full)


@pytest.mark.parametrize(
    ("size", "written"),
    [
        full(8_000, False, id="for-the-template"),
        pytest.param(800_000, True, id="for-the-edits"),
    ],
)
def test_a_full_disk(project: Path, tmp_path: Path, size: int, *, written: bool) -> None:
    """Copier stops where it is, and what it says ends with the words of the system."""
    write(project, "notes/long.txt", "x\n" * 450_000)
    commit(project)
    before = state(project)
    done = on_a_full_disk(project, size, tmp_path)
    assert done.returncode == 1
    assert "File too large" in done.stdout.splitlines()[-1]
    assert (state(project) != before) is written
    if written:
        assert says_how_to_undo(done)
        undo(project)
    assert state(project) == before


def a_disk_too_full_for_the_proof(project: Path, tmp_path: Path) -> Printed:
    (project / "src/acme_tool/large.bin").write_bytes(b"\0" * 900_000)
    commit(project)
    return on_a_full_disk(project, 800_000, tmp_path)


@pytest.mark.parametrize(
    ("hinder", "sentence"),
    [
        full(no_index_of_packages, "the package index cannot be reached"),
        (no_uv, "neither uv nor build"),
        full(a_disk_too_full_for_the_proof, "File too large"),
    ],
)
def test_what_the_proof_needs_is_not_there(
    project: Path, tmp_path: Path, hinder: Callable[[Path, Path], Printed], sentence: str
) -> None:
    done = hinder(without_conflict(project), tmp_path)
    check_done(project, done)
    assert sentence in done.stdout


# --- What a failed merge leaves --------------------------------------------------------

MOODS = {
    "untracked files are not shown": ("status.showUntrackedFiles", "no"),
    "white space is an error": ("apply.whitespace", "error"),
    "white space is made good": ("apply.whitespace", "fix"),
    "an ignored .rej": ("core.excludesFile", "IGNORED"),
}
QUICK_MOODS = ("untracked files are not shown", "white space is an error")


@pytest.mark.parametrize("mood", [*QUICK_MOODS, *map(full, sorted({*MOODS} - {*QUICK_MOODS}))])
def test_the_end_is_the_same_in_every_mood_of_git(
    project: Path, updated: State, tmp_path: Path, mood: str
) -> None:
    name, value = MOODS[mood]
    if value == "IGNORED":
        write(tmp_path, "ignore", "*.rej\n")
        value = str(tmp_path / "ignore")
    git("config", name, value, cwd=project)
    assert update(project, NEXT) == updated.files
    assert unmerged(project) == ["AGENTS.md"]


def test_rejects_that_were_asked_for(project: Path, updated: State) -> None:
    """What meaning settles is settled; the rest is as Copier leaves it, and it is named."""
    write(project, "OLD.md.rej", "mine\n")
    commit(project)
    done = run_copier(project, "--trust", "--conflict=rej", "--vcs-ref", NEXT)
    assert done.returncode == 0
    assert "\nIn conflict:\n  AGENTS.md (see AGENTS.md.rej)\n" in done.stdout
    now = snapshot(project)
    assert unmerged(project) == []
    assert now[".gitignore"] == updated.files[".gitignore"]
    assert b"\n+# " in now.pop("AGENTS.md.rej")
    assert now.pop("OLD.md.rej") == b"mine\n"
    assert now.keys() == updated.files.keys()


def test_an_older_reject_is_refused(project: Path) -> None:
    """It may have lines that are nowhere else; git ignores it, and Copier would delete it."""
    write(project, ".git/info/exclude", "*.rej\n*.orig\n")
    write(project, "tox.toml.orig", "a\n")
    write(project, "tox.toml.rej", "@@ -1 +1 @@\n-a\n+only here\n")
    before = state(project)
    done = run_copier(project, "--trust", "--vcs-ref", NEXT)
    assert done.returncode != 0
    assert "An earlier merge has left tox.toml.rej: take over what is in there" in done.stdout
    assert state(project) == before
    (project / "tox.toml.rej").unlink()
    assert update(project, NEXT)["tox.toml.orig"] == b"a\n"


def test_markers_of_an_earlier_update_are_named(project: Path) -> None:
    text = "<<<<<<< before updating\r\nmine\r\n=======\r\nits\r\n>>>>>>> after updating\r\n"
    write(project, "docs-of-mine.md", text)
    commit(project)
    done = run_copier(project, "--trust", "--vcs-ref", NEXT)
    assert "\nIn conflict:\n  AGENTS.md\n  docs-of-mine.md\n" in done.stdout


@pytest.mark.parametrize("hidden", ["ignored", full("not shown")])
def test_a_file_that_git_does_not_know_is_kept(project: Path, updated: State, hidden: str) -> None:
    git("rm", "--quiet", "--cached", ".yamllint", cwd=project)
    git("commit", "--quiet", "--message=mine", cwd=project)
    if hidden == "ignored":
        write(project, ".git/info/exclude", "NEW.md\n.yamllint\n")
    else:
        git("config", "status.showUntrackedFiles", "no", cwd=project)
    mine = {"NEW.md": b"mine\n", ".yamllint": (project / ".yamllint").read_bytes()}
    write(project, "NEW.md", "mine\n")
    (project / ".yamllint").chmod(0o600)  # as of a file with a secret
    done = run_copier(project, "--trust", "--vcs-ref", NEXT)
    for path in mine:
        assert f"\n{path} is yours, and git does not track it" in done.stdout
    assert snapshot(project) == updated.files | mine
    assert (project / ".yamllint").stat().st_mode & 0o777 == 0o600
    assert not (project / ".git/treewright-kept").exists()


def test_a_managed_file_that_is_a_link_stays_one(project: Path, updated: State) -> None:
    for name in ("AGENTS.md", "tox.toml"):
        shutil.move(project / name, project / "notes")
        (project / name).symlink_to(f"notes/{name}")
    commit(project)
    done = run_copier(project, "--trust", "--vcs-ref", NEXT)
    assert "\nAGENTS.md is a link: what the template changes in that file did" in done.stdout
    assert "tox.toml" not in done.stdout
    assert (project / "AGENTS.md").is_symlink()
    linked = {"AGENTS.md", "tox.toml", "notes/AGENTS.md", "notes/tox.toml"}
    now = {path: text for path, text in snapshot(project).items() if path not in linked}
    assert now == {path: text for path, text in updated.files.items() if path not in linked}


def test_an_edit_that_git_takes_for_binary(project: Path, updated: State) -> None:
    """As PowerShell 5.1 appends to a file, in UTF-16."""
    ours = (project / ".gitignore").read_bytes() + "mine\n".encode("utf-16")
    (project / ".gitignore").write_bytes(ours)
    write(project, "logo.png", "\0")
    commit(project)
    done = run_copier(project, "--trust", "--vcs-ref", NEXT)
    assert "\nIn conflict:\n  .gitignore\n  AGENTS.md\n" in done.stdout
    now = snapshot(project)
    assert now.pop(".gitignore") == ours
    del now["logo.png"]
    assert now == {path: text for path, text in updated.files.items() if path != ".gitignore"}
    assert git("show", ":3:.gitignore", cwd=project).endswith("/from-the-template/\n")
