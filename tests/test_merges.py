"""The corpus of pyproject.toml files that benchmarks/merges.py measures."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rendering import ROOT
from tiers import exhaustive

SAMPLE = """
[build-system]
requires = ["setuptools>=61"]

[project]
name = "sample"
version = "3.2"
license = { text = "MIT" } # as it was in 2021
classifiers = ["Programming Language :: Python :: 3"]
dependencies = [
  # kept low
  "click>=7",
]

[project.optional-dependencies]
test = ["pytest>=6"]

[tool.setuptools.packages.find]
where = ["src"]

[tool.pytest.ini_options]
addopts = "-q"
testpaths = ["testing"]

[tool.ruff]
line-length = 79
lint.select = ["E", "F"] # for now
lint.ignore = ["E501"]

[[tool.mypy.overrides]]
module = ["x.*"]
"""


@pytest.mark.parametrize("every", [False, exhaustive(True)], ids=["sample", "corpus"])
def test_real_packages_lose_nothing(tmp_path: Path, *, every: bool) -> None:
    """One file, or with --exhaustive the sdists of real packages: all is delivered or named."""
    (tmp_path / "sample.toml").write_text(SAMPLE)
    files = [] if every else [tmp_path / "sample.toml"]
    command = [sys.executable, str(ROOT / "benchmarks/merges.py"), "--json", *map(str, files)]
    rows = json.loads(subprocess.check_output(command))
    ours, others = rows[:3], rows[3:]
    for row in ours:
        assert row["files"] >= (30 if every else 1)
        assert row["by_lines"] > row["files"] / 2, "the corpus is worth merging"
        assert row["by_meaning"] <= row["files"] / 20
        assert row["lost"] == row["silent"] == row["foreign"] == 0
        assert row["delivered"] > row["delivered_by_lines"]
    shares = [sum(row[name] for row in ours) for name in ("delivered", "changes")]
    assert shares[0] > (0.8 if every else 0.6) * shares[1]
    rivals = [sum(row["delivered"] for row in others[first : first + 3]) for first in (0, 3)]
    assert any(row["foreign"] for row in others[:3]) or not every, "a mix of lists"
    assert rivals[1] < sum(row["delivered"] for row in ours), "no list a set delivers less"
