"""Make a slug of a text, for addresses and file names.

This module is the plugin: the entry point in ``pyproject.toml`` names it, and the host calls its
`run` with each value. Hosts show the first line where they list their plugins.
"""

from pathlib import PurePath

from .slugs import slugify

__all__ = ["api", "run"]

api = 1  # the version of the rules for plugins that this one follows


def run(value: object, /) -> str:
    """Make a slug of a value from the host.

    Args:
        value: The text, or the path of a file, whose name is the text.

    Returns:
        The slug.

    Raises:
        TypeError: If the value is neither.
        ValueError: If the text has no letter or digit for a slug.

    """
    text = value.name if isinstance(value, PurePath) else value
    if not isinstance(text, str):
        msg = f"a slug is made of text, not of {value!r}"
        raise TypeError(msg)
    return slugify(text)
