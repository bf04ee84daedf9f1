"""Each script starts by itself, from anywhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from rendering import ROOT

SCRIPTS = [
    path
    for folder in ("hooks", "src/treewright/scripts")
    for path in sorted((ROOT / folder).glob("*.py"))
    if "__main__" in path.read_text()
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_each_finds_its_own_modules(tmp_path: Path, script: Path) -> None:
    """Where Python leaves out a script's folder; each fails later, as there is nothing for it."""
    done = subprocess.run(
        [sys.executable, "-I", str(script)],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode
    assert "treewright" not in re.findall(r"No module named '(\w+)", done.stderr)
