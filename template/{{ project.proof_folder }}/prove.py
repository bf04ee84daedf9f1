"""Prove this project's wheel, with code from the template that the answers file names.

Usage: python .ci/prove.py ANSWERS [OPTIONS], by `tox -e proof`

It runs with your rights, as do the build backend and the modules of this project: review changes to
`_src_path` and `_commit` in the answers file like changes to code.

Exit status: 0 proven; 1 faults; 2 it could not be proven (one sentence says why).
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

SHORT = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/", "git+": ""}


def without_secret(text: str) -> str:
    """Leave out the user and the password of an address, as logs are public."""
    return re.sub(r"//[^/\s]*@", "//", text)


def git(*arguments: str | Path) -> None:
    """Run git, which has to succeed, and asks for no password."""
    subprocess.run(
        ["git", *arguments],
        env=os.environ | {"GIT_TERMINAL_PROMPT": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )


def fetch(source: str, commit: str) -> Path:
    """Give the template at a commit; it is kept in the environment of tox."""
    for short, whole in SHORT.items():
        if source.startswith(short):
            source = whole + source.removeprefix(short).lstrip("/")
    name = re.sub(r"[^\w.]+", "-", f"{without_secret(source)} {commit}")
    kept, part = (Path(sys.prefix, "template", name + end) for end in ("", ".part"))
    if not kept.is_dir():
        shutil.rmtree(part, ignore_errors=True)
        git("clone", "--quiet", "--", source, part)
        git("-C", part, "checkout", "--quiet", "--detach", commit, "--")
        part.rename(kept)
    return kept


def main(answers_file: str, *options: str) -> int:
    """Run the proof and give its exit status."""
    answers = yaml.safe_load(Path(answers_file).read_text(encoding="utf-8"))
    source, commit = answers["_src_path"], answers.get("_commit")
    try:
        template = fetch(source, commit) if commit else Path(source)
    except subprocess.CalledProcessError as error:
        why = error.stderr.strip().rpartition("\n")[2]
        print(without_secret(f"Not proven: git cannot get {source} at {commit} ({why})."))
        return 2
    command = [sys.executable, template / "hooks/prove.py", ".", *options]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
