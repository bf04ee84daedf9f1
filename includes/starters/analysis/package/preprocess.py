"""Clean a table: fix its cells, and drop rows of no use."""

import logging

import polars as pl

from .io import NUMBERS, TARGET, WEATHER

__all__ = ["WEATHERS", "clean", "tidy"]

_logger = logging.getLogger(__name__)

WEATHERS = ("dry", "rain", "snow")
# Outside of these, somebody mistyped a number or forgot to stop the watch.
LIMITS = {
    "distance_km": (0.1, 100.0),
    "climb_m": (0.0, 3000.0),
    "load_kg": (0.0, 200.0),
    TARGET: (1.0, 600.0),
}


def tidy(table: pl.DataFrame) -> pl.DataFrame:
    """Clean the cells and keep every row: impossible values become missing ones.

    Args:
        table: A table from `read_table`.

    Returns:
        The table, with weathers in lower case and null for impossible values.

    """
    weather = pl.col(WEATHER).str.to_lowercase()
    tidied = table.with_columns(
        pl.when(weather.is_in(WEATHERS)).then(weather).alias(WEATHER),
        *(
            pl.when(pl.col(column).is_between(*LIMITS[column])).then(column).alias(column)
            for column in (*NUMBERS, TARGET)
            if column in table.columns
        ),
    )
    for column in tidied.columns:
        if lost := tidied[column].null_count() - table[column].null_count():
            _logger.warning("%d impossible values of %s are treated as missing", lost, column)
    return tidied


def clean(table: pl.DataFrame) -> pl.DataFrame:
    """Tidy a table, and drop the rows that the model cannot learn from.

    Args:
        table: A table from `read_table`, with the target.

    Returns:
        The table without repeated rows, and without rows that lack the target.

    """
    unique = tidy(table).unique(maintain_order=True)
    cleaned = unique.drop_nulls(TARGET)
    _logger.info("dropped %d repeated rows", table.height - unique.height)
    _logger.info("dropped %d rows without %s", unique.height - cleaned.height, TARGET)
    return cleaned
