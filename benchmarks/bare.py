"""A loop of csv and json that does what a pipeline does, and checks nothing: python bare.py IN OUT.

It is the quickest that one writes by hand: `csv.DictReader` takes longer.
"""

import csv
import json
import sys
from pathlib import Path

with (
    Path(sys.argv[1]).open(newline="", encoding="utf-8") as source,
    Path(sys.argv[2]).open("w", encoding="utf-8") as target,
):
    rows = csv.reader(source)
    header = next(rows)
    for cells in rows:
        row = dict(zip(header, cells, strict=True))
        row["name"] = row["name"].upper()
        target.write(json.dumps(row) + "\n")
