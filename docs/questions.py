"""Make the README's table of questions from copier.yml: python docs/questions.py."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Template

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"

# What a template in copier.yml says less well than words.
DEFAULTS = {
    "project_name": "the folder's name",
    "plugins": "`none`; `both` for `pipeline`",
    "namespace": "first part of the name, else `acme`",
    "plugin_group": "`acme_tool.plugins` for acme-tool-csv",
    "plugin_name": "last word of the name",
    "repository": "empty, or from `github_user`, `forge`, `repository_url`",
    "github_user": "from `repository`",
    "forge": "`github`, or from `repository`",
    "repository_url": "from `repository`",
    "import_name": "from the name",
    "ci": "`lean`; `full` where v0.5.0 or older made the project",
    "build_backend": "`uv`; `hatchling` for `vcs`",
    "joined": "`true` after `v0.0.0`",
    "own_files": "empty; after `v0.0.0`, those that are there",
    "own_kinds": "empty; after `v0.0.0`, those that files show",
    "coverage_min": "`100`; `0` after `v0.0.0`",
    "docs": "`zensical`; `none` where `own_kinds` has `docs`",
    "update_bot": "`renovate`; `none` where `own_kinds` has `bot`",
    "code_of_conduct": "`true`; `false` where `own_kinds` has `community`",
}
ASKED = {
    "plugins": "yes, but not for `plugin`",
    "namespace": "for a namespace package",
    "plugin_group": "for `plugin`",
    "plugin_name": "for `plugin`",
    "cli_framework": "stored, for `command`, `pipeline`, `analysis`",
}


def rows() -> Iterator[tuple[str, ...]]:
    """Yield a row for each question: answer, help, values, default, and when it is asked.

    Those that are stored come last.
    """
    listed = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8")).items()
    questions = [(name, question) for name, question in listed if not name.startswith("_")]
    for name, question in sorted(questions, key=lambda one: one[1].get("ask") is False):
        if question.get("when") is False:
            continue
        usual = "empty" if question["default"] == "" else f"`{plain(question['default'])}`"
        when = ASKED.get(name, "stored" if question.get("ask") is False else "yes")
        yield f"`{name}`", question["help"], values(question), DEFAULTS.get(name, usual), when


def asked() -> list[str]:
    """Give the questions that a person meets who takes every default, in order."""
    questions = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))
    defaults = {name: q["default"] for name, q in questions.items() if not name.startswith("_")}

    def holds(name: str, condition: str) -> bool:
        rendered: str = Template(str(questions[name].get(condition, True))).render(defaults)
        return rendered == "True"

    return [name for name in defaults if holds(name, "ask") and holds(name, "when")]


def values(question: dict[str, Any]) -> str:
    """Give the values of a question's choices, or its type."""
    choices = question.get("choices", [])
    listed = choices.values() if isinstance(choices, dict) else choices
    found = [value["value"] if isinstance(value, dict) else value for value in listed]
    if question.get("type") == "bool":
        found = ["true", "false"]
    usual = {"int": "number", "yaml": "list"}.get(question.get("type", "str"), "text")
    return ", ".join(f"`{value}`" for value in found) or usual


def plain(value: object) -> str:
    """Give a value as YAML and the command line have it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def table() -> str:
    """Give the table as Markdown."""
    head = ("answer", "what it is", "values", "default", "asked")
    lines = [head, ("---",) * len(head), *rows()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def readme() -> str:
    """Give the README with the table in its place."""
    text = README.read_text(encoding="utf-8")
    return re.sub(
        r"(?s)(<!-- questions:[^\n]*\n).*?(<!-- end of questions -->)",
        lambda found: f"{found[1]}\n{table()}\n{found[2]}",
        text,
    )


if __name__ == "__main__":
    README.write_text(readme(), encoding="utf-8")
