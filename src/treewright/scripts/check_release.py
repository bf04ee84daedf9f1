# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "packaging>=26",
#   "readme-renderer>=45",
#   "trove-classifiers>=2026.9",
#   "validate-pyproject>=0.27",
#   "vermin>=1.8",
# ]
# ///
"""Check a release against the rules that libraries know: of PyPI, and of older Pythons.

Usage: uv run --script check_release.py < JSON

The JSON has `metadata`, the text of METADATA; `pyproject`, the path of pyproject.toml; `code`, for
each Python file its path and its path in the tree; `oldest`, the oldest Python that
`requires-python` allows, such as [3, 8], or null; and `declared`, the names of the dependencies.
Printed is JSON: `refused`, what PyPI would refuse, each with how to fix it; `invalid`, what is
wrong with pyproject.toml; and `needs`, as `proof.floor.Need` has them.
"""

import ast
import io
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_string
from pathlib import Path

from packaging.metadata import Metadata
from readme_renderer import rst
from trove_classifiers import all_classifiers, deprecated_classifiers
from vermin import Config, InvalidVersionException, SourceVisitor

sys.path.append(str(Path(__file__).resolve().parents[2]))  # the last: what uv installed comes first

from treewright.proof.project import brought
from treewright.proof.sources import prune

_LINE = re.compile(r"L(\d+)(?: C\d+)?: (.+?) requires? .*?(\d+)\.(\d+)$")
_README = re.compile(r"<string>:(\d*): \(\w+/\d\) (.*)")


def main() -> None:
    """Check the release that standard input describes."""
    given = json.load(sys.stdin)
    oldest = given["oldest"] and tuple(given["oldest"])
    needs = [
        need
        for file, where in given["code"]
        for need in (_needs(Path(file), where, oldest, given["declared"]) if oldest else ())
    ]
    metadata = given["metadata"]
    refused = [*_of_classifiers(metadata), *_of_readme(metadata), *_of_metadata(metadata)]
    invalid = [*_of_pyproject(Path(given["pyproject"]))]
    print(json.dumps({"refused": refused, "invalid": invalid, "needs": needs}))


def _of_classifiers(metadata: str) -> Iterator[tuple[str, str]]:
    for text in message_from_string(metadata).get_all("Classifier", []):
        if text in deprecated_classifiers:
            instead = deprecated_classifiers[text]
            yield (
                f"the classifier {text}, which is deprecated",
                f"use {' or '.join(instead)}" if instead else "remove it",
            )
        elif text not in all_classifiers:
            yield (
                f"the classifier {text}, which it does not know",
                "see https://pypi.org/classifiers",
            )


def _of_readme(metadata: str) -> Iterator[tuple[str, str]]:
    message = message_from_string(metadata)
    body = message.get_payload()
    text = message["Description"] or (body if isinstance(body, str) else "")
    kind = (message["Description-Content-Type"] or "text/x-rst").partition(";")[0].strip()
    said = io.StringIO()
    # Markdown and plain text can always be rendered.
    if text.strip() and kind == "text/x-rst" and rst.render(text, stream=said) is None:
        match = _README.search(said.getvalue())
        why = f" (line {match[1]}: {match[2]})" if match else ""
        yield f"a README that is no reStructuredText{why}", "fix it; twine check says the same"


def _of_metadata(metadata: str) -> Iterator[tuple[str, str]]:
    try:
        Metadata.from_email(metadata, validate=True)
    except Exception as errors:  # noqa: BLE001  (a group on newer Pythons, or the library's own)
        for error in getattr(errors, "exceptions", [errors]):
            yield f"the metadata: {error}", "fix it in pyproject.toml"


def _of_pyproject(file: Path) -> Iterator[str]:
    from validate_pyproject import api, errors  # noqa: PLC0415  (slow, and may change with plugins)

    pyproject = tomllib.loads(file.read_text(encoding="utf-8"))
    standard = {key: pyproject[key] for key in ("build-system", "project") if key in pyproject}
    standard.get("project", {}).pop("classifiers", None)  # which have rules of their own
    try:
        api.Validator(plugins=[])(standard)
    except errors.ValidationError as error:
        yield str(error.summary)


def _needs(
    file: Path, where: str, oldest: tuple[int, int], declared: list[str]
) -> Iterator[tuple[str, str, tuple[int, int], bool]]:
    """Give what a file needs that the oldest Python lacks: at import, and in functions only."""
    try:
        source = file.read_bytes()
        at_import = _versions(source, inner=False)
        everywhere = _versions(source, inner=True)
    except (SyntaxError, ValueError, RecursionError):
        return  # for a newer Python than this; the probe has read it
    backports = brought(declared)
    for (line, what), version in everywhere.items():
        known = re.search(r"'(\w+)", what)
        if version > oldest and not (known and known[1] in backports):
            inner = (line, what) not in at_import
            yield f"{where}:{line}", what.replace("'", ""), version, inner


def _versions(source: bytes, *, inner: bool) -> dict[tuple[int, str], tuple[int, int]]:
    tree = ast.parse(source)
    bound = _bound(tree)
    tree.body = prune(tree.body, inner=inner)
    config = Config()
    config.set_verbose(3)
    visitor = SourceVisitor(config)
    visitor.set_no_lines(set())
    visitor.tour(tree)
    with suppress(InvalidVersionException):  # by what it takes two types of a name to need
        visitor.minimum_versions()
    found = {}
    for text in visitor.output_text().splitlines():
        match = _LINE.match(text)
        # A name that the file binds itself is not that of a newer Python's builtin.
        if match and re.split(r"[ (]", match[2].replace("'", ""))[0] not in bound:
            found[int(match[1]), match[2]] = (int(match[3]), int(match[4]))
    return found


def _bound(tree: ast.Module) -> set[str]:
    """Give the names that code binds."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
    return found


if __name__ == "__main__":
    main()
