"""A package loads its names on first use, and behaves as if it had loaded them before."""

import json
import subprocess
from pathlib import Path

import pytest

import lazily
import pythons
import rendering
from tiers import spread

EAGER = '''\
"""A Python package."""

from importlib import metadata as _metadata

from .durations import parse_duration

__all__ = ["__version__", "parse_duration"]

__version__ = _metadata.version("acme-tool")
'''
DIFFERENT = {
    "differs_in_a_patch_of_its_module": "a mock",
    "differs_in_what_is_listed": ["__version__", "parse_duration"],
    "differs_after_a_reload_of_its_module": True,
    "differs_when_deleted": "AttributeError: 'module' object has no attribute 'parse_duration'",
}
# Python itself keeps what it finds on first use (PEP 810).
DIFFERENT_BY_KEYWORD = {
    "patched_in_its_module": "a mock",
    "differs_in_a_patch_of_its_module": "a mock",
    "differs_in_what_is_listed": ["__version__", "parse_duration"],
}
# Python and the floor of the package.
RUNS = [(version, "3.11") for version in pythons.at_hand()]
RUNS += [(version, version) for version in pythons.at_hand() if version == "3.15"]

runs = pytest.mark.parametrize(
    ("version", "floor"), spread(RUNS, [RUNS[0], RUNS[-1]], names=2), ids=str
)
INFO = "acme_tool-0.1.0.dist-info"


@pytest.fixture
def source(template: Path, tmp_path: Path, floor: str) -> Path:
    """Make a lazy package that is installed: its metadata lies beside it."""
    answers = {"project_name": "acme-tool", "python_min": floor}
    source = rendering.render(template, tmp_path / "acme-tool", answers) / "src"
    (source / INFO).mkdir()
    (source / INFO / "METADATA").write_text("Name: acme-tool\nVersion: 0.1.0\n")
    return source


def run(version: str, *arguments: str | Path) -> str:
    """Run a Python, which has to end well and warn of nothing."""
    command = [pythons.at_hand()[version], "-I", "-W", "error", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@runs
def test_a_lazy_package_is_like_an_eager_one(source: Path, version: str, floor: str) -> None:
    lazy = json.loads(run(version, lazily.__file__, source))
    (source / "acme_tool/__init__.py").write_text(EAGER)
    eager = json.loads(run(version, lazily.__file__, source))
    differ = {name: outcome for name, outcome in lazy.items() if outcome != eager[name]}
    assert differ == (DIFFERENT_BY_KEYWORD if floor == "3.15" else DIFFERENT)
    assert len(lazy) == len(lazily.CASES) > len(DIFFERENT)


UNKNOWN = """\
import inspect, pydoc, sys
from unittest import mock
sys.path.insert(0, sys.argv[1])
import acme_tool
found = {}
exec("from acme_tool import *", found)
members = dict(inspect.getmembers(acme_tool))
specified = mock.create_autospec(acme_tool)
assert "parse_duration(text" in pydoc.plain(pydoc.render_doc(acme_tool))
assert dir(acme_tool) == ["__version__", "parse_duration"]
assert found["parse_duration"] is members["parse_duration"] is acme_tool.parse_duration
assert hasattr(specified, "parse_duration") and not hasattr(acme_tool, "missing")
versions = {found["__version__"], members["__version__"], getattr(acme_tool, "__version__", 1)}
assert versions == {acme_tool.__version__}
print(acme_tool.__version__)
"""


@runs
def test_a_version_that_nobody_knows(source: Path, version: str) -> None:
    """It is not installed, or installed halfway: nothing fails, and no version is made up."""
    assert run(version, "-c", UNKNOWN, source) == "0.1.0\n"
    for metadata in (b"", b"Name: acme-tool\n", b"Version: 1\n\xff"):
        (source / INFO / "METADATA").write_bytes(metadata)
        assert run(version, "-c", UNKNOWN, source) == "0+unknown\n"
    (source / INFO / "METADATA").unlink()
    assert run(version, "-c", UNKNOWN, source) == "0+unknown\n"
    (source / INFO).rmdir()
    assert run(version, "-c", UNKNOWN, source) == "0+unknown\n"
