"""The words of uv, pip and backends are told apart: the project's fault, or the environment's."""

import pytest

from proof import building
from proof.findings import UnprovenError

RESOLVE = """\
Building source distribution...
error: Failed to build `/tmp/p`
  cause: Failed to resolve requirements from `build-system.requires`
  cause: No solution found when resolving: `hatchling>=99`
"""
BACKEND = """\
Building source distribution...
Traceback (most recent call last):
  File "<string>", line 14, in <module>
ValueError: no such folder
some more words
error: Failed to build `/tmp/p`
  cause: The build backend returned an error
  cause: Call to `x.build_sdist` failed (exit status: 1)

hint: Build failures usually indicate a problem with the package or the build environment
"""


@pytest.mark.parametrize(
    ("output", "line"),
    [
        (RESOLVE + "  cause: Because only hatchling<=1 is available.\n", "Because only hatchling"),
        (BACKEND, "ValueError: no such folder;"),
        (BACKEND.replace("no such folder", "Connection refused"), "ValueError: Connection refused"),
        ("error: Failed to build `/p`\n  cause: Expected a Python module at: src\n", "Expected a"),
        ("ERROR: x\n* Getting\nKeyError: 'a'\nERROR Backend subprocess exited\n", "KeyError: 'a'"),
    ],
)
def test_fault_of_the_project(output: str, line: str) -> None:
    found = str(building.failure(2, output, sdist_built=False))
    assert found.startswith(f"pyproject.toml: the project does not build: {line}")


@pytest.mark.parametrize(
    ("status", "output", "sentence"),
    [
        (2, RESOLVE + "  cause: Failed to fetch: http://x/\n", "could not fetch hatchling>=99: "),
        (2, RESOLVE + "hint: as the network was disabled\n", "could not fetch hatchling>=99: "),
        (2, BACKEND + "OSError: No space left on device\n", "(No space left on device)."),
        (-9, "", "The build was stopped by signal 9."),
        (2, "error: Failed to initialize cache at `/x`\n", "could not start (error: Failed to"),
        (2, "error: unrecognized subcommand 'build'\n", "0.4.19 or newer is needed"),
        (2, "  x Failed to build\n  I/O operation failed during extraction\n", "update it"),
        (2, "error: Failed to build\n  cause: No interpreter found at x\n", "found no Python"),
        (1, "ERROR: NewConnectionError\nNo matching distribution found for a\n", "not fetch a: "),
    ],
)
def test_fault_of_the_environment(status: int, output: str, sentence: str) -> None:
    with pytest.raises(UnprovenError) as raised:
        building.failure(status, output, sdist_built=False)
    assert sentence in str(raised.value)


def test_an_sdist_that_does_not_build_is_named() -> None:
    found = building.failure(2, BACKEND, sdist_built=True)
    assert found.what.startswith("the wheel does not build from the sdist: ValueError")
