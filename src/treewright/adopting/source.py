"""The template that a repository joins: the releases in this distribution, or a checkout."""

import shutil
import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import copier._template
from copier.errors import UserMessageError

from treewright import again, shell, stock
from treewright.adopting.errors import UnableError
from treewright.branch.scratch import refusal
from treewright.distribution import ADDRESS
from treewright.updating.answers import EMPTY
from treewright.updating.rendering import rendered
from treewright.updating.repository import GitError, Repository
from treewright.updating.seeds import patterns

_HEAD = "HEAD"


@dataclass(frozen=True)
class Source:
    """Where the template is, and which release of it counts.

    Args:
        address: What `_src_path` says.
        version: The release, or HEAD of a checkout that no tag names.
        checkout: The checkout's folder; None where the releases are in this distribution.
        is_dirty: Whether the checkout has uncommitted changes.

    """

    address: str
    version: str
    checkout: Path | None = None
    is_dirty: bool = False

    @classmethod
    def find(cls) -> "Source":
        """Find the template that this code belongs to.

        Raises:
            UnableError: If it is a checkout without its tags, or none at all.

        """
        if stock.BUNDLE.is_file():
            return cls(ADDRESS, stock.newest())
        checkout = stock.BUNDLE.parents[2]
        repository = Repository(checkout)
        try:
            tags = repository.git("tag", "--list", "v*", "--sort=v:refname").decode().split()
            here = repository.git("tag", "--list", "v*", "--points-at=HEAD").decode().split()
            is_dirty = bool(repository.git("status", "--porcelain"))
        except GitError as error:
            raise UnableError(f"There are no releases in {checkout}: {error}") from error
        if EMPTY not in tags:
            raise UnableError(
                f"{checkout} lacks the tag {EMPTY}, from which every repository joins. Run:"
                f" git -C {shell.quoted(str(checkout))} fetch --tags"
            )
        is_newest = not is_dirty and tags[-1] in here
        return cls(str(checkout), tags[-1] if is_newest else _HEAD, checkout, is_dirty)

    def is_that_of(self, address: object) -> bool:
        """Tell whether a project's `_src_path` names this template."""
        return address == self.address or (not self.checkout and again.is_own(address))

    def has(self, version: str) -> bool:
        """Tell whether a release is at hand."""
        if self.checkout is None:
            return version in stock.releases()
        try:
            name = f"{version}^{{commit}}"
            words = ("rev-parse", "--verify", "--quiet", "--end-of-options", name)
            return bool(Repository(self.checkout).git(*words))
        except GitError:
            return False

    @property
    def update(self) -> str:
        """The command that updates a project to the release."""
        if self.checkout is None:
            return f"{again.treewright() or 'treewright'} update --defaults"
        # `python -m copier` would import modules of the repository, if it has any of these names.
        update = "copier update --trust" if shutil.which("copier") else f"{self.treewright} update"
        at = f" --vcs-ref {_HEAD}" if self.version == _HEAD else ""
        return f"{update} --defaults{at}"

    @property
    def treewright(self) -> str:
        """The command `treewright` as it runs here."""
        if self.checkout is None:
            return again.treewright() or "treewright"
        return f"{shell.python()} {shell.quoted(str(self.checkout / 'src' / 'treewright'))}"

    def render(
        self, answers: Mapping[str, object], version: str = "", there: Iterable[str] = ()
    ) -> dict[str, bytes]:
        """Render a project of these answers, and give what each file holds.

        Args:
            answers: The answers.
            version: The release; by default, that which is joined.
            there: Files that are there before.

        Raises:
            UnableError: If the template refuses an answer; one sentence says which, and why.

        """
        return self._rendered(answers, version or self.version, there=there)

    def check(self, answers: Mapping[str, object]) -> None:
        """See that the template takes these answers, and render nothing.

        Raises:
            UnableError: If it refuses one; one sentence says which, and why.

        """
        self._rendered(answers, self.version, exclude=["*"])

    def _rendered(
        self,
        answers: Mapping[str, object],
        version: str,
        *,
        exclude: Sequence[str] = (),
        there: Iterable[str] = (),
    ) -> dict[str, bytes]:
        hand = nullcontext() if self.checkout else stock.at_hand()
        try:
            with hand:
                return rendered(answers, self.address, version, exclude=exclude, there=there)
        except UserMessageError as error:
            raise UnableError(refusal(str(error))) from None

    def seeds(self, folder: str) -> list[str]:
        """Give the patterns of files that are written once, and that no update brings.

        Args:
            folder: The package's folder, relative to the project.

        """
        hand = nullcontext() if self.checkout else stock.at_hand()
        template = copier._template.Template(self.address, self.version)  # noqa: SLF001  # pinned
        try:
            with hand, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return patterns(folder, template.local_abspath)
        finally:
            template._cleanup()  # noqa: SLF001
