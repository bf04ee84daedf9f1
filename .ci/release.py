"""Make a release: write what its commit has, check that commit, and tag it.

Usage: python .ci/release.py prepare VERSION
       python .ci/release.py check [VERSION] [--notes FILE]
       python .ci/release.py tag

`prepare` dates the changelog and adds the hash of the sources to tests/releases.json. `check` says
what keeps the newest commit from being released, and with --notes writes what the changelog says
of it. `tag` tags each release in the history that has no tag: the repository may have travelled
without them. Exit status: 0 done; 1 a fault, named; 2 the command was wrong.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import releases

ROOT = Path(__file__).parents[1]
SOURCES = ("copier.yml", "includes", "template", "hooks", "src")
"""What Copier reads of a release, in renders and hooks."""
KEPT = "tests/releases.json"
CHANGELOG = "CHANGELOG.md"
DISTRIBUTION = "src/treewright/distribution.json"

VERSION = re.compile(r"v\d+\.\d+\.\d+")
_FINAL = re.compile(r"v?\d+(\.\d+)*")  # what Copier takes for a release
_SECTION = re.compile(r"(?ms)^## (?P<title>[^\n]+)\n(?P<text>.*?)(?=^## |\Z)")


def git(*arguments: str, folder: Path, given: str = "", **variables: str) -> str:
    """Run git and give what it prints.

    Args:
        arguments: Its command line.
        folder: The repository.
        given: What it reads from its standard input.
        variables: Those of its environment, besides ours.

    Raises:
        releases.HistoryError: If it fails.

    """
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        input=given,
        env=os.environ | variables,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise releases.HistoryError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def sources(tree: str, folder: Path) -> str:
    """Give one hash of all that Copier reads of a commit or a tree."""
    listed = git("ls-tree", tree, "--", *SOURCES, folder=folder)
    return git("hash-object", "--stdin", folder=folder, given=f"{listed}\n")


# --- Before the commit -----------------------------------------------------------------


def prepare(version: str, folder: Path) -> list[str]:
    """Write what the commit of a release has; give what keeps it from being written.

    To do so again, before the commit or to amend it, changes no more than what has changed.
    """
    head = git("rev-parse", "HEAD", folder=folder)
    known = releases.found(folder)
    older = [other for other in known if (other, known[other]) != (version, head)]
    if older and releases.numbers(older[-1]) >= releases.numbers(version):
        return [f"{version} is not newer than {older[-1]}"]
    changelog = folder / CHANGELOG
    text = changelog.read_text(encoding="utf-8")
    section = _SECTION.search(text)
    if not section or not re.match(rf"Unreleased\Z|{re.escape(version)} ", section["title"]):
        return [f"{CHANGELOG} does not begin with a section `## Unreleased`"]
    title = f"{version} ({datetime.now(tz=UTC):%Y-%m-%d})"
    text = text[: section.start("title")] + title + text[section.end("title") :]
    changelog.write_text(text, encoding="utf-8", newline="\n")
    kept = json.loads((folder / KEPT).read_text(encoding="utf-8"))
    kept[version] = sources(_tree(folder), folder)
    listed = json.dumps(kept, indent=2) + "\n"
    (folder / KEPT).write_text(listed, encoding="utf-8", newline="\n")
    return []


def _tree(folder: Path) -> str:
    """Give the tree that a commit of all that is here would have."""
    with TemporaryDirectory() as temporary:
        index = {"GIT_INDEX_FILE": str(Path(temporary, "index"))}
        git("add", "--all", "--", ".", folder=folder, **index)
        return git("write-tree", folder=folder, **index)


# --- The commit ------------------------------------------------------------------------


def check(wanted: str | None, folder: Path) -> Iterator[str]:
    """Yield what keeps the newest commit from being released.

    Args:
        wanted: The version that it is to be, such as v1.2.3, if that is known.
        folder: The repository.

    """
    subject = git("log", "-1", "--format=%s", folder=folder)
    version = subject.removeprefix("release: ")
    if not (subject.startswith("release: ") and VERSION.fullmatch(version)):
        yield f"the newest commit is no release: its subject is `{subject}`"
        return
    if wanted not in {None, version}:
        yield f"the newest commit is the release {version}, not {wanted}"
    known = list(releases.found(folder))
    if known[-1] != version:
        yield f"{version} is not newer than {known[-1]}"
    if not notes(version, folder):
        yield f"{CHANGELOG} does not begin with a section `## {version} (YYYY-MM-DD)` that has text"
    found = sources("HEAD", folder)
    if json.loads(_committed(KEPT, folder)).get(version) != found:
        yield f'{KEPT} lacks "{version}": "{found}"'
    pin = json.loads(_committed(DISTRIBUTION, folder))["pin"]
    if pin and f"v{pin}" not in known:
        yield f"{DISTRIBUTION}: the pin {pin} is no release"


def notes(version: str, folder: Path) -> str:
    """Give what the changelog says of a release, if that is its first section."""
    section = _SECTION.search(_committed(CHANGELOG, folder))
    title = rf"{re.escape(version)} \(\d{{4}}-\d\d-\d\d\)"
    return section["text"].strip() if section and re.fullmatch(title, section["title"]) else ""


def _committed(path: str, folder: Path) -> str:
    return git("show", f"HEAD:{path}", folder=folder)


# --- After the commit ------------------------------------------------------------------


def misplaced(folder: Path) -> Iterator[str]:
    """Yield what is wrong with tags that Copier takes for releases."""
    known = releases.found(folder)
    for tag, commit in _tags(folder).items():
        if tag in known and commit != known[tag]:
            yield f"{tag} is a tag of {commit[:12]}, but its release is {known[tag][:12]}"
        elif tag not in known and _FINAL.fullmatch(tag):
            subject = git("log", "-1", "--format=%s", commit, folder=folder)
            if subject != f"release: {tag}":
                yield f"{tag} is a tag of {commit[:12]}, which is no release: Copier would take it"


def tag(folder: Path) -> list[str]:
    """Tag the releases that lack a tag, and give them.

    The tags are annotated, as a plain `git describe` wants them. They are made from nothing but
    the commits, so that everybody makes the same.
    """
    tags = _tags(folder)
    made = [version for version in releases.found(folder) if version not in tags]
    for version in made:
        commit = releases.found(folder)[version]
        told = git("log", "-1", "--format=%cn%n%ce%n%cI", commit, folder=folder).split("\n")
        names = ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE")
        options = ("--annotate", "--no-sign", f"--message={version}")
        by = dict(zip(names, told, strict=True))
        git("tag", *options, version, commit, folder=folder, **by)
    return made


def _tags(folder: Path) -> dict[str, str]:
    """Give the commit of each tag."""
    form = "--format=%(refname:strip=2) %(objectname) %(*objectname)"
    lines = git("for-each-ref", form, "refs/tags", folder=folder).splitlines()
    return {line.split()[0]: line.split()[-1] for line in lines}


# --- The command -----------------------------------------------------------------------


def _version(text: str) -> str:
    """Read a version.

    Raises:
        argparse.ArgumentTypeError: If it is none.

    """
    if not VERSION.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no version such as v1.2.3")
    return text


def main(arguments: Sequence[str] | None = None, folder: Path = ROOT) -> int:
    """Do what is asked, and give the exit status."""
    parser = argparse.ArgumentParser(description="Make a release.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    prepared = verbs.add_parser("prepare", help="write what the commit of a release has")
    prepared.add_argument("version", type=_version, metavar="VERSION")
    checked = verbs.add_parser("check", help="say what keeps the newest commit from a release")
    checked.add_argument("version", type=_version, metavar="VERSION", nargs="?")
    checked.add_argument("--notes", type=Path, metavar="FILE", help="write what is new to a file")
    verbs.add_parser("tag", help="tag each release that has no tag")
    asked = parser.parse_args(arguments)
    try:
        return _run(asked, folder)
    except releases.HistoryError as error:
        print(error, file=sys.stderr)
        return 1


def _run(asked: argparse.Namespace, folder: Path) -> int:
    if asked.verb == "prepare":
        faults = prepare(asked.version, folder)
        said = (
            f'Prepared. Once it is complete: git commit --all --message "release: {asked.version}"'
        )
    elif asked.verb == "check":
        faults = list(check(asked.version, folder))
        version = git("log", "-1", "--format=%s", folder=folder).removeprefix("release: ")
        said = f"{version} can be released."
        if asked.notes and not faults:
            asked.notes.write_text(notes(version, folder) + "\n", encoding="utf-8", newline="\n")
    else:
        faults = list(misplaced(folder))
        made = [] if faults else tag(folder)
        said = f"{len(releases.found(folder))} releases, {len(made)} newly tagged"
        said += f": {', '.join(made)}." if made else "."
    print(*(faults or [said]), sep="\n", file=sys.stderr if faults else sys.stdout)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
