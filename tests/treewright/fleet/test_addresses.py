"""A checkout stands in for the addresses that it is known by, and for no other."""

import shutil
from pathlib import Path

import pytest

from adopting import from_clone
from conftest import at_address
from fleets import ANSWERED, told
from keeping import ANSWERS, copy
from repositories import git
from test_update_faults import NEXT
from tiers import full
from treewright.distribution import ADDRESS
from treewright.fleet import outcomes

REMOTE = "https://github.com/acme/treewright.git"
VERBS = {"drift": (["drift", "--check"], outcomes.SAME), "rehearse": (
    ["rehearse", f"--to={NEXT}"], outcomes.CLEAN)}  # fmt: skip


@pytest.mark.parametrize(
    ("verb", "address", "is_known"),
    [
        ("drift", REMOTE, True),
        full("drift", REMOTE, False),
        full("drift", ADDRESS, True),
        full("rehearse", REMOTE, True),
        full("rehearse", ADDRESS, True),
    ],
)
def test_projects_at_its_addresses_are_its_own(
    verb: str,
    address: str,
    is_known: bool,  # noqa: FBT001
    shelf: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checkout = shutil.copytree(shelf / "treewright", tmp_path / "treewright")
    if is_known:
        git("remote", "add", "acme", "git@github.com:acme/treewright.git", cwd=checkout)
    project = tmp_path / "clones" / "acme-tool"
    with at_address(checkout, address):
        copy(address, project, "v9.0.0", {"project_name": "acme-tool", **ANSWERED})
    assert f"_src_path: {address}\n" in (project / ANSWERS).read_text("utf-8")
    from_clone(checkout, monkeypatch)
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file")
    arguments, outcome = VERBS[verb]
    document = told(capsys, *arguments, project, updater=None)
    assert document["counts"] == {outcome if is_known else outcomes.OTHER: 1}
