"""An organisation on the forge of this machine, with what `fleet/renovate/` has for its runner."""

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from keeping import write
from loopback_forge import OWNER, Forge
from rendering import ROOT
from renovate import Log, Run, start, variables
from repositories import commit, git

SHIPPED = ROOT / "fleet/renovate"
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
            (r"git\\\\.example\\\\.com", re.escape(host).replace("\\", r"\\")),
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

    def _artifacts(self, commit_: str) -> str:
        """Give the last status that Renovate gave a commit for what a command made; often none."""
        said = [
            status["state"]
            for status in self.forge.statuses[commit_]
            if status["context"] == "renovate/artifacts"
        ]
        return str(said[-1]) if said else ""
