"""A link that leaves the repository is told before anything is built, and nothing follows it."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from repositories import commit
from samples import Sample
from treewright.proof import building, copying, project, prove

CONTENT = "SECRET=1\n"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Give a file beside the project, which is not of its repository."""
    (tmp_path / "outside").mkdir()
    file = tmp_path / "outside/secret.txt"
    file.write_text(CONTENT)
    return file


def refuse(*_: object) -> None:
    raise AssertionError("it was built")


def links(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Prove a project that must not be built; give the links that were found."""
    with monkeypatch.context() as patched:
        patched.setattr(building, "build", refuse)
        proof = sample.prove(strict=False)
    assert proof.status == 1
    assert all("this link leaves the repository, to " in finding.what for finding in proof.faults)
    assert proof.skipped == ["the build and all that follows (a link leaves the repository)"]
    return [finding.where for finding in proof.faults]


@pytest.mark.parametrize("repository", [False, True])
@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize(
    "path", ["src/acme_tool/data.txt", "README.md", "LICENSE", "tests/x.txt", "src/acme_tool/deep"]
)
def test_a_link_that_leaves(
    sample: Sample,
    outside: Path,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    absolute: bool,  # noqa: FBT001
    repository: bool,  # noqa: FBT001
) -> None:
    link = sample.folder / path
    link.unlink(missing_ok=True)
    target = outside if link.suffix or link.name == "LICENSE" else outside.parent
    up = Path(*[".."] * len(Path(path).parts), "outside", *target.relative_to(outside.parent).parts)
    link.symlink_to(target if absolute else up)
    assert link.exists()
    if repository:
        commit(sample.folder)
    assert links(sample, monkeypatch) == [path]


def test_each_step_of_a_chain_counts(
    sample: Sample, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = outside.with_name("back")
    back.symlink_to(sample.folder / "LICENSE")  # out, and in again
    (sample.folder / "one").symlink_to("two")
    (sample.folder / "two").symlink_to("../outside/secret.txt")
    (sample.folder / "three").symlink_to("../outside/back")
    assert links(sample, monkeypatch) == ["one", "three", "two"]


def test_a_dead_link_that_leaves(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    (sample.folder / "src/acme_tool/gone.txt").symlink_to("../../../nowhere/gone.txt")
    assert links(sample, monkeypatch) == ["src/acme_tool/gone.txt"]


def test_an_absolute_link_leaves_every_other_clone(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sample.folder / "docs/licence").symlink_to(sample.folder / "LICENSE")
    assert links(sample, monkeypatch) == ["docs/licence"]


def test_links_that_stay(sample: Sample) -> None:
    (sample.folder / "src/acme_tool/_data/more.txt").symlink_to("template.txt")
    (sample.folder / "docs/readme.md").symlink_to("../README.md")
    (sample.folder / "docs/data").symlink_to("../src/acme_tool/_data")
    (sample.folder / "docs/all").symlink_to("..")
    (sample.folder / "docs/round").symlink_to("round")
    assert sample.prove().status == 0


def monorepo(sample: Sample) -> Path:
    """Put the project two folders below the top of a repository."""
    top = sample.folder.with_name("top")
    shutil.move(sample.folder, top / "libs/acme-tool")
    sample.folder = top / "libs/acme-tool"
    (top / "shared").mkdir()
    (top / "shared/words.txt").write_text("words\n")
    (sample.folder / "src/acme_tool/words.txt").symlink_to("../../../../shared/words.txt")
    (sample.folder / "docs/shared").symlink_to("../../../shared")
    return top


def test_a_project_in_a_subfolder_may_link_to_what_is_beside_it(sample: Sample) -> None:
    commit(monorepo(sample))
    assert sample.prove().findings == []


def test_but_not_through_it_to_the_outside(
    sample: Sample, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = monorepo(sample)
    (top / "shared/secret.txt").symlink_to(outside)
    commit(top)
    assert links(sample, monkeypatch) == ["../../shared/secret.txt"]


def test_without_a_repository_the_folder_is_all(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monorepo(sample)
    found = links(sample, monkeypatch)
    assert found == ["docs/shared", "src/acme_tool/words.txt"]


def test_what_git_ignores_counts_in_the_package_only(
    sample: Sample, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample.write({".gitignore": "result\nlocal.txt\n.venv\n"})
    commit(sample.folder)
    (sample.folder / "result").symlink_to(outside.parent)
    assert sample.prove().status == 0
    (sample.folder / "src/acme_tool/local.txt").symlink_to(outside)
    assert links(sample, monkeypatch) == ["src/acme_tool/local.txt"]


def test_environments_and_caches_are_nobodys_package(sample: Sample, outside: Path) -> None:
    (outside.parent / "pyvenv.cfg").touch()
    (sample.folder / ".venv").symlink_to(outside.parent)
    (sample.folder / "node_modules").symlink_to(outside.parent)
    assert sample.prove().status == 0


def test_nothing_from_outside_is_copied(sample: Sample, outside: Path, tmp_path: Path) -> None:
    (sample.folder / "file").symlink_to(outside)
    (sample.folder / "folder").symlink_to(outside.parent)
    copying.copy(project.read(sample.folder), tmp_path / "copy")
    assert not (tmp_path / "copy/file").exists()
    assert not (tmp_path / "copy/folder").exists()


def test_the_secret_is_not_in_what_is_kept(
    make: Callable[..., Sample], outside: Path, tmp_path: Path
) -> None:
    sample = make()
    (sample.folder / "src/acme_tool/data.txt").symlink_to(outside)
    assert prove(sample.folder, tmp_path / "dist").status == 1
    assert not (tmp_path / "dist").exists()


def test_a_file_that_never_ends_is_not_read(sample: Sample) -> None:
    (sample.folder / "setup.py").symlink_to("/dev/zero")
    (sample.folder / "setup.cfg").symlink_to("/dev/zero")
    sample.configure("", "setuptools")
    proof = sample.prove()
    assert [finding.where for finding in proof.findings] == ["setup.cfg", "setup.py"]
    (sample.folder / "pyproject.toml").unlink()
    (sample.folder / "pyproject.toml").symlink_to("/dev/zero")
    assert "is no file" in str(sample.prove().unproven)


def test_git_is_asked_for_nothing_where_no_link_leaves(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(sample.folder)
    monkeypatch.setattr(subprocess, "run", refuse)
    assert copying.ignored(project.read(sample.folder), []) == frozenset()
