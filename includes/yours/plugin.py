"""Count the words of a text.

This is the plugin: the entry point in ``pyproject.toml`` names this module, and the host calls
its `run` with each value. The first line says what it does, where the host lists its plugins.
"""

from .words import count_words

__all__ = ["run"]


def run(value: object, /) -> int:
    """Count the words of a value from the host.

    Args:
        value: The text, or what becomes one.

    Returns:
        How many words it has.

    """
    return count_words(str(value))
