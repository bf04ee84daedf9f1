"""The site of the documentation: all pages, in its menu, with links that are right there."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from uv import find_uv_bin

import website
from rendering import ROOT
from repositories import git
from tiers import full
from treewright import distribution

CONFIG: dict[str, Any] = tomllib.loads((ROOT / website.CONFIG).read_text("utf-8"))["project"]
COMMAND = "run --locked --only-group docs python docs/website.py"


def listed(nav: list[Any]) -> Iterator[str]:
    """Yield the pages of a menu."""
    for item in nav:
        if isinstance(item, str):
            yield item
        else:
            for part in item.values():
                yield from [part] if isinstance(part, str) else listed(part)


def test_the_menu_has_every_page() -> None:
    in_menu = list(listed(CONFIG["nav"]))
    assert sorted(in_menu) == sorted(website.pages().values()), f"the menu is in {website.CONFIG}"
    assert len(in_menu) == len(set(in_menu)) > 20


def test_it_looks_as_that_of_a_package(covering: list[Path]) -> None:
    made = next(filter(Path.exists, (project / website.CONFIG for project in covering)))
    theirs = tomllib.loads(made.read_text("utf-8"))["project"]
    assert CONFIG["theme"] == theirs["theme"]
    del theirs["markdown_extensions"]["pymdownx.snippets"]  # nothing is included in our pages
    assert CONFIG["markdown_extensions"] == theirs["markdown_extensions"]


def test_the_address_is_that_of_the_distribution() -> None:
    """Once there is one: docs/publishing.md says where to write it."""
    address = distribution.ADDRESS.removesuffix(".git")
    public = not address.startswith("https://treewright.invalid/")
    assert CONFIG.get("repo_url") == (address if public else None)


# --- Links -----------------------------------------------------------------------------

REPOSITORY = "https://git.example.org/acme/tool"
BLOCK = "```md\n[a](docs/a.md)\n```\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small repository, with its address."""
    for name in (
        "README.md",
        "copier.yml",
        "docs/a.md",
        "docs/deep/b.md",
        "docs/x.png",
        "src/a.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / website.CONFIG).write_text(f'[project]\nrepo_url = "{REPOSITORY}"\n')
    return tmp_path


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("README.md", "[a](docs/a.md#b) ![x](docs/x.png)", "[a](a.md#b) ![x](x.png)"),
        ("docs/a.md", "[b](deep/b.md), [r](../README.md#x)", "[b](deep/b.md), [r](index.md#x)"),
        ("docs/deep/b.md", "[`a`](../a.md)", "[`a`](../a.md)"),
        ("docs/deep/b.md", "[r](../../README.md)", "[r](../index.md)"),
        ("docs/a.md", "[two\nlines](a.md)", "[two\nlines](a.md)"),
        ("docs/a.md", "[![x](x.png)](https://a.example)", "[![x](x.png)](https://a.example)"),
        ("README.md", "[s](src)", f"[s]({REPOSITORY}/tree/main/src)"),
        ("README.md", "[c](copier.yml#L3)", f"[c]({REPOSITORY}/blob/main/copier.yml#L3)"),
        ("docs/a.md", "[p](../src/a.py)", f"[p]({REPOSITORY}/blob/main/src/a.py)"),
        ("README.md", "[a](https://a.example/docs/a.md)", "[a](https://a.example/docs/a.md)"),
        ("README.md", "[b](#b)", "[b](#b)"),
        ("README.md", BLOCK + "`[a](docs/a.md)`", BLOCK + "`[a](docs/a.md)`"),
    ],
)
def test_a_link_is_rewritten(
    root: Path, tmp_path: Path, source: str, text: str, expected: str
) -> None:
    assert website.rewrite(text, source, tmp_path / "pages", root) == expected


def test_a_link_to_a_repository_without_address_is_its_words(root: Path, tmp_path: Path) -> None:
    (root / website.CONFIG).write_text("[project]\n")
    text = "See [`src/`](src), [the questions](copier.yml) and [a](docs/a.md)."
    expected = "See `src/`, the questions and [a](a.md)."
    assert website.rewrite(text, "README.md", tmp_path / "pages", root) == expected


@pytest.mark.parametrize("target", ["docs/c.md", "../outside.md", "a.md"])
def test_a_link_to_nowhere_is_an_error(root: Path, tmp_path: Path, target: str) -> None:
    with pytest.raises(website.LinkError, match=re.escape(f"README.md: {target} leads nowhere")):
        website.rewrite(f"[x]({target})", "README.md", tmp_path / "pages", root)


# --- The site --------------------------------------------------------------------------


def copy(folder: Path) -> Path:
    """Copy what git would take of this repository."""
    names = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def test_pages_are_gathered(tmp_path: Path) -> None:
    website.gather(tmp_path)
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    assert files == {*website.pages().values(), "picture.svg", "rehearsing.png", "site.png"}


def links_of_pages(page: Path) -> list[str]:
    """Give the links of a page to others, each of which has to be there."""
    text = re.sub(r"(?ms)^ *```.*?^ *```$|`[^`]*`", "", page.read_text("utf-8"))
    links = re.findall(r"\]\((?![a-z]+:|#)([^)#]+)", text)
    assert [link for link in links if not page.parent.joinpath(link).is_file()] == [], page
    return links


def build(repo_url: str, folder: Path) -> Iterator[tuple[str, Path, Path]]:
    """Build the site in strict mode, without the network; yield each link, its page and the copy.

    Args:
        repo_url: The address of the repository, or nothing.
        folder: An empty folder.

    """
    repository = copy(folder / "treewright")
    config = repository / website.CONFIG
    text = re.sub("(?m)^repo_url = .*\n", "", config.read_text("utf-8"))
    line = f'repo_url = "{repo_url}"\n' if repo_url else ""
    config.write_text(text.replace("[project]\n", f"[project]\n{line}"), "utf-8")
    uv(repository, "sync --quiet --locked --only-group docs")
    proxy = "http://127.0.0.1:9"
    said = uv(repository, COMMAND, UV_OFFLINE="1", http_proxy=proxy, https_proxy=proxy)
    assert "No issues found" in said
    for page in website.pages().values():
        html = repository / "site" / page.removesuffix(".md").removesuffix("index") / "index.html"
        text = html.read_text("utf-8")
        assert "```" not in re.sub(r"(?s)<(pre|code)\b.*?</\1>", "", text), page
        for link in set(re.findall(r'(?:href|src)="([^"]+)"', text)):
            yield link, html, repository


def uv(repository: Path, command: str, **variables: str) -> str:
    """Give what a command of uv prints; it has to succeed."""
    done = subprocess.run(
        [find_uv_bin(), *command.split()],
        cwd=repository,
        env=os.environ | {"UV_PYTHON": sys.executable} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def gathered(folder: Path) -> None:
    """Gather the pages, with the links of a repository that has no address."""
    website.gather(folder)
    for page in website.pages().values():
        links_of_pages(folder / page)


def built(folder: Path, repo_url: str = "") -> None:
    """Build the site, and follow its links."""
    for link, html, repository in build(repo_url, folder):
        check(link, html, repository, repo_url)


@pytest.mark.parametrize(
    "make",
    [gathered, full(built, id="built"), full(partial(built, repo_url=REPOSITORY), id="published")],
)
def test_links_are_right(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path)


def check(link: str, html: Path, repository: Path, repo_url: str) -> None:
    """See that a link of the site leads somewhere."""
    split = urlsplit(link)
    if repo_url and link.startswith(f"{repo_url}/"):
        kind, branch, path = link.removeprefix(f"{repo_url}/").split("#")[0].split("/", 2)
        place = repository / path
        assert (branch, kind) == ("main", "tree" if place.is_dir() else "blob"), link
        assert place.exists(), link
    elif not split.scheme:
        there = html.parent / unquote(split.path)
        there = there / "index.html" if there.is_dir() else there
        assert there.is_file(), f"{html}: {link}"
        if split.fragment and there.suffix == ".html":
            assert f'id="{split.fragment}"' in there.read_text("utf-8"), f"{html}: {link}"


def test_a_wrong_link_stops_the_build(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository = copy(tmp_path / "treewright")
    (repository / "docs/proof.md").write_text("[x](nowhere.md)\n")
    assert website.main(repository) == 1
    assert capsys.readouterr().err == "docs/proof.md: nowhere.md leads nowhere\n"
