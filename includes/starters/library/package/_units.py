"""The units of durations. Internal: other programs use the package's public names."""

from datetime import timedelta

_SPELLINGS = {
    timedelta(milliseconds=1): "ms millisecond milliseconds",
    timedelta(seconds=1): "s sec second seconds",
    timedelta(minutes=1): "m min minute minutes",
    timedelta(hours=1): "h hour hours",
    timedelta(days=1): "d day days",
    timedelta(weeks=1): "w week weeks",
}

UNITS = {name: unit for unit, names in _SPELLINGS.items() for name in names.split()}
