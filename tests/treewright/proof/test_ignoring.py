"""What git ignores is told of, where an sdist holds it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from repositories import commit, git
from samples import Sample
from tiers import full, spread

ALL = '[tool.uv.build-backend]\nsource-include = ["tests/**", "data/**"]\n'
FIX = "; exclude it in the build configuration, or have git track it"
IGNORED = "*.tmp\n.env\n.*_cache/\n.tox/\n*.egg-info/\n.venv/\n_version.py\n"
Plant = Callable[..., Sample]


@pytest.fixture
def plant(sample: Sample) -> Plant:
    """Give a committed project whose sdist holds tests/, with files that nobody committed."""

    def _plant(*paths: str, tables: str = ALL, backend: str = "uv") -> Sample:
        sample.write({".gitignore": IGNORED})
        sample.configure(tables, backend)
        commit(sample.folder)
        sample.write(dict.fromkeys(paths, "x\n"))
        return sample

    return _plant


TOLD = [
    "tests/.env",
    "tests/deep/.env",
    "tests/.pytest_cache/v/nodeids",
    "tests/.tox/log.txt",
    "tests/.venv/pyvenv.cfg",
    "tests/acme_tool.egg-info/PKG-INFO",
    "src/acme_tool/core.tmp",
    "data/x.tmp",
]
NAMES = ["id_ed25519", "server.pem", "my-credentials.json", ".env.local", ".netrc", "SECRETS"]


@pytest.mark.parametrize("path", spread(TOLD, TOLD[1:6:2]))
def test_what_git_ignores_is_told(plant: Plant, path: str) -> None:
    sample = plant(path)
    told = sample.faults() if path.endswith(".env") else sample.advice()
    assert told == f"sdist: it holds what git ignores: {path}{FIX}"


@pytest.mark.parametrize("name", spread(NAMES, NAMES[:1]))
def test_what_looks_like_a_secret_is_a_fault(plant: Plant, name: str) -> None:
    sample = plant(f"tests/{name}", "tests/x.tmp")
    sample.write({".gitignore": f"{IGNORED}{name}\n"})
    (secret,) = sample.faults().splitlines()
    assert secret == f"sdist: it holds what git ignores: tests/{name}{FIX}"
    assert [str(found) for found in sample.prove(strict=False).advice] == [
        f"sdist: it holds what git ignores: tests/x.tmp{FIX}"
    ]


def proven(sample: Sample) -> bool:
    proof = sample.prove()
    return (proof.status, proof.findings) == (0, [])


def test_what_it_tracks_all_the_same(plant: Plant) -> None:
    sample = plant("tests/fixtures/.env", "tests/x.tmp")
    git("add", "--force", "tests", cwd=sample.folder)
    assert proven(sample)


def test_without_a_repository(sample: Sample) -> None:
    sample.write({".gitignore": IGNORED, "tests/x.tmp": ""})
    sample.configure(ALL)
    assert proven(sample)


def test_in_a_folder_that_another_repository_ignores(plant: Plant) -> None:
    """It is nothing to that repository, which has nothing to say."""
    sample = plant("tests/x.tmp")
    (sample.folder / ".git").rename(sample.folder.parent / "old")
    (sample.folder.parent / ".gitignore").write_text("acme-tool/\n")
    git("init", "--quiet", cwd=sample.folder.parent)
    assert proven(sample)


@pytest.mark.parametrize("place", [".git/info/exclude", "tests/.gitignore"])
def test_any_rule_of_the_repository_counts(plant: Plant, place: str) -> None:
    sample = plant("tests/notes.md")
    sample.write({place: "notes.md\n"})
    assert "git ignores: tests/notes.md" in sample.advice()


def test_but_none_of_the_user(
    plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ignore").write_text("*.md\n")
    (tmp_path / "gitconfig").write_text(f"[core]\nexcludesFile = {tmp_path / 'ignore'}\n")
    sample = plant("tests/notes.md")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    assert proven(sample)


def test_a_project_in_a_subfolder(plant: Plant) -> None:
    sample = plant("tests/x.tmp")
    top = sample.folder.parent
    (sample.folder / ".git").rename(top / ".git")
    (sample.folder / ".gitignore").rename(top / ".gitignore")
    git("add", "--all", cwd=top)
    assert "git ignores: tests/x.tmp" in sample.advice()


def test_submodules_and_links_are_no_matter(plant: Plant, tmp_path: Path) -> None:
    """Git refuses to tell of a path in either."""
    other = tmp_path / "other"
    (other / "inner").mkdir(parents=True)
    (other / "inner/x.tmp").write_text("")
    commit(other)
    data = '[tool.setuptools.package-data]\n"*" = ["py.typed", "_data/*"]'
    sample = plant("tests/x.tmp", "docs/more/y.tmp", tables=data, backend="setuptools")
    sample.write({"MANIFEST.in": "graft tests\n"})
    add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other, "tests/sub")
    git(*add, cwd=sample.folder)
    (sample.folder / "tests/link").symlink_to("../docs/more", target_is_directory=True)
    assert sample.advice() == f"sdist: it holds what git ignores: tests/x.tmp{FIX}"


@pytest.mark.parametrize(
    ("tables", "backend"),
    [
        (f'{ALL}[tool.make]\nout = "tests/x.tmp"', "uv"),
        full('[tool.hatch.build]\nartifacts = ["*.tmp"]', "hatchling"),
    ],
)
def test_what_the_settings_name(plant: Plant, tables: str, backend: str) -> None:
    assert proven(plant("tests/x.tmp", tables=tables, backend=backend))


def test_what_the_build_writes(plant: Plant) -> None:
    """A version's module, even where an earlier build left one, and the metadata of setuptools."""
    sample = plant(
        "src/acme_tool.egg-info/PKG-INFO",
        "src/acme_tool.egg-info/top_level.txt",
        tables='[tool.setuptools.package-data]\n"*" = ["*", "_data/*"]',
        backend="setuptools",
    )
    sample.write(
        {
            "setup.py": "from pathlib import Path\n"
            "Path('src/acme_tool/_version.py').write_text('version = 2\\n')\n"
            "__import__('setuptools').setup()\n",
            "src/acme_tool/_version.py": "version = 10\n",
        }
    )
    os.utime(sample.folder / "src/acme_tool/_version.py", (1, 1))
    assert proven(sample)


@pytest.mark.parametrize(
    ("tables", "backend"),
    [
        ('[tool.uv.build-backend]\nsource-exclude = ["*.tmp"]', "uv"),
        full('[tool.flit.sdist]\nexclude = ["**/*.tmp"]', "flit"),
        full('[tool.hatch.build]\nexclude = ["/src/acme_tool/_data/x.tmp"]', "hatchling"),
    ],
)
def test_what_is_left_out_as_told_is_not_missing(plant: Plant, tables: str, backend: str) -> None:
    assert proven(plant("src/acme_tool/_data/x.tmp", tables=tables, backend=backend))


def test_what_is_left_out_because_git_ignores_it_is_missing(plant: Plant) -> None:
    sample = plant("src/acme_tool/_data/x.tmp", tables="", backend="hatchling")
    assert "data file missing: src/acme_tool/_data/x.tmp; " in sample.faults()


def test_git_that_does_not_answer(plant: Plant) -> None:
    sample = plant("tests/x.tmp")
    sample.write({".git/index": "no index\n"})
    assert "what git ignores (git does not answer here)" in sample.prove().skipped
