"""An update brings what keeps git-ignored files out of the sdist, beside the owner's own."""

import re
import tarfile
import tomllib
from pathlib import Path
from typing import Any

import pytest

from environments import uv
from keeping import copy, is_shallow, releases, unmerged, update, write
from repositories import commit, git
from tiers import spread

# Where each backend has exclusions; setuptools has them in MANIFEST.in, hatchling asks .gitignore.
TABLES = {
    "uv": ("tool.uv.build-backend", "source-exclude"),
    "hatchling": ("tool.hatch.build.targets.sdist", "exclude"),
    "flit": ("tool.flit.sdist", "exclude"),
    "pdm": ("tool.pdm.build", "excludes"),
    "poetry": ("tool.poetry", "exclude"),
}
BACKENDS = [*TABLES, "setuptools"]
MINE = "tests/mine.txt"
IGNORED = ("tests/.env", "tests/.coverage.host.1", "tests/deep/.pytest_cache/v/nodeids")
VERSIONS = list(releases())
ROWS = [(version, backend) for version in VERSIONS for backend in BACKENDS]
# Its own key and the new one come to stand in one table, where git sees no conflict.
CLEAN_BY_LINES = [("v0.1.0", "uv")]


@pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases to update from")
@pytest.mark.parametrize(("version", "backend"), spread(ROWS, CLEAN_BY_LINES, names=2))
def test_exclusions_are_joined(tagged: Path, tmp_path: Path, version: str, backend: str) -> None:
    project = tmp_path / "acme-tool"
    answers = {"project_name": "acme-tool", "build_backend": backend}
    copy(tagged, project, version, answers)
    exclude(project, backend)
    write(project, MINE, "mine\n")
    commit(project)

    update(project)
    assert unmerged(project) == []
    fresh = copy(tagged, tmp_path / "fresh", "v9.0.0", answers)
    if backend == "setuptools":
        text = (project / "MANIFEST.in").read_text()
        assert {*text.splitlines()} >= {
            f"exclude {MINE}",
            *fresh["MANIFEST.in"].decode().splitlines(),
        }
    else:
        now = exclusions((project / "pyproject.toml").read_text(), backend)
        assert now == {MINE, *exclusions(fresh["pyproject.toml"].decode(), backend)}

    commit(project)
    for path in IGNORED:
        write(project, path, "SECRET=1\n")
    uv("build", "--quiet", "--sdist", "--out-dir", tmp_path / "dist", project)
    (sdist,) = (tmp_path / "dist").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        held = {one.name.partition("/")[2] for one in archive if one.isfile()}
    known = {*git("ls-files", "src", "tests", "CHANGELOG.md", cwd=project).splitlines()}
    assert held >= known - {MINE}
    assert not held & {MINE, *IGNORED}


def exclude(project: Path, backend: str) -> None:
    """Keep a file out of the sdist, as an owner writes it."""
    if backend == "setuptools":
        with (project / "MANIFEST.in").open("a") as manifest:
            manifest.write(f"exclude {MINE}\n")
        return
    table, key = TABLES[backend]
    file = project / "pyproject.toml"
    text = file.read_text()
    if exclusions(text, backend):  # the release that made it has some
        there = re.compile(rf"(?m)^{key} = \[")
        file.write_text(there.sub(lambda found: f'{found[0]}"{MINE}", ', text, count=1))
        return
    header = re.compile(rf"(?m)^\[{re.escape(table)}\]\n")
    new = f'[{table}]\n{key} = ["{MINE}"]\n'
    file.write_text(header.sub(lambda _: new, text) if header.search(text) else f"{text}\n{new}")


def exclusions(text: str, backend: str) -> set[str]:
    value: Any = tomllib.loads(text)
    table, key = TABLES[backend]
    for name in table.split("."):
        value = value.get(name, {})
    return {*value.get(key, [])}
