"""The home page of the documentation, which takes a part of the README."""

import re

_PART = re.compile(r"(?s)\[start:use\] -->\n\n(.*?)\n\n<!-- --8<-- \[end:use\] -->\n")
_INCLUDES = re.compile(r'(?ms)^--8<-- "README\.md:use"$|^```\{include\} \.\./README\.md\n.*?^```$')


def whole(page: str, readme: str) -> str:
    """Give the home page with that part of the README in its place."""
    return _INCLUDES.sub(lambda _: _PART.findall(readme)[0], page)
