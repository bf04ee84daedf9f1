"""Two shards of Renovate at once: if one is killed, the next run goes on where it was."""

import os
import signal
import time
from pathlib import Path

import pytest

import shards
from loopback_forge import OWNER, serving
from repositories import git
from steady import ALONE, ANSWERS, PRESETS, Organisation, make_small, make_template, ring_1

pytestmark = pytest.mark.skipif(os.name == "nt", reason="git has no http-backend there")

REPOSITORIES = [f"lib-{number}" for number in range(10)]
FORK = "fork"


def test_one_of_two_shards_is_killed(programs: Path, tmp_path: Path) -> None:
    with serving(tmp_path / "forge") as forge:
        make_template(forge, tmp_path, "treewright", ANSWERS)
        for name in (*REPOSITORIES, FORK):
            make_small(forge, tmp_path, name)
        forge.forks = {FORK}
        organisation = Organisation(programs, forge, tmp_path)
        organisation.configure(rings=ring_1("9.1.0"))
        found = tmp_path / "repositories.json"
        organisation.run(RENOVATE_WRITE_DISCOVERED_REPOS=str(found))
        listed = shards.read(found)
        assert {*listed} >= {f"{OWNER}/{name}" for name in REPOSITORIES}
        parts = [
            [name.rpartition("/")[2] for name in shards.chosen(listed, shard)]
            for shard in shards.names(len(listed), size=7)
        ]
        assert len(parts) == 2

        killed, other = [organisation.start(*part, FORK) for part in parts]
        second = [name for name in parts[0] if name in REPOSITORIES][1]
        while ALONE not in forge.heads(second):  # pushed, and its pull request not yet opened
            assert killed.process.poll() is None
            time.sleep(0.02)
        os.killpg(killed.process.pid, signal.SIGKILL)
        assert killed.process.wait() == -signal.SIGKILL
        assert [name for name in parts[0] if name in REPOSITORIES and not forge.pulls(name)]
        other.log()

        organisation.run(*parts[0], FORK)
        for name in REPOSITORIES:
            (pull,) = forge.pulls(name)
            assert (pull["head"], pull["state"]) == (ALONE, "open")
            assert organisation.pulls(name) == {ALONE: ""}
            assert git("rev-list", "--count", f"main..{ALONE}", cwd=forge.repository(name)) == "1\n"
            answers = git("show", f"{ALONE}:{ANSWERS}", cwd=forge.repository(name))
            assert "_commit: v9.1.0\n" in answers
        for name in (FORK, PRESETS, "treewright"):
            assert forge.pulls(name) == []
