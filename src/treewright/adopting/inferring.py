"""Infer the answers of a repository that is there, from what its files say.

Nothing of the repository is run or built. What follows from a render, such as `own_files`, and from
the kinds of tools that are chosen, is not inferred here.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from treewright.adopting import (
    addresses,
    kinds,
    licence,
    metadata,
    others,
    packages,
    testing,
    tools,
)
from treewright.adopting.found import Found, Inferred
from treewright.adopting.packages import Packages
from treewright.adopting.reading import Sources

GIVEN = "--answer"
_WITHOUT_GIT = ("uv", "flit", "poetry")  # as copier.yml has it
_GROUP = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")  # as PEP 735 has it
# What runs on a forge or asks it for something belongs to the top of a repository.
_OF_THE_TOP = ("checks", "release", "bot")


def infer(project: Path, given: Mapping[str, str]) -> Inferred:
    """Infer what the template asks.

    Args:
        project: The project's folder, in its git repository.
        given: Answers that a person has given, by name; they are taken as they are. An import path
            with dots may stand for `import_name`.

    """
    return of_sources(Sources(project), given)


def of_sources(sources: Sources, given: Mapping[str, str]) -> Inferred:
    """Infer what the template asks, of a project that is being read."""
    there = kinds.marks(sources)
    if sources.prefix:
        where = f"{sources.prefix} is a folder of its repository"
        there |= {kind: there.get(kind, where) for kind in _OF_THE_TOP}
        there = {kind: there[kind] for kind in kinds.table() if kind in there}
    theirs = others.answers(sources)
    known = _known("project_name", metadata.name(sources), theirs)
    name = _taken("project_name", given, known)
    held = held_by(sources, str(name.value), given)
    folder = packages.folder(held)
    user_name, user_email = metadata.author(sources)
    answers = {
        "project_name": name,
        "project_description": metadata.description(sources, folder),
        "user_name": user_name,
        "user_email": user_email,
        **_addresses(sources, given),
        **packages.answers(held, str(name.value)),
        "license": licence.infer(sources),
        "version_source": _version_source(sources),
        "build_backend": tools.backend(sources),
        "python_min": metadata.python_min(sources),
        "exports": tools.exports(sources, folder),
        "type_checker": tools.type_checker(there.get("types", "")),
        "own_groups": _groups(sources),
        "test_command": testing.infer(sources),
    }
    answers = {named: _known(named, found, theirs) for named, found in answers.items()}
    for named, value in given.items():
        if named == "import_name" and held.chosen:
            continue  # it chose the package, which tells all of the path
        answers[named] = _taken(named, given, Found(value, GIVEN))
    return Inferred(answers, there)


def held_by(sources: Sources, name: str, given: Mapping[str, str]) -> Packages:
    """Find the packages that the distribution holds, and the one that is meant."""
    wanted = given.get("import_name", "")
    if wanted and "." not in wanted and given.get("namespace"):
        wanted = f"{given['namespace']}.{wanted}"
    return packages.find(sources, name, wanted)


def _version_source(sources: Sources) -> Found:
    """Infer where the version comes from; some backends cannot take it from git."""
    found = metadata.version_source(sources, metadata.build_requirements(sources))
    backend = str(tools.backend(sources).value)
    if found.value == "vcs" and backend in _WITHOUT_GIT:
        return Found("static", f"{backend} takes no version from git", "likely")
    return found


def _addresses(sources: Sources, given: Mapping[str, str]) -> dict[str, Found]:
    """Infer where the repository is; what follows from an answer follows from that of a person."""
    if "repository" not in given:
        return addresses.infer(sources)
    there = addresses.place(given["repository"])
    return addresses.answers(sources, there, GIVEN) if there else {}


def _known(name: str, found: Found, theirs: Mapping[str, Found]) -> Found:
    """Give what another template knows, where nothing of the project itself tells."""
    return theirs.get(name, found) if found.sure == "guess" else found


def _taken(name: str, given: Mapping[str, str], found: Found) -> Found:
    """Give what a person has said, in the place of what was inferred."""
    return Found(given[name], GIVEN) if name in given else found


def _groups(sources: Sources) -> Found:
    """Give the names of dependency groups that are taken."""
    groups = sources.declared("dependency-groups")
    names = sorted(filter(_GROUP.fullmatch, groups)) if isinstance(groups, dict) else []
    return Found(
        list(names), "[dependency-groups] in pyproject.toml" if names else "no group is there"
    )
