"""The expressions of GitHub's workflows, evaluated here as GitHub does."""

import json
import re
from collections.abc import Mapping
from itertools import product
from typing import Any

_NAME = re.compile(r"'[^']*'|\b(?:github|inputs|needs|runner|secrets|steps|vars)(?:\.\w+)+")
_OPERATORS = {"&&": " and ", "||": " or ", "!": " not "}


def evaluate(text: str, context: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Give the value of an expression: its operators are those of Python by other names.

    https://docs.github.com/actions/reference/workflows-and-actions/expressions

    Args:
        text: The expression, with or without its braces.
        context: The values by their whole names, such as `github.ref_type`; all others are empty,
            and functions, such as `failure`.

    """
    code = text.strip().removeprefix("${{").removesuffix("}}")
    code = _NAME.sub(lambda found: found[0] if found[0][0] == "'" else f"value({found[0]!r})", code)
    code = re.sub(r"&&|\|\||!(?!=)", lambda found: _OPERATORS[found[0]], code)
    functions = {
        "value": lambda name: context.get(name, ""),
        "contains": lambda text, part: part in text,
        "format": lambda text, *values: text.format(*values),
        "fromJSON": json.loads,
        **{name: value for name, value in context.items() if callable(value)},
    }
    return eval(code.strip(), functions)  # noqa: S307  # ours


def fill(text: str, context: Mapping[str, Any]) -> str:
    """Put the values of expressions into a text."""
    return re.sub(r"\$\{\{.+?\}\}", lambda found: str(evaluate(found[0], context)), text)


def combinations(matrix: Mapping[str, Any], github: Mapping[str, str]) -> list[dict[str, str]]:
    """Give every combination of a matrix, and those that it includes beside them."""
    context = {f"github.{name}": value for name, value in github.items()}
    context["inputs.base"] = github.get("base", "")
    axes = {
        name: evaluate(values, context) if isinstance(values, str) else values
        for name, values in matrix.items()
        if name != "include"
    }
    made = [dict(zip(axes, chosen, strict=True)) for chosen in product(*axes.values())]
    return made + [extra for extra in matrix.get("include", []) if extra not in made]
