"""A made-up next release of the template, which changes every managed file."""

import re
from collections.abc import Callable
from pathlib import Path

from repositories import commit, git

VERSION = "v9.1.0"
MARK = "made-up-for-the-next-release"
# What a name in template/ ends in, or an answer that stands in its place.
_JSON = re.compile(r"\.json|renovate")
_MARKDOWN = re.compile(r"\.md|conduct|tutorial|manual")
_NOT_FIRST = ("---", "#!", "# ///")  # has to be the first line where it is there
_GROUP = re.compile(r"(?m)^((?:test|types|docs|release|lint|dev) = \[)")


def make(template: Path) -> None:
    """Commit and tag the release in a clone of the template."""
    change(template)
    commit(template)
    git("tag", VERSION, cwd=template)


def change(template: Path) -> None:
    """Change every managed file of a copy of the template."""
    for file in (template / "template").rglob("*"):
        if file.is_file() and file.suffix != ".typed":
            text = file.read_text("utf-8")
            file.write_text(_change(file.name)(text), "utf-8")


def _change(name: str) -> Callable[[str], str]:
    """Give what changes a file of a name."""
    if name.startswith("pyproject.toml"):
        return _settings
    if name == ".gitignore":
        return lambda text: _both_ends(text, f"/{MARK}/")
    if _JSON.search(name):
        return lambda text: text.replace("{\n", f'{{\n  "{MARK}": true,\n', 1)
    line = f"<!-- {MARK} -->" if _MARKDOWN.search(name) else f"# {MARK}"
    return lambda text: _both_ends(text, line)


def _both_ends(text: str, line: str) -> str:
    """Add a line at the end, and one at the start, if something else has not to be there."""
    first = "" if text.lstrip().startswith(_NOT_FIRST) else f"{line}\n"
    return f"{first}{text}\n{line}\n"


def _settings(text: str) -> str:
    """Add a key to each table, and a requirement to each group."""
    text = re.sub(r"(?m)^(\[tool\..*\])\n", rf'\1\n{MARK} = "next"\n', text)
    return _GROUP.sub(r'\1 "packaging>=24", ', text)
