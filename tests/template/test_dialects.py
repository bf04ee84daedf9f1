"""What the starter `pipeline` writes in any dialect reads back equal, or is refused: any rows."""

import bz2
import csv
import gzip
import importlib
import io
import json
import lzma
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import rendering
from tiers import full

Row = dict[str, Any]

Codec = Callable[[bytes], bytes]
PACKED: dict[str, tuple[Codec, Codec]] = {
    "": (bytes, bytes),
    ".gz": (gzip.compress, gzip.decompress),
    ".bz2": (bz2.compress, bz2.decompress),
    ".xz": (lzma.compress, lzma.decompress),
}
# Encodings with what they can hold; "" is what the writer writes.
ENCODINGS = (
    "",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-32",
    "latin-1",
    "cp1252",
    "cp037",
    "gb18030",
)
MARKED = {"utf-8-sig", "utf-16", "utf-32"}  # which need not be named
FOUND = ",;\t|"
# The characters that are most likely to be mistaken for something.
HOSTILE = "\"',;\t\r\n\0 \\{}[]:\ufeff\x0b\x1a\x1c\x85\u2028\u2029"

each = pytest.mark.parametrize("examples", [60, full(600)])


class Package:
    """The rendered package in this process, and a folder for files."""

    def __init__(self, folder: Path) -> None:
        self.io = importlib.import_module("acme_dialects.io")
        self.writers = importlib.import_module("acme_dialects.writers")
        self.transform = importlib.import_module("acme_dialects.transform")
        self.folder = folder

    def write(self, rows: list[Row], name: str, **options: object) -> Path:
        file = self.folder / name
        with patch("os.fsync"):  # to wait for the disk takes longer than all the rest
            assert self.writers.write_rows(iter(rows), file, **options) == len(rows)
        return file

    def read(self, source: Path | io.BytesIO, **options: object) -> list[Row]:
        return [*self.io.read_rows(source, **options)]

    def read_or_refuse(self, source: Path) -> list[Row] | None:
        """Read a file as its first rows show, or give None where the refusal names the flag."""
        try:
            return self.read(source)
        except self.io.InputError as error:
            if "--input-delimiter" in str(error):
                return None
            raise


@pytest.fixture(scope="module")
def package(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Package]:
    folder = tmp_path_factory.mktemp("dialects")
    with rendering.importable(template, folder, "acme-dialects", "pipeline"):
        yield Package(tmp_path_factory.mktemp("files"))


def check(examples: int, claim: Callable[..., None], **strategies: st.SearchStrategy[Any]) -> None:
    """Try a claim with examples of the strategies."""
    some = settings(max_examples=examples, deadline=None, suppress_health_check=[*HealthCheck])
    some(given(**strategies)(claim))()


def texts(encoding: str = "utf-8", without: str = "") -> st.SearchStrategy[str]:
    held = "".join(c for c in HOSTILE if c not in without and _holds(encoding, c))
    codec = encoding or "utf-8"
    characters = st.characters(codec=codec, exclude_characters=without)
    return st.text(characters | st.sampled_from(held), max_size=8)


def _holds(encoding: str, character: str) -> bool:
    try:
        return character.encode(encoding or "utf-8").decode(encoding or "utf-8") == character
    except UnicodeError:
        return False


def tables(
    cells: st.SearchStrategy[Any], names: st.SearchStrategy[str], *, least: int = 1
) -> st.SearchStrategy[list[Row]]:
    """Give rows that have the same columns."""
    return st.lists(names, min_size=least, max_size=4, unique=True).flatmap(
        lambda columns: st.lists(
            st.fixed_dictionaries(dict.fromkeys(columns, cells)), min_size=1, max_size=5
        )
    )


# No name has a NUL, which stands for a file in UTF-16.
NAMES = texts(without="\0")
# Cells and names that look like those of another delimiter.
MISLEADING = st.text(st.sampled_from(f'{FOUND} "\na'), max_size=6)
NUMBERS = (
    st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(allow_nan=False, allow_infinity=False)
)
DELIMITERS = st.characters(exclude_categories=["Cs"]).filter(lambda c: c not in '"\r\n\ufeff')
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | texts(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(), inner, max_size=3),
    max_leaves=6,
)


def transcode(file: Path, encoding: str) -> dict[str, str]:
    """Give a file another encoding, compressed as it is; return what has to be said of that."""
    if not encoding:
        return {}
    pack, unpack = next(PACKED[end] for end in reversed(PACKED) if file.name.endswith(end))
    file.write_bytes(pack(unpack(file.read_bytes()).decode("utf-8").encode(encoding)))
    return {} if encoding in MARKED else {"encoding": encoding}


def exact(value: object) -> object:
    """Give a value so that it equals what has the same type and the same digits' value."""
    if isinstance(value, dict):
        return [(name, exact(inner)) for name, inner in value.items()]
    if isinstance(value, list):
        return ["list", *map(exact, value)]
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return ("number", Decimal(repr(value) if isinstance(value, float) else value))
    return (type(value).__name__, value)


@each
def test_csv_reads_back(package: Package, examples: int) -> None:
    """For each delimiter, compression and encoding, from a file and from a stream."""

    def claim(data: st.DataObject, encoding: str, packed: str) -> None:
        delimiter = data.draw(st.sampled_from([*FOUND, " ", ":", "x", "\\"]) | DELIMITERS)
        assume(_holds(encoding, delimiter))
        names = texts(encoding, without="\0")
        rows = data.draw(tables(texts(encoding), names))
        file = package.write(rows, f"table.csv{packed}", delimiter=delimiter)
        options = {"delimiter": delimiter, **transcode(file, encoding)}
        assert package.read(file, **options) == rows
        stream = io.BytesIO(file.read_bytes())
        assert package.read(stream, form="csv", **options) == rows
        assert not stream.closed

    check(
        examples,
        claim,
        data=st.data(),
        encoding=st.sampled_from(ENCODINGS),
        packed=st.sampled_from([*PACKED]),
    )


@each
def test_json_reads_back(package: Package, examples: int) -> None:
    """With every digit of a number, in each compression and encoding."""

    def claim(rows: list[Row], ending: str, packed: str, encoding: str, chunk: int) -> None:
        file = package.write(rows, f"table.{ending}{packed}")
        options = transcode(file, encoding)
        with patch.object(package.io, "CHUNK", chunk):
            assert exact(package.read(file, **options)) == exact(rows)

    check(
        examples,
        claim,
        rows=st.lists(st.dictionaries(texts(), VALUES, max_size=4), max_size=5),
        ending=st.sampled_from(["json", "jsonl", "ndjson"]),
        packed=st.sampled_from([*PACKED]),
        chunk=st.integers(1, 40),
        encoding=st.sampled_from(["", *(code for code in ENCODINGS if code.startswith("utf"))]),
    )


@each
def test_json_keeps_every_digit(package: Package, examples: int) -> None:
    """A number comes out as what it is, from JSON and from JSON Lines, in all formats."""
    digits = st.from_regex(
        r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?", fullmatch=True
    )

    def claim(number: str, ending: str) -> None:
        [row] = package.read(io.BytesIO(f'[{{"n": {number}}}]'.encode()), form="json")
        file = package.write([row], f"number.{ending}")
        text = file.read_text("utf-8")
        if ending == "csv":
            [_, [found]] = csv.reader(io.StringIO(text))
        else:
            rows = json.loads(
                text if ending == "json" else f"[{text}]", parse_float=str, parse_int=str
            )
            [found] = [row["n"] for row in rows]
        assert Decimal(found) == Decimal(number)

    check(examples, claim, number=digits, ending=st.sampled_from(["csv", "json", "jsonl"]))


@each
def test_a_delimiter_that_is_found_is_right(package: Package, examples: int) -> None:
    """A table is read as it was written, or refused by a sentence that names the flag.

    Where no other name than those of commas holds a comma: `a,b;c` may be written with either.
    """

    def claim(table: tuple[str, list[Row]]) -> None:
        delimiter, rows = table
        file = package.write(rows, "table.csv", delimiter=delimiter)
        assert package.read_or_refuse(file) in (rows, None)

    def dialects(delimiter: str) -> st.SearchStrategy[tuple[str, list[Row]]]:
        names = MISLEADING.map(lambda name: name.replace("," if delimiter != "," else "", ""))
        return st.tuples(st.just(delimiter), tables(MISLEADING, names, least=2))

    check(examples, claim, table=st.sampled_from(FOUND).flatmap(dialects))


@each
def test_one_column_stays_one_column(package: Package, examples: int) -> None:
    """What was written with commas is read with commas, or refused, whatever the cells hold."""

    def claim(rows: list[Row]) -> None:
        file = package.write(rows, "table.csv")
        assert package.read_or_refuse(file) in (rows, None)
        assert package.read(file, delimiter=",") == rows

    def even(mark: str) -> st.SearchStrategy[list[Row]]:
        """Give a column that looks like several, with as many marks in each line."""
        lines = st.lists(st.text("ab", min_size=1, max_size=2), min_size=2, max_size=4)
        return lines.map(
            lambda lines: [{f"{lines[0]}{mark}a": f"{line}{mark}b"} for line in lines[1:]]
        )

    misleading = tables(MISLEADING, MISLEADING) | st.sampled_from(f"{FOUND} ").flatmap(even)
    check(examples, claim, rows=misleading)


@each
def test_a_delimiter_that_is_said_is_taken(package: Package, examples: int) -> None:
    """Any text is read as the module `csv` reads it, or not to the end."""

    def claim(text: str, delimiter: str) -> None:
        stream = io.BytesIO(text.encode())
        read = package.io.read_rows(stream, form="csv", delimiter=delimiter, report=lambda *_: None)
        table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows: list[Row] = []
        expected: list[list[str]] = []
        with suppress(package.io.InputError):
            rows.extend(read)
        with suppress(csv.Error):
            expected.extend(filter(None, table))
        header = expected[0] if expected else []
        assume(len({*header}) == len(header))
        wide = (cells for cells in expected[1:] if len(cells) == len(header))
        assert rows == [dict(zip(header, cells, strict=True)) for cells in wide]

    pieces = st.sampled_from([*FOUND, " ", '"', "\n", "\r\n", "a", "b", "1", "é", "#"])
    check(
        examples,
        claim,
        text=st.lists(pieces, max_size=30).map("".join),
        delimiter=st.sampled_from(FOUND),
    )


@each
def test_columns_that_are_named(package: Package, examples: int) -> None:
    """Rows of different keys become a table of those that are named, with nothing elsewhere."""

    def claim(rows: list[Row], columns: list[str], ending: str) -> None:
        file = package.write(rows, f"table.{ending}", columns=columns)
        nothing = "" if ending == "csv" else None
        expected = [[(name, row.get(name, nothing)) for name in columns] for row in rows]
        assert [[*row.items()] for row in package.read(file, delimiter=",")] == expected

    check(
        examples,
        claim,
        rows=st.lists(st.dictionaries(st.sampled_from("abcd"), texts(), max_size=4), max_size=5),
        columns=st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True),
        ending=st.sampled_from(["csv", "json", "jsonl"]),
    )


def named(*names: str, delimiter: str = ",") -> str:
    """Write names as a line of CSV."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter).writerow(names)
    return line.getvalue().removesuffix("\r\n")


@each
def test_steps_agree(package: Package, examples: int) -> None:
    """Each leaves, takes or names the columns that it says, and changes no row that it is given."""

    def claim(rows: list[Row], data: st.DataObject) -> None:
        def steps(*specs: str) -> list[list[tuple[str, str]]]:
            return [[*row.items()] for row in package.transform.transform_rows(rows, specs)]

        before = [[*row.items()] for row in rows]
        columns = [*rows[0]]
        few = data.draw(st.lists(st.sampled_from(columns), min_size=1, unique=True))
        assert [*map(dict, steps(f"keep:{named(*columns)}"))] == rows
        assert steps(f"keep:{named(*few)}") == [[(name, row[name]) for name in few] for row in rows]
        if {*few} < {*columns}:
            left = [[(name, cell) for name, cell in row if name not in few] for row in before]
            assert steps(f"drop:{named(*few)}") == left
        new = data.draw(NAMES.filter(lambda name: name not in ["", *columns]))
        there, back = named(few[0], new, delimiter=":"), named(new, few[0], delimiter=":")
        if few[0]:  # no column gets an empty name
            assert steps(f"rename:{there}", f"rename:{back}") == before
        renamed = [
            [(new if name == few[0] else name, cell) for name, cell in row] for row in before
        ]
        assert steps(f"rename:{there}") == renamed
        assert [[*row.items()] for row in rows] == before

    check(examples, claim, rows=tables(texts(), NAMES), data=st.data())


@each
def test_numbers_are_those_of_json(package: Package, examples: int) -> None:
    """With space around, a sign, and no digit before or behind the point, but of ASCII only."""
    pattern = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)

    def claim(text: str) -> None:
        for step, form in (
            ("number", pattern),
            ("integer", re.compile(r"\s*[+-]?\d+\s*", re.ASCII)),
        ):
            try:
                [row] = package.transform.transform_rows([{"n": text}], [f"{step}:n"])
            except package.io.BadRowError:
                assert not form.fullmatch(text.strip())
            else:
                assert form.fullmatch(text.strip())
                assert Decimal(
                    repr(row["n"]) if isinstance(row["n"], float) else row["n"]
                ) == Decimal(text.strip())

    number = r"[+-]?([0-9]{1,3}\.?[0-9]{0,3}|\.[0-9]{1,3})([eE][+-]?[0-9]{1,2})?|nan|inf"
    for text in ("1_000", "1_0.5", "٣"):  # what Python's own numbers take
        claim(text)
    pieces = ["", *"-.e_ ", "٣", "\u3000"]
    check(
        examples,
        lambda text, at, piece: claim(text[: at % len(text)] + piece + text[at % len(text) :]),
        text=st.from_regex(number, fullmatch=True),
        at=st.integers(0, 9),
        piece=st.sampled_from(pieces),
    )
