"""Make the transcripts in docs/starters/ anew: python docs/starters.py [STARTER ...].

A page says how to make a package. What it shows in its `console` blocks is run from top to bottom,
in an empty folder, with that package installed; a block with a title is written there, as a file.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = {page.stem: page for page in sorted((ROOT / "docs/starters").glob("*.md"))}

COPY = re.compile(r"copier copy (?P<options>.*) PATH-OR-URL-OF-TREEWRIGHT (?P<name>\S+)")
BLOCK = re.compile(r"(?ms)^```(console|\w+ title=\S+)\n(.*?)^```")
COMMAND = re.compile(r"(?m)^\$ .*\n")


def transcribe(page: Path, template: Path, folder: Path) -> str:
    """Do what a page shows.

    Args:
        page: The page.
        template: What Copier makes the package from.
        folder: An empty folder to work in.

    Returns:
        The page, with what its commands print now.

    Raises:
        subprocess.CalledProcessError: If the package cannot be made or installed.

    """
    text = page.read_text(encoding="utf-8")
    copy = next(COPY.finditer(text))
    project, environment, home = folder / copy["name"], folder / "environment", folder / "ada"
    options = ["--vcs-ref=HEAD", "--defaults", "--skip-tasks", *copy["options"].split()]
    _run("copier", "copy", "--quiet", *options, str(template), str(project))
    _run("uv", "venv", "--quiet", "--python", sys.executable, str(environment))
    _run("uv", "pip", "install", "--quiet", "--python", str(environment), str(project))
    home.mkdir(mode=0o700)
    path = os.pathsep.join([str(environment / "bin"), os.environ["PATH"]])
    variables = os.environ | {"PATH": path, "HOME": str(home), "COLUMNS": "80"}

    def show(block: re.Match[str]) -> str:
        kind, text = block.groups()
        if kind != "console":
            file = home / kind.partition("title=")[2]
            file.parent.mkdir(mode=0o700, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            file.chmod(0o600)
            return block[0]
        shown = ""
        for line in COMMAND.findall(text):
            command = f"umask 077; exec 2>&1; {line.removeprefix('$ ')}"
            done = subprocess.run(
                ["sh", "-c", command],
                cwd=home,
                env=variables,
                stdout=subprocess.PIPE,
                text=True,
                check=False,
            )
            shown += line + done.stdout.replace(str(home), "/home/ada")
        return f"```console\n{shown}```"

    return BLOCK.sub(show, text)


def _run(tool: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", tool, *arguments], check=True)


def main(starters: Sequence[str]) -> None:
    """Write the pages of starters, or of all."""
    for starter in starters or PAGES:
        with tempfile.TemporaryDirectory() as folder:
            page = PAGES[starter]
            page.write_text(transcribe(page, ROOT, Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
