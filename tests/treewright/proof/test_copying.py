"""The copy holds what a build may need and nothing of the machine's caches."""

import os
import shutil
from pathlib import Path

import pytest

from treewright.proof import copying
from treewright.proof.project import Project


def copied(tmp_path: Path, **build_system: object) -> Path:
    pyproject = {"project": {"name": "acme", "version": "1"}, "build-system": build_system}
    return copying.copy(Project(tmp_path / "project", pyproject), tmp_path / "copy")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in (
        "project/src/acme/__init__.py",
        "project/src/acme/dist/data.txt",
        "project/src/acme.egg-info/PKG-INFO",
        "project/src/acme.egg-info/SOURCES.txt",
        "project/dist/old.whl",
        "project/build/lib/acme.py",
        "project/.venv/pyvenv.cfg",
        "project/env/pyvenv.cfg",
        "project/node_modules/x/index.js",
        "project/.ruff_cache/1/.gitignore",
        "project/.ruff_cache/1/x",
        "project/.ruff_cache/2/y",
        "project/.tox/empty.egg-info/SOURCES.txt",
        "project/.hg/store",
        "outside/data.txt",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    return tmp_path / "project"


def files(place: Path) -> set[str]:
    return {path.relative_to(place).as_posix() for path in place.rglob("*") if not path.is_dir()}


@pytest.mark.usefixtures("folder")
def test_of_caches_and_old_builds_one_file_is_copied(tmp_path: Path) -> None:
    """It shows whether an archive would hold them."""
    assert files(copied(tmp_path)) == {
        "src/acme/__init__.py",
        "src/acme/dist/data.txt",
        "src/acme.egg-info/PKG-INFO",
        "dist/old.whl",
        "build/lib/acme.py",
        ".venv/pyvenv.cfg",
        "env/pyvenv.cfg",
        "node_modules/x/index.js",
        ".ruff_cache/1/x",
    }


@pytest.mark.usefixtures("folder")
def test_a_backend_that_builds_itself_finds_its_metadata(tmp_path: Path) -> None:
    place = copied(tmp_path, **{"backend-path": ["."]})
    assert (place / "src/acme.egg-info/SOURCES.txt").is_file()


def test_a_package_named_build_is_copied(tmp_path: Path, folder: Path) -> None:
    (folder / "build/__init__.py").touch()
    assert (copied(tmp_path) / "build/__init__.py").is_file()


def test_links(tmp_path: Path, folder: Path) -> None:
    (folder / "file.txt").symlink_to("../outside/data.txt")
    (folder / "inside").symlink_to("src")
    (folder / "outside").symlink_to("../outside")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "fifo")
    assert not {"file.txt", "outside"} & set(os.listdir(copied(tmp_path)))  # noqa: PTH208
    shutil.rmtree(tmp_path / "copy")
    (tmp_path / ".git").mkdir()  # now they stay in a repository
    place = copied(tmp_path)
    assert (place / "file.txt").read_text() == "outside/data.txt"
    assert not (place / "file.txt").is_symlink()
    assert (place / "inside").readlink() == Path("src")
    assert (place / "outside").readlink() == (tmp_path / "outside").resolve()
    assert not {"dangling", "loop", "fifo"} & set(os.listdir(place))  # noqa: PTH208


def test_read_only_files_can_be_written_in_the_copy(tmp_path: Path, folder: Path) -> None:
    (folder / "src/acme/__init__.py").chmod(0o444)
    assert (copied(tmp_path) / "src/acme/__init__.py").stat().st_mode & 0o200


def test_place_in_a_repository(tmp_path: Path, folder: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / ".gitignore").write_text("*.log\n")
    place = copied(tmp_path)
    assert place == tmp_path / "copy/project"
    assert (tmp_path / "copy/.gitignore").read_text() == "*.log\n"
    assert (tmp_path / "copy/.git/commondir").read_text() == f"{tmp_path.resolve()}/.git\n"
    assert folder.is_dir()
