"""Why a repository cannot join, each in one sentence with the remedy."""

from pathlib import Path

from treewright.adopting.found import Inferred


def refusals(project: Path, inferred: Inferred) -> list[str]:
    """Give what stands in the way of joining; nothing, where it can join.

    Args:
        project: The project's folder.
        inferred: What was inferred of it.

    """
    del project, inferred
    return []
