"""What the command checks besides: libraries' rules, and imports beside dependencies.

Dependencies come from a folder of wheels made here; libraries, as the tools of a build, by uv.
"""

import zipfile
from pathlib import Path

import pytest

import pythons
from samples import Sample
from treewright.proof import Proof, prove
from treewright.proof.packages import find
from treewright.proof.project import read

NOTHING: dict[str, list[str]] = {"refused": [], "invalid": [], "needs": []}


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder of wheels that uv installs from, and from nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    wheel(
        folder, "Acme-Base", ["acme_base/__init__.py", "_base.py"], ["acme-inner"], "sys.acme = 1"
    )
    wheel(folder, "acme-inner", ["inner.py"])
    wheel(folder, "Acme-Web", ["web_thing.py"])
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setattr("treewright.scripts.by_uv.run", lambda *_: NOTHING)
    return folder


def wheel(
    folder: Path, name: str, files: list[str], requires: list[str] | None = None, start: str = ""
) -> None:
    stem = name.replace("-", "_")
    info = f"{stem}-1.0.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    metadata += "".join(f"Requires-Dist: {text}\n" for text in requires or [])
    texts = dict.fromkeys(files, "") | {
        f"{stem}.pth": f"import sys; {start}\n",  # which an environment runs as it starts
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    texts[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*texts, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / f"{stem}-1.0-py3-none-any.whl", "w") as archive:
        for path, text in texts.items():
            archive.writestr(path, text)


def needing(sample: Sample, *dependencies: str, more: str = "") -> None:
    """Declare dependencies."""
    sample.configure("", project=f"dependencies = {[*dependencies]}\n{more}")


def installed(sample: Sample) -> Proof:
    before = sample.snapshot()
    proof = prove(sample.folder, install=True)
    assert sample.snapshot() == before
    assert proof.unproven is None
    return proof


@pytest.mark.usefixtures("index")
def test_imports_beside_dependencies(sample: Sample) -> None:
    needing(sample, "acme-base", more='[project.optional-dependencies]\nweb = ["Acme.Web"]')
    sample.write(
        {
            "src/acme_tool/good.py": "import acme_base, _base, sys\nsys.acme\n",
            "src/acme_tool/bad.py": "import acme_base\nraise ValueError(acme_base.__name__)\n",
            "src/acme_tool/other.py": "import inner\n",
            "src/acme_tool/site.py": "import web_thing\n",
            "src/acme_tool/wrong.py": "import nowhere\n",
        }
    )
    proof = installed(sample)
    assert [str(finding) for finding in proof.faults] == [
        (
            "src/acme_tool/wrong.py:1: nowhere is imported, but no dependency brings it; "
            "declare it in [project] dependencies"
        ),
        "src/acme_tool/bad.py: import acme_tool.bad fails: ValueError: acme_base; fix the import",
    ]
    assert [str(finding) for finding in proof.advice] == [
        (
            "src/acme_tool/other.py:1: inner is imported, but it comes only with what a dependency "
            "needs (acme-inner); declare it in [project] dependencies"
        )
    ]
    assert proof.skipped == [
        "acme_tool.site, acme_tool.wrong (needs nowhere, web_thing)",
    ]
    assert proof.facts is not None
    assert proof.facts.cost is not None


def test_a_hook_installs_nothing_and_says_so(sample: Sample, index: Path) -> None:
    needing(sample, "acme-base")
    sample.write({"src/acme_tool/good.py": "import acme_base\n"})
    for file in index.iterdir():
        file.unlink()
    proof = sample.prove()
    assert proof.status == 0
    assert proof.skipped == [
        "acme_tool.good (needs acme_base)",
        "imports with its dependencies (a hook installs none)",
    ]


@pytest.mark.usefixtures("index")
def test_a_dependency_that_is_declared_for_others_only(sample: Sample) -> None:
    needing(sample, "acme-base", "acme-web; sys_platform == 'acme'")
    sample.write(
        {
            "src/acme_tool/core.py": "import acme_web\ndef greet(): ...\n",
            "src/acme_tool/other.py": "import acme_web\n",
            "src/acme_tool/more.py": "import web_thing\n",
        }
    )
    sample.edit("src/acme_tool/__init__.py", "TYPE_CHECKING = False", "from . import core\nT = 0")
    sample.edit("src/acme_tool/__init__.py", "if TYPE_CHECKING:", "if T:")
    (fault,) = [finding for finding in installed(sample).faults if "is imported" in str(finding)]
    assert str(fault) == (
        "src/acme_tool/core.py:1: acme_web is imported, but is declared only for "
        "sys_platform == 'acme'; declare it in [project] dependencies"
    )


@pytest.mark.usefixtures("index")
def test_an_entry_point_that_needs_what_is_not_declared(sample: Sample) -> None:
    needing(sample, more='[project.scripts]\nacme = "acme_tool.nowhere_cli:main"')
    sample.write({"src/acme_tool/nowhere_cli.py": "import nowhere\ndef main(): ...\n"})
    (fault,) = installed(sample).faults
    assert str(fault).startswith("src/acme_tool/nowhere_cli.py:1: nowhere is imported, but no ")


def test_dependencies_that_exclude_each_other(sample: Sample, index: Path) -> None:
    wheel(index, "acme-old", ["old.py"], requires=["acme-inner<1"])
    wheel(index, "acme-new", ["new.py"], requires=["acme-inner>=1"])
    needing(sample, "acme-old", "acme-new")
    (fault,) = [f for f in installed(sample).faults if f.where == "metadata"]
    assert "its dependencies are incompatible: " in str(fault)


@pytest.mark.usefixtures("index")
def test_dependencies_that_cannot_be_had(sample: Sample) -> None:
    needing(sample, "acme-gone")
    proof = installed(sample)
    assert proof.status == 0
    assert proof.skipped[0].startswith("imports with its dependencies (")
    assert "acme-gone" in proof.skipped[0]


README = "Title\n=====\n\n.. nothing:: here\n\n`broken\n"


def test_what_libraries_know(sample: Sample) -> None:
    sample.configure(
        "",
        project='readme = "README.rst"\nclassifiers = ["Typing :: Typed", "Topic :: Acme Tools", '
        '"Natural Language :: Klingonian"]',
    )
    sample.edit("pyproject.toml", ">=3.11", ">=3.9")
    sample.write(
        {
            "README.rst": README,
            "src/acme_tool/new.py": (
                "import functools, itertools\nfrom datetime import UTC\n"
                "pairs = itertools.pairwise('ab')\n"
                "old = functools.cache(len)\n"
                "if hasattr(itertools, 'batched'):\n    itertools.batched\n"
            ),
            "src/acme_tool/own.py": (
                "from acme_tool.kinds import sentinel\nNOTHING = sentinel('nothing')\n"
            ),
            "src/acme_tool/kinds.py": "sentinel = str\n",
            "src/acme_tool/later.py": "import enum\ndef f():\n    return enum.StrEnum\n",
        }
    )
    proof = prove(sample.folder, install=True)
    assert proof.skipped == []
    told = "\n".join(map(str, proof.faults))
    assert "PyPI refuses the classifier Topic :: Acme Tools, which it does not know; " in told
    assert "PyPI refuses the classifier Natural Language :: Klingonian, which " in told
    assert "PyPI refuses a README that is no reStructuredText (line 4: " in told
    assert "src/acme_tool/new.py:2: datetime.UTC member needs Python 3.11, " in told
    assert "(see too src/acme_tool/new.py:3)" in told
    assert told.count("\n") == 3, told
    (advice,) = proof.advice
    assert str(advice).startswith("src/acme_tool/later.py:3: enum.StrEnum member needs Python 3.11")


def test_libraries_that_cannot_be_had(sample: Sample, tmp_path: Path) -> None:
    environment = {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "cache")}
    done = sample.run(environment=environment)
    assert done.returncode == 0
    assert "skipped   what libraries know of PyPI and of older Pythons (" in done.stdout


def test_no_install(sample: Sample, tmp_path: Path) -> None:
    needing(sample, "acme-base")
    environment = {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "cache")}
    done = sample.run(environment=environment, options=["--no-install"])
    assert done.returncode == 0
    assert "imports with its dependencies (a hook installs none)" in done.stdout


@pytest.mark.parametrize(("root", "name"), [("src", "acme-stubs"), (".", "types-acme")])
def test_stubs_are_compared(tmp_path: Path, root: str, name: str) -> None:
    sample = Sample(tmp_path / "stubs")
    sample.configure(
        "[tool.hatch.build.targets.wheel]\n"
        f'packages = ["{root}/acme-stubs"]\nexclude = ["two.pyi"]',
        "hatchling",
    )
    sample.edit("pyproject.toml", '"acme-tool"', f'"{name}"')
    package = f"{root}/acme-stubs".removeprefix("./")
    sample.write(
        {
            "LICENSE": "MIT\n",
            f"{package}/__init__.pyi": "x: int\n",
            f"{package}/two.pyi": "y: int\n",
            f"{package}/inner/__init__.pyi": "",
            f"{package}/py.typed": "partial\n",
        }
    )
    assert [package.name for package in find(read(sample.folder))] == ["acme-stubs"]
    assert sample.faults() == (
        f"wheel: module missing: {package}/two.pyi; "
        "include it in the build configuration; check whether git ignores it, too"
    )
    sample.edit("pyproject.toml", 'exclude = ["two.pyi"]', "")
    proof = sample.prove()
    assert (proof.status, proof.unproven, proof.skipped) == (0, None, [])


def test_requires_python_is_checked_by_hooks_too(sample: Sample) -> None:
    sample.edit("pyproject.toml", ">=3.11", ">=3.8")
    sample.write(
        {
            "src/acme_tool/pick.py": "def f(x):\n    match x:\n        case 1:\n            pass\n",
            "src/acme_tool/lock.py": "import tomllib\n",
            "src/acme_tool/compat.py": "try:\n    import tomllib\nexcept ImportError:\n    pass\n",
        }
    )
    assert sample.faults() == (
        "src/acme_tool/lock.py:1: tomllib needs Python 3.11, requires-python says >=3.8 "
        "(see too src/acme_tool/pick.py:2); raise it to >=3.11, or do without"
    )


@pytest.mark.skipif("3.13" not in pythons.at_hand(), reason="needs syntax that 3.11 has not")
def test_the_oldest_python_is_asked_itself(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    sample.write({"src/acme_tool/quotes.py": "x = {'a': 1}\ny = f'{x['a']}'\n"})
    newest = pythons.at_hand()["3.13"]
    monkeypatch.setattr("treewright.proof.interpreters.find", lambda *_: newest)
    monkeypatch.setattr("treewright.scripts.by_uv.run", lambda *_: NOTHING)
    (fault,) = prove(sample.folder, install=True).faults
    assert str(fault) == (
        "src/acme_tool/quotes.py:2: Python 3.11 cannot read it, though declared as supported; "
        "raise requires-python, or write it differently"
    )
    monkeypatch.setattr("treewright.proof.interpreters.of_version", lambda *_: None)
    assert prove(sample.folder, install=True).faults == []


def test_a_warning_is_no_output(sample: Sample) -> None:
    code = "import warnings\nwarnings.simplefilter('always')\nwarnings.warn('old', stacklevel=1)\n"
    sample.write({"src/acme_tool/old.py": code})
    assert sample.prove().status == 0


def test_a_package_that_does_not_load_does_not_hide_another(sample: Sample) -> None:
    sample.configure('[tool.uv.build-backend]\nmodule-name = ["acme_tool", "acme_extra"]')
    sample.write(
        {
            "src/acme_extra/__init__.py": "import nowhere\n",
            "src/acme_tool/bad.py": "raise ValueError\n",
        }
    )
    proof = sample.prove(strict=False)
    told = [str(finding) for finding in proof.faults]
    assert told[0].startswith("src/acme_tool/bad.py: import acme_tool.bad fails: ValueError")
    assert told[1].startswith("src/acme_extra/__init__.py: import acme_extra needs nowhere, ")
    assert "modules of acme_extra (which does not load)" in proof.skipped


def test_modules_for_another_machine_are_not_faults(sample: Sample) -> None:
    sample.write(
        {
            "src/acme_tool/start.py": (
                "import sys\nif sys.platform == 'acme':\n    from . import other\n"
            ),
            "src/acme_tool/other.py": "import sys\nsys.acme_only\n",
            "src/acme_tool/asks.py": "raise ImportError('install something')\n",
            "src/acme_tool/tries.py": (
                "try:\n    import nowhere\nexcept ImportError:\n    pass\n"
                "raise ImportError('install nowhere, or something like it')\n"
            ),
        }
    )
    proof = sample.prove()
    assert proof.status == 0
    assert proof.skipped == [
        "acme_tool.tries (needs nowhere)",
        "acme_tool.other (tests, or loaded only under a condition)",
        "acme_tool.asks (needs what it asks for)",
    ]
