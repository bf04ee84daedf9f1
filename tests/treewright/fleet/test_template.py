"""Which projects are the template's, and what a release is called."""

import shutil
from pathlib import Path

import pytest

from adopting import from_clone
from fleets import fleet
from repositories import commit, git
from test_update_faults import NEXT
from treewright.adopting.errors import UnableError
from treewright.distribution import ADDRESS
from treewright.fleet.template import Template, behind, is_newer, plain


@pytest.fixture
def checkout(made_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout that has a remote."""
    made = shutil.copytree(made_up / "treewright", tmp_path / "treewright")
    git("remote", "add", "origin", "git@github.com:acme/treewright.git", cwd=made)
    from_clone(made, monkeypatch)
    return made


def test_a_checkout_answers_for_its_addresses_and_no_other(checkout: Path) -> None:
    ours = (
        ADDRESS,
        str(checkout),
        "https://github.com/acme/treewright",
        "https://github.com/acme/treewright.git",
        "git+https://github.com/acme/treewright.git",
        "gh:acme/treewright",
        "ssh://git@github.com/acme/treewright",
        "git@github.com:acme/treewright.git",
    )
    others = ("https://github.com/acme/other", "gh:acne/treewright", "/elsewhere", "", "treewright")
    with Template.found() as template:
        assert [address for address in ours if not template.is_that_of(address)] == []
        assert [address for address in others if template.is_that_of(address)] == []


def test_git_finds_the_checkout_at_each_of_its_addresses(checkout: Path, tmp_path: Path) -> None:
    """A commit that only the checkout has is found, and uncommitted changes are not."""
    (checkout / "new.txt").write_text("new\n")
    git("switch", "--quiet", "--detach", cwd=checkout)
    commit(checkout)
    commit_ = git("rev-parse", "HEAD", cwd=checkout).strip()
    git("switch", "--quiet", "main", cwd=checkout)  # no branch has it now
    (checkout / "new.txt").write_text("not committed\n")
    with Template.found() as template, pytest.MonkeyPatch.context() as patch:
        ref, said = template.named(commit_)
        for name, value in template.variables(checkout).items():
            patch.setenv(name, value)
        for number, address in enumerate([ADDRESS, "https://github.com/acme/treewright.git"]):
            place = tmp_path / str(number)
            git("clone", "--quiet", "--no-checkout", address, place, cwd=tmp_path)
            git("checkout", "--quiet", ref, cwd=place)
            assert (place / "new.txt").read_text() == "new\n"
    assert said.startswith(f"{NEXT}-1-g")
    assert template.variables(checkout)["COPIER_CACHE_DIR"].startswith(str(template.work))


@pytest.mark.parametrize("ref", ["v7.7.7", "no/branch", "--all", "HEAD~99", ""])
def test_what_names_no_commit_is_wrong_usage(
    ref: str, checkout: Path, made_up: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Template.found() as template, pytest.raises(UnableError):
        template.named(ref)
    assert fleet("rehearse", f"--to={ref}", made_up / "made") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"--to {ref} names no commit in {checkout}.")


def test_releases_of_a_checkout_are_its_tags(checkout: Path) -> None:
    """Oldest first, without the empty one, and without tags that are no versions."""
    for name in ("v10.0.0", "v9.10.0", "very-old"):
        git("tag", name, cwd=checkout)
    with Template.found() as template:
        assert template.releases() == ["v8.0.0", "v9.0.0", NEXT, "v9.10.0", "v10.0.0"]


def test_releases_are_compared_as_versions() -> None:
    releases = ["v0.9.0", "v0.10.0", "v1.0.0"]
    assert behind("v0.9.0", releases) == ["v0.10.0", "v1.0.0"]
    assert behind("v0.9.0-3-gabcdef0", releases) == ["v0.10.0", "v1.0.0"]
    assert behind("abcdef0", releases) == []
    assert is_newer("v0.10.0", "v0.9.0")
    assert is_newer("v0.9.0-3-gabcdef0", "v0.9.0")
    assert not is_newer("v0.9.0", "v0.9.0")
    assert plain("/a/path") == ""
