"""Every trap of Renovate's manager for Copier: what is shipped avoids it, and why it has to.

The template is a small one, with a migration, and the overlay another. A run of Renovate is for all
traps at once, as it is shipped; further ones are without what avoids them.
"""

import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from keeping import write
from loopback_forge import OWNER, Forge, serving
from repositories import commit, git
from steady import Change, Organisation

pytestmark = pytest.mark.skipif(os.name == "nt", reason="git has no http-backend there")

ANSWERS, OF_OVERLAY = ".copier-answers.yml", ".copier-answers.acme.yml"
ALONE, OVERLAY = "template/copier-answers", "template/copier-answers.acme"
RELEASES = ("9.0.0", "9.1.0", "10.0.0", "10.1.0")
ANOTHER_DAY = (datetime.now(UTC) + timedelta(days=3)).day
OFFERED = "10.0.0"  # to all but ring 0
COPIER = """\
_subdirectory: template
_answers_file: {answers}
_migrations:
  - command: ["{{{{ _copier_python }}}}", "-c", "open('{name}.migrated', 'a').write('once')"]
    when: "{{{{ _stage == 'after' }}}}"
level:
  type: int
  default: 1
"""


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


def make_template(forge: Forge, folder: Path, name: str, answers: str) -> None:
    place = folder / f"template-{name}"
    write(place, "copier.yml", COPIER.format(name=name, answers=answers))
    answers_file = "{{ _copier_answers | to_nice_yaml -}}\n"
    write(place, "template/{{ _copier_conf.answers_file }}.jinja", answers_file)
    for version in RELEASES:
        write(place, f"template/{name}.txt.jinja", f"{version}\nlevel {{{{ level }}}}\n")
        commit(place)
        git("tag", f"v{version}", cwd=place)
    forge.add(name, place)


def make(forge: Forge, folder: Path, name: str, trap: Trap) -> None:
    """Make a repository with projects of the first release."""
    place = folder / name
    for path in trap.places:
        template = "acme" if "acme" in path else "treewright"
        answers = {
            "_commit": f"v{RELEASES[0]}",
            "_src_path": forge.clone_url(template),
            "level": 1,
            **trap.answers,
        }
        given = {key: value for key, value in answers.items() if value is not None}
        write(place, path, yaml.safe_dump(given))
        write((place / path).parent, f"{template}.txt", f"{RELEASES[0]}\nlevel 1\n")
    if trap.config:
        write(place, "renovate.json", json.dumps(trap.config))
    commit(place)
    git("branch", "renovate/of-another-bot", cwd=place)
    forge.add(name, place)


def ring_1(rings: dict[str, Any]) -> None:
    rings["packageRules"][0]["allowedVersions"] = f"<={OFFERED}"


def run(programs: Path, folder: Path, traps: Mapping[str, Trap], **changes: Change) -> Organisation:
    """Run Renovate once for repositories of traps, and two templates."""
    with serving(folder / "forge") as forge:
        make_template(forge, folder, "treewright", ANSWERS)
        make_template(forge, folder, "acme", OF_OVERLAY)
        for name, trap in traps.items():
            make(forge, folder, name, trap)
        organisation = Organisation(programs, forge, folder)
        organisation.configure(rings=ring_1, **changes)
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


def one(programs: Path, folder: Path, forge: Forge, trap: Trap = Trap()) -> Organisation:  # noqa: B008
    """Make an organisation with one repository, and the two templates."""
    make_template(forge, folder, "treewright", ANSWERS)
    make_template(forge, folder, "acme", OF_OVERLAY)
    make(forge, folder, "lib", trap)
    return Organisation(programs, forge, folder)


def test_without_trust_in_the_home_folder_it_is_red(programs: Path, tmp_path: Path) -> None:
    with serving(tmp_path / "forge") as forge:
        organisation = one(programs, tmp_path, forge)
        elsewhere = (organisation.home / ".config").rename(tmp_path / "elsewhere")
        # Renovate does not hand this variable on to Copier.
        organisation.run("lib", COPIER_SETTINGS_PATH=str(elsewhere / "copier/settings.yml"))
        assert organisation.pulls("lib") == {ALONE: "failure"}
        assert changed(organisation, "lib", ALONE) == {ANSWERS}
        (said,) = forge.comments["lib"]
        assert "unsafe feature: migrations" in said["body"]

        elsewhere.rename(organisation.home / ".config")
        organisation.run("lib", RENOVATE_FORCE=json.dumps({"rebaseWhen": "behind-base-branch"}))
