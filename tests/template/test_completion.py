"""Shells complete the arguments of a command, as its framework or its README knows how."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pexpect
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


# A subcommand that takes files, and what may follow it.
TAKES_FILES = {"command": "sum", "pipeline": "run", "analysis": "run"}


@pytest.mark.parametrize("starter", spread(PROGRAMS, PROGRAMS[:1]))
def test_what_the_readme_says_of_argparse_is_true(
    render: Render, tmp_path: Path, starter: str
) -> None:
    """Subcommands, their options and files are completed in a bash."""
    project = render(starter=starter, plugins="both")
    (tmp_path / "my file.txt").touch()
    blocks = re.findall(r"(?s)```bash\n(.*?)```", (project / "README.md").read_text("utf-8"))
    (script,) = [block for block in blocks if "shtab" in block]
    environment = {"HOME": str(tmp_path), "PYTHONPATH": str(project / "src")}
    subprocess.run(
        [
            sys.executable,
            "-m",
            "uv",
            "run",
            "-q",
            "--no-project",
            "--with=shtab",
            "bash",
            "-ec",
            script,
        ],
        env=os.environ | environment,
        check=True,
    )
    bash = pexpect.spawn(
        "bash",
        ["--norc", "--noprofile", "-i"],
        cwd=str(tmp_path),
        env={**os.environ, "HOME": str(tmp_path), "PS1": "$ ", "TERM": "dumb"},
        encoding="utf-8",
        timeout=20,
    )
    bash.sendline(
        '. ~/.local/share/bash-completion/completions/acme-tool; acme-tool() { echo "<$*>"; }'
    )
    verb = TAKES_FILES[starter]
    for typed, completed in {
        "acme-tool plug\t": "<plugins>",
        f"acme-tool {verb} --verb\t": f"<{verb} --verbose>",
        f"acme-tool {verb} my\t": f"<{verb} my file.txt>",
    }.items():
        bash.sendline(typed)
        bash.expect_exact(completed)
    bash.close()
