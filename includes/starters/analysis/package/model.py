"""The model: ridge regression, trained with scikit-learn and kept as plain numbers.

A saved model is JSON: loading it never runs code, no matter who made the file. Predicting needs
neither scikit-learn nor the version of it that trained the model.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import polars as pl

from ._errors import AnalysisError
from .config import Config
from .io import write_json

__all__ = ["Metrics", "Model", "Term", "evaluate", "load_model", "save_model", "split", "train"]

ALPHAS = (0.01, 0.1, 1.0, 10.0, 100.0)  # how much to smooth: the folds choose one
FEWEST = 20  # rows: with every setting, each fold has one and the test has two
FORMAT = 1


class Term(NamedTuple):
    """What the model knows about a feature."""

    coefficient: float
    median: float
    """Used where the feature is missing."""


class Metrics(NamedTuple):
    """The errors of predictions, in minutes, and R2, which is 1 for perfect ones."""

    mean_absolute_error: float
    root_mean_squared_error: float
    r2: float


@dataclass(frozen=True, slots=True)
class Model:
    """A linear model: the intercept, and what each feature adds."""

    intercept: float
    terms: Mapping[str, Term]

    def predict(self, features: pl.DataFrame) -> pl.Series:
        """Predict the target of each row.

        Raises:
            AnalysisError: If a feature is missing that the model was trained with.

        """
        for name in self.terms:
            if name not in features.columns:
                raise AnalysisError(f"the model needs a feature {name}, which is missing")
        added = (pl.col(name).fill_null(median) * by for name, (by, median) in self.terms.items())
        predicted = pl.sum_horizontal(pl.repeat(self.intercept, pl.len()), *added)
        return features.select(predicted.alias("predicted")).to_series()


def split(rows: int, config: Config) -> tuple[list[int], list[int]]:
    """Choose at random which rows train the model and which test it.

    Raises:
        AnalysisError: If there are too few rows.

    """
    if rows < FEWEST:
        raise AnalysisError(f"{rows} rows are left to learn from, and {FEWEST} are needed")
    train_test_split = _sklearn("model_selection").train_test_split
    train_rows, test_rows = train_test_split(
        range(rows), test_size=config.test_share, random_state=config.seed
    )
    return sorted(train_rows), sorted(test_rows)


def train(features: pl.DataFrame, target: pl.Series, config: Config) -> Model:
    """Train a model.

    Args:
        features: The features of the rows to learn from; null where they are missing.
        target: What to predict for each of them.
        config: The seed and the number of folds.

    """
    folds = _sklearn("model_selection").KFold(config.folds, shuffle=True, random_state=config.seed)
    imputer = _sklearn("impute").SimpleImputer(strategy="median", keep_empty_features=True)
    scaler = _sklearn("preprocessing").StandardScaler()
    ridge = _sklearn("linear_model").RidgeCV(ALPHAS, cv=folds, scoring="neg_mean_squared_error")
    pipeline = _sklearn("pipeline").make_pipeline(imputer, scaler, ridge)
    pipeline.fit(features.to_numpy(), target.to_numpy())
    # In the units of the features, the scaler is gone from the formula.
    coefficients = ridge.coef_ / scaler.scale_
    intercept = float(ridge.intercept_ - coefficients @ scaler.mean_)
    pairs = zip(coefficients.tolist(), imputer.statistics_.tolist(), strict=True)
    return Model(intercept, dict(zip(features.columns, map(Term._make, pairs), strict=True)))


def evaluate(actual: pl.Series, predicted: pl.Series) -> Metrics:
    """Compare predictions with actual values."""
    metrics = _sklearn("metrics")
    names = ("mean_absolute_error", "root_mean_squared_error", "r2_score")
    pair = actual.to_numpy(), predicted.to_numpy()
    return Metrics(*(float(getattr(metrics, name)(*pair)) for name in names))


def save_model(model: Model, path: Path) -> None:
    """Write a model to a file.

    Raises:
        OSError: If it cannot be written.

    """
    terms = {name: term._asdict() for name, term in model.terms.items()}
    write_json(path, {"format": FORMAT, **asdict(model), "terms": terms})


def load_model(path: Path) -> Model:
    """Read a model from a file.

    Raises:
        AnalysisError: If the file holds no model.
        OSError: If it cannot be read.

    """
    try:
        return _model(json.loads(path.read_bytes()))
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise AnalysisError(f"{path} holds no model that this version can read") from error


def _model(data: dict[str, Any]) -> Model:
    if data["format"] != FORMAT:
        raise ValueError(data["format"])
    terms = {
        name: Term(_number(term["coefficient"]), _number(term["median"]))
        for name, term in data["terms"].items()
    }
    return Model(_number(data["intercept"]), terms)


def _number(value: object) -> float:
    if not isinstance(value, float) or not math.isfinite(value):
        raise TypeError(value)
    return value


def _sklearn(module: str) -> ModuleType:
    """Load a part of scikit-learn on use, which takes a second or more.

    It has no types. The attributes of a module that is loaded by name may have any.
    """
    return import_module(f"sklearn.{module}")
