"""Read tables with nothing of Treewright, and say whether what the pipeline made of them is right.

Usage, by a Python that has polars: python benchmarks/readings.py < JOBS > VERDICTS

benchmarks/tables.py starts it. A job is a line of JSON: the file, the JSON Lines that the pipeline
made of it, whether it was to skip bad rows, and what is known of the file by reading it. What a
file holds is settled so:

- Its bytes are those after decompression, by its first bytes. Its text is UTF-8, or UTF-16 where it
  begins with that mark, or of the encoding that is known.
- Its cells are separated by what is known, or by tabs where its name says so, or by the one of
  comma, semicolon, tab, bar and space that gives every row the same number of cells, more than one;
  by commas if they do that. Where none does, it is a table of one column, or ragged.
- The first row that is not empty is its header, and every row as wide as that is a row.
- The cells are what polars reads. Where that is another thing, or nothing, they are what the module
  `csv` reads; such files are counted, for polars knows no line that ends in a bare CR.
- A JSON file holds what the module `json` reads, a number being the decimal that its digits say.
"""

import bz2
import csv
import gzip
import io
import json
import lzma
import sys
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

Row = Sequence[tuple[str, Any]]  # columns and values, in order and with repeated names
PACKED = {b"\x1f\x8b": gzip.decompress, b"BZh": bz2.decompress, b"\xfd7zXZ": lzma.decompress}
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
DELIMITERS = ",;\t| "
MOST = 2**31 - 1  # characters of a cell

csv.field_size_limit(MOST)


def text_of(file: Path, encoding: str, *, errors: str) -> str:
    """Give the text of a file.

    Raises:
        ValueError: If its bytes are not what they should be.

    """
    content = file.read_bytes()
    unpack = next((PACKED[mark] for mark in PACKED if content.startswith(mark)), bytes)
    content = unpack(content)
    marked = next((MARKS[mark] for mark in MARKS if content.startswith(mark)), "utf-8")
    return content.decode(encoding or marked, errors)


def delimiter_of(file: Path, text: str) -> str:
    """Give what separates the cells of a table of which nothing is known."""
    if {".tsv", ".tab"} & {*file.suffixes}:
        return "\t"
    for delimiter in DELIMITERS:
        widths = {len(row) for row in by_csv(text, delimiter)}
        if len(widths) == 1 and widths != {1}:
            return delimiter
    return ","


def by_csv(text: str, delimiter: str) -> list[list[str]]:
    """Read rows with the module `csv`; empty lines are none."""
    return [*filter(None, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))]


def by_polars(text: str, delimiter: str) -> list[list[str]]:
    """Read rows with polars; nothing where it refuses them."""
    try:
        content = text.encode()
        frame = pl.read_csv(content, has_header=False, infer_schema=False, separator=delimiter)
    except (pl.exceptions.PolarsError, TypeError):
        return []
    return [["" if cell is None else cell for cell in row] for row in frame.iter_rows()]


def named(table: Sequence[Sequence[str]]) -> Iterator[Row]:
    """Give the rows that are as wide as the header."""
    header, *rows = table
    return ([*zip(header, row, strict=True)] for row in rows if len(row) == len(header))


class Exact(json.JSONDecoder):
    """A decoder that loses no digit and no repeated key, and takes a number for no text."""

    def __init__(self) -> None:
        """Keep objects as pairs."""
        number = lambda digits: ("number", Decimal(digits))  # noqa: E731
        super().__init__(parse_float=number, parse_int=number, object_pairs_hook=tuple)


def by_json(file: Path, text: str) -> list[Row]:
    """Read the objects of a list, or of lines, with the module `json`."""
    decode = Exact().decode
    lines = filter(str.strip, text.split("\n"))
    values = decode(text) if ".json" in file.suffixes else map(decode, lines)
    return [value for value in values if isinstance(value, tuple) and value[:1] != ("number",)]


def written(output: Path) -> list[Row]:
    """Give the rows that the pipeline wrote."""
    lines = output.read_text(encoding="utf-8").split("\n")
    return [Exact().decode(line) for line in lines if line]


def equal(some: Iterable[Row], others: Iterable[Row]) -> bool:
    """Say whether rows are the same as others."""
    return [*map(list, some)] == [*map(list, others)]


def within(few: Iterable[Row], all_: Iterable[Row]) -> bool:
    """Say whether rows are among others, in the same order."""
    rest = iter(all_)
    return all(any([*row] == [*other] for other in rest) for row in few)


def verdict(job: dict[str, Any]) -> str:
    """Say what is true of an output: right, misread or wrong, and how."""
    file, known = Path(job["file"]), job["known"]
    if "refused" in known:
        return f"misread: {known['refused']}"
    rows = written(Path(job["output"]))
    agree, errors = (within, "replace") if job["skip"] else (equal, "strict")
    try:
        text = text_of(file, known.get("encoding", ""), errors=errors)
    except ValueError as error:
        return f"wrong: {error}"
    if {".json", ".jsonl", ".ndjson"} & {*file.suffixes}:
        return "right" if agree(rows, by_json(file, text)) else "wrong: other values"
    delimiter = known.get("delimiter") or delimiter_of(file, text)
    table = by_csv(text, delimiter)
    if rows and [name for name, _ in rows[0]] != table[0]:
        return f"misread: {len(rows[0])} columns, not the {len(table[0])} that {delimiter!r} makes"
    readings = {"right": by_polars(text, delimiter), "right by csv alone": table}
    agreeing = (what for what, other in readings.items() if other and agree(rows, named(other)))
    return next(agreeing, "wrong: other cells")


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(verdict(json.loads(line))), flush=True)
