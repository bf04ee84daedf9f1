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
    """A setting is wrong; the message names it, and the file that has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """How the model is made and judged. Equal settings and equal data give equal results."""

    seed: int = 0
    """Where all chance begins, as in which rows test the model, and which fold a row is in."""
    test_share: float = 0.25
    """The share of the rows that the model does not see, but is tested on."""
    folds: int = 5
    """Into how many parts the other rows are cut to choose how much the model smooths."""

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
        seed: The seed, instead of the one in the file.

    Raises:
        ConfigError: If the file is no TOML, or a setting in it is unknown or wrong.
        OSError: If the file cannot be read.

    """
    config = Config()
    if file is not None:
        try:
            settings = tomllib.loads(file.read_text(encoding="utf-8"))
            known = [field.name for field in fields(Config)]
            for name in settings:
                if name not in known:
                    raise ConfigError(f"there is no setting {name}, but {', '.join(known)}")
            config = Config(**settings)
        except ValueError as error:
            raise ConfigError(f"{file}: {error}") from error
    return config if seed is None else replace(config, seed=seed)
