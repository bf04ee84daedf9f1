"""Time the import of a package from each of some folders, in turns.

Usage: python -I imports.py TIMES PACKAGE FOLDER...

Prints the median of each folder in microseconds. Every Python that is measured runs it, so
it imports the standard library only; -I keeps the user's environment out.
"""

import gc
import json
import sys
from statistics import median
from time import perf_counter_ns


def once(package: str, folder: str) -> int:
    """Import a package, and its parents, again from a folder; give the nanoseconds."""
    parts = package.split(".")
    for end in range(1, len(parts) + 1):
        sys.modules.pop(".".join(parts[:end]), None)
    sys.path[0] = folder
    start = perf_counter_ns()
    __import__(package)
    return perf_counter_ns() - start


def main() -> None:
    """Warm up, so that the bytecode is cached as it is for users; then measure."""
    times, package, *folders = sys.argv[1:]
    sys.path.insert(0, "")
    for folder in folders:
        once(package, folder)
    gc.disable()
    spent = [[once(package, folder) for folder in folders] for _ in range(int(times))]
    print(json.dumps([median(column) / 1000 for column in zip(*spent, strict=True)]))


main()
