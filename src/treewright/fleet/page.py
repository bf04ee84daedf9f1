"""The report as one page of HTML: one file, which loads nothing.

Names and contents of repositories were written by others. All of them are escaped, and the page's
policy lets the browser run no script but its own:
https://www.w3.org/TR/CSP3/#match-element-to-source-list
"""

import base64
import re
import unicodedata
from hashlib import sha256
from pathlib import Path

import jinja2

from treewright.fleet.showing import Report

_TEMPLATE = Path(__file__).with_name("page.html")
_BLOCK = r"(?s)<{0}>(.*?)</{0}>"


def html(report: Report) -> bytes:
    """Give the page."""
    text = _TEMPLATE.read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["seen"] = seen
    page = environment.from_string(text).render(
        report=report,
        **{name: _hash(text, name) for name in ("style", "script")},
    )
    return page.encode(errors="backslashreplace")


def seen(text: object) -> str:
    r"""Give a text in which all can be seen: a character that hides or turns others is `\u202e`."""
    return "".join(
        character
        if character == "\n" or unicodedata.category(character)[0] != "C"
        else character.encode("unicode_escape").decode()
        for character in str(text)
    )


def _hash(text: str, element: str) -> str:
    """Give what the policy names an element by."""
    (inner,) = re.findall(_BLOCK.format(element), text)
    return f"sha256-{base64.b64encode(sha256(inner.encode()).digest()).decode()}"
