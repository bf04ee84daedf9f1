"""Have real repositories join Treewright, and count what that costs, brings and leaves.

Usage: python benchmarks/adopt.py [NAME...] [--answers] [--quick] [--hundred] [--cache FOLDER]
       [--features A,B] [--jobs N]

benchmarks/adopt.toml names the sdists, pinned, and says what is right for each, by reading. They
are fetched from PyPI, and each becomes a repository with one commit, and the tag and the address
that it really has. Each joins what is here, by the command that `treewright adopt --defaults`
prints; then it is updated to a made-up next release, which changes every managed file: a line at
both ends of each, one more key in each table of pyproject.toml and one more requirement in each
group (benchmarks/next_release.py). `--undo` is run after both, in copies.

  right      answers as they have to be, of those that adopt.toml has
  conflicts  files in conflict after joining, and after the next release
  touched    files of theirs that joining or the next release has changed, but for pyproject.toml
             and .gitignore
  added      files that have come, and how many of them, or of the tables in pyproject.toml, are of
             a kind that the repository had
  wheel      differences of the wheels, file by file, and of their METADATA, field by field
  lost       values and comments of pyproject.toml that are gone
  ignored    tracked files that .gitignore hides now
  undo       files that are not what they were after `--undo`
  tests      what its own tests came to, before and after; where they run offline
  ruff mypy  findings before and after, by this checkout's ruff and mypy, with the settings there

  --answers   infer only, and tell each answer that is not as it has to be
  --quick     without tests and findings, which take most of the time, and one `--undo`, not two
  --hundred   the hundred most downloaded pure-Python distributions (benchmarks/adopt.txt), without
              answers, tests and findings: ran, refused by reason, changed wheels, conflicts
  --features  joins with these kinds, and not with the default ones

A goal is printed beside each sum; the exit status is 1 where one is missed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.parser import BytesParser
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT), str(ROOT / "tests"), str(ROOT / "src"), str(ROOT / ".ci")]

from benchmarks import joiners, next_release  # noqa: E402
from benchmarks.joiners import Joiner  # noqa: E402
from benchmarks.workshop import isolate, uv  # noqa: E402

import keeping  # noqa: E402
from repositories import git  # noqa: E402

ANSWERS_GOAL = 0.95
PYTEST = "pytest==9.2.0"
MERGED = {"pyproject.toml", ".gitignore"}
# By which files and tables it shows of which kind something is.
BRINGS = {
    "checks": (".github/workflows/ci.yml", ".gitlab-ci.yml"),
    "release": (".github/workflows/release.yml",),
    "lint": (
        *(".pre-commit-config.yaml", ".yamllint", ".editorconfig"),
        *("tool.ruff", "tool.codespell", "tool.deptry"),
    ),
    "types": ("tool.mypy", "tool.pyright", "tool.ty"),
    "tests": ("tests/*", "tool.pytest"),
    "coverage": ("tool.coverage",),
    "runner": ("tox.toml",),
    "docs": ("docs/*", "zensical.toml", ".github/workflows/docs.yml", ".readthedocs.yaml"),
    "changelog": ("CHANGELOG.md", "docs/changelog.md"),
    "bot": ("renovate.json", ".github/dependabot.yml"),
    "licence": ("LICENSE", "LICENSES/*", "REUSE.toml"),
    "community": (
        *("CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "AGENTS.md", "CITATION.cff"),
        *(".github/ISSUE_TEMPLATE/*", ".github/PULL_REQUEST_TEMPLATE.md", "*CODEOWNERS"),
        *(".gitlab/issue_templates/*", ".gitlab/merge_request_templates/*"),
    ),
}
_COUNTED = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")


@dataclass
class Outcome:
    """What came of a repository.

    Args:
        joiner: The repository.
        before: Its files, as they were.
        refused: What was said, where it was refused.
        failed: What was said, where something went wrong.
        right: How many answers are right.
        wrong: The others: what they are, and have to be.
        conflicts: The files in conflict after joining.
        later: Those after the next release.
        touched: The files of theirs that have changed.
        added: The files that have come.
        stale: Those that the next release has not changed.
        twice: Those, and the tables, that are of a kind that the repository had.
        wheel: The differences of the wheels.
        lost: Values and comments that are gone.
        ignored: Tracked files that are ignored now.
        undo: Files that are not what they were after `--undo`.
        tests: What the own tests came to, before and after.
        ruff: How many findings there are, before and after.
        mypy: The same.
        seconds: How long it took to join, with the proof and the builds.

    """

    joiner: Joiner
    before: dict[str, bytes] = field(default_factory=dict)
    refused: str = ""
    failed: str = ""
    right: int = 0
    wrong: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    wheel: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    undo: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    ruff: list[int] = field(default_factory=list)
    mypy: list[int] = field(default_factory=list)
    seconds: float = 0


@dataclass
class Bench:
    """Where repositories are made and join.

    Args:
        place: The folder for everything.
        cache: Where sdists are kept.
        template: A clone with every release, and what is here as the newest.
        features: The kinds to join with; None for the default ones.
        thorough: Whether tests and findings are counted.

    """

    place: Path
    cache: Path
    template: Path
    features: str | None = None
    thorough: bool = True

    def treewright(self, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run the command of the template's checkout."""
        variables = {**os.environ, "PYTHONPATH": str(self.template / "src")}
        return _run(sys.executable, "-m", "treewright", *arguments, cwd=cwd, env=variables)

    # --- Joining ------------------------------------------------------------------------

    def attempt(self, outcome: Outcome) -> Outcome:
        """Have a repository join, or follow where it has; a crash of this script is a failure."""
        try:
            self.update(outcome) if outcome.before else self.join(outcome)
        except (AssertionError, OSError, ValueError, yaml.YAMLError) as error:
            outcome.failed = f"{type(error).__name__}: {last_line(str(error))}"
        return outcome

    def join(self, outcome: Outcome) -> None:
        """Make a repository and have it join; tell what came of that."""
        joiner = outcome.joiner
        project = joiners.make(joiner, self.cache, self.place / joiner.name)
        before = outcome.before = files(project)
        first = git("rev-parse", "HEAD", cwd=project).strip()
        start = time.perf_counter()
        features = ["--features", self.features] if self.features else []
        done = self.treewright("adopt", "--defaults", *features, project, cwd=project)
        said = done.stdout + done.stderr
        if done.returncode == 1 and "Traceback" not in said:
            outcome.refused = " ".join((done.stderr or said).split())  # all reasons
            outcome.touched = differing(before, files(project))
            return
        command = next_command(done.stdout)
        if done.returncode or not command:
            outcome.failed = f"adopt: {last_line(said) or done.returncode}"
            return
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        done = _run("bash", "-c", command, cwd=project, env={**os.environ, "PATH": path})
        outcome.seconds = time.perf_counter() - start
        if done.returncode:
            outcome.failed = f"{command}: {last_line(done.stderr or done.stdout)}"
        outcome.conflicts = keeping.unmerged(project)
        after = files(project)
        look(outcome, before, after)
        answers = yaml.safe_load(content(after, keeping.ANSWERS)) or {}
        compare_answers(outcome, joiner.expected if joiner.answers else {}, answers)
        known = {*git("ls-files", "-ci", "--exclude-standard", cwd=project).splitlines()}
        commit_all(project)
        outcome.ignored = git("ls-files", "-ci", "--exclude-standard", cwd=project).splitlines()
        outcome.ignored = [path for path in outcome.ignored if path in before and path not in known]
        self.compare(outcome, project, first)
        outcome.undo = self.undo(project, before)

    def undo(self, project: Path, before: Mapping[str, bytes]) -> list[str]:
        """Take joining away in a copy of the repository; give the files that are not as before."""
        top = self.place / self.top(project)
        with tempfile.TemporaryDirectory(dir=self.place) as folder:
            copy = shutil.copytree(top, Path(folder) / "copy", symlinks=True)
            copied = copy / project.relative_to(top)
            done = self.treewright("adopt", "--undo", copied, cwd=copied)
            if done.returncode:
                return [f"--undo: {last_line(done.stderr or done.stdout)}"]
            return differing(before, files(copied))

    def update(self, outcome: Outcome) -> None:
        """Update a repository that has joined to the next release."""
        if outcome.refused or outcome.failed:
            return
        project = self.place / outcome.joiner.name / outcome.joiner.folder
        before = files(project)
        # `python -m copier` would import modules of the repository, if it has any of these names.
        command = (Path(sys.executable).with_name("copier"), "update", "--defaults", "--trust")
        done = _run(*command, cwd=project)
        if done.returncode:
            outcome.failed = f"the next release: {last_line(done.stderr or done.stdout)}"
        outcome.later = keeping.unmerged(project)
        now = files(project)
        outcome.stale = [
            path for path in outcome.added if next_release.MARK not in content(now, path).decode()
        ]
        changed = {*differing(before, now)} & outcome.before.keys()
        outcome.touched += [f"{path} (later)" for path in sorted(changed - MERGED)]
        commit_all(project)
        mine = content(outcome.before, "pyproject.toml")
        outcome.lost += lost(mine, (project / "pyproject.toml").read_bytes())
        if self.thorough:
            outcome.undo += [f"{path} (later)" for path in self.undo(project, outcome.before)]

    def top(self, project: Path) -> Path:
        """Give the repository's own folder, from the bench's."""
        return Path(project.relative_to(self.place).parts[0])

    # --- Before and after ---------------------------------------------------------------

    def compare(self, outcome: Outcome, project: Path, first: str) -> None:
        """Build, test and lint a clone of the repository, before joining and after."""
        top = self.place / self.top(project)
        clone = self.place / f"{outcome.joiner.name}-clone"
        git("clone", "--quiet", top, clone, cwd=self.place)
        copy = clone / project.relative_to(top)
        wheels = []
        for commit_ in (first, "origin/HEAD"):
            git("checkout", "--quiet", "--detach", commit_, cwd=clone)
            git("clean", "-ffdxq", "--exclude=.mypy_cache", cwd=clone)
            if outcome.joiner.tag:  # so that the version is the same
                git("tag", "--force", outcome.joiner.tag, cwd=clone)
            built = clone.with_name(f"{clone.name}-dist") / commit_.replace("/", "-")
            done = _run(uv(), "build", "--wheel", "--out-dir", str(built), str(copy), cwd=clone)
            found = [*built.glob("*.whl")]
            wheels.append(contents(found[0], clone) if found else {"build": done.stderr.encode()})
            if self.thorough:
                if found and outcome.joiner.tests:
                    outcome.tests.append(run_tests(outcome.joiner, copy, found[0]))
                outcome.ruff.append(ruff(copy))
                outcome.mypy.append(mypy(copy, outcome.joiner.package_dir))
        if all("build" in wheel for wheel in wheels):
            outcome.failed = outcome.failed or "its wheel does not build, before or after"
        outcome.wheel = differing(*wheels)
        shutil.rmtree(clone)


def _run(
    *command: str | Path, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command and keep what it says."""
    return subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def commit_all(project: Path) -> None:
    """Commit all that is in a project, which may be in a folder of its repository."""
    git("add", "--all", ".", cwd=project)
    git("commit", "--quiet", "--allow-empty", "--message=all", cwd=project)


def last_line(text: str) -> str:
    """Give the last line that says something."""
    return ([line.strip() for line in text.splitlines() if line.strip()] or [""])[-1]


def next_command(said: str) -> str:
    """Give the command that `adopt` prints for a person to run."""
    found = re.findall(r"(?m)^\s*(?:\$ )?(git add .*)$", said)
    return found[-1] if found else ""


def files(project: Path) -> dict[str, bytes]:
    """Give every file of a project that git does not ignore, with its mode."""
    listed = git("ls-files", "-zco", "--exclude-standard", cwd=project).split("\0")
    return {
        path: f"{(project / path).lstat().st_mode & 0o111:o} ".encode() + _bytes(project / path)
        for path in filter(None, listed)
        if os.path.lexists(project / path)
    }


def _bytes(path: Path) -> bytes:
    return str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()


def content(files_: Mapping[str, bytes], path: str) -> bytes:
    """Give the bytes of a file without its mode; none where it is not there."""
    return files_.get(path, b"").partition(b" ")[2]


def differing(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[str]:
    """Give the names of what is not the same."""
    return sorted(
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )


def look(outcome: Outcome, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> None:
    """Tell what joining has done to the files."""
    outcome.added = sorted(after.keys() - before.keys() - {keeping.ANSWERS})
    outcome.touched = [path for path in differing(before, after) if path in before]
    outcome.touched = [path for path in outcome.touched if path not in MERGED]
    settings = [content(files_, "pyproject.toml") for files_ in (before, after)]
    outcome.lost = lost(*settings)
    names = [*outcome.added, *(tables(settings[1]) - tables(settings[0]))]
    outcome.twice = sorted(name for name in names if {*kinds(name)} & {*outcome.joiner.has})


def kinds(name: str) -> Iterator[str]:
    """Give the kinds that a file, or a table of pyproject.toml, is of."""
    for kind, patterns in BRINGS.items():
        if any(fnmatch(name, pattern) for pattern in patterns):
            yield kind


def tables(text: bytes) -> set[str]:
    """Give the tables of the tools in a pyproject.toml."""
    return {f"tool.{name}" for name in _toml(text).get("tool", {})}


def _toml(text: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(text.decode())
    except tomllib.TOMLDecodeError:  # in conflict
        return {}


def lost(before: bytes, after: bytes) -> list[str]:
    """Give the values and comments of a pyproject.toml that are gone."""
    values = keeping.leaves(_toml(before)) - keeping.leaves(_toml(after))
    comments = keeping.comments(before) - keeping.comments(after)
    return [*sorted(values), *comments.elements()]


def compare_answers(
    outcome: Outcome, expected: Mapping[str, Any], found: Mapping[str, Any]
) -> None:
    """Count the answers that are right, and name the others."""
    for name, right in expected.items():
        answer = found.get(name, "")
        if answer == right or (not answer and not right):
            outcome.right += 1
        else:
            outcome.wrong.append(f"{name} is {answer!r}, and has to be {right!r}")


def contents(wheel: Path, clone: Path) -> dict[str, bytes]:
    """Give the files of a wheel, and the fields of its METADATA.

    What names the commit is left out, and RECORD, which says of the others what they are.
    """
    commit_ = git("rev-parse", "HEAD", cwd=clone).strip()[:7].encode()
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            content = re.sub(rb"g?" + commit_ + rb"[0-9a-f]*", b"COMMIT", archive.read(name))
            _, _, rest = name.partition(".dist-info/")
            if rest == "METADATA":
                message = BytesParser().parsebytes(content)
                fields = Counter(f"METADATA {key}: {value}" for key, value in message.items())
                found |= {key: str(times).encode() for key, times in fields.items()}
                found["METADATA description"] = str(message.get_payload()).encode()
            elif rest != "RECORD":
                found[name] = content
    return found


def run_tests(joiner: Joiner, project: Path, wheel: Path) -> str:
    """Run the own tests of a repository against its wheel, and give what they came to."""
    needs = [f"--with={need}" for need in (str(wheel), PYTEST, *joiner.needs)]
    options = ("-q", "--no-header", "-p", "no:cacheprovider")
    command = (uv(), "run", "--isolated", "--no-project", *needs, "python", "-m", "pytest")
    done = _run(*command, *options, *joiner.tests, cwd=project)
    counts = dict.fromkeys(_COUNTED, 0)
    for number, what in re.findall(r"(\d+) (\w+?)s?\b", last_line(done.stdout)):
        if what in counts:
            counts[what] += int(number)
    return " ".join(f"{n} {what}" for what, n in counts.items() if n) or last_line(
        done.stdout + done.stderr
    )


def ruff(project: Path) -> int:
    """Count what ruff finds, with the settings that are there."""
    options = ("check", "--no-cache", "--output-format=concise", "--exit-zero")
    done = _run(sys.executable, "-m", "ruff", *options, cwd=project)
    return len(re.findall(r"(?m)^\S.*?:\d+:\d+: ", done.stdout)) + ("error" in done.stderr.lower())


def mypy(project: Path, package: str) -> int:
    """Count what mypy finds in the package, with the settings that are there."""
    done = _run(sys.executable, "-m", "mypy", package, cwd=project)
    return done.stdout.count(": error:") + done.stderr.count("error")


# --- Tables -----------------------------------------------------------------------------


def row(outcome: Outcome) -> str:
    """Write a repository for people."""
    if outcome.refused or outcome.failed:
        what = f"refused: {outcome.refused}" if outcome.refused else f"FAILED: {outcome.failed}"
        return f"{outcome.joiner.package:<32}{what}"
    asked = outcome.right + len(outcome.wrong)
    cells = (
        f"{outcome.right}/{asked}",
        f"{len(outcome.conflicts)}+{len(outcome.later)}",
        str(len(outcome.touched)),
        f"{len(outcome.added)}/{len(outcome.twice)}",
        *(str(len(found)) for found in (outcome.wheel, outcome.lost, outcome.ignored)),
        str(len(outcome.undo)),
        *("->".join(map(str, pair)) or "-" for pair in (outcome.ruff, outcome.mypy)),
        f"{outcome.seconds:.1f}",
        " -> ".join(dict.fromkeys(outcome.tests)) or "-",
    )
    return f"{outcome.joiner.package:<32}" + _cells(cells)


_HEAD = (
    *("right", "conflicts", "touched", "added", "wheel", "lost", "ignored", "undo"),
    *("ruff", "mypy", "s", "tests"),
)
_WIDTHS = (7, 11, 9, 7, 7, 6, 9, 6, 14, 12, 7, 0)


def _cells(cells: Iterable[str]) -> str:
    return "".join(f"{cell:<{width}}" for cell, width in zip(cells, _WIDTHS, strict=True))


def faults(outcome: Outcome) -> Iterator[str]:
    """Name all that is not as it has to be."""
    lists: dict[str, Sequence[str]] = {
        "wrong": outcome.wrong,
        "in conflict": outcome.conflicts,
        "in conflict later": outcome.later,
        "touched": outcome.touched,
        "of a kind that was there": outcome.twice,
        "not changed later": outcome.stale,
        "wheel": outcome.wheel,
        "lost": outcome.lost,
        "ignored now": outcome.ignored,
        "after --undo": outcome.undo,
    }
    for what, found in lists.items():
        yield from (f"{outcome.joiner.name}: {what}: {line[:200]}" for line in found)
    for what, pair in (("ruff", outcome.ruff), ("mypy", outcome.mypy)):
        if pair and pair[0] < pair[-1]:
            yield f"{outcome.joiner.name}: {what}: {pair[0]} findings are {pair[-1]}"
    if len({*outcome.tests}) > 1:
        yield f"{outcome.joiner.name}: tests: {' -> '.join(outcome.tests)}"


def refusal_fault(outcome: Outcome, reasons: Mapping[str, str]) -> str:
    """Say what is wrong with a refusal, or with there being none."""
    wanted = outcome.joiner.refused
    if outcome.failed:
        return outcome.failed
    if not wanted:
        known = outcome.joiner.answers
        return f"refused: {outcome.refused}" if outcome.refused and known else ""
    if not outcome.refused:
        return "is not refused"
    if not re.search(reasons[wanted], outcome.refused):
        return f"refused for another reason: {outcome.refused}"
    return f"refused, and changed: {outcome.touched}" if outcome.touched else ""


def reason(said: str, reasons: Mapping[str, str]) -> str:
    """Give the reason of a refusal, or what was said where it is of no kind that is known."""
    return next((name for name, how in reasons.items() if re.search(how, said)), said)


def goal(what: str, figure: str, wanted: str, *, met: bool) -> bool:
    """Print a figure beside its goal, and give whether that is met."""
    print(f"{what:<56}{figure:>9}  {wanted:<8}{'met' if met else 'MISSED'}")
    return met


def judge(outcomes: Sequence[Outcome], reasons: Mapping[str, str]) -> bool:
    """Print the sums beside their goals, and give whether all are met."""
    joined = [outcome for outcome in outcomes if not (outcome.refused or outcome.failed)]
    right = sum(outcome.right for outcome in joined)
    asked = right + sum(len(outcome.wrong) for outcome in joined)
    refused = Counter(reason(one.refused, reasons) for one in outcomes if one.refused)
    print(f"{len(outcomes)} repositories, {len(joined)} have joined, refused: {dict(refused)}")
    print(f"{sum(len(one.added) for one in joined)} files added, {asked} answers compared")
    met = [rightness(right, asked)] if asked else []
    counts: dict[str, Callable[[Outcome], int]] = {
        "conflicts at joining": lambda one: len(one.conflicts),
        "conflicts at the next release": lambda one: len(one.later),
        "files of theirs that have changed": lambda one: len(one.touched),
        "files and tables of a kind that was there": lambda one: len(one.twice),
        "files that came, and do not follow the next release": lambda one: len(one.stale),
        "wheels changed": lambda one: bool(one.wheel),
        "values and comments lost": lambda one: len(one.lost),
        "tracked files that are ignored now": lambda one: len(one.ignored),
        "files that --undo leaves otherwise": lambda one: len(one.undo),
        "more findings of ruff": lambda one: worse(one.ruff),
        "more findings of mypy": lambda one: worse(one.mypy),
        "whose own tests come to something else": lambda one: len({*one.tests}) > 1,
        "refused, or not, or failed, as they should not be": lambda one: bool(
            refusal_fault(one, reasons)
        ),
    }
    for what, count in counts.items():
        of = outcomes if what.startswith("refused") else joined
        figure = int(sum(map(count, of)))
        met.append(goal(what, str(figure), "= 0", met=figure == 0))
    return all(met)


def rightness(right: int, asked: int) -> bool:
    """Print the share of right answers beside its goal, and give whether that is met."""
    share = right / (asked or 1)
    return goal("answers right", f"{share:.1%}", ">= 95%", met=share >= ANSWERS_GOAL)


def worse(pair: Sequence[int]) -> int:
    """Give by how much there are more findings."""
    return max(0, pair[-1] - pair[0]) if pair else 0


def infer_all(chosen: Sequence[Joiner], reasons: Mapping[str, str], bench: Bench) -> bool:
    """Infer the answers of repositories alone, and print those that are not right."""
    from treewright.adopting.inferring import infer  # noqa: PLC0415
    from treewright.adopting.refusals import refusals  # noqa: PLC0415

    right = asked = wrong = 0
    refused = Counter[str]()
    for joiner in chosen:
        project = joiners.make(joiner, bench.cache, bench.place / joiner.name)
        inferred = infer(project, {})
        outcome = Outcome(joiner, refused=" ".join(refusals(project, inferred)))
        fault = refusal_fault(outcome, reasons)
        refused.update([reason(outcome.refused, reasons)] if outcome.refused else [])
        if joiner.answers:
            known = joiner.expected.keys() & inferred.values.keys()
            expected = {name: joiner.expected[name] for name in joiner.expected if name in known}
            compare_answers(outcome, expected, inferred.values)
            missing = [kind for kind in joiner.has if kind not in inferred.kinds]
            outcome.wrong += [f"has {kind}" for kind in missing]
        right += outcome.right
        asked += outcome.right + len(outcome.wrong)
        wrong += bool(fault)
        for line in [*outcome.wrong, *([fault] if fault else [])]:
            print(f"{joiner.name}: {line}", flush=True)
    print(f"{len(chosen)} repositories, {asked} answers, refused wrongly, or not: {wrong}")
    print(f"refused: {dict(refused)}")
    return (not asked or rightness(right, asked)) and not wrong


def join_all(chosen: Sequence[Joiner], reasons: Mapping[str, str], bench: Bench, jobs: int) -> bool:
    """Have repositories join and follow the next release, and print what came of it."""
    with ThreadPoolExecutor(jobs) as workers:
        outcomes = []
        for outcome in workers.map(bench.attempt, map(Outcome, chosen)):
            print(f"  joined {outcome.joiner.package}", file=sys.stderr, flush=True)
            outcomes.append(outcome)
        next_release.make(bench.template)
        print(f"{'repository':<32}" + _cells(_HEAD))
        for outcome in workers.map(bench.attempt, outcomes):
            print(row(outcome), flush=True)
    for outcome in outcomes:
        print(*faults(outcome), sep="\n", end="\n" if [*faults(outcome)] else "")
        if fault := refusal_fault(outcome, reasons):
            print(f"{outcome.joiner.name}: {fault}")
    return judge(outcomes, reasons)


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks for, and give the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="only these repositories")
    parser.add_argument("--answers", action="store_true", help="infer only")
    parser.add_argument("--quick", action="store_true", help="without tests and findings")
    parser.add_argument("--hundred", action="store_true", help="the hundred most downloaded")
    parser.add_argument("--cache", type=Path, help="where sdists are kept for the next run")
    parser.add_argument("--features", help="kinds to join with, as adopt takes them")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args(arguments)
    named, data = joiners.every()
    if chosen.hundred:
        named = joiners.hundred()
    named = [joiner for joiner in named if not chosen.names or joiner.name in chosen.names]
    with tempfile.TemporaryDirectory(prefix="treewright-") as temporary:
        place = Path(temporary).resolve()
        isolate(place)
        cache = (chosen.cache or place / "sdists").resolve()
        cache.mkdir(parents=True, exist_ok=True)
        thorough = not (chosen.quick or chosen.hundred)
        bench = Bench(place, cache, place / "treewright", chosen.features, thorough)
        if chosen.answers:
            return 0 if infer_all(named, data["reasons"], bench) else 1
        bench.template = keeping.clone_releases(place)
        return 0 if join_all(named, data["reasons"], bench, chosen.jobs) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
