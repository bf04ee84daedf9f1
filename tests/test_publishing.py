"""What docs/publishing.md and docs/releasing.md tell a maintainer to do works, step by step."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import website
from keeping import HERE, everything, is_shallow, news
from rendering import ROOT
from repositories import git
from tiers import full

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="the commands are for a POSIX shell"),
    pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases"),
]

PUBLISHING, RELEASING = (
    (ROOT / "docs" / name).read_text("utf-8") for name in ("publishing.md", "releasing.md")
)
# What a test cannot do, and what other tests do.
ELSEWHERE = ("git push", "gh ", ".ci/run", ".venv/bin/python docs/updates.py")
NEXT = "v9.0.1"
BLOCK = re.compile(r"(?ms)^```(\w+)\n(.*?)^```$")


def steps(page: str, version: str = HERE) -> Iterator[tuple[str, str]]:
    """Yield the blocks of a page: a kind and a text, with names in the place of those of a page."""
    for kind, text in BLOCK.findall(page):
        text_ = text.replace("OWNER", "acme").replace("v1.2.3", version)
        yield kind, text_.replace("1.2.3", version.removeprefix("v"))


def commands(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith(ELSEWHERE)]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of this repository, with the environment of the tests."""
    made = everything(tmp_path)
    (made / ".venv").symlink_to(sys.prefix)
    with (made / ".git/info/exclude").open("a") as ignored:
        ignored.write("/.venv\n")
    return made


def run(script: str, clone: Path) -> str:
    """Run a script as a shell does that stops at the first failure and shows its commands."""
    # Tests that it runs are not of this run, nor are caches of it.
    variables = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    done = subprocess.run(
        ["bash", "-eux", "-o", "pipefail"],
        input=script.replace("/tmp/", f"{clone.parent}/"),  # noqa: S108  # as the page has it
        cwd=clone,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return done.stdout


def edit(kind: str, text: str, clone: Path) -> None:
    """Do what a page says with a block that is no command."""
    distribution = clone / "src/treewright/distribution.json"
    if kind == "json" and text.startswith("{"):
        distribution.write_text(text, "utf-8")
    elif kind == "json":
        known = distribution.read_text("utf-8")
        distribution.write_text(known.replace('  "pin": ""\n', text), "utf-8")
    elif kind == "toml":
        config = clone / website.CONFIG
        known = config.read_text("utf-8")
        config.write_text(known.replace("[project]\n", f"[project]\n{text}", 1), "utf-8")


def release(clone: Path, version: str = HERE) -> None:
    """Make a release, as its page says."""
    for kind, text in steps(RELEASING, version):
        assert kind == "sh"
        run("\n".join(commands(text)), clone)
    assert git("describe", cwd=clone) == f"{version}\n"


@pytest.mark.parametrize("page", ["releasing", full("publishing")])
def test_the_steps_of_a_page_work(clone: Path, page: str) -> None:
    if page == "releasing":
        release(clone)
        return
    parts = re.split(r"(?m)^## ", PUBLISHING)
    for part in parts:
        if part.startswith("6."):
            release(clone)
        for kind, text in steps(part):
            if kind == "sh":
                run("\n".join(commands(text)), clone)
            else:
                edit(kind, text, clone)
        if part.startswith("7."):
            news(clone)
            release(clone, NEXT)
    with_pin = json.loads(git("show", "HEAD:src/treewright/distribution.json", cwd=clone))
    assert f"v{with_pin['pin']}" == HERE
    assert git("status", "--porcelain", cwd=clone) == ""


def test_what_is_left_out_is_on_the_pages() -> None:
    lines = [
        line
        for page in (PUBLISHING, RELEASING)
        for _, text in steps(page)
        for line in text.splitlines()
    ]
    assert [start for start in ELSEWHERE if not any(line.startswith(start) for line in lines)] == []
