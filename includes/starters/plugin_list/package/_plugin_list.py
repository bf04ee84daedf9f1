"""What the subcommand ``plugins`` prints."""

import sys
from collections.abc import Mapping, Sequence

from .plugins import API, ITSELF, FoundPlugin, load_plugins

SHOWN = ("name", "source", "distribution", "version", "sha256")


def print_plugins(found: Sequence[FoundPlugin], *, as_json: bool = False) -> int:
    """Load each plugin, and print where it is from, then those that cannot be used, and why.

    Args:
        found: What was found. What belongs to the program itself is not printed.
        as_json: Whether to print all that is known, as a list of objects.

    Returns:
        The exit status: 1 if a plugin failed.

    """
    loaded = load_plugins(found)
    problems = {id(failure.plugin): str(failure) for failure in loaded.failures}
    rows: list[Mapping[str, object]] = []
    for plugin in sorted(found, key=lambda plugin: plugin.disabled or id(plugin) in problems):
        problem = "it is disabled" if plugin.disabled else problems.get(id(plugin))
        state = {"api": None if problem else API, "loaded": not problem, "problem": problem}
        if plugin.source == ITSELF:
            continue
        if as_json:
            rows.append({name: getattr(plugin, name) for name in SHOWN} | state)
        elif plugin.disabled:
            print_line(f"disabled: plugin {plugin.name!r} from {plugin.source}")
        else:
            print_line(f"failed: {problem}" if problem else f"{plugin.name:12}{plugin.source}")
    if as_json:
        from json import dumps  # noqa: PLC0415  # on demand

        print_line(dumps(rows, indent=2))
    return 1 if loaded.failures else 0


def print_line(text: str) -> None:
    """Print a line, and escape what standard output cannot encode."""
    code = sys.stdout.encoding
    sys.stdout.write(text.encode(code, "backslashreplace").decode(code) + "\n")
