"""Slugs: names for addresses and files, made of any text."""

import logging
import re
import unicodedata

__all__ = ["slugify"]

_logger = logging.getLogger(__name__)

# Letters of Latin alphabets that Unicode does not take apart into a plain one and a mark.
_PLAIN = str.maketrans("ðđħ\u0131łø", "ddhilo") | str.maketrans({"æ": "ae", "œ": "oe", "þ": "th"})
_APOSTROPHES = re.compile(r"(?<=\w)['\u2019](?=\w)")
_WORD = re.compile(r"[a-z0-9]+")


def slugify(text: str) -> str:
    """Make a slug: words of lower-case ASCII letters and digits, joined by hyphens.

    Letters lose their accents, and an apostrophe in a word vanishes. All else parts words, be
    it a sign or a letter of another alphabet. A slug is its own slug.

    Args:
        text: What to name, such as a title.

    Returns:
        The slug, which is never empty.

    Raises:
        ValueError: If the text has no letter and no digit for a slug; the message shows it.

    """
    whole = _APOSTROPHES.sub("", text)
    letters = unicodedata.normalize("NFKD", whole).casefold().translate(_PLAIN)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words: list[str] = _WORD.findall(plain)
    slug = "-".join(words)
    if not slug:
        msg = f"nothing to make a slug of: {text!r}"
        raise ValueError(msg)
    _logger.debug("made %r of %r", slug, text)
    return slug
