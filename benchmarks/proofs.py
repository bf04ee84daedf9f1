"""Prove well-known packages of all build backends, and count what the proof says of them.

Usage, in a checkout, by a Python that has Treewright's tools: python benchmarks/proofs.py [NAME...]

benchmarks/proofs.toml names the sdists, which are fetched from PyPI into a temporary folder, and
judges each fault that the proof finds in them: whether it is true, and why. A fault that nobody has
judged, and one that is not found any more, is told, and makes the exit status 1.

The time of a proof is told beside that of a bare `uv build` of the same folder, right after it.
"""

import argparse
import io
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT), str(ROOT / "tests")]

from benchmarks.merges import sdist  # noqa: E402
from benchmarks.workshop import uv  # noqa: E402

import pythons  # noqa: E402

PROVE = str(ROOT / "hooks/prove.py")
ADVICE = "Advice, which changes no verdict:"
VERDICTS = ("true", "false")

FALSE_GOAL = 0
RATIO_GOAL = 1.3  # without installs
IMPORTS_GOAL = 60 / 65  # of the projects that build, with installs


@dataclass
class Outcome:
    """What came of the proof of a package.

    Args:
        package: Its name and version.
        faults: The faults, a line each.
        advice: How many pieces of advice there are.
        skipped: What was not checked.
        verdict: The last line that gives one.
        proof: The seconds of the proof.
        build: The seconds of a bare build; None where it fails.

    """

    package: str
    faults: list[str] = field(default_factory=list)
    advice: int = 0
    skipped: list[str] = field(default_factory=list)
    verdict: str = ""
    proof: float = 0
    build: float | None = None

    @property
    def imported(self) -> bool:
        """Whether the modules were imported, but for some."""
        return self.build is not None and not any(
            reason.startswith(("its modules ", "imports ")) for reason in self.skipped
        )


def prove(package: str, options: Sequence[str]) -> Outcome:
    """Fetch a package, prove it and build it."""
    outcome = Outcome(package)
    with tempfile.TemporaryDirectory(prefix="proofs-") as temporary:
        with tarfile.open(fileobj=io.BytesIO(sdist(package))) as files:
            files.extractall(temporary, filter="data")
        (folder,) = (path for path in Path(temporary).iterdir() if path.is_dir())
        start = time.perf_counter()
        done = run(sys.executable, PROVE, *options, str(folder))
        outcome.proof = time.perf_counter() - start
        read(outcome, done.stdout + done.stderr)
        start = time.perf_counter()
        done = run(uv(), "build", "--out-dir", f"{temporary}/dist", str(folder))
        if done.returncode == 0:
            outcome.build = time.perf_counter() - start
    return outcome


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command where every Python at hand can be found."""
    folders = [str(Path(python).parent) for python in pythons.found().values()]
    path = os.pathsep.join([os.environ["PATH"], *folders])
    return subprocess.run(
        command, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )


def read(outcome: Outcome, report: str) -> None:
    """Read a report."""
    advice = False
    for line in re.sub(r"\n {10}", " ", report).splitlines():
        advice = advice or line == ADVICE
        if line.startswith("- "):
            outcome.advice += advice
            outcome.faults += [] if advice else [line.removeprefix("- ")]
        elif line.startswith("skipped "):
            outcome.skipped.append(line.removeprefix("skipped").strip())
        elif re.match(r"Proven|Not proven|\d+ faults?\.$", line):
            outcome.verdict = line
        elif "Traceback" in line:
            outcome.faults.append(line)


def judge(
    outcome: Outcome, known: Mapping[str, str], *, installed: bool
) -> tuple[dict[str, int], list[str]]:
    """Count the faults by what is known of them, and tell what is not as expected.

    Args:
        outcome: What came of the proof.
        known: The verdict and the reason for each fault, by how its line begins.
        installed: Whether the dependencies were installed.

    """
    counts = dict.fromkeys(VERDICTS, 0)
    unexpected = []
    for fault in outcome.faults:
        verdicts = {
            why.partition(":")[0].partition(" ")[0]
            for how, why in known.items()
            if fault.startswith(how)
        }
        if verdicts and verdicts <= {*VERDICTS}:
            counts[verdicts.pop()] += 1
        else:
            unexpected.append(f"{outcome.package}: nobody has judged: {fault}")
    unexpected += [
        f"{outcome.package}: not found any more: {how}"
        for how, why in known.items()
        if (installed or " with installs:" not in why)
        and not any(fault.startswith(how) for fault in outcome.faults)
    ]
    return counts, unexpected


def goal(what: str, figure: float, wanted: str, *, met: bool) -> None:
    """Print a figure beside its goal."""
    print(f"{what:<52}{figure:>8.2f}  {wanted:<8}{'met' if met else 'MISSED'}")


def main() -> int:
    """Prove all, print the table and the sums, and give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="only these packages")
    parser.add_argument("--install", action="store_true", help="with the declared dependencies")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    packages = [
        package
        for package in data["packages"]
        if not chosen.names or package.partition("==")[0] in chosen.names
    ]
    options = [] if chosen.install else ["--no-install"]
    print(f"{'package':<28} true false advice  imports       s  build  verdict")
    sums = dict.fromkeys(VERDICTS, 0)
    outcomes, unexpected = [], []
    with ThreadPoolExecutor(chosen.jobs) as workers:
        for outcome in workers.map(partial(prove, options=options), packages):
            counts, others = judge(
                outcome, data["faults"].get(outcome.package, {}), installed=chosen.install
            )
            sums = {verdict: sums[verdict] + counts[verdict] for verdict in VERDICTS}
            outcomes.append(outcome)
            unexpected += others
            build = f"{outcome.build:.1f}" if outcome.build else "fails"
            print(
                f"{outcome.package:<28}{counts['true']:>5}{counts['false']:>6}{outcome.advice:>7}  "
                f"{'yes' if outcome.imported else 'no':<7}  {outcome.proof:>6.1f}{build:>7}  "
                f"{outcome.verdict.partition(':')[0]}",
                flush=True,
            )
    print(*unexpected, sep="\n")
    built = [outcome for outcome in outcomes if outcome.build and outcome.verdict]
    proven = [outcome for outcome in built if not outcome.verdict.startswith("Not proven")]
    advice = sum(outcome.advice for outcome in outcomes)
    print(f"{len(outcomes)} packages, {sums['true']} true faults, {advice} pieces of advice")
    goal("false faults", sums["false"], f"<= {FALSE_GOAL}", met=sums["false"] <= FALSE_GOAL)
    if proven and not chosen.install:
        ratio = median(outcome.proof / (outcome.build or 1) for outcome in proven)
        goal("time of a proof beside a build, median", ratio, "<= 1.3", met=ratio <= RATIO_GOAL)
    if proven and chosen.install:
        share = sum(outcome.imported for outcome in proven) / len(proven)
        what = f"imports checked, of the {len(proven)} that build"
        goal(what, share, f">= {IMPORTS_GOAL:.2f}", met=share >= IMPORTS_GOAL)
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(main())
