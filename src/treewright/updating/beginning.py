"""What an update must not begin with: Copier would stop halfway, or lose it."""

import re
from collections.abc import Iterator

from treewright.rows import some
from treewright.updating.answers import EMPTY
from treewright.updating.repository import Repository

_NO = {"false", "no", "off", "0"}
_QUOTED = re.compile(r'[^ -~]|["\\]')  # core.quotePath of git-config(1), and what is quoted always


def refusal(repository: Repository, version: str = "") -> str:
    """Say in one sentence why an update must not begin; nothing where it may.

    Args:
        repository: The project.
        version: The release that it has.

    """
    return next(_reasons(repository, version), "")


def quoted_folder(repository: Repository) -> str:
    """Say in one sentence why a project cannot join in its folder; nothing where it can.

    For a file that is there and that arrives, too, Copier takes the path as git prints it, in
    quotes. A project that did not join has no such file.
    """
    if not _QUOTED.search(repository.prefix):
        return ""
    return (
        f"Copier cannot join what is in {repository.prefix!r}, as git prints that name in quotes:"
        " rename the folder to ASCII letters, digits and - _ . by `git mv`, and commit."
    )


def _reasons(repository: Repository, version: str) -> Iterator[str]:
    if version == EMPTY and (reason := quoted_folder(repository)):
        yield reason
    beside = [left for found in repository.rejects().values() for left in found]
    if rejects := [left for left in beside if left.endswith(".rej")]:
        # Copier would take them for its own, and delete them.
        yield (
            f"An earlier merge has left {some(rejects)}: take over what is in there, delete the"
            " file, and update again."
        )
    if names := _unreadable(repository):
        yield (
            "git's setting core.quotePath is false, and Copier cannot read names such as"
            f" {names[0]} then: run `git config core.quotePath true`, and update again."
        )


def _unreadable(repository: Repository) -> list[str]:
    """Give the paths that git, as it is set, prints in a way that Copier does not read."""
    if repository.settings("core.quotePath").get("core.quotepath") not in _NO:
        return []
    kinds = ("--cached", "--others", "--deduplicate")
    return [path for path in repository.files(*kinds) if not path.isascii()]
