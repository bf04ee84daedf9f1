"""Each command of CONTRIBUTING.md, AGENTS.md and MAKE_IT_YOURS.md works in a fresh clone."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from answers import identify
from make_it_yours import follow
from repositories import commit, git
from tiers import full

Render = Callable[..., Path]

# What cannot run here, and why.
ELSEWHERE = {
    "uv publish": "uploads to PyPI",
    "uv run --group docs zensical serve": "shows the docs until it is stopped",
    "uv run --group docs --with sphinx-autobuild sphinx-autobuild docs site": "so does this",
    "uvx copier update --trust --defaults": "takes a released Treewright: see test_releases.py",
}
# Each takes minutes with every Python at hand: here it is the one that runs the tests.
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
LEAST = {"starter": "minimal", "docs": "none"}
# Left to --full: by default, test_running_ci.py runs their environments, as CI does.
IN_CI = ("uv run tox", f"uv run tox -e {HERE}", "uv run tox -e lint")


def scripts(markdown: Path) -> Iterator[tuple[str, str]]:
    """Give the shell blocks of a file, each with the heading that it stands under."""
    tokens = MarkdownIt("commonmark").parse(markdown.read_text("utf-8"))
    heading = ""
    for token, after in zip(tokens, tokens[1:] + tokens[-1:], strict=True):
        if token.type == "heading_open":
            heading = after.content
        elif token.type == "fence" and token.info in ("sh", "console"):
            yield heading, token.content


def test_commands_that_run_elsewhere_are_named(covering: list[Path]) -> None:
    named = {
        line
        for project in covering
        for _, script in scripts(project / "CONTRIBUTING.md")
        for line in script.splitlines()
    }
    assert ELSEWHERE.keys() <= named


@pytest.fixture
def variables(mirrors: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """Those of somebody who has set up nothing yet."""
    home = tmp_path / "home"
    home.mkdir()
    skipped = "|".join(minor for minor in ("3.11", "3.12", "3.13", "3.14", "3.15") if minor != HERE)
    tox = {"TOX_SKIP_ENV": f"({skipped.replace('.', '[.]')}|[0-9.]+t)"}
    kept = {name: value for name, value in mirrors.items() if not name.startswith("XDG_")}
    pip = {"PIP_CACHE_DIR": str(home / "pip"), "PIP_NO_COMPILE": "1"}  # only what is imported
    return kept | tox | pip | {"HOME": str(home)}


@pytest.fixture
def clone(render: Render, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A fresh clone of a package, with the lock that uv makes, or without one."""
    answers, is_locked = request.param
    project = render(answers, github_user="acme", python_min=HERE)
    if is_locked:
        subprocess.run([sys.executable, "-m", "uv", "lock", "--quiet"], cwd=project, check=True)
    commit(project)
    git("clone", project, "clone", cwd=tmp_path)
    return tmp_path / "clone"


def run(script: str, folder: Path, variables: dict[str, str]) -> None:
    """Run a script as a shell does that stops at the first failure and shows its commands."""
    done = subprocess.run(
        ["bash", "-eux", "-o", "pipefail"],
        input=script,
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]


@pytest.mark.parametrize(
    ("clone", "path"),
    [
        pytest.param((LEAST, True), "beside CI", id="uv-beside-ci"),
        full((LEAST, True), "", id="uv"),
        full(({}, True), "", id="uv-docs"),
        full(({"own_kinds": ["runner", "changelog"]}, True), "", id="uv-without-runner"),
        full(({}, False), "", id="pip"),
        *(
            full((answers, True), path, id=f"{identify(answers)}-{path}")
            for answers, path in [
                ({"starter": "library", "docs": "sphinx"}, "remove-the-sample"),
                ({"starter": "pipeline"}, "remove-the-sample"),
                ({"starter": "minimal"}, "add-a-dependency"),
                ({"starter": "command", "plugins": "both"}, "add-a-plugin"),
                ({"starter": "plugin"}, "add-a-plugin"),
            ]
        ),
    ],
    indirect=["clone"],
)
def test_commands_work(clone: Path, variables: dict[str, str], path: str) -> None:
    if path not in {"", "beside CI"}:
        follow(clone, path, run=partial(run, folder=clone, variables=variables))
        return
    with_uv = (clone / "uv.lock").exists()
    ran = []
    for heading, script in scripts(clone / "CONTRIBUTING.md"):
        if (heading != "Without uv") != with_uv:
            continue
        if heading == "Release":  # what its text asks for, before its commands
            changelog = clone / "CHANGELOG.md"
            released = "## Unreleased\n\n## 1.2.3 (2026-01-31)\n"
            if changelog.exists():
                text = changelog.read_text("utf-8")
                changelog.write_text(text.replace("## Unreleased\n", released))
        here = [line for line in script.splitlines() if line not in ELSEWHERE]
        now = [line for line in here if not path or line not in IN_CI]
        run("\n".join(now) + "\n", clone, variables)
        ran += here
    assert {*IN_CI} <= {*ran} or not with_uv or not (clone / "tox.toml").exists()
    assert len(ran) >= 5
    if with_uv:
        for _, script in scripts(clone / "AGENTS.md"):
            assert set(script.splitlines()) <= set(ran)
    else:  # how a dependency is added
        settings = clone / "pyproject.toml"
        text = settings.read_text("utf-8")
        settings.write_text(
            text.replace("dependencies = []", 'dependencies = ["click"]', 1), "utf-8"
        )
        run("\n".join([ran[1], *ran[-2:], "python -c 'import click'", ""]), clone, variables)
        assert "click" in (clone / "uv.lock").read_text("utf-8")
