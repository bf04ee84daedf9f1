"""The wheel's metadata is compared with pyproject.toml."""

import tomllib
from pathlib import Path

import pytest

from treewright.proof import metadata
from treewright.proof.archives import Wheel
from treewright.proof.project import Project

GOOD = "Name: acme-tool\nVersion: 1.0\nLicense-Expression: MIT\nLicense-File: LICENSE\n"


def found(folder: Path, declared: str, fields: str, files: str = "acme_tool/__init__.py") -> str:
    (folder / "LICENSE").touch()
    pyproject = tomllib.loads(f'[project]\nname = "acme-tool"\nversion = "1.0"\n{declared}')
    info = {"METADATA": fields, "licenses/LICENSE": ""}
    wheel = Wheel(folder, frozenset([files]), info, [])
    sdist = {"Version": ["1.0"]}
    return "\n".join(map(str, metadata.findings(Project(folder, pyproject), sdist, wheel)))


@pytest.mark.parametrize(
    "declared",
    [
        "",
        'license = "mit"\nlicense-files = ["LICEN*"]',
        'license = { file = "LICENSE" }',
        'license = { text = "MIT" }',
    ],
)
def test_good(tmp_path: Path, declared: str) -> None:
    assert found(tmp_path, declared, GOOD) == ""


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("acme-tool", "acme", "wheel: its name is acme, not acme-tool; fix [project] name"),
        ("1.0", "1.1", "wheel: its version is 1.1, pyproject.toml says 1.0; keep one source"),
        ("1.0", "1.1", "sdist: its version is 1.0, the wheel's is 1.1; make the version"),
        ("MIT", "ISC", "wheel: its license is ISC, not MIT; fix [project] license"),
        ("File: LICENSE", "File: NOTICE", "wheel: License-File names NOTICE, which it does not"),
    ],
)
def test_mismatch(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert fault in found(tmp_path, 'license = "MIT"', GOOD.replace(old, new))


def test_import_names(tmp_path: Path) -> None:
    declared = 'import-names = ["acme_tool"]'
    assert found(tmp_path, declared, GOOD) == ""  # the backend does not know the key
    assert found(tmp_path, declared, GOOD + "Import-Name: acme_tool\n") == ""
    assert "wheel: Import-Name is acme_tol, not acme_tool; fix [project] import-names" in found(
        tmp_path, declared, GOOD + "Import-Name: acme_tol\n"
    )
    assert "import-names has other, which the wheel does not hold; fix" in found(
        tmp_path, 'import-names = ["other"]', GOOD
    )
