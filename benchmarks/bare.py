"""A loop of csv and json that does what a pipeline does: python bare.py IN OUT [COLUMN].

It checks nothing, and makes a column upper case if it is asked to. It is the quickest that one
writes by hand: `csv.DictReader` takes longer.
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
        for column in sys.argv[3:]:
            row[column] = row[column].upper()
        target.write(json.dumps(row) + "\n")
