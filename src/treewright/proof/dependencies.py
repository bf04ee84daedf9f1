"""What the package imports against the dependencies that it declares.

Which distribution brings a module is read in the metadata of what was installed (RECORD), as one
name seldom tells the other: PyYAML brings yaml.

Sources: https://packaging.python.org/en/latest/specifications/core-metadata/#requires-dist-multiple-use
and https://packaging.python.org/en/latest/specifications/recording-installed-packages/
"""

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from treewright.proof import graph
from treewright.proof.archives import headers
from treewright.proof.findings import Finding, advice
from treewright.proof.floor import REMOVED
from treewright.proof.graph import Code, Use, aside
from treewright.proof.project import Project, named, normalised_name, strings
from treewright.rows import some

_EXTRA = re.compile(r"""\bextra\s*==\s*["']([^"']+)""")
_CODE = (".py", ".so", ".pyd")
_STANDARD = sys.stdlib_module_names | {*REMOVED, "_typeshed", "__future__", "test", "__main__"}
_SHORT = 3  # letters of a module's name that say nothing

Roots = Mapping[str, frozenset[str]]


class Requirement(NamedTuple):
    """A value of Requires-Dist: the normalised name, the whole, and the extra that it is of."""

    name: str
    text: str
    extra: str | None


class Known(NamedTuple):
    """What is known about distributions.

    Args:
        required: what the wheel's metadata declares.
        mentioned: the names that pyproject.toml and files of requirements mention besides.
        installed: the modules that each installed distribution brings.
        optional: the modules that each distribution of an extra, or one that is only mentioned,
            brings; so far as known.

    """

    required: list[Requirement]
    mentioned: frozenset[str]
    installed: Roots
    optional: Roots


class Starts(NamedTuple):
    """Where the loading of modules starts.

    Args:
        packages: the packages themselves.
        scripts: the modules of commands.
        plugins: the modules of other entry points; who loads them has more than they declare.

    """

    packages: list[str]
    scripts: list[str]
    plugins: list[str]


def requirements(metadata: Mapping[str, list[str]]) -> list[Requirement]:
    """Read the requirements in a wheel's metadata."""
    found = []
    for text in metadata.get("Requires-Dist", []):
        extra = _EXTRA.search(text)
        if name := named(text):
            found.append(Requirement(name, text, extra[1] if extra else None))
    return found


def declared(metadata: Mapping[str, list[str]]) -> list[str]:
    """Give the normalised names of all declared dependencies."""
    return [requirement.name for requirement in requirements(metadata)]


def needs_install(metadata: Mapping[str, list[str]]) -> bool:
    """Say whether an installation of the wheel brings anything besides it."""
    return any(requirement.extra is None for requirement in requirements(metadata))


def mentioned(project: Project) -> dict[str, str]:
    """Give the requirements for developers: groups, tables of tools, files of requirements.

    Gives:
        The text of each by its normalised name.

    """
    texts = [*project.grouped(), *_of_tools(project.declared("tool"))]
    files = [*project.folder.glob("*requirements*.txt"), *project.folder.glob("requirements/*.txt")]
    for file in files:
        if file.is_file():
            texts += file.read_text(encoding="utf-8", errors="replace").splitlines()
    return {name: text for text in texts if (name := named(text))}


def installed(site: Path) -> dict[str, frozenset[str]]:
    """Read in a folder of installed distributions which modules each of them brings."""
    found = {}
    for info in sorted(site.glob("*.dist-info")):
        try:
            name = headers((info / "METADATA").read_text("utf-8", "replace"))["Name"][0]
            with (info / "RECORD").open(encoding="utf-8", newline="") as record:
                files = [row[0] for row in csv.reader(record) if row]
        except (OSError, KeyError):
            continue  # no installer has left it so
        found[normalised_name(name)] = roots(files)
    return found


def roots(files: Iterable[str]) -> frozenset[str]:
    """Give the names under which files are imported: that of the outermost package of each."""
    files = [name for name in files if name.endswith(_CODE)]
    packages = {name.rpartition("/")[0] for name in files if name.endswith("/__init__.py")}
    found = set()
    for name in files:
        *folders, last = name.split("/")
        parents = ["/".join(folders[:depth]) for depth in range(1, len(folders) + 1)]
        outermost = next((parent for parent in parents if parent in packages), None)
        path = outermost or "/".join([*folders, last.partition(".")[0]])
        if all(part.isidentifier() for part in path.split("/")):
            found.add(path.replace("/", "."))
    return frozenset(found)


def own_names(files: Iterable[str]) -> frozenset[str]:
    """Give the names under which a wheel's own files are imported, copies of others' among them.

    A package that carries others in a folder such as _vendor puts them on the path itself.
    """
    files = list(files)
    parts = [name.removesuffix(".py").split("/") for name in files if name.endswith(_CODE)]
    carried = {part for path in parts if aside(".".join(path)) for part in path[1:]}
    return roots(files) | carried


def unresolved(code: Code, known: Known, own: Iterable[str]) -> dict[str, list[Use]]:
    """Give what nothing that is installed brings, by the name that is imported."""
    found: dict[str, list[Use]] = {}
    for use in _foreign(code, own):
        if not _bringing(use, known.installed):
            found.setdefault(use.name.partition(".")[0], []).append(use)
    return found


def findings(
    code: Code,
    files: Mapping[str, str],
    known: Known,
    own: Iterable[str],
    starts: Starts,
) -> Iterator[Finding]:
    """Find what is imported and not declared.

    Args:
        code: what `sources.read` found in each module.
        files: the path of each module in the tree.
        known: the distributions.
        own: the names under which the package's own files are imported.
        starts: where the loading of modules starts.

    """
    judge = _Judge(code, known, list(_foreign(code, own)), starts)
    judged: dict[tuple[str, bool, str], list[Use]] = {}
    for use in judge.foreign:
        verdict = judge.verdict(use)
        if verdict:
            top = use.name.partition(".")[0]
            # Advice is one line for all names.
            judged.setdefault((*verdict, top if verdict[1] else ""), []).append(use)
    for (what, fault, _), those in sorted(judged.items(), key=lambda item: not item[0][1]):
        first = those[0].name.partition(".")[0]
        rest = {f"{use.name.partition('.')[0]} in {files[use.module]}": use for use in those[1:]}
        rest.pop(f"{first} in {files[those[0].module]}", None)
        yield (Finding if fault else advice)(
            f"{files[those[0].module]}:{those[0].line}",
            f"{first} is imported, {what}" + (f" (so too {some([*rest])})" if rest else ""),
            "declare it in [project] dependencies",
        )


class _Judge:
    """Judges imports of what is not the package's own."""

    def __init__(self, code: Code, known: Known, foreign: list[Use], starts: Starts) -> None:
        self.known = known
        self.foreign = foreign
        self.always = {item.name for item in known.required if item.extra is None}
        self.extras = {item.name: item.extra for item in known.required if item.extra}
        # Declared, and not installed here: what it brings is known only where it was unpacked.
        absent = [item for item in known.required if item.name not in known.installed]
        self.unknown = {item.name for item in absent} - known.optional.keys()
        self.elsewhere = {
            item.name: item.text.partition(";")[2].strip()
            for item in absent
            if item.extra is None and known.installed
        }
        self.package = graph.eager(code, starts.packages)
        self.script = graph.eager(code, starts.scripts)
        self.plugin = graph.eager(code, starts.plugins) - self.package - self.script
        # Modules for those who have more installed: adapters, such as tool.contrib.django.
        self.adapters = {
            use.module
            for use in foreign
            if not use.inner and (self._extra(use) or _names_it(use.module, _name(use)))
        }

    def verdict(self, use: Use) -> tuple[str, bool] | None:
        """Say what is wrong with an import, and whether that is a fault; None where nothing is."""
        bringing = _bringing(use, self.known.installed)
        in_package = use.module in self.package
        needed = in_package or use.module in self.script
        known = {_name(use)} | _bringing(use, self.known.optional)
        marker = next((self.elsewhere[each] for each in sorted(known & {*self.elsewhere})), None)
        if marker and not bringing:
            verdict = (f"but is declared only for {marker}", True)
            return verdict if needed and not use.inner else None
        if bringing & self.always or _name(use) in self.always:
            return None
        if extra := self._extra(use):
            verdict = (f"but only the extra {extra} brings it", in_package)
            return verdict if needed and not use.inner else None
        if bringing:
            verdict = (f"but it comes only with what a dependency needs ({min(bringing)})", False)
            return None if use.inner else verdict
        if use.module in self.plugin or (self.unknown and not needed):
            return None
        meant = known & self.known.mentioned or use.module in self.adapters
        return "but no dependency brings it", not use.inner and (needed or not meant)

    def _extra(self, use: Use) -> str | None:
        """Give the extra that brings what is imported."""
        possible = {_name(use)} | _bringing(use, self.known.installed)
        possible |= _bringing(use, self.known.optional)
        return next((self.extras[each] for each in sorted(possible) if each in self.extras), None)


def _name(use: Use) -> str:
    return normalised_name(use.name.partition(".")[0]).strip("-")


def _foreign(code: Code, own: Iterable[str]) -> Iterator[Use]:
    """Give the imports of what is neither the package's own nor the standard library's."""
    ours = {*own, *code}
    tops = {name.partition(".")[0] for name in ours}
    conditional = graph.conditional(code)
    for use in graph.uses(code):
        top = use.name.partition(".")[0]
        if use.optional or use.module in conditional or aside(use.module):
            continue
        if not top or top in _STANDARD or use.name in ours:
            continue
        if top in tops and any(_within(name, ours) for name in (use.name, *use.spelled)):
            continue
        yield use


def _names_it(module: str, name: str) -> bool:
    """Say whether a module is named for what it imports, as an adapter is: tool.contrib.django."""
    bare = name.replace("-", "")
    for part in module.lower().split(".")[1:]:
        inner = part.replace("_", "")
        if bare in inner or (len(inner) > _SHORT and inner in bare):
            return True
    return False


def _bringing(use: Use, distributions: Roots) -> set[str]:
    return (
        {
            distribution
            for distribution, names in distributions.items()
            if any(
                _within(name, names) or _around(name, names) for name in (use.name, *use.spelled)
            )
        }
        if use.name
        else set()
    )


def _within(name: str, names: Iterable[str]) -> bool:
    return any(f"{name}.".startswith(f"{other}.") for other in names)


def _around(name: str, names: Iterable[str]) -> bool:
    """Say whether a name is that of a namespace around one of the names."""
    return any(other.startswith(f"{name}.") for other in names)


def _of_tools(value: Any) -> Iterator[str]:  # noqa: ANN401  (whatever TOML holds)
    """Give the requirements in the tables of tools: what is under a key for dependencies.

    In a table there, PDM has lists of requirements by group, and Poetry versions by distribution.
    """
    for key, inner in value.items() if isinstance(value, dict) else ():
        if "dependencies" not in key:
            yield from _of_tools(inner)
        elif isinstance(inner, dict):
            for name, item in inner.items():
                group = item if isinstance(item, list) else []
                yield from [text for text in group if isinstance(text, str)] or [name]
        else:
            yield from strings(inner)
