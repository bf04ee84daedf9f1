"""The questions of `treewright adopt`, in a terminal: what nothing tells, and the features."""

import sys
from collections.abc import Sequence
from typing import Any

import questionary

from treewright.adopting.found import Found, Inferred, Value
from treewright.rows import escaped

# What is asked where it is a guess; all else has defaults that serve.
_WORTH_ASKING = ("project_name", "project_description", "user_name", "user_email", "python_min")


def can_ask() -> bool:
    """Tell whether a person is at a terminal here."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask(inferred: Inferred) -> dict[str, str]:
    """Ask for what is contradictory, and for what nothing tells.

    Args:
        inferred: What was inferred.

    Returns:
        The answers, by name.

    Raises:
        KeyboardInterrupt: If the person ends it.

    """
    given = {}
    for name, found in inferred.answers.items():
        is_open = found.sure == "contradictory"
        if is_open or (found.sure == "guess" and found.alternatives):
            given[name] = _select(name, found)
        elif found.sure == "guess" and name in _WORTH_ASKING and isinstance(found.value, str):
            text = f"{name} (nothing here tells it)"
            given[name] = str(questionary.text(text, default=found.value).unsafe_ask())
    return given


def choose(inferred: Inferred, usual: Sequence[str], possible: Sequence[str]) -> list[str]:
    """Have a person check the kinds that are to come from Treewright.

    Args:
        inferred: What was inferred; of a kind that is there, nothing arrives.
        usual: The kinds that are checked from the start.
        possible: The kinds that are shown.

    Raises:
        KeyboardInterrupt: If the person ends it.

    """
    choices = [
        questionary.Choice(kind, checked=kind in usual, disabled=_because(inferred.kinds.get(kind)))
        for kind in possible
    ]
    asked = questionary.checkbox("What Treewright is to bring", choices=choices)
    found: list[str] = asked.unsafe_ask()
    return found


def _because(mark: str | None) -> str | None:
    return f"yours: {escaped(mark)}" if mark is not None else None


def _select(name: str, found: Found) -> str:
    values: dict[str, Value] = {found.read_from: found.value, **found.alternatives}
    choices: list[Any] = [
        questionary.Choice(f"{escaped(str(value))} - {escaped(told)}", value=str(value))
        for told, value in values.items()
    ]
    asked = questionary.select(f"{name}: which one is meant?", choices=choices)
    return str(asked.unsafe_ask())
