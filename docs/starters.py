"""Regenerate the transcripts in docs/starters/: python docs/starters.py [STARTER ...].

A page says how to make a package. What it shows in its `console` blocks is run from top to bottom,
in an empty folder, with that package installed; a block with a title, or with "Save this as" and a
name above it, is written there, as a file.
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
BLOCK = re.compile(
    r"(?ms)(?:Save\sthis\sas\s`(?P<name>\S+)`:\n\n)?"
    r'^```(?P<kind>\w+)(?: title="(?P<title>[^"\n]+)")?\n(?P<text>.*?)^```'
    r"|^(?P<quoted>````).*?^````"  # another page, with blocks of its own
)
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
    project, home = folder / copy["name"], folder / "ada"
    options = ["--vcs-ref=HEAD", "--defaults", "--skip-tasks", *copy["options"].split()]
    _run("copier", "copy", "--quiet", *options, str(template), str(project))
    home.mkdir(mode=0o700)
    return replay(text, install(project, folder / "environment"), home)


def install(project: Path, environment: Path) -> Path:
    """Make an environment with a package in it, and give the folder of its programs."""
    _run("uv", "venv", "--quiet", "--python", sys.executable, str(environment))
    _run("uv", "pip", "install", "--quiet", "--python", str(environment), str(project))
    return environment / "bin"


def replay(text: str, programs: Path, home: Path, project: Path | None = None) -> str:
    """Run what the `console` blocks of a text show.

    Args:
        text: Markdown.
        programs: Where the package's command is, and the Python that imports it.
        home: An empty folder to work in.
        project: Another folder to work in, where there is one.

    Returns:
        The text, with what its commands print now.

    """
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    # In a terminal, lines come as they are written; in a pipe, those of an error would overtake.
    terminal = {"COLUMNS": "80", "PYTHONUNBUFFERED": "1"}
    variables = os.environ | terminal | {"PATH": path, "HOME": str(home)}

    def show(block: re.Match[str]) -> str:
        if block["quoted"]:
            return block[0]
        if name := block["name"] or block["title"]:
            file = home / name
            file.parent.mkdir(mode=0o700, exist_ok=True)
            file.write_text(block["text"], encoding="utf-8")
            file.chmod(0o600)
        if block["kind"] != "console":
            return block[0]
        shown = ""
        for line in COMMAND.findall(block["text"]):
            command = f"umask 077; exec 2>&1; {line.removeprefix('$ ')}"
            done = subprocess.run(
                ["sh", "-c", command],
                cwd=project or home,
                env=variables,
                stdout=subprocess.PIPE,
                text=True,
                check=False,
            )
            shown += line + done.stdout.replace(str(home), "/home/ada")
        return f"```console\n{shown or block['text']}```"

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
