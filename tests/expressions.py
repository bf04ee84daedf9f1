"""The expressions of GitHub's workflows, evaluated here as GitHub does."""

import json
from collections.abc import Mapping
from itertools import product
from types import SimpleNamespace
from typing import Any


def evaluate(text: str, github: Mapping[str, str]) -> Any:  # noqa: ANN401
    """Give the value of an expression: its operators are those of Python by other names.

    https://docs.github.com/actions/reference/workflows-and-actions/expressions
    """
    code = text.strip().removeprefix("${{").removesuffix("}}").strip()
    names = {
        "github": SimpleNamespace(**github),
        "contains": lambda text, part: part in text,
        "fromJSON": json.loads,
    }
    return eval(code.replace("&&", "and").replace("||", "or"), names)  # noqa: S307  # ours


def combinations(matrix: Mapping[str, Any], github: Mapping[str, str]) -> list[dict[str, str]]:
    """Give every combination of a matrix, and those that it includes beside them."""
    axes = {
        name: evaluate(values, github) if isinstance(values, str) else values
        for name, values in matrix.items()
        if name != "include"
    }
    made = [dict(zip(axes, chosen, strict=True)) for chosen in product(*axes.values())]
    return made + [extra for extra in matrix.get("include", []) if extra not in made]
