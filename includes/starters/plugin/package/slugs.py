"""Slugs: names for URLs and files, made from any text."""

import logging
import re
import unicodedata

__all__ = ["slugify"]

_logger = logging.getLogger(__name__)

# Latin letters that Unicode does not decompose into a plain letter and a mark.
_PLAIN = str.maketrans("ðđħ\u0131łø", "ddhilo") | str.maketrans({"æ": "ae", "œ": "oe", "þ": "th"})
_APOSTROPHES = re.compile(r"(?<=\w)['\u2019](?=\w)")
_WORD = re.compile(r"[a-z0-9]+")


def slugify(text: str) -> str:
    """Make a slug: words of lower-case ASCII letters and digits, joined by hyphens.

    Letters lose their accents, and an apostrophe inside a word is dropped. Anything else, such as
    punctuation or letters of other alphabets, separates words. A slug is its own slug.

    Args:
        text: The text, such as a title.

    Returns:
        The slug, which is never empty.

    Raises:
        ValueError: If the text has no letter or digit for a slug; the message shows it.

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
