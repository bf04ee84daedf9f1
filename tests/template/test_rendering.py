"""Combinations of answers render to just what the answers promise.

By default those that have every pair of answers, and with --full every combination of the shape.
"""

import ast
import re
import subprocess
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from itertools import product
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from validate_pyproject.api import Validator

from answers import BUILDS, COMBINATIONS, COVERING, SHAPES, TYPICAL, Promise, identify, required
from rendering import ROOT
from tiers import each_once, full, spread

Render = Callable[..., Path]

MARKERS = re.compile(r"\{\{|\{%|%\}|\{#|#\}")
BACKENDS = {
    "uv": "uv_build",
    "hatchling": "hatchling.build",
    "setuptools": "setuptools.build_meta",
    "flit": "flit_core.buildapi",
    "pdm": "pdm.backend",
    "poetry": "poetry.core.masonry.api",
}
BUILD_TOOLS = {"uv", "hatch", "setuptools", "setuptools_scm", "flit", "pdm", "poetry"}
OPENINGS = {
    "MIT": "MIT License\n\nCopyright (c) the acme-tool authors\n\nPermission is hereby granted",
    "Apache-2.0": "Apache License\n                           Version 2.0",
    "BSD-3-Clause": "BSD 3-Clause License\n\nCopyright (c) the acme-tool authors\n\nRedistribution",
    "ISC": "ISC License\n\nCopyright (c) the acme-tool authors\n\nPermission to use",
    "MPL-2.0": "Mozilla Public License Version 2.0",
    "LGPL-3.0-or-later": "GNU LESSER GENERAL PUBLIC LICENSE\n                       Version 3",
    "GPL-3.0-or-later": "GNU GENERAL PUBLIC LICENSE\n                       Version 3",
    "Proprietary": "Copyright (c) the acme-tool authors. All rights reserved.",
}


def parse(source: str) -> ast.Module:
    """Parse Python, with the keyword `lazy` of 3.15, which older parsers lack."""
    return ast.parse(re.sub(r"(?m)^lazy (?=from )", "", source))


def cannot_check_out(path: str) -> bool:
    """Whether Windows refuses a path (naming rules of the Win32 API)."""
    devices = r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?"
    return any(
        re.search(r'[<>:"|?*\\\x00-\x1f]|[ .]$', part) or re.fullmatch(devices, part, re.IGNORECASE)
        for part in PurePosixPath(path).parts
    )


TAG = r"^v(?P<version>\d.*)$"
COMMAND = "git describe --dirty --tags --long --match=v[0-9]*.*[0-9]"
DESCRIBE = {"scm": {"git": {"describe_command": COMMAND.split()}}}


def tool_table(answers: Mapping[str, str], promise: Promise) -> Mapping[str, Any]:
    """The settings of the backend that make the wheel hold the package, and nothing else."""
    folder, flat = promise.folder, answers["layout"] == "flat"
    vcs = answers["version_source"] == "vcs"
    inside = promise.import_path.replace(".", "/")
    keys = [{"file": "pyproject.toml"}, {"git": {"commit": True, "tags": True}}]
    cached = {"uv": {"cache-keys": keys}} if vcs else {}
    ignored = re.findall(r"(?m)^([^#\n/]+)/?$", (ROOT / "template/.gitignore").read_text("utf-8"))
    everywhere = [f"**/{pattern}" for pattern in ignored]
    match answers["build_backend"]:
        case "uv":
            build: dict[str, Any] = {
                "module-name": promise.import_path,
                **({"module-root": ""} if flat else {}),
                "source-include": ["tests/**", "CHANGELOG.md"],
                "source-exclude": ignored,
            }
            return {"uv": {"build-backend": build}}
        case "hatchling":
            wheel = {"only-include": [folder], **({} if flat else {"sources": ["src"]})}
            sdist = {"only-include": [folder, "tests", "CHANGELOG.md"]}
            options = {"search_parent_directories": True, **DESCRIBE}
            version = {"source": "vcs", "tag-pattern": TAG, "raw-options": options}
            found = {"version": version | {"fallback-version": "0.0.0"}} if vcs else {}
            return {
                "hatch": {"build": {"targets": {"wheel": wheel, "sdist": sdist}}} | found,
                **cached,
            }
        case "setuptools":
            include = [*promise.parents, promise.import_path, f"{promise.import_path}.*"]
            setuptools = {
                "packages": {"find": {"include": include} | ({} if flat else {"where": ["src"]})},
                "package-data": {"*": ["*"]},
                "exclude-package-data": {"*": ["*.py[cod]"]},
            } | ({"package-dir": {"": "."}} if flat else {})
            scm = {"fallback_version": "0.0.0", "tag": {"regex": TAG}, **DESCRIBE}
            return {"setuptools": setuptools} | ({"setuptools_scm": scm} if vcs else {}) | cached
        case "flit":
            sdist = {"include": ["tests/", "CHANGELOG.md"], "exclude": everywhere}
            return {"flit": {"module": {"name": promise.import_path}, "sdist": sdist}}
        case "pdm":
            build = {"includes": [folder], "source-includes": ["tests", "CHANGELOG.md"]}
            build["excludes"] = everywhere
            version = {"source": "scm", "tag_filter": "v[0-9]*.*[0-9]", "tag_regex": r"^v?(\d.*)$"}
            found = {"version": version | {"fallback_version": "0.0.0"}} if vcs else {}
            return {"pdm": {"build": build} | found, **cached}
        case _:
            package = {"include": inside} | ({} if flat else {"from": "src"})
            packages = [package, {"include": "tests", "format": "sdist"}]
            extra = [{"path": "CHANGELOG.md", "format": "sdist"}]
            return {"poetry": {"packages": packages, "include": extra, "exclude": everywhere}}


BEYOND = [answers for answers in COMBINATIONS if answers not in COVERING]


@pytest.mark.parametrize("answers", [*COVERING, *map(full, BEYOND)], ids=identify)
def test_keeps_the_promise(render: Render, covering: list[Path], answers: dict[str, str]) -> None:
    promise = Promise(answers)
    made = dict(zip(map(identify, COVERING), covering, strict=True))
    project = made.get(identify(answers)) or render(answers)
    texts = {
        path.relative_to(project).as_posix(): path.read_text(encoding="utf-8")
        for path in project.rglob("*")
        if path.is_file()
    }
    assert texts.keys() == promise.files
    assert not [path for path in texts if cannot_check_out(path)]
    for path, body in texts.items():
        assert not MARKERS.search(body.replace("${{", "")), path
        assert body == "" or re.search(r"[^\n]\n\Z", body), f"{path} ends in one line feed"
        assert "\r" not in body
        assert not re.search(r"(?m)[ \t]+$", body) or "LICENSE" in path, path
        assert "\n\n\n" not in body or path.endswith((".py", ".md")) or "LICENSE" in path, path
        if path.endswith(".py"):
            parse(body)
    assert texts["LICENSE"].strip().startswith(OPENINGS[answers["license"]].strip())
    check_pyproject(tomllib.loads(texts["pyproject.toml"]), answers, promise)
    check_init(texts[f"{promise.folder}/__init__.py"], answers, promise)
    stored = yaml.safe_load(texts[".copier-answers.yml"])
    assert answers.items() <= {name: text(value) for name, value in stored.items()}.items()


def text(value: object) -> str:
    """A stored answer, as --data has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def check_pyproject(found: dict[str, Any], answers: Mapping[str, str], promise: Promise) -> None:
    project, oldest = found["project"], answers["python_min"]
    assert found["build-system"]["build-backend"] == BACKENDS[answers["build_backend"]]
    assert project["name"] == "acme-tool"
    version = (
        ("version", "0.1.0") if answers["version_source"] == "static" else ("dynamic", ["version"])
    )
    assert project[version[0]] == version[1]
    assert ("version" in project) is (answers["version_source"] == "static")
    assert project["requires-python"] == f">={oldest}"
    proprietary = answers["license"] == "Proprietary"
    assert project["license"] == ("LicenseRef-Proprietary" if proprietary else answers["license"])
    assert ("Private :: Do Not Upload" in project["classifiers"]) is proprietary
    pythons = [c.rpartition(" ")[2] for c in project["classifiers"] if re.search(r":: 3\.\d+$", c)]
    assert pythons == [f"3.{minor}" for minor in range(int(oldest[2:]), 16)]
    assert project["dependencies"] == promise.dependencies
    assert project.get("scripts", {}) == promise.scripts
    assert project.get("entry-points", {}) == promise.entry_points
    assert project.get("optional-dependencies", {}) == promise.starter.extras
    extras = [requirement for extra in promise.starter.extras.values() for requirement in extra]
    needed = [required("coverage"), required("pytest"), *extras]
    assert found["dependency-groups"]["test"] == needed
    assert found["tool"]["coverage"]["run"]["branch"] is True
    if answers["build_backend"] in {"setuptools", "poetry"}:  # which refuse it, or ignore it
        assert "import-names" not in project
    else:
        assert project["import-names"] == [promise.import_path]
        assert project.get("import-namespaces", []) == promise.parents
    tools = {name: table for name, table in found["tool"].items() if name in BUILD_TOOLS}
    assert tools == tool_table(answers, promise)


def check_init(source: str, answers: Mapping[str, str], promise: Promise) -> None:
    tree = parse(source)
    exported = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    exports = promise.starter.exports
    assert exported == [
        sorted(["__version__", *(name for found in exports.values() for name in found)])
    ]
    plain = answers.get("exports") == "plain"
    opening = "lazy " if answers["python_min"] == "3.15" else "" if plain else "    "
    for module, names in exports.items():
        assert source.count(f"from .{module} import ") == 1
        assert f"\n{opening}from .{module} import {', '.join(names)}\n" in source
    listed = re.findall(r"(?ms)^__lazy_modules__ = \[.*?\n(.*?)\n\]", source)
    modules = [f'    "{promise.import_path}.{module}",' for module in sorted(exports)]
    assert listed == (["\n".join(modules)] if plain and not opening else [])


@cache
def validator() -> Validator:
    return Validator()


@pytest.mark.parametrize(
    ("answers", "more"),
    spread(product(SHAPES, BUILDS + TYPICAL), each_once(SHAPES, BUILDS + TYPICAL), names=2),
    ids=identify,
)
def test_pyproject_is_valid(render: Render, answers: dict[str, str], more: dict[str, str]) -> None:
    text = (render({**answers, **more}) / "pyproject.toml").read_text()
    assert validator()(tomllib.loads(text))


def test_files_of_starters_that_are_no_templates_are_taken_as_they_are() -> None:
    """Each is included, so Jinja reads it: what looks like a tag would be taken for one."""
    files = [path for path in (ROOT / "includes/starters").glob("*/*/*") if path.suffix != ".jinja"]
    assert len(files) > 10
    assert [path for path in files if MARKERS.search(path.read_text("utf-8"))] == []


def test_tox_tests_the_wheel(render: Render) -> None:
    """Python leaves the current folder out, where a flat layout has the package, too."""
    base = tomllib.loads((render(layout="flat") / "tox.toml").read_text("utf-8"))["env_run_base"]
    assert base["package"] == "wheel"
    assert base["set_env"]["PYTHONSAFEPATH"] != ""


def test_the_gate_of_coverage_is_an_answer(render: Render) -> None:
    for answers, gate in (({}, 100), ({"coverage_min": "90"}, 90)):
        found = tomllib.loads((render(answers) / "pyproject.toml").read_text("utf-8"))
        assert found["tool"]["coverage"]["report"]["fail_under"] == gate


@pytest.mark.parametrize(
    ("forge", "pages"), [("github", ""), ("gitlab", "/-")], ids=["github", "gitlab"]
)
def test_links_lead_to_the_forge(render: Render, forge: str, pages: str) -> None:
    project = render(project_name="acme-tool", github_user="acme", forge=forge)
    address = f"https://{forge}.com/acme/acme-tool"
    urls = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]["urls"]
    assert urls["Source"] == address
    assert urls["Issues"] == f"{address}{pages}/issues"
    assert urls["Changelog"] == f"{address}{pages}/blob/main/CHANGELOG.md"
    assert f"]({address}{pages}/blob/main/LICENSE)" in (project / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("answers", "address"),
    [
        ({"repository_url": "https://git.acme.example/tool.git/"}, ""),
        ({"repository_url": "https://github.com/acme/tool.git/"}, "https://github.com/acme/tool"),
        ({}, ""),
    ],
    ids=["elsewhere", "github", "nowhere"],
)
def test_what_is_not_known_is_no_link(
    render: Render, answers: dict[str, str], address: str
) -> None:
    project = render(answers)
    found = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    assert found.get("urls", {}).get("Source", "") == answers.get("repository_url", "")
    assert found.get("urls", {}).get("Issues", "") == (f"{address}/issues" if address else "")
    link = f"{address}/blob/main/LICENSE" if address else "LICENSE"
    assert f"]({link})" in (project / "README.md").read_text("utf-8")


def test_same_answers_give_the_same_bytes(render: Render) -> None:
    first, second = (
        {
            path.relative_to(project): path.read_bytes()
            for path in project.rglob("*")
            if path.is_file()
        }
        for project in (render(project_name="acme-tool"), render(project_name="acme-tool"))
    )
    assert first == second


def test_windows_can_check_out_the_template() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    paths = listed.stdout.decode().split("\0")
    assert len(paths) > 20
    assert not [path for path in paths if cannot_check_out(path)]
