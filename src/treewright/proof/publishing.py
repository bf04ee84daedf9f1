"""What PyPI refuses, so far as it can be told without a library.

The script `check_release.py` tells the rest: classifiers, and how the README is rendered.

Sources: https://packaging.python.org/en/latest/specifications/core-metadata/, the specification
"Version specifiers" (no local versions on an index, no direct references), PEP 625 (names of
sdists), and what https://pypi.org answers to an upload.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from treewright.proof.archives import Wheel
from treewright.proof.dependencies import requirements
from treewright.proof.findings import Finding, advice
from treewright.proof.project import Project, normalised_name
from treewright.rows import some

_SUMMARY = 512  # characters
_LABEL = 32  # characters
_SIZE = 100_000_000  # bytes; PyPI raises it for a project that asks
_DIRECT = re.compile(r"[^;]*@\s*\w+[:+]")
# What versions from git hold between two releases: the commit, and the day of other changes.
_OF_GIT = re.compile(r"(\d+\.)?(g[0-9a-f]+|d\d{8}|dirty)([.-](d\d{8}|dirty))?")
_ADDRESS = re.compile(r"(https?|git|ssh|ftp|mailto):", re.IGNORECASE)
_CONTENT = ("text/plain", "text/x-rst", "text/markdown")


def is_private(metadata: Mapping[str, list[str]]) -> bool:
    """Say whether the project keeps itself from PyPI, which refuses such a classifier."""
    return any(text.startswith("Private ::") for text in metadata.get("Classifier", []))


def findings(project: Project, sdist: Path, wheel: Wheel) -> Iterator[Finding]:
    """Find what PyPI would refuse.

    Args:
        project: the project.
        sdist: the file of the sdist.
        wheel: the wheel.

    """
    if is_private(wheel.metadata):
        return
    local = wheel.version.partition("+")[2]
    if local and not _OF_GIT.fullmatch(local):
        yield refused(
            f"local versions, such as {wheel.version}", "remove the + and what follows it"
        )
    yield from _of_fields(wheel.metadata)
    yield from _of_names(project, sdist)
    for artefact in (sdist, wheel.path):
        if artefact.stat().st_size > _SIZE:
            yield advice(
                artefact.name,
                f"PyPI takes no file of more than {_SIZE // 1_000_000} MB",
                "leave out data, or ask for a higher limit",
            )


def _of_fields(fields: Mapping[str, list[str]]) -> Iterator[Finding]:
    direct = [item.text for item in requirements(fields) if _DIRECT.match(item.text)]
    if direct:
        yield refused(f"requirements by URL: {some(direct)}", "name a version that an index has")
    if len(fields.get("Summary", [""])[0]) > _SUMMARY:
        yield refused(f"a description of more than {_SUMMARY} characters", "shorten it")
    for line in fields.get("Project-URL", []):
        label, _, url = (part.strip() for part in line.partition(","))
        if not label or len(label) > _LABEL:
            what = f"a URL whose label is empty or over {_LABEL} characters: {label or url}"
            yield refused(what, "shorten it")
        elif not _ADDRESS.match(url):
            yield refused(f"an invalid address: {label} = {url}", "write https://...")
    kind = fields.get("Description-Content-Type", [_CONTENT[0]])[0].partition(";")[0].strip()
    if kind.lower() not in _CONTENT:
        yield refused(f"a README of type {kind}", f"use {some(_CONTENT)}")


def _of_names(project: Project, sdist: Path) -> Iterator[Finding]:
    stem = normalised_name(project.name).replace("-", "_")
    if not sdist.name.startswith(f"{stem}-"):
        yield refused(
            f"sdists whose name is not normalised, as {sdist.name} (PEP 625)",
            "use a newer build backend",
        )
    if stem in sys.stdlib_module_names:
        yield advice(
            "pyproject.toml",
            f"PyPI takes no new project named {project.name}, as a standard module is",
            "rename it",
        )


def refused(what: str, fix: str) -> Finding:
    """Give the finding that PyPI refuses something."""
    return Finding("metadata", f"PyPI refuses {what}", fix)
