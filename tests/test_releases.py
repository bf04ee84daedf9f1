"""A package of every release takes the update to what is here, without a conflict."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

import rendering
from answers import BUILDS, SHAPES, identify
from rendering import ROOT
from test_copier import commit, copier, run, snapshot

RELEASE = re.compile(r"(?m)^(\w+) release: v(\d+\.\d+\.\d+)$")
HERE = "v9.0.0"
SEED = re.compile(r"(README|CHANGELOG)\.md|tests/|src/|acme/")


def releases() -> dict[str, str]:
    """Give the commit of each release, found by its subject: a clone may lack the tags."""
    log = subprocess.run(
        ["git", "log", "--format=%H %s"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = {f"v{version}": commit for commit, version in RELEASE.findall(log.stdout)}
    found.pop("v0.0.0", None)  # the empty template, which no package is made from
    return found


def is_shallow() -> bool:
    asked = ["git", "rev-parse", "--is-shallow-repository"]
    return subprocess.check_output(asked, cwd=ROOT, text=True).strip() == "true"


def clone_releases(folder: Path) -> Path:
    """Give a clone with a tag for every release, and one for the working tree."""
    clone = folder / "treewright"
    run("git", "clone", "--quiet", "--no-tags", ROOT, clone)
    for version, commit_ in releases().items():
        run("git", "tag", version, commit_, cwd=clone)
    for name in ("includes", "template", "hooks"):
        shutil.rmtree(clone / name)
    rendering.copy_template(clone)
    run("git", "add", "--all", cwd=clone)
    run("git", "commit", "--quiet", "--allow-empty", f"--message=release: {HERE}", cwd=clone)
    run("git", "tag", HERE, cwd=clone)
    return clone


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clone_releases(tmp_path_factory.mktemp("releases"))


@pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases to update from")
def test_releases_are_found() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert {"v0.1.0"} <= releases().keys()
    assert releases().keys() <= set(re.findall(r"(?m)^## (v\S+) ", changelog))


@pytest.mark.parametrize(
    "answers",
    [
        SHAPES[0] | BUILDS[0],
        SHAPES[-1] | {"build_backend": "setuptools", "version_source": "vcs"},
    ],
    ids=identify,
)
@pytest.mark.parametrize("version", releases())
def test_update(tagged: Path, tmp_path: Path, version: str, answers: dict[str, str]) -> None:
    """What is managed becomes that of a new package; what is a seed stays as it was."""
    project, fresh = tmp_path / "acme-tool", tmp_path / "fresh" / "acme-tool"
    data = [f"--data={name}={value}" for name, value in answers.items()]
    copy = ("copy", "--defaults", "--skip-tasks", *data)
    copier(*copy, f"--vcs-ref={version}", tagged, project)
    commit(project)
    before = snapshot(project)

    printed = copier("update", "--defaults", "--trust", cwd=project)

    assert "Warning" not in printed
    assert "conflict" not in printed.lower()
    assert yaml.safe_load((project / ".copier-answers.yml").read_text())["_commit"] == HERE
    assert run("git", "ls-files", "--unmerged", cwd=project) == ""
    copier(*copy, f"--vcs-ref={HERE}", tagged, fresh)
    after, new = snapshot(project), snapshot(fresh)
    seeds = {path for path in before if SEED.match(path)}
    assert {path: after[path] for path in seeds} == {path: before[path] for path in seeds}
    assert {path: text for path, text in after.items() if path not in seeds} == {
        path: text for path, text in new.items() if path in after and path not in seeds
    }
    assert {path for path in new if not SEED.match(path)} <= after.keys()


@pytest.mark.parametrize(
    "answers", [{}, {"layout": "flat", "build_backend": "poetry"}], ids=identify
)
@pytest.mark.parametrize(
    ("version", "starter"),
    [(version, "library") for version in releases()]
    + [(version, "analysis") for version in releases() if version != "v0.1.0"],
)
def test_update_keeps_what_the_user_wrote(
    tagged: Path, tmp_path: Path, version: str, starter: str, answers: dict[str, str]
) -> None:
    """The package, its tests, its dependencies and the README, without a conflict."""
    project = tmp_path / "acme-tool"
    data = [f"--data={name}={value}" for name, value in (answers | {"starter": starter}).items()]
    copy = ("copy", "--defaults", "--skip-tasks", *data)
    copier(*copy, f"--vcs-ref={version}", tagged, project)
    commit(project)
    (package,) = (path.parent for path in project.rglob("py.typed"))
    edited = {
        project / "README.md": "# Mine\n",
        package / "__init__.py": '"""Mine."""\n',
        package / "mine.py": "MINE = True\n",
        project / "tests/test_contract.py": "def test_mine() -> None: ...\n",
        project / "tests/test_mine.py": "def test_mine() -> None: ...\n",
    }
    for path, text in edited.items():
        path.write_text(text)
    pyproject = project / "pyproject.toml"
    listed = re.compile(r"(?m)^dependencies = \[(.*)\]$")
    text = listed.sub(r'dependencies = [\n  "mine>=1",\n  \1\n]', pyproject.read_text("utf-8"))
    pyproject.write_text(text)
    commit(project)

    printed = copier("update", "--defaults", "--trust", cwd=project)

    assert "conflict" not in printed.lower()
    assert run("git", "diff", "--name-only", "--diff-filter=U", cwd=project) == ""
    assert not list(project.rglob("*.rej"))
    assert {path: path.read_text() for path in edited} == edited
    assert tomllib.loads(pyproject.read_text("utf-8"))["project"]["dependencies"][0] == "mine>=1"
    assert "[tool.ruff.lint]" in pyproject.read_text("utf-8"), "what is new has come"
