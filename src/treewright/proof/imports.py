"""How the wheel imports: the probe's facts turned into findings."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from treewright import machine
from treewright.proof import declaring, effects, floor, graph, public
from treewright.proof.archives import Wheel
from treewright.proof.declaring import Declared
from treewright.proof.findings import Finding, UnprovenError, advice, told
from treewright.proof.packages import ImportPackage
from treewright.proof.project import normalised_version
from treewright.proof.public import Public
from treewright.rows import some

# `import PACKAGE` may load this many modules beyond the bare interpreter's (python -I -S).
# Measured on Python 3.11 to 3.15: os, typing, re and json together load 33 to 37; logging alone
# 38 to 62, which makes an import some fifty times as slow as that of an empty package.
MODULE_LIMIT = 37
# On 3.15 it loads few modules at once, but reading the metadata still takes 30 ms.
_HEAVY = frozenset({"importlib.metadata"})
# Only the standard library, no bytecode. A warning is no output, but for one about the syntax.
_ISOLATED = ("-I", "-S", "-B", "-W", "ignore", "-W", "default::SyntaxWarning")
_OTHERWISE = 40  # seconds for all that the probe does beside importing single modules
_CONFIRMED = 10  # failing modules that are tried again in a process of their own


class Imports(NamedTuple):
    """What came of the imports.

    Args:
        findings: the faults.
        skipped: what could not be checked, and why.
        cost: the import times of the package and of an empty one in microseconds.
        others: how many modules beyond its own the package loads.
        postponed: whether Python 3.15 loads them on first use only.
        code: what `sources.read` found in each module.
        undeclared: the names of what is told to be needed and not declared.

    """

    findings: list[Finding]
    skipped: list[str]
    cost: tuple[float, float] | None = None
    others: int = 0
    postponed: bool = False
    code: graph.Code = {}  # noqa: RUF012  (never changed)
    undeclared: frozenset[str] = frozenset()


class Trial(NamedTuple):
    """A wheel unpacked in a folder, and the interpreter that imports it.

    Args:
        python: the interpreter.
        site: the folder.
        wheel: the wheel.
        packages: the packages to import.
        installed: whether its dependencies are there too.
        brief: whether only the packages themselves are imported.
        patience: the seconds for the imports of all single modules.

    """

    python: str
    site: Path
    wheel: Wheel
    packages: list[ImportPackage]
    declared: Declared | None = None
    installed: bool = False
    brief: bool = False
    patience: int = 20

    def lacks(self, name: str) -> bool:
        """Say whether it is certain that no dependency brings a module."""
        return self.declared is not None and self.declared.lacks(name)

    @property
    def isolation(self) -> tuple[str, ...]:
        """The interpreter's options."""
        return tuple(option for option in _ISOLATED if option != "-S" or not self.installed)

    @property
    def oldest(self) -> tuple[int, int] | None:
        """The oldest Python that is to read the code."""
        fields = self.wheel.metadata
        return floor.oldest(fields.get("Requires-Python", [""])[0], fields.get("Classifier", []))

    def file(self, module: str) -> str:
        """Give the path of a module in the tree, for a finding."""
        path = module.replace(".", "/")
        for package in self.packages:
            if f"{module}.".startswith(f"{package.name}."):
                root = "" if package.root == "." else f"{package.root}/"
                init = f"{path}/__init__.py" in self.wheel.files
                return f"{root}{path}/__init__.py" if init else f"{root}{path}.py"
        return path

    def sources(self, modules: Iterable[str]) -> dict[str, str]:
        """Give the code file in the site of each module that has one."""
        return {
            module: str(self.site / path)
            for module in modules
            for name in [module.replace(".", "/")]
            for path in (f"{name}.py", f"{name}/__init__.py")
            if path in self.wheel.files
        }


def check(trial: Trial) -> Imports:
    """Import everything in the wheel."""
    points = trial.wheel.entry_points
    foreign = [p for p in points if not (trial.installed or _in_wheel(p[2], trial.wheel))]
    findings = [
        Finding(
            "entry point",
            f"{group}: {name} names {module}, which the wheel does not hold",
            "fix it in pyproject.toml",
        )
        for group, name, module, _ in foreign
        if trial.lacks(module)
    ]
    modules = list(_modules(trial))
    request: dict[str, Any] = {
        "modules": [] if trial.brief else modules,
        "entry_points": [p for p in points if p not in foreign and not trial.brief],
        "cost": not trial.installed,
    }
    request |= {"code": trial.sources(modules), "oldest": trial.oldest}
    facts, culprit = _probe(trial, request)
    if not facts:
        return Imports([*findings, culprit], [])

    findings += effects.findings(facts["effects"], trial.file)
    skipped: list[str] = []
    missing: dict[str, list[str]] = {}
    points_need: dict[str, list[str]] = {}
    for _, name, module, _ in foreign:
        if not trial.lacks(module):
            points_need.setdefault(module.partition(".")[0], []).append(name)
    for package, first in facts["packages"].items():
        if _is_missing(first) and "optional" not in first["failure"]:
            missing.setdefault(first["failure"]["needs"], []).append(package)
        findings += _of_package(trial, package, _at_once(first, facts["exports"].get(package)))
    for package, exports in facts["exports"].items():
        if exports:
            names = facts.get("names", {}).get(package)
            children = _children(trial, package)
            findings += public.findings(
                Public(trial.file(package), package, children, exports, names)
            )
            needs = {
                fact["failure"]["needs"] for fact in (names or {}).values() if _is_missing(fact)
            }
            skipped += [f"names of {package} (need {some(sorted(needs))})"] if needs else []
    findings += _of_modules(trial, facts, missing, skipped)
    findings += _of_entry_points(facts.get("entry_points", []), missing, points_need)
    findings += _undeclared(trial, missing)
    undeclared = frozenset(name for name in missing if not missing[name])
    points_need = {name: left for name, left in points_need.items() if missing.get(name, True)}
    skipped += _named("entry point ", points_need)
    if "modules" not in facts:
        skipped.append("its modules (the package does not load)")
        return Imports(findings, skipped, code=facts["code"], undeclared=undeclared)
    lost = [package for package in facts["packages"] if package not in facts["versions"]]
    skipped += [f"modules of {some(lost)} (which does not load)"] if lost else []
    skipped += _named("", missing)
    skipped += [f"{name} (without a __main__ guard)" for name in facts["unguarded"]]
    main = trial.packages[0].name
    findings += _of_version(trial.file(main), facts["versions"].get(main), trial.wheel.version)
    others = facts["packages"][main]["others"]
    cost = facts["cost"]
    times = (cost[0], cost[1]) if cost else None
    postponed = bool((facts["exports"].get(main) or {}).get("postponed"))
    return Imports(findings, skipped, times, others, postponed, facts["code"], undeclared)


def static_findings(python: str, project: Path, packages: list[ImportPackage]) -> Iterator[Finding]:
    """Find what is wrong with the exports in the tree, where there is no wheel to import."""
    sources = {}
    for package in packages:
        for path in (f"{package.folder}/__init__.py", f"{package.folder}.py"):
            if (project / path).is_file():
                sources[package.name] = path
    script = str(Path(__file__).with_name("exports.py"))
    pairs = [part for name, path in sources.items() for part in (str(project / path), name)]
    run = subprocess.run(
        [python, *_ISOLATED, script, *pairs],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    for package, exports in json.loads(run.stdout).items():
        folder = project / sources[package].removesuffix("/__init__.py")
        modules = {path.stem for path in folder.glob("*.py")} if folder.is_dir() else set()
        if exports:
            yield from public.findings(Public(sources[package], package, modules, exports))


def _is_missing(fact: dict[str, Any]) -> bool:
    return (fact.get("failure") or {}).get("kind") == "missing"


def _in_wheel(module: str, wheel: Wheel) -> bool:
    top = module.partition(".")[0]
    return any(name.startswith((f"{top}/", f"{top}.")) for name in wheel.files)


def _modules(trial: Trial) -> Iterator[str]:
    """Give every module that can be imported: in folders that are packages all the way down."""
    files = trial.wheel.files
    for package in trial.packages:
        inside = f"{package.path}/"
        for name in sorted(file for file in files if file.startswith(inside)):
            if not name.endswith((".py", ".so", ".pyd")):
                continue
            folders = name.removeprefix(inside).split("/")
            stem = folders.pop().partition(".")[0]
            inits = [
                "/".join([package.path, *folders[:depth], "__init__.py"])
                for depth in range(1, len(folders) + 1)
            ]
            if stem.isidentifier() and all(init in files for init in inits):
                parts = [package.name, *folders, *([stem] if stem != "__init__" else [])]
                yield ".".join(parts)


def _children(trial: Trial, package: str) -> set[str]:
    """Give the names of a package's own modules and packages."""
    inside = package.replace(".", "/") + "/"
    return {
        name.removeprefix(inside).partition("/")[0].partition(".")[0]
        for name in trial.wheel.files
        if name.startswith(inside) and name.endswith((".py", ".so", ".pyd"))
    } - {"__init__"}


def _probe(trial: Trial, request: dict[str, Any]) -> tuple[dict[str, Any], Finding]:
    """Run the probe; no facts but a finding where a module ends or stops the process.

    Raises:
        UnprovenError: the interpreter does not run at all.

    """
    modules = request["modules"]
    request = request | {
        "patience": trial.patience,
        "sources": trial.sources(package.name for package in trial.packages),
        "mains": {
            name: str(trial.site / f"{name.replace('.', '/')}.py")
            for name in modules
            if name.endswith(".__main__")
        },
    }
    file = trial.site.parent / "request.json"
    file.write_text(json.dumps(request), encoding="utf-8")
    script = str(Path(__file__).with_name("probe.py"))
    names = [package.name for package in trial.packages]
    try:
        run = subprocess.run(
            [trial.python, *trial.isolation, script, str(trial.site), str(file), *names],
            cwd=trial.site,
            env=machine.without_secrets(machine.variables()),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=trial.patience + _OTHERWISE,
            check=False,
        )
        output, what = run.stdout, "ends the process"
    except subprocess.TimeoutExpired as expired:
        output, what = expired.stdout or b"", f"does not end within {expired.timeout:.0f} seconds"
    if not output:
        sentence = f"The interpreter {trial.python} cannot run; fix or remove it."
        raise UnprovenError(sentence)
    last = output.decode("utf-8", "replace").splitlines()[-1]
    culprit = last.removeprefix("importing ")
    finding = Finding(
        trial.file(culprit),
        f"import {culprit} {what}",
        "do that in a function, not at import",
    )
    return (json.loads(last) if last.startswith("{") else {}), finding


def _at_once(first: dict[str, Any], exports: dict[str, Any] | None) -> dict[str, Any]:
    """Leave out what Python 3.15 loads on first use, as the package asks by `__lazy_modules__`."""
    if not (exports and exports["postponed"]):
        return first
    direct, failed = first["at_once"], first["failure"]
    if failed and failed["kind"] == "missing" and failed["needs"] not in first["missing"]:
        failed = None
    return first | {"direct": direct, "failure": failed, "others": sum(direct.values())}


def _of_package(trial: Trial, package: str, first: dict[str, Any]) -> Iterator[Finding]:
    """Find what is wrong with the import of the package itself."""
    where = trial.file(package)
    failed = first["failure"]
    if (
        failed
        and failed["kind"] == "missing"
        and failed["needs"].partition(".")[0] not in sys.stdlib_module_names
        and " " not in failed["needs"]
    ):
        if not trial.lacks(failed["needs"]):  # else it is a fault, and told as such
            yield _third_party_finding(where, package, failed["needs"])
    elif failed and (trial.installed or failed["kind"] != "missing" or not _declares(trial)):
        yield _import_finding(where, package, failed)
    if first["output"]:
        yield _output_finding(where, package, first["output"])
    if trial.installed:  # what dependencies load is theirs
        for name in _third_party(trial, first["direct"]):
            yield _third_party_finding(where, package, name)
        return
    heavy = _HEAVY & first["direct"].keys()
    if first["others"] > MODULE_LIMIT or heavy:
        worst = sorted(
            first["direct"], key=lambda name: (name not in heavy, -first["direct"][name])
        )
        yield advice(
            where,
            f"import {package} is heavy, it loads {first['others']} other modules"
            + (f" (by {some(worst)})" if worst else ""),
            "import them where they are used",
        )


def _declares(trial: Trial) -> bool:
    return bool(trial.wheel.metadata.get("Requires-Dist"))


def _third_party(trial: Trial, direct: dict[str, int]) -> list[str]:
    """Give the first of the modules of others that the package's own code imports."""
    own = {package.name.partition(".")[0] for package in trial.packages}
    tops = dict.fromkeys(name.partition(".")[0] for name in direct)
    return [name for name in tops if name not in sys.stdlib_module_names | own][:1]


def _third_party_finding(where: str, package: str, name: str) -> Finding:
    return advice(
        where,
        f"import {package} imports the third-party module {name}",
        "import it in the function or module that needs it",
    )


def _import_finding(where: str, module: str, failed: dict[str, str]) -> Finding:
    if failed["kind"] == "cycle":
        return Finding(
            where,
            f"import cycle: {module} cannot be imported alone ({told(failed['text'])})",
            "move what both need to a third module",
        )
    return Finding(where, f"import {module} fails: {told(failed['text'])}", "fix the import")


def _output_finding(where: str, module: str, output: str) -> Finding:
    return Finding(where, f'import {module} prints "{told(output)}"', "print in functions only")


def _of_version(where: str, found: str | None, version: str) -> Iterator[Finding]:
    if found is not None and normalised_version(found) != normalised_version(version):
        yield Finding(
            where,
            f"__version__ is {found}, the metadata says {version}",
            "keep one source for the version",
        )


def _undeclared(trial: Trial, needs: dict[str, list[str]]) -> Iterator[Finding]:
    """Find what certainly nothing brings, and take it from what the modules need."""
    told = declaring.undeclared(trial.declared, needs) if trial.declared else {}
    for name, modules in told.items():
        yield declaring.finding(name, {module: trial.file(module) for module in modules})
        needs[name] = [module for module in needs[name] if module not in modules]


def _named(what: str, needs: dict[str, list[str]]) -> Iterator[str]:
    """Name what cannot be loaded here, and what it needs for that."""
    if names := sorted(name for needing in needs.values() for name in needing):
        yield f"{what}{some(names)} (needs {some(sorted(name for name in needs if needs[name]))})"


def _of_modules(
    trial: Trial, facts: dict[str, Any], needs: dict[str, list[str]], skipped: list[str]
) -> Iterator[Finding]:
    conditional = graph.conditional(facts["code"])
    optional: dict[str, list[str]] = {}
    others: list[str] = []
    seen: set[str] = set()
    late = [fact["module"] for fact in facts.get("modules", []) if fact.get("skipped")]
    confirmed = 0
    for fact in facts.get("modules", []):
        module, failed = fact["module"], fact["failure"]
        if _is_missing(fact):
            kind = optional if "optional" in failed else needs
            kind.setdefault(failed["needs"], []).append(module)
        elif failed and (module in conditional or graph.aside(module)):
            others.append(module)
        elif failed and confirmed < _CONFIRMED:
            confirmed += 1
            yield from _confirmed(trial, module)
        if fact.get("lost") and not graph.aside(module):
            yield public.unresolved(trial.file(module), fact["lost"])
        if fact["output"] and fact["output"] not in seen:
            seen.add(fact["output"])
            yield _output_finding(trial.file(module), module, fact["output"])
    skipped += _named("", optional)
    if others:
        skipped.append(f"{some(others)} (tests, or loaded only under a condition)")
    if late:
        skipped.append(f"{some(late)} (it took too long)")


def _confirmed(trial: Trial, module: str) -> Iterator[Finding]:
    """Find what fails in a process of its own: what other imports leave behind does not count."""
    request = {"modules": [module], "entry_points": [], "cost": False, "code": {}, "oldest": None}
    again, death = _probe(trial, request)
    failed = next((fact["failure"] for fact in again.get("modules", [])), None)
    if failed:
        yield _import_finding(trial.file(module), module, failed)
    elif not again:
        yield death


def _of_entry_points(
    facts: list[dict[str, Any]], needs: dict[str, list[str]], waiting: dict[str, list[str]]
) -> Iterator[Finding]:
    for fact in facts:
        point = f"{fact['group']}: {fact['name']}"
        if _is_missing(fact):
            if fact["failure"]["needs"] not in needs and "optional" not in fact["failure"]:
                needs.setdefault(fact["failure"]["needs"], []).append(fact["module"])
            waiting.setdefault(fact["failure"]["needs"], []).append(fact["name"])
        elif fact["failure"]:
            yield Finding(
                "entry point",
                f"{point} does not load: {told(fact['failure']['text'])}",
                "fix it in pyproject.toml",
            )
        elif fact["group"] in {"console_scripts", "gui_scripts"} and not fact["callable"]:
            yield Finding("entry point", f"{point} cannot be called", "name a function")
