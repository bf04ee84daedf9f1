"""What the subcommand ``plugins`` prints."""

import sys
from collections.abc import Container

from .plugins import LoadedPlugins


def print_plugins(loaded: LoadedPlugins, own: Container[str] = ()) -> int:
    """Print each plugin with where it came from, then what failed and why.

    Args:
        loaded: What was loaded.
        own: The names of what is no plugin, but a part of the program.

    Returns:
        The exit status: 1 if one failed.

    """
    for name, source in loaded.sources.items():
        if name not in own:
            sys.stdout.write(f"{name:12}{source}\n")
    for failure in loaded.failures:
        sys.stdout.write(f"failed: {failure}\n")
    return 1 if loaded.failures else 0
