"""A release is prepared, checked and tagged; tags are those of Copier, git and the build."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from copier._template import Template
from copier._vcs import get_latest_tag

import release
import releases
from keeping import is_shallow
from rendering import ROOT
from repositories import git

DISTRIBUTION = '{"address": "https://treewright.invalid/treewright.git", "former": [], "pin": ""}\n'
CHANGELOG = "# Changelog\n\n## Unreleased\n\n- New.\n\n## v0.1.0 (2026-01-31)\n\n- First.\n"

Run = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original")
    git("init", "--quiet", "--template=", "--initial-branch=main", cwd=folder)
    write(folder, "copier.yml", "_subdirectory: template\n")
    write(folder, release.KEPT, "{}\n")
    write(folder, release.DISTRIBUTION, DISTRIBUTION)
    save(folder, "release: v0.0.0")
    write(folder, release.CHANGELOG, CHANGELOG)
    save(folder, "release: v0.1.0")
    write(folder, "template/README.md", "Hello\n")
    save(folder, "Say hello\n\nrelease: v0.1.1")
    return folder


@pytest.fixture
def repository(original: Path, tmp_path: Path) -> Path:
    """A repository with two releases, and a change that is not released yet."""
    return shutil.copytree(original, tmp_path / "repository")


@pytest.fixture
def run(repository: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the script; give its exit status and what it prints."""

    def _run(*arguments: str) -> tuple[int, str]:
        status = release.main(arguments, repository)
        printed = capsys.readouterr()
        assert bool(printed.err) == bool(status)
        return status, printed.out + printed.err

    return _run


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")


def save(folder: Path, message: str) -> None:
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--allow-empty", f"--message={message}", cwd=folder)


def head(folder: Path, name: str = "HEAD") -> str:
    return git("rev-parse", f"{name}^{{commit}}", cwd=folder).strip()


# --- Prepare and check -----------------------------------------------------------------


def test_a_release_is_made(repository: Path, run: Run) -> None:
    write(
        repository, "template/new.txt", "It is part of the release, though git knows it not yet.\n"
    )
    status, said = run("prepare", "v0.2.0")
    command = 'git commit --all --message "release: v0.2.0"'
    assert (status, command in said) == (0, True)
    save(repository, "release: v0.2.0")
    assert run("check") == run("check", "v0.2.0") == (0, "v0.2.0 can be released.\n")
    notes = repository / "notes.md"
    run("check", "v0.2.0", f"--notes={notes}")
    assert notes.read_text("utf-8") == "- New.\n"
    assert run("tag")[1].endswith("3 newly tagged: v0.0.0, v0.1.0, v0.2.0.\n")
    assert git("describe", cwd=repository) == "v0.2.0\n"


def test_a_release_is_prepared_again(repository: Path, run: Run) -> None:
    """What was changed meanwhile stays; so it does where the commit is amended."""
    run("prepare", "v0.2.0")
    changelog = repository / release.CHANGELOG
    write(repository, release.CHANGELOG, changelog.read_text("utf-8").replace("New.", "Newer."))
    write(repository, "copier.yml", "_subdirectory: other\n")
    run("prepare", "v0.2.0")
    save(repository, "release: v0.2.0")
    assert run("check")[0] == 0
    write(repository, "copier.yml", "_subdirectory: template\n")
    run("prepare", "v0.2.0")
    git("commit", "--quiet", "--all", "--amend", "--no-edit", cwd=repository)
    assert run("check") == (0, "v0.2.0 can be released.\n")
    assert changelog.read_text("utf-8").count("- Newer.") == 1


def test_a_release_is_newer_than_the_commit_before(repository: Path, run: Run) -> None:
    git("reset", "--quiet", "--hard", "HEAD~1", cwd=repository)
    assert run("prepare", "v0.0.9") == (1, "v0.0.9 is not newer than v0.1.0\n")


def test_a_release_needs_something_new(repository: Path, run: Run) -> None:
    before = git("rev-parse", "HEAD^{tree}", cwd=repository)
    assert run("prepare", "v0.1.0") == (1, "v0.1.0 is not newer than v0.1.0\n")
    write(repository, release.CHANGELOG, CHANGELOG.replace("Unreleased", "v0.1.1 (2026-02-01)"))
    save(repository, "Forget it")
    assert run("prepare", "v0.2.0") == (
        1,
        "CHANGELOG.md does not begin with a section `## Unreleased`\n",
    )
    write(repository, release.CHANGELOG, CHANGELOG)
    save(repository, "Remember it")
    assert git("rev-parse", "HEAD^{tree}", cwd=repository) == before, "a refusal wrote something"


@pytest.mark.parametrize(
    ("subject", "change", "fault"),
    [
        ("Release v0.2.0", {}, "the newest commit is no release: its subject is `Release v0.2.0`"),
        ("release: v0.2", {}, "the newest commit is no release: its subject is `release: v0.2`"),
        ("release: v0.3.0", {}, "the newest commit is the release v0.3.0, not v0.2.0"),
        ("release: v0.0.9", {}, "v0.0.9 is not newer than v0.1.0"),
        ("release: v0.2.0", {"CHANGELOG.md": CHANGELOG}, "`## v0.2.0 (YYYY-MM-DD)`"),
        ("release: v0.2.0", {"CHANGELOG.md": "## v0.2.0 (2026-02-01)\n\n## v0.1.0\n"}, "has text"),
        ("release: v0.2.0", {"copier.yml": "{}\n"}, 'tests/releases.json lacks "v0.2.0": "'),
        (
            "release: v0.2.0",
            {release.DISTRIBUTION: DISTRIBUTION.replace('"pin": ""', '"pin": "0.3.0"')},
            "the pin 0.3.0 is no release",
        ),
    ],
)
def test_what_keeps_a_release_is_named(
    repository: Path, run: Run, subject: str, change: dict[str, str], fault: str
) -> None:
    run("prepare", "v0.2.0")
    for name, text in change.items():
        write(repository, name, text)
    save(repository, subject)
    notes = repository / "notes.md"
    status, said = run("check", "v0.2.0", f"--notes={notes}")
    assert (status, fault in said) == (1, True), said
    assert not notes.exists()


@pytest.mark.parametrize("pin", ["0.1.0", "0.2.0"])
def test_the_pin_is_a_release(repository: Path, run: Run, pin: str) -> None:
    text = DISTRIBUTION.replace('"pin": ""', f'"pin": "{pin}"')
    write(repository, release.DISTRIBUTION, text)
    run("prepare", "v0.2.0")
    save(repository, "release: v0.2.0")
    assert run("check") == (0, "v0.2.0 can be released.\n")


@pytest.mark.parametrize("version", ["0.2.0", "v0.2", "v0.2.0rc1", ""])
def test_what_is_no_version_is_refused(run: Run, version: str) -> None:
    with pytest.raises(SystemExit) as caught:
        run("prepare", version)
    assert caught.value.code == 2


# --- Tags ------------------------------------------------------------------------------


def test_tags_are_made_once(repository: Path, run: Run) -> None:
    assert run("tag") == (0, "2 releases, 2 newly tagged: v0.0.0, v0.1.0.\n")
    before = git("show-ref", "--tags", "--dereference", cwd=repository)
    assert run("tag") == (0, "2 releases, 0 newly tagged.\n")
    assert git("show-ref", "--tags", "--dereference", cwd=repository) == before


def test_everybody_makes_the_same_tags(
    repository: Path, run: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whoever makes them, and whatever their settings are, so that each may be pushed."""
    other = tmp_path_factory.mktemp("other") / "clone"
    git("clone", "--quiet", repository, other, cwd=repository)
    for setting in ("user.name=Somebody", "user.email=some@example.org", "tag.gpgSign=true"):
        git("config", *setting.split("="), cwd=other)
    run("tag")
    assert release.main(["tag"], other) == 0
    tags = [git("show-ref", "--tags", cwd=folder) for folder in (repository, other)]
    assert tags[0] == tags[1] != ""


def test_tags_that_are_there_stay(repository: Path, run: Run) -> None:
    git("tag", "v0.1.0", "HEAD~1", cwd=repository)
    git("tag", "nightly", cwd=repository)
    git("tag", "v0.2.0rc1", cwd=repository)
    assert run("tag") == (0, "2 releases, 1 newly tagged: v0.0.0.\n")
    assert git("cat-file", "-t", "v0.1.0", cwd=repository) == "commit\n"


@pytest.mark.parametrize(
    ("name", "fault"),
    [("v0.1.0", "but its release is"), ("v0.2.0", "is no release: Copier would take it")],
)
@pytest.mark.parametrize("options", [[], ["--annotate", "--message=x"]], ids=["light", "annotated"])
def test_a_tag_in_another_place_is_named(
    repository: Path, run: Run, name: str, fault: str, options: list[str]
) -> None:
    git("tag", *options, name, cwd=repository)
    status, said = run("tag")
    assert (status, f"{name} is a tag of {head(repository)[:12]}" in said) == (1, True)
    assert fault in said
    assert git("tag", cwd=repository) == f"{name}\n", "nothing is made"


def test_a_release_of_another_branch_is_one(repository: Path, run: Run) -> None:
    git("switch", "--quiet", "--create=maintenance", "HEAD~1", cwd=repository)
    save(repository, "release: v0.1.1")
    assert run("tag")[0] == 0
    git("switch", "--quiet", "main", cwd=repository)
    assert run("tag") == (0, "2 releases, 0 newly tagged.\n")


def test_a_shallow_clone_is_refused(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = tmp_path_factory.mktemp("shallow") / "clone"
    git("clone", "--quiet", "--depth=1", repository.as_uri(), clone, cwd=repository)
    assert release.main(["tag"], clone) == 1
    assert "git fetch --unshallow" in capsys.readouterr().err


@pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases")
def test_git_copier_and_the_build_agree(tmp_path: Path) -> None:
    """Of every release of Treewright, in a clone without tags."""
    clone = tmp_path / "treewright"
    git("clone", "--quiet", "--no-tags", ROOT, clone, cwd=tmp_path)
    assert release.main(["tag"], clone) == 0
    known = releases.found(clone)
    for version, commit in known.items():
        assert head(clone, version) == commit
        assert git("describe", commit, cwd=clone) == f"{version}\n"
    newest = list(known)[-1]
    assert get_latest_tag(str(clone)) == newest
    template = Template(url=str(clone))
    assert (template.commit, str(template.version)) == (newest, newest.removeprefix("v"))
    git("checkout", "--quiet", newest, cwd=clone)
    assert releases.version(clone, known) == newest.removeprefix("v")


def test_the_script_is_run_by_any_python(tmp_path: Path) -> None:
    """It needs nothing installed: a release workflow starts it before anything else."""
    command = ["python3", "-S", str(ROOT / ".ci/release.py"), "check", "v0.0.1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert json.loads((ROOT / release.KEPT).read_text("utf-8"))
