"""The benchmark of repositories that join: what it knows of each, and what it counts."""

import io
import json
import re
import sys
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from keeping import ANSWERS
from rendering import ROOT, copy_template, render
from repositories import git, snapshot

sys.path.append(str(ROOT))

from benchmarks import adopt, joiners, next_release
from benchmarks.joiners import KINDS, Joiner

EVERY, DATA = joiners.every()
JOINING = [joiner for joiner in EVERY if not joiner.refused]
ASKED = {
    *("project_name", "project_description", "user_name", "user_email", "layout", "package"),
    *("namespace", "import_name", "license", "python_min", "build_backend", "version_source"),
    *("forge", "github_user", "repository_url", "starter", "plugins", "joined", "own_kinds"),
}
CHOSEN = ("layout", "package", "license", "python_min", "build_backend", "version_source", "forge")


# --- What adopt.toml says ----------------------------------------------------------------


@pytest.mark.parametrize("joiner", EVERY, ids=lambda joiner: joiner.name)
def test_each_repository_is_told_in_full(joiner: Joiner) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", joiner.sha256)
    assert re.fullmatch(r"https://git(hub|lab)\.com/[\w.-]+/[\w.-]+\.git", joiner.remote)
    assert joiner.why
    if joiner.refused:
        assert joiner.refused in DATA["reasons"]
        assert not joiner.answers
        return
    assert joiner.expected.keys() == ASKED
    assert joiner.has == tuple(kind for kind in KINDS if kind in joiner.has)
    assert joiner.answers["repository_url"] == joiner.remote.removesuffix(".git")
    assert (joiner.answers["namespace"] != "") == (joiner.answers["package"] == "namespace")
    assert (joiner.tag != "") == (joiner.answers["version_source"] == "vcs")


def test_they_are_of_every_make() -> None:
    assert len(JOINING) >= 30
    assert len({joiner.name for joiner in EVERY}) == len(EVERY)
    backends = {joiner.answers["build_backend"] for joiner in JOINING}
    assert backends == {"uv", "hatchling", "setuptools", "flit", "pdm", "poetry"}
    shapes = {(joiner.answers["layout"], joiner.answers["package"]) for joiner in JOINING}
    assert len(shapes) == 4
    assert {joiner.refused for joiner in EVERY if joiner.refused} == {*DATA["reasons"]}
    assert any(joiner.folder for joiner in JOINING)
    assert any("checks" in joiner.has for joiner in JOINING)
    assert any("checks" not in joiner.has for joiner in JOINING)


def test_what_is_expected_can_be_answered() -> None:
    questions = yaml.safe_load((ROOT / "copier.yml").read_text("utf-8"))
    for name in CHOSEN:
        choices = questions[name]["choices"]
        values = {
            value["value"] if isinstance(value, dict) else value
            for value in (choices.values() if isinstance(choices, dict) else choices)
        }
        assert {joiner.answers[name] for joiner in JOINING} <= values, name


def test_the_most_downloaded_are_a_hundred() -> None:
    packages = [joiner.package for joiner in joiners.hundred()]
    assert len({*packages}) == 100
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.]+", package) for package in packages)


# --- The repositories --------------------------------------------------------------------

SDIST = {
    "PKG-INFO": "Project-URL: Source, https://github.com/acme/tool.git\n",
    "acme_tool.egg-info/SOURCES.txt": "",
    "src/acme_tool.egg-info/SOURCES.txt": "",
    "tests/data/other.egg-info/SOURCES.txt": "",
    "src/acme_tool/__init__.py": '"""A tool."""\r\n',
    "setup.cfg": "[flake8]\nmax-line-length = 88\n\n[egg_info]\ntag_build = \ntag_date = 0\n\n",
    "pyproject.toml": "[project]\n",
    "pyproject.toml.orig": "# As it was\n[project]\n",
}


def keep(cache: Path, package: str, files: dict[str, str]) -> None:
    """Put an sdist into the cache."""
    cache.mkdir()
    with tarfile.open(cache / f"{package.replace('==', '-')}.tar.gz", "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"{package.replace('==', '-')}/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))


@pytest.mark.parametrize("folder", ["", "packages/acme-tool"])
def test_an_sdist_becomes_a_repository(tmp_path: Path, folder: str) -> None:
    joiner = Joiner("acme-tool==1.2", tag="v1.2", folder=folder)
    keep(tmp_path / "cache", joiner.package, SDIST)
    project = joiners.make(joiner, tmp_path / "cache", tmp_path / "place")
    assert project == tmp_path / "place" / folder
    found = snapshot(project)
    assert {name: text.decode() for name, text in found.items() if name != "README.md"} == {
        "src/acme_tool/__init__.py": SDIST["src/acme_tool/__init__.py"],
        "tests/data/other.egg-info/SOURCES.txt": "",
        "setup.cfg": "[flake8]\nmax-line-length = 88\n\n",
        "pyproject.toml": SDIST["pyproject.toml.orig"],
    }
    assert git("status", "--porcelain", cwd=project) == ""
    assert git("tag", cwd=project).strip() == "v1.2"
    remote = git("remote", "get-url", "origin", cwd=project).strip()
    assert remote == "https://github.com/acme/tool.git"


def test_another_sdist_is_refused(tmp_path: Path) -> None:
    joiner = Joiner("acme-tool==1.2", sha256="0" * 64)
    keep(tmp_path / "cache", joiner.package, SDIST)
    with pytest.raises(ValueError, match="not the one"):
        joiners.fetch(joiner, tmp_path / "cache")


def test_the_next_release_changes_every_managed_file(tmp_path: Path) -> None:
    template = tmp_path / "template"
    template.mkdir()
    copy_template(template)
    answers = {"project_name": "acme-tool", "user_name": "Ada", "devcontainer": "true"}
    before = snapshot(render(template, tmp_path / "before", answers))
    next_release.change(template)
    after = snapshot(render(template, tmp_path / "after", answers))
    same = {name for name, text in before.items() if after[name] == text}
    assert same <= {ANSWERS, "src/acme_tool/py.typed"}
    for name in ("renovate.json", ".devcontainer/devcontainer.json"):
        assert next_release.MARK in json.loads(after[name])


# --- What is counted ---------------------------------------------------------------------

TOOL = Joiner("acme-tool==1.2", answers={"layout": "src"})
FINE = adopt.Outcome(TOOL, right=20, ruff=[3, 3], mypy=[2, 1])
WRONG: dict[str, Any] = {
    **{name: ["a"] for name in ("conflicts", "later", "touched", "twice", "stale", "wheel")},
    **{name: ["a"] for name in ("lost", "ignored", "undo")},
    "wrong": ["a"] * 4,
    "ruff": [3, 4],
    "mypy": [2, 3],
    "tests": ["2 passed", "1 passed 1 failed"],
    "refused": "No.",
    "failed": "adopt: No.",
}


def test_all_goals_can_be_met(capsys: pytest.CaptureFixture[str]) -> None:
    assert adopt.judge([FINE], {})
    assert "MISSED" not in capsys.readouterr().out


@pytest.mark.parametrize("name", WRONG)
def test_a_goal_is_missed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert not adopt.judge([FINE, replace(FINE, **{name: WRONG[name]})], {})
    assert capsys.readouterr().out.count("MISSED") == 1


@pytest.mark.parametrize(
    ("refused", "fault"),
    [
        ("", "is not refused"),
        ("It is a module: see --help.", ""),
        ("It is compiled.", "refused for another reason: It is compiled."),
    ],
)
def test_a_refusal_has_its_reason(refused: str, fault: str) -> None:
    outcome = adopt.Outcome(Joiner("acme-tool==1.2", refused="module"), refused=refused)
    assert adopt.refusal_fault(outcome, {"module": "module"}) == fault


def test_each_refusal_is_of_one_kind() -> None:
    said = "a.py is a single module, and Treewright keeps packages; make it one."
    assert adopt.reason(said, DATA["reasons"]) == "module"
    assert adopt.reason("It is late.", DATA["reasons"]) == "It is late."


def test_answers_are_compared() -> None:
    outcome = replace(FINE, right=0, wrong=[])
    expected = {"namespace": "", "layout": "src", "own_kinds": ["docs"]}
    adopt.compare_answers(outcome, expected, {"layout": "flat", "own_kinds": ["docs"]})
    assert outcome.right == 2
    assert outcome.wrong == ["layout is 'flat', and has to be 'src'"]


def test_what_has_come_is_told_by_its_kind() -> None:
    outcome = replace(FINE, joiner=Joiner("acme-tool==1.2", has=("lint", "bot")))
    before = {"pyproject.toml": b'0 [project]\nname = "a" # mine\n', "setup.py": b"0 "}
    after = {
        ANSWERS: b"0 ",
        "renovate.json": b"0 {}",
        "SECURITY.md": b"0 ",
        "setup.py": b"111 ",
        "pyproject.toml": b"0 [project]\n[tool.ruff]\n",
    }
    adopt.look(outcome, before, after)
    assert outcome.added == ["SECURITY.md", "renovate.json"]
    assert outcome.twice == ["renovate.json", "tool.ruff"]
    assert outcome.touched == ["setup.py"]
    assert outcome.lost == ["('project', 'name') is 'a'", "mine"]
