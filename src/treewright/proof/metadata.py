"""The metadata of the wheel against what pyproject.toml declares.

Sources: https://packaging.python.org/en/latest/specifications/core-metadata/, PEP 639 (licenses)
and PEP 794 (import names).
"""

import re
from collections.abc import Iterator

from treewright.proof.archives import Wheel
from treewright.proof.findings import Finding
from treewright.proof.project import Project, normalised_name, normalised_version
from treewright.rows import some

# The names that build backends take for license files by themselves.
_LICENSE_FILES = ["LICEN[CS]E*", "COPYING*"]
_LICENSE_NAME = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)


def findings(
    project: Project, sdist_fields: dict[str, list[str]], wheel: Wheel
) -> Iterator[Finding]:
    """Compare name, version, license and import names."""
    fields = wheel.metadata
    name = _first(fields, "Name")
    if normalised_name(name) != normalised_name(project.name):
        yield Finding("wheel", f"its name is {name}, not {project.name}", "fix [project] name")
    version = _first(fields, "Version")
    if project.version and normalised_version(version) != normalised_version(project.version):
        yield Finding(
            "wheel",
            f"its version is {version}, pyproject.toml says {project.version}",
            "keep one source for the version",
        )
    if sdist_fields and sdist_fields.get("Version") != fields.get("Version"):
        yield Finding(
            "sdist",
            f"its version is {_first(sdist_fields, 'Version')}, the wheel's is {version}",
            "make the version the same in both",
        )
    yield from _license(project, wheel)
    yield from _import_names(project, wheel)


def _first(fields: dict[str, list[str]], name: str) -> str:
    return fields.get(name, [""])[0]


def _license(project: Project, wheel: Wheel) -> Iterator[Finding]:
    fields = wheel.metadata
    declared = project.declared("project", "license")
    expression = _first(fields, "License-Expression")
    if isinstance(declared, str) and expression and declared.lower() != expression.lower():
        yield Finding(
            "wheel", f"its license is {expression}, not {declared}", "fix [project] license"
        )
    shipped = {name for name in wheel.info if _LICENSE_NAME.search(name) or "/" in name}
    for path in _license_files(project):
        base = path.rpartition("/")[2]
        if not any(name in (base, path) or name.endswith(f"/{path}") for name in shipped):
            yield Finding(
                "wheel", f"the license file {path} is absent", "name it in [project] license-files"
            )
    for path in fields.get("License-File", []):
        if not any(name == path or name.endswith(f"/{path}") for name in wheel.info):
            yield Finding(
                "wheel", f"License-File names {path}, which it does not hold", "ship the file"
            )


def _license_files(project: Project) -> list[str]:
    patterns = project.listed("project", "license-files")
    declared = project.declared("project", "license-files") is not None
    if isinstance(license_file := project.declared("project", "license", "file"), str):
        patterns, declared = [license_file], True
    patterns = patterns if declared else _LICENSE_FILES
    paths = [path for pattern in patterns for path in project.matching(pattern)]
    # One of several undeclared files is enough: which of them count is the backend's choice.
    return paths if declared else paths[:1]


def _import_names(project: Project, wheel: Wheel) -> Iterator[Finding]:
    for key, field in (("import-names", "Import-Name"), ("import-namespaces", "Import-Namespace")):
        declared = {_bare(name) for name in project.listed("project", key)}
        emitted = {_bare(name) for name in wheel.metadata.get(field, [])}
        if declared and emitted and declared != emitted:
            yield Finding(
                "wheel",
                f"{field} is {some(sorted(emitted))}, not {some(sorted(declared))}",
                f"fix [project] {key}",
            )
        for name in sorted(declared or emitted):
            path = name.replace(".", "/")
            if not any(file.startswith((f"{path}/", f"{path}.")) for file in wheel.files):
                yield Finding(
                    "pyproject.toml",
                    f"{key} has {name}, which the wheel does not hold",
                    "fix the name",
                )


def _bare(name: str) -> str:
    return name.partition(";")[0].strip()
