"""A repository joins by one update, keeps what is its own, and is updated like any other.

Each is joined as `treewright adopt` asks for it, by its answers, or as by hand, without any.
"""

import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from plumbum import local

from keeping import ANSWERS, EMPTY, HERE, Files, unmerged, update, update_and_tell, write
from rendering import ROOT
from repositories import commit, git, snapshot
from tiers import full
from treewright.rendered import UNPROVEN

sys.path.append(str(ROOT))

from benchmarks import next_release

MINE = "# mine\n"
PROJECT = """\
[build-system]
requires = ["uv_build>=0.13,<0.14"]
build-backend = "uv_build"

[project]
name = "acme-tool"
version = "1.0"
requires-python = ">=3.9"
"""
SETUP = """\
from setuptools import setup
setup(name="acme-tool", version="1.0", packages=["acme_tool"], package_dir={"": "src"})
"""
PACKAGE = {
    "README.md": "# Acme\n",
    "src/acme_tool/__init__.py": MINE,
    "src/acme_tool/py.typed": "",
    ".gitignore": "dist\n",
}
KINDS = (
    "checks", "release", "lint", "types", "tests", "coverage", "runner", "docs", "changelog",
    "bot", "licence", "community",
)  # fmt: skip
BY_DEFAULT = [kind for kind in KINDS if kind not in {"checks", "release", "bot", "community"}]
NOTHING: list[str] = []
# What a repository has, what is its own, and the lines of the report that are to be.
SHAPES: dict[str, tuple[Mapping[str, str], list[str], list[str]]] = {
    "usual": (
        {
            **PACKAGE,
            "pyproject.toml": PROJECT + "\n[tool.ruff]\nline-length = 79 # mine\n",
            "tox.ini": "[tox]\n",
            "CONTRIBUTING.md": MINE,
            "docs/index.md": MINE,
            ".gitattributes": "* -text\n",
            "build/kept.txt": MINE,
        },
        BY_DEFAULT,
        [
            "yours 4: README.md, CONTRIBUTING.md, docs/index.md, .gitattributes",
            "left out .gitignore: /build/, which would hide build/kept.txt",
        ],
    ),
    "all of it, beside all of theirs": (
        {
            **PACKAGE,
            "pyproject.toml": PROJECT
            + "[tool.ruff]\nline-length = 79\n[tool.mypy]\n[tool.uv]\npackage = true\n"
            + '[dependency-groups]\ntest = ["mine"] # mine\n',
            "tox.toml": MINE,
            ".pre-commit-config.yaml": "repos: [] # mine\n",
        },
        NOTHING,
        ["yours in pyproject.toml: "],
    ),
    "no settings": ({**PACKAGE, "setup.py": SETUP}, BY_DEFAULT, []),
    "crlf": (
        {
            path: text.replace("\n", "\r\n")
            for path, text in {**PACKAGE, "pyproject.toml": PROJECT + "[tool.mypy]\nx = 1"}.items()
        },
        ["tests", "docs"],
        [],
    ),
    "inline": (
        {**PACKAGE, "pyproject.toml": "tool = {ruff = {line-length = 79}}\n" + PROJECT},
        ["tests"],
        ["yours in pyproject.toml: "],
    ),
}
DEFAULT = "usual"


@pytest.fixture(scope="session")
def following(tagged: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template with one more release, which changes every managed file."""
    folder = tmp_path_factory.mktemp("following") / "treewright"
    git("clone", "--quiet", tagged, folder, cwd=folder.parent)
    next_release.make(folder)
    return folder


def join(template: Path, project: Path, files: Mapping[str, str], own: list[str]) -> Files:
    """Have a repository join, commit what came, and give its files of before."""
    for path, text in files.items():
        write(project, path, text)
    answers = {
        "_commit": EMPTY,
        "_src_path": str(template),
        "project_name": "acme-tool",
        "starter": "minimal",
        "plugins": "none",
        "own_kinds": own,
    }
    write(project, ANSWERS, yaml.safe_dump(answers))
    git("init", "--quiet", cwd=project)
    git("add", "--all", "--force", cwd=project)
    commit(project)
    before = snapshot(project)
    update_and_tell(project, HERE)
    return before


@pytest.mark.parametrize("shape", [DEFAULT, *(full(name) for name in SHAPES if name != DEFAULT)])
def test_a_repository_joins_and_follows(
    following: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], shape: str
) -> None:
    files, own, told = SHAPES[shape]
    project = tmp_path / "acme-tool"
    before = join(following, project, files, own)
    printed = " ".join(capfd.readouterr().out.split())
    assert f"Joined Treewright {HERE} arrived " in printed
    assert not [line for line in told if line not in printed], printed
    assert "wheel as before, file by file and field by field" in printed, printed
    assert " new " not in printed
    assert "advice" not in printed
    assert_theirs(project, before)
    assert git("ls-files", "-ci", "--exclude-standard", cwd=project) == ""
    joined = snapshot(project)
    commit(project)

    update_and_tell(project, next_release.VERSION)
    now = snapshot(project)
    assert_theirs(project, before)
    came = joined.keys() - before.keys() - {"CHANGELOG.md"}  # a seed, as the pages are
    arrived = {path for path in came if not path.startswith("docs/")}
    mark = next_release.MARK.encode()
    assert {path for path in arrived if mark not in now[path]} == set()
    assert "yours" not in " ".join(capfd.readouterr().out.split())
    settings, theirs = (
        tomllib.loads(text.decode("utf-8-sig")) if text else {}
        for text in (now.get("pyproject.toml"), before.get("pyproject.toml"))
    )
    come = settings.get("tool", {}).keys() - theirs.get("tool", {}).keys() - {"uv"}
    assert all(next_release.MARK in str(settings["tool"][name]) for name in come)


def assert_theirs(project: Path, before: Files) -> None:
    """See that nothing of theirs is in conflict, and all is as it was."""
    assert unmerged(project) == []
    now = snapshot(project)
    shared = {ANSWERS, ".gitignore", "pyproject.toml"}
    assert [path for path in before.keys() - shared if now[path] != before[path]] == []
    for path in shared - {ANSWERS}:
        lines = iter(now.get(path, b"").splitlines())
        assert all(line in lines for line in before.get(path, b"").splitlines()), path
    data, mine = (
        tomllib.loads(files.get("pyproject.toml", b"").decode("utf-8-sig"))
        for files in (now, before)
    )
    for name, table in mine.items():
        if name not in {"tool", "dependency-groups"}:
            assert data[name] == table
    for name, table in mine.get("tool", {}).items():
        if name != "uv":
            assert data["tool"][name] == table


SETTINGS = {"pyproject.toml": PROJECT + "\n[tool.black]"}


@pytest.mark.parametrize(
    ("settings", "page"),
    [
        pytest.param(SETTINGS, "", id="unedited"),
        full(SETTINGS, MINE, id="edited"),
        full({"setup.py": SETUP}, "", id="no settings"),  # which come with what needs them
    ],
)
def test_kinds_come_and_go(
    tagged: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    settings: Mapping[str, str],
    page: str,
) -> None:
    """To add kinds of tools and to remove them is to do nothing, but for what was edited since."""
    project, files = tmp_path / "acme-tool", {**PACKAGE, **settings}
    kinds = [kind for kind in BY_DEFAULT if kind not in {"docs", "types"}]
    with local.env(**{UNPROVEN: "1"}):
        join(tagged, project, files, BY_DEFAULT)
        joined = snapshot(project)
        commit(project)
        come = update(project, own_kinds=kinds, docs="zensical")
        if page:
            write(project, "docs/index.md", page)
        commit(project)
        gone = update_and_tell(project, own_kinds=BY_DEFAULT, docs="none")
    told = " ".join(capfd.readouterr().out.split())
    assert ("pyproject.toml" in joined) == ("pyproject.toml" in files)
    assert {"docs/index.md", "docs/api.md", "zensical.toml"} <= come.keys() - joined.keys()
    assert "mypy" in tomllib.loads(come["pyproject.toml"].decode())["tool"]
    left = {"docs/index.md": page.encode()} if page else {}
    assert {**gone, ANSWERS: b""} == {**joined, ANSWERS: b"", **left}
    assert (project / "docs").exists() == bool(page)
    deleted = "docs/index.md came with what is yours now, unedited: deleted"
    assert ("unused docs/index.md; yours, to keep or delete" if page else deleted) in told
