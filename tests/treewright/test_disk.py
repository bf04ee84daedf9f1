"""Files are written whole, with their mode, and through no link."""

import os
import stat
from pathlib import Path

import pytest

from treewright.disk import is_regular, write_link, write_whole

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes and links of POSIX")


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o444])
def test_the_mode_is_kept(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "a"
    file.write_text("old")
    file.chmod(mode)
    write_whole(file, b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_new_file_is_as_any_other(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"new")
    (tmp_path / "other").write_text("")  # after it, so that the mask of modes is seen to be back
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_no_link_is_followed(tmp_path: Path) -> None:
    """Neither in the place of the file nor in that of a part that is yet to be renamed."""
    outside = tmp_path / "outside"
    outside.write_text("mine")
    outside.chmod(0o600)
    project = tmp_path / "project"
    project.mkdir()
    for name in ("a", "a.treewright", ".treewright-a"):
        (project / name).symlink_to("../outside")
    write_whole(project / "a", b"new")
    assert (project / "a").read_bytes() == b"new"
    assert not (project / "a").is_symlink()
    (project / "other").touch()
    assert (project / "a").stat().st_mode == (project / "other").stat().st_mode
    assert (outside.read_text(), stat.S_IMODE(outside.stat().st_mode)) == ("mine", 0o600)


def test_a_failure_leaves_all_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a"
    file.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(file, b"new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "old"}


def test_a_link_leads_elsewhere_at_once(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("old")
    write_link(tmp_path / "link", "new")
    assert [*tmp_path.iterdir()] == [tmp_path / "link"]
    assert str((tmp_path / "link").readlink()) == "new"


def test_only_files_are_regular(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "link.py").symlink_to("file")
    (tmp_path / "dead.py").symlink_to("nowhere")
    (tmp_path / "endless.py").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.py")
    assert [path.name for path in tmp_path.iterdir() if is_regular(path)] == ["file"]
