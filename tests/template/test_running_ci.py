"""The rendered CI is run: the commands of every job, in order, each job in a fresh clone.

So is that of this repository, for a release that is made as docs/releasing.md says.

What needs the forge, or a host that tests cannot ask, is listed in ELSEWHERE, and in the output.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

import keeping
import kinds
import pythons
import release
from expressions import combinations
from in_process import copier
from repositories import commit, git
from tiers import full

Render = Callable[..., Path]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the commands are for a POSIX shell")

# Starts of commands, actions, runners and keywords, and why they cannot run here.
ELSEWHERE = {
    "github": {
        "macos": "a runner with macOS",
        "windows": "a runner with Windows",
        "uv audit": "asks osv.dev about every dependency",
        "./.github/workflows/ci.yml": "runs above: the checks, which a release calls",
        "pages=$(gh api": "asks GitHub whether there are pages",
        "gh release": "makes a release on GitHub",
        "actions/attest-build-provenance": "signs as GitHub, and stores it there",
        "actions/deploy-pages": "publishes on GitHub Pages",
        "actions/upload-pages-artifact": "hands the site to GitHub Pages",
        "hynek/build-and-inspect-python-package": "gets its tools; the release builds here, too",
        "pypa/gh-action-pypi-publish": "publishes on PyPI",
        "re-actors/alls-green": "reads what GitHub says about the other jobs",
    },
    "gitlab": {
        "saas-macos": "a runner with macOS",
        "saas-windows": "a runner with Windows",
        "uv audit": "asks osv.dev about every dependency",
        "uv run --only-group release pypi-attestations": "signs as GitLab",
        "uv publish": "publishes on PyPI",
        "pages:": "publishes on GitLab Pages",
        "release:": "makes a release on GitLab",
    },
}
# This repository's own jobs.
ELSEWHERE["ours"] = ELSEWHERE["github"] | {
    "uv python install": "fetches every Python",
    ".ci/run": "runs these tests",
}
# Those of a repository that joined: it has no site, and its release calls no other workflow.
ELSEWHERE["joined"] = {
    start: reason
    for start, reason in ELSEWHERE["github"].items()
    if "pages" not in start and "workflows" not in start
}
VERSION = "0.1.0"
FILES = {f"acme_tool-{VERSION}.tar.gz", f"acme_tool-{VERSION}-py3-none-any.whl"}
NOTES = "\n- First version.\n"


@dataclass
class Runner:
    """A forge's runner: it clones the repository, keeps artifacts, and runs scripts."""

    forge: str
    origin: Path
    folder: Path
    versions: Iterable[str]
    machine: Mapping[str, str]
    tag: str = f"v{VERSION}"
    elsewhere: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Path] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """A machine with uv, and with Pythons that need no download."""
        tools = self.folder / "bin"
        if not tools.exists():
            tools.mkdir(parents=True)
            (tools / "uv").symlink_to(Path(sys.executable).with_name("uv"))
            for version, python in pythons.found().items():
                (tools / f"python{version}").symlink_to(python)
        path = f"{tools}{os.pathsep}{os.environ['PATH']}"
        return {
            **self.machine,
            "PATH": path,
            "CI": "true",
            "PYTHONDONTWRITEBYTECODE": "",
            "UV_PYTHON_DOWNLOADS": "never",
        }

    def skips(self, where: str, *texts: str) -> bool:
        """Say whether something cannot run here; what has no reason in the table can."""
        for text in texts:
            for start in ELSEWHERE[self.forge]:
                if text.startswith(start):
                    self.elsewhere[f"{where}: {text}"] = start
                    return True
        return False

    def lacks(self, version: str) -> bool:
        """Say whether tests on a Python are left out: it is not at hand, or not asked for."""
        if version == "lowest" or version in self.versions:
            return False
        self.elsewhere["tests on some Pythons"] = "python"
        return True

    def clone(self, name: str, depth: str, tag: str = "") -> Path:
        clone = self.folder / re.sub(r"\W+", "-", name)
        shallow = [] if depth == "0" else [f"--depth={depth}"]
        branch = f"--branch={tag or 'main'}"
        quiet = ["--quiet", "--config=advice.detachedHead=false"]
        git("clone", *quiet, *shallow, branch, self.origin.as_uri(), clone, cwd=self.origin)
        return clone

    def run(self, script: str, clone: Path, variables: Mapping[str, str]) -> str:
        """Give what a script prints; it has to succeed."""
        done = shell(script, clone, {**self.environment, **variables})
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout

    def keep(self, name: str, folder: Path, glob: str, *, hidden: bool) -> None:
        """Store files of a folder for other jobs."""
        for path in filter(Path.is_file, folder.glob(glob)):
            if hidden or not path.name.startswith("."):
                self.kept[name] = self.folder / "kept" / name
                place = self.kept[name] / path.relative_to(folder)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, place)


def shell(
    script: str, folder: Path, variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-eo", "pipefail", "-c", script]
    return subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, check=False
    )


@pytest.fixture
def runner(
    render: Render, tmp_path: Path, request: pytest.FixtureRequest, mirrors: dict[str, str]
) -> Callable[..., Runner]:
    """Make the runner of a forge, with a project as its maintainer pushes it: locked and tagged.

    For `ours`, the project is this repository.
    """
    at_hand = list(pythons.at_hand())
    versions = at_hand if request.config.getoption("--every-python") else at_hand[-1:]

    def _runner(forge: str, **answers: object) -> Runner:
        if forge == "ours":
            origin = keeping.everything(tmp_path)
            assert release.main(["prepare", keeping.HERE], origin) == 0
            git("commit", "--quiet", "--all", f"--message=release: {keeping.HERE}", cwd=origin)
            assert release.main(["tag"], origin) == 0
            return Runner(forge, origin, tmp_path / "runner", versions, mirrors, keeping.HERE)
        if forge == "joined":
            tagged: Path = request.getfixturevalue("tagged")
            project = join(tmp_path / "acme-tool", tagged)
            versions_of_it = [*{"3.9", "3.10"} & {*pythons.found()}, *versions]
            made = Runner(forge, project, tmp_path / "runner", versions_of_it, mirrors)
        else:
            answers = {"project_name": "acme-tool", "python_min": at_hand[0]} | answers
            project = render(answers, forge=forge, github_user="acme")
            made = Runner(forge, project, tmp_path / "runner", versions, mirrors)
            made.run("uv sync", project, {})
        changelog = project / "CHANGELOG.md"
        if changelog.exists():
            text = changelog.read_text("utf-8")
            text = text.replace("## Unreleased", f"## {VERSION} (2026-01-31)")
            changelog.write_text(text, "utf-8")
        commit(project)
        git("tag", "--annotate", f"--message={VERSION}", f"v{VERSION}", cwd=project)
        return made

    return _runner


# A repository with tests of its own, which a Python runs that is older than any of ours.
THEIRS = {
    "pyproject.toml": f"""\
[build-system]
requires = ["flit_core>=3.4"]
build-backend = "flit_core.buildapi"

[project]
name = "acme-tool"
version = "{VERSION}"
description = "Theirs."
requires-python = ">=3.9"
license = {{ text = "BSD" }}
""",
    "acme_tool/__init__.py": "def double(number):\n    return 2 * number\n",
    "tests/test_double.py": """\
import sys

import acme_tool


def test_double():
    print("with Python", sys.version)
    assert acme_tool.double(2) == 4
""",
    "LICENSE": "Theirs.\n",
    "README.md": "# Theirs\n",
}
TEST_COMMAND = "uv pip install --quiet . pytest && python -m pytest -rP tests"


def join(project: Path, template: Path) -> Path:
    """Have it join, for what it lacks, by an update from the empty release."""
    for name, text in THEIRS.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    own_kinds = [kind for kind in kinds.KINDS if kind not in kinds.LACKED]
    answers = {"_commit": keeping.EMPTY, "_src_path": str(template), "ci": "full"}
    answers |= kinds.joined(*kinds.LACKED, own_kinds=own_kinds, python_min="3.9", layout="flat")
    answers |= {"license": "Other", "build_backend": "flit", "test_command": TEST_COMMAND}
    (project / ".copier-answers.yml").write_text(yaml.safe_dump(answers), "utf-8")
    commit(project)
    copier("update", "--trust", "--defaults", "--quiet", project)
    assert {(project / name).read_text("utf-8") for name in THEIRS} == {*THEIRS.values()}
    return project


def report(runner: Runner, record_property: Callable[[str, object], None]) -> None:
    """List what did not run; the table of it has no reason that was not needed."""
    reasons = {**ELSEWHERE[runner.forge], "python": "not at hand, or only run with --every-python"}
    listed = {text: reasons[start] for text, start in runner.elsewhere.items()}
    record_property("elsewhere", [f"{runner.forge}: {text}: {listed[text]}" for text in listed])
    assert set(runner.elsewhere.values()) - {"python"} == set(ELSEWHERE[runner.forge])


# --- GitHub ----------------------------------------------------------------------------


def run_github(runner: Callable[..., Runner]) -> Runner:
    github = runner("github")
    output = run_workflows(github)
    assert "100%" in output["coverage"]
    assert {path.name for path in github.kept["dist"].iterdir()} == FILES
    assert (github.kept["notes"] / "notes.md").read_text() == NOTES
    release = yaml.safe_load((github.origin / ".github/workflows/release.yml").read_text("utf-8"))
    command = release["jobs"]["release"]["steps"][-1]["run"].split()
    folder = github.folder / "Release-release"
    assets = {path.name for word in command for path in folder.glob(word.strip('"'))}
    assert assets == {*FILES, "provenance.sigstore.json", "notes.md"}

    # A Python that is missing, and that uv cannot get, is no reason to be green.
    clone = github.folder / "CI-coverage"
    done = shell("uv run --only-group dev tox run", clone, {**github.environment, "TOXENV": "3.99"})
    assert done.returncode != 0
    assert "could not find python interpreter" in done.stdout
    return github


def run_workflows(runner: Runner) -> dict[str, str]:
    """Run what is run for a change and for a release; give what each job printed."""
    output: dict[str, str] = {}
    paths = [runner.origin / f".github/workflows/{name}.yml" for name in ("ci", "docs", "release")]
    for path in filter(Path.exists, paths):
        output |= run_workflow(runner, yaml.safe_load(path.read_text("utf-8")))
    return output


def run_workflow(runner: Runner, workflow: dict[Any, Any]) -> dict[str, str]:
    """Run the jobs of a workflow; give what each printed."""
    tag = runner.tag if "tags" in (workflow[True].get("push") or {}) else ""
    event = {"event_name": "push", "ref_type": "tag" if tag else "branch"}
    output: dict[str, str] = {}
    for name, job in workflow["jobs"].items():
        needs = job.get("needs", [])
        assert {needs} <= set(output) if isinstance(needs, str) else set(needs) <= set(output)
        output[name] = ""
        if runner.skips(f"{workflow['name']} {name}", job.get("uses", "")):
            continue
        for values in combinations(job.get("strategy", {}).get("matrix", {}), event):
            where = " ".join([workflow["name"], name, *values.values()])
            if runner.skips(f"{workflow['name']} {name}", values.get("os", "")):
                continue
            if "python" in values and runner.lacks(values["python"]):
                continue
            context = {f"matrix.{key}": value for key, value in values.items()}
            variables = {**workflow.get("env", {}), "GITHUB_REF_NAME": tag or "main"}
            output[name] += run_steps(runner, where, job["steps"], context, variables, tag)
    return output


def run_steps(
    runner: Runner,
    where: str,
    steps: Iterable[Mapping[str, Any]],
    context: Mapping[str, str],
    variables: Mapping[str, str],
    tag: str,
) -> str:
    clone = runner.folder / re.sub(r"\W+", "-", where)
    clone.mkdir(parents=True)
    variables = dict(variables)
    printed = ""
    for step in steps:
        action = step.get("uses", "").partition("@")[0]
        if runner.skips(where, step.get("run", action)):
            if "id" in step:  # what it would give to the steps after it
                bundle = runner.folder / "bundle.json"
                bundle.write_text("{}\n")
                context = {**context, f"steps.{step['id']}.outputs.bundle-path": str(bundle)}
            continue
        inputs = {key: fill(str(value), context) for key, value in step.get("with", {}).items()}
        if action == "actions/checkout":
            clone.rmdir()
            runner.clone(where, inputs.get("fetch-depth", "1"), tag)
        elif action == "astral-sh/setup-uv":
            variables["UV_PYTHON"] = inputs.get("python-version", "")
            if inputs.get("activate-environment") == "True":
                runner.run("uv venv", clone, variables)
                scripts = clone / ".venv/bin"
                variables["PATH"] = f"{scripts}{os.pathsep}{runner.environment['PATH']}"
                variables["VIRTUAL_ENV"] = str(clone / ".venv")
        elif action == "actions/upload-artifact":
            whole = inputs["path"].endswith("/")
            folder, glob = (clone / inputs["path"], "**/*") if whole else (clone, inputs["path"])
            hidden = inputs.get("include-hidden-files") == "True"
            runner.keep(inputs["name"], folder, glob, hidden=hidden)
            assert inputs["name"] in runner.kept
        elif action == "actions/download-artifact":
            download(runner, clone, inputs)
        else:
            own = {key: fill(value, context) for key, value in step.get("env", {}).items()}
            printed += runner.run(step["run"], clone, {**variables, **own})
    return printed


def fill(text: str, context: Mapping[str, str]) -> str:
    """Put in the values of expressions; one that is not known is an error."""
    return re.sub(r"\$\{\{ (.+?) \}\}", lambda found: context[found[1]], text)


def download(runner: Runner, clone: Path, inputs: Mapping[str, str]) -> None:
    """Put artifacts where the action puts them: all into one folder, or each into its own."""
    for name, kept in list(runner.kept.items()):
        if inputs.get("name", name) != name:
            continue
        if "pattern" in inputs and not Path(name).match(inputs["pattern"]):
            continue
        merged = "name" in inputs or inputs.get("merge-multiple") == "True"
        target = clone / inputs.get("path", ".") / ("" if merged else name)
        shutil.copytree(kept, target, dirs_exist_ok=True)


def run_directly(runner: Callable[..., Runner]) -> Runner:
    """Where the runner is the owner's, jobs do what it would do."""
    newest = list(pythons.at_hand())[-1]
    github = runner("github", own_kinds=["runner", "changelog"], python_min=newest)
    output = run_workflows(github)
    assert "passed" in output["tests"]
    assert "passed" in output["lowest"]
    assert "100%" in output["coverage"]
    assert {path.name for path in github.kept["dist"].iterdir()} == FILES
    assert "notes" not in github.kept
    return github


def run_joined(runner: Callable[..., Runner]) -> Runner:
    """A repository that joined has its own tests run, on Pythons of its own."""
    joined = runner("joined")
    output = run_workflows(joined)
    for version in joined.versions:
        assert f"with Python {version}." in output["tests"]
    checks = {"tests", "build", "audit", "ok"}
    assert output.keys() == checks | {"attest", "publish", "release"}
    assert {path.name for path in joined.kept["dist"].iterdir()} == FILES
    return joined


def run_ours(runner: Callable[..., Runner]) -> Runner:
    """Release what is here as the next version, and run this repository's own workflows."""
    ours = runner("ours")
    output = run_workflows(ours)
    assert "Build finished" in output["docs"]
    version = keeping.HERE.removeprefix("v")
    files = {f"treewright-{version}.tar.gz", f"treewright-{version}-py3-none-any.whl"}
    assert {path.name for path in ours.kept["dist"].iterdir()} == files
    folder = ours.folder / "Release-release"
    assert (folder / "notes/notes.md").read_text("utf-8") == "- What is new.\n"
    (bundle,) = folder.glob("bundle/*")
    clone = ours.folder / "from-the-bundle"
    git("clone", "--quiet", bundle, clone, cwd=ours.folder)
    assert git("tag", cwd=clone) == git("tag", cwd=ours.origin)
    return ours


# --- GitLab ----------------------------------------------------------------------------


def run_gitlab(runner: Callable[..., Runner]) -> Runner:
    gitlab = runner("gitlab", version_source="vcs", layout="flat")
    pipeline = yaml.safe_load((gitlab.origin / ".gitlab-ci.yml").read_text("utf-8"))
    output = run_pipeline(gitlab, pipeline)
    pattern = pipeline["coverage"]["coverage"]
    assert (pattern[0], pattern[-1]) == ("/", "/")
    assert re.findall(pattern[1:-1], output["coverage"]) == ["100"]
    assert {path.name for path in gitlab.kept["build"].glob("dist/*")} >= FILES
    assert output["release"] == NOTES
    return gitlab


def run_pipeline(runner: Runner, pipeline: dict[str, Any]) -> dict[str, str]:
    """Run the jobs of a pipeline for a tag, whatever their rules; give what each printed."""
    stages = pipeline["stages"]
    jobs = {name: job for name, job in pipeline.items() if "stage" in job or "extends" in job}
    for name, job in jobs.items():  # what a job extends comes before it
        jobs[name] = {**jobs.get(job.get("extends"), {}), **job}
    output: dict[str, str] = {}
    for name, job in sorted(jobs.items(), key=lambda item: stages.index(item[1]["stage"])):
        if runner.skips(name, *job.get("tags", [])):
            continue
        runner.skips(name, *(f"{keyword}:" for keyword in ("pages", "release") if keyword in job))
        earlier = [other for other in output if jobs[other]["stage"] != job["stage"]]
        needs = job.get("needs", job.get("dependencies", earlier))
        names = [need["job"] if isinstance(need, dict) else need for need in needs]
        matrix = (job.get("parallel") or {"matrix": [{}]})["matrix"][0]
        output[name] = "".join(
            run_job(runner, name, job, names, {**pipeline["variables"], **values})
            for values in combinations(matrix, {})
            if "TOXENV" not in values or not runner.lacks(values["TOXENV"])
        )
    return output


def run_job(
    runner: Runner, name: str, job: dict[str, Any], needs: list[str], variables: dict[str, str]
) -> str:
    """Run a job of a pipeline in a clone with what the jobs that it needs kept."""
    where = " ".join([name, *filter(None, [variables.get("TOXENV")])])
    variables = {**variables, **job.get("variables", {}), "CI_COMMIT_TAG": f"v{VERSION}"}
    clone = runner.clone(where, variables.get("GIT_DEPTH", "20"), f"v{VERSION}")
    for cached in ("UV_CACHE_DIR", "UV_LINK_MODE"):  # the tests have a cache of their own
        del variables[cached]
    for need in filter(runner.kept.__contains__, needs):
        shutil.copytree(runner.kept[need], clone, dirs_exist_ok=True)
    output = "".join(
        runner.run(line, clone, variables)
        for line in [*job.get("before_script", []), *job["script"]]
        if not runner.skips(where, line)
    )
    for path in job.get("artifacts", {}).get("paths", []):
        runner.keep(name, clone, path + "**/*" * path.endswith("/"), hidden=True)
    return output


# --- Both ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(run_github, id="github"),
        full(run_directly, id="github-without-runner"),
        full(run_joined, id="github-joined"),
        full(run_gitlab, id="gitlab"),
        full(run_ours, id="ours"),
    ],
)
def test_every_job_is_green(
    run: Callable[[Callable[..., Runner]], Runner],
    runner: Callable[..., Runner],
    record_property: Callable[..., None],
) -> None:
    report(run(runner), record_property)


# --- The script of a release -----------------------------------------------------------


def release_script(project: Path) -> str:
    """The script that compares a tag with the version and the changelog."""
    if (project / ".gitlab-ci.yml").exists():
        pipeline = yaml.safe_load((project / ".gitlab-ci.yml").read_text("utf-8"))
        return str(pipeline["notes"]["script"][0]).replace("CI_COMMIT_TAG", "TAG")
    workflow = yaml.safe_load((project / ".github/workflows/release.yml").read_text("utf-8"))
    (script,) = [
        step["run"]
        for step in workflow["jobs"]["build"]["steps"]
        if "CHANGELOG.md" in step.get("run", "")
    ]
    return str(script).replace("GITHUB_REF_NAME", "TAG")


def run_release_script(
    project: Path, folder: Path, tag: str, changelog: str
) -> subprocess.CompletedProcess[str]:
    """Run it in a folder with the wheel of version 1.2.3."""
    (folder / "dist").mkdir()
    (folder / "dist/acme_tool-1.2.3-py3-none-any.whl").touch()
    (folder / "CHANGELOG.md").write_text(f"# Changelog\n\n{changelog}", "utf-8")
    return shell(release_script(project), folder, {**os.environ, "TAG": tag})


@pytest.mark.parametrize("forge", ["github", "gitlab"])
@pytest.mark.parametrize(
    ("changelog", "notes"),
    [
        ("## 1.2.3 (2026-01-31)\n\n- New.\n\n## 1.2.2\n\n- Old.\n", "\n- New.\n\n"),
        ("## Unreleased\n\n- Next.\n\n## 1.2.3\n\n### Fixed\n\n- It.\n", "\n### Fixed\n\n- It.\n"),
    ],
)
def test_release_says_what_is_new(
    render: Render, tmp_path: Path, forge: str, changelog: str, notes: str
) -> None:
    project = render(project_name="acme-tool", forge=forge)
    done = run_release_script(project, tmp_path, "v1.2.3", changelog)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "notes.md").read_text("utf-8") == notes


@pytest.mark.parametrize("forge", ["github", "gitlab"])
@pytest.mark.parametrize(
    ("tag", "changelog", "message"),
    [
        ("v1.2.4", "## 1.2.4\n\n- New.\n", "the tag v1.2.4 is not the version"),
        ("v1.2.3", "## Unreleased\n\n- New.\n", "lacks a section ## 1.2.3"),
        ("v1.2.3", "## 1.2.3\n\n## 1.2.2\n\n- Old.\n", "lacks a section ## 1.2.3"),
        ("v1.2.3", "## 11213\n\n- New.\n", "lacks a section ## 1.2.3"),
    ],
)
def test_release_stops(
    render: Render, tmp_path: Path, forge: str, tag: str, changelog: str, message: str
) -> None:
    project = render(project_name="acme-tool", forge=forge)
    done = run_release_script(project, tmp_path, tag, changelog)
    assert done.returncode != 0
    assert message in done.stdout + done.stderr
