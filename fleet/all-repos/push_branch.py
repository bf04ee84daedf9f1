"""A push for all-repos that opens no pull request: the branch, whole or not at all.

It is for forges that all-repos does not know; people, or a job, open the pull requests.
"""

from typing import NamedTuple

from all_repos import autofix_lib


class Settings(NamedTuple):
    """There is nothing to set."""


def push(settings: Settings, branch_name: str) -> None:
    """Push the branch, unless the remote has one of that name."""
    del settings
    name = f"refs/heads/{branch_name}"
    lease = f"--force-with-lease={name}:"  # where it is there, somebody else was quicker
    autofix_lib.run("git", "push", "--quiet", lease, "origin", f"HEAD:{name}")
