"""`treewright adopt` as it is built and installed: by a script, and by a person at a terminal."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from adopting import FILES, make
from environments import Environment
from keeping import ANSWERS, HERE, is_shallow
from repositories import git, snapshot
from terminal import COLUMNS, DOWN, ENTER, ERASE, INTERRUPT, Terminal
from tiers import full
from treewright.adopting import features
from treewright.distribution import ADDRESS

SPACE = " "
FORKS = {
    "origin": "git@github.com:ann/acme-lib.git",
    "upstream": "https://github.com/acme/acme-lib",
}

pytestmark = [
    pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases"),
    # xdist has threads, and from Python 3.12 on a fork of such a process warns.
    pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning"),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A clone of a fork, whose metadata has no address, and says nothing of Pythons."""
    lines = FILES["pyproject.toml"].splitlines(keepends=True)
    gone = ("requires-python", "[project.urls]", "Repository")
    settings = "".join(line for line in lines if not line.startswith(gone))
    made = make(tmp_path / "acme-lib", {"pyproject.toml": settings, "zensical.toml": "[project]\n"})
    for name, address in FORKS.items():
        git("remote", "add", name, address, cwd=made)
    return made


@pytest.mark.parametrize("end", ["refused", full("joined")])
def test_a_script_joins(
    installed: Environment, project: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file")  # nothing is fetched
    before = snapshot(project)
    if end == "refused":
        (project / "mine.txt").write_text("x\n", "utf-8")
        done = installed.run("treewright", "adopt", "--json", cwd=project)
        document = json.loads(done.stdout)
        assert (done.returncode, document["status"]) == (1, "refused")
        assert done.stderr == "".join(f"{reason}\n" for reason in document["refusals"])
        assert snapshot(project).keys() - before.keys() == {"mine.txt"}
        return
    done = installed.run("treewright", "adopt", "--json", cwd=project)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["command"].endswith(" && treewright update --defaults")
    run(installed, project, document["command"])
    answers = yaml.safe_load((project / ANSWERS).read_text("utf-8"))
    assert (answers["_commit"], answers["_src_path"]) == (HERE, ADDRESS)
    assert answers["github_user"] == "ann"
    git("add", "--all", cwd=project)
    git("commit", "--quiet", "--message=update", cwd=project)
    assert {*document["arrives"]} - {"pyproject.toml (merged)", ".gitignore (merged)"} == (
        snapshot(project).keys() - before.keys() - {ANSWERS}
    )
    given = json.loads(installed.run("treewright", "adopt", "--json", "--give=renovate.json",
                                     cwd=project).stdout)  # fmt: skip
    run(installed, project, given["command"])
    assert (project / "renovate.json").exists()
    git("commit", "--quiet", "--all", "--allow-empty", "--message=finish", cwd=project)
    undone = installed.run("treewright", "adopt", "--undo", cwd=project)
    assert undone.returncode == 0, undone.stderr
    left = snapshot(project)
    assert left.pop("renovate.json"), "which was given to its owner"
    assert left == before


def run(installed: Environment, project: Path, command: str) -> None:
    """Run a command as it is printed."""
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=project,
        env=installed.variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("end", ["interrupted", full("joined")])
def test_a_person_is_asked(installed: Environment, project: Path, end: str) -> None:
    """What is contradictory, what nothing tells, and which kinds; not those that are there."""
    pytest.importorskip("pexpect")
    before = snapshot(project)
    command = [str(installed.folder / "bin/treewright"), "adopt"]
    with Terminal(command, project, installed.variables, lines=120, patience=120) as terminal:
        terminal.wait_for("repository: which one is right")
        if end == "interrupted":
            terminal.press(INTERRUPT)
            assert terminal.finish() == 130
            assert "Traceback" not in terminal.text
            assert snapshot(project) == before
            return
        terminal.press(DOWN, ENTER)
        terminal.wait_for(r"oldest Python that it supports\? 3\.\d+")
        terminal.press(ERASE, "2.7", ENTER)
        terminal.wait_for("choose one of 3.9, 3.10")
        terminal.press(ERASE, "3.12", ENTER)
        terminal.wait_for(r"docs \(yours: zensical\.toml\)")
        marks = {
            name: mark for mark, name in re.findall(r"(?m)^ *»? *([●○-]) (\w+)", terminal.text)
        }
        terminal.press(DOWN, SPACE, DOWN, SPACE, ENTER)  # no release; lint
        assert terminal.finish() == 0, terminal.text
        assert re.search(r"(?m)^Next:$", terminal.text)
        assert all(len(line) <= COLUMNS for line in terminal.lines)
    assert {name for name, mark in marks.items() if mark == "●"} == {"checks", "release", "bot"}
    there = {name for name, mark in marks.items() if mark == "-"}
    assert there == {"types", "tests", "docs", "licence", "community"}
    answers = yaml.safe_load((project / ANSWERS).read_text("utf-8"))
    assert (answers["github_user"], answers["python_min"]) == ("acme", "3.12")
    assert {*features.KINDS} - {*answers["own_kinds"]} == {"checks", "lint", "bot"}
