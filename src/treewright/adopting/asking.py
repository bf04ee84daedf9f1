"""The questions of `treewright adopt`, in a terminal: what nothing tells, and the features."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

import questionary

from treewright.adopting.found import Found, Inferred, Value
from treewright.rows import escaped

# What is asked where it is a guess; all else has defaults that serve.
_WORTH_ASKING = {
    "project_name": "What is the distribution called?",
    "project_description": "What does it do, in one line?",
    "user_name": "Who is the author? (may be empty)",
    "user_email": "What is the author's e-mail address? (may be empty)",
    "python_min": "Which is the oldest Python that it supports?",
}


def can_ask() -> bool:
    """Tell whether a person is at a terminal here."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask(inferred: Inferred, refusal: Callable[[str, str], str]) -> dict[str, str]:
    """Ask for what is contradictory, and for what nothing tells.

    Args:
        inferred: What was inferred.
        refusal: Says why an answer, by its name, is not taken; nothing, where it is.

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
            given[name] = _text(name, found.value, refusal)
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
    asked = questionary.checkbox("Which kinds of tools should Treewright bring?", choices=choices)
    found: list[str] = asked.unsafe_ask()
    return found


def _because(mark: str | None) -> str | None:
    return f"yours: {escaped(mark)}" if mark is not None else None


def _text(name: str, default: str, refusal: Callable[[str, str], str]) -> str:
    def check(value: str) -> bool | str:
        said = refusal(name, value)
        return said.partition(" is refused: ")[2] or said or True

    asked = questionary.text(
        _WORTH_ASKING[name],
        default=default,
        validate=check,
        validate_while_typing=False,  # it takes about a second
    )
    return str(asked.unsafe_ask())


def _select(name: str, found: Found) -> str:
    values: dict[str, Value] = {found.read_from: found.value, **found.alternatives}
    choices: list[Any] = [
        questionary.Choice(f"{escaped(str(value))} - {escaped(told)}", value=str(value))
        for told, value in values.items()
    ]
    asked = questionary.select(f"{name}: which one is right?", choices=choices)
    return str(asked.unsafe_ask())
