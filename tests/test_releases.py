"""A package of every release takes the update to what is here, and loses nothing.

What people do to a package is in tests/keeping.py, and so is what an update owes to them.
"""

import json
import random
import re
import shutil
from itertools import product
from pathlib import Path

import pytest
import yaml
from allpairspy import AllPairs
from packaging.version import Version

import release
from answers import BUILDS, DOCS, FORGES, OWNERS, SHAPES, identify, start
from keeping import (
    ANSWERS,
    EMPTY,
    HERE,
    Files,
    alike,
    answers_of,
    copy,
    edit,
    is_shallow,
    look,
    parse,
    releases,
    settle,
    unmerged,
    update,
    update_and_tell,
    write,
)
from rendering import ROOT
from repositories import commit, git, snapshot
from tiers import exhaustive, full, spread
from treewright.proof import prove
from treewright.updating import contract

KEPT: dict[str, str] = json.loads((ROOT / release.KEPT).read_text())
VERSIONS = list(releases())
STARTERS = [
    start("library", "none", ""),
    start("command", "entry-points", "typer"),
    start("pipeline", "both", "argparse"),
    start("analysis", "none", "click"),
    start("plugin", "", ""),
]
COMBINATIONS = [
    {name: value for answers in chosen for name, value in answers.items()}
    for chosen in AllPairs([BUILDS, STARTERS, SHAPES, FORGES, DOCS, OWNERS])
]

pytestmark = pytest.mark.skipif(
    is_shallow(), reason="a shallow clone has no releases to update from"
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Take one combination for each release, and under --exhaustive every pair of answers.

    That one is a random choice which stays the same, and the starters take turns in it. By default
    a package that people work on is updated from every release, one that nobody edited from the
    oldest, and one step by step from the last but one.
    """
    if "shape" not in metafunc.fixturenames:
        return
    every = metafunc.config.getoption("exhaustive")
    for_all = metafunc.function is test_a_package_that_people_work_on
    one = VERSIONS[-2 if metafunc.function is test_the_way_makes_no_difference else 0]
    rows = []
    for number, version in enumerate(VERSIONS):
        turn = -number if metafunc.function is test_a_package_that_nobody_edited else number
        starter = STARTERS[turn % len(STARTERS)]
        shuffled = random.Random(version).sample(COMBINATIONS, len(COMBINATIONS))  # noqa: S311
        first = next(shape for shape in shuffled if starter.items() <= shape.items())
        usual = pytest.param if for_all or version == one else full
        rows.append(usual(version, known(version, first), id=f"{version}-{identify(first)}"))
        rows += [
            exhaustive(version, known(version, shape), id=f"{version}-{identify(shape)}")
            for shape in shuffled
            if every and shape != first
        ]
    metafunc.parametrize(("version", "shape"), rows)


def known(version: str, shape: dict[str, str]) -> dict[str, str]:
    """Leave out what a release had no answer for; it ignores questions that it has not."""
    return shape | STARTERS[0] if version == "v0.1.0" else shape


def made_by(
    tagged: Path, tmp_path: Path, version: str, shape: dict[str, str]
) -> tuple[Path, Files]:
    """Make a project by a release, and give it and its files."""
    project = tmp_path / "one-jump" / "acme-tool"
    return project, copy(tagged, project, version, {"project_name": "acme-tool", **shape})


def made_fresh(tagged: Path, tmp_path: Path, made: Files) -> Files:
    """Give the files that the newest version makes from the answers of a project.

    One that is older than a question behaves as before it.
    """
    answers = {"ci": "full", **answers_of(made)}
    return copy(tagged, tmp_path / "fresh" / "acme-tool", HERE, answers)


def test_releases_are_found() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert {"v0.1.0"} <= releases().keys()
    assert releases().keys() <= set(re.findall(r"(?m)^## (v\S+) ", changelog))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_release_stays_what_it_was(version: str) -> None:
    """Projects of it are rendered again by every update: the kept hash is that of its release."""
    commit_ = releases()[version]
    found = release.sources(commit_, ROOT)
    assert KEPT.get(version) == found, f'{release.KEPT} lacks "{version}": "{found}"'
    if git("tag", "--list", version, cwd=ROOT):
        tagged = git("rev-parse", f"{version}^{{tree}}", cwd=ROOT)
        assert tagged == git("rev-parse", f"{commit_}^{{tree}}", cwd=ROOT)


def test_a_package_that_nobody_edited(
    tagged: Path, tmp_path: Path, version: str, shape: dict[str, str]
) -> None:
    """What is managed becomes that of a new package; what is a seed stays as it was."""
    project, made = made_by(tagged, tmp_path, version, shape)
    now = update(project)
    assert yaml.safe_load(now[ANSWERS])["_commit"] == HERE
    done = look(project, made, made, made_fresh(tagged, tmp_path, made))
    assert (unmerged(project), list(done.faults())) == ([], [])


def test_a_package_that_people_work_on(
    tagged: Path, tmp_path: Path, version: str, shape: dict[str, str]
) -> None:
    """It has all of both sides, and is proven."""
    project, made = made_by(tagged, tmp_path, version, shape)
    mine = edit(project, clashing=True)
    update(project)
    done = look(project, made, mine, made_fresh(tagged, tmp_path, made))
    assert unmerged(project) == []
    assert done.lost() == []
    assert list(done.faults()) == []
    came, all_that_is_new = done.delivered()
    assert came == all_that_is_new
    proof = prove(project)
    assert (proof.status, proof.findings) == (0, [])


# v0.4.1 and older read an answer that v0.0.0 lacks: nobody can join by an update to them.
CAN_BE_JOINED = [*(version for version in VERSIONS if Version(version) >= Version("v0.5.0")), HERE]
METADATA = '[project]\nname = "acme-tool" # mine\nversion = "1.0"\n'
JOINING: dict[str, dict[str, str]] = {
    "nothing": {},
    "metadata": {"pyproject.toml": METADATA},
    "a-package": {
        "pyproject.toml": METADATA + "\n[tool.ruff]\nline-length = 79 # mine\n",
        "README.rst": "Mine\n",
        ".gitignore": "/mine\n",
        "LICENSE": "Mine.\n",
        "src/acme_tool/__init__.py": '"""Mine."""\n',
    },
}
OTHER = {"nothing": "", "metadata": "", "a-package": "docs: none\n"}  # answers


@pytest.mark.parametrize(
    ("version", "has"),
    spread(list(product(CAN_BE_JOINED, JOINING)), [(HERE, "metadata")], names=2),
)
def test_a_package_of_another_make_joins(
    tagged: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], version: str, has: str
) -> None:
    """By an update from the empty release: nothing is lost, and what it lacks is named."""
    files, project = JOINING[has], tmp_path / "acme-tool"
    write(project, ANSWERS, f"_commit: {EMPTY}\n_src_path: {tagged}\n{OTHER[has]}")
    for name, text in files.items():
        write(project, name, text)
    commit(project)
    mine = snapshot(project)
    now = update_and_tell(project, version)
    printed = " ".join(capfd.readouterr().out.split())
    assert yaml.safe_load(now[ANSWERS])["_commit"] == version
    assert answers_of(now).get("ci", "lean") == "lean"
    done = look(project, {}, mine, {"src/acme_tool/py.typed": b""})
    assert done.lost() == []
    leaves = Version(version) >= Version("v0.8.0")  # what was there to its owner
    assert set(unmerged(project)) == (set() if leaves else {"LICENSE"} & files.keys())
    fresh = copy(tagged, tmp_path / "fresh" / "acme-tool", version, answers_of(now))
    never_come = {path for path in fresh if done.is_seed(path) and not path.startswith("docs/")}
    never_come |= {contract.SEED, contract.MANAGED}  # they have tests of their own
    assert now.keys() == (fresh.keys() - never_come) | files.keys()
    lacking = ["src/acme_tool/", "tests/", "README.md", "CHANGELOG.md"]
    if "README.rst" in files:
        lacking = ["tests/", "CHANGELOG.md"]
    if leaves:
        lacking.remove("tests/")
    assert f"lacking {', '.join(lacking)}: yours to write" in printed


def test_the_way_makes_no_difference(
    tagged: Path, tmp_path: Path, version: str, shape: dict[str, str]
) -> None:
    """An update by each release between ends where one over all of them does."""
    project, made = made_by(tagged, tmp_path, version, shape)
    mine = edit(project, clashing=True)
    slow = shutil.copytree(project, tmp_path / "step-by-step" / "acme-tool")
    update(project)
    done = look(project, made, mine, made_fresh(tagged, tmp_path, made))
    seeds: Files = {}
    for step in [*VERSIONS[VERSIONS.index(version) + 1 :], HERE]:
        before = snapshot(slow)
        now = update(slow, step)
        assert step != HERE or unmerged(slow) == []
        settle(slow)  # what the releases before v0.4.0 left to a person
        seeds |= {path: now[path] for path in now.keys() - before if done.is_seed(path)}
        commit(slow)
    now = snapshot(slow)
    assert {path: now[path] for path in seeds} == seeds, "once it came it is the user's"
    one_jump = done.now | seeds
    assert now.keys() == one_jump.keys()
    for path, text in now.items():
        assert alike(parse(path, text), parse(path, one_jump[path])), path
