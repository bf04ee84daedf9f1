"""Metadata from older places become a [project] table, and the wheel stays what it was."""

import json
import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from repositories import commit, git, snapshot
from tiers import full, spread
from treewright import disk, machine
from treewright.adopting import command, wheels
from treewright.adopting.converting import Converted, UnconvertedError, convert

PACKAGE = {
    "src/acme_tool/__init__.py": '__version__ = "1.2.3"\n\n\ndef main() -> None:\n    """Ä."""\n',
    "src/acme_tool/data/a.json": "{}\n",
    "src/acme_tool/data/b.bak": "old\n",
    "src/acme_tool/py.typed": "",
    "README.md": "# Äcme\n\nA tool.\n",
    "CHANGES.rst": "Chänges\n=======\n",
    "LICENSE": "MIT License\n",
    "NOTICE.txt": "Notice\n",
}
POETRY = """\
# The tool.
[tool.poetry]
name = "acme-tool"
version = "1.2.3" # by hand
description = "Ä tool."
authors = ["Ann Äuthor <ann@example.org>", "Bob <bob@example.org>"]
maintainers = ["Mo <mo@example.org>"]
license = "MIT"
readme = "README.md"
homepage = "https://example.org"
repository = "https://example.org/repo"
keywords = ["tool", "acme"]
classifiers = ["Topic :: Utilities"]
packages = [{ include = "acme_tool", from = "src" }]
include = [{ path = "CHANGES.rst", format = "sdist" }]
exclude = ["**/*.bak"]

[tool.poetry.dependencies]
python = "~3.9 || ^3.11"
attrs = "^23.1" # for classes
click = { version = "~8.1", optional = true }
tomli = { version = "*", python = "<3.11" }
rich = [{ version = "^12", python = "<3.10" }, { version = "^13", python = ">=3.10" }]
anyio = { git = "https://example.org/anyio.git", rev = "abc" }
trio = { version = ">=0.20", source = "own" }

[tool.poetry.extras]
cli = ["click"]

[tool.poetry.group.dev.dependencies]
pytest = "^8"

[tool.poetry.scripts]
acme = "acme_tool:main"

[tool.poetry.plugins."acme.plugins"]
one = "acme_tool:main"

[tool.poetry.urls]
"Bug Tracker" = "https://example.org/bugs"

[[tool.poetry.source]]
name = "own"
url = "https://example.org/simple"
priority = "supplemental"

[tool.black]
line-length =   88 # wide

[build-system]
requires = ["poetry-core>=1.0.0"]
build-backend = "poetry.core.masonry.api"
"""
CFG = """\
[metadata]
name = acme-tool
version = attr: acme_tool.__version__
description = Ä tool # of all
long_description = file: README.md, CHANGES.rst
long_description_content_type = text/markdown
url = https://example.org/#tool
home_page = https://example.org/#tool
download_url = https://example.org/files
project_urls =
    Bug Tracker = https://example.org/bugs
author = Ann Äuthor, Bob
author_email = ann@example.org, bob@example.org
maintainer = Mo
maintainer_email = mo@example.org
classifiers =
    # of the index
    License :: OSI Approved :: MIT License
    Topic :: Utilities
license = MIT License
license_files =
    NOTICE.txt
keywords = tool, acme
platforms = any, linux
provides = acme
obsoletes = acme_old

[options]
zip_safe = False
setup_requires =
    setuptools>=61
install_requires =
    # for classes
    attrs >=23.1
    tomli; python_version < "3.11"
tests_require = pytest
python_requires = >=3.9
packages = find:
package_dir =
    =src
include_package_data = False
scripts = bin/run.sh
test_suite = tests
test_loader = loads

[options.packages.find]
where = src
exclude =
    tests*

[options.package_data]
* = *.typed
acme_tool = data/*

[options.exclude_package_data]
* = *.bak

[options.extras_require]
cli = click>=8.1
all =
    rich; python_version < "3.12"
    click

[options.entry_points]
console_scripts =
    acme = acme_tool:main
acme.plugins =
    one = acme_tool:main

[options.data_files]
share/acme = CHANGES.rst

# Style
[flake8]
max-line-length = 100

[bdist_wheel]
python_tag = py39
"""
SETUP = '''\
#!/usr/bin/env python
"""Build."""

from setuptools import find_packages, setup

NEEDS = ["attrs>=23.1", 'tomli; python_version < "3.11"']

with open("README.md", encoding="utf-8") as file:
    LONG = file.read()

setup(
    name="acme-tool",
    version="1.2.3",
    description="Ä tool.",
    long_description=LONG,
    author="Doe, Ann",
    author_email="ann@example.org",
    url="https://example.org",
    project_urls={"Bug Tracker": "https://example.org/bugs"},
    license="MIT",
    classifiers=["License :: OSI Approved :: MIT License", "Topic :: Utilities"],
    keywords="tool acme",
    platforms="any",
    packages=find_packages("src"),
    package_dir={"": "src"},
    package_data={"": ["*.typed"], "acme_tool": ["data/*.json"]},
    zip_safe=False,
    python_requires=">=3.9",
    install_requires=NEEDS,  # for classes
    extras_require={"cli": ["click"], ':os_name == "nt"': ["colorama"]},
    entry_points="""
        [console_scripts]
        acme = acme_tool:main
    """,
    tests_require=["pytest"],
    test_suite="tests",
)
'''


BOTH = {
    "setup.cfg": """\
[metadata]
name = acme-tool
version = attr: acme_tool.__version__
[options]
packages = find:
package_dir =
    = src
[options.packages.find]
where = src
""",
    "setup.py": """\
from setuptools import Command, setup


class Own(Command):
    user_options = []


setup(name='other', version='0', install_requires=['attrs'], cmdclass={'own': Own})
""",
}
MINIMAL = """\
from setuptools import setup
setup(name='a', version='1', license='MIT', py_modules=[])
"""
OLD = "[build-system]\nrequires = ['setuptools<70']\n"


def project(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in {**PACKAGE, **files}.items():
        path = folder / "acme" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    git("init", "--quiet", cwd=folder / "acme")
    commit(folder / "acme")
    return folder / "acme"


def settings(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text("utf-8-sig"))


def refused(folder: Path) -> UnconvertedError:
    before = snapshot(folder)
    with pytest.raises(UnconvertedError) as error:
        convert(folder)
    assert snapshot(folder) == before
    assert git("status", "--porcelain", cwd=folder) == ""
    return error.value


def check_poetry(folder: Path, done: Converted) -> None:
    assert {*done.files} == {"pyproject.toml"}
    assert any("poetry lock" in line for line in done.done)
    said = settings(folder)
    assert said["project"].pop("dependencies") == [
        "attrs>=23.1,<24",
        'tomli; python_version < "3.11"',
        'rich<13,>=12; python_version < "3.10"',
        'rich<14,>=13; python_version >= "3.10"',
        "anyio @ git+https://example.org/anyio.git@abc",
        "trio>=0.20",
    ]
    assert said["project"] == {
        "name": "acme-tool",
        "dynamic": ["requires-python", "classifiers"],
        "version": "1.2.3",
        "description": "Ä tool.",
        "readme": "README.md",
        "license": "MIT",
        "authors": [
            {"name": "Ann Äuthor", "email": "ann@example.org"},
            {"name": "Bob", "email": "bob@example.org"},
        ],
        "maintainers": [{"name": "Mo", "email": "mo@example.org"}],
        "keywords": ["tool", "acme"],
        "optional-dependencies": {"cli": ["click>=8.1,<8.2"]},
        "scripts": {"acme": "acme_tool:main"},
        "entry-points": {"acme.plugins": {"one": "acme_tool:main"}},
        "urls": {
            "Homepage": "https://example.org",
            "Repository": "https://example.org/repo",
            "Bug Tracker": "https://example.org/bugs",
        },
    }
    tool = tomllib.loads(POETRY)["tool"]
    kept = {
        name: tool["poetry"][name] for name in ("classifiers", "packages", "include", "exclude")
    }
    kept |= {name: tool["poetry"][name] for name in ("group", "source")}
    needed = tool["poetry"]["dependencies"]
    kept["dependencies"] = {name: needed[name] for name in ("python", "trio")}
    assert said["tool"] == {"poetry": kept, "black": tool["black"]}
    text = (folder / "pyproject.toml").read_text(encoding="utf-8")
    for part in (
        "# The tool.\n[tool.poetry]\nclassifiers",
        "\n# by hand\nversion = ",
        '\n    # for classes\n    "attrs',
        "line-length =   88 # wide\n",
    ):
        assert part in text
    assert sum(map(text.count, ("# by hand", "# for classes"))) == 2


def check_cfg(folder: Path, done: Converted) -> None:
    assert {*done.files} == {"pyproject.toml", "setup.cfg", ".flake8"}
    assert (folder / ".flake8").read_text() == "# Style\n[flake8]\nmax-line-length = 100\n"
    assert (folder / "setup.cfg").read_text() == "[bdist_wheel]\npython_tag = py39\n"
    said = settings(folder)
    assert said["build-system"]["requires"] == ["setuptools>=77.0.3"]
    assert said["dependency-groups"] == {"test": ["pytest"]}
    assert said["project"]["license"] == "MIT"
    assert said["project"]["license-files"] == ["NOTICE.txt"]
    assert said["project"]["classifiers"] == ["Topic :: Utilities"]
    assert said["project"]["description"] == "Ä tool # of all"
    text = (folder / "pyproject.toml").read_text(encoding="utf-8")
    assert "# for classes" in text
    assert "# of the index" in text
    assert sum("no tool reads it any longer" in line for line in done.done) == 2


def check_script(folder: Path, _: Converted) -> None:
    left = (folder / "setup.py").read_text()
    assert left == SETUP[: SETUP.index("from")] + "from setuptools import setup\n\nsetup()\n"
    described = settings(folder)["project"]
    assert described["readme"] == "README.md"
    assert described["authors"] == [{"name": "Doe, Ann", "email": "ann@example.org"}]
    assert described["keywords"] == ["tool acme"]
    assert "# for classes\ndependencies = [" in (folder / "pyproject.toml").read_text("utf-8")


def check_poetry_beside(folder: Path, done: Converted) -> None:
    """What builds the package counts: setuptools, where no backend is named."""
    assert settings(folder)["tool"]["poetry"] == {"name": "own"}
    assert done.files["setup.py"] == b"from setuptools import setup\n\nsetup()\n"


def check_both(folder: Path, done: Converted) -> None:
    """What setup.py says counts before setup.cfg; what has no place elsewhere stays in it."""
    assert done.files["setup.cfg"] is None
    assert not (folder / "setup.cfg").exists()
    assert (folder / "setup.py").read_text().endswith("\nsetup(cmdclass={'own': Own})\n")
    described = settings(folder)["project"]
    assert described == {"name": "other", "version": "0", "dependencies": ["attrs"]}


def check_requirements(folder: Path, done: Converted) -> None:
    assert {*done.files} == {"pyproject.toml"}
    said = settings(folder)
    assert said["project"] == {
        "name": "acme-tool",
        "dynamic": ["version"],
        "dependencies": ["attrs"],
    }
    assert said["dependency-groups"] == {"dev": ["pytest"]}
    assert done.done[-1] == "There was no wheel before to compare with."
    assert wheels.build(folder)["METADATA: Version"] == ["1.2.3"]


def check_no_backend(folder: Path, _: Converted) -> None:
    """Poetry takes poetry-core, where all others take setuptools."""
    said = settings(folder)
    assert said["project"]["name"] == "acme-tool"
    assert said["build-system"] == {
        "requires": ["poetry-core>=2.2"],
        "build-backend": "poetry.core.masonry.api",
    }


CASES: dict[str, tuple[Callable[[Path, Converted], None], dict[str, str]]] = {
    "[tool.poetry]": (check_poetry, {"pyproject.toml": POETRY, "poetry.lock": "\n"}),
    "[tool.poetry], without a backend": (
        check_no_backend,
        {"pyproject.toml": POETRY[: POETRY.index("[build-system]")]},
    ),
    "setup.cfg": (
        check_cfg,
        {
            "setup.cfg": CFG,
            "setup.py": "import setuptools\n\nsetuptools.setup()\n",
            "bin/run.sh": "#!/bin/sh\n",
        },
    ),
    "setup.py": (check_script, {"setup.py": SETUP}),
    "setup.py, beside Poetry": (
        check_poetry_beside,
        {"setup.py": MINIMAL, "pyproject.toml": "[tool.poetry]\nname = 'own'\n"},
    ),
    "setup.cfg and setup.py": (check_both, BOTH),
    "Pipfile": (
        check_requirements,
        {"Pipfile": '[packages]\nattrs = "*"\n[dev-packages]\npytest = "*"\n'},
    ),
    "requirements.txt": (
        check_requirements,
        {
            "requirements.txt": "-r more.txt\n",
            "more.txt": "attrs # for classes\n",
            "requirements-dev.txt": "pytest\n",
        },
    ),
}


@pytest.mark.parametrize("case", spread(CASES, ["[tool.poetry]"]))
def test_the_wheel_stays_what_it_is(tmp_path: Path, case: str) -> None:
    check, files = CASES[case]
    folder = project(tmp_path, files)
    done = convert(folder)
    assert done.source == case.partition(",")[0]
    changed = git("status", "--porcelain", "--untracked-files=all", cwd=folder).splitlines()
    assert {line[3:] for line in changed} == {*done.files}
    check(folder, done)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"pyproject.toml": '[project]\nname = "a"\n'},
            "has a [project] table: there is nothing to convert",
        ),
        ({"pyproject.toml": "[project\n"}, "pyproject.toml cannot be read: "),
        ({"pyproject.toml": "[tool.flit.metadata]\n"}, "No tool converts [tool.flit.metadata]"),
        ({"pyproject.toml": "[tool.poetry]\npackage-mode = false\n"}, "this is no package"),
        ({}, "There is no metadata to convert"),
        (
            {"pyproject.toml": "[build-system]\nbuild-backend = 'maturin'\n"},
            "The backend maturin has its metadata where no tool can read it",
        ),
        ({"requirements.txt": "-e ../x\n"}, "line 1: '-e ../x' has no place in [project]"),
        ({"requirements.txt": "a\n", "src/b/__init__.py": ""}, "several packages (acme_tool, b)"),
        full({"setup.py": "raise SystemExit('no')\n"}, "The project does not build"),
        full({"setup.py": MINIMAL, "pyproject.toml": OLD}, "[build-system] requires setuptools<70"),
        full(
            {"setup.py": MINIMAL.replace("'a'", "'a'.title()")},
            "setup.py works out name when it runs",
        ),
    ],
)
def test_it_is_refused(tmp_path: Path, files: dict[str, str], said: str) -> None:
    error = refused(project(tmp_path, files))
    assert said in str(error)
    assert error.status == 1


def test_another_wheel_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the tools make of it; but for what is another each time."""
    before = {"METADATA: License": ["MIT"], "time": ["1"]}
    after = {"METADATA: License-Expression": ["ISC"], "time": ["2"]}
    made = iter([before, after, {**before, "time": ["3"]}])
    monkeypatch.setattr(wheels, "build", lambda _: next(made))
    folder = project(tmp_path, {"setup.py": MINIMAL})
    said = "The wheel would not be what it is: METADATA: License-Expression: MIT -> ISC."
    assert str(refused(folder)) == said


def test_a_description_gets_a_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    after = {
        "METADATA: Description-Content-Type": ["text/markdown"],
        "METADATA: Description": ["A"],
    }
    made = iter([{"METADATA: Description": ["A"]}, after])
    monkeypatch.setattr(wheels, "build", lambda _: next(made))
    done = convert(project(tmp_path, {"setup.py": MINIMAL}))
    assert "The description is text/markdown now; it had no type, which" in done.done[-2]
    assert "A build from source needs Python 3.9 now; " in done.done[1]


@pytest.mark.parametrize(
    ("cause", "status"), [(None, 1), (OSError("no network"), 2)], ids=["project", "machine"]
)
def test_whose_fault_a_build_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cause: Exception | None, status: int
) -> None:
    def build(_: Path) -> wheels.Contents:
        raise wheels.NotBuiltError("the build fails.") from cause

    monkeypatch.setattr(wheels, "build", build)
    error = refused(project(tmp_path, {"setup.py": MINIMAL}))
    assert (str(error).lower(), error.status) == ("the build fails.", status)


def test_all_is_written_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a full disk."""
    folder = project(tmp_path, {"setup.py": MINIMAL})
    whole = disk.write_whole

    def write(path: Path, data: bytes) -> None:
        if path == folder / "setup.py":
            raise OSError(28, "No space left on device", str(path))
        whole(path, data)

    monkeypatch.setattr(wheels, "build", lambda _: {"METADATA: License": ["MIT"]})
    monkeypatch.setattr(disk, "write_whole", write)
    error = refused(folder)
    assert error.status == 2
    assert str(error).endswith("setup.py cannot be written (No space left on device).")


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(MINIMAL)
    folder = project(tmp_path, {})
    (folder / "setup.py").symlink_to(tmp_path / "elsewhere")
    commit(folder)
    assert str(refused(folder)) == "setup.py is a link; put the file itself there first."


@pytest.mark.parametrize("lacks", ["uv", "network"])
def test_what_the_machine_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacks: str
) -> None:
    folder = project(tmp_path, {"requirements.txt": "attrs\n"})
    if lacks == "uv":
        monkeypatch.setattr(machine, "uv", lambda: None)
    else:
        monkeypatch.setenv("UV_OFFLINE", "1")
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cold"))
    error = refused(folder)
    assert error.status == 2
    assert str(error).startswith("uv is needed" if lacks == "uv" else "The tool that converts")


def test_line_ends_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "build", lambda _: {"METADATA: License": ["MIT"]})
    folder = project(tmp_path, {"setup.py": MINIMAL.replace("\n", "\r\n")})
    for name, content in convert(folder).files.items():
        assert content, name
        assert content.count(b"\n") == content.count(b"\r\n") > 0, name


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It refuses a tree with changes, then changes it and commits nothing."""
    monkeypatch.setattr(wheels, "build", lambda _: {"METADATA: License": ["MIT"]})
    folder = project(tmp_path, {"setup.py": MINIMAL})
    commits = git("rev-list", "--all", cwd=folder)
    (folder / "NOTICE.txt").write_text("Edited\n")
    assert command.run([str(folder), "--convert"]) == 1
    assert "(NOTICE.txt)" in capsys.readouterr().err
    git("restore", ".", cwd=folder)
    assert command.run([str(folder), "--convert", "--json"]) == 0
    changed = json.loads(capsys.readouterr().out)["changed"]
    assert changed == {"pyproject.toml": "written", "setup.py": "written"}
    assert git("rev-list", "--all", cwd=folder) == commits
    assert git("diff", "--cached", "--name-only", cwd=folder) == ""
    commit(folder)
    assert command.run([str(folder), "--convert"]) == 1
    assert "there is nothing to convert" in capsys.readouterr().err
