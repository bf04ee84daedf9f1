"""Make docs/files.md, the table of every generated file, from template/: python docs/files.py.

Why a file is there is said here; when it is there, includes/places.txt says, and whose it is,
copier.yml.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "files.md"
SETTINGS = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))
PLACES = (ROOT / "includes" / "places.txt").read_text(encoding="utf-8")

HEAD = """\
# Every file of a project

Made from the template by `python docs/files.py`. Each file is either a **seed**, written once and
then yours, or **managed**: an update merges the template's changes into what you made of it.
What a [starter](../README.md#the-starters) brings to `src/` and `tests/` is listed on its page; of
that, only `tests/test_package_contract.py` is managed. A file of a **kind** that the answer
`own_kinds` lists does not come at all, and one that `own_files` lists stays as you have it.

| file | why it is there | when | kind | whose |
| --- | --- | --- | --- | --- |
"""

WHY = {
    ".ci/prove.py": "fetches the template's proof and runs it, for `tox -e proof`",
    ".copier-answers.yml": "your answers, and the release of the template: what an update needs",
    ".devcontainer/devcontainer.json": "a container with uv and the environment, for editors",
    ".editorconfig": "indents and line ends, the same in every editor",
    ".git_archival.txt": "the version of an archive that `git archive` made",
    ".gitattributes": "line ends, the same on every machine; what `git archive` fills in",
    ".github/CODEOWNERS": "who is asked to review",
    ".github/ISSUE_TEMPLATE/bug.yml": "the form for a bug report",
    ".github/ISSUE_TEMPLATE/config.yml": "links to the private report of a vulnerability",
    ".github/ISSUE_TEMPLATE/idea.yml": "the form for an idea",
    ".github/PULL_REQUEST_TEMPLATE.md": "a checklist for changes",
    ".github/dependabot.yml": "proposes newer versions a week after their release",
    ".github/workflows/ci.yml": "all checks, on every pull request; `ok` says that they passed",
    ".github/workflows/docs.yml": "publishes the site of main",
    ".github/template/requirements.txt": "the template's release, in a line that Dependabot reads",
    ".github/workflows/template.yml": "computes and commits the update for a changed line",
    ".github/workflows/release.yml": "releases a tag: built once, attested, published by CI",
    ".gitignore": "keeps build products, caches and secrets out of git",
    ".gitlab-ci.yml": "all checks, on every merge request; the release; the site",
    ".gitlab/CODEOWNERS": "who is asked to review",
    ".gitlab/issue_templates/Bug.md": "the form for a bug report",
    ".gitlab/issue_templates/Idea.md": "the form for an idea",
    ".gitlab/merge_request_templates/Default.md": "a checklist for changes",
    ".pre-commit-config.yaml": "the linters, with pinned versions, for every commit and for CI",
    ".yamllint": "the settings of the YAML linter",
    "AGENTS.md": "commands, places and rules, for coding agents",
    "CHANGELOG.md": "what changed for users; a release publishes its section",
    "CITATION.cff": "how to cite the package, for GitHub, Zenodo and others",
    "CODE_OF_CONDUCT.md": "the Contributor Covenant, and whom to tell if somebody breaks it",
    "CONTRIBUTING.md": "how to set up, change, update and release",
    "LICENSE": "the licence, where people and forges look for it",
    "LICENSES/MIT.txt": "the licence, where REUSE looks for it",
    "MANIFEST.in": "adds the tests to the sdist, and leaves out what git ignores",
    "README.md": "what PyPI and the forge show first",
    "MAKE_IT_YOURS.md": "how to add to the package, and to take the sample out, step by step",
    "REUSE.toml": "the copyright and the licence of every file, for tools",
    "docs/api.md": "the reference, made from the docstrings of the public names",
    "docs/changelog.md": "CHANGELOG.md, as a page",
    "docs/conf.py": "how Sphinx makes the site",
    "docs/index.md": "the home page of the site",
    "docs/python.inv": "replaces the inventory of Python's manual when Sphinx works offline",
    "docs/tutorial.md": "what the package does, step by step; its examples are tested",
    "SECURITY.md": "how to report a vulnerability in private, and what happens then",
    "pdm_build.py": "the version of an archive that `git archive` made, for pdm-backend",
    "pyproject.toml": "the metadata, the build, the dependencies, and the settings of all tools",
    "renovate.json": "proposes newer versions a week after their release",
    "src/acme_tool/__init__.py": "the public names, loaded when they are first used",
    "src/acme_tool/py.typed": "tells type checkers that the package has types (PEP 561)",
    "tests/test_package_contract.py": "what every package promises: names, types, light imports",
    "tests/test_readme.py": "runs the examples in the README and in docs/",
    "tox.toml": "everything that has to pass: linters, types, docs, and the tests on every Python",
    "zensical.toml": "how Zensical makes the site",
}

# What paths of template/ are named after, for the default answers.
NAMES = {
    "_copier_conf.answers_file": ".copier-answers.yml",
    "project.license_expression": "MIT",
    "project.package_dir": "src/acme_tool",
}
# The kinds of tools; one that is the owner's brings nothing.
KINDS = (
    "checks", "release", "lint", "types", "tests", "coverage", "runner", "docs", "changelog", "bot",
    "licence", "community",
)  # fmt: skip
# What brings a file, in words, by the last columns of includes/places.txt.
WHEN = {
    "github": "`forge` is `github`",
    "gitlab": "`forge` is `gitlab`",
    "renovate": "`update_bot` is `renovate`",
    "dependabot": "`update_bot` is `dependabot`",
    "zensical": "`docs` is `zensical`",
    "sphinx": "`docs` is `sphinx`",
    "setuptools": "`build_backend` is `setuptools`",
    "vcs": "`version_source` is `vcs`",
    "pdm": "`build_backend` is `pdm`",
    "owner": "`github_user` is given",
    "site": "`docs` is not `none`",
    "tutorial": "`starter` is not `minimal`",
    "public": "`license` is not `Proprietary`",
    "conduct": "`code_of_conduct` is given",
    "container": "`devcontainer` is given",
    "fetched": "the package `treewright` does not prove it",
    "born": "the repository did not join",
    "jobs": "",
    **dict.fromkeys(KINDS, ""),
    "finished": "the package `treewright` made it, and is on PyPI",
}


class File(NamedTuple):
    """A file that no starter brings.

    Args:
        path: Where it is, by the default answers.
        when: What brings it, in words.
        kinds: The kinds of tools that it is of.

    """

    path: str
    when: str
    kinds: Sequence[str]


def files() -> Iterator[File]:
    """Yield each file that no starter brings."""
    for source in sorted((ROOT / "template").rglob("*")):
        path = source.relative_to(ROOT / "template").as_posix().removesuffix(".jinja")
        names = re.findall(r"\{\{ ?([\w.]+) ?\}\}", path)
        if source.is_dir() or "{% yield " in path:  # of a starter
            continue
        brought: list[str] = []
        for name in names:
            place, *by = [NAMES[name]] if name in NAMES else overlay(name)
            path = re.sub(r"\{\{ ?" + re.escape(name) + r" ?\}\}", place, path)
            brought += by
        conditions = dict.fromkeys(filter(None, (WHEN[one] for one in brought)))
        kinds = [one for one in dict.fromkeys(brought) if one in KINDS]
        yield File(path, " and ".join(conditions), kinds)


def overlay(name: str) -> list[str]:
    """Give the path that a computed answer names, and all that has to be so for it."""
    for line in PLACES.splitlines():
        place, *rest = line.split()
        if name == f"project.{place}":
            return rest
    raise ValueError(f"{name} names no path")


def whose(path: str) -> str:
    """Say whether a file is a seed, by the patterns of copier.yml."""
    seeds = [
        re.sub(r"\{\{.*\}\}", "src/acme_tool", pattern)
        for pattern in SETTINGS["_skip_if_exists"]
        if pattern.startswith(("/", "!/"))
    ]
    is_seed = any(f"/{path}".startswith(seed) for seed in seeds) and f"!/{path}" not in seeds
    return "seed" if is_seed else "managed"


def page() -> str:
    """Give the page."""
    rows = [
        f"| `{path}` | {WHY[path]} | {when or 'always'} | {', '.join(kinds)} | {whose(path)} |\n"
        for path, when, kinds in sorted(files())
    ]
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
