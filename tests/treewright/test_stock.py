"""Copier with trust: for what, and what is refused."""

import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from plumbum import local

import rendering
from keeping import ANSWERS, EMPTY, HERE, is_shallow, write
from repositories import commit, git, snapshot
from tiers import full
from treewright import again, stock
from treewright.distribution import ADDRESS

FORK = "https://git.example.org/ann/treewright.git"
OLD = "https://former.invalid/treewright.git"

pytestmark = pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases")


@pytest.fixture(autouse=True)
def package(wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Have the releases of the wheel beside the module, and no other machine in reach."""
    with zipfile.ZipFile(wheel) as archive:
        for name in ("releases.bundle", "releases.json"):
            (tmp_path / name).write_bytes(archive.read(f"treewright/{name}"))
    monkeypatch.setattr(stock, "BUNDLE", tmp_path / "releases.bundle")
    stock.releases.cache_clear()
    with local.env(**os.environ, GIT_ALLOW_PROTOCOL="file"), rendering.remembering():
        yield tmp_path
    stock.releases.cache_clear()


def make(folder: Path, version: str = HERE, source: str = ADDRESS) -> Path:
    """Make a project of a release, and commit it; its answers file may name another source."""
    project = folder / "acme-tool"
    options = ("--defaults", "--quiet", "--skip-tasks", f"--vcs-ref={version}")
    assert stock.new([*options, str(project)]) == 0
    text = (project / ANSWERS).read_text("utf-8")
    write(project, ANSWERS, text.replace(f"_src_path: {ADDRESS}\n", f"_src_path: {source}\n"))
    commit(project)
    return project


def bare(folder: Path, version: str, source: str) -> Path:
    """Make a project that has nothing but these answers, and commit it."""
    write(folder / "project", ANSWERS, f"_commit: {version}\n_src_path: {source}\n")
    commit(folder / "project")
    return folder / "project"


def refused(capsys: pytest.CaptureFixture[str], status: int, expected: int = 1) -> str:
    """Give what was printed of a refusal."""
    printed = capsys.readouterr()
    assert (status, printed.out) == (expected, "")
    assert "Traceback" not in printed.err
    return printed.err


def test_a_release_can_be_named(tmp_path: Path) -> None:
    project = make(tmp_path, "v0.5.0")
    answers = yaml.safe_load((project / ANSWERS).read_text("utf-8"))
    assert (answers["_commit"], answers["_src_path"]) == ("v0.5.0", ADDRESS)


@pytest.mark.parametrize("source", [FORK, "/home/ann/treewright", f"{ADDRESS}/", "''", '"\\e[2J"'])
def test_another_address_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str
) -> None:
    """With the line to change; and the project goes on as it was."""
    project = bare(tmp_path, HERE, source)
    before = snapshot(project)
    said = refused(capsys, stock.update(["--defaults", str(project)]), 4)
    named = yaml.safe_load(source).replace("\x1b", "\\x1b")
    assert f"\n  _src_path: {named}\n" in said
    assert said.endswith(f"change that line, and commit it:\n  _src_path: {ADDRESS}\n")
    assert ": copier update --trust\n" in said
    assert snapshot(project) == before


@pytest.mark.parametrize("version", ["v99.0.0", f"{HERE}-3-gabcdef1", "main", "HEAD"])
def test_what_is_no_release_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], version: str
) -> None:
    named = f"{version} is not one of the releases in this treewright, {EMPTY} to {HERE}."
    option, other = f"--vcs-ref={version}", tmp_path / "other"
    assert refused(capsys, stock.new([option, "--defaults", str(other)])).startswith(named)
    assert not other.exists()
    project = bare(tmp_path, version, ADDRESS)
    assert refused(capsys, stock.update(["--defaults", str(project)])).startswith(named)
    project = bare(tmp_path, HERE, ADDRESS)
    assert refused(capsys, stock.update([option, str(project)])).startswith(named)


@pytest.mark.parametrize("what", ["digest", "bundle"])
def test_a_release_that_is_another_is_refused(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    """Be it that its tree id is not the one that was recorded, or that the bundle is another."""
    project = bare(tmp_path, HERE, ADDRESS)
    if what == "digest":
        trees = json.loads((package / "releases.json").read_text())
        trees[HERE] = trees["v0.5.0"]
        (package / "releases.json").write_text(json.dumps(trees))
        stock.releases.cache_clear()
    else:
        other = tmp_path / "other-template"
        write(other, "copier.yml", "_tasks: [touch /tmp/ran]\n")
        commit(other)
        git("tag", HERE, cwd=other)
        git("bundle", "create", package / "releases.bundle", "--all", "HEAD", cwd=other)
    for status in (
        stock.new(["--defaults", "--quiet", str(tmp_path / "new")]),
        stock.update(["--defaults", "--quiet", str(project)]),
    ):
        assert status == 4
    assert f"{HERE} in {package / 'releases.bundle'} is not the release" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
    assert git("status", "--porcelain", cwd=project) == ""


def test_a_folder_named_like_the_address_is_not_the_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copier and git take a path before an address, and a pull request may bring such a folder."""
    write(tmp_path / ADDRESS, "copier.yml", "_tasks: [touch ran]\n")
    commit(tmp_path / ADDRESS)
    git("tag", HERE, cwd=tmp_path / ADDRESS)
    monkeypatch.chdir(tmp_path)
    make(tmp_path)
    assert list(tmp_path.rglob("ran")) == []


@pytest.mark.parametrize("version", [HERE, full("v0.5.0")])
def test_a_former_address_is_rewritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    """And no other: see above."""
    monkeypatch.setattr(again, "FORMER", (OLD,))
    project = make(tmp_path, version, OLD)
    assert stock.update(["--defaults", "--quiet", str(project)]) == 0
    answers = yaml.safe_load((project / ANSWERS).read_text("utf-8"))
    assert (answers["_src_path"], answers["_commit"]) == (ADDRESS, HERE)
    assert git("diff", "--name-only", "--diff-filter=U", cwd=project) == ""


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["--data", "layout"], 2, "--data wants NAME=VALUE, and got 'layout'."),
        (["-d"], 2, "-d wants NAME=VALUE, and got ''."),
    ],
)
def test_a_wrong_option_is_told(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    sentence: str,
) -> None:
    assert refused(capsys, stock.new([str(tmp_path / "x"), *arguments]), status) == f"{sentence}\n"


@pytest.mark.parametrize("text", [None, "a: [\n", "- a\n"], ids=["no-file", "no-yaml", "a-list"])
def test_what_is_no_project_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    if text is not None:
        write(tmp_path, ANSWERS, text)
    assert refused(capsys, stock.update([str(tmp_path)])).startswith(f"{tmp_path / ANSWERS} ")


def test_a_checkout_has_no_releases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stock.releases.cache_clear()
    monkeypatch.setattr(stock, "BUNDLE", tmp_path / "clone/src/treewright/releases.bundle")
    said = refused(capsys, stock.new([str(tmp_path / "x")]))
    assert said.endswith(f"Run this instead: uvx --from {tmp_path / 'clone'} treewright\n")


def test_git_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without it, Copier would take a folder of that name for the template."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refused(capsys, stock.new([str(tmp_path / "x")])).startswith("git is needed")
