"""Generated code passes all of ruff's rules but a few."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from answers import SHAPES, STARTERS, identify

Render = Callable[..., Path]

RUFF = """\
line-length = 100

[lint]
select = ["ALL"]
ignore = [
  "COM812", # the formatter owns commas
  "CPY",    # the licence is in LICENSE
  "D203",   # as the formatter has it
  "D213",
  "EM",     # a message in its exception reads well
  "TRY003",
]

[lint.per-file-ignores]
"**/__init__.py" = ["PLC0415"] # lazy imports are its point
"tests/**" = ["D", "INP001", "PLR2004", "S101", "S603"]
# What Python 3.14 and newer load late in annotations, older ones and Typer read at once.
"**" = ["TC001", "TC002", "TC003"]
"""


@pytest.mark.parametrize(("shape", "floor"), [(SHAPES[0], "3.15"), (SHAPES[-1], "3.11")])
@pytest.mark.parametrize("starter", STARTERS, ids=identify)
def test_ruff(render: Render, floor: str, shape: dict[str, str], starter: dict[str, str]) -> None:
    project = render({**shape, **starter}, project_name="acme-tool", python_min=floor)
    (project / "ruff.toml").write_text(RUFF)
    for command in (["check"], ["format", "--diff"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
