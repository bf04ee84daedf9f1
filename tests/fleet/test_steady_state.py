"""Renovate, for real, keeps an organisation's repositories up to date, as `fleet/renovate/` says.

Only `--renovate FOLDER` runs this, as npm fetches a lot.
"""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import adopting
import in_process
from keeping import HERE, write
from loopback_forge import OWNER, Forge, serving
from published import LATER, NEXT, PIN, UVX
from rendering import ROOT
from renovate import warnings
from repositories import commit, git, snapshot
from steady import ALONE, ANSWERS, OF_OVERLAY, OVERLAY, Organisation, ring_1
from test_renovate import changed_lines, finish, make, one_line
from test_update_faults import release
from treewright import distribution

pytestmark = pytest.mark.skipif(os.name == "nt", reason="git has no http-backend there")

TEMPLATE, ABOVE = "treewright", "overlay"
# The answers of ten repositories, by their names.
REPOSITORIES: Mapping[str, Mapping[str, str]] = {
    "canary-lib": {"forge": "github"},
    "canary-app": {"forge": "gitlab", "starter": "command"},
    "as-it-comes": {"forge": "github"},
    "flat": {"forge": "gitlab", "layout": "flat", "build_backend": "hatchling"},
    "namespace": {"forge": "github", "package": "namespace", "namespace": "acme.data"},
    "no-bot": {"forge": "github", "update_bot": "none"},
    "minimal": {"forge": "none", "starter": "minimal", "docs": "none"},
    "in-conflict": {"forge": "github"},
    "overlaid": {"forge": "github", "github_user": "acme"},
    "joining": {},
}
PROMOTED = ("as-it-comes", "in-conflict")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fleet")


@pytest.fixture(scope="module")
def organisation(programs: Path, tagged: Path, folder: Path) -> Iterator[Organisation]:
    """Ten repositories, the template with two more releases, and an overlay with two."""
    with serving(folder / "forge") as forge, pytest.MonkeyPatch.context() as patch:
        template = folder / TEMPLATE
        git("clone", "--quiet", tagged, template, cwd=folder)
        git("checkout", "--quiet", "-B", "main", cwd=template)
        release(template)
        write(template, "template/NEWER.md", "Newer.\n")
        commit(template)
        git("tag", f"v{LATER}", cwd=template)
        forge.add(TEMPLATE, template)
        make_overlay(folder / ABOVE)
        forge.add(ABOVE, folder / ABOVE)
        command(folder / "bin/treewright", tagged)
        patch.setenv("PATH", os.pathsep.join([str(folder / "bin"), os.environ["PATH"]]))
        for name, answers in REPOSITORIES.items():
            if name == "joining":
                join(folder / name, tagged, forge, patch)
            else:
                copy(folder / name, forge, answers)
            edit(folder / name)
            commit(folder / name)
            forge.add(name, folder / name)
        yield Organisation(programs, forge, folder)


def make_overlay(place: Path) -> None:
    shutil.copytree(ROOT / "fleet/overlay", place)
    commit(place)
    git("add", "--all", "--force", cwd=place)  # what a fragment has git ignore
    commit(place)
    git("tag", "v1.0.0", cwd=place)
    fragment = place / "template/.treewright/acme/pyproject.toml.jinja"
    text = fragment.read_text("utf-8")
    assert "= 120" in text
    fragment.write_text(text.replace("= 120", "= 110"), "utf-8")
    commit(place)
    git("tag", "v2.0.0", cwd=place)


def command(program: Path, tagged: Path) -> None:
    """Put the command `treewright` there, of the code that is tested."""
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH="{tagged / "src"}" exec "{sys.executable}" -m treewright "$@"\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def copy(project: Path, forge: Forge, answers: Mapping[str, str]) -> None:
    options = ("--trust", "--defaults", "--quiet")
    given = [f"--data={name}={value}" for name, value in answers.items()]
    source = forge.clone_url(TEMPLATE)
    in_process.copier(
        "copy", *options, "--skip-tasks", *given, f"--vcs-ref={HERE}", source, project
    )
    if project.name == "overlaid":
        commit(project)
        source = forge.clone_url(ABOVE)
        in_process.copier("copy", *options, "--vcs-ref=v1.0.0", source, project)


def join(project: Path, tagged: Path, forge: Forge, patch: pytest.MonkeyPatch) -> None:
    """Have a repository join by one file, which an update makes a project of."""
    adopting.from_clone(tagged, patch)
    adopting.make(project)
    assert adopting.adopt(project, "--defaults", "--features", "checks,community") == 0
    text = (project / ANSWERS).read_text("utf-8")
    assert str(tagged) in text
    write(project, ANSWERS, text.replace(str(tagged), forge.clone_url(TEMPLATE)))


def edit(project: Path) -> None:
    """Do to a project what its owner does."""
    write(project, "notes.txt", "ours\n")
    with (project / "README.md").open("a", encoding="utf-8") as readme:
        readme.write("\nOurs.\n")
    if project.name == "in-conflict":
        _, _, rest = (project / "AGENTS.md").read_text("utf-8").partition("\n")
        write(project, "AGENTS.md", f"# Our own words\n{rest}")


def test_ten_repositories(organisation: Organisation, folder: Path) -> None:
    forge = organisation.forge
    assert not (folder / "no-bot/renovate.json").exists(), "the organisation's is enough"
    organisation.configure(rings=ring_1(NEXT))
    base = forge.branches()
    log = organisation.run()
    assert {line["repository"] for line in warnings(log)} == {f"{OWNER}/in-conflict"}
    for name in REPOSITORIES:
        both = {OVERLAY: ""} if name == "overlaid" else {}
        red = "failure" if name == "in-conflict" else ""
        assert organisation.pulls(name) == {ALONE: red, **both}
    assert [name for name in REPOSITORIES if forge.comments[name]] == ["in-conflict"]
    assert "* AGENTS.md" in forge.comments["in-conflict"][0]["body"]
    for name in REPOSITORIES:
        clone = cloned(organisation, name, ALONE)
        update(folder / name, f"v{LATER if name.startswith('canary-') else NEXT}")
        assert snapshot(clone) == snapshot(folder / name)
    assert "<<<<<<< " in (folder / "in-conflict/AGENTS.md").read_text("utf-8")
    laid = cloned(organisation, "overlaid", OVERLAY)
    by_hand = cloned(organisation, "overlaid", "main")
    update(by_hand, "v2.0.0", f"--answers-file={OF_OVERLAY}")
    assert snapshot(laid) == snapshot(by_hand)
    assert "line-length = 110" in (laid / "pyproject.toml").read_text("utf-8")

    proposed = organisation.state()
    organisation.run()
    assert organisation.state() == proposed, "a second run adds nothing"

    organisation.configure(rings=ring_1(LATER))
    organisation.run(*PROMOTED)
    for name in PROMOTED:
        assert list(organisation.pulls(name)) == [ALONE]
        answers = git("show", f"{ALONE}:{ANSWERS}", cwd=forge.repository(name))
        assert f"_commit: v{LATER}\n" in answers
    organisation.configure(rings=ring_1(PIN))
    organisation.run(*PROMOTED)
    assert [organisation.pulls(name) for name in PROMOTED] == [{}, {}]
    assert {name: heads["main"] for name, heads in forge.branches().items() if name in base} == {
        name: heads["main"] for name, heads in base.items()
    } | {"renovate-config": forge.heads("renovate-config")["main"]}


def update(project: Path, version: str, *more: str) -> None:
    """Update a project as a person does, with a clone of the template for each render."""
    command_ = [sys.executable, "-m", "copier", "update", "--trust", "--defaults", "--quiet"]
    subprocess.run([*command_, f"--vcs-ref={version}", *more], cwd=project, check=True)


def cloned(organisation: Organisation, name: str, branch: str) -> Path:
    """Give a clone of a branch."""
    clone = organisation.folder / "clones" / name / branch
    clone.parent.mkdir(parents=True, exist_ok=True)
    address = organisation.forge.clone_url(name)
    git("clone", "--quiet", f"--branch={branch}", address, clone, cwd=clone.parent)
    return clone


# Repositories of the package that PyPI has, and what each is offered.
LINES: Mapping[str, str] = {
    "canary-lib": LATER,
    "as-rendered": NEXT,
    "without-renovate": NEXT,
    "in-conflict": NEXT,
}


def test_one_line(programs: Path, index: Path, tmp_path: Path) -> None:
    with serving(tmp_path / "forge") as forge:
        fork = tmp_path / TEMPLATE
        git("clone", "--quiet", index.parent / TEMPLATE, fork, cwd=tmp_path)
        git("checkout", "--quiet", "-B", "main", cwd=fork)
        forge.add(TEMPLATE, fork)
        make_overlay(tmp_path / ABOVE)
        forge.add(ABOVE, tmp_path / ABOVE)
        for name in LINES:
            make(forge, index, tmp_path / name, ["forge=github"])
        rework(forge, tmp_path)
        forge.releases = dict.fromkeys((PIN, NEXT, LATER), "2026-01-01T00:00:00")
        organisation = Organisation(programs, forge, tmp_path, "one-line")
        organisation.configure(rings=ring_1(NEXT))
        log = organisation.run()
        # The template has dependencies of its own, which this bot leaves to another.
        assert {line["repository"] for line in warnings(log)} <= {f"{OWNER}/{TEMPLATE}"}
        assert organisation.pulls(TEMPLATE) == {}
        assert not [line for line in log if "Executing command" in line["msg"]]
        for name, version in {**LINES, "of-a-fork": NEXT}.items():
            assert organisation.pulls(name) == {ALONE: ""}
            assert changed_lines(forge, name, ALONE) == one_line(ANSWERS, PIN, version)
        assert organisation.pulls("overlaid") == {OVERLAY: ""}
        assert changed_lines(forge, "overlaid", OVERLAY) == one_line(OF_OVERLAY, "1.0.0", "2.0.0")
        assert organisation.pulls("of-another-template") == {}

        for name, version in LINES.items():
            if name != "in-conflict":
                finish(forge, index, name, version, tmp_path, ANSWERS, ALONE)
        clone = cloned(organisation, "in-conflict", ALONE)
        head = git("rev-parse", "HEAD", cwd=clone)
        command_ = [str(UVX), "--quiet", f"treewright=={NEXT}", "finish", "--base=origin/main"]
        variables = os.environ | {"UV_FIND_LINKS": str(index)}
        done = subprocess.run(
            [*command_, "--commit"], cwd=clone, env=variables, capture_output=True, check=False
        )
        assert done.returncode == 1, "the job is red"
        assert b".github/workflows/ci.yml" in done.stdout
        assert git("rev-parse", "HEAD", cwd=clone) == head, "and has nothing to push"

        proposed = organisation.state()
        organisation.run()
        assert organisation.state() == proposed, "a second run adds nothing"


def rework(forge: Forge, folder: Path) -> None:
    """Edit repositories on the forge, and add those of two other templates."""
    conflict = folder / "in-conflict/.github/workflows/ci.yml"
    with conflict.open("a") as file:
        file.write("# ours\n")
    (folder / "without-renovate/renovate.json").unlink()
    for name in ("in-conflict", "without-renovate"):
        commit(folder / name)
        git("push", "--quiet", forge.clone_url(name), "main", cwd=folder / name)
    text = (folder / "as-rendered" / ANSWERS).read_text("utf-8")
    for name, address in (
        ("of-a-fork", forge.clone_url(TEMPLATE)),
        ("of-another-template", forge.clone_url("cookies")),
    ):
        write(folder / name, ANSWERS, text.replace(distribution.ADDRESS, address))
        commit(folder / name)
        forge.add(name, folder / name)
    answers = f"_commit: v1.0.0\n_src_path: {forge.clone_url(ABOVE)}\nteam: ''\n"
    write(folder / "overlaid", OF_OVERLAY, answers)
    commit(folder / "overlaid")
    forge.add("overlaid", folder / "overlaid")
