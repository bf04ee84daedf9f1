"""Stock Copier, with trust for Treewright's own address, and for releases of this distribution.

Trust in an address alone is trust in whatever is there today. So Copier gets each release out of
releases.bundle, beside this module, and what it gets must have the tree whose id releases.json
has: nothing comes from a git host, and nothing but a release runs. See docs/command.md.
"""

import functools
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path

import copier._cli
import copier._main
import copier._template
import copier._vcs
import yaml
from copier.errors import CopierError
from plumbum import ProcessExecutionError, cli

from treewright import again, machine
from treewright.distribution import ADDRESS
from treewright.rows import say

BUNDLE = Path(__file__).with_name("releases.bundle")
_CURRENT = ":current:"  # Copier's word for the release that a project has
_UNTRUSTED = 4  # Copier's own exit status, where trust is missing
_USAGE = 2


class RefusedError(Exception):
    """A command that Copier is not asked to run; its text is one sentence, and what to do.

    Attributes:
        status: The exit status: 4, as Copier's, where trust is not given; 2 for the usage; else 1.

    """

    def __init__(self, text: str, status: int = 1) -> None:
        """Take the text and the status."""
        super().__init__(text)
        self.status = status


@functools.cache
def releases() -> dict[str, str]:
    """Give the id of the tree of each release in this distribution, oldest release first.

    Raises:
        RefusedError: If this is no distribution, but a checkout.

    """
    if not BUNDLE.is_file():
        checkout = BUNDLE.parents[2]
        raise RefusedError(
            f"There are no releases in {BUNDLE.parent}, which no wheel was built from."
            f" Run this instead: uvx --from {checkout} treewright"
        )
    found: dict[str, str] = json.loads(BUNDLE.with_suffix(".json").read_text(encoding="utf-8"))
    return found


def is_checkout(source: object) -> bool:
    """Tell whether a template's address is the checkout that this code runs from.

    A person who runs that code trusts it, and Copier takes what is committed there.
    """
    return not BUNDLE.is_file() and source == str(BUNDLE.parents[2])


def release(name: str) -> str:
    """Give the release of a name.

    Args:
        name: As of a tag, such as v0.6.0.

    Raises:
        RefusedError: If it is not in this distribution.

    """
    if name not in releases():
        oldest, *_, newest_ = releases()
        raise RefusedError(
            f"{name} is not one of the releases in this treewright, {oldest} to {newest_}. For a"
            " newer release, use a newer treewright; for a branch or a commit of a repository,"
            " `copier copy --trust` or `copier update --trust`."
        )
    return name


def newest() -> str:
    """Give the newest release in this distribution."""
    return list(releases())[-1]


def check_git() -> None:
    """See that git is here: without it, Copier would take a folder for the template.

    Raises:
        RefusedError: If it is not.

    """
    if not machine.git():
        raise RefusedError("git is needed, and is not on the PATH.")


def read(answers_file: Path) -> dict[str, object]:
    """Read a project's answers.

    Raises:
        RefusedError: If there are none.

    """
    try:
        answers = yaml.safe_load(answers_file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not YAML"
        raise RefusedError(
            f"{answers_file} cannot be read ({why}): this is for a project that Treewright made."
        ) from error
    if not isinstance(answers, dict):
        raise RefusedError(f"{answers_file} has no answers in it.")
    return answers


def trust(answers: Mapping[str, object], answers_file: str) -> None:
    """See that a project comes from a release in this distribution.

    Args:
        answers: The project's answers.
        answers_file: Where they are, as a person knows the file.

    Raises:
        RefusedError: If it comes from elsewhere, or from a release that is not here.

    """
    source, commit = answers.get("_src_path"), answers.get("_commit")
    if not again.is_own(source):
        named = f"This line of {answers_file}" if source else f"{answers_file}, which should"
        by = "" if answers_file == ".copier-answers.yml" else f" --answers-file {answers_file}"
        raise RefusedError(
            f"{named} names another template, and only Treewright's own address is trusted:\n"
            f"  _src_path: {source}\n"
            f"To go on with that template, if you trust it: copier update --trust{by}\n"
            "To go on with the releases in this treewright, change that line, and commit it:\n"
            f"  _src_path: {ADDRESS}",
            _UNTRUSTED,
        )
    if commit:  # else Copier says that it is missing
        release(str(commit))


def new(arguments: list[str]) -> int:
    """Make a project, as `copier copy` does, which has the same options.

    Args:
        arguments: The command line behind the verb.

    Returns:
        Copier's exit status.

    """
    return _run(_New, arguments)


def update(arguments: list[str]) -> int:
    """Update a project, as `copier update` does, which has the same options.

    Args:
        arguments: The command line behind the verb.

    Returns:
        Copier's exit status.

    """
    return _run(_Update, arguments)


def update_untrusted(arguments: list[str]) -> int:
    """Update a project of another template, to which this gives no trust.

    Args:
        arguments: The options of `copier update`.

    Returns:
        Copier's exit status.

    """
    return _run(copier._cli.CopierUpdateSubApp, arguments, trusted=False)  # noqa: SLF001


class _New(copier._cli.CopierCopySubApp):  # noqa: SLF001  # Copier is pinned
    PROGNAME = "treewright new"
    DESCRIPTION = "Make a package in a folder; by default, in this one. Options as of copier copy."

    def main(self, destination_path: str = ".") -> int:  # type: ignore[override]
        """Copy the release that was asked for, or the newest."""
        check_git()
        self.vcs_ref = release(self.vcs_ref or newest())
        with at_hand():
            return super().main(ADDRESS, destination_path)


class _Update(copier._cli.CopierUpdateSubApp):  # noqa: SLF001
    PROGNAME = "treewright update"
    DESCRIPTION = (
        "Update the project in a folder; by default, in this one. Options as of copier update."
    )
    DESCRIPTION_MORE = ""

    def main(self, destination_path: str = ".") -> int:
        """Update to the release that was asked for, or the newest."""
        check_git()
        answers_file = self.answers_file or ".copier-answers.yml"
        answers = read(Path(destination_path, answers_file))
        if is_checkout(answers.get("_src_path")):
            return super().main(destination_path)
        trust(answers, answers_file)
        if self.vcs_ref != _CURRENT:
            self.vcs_ref = release(self.vcs_ref or newest())
        with at_hand():
            return super().main(destination_path)


def _run(application: type[cli.Application], arguments: list[str], *, trusted: bool = True) -> int:
    """Run a command of Copier, by default with trust."""
    command = [str(application.PROGNAME), *(["--trust"] if trusted else []), *arguments]
    try:
        _check(arguments)
        _, status = application.run(command, exit=False)
        return int(status or 0)
    except RefusedError as refused:
        say(str(refused), file=sys.stderr)
        return refused.status
    except BrokenPipeError:  # not a matter of Copier
        raise
    except (CopierError, ProcessExecutionError, ValueError, OSError, yaml.YAMLError) as error:
        say(f"Copier could not do it: {error}", file=sys.stderr)
        return 1


def _check(arguments: list[str]) -> None:
    """Refuse what Copier would stumble over.

    Raises:
        RefusedError: With what is wrong.

    """
    for option, value in pairwise([*arguments, ""]):
        if option in {"-d", "--data"} and "=" not in value:
            raise RefusedError(f"{option} wants NAME=VALUE, and got {value!r}.", _USAGE)


@contextmanager
def at_hand() -> Iterator[None]:
    """Have Copier, in this process, find the releases of this distribution at its address."""
    # What a former address made is updated from this one, which is stored then.
    worker = functools.partial(copier._main.Worker, src_path=ADDRESS)  # noqa: SLF001
    with ExitStack() as stack:
        stack.enter_context(_replaced(copier._template, "clone", _clone))  # noqa: SLF001
        stack.enter_context(_replaced(copier._main, "Worker", worker))  # noqa: SLF001
        yield


@contextmanager
def _replaced(module: object, name: str, value: object) -> Iterator[None]:
    """Have a module look another object up by a name."""
    kept = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, kept)


def _clone(url: str, ref: str = "HEAD", location: str | None = None) -> str:
    """Check a release out, for Copier, and compare it with what it has to be."""
    if not again.is_own(url):
        raise RefusedError(f"{url} is not Treewright's own address.", _UNTRUSTED)
    tree = releases()[release(ref)]
    folder = copier._vcs.clone(str(BUNDLE), ref, location)  # noqa: SLF001
    asked = [machine.git() or "git", "-C", folder, "rev-parse", "HEAD^{tree}"]
    done = subprocess.run(
        asked, env=machine.variables(), capture_output=True, text=True, check=False
    )
    if done.stdout.strip() != tree:
        raise RefusedError(
            f"{ref} in {BUNDLE} is not the release of that name: its tree is"
            f" {done.stdout.strip()}, and has to be {tree}. Install treewright again.",
            _UNTRUSTED,
        )
    return folder
