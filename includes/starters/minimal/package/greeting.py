"""A greeting, in place of your own code."""

__all__ = ["greet"]


def greet(name: str) -> str:
    """Greet somebody.

    Args:
        name: Who to greet.

    Returns:
        One line of text.

    """
    return f"Hello, {name}!"
