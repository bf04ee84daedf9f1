"""The workflows for organisations do what docs/fleet.md tells: few rights, and each shard once.

Linters of tests/template/test_workflows.py read them, too.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import PROJECT
from keeping import HERE, copy, is_shallow
from rendering import ROOT
from repositories import commit, git
from tiers import full, spread

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the steps are for a POSIX shell")

FLEET = ROOT / "fleet"
PINS = json.loads((ROOT / "includes/pins.json").read_text("utf-8"))
APP = "actions/create-github-app-token"

Job = Mapping[str, Any]


def parse(name: str) -> dict[Any, Any]:
    parsed: dict[Any, Any] = yaml.safe_load((FLEET / name).read_text("utf-8"))
    return parsed


def workflows() -> Iterator[tuple[str, str, Job]]:
    """Yield each job for GitHub, with the name and the text of its workflow."""
    for path in sorted((FLEET / "github").glob("*.yml")):
        for job in parse(f"github/{path.name}")["jobs"].values():
            yield path.name, path.read_text("utf-8"), job


def used(job: Job, action: str) -> list[dict[str, Any]]:
    """Give the inputs of each step of a job that uses an action."""
    return [
        step.get("with", {})
        for step in job["steps"]
        if step.get("uses", "").startswith(f"{action}@")
    ]


# --- Rights ----------------------------------------------------------------------------


def test_rights_are_few() -> None:
    for name, text, job in workflows():
        assert parse(f"github/{name}")["permissions"] == {}
        assert job["permissions"] in ({}, {"contents": "read"})
        assert len(re.findall(r"(?m)^ {6}contents: read # to check out$", text)) == len(
            re.findall(r"(?m)^ {6}contents: ", text)
        )
        for inputs in used(job, "actions/checkout"):
            assert inputs["persist-credentials"] is False
        for inputs in used(job, "astral-sh/setup-uv"):
            assert inputs == {
                "enable-cache": False,  # which somebody else could have filled
                "version": PINS["hooks"]["astral-sh/uv-pre-commit"],
            }


def test_each_job_makes_a_token_that_outlives_it() -> None:
    for name, text, job in workflows():
        tokens = used(job, APP)
        assert bool(tokens) == ("environment" in job), name
        if tokens:
            assert job["timeout-minutes"] <= 60
            assert job["environment"] == "renovate"
        for inputs in tokens:
            assert any(key.startswith("permission-") for key in inputs)
            assert "skip-token-revoke" not in inputs
        assert text.count("secrets.") == text.count("private-key: ${{ secrets.RENOVATE_APP_KEY }}")
        assert "token" not in str(job.get("outputs", {}))


def test_a_shard_can_write_to_its_own_repositories_only() -> None:
    made = parse("github/renovate.yml")["jobs"]
    (everywhere,) = used(made["discover"], APP)
    assert {key: value for key, value in everywhere.items() if key.startswith("permission-")} == {
        "permission-contents": "read",
        "permission-metadata": "read",
    }
    (own,) = used(made["renovate"], APP)
    assert own["repositories"] == "${{ steps.shard.outputs.names }},${{ vars.RENOVATE_READS }}"
    strategy = made["renovate"]["strategy"]
    assert strategy["fail-fast"] is False


def test_code_of_repositories_meets_no_secret() -> None:
    """A build backend, run by a rehearsal, could read the memory of its job."""
    made = parse("github/rehearse.yml")["jobs"]
    assert "treewright fleet" not in str(made["clone"])
    text = str(made["rehearse"])
    assert [word for word in ("secrets.", "environment", "TOKEN", APP) if word in text] == []


def test_two_runs_never_overlap() -> None:
    made = parse("github/renovate.yml")
    assert made["concurrency"] == {"group": "${{ github.workflow }}", "cancel-in-progress": False}
    job = parse("gitlab/gitlab-ci.yml")["run"]
    assert job["resource_group"] == "renovate"
    # Without it, the next run would begin as soon as this one has been started.
    assert job["trigger"]["strategy"] == "depend"
    assert (FLEET / "gitlab" / job["trigger"]["include"]).is_file()
    assert parse("gitlab/renovate.yml")["renovate"]["parallel"] in range(1, 201)


def test_images_are_those_of_packages() -> None:
    image = f"ghcr.io/astral-sh/uv:{PINS['hooks']['astral-sh/uv-pre-commit']}-trixie"
    texts = [path.read_text("utf-8") for path in (FLEET / "gitlab").glob("*.yml")]
    assert {found for text in texts for found in re.findall(r"image: (\S+)", text)} == {image}


# --- Steps, as a runner runs them --------------------------------------------------------

# `uv` here: the interpreter of the tests, with what they have, in place of what uv would install.
UV = f"""\
#!/bin/sh
while [ "$1" != python ] && [ "${{1%.py}}" = "$1" ]; do shift; done
[ "$1" != python ] || shift
exec "{sys.executable}" "$@"
"""


def run(step: Mapping[str, Any] | str, folder: Path, **variables: str) -> "Done":
    """Run the script of a step, as a runner does by default, with fake programs in `bin`."""
    (folder / "bin").mkdir(exist_ok=True)
    program(folder, "uv", UV)
    script = step if isinstance(step, str) else step["run"]
    picky = ["--noprofile", "--norc", "-eo", "pipefail"]  # `shell: bash`; else -e alone
    options = picky if isinstance(step, str) or step.get("shell") == "bash" else ["-e"]
    output, summary = folder / "output", folder / "summary"
    output.write_text("")
    known = {
        "GITHUB_OUTPUT": str(output),
        "GITHUB_REPOSITORY": "ORG/renovate-config",
        "GITHUB_REPOSITORY_OWNER": "ORG",
        "GITHUB_STEP_SUMMARY": str(summary),
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", *options, "-c", script],
        cwd=folder,
        env=os.environ | known | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    outputs = dict(line.split("=", 1) for line in output.read_text("utf-8").splitlines())
    return Done(done.returncode, done.stdout, done.stderr, outputs)


class Done:
    """What became of a step."""

    def __init__(self, status: int, said: str, errors: str, outputs: Mapping[str, str]) -> None:
        self.status, self.said, self.errors, self.outputs = status, said, errors, outputs


def program(folder: Path, name: str, text: str) -> None:
    path = folder / "bin" / name
    path.write_text(text)
    path.chmod(0o755)


def step(name: str, job: str, title: str) -> dict[str, Any]:
    """Give a step of a workflow by its name."""
    (found,) = [one for one in parse(f"github/{name}")["jobs"][job]["steps"] if title in str(one)]
    return dict(found)


COUNTS = [(0, 0), (1, 1), (255, 3), (1000, 10)]
BY_DEFAULT = [(0, 0), (255, 3)]


def discovered(folder: Path, count: int) -> list[str]:
    """Write the list of repositories as Renovate does, with shards.py beside it."""
    names = [f"ORG/tool-{number}" for number in range(count)]
    (folder / "repositories.json").write_text(json.dumps(names))
    (folder / "shards.py").write_bytes((FLEET / "runner/shards.py").read_bytes())
    return names


@pytest.mark.parametrize(("count", "jobs"), spread(COUNTS, BY_DEFAULT, names=2))
def test_the_matrix_has_every_repository_once(tmp_path: Path, count: int, jobs: int) -> None:
    names = discovered(tmp_path, count)
    made = parse("github/renovate.yml")
    size = made["env"]["REPOSITORIES_PER_JOB"]
    divide = step("renovate.yml", "discover", "Divide them")
    done = run(divide, tmp_path, REPOSITORIES_PER_JOB=size)
    assert done.status == 0, done.errors
    made_ = json.loads(done.outputs["shards"])
    assert len(made_) == jobs
    # What GitHub compares: a matrix of nothing is an error there.
    assert (done.outputs["shards"] != "[]") == bool(count)
    assert made["jobs"]["renovate"]["if"] == "needs.discover.outputs.shards != '[]'"
    take = step("renovate.yml", "renovate", "Take a shard")
    seen: list[str] = []
    for shard in made_:
        taken = run(take, tmp_path, SHARD=shard)
        assert taken.status == 0, taken.errors
        repositories = taken.outputs["repositories"].split(",")
        assert [f"ORG/{name}" for name in taken.outputs["names"].split(",")] == [
            *repositories,
            "ORG/renovate-config",
        ]
        assert len(repositories) <= int(size)
        assert len(repositories) < 500, "more than a token can be for"
        seen += repositories
    assert sorted(seen) == sorted(names)


def test_an_output_fits_into_what_github_keeps(tmp_path: Path) -> None:
    discovered(tmp_path, 30_000)
    divide = step("renovate.yml", "discover", "Divide them")
    done = run(divide, tmp_path, REPOSITORIES_PER_JOB="100")
    assert len(json.loads(done.outputs["shards"])) == 256
    taken = run(step("renovate.yml", "renovate", "Take a shard"), tmp_path, SHARD="256/256")
    assert len(taken.outputs["repositories"]) < 2**17, "more than a variable of Linux can have"


@pytest.mark.parametrize(("count", "_jobs"), spread(COUNTS, BY_DEFAULT, names=2))
def test_gitlab_has_every_repository_once(tmp_path: Path, count: int, _jobs: int) -> None:
    names = discovered(tmp_path, count)
    (tmp_path / "renovate.sh").write_text('#!/bin/sh\necho "$RENOVATE_REPOSITORIES" >> seen\n')
    (tmp_path / "renovate.sh").chmod(0o755)
    (tmp_path / "seen").touch()
    job = parse("gitlab/renovate.yml")["renovate"]
    for number in range(1, job["parallel"] + 1):
        index = {"CI_NODE_INDEX": str(number), "CI_NODE_TOTAL": str(job["parallel"])}
        done = run("\n".join(job["script"]), tmp_path, **index)
        assert done.status == 0, done.errors
    lines = (tmp_path / "seen").read_text("utf-8").splitlines()
    assert sorted(name for line in lines for name in line.split(",")) == sorted(names)
    assert len(lines) == min(count, job["parallel"]), "who has nothing to do, installs nothing"


def test_clones_are_those_that_have_answers(tmp_path: Path) -> None:
    there = {
        "one": ".copier-answers.yml",
        "two": "packages/a/.copier-answers.acme.yaml",
        "none": "README.md",
        "empty": None,
    }
    for name, file in there.items():
        project = tmp_path / "work" / name
        project.mkdir(parents=True)
        if file:
            (project / file).parent.mkdir(parents=True, exist_ok=True)
            (project / file).write_text("_src_path: x\n")
            commit(project)
        else:
            git("init", "--quiet", cwd=project)
        git("clone", "--quiet", "--bare", project, f"ORG/{name}.git", cwd=tmp_path)
    (tmp_path / "bin").mkdir()
    listed = "\n".join(f"ORG/{name}" for name in [*there, "gone"])
    program(tmp_path, "gh", f"#!/bin/sh\nprintf '%s\\n' '{listed}'\n")
    clone = step("rehearse.yml", "clone", "Clone those")
    done = run(clone, tmp_path, GITHUB_SERVER_URL=tmp_path.as_uri(), GH_TOKEN="token")  # noqa: S106
    assert done.status == 0, done.errors
    assert sorted(path.name for path in (tmp_path / "clones").iterdir()) == ["one.git", "two.git"]
    assert (tmp_path / "clones.tar").stat().st_size
    assert "::warning::ORG/gone could not be cloned" in done.said
    assert (tmp_path / "summary").read_text("utf-8") == "2 of 5 have an answers file\n"


MARKED = "<<<<<<< before updating\nOurs.\n=======\nTheirs.\n>>>>>>> after updating\n"
DRIFTS = [("deleted", 1), ("marked", 1), ("", 0)]


@pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases")
@pytest.mark.parametrize(("drifted", "status"), [(None, 2), *(full(*row) for row in DRIFTS)])
def test_drift_fails_the_check(
    tagged: Path, tmp_path: Path, drifted: str | None, status: int
) -> None:
    """Nobody passes by deleting the answers, nor by merging what an update has left undone."""
    git("clone", "--quiet", tagged, "template", cwd=tmp_path)
    repository = tmp_path / "repository"
    repository.mkdir()
    if drifted is not None:
        copy(tagged, repository, HERE, PROJECT)
    if drifted == "deleted":
        (repository / "AGENTS.md").unlink()
    elif drifted == "marked":
        with (repository / "AGENTS.md").open("a") as file:
            file.write(MARKED)
    commit(repository)
    done = run(step("drift.yml", "drift", "Look for drift"), tmp_path)
    assert done.status == status, done.errors
    assert ("AGENTS.md" in (tmp_path / "summary").read_text("utf-8")) == bool(drifted)
    assert (tmp_path / "drift.html").is_file()
    if drifted is None:
        return
    *_, look = parse("gitlab/drift.yml")["drift"]["script"]
    (repository / "bin").symlink_to(tmp_path / "bin")
    assert run(look, repository, CI_BUILDS_DIR=str(tmp_path)).status == status


@pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases")
@pytest.mark.parametrize("tests", ["", full("true")])
def test_a_rehearsal_is_a_page(tmp_path: Path, tagged: Path, tests: str) -> None:
    """By default, of nothing: what it finds is for tests/treewright/fleet/ to try."""
    git("clone", "--quiet", tagged, "template", cwd=tmp_path)
    (tmp_path / "clones").mkdir()
    if tests:
        copy(tagged, tmp_path / "clones/acme-tool", HERE, PROJECT | {"test_command": "true"})
    subprocess.run(["tar", "-cf", "clones.tar", "clones"], cwd=tmp_path, check=True)
    rehearse = step("rehearse.yml", "rehearse", "Rehearse the release")
    done = run(rehearse, tmp_path, TESTS=tests)
    if tests:
        assert done.status == 0, done.errors
        assert (tmp_path / "rehearsal.html").is_file()
        assert "current" in (tmp_path / "summary").read_text("utf-8")
    else:
        assert (done.status, done.errors) == (2, "clones is not a clone, and has none in it.\n")
