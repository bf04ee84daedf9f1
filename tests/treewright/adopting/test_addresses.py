"""Where a repository is: what a remote says is what the template makes of it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from tiers import full
from treewright.adopting import addresses
from treewright.adopting.addresses import Place
from treewright.adopting.reading import Sources

Make = Callable[[Mapping[str, str | bytes]], Path]
Render = Callable[..., Path]
Git = Callable[..., None]

GITHUB = Place("github", "acme", "https://github.com/acme/tool")
URLS = '[project]\nname = "tool"\n[project.urls]\nSource = "https://github.com/acme/tool"\n'


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://github.com/acme/tool.git", GITHUB),
        ("https://github.com/acme/tool", GITHUB),
        ("http://www.github.com/acme/tool/", GITHUB),
        ("git@github.com:acme/tool.git", GITHUB),
        ("github.com:acme/tool", GITHUB),
        ("ssh://git@github.com:22/acme/tool.git", GITHUB),
        ("git+ssh://git@github.com/acme/tool", GITHUB),
        ("git://github.com/acme/tool.git", GITHUB),
        ("https://me:hunter2@github.com/acme/tool.git", GITHUB),
        ("https://ghp_secret@github.com/acme/tool.git", GITHUB),
        ("https://github.com/acme/tool/issues?q=1#top", GITHUB),
        ("https://github.com/acme/tool/tree/main/packages/x", GITHUB),
        ("git@github-work:acme/tool.git", GITHUB),
        (
            "git@gitlab.com:acme/inner/tool.git",
            Place("gitlab", "acme/inner", "https://gitlab.com/acme/inner/tool"),
        ),
        (
            "https://gitlab.example.org:8443/acme/tool/-/tree/main",
            Place("gitlab", "acme", "https://gitlab.example.org:8443/acme/tool"),
        ),
        (
            "http://git.example.org/acme/tool.git",
            Place("none", "acme", "http://git.example.org/acme/tool"),
        ),
        (
            "ssh://git@git.example.org:2222/acme/tool.git",
            Place("none", "acme", "https://git.example.org/acme/tool"),
        ),
        (
            "git@codeberg.org:acme/tool.git",
            Place("none", "acme", "https://codeberg.org/acme/tool"),
        ),
        ("git@git.sr.ht:~acme/tool", Place("none", "", "https://git.sr.ht/~acme/tool")),
        ("/srv/git/tool.git", None),
        ("../tool", None),
        ("file:///srv/git/tool.git", None),
        (r"C:\git\tool", None),
        ("C:/git/tool", None),
        ("work:acme/tool.git", None),
        ("https://github.com/tool", None),
        ("https://github.com/acme/to ol", None),
        ("", None),
    ],
)
def test_an_address_is_read_as_git_has_it(address: str, expected: Place | None) -> None:
    assert addresses.place(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "git@gitlab.com:acme/inner/tool.git",
        full("https://github.com/acme/tool.git"),
        full("git@github.com:acme/tool.git"),
        full("https://gitlab.example.org:8443/acme/tool/-/tree/main"),
        full("http://git.example.org/acme/tool.git"),
        full("ssh://git@git.example.org:2222/acme/tool.git"),
        full("git@git.sr.ht:~acme/tool"),
    ],
)
def test_the_template_makes_the_same_of_it(render: Render, address: str) -> None:
    stored = yaml.safe_load((render(repository=address) / ".copier-answers.yml").read_text())
    made = Place(stored["forge"], stored["github_user"], stored["repository_url"])
    assert addresses.place(address) == made


def test_origin_is_taken_and_another_upstream_is_told(commit: Make, git: Git) -> None:
    folder = commit({"pyproject.toml": URLS})
    git(folder, "remote", "add", "backup", "/srv/backup.git")
    git(folder, "remote", "add", "upstream", "git@github.com:acme/tool.git")
    git(folder, "remote", "add", "origin", "https://token@github.com/me/tool.git")
    found = addresses.infer(Sources(folder))
    assert {name: one.value for name, one in found.items()} == {
        "repository": "https://github.com/me/tool",
        "forge": "github",
        "github_user": "me",
        "repository_url": "https://github.com/me/tool",
    }
    assert found["repository"].sure == "contradictory"
    assert found["repository"].alternatives["the remote upstream"] == GITHUB.url
    assert "token" not in repr(found)
    git(folder, "remote", "set-url", "origin", "https://github.com/Acme/tool")
    assert addresses.infer(Sources(folder))["repository"].sure == "sure"


def test_a_fork_is_told_by_the_metadata(commit: Make, git: Git) -> None:
    folder = commit({"pyproject.toml": URLS})
    git(folder, "remote", "add", "origin", "https://github.com/me/tool.git")
    found = addresses.infer(Sources(folder))["repository"]
    assert found.sure == "contradictory"
    assert found.alternatives == {"Source in [project.urls]": GITHUB.url}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", URLS),
        (
            "pyproject.toml",
            '[project.urls]\nHome = "x"\n"Bug Tracker" = "https://github.com/acme/tool/issues"\n',
        ),
        ("pyproject.toml", '[tool.poetry]\nrepository = "https://github.com/acme/tool"\n'),
        ("pyproject.toml", '[tool.flit.metadata]\nhome-page = "https://github.com/acme/tool"\n'),
        ("setup.cfg", "[metadata]\nurl = https://github.com/acme/tool\n"),
        (
            "setup.cfg",
            "[metadata]\nproject_urls =\n  Source = https://github.com/acme/tool\n",
        ),
        ("setup.py", "setup(url='https://github.com/acme/tool')"),
        ("setup.py", "setup(project_urls={'Code': 'https://github.com/acme/tool'})"),
    ],
)
def test_metadata_tell_where_there_is_no_remote(make: Make, file: str, text: str) -> None:
    found = addresses.infer(Sources(make({file: text})))
    assert found["repository"].value == GITHUB.url
    assert found["repository"].sure == "likely"


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.github.io/tool/latest/index.html",
        "https://acme.gitlab.io/tool/latest/index.html",
        "https://gist.github.com/acme/123",
        "https://raw.githubusercontent.com/acme/tool/main/README.md",
        "https://example.org/acme/tool",
        "https://github.com/acme",
    ],
)
def test_pages_are_no_repository(make: Make, url: str) -> None:
    folder = make({"pyproject.toml": f'[project.urls]\nHomepage = "{url}"\n'})
    assert addresses.infer(Sources(folder))["repository"].value == ""


@pytest.mark.parametrize(
    ("files", "forge"),
    [
        ({".github/FUNDING.yml": ""}, "github"),
        ({".gitlab-ci.yml": ""}, "gitlab"),
        ({".gitlab/x.md": ""}, "gitlab"),
        ({"README.md": ""}, "none"),
    ],
)
def test_a_forge_is_told_by_its_files(make: Make, files: dict[str, str], forge: str) -> None:
    found = addresses.infer(Sources(make(files)))
    assert found["forge"].value == forge
    assert found["repository"].value == ""
