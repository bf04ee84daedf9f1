"""A checkout stands in for the addresses that it is known by, and for no other."""

import re
import shutil
from pathlib import Path

import pytest

from adopting import from_clone
from conftest import at_address
from fleets import ANSWERED, clone, told
from keeping import ANSWERS, EMPTY, copy, write
from repositories import commit, git
from test_update_faults import NEXT
from tiers import full
from treewright.distribution import ADDRESS
from treewright.fleet import outcomes

REMOTE = "https://github.com/acme/treewright.git"
VERBS = {"drift": (["drift", "--check"], outcomes.SAME), "rehearse": (
    ["rehearse", f"--to={NEXT}"], outcomes.CLEAN)}  # fmt: skip


@pytest.mark.parametrize(
    ("world", "verb", "address", "is_known"),
    [
        ("made_up", "drift", REMOTE, True),
        ("made_up", "drift", REMOTE, False),
        full("shelf", "drift", REMOTE, True),
        full("shelf", "drift", ADDRESS, True),
        full("shelf", "rehearse", REMOTE, True),
        full("shelf", "rehearse", ADDRESS, True),
    ],
)
def test_projects_at_its_addresses_are_its_own(
    world: str,
    verb: str,
    address: str,
    is_known: bool,  # noqa: FBT001
    request: pytest.FixtureRequest,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shelf = request.getfixturevalue(world)
    checkout = shutil.copytree(shelf / "treewright", tmp_path / "treewright")
    if is_known:
        git("remote", "add", "acme", "git@github.com:acme/treewright.git", cwd=checkout)
    if world == "made_up":  # it has no file that could be rendered, so nothing is
        project = clone(shelf, tmp_path, "acme-tool")
        text = (project / ANSWERS).read_text("utf-8").replace("v9.0.0", EMPTY)
        write(project, ANSWERS, re.sub(r"(?m)^(_src_path:) .*$", rf"\1 {address}", text))
        commit(project)
    else:
        project = tmp_path / "clones" / "acme-tool"
        with at_address(checkout, address):
            copy(address, project, "v9.0.0", {"project_name": "acme-tool", **ANSWERED})
    assert f"_src_path: {address}\n" in (project / ANSWERS).read_text("utf-8")
    from_clone(checkout, monkeypatch)
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file")
    arguments, outcome = VERBS[verb]
    document = told(capsys, *arguments, project, status=0 if is_known else 2, updater=None)
    assert document["counts"] == {outcome if is_known else outcomes.OTHER: 1}
