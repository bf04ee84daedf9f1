"""What the tests of `treewright fleet` share."""

from pathlib import Path

import pytest
from filelock import FileLock

import fleets
from adopting import from_clone
from conftest import shared_folder
from treewright.fleet import rehearsing


@pytest.fixture(scope="session")
def shelf(tagged: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template with a next release, and projects of the one before. Do not write."""
    folder = shared_folder(tmp_path_factory) / "fleet"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            fleets.prepare(tagged, folder)
    return folder


@pytest.fixture
def template(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That template, as the one that the code of this process belongs to."""
    from_clone(shelf / "treewright", monkeypatch)
    return shelf / "treewright"


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, made up. Do not write."""
    return fleets.made_up(shared_folder(tmp_path_factory))


@pytest.fixture
def world(made_up: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is made up, as that which the code of this process belongs to."""
    from_clone(made_up / "treewright", monkeypatch)
    monkeypatch.setattr(rehearsing, "prove", fleets.prove_made_up)
    return made_up
