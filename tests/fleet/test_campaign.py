"""Campaigns: what the fixers share, by a fixer that is made up; and both fixers themselves."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from argparse import SUPPRESS, Namespace
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml
from filelock import FileLock

import adopting
import campaigns
import finishing
import fleets
import invented
import keeping
import rendering
from adopting import from_clone
from campaigns import FIXERS, Fleet, Ran, World
from conftest import ADDRESS, shared_folder
from keeping import ANSWERS, copy, write
from repositories import commit, git, snapshot
from test_update_faults import NEXT
from tiers import full
from treewright import distribution
from treewright.adopting.errors import UnableError
from treewright.branch.requests import PIN
from treewright.branch.scratch import Scratch
from treewright.fleet import outcomes as fleet_outcomes
from treewright.fleet.clones import Clone, Opened
from treewright.updating.repository import Repository

sys.path.append(str(rendering.ROOT))

from benchmarks import fleet as benchmark
from benchmarks.workshop import print_table

BRANCH = "made-up"
# Each repository says in a file what its worker does.
_FIXER = f"""\
import os, signal, sys, time
sys.path.append({str(FIXERS)!r})
import campaign
from campaign import Fixed


class MadeUp:
    name = "made_up"
    description = "Do what a file says."

    def add_options(self, parser):
        parser.add_argument("--text", default="new")

    def prepare(self, options, stack):
        return {BRANCH!r}

    def look(self, there):
        done = "new.txt" in there.tree
        return ([], "current", "") if done else (["todo"], "", "")

    def fix(self, clone, job, options):
        todo = clone.read("todo").decode().strip()
        with open(os.environ["BEGUN"], "a") as begun:
            begun.write(job.name + "\\n")
        if todo == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        elif todo == "exit":
            sys.exit("it wanted out")
        elif todo == "raise":
            raise ValueError("no such thing at https://ann:secret@example.org/x")
        elif todo == "slow":
            time.sleep(60)
        elif todo == "refuse":
            return Fixed("refused", why="it is not for us")
        clone.write("new.txt", options.text.encode())
        clone.git("add", "--all")
        sound = todo != "clash"
        outcome = "clean" if sound else "conflicts"
        return Fixed(outcome, "Do it", details=dict(todo=todo), sound=sound)


sys.exit(campaign.main(MadeUp()))
"""
_PUSHES = """\
from collections import namedtuple
from all_repos import autofix_lib
Settings = namedtuple("Settings", ())

def push(settings, branch_name):
    if {first!r}:
        autofix_lib.run(*{first!r})
    autofix_lib.run("git", "push", "--quiet", "origin", f"HEAD:{{branch_name}}")
    if {fails}:
        raise SystemExit("no pull request")
"""


@pytest.fixture(scope="session")
def all_repos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all-repos in it, as the fixers pin it."""
    folder = shared_folder(tmp_path_factory) / "all-repos"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            campaigns.fetch_all_repos(folder)
    return folder


@pytest.fixture
def fleet(all_repos: Path, tmp_path: Path) -> Fleet:
    """A fleet, with what its programs need on their path."""
    write(tmp_path, "made_up.py", _FIXER)
    path = os.pathsep.join([str(all_repos), str(rendering.ROOT / "src"), str(tmp_path)])
    variables = {**os.environ, "PYTHONPATH": path, "BEGUN": str(tmp_path / "begun")}
    return Fleet(tmp_path, sys.executable, variables)


def make(fleet: Fleet, *todo: str, push: str = "push_branch", **settings: object) -> None:
    """Make a repository for each thing to do, which it is called after."""
    bare = {}
    for number, what in enumerate(todo):
        project = fleet.folder / "made" / f"{number}-{what}"
        write(project, "todo", f"{what}\n")
        commit(project)
        bare[project.name] = project.with_suffix(".git")
        git("clone", "--quiet", "--bare", project, bare[project.name], cwd=project)
    fleet.make(bare, push, **settings)


def run(fleet: Fleet, *arguments: str) -> Ran:
    return fleet.run(fleet.folder / "made_up.py", *arguments)


def outcomes(ran: Ran) -> dict[str, Any]:
    found = {str(line["repository"]): line["outcome"] for line in ran.lines}
    assert len(found) == len(ran.lines)
    return found


def begun(fleet: Fleet) -> list[str]:
    """List the repositories whose work has begun, each time."""
    file = fleet.folder / "begun"
    return file.read_text("utf-8").splitlines() if file.exists() else []


def head(fleet: Fleet, name: str, ref: str = BRANCH) -> str:
    return git("rev-parse", ref, cwd=fleet.remotes / name).strip()


# --- What the fixers share -----------------------------------------------------------------


def one_dies(fleet: Fleet) -> None:
    make(fleet, "die", "work")
    ran = run(fleet, "-j2")
    assert (ran.status, outcomes(ran)) == (2, {"0-die": "failed", "1-work": "clean"})
    assert fleet.branches(BRANCH) == ["1-work"]


def each_alone(fleet: Fleet) -> None:
    make(fleet, "die", "exit", "raise", "clash", "work")
    ran = run(fleet, "-j2")
    assert ran.status == 2
    assert fleet.branches(BRANCH) == ["3-clash", "4-work"]
    lines = {str(line["repository"]): line for line in ran.lines}
    assert outcomes(ran) == {
        "0-die": "failed",
        "1-exit": "failed",
        "2-raise": "failed",
        "3-clash": "conflicts",
        "4-work": "clean",
    }
    for name, line in lines.items():
        pushed = line["outcome"] != "failed"
        assert line["pushed"] is pushed
        assert line["commit"] == (head(fleet, name) if pushed else "")
    assert lines["4-work"]["details"] == {"todo": "work"}
    assert "signal 9" in str(lines["0-die"]["why"])
    assert "it wanted out" in str(lines["1-exit"]["why"])
    assert "no such thing" in str(lines["2-raise"]["why"])
    assert "secret" not in ran.log + json.dumps(ran.lines)
    # A new file is in the commit, and nothing else has changed.
    shown = git("show", "--name-status", "--format=%s%n%an", BRANCH, cwd=fleet.remotes / "4-work")
    assert shown.split("\n") == ["Do it", "Tests", "", "A\tnew.txt", ""]


def again(fleet: Fleet) -> None:
    make(fleet, "work", "work", "clash")
    assert run(fleet, "-j2").status == 1
    before = [head(fleet, name) for name in fleet.branches(BRANCH)]
    git("branch", "--force", "main", BRANCH, cwd=fleet.remotes / "1-work")  # it was merged
    git("branch", "--delete", "--force", BRANCH, cwd=fleet.remotes / "1-work")
    ran = run(fleet, "-j2")
    assert ran.status == 0
    was = "proposed before"
    assert outcomes(ran) == {"0-work": was, "1-work": "current", "2-clash": was}
    assert len(begun(fleet)) == 3
    assert [head(fleet, name) for name in fleet.branches(BRANCH)] == [before[0], before[2]]


def killed(fleet: Fleet) -> None:
    make(fleet, "work", "slow", "slow", "work", "work")
    out = fleet.folder / "killed.jsonl"
    process = fleet.start(fleet.folder / "made_up.py", "-j2", out=out)
    while len(begun(fleet)) < 3:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = fleet.branches(BRANCH)
    assert done == ["0-work"]
    assert [json.loads(line)["repository"] for line in out.read_text("utf-8").splitlines()] == done
    for name in ("1-slow", "2-slow"):
        write(fleet.folder / "made" / name, "todo", "work\n")
        commit(fleet.folder / "made" / name)
        place = fleet.remotes / name
        git("push", "--quiet", place, "main", cwd=fleet.folder / "made" / name)
    ran = run(fleet, "-j2")  # in clones that are older than that
    assert ran.status == 0
    assert [*outcomes(ran).values()].count("clean") == 4
    assert len(fleet.branches(BRANCH)) == 5
    for name in fleet.branches(BRANCH):
        assert git("rev-list", "--count", f"main..{BRANCH}", cwd=fleet.remotes / name) == "1\n"


def limited(fleet: Fleet) -> None:
    make(fleet, "refuse", "work", "work", "work")
    for count, status, jobs in ((1, 1, "-j1"), (2, None, "-j2"), (3, None, "-j2")):
        ran = run(fleet, jobs, "--limit=1")
        assert status in {None, ran.status}
        assert fleet.branches(BRANCH) == [f"{number}-work" for number in range(1, count + 1)]
        told = [*outcomes(ran).values()]
        assert told.count("clean") == 1
        assert told.count("proposed before") == count - 1
    assert outcomes(run(fleet, "--limit=1"))["0-refuse"] == "refused"


def dry(fleet: Fleet) -> None:
    make(fleet, "work", "clash")
    ran = run(fleet, "-j2", "--dry-run")
    assert ran.status == 1
    assert outcomes(ran) == {"0-work": "clean", "1-clash": "conflicts"}
    assert all(line["commit"] and not line["pushed"] for line in ran.lines)
    assert fleet.branches(BRANCH) == []


def clean_only(fleet: Fleet) -> None:
    merges = "all_repos.push.merge_to_master"
    make(fleet, "work", "clash", push=merges)
    ran = run(fleet)
    assert (ran.status, begun(fleet)) == (2, [])
    assert "--clean-only" in ran.log
    ran = run(fleet, "--clean-only")
    assert ran.status == 1
    assert [line["pushed"] for line in ran.lines] == [True, False]
    assert git("log", "-1", "--format=%s", "main", cwd=fleet.remotes / "1-clash") == "all\n"
    assert "new.txt" in git("ls-tree", "main", cwd=fleet.remotes / "0-work")


def taken_back(fleet: Fleet) -> None:
    write(fleet.folder, "halfway.py", _PUSHES.format(first=(), fails=True))
    make(fleet, "work", push="halfway")
    ran = run(fleet)
    (line,) = ran.lines
    assert (ran.status, line["outcome"], line["pushed"]) == (2, "failed", False)
    assert "no pull request" in str(line["why"])
    assert fleet.branches(BRANCH) == []
    fleet.configure("push_branch")
    assert outcomes(run(fleet)) == {"0-work": "clean"}


def somebody_else(fleet: Fleet) -> None:
    other = f"git push -q origin $(git commit-tree -m other HEAD^{{tree}}):refs/heads/{BRANCH}"
    write(fleet.folder, "late.py", _PUSHES.format(first=("sh", "-c", other), fails=False))
    make(fleet, "work", push="late")
    ran = run(fleet)
    (line,) = ran.lines
    assert (ran.status, line["outcome"], line["pushed"]) == (0, "proposed before", False)
    assert line["commit"] == head(fleet, "0-work")
    assert git("log", "-1", "--format=%s", BRANCH, cwd=fleet.remotes / "0-work") == "other\n"


def a_pull_request(fleet: Fleet) -> None:
    asked: list[dict[str, Any]] = []
    answers = [(422, {}), (201, {"html_url": "https://example.com/1"})]

    class Forge(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            status, said = answers[len(asked) - 1]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Forge)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        github = "all_repos.push.github_pull_request"
        make(fleet, "work", push=github, username="bot", api_key="none", base_url=url)
        assert run(fleet).status == 2
        assert fleet.branches(BRANCH) == []
        assert run(fleet).status == 0
        assert fleet.branches(BRANCH) == ["0-work"]
        assert [one["title"] for one in asked] == ["Do it", "Do it"]
        assert (asked[1]["base"], asked[1]["head"]) == ("main", BRANCH)
        # A fork's branch would tell nothing.
        fleet.configure(github, username="bot", api_key="none", fork=True)
        ran = run(fleet)
        assert (ran.status, len(asked)) == (2, 2)
        assert "fork" in ran.log
    finally:
        server.shutdown()
        server.server_close()


def empty(fleet: Fleet) -> None:
    make(fleet, "work")
    remote = fleet.remotes / "0-work"
    git("update-ref", "-d", "refs/heads/main", cwd=remote)
    ran = run(fleet)
    (line,) = ran.lines
    assert (ran.status, line["outcome"], line["why"]) == (0, "no project", "it has no commit")
    remote.rename(remote.with_suffix(".gone"))
    ran = run(fleet)
    assert (ran.status, ran.lines[0]["outcome"]) == (2, "failed")


def chosen(fleet: Fleet) -> None:
    make(fleet, "work", "work")
    ran = run(fleet, "--branch=other", "--author=Ann <ann@example.org>", "--repos", "clones/1-work")
    assert (ran.status, outcomes(ran)) == (0, {"clones/1-work": "clean"})
    assert fleet.branches("other") == ["1-work"]
    assert git("log", "-1", "--format=%an", "other", cwd=fleet.remotes / "1-work") == "Ann\n"


def not_usable(fleet: Fleet) -> None:
    make(fleet, "work")
    fleet.config.chmod(0o644)
    ran = run(fleet)
    assert (ran.status, [*ran.lines]) == (2, [])
    assert "permissions" in ran.log
    fleet.config.chmod(stat.S_IRUSR | stat.S_IWUSR)
    fleet.configure("no_such_module")
    ran = run(fleet)
    assert (ran.status, "no_such_module" in ran.log) == (2, True)
    fleet.configure("push_branch")
    (fleet.folder / "clones/repos_filtered.json").unlink()
    ran = run(fleet)
    assert (ran.status, "all-repos-clone" in ran.log) == (2, True)
    assert "Traceback" not in ran.log
    assert run(fleet, "--limit=0").status == 2


@pytest.mark.parametrize(
    "scenario",
    [
        one_dies,
        *map(
            full,
            (
                each_alone,
                again,
                killed,
                limited,
                dry,
                clean_only,
                taken_back,
                somebody_else,
                a_pull_request,
                empty,
                chosen,
                not_usable,
            ),
        ),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="all-repos is for a POSIX shell")
def test_a_campaign(scenario: Callable[[Fleet], None], fleet: Fleet) -> None:
    scenario(fleet)


# --- Updates -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template of which only the releases are there, and projects of it. Do not write."""
    return fleets.made_up(shared_folder(tmp_path_factory))


@pytest.fixture
def fixers(all_repos: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """What imports a fixer into this process."""
    for folder in (all_repos, FIXERS):
        monkeypatch.syspath_prepend(folder)
    return import_module


def of(fixer: Any, clone: Path, *files: str, **options: str) -> tuple[tuple[Any, ...], Any]:  # noqa: ANN401
    """Look at a clone and fix it; give what was seen, and what came of it."""
    with ExitStack() as stack:
        given = Namespace(**{"to": NEXT, "answer": [], "features": None, **options})
        branch = fixer.prepare(given, stack)
        made = Scratch(clone)
        there = Opened(Clone(clone, clone.name), made, made.listing("HEAD"))
        seen = fixer.look(there)
        if seen[1]:
            return seen, None
        assert seen[0] == [*files]
        job = import_module("campaign").Job(str(clone), f"acme/{clone.name}", branch, seen[0])
        git("checkout", "--quiet", "-b", branch, cwd=clone)
        return seen, fixer.fix(Repository(clone), job, given)


@pytest.mark.parametrize(
    ("edits", "outcome", "sound"),
    [
        (["claim", "own"], "conflicts", False),
        full([], "clean", True),
        full(["wide", "delete"], "clean", True),
        full(["refuse"], "refused", True),
        full(["unknown"], "unknown release", None),
        full(["other"], "another template", None),
        full(["break"], "unreadable answers", None),
        full(["forget"], "no project", None),
    ],
)
def test_an_update_stages_what_is_settled(
    edits: list[str],
    outcome: str,
    sound: bool | None,  # noqa: FBT001
    made_up: Path,
    fixers: Callable[[str], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from_clone(made_up / "treewright", monkeypatch)
    clone = fleets.clone(made_up, tmp_path, "acme-tool", *edits)
    before = snapshot(clone)
    fixer = fixers("update").Update(fleets.update_made_up)
    seen, fixed = of(fixer, clone, ANSWERS)
    if sound is None:
        assert (seen[0], seen[1], bool(seen[2])) == ([], outcome, True)
        return
    assert (fixed.outcome, fixed.sound) == (outcome, sound)
    assert git("diff", "--name-only", cwd=clone) == ""  # the work tree is as the index
    assert git("ls-files", "--unmerged", cwd=clone) == ""
    if outcome == "refused":
        assert (fixed.message, snapshot(clone)) == ("", before)
        assert "license" in fixed.why
        return
    after = snapshot(clone)
    assert f"_commit: {NEXT}" in after[ANSWERS].decode()
    assert after["NEW.md"] == b"New.\n"
    told = fixed.details[ANSWERS]
    assert (told["from"], told["to"], [*told["conflicts"]]) == (
        "v9.0.0",
        NEXT,
        ["AGENTS.md"] if outcome == "conflicts" else [],
    )
    subject, _, body = fixed.message.partition("\n\n")
    if outcome == "conflicts":
        assert after["AGENTS.md"] == before["AGENTS.md"]
        assert subject == f"Update Treewright to {NEXT}: 1 file left to you"
        assert "- `AGENTS.md`: you and the template changed the same lines" in body
        assert b"level = 1" in after["pyproject.toml"]
    else:
        assert subject == f"Update Treewright to {NEXT}"
        assert ("AGENTS.md" in after) is ("delete" not in edits)
        length = b"line-length = 120" if "wide" in edits else b"line-length = 110"
        assert length in after["pyproject.toml"]
    assert not any(b"<<<<<<<" in data for data in after.values())


def test_projects_of_one_repository_are_one_commit(
    made_up: Path,
    fixers: Callable[[str], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from_clone(made_up / "treewright", monkeypatch)
    clone = tmp_path / "both"
    for name in fleets.NAMES:
        fleets.clone(made_up, clone / "packages", name)
        (clone / "packages" / name / ".git").rename(tmp_path / name)
    commit(clone)
    fixer = fixers("update").Update(fleets.update_made_up)
    files = [f"packages/{name}/{ANSWERS}" for name in fleets.NAMES]
    _, fixed = of(fixer, clone, *files)
    assert (fixed.outcome, [*fixed.details]) == ("clean", files)
    after = snapshot(clone)
    assert all(f"_commit: {NEXT}" in after[file].decode() for file in files)
    # The next campaign has nothing to do.
    commit(clone)
    assert of(fixers("update").Update(), clone) == (([], "current", ""), None)


def test_an_update_that_is_killed_is_no_refusal(
    made_up: Path,
    fixers: Callable[[str], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from_clone(made_up / "treewright", monkeypatch)
    clone = fleets.clone(made_up, tmp_path, "acme-tool")

    def killed_(*_: object) -> "subprocess.CompletedProcess[str]":
        return subprocess.CompletedProcess([], -signal.SIGKILL, "half of it", "")

    with pytest.raises(OSError, match="ended by signal 9"):
        of(fixers("update").Update(killed_), clone, ANSWERS)


def test_a_line_alone_is_no_update(
    made_up: Path,
    fixers: Callable[[str], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from_clone(made_up / "treewright", monkeypatch)
    clone = fleets.clone(made_up, tmp_path, "acme-tool")
    write(clone, PIN, f"treewright=={NEXT.removeprefix('v')}\n")  # by a bot, and never finished
    commit(clone)
    fixer = fixers("update").Update(invented.update)
    assert of(fixer, clone) == (([], "current", ""), None)
    job = import_module("campaign").Job(str(clone), "acme-tool", "update", [ANSWERS])
    fixed = fixer.fix(Repository(clone), job, Namespace(to=NEXT))
    assert (fixed.outcome, fixed.message, fixed.why) == ("failed", "", "there is nothing to update")


def test_only_a_release_is_proposed(
    made_up: Path, fixers: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from_clone(made_up / "treewright", monkeypatch)
    with ExitStack() as stack, pytest.raises(UnableError, match="HEAD is not a release here"):
        fixers("update").Update().prepare(Namespace(to="HEAD"), stack)
    with ExitStack() as stack:
        given = Namespace(to=None)
        assert fixers("update").Update().prepare(given, stack) == f"treewright-update-{NEXT}"
        assert given.to == NEXT


@pytest.mark.parametrize("world", ["made_up", full("template")])
def test_a_checkout_stands_in_for_its_remotes(
    world: str,
    fleet: Fleet,
    fixers: Callable[[str], Any],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if world == "made_up":
        made_up = request.getfixturevalue("made_up")
        template = shutil.copytree(made_up / "treewright", tmp_path / "treewright")
        clone = fleets.clone(made_up, tmp_path, "acme-tool")
    else:
        template = keeping.clone_releases(tmp_path)
        campaigns.release_next(template)
        clone = tmp_path / "acme-tool"
        copy(template, clone, campaigns.OLD, {"project_name": "acme-tool"})
    git("remote", "remove", "origin", cwd=template) if world == "template" else None
    git("remote", "add", "origin", ADDRESS, cwd=template)
    answers = (clone / ANSWERS).read_text("utf-8")
    write(clone, ANSWERS, re.sub("(?m)^_src_path: .*", f"_src_path: {ADDRESS}", answers))
    commit(clone)
    if world == "made_up":
        from_clone(template, monkeypatch)
        seen, fixed = of(fixers("update").Update(invented.update), clone, ANSWERS)
        assert (seen, fixed.outcome) == (([ANSWERS], "", ""), "clean")
        return
    git("clone", "--quiet", "--bare", clone, tmp_path / "bare", cwd=tmp_path)
    fleet.make({"acme-tool": tmp_path / "bare"})
    path = fleet.variables["PYTHONPATH"].replace(str(rendering.ROOT / "src"), str(template / "src"))
    fleet = replace(fleet, variables={**fleet.variables, "PYTHONPATH": path})
    ran = fleet.run(FIXERS / "update.py")
    assert (ran.status, outcomes(ran)) == (0, {"acme-tool": "clean"})
    branch = f"{campaigns.BRANCH}:{ANSWERS}"
    stored = yaml.safe_load(git("show", branch, cwd=fleet.remotes / "acme-tool"))
    assert (stored["_commit"], stored["_src_path"]) == (NEXT, ADDRESS)
    (told,) = ran.lines[0]["details"].values()
    assert told["proof"].startswith("Proven")


# --- Many repositories ---------------------------------------------------------------------

_INVENTED = """\
import sys
from pathlib import Path
sys.path += {path!r}
if "--worker" not in sys.argv:  # which do without it
    from treewright import stock
    stock.BUNDLE = Path({bundle!r})
import campaign, invented, update
sys.exit(campaign.main(update.Update(invented.update)))
"""


@pytest.fixture
def invented_world(fleet: Fleet, made_up: Path, tmp_path: Path) -> World:
    """A few kinds of projects that are made up, and what updates them."""
    kinds, trees = [], {}
    for name, edits in (("clean", ["own"]), ("conflict", ["claim"]), ("deleted", ["delete"])):
        project = fleets.clone(made_up, tmp_path / "kinds" / name, "acme-tool")
        base = git("rev-parse", "HEAD", cwd=project).strip()
        fleets.plant(project, *edits)
        kind = campaigns.keep(name, project, base)
        invented.update(project, [f"--vcs-ref={NEXT}"], True)  # noqa: FBT003
        kinds.append(kind)
        trees[name] = campaigns.settled(kind, project)
    bundle = str(made_up / "treewright/src/treewright/releases.bundle")
    path = [str(FIXERS), str(Path(invented.__file__).parent)]
    write(tmp_path, "update_invented.py", _INVENTED.format(path=path, bundle=bundle))

    def of_folder(folder: Path) -> Fleet:
        return replace(fleet, folder=folder)

    return World(kinds, trees, tmp_path / "update_invented.py", of_folder, lambda _: 1.0)


@pytest.fixture
def real_world(tmp_path: Path) -> World:
    """Projects of seven kinds, made by an older release."""
    (tmp_path / "world").mkdir()
    return campaigns.real(tmp_path / "world", keeping.clone_releases(tmp_path / "world"))


@pytest.mark.parametrize(("world", "count"), [("invented_world", 3), full("real_world", 20)])
@pytest.mark.skipif(os.name == "nt", reason="all-repos is for a POSIX shell")
def test_a_campaign_that_is_killed_and_run_again_is_right_everywhere(
    world: str, count: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    count = (world == "real_world" and request.config.getoption("--fleet")) or count
    made: World = request.getfixturevalue(world)
    figures = made.prove(tmp_path / "campaign", count)
    assert figures.wrong == {}
    assert 0 < figures.before < count
    conflicts = [kind for _, kind in campaigns.names([k.name for k in made.kinds], count)]
    told = [*outcomes(figures.again).values()]
    assert told.count("proposed before") == figures.before
    assert figures.again.status == (1 if "conflicts" in told else 0)
    assert told.count("conflicts") <= conflicts.count("conflict")
    assert figures.idle.status == 0
    assert {*outcomes(figures.idle).values()} == {"proposed before"}
    assert not any(line["why"] for line in figures.idle.lines)  # nothing was done to find that
    if world == "real_world":
        _settle(made.fleet(tmp_path / "campaign"))
    if request.config.getoption("--fleet"):
        with request.getfixturevalue("capsys").disabled():
            print_table([*benchmark.rows(figures)])


def _settle(fleet: Fleet) -> None:
    """Settle a conflict as the message of its commit says."""
    place = fleet.folder / "settled"
    remote = next(fleet.remotes.glob("*-conflict"))
    git("clone", "--quiet", f"--branch={campaigns.BRANCH}", remote, place, cwd=fleet.folder)
    assert "run `treewright finish --base origin/HEAD`" in git("log", "-1", cwd=place)

    def finish(*more: str) -> tuple[int, str]:
        command = [fleet.python, "-m", "treewright", "finish", "--base", "origin/HEAD", *more]
        done = subprocess.run(
            command, cwd=place, env=fleet.variables, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    assert finish("--check")[0] == 1
    status, said = finish()
    assert (status, "in conflict: `AGENTS.md" in said) == (1, True)
    text = (place / "AGENTS.md").read_text("utf-8")
    assert text.count("<<<<<<< before updating") == 1
    write(place, "AGENTS.md", re.sub(r"(?s)<{7} .*?>{7} .*?\n", "## Settled\n", text))
    commit(place)
    assert finish("--check")[0] == 0


@pytest.mark.parametrize(
    ("fixer", "given"),
    [("update.py", False), full("update.py", True), full("register.py", True)],
)
def test_the_template_is_given_and_never_fetched_by_its_name(
    fixer: str,
    given: bool,  # noqa: FBT001
    all_repos: Path,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    command = [sys.executable, str(FIXERS / fixer), "--help"]
    variables = {**os.environ, "PYTHONPATH": str(all_repos)}
    if given:
        wheel = request.getfixturevalue("wheel")
        uv = [sys.executable, "-m", "uv", "run", "--quiet", "--with", str(wheel)]
        command, variables = [*uv, "--script", *command[1:]], {**os.environ}
    done = subprocess.run(
        command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
    )
    if given:
        assert (done.returncode, done.stderr) == (0, "")
        assert f"usage: {fixer}" in done.stdout
    else:
        said = "Say where Treewright is: uv run --with PATH --script ...\n"
        assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


# --- Joining -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "outcome", "said"),
    [
        ({"src/acme_lib/fast.pyx": "ONE = 1\n"}, "refused", "fast.pyx"),
        full({}, "clean", ""),
    ],
)
def test_joining_adds_one_file(
    files: dict[str, str],
    outcome: str,
    said: str,
    tagged: Path,
    fixers: Callable[[str], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from_clone(tagged, monkeypatch)
    with ExitStack() as stack, pytest.raises(UnableError, match="use --address URL"):
        fixers("register").Register().prepare(Namespace(address=None), stack)
    clone = adopting.make(tmp_path / "acme-lib", files)
    before = snapshot(clone)
    fixer = fixers("register").Register(finishing.run_update)
    monkeypatch.chdir(clone)
    with rendering.remembering():
        _, fixed = of(fixer, clone, address=ADDRESS)
    assert fixed.outcome == outcome
    if outcome == "refused":
        assert said in fixed.why
        assert (fixed.message, snapshot(clone)) == ("", before)
        return
    assert git("status", "--porcelain", cwd=clone) == f"A  {ANSWERS}\n"
    stored = yaml.safe_load((clone / ANSWERS).read_text("utf-8"))
    assert (stored["_commit"], stored["_src_path"]) == ("v0.0.0", ADDRESS)
    assert stored["import_name"] == "acme_lib"
    assert fixed.details["answers"]["import_name"]["value"] == "acme_lib"
    unsure = [name for name, one in fixed.details["answers"].items() if one["sure"] == "guess"]
    assert unsure
    assert not fixed.sound  # a person has to look at these
    subject, _, body = fixed.message.partition("\n\n")
    assert subject == "Join Treewright"
    assert "- import_name: `acme_lib` (sure, from src/acme_lib/)" in body
    assert "- `.github/workflows/ci.yml`" in body
    commit(clone)
    seen, _ = of(fixers("register").Register(), clone, address=ADDRESS)
    assert seen == ([], "current", f"{ANSWERS}: it has v0.0.0")


# --- What docs/fleet.md tells ----------------------------------------------------------------


def page() -> str:
    """Give the part about campaigns."""
    found = re.search(
        r"(?ms)^## A campaign$(.*?)^## ", (rendering.ROOT / "docs/fleet.md").read_text("utf-8")
    )
    assert found
    return found[1]


def test_the_page_names_what_there_is(fixers: Callable[[str], Any]) -> None:
    campaign = fixers("campaign")
    options = {
        word
        for name, kind in (("update", "Update"), ("register", "Register"))
        for action in campaign._parser(getattr(fixers(name), kind)())._actions  # noqa: SLF001
        for word in action.option_strings
        if action.help != SUPPRESS
    }
    told = re.findall(r"`(-[\w-]+)[^`]*`", page().partition("| option |")[2].partition("\n\n")[0])
    told += re.findall(r"`(--author|-C) ?[^`]*`", page())
    known = {"--help", "-h", "--color", "--config-filename", "-j"}
    assert {*told} == options - known
    table = page().partition("| outcome |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`([a-z ]+)`", "\n".join(re.findall(r"(?m)^\| (.*?) \|", table))))
    assert {"clean", "conflicts", campaign.PROPOSED, campaign.LATER} <= named
    assert named <= {campaign.PROPOSED, campaign.LATER, *fleet_outcomes.ORDER}
    assert campaigns.pinned() in page()


@pytest.mark.parametrize("part", ["example", full("commands")])
@pytest.mark.skipif(os.name == "nt", reason="the commands are for a POSIX shell")
def test_the_page_works_step_by_step(
    part: str, fixers: Callable[[str], Any], tmp_path: Path
) -> None:
    (block,) = re.findall(r"(?ms)^```sh$(.*?)^```$", page())
    copy_, clone_and_go = block.split("uvx ", 1)
    if part == "example":
        shutil.copytree(FIXERS, tmp_path / "treewright/fleet/all-repos")
        shell(copy_, tmp_path)
        config = fixers("campaign").load_config(tmp_path / "all-repos.json")
        assert config.push.__module__ == "all_repos.push.github_pull_request"
        return
    template = keeping.clone_releases(tmp_path)
    shutil.copytree(FIXERS, template / "fleet/all-repos", dirs_exist_ok=True)
    project = tmp_path / "acme-tool"
    copy(template, project, campaigns.OLD, {"project_name": "acme-tool"})
    answers = (project / ANSWERS).read_text("utf-8")
    own = f"_src_path: {distribution.ADDRESS}"
    write(project, ANSWERS, re.sub("(?m)^_src_path: .*", own, answers))
    commit(project)
    git("clone", "--quiet", "--bare", project, "acme-tool.git", cwd=tmp_path)
    made = Fleet(tmp_path, sys.executable, {})
    write(tmp_path, "repositories.json", json.dumps({"acme-tool": f"{tmp_path}/acme-tool.git"}))
    made.configure("push_branch")
    source = {"filename": str(tmp_path / "repositories.json")}
    said = json.loads(made.config.read_text("utf-8"))
    said |= {"source": "all_repos.source.json_file", "source_settings": source}
    write(tmp_path, "all-repos.json", json.dumps(said))
    shell(f"export PYTHONPATH=treewright/fleet/all-repos\nuvx {clone_and_go}", tmp_path)
    (line,) = (tmp_path / "update.jsonl").read_text("utf-8").splitlines()
    told = json.loads(line)
    assert (told["outcome"], told["pushed"]) == ("clean", True)
    branch = f"treewright-update-{keeping.HERE}"
    shown = git("show", f"{branch}:{ANSWERS}", cwd=tmp_path / "acme-tool.git")
    assert f"_commit: {keeping.HERE}" in shown


def shell(script: str, folder: Path) -> None:
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": tools},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
