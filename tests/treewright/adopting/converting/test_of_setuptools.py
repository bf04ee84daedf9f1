"""What setup.cfg and setup.py become, without a tool or a build."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from treewright.adopting.converting import UnconvertedError, of_setuptools
from treewright.adopting.wheels import Contents, File

TOOL = '[build-system]\nrequires = ["setuptools>=61.2"]\n[project]\n[tool.setuptools]\n'
METADATA: Contents = {
    "METADATA: Version": ["1.2.3"],
    "METADATA: Description": File(0, "# Äcme\n\nText.".encode()),
    "METADATA: Requires-Dist": ["attrs>=23", 'tomli; extra == "x"'],
    "METADATA: Provides-Extra": ["x"],
}


def draft(folder: Path, files: Mapping[str, str], contents: Contents | None = None) -> Any:  # noqa: ANN401
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return of_setuptools.draft(folder, contents or {})


def script(arguments: str, before: str = "") -> dict[str, str]:
    return {"setup.py": f"from setuptools import setup\n{before}\nsetup({arguments})\n"}


PROJECT: dict[str, dict[str, object]] = {
    "name='acme'": {"name": "acme"},
    "python_requires='>=3.9'": {"requires-python": ">=3.9"},
    "keywords='a, b c'": {"keywords": ["a", "b c"]},
    "classifiers='''\n  A :: B\n  C\n'''": {"classifiers": ["A :: B", "C"]},
    "install_requires='a\\n# why\\nb  # so'": {"dependencies": ["a", "b"]},
    "url='https://a.b', download_url='https://a.b/d', project_urls={'X': 'https://x'}": {
        "urls": {"Homepage": "https://a.b", "Download": "https://a.b/d", "X": "https://x"}
    },
    "author='Ann', maintainer_email='m@x'": {
        "authors": [{"name": "Ann"}],
        "maintainers": [{"email": "m@x"}],
    },
    "extras_require={'x': 'a', 'y:m': ['b', 'c;n or o'], ':z': ['d']}": {
        "optional-dependencies": {"x": ["a"], "y": ["b ; (m)", "c ; (n or o) and (m)"]},
        "dependencies": ["d ; (z)"],
    },
    "entry_points={'console_scripts': ['a = b:c'], 'own': 'd=e:f'}": {
        "scripts": {"a": "b:c"},
        "entry-points": {"own": {"d": "e:f"}},
    },
    "entry_points='[gui_scripts]\\nA-b = c:d\\n'": {"gui-scripts": {"A-b": "c:d"}},
    "long_description='Text'": {"readme": {"text": "Text", "content-type": "text/x-rst"}},
    "use_scm_version=True": {"dynamic": ["version"]},
}
SETTINGS: dict[str, dict[str, object]] = {
    "packages=find_packages('src', exclude=['t'])": {
        "packages": {"find": {"where": ["src"], "exclude": ["t"], "namespaces": False}}
    },
    "packages=['a', 'a/c/'], py_modules=('b',)": {"packages": ["a", "a.c"], "py-modules": ["b"]},
    "package_dir={'': 'src'}, package_data={'': ['x'], 'a': ('y',)}": {
        "package-dir": {"": "src"},
        "package-data": {"*": ["x"], "a": ["y"]},
    },
    "data_files=[('share', ['a'])], scripts=['b']": {
        "data-files": {"share": ["a"]},
        "script-files": ["b"],
    },
    "include_package_data=True, zip_safe=False": {"include-package-data": True, "zip-safe": False},
    "license_file='X', platforms='any'": {"license-files": ["X"], "platforms": ["any"]},
}


@pytest.mark.parametrize("arguments", PROJECT)
def test_an_argument_has_a_key(tmp_path: Path, arguments: str) -> None:
    assert draft(tmp_path, script(arguments)).data["project"] == PROJECT[arguments]


@pytest.mark.parametrize("arguments", SETTINGS)
def test_an_argument_has_a_setting(tmp_path: Path, arguments: str) -> None:
    wanted = {"include-package-data": False, **SETTINGS[arguments]}
    assert draft(tmp_path, script(arguments)).data["tool"]["setuptools"] == wanted


def test_what_the_build_and_the_tests_need(tmp_path: Path) -> None:
    found = draft(tmp_path, script("setup_requires='a', tests_require=['b'], test_suite='c'"))
    assert found.data["build-system"] == {"requires": ["a"]}
    assert found.data["dependency-groups"] == {"test": ["b"]}
    assert found.done[0] == "test_suite is left out: no tool reads it any longer."


VERSION = {"src/acme/__init__.py": '__version__ = "1.2.3"\n', "src/other/__init__.py": ""}


@pytest.mark.parametrize(
    ("arguments", "before", "files", "project", "dynamic"),
    [
        (
            "version=find('src', 'acme', '__init__.py')",
            "",
            VERSION,
            {"dynamic": ["version"]},
            {"version": {"attr": "acme.__version__"}},
        ),
        (
            "version=about.VERSION",
            "import about",
            {"about.py": 'VERSION = "1.2.3"\n'},
            {"dynamic": ["version"]},
            {"version": {"attr": "about.VERSION"}},
        ),
        (
            "version=open('VERSION').read().strip()",
            "",
            {"VERSION": "1.2.3\n"},
            {"dynamic": ["version"]},
            {"version": {"file": ["VERSION"]}},
        ),
        (
            "long_description=read('docs/README.md')",
            "",
            {"docs/README.md": "\n# Äcme  \n\nText.\n", "README.md": "other"},
            {"readme": "docs/README.md"},
            {},
        ),
        (
            "long_description=text",
            "with open('README.md') as f:\n    text = f.read()",
            {"README.md": "# Äcme\n\nText.\n"},
            {"readme": "README.md"},
            {},
        ),
        (
            "install_requires=open('requirements.txt').readlines()",
            "",
            {"requirements.txt": "# needs\nattrs >= 23  # why\n"},
            {"dynamic": ["dependencies"]},
            {"dependencies": {"file": ["requirements.txt"]}},
        ),
    ],
)
def test_what_is_read_from_a_file(
    tmp_path: Path,
    arguments: str,
    before: str,
    files: dict[str, str],
    project: dict[str, Any],
    dynamic: dict[str, Any],
) -> None:
    given = {**script(arguments, before), **files}
    found = draft(tmp_path, given, METADATA)
    assert found.data["project"] == project
    assert found.data["tool"]["setuptools"].get("dynamic", {}) == dynamic


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        ("version=open('VERSION').read()", {"VERSION": "1.2.4\n"}),
        ("version=x.y", {"src/acme/__init__.py": '__version__ = "1.2.4"\n'}),
        ("version=x.y", {"src/acme/__init__.py": "__version__ = f()\n"}),
        ("long_description=open('README').read()", {"README": "Other\n"}),
        ("install_requires=open('r.txt').readlines()", {"r.txt": "attrs\n"}),
        ("name=x.y", {}),
        ("packages=packages()", {}),
        ("extras_require=extras()", {}),
    ],
)
def test_a_file_that_says_something_else(
    tmp_path: Path, arguments: str, files: dict[str, str]
) -> None:
    with pytest.raises(UnconvertedError, match=rf"works out {arguments.partition('=')[0]} when"):
        draft(tmp_path, {**script(arguments), **files}, METADATA)


def test_what_has_no_place_stays(tmp_path: Path) -> None:
    found = draft(tmp_path, script("name='a', ext_modules=build(), cmdclass={'b': B}"))
    assert found.files["setup.py"].endswith(b"\nsetup(ext_modules=build(), cmdclass={'b': B})\n")
    assert "setup.py calls setup() with the arguments ext_modules, cmdclass." in found.done
    assert found.backend == "setuptools.build_meta:__legacy__"  # setup.py goes on to do things
    assert draft(tmp_path, script("name='a'")).backend == "setuptools.build_meta"


def test_what_pbr_reads_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnconvertedError, match=r"^setup\.py leaves setup\.cfg to pbr, "):
        draft(tmp_path, {"setup.cfg": "[metadata]\nname = a\n", **script("pbr=True")})


def test_nothing_is_said(tmp_path: Path) -> None:
    files = {"setup.cfg": "[flake8]\nx = 1\n", **script("cmdclass={}")}
    assert draft(tmp_path, files) is None


@pytest.mark.parametrize(
    ("cfg", "other", "left", "moved"),
    [
        ("[metadata]\nname = a\n", {}, None, None),
        ("[metadata]\nname = a\n\n# S\n[flake8]\nx = 1\n", {}, None, b"# S\n[flake8]\nx = 1\n"),
        (
            "# Top\n\n[flake8]\nx\n[flake8:local-plugins]\ny\n[options.a]\n[tool:pytest]\nz\n",
            {},
            b"# Top\n\n[tool:pytest]\nz\n",
            b"[flake8]\nx\n[flake8:local-plugins]\ny\n",
        ),
        ("[metadata]\nname = a\n[flake8]\nx\n", {".flake8": "[flake8]\n"}, b"[flake8]\nx\n", None),
        ("[metadata]\nname = a\n[flake8]\nx\n", {"tox.ini": "[flake8]\n"}, b"[flake8]\nx\n", None),
    ],
)
def test_the_settings_of_tools(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    cfg: str,
    other: dict[str, str],
    left: bytes | None,
    moved: bytes | None,
) -> None:
    monkeypatch.setattr(of_setuptools, "by_tool", lambda *_: TOOL)
    found = draft(tmp_path, {"setup.cfg": cfg, **other})
    assert found.files["setup.cfg"] == left
    assert found.files.get(".flake8") == moved


def test_what_setup_py_says_counts_before_setup_cfg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = """\
[build-system]
requires = ["setuptools>=61.2", "own"]
[project]
name = "cfg"
dynamic = ["version"]
urls = { Bugs = "https://b" }
scripts = { c = "d:e" }
[tool.setuptools]
package-data = { cfg = ["x"] }
zip-safe = true
[tool.setuptools.dynamic]
version = { attr = "a.b" }
"""
    monkeypatch.setattr(of_setuptools, "by_tool", lambda *_: made)
    arguments = (
        "version='1', url='https://a', package_data={'a': ['y']}, entry_points={'g': 'h=i:j'}"
    )
    files = {"setup.cfg": "[metadata]\n", **script(f"{arguments}, setup_requires=['more']")}
    data = draft(tmp_path, files).data
    assert data["project"] == {
        "name": "cfg",
        "version": "1",
        "urls": {"Bugs": "https://b", "Homepage": "https://a"},
        "entry-points": {"g": {"h": "i:j"}},
    }
    assert data["build-system"] == {"requires": ["own", "more"]}
    assert data["tool"]["setuptools"] == {
        "package-data": {"a": ["y"]},
        "zip-safe": True,
        "dynamic": {},
        "include-package-data": False,
    }


def test_what_is_no_utf_8(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_bytes(b"[metadata]\nname = \xe4\n")
    with pytest.raises(UnconvertedError, match=r"^setup\.cfg cannot be read: it is not UTF-8; "):
        of_setuptools.draft(tmp_path, {})
