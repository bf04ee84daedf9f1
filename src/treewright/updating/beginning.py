"""What an update must not begin with: Copier would stop halfway, or lose it."""

from collections.abc import Iterator

from treewright.rows import some
from treewright.updating.repository import Repository

_NO = {"false", "no", "off", "0"}


def refusal(repository: Repository) -> str:
    """Say in one sentence why an update must not begin; nothing where it may.

    Args:
        repository: The project.

    """
    return next(_reasons(repository), "")


def _reasons(repository: Repository) -> Iterator[str]:
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
