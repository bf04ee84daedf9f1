"""What holds only where others use the package: on an index, on other machines and Pythons.

What is quick and needs no network is checked in every proof. What libraries know is checked by the
command only: uv runs them, in an environment of their own.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from treewright import machine
from treewright.proof import (
    archives,
    building,
    dependencies,
    floor,
    graph,
    installing,
    interpreters,
    paths,
    publishing,
)
from treewright.proof.findings import Finding
from treewright.proof.floor import Need
from treewright.proof.imports import Trial
from treewright.proof.project import Project
from treewright.scripts import by_uv

_SPECIFICATION = "https://packaging.python.org/en/latest/specifications/pyproject-toml/"
_SCRIPT = Path(__file__).parents[1] / "scripts/check_release.py"


class Release(NamedTuple):
    """What was built, and where it was unpacked.

    Args:
        project: the project.
        built: both artefacts.
        sdist: the files of the sdist.
        trial: the wheel, unpacked.
        code: what `sources.read` found in each module.

    """

    project: Project
    built: building.Built
    sdist: frozenset[str]
    trial: Trial
    code: graph.Code


def findings(release: Release, skipped: list[str], *, libraries: bool) -> Iterator[Finding]:
    """Find what does not hold elsewhere.

    Args:
        release: what was built.
        skipped: gets what was not checked, and why.
        libraries: whether uv may fetch and run libraries.

    """
    wheel, fields = release.trial.wheel, release.trial.wheel.metadata
    classifiers = fields.get("Classifier", [])
    tags = archives.headers(wheel.info.get("WHEEL", "")).get("Tag", [])
    yield from paths.findings(release.sdist, wheel.files, classifiers, tags)
    yield from publishing.findings(release.project, release.built.sdist, wheel)

    conditional = graph.conditional(release.code)
    code = {
        name: found
        for name, found in release.code.items()
        if name not in conditional and not graph.aside(name)
    }
    files = {module: release.trial.file(module) for module in code}
    declared = dependencies.declared(fields)
    specifiers = fields.get("Requires-Python", [""])[0]
    oldest = release.trial.oldest
    needed = list(floor.needs(code, files, oldest, declared)) if oldest else []
    if libraries:
        try:
            answer = by_uv.run(_SCRIPT, _question(release, files))
        except by_uv.ScriptError as error:
            skipped.append(f"what libraries know of PyPI and of older Pythons ({error})")
        else:
            needed += [
                Need(where, what, tuple(v), inner) for where, what, v, inner in answer["needs"]
            ]
            for summary in answer["invalid"]:
                yield Finding("pyproject.toml", summary, f"see {_SPECIFICATION}")
            if not publishing.is_private(fields):
                for what, fix in answer["refused"]:
                    yield publishing.refused(what, fix)
    yield from floor.findings(specifiers, classifiers, needed)
    if libraries and oldest and oldest[0] == sys.version_info[0]:
        yield from _unreadable(release, files, needed)
    yield from floor.removed(code, files, specifiers, declared)


def _unreadable(release: Release, files: dict[str, str], needed: list[Need]) -> Iterator[Finding]:
    """Ask the oldest Python itself, where it is at hand, what it can read of the rest."""
    told = {need.where.rpartition(":")[0] for need in needed}
    read = {module: files[module] for module in files if release.code[module]}
    code = {path: where for path, where in _places(release, read) if where not in told}
    oldest = release.trial.oldest
    python = interpreters.of_version(oldest, machine.uv()) if oldest and code else None
    if python and oldest:
        yield from floor.unreadable(python, oldest, code)


def install(
    trial: Trial, uv: str | None, folder: Path, skipped: list[str]
) -> Trial | Finding | None:
    """Install the wheel with its dependencies in an environment of its own.

    Args:
        trial: the wheel, unpacked.
        uv: the path of uv, if it is at hand.
        folder: where the environment is made.
        skipped: gets what was not checked, and why.

    Returns:
        The wheel in that environment; a finding where its dependencies exclude each other; None
        where it has none, or they cannot be installed here.

    """
    if not dependencies.needs_install(trial.wheel.metadata):
        return None
    if uv is None:
        skipped.append("imports with its dependencies (uv, which installs them, is not here)")
        return None
    try:
        made = installing.install(uv, trial.python, trial.wheel.path, folder)
    except installing.NotInstalledError as error:
        skipped.append(f"imports with its dependencies ({error})")
        return None
    if isinstance(made, Finding):
        return made
    return trial._replace(python=str(made.python), site=made.site, installed=True)


def undeclared(
    release: Release, uv: str | None, site: Path | None, folder: Path, told: Iterable[str]
) -> Iterator[Finding]:
    """Find what is imported and not declared; asks what extras bring only where that matters.

    Args:
        release: what was built.
        uv: the path of uv, if it is at hand.
        site: the folder where its dependencies are installed, if it has any.
        folder: where distributions are unpacked to be asked what they bring.
        told: names that other findings tell to be undeclared.

    """
    trial, code = release.trial, release.code
    required = dependencies.requirements(trial.wheel.metadata)
    others = dependencies.mentioned(release.project)
    there = dependencies.installed(site) if site else {}
    known = dependencies.Known(required, frozenset(others), there, {})
    own = dependencies.own_names(trial.wheel.files)
    names = dependencies.unresolved(code, known, own)
    optional = {item.name: item.text for item in required if item.name not in there} | others
    if uv and any(name not in optional for name in names):
        wanted = [text.partition(";")[0].strip() for text in optional.values()]
        installing.unpack(uv, trial.python, wanted, folder)
        known = known._replace(optional=dependencies.installed(folder))
    points = trial.wheel.entry_points
    scripts = [point[2] for point in points if point[0] in archives.SCRIPTS]
    plugins = [point[2] for point in points if point[0] not in archives.SCRIPTS]
    packages = [package.name for package in trial.packages]
    starts = dependencies.Starts(packages, scripts, plugins)
    own |= {name.partition(".")[0] for name in told}
    files = {module: trial.file(module) for module in code}
    yield from dependencies.findings(code, files, known, own, starts)


def _places(release: Release, files: dict[str, str]) -> list[tuple[str, str]]:
    """Give the path of each code file, with its path in the tree."""
    return [(code, files[module]) for module, code in release.trial.sources(files).items()]


def _question(release: Release, files: dict[str, str]) -> dict[str, object]:
    """Give what the script that asks libraries reads."""
    trial = release.trial
    return {
        "metadata": trial.wheel.info.get("METADATA", ""),
        "pyproject": str(release.project.folder / "pyproject.toml"),
        "code": _places(release, files),
        "oldest": trial.oldest,
        "declared": dependencies.declared(trial.wheel.metadata),
    }
