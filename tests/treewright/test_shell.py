"""Commands in reports can be typed as they are."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from treewright import shell

UNKNOWN = "error: unrecognized subcommand 'build'\n\nUsage: uv [OPTIONS] <COMMAND>"


@pytest.mark.skipif(sys.platform == "win32", reason="asks a POSIX shell")
@pytest.mark.parametrize("word", ["a", "a b", "it's", '"', "$HOME", "a;b", "~", "\\", "é"])
def test_a_shell_reads_a_word_as_it_was(word: str) -> None:
    command = ["sh", "-c", f"printf %s {shell.quoted(word)}"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout.decode() == word


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        (r"C:\tools\prove.py", r"C:\tools\prove.py"),
        (r"C:\My files\prove.py", r'"C:\My files\prove.py"'),
        ("a&b", '"a&b"'),
    ],
)
def test_shells_of_windows_get_double_quotes(
    monkeypatch: pytest.MonkeyPatch, word: str, quoted: str
) -> None:
    monkeypatch.setattr(shell, "_WINDOWS", True)
    assert shell.quoted(word) == quoted


def test_several_commands_have_a_line_each() -> None:
    assert shell.steps(["a"]) == "a"
    assert shell.steps(["a", "b"]) == "\n  a\n  b"


def test_this_interpreter_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shell.python() == shell.quoted(sys.executable)
    name = Path(sys.executable).with_name("python")
    monkeypatch.setattr(sys, "executable", str(name))
    monkeypatch.setenv("PATH", str(name.parent))
    assert shell.python() == "python"
    monkeypatch.setenv("UV", "/usr/bin/uv")  # of uvx, whose PATH is not the person's
    assert shell.python() == shell.quoted(sys.executable)
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    assert shell.python() == "python"


def test_one_in_a_folder_with_a_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/a folder/python")
    assert shell.python() == "'/a folder/python'"
    monkeypatch.setattr(shell, "_WINDOWS", True)
    assert shell.python() == "py"


def program(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="makes programs of a POSIX shell")
def test_where_copier_runs_on_an_older_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another is named that runs, or uv, which fetches one."""
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("uv") is None
    assert shell.python() == "python3.11"
    program(tmp_path, "uv", "")
    assert shell.python() == "uv run --no-project --python 3.11 python"
    program(tmp_path, "python3.13", "exit 127")  # of a version manager, elsewhere than here
    assert shell.python() == "uv run --no-project --python 3.11 python"
    program(tmp_path, "python3.12", "")
    assert shell.python() == "python3.12"


@pytest.mark.parametrize("said", [UNKNOWN, "error: unexpected argument '--script' found"])
def test_an_old_uv_is_told_by_what_it_does_not_know(said: str) -> None:
    assert shell.too_old(said).startswith("uv is too old here: 0.4.19 or newer is needed; ")


@pytest.mark.parametrize("said", ["", "error: No solution found", "AttributeError: unexpected"])
def test_other_failures_have_other_reasons(said: str) -> None:
    assert shell.too_old(said) == ""
