"""Make a slug of a text, for addresses and file names.

This is the plugin: the entry point in ``pyproject.toml`` names this module, and the host calls
its `run` with each value. The first line says what it does, where the host lists its plugins.
"""

from pathlib import PurePath

from .slugs import slugify

__all__ = ["run"]


def run(value: object, /) -> str:
    """Make a slug of a value from the host.

    Args:
        value: The text, or the path of a file, whose name is the text.

    Returns:
        The slug.

    Raises:
        TypeError: If the value is neither.
        ValueError: If the text has nothing to make a slug of.

    """
    text = value.name if isinstance(value, PurePath) else value
    if not isinstance(text, str):
        msg = f"a slug is made of text, not of {value!r}"
        raise TypeError(msg)
    return slugify(text)
