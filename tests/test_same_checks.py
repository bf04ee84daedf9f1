"""Treewright passes the checks of the packages that it makes, by the same files and settings."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from answers import PINS
from rendering import ROOT
from repositories import commit, git
from treewright import distribution

Render = Callable[..., Path]

# Where Treewright lives, once it has an address.
ADDRESS = distribution.ADDRESS.removesuffix(".git")
IS_PUBLIC = not ADDRESS.startswith("https://treewright.invalid/")

ANSWERS = {
    "project_name": "treewright",
    "project_description": "A Copier template for Python packages.",
    "user_name": "the Treewright authors",
    "forge": "github",
    "repository": ADDRESS if IS_PUBLIC else "",
}
SAME = [
    ".editorconfig",
    ".gitattributes",
    ".github/ISSUE_TEMPLATE/bug.yml",
    ".github/ISSUE_TEMPLATE/config.yml",
    ".github/ISSUE_TEMPLATE/idea.yml",
    ".pre-commit-config.yaml",
    ".yamllint",
    "CITATION.cff",
    "CODE_OF_CONDUCT.md",
    "LICENSE",
    "LICENSES/MIT.txt",
    "REUSE.toml",
]


@pytest.fixture
def package(render: Render) -> Path:
    """The package that Treewright would make of itself."""
    return render(ANSWERS)


def tools(project: Path) -> dict[str, Any]:
    tables: dict[str, Any] = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["tool"]
    return tables


@pytest.mark.parametrize("name", SAME)
def test_the_file_is_the_one_that_is_made(package: Path, name: str) -> None:
    assert (ROOT / name).read_bytes() == (package / name).read_bytes()


def test_security_names_whom_there_is_to_tell(render: Render) -> None:
    """The forge's form, or the maintainers while the repository is on no forge."""
    package = render(ANSWERS if IS_PUBLIC else ANSWERS | {"forge": "none"})
    assert (ROOT / "SECURITY.md").read_bytes() == (package / "SECURITY.md").read_bytes()


def test_the_settings_are_those_that_are_made(package: Path) -> None:
    """Ours add to them what only this repository has, and take nothing back."""
    ours, theirs = tools(ROOT), tools(package)
    assert ours["ruff"]["line-length"] == theirs["ruff"]["line-length"]
    assert ours["ruff"]["lint"]["select"] == theirs["ruff"]["lint"]["select"]
    more = set(ours["ruff"]["lint"]["ignore"]) - set(theirs["ruff"]["lint"]["ignore"])
    assert more == {"S603", "S607", "S701"}
    for name in ("strict", "warn_unreachable", "enable_error_code", "explicit_package_bases"):
        assert ours["mypy"][name] == theirs["mypy"][name], name
    for name in ("strict", "filterwarnings", "minversion", "log_level"):
        assert ours["pytest"][name] == theirs["pytest"][name], name


# --- The forge -------------------------------------------------------------------------

Workflow = dict[Any, Any]
# What a package does by tox.
COMMAND = "uv run --only-group dev tox run -e docs"
OURS = "uv run --only-group docs python docs/website.py"


def workflow(folder: Path, name: str) -> Workflow:
    text = (folder / ".github/workflows" / name).read_text("utf-8")
    parsed: Workflow = yaml.safe_load(text)
    return parsed


def test_the_site_is_published_as_that_of_a_package(package: Path) -> None:
    ours, theirs = (
        (folder / ".github/workflows/docs.yml").read_text("utf-8") for folder in (ROOT, package)
    )
    assert ours == theirs.replace(COMMAND, OURS)


@pytest.mark.parametrize(
    ("name", "same"), [("ci.yml", ["audit"]), ("release.yml", ["checks", "publish"])]
)
def test_jobs_are_those_of_a_package(package: Path, name: str, same: list[str]) -> None:
    ours, theirs = workflow(ROOT, name), workflow(package, name)
    for key in ("name", True, "permissions", "concurrency"):  # YAML 1.1 reads `on` as true
        assert ours[key] == theirs[key], key
    both = ours["jobs"].keys() & theirs["jobs"].keys()
    for job, key in product(both - {"tests"}, ("name", "runs-on", "if")):
        assert ours["jobs"][job].get(key) == theirs["jobs"][job].get(key), (job, key)
    assert {job: ours["jobs"][job] for job in same} == {job: theirs["jobs"][job] for job in same}


def test_every_check_is_required(package: Path) -> None:
    ours, theirs = (workflow(folder, "ci.yml")["jobs"] for folder in (ROOT, package))
    *others, last = ours
    assert (last, ours["ok"].pop("needs")) == ("ok", others)
    del theirs["ok"]["needs"]
    assert ours["ok"] == theirs["ok"]


def test_a_release_waits_for_its_checks(package: Path) -> None:
    ours, theirs = (workflow(folder, "release.yml")["jobs"] for folder in (ROOT, package))
    assert list(ours) == list(theirs)
    for name, job in ours.items():
        assert job.get("needs") == theirs[name].get("needs"), name


def test_actions_are_those_of_packages() -> None:
    """So .ci/outdated.py, which looks at the pins of packages, looks at all that runs here."""
    uv = PINS["hooks"]["astral-sh/uv-pre-commit"]
    for path in sorted((ROOT / ".github/workflows").glob("*.yml")):
        text = path.read_text("utf-8")
        uses = re.findall(r"(?m)uses: (\S+)@(\S+) # (\S+)$", text)
        assert len(uses) == text.count("uses:") - text.count("uses: ./") > 0
        for name, commit_, version in uses:
            assert PINS["actions"][name] == {"commit": commit_, "version": version}
        assert set(re.findall(r'(?m)^ +version: "(.*)"$', text)) == {uv}


def test_rights_are_few(package: Path) -> None:
    for path in sorted((ROOT / ".github/workflows").glob("*.yml")):
        text, parsed = path.read_text("utf-8"), workflow(ROOT, path.name)
        assert parsed["permissions"] == {}
        granted = re.findall(r"(?m)^ {6}[\w-]+: (?:read|write)\b(.*)$", text)
        assert all(re.fullmatch(" # .+", reason) for reason in granted)
        assert len(granted) == sum(len(job["permissions"]) for job in parsed["jobs"].values())
        theirs = workflow(package, path.name)["jobs"]
        for name, job in parsed["jobs"].items():
            expected = theirs[name]["permissions"] if name in theirs else {"contents": "read"}
            assert job["permissions"] == expected, (path.name, name)


def test_renovate_does_what_it_does_for_a_package(package: Path) -> None:
    """And it finds each pin of includes/pins.json but the oldest releases that will do."""
    ours, theirs = (
        json.loads((folder / "renovate.json").read_text("utf-8")) for folder in (ROOT, package)
    )
    for key in ("$schema", "extends", "minimumReleaseAge", "lockFileMaintenance", "pre-commit"):
        assert ours[key] == theirs[key], key
    found: dict[str, str | dict[str, str]] = {}
    for manager in ours["customManagers"]:
        parts = [(ROOT / "includes/pins.json").read_text("utf-8")]
        # As JavaScript writes groups; where several patterns are recursive, each searches in what
        # the one before has found.
        *outer, inner = (text.replace("(?<", "(?P<") for text in manager["matchStrings"])
        for pattern in outer:
            parts = [match[0] for part in parts for match in re.finditer(pattern, part)]
        for match in (match for part in parts for match in re.finditer(inner, part)):
            groups = match.groupdict()
            pin = {"version": groups["currentValue"], "commit": groups.get("currentDigest", "")}
            found[groups["depName"]] = pin if pin["commit"] else pin["version"]
    kinds = ("actions", "hooks", "images", "containers")
    assert found == {name: pin for kind in kinds for name, pin in PINS[kind].items()}


# --- The checks themselves -------------------------------------------------------------


def test_the_hooks_pass(tmp_path: Path, mirrors: dict[str, str]) -> None:
    """All that git would take, in a repository of its own: prek reads no other files."""
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            copy = tmp_path / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy)
    commit(tmp_path)
    command = ["prek", "run", "--all-files", "--color=never"]
    done = subprocess.run(
        command, cwd=tmp_path, env=mirrors, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert git("status", "--porcelain", cwd=tmp_path) == ""


def test_the_types_pass(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
