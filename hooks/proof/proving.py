"""The proof itself, from the project folder to the verdict."""

import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from proof import (
    archives,
    building,
    contents,
    copying,
    imports,
    interpreters,
    metadata,
    packages,
    tree,
)
from proof import project as projects
from proof.declaring import Declared
from proof.findings import Finding, UnprovenError
from proof.packages import ImportPackage  # noqa: TC001  (the annotations are public)
from proof.project import Project


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
    cost: tuple[float, float] | None
    others: int


def prove(folder: Path, keep: Path | None = None, *, strict: bool = False) -> Proof:
    """Prove a project: build it in a temporary copy, compare, import.

    Args:
        folder: the folder that holds pyproject.toml; it is only read.
        keep: where to put the sdist and the wheel once they are proven; by default, nowhere.
        strict: whether advice counts as a fault does.

    """
    proof = Proof(strict=strict)
    try:
        _prove(proof, folder, keep)
    except UnprovenError as reason:
        proof.unproven = str(reason)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        proof.unproven = f"The proof could not read or write its files ({place}{error.strerror})."
    return proof


def _prove(proof: Proof, folder: Path, keep: Path | None) -> None:
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
    if Path(tempfile.gettempdir()).resolve().is_relative_to(project.folder.resolve()):
        sentence = "There is no folder for temporary files that can be written; set TMPDIR."
        raise UnprovenError(sentence)
    with tempfile.TemporaryDirectory(prefix="treewright-", ignore_cleanup_errors=True) as temporary:
        work = Path(temporary).resolve()
        _prove_built(proof, project, builder, python, work)
        if keep and proof.status == 0:
            shutil.copytree(work / "out", keep, dirs_exist_ok=True)


def _prove_built(
    proof: Proof, project: Project, builder: building.Builder, python: str | None, work: Path
) -> None:
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
        return
    sdist, sdist_fields = archives.read_sdist(built.sdist)
    wheel = archives.read_wheel(built.wheel)
    proof.findings += contents.sdist_findings(project, sdist)
    proof.findings += metadata.findings(project, sdist_fields, wheel)
    if not proof.packages:
        tops = sorted({name.partition("/")[0].removesuffix(".py") for name in wheel.files})
        proof.packages = packages.locate(project.folder, tops)
    chain = contents.Chain(sdist, wheel, place)
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
    outcome = imports.Imports([], [])
    importable = [package for package in proof.packages if package.files_in(wheel.files)]
    if python is None:
        proof.skipped.append(f"imports (no Python {project.requires_python} here)")
    elif importable and not wheel.unsafe:
        archives.unpack(wheel, work / "site")
        outcome = imports.check(
            imports.Trial(python, work / "site", wheel, importable, _declared(project, wheel))
        )
    proof.findings += outcome.findings
    proof.skipped += outcome.skipped
    proof.facts = Facts(
        builder=builder.name,
        seconds=seconds,
        sdist_files=len(sdist),
        wheel_files=len(wheel.files) + len(wheel.info),
        version=wheel.version,
        metadata=wheel.metadata,
        entry_points=len(archives.entry_points(wheel.info.get("entry_points.txt", ""))),
        python=python,
        cost=outcome.cost,
        others=outcome.others,
    )


def _declared(project: Project, wheel: archives.Wheel) -> Declared:
    points = archives.entry_points(wheel.info.get("entry_points.txt", ""))
    return Declared(project, wheel.metadata, [group for group, *_ in points])
