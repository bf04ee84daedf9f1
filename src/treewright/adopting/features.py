"""Which kinds of tools a repository has from Treewright, and which are its own."""

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from treewright.adopting.errors import UnableError

KINDS: Sequence[str] = tuple(
    json.loads(Path(__file__).with_name("kinds.json").read_text(encoding="utf-8"))
)
# What a maintainer would miss, and what changes nothing that people run on their machines.
USUAL = ("checks", "release", "bot", "community")
# Of these, forges and bots read only what is at the top of a repository.
AT_THE_TOP = ("checks", "release", "bot")
# Answers that say nothing else than that there is such a kind, with and without it.
_SWITCHES: Mapping[str, tuple[str, object, object]] = {
    "docs": ("docs", "zensical", "none"),
    "bot": ("update_bot", "renovate", "none"),
    "community": ("code_of_conduct", True, False),
}


def named(words: Iterable[str]) -> list[str]:
    """Read kinds from lists with commas, in the order of the table.

    Raises:
        UnableError: If there is no such kind.

    """
    found = [name for word in words for name in word.replace(" ", "").split(",") if name]
    for name in found:
        if name not in KINDS:
            raise UnableError(f"{name} is no kind of tool{nearest(name, KINDS)} {_listed()}")
    return [kind for kind in KINDS if kind in found]


def nearest(name: str, known: Iterable[str]) -> str:
    """Ask whether the likest of some names was meant, and end the sentence."""
    likest = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {likest[0]}?" if likest else "."


def possible(*, at_top: bool) -> list[str]:
    """Give the kinds that a project can have.

    Args:
        at_top: Whether it is at the top of its repository.

    """
    return [kind for kind in KINDS if at_top or kind not in AT_THE_TOP]


def usual(there: Iterable[str], possible_: Iterable[str] = KINDS) -> list[str]:
    """Give the kinds that are joined with where nobody chooses.

    Args:
        there: The kinds that the repository has.
        possible_: The kinds that it can have.

    """
    return [kind for kind in USUAL if kind in possible_ and kind not in there]


def own(features: Iterable[str]) -> list[str]:
    """Give the kinds that are the owner's, where these are Treewright's."""
    return [kind for kind in KINDS if kind not in features]


def switches(own_kinds: Sequence[str], answers: Mapping[str, object]) -> dict[str, object]:
    """Give the answers that have to change so that they agree with the kinds.

    Args:
        own_kinds: The kinds that are the owner's.
        answers: The answers that there are.

    """
    changed: dict[str, object] = {}
    for kind, (name, with_it, without) in _SWITCHES.items():
        is_own = kind in own_kinds
        if is_own != (answers.get(name, with_it) == without):
            changed[name] = without if is_own else with_it
    return changed


def _listed() -> str:
    return f"The kinds are {', '.join(KINDS)}."
