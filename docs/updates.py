"""Regenerate the transcripts of docs/updating.md, changing-your-mind.md and joining.md.

Usage: python docs/updates.py

What a page shows in its `console` blocks is run from top to bottom: in a package that a release has
made and that its owner has worked on, or in a repository that Treewright did not make. The template
as it is here is the newest release.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from starters import ROOT, replay

sys.path.insert(0, str(ROOT / ".ci"))
import releases

BEFORE = "v0.2.0"
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
NOW = re.findall(r"(?m)^## (v\S+) ", CHANGELOG)[0]  # the newest, which may be in the making
JOINING = ROOT / "docs/joining.md"
# By which release the package of each page was made.
PAGES = {
    ROOT / "docs/updating.md": BEFORE,
    ROOT / "docs/changing-your-mind.md": NOW,
    JOINING: "",
}

# Copier shows where it keeps the template for the time being, and the whole command of a hook.
_RUNNING = re.compile(r" > Running task (\d+) of \d+: .*\n")
_MEASURED = re.compile(r"(?<= )[\d.]+(?= (?:s|us)\b)")

OWN = '''\
"""Say how long ago something was."""

from acme_tool.durations import parse_duration


def ago(text: str) -> str:
    """Give the seconds of a duration such as `1h 30min`, as a sentence."""
    return f"{parse_duration(text).total_seconds():.0f} seconds ago"
'''
TEST = '''\
"""Durations are told in seconds."""

from acme_tool.ago import ago


def test_ago() -> None:
    assert ago("1h 30min") == "5400 seconds ago"
'''
# The repository that joins.
THERE = {
    "pyproject.toml": """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "acme-tool"
version = "2.3.0"
description = "Durations as people write them"
authors = [{ name = "Ada Acme", email = "ada@example.org" }]
requires-python = ">=3.10"
license = "BSD-2-Clause"

[dependency-groups]
test = ["pytest"]

[tool.ruff]
line-length = 79
""",
    "README.md": "# acme-tool\n\nDurations as people write them.\n",
    "LICENSE": "BSD 2-Clause License\n",
    "SECURITY.md": "Write to security@example.org.\n",
    "src/acme_tool/__init__.py": '"""Durations as people write them."""\n',
    "tests/test_acme_tool.py": "import acme_tool\n\n\ndef test() -> None:\n    assert acme_tool\n",
}


def transcribe(page: Path, folder: Path) -> str:
    """Do what a page shows.

    Args:
        page: The page.
        folder: An empty folder to work in.

    Returns:
        The page, with what its commands print now.

    Raises:
        subprocess.CalledProcessError: If git, or the copy of the template, fails.

    """
    template, project = folder / "treewright", folder / "acme-tool"
    release(template)
    programs = Path(sys.executable).parent
    if page == JOINING:
        programs = install(template, folder / "programs")
        start(project)
    else:
        make(template, PAGES[page], project)
    (home := folder / "ada").mkdir()
    text = replay(page.read_text(encoding="utf-8"), programs, home, project)
    return _MEASURED.sub("...", _RUNNING.sub(r" > Running task \1 ...\n", text))


def release(template: Path) -> None:
    """Clone the template, with what is here as the newest release."""
    _git(ROOT, "clone", "--quiet", "--no-tags", str(ROOT), str(template))
    subject = ["log", "-1", "--format=%H", f"--grep=^release: {BEFORE}$"]
    _git(template, "tag", "--annotate", f"--message={BEFORE}", BEFORE, _git(ROOT, *subject).strip())
    for name in ("includes", "template", "hooks", "src"):
        shutil.rmtree(template / name)
        shutil.copytree(ROOT / name, template / name, ignore=shutil.ignore_patterns("*.pyc"))
    for name in ("copier.yml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, template / name)
    _git(template, "add", "--all")
    _git(template, "commit", "--quiet", "--allow-empty", f"--message=release: {NOW}")
    _git(template, "tag", "--annotate", f"--message={NOW}", NOW)


def make(template: Path, version: str, project: Path) -> None:
    """Make a package by a release, and do what owners do."""
    options = ["--quiet", "--defaults", "--skip-tasks", f"--vcs-ref={version}"]
    copy = [sys.executable, "-m", "copier", "copy", *options, str(template), str(project)]
    subprocess.run(copy, check=True)
    (project / "src/acme_tool/ago.py").write_text(OWN, encoding="utf-8")
    (project / "tests/test_ago.py").write_text(TEST, encoding="utf-8")
    settings = project / "pyproject.toml"
    text = settings.read_text(encoding="utf-8")
    text = text.replace("line-length = 100", "line-length = 120")
    text = text.replace("dependencies = []", 'dependencies = ["packaging>=24"]')
    text += '\n[tool.towncrier]\ndirectory = "src/acme_tool/changes"\n'
    settings.write_text(text, encoding="utf-8")
    _git(project, "init", "--quiet", "--initial-branch=main")
    _git(project, "add", "--all")
    _git(project, "commit", "--quiet", "--message=Work for a year")


def install(template: Path, programs: Path) -> Path:
    """Have the command `treewright` with the releases, as if it was installed.

    Args:
        template: The clone of the template, which gets the bundle.
        programs: The folder for the command.

    Returns:
        That folder.

    """
    package = template / "src/treewright"
    commits = releases.found(template) | {NOW: _git(template, "rev-parse", "HEAD").strip()}
    bundle, trees = releases.bundle(template, commits)
    (package / "releases.bundle").write_bytes(bundle)
    (package / "releases.json").write_text(json.dumps(trees), encoding="utf-8")
    programs.mkdir()
    command = programs / "treewright"
    run = shlex.join([sys.executable, str(package)])
    command.write_text(f'#!/bin/sh\nexec {run} "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return programs


def start(project: Path) -> None:
    """Make the repository that joins."""
    for name, text in THERE.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")
    _git(project, "init", "--quiet", "--initial-branch=main")
    _git(project, "config", "user.name", "Ada Acme")
    _git(project, "config", "user.email", "ada@example.org")
    _git(project, "remote", "add", "origin", "https://github.com/acme/acme-tool.git")
    _git(project, "add", "--all")
    _git(project, "commit", "--quiet", "--message=Work for years")


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


def main() -> None:
    """Write the pages."""
    for page in PAGES:
        with tempfile.TemporaryDirectory() as folder:
            page.write_text(transcribe(page, Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
