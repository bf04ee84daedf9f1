"""Shells complete the arguments of a command, where the framework knows how."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from answers import PROGRAMS
from tiers import each_once, spread

Render = Callable[..., Path]

RUN = "from acme_tool.__main__ import main; raise SystemExit(main())"
# What the scripts that the frameworks install in bash set, after `acme-tool` and a Tab.
VARIABLES = {
    "click": {"_ACME_TOOL_COMPLETE": "bash_complete"},
    "typer": {"_ACME_TOOL_COMPLETE": "complete_bash", "_TYPER_COMPLETE_ARGS": "acme-tool "},
}


@pytest.mark.parametrize(
    ("starter", "framework"),
    spread(product(PROGRAMS, VARIABLES), each_once(PROGRAMS[:2], list(VARIABLES)), names=2),
)
def test_subcommands_are_completed(render: Render, starter: str, framework: str) -> None:
    project = render(starter=starter, plugins="both", cli_framework=framework)
    words = {"COMP_WORDS": "acme-tool ", "COMP_CWORD": "1"}
    source = {"PYTHONPATH": str(project / "src")}
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        env=os.environ | source | words | VARIABLES[framework],
        capture_output=True,
        text=True,
        check=True,
    )
    cli = (project / "src/acme_tool/cli.py").read_text(encoding="utf-8")
    commands = re.findall(r'command\("(\w+)"\)', cli)
    assert "plugins" in commands
    offered = [line.removeprefix("plain,") for line in done.stdout.split()]
    assert sorted(offered) == sorted(commands)
    assert done.stderr == ""
