"""Clean a table: fix its cells, and drop rows of no use."""

import logging
from collections.abc import Iterable, Mapping

import polars as pl

from .table import CATEGORIES, LIMITS, TARGET

__all__ = ["clean", "tidy"]

_logger = logging.getLogger(__name__)


def tidy(table: pl.DataFrame, known: Mapping[str, Iterable[str]]) -> pl.DataFrame:
    """Clean the cells and keep every row: impossible values become missing ones.

    Args:
        table: A table from `read_table`.
        known: The texts of each column that has any, such as those that a model has learned from.

    Returns:
        The table, with texts in the case of the known ones, and null for all other values.

    """
    possible = [
        pl.when(pl.col(column).is_between(*limits)).then(column).alias(column)
        for column, limits in LIMITS.items()
        if column in table.columns
    ]
    for column in CATEGORIES:
        cases = {text.lower(): text for text in known.get(column, ())}
        lower = pl.col(column).str.to_lowercase()
        possible.append(lower.replace_strict(cases, default=None, return_dtype=pl.String))
    tidied = table.with_columns(possible)
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
    unique = tidy(table, CATEGORIES).unique(maintain_order=True)
    cleaned = unique.drop_nulls(TARGET)
    _logger.info("dropped %d repeated rows", table.height - unique.height)
    _logger.info("dropped %d rows without %s", unique.height - cleaned.height, TARGET)
    return cleaned
