"""Infer the answers of a repository that is there, from what its files say."""

from collections.abc import Mapping
from pathlib import Path

from treewright.adopting.found import Found, Inferred


def infer(project: Path, given: Mapping[str, str]) -> Inferred:
    """Infer what the template asks.

    Args:
        project: The project's folder, in its git repository.
        given: Answers that a person has given, by name; they are taken as they are.

    """
    del project
    return Inferred({name: Found(value, "--answer") for name, value in given.items()}, {})
