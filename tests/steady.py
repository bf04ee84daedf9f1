"""An organisation on the forge of this machine, with what `fleet/renovate/` has for its runner."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from keeping import write
from loopback_forge import OWNER, Forge
from rendering import ROOT
from renovate import Log, Run, start, variables
from repositories import commit, git

SHIPPED = ROOT / "fleet/renovate"
ANSWERS, OF_OVERLAY = ".copier-answers.yml", ".copier-answers.acme.yml"
ALONE, OVERLAY = "template/copier-answers", "template/copier-answers.acme"  # their branches
PRESETS = "renovate-config"  # the repository of the organisation's presets
Change = Callable[[dict[str, Any]], object]


class Organisation:
    """A forge with the organisation's presets, and a runner with a home folder.

    Args:
        programs: Where Renovate is.
        forge: The forge, whose owner is the organisation.
        folder: An empty one.
        form: The form of updates: a folder of what is shipped.

    """

    def __init__(self, programs: Path, forge: Forge, folder: Path, form: str = "copier") -> None:
        self.programs, self.forge, self.folder = programs, forge, folder
        self.shipped = SHIPPED / form
        self.home = folder / "home"
        self.home.mkdir()
        if (self.shipped / "settings.yml").exists():
            write(self.home, ".config/copier/settings.yml", self.text("settings.yml"))
        (folder / PRESETS).mkdir()
        self.configure()

    def text(self, name: str) -> str:
        """Give a file as the organisation has it: with its names for the placeholders."""
        text = (self.shipped / name).read_text("utf-8").replace("ORG", OWNER)
        scheme, _, host = self.forge.url.partition("://")
        for of_the_docs, here in (
            ("https://git.example.com", self.forge.url),
            ("(?:https|ssh)", f"(?:{scheme}|ssh)"),
            ("git.example.com", host),
        ):
            text = text.replace(of_the_docs, here)
        return text

    def configure(self, **changes: Change) -> None:
        """Have the configuration be the one that is shipped, but for changes to files by name."""
        presets = self.folder / PRESETS
        for file in self.shipped.glob("*.json"):
            read = json.loads(self.text(file.name))
            if change := changes.get(file.stem):
                change(read)
            write(presets, file.name, json.dumps(read, indent=2))
        commit(presets)
        if self.forge.repository(PRESETS).exists():
            git("push", "--quiet", self.forge.clone_url(PRESETS), "main", cwd=presets)
        else:
            self.forge.add(PRESETS, presets)

    def start(self, *names: str, **more: str) -> Run:
        """Start the runner, for some repositories or all.

        Args:
            names: The repositories.
            more: Further variables.

        """
        searched = [
            str(self.folder / "bin"),  # a test may put a command there
            str(Path(sys.executable).parent),
            variables(self.programs)["PATH"],
        ]
        settings = {
            "HOME": str(self.home),
            "PATH": os.pathsep.join(searched),
            "RENOVATE_CONFIG_FILE": str(self.folder / PRESETS / "config.json"),
        }
        if names:
            settings["RENOVATE_AUTODISCOVER"] = "false"
            settings["RENOVATE_REPOSITORIES"] = ",".join(f"{OWNER}/{name}" for name in names)
        return start(self.programs, self.forge, settings | more)

    def run(self, *names: str, **more: str) -> Log:
        """Run the runner to its end."""
        return self.start(*names, **more).log()

    def pulls(self, name: str) -> dict[str, str]:
        """Give the branches of a repository's open pull requests, and whether each is red."""
        heads = self.forge.heads(name)
        return {
            pull["head"]: self._artifacts(heads[pull["head"]])
            for pull in self.forge.pulls(name)
            if pull["state"] == "open"
        }

    def state(self) -> dict[str, Any]:
        """Give a copy of all that is on the forge, by repositories."""
        return {
            name: deepcopy((heads, self.forge.items[name], self.forge.comments[name]))
            for name, heads in self.forge.branches().items()
        }

    def _artifacts(self, commit_: str) -> str:
        """Give the last status that Renovate gave a commit for what a command made; often none."""
        said = [
            status["state"]
            for status in self.forge.statuses[commit_]
            if status["context"] == "renovate/artifacts"
        ]
        return str(said[-1]) if said else ""


def ring_1(version: str) -> Change:
    """Offer all repositories a release: one line."""

    def change(rings: dict[str, Any]) -> None:
        rings["packageRules"][0]["allowedVersions"] = f"<={version}"

    return change


# --- A small template, and repositories of it ------------------------------------------

RELEASES = ("9.0.0", "9.1.0", "10.0.0", "10.1.0")
_COPIER = """\
_subdirectory: template
_answers_file: {answers}
_migrations:
  - command: ["{{{{ _copier_python }}}}", "-c", "open('{name}.migrated', 'a').write('once')"]
    when: "{{{{ _stage == 'after' }}}}"
level:
  type: int
  default: 1
"""


def make_template(forge: Forge, folder: Path, name: str, answers: str) -> None:
    """Put a template on the forge that needs trust, with some releases.

    Args:
        forge: The forge.
        folder: Where it is made.
        name: Its name.
        answers: The name of its answers file.

    """
    place = folder / f"template-{name}"
    write(place, "copier.yml", _COPIER.format(name=name, answers=answers))
    answers_file = "{{ _copier_answers | to_nice_yaml -}}\n"
    write(place, "template/{{ _copier_conf.answers_file }}.jinja", answers_file)
    for version in RELEASES:
        write(place, f"template/{name}.txt.jinja", f"{version}\nlevel {{{{ level }}}}\n")
        commit(place)
        git("tag", f"v{version}", cwd=place)
    forge.add(name, place)


def make_small(
    forge: Forge,
    folder: Path,
    name: str,
    *,
    places: Iterable[str] = (ANSWERS,),
    answers: Mapping[str, object] | None = None,
    files: Mapping[str, str] | None = None,
) -> None:
    """Put a repository with projects of the first release on the forge.

    Args:
        forge: The forge.
        folder: Where it is made.
        name: Its name.
        places: Its answers files.
        answers: What these have that others do not; None where they lack an answer.
        files: Further files, and what is in each.

    """
    place = folder / name
    for path in places:
        template = "acme" if "acme" in path else "treewright"
        said = {
            "_commit": f"v{RELEASES[0]}",
            "_src_path": forge.clone_url(template),
            "level": 1,
            **(answers or {}),
        }
        given = {key: value for key, value in said.items() if value is not None}
        write(place, path, yaml.safe_dump(given))
        write((place / path).parent, f"{template}.txt", f"{RELEASES[0]}\nlevel 1\n")
    for path, text in (files or {}).items():
        write(place, path, text)
    commit(place)
    git("branch", "renovate/of-another-bot", cwd=place)
    forge.add(name, place)
