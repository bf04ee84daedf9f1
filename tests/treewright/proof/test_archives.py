"""Wheels and sdists are read as their specifications say, and never trusted."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from treewright.proof import archives, contents
from treewright.proof.packages import ImportPackage
from treewright.proof.project import Project

METADATA = "Name: a\nVersion: 1\nLicense-File: L\nLicense-File: M\n\nbody: no\n"


def wheel(folder: Path, files: dict[str, str]) -> archives.Wheel:
    path = folder / "acme_tool-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return archives.read_wheel(path)


def test_wheel(tmp_path: Path) -> None:
    read = wheel(
        tmp_path,
        {
            "acme/": "",
            "acme/tool.py": "",
            "a-1.data/purelib/b.py": "",
            "a-1.data/scripts/run": "",
            "a-1.dist-info/METADATA": METADATA,
            "a-1.dist-info/WHEEL": "Root-Is-Purelib: false\n",
            "a-1.dist-info/licenses/L": "text",
        },
    )
    assert read.files == {"acme/tool.py", "b.py"}
    assert read.metadata == {"Name": ["a"], "Version": ["1"], "License-File": ["L", "M"]}
    assert read.version == "1"
    assert not read.pure
    assert read.unsafe == []
    archives.unpack(read, tmp_path / "site")
    assert (tmp_path / "site/acme/tool.py").is_file()
    assert (tmp_path / "site/b.py").is_file()


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "acme/../../evil.py", "acme//evil.py"])
def test_wheel_that_would_write_elsewhere(tmp_path: Path, name: str) -> None:
    read = wheel(tmp_path, {"acme.py": "", name: ""})
    assert read.unsafe == [name]
    assert read.files == {"acme.py"}
    project = Project(tmp_path, {"project": {"name": "acme"}})
    package = ImportPackage("acme", ".")
    found = contents.wheel_findings(project, [package], contents.Chain(frozenset(), read, tmp_path))
    assert f"wheel: it would write elsewhere: {name}; fix the build" in map(str, found)


def test_sdist(tmp_path: Path) -> None:
    path = tmp_path / "a-1.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in {"a-1/PKG-INFO": b"Name: a\n\nbody", "a-1/src/a.py": b""}.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    files, fields = archives.read_sdist(path)
    assert files == {"PKG-INFO", "src/a.py"}
    assert fields == {"Name": ["a"]}


def test_entry_points() -> None:
    text = "# x\n[console_scripts]\nacme = acme.cli:main [extra]\n\n[acme.plugins]\none=acme.one\n"
    assert archives.entry_points(text) == [
        ("console_scripts", "acme", "acme.cli", "main"),
        ("acme.plugins", "one", "acme.one", ""),
    ]
