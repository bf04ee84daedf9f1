"""The questionnaire: what is asked, what is refused, and what follows from an answer."""

import ast
import json
import keyword
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml
from copier.errors import UserMessageError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2_ansible_filters import core_filters

import pythons
import questions
from rendering import ROOT
from rendering import render as render_into
from tiers import spread

Render = Callable[..., Path]

QUESTIONS: dict[str, Any] = {
    name: question
    for name, question in yaml.safe_load((ROOT / "copier.yml").read_text("utf-8")).items()
    if not name.startswith("_")
}


def values(choices: list[str] | dict[str, Any]) -> list[str]:
    """The values of a question's choices, with and without labels."""
    if isinstance(choices, list):
        return choices
    return [value["value"] if isinstance(value, dict) else value for value in choices.values()]


@pytest.fixture(scope="module")
def jinja() -> jinja2.Environment:
    """The environment of the includes, whose modules have their macros as attributes."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT), trim_blocks=True, lstrip_blocks=True
    )
    for name in ("regex_findall", "regex_search"):
        environment.filters[name] = getattr(core_filters, name)
    return environment


@pytest.fixture(scope="module")
def rules(jinja: jinja2.Environment) -> Any:  # noqa: ANN401
    return jinja.get_template("includes/rules.jinja").module


def stored(project: Path) -> dict[str, Any]:
    answers: dict[str, Any] = yaml.safe_load((project / ".copier-answers.yml").read_text("utf-8"))
    return answers


def test_what_can_be_chosen_is_known_before_it_is_asked() -> None:
    """`<<` puts it first, where refusals.jinja needs it, for every question with choices."""
    assert next(iter(QUESTIONS)) == "choices"
    asked = {name: q["choices"] for name, q in QUESTIONS.items() if "choices" in q}
    marks = json.loads((ROOT / "src/treewright/adopting/kinds.json").read_text("utf-8"))
    asked["own_kinds"] = [*marks]  # of which an answer has several
    assert QUESTIONS["choices"]["default"] == asked


def test_each_text_has_a_rule(rules: Any) -> None:  # noqa: ANN401
    asked = {name for name, q in QUESTIONS.items() if "validator" in q} | {"test_command"}
    named = {row.split()[0] for row in str(rules.texts).splitlines()}
    others = {"import_name", "namespace", "forge", "code_of_conduct", "own_kinds"}
    assert named - {"top_level", "flat", "identifier"} == asked - others


def test_every_computed_answer_and_every_switch_is_refused() -> None:
    refusals = (ROOT / "includes/refusals.jinja").read_text("utf-8")
    switches, computed = (
        ast.literal_eval(found)
        for found in re.findall(r"set (?:switches|computed) = (\[.+?\])", refusals)
    )
    assert computed == [name for name, q in QUESTIONS.items() if q.get("when") is False]
    assert switches == [name for name, q in QUESTIONS.items() if q.get("type") == "bool"]


@pytest.mark.parametrize("operation", ["copy", "update"])
@pytest.mark.parametrize("answers", [{}, {"project": {}}], ids=["of v0.0.0", "of another release"])
def test_no_setting_presumes_an_answer(answers: dict[str, Any], operation: str) -> None:
    """Copier renders settings with the answers of an older release, which has others."""
    settings = yaml.safe_load((ROOT / "copier.yml").read_text("utf-8"))
    loader = jinja2.FileSystemLoader(ROOT)
    strict = jinja2.Environment(undefined=jinja2.StrictUndefined, loader=loader)
    strict.filters["regex_replace"] = core_filters.regex_replace
    conf = {"answers_file": ".answers.yml", "src_path": "/t", "quiet": False, "conflict": "inline"}
    given = answers | {
        "_copier_answers": {"_src_path": "/t"},
        "_copier_conf": conf,
        "_copier_operation": operation,
        "_copier_python": "python",
        "_stage": "before",
    }
    presumed = dict[str, Exception]()
    rendered = []
    for setting, value in settings.items():
        # A copy has the answers of its own release for what it runs and says.
        of_a_copy = operation == "copy" and setting in {"_tasks", "_migrations"}
        if setting.startswith("_") and setting != "_message_after_copy" and not of_a_copy:
            for text in texts_in(value):
                try:
                    rendered.append(strict.from_string(text).render(given))
                except jinja2.UndefinedError as error:
                    presumed[f"{setting}: {text}"] = error
    assert presumed == {}
    assert "/src/" in rendered


def texts_in(value: object) -> Iterator[str]:
    """Give all texts in a setting."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts_in(part)


def test_every_question_has_a_default() -> None:
    assert [name for name, question in QUESTIONS.items() if "default" not in question] == []


def test_progress_counts_the_prompts() -> None:
    """At most ten prompts; one that is not always asked has the number of the one before."""
    asked = [q for q in QUESTIONS.values() if q.get("when", True) and q.get("ask", True)]
    always = [QUESTIONS[name] for name in questions.asked()]
    assert {q["qmark"] for q in QUESTIONS.values() if q.get("ask") is False} == {"+"}
    assert [q["qmark"] for q in always] == [f"{n}/{len(always)}" for n in range(1, len(always) + 1)]
    assert {q["qmark"] for q in asked} == {q["qmark"] for q in always}
    assert len(always) <= 10


def test_prompts_fit_80_columns() -> None:
    for name, question in QUESTIONS.items():
        assert len(f"{question.get('qmark', '')} {question.get('help', '')}") < 80, name
        labels = question.get("choices", {})
        shown = [re.sub(r"\{%.*%\}", "acme.tool: shares acme", label) for label in labels]
        assert all(len(f"   » {label}") < 80 for label in shown), name


def test_messages_fit_behind_the_name_of_the_question() -> None:
    """Copier cuts them at the terminal's width."""
    for name, _, problem, _ in REFUSED:
        if "choices" not in QUESTIONS[name] and QUESTIONS[name].get("when") is not False:
            assert len(f"Validation error for question '{name}': {problem}") <= 80


def rules_of(rules: Any, name: str, value: str) -> str:  # noqa: ANN401
    message: str = rules.text(name, value)
    return message.strip()


def test_reserved_names_are_complete(rules: Any) -> None:  # noqa: ANN401
    """Keywords and the standard library of every Python at hand; soft keywords are names."""
    assert sorted(str(rules.keywords).split()) == sorted(keyword.kwlist)
    for python in pythons.at_hand().values():
        code = "import sys; print(*sys.stdlib_module_names)"
        listed = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
        assert set(listed.stdout.split()) <= set(str(rules.stdlib).split())


NESTED = {"package": "namespace", "namespace": "acme.data"}
DEFAULTS: list[tuple[str, dict[str, str], str, str | None, str]] = [
    # folder, answers, project_name, namespace, import path
    ("acme-tool", {}, "acme-tool", None, "acme_tool"),
    ("My Tool (v2)", {}, "my-tool-v2", None, "my_tool_v2"),
    ("项目", {}, "my-package", None, "my_package"),
    ("3d", {}, "3d", None, "py3d"),
    ("json", {}, "json", None, "json_"),
    ("class", {}, "class", None, "class_"),
    ("tests", {}, "tests", None, "tests_"),
    ("build", {"layout": "flat"}, "build", None, "build_"),
    ("build", {}, "build", None, "build"),
    ("x", {"project_name": "Acme.Tool_Kit"}, "Acme.Tool_Kit", None, "acme_tool_kit"),
    ("acme-tool", {"package": "namespace"}, "acme-tool", "acme", "acme.tool"),
    ("tool", {"package": "namespace"}, "tool", "acme", "acme.tool"),
    ("json-tool", {"package": "namespace"}, "json-tool", "acme", "acme.json_tool"),
    ("acme-tool-csv", {"package": "namespace"}, "acme-tool-csv", "acme", "acme.tool_csv"),
    ("acme-csv", {"package": "namespace"}, "acme-csv", "acme", "acme.csv"),
    ("acme-class", {"package": "namespace"}, "acme-class", "acme", "acme.class_"),
    ("acme", {"package": "namespace"}, "acme", "acme", "acme.acme"),
    ("acme-tool", NESTED, "acme-tool", "acme.data", "acme.data.tool"),
    ("acme-data-tool", NESTED, "acme-data-tool", "acme.data", "acme.data.tool"),
    ("tool", NESTED | {"namespace": "a.b.c.d"}, "tool", "a.b.c.d", "a.b.c.d.tool"),
]  # fmt: skip


@pytest.mark.parametrize(("folder", "answers", "project_name", "namespace", "path"), DEFAULTS)
def test_names_follow_from_the_folder(
    template: Path,
    tmp_path: Path,
    folder: str,
    answers: dict[str, str],
    project_name: str,
    namespace: str | None,
    path: str,
) -> None:
    project = render_into(template, tmp_path / folder, answers)
    assert stored(project)["project_name"] == project_name
    assert stored(project).get("namespace") == namespace
    source = "" if answers.get("layout") == "flat" else "src"
    assert (project / source / path.replace(".", "/") / "__init__.py").is_file()
    assert f"import {path} as package" in (project / "tests/test_package_contract.py").read_text(
        "utf-8"
    )


# project_name, answers, plugin_group, plugin_name
PLUGINS: list[tuple[str, dict[str, str], str, str]] = [
    ("acme-tool-csv", {}, "acme_tool.plugins", "csv"),
    ("acme-tool-csv", {"package": "namespace"}, "acme.tool.plugins", "csv"),
    ("acme-data-tool-csv", NESTED, "acme.data.tool.plugins", "csv"),
    ("tool-csv", NESTED, "acme.data.tool.plugins", "csv"),
    ("Acme.Tool_CSV", {}, "acme_tool.plugins", "csv"),
    ("acme-csv", {}, "acme.plugins", "csv"),
    ("acme-csv", {"package": "namespace"}, "acme.plugins", "csv"),
    ("csv", {}, "acme.plugins", "csv"),
    ("csv", NESTED, "acme.data.plugins", "csv"),
    ("json-3", {}, "json_.plugins", "3"),
    ("3d-class", {}, "py3d.plugins", "class"),
    (f"{'a' * 98}-b", {}, f"{'a' * 98}.plugins", "b"),
]


@pytest.mark.parametrize(("project_name", "answers", "group", "name"), PLUGINS)
def test_a_plugin_is_named_for_its_host(
    render: Render, project_name: str, answers: dict[str, str], group: str, name: str
) -> None:
    answers = {"starter": "plugin", "project_name": project_name} | answers
    found = stored(render(answers))
    assert (found["plugin_group"], found["plugin_name"]) == (group, name)


@pytest.mark.parametrize("answers", [{}, {"package": "namespace"}, NESTED], ids=str)
def test_that_is_the_group_of_the_host(render: Render, answers: dict[str, str]) -> None:
    host = stored(render(answers, project_name="acme-tool"))
    path = ".".join(filter(None, (host.get("namespace"), host["import_name"])))
    plugin = stored(render(answers, project_name="acme-tool-csv", starter="plugin"))
    assert plugin["plugin_group"] == f"{path}.plugins"


def test_only_a_plugin_has_a_group(render: Render) -> None:
    assert not {"plugin_group", "plugin_name"} & stored(render()).keys()


ASCII = "use ASCII letters, digits and _"
PROJECT = "hides a part of the project"
STDLIB = "hides a standard-library module"
NAMESPACE = {"package": "namespace"}
WITHOUT_USER = "leave out what is before the @"
# The answer, its values, what is wrong with them, and the answers that make it wrong.
REFUSED: list[tuple[str, list[str], str, dict[str, str]]] = [
    (
        "project_name",
        ["", "-x", "x-", "a b", "é", "a/b", "x\n", "..", "a;b", "{{ x }}"],
        "letters, digits and inner - _ .",
        {},
    ),
    ("project_name", ["a" * 101], "use at most 100 characters", {}),
    (
        "project_description",
        [f"a{character}b" for character in "\n\r\t\x00\x1b\x7f\x85\u2028\u2029\u202e\u2066"],
        "no control characters",
        {},
    ),
    ("project_description", ["", " "], "say what it does", {}),
    ("project_description", ["a\udce9b"], "not UTF-8: see your locale", {}),
    ("user_name", ["Ren\udce9"], "not UTF-8: see your locale", {}),
    ("user_name", ["Doe, Jane"], "no comma: it would part two authors", {}),
    ("user_name", [" "], "name somebody, or leave it empty", {}),
    (
        "user_email",
        ["me", "me@", "me@host", "a b@c.org", "é@c.org", "me@c.org\n", "<me@c.org>"],
        "an address, such as me@example.org",
        {},
    ),
    (
        "repository_url",
        ["x", "ftp://h/x", "https://h/a b", 'https://h/"'],
        "use https://HOST/OWNER/NAME",
        {},
    ),
    ("repository", ["acme/tool", "acme/a/b", "~a/b"], "say github.com/A/B or gitlab.com/A/B", {}),
    ("repository", ["https://ann:s3cret@h.org/a", "http://tok@h.org/a/b"], WITHOUT_USER, {}),
    (
        "repository",
        ["github.com", "https://github.com", "a b", "@acme", "ftp://h.org/a", "a.b", 'a"', "a\n"],
        "HOST/OWNER/NAME, OWNER, or nothing",
        {},
    ),
    ("repository", ["ann:s3cret@h.org/a"], "HOST/OWNER/NAME, OWNER, or nothing", {}),
    (
        "github_user",
        ["@acme", "acme/", "a b", "é", "acme\n", 'a"'],
        "letters, digits and inner - _ . /",
        {},
    ),
    ("coverage_min", ["-1", "101", "all", "9.5"], "a whole number from 0 to 100", {}),
    ("devcontainer", ["maybe", "1"], "choose true or false", {}),
    ("forge", ["gitea"], "choose one of github, gitlab, none", {}),
    (
        "update_bot",
        ["dependabot"],
        "works on GitHub only; choose renovate or none",
        {"forge": "gitlab"},
    ),
    (
        "update_bot",
        ["dependabot"],
        "works on GitHub only; choose renovate or none",
        {"repository_url": "https://gitlab.com/acme/acme-tool"},
    ),
    (
        "update_bot",
        ["dependabot"],
        "works on GitHub only; choose renovate or none",
        {"repository": "git@gitlab.example.org:acme/acme-tool.git"},
    ),
    ("import_name", ["", "a-b", "a.b", "1a", "über", "a b"], ASCII, {}),
    ("import_name", ["json", "_thread"], STDLIB, {}),
    ("import_name", ["Tests", "docs", "src"], PROJECT, {}),
    ("import_name", ["build", "dist"], PROJECT, {"layout": "flat"}),
    ("import_name", ["class"], "class is a Python keyword", {}),
    ("import_name", ["class"], "class is a Python keyword", NAMESPACE),
    ("import_name", ["__main__", "Aux"], "this name is reserved", {}),
    (
        "namespace",
        ["", "acme.", ".acme", "acme..x", "acme.1x", "acme/x"],
        ASCII,
        NAMESPACE,
    ),
    ("namespace", ["json", "json.x"], STDLIB, NAMESPACE),
    ("namespace", ["tests.x"], PROJECT, NAMESPACE),
    ("namespace", ["acme.import"], "import is a Python keyword", NAMESPACE),
    ("namespace", ["acme.nul"], "this name is reserved", NAMESPACE),
    (
        "plugin_group",
        ["", "acme.", ".acme", "acme..x", "acme-tool", "a b", "über", 'a"]', "acme\n"],
        "letters, digits, _ and inner dots",
        {"starter": "plugin"},
    ),
    (
        "plugin_group",
        ["console_scripts", "gui_scripts"],
        "this group is for commands",
        {"starter": "plugin"},
    ),
    (
        "plugin_name",
        ["", "a b", "a=b", "[a]", "a:b", "über", "csv\n"],
        "use letters, digits, _ . and -",
        {"starter": "plugin"},
    ),
    ("layout", ["scr"], "choose one of src, flat", {}),
    ("python_min", ["3.9", "3.10"], "choose one of 3.11, 3.12, 3.13, 3.14, 3.15", {}),
    ("starter", ["lib"], "choose one of minimal, library, command, pipeline, analysis, plugin", {}),
    ("cli_framework", ["fire"], "choose one of argparse, click, typer", {"starter": "command"}),
    ("own_files", ["[/a]", "[a/../b]"], "say a path in the project", {}),
    ("own_files", ["a", "[1.5]"], "use a list of texts, as in [a, b]", {}),
    ("own_files", ["[.copier-answers.yml]"], "an update writes .copier-answers.yml", {}),
    ("own_groups", ["[a b]"], "letters, digits and inner - _ .", {}),
    ("docs", ["sphinx"], "own_kinds has docs; choose none", {"own_kinds": "[docs]"}),
    ("update_bot", ["renovate"], "own_kinds has bot; choose none", {"own_kinds": "[bot]"}),
    ("project", ["x", "{}"], "it follows from other answers", {}),
    ("place", ["{}"], "it follows from other answers", {}),
    (
        "build_backend",
        ["uv", "flit", "poetry"],
        "no version from git; choose hatchling, setuptools or pdm",
        {"version_source": "vcs"},
    ),
    (
        "build_backend",
        ["poetry"],
        "takes no < or > in user_name; choose another one",
        {"user_name": "Ada <ada>"},
    ),
]


@pytest.mark.parametrize(
    ("name", "value", "problem", "others"),
    [(name, value, problem, others) for name, bad, problem, others in REFUSED for value in bad],
)
def test_refuses_in_one_sentence(
    render: Render,
    tmp_path: Path,
    name: str,
    value: str,
    problem: str,
    others: dict[str, str],
) -> None:
    with pytest.raises(UserMessageError) as caught:
        render(others, **{name: value})
    shown = re.sub(r"(^|//)[^/]*(?=@)", r"\1***", value) if name == "repository" else value
    assert repr(f"{name}={shown} is refused: {problem}") in caught.value.message
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("answers", [{"import_name": "json"}, NAMESPACE | {"namespace": "Docs"}])
def test_a_repository_that_joined_has_the_name_already(
    render: Render, answers: dict[str, str]
) -> None:
    """A package of a name that no new one may have is kept."""
    made = stored(render(joined="true", starter="minimal", layout="flat", **answers))
    assert answers.items() <= made.items()


# A name that no question has, with the one that is meant.
UNKNOWN = {
    "projct_name": "; did you mean project_name?",
    "layuot": "; did you mean layout?",
    "licence": "; did you mean license?",
    "python": "; did you mean python_min?",
    "namespce": "; did you mean namespace?",
    "script": "; did you mean project_description?",
    "zzz": "",
    "é": "",
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_refuses_a_name_that_no_question_has(render: Render, tmp_path: Path, name: str) -> None:
    """Before anything is written; whatever the other answers are, of which one is `namespace`."""
    with pytest.raises(UserMessageError) as caught:
        render(NESTED, **{name: "x"})
    problem = f"no question has this name{UNKNOWN[name]}"
    assert repr(f"{name}=x is refused: {problem}") in caught.value.message
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_knows_every_question(jinja: jinja2.Environment, rules: Any) -> None:  # noqa: ANN401
    """No name of a question is taken for a typing error."""
    refusals = (ROOT / "includes/refusals.jinja").read_text("utf-8")
    others = "data|answers|usual|own_kinds"
    setting = "\n".join(re.findall(rf"(?m)^\{{% set (?!{others}).*%\}}$", refusals))
    names = jinja.from_string(setting + "{{ known | join(' ') }}").render(
        choices=QUESTIONS["choices"]["default"], rules=rules, settings={}, data={}
    )
    assert {*QUESTIONS} <= {*names.split()}


def test_what_begins_with_an_underscore_is_for_others(render: Render) -> None:
    assert "_commit" not in stored(render(_commit="v1", _of_another="template"))


def test_settings_are_for_every_template(
    render: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "settings.yml"
    settings.write_text("defaults: {license_year: '2026', user_name: Ada}\n")
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(settings))
    assert stored(render())["user_name"] == "Ada"


@pytest.mark.parametrize("value", ["https://ann:s3cret@h.org/a", "https://s3cret@h.org/a"])
def test_a_refusal_does_not_show_a_password(render: Render, value: str) -> None:
    with pytest.raises(UserMessageError) as caught:
        render(repository_url=value)
    assert "repository_url=https://***@h.org/a is refused" in caught.value.message


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.text(st.sampled_from("aZ09._-"), min_size=1, max_size=9)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=3)
)
def test_project_names_as_specified(rules: Any, name: str) -> None:  # noqa: ANN401
    """https://packaging.python.org/specifications/name-normalization/#name-format."""
    valid = re.fullmatch(r"[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9]", name, re.IGNORECASE | re.ASCII)
    assert (rules_of(rules, "project_name", name) == "") is (valid is not None)


@pytest.mark.parametrize("name", ["match", "type", "_private", "Acme", "a1", "A" * 100])
def test_identifiers_are_accepted(rules: Any, name: str) -> None:  # noqa: ANN401
    assert rules.import_name(name, "flat", "regular").strip() == ""


def test_the_version_from_git_brings_its_backend(render: Render) -> None:
    assert stored(render(version_source="vcs"))["build_backend"] == "hatchling"


@pytest.mark.parametrize(
    ("answers", "forge"),
    [
        ({}, "github"),
        ({"github_user": "acme"}, "github"),
        ({"repository_url": "https://github.com/acme/acme-tool"}, "github"),
        ({"repository_url": "https://github.acme.example/acme-tool"}, "github"),
        ({"repository_url": "https://gitlab.com/github/acme-tool"}, "gitlab"),
        ({"repository_url": "https://codeberg.org/acme/github"}, "none"),
    ],
    ids=str,
)
def test_the_address_tells_the_forge(render: Render, answers: dict[str, str], forge: str) -> None:
    assert stored(render(answers))["forge"] == forge


@pytest.mark.parametrize(
    ("forge", "address"),
    [("github", "https://github.com/acme/tool"), ("gitlab", "https://gitlab.com/acme/tool")],
)
def test_the_forge_and_the_owner_tell_the_address(render: Render, forge: str, address: str) -> None:
    answers = stored(render(project_name="tool", github_user="acme", forge=forge))
    assert answers["repository_url"] == address
    assert stored(render(forge=forge))["repository_url"] == ""
    assert stored(render(github_user="acme", forge="none"))["repository_url"] == ""


def test_a_known_owner_completes_the_address(render: Render) -> None:
    project = render(project_name="acme-tool", github_user="acme")
    assert stored(project)["repository_url"] == "https://github.com/acme/acme-tool"
    assert (
        'Source = "https://github.com/acme/acme-tool"' in (project / "pyproject.toml").read_text()
    )


# --- Where the repository is -----------------------------------------------------------

GITHUB, GITLAB = "https://github.com/acme/tool", "https://gitlab.example.org/acme/data/tool"
# What is said of it; forge, owner and address.
PLACES: list[tuple[list[str], tuple[str, str, str]]] = [
    ([""], ("github", "", "")),
    (["acme", " acme "], ("github", "acme", "https://github.com/acme/my-lib")),
    (["github.com/acme", "https://github.com/acme/"], ("github", "acme", GITHUB[:-4] + "my-lib")),
    (
        [
            "github.com/acme/tool",
            "GitHub.com/acme/tool/",
            "http://www.github.com/acme/tool.git",
            "https://github.com/acme/tool/tree/main/src?tab=readme-ov-file#tool",
            "git@github.com:acme/tool.git",
            "ssh://git@github.com/acme/tool",
            "git+https://github.com/acme/tool",
        ],
        ("github", "acme", GITHUB),
    ),
    (
        [
            "gitlab.example.org/acme/data/tool",
            "https://gitlab.example.org/acme/data/tool/-/tree/main",
            "https://gitlab.example.org/acme/data/tool/blob/main/README.md",
            "git@gitlab.example.org:acme/data/tool.git",
            "ssh://git@gitlab.example.org:2222/acme/data/tool.git",
        ],
        ("gitlab", "acme/data", GITLAB),
    ),
    (["gitlab.com/acme"], ("gitlab", "acme", "https://gitlab.com/acme/my-lib")),
    (
        ["codeberg.org/acme/tool/src/branch/main", "git@codeberg.org:acme/tool"],
        ("none", "acme", "https://codeberg.org/acme/tool"),
    ),
    (["http://git.lan:3000/a/b/"], ("none", "a", "http://git.lan:3000/a/b")),
    (["https://git.sr.ht/~ann/tool"], ("none", "", "https://git.sr.ht/~ann/tool")),
]


def place(project: Path) -> tuple[str, str, str]:
    answers = stored(project)
    return answers["forge"], answers["github_user"], answers["repository_url"]


@pytest.mark.parametrize(
    ("said", "found"),
    spread(
        [(said, found) for some, found in PLACES for said in some],
        [(some[-1], found) for some, found in PLACES],
        names=2,
    ),
)
def test_what_is_said_of_the_repository_tells_the_rest(
    render: Render, said: str, found: tuple[str, str, str]
) -> None:
    project = render(project_name="my-lib", repository=said)
    assert place(project) == found
    assert stored(project)["repository"] == said


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"github_user": "acme"}, "github.com/acme/my-lib"),
        ({"github_user": "acme/data", "forge": "gitlab"}, "gitlab.com/acme/data/my-lib"),
        ({"repository_url": GITLAB}, GITLAB),
        ({"github_user": "acme", "forge": "none"}, ""),
    ],
    ids=str,
)
def test_what_is_known_is_offered(render: Render, answers: dict[str, str], said: str) -> None:
    """Where an earlier release, a script or the settings file has given them."""
    project = render(answers, project_name="my-lib")
    assert stored(project)["repository"] == said
    assert answers.items() <= stored(project).items()


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, ("gitlab", "jane", "https://gitlab.com/jane/my-lib")),
        ({"repository": "other"}, ("gitlab", "other", "https://gitlab.com/other/my-lib")),
        ({"repository": "github.com/acme/tool"}, ("github", "acme", GITHUB)),
        ({"repository": ""}, ("gitlab", "", "")),
        ({"github_user": "ann"}, ("gitlab", "ann", "https://gitlab.com/ann/my-lib")),
        ({"forge": "github"}, ("github", "jane", "https://github.com/jane/my-lib")),
    ],
    ids=str,
)
def test_an_answer_wins_over_the_settings(
    render: Render,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, str],
    found: tuple[str, str, str],
) -> None:
    settings = tmp_path / "settings.yml"
    settings.write_text("defaults: {github_user: jane, forge: gitlab}\n")
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(settings))
    assert place(render(given, project_name="my-lib")) == found


EARLIER = {"github_user": "jane", "forge": "github", "repository_url": "https://github.com/jane/x"}


@pytest.mark.parametrize(
    ("before", "given", "found"),
    [
        (EARLIER, {}, ("github", "jane", EARLIER["repository_url"])),
        (EARLIER, {"repository": GITLAB}, ("gitlab", "acme/data", GITLAB)),
        (EARLIER, {"repository": ""}, ("github", "", "")),
        (EARLIER, {"repository": GITLAB, "forge": "none"}, ("none", "acme/data", GITLAB)),
        ({**EARLIER, "repository": "acme"}, {}, ("github", "jane", EARLIER["repository_url"])),
        ({**EARLIER, "repository": "acme"}, {"repository": GITHUB}, ("github", "acme", GITHUB)),
        ({**EARLIER, "github_user": ""}, {}, ("github", "", EARLIER["repository_url"])),
        (EARLIER, {"github_user": "ann"}, ("github", "ann", EARLIER["repository_url"])),
    ],
    ids=str,
)
def test_what_is_stored_holds_until_the_repository_moves(
    template: Path,
    tmp_path: Path,
    before: dict[str, str],
    given: dict[str, str],
    found: tuple[str, str, str],
) -> None:
    project = tmp_path / "my-lib"
    project.mkdir()
    (project / ".copier-answers.yml").write_text(yaml.safe_dump(before))
    assert place(render_into(template, project, given)) == found
