"""What two trees of a project differ in by their wheels, and what is no difference."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from repositories import commit, git, snapshot
from samples import Sample
from tiers import full
from treewright.adopting import wheels
from treewright.adopting.wheels import Difference, NotBuiltError, compare

METADATA = """\
Metadata-Version: 2.4
Name: acme-tool
Version: 1.2.3
Classifier: Typing :: Typed
Classifier: Topic :: Text Processing
Requires-Dist: attrs>=1,<3; extra == 'x'

# acme-tool

Greets.
"""
GOOD = {
    "acme/__init__.py": "import re\n\nVERSION = re\n",
    "acme-1.2.3.data/scripts/run": "#!python\n",
    "acme-1.2.3.dist-info/METADATA": METADATA,
    "acme-1.2.3.dist-info/WHEEL": "Generator: a 1\nTag: py3-none-any\n",
    "acme-1.2.3.dist-info/entry_points.txt": "[console_scripts]\nrun = acme:main\n",
    "acme-1.2.3.dist-info/RECORD": "acme/__init__.py,,\n",
}
DIST_INFO = "acme-1.2.3.dist-info"


def contents(folder: Path, files: Mapping[str, str], mode: int = 0o644) -> wheels.Contents:
    path = folder / "a.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = (0o100000 | mode) << 16
            archive.writestr(member, text)
    return wheels.read(path)


def differ(folder: Path, **changed: Mapping[str, str]) -> list[Difference]:
    before, after = ({**GOOD, **changed.get(side, {})} for side in ("before", "after"))
    return wheels.differences(contents(folder, before), contents(folder, after))


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (f"{DIST_INFO}/METADATA", ">=1,<3", ">=1,<4", "METADATA: Requires-Dist: attrs<3,>=1; "),
        (f"{DIST_INFO}/METADATA", "1.2.3", "1.3", "METADATA: Version: 1.2.3 -> 1.3"),
        (
            f"{DIST_INFO}/METADATA",
            "Classifier: Typing :: Typed\n",
            "",
            "METADATA: Classifier: Typing :: Typed -> absent",
        ),
        (f"{DIST_INFO}/METADATA", "Name", "License-File: L\nName", "METADATA: License-File: abs"),
        (
            f"{DIST_INFO}/METADATA",
            "Greets",
            "Waves",
            "METADATA: Description: line 3: Greets. -> line 3: Waves.",
        ),
        (f"{DIST_INFO}/WHEEL", "py3", "py2.py3", "WHEEL: Tag: py3-none-any -> py2.py3-none-any"),
        (
            f"{DIST_INFO}/entry_points.txt",
            "acme:main",
            "acme:run",
            "entry point: console_scripts: run: acme:main -> acme:run",
        ),
        ("acme/__init__.py", "= re", "= 1", "acme/__init__.py: line 3: VERSION = re -> line 3: "),
        (
            "acme/__init__.py",
            "\n\nVERSION = re",
            "",
            "acme/__init__.py: line 2: blank -> line 2: none",
        ),
    ],
)
def test_a_difference_is_told(tmp_path: Path, name: str, old: str, new: str, told: str) -> None:
    assert old in GOOD[name]
    (found,) = differ(tmp_path, after={name: GOOD[name].replace(old, new)})
    assert str(found).startswith(told)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (f"{DIST_INFO}/METADATA", "attrs>=1,<3; extra == 'x'", 'attrs <3,>=1 ; extra == "x"'),
        (f"{DIST_INFO}/WHEEL", "a 1", "a 2"),
        (f"{DIST_INFO}/RECORD", "acme", "b"),
    ],
)
def test_no_difference(tmp_path: Path, name: str, old: str, new: str) -> None:
    assert old in GOOD[name]
    assert differ(tmp_path, after={name: GOOD[name].replace(old, new)}) == []


def test_files_that_come_and_go(tmp_path: Path) -> None:
    found = differ(tmp_path, before={"acme/a.txt": "a"}, after={"acme-9.data/scripts/b": "bc"})
    assert found == [
        Difference("acme/a.txt", "1 bytes", "absent"),
        Difference("data/scripts/b", "absent", "2 bytes"),
    ]


def test_modes(tmp_path: Path) -> None:
    before, after = (contents(tmp_path, {"acme/run": "x"}, mode) for mode in (0o644, 0o755))
    found = wheels.differences(before, after)
    assert found == [Difference("acme/run", "mode 644", "mode 755")]


@pytest.mark.parametrize(
    ("before", "after", "counted"),
    [
        ("1.2.3", "1.2.4.dev0+gabc.d2026", True),
        ("1.2.3+g1", "1.2.3+g2", True),
        ("1.2.post1", "1.2.post2", True),
        ("1.2.3", "1.2.4", False),
        ("1.2.3", "0+unknown", False),
        ("1.2.3.dev1", "no version", False),
    ],
)
def test_a_version_that_counts_is_put_aside(
    tmp_path: Path, before: str, after: str, *, counted: bool
) -> None:
    def at(version: str) -> dict[str, str]:
        return {
            f"{DIST_INFO}/METADATA": METADATA.replace("1.2.3", version),
            "acme/_v.py": f"version = '{version}'\n",
        }

    found = differ(tmp_path, before=at(before), after=at(after))
    assert [one.where for one in found] == ([] if counted else ["METADATA: Version", "acme/_v.py"])
    more = at(after) | {"acme/_v.py": f"version = '{after}'\nx = 1\n"}
    assert "acme/_v.py" in [one.where for one in differ(tmp_path, before=at(before), after=more)]


@pytest.mark.parametrize(("end", "found"), [("", []), (" More.", ["METADATA: Description"])])
def test_a_description_may_have_the_version(tmp_path: Path, end: str, found: list[str]) -> None:
    before = f"{METADATA}![It](https://example.org/1.2.3/it.png)\n"
    after = before.replace("1.2.3", "1.2.4.dev1").replace("Greets.", f"Greets.{end}")
    name = f"{DIST_INFO}/METADATA"
    told = differ(tmp_path, before={name: before}, after={name: after})
    assert [one.where for one in told] == found


@pytest.mark.parametrize("backend", ["uv", full("setuptools"), full("hatchling"), full("flit")])
def test_trees_are_built_and_compared(sample: Sample, tmp_path: Path, backend: str) -> None:
    sample.configure("", backend)
    other = Sample(tmp_path / "other")
    other.write({**snapshot(sample.folder)})
    other.edit("pyproject.toml", "Greet people.", "Wave.")
    other.write({"src/acme_tool/more.py": ""})
    before = (sample.snapshot(), other.snapshot())
    found = compare(sample.folder, other.folder)
    assert (sample.snapshot(), other.snapshot()) == before
    assert [str(one) for one in found] == [
        "METADATA: Summary: Greet people. -> Wave.",
        "acme_tool/more.py: absent -> 0 bytes",
    ]


def test_what_is_never_the_same_is_no_difference(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = ({"a": wheels.File(0, str(number).encode())} for number in range(3))
    monkeypatch.setattr(wheels, "build", lambda _: next(built))
    assert compare(sample.folder, sample.folder) == []


def test_a_tree_that_does_not_build(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(folder: Path) -> wheels.Contents:
        if folder == sample.folder:
            raise NotBuiltError("The project does not build.") from cause
        return {}

    monkeypatch.setattr(wheels, "build", build)
    cause: Exception | None = None
    assert compare(Path("good"), sample.folder) == [
        Difference("the build", "succeeds", "The project does not build.")
    ]
    with pytest.raises(NotBuiltError):
        compare(sample.folder, Path("good"))
    cause = OSError()
    with pytest.raises(NotBuiltError):
        compare(Path("good"), sample.folder)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"pyproject.toml": "[project\n"}, "pyproject.toml cannot be read (Expected "),
        ({"setup.py": "raise SystemExit('no such luck')\n"}, "the project does not build: no such"),
    ],
)
def test_why_a_tree_is_not_built(tmp_path: Path, files: dict[str, str], told: str) -> None:
    sample = Sample(tmp_path / "project")
    sample.write(files)
    with pytest.raises(NotBuiltError) as raised:
        wheels.build(sample.folder)
    assert str(raised.value).startswith(told)
    assert raised.value.__cause__ is None


SCM = r"""
import os, subprocess
from setuptools import setup

def git(*words):
    return subprocess.run(["git", *words], capture_output=True, text=True).stdout.strip()

told = git("describe", "--tags") + ("+dirty" if git("status", "--porcelain", "-uno") else "")
if os.path.exists("PKG-INFO"):  # of the sdist
    told = open("PKG-INFO").read().partition("\nVersion: ")[2].splitlines()[0]
setup(name="acme", version=told, py_modules=["acme"])
"""


def test_no_change_makes_the_version_another(tmp_path: Path) -> None:
    sample = Sample(tmp_path / "project")
    sample.write({"setup.py": SCM, "acme.py": "", "old": ""})
    commit(sample.folder)
    git("tag", "1.2.3", cwd=sample.folder)
    sample.write({"acme.py": "x = 1\n", "new": ""})
    (sample.folder / "old").unlink()
    before = sample.snapshot()
    assert wheels.build(sample.folder)["METADATA: Version"] == ["1.2.3"]
    assert sample.snapshot() == before
