"""Copier's command in the process of the tests, which has its modules and templates at hand."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

from copier._cli import CopierApp
from plumbum import local

import rendering


def copier(command: str, *arguments: str | Path) -> str:
    """Run Copier with arguments that name every folder; give all that it and its hooks print.

    It has to succeed.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", buffering=1) as file:
        with _printing_to(file), local.env(**os.environ), rendering.remembering():
            _, status = CopierApp.run(["copier", command, *map(str, arguments)], exit=False)
        file.seek(0)
        printed = file.read()
    assert status == 0, printed
    return printed


@contextmanager
def _printing_to(file: TextIO) -> Iterator[None]:
    """Have this process, and all that it starts, print to a file."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(number) for number in (1, 2)]
    try:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
        with redirect_stdout(file), redirect_stderr(file):
            yield
    finally:
        for number, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, number)
            os.close(copy)
