"""The starter `pipeline`: equal to other ways, in flat memory, whole whatever happens."""

import csv
import gzip
import importlib
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, Any, cast
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import rendering
from tiers import exhaustive, full, spread

if sys.platform == "win32":
    pytest.skip("signals and terminals are those of POSIX", allow_module_level=True)
import pty

Row = dict[str, Any]

# A process that starts small: a child's peak is never less than its parent's size at the start.
PEAK = """\
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)
"""
# Become another program with a limit for the size of files, or with Ctrl-C, which a shell without
# job control lets its children ignore.
BECOME = "import os, resource, signal, sys; {}; os.execv(sys.argv[1], sys.argv[1:])"
LIMITED = BECOME.format("resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))")
INTERRUPTIBLE = BECOME.format("signal.signal(signal.SIGINT, signal.SIG_DFL)")
FEW = 10_000
STEPS = ("strip:name", "upper:name", "integer:id", "number:share", "null:note")
NOTES = ("", "plain", 'a "quoted", word', "two\r\nlines", "Zürich \u2028 🐍", "{}[]")


@pytest.fixture(scope="module")
def sources(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("pipeline")
    with rendering.importable(template, folder, "acme-pipes", "pipeline") as sources:
        yield sources


@pytest.fixture
def command(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Give the command that runs the package, and begin in an empty folder."""
    monkeypatch.setenv("PYTHONPATH", str(sources))
    monkeypatch.chdir(tmp_path)
    return (sys.executable, "-m", "acme_pipes")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def opened(file: Path, mode: str) -> IO[str]:
    kind = gzip.open if file.suffix == ".gz" else open
    return cast("IO[str]", kind(file, mode + "t", encoding="utf-8", newline=""))


def write(file: Path, rows: Iterable[Row]) -> Path:
    """Write rows as the pipeline has to, with nothing of it."""
    texts = partial(json.dumps, ensure_ascii=False)
    form = file.name.split(".")[1]
    rows = iter(rows)
    with opened(file, "w") as stream:
        if form == "csv":
            first = next(rows)
            plain = csv.DictWriter(stream, first)
            plain.writeheader()
            plain.writerows(itertools.chain([first], rows))
        elif form == "jsonl":
            stream.writelines(f"{texts(row)}\n" for row in rows)
        else:
            stream.write("[\n" + texts(next(rows)))
            stream.writelines(f",\n{texts(row)}" for row in rows)
            stream.write("\n]\n")
    return file


def assert_equal(one: Path, other: Path) -> None:
    with opened(one, "r") as lines, opened(other, "r") as others:
        for line, expected in itertools.zip_longest(lines, others):
            assert line == expected


def people(count: int) -> Iterator[Row]:
    """Give rows of texts, the same each time."""
    for number in range(count):
        yield {
            "id": str(number),
            "name": f" ada {number * 7919 % 10007} ",
            "note": NOTES[number % len(NOTES)],
            "share": str(number / 8),
        }


def transformed(rows: Iterable[Row]) -> Iterator[Row]:
    """Do by hand what `STEPS` ask for."""
    for row in rows:
        name, share = row["name"].strip().upper(), float(row["share"])
        yield {"id": int(row["id"]), "name": name, "note": row["note"] or None, "share": share}


@pytest.mark.parametrize("many", [5 * FEW, exhaustive(1_000_000)])
@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("csv", "jsonl"),
        full("csv.gz", "json"),
        full("json", "csv"),
        full("jsonl.gz", "jsonl.gz"),
    ],
)
def test_many_rows(
    command: tuple[str, ...], tmp_path: Path, source: str, target: str, many: int
) -> None:
    """As many as a million with --exhaustive: right, and in the memory that a few take."""
    flags = [f"--transform={step}" for step in STEPS]
    peaks = []
    for count in (FEW, many):
        file = write(tmp_path / f"input.{source}", people(count))
        output = tmp_path / f"output.{target}"
        done = run(sys.executable, "-c", PEAK, *command, "run", str(file), str(output), *flags)
        assert done.returncode == 0, done.stderr
        assert f"{count:,} rows in " in done.stderr
        assert_equal(output, write(tmp_path / f"expected.{target}", transformed(people(count))))
        peaks.append(int(done.stdout))
    assert peaks[1] <= 1.5 * peaks[0]


@pytest.mark.parametrize(
    ("end", "status", "leftovers"),
    [(signal.SIGKILL, -signal.SIGKILL, 1), (signal.SIGINT, -signal.SIGINT, 0)],
    ids=["killed", "interrupted"],
)
def test_the_old_output_is_whole(
    command: tuple[str, ...], tmp_path: Path, end: signal.Signals, status: int, leftovers: int
) -> None:
    target, expected = tmp_path / "output.jsonl", b"the old output\n"
    target.write_bytes(expected)
    words = (*command, "run", "--from=csv", "-", target.name)
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, *words],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        # Far more than a pipe and the process's buffers hold: when all is written, most of it
        # was read, and is on its way through.
        process.stdin.write(b"name\n" + b"Ada Lovelace\n" * 200_000)
        [part] = tmp_path.glob(".output.jsonl.*.part")
        assert part.stat().st_size > 1_000_000
        assert target.read_bytes() == expected
        process.send_signal(end)
        assert process.wait() == status
    assert target.read_bytes() == expected
    assert len([*tmp_path.glob(".*")]) == leftovers

    source = write(tmp_path / "input.csv", people(9))
    assert run(*command, "run", str(source), target.name).returncode == 0
    assert_equal(target, write(tmp_path / "expected.jsonl", people(9)))
    assert len([*tmp_path.glob(".*")]) == leftovers


def test_a_bad_row_half_way(command: tuple[str, ...], tmp_path: Path) -> None:
    source, target = write(tmp_path / "input.csv", people(FEW)), tmp_path / "output.jsonl"
    with source.open("ab") as stream:
        stream.write(b"lonely\r\n" + b"1,2,3,4\r\n" * FEW)
    target.write_bytes(b"the old output\n")
    done = run(*command, "run", source.name, target.name, "--on-error=stop")
    assert done.returncode == 1
    assert "1 cells under a header of 4" in done.stderr
    assert target.read_bytes() == b"the old output\n"
    assert {file.name for file in tmp_path.iterdir()} == {"input.csv", "output.jsonl"}


# What a CSV file holds, the rows that are right, and the lines that are not with the reason.
HOSTILE: dict[str, tuple[bytes, list[str], list[tuple[int, str]]]] = {
    "quotes": (b'a,b\n"1",2\n"3""3",4\n5"5,6"\n', ["1|2", '3"3|4', '5"5|6"'], []),
    "a quote behind spaces": (b'a,b\n1, "2"\n', ['1| "2"'], []),
    "newlines in cells": (b'a,b\n"1\n\r\n1",2\n3\n', ["1\n\r\n1|2"], [(5, "1 cells under a h")]),
    "a byte order mark": (b"\xef\xbb\xbfa,b\n1,2\n", ["1|2"], []),
    "ragged rows": (b"a,b\n1\n1,2\n1,2,3\n", ["1|2"], [(2, "1 cells"), (4, "3 cells")]),
    "only a header": (b"a,b\n", [], []),
    "only a header without an end": (b"a,b", [], []),
    "empty lines": (b"\n\na,b\n\n1,2\n\n", ["1|2"], []),
    "empty cells": (b'a,b\n,\n"",""\n', ["|", "|"], []),
    "NUL": (b"a,b\n\0,2\n", ["\0|2"], []),
    "no final newline": (b"a,b\n1,2\n3,4", ["1|2", "3|4"], []),
    "CRLF": (b"a,b\r\n1,2\r\n3\r\n", ["1|2"], [(3, "1 cells")]),
    "CR": (b"a,b\r1,2\r3\r", ["1|2"], [(3, "1 cells")]),
    "Latin-1": (b"a,b\n1,Z\xfcrich\n3,4\n", ["3|4"], [(2, "the byte 0xfc is not UTF-8; say")]),
    "half a character": (
        b"a,b\n1,\xc3\n3,4\n",
        ["3|4"],
        [(2, "the byte 0xc3 is not UTF-8; say")],
    ),
    "separators of Unicode": ("a,b\n\u2028,\x85\x1c\n".encode(), ["\u2028|\x85\x1c"], []),
    "a huge cell": (
        b"a,b\n1," + b"x" * 200_000 + b"\n3,4\n",
        ["1|" + "x" * 200_000, "3|4"],
        [],
    ),
    "UTF-16": ("a,b\n1,\u00e9\n".encode("utf-16"), ["1|\u00e9"], []),
}
# What a CSV file holds that cannot be read any further, and the reason.
BROKEN = {
    "empty": (b"", "line 1: bad header: the file is empty"),
    "empty lines": (b"\n\r\n", "line 2: bad header: the file is empty"),
    "a byte order mark": (b"\xef\xbb\xbf", "line 1: bad header: the file is empty"),
    "UTF-16 without a mark": ("a,b\n".encode("utf-16-le"), "line 1: bad header: a NUL; if it"),
    "text behind a quote": (
        b'a,b\n"1"x,2\n3,4\n',
        "line 2: a cell in quotes cannot be read: ',' expected after '\"', up to line 2",
    ),
    "an open quote in a cell": (
        b'a,b\n1,2\n3,"4\n5,6\n',
        "line 3: a cell in quotes cannot be read: unexpected end of data, up to line 4",
    ),
    "a name twice": (b"a,b,a\n1,2,3\n", "line 1: bad header: more than one column is named 'a'"),
    "an open quote": (b'"a,b\n1,2\n', "line 2: bad header: unexpected end of data"),
    "a huge line": (b"a\n1\n" + b"x," * 2**23 + b"\n", "line 3: longer than 16777216 characters"),
}


def plain(output: Path) -> list[str]:
    rows = map(json.loads, output.read_text("utf-8").split("\n")[:-1])
    return ["|".join([row["a"], row["b"]]) for row in rows]


@pytest.mark.parametrize("what", spread(HOSTILE, list(HOSTILE)[2::4]))
def test_hostile_csv(command: tuple[str, ...], what: str) -> None:
    content, rows, bad = HOSTILE[what]
    Path("input.csv").write_bytes(content)
    output = Path("output.jsonl")
    done = run(*command, "run", "input.csv", "output.jsonl", "--on-error=skip")
    assert done.returncode == 0, done.stderr
    *skipped, summary = done.stderr.splitlines()
    assert plain(output) == rows
    count = f"{len(rows)} row{'' if len(rows) == 1 else 's'}"
    assert summary.startswith(f"acme-pipes: {count}{f', {len(bad)} skip' if bad else ' in '}")
    for message, (line, reason) in zip(skipped, bad, strict=True):
        assert message.startswith(f"acme-pipes: skipped input.csv: line {line}: {reason}")

    output.unlink()
    done = run(*command, "run", "input.csv", "output.jsonl", "--on-error=stop")
    assert done.returncode == (1 if bad else 0)
    assert output.exists() is not bool(bad)
    for line, reason in bad[:1]:
        assert done.stderr.startswith(f"acme-pipes: input.csv: line {line}: {reason}")
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("what", spread(BROKEN, list(BROKEN)[::3]))
@pytest.mark.parametrize("on_error", ["stop", "skip"])
def test_broken_csv(command: tuple[str, ...], what: str, on_error: str) -> None:
    content, reason = BROKEN[what]
    Path("input.csv").write_bytes(content)
    done = run(*command, "run", "input.csv", "output.jsonl", f"--on-error={on_error}")
    assert done.returncode == 2
    assert done.stderr.startswith(f"acme-pipes: input.csv: {reason}")
    assert done.stderr.count("\n") == 1
    assert not Path("output.jsonl").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["folder", "output.csv", "--from=csv"], "folder: Is a directory"),
        full(["input.csv", "folder", "--to=csv"], "folder: Is a directory"),
        full(["input.csv", "none/output.csv"], "none/output.csv: No such file or directory"),
        full(["input.csv", "loop.csv"], "loop.csv: Too many levels of symbolic links"),
        (["loop.csv", "output.csv"], "loop.csv: Too many levels of symbolic links"),
        (["input.csv", "large.csv"], "large.csv: File too large"),
        full(["input.csv", "large.csv.gz"], "large.csv.gz: File too large"),
        pytest.param(
            ["input.csv", "/dev/full", "--to=csv"],
            "/dev/full: No space left on device",
            marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="it is Linux's"),
        ),
    ],
    ids=" ".join,
)
def test_files_that_cannot_be_used(
    command: tuple[str, ...], tmp_path: Path, words: list[str], message: str
) -> None:
    write(tmp_path / "input.csv", people(FEW))
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    before = {file.name for file in tmp_path.iterdir()}
    done = run(sys.executable, "-c", LIMITED, *command, "run", *words)
    assert (done.returncode, done.stderr) == (2, f"acme-pipes: {message}\n")
    assert {file.name for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("target", ["-", "/dev/stdout"])
@pytest.mark.parametrize("source", ["-", "/dev/stdin"])
def test_standard_streams(command: tuple[str, ...], source: str, target: str) -> None:
    words = ("run", source, target, "--from=csv", "--to=jsonl", "--on-error=skip")
    typed = b'\xef\xbb\xbfa\r\n"1\r"\r\n2,2\r\n\xff\r\n3'
    done = subprocess.run([*command, *words], input=typed, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b'{"a": "1\\r"}\n{"a": "3"}\n')
    assert b"line 4: 2 cells under a header of 1" in done.stderr
    assert b"line 5: the byte 0xff is not UTF-8" in done.stderr


def in_a_terminal(*command: str) -> tuple[int, str]:
    """Give the status of a command, and all that it writes, also what the screen loses."""
    leader, follower = pty.openpty()
    with subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower) as process:
        os.close(follower)
        screen = b""
        with suppress(OSError):  # how Linux says that it is the end
            while piece := os.read(leader, 4096):
                screen += piece
    os.close(leader)
    return process.returncode, screen.decode()


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [([], [], True), (["-q"], [], False), ([], ["--no-progress"], False)],
    ids=["shown", "quiet", "unwanted"],
)
def test_progress(
    command: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: list[str],
    after: list[str],
    *,
    shown: bool,
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    write(tmp_path / "input.csv", people(FEW))
    words = [*before, "run", "input.csv", "output.jsonl", *after]
    status, screen = in_a_terminal(*command, *words)
    assert status == 0, screen
    assert ("━" in screen) is shown
    assert ("\x1b" in screen) is shown
    piped = run(*command, *words)
    assert piped.stdout == ""
    assert not {"\x1b", "━", "%"} & {*piped.stderr}


class Package:
    """The rendered package in this process."""

    def __init__(self, folder: Path) -> None:
        self.io = importlib.import_module("acme_pipes.io")
        self.writers = importlib.import_module("acme_pipes.writers")
        self.folder = folder

    def write(self, file: Path, rows: Iterable[Row], **options: str) -> list[Row]:
        """Write rows, and give those that are refused."""
        refused = []
        # To wait for the disk hundreds of times takes longer than all the rest.
        with patch("os.fsync"), self.writers.open_output(file, **options) as put:
            for row in rows:
                try:
                    put(row)
                except UnicodeEncodeError:
                    refused.append(row)
        return refused

    def read(self, file: Path, **options: str) -> tuple[list[Row], list[tuple[int, str]]]:
        """Give the rows, and what is bad."""
        bad: list[tuple[int, str]] = []
        with self.io.open_input(file, **options) as source:
            rows = [row for _, row in source.rows(lambda *what: bad.append(what))]
        return rows, bad


@pytest.fixture(scope="module")
def api(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Package:
    assert sources.is_dir()
    return Package(tmp_path_factory.mktemp("files"))


# Any character, and often one of those that are most likely to be mistaken for something.
characters = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    "\"',;\t\r\n\0 \\{}[]:\ufeff\x0b\x1c\x85\u2028\u2029"
)
texts = st.text(characters, max_size=8)
names = texts.filter(lambda name: "\0" not in name)  # which would be taken for UTF-16
hostile_texts = texts | st.builds("{}{}".format, texts, st.sampled_from(["\ud800", "\udcff"]))
some = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def tables(draw: st.DrawFn, cells: st.SearchStrategy[str]) -> list[Row]:
    """Rows that have the same columns, in any order."""
    columns = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    row = st.fixed_dictionaries(dict.fromkeys(columns, cells))
    return draw(st.lists(row, min_size=1, max_size=5))


@some
@given(
    rows=tables(hostile_texts),
    name=st.sampled_from(["a.csv", "a.json", "a.jsonl.gz"]),
)
def test_lone_surrogates_are_refused(api: Package, rows: list[Row], name: str) -> None:
    refused = [row for row in rows if any("\ud800" <= c <= "\udfff" for c in "".join(row.values()))]
    kept = [row for row in rows if row not in refused]
    assume(kept)
    assert api.write(api.folder / name, rows) == refused
    delimiter = "," if name.endswith(".csv") else ""  # one column of ";" reads as two
    assert api.read(api.folder / name, delimiter=delimiter) == (kept, [])


PIECES = '" , \n \r { } [ ] : "a" 1 {"a":1} NaN - 1e \\u \ufeff \0'.encode().split(b" ")
NOISE: dict[str, Callable[[bytes], bytes]] = {
    "any.csv": bytes,
    "any.json": bytes,
    "list.json": b"[%b".__mod__,
    "any.jsonl": bytes,
    "packed.csv.gz": gzip.compress,
    "torn.csv.gz": lambda content: gzip.compress(content)[:-5],
    "plain.csv.gz": bytes,
}


@settings(some, max_examples=300)
@given(
    name=st.sampled_from([*NOISE]),
    content=st.lists(st.sampled_from([*PIECES, b" ", b"\xff"])).map(b"".join),
    chunk=st.integers(1, 9),
)
def test_no_content_is_a_surprise(api: Package, name: str, content: bytes, chunk: int) -> None:
    """Rows, bad ones with their lines, or an InputError that names the file: nothing else."""
    file = api.folder / name
    file.write_bytes(NOISE[name](content))
    rows: list[Row] = []
    bad: list[tuple[int, str]] = []
    problem = None
    with patch.object(api.io, "CHUNK", chunk):
        try:
            rows, bad = api.read(file)
        except api.io.InputError as error:
            problem = str(error)
    lines = [line for line, _ in bad]
    assert problem is None or problem.startswith(f"{file}: ")
    assert all(isinstance(row, dict) for row in rows)
    assert all(line >= 1 and reason for line, reason in bad)
    assert lines == sorted(lines)
