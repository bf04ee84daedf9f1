"""What the subcommand ``plugins`` prints."""

import sys

from .plugins import ITSELF, LoadedPlugins


def print_plugins(loaded: LoadedPlugins) -> int:
    """Print each plugin and its origin, then what failed and why.

    Args:
        loaded: What was loaded.

    Returns:
        The exit status: 1 if a plugin failed.

    """
    for name, plugin in loaded.found.items():
        if plugin.source != ITSELF:
            print_line(f"{name:12}{plugin.source}")
    for failure in loaded.failures:
        print_line(f"failed: {failure}")
    return 1 if loaded.failures else 0


def print_line(text: str) -> None:
    """Print a line, and escape what standard output cannot encode."""
    code = sys.stdout.encoding
    sys.stdout.write(text.encode(code, "backslashreplace").decode(code) + "\n")
