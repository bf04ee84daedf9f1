"""A forge with a project on it, and what runs the rendered jobs of an update there, step by step.

`uvx` and `gh` are scripts that note how they are called. The first does what the contract of
`treewright finish` says, unless a test wants the package itself.
"""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from expressions import evaluate, fill
from repositories import commit, git, snapshot

ANSWERS = ".copier-answers.yml"
WORKFLOW = ".github/workflows/ci.yml"
LINE = ".github/template/requirements.txt"
AUTHOR = "Treewright <treewright@treewright.invalid>"
BRANCH = "bots/it's-newer"
REPORT = "Treewright v9.0.0 -> v9.1.0\nProven: the wheel holds exactly the package.\n"

# They write a line a call: the command with its arguments.
UVX = """\
#!/bin/bash
echo "uvx $*" >> "$CALLS"
while [ $# -gt 0 ]; do
  [ "$1" != --patch ] || { [ ! -e "$FINISHED/update.patch" ] || cp "$FINISHED/update.patch" "$2"; }
  shift
done
cat "$FINISHED/report.txt"
exit "$(cat "$FINISHED/status")"
"""
GH = """\
#!/bin/bash
echo "gh $*" >> "$CALLS"
[ ! -e "$FINISHED/gh-fails" ]
"""


@dataclass
class Forge:
    """A forge with a project, and a branch of it in which one line is changed."""

    folder: Path
    name: str
    project: Path
    environment: dict[str, str] = field(default_factory=dict)
    app: str = ""
    fork: bool = False

    @property
    def origin(self) -> Path:
        return self.folder / "acme/acme-tool.git"

    @property
    def finished(self) -> Path:
        """What the scripts read: a patch, a report and an exit status."""
        return self.folder / "finished"

    @property
    def calls(self) -> list[str]:
        file = self.folder / "calls"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def head(self) -> str:
        return git("rev-parse", f"refs/heads/{BRANCH}", cwd=self.origin).strip()

    def tree(self) -> dict[str, str]:
        """The files of the branch, each with its mode and blob."""
        listed = git("ls-tree", "-r", self.head, cwd=self.origin).splitlines()
        return {line.split("\t")[1]: line.split("\t")[0] for line in listed}

    def end(self, status: int, patch: str | None) -> None:
        """Have `treewright finish` end like this."""
        (self.finished / "status").write_text(f"{status}\n")
        (self.finished / "report.txt").write_text(REPORT)
        if patch is not None:
            (self.finished / "update.patch").write_text(patch)


def make(folder: Path, name: str, made: Path, lines: Mapping[str, tuple[str, str]]) -> Forge:
    """Make a forge with a project that the package made, and change lines of it in a branch."""
    forge = Forge(folder, name, folder / "clone")
    forge.project.mkdir()
    for path, content in snapshot(made).items():
        place = forge.project / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    commit(forge.project)
    git("checkout", "--quiet", "-b", BRANCH, cwd=forge.project)
    for path, (old, new) in lines.items():
        text = (forge.project / path).read_text("utf-8")
        assert old in text
        (forge.project / path).write_text(text.replace(old, new), "utf-8")
    commit(forge.project)
    forge.origin.parent.mkdir()
    git("clone", "--quiet", "--bare", forge.project, forge.origin, cwd=folder)
    forge.finished.mkdir()
    tools = folder / "bin"
    tools.mkdir()
    for command, script in {"uvx": UVX, "gh": GH}.items():
        (tools / command).write_text(script)
        (tools / command).chmod(0o755)
    forge.environment = {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "CALLS": str(folder / "calls"),
        "FINISHED": str(forge.finished),
    }
    forge.end(0, None)
    return forge


# --- GitHub ----------------------------------------------------------------------------


@dataclass
class Job:
    """A job that has run."""

    passed: bool
    summary: str
    outputs: dict[str, str]
    said: str


def run_workflow(forge: Forge) -> dict[str, Job]:
    """Run the workflow for the pull request of the branch."""
    text = git("show", f"refs/heads/{BRANCH}:.github/workflows/template.yml", cwd=forge.origin)
    workflow: dict[Any, Any] = yaml.safe_load(text)
    assert list(workflow[True]) == ["pull_request"], "and never pull_request_target"
    context = {
        "github.base_ref": "main",
        "github.head_ref": BRANCH,
        "github.event.pull_request.base.sha": git("rev-parse", "main", cwd=forge.origin).strip(),
        "github.event.pull_request.head.sha": forge.head,
        "github.event.pull_request.head.repo.full_name": (
            "somebody/acme-tool.git" if forge.fork else "acme/acme-tool.git"
        ),
        "github.repository": "acme/acme-tool.git",
        "github.server_url": forge.folder.as_uri(),
        "github.token": "default-token",
        "secrets.TEMPLATE_APP_KEY": "key" if forge.app else "",
        "vars.TEMPLATE_APP": forge.app,
    }
    done: dict[str, Job] = {}
    for name, job in workflow["jobs"].items():
        needs = job.get("needs")
        if needs and not (needs in done and done[needs].passed):
            continue
        outputs = {
            f"needs.{needs}.outputs.{key}": value
            for key, value in (done[needs].outputs if needs else {}).items()
        }
        if "if" not in job or evaluate(job["if"], context | outputs):
            done[name] = run_job(forge, job, context)
    return done


def run_job(forge: Forge, job: Mapping[str, Any], context: Mapping[str, Any]) -> Job:
    """Run the steps of a job on a machine of its own."""
    machine = forge.folder / f"machine-{len(list(forge.folder.glob('machine-*')))}"
    workspace, temporary = machine / "workspace", machine / "temporary"
    for folder in (workspace, temporary):
        folder.mkdir(parents=True)
    known = {
        **context,
        "github.workspace": str(workspace),
        "runner.temp": str(temporary),
    }
    passed, said = True, ""
    summary, output = machine / "summary", machine / "output"
    summary.touch()
    for step in job["steps"]:
        if not is_due(step, known, passed=passed):
            continue
        inputs = {key: fill(str(value), known) for key, value in step.get("with", {}).items()}
        action = step.get("uses", "").partition("@")[0]
        kept = forge.folder / "kept" / inputs.get("name", "")
        if action == "actions/checkout":
            assert inputs["persist-credentials"] == "False"
            assert inputs["fetch-depth"] == "0"
            workspace.rmdir()
            git("clone", "--quiet", "--no-checkout", forge.origin, workspace, cwd=machine)
            git("checkout", "--quiet", "--detach", inputs["ref"], cwd=workspace)
        elif action == "actions/upload-artifact":
            copy(Path(inputs["path"]), kept)
        elif action == "actions/download-artifact":
            copy(kept, workspace / inputs["path"])
        elif action == "actions/create-github-app-token":
            assert inputs["permission-workflows"] == inputs["permission-contents"] == "write"
            known[f"steps.{step['id']}.outputs.token"] = "app-token"
        elif action != "astral-sh/setup-uv":
            output.write_text("")
            own = {key: fill(str(value), known) for key, value in step["env"].items()}
            variables = {
                **forge.environment,
                **own,
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
            }
            ended = shell(step["run"], workspace, variables)
            passed, said = passed and ended.returncode == 0, said + ended.stdout + ended.stderr
            for line in output.read_text().splitlines():
                key, _, value = line.partition("=")
                known[f"steps.{step['id']}.outputs.{key}"] = value
    outputs = {key: fill(value, known) for key, value in job.get("outputs", {}).items()}
    return Job(passed, summary.read_text(), outputs, said)


def run_check(
    forge: Forge, event: str, base: str = "", branch: str = BRANCH
) -> subprocess.CompletedProcess[str] | None:
    """Run the step of a required job that waits for the whole update; None where it does not run.

    Args:
        forge: The forge.
        event: What starts the workflow.
        base: The input that names the branch of the base.
        branch: What is checked out.

    """
    clone = forge.folder / f"checkout-{len(list(forge.folder.glob('checkout-*')))}"
    git("clone", "--quiet", f"--branch={branch}", forge.origin, clone, cwd=forge.folder)
    workflow: dict[Any, Any] = yaml.safe_load((clone / WORKFLOW).read_text("utf-8"))
    build = workflow["jobs"]["build"]
    (checkout, *_) = build["steps"]
    assert checkout["with"]["fetch-depth"] == 0
    (step,) = [step for step in build["steps"] if "left unfinished" in step.get("name", "")]
    context = {
        "github.event_name": event,
        "github.event.pull_request.base.sha": "origin/main" if event == "pull_request" else "",
        "inputs.base": base,
    }
    if not evaluate(step["if"], context):
        return None
    own = {key: fill(value, context) for key, value in step["env"].items()}
    return shell(step["run"], clone, {**forge.environment, **own})


def is_due(step: Mapping[str, Any], known: Mapping[str, Any], *, passed: bool) -> bool:
    """Tell whether a step runs: after a failure, only if its condition asks for that."""
    condition = step.get("if", "")
    status = {"failure": lambda: not passed, "cancelled": lambda: False}
    asks = any(f"{function}()" in condition for function in status)
    return (passed or asks) and (not condition or bool(evaluate(condition, {**known, **status})))


def shell(
    script: str, folder: Path, variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-eo", "pipefail", "-c", script]
    return subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, check=False
    )


def copy(source: Path, target: Path) -> None:
    for path in filter(Path.is_file, source.rglob("*")):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())


# --- GitLab ----------------------------------------------------------------------------

Ended = subprocess.CompletedProcess[str]


def run_pipeline(forge: Forge, token: str = "", source: str = "1") -> tuple[Ended, Ended | None]:
    """Run both jobs for the merge request of the branch."""
    pipeline = yaml.safe_load(git("show", f"{BRANCH}:.gitlab-ci.yml", cwd=forge.origin))
    url = f"{forge.folder.as_uri()}/acme/acme-tool"
    variables = {
        **forge.environment,
        "CI_COMMIT_SHA": forge.head,
        "CI_JOB_TOKEN": "job-token",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": git("rev-parse", "main", cwd=forge.origin).strip(),
        "CI_MERGE_REQUEST_PROJECT_URL": url,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": BRANCH,
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": source,
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_PROJECT_ID": "1",
        "CI_PROJECT_URL": url,
    }
    first, second = pipeline["template"], pipeline["template-push"]
    assert first["variables"]["GIT_DEPTH"] == "0"
    assert second["variables"]["GIT_STRATEGY"] == "none"
    assert second["needs"] == ["template"]
    clone = forge.folder / "gitlab"
    git("clone", "--quiet", "--no-checkout", forge.origin, clone, cwd=forge.folder)
    git("checkout", "--quiet", "--detach", forge.head, cwd=clone)
    ended = shell(first["script"][0], clone, with_own(variables, first))
    kept = clone / first["artifacts"]["paths"][0]
    assert kept.is_dir(), ended.stderr
    same = variables["CI_MERGE_REQUEST_SOURCE_PROJECT_ID"] == variables["CI_PROJECT_ID"]
    assert [rule["if"] for rule in second["rules"]] == [
        "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID"
    ]
    if ended.returncode != 0 or not same:
        return ended, None
    folder = forge.folder / "pushing"
    copy(kept, folder / kept.name)
    variables |= {"TEMPLATE_TOKEN": token, "CI_PROJECT_DIR": str(folder)}
    return ended, shell(second["script"][0], folder, with_own(variables, second))


def with_own(variables: dict[str, str], job: Mapping[str, Any]) -> dict[str, str]:
    """Add a job's own variables, in whose values others are put."""
    own = dict(variables)
    for name, value in job["variables"].items():
        own[name] = re.sub(r"\$(\w+)", lambda found: variables[found[1]], value)
    return own
