"""The settings of an analysis, from a TOML file and from flags."""

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

__all__ = ["Config", "ConfigError", "load_config"]

_WHOLE, _NUMBER = ((int,), "whole number"), ((int, float), "number")
_RULES = {
    "seed": (_WHOLE, 0, 2**32 - 1),  # as NumPy takes it
    "test_share": (_NUMBER, 0.1, 0.5),
    "folds": (_WHOLE, 2, 10),
}


class ConfigError(ValueError):
    """A setting is wrong; the message names it and its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """How the model is trained and evaluated. The same settings and data give the same results."""

    seed: int = 0
    """The seed of all random choices, such as which rows test the model."""
    test_share: float = 0.25
    """The share of the rows that are kept for testing."""
    folds: int = 5
    """The number of folds of the cross-validation that chooses the regularization."""

    def __post_init__(self) -> None:
        """Check every setting.

        Raises:
            ConfigError: If one is of the wrong type, or out of its range.

        """
        for field in fields(self):
            value: Any = getattr(self, field.name)
            (types, kind), low, high = _RULES[field.name]
            if type(value) not in types or not low <= value <= high:
                rule = f"has to be a {kind} from {low} to {high}"
                raise ConfigError(f"{field.name} {rule}, not {value!r}")


def load_config(file: Path | None = None, *, seed: int | None = None) -> Config:
    """Put the settings together.

    Args:
        file: A TOML file with the fields of `Config` as its keys.
        seed: Overrides the seed in the file.

    Raises:
        ConfigError: If the file is not TOML, or a setting is unknown or wrong.
        OSError: If the file cannot be read.

    """
    config = Config()
    if file is not None:
        try:
            settings = tomllib.loads(file.read_text(encoding="utf-8"))
            known = [field.name for field in fields(Config)]
            for name in settings:
                if name not in known:
                    raise ConfigError(f"unknown setting {name}; there are {', '.join(known)}")
            config = Config(**settings)
        except ValueError as error:
            raise ConfigError(f"{file}: {error}") from error
    return config if seed is None else replace(config, seed=seed)
