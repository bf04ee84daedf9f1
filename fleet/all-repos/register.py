# /// script
# requires-python = ">=3.11"
# dependencies = ["all-repos==1.33.0"]
# ///
"""Propose to many repositories that they join: a branch with one file, the answers.

Usage: uv run --with TREEWRIGHT --script register.py [--features A,B] [-j N] > register.jsonl

TREEWRIGHT is a checkout, a fork's address, or a wheel. Its `treewright adopt` infers the answers,
and refuses what it refuses by hand. See docs/fleet.md.
"""

import argparse
import io
import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack, redirect_stdout, suppress
from dataclasses import dataclass
from typing import Any

import campaign
from campaign import Fixed, Job

from treewright.adopting import stored
from treewright.adopting.errors import UnableError
from treewright.branch import requests
from treewright.branch.requests import UnreadableError
from treewright.branch.scratch import Updater
from treewright.branch.summary import code
from treewright.fleet import outcomes
from treewright.fleet.clones import Opened
from treewright.updating.repository import Repository

_UNSURE = {"guess", "contradictory"}
_OUTCOMES = {"ready": outcomes.CLEAN, "refused": outcomes.REFUSED}


@dataclass
class Register:
    """The fixer.

    Args:
        updater: Tries joining in a folder; by default, as `treewright adopt` does.

    """

    updater: Updater | None = None
    name = "register"
    description = "Propose to each repository that it joins, by a branch with one file."

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what `treewright adopt` is told, too."""
        option = parser.add_argument
        option(
            "--address",
            metavar="URL",
            help="where the repositories find the template; by default, Treewright's own address",
        )
        option("--features", metavar="A,B", help="the kinds of tools, as in `treewright adopt`")
        option(
            "--answer",
            action="append",
            default=[],
            metavar="KEY=VALUE",
            help="an answer for all repositories, in place of an inferred one; may be repeated",
        )

    def prepare(self, options: argparse.Namespace, stack: ExitStack) -> str:
        """Find the template."""
        from treewright import stock  # noqa: PLC0415  # with Copier, which workers import once
        from treewright.fleet.template import Template  # noqa: PLC0415

        try:
            self.template = stack.enter_context(Template.found())
        except stock.RefusedError as error:
            raise UnableError(str(error)) from error
        if self.template.source.checkout and not options.address:
            raise UnableError(
                f"The answers would name {self.template.address}, a folder on this machine: use"
                " --address URL to say where the repositories find the template."
            )
        self.address = options.address
        return "treewright-join"

    def look(self, there: Opened) -> tuple[Sequence[str], str, str]:
        """See whether a repository has joined."""
        for file in there.answers_files():
            with suppress(UnreadableError):
                request = requests.read(file, there.made.read(there.tree[file]))
                if self.template.is_that_of(request.source) or request.source == self.address:
                    return [], outcomes.CURRENT, f"{file}: it has {request.version}"
        return [], "", ""

    def fix(self, clone: Repository, job: Job, options: argparse.Namespace) -> Fixed:
        """Infer the answers, and stage the file that holds them."""
        del job
        from treewright.adopting.command import run  # noqa: PLC0415  # with Copier

        words = [f"--answer={answer}" for answer in options.answer]
        words += [f"--features={options.features}"] if options.features else []
        with redirect_stdout(io.StringIO()) as printed:
            run(["--json", *words], self.updater)
        told = json.loads(printed.getvalue())
        if told["written"]:
            if options.address:
                data = clone.read(told["written"]) or b""
                clone.write(told["written"], requests.with_source(data, options.address))
            clone.git("add", "--force", "--", told["written"])
        return Fixed(
            _OUTCOMES.get(told["status"], outcomes.FAILED),
            _message(told) if told["written"] else "",
            campaign.sentence(" ".join(told["refusals"])),
            {name: told[name] for name in ("answers", "arrives", "stays", "left_out", "wheel")},
            all(answer["sure"] not in _UNSURE for answer in told["answers"].values()),
        )


def _message(told: dict[str, Any]) -> str:
    """Give the message of the commit, which pull requests take their text from."""
    answers = [
        f"- {name}: {code(str(answer['value']))} ({answer['sure']}, from {answer['read_from']})"
        for name, answer in told["answers"].items()
    ]
    arrives = [f"- {code(path)}" for path in told["arrives"]]
    return "\n\n".join(
        [
            "Join Treewright",
            f"This adds one file, {code(stored.NAME)}, and changes no other. Look at the answers:",
            "\n".join(answers),
            "The first update then brings:",
            "\n".join(arrives or ["- nothing"]),
        ]
    )


if __name__ == "__main__":
    sys.exit(campaign.main(Register()))
