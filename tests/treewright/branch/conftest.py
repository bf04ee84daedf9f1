"""What the tests of `treewright finish` share."""

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from conftest import shared_folder
from finishing import branch
from test_update_faults import prepare


@pytest.fixture(scope="session")
def shelf(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template with a newer release, and a project of the older that people have worked on."""
    folder = shared_folder(tmp_path_factory) / "finishing"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            prepare(checkout, folder)
    return folder


@pytest.fixture
def project(shelf: Path, tmp_path: Path) -> Path:
    """That project, on a branch."""
    made = shutil.copytree(shelf / "before" / "acme-tool", tmp_path / "acme-tool")
    branch(made)
    return made
