"""The page on writing a plugin is true: what it shows is done here, from top to bottom."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import environments
from rendering import ROOT, render

PAGE = (ROOT / "docs/writing-a-plugin.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"(?ms)^```(\w+)\n(.*?)^```", PAGE)
SPEED = re.compile(r"in [\d,.]+ s \([\d,.]+ rows/s\)")
DOCTEST = """\
import doctest, sys
examples = doctest.DocTestParser().get_doctest(sys.argv[1], {}, "the page", None, None)
print(doctest.DocTestRunner().run(examples))
"""


def of_kind(wanted: str) -> list[str]:
    return [text for kind, text in BLOCKS if kind == wanted]


def commands() -> Iterator[tuple[str, str | None]]:
    """Yield each command of the page, with what it prints where the page shows that."""
    for kind, text in BLOCKS:
        if kind == "console":
            yield from re.findall(r"(?m)^\$ (.*)\n((?:(?!\$ ).*\n)*)", text)
        elif kind == "sh":
            yield text, None


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are those of POSIX")
def test_the_page(checkout: Path, template: Path, tmp_path: Path) -> None:
    host = render(template, tmp_path / "acme-tool", {"starter": "pipeline"})
    environment = environments.make(tmp_path / "environment", host)
    home = tmp_path / "home"
    (home / "plugins").mkdir(mode=0o700, parents=True)
    home.chmod(0o700)
    (home / "people.csv").write_text(
        "name,city\nFür Ada!,London\nGrace,Arlington\n", encoding="utf-8"
    )
    turn, typed = of_kind("python")
    assert "Save the above as `plugins/turn.py`." in PAGE
    (home / "plugins/turn.py").write_text(turn, encoding="utf-8")

    for command, shown in commands():
        real = command.replace("PATH-OR-URL-OF-TREEWRIGHT", str(checkout))
        done = environment.run("sh", "-c", f"umask 077; exec 2>&1; {real}", cwd=home)
        printed = done.stdout.replace(str(home), "/home/ada")
        assert shown is None or SPEED.sub("", printed) == SPEED.sub("", shown), command

    (declared,) = of_kind("toml")
    made = tomllib.loads((home / "acme-tool-slug/pyproject.toml").read_text(encoding="utf-8"))
    assert tomllib.loads(declared)["project"].items() <= made["project"].items()

    results = environment.run("python", "-c", DOCTEST, "".join(of_kind("pycon")), cwd=home).stdout
    assert re.fullmatch(r"TestResults\(failed=0, attempted=\d+\)\n", results), results

    (home / "typed.py").write_text(typed, encoding="utf-8")
    python = environment.folder / "bin/python"
    check = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--python-executable",
        str(python),
        "typed.py",
    ]
    done = subprocess.run(check, cwd=home, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("Success"), done.stdout


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    assert {kind for kind, _ in BLOCKS} == {"console", "sh", "toml", "pycon", "python"}
    assert PAGE.count("```") == 2 * len(BLOCKS)
