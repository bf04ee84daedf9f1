"""What the machine lacks ends with one sentence, status 2 and the tree untouched."""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

import pythons
from samples import PROVE, Sample
from tiers import full
from treewright import machine
from treewright.proof import prove

OLD_PYTHON = pythons.found().get("3.10")
GIT = shutil.which("git")
UV = machine.uv()

needs_git = pytest.mark.skipif(GIT is None, reason="needs git")


def test_proven(sample: Sample) -> None:
    done = sample.run()
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "acme-tool 1.2.3"
    assert lines[-1] == "Proven: the wheel holds exactly the package that the tree shows."
    assert len(lines) <= 12
    assert max(map(len, lines)) <= 80
    assert done.stdout.isascii()


def test_findings_have_status_1(sample: Sample) -> None:
    sample.write({"src/acme_tool/loud.py": "print('a \N{PARTY POPPER}')\n"})
    done = sample.run(environment={"PYTHONUTF8": "1"})
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.endswith('prints "a \\U0001f389"; print in functions only\n1 fault.\n')


def unproven(done: subprocess.CompletedProcess[str]) -> str:
    """Assert the form of a proof that could not be made; give its sentence."""
    assert (done.returncode, done.stderr) == (2, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Not proven: ")
    assert lines[0].endswith(".")
    assert lines[1:] in ([], [f"Run later: {sys.executable} {PROVE} {done.args[-1]}"]) or (
        done.args[0] != sys.executable
        and lines[1:] == [f"Run later: python {PROVE} {done.args[-1]}"]
    )
    return lines[0].removeprefix("Not proven: ")


def test_no_network(sample: Sample, tmp_path: Path) -> None:
    sample.configure("", "hatchling")
    cache = str(tmp_path / "cache")
    done = sample.run(environment={"UV_OFFLINE": "1", "UV_CACHE_DIR": cache})
    assert unproven(done) == (
        "The build could not fetch hatchling>=1.32: the package index cannot be reached."
    )
    assert "Run later: " in done.stdout


def test_index_down(sample: Sample, tmp_path: Path) -> None:
    sample.configure("", "flit")
    environment = {
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple",
        "UV_HTTP_RETRIES": "0",
    }
    assert "could not fetch flit-core" in unproven(sample.run(environment=environment))


def bare_python(tmp_path: Path) -> tuple[str, dict[str, str]]:
    """Give a Python that has neither uv nor build, and an environment without both."""
    venv.create(tmp_path / "bare", with_pip=False)
    return str(tmp_path / "bare/bin/python"), {"PATH": str(tmp_path / "bare/bin"), "UV": ""}


def test_no_builder(sample: Sample, tmp_path: Path) -> None:
    python, environment = bare_python(tmp_path)
    sentence = unproven(sample.run(python=python, environment=environment))
    assert "neither uv nor build here" in sentence
    assert "pip install uv" in sentence


def test_no_builder_still_checks_the_tree(sample: Sample, tmp_path: Path) -> None:
    python, environment = bare_python(tmp_path)
    sample.write({"src/acme_tool/__init__.py": "from .core import greet\n"})
    done = sample.run(python=python, environment=environment, options=["--strict"])
    assert done.returncode == 1
    assert "src/acme_tool/__init__.py: __all__ is missing; add it, with greet" in done.stdout
    assert "Not proven: " in done.stdout


def test_no_git(sample: Sample, tmp_path: Path) -> None:
    assert UV is not None
    (sample.folder / ".git").mkdir()
    sample.write({".git/HEAD": "ref: refs/heads/main\n"})
    done = sample.run(environment={"PATH": str(tmp_path), "UV": UV})
    assert done.returncode == 0


@needs_git
def test_no_git_but_a_version_from_it(sample: Sample, tmp_path: Path) -> None:
    assert UV is not None
    from_git(sample, "pdm", '[tool.pdm.version]\nsource = "scm"')
    commit(sample.folder)
    done = sample.run(environment={"PATH": str(tmp_path), "UV": UV})
    assert unproven(done) == "The version may come from git, which is not here; install git."


def test_full_disk(sample: Sample) -> None:
    sample.write({"src/acme_tool/_data/large.txt": "x" * 200_000})
    assert "File too large" in unproven(sample.run(file_size=100_000))


def test_full_disk_while_building(sample: Sample) -> None:
    sample.write({f"src/acme_tool/_data/{n}.bin": os.urandom(20_000) for n in range(5)})
    assert unproven(sample.run(file_size=50_000)).startswith("The build ")


def test_read_only_folder(sample: Sample) -> None:
    paths = [sample.folder, *sample.folder.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert sample.run().returncode == 0
    finally:
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_no_folder_for_temporary_files(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(sample.folder))
    assert sample.prove().unproven == (
        "There is no folder for temporary files that can be written; set TMPDIR."
    )


def test_no_such_folder(sample: Sample) -> None:
    sample.folder /= "nowhere"
    assert "nowhere is not a folder; name the folder" in unproven(sample.run())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "holds no pyproject.toml; name the folder that does."),
        ("name = ", "is not valid TOML (Invalid value (at end of document)); fix it first."),
        (b"\xff", "is not valid TOML ('utf-8' codec can't decode byte 0xff"),
        ("", "has no [project] table with a name (PEP 621); add one first."),
        ("project = 3", "has no [project] table with a name (PEP 621); add one first."),
        ("[project]\nname = 3", "has no [project] table with a name (PEP 621); add one first."),
    ],
)
def test_no_project(sample: Sample, text: str | bytes | None, sentence: str) -> None:
    (sample.folder / "pyproject.toml").unlink()
    if text is not None:
        sample.write({"pyproject.toml": text})
    assert sentence in unproven(sample.run())


@pytest.mark.parametrize(
    ("files", "where"),
    [
        ({"setup.py": "from setuptools import setup\nsetup(name='x')\n"}, "setup.py"),
        ({"setup.cfg": "[metadata]\nname = x\n", "pyproject.toml": "[tool.black]\n"}, "setup.cfg"),
        ({"setup.py": "", "pyproject.toml": "[tool.poetry]\nname = 'x'\n"}, "[tool.poetry]"),
    ],
)
def test_an_older_project_is_told_what_it_is(
    sample: Sample, files: dict[str, str], where: str
) -> None:
    (sample.folder / "pyproject.toml").unlink()
    sample.write(files)
    assert unproven(sample.run()) == (
        f"{sample.folder} declares its package in {where}, which differs from tool to tool; "
        "the proof reads [project] of pyproject.toml (PEP 621)."
    )


def test_nothing_is_proven_of_what_was_compared_with_nothing(sample: Sample) -> None:
    shutil.rmtree(sample.folder / "src")
    sample.configure(
        '[tool.setuptools]\npackages = ["made"]\npackage-dir = { made = "code" }', "setuptools"
    )
    sample.write({"code/core.py": ""})
    done = sample.run()
    assert (done.returncode, done.stderr) == (2, "")
    *facts, last = done.stdout.splitlines()
    assert last == (
        "Not proven: The tree shows no package that the wheel could be compared with; name it in "
        "the table of the build backend, or in [project] import-names."
    )
    assert not any(line.startswith("package") for line in facts)
    assert all(line.strip() for line in facts)


def test_pyproject_of_unexpected_types(sample: Sample) -> None:
    sample.edit("pyproject.toml", "[project]", "[project]\nimport-names = 3\nclassifiers = {}")
    sample.write(
        {
            "pyproject.toml": (sample.folder / "pyproject.toml").read_bytes()
            + b"[tool]\nhatch = 1\npoetry = []\nsetuptools = {packages = {find = 2}}\n"
        }
    )
    assert "pyproject.toml: the project does not build: " in sample.faults()


@pytest.mark.skipif(OLD_PYTHON is None, reason="needs Python 3.10")
def test_older_python(sample: Sample) -> None:
    done = sample.run(python=str(OLD_PYTHON))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "The proof needs Python 3.11 or newer; this is 3.10. "
        "Run: python3.11 hooks/prove.py PROJECT\n"
    )


def test_no_python_that_the_project_asks_for(sample: Sample) -> None:
    sample.edit("pyproject.toml", ">=3.11", ">=3.99")
    proof = sample.prove()
    assert proof.status == 0
    assert proof.skipped == ["imports (no Python >=3.99 here)"]


NEW_PYTHON = shutil.which("python3.15") or "/opt/tw/pythons/usr/bin/python3.15"


@pytest.mark.skipif(not Path(NEW_PYTHON).exists(), reason="needs Python 3.15")
def test_syntax_of_a_newer_python(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(NEW_PYTHON).parent}{os.pathsep}{os.environ['PATH']}")
    sample.edit("pyproject.toml", ">=3.11", ">=3.15")
    sample.write({"src/acme_tool/__init__.py": "lazy from .core import greet\n\n__all__ = []\n"})
    found = sample.faults()
    assert found == "src/acme_tool/__init__.py: __all__ lacks greet; add what is public"
    sample.edit("src/acme_tool/__init__.py", "[]", "['greet']")
    proof = sample.prove()
    assert proof.status == 0
    assert proof.facts is not None
    assert proof.facts.others == 0


@pytest.mark.skipif(not Path(NEW_PYTHON).exists(), reason="needs Python 3.15")
@pytest.mark.parametrize("code", ["import importlib.metadata", "from importlib import metadata"])
def test_metadata_is_heavy_even_where_it_loads_little(
    sample: Sample, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setenv("PATH", f"{Path(NEW_PYTHON).parent}{os.pathsep}{os.environ['PATH']}")
    sample.edit("pyproject.toml", ">=3.11", ">=3.15")
    sample.write({"src/acme_tool/__init__.py": code})
    assert "(by importlib.metadata); import them where they are used" in sample.faults()


def from_git(sample: Sample, backend: str, tables: str) -> None:
    """Let the version come from git."""
    sample.configure(tables, backend, 'dynamic = ["version"]')
    sample.edit("pyproject.toml", 'version = "1.2.3"\n', "")
    extra = {"hatchling": "hatch-vcs", "setuptools": "setuptools-scm>=10", "pdm": "pdm-backend"}
    sample.edit("pyproject.toml", "requires = [", f'requires = ["{extra[backend]}", ')


def commit(top: Path) -> None:
    """Make a repository with one tagged commit."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    for command in (
        ("init", "--quiet"),
        ("add", "--all"),
        (*who, "commit", "--quiet", "-m", "all"),
        ("tag", "v1.4"),
    ):
        subprocess.run([str(GIT), "-C", str(top), *command], check=True)


VCS = {
    "hatchling": (
        '[tool.hatch.version]\nsource = "vcs"\nraw-options.search_parent_directories = true'
    ),
    "setuptools": "[tool.setuptools_scm]\nsearch_parent_directories = true",
    "pdm": '[tool.pdm.version]\nsource = "scm"',
}


@needs_git
@pytest.mark.parametrize(
    ("backend", "place"),
    [
        ("hatchling", "top"),
        full("hatchling", "below"),
        full("hatchling", "worktree"),
        ("setuptools", "below"),
        full("pdm", "top"),
        ("pdm", "worktree"),
    ],
)
def test_version_from_git(make: Callable[..., Sample], backend: str, place: str) -> None:
    sample = make()
    from_git(sample, backend, VCS[backend])
    shutil.rmtree(sample.folder / "src/acme_tool/_data")  # setuptools would drop it
    top = sample.folder
    if place == "below":
        top = sample.folder.with_name("top")
        shutil.copytree(sample.folder, top / "libs/acme-tool")
        (top / "other.txt").write_text("other\n", encoding="utf-8")
        sample.folder = top / "libs/acme-tool"
    commit(top)
    if place == "worktree":
        main, top = top, top.with_name("linked")
        subprocess.run(
            [str(GIT), "-C", str(main), "worktree", "add", "--quiet", str(top)], check=True
        )
        link = main / ".git/worktrees/linked/gitdir"
        os.utime(link, (0, 0))  # git renews an old link to where it is called: not to our copy
        sample.folder = top
        top = main
    whole = Sample(top)
    before = whole.snapshot()
    proof = sample.prove()
    assert whole.snapshot() == before  # .git/index and all
    assert [str(finding) for finding in proof.findings] == []
    assert proof.facts is not None
    assert proof.facts.version == "1.4"


def test_build_instead_of_uv(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "uv", lambda: None)
    sample.configure("", "flit")
    proof = sample.prove()
    assert [str(finding) for finding in proof.findings] == []
    assert proof.unproven is None
    assert proof.facts is not None
    assert proof.facts.builder == "build"


def test_what_is_proven_can_be_kept(sample: Sample, tmp_path: Path) -> None:
    command = [sys.executable, str(PROVE), str(sample.folder), "--keep", str(tmp_path / "dist")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    kept = {path.name for path in (tmp_path / "dist").iterdir()}
    assert kept == {"acme_tool-1.2.3.tar.gz", "acme_tool-1.2.3-py3-none-any.whl"}


def test_what_has_faults_is_not_kept(sample: Sample, tmp_path: Path) -> None:
    sample.write({"src/acme_tool/.env": "SECRET=1\n"})
    assert prove(sample.folder, tmp_path / "dist").status == 1
    assert not (tmp_path / "dist").exists()
