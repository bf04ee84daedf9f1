"""The worked example: an organisation's overlay on the template, by stock Copier, each alone."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from plumbum import local

import in_process
from keeping import HERE, Files, copy, unmerged, update, write
from rendering import ROOT
from repositories import commit, git, snapshot
from tiers import full
from treewright.rendered import UNPROVEN
from treewright.updating.layers import Layers
from treewright.updating.merging import by_meaning
from treewright.updating.rendering import rendered
from treewright.updating.repository import BASE, OURS, THEIRS

sys.path.append(str(ROOT))

from benchmarks import next_release

EXAMPLE = ROOT / "fleet/overlay"
ANSWERS = ".copier-answers.acme.yml"
SHARED = ("pyproject.toml", ".github/CODEOWNERS")
PROJECT = {"project_name": "acme-tool", "github_user": "acme"}
GIVEN = {"team": "@acme/platform", "index_url": "https://pypi.example.com/simple"}
CHANGES = {  # in files of the example, for its second release
    ".treewright/acme/pyproject.toml.jinja": ("= 120", '= 110\ntarget-version = "py312"'),
    ".treewright/acme/{% if team and forge != 'none' %}.{{ forge }}{% endif %}/CODEOWNERS.jinja": (
        "/ {{ team }}\n",
        "/ {{ team }}\n/uv.lock {{ team }}\n",
    ),
    "{% if forge == 'github' %}.github{% endif %}/workflows/acme.yml.jinja": (
        "minutes: 5",
        "minutes: 6",
    ),
}


@pytest.fixture(scope="session")
def overlay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as a repository of two releases."""
    folder = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("overlay") / "acme")
    commit(folder)
    git("add", "--all", "--force", cwd=folder)  # what a fragment has git ignore
    git("tag", "v1.0.0", cwd=folder)
    for path, (old, new) in CHANGES.items():
        file = folder / "template" / path
        assert old in file.read_text("utf-8")
        write(folder / "template", path, file.read_text("utf-8").replace(old, new))
    commit(folder)
    git("tag", "v2.0.0", cwd=folder)
    return folder


@pytest.fixture(scope="session")
def releases(tagged: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template, with one more release, in which every managed file changes."""
    folder = tmp_path_factory.mktemp("releases") / "treewright"
    git("clone", "--quiet", tagged, folder, cwd=folder.parent)
    next_release.make(folder)
    return folder


@pytest.fixture(autouse=True)
def _command(tagged: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have the command `treewright` on the PATH, with the code that is tested."""
    program = tmp_path_factory.mktemp("bin") / "treewright"
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH="{tagged / "src"}" exec "{sys.executable}" -m treewright "$@"\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    searched = os.pathsep.join([str(program.parent), os.environ["PATH"]])
    with pytest.MonkeyPatch.context() as patch, local.env(PATH=searched, **{UNPROVEN: "1"}):
        patch.setenv("PATH", searched)
        patch.setenv(UNPROVEN, "1")
        yield


def diff(project: Path) -> list[str]:
    """Give the lines that the last commit has taken from files and put into them."""
    lines = git("diff", "--unified=0", "HEAD~1", cwd=project).splitlines()
    return [line for line in lines if not line.startswith(("---", "+++"))]


def lay_over(project: Path, overlay: Path, version: str) -> Path:
    """Lay the overlay over a project, and commit it."""
    given = [word for name, value in GIVEN.items() for word in ("--data", f"{name}={value}")]
    options = ("--trust", "--defaults", "--quiet", f"--vcs-ref={version}")
    in_process.copier("copy", *options, *given, overlay, project)
    commit(project)
    return project


def update_overlay(project: Path) -> None:
    """Update the overlay, as Renovate does."""
    options = ("--skip-answered", "--defaults", "--trust", "--answers-file", ANSWERS)
    printed = in_process.copier("update", *options, "--vcs-ref=v2.0.0", project)
    told = " ".join(printed.split())
    assert "tool.ruff.line-length is 110, from acme; without it, 100" in told


ORDERS = ["template, overlay", "overlay, template", "flat, overlay", "overlay, flat"]
ORDERS += ["overlay, recopy"]


@pytest.mark.parametrize("order", ["overlay", *map(full, ORDERS)])
def test_whatever_is_updated_first_the_project_is_as_if_new(
    request: pytest.FixtureRequest, tagged: Path, overlay: Path, tmp_path: Path, order: str
) -> None:
    template = request.getfixturevalue("releases") if "template" in order else tagged
    project = tmp_path / "acme-tool"
    plain = copy(template, project, HERE, PROJECT)
    lay_over(project, overlay, "v1.0.0")
    said = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    assert said["tool"]["ruff"]["line-length"] == 120
    assert said["tool"]["uv"]["index"][0]["url"] == GIVEN["index_url"]
    assert "/.github/ @acme/platform" in (project / ".github/CODEOWNERS").read_text("utf-8")
    assert [line for line in diff(project) if line.startswith("-")] == ["-line-length = 100"]

    updates: dict[str, Callable[[], object]] = {
        "overlay": lambda: update_overlay(project),
        "template": lambda: update(project, next_release.VERSION),
        "flat": lambda: update(project, HERE, layout="flat"),
        "recopy": lambda: in_process.copier(
            "recopy", "--trust", "--defaults", "--quiet", "--overwrite", project
        ),
    }
    for what in order.split(", "):
        updates[what]()
        assert unmerged(project) == []
        commit(project)
    if order == "overlay":
        for path in SHARED:
            wanted = laid(path, plain[path], project / ".treewright/acme" / path)
            assert (project / path).read_bytes() == wanted
        return
    version = next_release.VERSION if "template" in order else HERE
    flat = {"layout": "flat"} if "flat" in order else {}
    new = tmp_path / "new/acme-tool"
    plain = copy(template, new, version, PROJECT | flat)
    assert_like(project, snapshot(lay_over(new, overlay, "v2.0.0")))
    subprocess.run(["treewright", "overlay", "--remove", "acme"], cwd=project, check=True)
    assert_like(project, plain)


def laid(path: str, template: bytes, fragment: Path) -> bytes:
    """Give a file of the template's with a fragment laid over it."""
    layers = Layers(now={"acme": fragment.read_text("utf-8")})
    text, _ = by_meaning(path, {BASE: "", OURS: "", THEIRS: template.decode()}, layers)
    return text.encode()


def assert_like(project: Path, wanted: Files) -> None:
    """Compare with a project that was never another: all files that are shared, and which are."""
    found = snapshot(project)
    assert found.keys() == wanted.keys()
    for path in (*SHARED, ".github/workflows/acme.yml", ".treewright/acme/pyproject.toml"):
        assert found.get(path) == wanted.get(path)


def test_where_there_is_no_treewright(tmp_path: Path) -> None:
    """It fetches none: as long as PyPI has none of ours, somebody else's could run."""
    (tmp_path / "uvx").write_text("#!/bin/sh\ntouch fetched\n")
    (tmp_path / "uvx").chmod(0o755)
    done = subprocess.run(
        [sys.executable, EXAMPLE / "hooks/lay_in.py"],
        cwd=tmp_path,
        env={"PATH": str(tmp_path), "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "treewright is neither beside Copier nor on the PATH: install it.\n"
        "The overlay's files are here, but not laid in yet. Once that is settled, run:"
        " treewright overlay\n"
    )
    assert not (tmp_path / "fetched").exists()


def test_no_secret_becomes_an_answer() -> None:
    url = "https://user:token@pypi.example.com/simple"
    with pytest.raises(ValueError, match="It is stored in the repository"):
        rendered({"index_url": url}, EXAMPLE, None)


def test_actions_are_pinned_as_in_packages() -> None:
    pins = json.loads((ROOT / "includes/pins.json").read_text("utf-8"))["actions"]
    used = [
        found
        for file in (ROOT / "fleet").rglob("*.yml*")
        for found in re.findall(r"uses: ([\w./-]+)@(\w+) # (\S+)", file.read_text("utf-8"))
    ]
    assert used
    for action, commit_, version in used:
        assert (pins[action]["commit"], pins[action]["version"]) == (commit_, version)
