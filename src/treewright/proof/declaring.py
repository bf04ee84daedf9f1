"""What a package needs and nothing declares, as far as that is certain without an installation.

A distribution's name seldom tells the modules that it brings (PyYAML brings yaml), and a dependency
may bring what it depends on itself. So a name is called undeclared only where nothing can bring it:
no dependency is declared at all, the name is that of the project itself, or each dependency lies in
the project's own environment, whose metadata has no such module.

Sources: https://packaging.python.org/en/latest/specifications/core-metadata/#requires-dist-multiple-use
and https://packaging.python.org/en/latest/specifications/recording-installed-packages/
"""

import re
import sys
from collections.abc import Iterable, Mapping
from functools import cached_property

from treewright.proof.findings import Finding
from treewright.proof.graph import aside
from treewright.proof.project import Project, named, normalised_name
from treewright.rows import some

# What no distribution brings: the program that runs the code does.
_OF_HOSTS = frozenset(
    {"bpy", "gi", "google.colab", "hou", "java", "js", "maya", "pyodide", "unreal"}
)


class Declared:
    """What a project declares.

    Args:
        project: the project.
        metadata: the fields of the wheel's METADATA.
        groups: the groups of its entry points.

    """

    def __init__(
        self, project: Project, metadata: Mapping[str, list[str]], groups: Iterable[str]
    ) -> None:
        """Read the names."""
        self.project = project
        others = [*project.grouped(), *project.listed("build-system", "requires")]
        self.names = {named(text) for text in metadata.get("Requires-Dist", [])}
        self.others = {named(text) for text in others}
        self.hosts = {re.split(r"[\d._]", group)[0].lower() for group in groups} - {
            "console",
            "gui",
        }

    def lacks(self, name: str) -> bool:
        """Say whether it is certain that nothing that is declared brings a module."""
        top = name.partition(".")[0]
        plain = normalised_name(top).strip("-")
        if " " in name or name in _OF_HOSTS or top in sys.stdlib_module_names | _OF_HOSTS:
            return False
        if any(_alike(plain, declared) for declared in self.names | self.others):
            return False
        if any(host and (plain.startswith(host) or host.startswith(plain)) for host in self.hosts):
            return False
        if not self.names or self.is_own(name):
            return True
        return self.names <= self._environment.keys() and not any(
            top in modules for modules in self._environment.values()
        )

    def is_own(self, name: str) -> bool:
        """Say whether a module has the name of the project, be it the one that it once had."""
        return normalised_name(name.partition(".")[0]) == normalised_name(self.project.name)

    @cached_property
    def _environment(self) -> dict[str, set[str]]:
        """The first names of the modules that each distribution in .venv brings."""
        found = {}
        folders = ("lib/python*/site-packages", "Lib/site-packages")
        for folder in folders:
            for info in (self.project.folder / ".venv").glob(f"{folder}/*.dist-info"):
                record = info / "RECORD"
                if record.is_file():
                    lines = record.read_text("utf-8", "replace").splitlines()
                    tops = {re.split(r"[/,]", line)[0].partition(".")[0] for line in lines}
                    found[normalised_name(info.name.partition("-")[0])] = tops
        return found


def undeclared(declared: Declared, needs: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Choose from the modules that need something those whose need nothing can bring.

    Tests may have more, and so may a module that is named for what it needs: tool.contrib.django.

    Args:
        declared: what is declared.
        needs: the modules, by the name of what they need.

    """
    found = {}
    for name, modules in sorted(needs.items()):
        own = declared.is_own(name)
        needing = [
            module
            for module in modules
            if own or not (aside(module) or _named_for(module, name.partition(".")[0]))
        ]
        if needing and declared.lacks(name):
            found[name] = needing
    return found


def finding(name: str, files: Mapping[str, str]) -> Finding:
    """Tell of a need that nothing brings.

    Args:
        name: what is needed.
        files: the path of each module that needs it.

    """
    module, *_ = files
    first, *rest = dict.fromkeys(files.values())
    return Finding(
        first,
        f"import {module} needs {name}, which nothing provides or declares"
        + (f" (so do {some(rest)})" if rest else ""),
        "fix the name, or declare it in [project] dependencies",
    )


def _alike(name: str, distribution: str) -> bool:
    """Say whether a module may be of a distribution, by its name: yaml is of pyyaml."""
    bare, other = name.replace("-", ""), distribution.replace("-", "")
    return bare in other or other in bare


def _named_for(module: str, name: str) -> bool:
    plain = name.strip("_").lower()
    return any(plain in part.lower() for part in module.split(".")[1:])
