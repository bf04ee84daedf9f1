"""The command where it is installed: with the releases that it brings, and no others."""

import json
from pathlib import Path

import pytest

from environments import Environment
from keeping import HERE, is_shallow
from repositories import commit
from tiers import full

pytestmark = pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases")
BEFORE = "v0.8.0"


@pytest.mark.parametrize(
    ("arguments", "outcome"),
    [
        (["rehearse", "--to=v99.0.0"], ""),
        full(["rehearse", f"--to={HERE}"], "clean"),
        full(["drift", "--check"], "no drift"),
    ],
)
def test_it_knows_its_own_releases_and_no_others(
    arguments: list[str], outcome: str, installed: Environment, tmp_path: Path
) -> None:
    project, page = tmp_path / "acme-tool", tmp_path / "page.html"
    words = ["--defaults", "--skip-tasks", "--quiet", f"--vcs-ref={BEFORE}", str(project)]
    if outcome:
        made = installed.run("treewright", "new", *words)
        assert made.returncode == 0, made.stderr
    commit(project if outcome else tmp_path)
    done = installed.run("treewright", "fleet", *arguments, "--json", "--html", page, tmp_path)
    if not outcome:
        assert (done.returncode, done.stdout) == (2, "")
        start = "--to v99.0.0 is not one of the releases in this treewright, "
        assert done.stderr.startswith(start)
        return
    assert done.returncode == 0, done.stderr
    assert "acme-tool" in page.read_text("utf-8")
    (found,) = json.loads(done.stdout)["projects"]
    assert (found["outcome"], found["release"]) == (outcome, BEFORE)
    assert found["behind"] >= 1
