"""What other templates know of a repository, from files of theirs that anybody may have written."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from adopting import from_clone, told
from tiers import full
from treewright.adopting import others
from treewright.adopting.inferring import infer
from treewright.adopting.reading import Sources
from treewright.adopting.refusals import of_project

Make = Callable[[Mapping[str, str | bytes]], Path]
Capture = pytest.CaptureFixture[str]

KNOWN = {
    "project_name": "acme-tool",
    "project_description": "Counts things.",
    "user_name": "Ada Lovelace",
    "user_email": "ada@example.org",
    "python_min": "3.10",
}
COOKIECUTTER = {
    "project_name": "Acme Tool",  # no name of a distribution
    "project_slug": "acme-tool",
    "project_short_description": "Counts things.",
    "full_name": "Ada Lovelace",
    "email": "ada@example.org",
    "python_requires": ">=3.10,<4",
    "_extensions": ["x"],
    "_email": "nobody@example.org",
}
CRUFT = {"template": "gh:other/cut", "context": {"cookiecutter": COOKIECUTTER}}
COPIER = """\
_src_path: gh:other/template
project_name: acme-tool
project_description: Counts things.
author_fullname: Ada Lovelace
author_email: ada@example.org
min_python_version: 3.10
maintainer: null
"""
PROJEN = """\
raise SystemExit("never run")
project = python.PythonProject(
    name="acme-tool",
    description="Counts things.",
    author_name="Ada Lovelace",
    author_email="ada@example.org",
    min_python_version="3.10",
    module_name=find(),
    **more,
)
"""
OF_JSON = {
    "type": "projen.python.PythonProject",
    "name": "acme-tool",
    "description": "Counts things.",
    "authorName": "Ada Lovelace",
    "authorEmail": "ada@example.org",
    "minPythonVersion": "3.10",
}
FOUND = {
    ".cruft.json": json.dumps(CRUFT),
    ".copier-answers.yml": COPIER,
    ".github/.copier-answers.yaml": COPIER,
    ".projenrc.py": PROJEN,
    ".projenrc.json": json.dumps(OF_JSON),
}


@pytest.mark.usefixtures("no_git")
@pytest.mark.parametrize("file", FOUND)
def test_answers_are_read(make: Make, file: str) -> None:
    folder = make({file: FOUND[file]})
    found = infer(folder, {"user_name": "Bob"}).answers
    assert {name: found[name].value for name in KNOWN} == {**KNOWN, "user_name": "Bob"}
    del found["user_name"]
    for name in KNOWN.keys() & found.keys():
        assert found[name].read_from.endswith(f" in {file}")
        assert found[name].sure == "likely"


@pytest.mark.usefixtures("no_git")
def test_the_project_itself_comes_first(make: Make) -> None:
    settings = """\
[project]
name = "own"
description = "Own."
requires-python = ">=3.12"
authors = [{ name = "Own", email = "own@example.org" }]
"""
    found = infer(make({"pyproject.toml": settings, **FOUND}), {}).answers
    values = [found[name].value for name in KNOWN]
    assert values == ["own", "Own.", "Own", "own@example.org", "3.12"]


DEEP = "[" * 100_000
BOMB = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]\n" for n in range(12))
HOSTILE: dict[str, Mapping[str, str | bytes]] = {
    "all of another type": {
        ".cruft.json": '{"template": ["x"], "context": {"cookiecutter": [1]}}',
        ".copier-answers.yml": "_src_path: [x]\nauthor_name: {a: b}\n",
        ".projenrc.json": '{"type": 1, "name": {"a": 1}}',
        ".rhiza/template.yml": "repository: {a: b}\n",
    },
    "several lines, and colours": {
        ".cruft.json": json.dumps(
            {
                "template": "gh:a\x1b[31m\nb\ud800" + "x" * 10_000,
                "context": {"cookiecutter": {"full_name": "A\x1b[0m\ud800\nB", "email": "a@b\n"}},
            }
        ),
    },
    "too deep": {".cruft.json": DEEP, ".copier-answers.yml": DEEP, ".projenrc.py": DEEP},
    "a bomb": {".copier-answers.yml": f"{BOMB}_src_path: *a11\nauthor_name: *a11\n"},
    "tags": {
        ".copier-answers.yml": "_src_path: !!timestamp x\na: !!int ''\nb: !!python/name:os.x y\n"
    },
    "no text": {".cruft.json": b"\xff\xfe\x00", ".copier-answers.yml": b"\x00\xff: \x01"},
    "an alias of itself": {".copier-answers.yml": "&a\n_src_path: *a\n? [b]\n: c\n"},
}


@pytest.mark.usefixtures("no_git")
@pytest.mark.parametrize("case", HOSTILE)
def test_whatever_is_in_them_is_a_sentence_at_most(make: Make, case: str) -> None:
    folder = make({"pyproject.toml": "[project]\nname = 'x'\n", **HOSTILE[case]})
    sources = Sources(folder)
    inferred = infer(folder, {})
    for text in [*of_project(sources, inferred), *map(str, inferred.values.values())]:
        assert text.isprintable()
        assert len(text) < 1000
    assert others.own(sources) is None


@pytest.mark.parametrize("file", [".cruft.json", full(".copier-answers.yml")])
def test_a_script_is_told_them(
    commit: Make,
    capsys: Capture,
    tagged: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
) -> None:
    from_clone(tagged, monkeypatch)
    folder = commit({file: FOUND[file], "acme_tool/__init__.py": ""})
    document = told(capsys, folder, "--dry-run", status=1)
    assert "its answers: project_name = acme-tool" in document["refusals"][0]
    assert {name: document["answers"][name]["value"] for name in KNOWN} == KNOWN
