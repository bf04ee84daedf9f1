# /// script
# requires-python = ">=3.11"
# dependencies = ["copier==9.19.1", "pexpect==4.9.0", "pyte==0.8.2", "rich==15.0.0"]
# ///
"""Draw docs/picture.svg: a real run of this checkout, as a person sees it, in 80 columns.

Usage: uv run --script docs/picture.py

Only the list of files is folded, with Copier's line on the task: they are long, and full of
this machine's paths. For Linux and macOS.
"""

import io
import os
import re
import sys
import tempfile
from itertools import groupby
from pathlib import Path

import yaml
from pyte.screens import Char
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))

from questions import asked  # noqa: E402
from rendering import copy_template  # noqa: E402
from terminal import COLUMNS, ENTER, Terminal  # noqa: E402

COMMAND = ["copier", "copy", "--trust", "treewright", "acme-tool"]
TYPED = {"user_name": "Ada Lovelace", "user_email": "ada@example.org"}
FILES = 4  # of the list, to show


def run(folder: Path) -> list[Text]:
    """Answer the questions in a terminal, and give the lines of its screen."""
    template = folder / "treewright"
    template.mkdir()
    copy_template(template)
    questions = yaml.safe_load((template / "copier.yml").read_text(encoding="utf-8"))
    with Terminal(COMMAND, folder) as terminal:
        for name in asked():
            question = questions[name]
            terminal.wait_for("^" + re.escape(f"{question['qmark']} {question['help']}"))
            terminal.press(TYPED.get(name, ""), ENTER)
        if terminal.finish():
            raise SystemExit(terminal.text)
        last = len(terminal.text.splitlines())
        return [drawn(terminal, line) for line in range(last)]


def drawn(terminal: Terminal, line: int) -> Text:
    """Give a line of the screen with its colours."""
    cells = [terminal.screen.buffer[line][column] for column in range(COLUMNS)]
    text = Text()
    for style, run_ in groupby(cells, style_of):
        text.append("".join(cell.data for cell in run_), style)
    text.rstrip()
    return text


def style_of(cell: Char) -> str:
    """Give Rich's name of a cell's style."""
    colour = f"#{cell.fg}" if re.fullmatch("[0-9a-f]{6}", cell.fg) else cell.fg
    return f"{'bold ' if cell.bold else ''}{colour}"


def fold(lines: list[Text]) -> list[Text]:
    """Leave out what is between the first files and the report."""
    plain = [line.plain for line in lines]
    first = next(at for at, line in enumerate(plain) if line.startswith("Copying from "))
    task = next(at for at, line in enumerate(plain) if line.startswith(" > Running task "))
    report = next(at for at in range(task, len(plain)) if plain[at].endswith("]")) + 1
    files = [line for line in lines[first:task] if " create " in line.plain][:FILES]
    return [*lines[:first], *files, Text("    ..."), Text(), *lines[report:]]


def main() -> None:
    """Run it in a folder of its own, without the user's settings, and draw it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "settings.yml").write_text("{}\n")
        os.environ["COPIER_SETTINGS_PATH"] = str(folder / "settings.yml")
        tools = [str(Path(tool).parent) for tool in (sys.executable, os.environ["UV"])]
        os.environ["PATH"] = os.pathsep.join([*tools, os.environ["PATH"]])
        os.environ["PWD"] = str(folder.resolve())  # where the shell of the picture is
        lines = [Text(f"$ {' '.join(COMMAND)}"), *fold(run(folder))]
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(*lines, sep="\n")
    svg = console.export_svg(title="A package, proven", unique_id="picture")
    # Fonts from a network would tell others who reads the page; every system has its own.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"(?m) +$", "", svg.replace("Fira Code", "ui-monospace"))
    Path(__file__).with_suffix(".svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
