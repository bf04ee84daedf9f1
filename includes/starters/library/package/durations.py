"""Durations, as people write them."""

import logging
import re
from datetime import timedelta

from ._units import UNITS

__all__ = ["parse_duration"]

_logger = logging.getLogger(__name__)

_PART = re.compile(r"\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[a-zA-Z]+)[\s,]*")


def parse_duration(text: str) -> timedelta:
    """Add up the parts of a duration such as ``1h 30min`` or ``2 days, 12 hours``.

    Args:
        text: Numbers, each with its unit: ms, s, min, h, d or w, or the unit's name.
            Spaces and commas between parts are ignored, and so is case.

    Returns:
        The sum of the parts.

    Raises:
        ValueError: If a part is not a number with a unit; the message shows it.
        OverflowError: If the sum is more than ``timedelta.max``.

    """
    total = timedelta()
    position = 0
    while position < len(text) or not text:
        part = _PART.match(text, position)
        if part is None or part["unit"].lower() not in UNITS:
            msg = f"not a duration such as '1h 30min': {text[position:]!r}"
            raise ValueError(msg)
        total += float(part["number"]) * UNITS[part["unit"].lower()]
        position = part.end()
    _logger.debug("read %r as %s", text, total)
    return total
