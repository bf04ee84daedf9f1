"""The template that a fleet is measured by: the releases in this distribution, or a checkout.

A checkout answers for every address that it is known by: its own path, Treewright's address, and
those of its remotes. So what is not released yet can be tried on projects that name the address
where it will be.
"""

import re
import shutil
import subprocess  # noqa: TC003  # as its siblings have it
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import copier._template
from copier.errors import UserMessageError
from packaging.version import InvalidVersion, Version

from treewright import again, machine, stock
from treewright.adopting.addresses import place
from treewright.adopting.errors import UnableError
from treewright.adopting.source import Source
from treewright.branch.scratch import refusal, run_module, run_stock, update_variables
from treewright.distribution import ADDRESS, FORMER
from treewright.rendered import UNPROVEN
from treewright.updating.answers import EMPTY, Answers
from treewright.updating.rendering import rendered
from treewright.updating.repository import GitError, Repository
from treewright.updating.seeds import patterns

_SHORT = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
_DESCRIBED = re.compile(r"(?P<release>.+?)(?:-(?P<after>\d+)-g[0-9a-f]+)?")
_FOLDER = "\0"  # in patterns, where the package's folder is
_UNPROVEN = {UNPROVEN: "1"}  # the proof is ours to run


@dataclass(frozen=True)
class Template:
    """The template.

    Args:
        source: Where it is.
        addresses: The addresses of the checkout's remotes.
        work: A folder for this run.

    """

    source: Source
    addresses: frozenset[str]
    work: Path
    _seeds: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def found(cls) -> Iterator["Template"]:
        """Find the template that this code belongs to, and have it at hand.

        Raises:
            UnableError: If it is a checkout without its tags, or none at all.

        """
        source = Source.find()
        with tempfile.TemporaryDirectory(prefix="treewright-", ignore_cleanup_errors=True) as work:
            template = cls(source, frozenset(_remotes(source.checkout)), Path(work).resolve())
            if source.checkout:
                Repository(source.checkout).git(
                    "clone", "--quiet", "--bare", "--shared", ".", str(template._copy)
                )
            yield template

    @property
    def address(self) -> str:
        """The address that a person knows it by."""
        return self.source.address

    @property
    def _copy(self) -> Path:
        """A bare clone of the checkout, with all its objects, and without uncommitted changes."""
        return self.work / "treewright.git"

    # --- What belongs to it ----------------------------------------------------------

    def is_that_of(self, address: str) -> bool:
        """Tell whether a project's `_src_path` names this template."""
        if again.is_own(address) or address == self.source.address:
            return True
        return (plain(address) or address) in self.addresses

    def has(self, version: str) -> bool:
        """Tell whether a release, or a commit, is here."""
        return self.source.has(version)

    def releases(self) -> list[str]:
        """List the releases, oldest first, without the empty one."""
        return [*self._releases]

    @cached_property
    def _releases(self) -> list[str]:
        if self.source.checkout is None:
            found = [*stock.releases()]
        else:
            tags = Repository(self.source.checkout).git("tag", "--list", "v*")
            found = sorted(filter(order, tags.decode().split()), key=_known)
        return [version for version in found if version != EMPTY]

    def named(self, ref: str) -> tuple[str, str]:
        """Find what a person calls a release, a branch or a commit.

        Returns:
            What Copier is to take, and what an answers file says of it.

        Raises:
            UnableError: If it is not here.

        """
        if self.source.checkout is None:
            if not self.has(ref):
                oldest, *_, newest = stock.releases()
                raise UnableError(
                    f"--to {ref} is not one of the releases in this treewright, {oldest} to"
                    f" {newest}. To rehearse what is not released, run the treewright of a"
                    " checkout of the template."
                )
            return ref, ref
        checkout = Repository(self.source.checkout)
        try:
            words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
            commit = checkout.git(*words).decode().strip()
            said = checkout.git("describe", "--tags", "--always", commit).decode().strip()
        except GitError:
            raise UnableError(
                f"--to {ref} names no commit in {self.source.checkout}. If it is a tag, run there:"
                " git fetch --tags"
            ) from None
        return (said if said == ref else commit), said

    # --- Updates and renders ---------------------------------------------------------

    def update(
        self,
        project: Path,
        arguments: Sequence[str],
        hooks: bool,  # noqa: FBT001
    ) -> "subprocess.CompletedProcess[str]":
        """Update a project in place, as an updater of treewright.branch.scratch."""
        if self.source.checkout is None:
            return run_stock(project, arguments, hooks, **_UNPROVEN)
        words = ["copier", "update", "--trust", *arguments]
        return run_module(project, words, self.variables(project))

    def variables(self, project: Path) -> dict[str, str]:
        """Give the variables by which an update finds the checkout, whatever address it asks for.

        Copier keeps clones by their addresses, and what is here must not pass for what is there.
        """
        cache = self.work / f"clones-{threading.get_ident()}"
        found = update_variables(project) | _UNPROVEN | {"COPIER_CACHE_DIR": str(cache)}
        instead = f"url.{self._copy.with_suffix('')}.insteadOf"
        addresses = sorted({ADDRESS, *FORMER, *self._spelled()})
        named = [(instead, address.removesuffix(".git")) for address in addresses]
        return machine.with_git_settings(found, named)

    def _spelled(self) -> Iterator[str]:
        """Give the ways to spell the addresses of the remotes."""
        for address in self.addresses:
            yield address
            if address.startswith("https://"):
                host, _, path = address.removeprefix("https://").partition("/")
                yield from (f"git@{host}:{path}", f"ssh://git@{host}/{path}")

    def render(
        self, answers: Answers, version: str, answers_file: str, wanted: Sequence[str] = ()
    ) -> dict[str, bytes]:
        """Render a project of these answers, and give what each file holds.

        Args:
            answers: All that the answers file says.
            version: The release.
            answers_file: What it is called.
            wanted: The files, if not all.

        Raises:
            UnableError: If the template refuses an answer; one sentence says which, and why.

        """
        address = str(answers["_src_path"])
        asked = {name: value for name, value in answers.items() if not name.startswith("_")}
        exclude = ["*", *(f"!/{path}" for path in wanted)] if wanted else []
        try:
            with self._at_hand():
                return rendered(
                    {**asked, "_src_path": address},
                    address,
                    version,
                    exclude=exclude,
                    answers_file=answers_file,
                )
        except UserMessageError as error:
            raise UnableError(refusal(str(error))) from None

    def seeds(self, folder: str, version: str) -> list[str]:
        """Give the patterns of files that are written once, and that no update brings.

        Args:
            folder: The package's folder, relative to the project.
            version: The release.

        """
        if version not in self._seeds:
            template = copier._template.Template(ADDRESS, version)  # noqa: SLF001  # pinned
            try:
                with self._at_hand():
                    self._seeds[version] = patterns(_FOLDER, template.local_abspath)
            finally:
                template._cleanup()  # noqa: SLF001
        return [pattern.replace(_FOLDER, folder) for pattern in self._seeds[version]]

    @contextmanager
    def _at_hand(self) -> Iterator[None]:
        """Have Copier, in this process, find this template at any address."""
        with ExitStack() as stack:
            if self.source.checkout is None:
                stack.enter_context(stock.at_hand())
            clone = vars(copier._template)["clone"]  # noqa: SLF001  # as it is now

            def once(url: str, ref: str = "HEAD", location: str | None = None) -> str:
                """Clone each release once a run."""
                kept = self.work / sha256(ref.encode()).hexdigest()
                if not kept.is_dir():
                    part = kept.with_suffix(".part")
                    part.mkdir()
                    clone(str(self._copy) if self.source.checkout else url, ref, str(part))
                    part.rename(kept)
                assert location  # noqa: S101  # Copier gives one
                return shutil.copytree(kept, location, symlinks=True, dirs_exist_ok=True)

            stack.enter_context(patch("copier._template.clone", once))
            yield


def _remotes(checkout: Path | None) -> Iterator[str]:
    if checkout is None:
        return
    try:
        listed = Repository(checkout).git("config", "--get-regexp", r"^remote\..*\.url$")
    except GitError:  # it has none
        return
    for line in listed.decode(errors="replace").splitlines():
        address = line.partition(" ")[2]
        yield plain(address) or address


def plain(address: str) -> str:
    """Give an address on the web as one of many spellings of it; nothing for a path."""
    for short, long in _SHORT.items():
        if address.startswith(short):
            address = long + address.removeprefix(short).lstrip("/")
    found = place(address)
    return found.url if found else ""


def order(version: str) -> tuple[Version, int] | None:
    """Give what versions are compared by: the release, and how many commits came after it.

    None for what is no version (PEP 440), as a commit in a repository without tags.
    """
    found = _DESCRIBED.fullmatch(version)
    try:
        return (Version(found["release"]), int(found["after"] or 0)) if found else None
    except InvalidVersion:
        return None


def _known(version: str) -> tuple[Version, int]:
    found = order(version)
    assert found  # noqa: S101  # others were left out
    return found


def is_newer(version: str, other: str) -> bool:
    """Tell whether one version is newer than another; of what is no version, it is not."""
    ours, theirs = order(version), order(other)
    return bool(ours and theirs and ours > theirs)


def behind(version: str, releases: Sequence[str]) -> list[str]:
    """Give the releases that are newer than a version."""
    return [release for release in releases if is_newer(release, version)]


def given(answers: Mapping[str, object], name: str) -> str:
    """Give an answer as a text; empty where it is missing."""
    value = answers.get(name)
    return "" if value is None else str(value)
