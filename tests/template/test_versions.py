"""A version from git is that of a tag of `v` and a version, or the build is refused."""

import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

import repositories
from tiers import full, spread

Render = Callable[..., Path]
SCM = "[tool.setuptools_scm]\n"
BACKENDS = ("hatchling", "setuptools", "pdm")


class Repository(NamedTuple):
    """A git repository with a package, at its top or below."""

    top: Path
    project: Path

    def git(self, *arguments: str | Path) -> None:
        repositories.git(*arguments, cwd=self.top)

    def commit(self) -> "Repository":
        self.git("commit", "--quiet", "--allow-empty", "--message=more")
        return self

    def tag(self, *names: str) -> "Repository":
        for name in names:
            self.git("tag", name)
        return self

    def archive(self) -> Path:
        """Give what `git archive` makes of the newest commit, without a repository around."""
        file, folder = self.top.with_name("archive.tar"), self.top.with_name("archive")
        self.git("archive", f"--output={file}", "HEAD")
        with tarfile.open(file) as archive:
            archive.extractall(folder, filter="data")
        return folder / self.project.relative_to(self.top)

    def clone(self, *options: str) -> Path:
        """Give a shallow clone."""
        folder = self.top.with_name("clone")
        self.git("clone", "--quiet", "--depth=1", *options, self.top.as_uri(), folder)
        return folder


Make = Callable[[str], Repository]


@pytest.fixture
def make(render: Render) -> Make:
    """Make a repository with a package whose version comes from git."""

    def _make(backend: str) -> Repository:
        project = render(project_name="acme-tool", version_source="vcs", build_backend=backend)
        repositories.commit(project)
        return Repository(project, project)

    return _make


def build(project: Path, out: Path, **variables: str) -> str:
    """Build the sdist, and the wheel from it; give the version of both, or why none was built."""
    done = subprocess.run(
        [sys.executable, "-m", "uv", "build", "--out-dir", out, project],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return done.stderr
    sdist, wheel = (
        re.sub(r"^acme_tool-|(\.tar\.gz|-py3.*)$", "", path.name)
        for path in (*out.glob("*.tar.gz"), *out.glob("*.whl"))
    )
    assert sdist == wheel
    return wheel


# A tag of each kind is newer than v0.9.0, or on the same commit as a version.
TAGS = {
    "v1.2": "1.2",
    "v1.2.0rc1": "1.2.0rc1",
    "v2026.1.post1": "2026.1.post1",
    "docs-2026 v1.2.3": "1.2.3",
    "release-3 v1 v1-docs v1.2.0 v1.2.0rc1": "1.2.0",
    "docs-2026": "0.9.1.dev1",
    "debian/0.16.0-1": "0.9.1.dev1",
    "plugin-v9.9.0": "0.9.1.dev1",
    "1.5.0": "0.9.1.dev1",
    "version1.0 v2 v2-docs v1.0-docs": "0.9.1.dev1",
}


@pytest.mark.parametrize(
    ("backend", "tags"),
    spread([*product(BACKENDS, TAGS)], [("pdm", "debian/0.16.0-1")], names=2),
)
def test_only_v_and_a_version_counts(make: Make, tmp_path: Path, backend: str, tags: str) -> None:
    repository = make(backend).tag("v0.9.0").commit().tag(*tags.split())
    version = build(repository.project, tmp_path / "dist")
    assert version.partition("+")[0] == TAGS[tags]


# --- Where it is built: each gives the folder of the project, and what it is a build of ----


def archive_of_a_tag(repository: Repository) -> Path:
    return repository.tag("docs-2026", "v1.2.3").archive()


def archive_of_a_later_commit(repository: Repository) -> Path:
    return repository.tag("v1.2.3").commit().archive()


def archive_without_a_version(repository: Repository) -> Path:
    return repository.tag("docs-2026").archive()


def no_version(repository: Repository) -> Path:
    return repository.tag("docs-2026").project


def shallow_clone_of_a_tag(repository: Repository) -> Path:
    return repository.tag("v1.2.3").clone("--branch=v1.2.3")


def shallow_clone_of_a_later_commit(repository: Repository) -> Path:
    return repository.tag("v1.2.3").commit().clone()


def branch_with_changes(repository: Repository) -> Path:
    repository.tag("v1.2.3").git("switch", "--quiet", "--create=feature/new")
    (repository.commit().project / "README.md").write_text("changed\n")
    return repository.project


def subfolder(repository: Repository) -> Path:
    """Of a repository; setuptools-scm has to be told so, as the settings say."""
    folder = repository.top / "libs/tool"
    folder.mkdir(parents=True)
    repository.git("mv", "pyproject.toml", "src", "README.md", "LICENSE", folder)
    settings = folder / "pyproject.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace(SCM, SCM + 'root = "../.."\n'), "utf-8")
    repository.git("add", "--all")
    repository.commit().tag("v1.2.3")
    return folder


def sdist_in_another_repository(repository: Repository) -> Path:
    """As in a cache of packages that lies in a project: the sdist knows its version."""
    project, dist = repository.tag("v1.2.3").project, repository.top.with_name("sdist")
    assert build(project, dist) == "1.2.3"
    with tarfile.open(dist / "acme_tool-1.2.3.tar.gz") as sdist:
        sdist.extractall(dist, filter="data")
    other = Repository(dist, dist / "acme_tool-1.2.3")
    other.git("init", "--quiet")
    return other.commit().tag("v7.0.0").project


RELEASED, NEXT, DEVELOPED = r"1\.2\.3", r"1\.2\.4\.dev1\+g\w+", r"0\.\S+\.dev[12]\+g\w+"
REFUSED_BY_PDM = "(?s).*\nThis archive is not of a tag such as v1.2.3: set PDM_BUILD_SCM_VERSION.*"
PLACES: dict[Callable[[Repository], Path], tuple[str, str]] = {
    archive_of_a_tag: (RELEASED, RELEASED),
    archive_of_a_later_commit: (NEXT, REFUSED_BY_PDM),
    archive_without_a_version: (r"0\+g\w+", REFUSED_BY_PDM),
    no_version: (DEVELOPED, DEVELOPED),
    shallow_clone_of_a_tag: (RELEASED, RELEASED),
    shallow_clone_of_a_later_commit: (DEVELOPED, DEVELOPED),
    branch_with_changes: (NEXT + r"\.d\d+", NEXT + r"\.d\d+"),
    subfolder: (RELEASED, RELEASED),
    sdist_in_another_repository: (RELEASED, RELEASED),
}


@pytest.mark.parametrize(
    ("backend", "place"),
    spread(
        [*product(BACKENDS, PLACES)],
        [
            ("hatchling", archive_of_a_tag),
            ("pdm", archive_of_a_tag),
            ("pdm", archive_without_a_version),
        ],
        names=2,
    ),
)
def test_the_version_is_right_or_the_build_is_refused(
    make: Make, tmp_path: Path, backend: str, place: Callable[[Repository], Path]
) -> None:
    expected = PLACES[place][backend == "pdm"]
    assert re.fullmatch(expected, build(place(make(backend)), tmp_path / "dist"))


@pytest.mark.parametrize("backend", ["pdm", full("hatchling"), full("setuptools")])
def test_a_version_can_be_given(make: Make, tmp_path: Path, backend: str) -> None:
    archive = archive_without_a_version(make(backend))
    contributing = (archive / "CONTRIBUTING.md").read_text("utf-8")
    said = r"Without\s+git,\s+set\s+`(\w+)`\s+to\s+the\s+version"
    (variable,) = re.findall(said, contributing)
    assert build(archive, tmp_path / "dist", **{variable: "3.2.1"}) == "3.2.1"


@pytest.mark.parametrize("backend", ["hatchling", full("setuptools"), full("pdm")])
def test_an_environment_knows_a_new_tag(make: Make, backend: str) -> None:
    repository = make(backend).tag("v1.2.3")
    said = [run_version(repository.project)]
    repository.commit().tag("v1.2.4")
    assert [*said, run_version(repository.project)] == ["1.2.3", "1.2.4"]


def run_version(project: Path) -> str:
    """Give the version of a package as its developer meets it."""
    code = "import acme_tool; print(acme_tool.__version__)"
    command = [sys.executable, "-m", "uv", "run", "--no-dev", "python", "-c", code]
    return subprocess.run(
        command, cwd=project, stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()
