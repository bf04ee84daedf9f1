"""What docs/fleet.md and docs/fleet-policy.md tell a platform team to do works, step by step."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

import shards
from keeping import EMPTY, HERE, copy, everything, is_shallow, releases
from loopback_forge import serving
from rendering import ROOT
from repositories import commit, git
from tiers import full

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the commands are for a POSIX shell")

FLEET, POLICY = (
    (ROOT / "docs" / name).read_text("utf-8") for name in ("fleet.md", "fleet-policy.md")
)
BLOCK = re.compile(r"(?ms)^```(\w+)\n(.*?)^```$")
HOST = "https://github.com/ORG/"


def part(title: str, page: str = FLEET) -> str:
    """Give the text below a heading of the second level."""
    found = re.search(rf"(?ms)^## {re.escape(title)}\n(.*?)(?=^## |\Z)", page)
    assert found, title
    return found[1]


def blocks(title: str, kind: str = "sh", page: str = FLEET) -> list[str]:
    return [text for found, text in BLOCK.findall(part(title, page)) if found == kind]


def run(script: str, folder: Path, addresses: Mapping[str, Path]) -> str:
    """Run a block as a shell does that stops at the first failure; addresses are folders here."""
    config = {
        f"GIT_CONFIG_{what}_{number}": text
        for number, (address, place) in enumerate(addresses.items())
        for what, text in (("KEY", f"url.{place}/.insteadOf"), ("VALUE", address))
    }
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail"],
        input=script,
        cwd=folder,
        env=os.environ
        | config
        | {
            "GIT_CONFIG_COUNT": str(len(addresses)),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases")
def test_the_five_minute_path(tmp_path: Path) -> None:
    for name in ("treewright", "renovate-config"):
        git("init", "--quiet", "--bare", f"{name}.git", cwd=tmp_path)
    everything(tmp_path)
    template, configuration, *_ = blocks("The five-minute path")
    run(template, tmp_path, {HOST: tmp_path})
    newest = [*releases()][-1]
    assert git("tag", cwd=tmp_path / "treewright.git").split() == [EMPTY, newest]

    run(configuration, tmp_path, {HOST: tmp_path})
    made = tmp_path / "renovate-config"
    listed = git("ls-tree", "-r", "--name-only", "main", cwd=tmp_path / "renovate-config.git")
    named = set(re.findall(r"`([\w-]+\.\w+)`", part("The five-minute path").split("| file |")[1]))
    assert {path for path in listed.split() if not path.startswith(".")} <= named
    assert ".github/workflows/renovate.yml" in listed.split()
    for path in made.glob("*.json"):
        text = path.read_text("utf-8")
        json.loads(text)
        assert not re.search(r"\bORG\b|example", text), path
    trusted = yaml.safe_load((made / "settings.yml").read_text("utf-8"))["trust"]
    assert "https://github.com/acme/" in trusted
    assert all("github.com" in address and "acme" in address for address in trusted)

    (gitlab,) = blocks("GitLab")
    run(gitlab, tmp_path, {})
    (include,) = re.findall("include: (.*)", (made / ".gitlab-ci.yml").read_text("utf-8"))
    assert (made / include).is_file()


def test_it_ends_in_pull_requests(programs: Path, tagged: Path, tmp_path: Path) -> None:
    """By the scripts that the jobs run, with Renovate itself."""
    (tmp_path / "treewright").symlink_to(ROOT)
    _, configuration, *_ = blocks("The five-minute path")
    run(configuration.rpartition("git push")[0], tmp_path, {})
    made = tmp_path / "renovate-config"
    change(made, "rings.json", '"<=0.10.0"', f'"<={HERE.removeprefix("v")}"')
    (tmp_path / "bin").mkdir()
    for name in ("uv", "npm"):  # what they would install is here
        (tmp_path / "bin" / name).write_text("#!/bin/sh\n")
        (tmp_path / "bin" / name).chmod(0o755)
    searched = [tmp_path / "bin", programs, Path(sys.executable).parent, os.environ["PATH"]]
    with serving(tmp_path / "forge") as forge:
        forge.add("treewright", tagged)
        address = forge.clone_url("treewright")
        (made / "settings.yml").write_text(f"trust: [{address.removesuffix('treewright.git')}]\n")
        commit(made)
        forge.add("renovate-config", made)
        for name in ("one", "two", "three"):
            copy(address, tmp_path / name, [*releases()][-1], {"project_name": name})
            forge.add(name, tmp_path / name)
        variables = {
            "PATH": os.pathsep.join(map(str, searched)),
            "RENOVATE_ENDPOINT": f"{forge.url}/api/v1/",
            "RENOVATE_PLATFORM": "gitea",
            "RENOVATE_TOKEN": "token",
        }

        def renovate(*options: str, **more: str) -> None:
            done = subprocess.run(
                ["./renovate.sh", *options],
                cwd=made,
                env=os.environ | variables | more,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout[-3000:]

        renovate("--autodiscover", "--write-discovered-repos=repositories.json")
        found = shards.read(made / "repositories.json")
        assert len(found) == 5
        for shard in shards.names(len(found), size=3):
            renovate(RENOVATE_REPOSITORIES=",".join(shards.chosen(found, shard)))
        for name in ("one", "two", "three"):
            (pull,) = forge.pulls(name)
            changed = git("diff", "main", pull["head"], cwd=forge.repository(name))
            assert f"+_commit: {HERE}" in changed.splitlines()
            assert "<<<<<<<" not in changed


@pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases")
@pytest.mark.parametrize("what", ["the changes that merge", full("a release")])
def test_a_fork_stays_mergeable(tmp_path: Path, what: str) -> None:
    (tmp_path / "upstream").mkdir()
    upstream = everything(tmp_path / "upstream")
    upstream = upstream.rename(tmp_path / "upstream/treewright.git")
    git("init", "--quiet", "--bare", "ORG/treewright.git", cwd=tmp_path)
    git("tag", "v99.0.0", cwd=upstream)
    known = {"https://git.example.com/": tmp_path, HOST: tmp_path / "ORG"}
    clone, merge, release = blocks("A fork that stays mergeable")
    run(clone, tmp_path, known)
    fork = tmp_path / "treewright"
    assert git("tag", cwd=fork) == ""
    newest = [*releases()][-1]
    if what == "a release":
        publish(fork, f"{newest}000".replace(".0000", ".1000"))

    (fork / "template/ours.txt").write_text("Ours.\n")
    change(fork, "copier.yml", "default: src", "default: flat")
    commit(fork)
    change(upstream, "copier.yml", "A Python package.", "A package.")
    commit(upstream)
    if what != "a release":
        run(merge, fork, known)
        assert git("log", "-1", "--format=%P", cwd=fork).split()[1:], "merged"
        assert git("tag", cwd=fork) == ""
        return
    major, minor, _ = newest.removeprefix("v").split(".")
    publish(upstream, theirs := f"v{major}.{int(minor) + 1}.0")
    with pytest.raises(AssertionError, match="fix conflicts"):
        run(merge, fork, known)
    conflicts = git("diff", "--name-only", "--diff-filter=U", cwd=fork).split()
    said = part("A fork that stays mergeable").partition("Two files always conflict, ")[2]
    assert conflicts == re.findall("`([^`]+)`", said)[:2]
    settle(fork)
    ours = theirs.removesuffix("0") + "1000"
    done = run(release.replace("v0.10.1000", ours), fork, known)
    assert f"{ours} can be released" in done
    assert git("tag", cwd=tmp_path / "ORG/treewright.git").split() == [ours]


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")


def publish(folder: Path, version: str) -> None:
    """Make a release, as docs/releasing.md tells."""
    command = [sys.executable, str(folder / ".ci/release.py"), "prepare", version]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    git("commit", "--quiet", "--all", f"--message=release: {version}", cwd=folder)


def settle(fork: Path) -> None:
    """Keep both sides, ours first, with something new above it."""
    marked = re.compile(r"(?ms)^<{7} .*?\n(.*?)^={7}\n(.*?)^>{7} .*?\n")
    listed = fork / "tests/releases.json"
    text = marked.sub(lambda found: f"{found[1].rstrip()},\n{found[2]}", listed.read_text("utf-8"))
    json.loads(text)
    listed.write_text(text, "utf-8")
    changelog = fork / "CHANGELOG.md"
    text = marked.sub(lambda found: f"{found[1]}\n{found[2]}", changelog.read_text("utf-8"))
    changelog.write_text(text.replace("\n## ", "\n## Unreleased\n\n- Merged.\n\n## ", 1), "utf-8")
    git("commit", "--quiet", "--all", "--message=merge", cwd=fork)


@pytest.mark.parametrize("what", ["an older release", full("a reverted merge")])
def test_copier_goes_back_no_other_way(tmp_path: Path, what: str) -> None:
    template, project = tmp_path / "template", tmp_path / "project"
    template.mkdir()
    project.mkdir()
    answers = "{{ _copier_conf.answers_file }}.jinja"
    (template / answers).write_text("{{ _copier_answers | to_nice_yaml }}")
    for version in ("v0.9.0", "v0.10.0"):
        (template / "file").write_text(version)
        commit(template)
        git("tag", version, cwd=template)
    if what == "an older release":
        said = f"_commit: v0.10.0\n_src_path: {template}\n"
        (project / ".copier-answers.yml").write_text(said)
        commit(project)
        back = "copier update --defaults --vcs-ref v0.9.0 2>&1 && exit 9 || true"
        (shown,) = blocks("Rollback", "text")
        assert shown in run(back, project, {})
        return
    run(f"copier copy --quiet --vcs-ref v0.9.0 {template} .", project, {})
    commit(project)
    before = git("rev-parse", "HEAD^{tree}", cwd=project)
    git("switch", "--quiet", "--create=update", cwd=project)
    run("copier update --quiet --defaults", project, {})
    commit(project)
    git("switch", "--quiet", "main", cwd=project)
    git("merge", "--quiet", "--no-ff", "--message=merge", "update", cwd=project)
    (revert,) = blocks("Rollback")
    run(revert.replace("revert", "revert --no-edit").replace("MERGE", "HEAD"), project, {})
    assert git("rev-parse", "HEAD^{tree}", cwd=project) == before
    run("copier update --quiet --defaults", project, {})
    assert (project / "file").read_text() == "v0.10.0"


# --- What the pages name -----------------------------------------------------------------


@pytest.mark.parametrize("page", [FLEET, POLICY], ids=["fleet", "policy"])
def test_files_that_a_page_names_are_there(page: str) -> None:
    named = set(re.findall(r"\bfleet/[\w./-]*\w", page))
    assert named
    for name in named:
        assert (ROOT / name).exists(), name


def workflow(name: str) -> dict[Any, Any]:
    text = (ROOT / "fleet/github" / name).read_text("utf-8")
    parsed: dict[Any, Any] = yaml.safe_load(text)
    return parsed


def test_the_app_has_the_rights_that_its_tokens_take() -> None:
    steps = [
        step
        for name in ("renovate.yml", "rehearse.yml")
        for job in workflow(name)["jobs"].values()
        for step in job["steps"]
    ]
    wanted: dict[str, str] = {}
    for inputs in (step["with"] for step in steps if "permission-metadata" in str(step)):
        for key, value in inputs.items():
            name = key.removeprefix("permission-").replace("-", " ").capitalize()
            if key.startswith("permission-") and (name not in wanted or value == "write"):
                wanted[name.replace("Statuses", "Commit statuses")] = value
    assert wanted.pop("Metadata") == "read", "which each app has"
    said = re.sub(r"\s+", " ", part("The five-minute path"))
    both = re.search("these rights for repositories: (.*?), read and write; (.*?), read\\.", said)
    assert both
    shown = {
        name: right
        for group, right in zip(both.groups(), ("write", "read"), strict=True)
        for name in re.findall(r"\*(.+?)\*", group)
    }
    assert shown == wanted
    for name in {*re.findall(r"(?:secrets|vars)\.(\w+)", str(steps))}:
        assert f"`{name}`" in said


def test_limits_are_those_that_the_scripts_keep() -> None:
    assert f"[{shards.MOST}](" in part("What it costs")
    assert f"up to {shards.MOST} others" in FLEET
    size = workflow("renovate.yml")["env"]["REPOSITORIES_PER_JOB"]
    assert f"{size}, unless you change it" in FLEET
    assert int(size) == shards.SIZE


def test_the_ring_that_is_shown_is_one() -> None:
    (shown,) = blocks("Rings", "json")
    rule = json.loads(shown)
    for form in (ROOT / "fleet/renovate").iterdir():
        rings = json.loads((form / "rings.json").read_text("utf-8"))
        assert rule in rings["packageRules"], form.name


def test_what_the_ruleset_requires_is_there(render: Callable[..., Path]) -> None:
    ruleset = json.loads((ROOT / "fleet/github/ruleset.json").read_text("utf-8"))
    rules = {rule["type"]: rule.get("parameters", {}) for rule in ruleset["rules"]}
    required = {
        check["context"] for check in rules["required_status_checks"]["required_status_checks"]
    }
    rendered = render(project_name="acme-tool", forge="github") / ".github/workflows/ci.yml"
    ours = yaml.safe_load(rendered.read_text("utf-8"))["jobs"]["ok"]["name"]
    assert required == {ours, *(job["name"] for job in workflow("drift.yml")["jobs"].values())}
    (shown,) = blocks("The check `Drift`", "json", POLICY)
    (entry,) = json.loads(shown)["parameters"]["workflows"]
    assert (ROOT / "fleet/github" / Path(entry["path"]).name).is_file()
    assert ruleset["conditions"]["ref_name"]["include"] == ["~DEFAULT_BRANCH"]
