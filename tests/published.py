"""The package as it is once PyPI has it: a folder of wheels, with the switch set."""

import os
import re
import subprocess
import sys
from pathlib import Path

from repositories import git

PIN = "9.0.0"  # what is here
NEXT, LATER = "9.1.0", "9.2.0"
UVX = Path(sys.executable).with_name("uvx")


def publish(tagged: Path, clone: Path, folder: Path, *newer: str) -> None:
    """Build wheels of the release PIN, which is what is here, and of newer ones.

    Each of these changes a workflow, another file, and a setting that people change, too.
    """
    git("clone", "--quiet", tagged, clone, cwd=clone.parent)
    place = clone / "src/treewright/distribution.json"
    said = place.read_text("utf-8")
    place.write_text(said.replace('"pin": ""', f'"pin": "{PIN}"'), "utf-8")
    _release(clone, PIN, folder, "--amend")
    for version in newer:
        for name in (".gitignore", "{{ project.workflows }}/{{ project.ci_workflow }}.jinja"):
            with (clone / "template" / name).open("a") as file:
                file.write(f"# newer: {version}\n")
        settings = clone / "template/pyproject.toml.jinja"
        minor = version.split(".")[1]
        text, count = re.subn(
            r"line-length = 1\d\d\n", f"line-length = 1{minor:0>2}\n", settings.read_text("utf-8")
        )
        assert count == 1
        settings.write_text(text, "utf-8")
        _release(clone, version, folder)


def _release(clone: Path, version: str, folder: Path, *options: str) -> None:
    """Commit and tag a release, and build its wheel into a folder."""
    message = f"--message=release: v{version}"
    git("commit", "--quiet", "--all", message, *options, cwd=clone)
    git("tag", "--force", f"v{version}", cwd=clone)
    build = [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", f"--out-dir={folder}"]
    subprocess.run([*build, str(clone)], check=True)


def treewright(index: Path, folder: Path, version: str, *arguments: str, **variables: str) -> str:
    """Run a release of the package from the index, which has to succeed."""
    done = subprocess.run(
        [UVX, "--quiet", f"treewright=={version}", *arguments],
        cwd=folder,
        env=os.environ | {"UV_FIND_LINKS": str(index)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
