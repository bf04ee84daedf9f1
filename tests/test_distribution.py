"""The distribution `treewright`: what is built, and that it works where no git host is in reach."""

import json
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable, Iterator
from email import message_from_bytes
from importlib.metadata import version as version_of
from pathlib import Path

import copier
import pytest
import yaml
from plumbum import local

import releases
import rendering
from environments import Environment, uv
from keeping import ANSWERS, HERE, copy, edit, is_shallow, update, write
from keeping import releases as listed
from questions import asked
from rendering import ROOT
from repositories import commit, git, snapshot
from terminal import ENTER, Terminal
from test_prompts import MARK, prompt, wait_for_prompt
from tiers import full, spread
from treewright.distribution import ADDRESS
from treewright.proof import prove

VERSIONS = list(listed())
FORK = "https://git.example.org/ann/treewright.git"
RELEASES = ("releases.bundle", "releases.json")
# Whatever would fetch something from another machine fails.
ALONE = {"GIT_ALLOW_PROTOCOL": "file"}

pytestmark = [
    pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases"),
    # xdist has threads, and from Python 3.12 on a fork of such a process warns.
    pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning"),
]

Treewright = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def treewright(installed: Environment, monkeypatch: pytest.MonkeyPatch) -> Treewright:
    """Run the installed command, whatever its end."""
    for name, value in ALONE.items():
        monkeypatch.setenv(name, value)

    def _run(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return installed.run("treewright", *arguments, cwd=cwd)

    return _run


@pytest.fixture
def by_address(tagged: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have Copier in this process find the template's repository at Treewright's address."""
    monkeypatch.setattr(rendering, "_clone_once", copier._vcs.clone)  # noqa: SLF001  # worktrees
    key = f"url.{tagged.as_posix()}.insteadOf"
    with local.env(GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0=key, GIT_CONFIG_VALUE_0=ADDRESS):
        yield


# --- What is built ---------------------------------------------------------------------


def test_the_bundle_has_each_release(tmp_path: Path) -> None:
    """With its author, dates and message, and what a project is made from."""
    commits = releases.found(ROOT)
    assert commits.keys() == {"v0.0.0", *listed()}
    made, trees = releases.bundle(ROOT, commits)
    (tmp_path / "all.bundle").write_bytes(made)
    clone = tmp_path / "clone"
    git("clone", "--quiet", "--no-checkout", tmp_path / "all.bundle", clone, cwd=tmp_path)
    assert git("tag", "--sort=v:refname", cwd=clone).split() == list(commits)
    told = "--format=%an %ae %ad %cn %ce %cd %B"
    for version, commit_ in commits.items():
        theirs = git("show", "-s", told, commit_, cwd=ROOT)
        assert git("show", "-s", told, version, cwd=clone) == theirs
        assert git("rev-list", "--count", version, cwd=clone) == "1\n"
        assert git("rev-parse", f"{version}^{{tree}}", cwd=clone).strip() == trees[version]
        parts = ("ls-tree", commit_, "--", *releases.PARTS)
        assert git("ls-tree", version, cwd=clone) == git(*parts, cwd=ROOT)
    assert git("rev-parse", "HEAD", cwd=clone) == git("rev-parse", VERSIONS[-1], cwd=clone)


def test_the_version_is_that_of_the_commit(tmp_path: Path) -> None:
    def version() -> str:
        return releases.version(tmp_path, releases.found(tmp_path))

    file = tmp_path / "file"
    file.write_text("1")
    commit(tmp_path)
    with pytest.raises(releases.HistoryError, match="no release in its history"):
        version()
    for number in ("9", "10"):
        git("commit", "--quiet", "--allow-empty", f"--message=release: v1.2.{number}", cwd=tmp_path)
    assert version() == "1.2.10"
    file.write_text("2")
    assert version().startswith("1.2.11.dev0+g")
    assert version().endswith(".dirty")
    commit(tmp_path)
    head = git("rev-parse", "HEAD", cwd=tmp_path)
    assert version() == f"1.2.11.dev1+g{head[:12]}"


@pytest.mark.parametrize("how", ["asked", full("built")])
def test_a_build_needs_the_history(tagged: Path, tmp_path: Path, how: str) -> None:
    clone = tmp_path / "clone"
    git("clone", "--quiet", "--depth=1", tagged.as_uri(), clone, cwd=tmp_path)
    assert "is a shallow clone, which lacks releases. Run: git fetch --unshallow" in why(clone, how)
    shutil.rmtree(clone / ".git")
    assert "is no git repository" in why(clone, how)
    git("init", "--quiet", "--initial-branch=main", cwd=tmp_path)  # another, around it
    assert "is no git repository" in why(clone, how)


def why(clone: Path, how: str) -> str:
    """Tell why the releases are not found, or a build with them fails, in one sentence."""
    if how == "asked":
        with pytest.raises(releases.HistoryError) as error:
            releases.found(clone)
        return str(error.value)
    build = [sys.executable, "-m", "uv", "build", str(clone)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return str(done.stderr)


def test_the_wheel_is_what_it_says(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (archive.read(name) for name in names if name.endswith("/METADATA"))
        trees = json.loads(archive.read("treewright/releases.json"))
        (points,) = (archive.read(name) for name in names if name.endswith("/entry_points.txt"))
    fields = message_from_bytes(metadata)
    assert fields["Version"] == HERE.removeprefix("v")
    assert f"copier=={version_of('copier')}" in fields.get_all("Requires-Dist", [])
    assert points == b"[console_scripts]\ntreewright = treewright.cli:main\n"
    assert list(trees) == ["v0.0.0", *VERSIONS, HERE]
    package = ROOT / "src/treewright"
    modules = {path for path in package.rglob("*") if path.suffix in {".html", ".json", ".py"}}
    expected = {path.relative_to(ROOT / "src").as_posix() for path in modules}
    expected |= {f"treewright/{name}" for name in ("py.typed", *RELEASES)}
    assert {name for name in names if ".dist-info/" not in name} == expected


@pytest.mark.parametrize("what", ["bundle", full("wheel")])
def test_builds_are_equal(wheel: Path, tagged: Path, tmp_path: Path, what: str) -> None:
    """Of another clone of the commit, with other packs; and by way of the sdist, without git."""
    clone = tmp_path / "clone"
    git("clone", "--quiet", tagged, clone, cwd=tmp_path)
    git("repack", "-a", "-d", "-f", "--depth=3", "--quiet", cwd=clone)
    if what == "wheel":
        subprocess.run([sys.executable, "-m", "uv", "build", "--quiet", clone], check=True)
        (other,) = (clone / "dist").glob("*.whl")
        assert other.name == wheel.name
        assert other.read_bytes() == wheel.read_bytes()
    else:
        (clone / ".git/config").write_text("[pack]\n  window = 3\n  compression = 1\n")
        bundle, _ = releases.bundle(clone, releases.found(clone))
        with zipfile.ZipFile(wheel) as archive:
            assert archive.read("treewright/releases.bundle") == bundle


@pytest.mark.parametrize("install", [False, full(True)])
def test_it_is_proven_by_its_own_proof(tagged: Path, *, install: bool) -> None:
    proof = prove(tagged, install=install, strict=True)
    assert (proof.status, proof.findings) == (0, [])


# --- What it does ----------------------------------------------------------------------


@pytest.mark.usefixtures("by_address")
def test_new_asks_and_makes_what_copier_copy_does(installed: Environment, tmp_path: Path) -> None:
    pytest.importorskip("pexpect")
    command = [str(installed.folder / "bin/treewright"), "new", "--data=layout=flat", "acme-tool"]
    with Terminal(command, tmp_path, {**installed.variables, **ALONE}, lines=150) as terminal:
        names = [name for name in asked() if name != "layout"]
        for name in names:
            wait_for_prompt(terminal, name)
            terminal.press(ENTER)
        assert terminal.finish() == 0, terminal.text
        shown = [line for line in terminal.lines if MARK.match(line)]
        assert shown == [prompt(name) for name in names]
        terminal.wait_for("^Proven: ")
    project = tmp_path / "acme-tool"
    commit(project)
    by_copier = copy(ADDRESS, tmp_path / "by-copier" / "acme-tool", HERE, {"layout": "flat"})
    assert snapshot(project) == by_copier
    assert yaml.safe_load(by_copier[ANSWERS])["_src_path"] == ADDRESS


@pytest.mark.usefixtures("by_address")
@pytest.mark.parametrize("version", spread(VERSIONS, VERSIONS[:1]))
def test_update_does_what_copier_update_does(
    treewright: Treewright,
    tmp_path: Path,
    version: str,
) -> None:
    project, twin = tmp_path / "1" / "acme-tool", tmp_path / "2" / "acme-tool"
    copy(ADDRESS, project, version, {"project_name": "acme-tool"})
    edit(project)
    shutil.copytree(project, twin)
    by_copier = update(twin)
    done = treewright("update", "--defaults", cwd=project)
    assert done.returncode == 0, done.stderr
    assert snapshot(project) == by_copier
    assert git("status", "--porcelain", cwd=project) == git("status", "--porcelain", cwd=twin)
    assert yaml.safe_load(by_copier[ANSWERS])["_commit"] == HERE


@pytest.mark.parametrize("what", ["nothing", full("a line"), full("a line, and the address")])
def test_finish_does_what_update_does(treewright: Treewright, tmp_path: Path, what: str) -> None:
    project, twin = tmp_path / "1" / "acme-tool", tmp_path / "2" / "acme-tool"
    if what == "nothing":
        write(project, ANSWERS, f"_commit: {VERSIONS[-1]}\n_src_path: {ADDRESS}\n")
        commit(project)
        done = treewright("finish", "--base=HEAD", "--check", cwd=project)
        assert done.returncode == 0, done.stdout + done.stderr
        write(project, ANSWERS, f"_commit: {HERE}\n_src_path: {FORK}\n")
        commit(project)
        done = treewright("finish", "--base=HEAD~", cwd=project)
        assert done.returncode == 2
        assert f"  _src_path: {FORK}\n" in done.stderr
        assert f"  _src_path: {ADDRESS}\n" in done.stderr, "the line to change"
        return
    before = "v0.7.0"  # what the newest releases changed may be nothing of this project
    made = treewright("new", "--defaults", "-T", f"--vcs-ref={before}", project)
    assert made.returncode == 0, made.stderr
    commit(project)
    edit(project)
    shutil.copytree(project, twin)
    answers = (project / ANSWERS).read_text("utf-8")
    if "address" in what:  # the project came from a path, and now goes on with the package
        write(project, ANSWERS, answers.replace(ADDRESS, "../treewright"))
        commit(project)
    write(project, ANSWERS, answers.replace(f"_commit: {before}", f"_commit: {HERE}"))
    commit(project)
    assert treewright("finish", "--base=HEAD~", "--check", cwd=project).returncode == 1
    done = treewright("finish", "--base=HEAD~", "--commit", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert treewright("update", "--defaults", cwd=twin).returncode == 0
    assert snapshot(project) == snapshot(twin)
    assert git("status", "--porcelain", cwd=project) == ""
    assert treewright("finish", "--base=HEAD~2", "--check", cwd=project).returncode == 0


@pytest.mark.parametrize("how", ["installed", full("wheel"), full("checkout")])
def test_it_runs_from_where_it_is(
    installed: Environment,
    wheel: Path,
    tagged: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    """By uvx, too, which installs what it needs, and runs all of it from its cache."""
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file")
    source = git_clone(tagged, tmp_path) if how == "checkout" else wheel
    uvx = [sys.executable, "-m", "uv", "tool", "run", "--quiet", "--from", str(source)]

    def run(*arguments: str, cwd: Path = tmp_path) -> str:
        command = ["treewright", *arguments]
        done = (
            installed.run(*command, cwd=cwd)
            if how == "installed"
            else subprocess.run(
                [*uvx, *command], cwd=cwd, capture_output=True, text=True, check=False
            )
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("--version") == f"treewright {HERE.removeprefix('v')}\n"
    run("new", "--defaults", "--quiet", "--skip-tasks", "acme-tool")
    project = tmp_path / "acme-tool"
    proven = json.loads(run("prove", "--json", cwd=project))
    assert proven["verdict"] == "proven"
    if how != "installed":
        assert proven["skipped"] == []
        commit(project)
        run("update", "--defaults", "--quiet", cwd=project)
        assert git("status", "--porcelain", cwd=project) == ""
    if how == "checkout":  # no stale build runs
        module = source / "src/treewright/cli.py"
        module.write_text(module.read_text("utf-8").replace('f"treewright {', 'f"edited {'))
        assert run("--version").startswith("edited ")
        commit(source)
        head = git("rev-parse", "HEAD", cwd=source)
        assert run("--version") == f"edited 9.0.1.dev1+g{head[:12]}\n"
        git("commit", "--quiet", "--allow-empty", "--message=release: v9.1.0", cwd=source)
        assert run("--version") == "edited 9.1.0\n"
        run("new", "--defaults", "--quiet", "--skip-tasks", "--vcs-ref=v9.1.0", "other")


def git_clone(source: Path, folder: Path) -> Path:
    """Clone a repository that is not to be written to."""
    git("clone", "--quiet", source, folder / "treewright", cwd=folder)
    return folder / "treewright"


@pytest.mark.parametrize("how", ["started", full("copied")])
def test_hooks_run_their_own_code(
    tagged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Where Copier's environment has another treewright, such as one of another version."""
    uv("venv", "--python", sys.executable, tmp_path / "venv")
    environment = Environment(tmp_path / "venv")
    site = environment.site  # the .pth file puts another folder in its place
    write(site, "treewright/__init__.py", "raise SystemExit('another treewright')\n")
    write(site, "needed.pth", sysconfig.get_path("purelib"))
    monkeypatch.setenv("PYTHONPATH", str(site))
    said = environment.run("python", "-m", "treewright")
    assert said.stderr == "another treewright\n"
    if how == "started":
        for hook in (tagged / "hooks").glob("*.py"):
            said = environment.run("python", hook, "--help")  # which not each of them knows
            assert "another treewright" not in said.stderr
            assert "import" not in said.stderr
        return
    copy_ = ("python", "-m", "copier", "copy", "--trust", "--defaults", "--quiet")
    done = environment.run(*copy_, tagged, tmp_path / "acme-tool")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "acme-tool" / ANSWERS).is_file()
