"""The table: its columns, what is possible in them, and how results are shown.

For another table, change this module and the sample. What the columns mean is known nowhere else.
"""

import polars as pl

SAMPLE = "deliveries.csv"  # next to this module
KEY: str = "delivery"  # the column that names each row; with "", rows are numbered
TARGET = "minutes"  # the column that is predicted
UNIT = "minutes"  # of the target
DIGITS = 4  # how many significant ones to show of predictions and errors
MISSING = {"", "-", "?", "na", "n/a", "nan", "none", "null"}  # cells without a value, in any case

# The columns of numbers, the target among them, and what is possible in each. Outside of these,
# somebody mistyped a number or forgot to stop the watch.
LIMITS: dict[str, tuple[float, float]] = {
    "distance_km": (0.1, 100.0),
    "climb_m": (0.0, 3000.0),
    "load_kg": (0.0, 200.0),
    "minutes": (1.0, 600.0),
}

# The columns of texts, and what is possible in each.
CATEGORIES: dict[str, tuple[str, ...]] = {
    "weather": ("dry", "rain", "snow"),
}

# What the model learns from besides these columns.
COMPUTED: dict[str, pl.Expr] = {
    "lifted": pl.col("climb_m") * pl.col("load_kg") / 1000,
}
