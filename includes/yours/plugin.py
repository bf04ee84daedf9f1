"""Count the words of a text.

This module is the plugin: the entry point in ``pyproject.toml`` names it, and the host calls its
`run` with each value. Hosts show the first line where they list their plugins.
"""

from .words import count_words

__all__ = ["run"]


def run(value: object, /) -> int:
    """Count the words of a value from the host.

    Args:
        value: The text, or anything that can be converted to one.

    Returns:
        How many words it has.

    """
    return count_words(str(value))
