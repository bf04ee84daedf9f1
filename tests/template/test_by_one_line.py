"""One changed line, and the package from an index: the jobs do what `treewright update` does."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from filelock import FileLock

from conftest import shared_folder
from forges import (
    ANSWERS,
    BRANCH,
    LINE,
    WORKFLOW,
    Forge,
    make,
    run_check,
    run_pipeline,
    run_workflow,
)
from published import NEXT, PIN, UVX, publish, treewright
from repositories import commit, git, snapshot
from tiers import full

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the commands are for a POSIX shell")


@pytest.fixture(scope="session")
def index(tagged: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two releases of the package, as it is once PyPI has it."""
    folder = shared_folder(tmp_path_factory) / "index"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            publish(tagged, tmp_path_factory.mktemp("published") / "treewright", folder, NEXT)
    return folder


def by_hand(index: Path, forge: Forge, folder: Path, *data: str) -> Mapping[str, bytes]:
    """Give what an update by hand makes of the base."""
    git("clone", "--quiet", "--branch=main", forge.origin, folder, cwd=forge.folder)
    treewright(index, folder, NEXT if not data else PIN, "update", "--defaults", "--quiet", *data)
    return snapshot(folder)


@pytest.mark.parametrize(
    ("name", "bot", "path", "old", "new", "app"),
    [
        full(
            "github", "renovate", ANSWERS, "_commit: v9.0.0", "_commit: v9.1.0", "", id="renovate"
        ),
        full("github", "dependabot", LINE, "==9.0.0", "==9.1.0", "Iv1.app", id="dependabot"),
        pytest.param(
            "gitlab", "renovate", ANSWERS, "layout: src", "layout: flat", "", id="by-hand"
        ),
    ],
)
def test_a_line_is_an_update(
    index: Path, tmp_path: Path, name: str, bot: str, path: str, old: str, new: str, app: str
) -> None:
    project = tmp_path / "acme-tool"
    answers = [f"--data=forge={name}", f"--data=update_bot={bot}", "--data=github_user=acme"]
    treewright(index, tmp_path, PIN, "new", str(project), "--defaults", "--quiet", *answers)
    (tmp_path / "forge").mkdir()
    forge = make(tmp_path / "forge", name, project, {path: (old, new)})
    forge.app = app
    forge.environment["UV_FIND_LINKS"] = str(index)
    (forge.folder / "bin/uvx").unlink()
    (forge.folder / "bin/uvx").symlink_to(UVX)
    data = [f"--data={new.replace(': ', '=')}"] if "layout" in new else []
    wanted = by_hand(index, forge, tmp_path / "by-hand", *data)
    if name == "github":
        unfinished = run_check(forge, "pull_request")
        assert unfinished
        assert unfinished.returncode == 1, unfinished.stdout + unfinished.stderr

    def finish() -> list[bool]:
        if name == "github":
            return [job.passed for job in run_workflow(forge).values()]
        return [done.returncode == 0 for done in run_pipeline(forge) if done]

    left = name == "github" and not app
    assert finish() == [True, not left]
    clone = tmp_path / "branch"
    git("clone", "--quiet", f"--branch={BRANCH}", forge.origin, clone, cwd=tmp_path)
    found = snapshot(clone)
    differing = {file for file in {*found, *wanted} if found.get(file) != wanted.get(file)}
    assert differing == ({WORKFLOW} if left else set())
    if left:  # a person runs the command that the summary names
        check = run_check(forge, "workflow_dispatch", "main")
        assert check
        assert check.returncode == 1, "what is left out is missed"
        treewright(index, clone, NEXT, "finish", "--base", "origin/main")
        commit(clone)
        git("push", "--quiet", cwd=clone)
        assert snapshot(clone) == wanted

    head = forge.head
    shutil.rmtree(forge.folder / "gitlab", ignore_errors=True)
    assert finish()[0]
    assert forge.head == head, "a second run adds nothing"
    if name == "github":
        check = run_check(forge, "workflow_dispatch", "main")
        assert check
        assert check.returncode == 0, check.stdout + check.stderr
