"""What other answers mean for the user's own files: the list of those that mean nothing is true."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from pathspec import GitIgnoreSpec

from answers import CONTENTS, Promise
from rendering import ROOT
from repositories import snapshot
from treewright.updating import rendering
from treewright.updating.seeds import NAMING, UNREAD, patterns

Render = Callable[..., Path]

QUESTIONS: dict[str, dict[str, Any]] = {
    name: question
    for name, question in yaml.safe_load((ROOT / "copier.yml").read_text("utf-8")).items()
    if not name.startswith("_") and question.get("when") is not False
}
BASE = {
    "project_name": "acme-tool",
    "layout": "src",
    "package": "regular",
    "plugins": "both",
    "repository_url": "https://github.com/acme/acme-tool",
    "build_backend": "hatchling",
}
# One other value at least of each answer that no seed reads, and in turns all of them.
OTHERS = [
    {"user_name": "Ada", "build_backend": "uv", "type_checker": "pyright"},
    {"user_email": "ada@example.org", "build_backend": "setuptools", "type_checker": "ty"},
    {"user_name": "Ada", "user_email": "ada@example.org", "build_backend": "flit"},
    {"version_source": "vcs", "update_bot": "dependabot", "build_backend": "pdm"},
    {"coverage_min": "80", "ci": "full", "update_bot": "none", "build_backend": "poetry"},
    {
        "devcontainer": "true",
        "code_of_conduct": "false",
        "github_user": "other",
        "repository": "other",
    },
    {
        "own_files": "[tox.toml]",
        "own_groups": "[test]",
        "own_tables": "[tool.ruff]",
        "test_command": "make test",
    },
]
# Another value of each answer that some seed reads, and what has to be answered for it.
READ = [
    ({"project_description": "Another one."}, {}),
    ({"starter": "command"}, {}),
    ({"plugins": "none"}, {}),
    ({"license": "ISC"}, {}),
    ({"joined": "true"}, {}),
    ({"forge": "none"}, {}),
    ({"repository_url": "https://github.com/acme/other"}, {}),
    ({"cli_framework": "click"}, {"starter": "command"}),
    ({"python_min": "3.15"}, {}),
    ({"exports": "plain"}, {}),
    ({"docs": "none"}, {}),
    ({"own_kinds": "[tests]"}, {}),
    ({"plugin_group": "host.more"}, {"starter": "plugin"}),
    ({"plugin_name": "more"}, {"starter": "plugin"}),
]


def seeds(project: Path) -> dict[str, bytes]:
    """Give the user's own files of a project."""
    own = GitIgnoreSpec.from_lines(patterns(Promise(BASE).folder))
    return {path: text for path, text in snapshot(project).items() if own.match_file(path)}


def test_each_answer_is_in_one_list() -> None:
    tried = [name for answers, _ in READ for name in answers]
    assert sorted([*NAMING, *UNREAD, *tried]) == sorted(QUESTIONS)
    assert {name for answers in OTHERS for name in answers} == {*UNREAD}


def test_a_render_takes_answers_that_nothing_asks(template: Path) -> None:
    """As an answers file may have them, which a person edits: only those of --data are refused."""
    answers = {"_src_path": str(template), "colour": "red", "project_name": "acme-tool"}
    assert rendering.render(answers, ["/LICENSE"], source=template)


@pytest.mark.parametrize("starter", CONTENTS)
def test_no_seed_reads_them(render: Render, starter: str) -> None:
    base = seeds(render(BASE, starter=starter))
    assert len(base) > len(patterns(""))
    for others in OTHERS:
        assert seeds(render({**BASE, **others}, starter=starter)) == base, others


@pytest.mark.parametrize(("answers", "others"), READ, ids=[next(iter(one)) for one, _ in READ])
def test_some_seed_reads_it(
    render: Render, answers: Mapping[str, str], others: Mapping[str, str]
) -> None:
    base = {**BASE, **others}
    assert seeds(render(base)) != seeds(render({**base, **answers}))
