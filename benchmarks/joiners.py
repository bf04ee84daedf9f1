"""Real repositories that join Treewright, made of sdists, and what is right for each."""

import hashlib
import io
import re
import shutil
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.merges import sdist

from repositories import commit, git

DATA = Path(__file__).with_name("adopt.toml")
KINDS = (
    *("checks", "release", "lint", "types", "tests", "coverage"),
    *("runner", "docs", "changelog", "bot", "licence", "community"),
)
# What arrives where the repository lacks it and nobody says anything.
BY_DEFAULT = {"checks", "release", "bot", "community"}
_NO_MEMBER_HAS = {"checks", "release", "bot"}
_EGG_INFO = re.compile(r"(?m)^\[egg_info\]\n(?:\w.*\n|\n)*")


@dataclass(frozen=True)
class Joiner:
    """A repository, as adopt.toml has it.

    Args:
        package: The name and the version of its sdist.
        why: What it is here for.
        sha256: Of the sdist; empty where the index alone says what it is.
        remote: The address of `origin`; empty where the metadata tells it.
        tag: The tag of the version, where that comes from tags.
        folder: Where it lives in its repository.
        has: The kinds of tools that it has.
        tests: What pytest runs; nothing, where its tests are not run.
        needs: What its tests need.
        refused: The reason for which it has to be refused.
        answers: What its answers have to be.

    """

    package: str
    why: str = ""
    sha256: str = ""
    remote: str = ""
    tag: str = ""
    folder: str = ""
    has: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    refused: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name alone."""
        return self.package.partition("==")[0]

    @property
    def package_dir(self) -> str:
        """Where its import package is."""
        top = "src" if self.answers.get("layout") == "src" else ""
        parents = str(self.answers.get("namespace", "")).split(".")
        return "/".join(filter(None, (top, *parents, self.answers.get("import_name", ""))))

    @property
    def expected(self) -> dict[str, Any]:
        """All the answers that it has to have where nobody says anything."""
        theirs = {*self.has} | ({*KINDS} - BY_DEFAULT) | (_NO_MEMBER_HAS if self.folder else set())
        return {**self.answers, "own_kinds": [kind for kind in KINDS if kind in theirs]}


def read(data: Mapping[str, Any]) -> Iterator[Joiner]:
    """Give the repositories that a file such as adopt.toml has."""
    for package, row in data.items():
        if "==" not in package:
            continue
        lists = {name: tuple(row.get(name, ())) for name in ("has", "tests", "needs")}
        answers = {**data["always"], **row["answers"]} if "answers" in row else {}
        yield Joiner(package, **{**row, **lists, "answers": answers})


def every() -> tuple[list[Joiner], Mapping[str, Any]]:
    """Give the repositories of adopt.toml, and its other tables."""
    data = tomllib.loads(DATA.read_text("utf-8"))
    return list(read(data)), data


def hundred() -> list[Joiner]:
    """Give the most downloaded ones, which adopt.txt lists, by what their sdists say."""
    lines = DATA.with_suffix(".txt").read_text("utf-8").splitlines()
    return [
        Joiner(line, tag=f"v{line.partition('==')[2]}")
        for line in lines
        if not line.startswith("#")
    ]


def fetch(joiner: Joiner, cache: Path) -> bytes:
    """Give the sdist, from the cache or else from PyPI.

    Raises:
        ValueError: If it is not the one that is meant.

    """
    kept = cache / f"{joiner.package.replace('==', '-')}.tar.gz"
    content = kept.read_bytes() if kept.is_file() else sdist(joiner.package)
    if joiner.sha256 and hashlib.sha256(content).hexdigest() != joiner.sha256:
        raise ValueError(f"{joiner.package}: the sdist is not the one of adopt.toml")
    kept.write_bytes(content)
    return content


def make(joiner: Joiner, cache: Path, place: Path) -> Path:
    """Make the repository in a new folder, as far as an sdist tells what is in it.

    Returns:
        The project's folder in it.

    """
    project = place / joiner.folder
    project.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(fetch(joiner, cache))) as files:
        files.extractall(place / ".sdist", filter="data")
    (top,) = (place / ".sdist").iterdir()
    for path in [*top.iterdir()]:
        path.rename(project / path.name)
    shutil.rmtree(place / ".sdist")
    remote = joiner.remote or _remote(project)
    _forget_build(project)
    if joiner.folder:
        (place / "README.md").write_text("# More than one distribution\n", "utf-8")
    git("init", "--quiet", cwd=place)
    # What is hidden was tracked, whatever .gitignore says.
    hidden = [path.name for path in project.glob(".*") if path.name != ".git"]
    git("add", "--force", "--", *hidden, cwd=project)
    commit(place)
    if remote:
        git("remote", "add", "origin", remote, cwd=place)
    if joiner.tag:
        git("tag", joiner.tag, cwd=place)
    return project


def _remote(project: Path) -> str:
    """Give the address of the repository that the metadata of an sdist names, if it does."""
    metadata = (project / "PKG-INFO").read_text("utf-8") if (project / "PKG-INFO").is_file() else ""
    found = re.search(r"https://git(?:hub|lab)\.com/(?!sponsors/)[\w.-]+/[\w.-]+", metadata)
    return f"{found[0].removesuffix('.git')}.git" if found else ""


def _forget_build(project: Path) -> None:
    """Take out what building an sdist has put into it."""
    (project / "PKG-INFO").unlink(missing_ok=True)
    for folder in [*project.glob("*.egg-info"), *project.glob("src/*.egg-info")]:
        shutil.rmtree(folder)
    settings, original = project / "setup.cfg", project / "pyproject.toml.orig"
    if original.is_file():
        original.replace(project / "pyproject.toml")
    if settings.is_file() and "[egg_info]" in (text := settings.read_bytes().decode()):
        rest = _EGG_INFO.sub("", text)
        settings.write_bytes(rest.encode())
        if not rest.strip():
            settings.unlink()
