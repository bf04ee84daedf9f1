"""Free text comes back equal from every format that it was written to."""

import ast
import html
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import rendering
from tiers import spread
from treewright import proof

Render = Callable[..., Path]

FRAGMENTS = [
    '"', "'", "\\", "`", "{{ x }}", "{% y %}", "{# z #}", "${z}", "'''", '"""', "</script>",
    "&amp;", "<b>", "# ", "1. ", "- ", "---", "[a](b)", "~~s~~", "*e*", "_e_", "|", "$x$", "%",
    "😀", "العربية", "é", "\u00a0", "\ufeff", "  ", "a", "Z", "0", "=", ":", ">", "!", "@", "\\n",
]  # fmt: skip
# What the questions refuse is tested with them: control characters, separators, overrides.
CHARACTERS = st.characters(
    exclude_categories=("Cc", "Cs", "Zl", "Zp"),
    exclude_characters="\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)
LINES = (
    st.lists(st.sampled_from(FRAGMENTS) | CHARACTERS, min_size=1, max_size=60)
    .map(lambda parts: "".join(parts)[:300])
    .filter(str.strip)
)
NAMES = LINES.map(lambda text: text.replace(",", "")).filter(str.strip)

EVERYTHING = "".join(FRAGMENTS)


def paragraph(markdown: str) -> str:
    """The text of the first paragraph below the title, as a reader sees it."""
    tokens = MarkdownIt("commonmark").enable(["strikethrough", "table"]).parse(markdown)
    kinds = [token.type for token in tokens[:6]]
    assert kinds == [
        "heading_open",
        "inline",
        "heading_close",
        "paragraph_open",
        "inline",
        "paragraph_close",
    ]
    children = tokens[4].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    return "".join(child.content for child in children)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@example(text=EVERYTHING, name=EVERYTHING)
@example(text='ends in a quote"', name="\\")
@example(text='"""', name="'")
@example(text='x""" ""', name='"')
@example(text="e" * 300, name="é" * 300)
@example(text="1) one", name="#")
@given(text=LINES, name=NAMES)
def test_comes_back(
    template: Path, tmp_path_factory: pytest.TempPathFactory, text: str, name: str
) -> None:
    project = rendering.render(
        template,
        tmp_path_factory.mktemp("text") / "acme-tool",
        {"project_description": text, "user_name": name},
    )
    metadata = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    assert metadata["description"] == text
    assert metadata["authors"] == [{"name": name}]
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text("utf-8"))
    assert (answers["project_description"], answers["user_name"]) == (text, name)
    init = ast.parse((project / "src/acme_tool/__init__.py").read_text("utf-8"))
    assert ast.get_docstring(init, clean=False) == text.strip()
    for page in ("README.md", "docs/index.md"):
        assert paragraph((project / page).read_text("utf-8")) == text.strip()
    site = tomllib.loads((project / "zensical.toml").read_text("utf-8"))["project"]
    assert html.unescape(site["site_description"]) == text
    assert not set(site["site_description"]) & set("<>\"'")
    assert f"Copyright (c) {name}\n" in (project / "LICENSE").read_text("utf-8")
    assert paragraph((project / "AGENTS.md").read_text("utf-8")) == text.strip()
    citation = yaml.safe_load((project / "CITATION.cff").read_text("utf-8"))
    assert (citation["abstract"], citation["authors"]) == (text, [{"name": name}])
    reuse = tomllib.loads((project / "REUSE.toml").read_text("utf-8"))
    assert reuse["annotations"][0]["SPDX-FileCopyrightText"] == name


@pytest.mark.parametrize(
    "backend",
    spread(["uv", "hatchling", "setuptools", "flit", "pdm", "poetry"], ["uv", "poetry"]),
)
def test_is_proven(render: Render, backend: str) -> None:
    name = re.sub("[<>]", "", EVERYTHING) if backend == "poetry" else EVERYTHING
    answers = {"user_name": name, "user_email": "o'hara+x@example.org"}
    project = render(answers, project_description=EVERYTHING * 2, build_backend=backend)
    proven = proof.prove(project)
    assert proven.unproven is None
    assert proven.findings == []
