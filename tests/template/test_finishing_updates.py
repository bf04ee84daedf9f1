"""The rendered jobs that finish an update from one changed line are run: each step, in a clone.

Here `uvx` and `gh` are scripts that note how they are called; the first does what the contract of
`treewright finish` says. What the package itself does in these jobs is in test_by_one_line.py.
"""

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import OfPackage
from forges import (
    ANSWERS,
    AUTHOR,
    BRANCH,
    LINE,
    REPORT,
    UVX,
    WORKFLOW,
    Forge,
    make,
    run_check,
    run_pipeline,
    run_workflow,
)
from published import PIN
from repositories import commit, git
from tiers import full, spread

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the commands are for a POSIX shell")


def patch_of(forge: Forge) -> str:
    """Give the patch of what an update brings: text, bytes, a mode, a move, and a workflow."""
    project = forge.project
    (project / "src/acme_tool/durations.py").rename(project / "src/acme_tool/times.py")
    (project / "picture.bin").write_bytes(bytes(range(256)))
    (project / "run.sh").write_text("#!/bin/sh\r\necho  \n", newline="")
    (project / "run.sh").chmod(0o755)
    with (project / "tox.toml").open("a") as settings:
        settings.write("# newer\n")
    git("add", "--all", cwd=project)
    return diff(project)


def diff(project: Path) -> str:
    return git("diff", "--cached", "--binary", "--full-index", "HEAD", cwd=project)


@pytest.fixture
def forge(tmp_path: Path, of_package: OfPackage, request: pytest.FixtureRequest) -> Forge:
    """A forge with a branch that asks for a newer release."""
    name = getattr(request, "param", "github")
    made = of_package[PIN, name, "renovate"]
    return make(tmp_path, name, made, {ANSWERS: ("_commit: v9.0.0", "_commit: v9.1.0")})


# --- GitHub ----------------------------------------------------------------------------


def test_a_branch_is_finished_by_a_push(forge: Forge) -> None:
    before = forge.head
    forge.end(0, patch_of(forge))
    jobs = run_workflow(forge)
    assert {name: job.passed for name, job in jobs.items()} == {"finish": True, "push": True}
    base = git("rev-parse", "main", cwd=forge.origin).strip()
    first, second = forge.calls
    assert first.startswith(f"uvx --quiet treewright==9.1.0 finish --base {base} --patch ")
    assert second == f"gh workflow run ci.yml --ref {BRANCH} --field base=main"
    assert REPORT in jobs["finish"].summary

    wanted = git("write-tree", cwd=forge.project).strip()
    assert git("rev-parse", f"{forge.head}^{{tree}}", cwd=forge.origin).strip() == wanted
    shown = git("log", "--format=%P|%an <%ae>|%s", "-1", forge.head, cwd=forge.origin).strip()
    assert shown == f"{before}|{AUTHOR}|Finish the update from the template"
    renovate = yaml.safe_load((forge.project / "renovate.json").read_text("utf-8"))
    assert renovate["gitIgnoredAuthors"] == [AUTHOR.partition("<")[2].rstrip(">")]


@pytest.mark.parametrize("app", ["", full("Iv1.app")])
def test_workflows_are_pushed_with_the_right_to_do_so(forge: Forge, app: str) -> None:
    """The default token has it never; the checks start by themselves after a push of an App."""
    forge.app = app
    with (forge.project / WORKFLOW).open("a") as workflow:
        workflow.write("# newer\n")
    forge.end(0, patch_of(forge))
    before = forge.tree()
    jobs = run_workflow(forge)
    push, after = jobs["push"], forge.tree()
    assert (push.passed, before[WORKFLOW] != after[WORKFLOW]) == (bool(app), bool(app))
    assert "src/acme_tool/times.py" in after
    assert [call for call in forge.calls if call.startswith("gh")] == (
        [] if app else [f"gh workflow run ci.yml --ref {BRANCH} --field base=main"]
    )
    assert (f"not change workflows: {WORKFLOW} \n" in push.summary) != bool(app)
    command = f"`git fetch {forge.origin.as_uri()} main && uvx treewright@latest finish"
    assert (command in push.summary) != bool(app)


def test_only_a_workflow_is_left(forge: Forge) -> None:
    with (forge.project / WORKFLOW).open("a") as workflow:
        workflow.write("# newer\n")
    git("add", "--all", cwd=forge.project)
    forge.end(0, diff(forge.project))
    before = forge.head
    jobs = run_workflow(forge)
    assert (jobs["push"].passed, forge.head, len(forge.calls)) == (False, before, 1)
    assert WORKFLOW in jobs["push"].summary


@pytest.mark.parametrize(
    ("status", "patched"),
    [
        full(1, 1, id="conflict"),
        full(2, 0, id="environment"),
        pytest.param(0, 1, id="fork"),
    ],
)
def test_what_a_person_has_to_do_is_told(forge: Forge, status: int, patched: int) -> None:
    forge.fork = status == 0
    forge.end(status, patch_of(forge) if patched else None)
    before = forge.head
    jobs = run_workflow(forge)
    assert {name: job.passed for name, job in jobs.items()} == {"finish": False}
    assert forge.head == before
    assert REPORT in jobs["finish"].summary
    command = f"git fetch {forge.origin.as_uri()} main && uvx treewright@latest finish"
    assert jobs["finish"].summary.endswith(f"`{command} --base FETCH_HEAD`\n")
    kept = forge.folder / "kept/update"
    assert (kept / "report.md").read_text() == REPORT
    assert (kept / "update.patch").exists() == patched


def test_nothing_is_pushed_where_nothing_is_left(forge: Forge) -> None:
    forge.end(0, "")
    before = forge.head
    assert {name: job.passed for name, job in run_workflow(forge).items()} == {"finish": True}
    assert forge.head == before


def test_checks_that_do_not_start_are_told(forge: Forge) -> None:
    forge.end(0, patch_of(forge))
    (forge.finished / "gh-fails").touch()
    push = run_workflow(forge)["push"]
    assert push.passed
    assert "Close the pull request and open it again" in push.summary


def test_what_others_pushed_meanwhile_stays(forge: Forge) -> None:
    forge.end(0, patch_of(forge))
    clone, before = forge.folder / "theirs", forge.head
    git("clone", "--quiet", f"--branch={BRANCH}", forge.origin, clone, cwd=forge.folder)
    (clone / "theirs.txt").write_text("theirs\n")
    commit(clone)
    uvx = forge.folder / "bin/uvx"  # they push while it runs
    uvx.write_text(UVX.replace("cat ", f'git -C "{clone}" push --quiet origin HEAD\ncat ', 1))
    push = run_workflow(forge)["push"]
    assert not push.passed
    assert forge.head == git("rev-parse", "HEAD", cwd=clone).strip() != before
    assert "gh" not in {call.split()[0] for call in forge.calls}


def new_file(path: str, content: str, mode: str = "100644") -> str:
    """Give a patch that adds a file of one line."""
    return (
        f"diff --git a/{path} b/{path}\nnew file mode {mode}\n--- /dev/null\n+++ b/{path}\n"
        f"@@ -0,0 +1 @@\n+{content}\n"
    )


def link(path: str, target: Path) -> str:
    return new_file(path, str(target), "120000") + "\\ No newline at end of file\n"


def hostile(outside: Path) -> Iterator[tuple[str, str]]:
    """Yield patches that code of the first job may have made, and what git says of each."""
    yield new_file("../evil.txt", "evil"), "invalid path"
    yield new_file(".git/hooks/pre-push", "echo evil", "100755"), "invalid path"
    yield new_file(".git/config", "[core] hooksPath = evil"), "invalid path"
    yield new_file("docs/../../evil.txt", "evil"), "invalid path"
    yield link("way-out", outside) + new_file("way-out/evil.txt", "evil"), "beyond a symbolic link"
    yield "diff --git a/tox.toml b/tox.toml\nnonsense\n", "No valid patches"


@pytest.mark.parametrize(
    ("forge", "number"),
    spread(list(product(["github", "gitlab"], range(6))), [("github", 4), ("gitlab", 1)], names=2),
    indirect=["forge"],
)
def test_a_hostile_patch_does_nothing(forge: Forge, number: int) -> None:
    outside = forge.folder / "outside"
    outside.mkdir()
    patch, told = list(hostile(outside))[number]
    forge.end(0, patch)
    before = forge.head
    if forge.name == "github":
        push = run_workflow(forge)["push"]
        passed, said = push.passed, push.said
    else:
        _, ended = run_pipeline(forge)
        assert ended
        passed, said = ended.returncode == 0, ended.stderr
    assert not passed
    assert told in said
    assert forge.head == before
    assert not list(forge.folder.rglob("evil.txt"))
    assert not list(forge.folder.rglob("pre-push"))


def test_the_job_that_may_push_runs_no_code_of_the_project(of_package: OfPackage) -> None:
    """It has no checkout; what its script calls, the other tests see."""
    path = of_package[PIN, "github", "dependabot"] / ".github/workflows/template.yml"
    workflow: dict[Any, Any] = yaml.safe_load(path.read_text("utf-8"))
    finish, push = workflow["jobs"]["finish"], workflow["jobs"]["push"]
    assert finish["permissions"] == {"contents": "read"}
    assert "secrets" not in str(finish)
    assert "token" not in str(finish)
    assert push["permissions"] == {"actions": "write", "contents": "write"}
    uses = [step["uses"].partition("@")[0] for step in push["steps"] if "uses" in step]
    assert uses == ["actions/download-artifact", "actions/create-github-app-token"]
    assert workflow["permissions"] == {}


# --- Which release computes it ---------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "requirement", "version"),
    [
        ("_commit: v9.0.0", "treewright==9.10.0", "9.10.0"),
        full("_commit: v10.0.0", "treewright==9.9.0", "10.0.0"),
        full("_commit: 'v9.2.1'", "treewright==9.2.0 # newest", "9.2.1"),
        full("_commit: v0.3.0", "", PIN),
        full("_commit: main", "treewright", PIN),
    ],
)
def test_the_newest_release_that_a_line_names_computes_it(
    of_package: OfPackage, tmp_path: Path, line: str, requirement: str, version: str
) -> None:
    made = of_package[PIN, "github", "dependabot"]
    lines = {
        ANSWERS: ("_commit: v9.0.0", line),
        LINE: ("treewright==9.0.0", requirement),
    }
    forge = make(tmp_path, "github", made, lines)
    run_workflow(forge)
    assert forge.calls[0].split()[2] == f"treewright=={version}"


# --- The required check ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "base", "branch", "status"),
    [
        ("pull_request", "", BRANCH, 1),
        ("pull_request", "", "main", None),
        full("pull_request", "", BRANCH, 0),
        ("workflow_dispatch", "main", BRANCH, 0),
        full("workflow_dispatch", "main", BRANCH, 1),
        full("workflow_dispatch", "", BRANCH, None),
        full("push", "", BRANCH, None),
    ],
)
def test_the_required_check_waits_for_the_whole_update(
    forge: Forge, event: str, base: str, branch: str, status: int | None
) -> None:
    """Where a line is changed, the check ends as `treewright finish --check` does."""
    forge.end(status or 0, None)
    ended = run_check(forge, event, base, branch)
    assert ended is None or ended.returncode == (status or 0)
    words = "uvx --quiet treewright==9.1.0 finish --base origin/main --check"
    assert forge.calls == ([] if status is None else [words])


# --- GitLab ----------------------------------------------------------------------------


@pytest.mark.parametrize("forge", ["gitlab"], indirect=True)
@pytest.mark.parametrize("token", ["", full("project-token")])
def test_gitlab_finishes_a_branch_by_a_push(forge: Forge, token: str) -> None:
    forge.end(0, patch_of(forge))
    first, second = run_pipeline(forge, token)
    assert second
    assert second.returncode == 0, second.stderr
    assert REPORT in first.stdout
    wanted = git("write-tree", cwd=forge.project).strip()
    assert git("rev-parse", f"{forge.head}^{{tree}}", cwd=forge.origin).strip() == wanted
    assert git("log", "--format=%an <%ae>", "-1", forge.head, cwd=forge.origin).strip() == AUTHOR
    assert ("click *Run pipeline*" in second.stdout) != bool(token)


@pytest.mark.parametrize("forge", ["gitlab"], indirect=True)
@pytest.mark.parametrize(
    ("status", "source"), [full(1, "1", id="conflict"), pytest.param(0, "2", id="fork")]
)
def test_gitlab_tells_what_a_person_has_to_do(forge: Forge, status: int, source: str) -> None:
    forge.end(status, patch_of(forge))
    before = forge.head
    first, second = run_pipeline(forge, source=source)
    assert (first.returncode, second, forge.head) == (1, None, before)
    command = f"  git fetch {forge.origin.as_uri()} main && uvx treewright@latest finish"
    assert first.stdout.endswith(f"{command} --base FETCH_HEAD\n")


@pytest.mark.parametrize("forge", ["gitlab"], indirect=True)
def test_gitlab_pushes_nothing_where_nothing_is_left(forge: Forge) -> None:
    forge.end(0, None)
    before = forge.head
    first, second = run_pipeline(forge)
    assert second
    assert (first.returncode, second.returncode, forge.head) == (0, 0, before)


@pytest.mark.parametrize("forge", ["gitlab"], indirect=True)
def test_gitlab_tells_what_a_push_needs(forge: Forge) -> None:
    forge.end(0, patch_of(forge))
    hook = forge.origin / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    _, second = run_pipeline(forge)
    assert second
    assert second.returncode == 1
    assert "TEMPLATE_TOKEN is needed: see CONTRIBUTING.md." in second.stdout
    assert "`TEMPLATE_TOKEN`" in (forge.project / "CONTRIBUTING.md").read_text("utf-8")
