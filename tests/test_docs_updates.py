"""The pages of the documentation come with the answer that wants them, once, and are the user's."""

from pathlib import Path

import pytest
import yaml

from home_page import whole
from in_process import copier
from keeping import HERE, clone_releases, is_shallow, releases
from repositories import commit, snapshot
from test_copier import run
from tiers import spread

NEXT = "v9.1.0"
PAGES = ("docs/index.md", "docs/tutorial.md")
MINE = b"# Mine\n"
VERSIONS = list(releases())


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with every release, that of the working tree, and one that has changed the pages."""
    clone = clone_releases(tmp_path_factory.mktemp("docs"))
    for page in (clone / "template").glob("*docs_folder*/*.md.jinja"):
        page.write_text(page.read_text("utf-8") + "\nFrom the next release.\n", "utf-8")
    run("git", "commit", "--quiet", "--all", f"--message=release: {NEXT}", cwd=clone)
    run("git", "tag", NEXT, cwd=clone)
    return clone


def update(project: Path, *arguments: str) -> dict[str, bytes]:
    """Update a project, which has to go smoothly, and give its files."""
    printed = copier("update", "--defaults", "--trust", *arguments, project)
    assert "Warning" not in printed
    assert run("git", "ls-files", "--unmerged", cwd=project) == ""
    run("git", "add", "--all", cwd=project)
    run("git", "commit", "--quiet", "--allow-empty", "--message=update", cwd=project)
    return snapshot(project)


@pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases to update from")
def test_an_old_project_gets_them_once(tagged: Path, tmp_path: Path) -> None:
    project = tmp_path / "acme-tool"
    copier("copy", "--defaults", "--skip-tasks", "--vcs-ref=v0.2.0", tagged, project)
    (project / "docs").mkdir()
    (project / "docs/tutorial.md").write_bytes(MINE)
    commit(project)

    files = update(project, f"--vcs-ref={HERE}")
    assert files["docs/index.md"].startswith(b"# acme-tool\n")
    assert files["docs/tutorial.md"] == MINE
    assert {"docs/api.md", "docs/changelog.md", "zensical.toml"} <= files.keys()

    (project / "docs/index.md").unlink()
    run("git", "commit", "--quiet", "--all", "--message=less", cwd=project)
    files = update(project)
    assert yaml.safe_load(files[".copier-answers.yml"])["_commit"] == NEXT
    assert "docs/index.md" not in files
    assert files["docs/tutorial.md"] == MINE
    assert b"From the next release." in files["docs/api.md"]


def test_switched_on_later(tagged: Path, tmp_path: Path) -> None:
    """In a folder of a repository, and with an answers file by another name."""
    project = tmp_path / "many" / "[acme]" / "acme-tool"
    answers = "--answers-file=.copier-answers.treewright.yml"
    copy = ("copy", "--defaults", "--skip-tasks", f"--vcs-ref={HERE}", answers)
    copier(*copy, "--data=docs=none", tagged, project)
    commit(tmp_path / "many")
    stay = (answers, "--vcs-ref=:current:")

    files = update(project, *stay, "--data=docs=zensical")
    assert files.keys() >= {*PAGES, "docs/api.md", "zensical.toml"}

    (project / "docs/index.md").write_bytes(MINE)
    (project / "docs/tutorial.md").unlink()
    run("git", "commit", "--quiet", "--all", "--message=mine", cwd=project)
    files = update(project, *stay, "--data=docs=sphinx")
    assert {path for path in files if path.startswith("docs/")} == {
        "docs/api.md",
        "docs/changelog.md",
        "docs/conf.py",
        "docs/index.md",
        "docs/python.inv",
    }
    assert files["docs/index.md"] == MINE
    assert "zensical.toml" not in files


def test_a_second_copy_keeps_them(tagged: Path, tmp_path: Path) -> None:
    project = tmp_path / "acme-tool"
    copy = ("copy", "--defaults", "--skip-tasks", "--overwrite", tagged, project)
    copier(*copy)
    for page in PAGES:
        (project / page).write_bytes(MINE)
    assert "Warning" not in copier(*copy)
    assert [(project / page).read_bytes() for page in PAGES] == [MINE, MINE]


OLD = [(version, docs) for docs in ("zensical", "sphinx") for version in VERSIONS]


@pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases to update from")
@pytest.mark.parametrize(("version", "docs"), spread(OLD, [OLD[0], OLD[-1]], names=2))
def test_an_old_readme_and_new_pages_say_the_example_once(
    tagged: Path, tmp_path: Path, version: str, docs: str
) -> None:
    """Its README has no part for the home page to include."""
    project = tmp_path / "acme-tool"
    none = "--data=docs=none"
    copier("copy", "--defaults", "--skip-tasks", f"--vcs-ref={version}", none, tagged, project)
    readme = (project / "README.md").read_bytes()
    commit(project)
    files = update(project, f"--vcs-ref={HERE}", f"--data=docs={docs}")
    assert files["README.md"] == readme
    page = whole(files["docs/index.md"].decode(), readme.decode())
    assert page.count("```pycon\n") == 1
    assert "README.md" not in page


SWITCHES = [("v0.5.0", "sphinx"), ("v0.5.0", "zensical"), (HERE, "sphinx"), (HERE, "zensical")]


@pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases to update from")
@pytest.mark.parametrize(("version", "docs"), spread(SWITCHES, SWITCHES[:1], names=2))
def test_the_patch_brings_a_home_page_to_the_generator(
    tagged: Path, tmp_path: Path, version: str, docs: str
) -> None:
    project = tmp_path / "acme-tool"
    other = {"sphinx": "zensical", "zensical": "sphinx"}[docs]
    data = f"--data=docs={other}"
    copier("copy", "--defaults", "--skip-tasks", f"--vcs-ref={version}", data, tagged, project)
    commit(project)
    page = update(project, f"--vcs-ref={HERE}", f"--data=docs={docs}")["docs/index.md"]
    assert (b"{toctree}" in page) == (other == "sphinx"), "it is the user's"
    run("git", "apply", "--3way", ".git/treewright.patch", cwd=project)
    text, readme = (project / "docs/index.md").read_text(), (project / "README.md").read_text()
    assert ("{toctree}" in text) == (docs == "sphinx")
    assert ("README.md" in text) == ("[start:use]" in readme)
    assert whole(text, readme).count("```pycon\n") == 1
