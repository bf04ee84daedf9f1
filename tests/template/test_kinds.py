"""Kinds of tools that are the owner's: nothing of them is there, and all else is as before."""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatch
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from packaging.requirements import Requirement

from answers import COVERING, Promise
from rendering import ROOT
from repositories import snapshot
from tiers import spread
from treewright.proof import prove

Render = Callable[..., Path]
Table = dict[str, Any]


class Kind(NamedTuple):
    """What a kind of tools brings to a project: patterns of files, tables, groups, requirements."""

    files: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    group: str = ""
    requirements: frozenset[str] = frozenset()


KINDS = {
    "checks": Kind((".github/workflows/ci.yml", ".gitlab-ci.yml")),
    "release": Kind(
        (".github/workflows/release.yml",),
        group="release",
        requirements=frozenset({"check-wheel-contents", "twine", "pypi-attestations"}),
    ),
    "lint": Kind(
        (".pre-commit-config.yaml", ".yamllint", ".editorconfig"),
        ("tool.ruff", "tool.codespell", "tool.deptry"),
        "lint",
        frozenset({"prek"}),
    ),
    "types": Kind(
        (),
        ("tool.mypy", "tool.pyright", "tool.ty"),
        "types",
        frozenset({"mypy", "pyright", "ty"}),
    ),
    "tests": Kind(("tests/*",), ("tool.pytest",), "test", frozenset({"pytest"})),
    "coverage": Kind((), ("tool.coverage",), "", frozenset({"coverage"})),
    "runner": Kind(("tox.toml",), (), "", frozenset({"tox", "tox-uv"})),
    "docs": Kind(
        ("docs/*", "zensical.toml", ".github/workflows/docs.yml"),
        ("project.urls.Documentation",),
        "docs",
        frozenset(
            {"mkdocstrings-python", "zensical", "ruff", "furo", "myst-parser", "sphinx"},
        ),
    ),
    "changelog": Kind(("CHANGELOG.md", "docs/changelog.md"), ("project.urls.Changelog",)),
    "bot": Kind(
        ("renovate.json", ".github/dependabot.yml", ".github/template/*"),
    ),
    "licence": Kind(("LICENSE", "LICENSES/*", "REUSE.toml"), ("project.license-files",)),
    "community": Kind(
        (
            "CONTRIBUTING.md",
            "SECURITY.md",
            "CODE_OF_CONDUCT.md",
            "AGENTS.md",
            "CITATION.cff",
            ".github/ISSUE_TEMPLATE/*",
            ".github/PULL_REQUEST_TEMPLATE.md",
            ".github/CODEOWNERS",
            ".gitlab/*",
        )
    ),
}
# What goes with a kind: a pipeline of GitLab's is one file, and coverage is that of the tests.
WITH = {"tests": {"coverage"}}
ON_GITLAB = {"checks": {"release"}}
# Nothing of any kind: what the package is, and what says how it came to be.
PLAIN = {".copier-answers.yml", ".gitattributes", ".gitignore", "MAKE_IT_YOURS.md", "README.md"}
BORN = ("MANIFEST.in", ".gitattributes", ".git_archival.txt", "pdm_build.py", "MAKE_IT_YOURS.md")


def gone(owned: set[str], answers: Mapping[str, str]) -> set[str]:
    """Give the kinds of which nothing is left."""
    more = ON_GITLAB if answers.get("forge") == "gitlab" else {}
    return owned.union(*(WITH.get(kind, set()) | more.get(kind, set()) for kind in owned))


def is_of(kinds: set[str], path: str) -> bool:
    return any(fnmatch(path, pattern) for kind in kinds for pattern in KINDS[kind].files)


def settings(project: Path) -> Table:
    return tomllib.loads((project / "pyproject.toml").read_text("utf-8"))


def drop(table: Table, key: str) -> None:
    """Take a key out of a table, by its dotted name, and the tables that it leaves empty."""
    first, _, rest = key.partition(".")
    if rest and first in table:
        drop(table[first], rest)
        if not table[first]:
            del table[first]
    elif not rest:
        table.pop(first, None)


def without(kinds: set[str], table: Table) -> Table:
    """Give settings without what some kinds bring."""
    groups: dict[str, list[Any]] = table["dependency-groups"]
    names = {KINDS[kind].group for kind in kinds}
    lacking = frozenset[str]().union(*(KINDS[kind].requirements for kind in kinds))
    table["dependency-groups"] = {
        name: kept
        for name, group in groups.items()
        if name not in names and (kept := [*_without(group, names, lacking, name)])
    }
    if not table["dependency-groups"]:
        del table["dependency-groups"]
    if "docs" in kinds:  # of Sphinx, what the linters know of its settings
        table["tool"]["ruff"]["lint"]["per-file-ignores"].pop("docs/conf.py", None)
        table["tool"]["deptry"]["extend_exclude"] = ["[.]ci"]
    for key in [key for kind in kinds for key in KINDS[kind].tables]:
        drop(table, key)
    return table


def _without(
    group: list[Any], names: set[str], lacking: frozenset[str], name: str
) -> Iterator[object]:
    for one in group:
        if isinstance(one, dict):
            if one["include-group"] not in names:
                yield one
        elif name == "docs" or Requirement(one).name not in lacking:
            yield one


def plain(table: Table) -> Table:
    """Leave out where the sdist and the checkers say which files they take."""
    for key in ("tool.mypy.files", "tool.pyright.include", "tool.ty.src", "tool.ruff.lint.ignore"):
        drop(table, key)
    for backend in ("uv", "hatch", "pdm", "flit", "poetry", "setuptools"):
        drop(table, f"tool.{backend}")
    return table


def parses(project: Path) -> None:
    """Read every file that some tool reads."""
    for path, text in snapshot(project).items():
        assert b"{%" not in text, path
        if path.endswith((".yml", ".yaml", ".cff")):
            assert yaml.safe_load(text), path
        elif path.endswith(".toml"):
            assert tomllib.loads(text.decode()), path
        elif path.endswith(".json"):
            assert json.loads(text), path
        elif path.startswith("tests/") and path.endswith(".py"):
            compile(text, path, "exec")


def test_the_kinds_are_those_of_the_template_and_of_what_infers_them() -> None:
    marks = json.loads((ROOT / "src/treewright/adopting/kinds.json").read_text("utf-8"))
    assert [*KINDS] == [*marks]


def test_the_marks_are_read_as_they_are(template: Path) -> None:
    """They are JSON in a template of Jinja: no mark may look like a tag of its own."""
    text = (template / "src/treewright/adopting/kinds.json").read_text("utf-8")
    assert not {"{{", "{%", "{#"} & {text[at : at + 2] for at in range(len(text))}


ALL = "all"
# Each kind, with other answers, and all together.
ROWS = [(kind, number) for number, kind in enumerate([*KINDS, ALL])]
MORE = list(product([*KINDS, ALL], range(0, len(COVERING), 4)))


def kinds(owned: str) -> set[str]:
    return {*KINDS} if owned == ALL else {owned}


@pytest.mark.parametrize(
    ("owned", "number"),
    spread([*ROWS, *(row for row in MORE if row not in ROWS)], ROWS, names=2),
)
def test_nothing_of_a_kind_is_there(
    render: Render, covering: list[Path], owned: str, number: int
) -> None:
    answers, usual = COVERING[number], covering[number]
    project = render(owning(kinds(owned), answers))
    lost = gone(kinds(owned), answers)
    parses(project)
    before, now = snapshot(usual), snapshot(project)
    expected = {path for path in before if not is_of(lost, path)}
    if {"checks", "runner"} <= lost:
        expected.discard(".ci/prove.py")
    assert now.keys() == expected
    assert plain(settings(project)) == plain(without(lost, settings(usual)))


def owning(owned: set[str], answers: Mapping[str, str]) -> dict[str, str]:
    """Give answers by which kinds are the owner's, without those that would bring them."""
    refused = {"docs": "docs", "bot": "update_bot", "community": "code_of_conduct"}
    names = {refused[kind] for kind in owned & refused.keys()}
    kept = {name: value for name, value in answers.items() if name not in names}
    return kept | {"own_kinds": f"[{', '.join(sorted(owned))}]"}


def test_with_every_kind_owned_a_package_is_left(render: Render) -> None:
    project = render(owning({*KINDS}, {"project_name": "acme-tool"}))
    inside = {f"src/{path}" for path in Promise(COVERING[0] | PLAINEST).wheel_files}
    assert snapshot(project).keys() == PLAIN | inside | {"pyproject.toml"}
    assert settings(project).keys() == {"build-system", "project", "tool"}
    assert settings(project)["tool"].keys() == {"uv"}
    assert not [folder for folder in project.rglob("*") if folder.is_dir() and is_empty(folder)]


PLAINEST = {"layout": "src", "package": "regular", "starter": "library", "plugins": "none"}


def is_empty(folder: Path) -> bool:
    return not any(path.is_file() for path in folder.rglob("*"))


BACKENDS = ("uv", "hatchling", "setuptools", "flit", "pdm", "poetry")


@pytest.mark.parametrize(
    ("owned", "backend"),
    spread(
        [*product([ALL], BACKENDS), *product(KINDS, ["uv", "setuptools"])],
        [(ALL, "poetry")],
        names=2,
    ),
)
def test_it_proves_all_the_same(render: Render, owned: str, backend: str) -> None:
    project = render(owning(kinds(owned), {"build_backend": backend}))
    proof = prove(project, strict=True)
    assert (proof.status, proof.findings) == (0, [])


# --- A repository that joined ----------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "number"),
    spread(
        list(product(KINDS, range(0, len(COVERING), 4))),
        [(kind, 4 * number) for number, kind in enumerate(KINDS)],
        names=2,
    ),
)
def test_a_repository_that_joined_gets_a_kind_and_nothing_else(
    render: Render, kind: str, number: int
) -> None:
    answers = {**COVERING[number], "joined": "true", "python_min": "3.9"}
    answers |= {"starter": "minimal", "plugins": "none", "license": "Other"}
    asked = {"docs": {"docs": "zensical"}, "licence": {"license": "ISC"}}.get(kind, {})
    owned = {*KINDS} - {kind, *(["tests"] if kind == "coverage" else [])}
    owned -= {"checks"} if kind == "release" else set()
    project = render(owning(owned, answers) | asked)
    parses_but_empty(project)
    of_the_repository = {path for path in snapshot(project) if path.startswith(("src/", "acme"))}
    always = {".copier-answers.yml", ".gitignore", "README.md", "pyproject.toml"}
    always |= {".ci/prove.py", ".devcontainer/devcontainer.json"} | of_the_repository
    brought = snapshot(project).keys() - always
    ours = {*KINDS} - owned
    assert all(is_of(ours, path) for path in brought), brought
    assert not brought & {*BORN}
    table = settings(project)
    assert not {"project", "build-system"} & table.keys()
    tools = {f"tool.{name}" for name in table.get("tool", {})} - {"tool.uv"}
    assert tools <= {table for one in ours for table in KINDS[one].tables}
    groups = table.get("dependency-groups", {})
    names = {KINDS[one].group for one in ours} | ({"dev"} if "runner" in ours else set())
    assert groups.keys() <= names
    floors = table.get("tool", {}).get("uv", {}).get("dependency-groups", {})
    assert floors.keys() == groups.keys() - {"test", "lint"}
    assert "ALL" not in str(table)
    assert "strict" not in table.get("tool", {}).get("mypy", {})
    least = table.get("tool", {}).get("coverage", {}).get("report", {}).get("fail_under")
    assert least == (0 if kind == "coverage" else None)


def parses_but_empty(project: Path) -> None:
    """Read every file; settings may be empty where nothing arrives."""
    if not (project / "pyproject.toml").read_text("utf-8"):
        (project / "pyproject.toml").write_text("#\n[tool]\n", "utf-8")
    parses(project)


@pytest.mark.parametrize(
    ("floor", "matrix"),
    [("3.9", ["3.9", "3.10", "3.11"]), ("3.10", ["3.10", "3.11"]), ("3.11", ["3.11"])],
)
def test_versions_are_numbers(render: Render, floor: str, matrix: list[str]) -> None:
    """'3.9' sorts after '3.15' as a text."""
    text = (render(joined="true", python_min=floor, starter="minimal") / "tox.toml").read_text()
    (listed,) = [line for line in text.splitlines() if '"3.15"' in line]
    assert [name.strip(' "') for name in listed.split(",")][: len(matrix) + 1] == [*matrix, "3.12"]


@pytest.mark.parametrize("taken", [["test", "Dev"], ["types"]], ids="+".join)
def test_groups_have_free_names(render: Render, taken: list[str]) -> None:
    table = settings(render(joined="true", own_groups=f"[{', '.join(taken)}]"))
    groups = table["dependency-groups"]
    assert not {name.lower() for name in taken} & groups.keys()
    assert {f"treewright-{name.lower()}" for name in taken} <= groups.keys()
    included = [
        one["include-group"] for group in groups.values() for one in group if "{" in f"{one}"
    ]
    assert {*included} <= groups.keys()
