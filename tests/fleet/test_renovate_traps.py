"""Every trap of Renovate's manager for Copier: what is shipped avoids it, and why it has to.

The template is a small one, with a migration, and the overlay another. A run of Renovate is for all
traps at once, as it is shipped; further ones are without what avoids them.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from loopback_forge import OWNER, Forge, serving
from renovate import warnings
from repositories import git
from steady import (
    ALONE,
    ANSWERS,
    OF_OVERLAY,
    OVERLAY,
    PRESETS,
    RELEASES,
    Change,
    Organisation,
    make_small,
    make_template,
    ring_1,
)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="git has no http-backend there")

OFFERED = "10.0.0"  # to all but ring 0
ANOTHER_DAY = (datetime.now(UTC) + timedelta(days=3)).day


class Trap(NamedTuple):
    """A repository in which Renovate does wrong by itself.

    Args:
        config: What it has in its `renovate.json`.
        bitten: The branches that come without what is shipped against it, and what Renovate says
            of the files in each; None where nothing is.
        wanted: The branches that come as it is shipped.
        places: Its answers files.
        answers: What they have that others do not.

    """

    config: Mapping[str, object] = {}
    bitten: Mapping[str, str] | None = None
    wanted: tuple[str, ...] = (ALONE,)
    places: tuple[str, ...] = (ANSWERS,)
    answers: Mapping[str, object] = {}


# Against these, the rule of the manager has a line each.
RULED = {
    "tags-without-dates": Trap({"minimumReleaseAge": "7 days"}, {}),
    "major-releases": Trap({}, {"template/t-9.x": "", "template/t-10.x": ""}),
    "groups": Trap(
        {"groupName": "all"},
        {"template/all": "failure", "template/major-all": "failure"},
        (ALONE, OVERLAY),
        (ANSWERS, OF_OVERLAY),
    ),
    "two-projects": Trap(
        {},
        {"template/t-9.x": "", "template/t-10.x": ""},
        (ALONE, "template/libs/a/copier-answers"),
        (ANSWERS, f"libs/a/{ANSWERS}"),
    ),
}
# And against these the configuration of the runner.
FORCED = {
    "manager-switched-off": Trap({"copier": {"enabled": False}}, {}),
    "on-another-day": Trap({"schedule": [f"* * {ANOTHER_DAY} * *"]}, {}),
    "dashboard": Trap({"dependencyDashboard": True}, {ALONE.replace("template", "renovate"): ""}),
}
# In these, Renovate finds nothing, and says nothing. Treewright writes no such answers.
UNREADABLE = {
    "untagged": Trap(wanted=(), answers={"_commit": "v9.0.0-1-g0123abc"}),
    "short-address": Trap(wanted=(), answers={"_src_path": f"gh:{OWNER}/treewright"}),
    "local-path": Trap(wanted=(), answers={"_src_path": "/srv/git/treewright"}),
}
OTHERS = {
    "canary-lib": Trap(),
    "both": Trap(wanted=(ALONE, OVERLAY), places=(ANSWERS, OF_OVERLAY)),
    "new-question": Trap(answers={"level": None}),
}
TRAPS = {**RULED, **FORCED, **UNREADABLE, **OTHERS}


def make_templates(forge: Forge, folder: Path) -> None:
    make_template(forge, folder, "treewright", ANSWERS)
    make_template(forge, folder, "acme", OF_OVERLAY)


def make(forge: Forge, folder: Path, name: str, trap: Trap) -> None:
    config = {"renovate.json": json.dumps(trap.config)} if trap.config else {}
    make_small(forge, folder, name, places=trap.places, answers=trap.answers, files=config)


def run(programs: Path, folder: Path, traps: Mapping[str, Trap], **changes: Change) -> Organisation:
    """Run Renovate once for repositories of traps, and two templates."""
    with serving(folder / "forge") as forge:
        for name, trap in traps.items():
            make(forge, folder, name, trap)
        organisation = Organisation(programs, forge, folder)
        make_templates(forge, folder)
        organisation.configure(rings=ring_1(OFFERED), **changes)
        organisation.run()
        return organisation


@pytest.fixture(scope="module")
def shipped(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Organisation:
    """What comes of all of them, as it is shipped."""
    return run(programs, tmp_path_factory.mktemp("shipped"), TRAPS)


@pytest.fixture(scope="module")
def unruled(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Organisation:
    """What comes without the rule of the manager."""
    return run(
        programs,
        tmp_path_factory.mktemp("unruled"),
        RULED,
        default=lambda preset: preset["packageRules"].pop(0),
    )


@pytest.fixture(scope="module")
def unforced(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Organisation:
    """What comes without what the runner insists on, except that nothing else is looked up."""
    return run(
        programs,
        tmp_path_factory.mktemp("unforced"),
        FORCED,
        config=lambda config: config.update(force={"enabledManagers": ["copier"]}),
    )


@pytest.mark.parametrize("name", TRAPS)
def test_what_is_shipped_avoids_traps(shipped: Organisation, name: str) -> None:
    trap = TRAPS[name]
    assert shipped.pulls(name) == dict.fromkeys(trap.wanted, "")
    assert [item for item in shipped.forge.items[name] if item["kind"] == "issues"] == []
    branches = shipped.forge.heads(name).keys() - {"main", "renovate/of-another-bot"}
    assert branches == set(trap.wanted)
    for branch, place in zip(trap.wanted, trap.places, strict=bool(trap.wanted)):
        template = "acme" if "acme" in place else "treewright"
        newest = template == "acme" or name.startswith("canary-")
        version = RELEASES[-1] if newest else OFFERED
        folder = place.rpartition("/")[0]
        assert changed(shipped, name, branch) == {
            f"{folder}/{path}".removeprefix("/")
            for path in (place.rpartition("/")[2], f"{template}.txt", f"{template}.migrated")
        }
        answers = yaml.safe_load(git("show", f"{branch}:{place}", cwd=at(shipped, name)))
        assert (answers["_commit"], answers["level"]) == (f"v{version}", 1)


def at(organisation: Organisation, name: str) -> Path:
    return organisation.forge.repository(name)


def changed(organisation: Organisation, name: str, branch: str) -> set[str]:
    """Give the files that a branch changes."""
    return set(git("diff", "--name-only", "main", branch, cwd=at(organisation, name)).split())


@pytest.mark.parametrize("name", RULED)
def test_without_the_rule_a_trap_bites(unruled: Organisation, name: str) -> None:
    named = re.compile(r"http.*treewright\.git")
    found = {named.sub("t", branch): said for branch, said in unruled.pulls(name).items()}
    assert found == RULED[name].bitten


@pytest.mark.parametrize("name", FORCED)
def test_without_force_a_trap_bites(unforced: Organisation, name: str) -> None:
    assert unforced.pulls(name) == FORCED[name].bitten
    issues = [item for item in unforced.forge.items[name] if item["kind"] == "issues"]
    assert bool(issues) == (name == "dashboard")
    assert "renovate/of-another-bot" not in unforced.forge.heads(name)


@pytest.fixture
def alone(programs: Path, tmp_path: Path) -> Iterator[Organisation]:
    """An organisation with one repository."""
    with serving(tmp_path / "forge") as forge:
        make_templates(forge, tmp_path)
        make(forge, tmp_path, "lib", Trap())
        organisation = Organisation(programs, forge, tmp_path)
        organisation.configure(rings=ring_1(OFFERED))
        yield organisation


def test_without_trust_in_the_home_folder_it_is_red(alone: Organisation) -> None:
    elsewhere = (alone.home / ".config").rename(alone.folder / "elsewhere")
    # Renovate does not hand this variable on to Copier.
    alone.run("lib", COPIER_SETTINGS_PATH=str(elsewhere / "copier/settings.yml"))
    assert alone.pulls("lib") == {ALONE: "failure"}
    assert changed(alone, "lib", ALONE) == {ANSWERS}
    (said,) = alone.forge.comments["lib"]
    assert "unsafe feature: migrations" in said["body"]


def test_without_presets_nothing_is_proposed(alone: Organisation) -> None:
    alone.forge.repository(PRESETS).rename(alone.folder / "away.git")
    log = alone.start("lib").log(status=1)
    assert "config-inherit-not-found" in json.dumps(warnings(log))
    assert alone.pulls("lib") == {}

    alone.configure(config=lambda config: config.update(inheritConfigStrict=False))
    alone.forge.repository(PRESETS).rename(alone.folder / "away-again.git")
    alone.run("lib")
    offered = [
        git("show", f"{branch}:{ANSWERS}", cwd=at(alone, "lib")) for branch in alone.pulls("lib")
    ]
    assert any(f"_commit: v{RELEASES[-1]}\n" in answers for answers in offered), "to everybody"


def test_what_is_proposed_costs_nothing_again(alone: Organisation) -> None:
    """If the folder of the cache is kept; without it, each run does each open update again."""

    def commands(**more: str) -> int:
        log = alone.run("lib", RENOVATE_BASE_DIR=str(alone.folder / "kept"), **more)
        return sum("Executing command" in line["msg"] for line in log)

    assert [commands(), commands()] == [1, 0]
    alone.configure(rings=ring_1(RELEASES[-1]))
    assert commands() == 1
    answers = git("show", f"{ALONE}:{ANSWERS}", cwd=at(alone, "lib"))
    assert f"_commit: v{RELEASES[-1]}\n" in answers
    assert commands(RENOVATE_REPOSITORY_CACHE="disabled") == 1


@pytest.mark.parametrize("ruled", [True, False])
def test_what_an_overlay_sets_is_no_dependency(
    programs: Path, tmp_path: Path, *, ruled: bool
) -> None:
    """In a bot for all dependencies, which takes the same presets."""
    settings = '[project]\nname = "lib"\nversion = "1"\ndependencies = ["treewright==9.0.0"]\n'
    files = dict.fromkeys(("pyproject.toml", ".treewright/acme/pyproject.toml"), settings)
    with serving(tmp_path / "forge") as forge:
        forge.releases = dict.fromkeys(("9.0.0", "9.1.0"), "2026-01-01T00:00:00")
        make_small(forge, tmp_path, "lib", places=(), answers={}, files=files)
        organisation = Organisation(programs, forge, tmp_path)
        organisation.configure(
            default=lambda preset: preset["packageRules"].pop() if not ruled else None,
            config=lambda config: config.update(force={"enabledManagers": ["pep621"]}),
        )
        organisation.run("lib")
        (branch,) = organisation.pulls("lib")
        assert changed(organisation, "lib", branch) == set([*files][: 1 if ruled else 2])
