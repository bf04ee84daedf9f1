"""What the subcommand ``plugins`` prints."""

import sys
from collections.abc import Container

from .plugins import LoadedPlugins


def print_plugins(loaded: LoadedPlugins, own: Container[str] = ()) -> int:
    """Print each plugin and its origin, then what failed and why.

    Args:
        loaded: What was loaded.
        own: Names that belong to the program, and are not listed.

    Returns:
        The exit status: 1 if a plugin failed.

    """
    for name, source in loaded.sources.items():
        if name not in own:
            print_line(f"{name:12}{source}")
    for failure in loaded.failures:
        print_line(f"failed: {failure}")
    return 1 if loaded.failures else 0


def print_line(text: str) -> None:
    """Print a line, and escape what standard output cannot encode."""
    code = sys.stdout.encoding
    sys.stdout.write(text.encode(code, "backslashreplace").decode(code) + "\n")
