"""Renovate, for real, against a forge on this machine: it trusts nobody and changes one line.

`treewright finish` does the rest. Only `--renovate FOLDER` runs this, as npm fetches a lot.
"""

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import adopting
import finishing
from keeping import HERE
from loopback_forge import OWNER, Forge, serving
from published import LATER, NEXT, PIN, treewright
from renovate import start, validate, variables, warnings
from repositories import commit, git, snapshot

pytestmark = pytest.mark.skipif(os.name == "nt", reason="git has no http-backend there")

BRANCH = "renovate/treewright-9.x"
LINES = "diff", "--unified=0", "--no-prefix", "--no-color"

# Answers of ten projects, by their names. All of them have Renovate, which is the default.
PROJECTS: Mapping[str, Sequence[str]] = {
    "as-it-comes": ["forge=github"],
    "on-gitlab": ["forge=gitlab", "layout=flat"],
    "on-no-forge": ["forge=none"],
    "command": ["forge=github", "starter=command", "layout=flat"],
    "namespace": ["forge=github", "package=namespace", "namespace=acme.data"],
    "versions-of-git": ["forge=github", "build_backend=hatchling", "version_source=vcs"],
    "pipeline": ["forge=gitlab", "starter=pipeline", "package=namespace"],
    "minimal": ["forge=gitlab", "starter=minimal", "docs=none", "build_backend=setuptools"],
    "full": ["forge=github", "ci=full", "docs=sphinx", "devcontainer=true"],
    "other-answers-file": ["forge=gitlab", "starter=plugin", "build_backend=flit"],
}
# Those that a newer release comes to while the pull request is open: who has finished each of them?
BY_A_JOB, BY_A_PERSON = ["as-it-comes", "on-gitlab"], ["on-no-forge"]
PERSON = "jane@example.org"


def test_one_line_of_renovate_is_an_update(programs: Path, index: Path, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    old, new = ((now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S") for days in (30, 3))
    with serving(tmp_path / "forge") as forge:
        answers_files = {
            name: make(forge, index, tmp_path / name, answers) for name, answers in PROJECTS.items()
        }
        files = [tmp_path / name / "renovate.json" for name in PROJECTS]
        validate(programs, files, "--no-global")
        base = forge.branches()

        forge.releases = {PIN: old, NEXT: old, LATER: new}  # the last of which has to wait a week
        run_renovate(programs, forge)
        for name, file in answers_files.items():
            assert pulls(forge, name) == [BRANCH]
            assert changed_lines(forge, name) == one_line(file, PIN, NEXT)
        for name, file in answers_files.items():
            finish(forge, index, name, NEXT, tmp_path, file)

        finished, proposed = forge.branches(), {name: forge.pulls(name) for name in PROJECTS}
        run_renovate(programs, forge)
        assert forge.branches() == finished, "a second run pushes nothing over what was finished"
        assert {name: forge.pulls(name) for name in PROJECTS} == proposed, "and proposes nothing"
        commented = [name for name in PROJECTS if forge.comments[name]]
        assert commented == BY_A_PERSON, "where Renovate says that it leaves the branch alone"
        for name in PROJECTS:
            head = finished[name][BRANCH]
            clone = tmp_path / "branches" / f"{name}-{NEXT}"
            said = treewright(index, clone, NEXT, "finish", "--base=origin/main", "--commit")
            assert "nothing to do" in said
            assert git("rev-parse", "HEAD", cwd=clone).strip() == head

        forge.releases[LATER] = old
        run_renovate(programs, forge, *BY_A_JOB, *BY_A_PERSON)
        assert forge.branches()[BY_A_PERSON[0]] == finished[BY_A_PERSON[0]], "a person's is left"
        for name in BY_A_JOB:
            assert pulls(forge, name) == [BRANCH]
            assert changed_lines(forge, name) == one_line(answers_files[name], PIN, LATER)
            finish(forge, index, name, LATER, tmp_path, answers_files[name])

        assert {name: found["main"] for name, found in forge.branches().items()} == {
            name: found["main"] for name, found in base.items()
        }
        assert set(forge.unknown) == {f"GET /api/v1/orgs/{OWNER}"}, "it is a person"


def test_renovate_with_trust_has_a_repository_join(
    programs: Path, tagged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it runs commands, as on one's own machine, its manager for Copier does all."""
    adopting.from_clone(tagged, monkeypatch)
    project = adopting.make(tmp_path / "acme-lib")
    assert adopting.adopt(project, "--defaults", "--features", "checks,community") == 0
    with serving(tmp_path / "forge") as forge:
        forge.add("treewright", tagged)
        file = project / ".copier-answers.yml"
        address = forge.clone_url("treewright")
        file.write_text(file.read_text("utf-8").replace(str(tagged), address), "utf-8")
        commit(project)
        forge.add("acme-lib", project)
        run_renovate(
            programs,
            forge,
            "acme-lib",
            manager="copier",
            PATH=os.pathsep.join([str(Path(sys.executable).parent), variables(programs)["PATH"]]),
            RENOVATE_ALLOW_SCRIPTS="true",
            RENOVATE_IGNORE_SCRIPTS="false",
            RENOVATE_ONBOARDING="false",
            RENOVATE_REQUIRE_CONFIG="optional",
        )
        (branch,) = pulls(forge, "acme-lib")
        finishing.by_hand(project, HERE)
        finishing.save(project)
        clone = tmp_path / "clone"
        git(
            "clone",
            "--quiet",
            f"--branch={branch}",
            forge.clone_url("acme-lib"),
            clone,
            cwd=tmp_path,
        )
        assert snapshot(clone) == snapshot(project)


def make(forge: Forge, index: Path, project: Path, answers: Sequence[str]) -> str:
    """Make a project of the older release, work on it and push it; give its answers file."""
    file = ".answers.yml" if project.name == "other-answers-file" else ".copier-answers.yml"
    options = ["--defaults", "--quiet", "--skip-tasks", f"--answers-file={file}"]
    data = [f"--data={answer}" for answer in ("github_user=acme", *answers)]
    treewright(index, project.parent, PIN, "new", str(project), *options, *data)
    settings = project / "pyproject.toml"
    text = settings.read_text("utf-8")
    assert "line-length = 100" in text
    settings.write_text(text.replace("line-length = 100", "line-length = 88"), "utf-8")
    (project / "notes.txt").write_text("ours\n", "utf-8")
    with (project / "README.md").open("a", encoding="utf-8") as readme:
        readme.write("\nOurs.\n")
    commit(project)
    forge.add(project.name, project)
    return file


def run_renovate(
    programs: Path, forge: Forge, *names: str, manager: str = "custom.regex", **more: str
) -> None:
    """Run Renovate once, for all repositories or some; it has to succeed.

    Without trust, it starts no command. Of its own settings, it gets where the forge and the index
    are, and to look at the template alone and at once: other dependencies are looked up elsewhere,
    and only on Mondays.

    Args:
        programs: Where it is.
        forge: The forge.
        names: The repositories; by default all.
        manager: What looks for the template.
        more: Further variables.

    """
    forced = {
        "schedule": ["at any time"],
        "enabledManagers": [manager],
        # With it, Renovate's own manager proposes the newest 0.x besides, which no project needs.
        "separateMajorMinor": manager != "copier",
    }
    settings = {
        "RENOVATE_AUTODISCOVER": "true",
        "RENOVATE_AUTODISCOVER_FILTER": ",".join(f"{OWNER}/{name}" for name in names or ["*"]),
        "RENOVATE_FORCE": json.dumps(forced),
    }
    log = start(programs, forge, settings | more).log()
    assert warnings(log) == []
    commands = [line for line in log if "Executing command" in line["msg"]]
    assert more or not commands, "trust is needed for nothing"


def pulls(forge: Forge, name: str) -> list[str]:
    """Give the branches of the open pull requests of a repository."""
    return [pull["head"] for pull in forge.pulls(name) if pull["state"] == "open"]


def changed_lines(forge: Forge, name: str, branch: str = BRANCH) -> list[str]:
    """Give what the branch changes of its base."""
    shown = git(*LINES, "main", branch, cwd=forge.repository(name)).splitlines()
    return [line for line in shown if re.match(r"[+-]", line)]


def one_line(file: str, old: str, new: str) -> list[str]:
    return [f"--- {file}", f"+++ {file}", f"-_commit: v{old}", f"+_commit: v{new}"]


def finish(
    forge: Forge,
    index: Path,
    name: str,
    version: str,
    folder: Path,
    file: str,
    branch: str = BRANCH,
) -> None:
    """Finish a branch, push that, and compare it with an update by hand."""
    clone, by_hand = (folder / place / f"{name}-{version}" for place in ("branches", "by-hand"))
    for place, head in ((clone, branch), (by_hand, "main")):
        place.parent.mkdir(exist_ok=True)
        git("clone", "--quiet", f"--branch={head}", forge.clone_url(name), place, cwd=folder)
    email = email_of_job(clone)
    author = {f"GIT_{who}_EMAIL": email for who in ("AUTHOR", "COMMITTER")}
    treewright(index, clone, version, "finish", "--base=origin/main", "--commit", **author)
    assert git("log", "-1", "--format=%ae", cwd=clone).strip() == email
    git("push", "--quiet", cwd=clone)
    update = ("update", "--defaults", "--quiet", f"--answers-file={file}")
    treewright(index, by_hand, version, *update)
    assert git("status", "--porcelain", cwd=clone) == ""
    assert snapshot(clone) == snapshot(by_hand)
    assert f"# newer: {version}" in (clone / ".gitignore").read_text("utf-8")


def email_of_job(project: Path) -> str:
    """Give the address with which a project's job commits; where there is none, a person's."""
    for file in (".github/workflows/template.yml", ".gitlab-ci.yml"):
        if (project / file).exists():
            (email,) = set(re.findall(r'user\.email "(.+)"', (project / file).read_text("utf-8")))
            return str(email)
    return PERSON
