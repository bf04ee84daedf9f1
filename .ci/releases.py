"""The releases in the history of this repository: their commits, and a git bundle of them.

A release is a commit with the subject `release: vX.Y.Z`: this repository travels without tags.
The build of the distribution runs this, so it needs nothing but Python and git.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

# What Copier reads of a release, and what its hooks run and quote.
PARTS = ("CHANGELOG.md", "LICENSE", "copier.yml", "hooks", "includes", "src", "template")
_RELEASE = re.compile(r"(?m)^(\w+) release: (v\d+\.\d+\.\d+)$")
# Equal objects make equal packs, however this repository stores them, and whatever is set up.
_PACK = (
    *("pack-objects", "--quiet", "--stdout", "--revs", "--threads=1", "--delta-base-offset"),
    *("--no-reuse-delta", "--no-reuse-object", "--no-use-bitmap-index"),
    *("--window=50", "--depth=50", "--compression=9"),
)


class HistoryError(Exception):
    """The history does not tell the releases; one sentence says why, or what to do."""


def git(*arguments: str, cwd: Path, given: bytes = b"", alone: bool = False) -> bytes:
    """Run git and give what it prints.

    Args:
        arguments: Its command line.
        cwd: The repository's folder.
        given: What it reads from its standard input.
        alone: Whether it reads no settings of this machine.

    Raises:
        HistoryError: If it fails.

    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or (name.startswith("GIT_CONFIG") and not alone)
    }
    kept["GIT_NO_REPLACE_OBJECTS"] = "1"
    if alone:
        kept |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=cwd, input=given, env=kept, capture_output=True, check=False
        )
    except FileNotFoundError as error:
        raise HistoryError("git is needed, and is not on the PATH.") from error
    if done.returncode:
        raise HistoryError(f"git {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def found(repository: Path) -> dict[str, str]:
    """Give the commit of each release in the history of HEAD, oldest release first.

    Args:
        repository: The top folder of the repository.

    Raises:
        HistoryError: If the history is not all there.

    """
    if not (repository / ".git").exists():
        raise HistoryError("it is no git repository, so it does not tell the releases. Clone it.")
    if git("rev-parse", "--is-shallow-repository", cwd=repository).strip() == b"true":
        raise HistoryError(
            "it is a shallow clone, which lacks releases. Run: git fetch --unshallow"
        )
    log = git("log", "--format=%H %s", cwd=repository).decode(errors="replace")
    listed = {version: commit for commit, version in _RELEASE.findall(log)}
    if not listed:
        raise HistoryError("there is no release in its history.")
    return dict(sorted(listed.items(), key=lambda item: numbers(item[0])))


def numbers(version: str) -> tuple[int, ...]:
    """Give the numbers of a version, to compare it with others."""
    return tuple(int(part) for part in version.removeprefix("v").split("."))


def bundle(repository: Path, commits: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
    """Make a git bundle of releases: for each, a tag on a commit without parents.

    Such a commit has the author, the dates and the message of the release's own, and the parts of
    its tree that a project is made from. Equal histories give equal bytes, in the format of
    https://git-scm.com/docs/gitformat-bundle.

    Args:
        repository: The repository.
        commits: The commit of each release, oldest release first.

    Returns:
        The bundle, and the id of the tree of each release in it.

    """
    objects = git("rev-parse", "--path-format=absolute", "--git-path", "objects", cwd=repository)
    with tempfile.TemporaryDirectory() as folder:  # nothing is written to the repository
        bare = Path(folder)
        git("init", "--quiet", "--bare", ".", cwd=bare, alone=True)
        (bare / "objects/info/alternates").write_bytes(objects)
        trees = {version: _tree(bare, commit) for version, commit in commits.items()}
        heads = {version: _commit(bare, commits[version], tree) for version, tree in trees.items()}
        pack = git(*_PACK, cwd=bare, given="\n".join(heads.values()).encode(), alone=True)
    tags = [f"{head} refs/tags/{version}" for version, head in heads.items()]
    header = ["# v2 git bundle", f"{list(heads.values())[-1]} HEAD", *tags, "", ""]
    return "\n".join(header).encode() + pack, trees


def _tree(bare: Path, commit: str) -> str:
    """Write the tree of a release with nothing but its parts."""
    listed = git("ls-tree", "-z", commit, "--", *PARTS, cwd=bare, alone=True)
    return git("mktree", "-z", cwd=bare, given=listed, alone=True).decode().strip()


def _commit(bare: Path, commit: str, tree: str) -> str:
    """Write the commit of a release with another tree, and without parents and signature."""
    headers, _, message = git("cat-file", "commit", commit, cwd=bare, alone=True).partition(b"\n\n")
    who = re.findall(rb"(?m)^(?:author|committer|encoding) .*$", headers)
    text = b"\n".join([b"tree " + tree.encode(), *who, b"", message])
    written = git("hash-object", "-t", "commit", "-w", "--stdin", cwd=bare, given=text, alone=True)
    return written.decode().strip()


def version(repository: Path, commits: Mapping[str, str]) -> str:
    """Give the version of what is checked out: a release's, or one on the way to the next.

    Args:
        repository: The repository.
        commits: The commit of each release, oldest release first.

    """
    newest, commit = list(commits.items())[-1]
    head = git("rev-parse", "HEAD", cwd=repository).decode().strip()
    edited = git("status", "--porcelain", "--untracked-files=no", cwd=repository).strip()
    if head == commit and not edited:
        return newest.removeprefix("v")
    major, minor, patch = numbers(newest)
    later = int(git("rev-list", "--count", f"{commit}..HEAD", cwd=repository))
    return f"{major}.{minor}.{patch + 1}.dev{later}+g{head[:12]}{'.dirty' if edited else ''}"
