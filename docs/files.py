"""Make docs/files.md, the table of every generated file, from template/: python docs/files.py.

Why a file is there is said here; when it is there, includes/project.jinja says, and whose it is,
copier.yml.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "files.md"
SETTINGS = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))
COMPUTED = (ROOT / "includes" / "project.jinja").read_text(encoding="utf-8")

HEAD = """\
# Every file of a project

Made from the template by `python docs/files.py`. Each file is either a **seed**, written once and
then yours, or **managed**: an update merges the template's changes into what you made of it.
What a [starter](../README.md#the-starters) brings to `src/` and `tests/` is listed on its page; of
that, only `tests/test_package_contract.py` is managed.

| file | why it is there | when | whose |
| --- | --- | --- | --- |
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
# What brings a file, in words, by the last column of the table in project.jinja.
WHEN = {
    "github": "`forge` is `github`",
    "gitlab": "`forge` is `gitlab`",
    "renovate": "`update_bot` is `renovate`",
    "dependabot": "`update_bot` is `dependabot`",
    "zensical": "`docs` is `zensical`",
    "sphinx": "`docs` is `sphinx`",
    "setuptools": "`build_backend` is `setuptools`",
    "vcs": "`version_source` is `vcs`",
    "pdm-vcs": "`version_source` is `vcs` and `build_backend` is `pdm`",
    "owner": "`github_user` is given",
    "site": "`docs` is not `none`",
    "tutorial": "`starter` is not `minimal`",
    "public": "`license` is not `Proprietary`",
    "public-site": "`docs` is not `none` and `license` is not `Proprietary`",
    "conduct": "`code_of_conduct` is given",
    "container": "`devcontainer` is given",
    "fetched": "the package `treewright` does not prove it",
    "finished": "the package `treewright` made it, and is on PyPI",
    "finished-dependabot": "`update_bot` is `dependabot`, and the package `treewright` is on PyPI",
}
PLACES = re.compile(r"(?s)\{% set places %\}\n(.*?)\{% endset %\}")


def files() -> Iterator[tuple[str, str]]:
    """Yield the path of each file that no starter brings, and the condition for it."""
    for source in sorted((ROOT / "template").rglob("*")):
        parts = source.relative_to(ROOT / "template").as_posix().removesuffix(".jinja")
        names = re.findall(r"\{\{ ?([\w.]+) ?\}\}", parts)
        if source.is_dir() or "{% yield " in parts:  # of a starter
            continue
        conditions = []
        for name in names:
            path, condition = (NAMES[name], "") if name in NAMES else overlay(name)
            parts = re.sub(r"\{\{ ?" + re.escape(name) + r" ?\}\}", path, parts)
            conditions.append(condition)
        yield parts, " and ".join(dict.fromkeys(filter(None, conditions)))


def overlay(name: str) -> tuple[str, str]:
    """Give the path that a computed answer names, and in words when it does."""
    (table,) = PLACES.findall(COMPUTED)
    for line in table.splitlines():
        place, path, answer = line.split()
        if name == f"project.{place}":
            return path, WHEN[answer]
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
        f"| `{path}` | {WHY[path]} | {when or 'always'} | {whose(path)} |\n"
        for path, when in sorted(files())
    ]
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
