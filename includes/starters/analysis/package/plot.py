"""The plot of predicted against actual values."""

from io import BytesIO
from typing import Any

import polars as pl

from .table import UNIT

__all__ = ["draw"]


def draw(actual: pl.Series, predicted: pl.Series) -> bytes:
    """Draw each row as a point; the closer to the line, the better the prediction.

    Returns:
        The plot as a PNG file; the same bytes for the same numbers.

    """
    # Slow to load, and typed in part. Without pyplot, no window opens and no figure is kept.
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure: Any = Figure(figsize=(6, 6), layout="constrained")
    axes = figure.add_subplot(aspect="equal")
    axes.scatter(actual.to_list(), predicted.to_list(), alpha=0.7)
    axes.axline((actual[0], actual[0]), slope=1, color="gray", linewidth=1)
    axes.set(title="Rows not seen before", xlabel=f"actual {UNIT}", ylabel=f"predicted {UNIT}")
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=150)
    return picture.getvalue()
