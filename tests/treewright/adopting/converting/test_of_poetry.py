"""What stays in [tool.poetry], and what cannot leave it."""

import tomllib
from pathlib import Path

import pytest

from treewright.adopting.converting import UnconvertedError, of_poetry

POETRY = """\
[tool.poetry]
name = "acme"
readme = ["A.md", "B.md"]
version = "0"

[tool.poetry.dependencies]
python = "^3.9"
attrs = "*"
click = { version = "*", optional = true } # in no extra
own = { version = "*", source = "own" }

[tool.poetry.scripts]
a = "b:c"
d = { reference = "bin/d", type = "file" }

[build-system]
requires = ["poetry-core", "poetry-dynamic-versioning"]
build-backend = "poetry_dynamic_versioning.backend"
"""
TOLD = {"METADATA: Requires-Dist": ["attrs", "own"]}


def test_what_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a plugin works out, several texts, files as scripts, and what no requirement says."""
    monkeypatch.setattr(of_poetry, "by_tool", lambda *_: '[project]\nname = "a"\nversion = "0"\n')
    (tmp_path / "pyproject.toml").write_text(POETRY)
    found = of_poetry.draft(tmp_path, tomllib.loads(POETRY), TOLD)
    assert found.data["project"] == {"name": "a", "dynamic": ["version", "readme", "classifiers"]}
    assert [".".join(key[2:]) for key in found.gone] == [
        "name",
        "scripts.a",
        "dependencies.python",
        "dependencies.attrs",
    ]


def test_what_lies_beside_the_project_is_refused(tmp_path: Path) -> None:
    told = {"METADATA: Requires-Dist": ["own @ file:///home/ann/own"]}
    with pytest.raises(UnconvertedError, match=r"^own is required from a path of this machine"):
        of_poetry.draft(tmp_path, tomllib.loads(POETRY), told)


def test_the_backend_of_former_times() -> None:
    old = {"requires": ["poetry>=0.12", "own"], "build-backend": "poetry.masonry.api"}
    assert of_poetry.build_system({"build-system": old}) == {
        "requires": ["own"],
        "build-backend": "poetry.core.masonry.api",
    }
