"""The tree, and what pyproject.toml says of it, shows which packages are meant."""

import tomllib
from pathlib import Path

import pytest

from treewright.proof.packages import ImportPackage, find, locate
from treewright.proof.project import Project

INIT = "/__init__.py"


def found(folder: Path, files: list[str], tables: str = "", name: str = "acme-tool") -> list[str]:
    for path in files:
        file = folder / (path + INIT if not path.endswith((".py", ".pyi", ".txt")) else path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    pyproject = tomllib.loads(f'[project]\nname = "{name}"\n{tables}')
    return [package.folder for package in find(Project(folder, pyproject))]


@pytest.mark.parametrize(
    ("files", "packages"),
    [
        (["src/acme_tool"], ["src/acme_tool"]),
        (["acme_tool", "tests", "docs/conf.py"], ["acme_tool"]),
        (["src/Acme_Tool"], ["src/Acme_Tool"]),
        (["src/acme/tool"], ["src/acme/tool"]),
        (["acme/tool", "acme/other"], ["acme/tool"]),
        (["src/acme_tool.py"], ["src/acme_tool"]),
        (["acme_tool.py"], ["acme_tool"]),
        (["src/acme", "src/acme/tool"], ["src/acme/tool"]),  # a stray __init__.py in acme
        (["src/acme", "src/acme/core.py", "src/acme/tool"], ["src/acme"]),
        (["src/other", "src/more"], ["src/more", "src/other"]),
        (["src/a/b/c", "src/a/b/d.py"], ["src/a/b"]),
        (["src/a/b/c"], ["src/a/b/c"]),
        (["other", "tests", "scripts"], ["other"]),
        (["lib/acme_tool"], ["lib/acme_tool"]),
        (["one", "two"], []),
        (["src", "src/core.py"], []),  # CMake may install src/ under another name
        (["tests/test_a.py"], []),
    ],
)
def test_found_by_the_tree(tmp_path: Path, files: list[str], packages: list[str]) -> None:
    assert found(tmp_path, files) == packages


@pytest.mark.parametrize(
    ("name", "package"),
    [("acme.data.tool", "acme/data/tool"), ("Acme-Data_Tool", "acme/data/tool")],
)
def test_found_by_a_name_of_three_parts(tmp_path: Path, name: str, package: str) -> None:
    assert found(tmp_path, [f"src/{package}", "src/acme/x"], name=name) == [f"src/{package}"]


TREE = ["src/one", "src/one/inner", "src/two", "src/acme/x", "src/acme/y", "tests", "flat", "m.py"]


@pytest.mark.parametrize(
    ("tables", "packages"),
    [
        ('import-names = ["one", "two; private"]', ["src/one", "src/two"]),
        ('[tool.uv.build-backend]\nmodule-name = "acme.x"', ["src/acme/x"]),
        ('[tool.uv.build-backend]\nmodule-name = ["one", "two"]', ["src/one", "src/two"]),
        ('[tool.uv.build-backend]\nmodule-name = "acme"', ["src/acme/x", "src/acme/y"]),
        ('[tool.flit.module]\nname = "acme.y"', ["src/acme/y"]),
        ('[tool.hatch.build.targets.wheel]\npackages = ["src/one"]', ["src/one"]),
        ('[tool.hatch.build.targets.wheel]\nonly-include = ["src/acme/x"]', ["src/acme/x"]),
        ('[tool.hatch.build.targets.wheel]\npackages = ["flat", "tests"]', ["flat"]),
        ('[tool.pdm.build]\nincludes = ["src/two/**/*.py", "README.md"]', ["src/two"]),
        ('[[tool.poetry.packages]]\ninclude = "acme/x"\nfrom = "src"', ["src/acme/x"]),
        ('[[tool.poetry.packages]]\ninclude = "m.py"', ["m"]),
        ('[tool.setuptools]\npackages = ["one", "one.inner"]', ["src/one"]),
        ('[tool.setuptools]\npy-modules = ["m"]', ["m"]),
        (
            '[tool.setuptools.packages.find]\nwhere = ["src"]\ninclude = ["acme", "acme.x*"]',
            ["src/acme/x"],
        ),
        ('[tool.setuptools.packages.find]\ninclude = ["one", "one.*"]', ["src/one"]),
    ],
)
def test_found_by_declaration(tmp_path: Path, tables: str, packages: list[str]) -> None:
    assert found(tmp_path, TREE, tables) == packages


def test_locate_the_packages_of_a_wheel(tmp_path: Path) -> None:
    found(tmp_path, ["python/deep"])
    assert locate(tmp_path, ["deep", "not here", "absent"]) == [ImportPackage("deep", "python")]


def test_files(tmp_path: Path) -> None:
    found(tmp_path, ["src/acme/tool", "src/acme/tool/data/a.txt", "src/acme/other.py"])
    assert ImportPackage("acme.tool", "src").files(tmp_path) == {
        "acme/tool/__init__.py": "src/acme/tool/__init__.py",
        "acme/tool/data/a.txt": "src/acme/tool/data/a.txt",
    }
    assert ImportPackage("acme.other", "src").files(tmp_path) == {
        "acme/other.py": "src/acme/other.py"
    }


def test_parents() -> None:
    assert ImportPackage("acme.data.tool", ".").parents == ["acme", "acme/data"]


@pytest.mark.parametrize(
    ("files", "tables", "packages"),
    [
        (["acme-stubs/__init__.pyi"], "", ["acme-stubs"]),
        (["src/acme-stubs/inner/__init__.pyi"], "", ["src/acme-stubs"]),  # of a namespace
        (["acme-stubs/__init__.pyi", "more-stubs/__init__.pyi"], "", ["acme-stubs", "more-stubs"]),
        (["acme_tool", "acme_tool-stubs/__init__.pyi"], "", ["acme_tool"]),
        (
            ["acme/__init__.py", "acme-stubs/__init__.pyi"],
            '[tool.hatch.build.targets.wheel]\npackages = ["acme", "acme-stubs"]',
            ["acme", "acme-stubs"],
        ),
    ],
)
def test_stubs(tmp_path: Path, files: list[str], tables: str, packages: list[str]) -> None:
    assert found(tmp_path, files, tables, name="acme-tool") == packages
