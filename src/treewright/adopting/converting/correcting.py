"""A draft of [project], corrected so that it says what the wheel's metadata has said so far.

Tools read what they know of a format; the metadata of the wheel that is built now is what counts.
"""

import re
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from treewright.adopting.converting import expression, meaning, requiring
from treewright.adopting.converting.drafts import UnconvertedError
from treewright.adopting.wheels import Contents

# What setuptools takes for licence files by itself.
_PATTERNS = ("LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*")

_LICENSES = "dist-info/licenses/"


def correct(data: dict[str, Any], contents: Contents, root: Collection[str]) -> None:
    """Change the tables of a draft where the metadata that there was says something else.

    What is dynamic stays as it is.

    Args:
        data: The tables.
        contents: What the wheel holds before the conversion.
        root: The names of the files beside pyproject.toml.

    """
    told, project = meaning.fields(contents), data["project"]
    _simple(project, told)
    _people(project, told)
    _urls(project, told)
    _requirements(project, told)
    _readme(project, told)
    _license(data, told)
    _license_files(data, contents, root)


def requires(listed: Sequence[str], name: str, oldest: str, *more: str) -> list[str]:
    """Give what a build requires, with a backend that is new enough.

    Args:
        listed: What it requires now.
        name: The distribution of the backend.
        oldest: The version that reads what there is to read.
        more: Requirements to add, unless their names are there.

    Raises:
        UnconvertedError: If what is required now allows no such version.

    """
    found = []
    named = {canonicalize_name(Requirement(text).name) for text in listed}
    asked = [text for text in more if canonicalize_name(Requirement(text).name) not in named]
    for text in [*listed, *asked]:
        requirement = Requirement(text)
        if canonicalize_name(requirement.name) != name:
            found.append(text)
            continue
        if not requirement.specifier.contains(oldest) and not _is_newer(requirement, oldest):
            raise UnconvertedError(
                f"[build-system] requires {text}, and [project] needs {name} {oldest} or newer;"
                " allow that version first."
            )
        found.append(text if _is_newer(requirement, oldest) else _raised(requirement, oldest))
    names = {canonicalize_name(Requirement(text).name) for text in found}
    return found if name in names else [f"{name}>={oldest}", *found]


def _is_newer(requirement: Requirement, oldest: str) -> bool:
    """Tell whether a requirement allows no version below the oldest."""
    lowest = [one for one in requirement.specifier if one.operator in {">=", ">", "==", "~="}]
    newer = SpecifierSet(f">={oldest}")
    return any(newer.contains(one.version.removesuffix(".*")) for one in lowest)


def _raised(requirement: Requirement, oldest: str) -> str:
    rest = [str(one) for one in requirement.specifier if one.operator in {"<", "<=", "!="}]
    requirement.specifier = SpecifierSet(",".join([f">={oldest}", *rest]))
    return str(requirement)


def _simple(project: dict[str, Any], told: dict[str, list[str]]) -> None:
    dynamic = project.get("dynamic", [])
    for key, field in (("name", "Name"), ("version", "Version"), ("description", "Summary")):
        if key not in dynamic:
            _set(project, key, told.get(field, [""])[0])
    python = "".join(told.get("Requires-Python", []))
    if "requires-python" not in dynamic and requiring.versions(
        project.get("requires-python", "")
    ) != requiring.versions(python):
        _set(project, "requires-python", python)
    if "keywords" not in dynamic and meaning.keywords(told) != {*project.get("keywords", [])}:
        _set(project, "keywords", sorted(meaning.keywords(told)))
    classifiers = told.get("Classifier", [])
    if "classifiers" not in dynamic and {*classifiers} != {*project.get("classifiers", [])}:
        _set(project, "classifiers", sorted({*classifiers}))


def _set(project: dict[str, Any], key: str, value: Any) -> None:  # noqa: ANN401
    if value:
        project[key] = value
    else:
        project.pop(key, None)


def _people(project: dict[str, Any], told: dict[str, list[str]]) -> None:
    for key, field in (("authors", "Author"), ("maintainers", "Maintainer")):
        listed = project.get(key, [])
        names = {name.strip() for one in listed for name in one.get("name", "").split(",")}
        emails = {one["email"] for one in listed if "email" in one}
        if not {*meaning.people(told, field)} <= names | emails:  # poetry-core names only one
            _set(project, key, meaning.addressed(told, field))


def _urls(project: dict[str, Any], told: dict[str, list[str]]) -> None:
    listed = project.get("urls", {})
    if {(meaning.label(name), url) for name, url in listed.items()} == meaning.urls(told):
        return
    _set(project, "urls", meaning.labelled(told))


def _requirements(project: dict[str, Any], told: dict[str, list[str]]) -> None:
    dynamic = project.get("dynamic", [])
    extras = told.get("Provides-Extra", [])
    parted = requiring.by_extra(told.get("Requires-Dist", []), extras)
    if "dependencies" not in dynamic:
        listed = _listed(project.get("dependencies", []), parted[requiring.MAIN])
        _set(project, "dependencies", listed)
    if "optional-dependencies" not in dynamic:
        names = {canonicalize_name(name): name for name in extras}
        there = {
            name: items
            for name, items in project.get("optional-dependencies", {}).items()
            if canonicalize_name(name) in names
        }
        known = set(map(canonicalize_name, there))
        there |= {name: [] for key, name in names.items() if key not in known}
        _set(
            project,
            "optional-dependencies",
            {
                name: _listed(items, parted[names[canonicalize_name(name)]])
                for name, items in there.items()
            },
        )


def _listed(there: list[str], wanted: list[str]) -> list[str]:
    """Give requirements as they are wanted, in the order and the words of those that are there."""
    left = {requiring.plain(text): text for text in wanted}
    kept = [text for text in there if left.pop(requiring.plain(text), None)]
    found = []
    for text in there:
        if text in kept:
            found.append(text)
            continue
        same = [key for key, other in left.items() if _name(other) == _name(text)]
        found += [left.pop(key) for key in same]
    return [*found, *left.values()]


def _name(text: str) -> str:
    try:
        return canonicalize_name(Requirement(text).name)
    except InvalidRequirement:
        return text


def _readme(project: dict[str, Any], told: dict[str, list[str]]) -> None:
    """Say the type of the description where the file's name would say another."""
    readme = project.get("readme")
    if isinstance(readme, dict) and "text" in readme:
        readme.setdefault("content-type", "text/x-rst")
    if not isinstance(readme, str | dict):
        return
    file = readme if isinstance(readme, str) else readme.get("file", "")
    suffix = file.rpartition(".")[2].lower()
    by_name = {"md": "text/markdown", "rst": "text/x-rst", "txt": "text/plain"}.get(suffix)
    said = "".join(told.get("Description-Content-Type", []))
    kind = said.partition(";")[0].strip() or by_name or "text/x-rst"
    if file and kind == by_name and isinstance(readme, dict) and not said:
        project["readme"] = file
    elif file and kind != by_name:
        project["readme"] = {"file": file, "content-type": said or kind}


def _license(data: dict[str, Any], told: dict[str, list[str]]) -> None:
    """Say the licence as an expression where the metadata means exactly one (PEP 639)."""
    project = data["project"]
    classifiers = told.get("Classifier", [])
    text = "".join(told.get("License", []))
    found = "".join(told.get("License-Expression", [])) or expression.of(text, classifiers)
    if found:
        project["license"] = found
        listed = project.get("classifiers", [])
        left = [name for name in listed if not name.startswith(expression.PREFIX)]
        if left != listed:
            _set(project, "classifiers", left)
    elif text:
        project["license"] = {"text": text}
    else:
        project.pop("license", None)


def _license_files(data: dict[str, Any], contents: Contents, root: Collection[str]) -> None:
    """Name the licence files that the wheel has, where setuptools would take others."""
    settings = data.get("tool", {}).get("setuptools")
    if settings is None or not isinstance(data["project"].get("license", ""), str):
        return  # the two forms exclude each other; setuptools' own key stays
    settings.pop("license-files", None)
    had = meaning.fields(contents).get("License-File") or sorted(
        where.removeprefix(_LICENSES) for where in contents if where.startswith(_LICENSES)
    )
    itself = {name for name in root for pattern in _PATTERNS if fnmatchcase(name, pattern)}
    if {*had} != itself:
        data["project"]["license-files"] = [re.sub(r"([*?[])", r"[\1]", path) for path in had]
