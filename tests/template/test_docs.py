"""The site of the documentation: built without a warning, complete, and true."""

import html
import os
import re
import shlex
import subprocess
import tomllib
import zlib
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from uv import find_uv_bin

import pythons
import rendering
from answers import (
    CONTENTS,
    COVERING,
    PROGRAMS,
    SHAPES,
    VARIANTS,
    Promise,
    identify,
    start,
)
from home_page import whole
from tiers import exhaustive

Render = Callable[..., Path]

BUILD = {
    "zensical": "uv run --group docs zensical build --strict --clean",
    "sphinx": "uv run --group docs sphinx-build --fail-on-warning --fresh-env docs site",
}
NEWEST = "3.15" if "3.15" in pythons.at_hand() else "3.11"
# The first of each tool is built on every run, the others with --exhaustive.
SITES = [
    {"docs": docs, **shape, **answers, "python_min": python}
    for docs, (answers, shape, python) in [
        ("zensical", (start("pipeline", "both", "click"), SHAPES[-1], "3.11")),
        ("sphinx", (start("command", "none", "argparse"), SHAPES[1], NEWEST)),
        *product(
            ("zensical", "sphinx"),
            [
                (start(starter, plugins, "argparse"), shape, python)
                for number, (starter, plugins) in enumerate(
                    [
                        *product(("library", *PROGRAMS), ("none", "both")),
                        ("plugin", ""),
                        ("minimal", "none"),
                    ]
                )
                for shape, python in [
                    (SHAPES[number % 6], "3.11"),
                    (SHAPES[(number + 3) % 6], "3.15"),
                ]
            ],
        ),
    ]
]
# What reStructuredText and Markdown would read as theirs, in what a project says of itself.
DESCRIPTION = "Reads *.csv, a_, __b__, `c|, <d>, & &amp; $e$ {f}`g` ~~h~~ [i] #j : 1) and :k:"
# What docstrings name of Python itself: the real inventory is on the network.
MANUAL = ["ValueError", "OSError", "str", "pathlib.Path"]


def inventory(file: Path) -> dict[str, str]:
    """Read the names of a site and where each is described, of its objects.inv."""
    *_, packed = file.read_bytes().split(b"\n", 4)
    lines = (line.split(" ") for line in zlib.decompress(packed).decode().splitlines())
    return {name: place for name, _, _, place, *_ in lines}


def write_manual(site: Path) -> None:
    """Put an inventory of Python's manual where Sphinx keeps the one that it has fetched."""
    file = site / ".doctrees/__intersphinx_cache__/python_objects.inv"
    file.parent.mkdir(parents=True)
    head = "# Sphinx inventory version 2\n# Project: Python\n# Version: 3\n# zlib\n"
    body = "".join(f"{name} py:class 1 library.html#$ -\n" for name in MANUAL)
    file.write_bytes(head.encode() + zlib.compress(body.encode()))


def public(project: Path, promise: Promise) -> set[str]:
    """Read `__all__`."""
    text = (project / promise.folder / "__init__.py").read_text("utf-8")
    return set(re.findall(r'"(\w+)"', text.partition("\n__all__ = [")[2].partition("]")[0]))


def words(page: Path) -> str:
    """What a page says, without its tags."""
    text = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]*>", "", page.read_text("utf-8"))
    return " ".join(html.unescape(text).split())


@pytest.mark.parametrize(
    "site_answers",
    [*SITES[:2], *map(exhaustive, SITES[2:])],
    ids=[f"{number}-{identify(answers)}" for number, answers in enumerate(SITES)],
)
def test_site(render: Render, site_answers: dict[str, str]) -> None:
    answers = site_answers
    python = answers["python_min"]
    if python not in pythons.at_hand():
        pytest.skip(f"Python {python} is not at hand, and the package is for no older one")
    project = render(answers, project_name="acme-tool", project_description=DESCRIPTION)
    promise = Promise({"build_backend": "uv", **answers})
    site = project / "site"
    if answers["docs"] == "sphinx":
        write_manual(site)

    _, *arguments = shlex.split(BUILD[answers["docs"]])
    done = subprocess.run(
        [find_uv_bin(), *arguments],
        cwd=project,
        env=os.environ | {"UV_PYTHON": pythons.at_hand()[python], "UV_NO_DEV": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert not re.search(r"(?i)\bwarning\b", done.stdout)
    described = inventory(site / "objects.inv")
    names = public(project, promise) - {"__version__"}
    assert names == {name for module in promise.starter.exports.values() for name in module}
    assert {f"{promise.import_path}.{name}" for name in names} <= described.keys()

    suffix = "/index.html" if answers["docs"] == "zensical" else ".html"
    home, reference, changelog, tutorial = (
        site / name
        for name in ("index.html", *(f"{x}{suffix}" for x in ("api", "changelog", "tutorial")))
    )
    has_tutorial = answers["starter"] != "minimal"
    assert tutorial.exists() == has_tutorial
    assert f" {DESCRIPTION} pip install acme-tool " in words(home)
    examples = re.findall(r"(?m)^(?:>>>|\$) (.+)", (project / "README.md").read_text("utf-8"))
    assert [line for line in examples if " ".join(line.split()) not in words(home)] == []
    assert "[start:use]" not in words(home)
    assert "First version." in words(changelog)
    for page in (home, reference, changelog, *([tutorial] if has_tutorial else [])):
        assert ("Tutorial" in words(page)) == has_tutorial
        assert "Reference" in words(page)
    shown = tutorial if has_tutorial else home
    assert 'class="k' in shown.read_text("utf-8")  # a keyword, highlighted
    said = words(reference)
    assert re.search(rf"{'Raises' if has_tutorial else 'Returns'}: \w+", said)
    assert not re.search(r"Args:|Raises: \w+:", said)
    if answers["docs"] == "sphinx":
        assert 'href="https://docs.python.org/3/library.html#' in reference.read_text("utf-8")
        offline(project)


def offline(project: Path) -> None:
    """Read the pages as the command above does, where Python's manual cannot be reached."""
    scripts = project / ".venv" / ("Scripts" if os.name == "nt" else "bin")
    options = ["--builder=dummy", "--fail-on-warning", "--fresh-env"]
    done = subprocess.run(
        [scripts / "sphinx-build", *options, project / "docs", project / "site/offline"],
        env=os.environ | {"https_proxy": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "working alternatives" in done.stdout


@pytest.mark.parametrize("starter", CONTENTS)
def test_pages_show_the_names_that_were_given(render: Render, starter: str) -> None:
    answers = {"starter": starter, "plugin_name": "slug", "plugin_group": "host.slugs"}
    project = render(answers, project_name="widgets", license="Proprietary")
    pages = [project / "README.md", *project.glob("docs/*.md")]
    text = "".join(page.read_text("utf-8") for page in pages)
    assert re.findall(r"(?i).*acme.*", text) == []
    if starter == "plugin":
        assert "$ python host.py\nslug: " in text


def test_pages_show_public_names_only(covering: list[Path]) -> None:
    for project, answers in zip(covering, COVERING, strict=True):
        promise = Promise(answers)
        path = re.escape(promise.import_path)
        for page in project.glob("docs/*.md"):
            imports = re.findall(rf"from {path} import (.*)", page.read_text("utf-8"))
            shown = {name for line in imports for name in line.split(", ")}
            assert shown <= public(project, promise), page


@pytest.mark.parametrize("starter", CONTENTS)
def test_both_tools_have_the_same_pages(render: Render, starter: str) -> None:
    """But for what Sphinx needs to find them, and how each takes the example of the README."""
    zensical, sphinx = (
        render(start(starter, "both", "typer"), docs=docs) / "docs" for docs in BUILD
    )
    assert (zensical / "tutorial.md").exists() == (starter != "minimal")
    for name in sorted(page.name for page in zensical.glob("[it]*.md")):
        with_sphinx, with_zensical = (
            whole((docs / name).read_text("utf-8"), (docs.parent / "README.md").read_text("utf-8"))
            for docs in (sphinx, zensical)
        )
        assert re.sub(r"(?s)\n```\{toctree\}.*?```\n", "", with_sphinx) == with_zensical


@pytest.mark.parametrize("starter", CONTENTS)
@pytest.mark.parametrize("docs", BUILD)
def test_home_page_beside_a_readme_that_stays(
    template: Path, tmp_path: Path, render: Render, starter: str, docs: str
) -> None:
    """It shows the example itself, as there is no part that it could include."""
    answers = start(starter, "both", "argparse") | {"project_name": "acme-tool", "docs": docs}
    fresh = render(answers)
    usual = (fresh / "docs/index.md").read_text("utf-8")
    readme = (fresh / "README.md").read_text("utf-8")
    there = tmp_path / "[there]" / "acme-tool"
    there.mkdir(parents=True)
    (there / "README.md").write_text("# Mine\n")
    rendering.render(template, there, answers)
    assert (there / "README.md").read_text() == "# Mine\n"
    assert usual.count("\n## Use\n") == 0
    assert (there / "docs/index.md").read_text("utf-8") == whole(usual, readme)


def test_the_readme_is_for_users(variants: list[Path]) -> None:
    """PyPI and the site show it: it names none of the modules, which the owner works on."""
    for project, answers in zip(variants, VARIANTS, strict=True):
        modules = [f"{name}.py" for name in Promise({"layout": "src", **answers}).starter.modules]
        readme = (project / "README.md").read_text("utf-8")
        assert [name for name in modules if re.search(rf"\b{re.escape(name)}\b", readme)] == []


@pytest.mark.parametrize(
    ("answers", "url"),
    [
        ({"github_user": "Acme"}, "https://acme.github.io/acme-tool/"),
        ({"github_user": "acme/data", "forge": "gitlab"}, "https://acme.gitlab.io/data/acme-tool/"),
        ({"repository_url": "https://github.com/acme/tool.git"}, "https://acme.github.io/tool/"),
        ({"repository_url": "https://gitlab.example.org/acme/tool"}, None),
        ({"github_user": "acme", "forge": "none"}, None),
        ({}, None),
    ],
    ids=str,
)
def test_address(render: Render, answers: dict[str, str], url: str | None) -> None:
    """It is said where it is known."""
    project = render(answers, project_name="acme-tool")
    config = tomllib.loads((project / "zensical.toml").read_text("utf-8"))["project"]
    assert config.get("site_url") == url
    metadata = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    urls: dict[str, Any] = metadata.get("urls", {})
    assert urls.get("Documentation") == url
    assert config.get("repo_url") == urls.get("Source")
    sphinx = (render(answers, project_name="acme-tool", docs="sphinx") / "docs/conf.py").read_text()
    assert ("html_baseurl" in sphinx) is (url is not None)
    if url:
        assert f'html_baseurl = "{url}"\n' in sphinx


def test_no_site(render: Render) -> None:
    project = render(project_name="acme-tool", github_user="acme", docs="none")
    assert not (project / "docs").exists()
    assert "github.io" not in (project / "pyproject.toml").read_text("utf-8")
