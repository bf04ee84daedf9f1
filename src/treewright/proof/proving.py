"""The proof itself, from the project folder to the verdict."""

import shutil
import sys
import time
from pathlib import Path
from typing import NamedTuple

from treewright.proof import (
    archives,
    building,
    contents,
    copying,
    dependencies,
    imports,
    interpreters,
    metadata,
    outside,
    packages,
    tree,
)
from treewright.proof import project as projects
from treewright.proof.declaring import Declared
from treewright.proof.findings import Finding, UnprovenError
from treewright.proof.packages import ImportPackage  # noqa: TC001  (the annotations are public)
from treewright.proof.project import Project

_PATIENCE = 120  # seconds for the imports of all modules, where nobody waits for a copy


class Proof:
    """What was found out about a project.

    Attributes:
        project: the project; None where the folder holds none.
        packages: the import packages that its tree shows.
        strict: whether advice counts as a fault does.
        findings: faults and advice, each with where it is and how to fix it.
        unproven: one sentence where the environment stopped the proof, or where nothing could be
            compared; else None.
        repeatable: whether the same command may tell more at another time.
        skipped: what was not checked, and why.
        facts: what the report tells of a proof that came to its end; else None.

    """

    def __init__(self, *, strict: bool = False) -> None:
        """Begin with nothing known."""
        self.strict = strict
        self.project: Project | None = None
        self.packages: list[ImportPackage] = []
        self.findings: list[Finding] = []
        self.unproven: str | None = None
        self.repeatable = True
        self.skipped: list[str] = []
        self.facts: Facts | None = None

    @property
    def faults(self) -> list[Finding]:
        """The findings that count."""
        return [finding for finding in self.findings if self.strict or not finding.advice]

    @property
    def advice(self) -> list[Finding]:
        """The findings that do not count."""
        return [finding for finding in self.findings if finding.advice and not self.strict]

    @property
    def status(self) -> int:
        """The exit status: 1 with faults, 2 if unproven, 0 if proven."""
        return 1 if self.faults else 2 if self.unproven else 0


class Facts(NamedTuple):
    """What the report tells: sizes, times and versions."""

    builder: str
    seconds: float
    sdist_files: int
    wheel_files: int
    version: str
    metadata: dict[str, list[str]]
    entry_points: int
    python: str | None
    cost: tuple[float, float] | None = None
    others: int = 0
    postponed: bool = False


def prove(
    folder: Path, keep: Path | None = None, *, strict: bool = False, install: bool = False
) -> Proof:
    """Prove a project: build it in a temporary copy, compare, import.

    Args:
        folder: the folder that holds pyproject.toml; it is only read.
        keep: where to put the sdist and the wheel once they are proven; by default, nowhere.
        strict: whether advice counts as a fault does.
        install: whether uv may install the declared dependencies, and the libraries that know the
            rules of PyPI and of older Pythons, each in a temporary environment. A hook does not.

    """
    proof = Proof(strict=strict)
    try:
        _prove(proof, folder, keep, install=install)
    except UnprovenError as reason:
        proof.unproven = str(reason)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        proof.unproven = f"The proof could not read or write its files ({place}{error.strerror})."
    return proof


def _prove(proof: Proof, folder: Path, keep: Path | None, *, install: bool) -> None:
    proof.project = project = projects.read(folder)
    proof.packages = packages.find(project)
    if leaving := list(tree.links(project, proof.packages)):
        proof.findings += leaving
        proof.skipped.append("the build and all that follows (a link leaves the repository)")
        return
    proof.findings += tree.findings(project, proof.packages)
    builder = building.find(project)
    python = interpreters.find(project, builder.uv if builder else None)
    if builder is None:
        proof.findings += imports.static_findings(
            python or sys.executable, project.folder, proof.packages
        )
        sentence = (
            "The wheel could not be built, as there is neither uv nor build here; "
            "install one: python -m pip install uv."
        )
        raise UnprovenError(sentence)
    with copying.workplace(project) as work:
        release = _prove_built(proof, project, builder, python, work)
        if release:
            _prove_imports(proof, release, builder.uv, work, install=install)
        if keep and proof.status == 0:
            shutil.copytree(work / "out", keep, dirs_exist_ok=True)


def _prove_built(
    proof: Proof, project: Project, builder: building.Builder, python: str | None, work: Path
) -> outside.Release | None:
    started = time.perf_counter()
    (work / "out").mkdir()
    place = copying.copy(project, work / "tree")
    built = building.build(builder, place, work / "out", python or sys.executable)
    seconds = time.perf_counter() - started
    if isinstance(built, Finding):
        if project.version is None and copying.repository(project) and not shutil.which("git"):
            sentence = "The version may come from git, which is not here; install git."
            raise UnprovenError(sentence)
        proof.findings.append(built)
        return None
    sdist, sdist_fields = archives.read_sdist(built.sdist)
    wheel = archives.read_wheel(built.wheel)
    chain = contents.Chain(sdist, wheel, place)
    proof.findings += contents.sdist_findings(project, chain, proof.skipped)
    proof.findings += metadata.findings(project, sdist_fields, wheel)
    if not proof.packages:
        tops = sorted({name.partition("/")[0].removesuffix(".py") for name in wheel.files})
        proof.packages = packages.locate(project.folder, tops)
    beside = contents.others(proof.packages, wheel)
    code = {path: wheel.code(names) for path, names in beside.items()}
    meant = packages.meant(project, proof.packages, code)
    proof.packages += [
        package
        for package in packages.locate(project.folder, sorted(meant))
        if package not in proof.packages
    ]
    proof.findings += contents.wheel_findings(project, proof.packages, chain, meant)
    if not any(package.files(project.folder) for package in proof.packages):
        proof.unproven = (
            "The tree shows no package that the wheel could be compared with; name it in the table "
            "of the build backend, or in [project] import-names."
        )
        proof.repeatable = False
    held = [package for package in proof.packages if package.files_in(wheel.files)]
    importable = [package for package in held if not package.is_stub]  # those are never imported
    declared = _declared(project, wheel)
    trial = imports.Trial(python or "", work / "site", wheel, importable, declared)
    if python is None:
        proof.skipped.append(f"imports (no Python {project.requires_python} here)")
    elif importable and not wheel.unsafe:
        archives.unpack(wheel, work / "site")
    proof.facts = Facts(
        builder=builder.name,
        seconds=seconds,
        sdist_files=len(sdist),
        wheel_files=len(wheel.files) + len(wheel.info),
        version=wheel.version,
        metadata=wheel.metadata,
        entry_points=len(wheel.entry_points),
        python=python,
    )
    return outside.Release(project, built, sdist, trial, {})


def _prove_imports(
    proof: Proof, release: outside.Release, uv: str | None, work: Path, *, install: bool
) -> None:
    """Import what was unpacked, and check what holds only where others use the package."""
    trial, outcome = release.trial, imports.Imports([], [])
    if trial.site.exists() and install:
        outcome = _import_beside_dependencies(proof, release, uv, work)
    elif trial.site.exists():
        outcome = imports.check(trial)
    proof.findings += outside.findings(
        release._replace(code=outcome.code), proof.skipped, libraries=install
    )
    proof.findings += outcome.findings
    proof.skipped += outcome.skipped
    if outcome.code and not install and dependencies.needs_install(trial.wheel.metadata):
        proof.skipped.append("imports with its dependencies (a hook installs none)")
    if proof.facts:
        proof.facts = proof.facts._replace(
            cost=outcome.cost, others=outcome.others, postponed=outcome.postponed
        )


def _import_beside_dependencies(
    proof: Proof, release: outside.Release, uv: str | None, work: Path
) -> imports.Imports:
    """Import the wheel where it is installed, and find what it imports without declaring it."""
    trial = release.trial._replace(patience=_PATIENCE)
    installed = outside.install(trial, uv, work / "environment", proof.skipped)
    if isinstance(installed, Finding):
        proof.findings.append(installed)
    if isinstance(installed, imports.Trial):
        alone = imports.check(trial._replace(brief=True))
        outcome = imports.check(installed)._replace(cost=alone.cost, others=alone.others)
        site: Path | None = installed.site
    else:
        outcome, site = imports.check(trial), None
    release = release._replace(code=outcome.code)
    told = outcome.undeclared
    proof.findings += outside.undeclared(release, uv, site, work / "optional", told)
    return outcome


def _declared(project: Project, wheel: archives.Wheel) -> Declared:
    return Declared(project, wheel.metadata, [group for group, *_ in wheel.entry_points])
