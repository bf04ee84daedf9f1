"""Each mark of the table shows its kind, in a repository that has nothing else."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tiers import full
from treewright.adopting import kinds
from treewright.adopting.reading import Sources

Make = Callable[[Mapping[str, str | bytes]], Path]

# A path for each glob; a mark without wildcards is a path itself.
PATHS: Mapping[str, list[str]] = {
    "checks": [
        ".gitlab/ci/test.yml",
        "azure-pipelines-nightly.yml",
        "azure-pipelines-nightly.yaml",
        ".azure-pipelines/ci.yml",
        ".azuredevops/ci.yml",
        ".woodpecker/test.yaml",
        ".builds/alpine.yml",
        ".buildkite/pipeline.yml",
        ".semaphore/semaphore.yml",
        ".teamcity/settings.kts",
        ".zuul.d/jobs.yaml",
        "zuul.d/jobs.yaml",
        ".tekton/on-pull-request.yaml",
    ],
    "release": [".releaserc.yml", "release.config.mjs"],
    "lint": [
        "lefthook.yml",
        ".lefthook.yaml",
        ".husky/pre-commit",
        "tests/ruff.toml",
        "tools/.flake8",
        ".bandit.yml",
        ".yamllint.yaml",
        ".prospector.yaml",
        "prospector.yml",
        ".sourcery.yaml",
        "cspell.config.yaml",
        ".markdownlint.json",
        ".markdownlint-cli2.yaml",
        ".codacy.yml",
        ".prettierrc.json",
    ],
    "tests": [
        "src/acme/conftest.py",
        "tests/helpers.py",
        "test/helpers.py",
        "test_acme.py",
        "acme_test.py",
        "acme/inner/test_acme.py",
        "acme/inner/acme_test.py",
        "acme/tests.py",
        "acme/tests/__init__.py",
        "tests/login.robot",
        "features/login.feature",
        "testing/helpers.py",
    ],
    "coverage": [
        "tests/.coveragerc",
        "codecov.yml",
        ".codecov.yaml",
        ".github/codecov.yml",
        ".coveralls.yml",
    ],
    "runner": [
        "dev.just",
        "Taskfile.yml",
        "taskfile.yaml",
        "Taskfile.dist.yml",
        "invoke.yaml",
    ],
    "docs": [
        "docs/en/conf.py",
        "doc/en/conf.py",
        "mkdocs.yml",
        "docs/mkdocs.yml",
        "doc/mkdocs.yaml",
        ".readthedocs.yaml",
        "readthedocs.yml",
        "docs/.readthedocs.yml",
        "docs/index.md",
        "docs/manual/usage.rst",
        "doc/manual/usage.rst",
        "doc/index.rst",
        "docs/source/index.rst",
        "docs/requirements-docs.txt",
        "docusaurus.config.js",
        "website/docusaurus.config.js",
        "docs/docusaurus.config.ts",
        "docs/.vitepress/config.mts",
        "pydoc-markdown.yml",
    ],
    "changelog": [
        "CHANGELOG.md",
        "changelog.rst",
        "CHANGE_LOG.txt",
        "change-log.md",
        "CHANGES",
        "ChangeLog",
        "History.rst",
        "NEWS.rst",
        "RELEASES.md",
        "ReleaseNotes.md",
        "RELEASE_NOTES.md",
        "release-notes.rst",
        "WHATSNEW.txt",
        "WHATS_NEW.md",
        "whats-new.md",
        "docs/changelog.md",
        "docs/change_log.md",
        "docs/change-log.md",
        "docs/changes.rst",
        "docs/history.md",
        "docs/news.rst",
        "docs/release_notes.md",
        "docs/whatsnew.rst",
        "docs/whats_new.md",
        "docs/whats-new.md",
        "docs/about/changelog.md",
        "docs/about/release-notes.md",
        "docs/source/changelog.rst",
        "docs/source/changes.rst",
        "docs/en/release-notes.md",
        "docs/source/whatsnew.rst",
        "doc/changelog.rst",
        "doc/changes.rst",
        "doc/history.rst",
        "doc/news.rst",
        "doc/release_notes.rst",
        "doc/whatsnew.rst",
        "doc/source/changelog.rst",
        "doc/source/changes.rst",
        ".github/CHANGELOG.md",
        "changelog.d/12.added.md",
        "changes.d/12.md",
        "changes/12.feature",
        "newsfragments/12.bugfix.rst",
        "news/12.feature",
        "news.d/12.feature",
        ".changes/v1.md",
        ".changeset/config.json",
        "changelogs/changelog.yaml",
        "releasenotes/notes",
        ".chglog/config.yml",
        ".changie.yaml",
    ],
    "bot": ["updatecli.d/actions.yaml"],
    "licence": [
        "LICENSE",
        "license.md",
        "LICENCE.txt",
        "COPYING.LESSER",
        "UNLICENSE",
        "UNLICENCE.txt",
        "COPYRIGHT.txt",
        "MIT-LICENSE.txt",
        "BSD_LICENSE",
        "MIT-LICENCE",
        "acme.LICENSE",
        "LICENCES/MIT.txt",
        "licenses/inner/MIT.txt",
        "docs/LICENSE.md",
        "docs/licence.rst",
        "docs/COPYING",
        "doc/LICENSE",
        "doc/COPYING",
        ".github/LICENSE.md",
        ".reuse/dep5",
        "LICENSES/MIT.txt",
    ],
    "community": [
        "CONTRIBUTING.md",
        "Contributing.rst",
        "SECURITY.md",
        "CODE_OF_CONDUCT.md",
        "CODE-OF-CONDUCT.md",
        "SUPPORT.md",
        "GOVERNANCE.md",
        "ISSUE_TEMPLATE.md",
        "PULL_REQUEST_TEMPLATE.md",
        "ISSUE_TEMPLATE/bug.md",
        "PULL_REQUEST_TEMPLATE/default.md",
        ".github/CONTRIBUTING.md",
        ".github/SECURITY.md",
        ".github/CODE_OF_CONDUCT.md",
        ".github/SUPPORT.md",
        ".github/GOVERNANCE.md",
        ".github/ISSUE_TEMPLATE.md",
        ".github/ISSUE_TEMPLATE/bug.yml",
        ".github/pull_request_template.md",
        ".github/PULL_REQUEST_TEMPLATE/default.md",
        ".github/DISCUSSION_TEMPLATE/ideas.yml",
        "docs/contributing.rst",
        "docs/SECURITY.md",
        "docs/CODE_OF_CONDUCT.md",
        "docs/SUPPORT.md",
        "docs/ISSUE_TEMPLATE.md",
        "docs/PULL_REQUEST_TEMPLATE.md",
        "doc/contributing.rst",
        ".gitlab/CONTRIBUTING.md",
        ".gitlab/issue_templates/Bug.md",
        ".gitlab/merge_request_templates/Default.md",
        ".gitea/ISSUE_TEMPLATE.md",
        ".gitea/ISSUE_TEMPLATE/bug.md",
        ".gitea/PULL_REQUEST_TEMPLATE.md",
        ".gitea/CONTRIBUTING.md",
        ".forgejo/ISSUE_TEMPLATE.md",
        ".forgejo/ISSUE_TEMPLATE/bug.yml",
        ".forgejo/PULL_REQUEST_TEMPLATE.md",
        ".forgejo/CONTRIBUTING.md",
    ],
}
# What a workflow says; each stands alone in one.
WORKFLOWS: Mapping[str, list[str]] = {
    "checks": [
        "on: [push, pull_request]",
        "on:\n  pull_request_target:\n    types: [opened]",
        "on:\n  merge_group:",
        "on: push\njobs:\n  test:\n    steps:\n      - run: python -m pytest",
        "on:\n  push:\n    branches: [main]\njobs:\n  test:\n    steps:\n      - run: tox -e py",
        "on: push\njobs:\n  test:\n    steps:\n      - run: make test",
    ],
    "release": [
        "permissions:\n  contents: read\n  id-token: write",
        'permissions: {id-token: "write"}',
        "run: python -m twine upload dist/*",
        "run: uv publish",
        "run: poetry publish --build",
        "run: flit publish",
        "run: hatch publish",
        "run: pdm publish",
        "uses: pypa/gh-action-pypi-publish@release/v1",
        "uses: JRubics/poetry-publish@v2",
        "env:\n  PYPI_TOKEN: ${{ secrets.PYPI_TOKEN }}",
        "env:\n  TWINE_PASSWORD: ${{ secrets.PASSWORD }}",
        "uses: python-semantic-release/python-semantic-release@v9",
        "uses: googleapis/release-please-action@v4",
        "uses: release-drafter/release-drafter@v6",
        "run: python setup.py sdist bdist_wheel upload",
        "run: gh release create $TAG",
        "uses: softprops/action-gh-release@v2",
        "uses: actions/create-release@v1",
        "uses: ncipollo/release-action@v1",
        "run: tox -e release",
        "run: nox -s publish",
        "deploy:\n  provider: pypi",
        "uses: acme/.github/.github/workflows/publish-pypi.yml@main",
        "image: registry.gitlab.com/gitlab-org/release-cli:latest",
        "on:\n  release:\n    types: [published]",
        "on: release",
    ],
    "lint": [
        "run: ruff check .",
        "run: pre-commit run --all-files",
        "run: black --check .",
        "uses: super-linter/super-linter@v7",
        "uses: oxsecurity/megalinter@v8",
        "uses: crate-ci/typos@v1",
    ],
    "types": ["run: mypy src", "run: npx pyright", "run: uvx ty check"],
    "tests": ["run: pytest -q", "run: python setup.py test", "run: python manage.py test"],
    "coverage": [
        "uses: codecov/codecov-action@v5",
        "run: coverage run -m trial",
        "run: x --cov=acme",
    ],
    "runner": ["run: tox -e py", "run: nox"],
    "docs": [
        "uses: actions/deploy-pages@v4",
        "uses: peaceiris/actions-gh-pages@v4",
        "uses: JamesIves/github-pages-deploy-action@v4",
        "run: mkdocs gh-deploy",
        "run: sphinx-build docs site",
        "run: mike deploy latest",
        "run: make -C docs html",
        "run: pdoc acme",
        "pages:\n  stage: deploy",
    ],
    "changelog": ["run: towncrier check", "uses: orhun/git-cliff-action@v4"],
    "bot": [
        "uses: renovatebot/github-action@v40",
        "image: renovate/renovate:41",
        "uses: dependabot/fetch-metadata@v2",
        "run: pip-compile --generate-hashes --upgrade",
        "run: updatecli apply",
    ],
}
# What a Makefile says; it is a runner itself.
COMMANDS: Mapping[str, list[str]] = {
    "release": ["twine upload dist/*", "uv publish", "python setup.py sdist upload"],
    "lint": ["ruff format .", "pre-commit run -a", "flake8 acme"],
    "types": ["mypy acme", "pyright"],
    "tests": ["python -m pytest", "python setup.py test", "python -m unittest"],
    "coverage": ["coverage run -m x", "x --cov=acme"],
    "docs": ["sphinx-build docs site", "mkdocs serve"],
    "changelog": ["towncrier build", "git-cliff -o X"],
}
TABLE = kinds.table()

pytestmark = pytest.mark.usefixtures("no_git")


def mark(folder: Path, kind: str) -> str:
    return kinds.marks(Sources(folder)).get(kind, "")


def every(key: str) -> list[object]:
    """Give a row for each kind with marks of a sort, all of which are tried in it."""
    return [
        pytest.param(kind, listed[key], id=kind) for kind, listed in TABLE.items() if listed[key]
    ]


def test_kinds_are_those_of_the_contract() -> None:
    assert list(TABLE) == [
        "checks",
        "release",
        "lint",
        "types",
        "tests",
        "coverage",
        "runner",
        "docs",
        "changelog",
        "bot",
        "licence",
        "community",
    ]


def test_nothing_is_shown_by_a_bare_package(make: Make) -> None:
    folder = make(
        {
            "pyproject.toml": '[project]\nname = "acme"\ndependencies = ["black", "sphinx"]\n',
            "README.md": "",
            "acme/__init__.py": "",
            "acme/license.py": "",
            "acme/changes.py": "",
            "news.py": "",
            "license_checker.py": "",
            "support.py": "",
            ".github/FUNDING.yml": "",
            "acme/_vendor/other/ruff.toml": "",
            ".editorconfig": "",
        }
    )
    assert kinds.marks(Sources(folder)) == {}


@pytest.mark.parametrize(("kind", "patterns"), every("files"))
def test_each_file_is_a_mark(make: Make, kind: str, patterns: list[str]) -> None:
    plain = [pattern for pattern in patterns if "*" not in pattern]
    examples = PATHS.get(kind, [])
    for pattern in set(patterns) - set(plain):
        assert any(map(kinds.matcher([pattern]), examples)), f"no example of {pattern}"
    for path in [*plain, *examples]:
        sources = Sources(make({}))
        sources.__dict__["files"] = [path]  # no file has to be there
        assert kinds.marks(sources).get(kind) == path


@pytest.mark.parametrize(("kind", "tables"), every("tables"))
def test_each_table_is_a_mark(make: Make, kind: str, tables: list[str]) -> None:
    for name in tables:
        header = name.replace("*", "x")
        assert (
            mark(make({"pyproject.toml": f"[{header}]\n"}), kind) == f"[{name}] in pyproject.toml"
        )


@pytest.mark.parametrize("file", ["setup.cfg", full("tox.ini")])
@pytest.mark.parametrize(("kind", "names"), every("sections"))
def test_each_section_is_a_mark(make: Make, kind: str, names: list[str], file: str) -> None:
    shown = []
    for name in names:
        section = name.replace("*", "x")
        shown.append(mark(make({file: f"[{section}]\n"}), kind))
    by_file = file in TABLE[kind]["files"]
    assert shown == [file if by_file else f"[{name.replace('*', 'x')}] in {file}" for name in names]


@pytest.mark.parametrize(("kind", "names"), every("groups"))
def test_each_group_is_a_mark(make: Make, kind: str, names: list[str]) -> None:
    for name in names:
        folder = make({"pyproject.toml": f'[dependency-groups]\n{name} = ["acme-tool"]\n'})
        assert mark(folder, kind) == f"the dependency group {name}"


@pytest.mark.parametrize(("kind", "names"), every("requirements"))
def test_each_requirement_is_a_mark(make: Make, kind: str, names: list[str]) -> None:
    for name in names:
        line = f"\"{name.title()} >= 1; python_version > '3'\""
        folder = make({"pyproject.toml": f"[dependency-groups]\ndev = [{line}]\n"})
        assert mark(folder, kind) == f"{name} in the dependency group dev"


@pytest.mark.parametrize(
    ("file", "text", "place"),
    [
        (
            "pyproject.toml",
            '[project.optional-dependencies]\nall = ["mypy"]',
            "the extra all",
        ),
        (
            "pyproject.toml",
            '[tool.poetry.group.dev.dependencies]\nmypy = "^1"',
            "the dependency group dev",
        ),
        (
            "pyproject.toml",
            '[tool.poetry.dev-dependencies]\nmypy = "^1"',
            "the dependency group dev",
        ),
        ("pyproject.toml", '[tool.pdm.dev-dependencies]\nx = ["mypy"]', "the dependency group x"),
        ("pyproject.toml", '[tool.uv]\ndev-dependencies = ["mypy"]', "the dependency group dev"),
        (
            "pyproject.toml",
            '[tool.hatch.envs.check]\ndependencies = ["mypy"]',
            "[tool.hatch.envs.check]",
        ),
        ("setup.cfg", "[options.extras_require]\nall =\n  mypy>=1\n", "the extra all"),
        ("setup.py", "setup(extras_require={'all': ['mypy']})", "the extra all"),
        ("tox.ini", "[testenv:x]\ndeps =\n  py: mypy>=1\n", "[testenv:x] in tox.ini"),
        ("requirements-dev.txt", "mypy==1\n", "requirements-dev.txt"),
        ("requirements/dev.in", "mypy\n", "requirements/dev.in"),
    ],
)
def test_requirements_of_developers_are_found(make: Make, file: str, text: str, place: str) -> None:
    assert mark(make({file: text}), "types") == f"mypy in {place}"


@pytest.mark.parametrize(("kind", "patterns"), every("workflows"))
@pytest.mark.parametrize("folder", [".github", full(".forgejo"), full(".gitea")])
def test_each_workflow_is_a_mark(make: Make, kind: str, patterns: list[str], folder: str) -> None:
    for pattern in patterns:
        assert any(re.search(pattern, text) for text in WORKFLOWS[kind]), f"no example: {pattern}"
    for text in WORKFLOWS[kind]:
        path = f"{folder}/workflows/any.yml"
        made = make({path: f"name: Any\n{text}\n"})
        assert mark(made, kind).startswith(path), text
        commented = "".join(f"# {line}\n" for line in text.splitlines())
        assert mark(make({path: commented}), kind) == "", text


@pytest.mark.parametrize(("kind", "patterns"), every("commands"))
def test_each_command_is_a_mark(make: Make, kind: str, patterns: list[str]) -> None:
    for pattern in patterns:
        assert any(re.search(pattern, text) for text in COMMANDS[kind]), f"no example: {pattern}"
    for text in COMMANDS[kind]:
        folder = make({"Makefile": f"all:\n\t{text}\n"})
        assert mark(folder, kind).startswith("Makefile: "), text
        assert mark(make({"Makefile": "all:\n\techo\n"}), kind) == ""


@pytest.mark.parametrize(
    "table", ["hatch.envs.x.scripts", "pdm.scripts", "poe.tasks", "taskipy.tasks"]
)
def test_scripts_of_pyproject_are_commands(make: Make, table: str) -> None:
    folder = make({"pyproject.toml": f'[tool.{table}]\nx = "mypy acme"\n'})
    assert mark(folder, "types").endswith("in pyproject.toml")


def test_pages_and_coverage_are_no_release(make: Make) -> None:
    for other in ("actions/deploy-pages@v4", "codecov/codecov-action@v5"):
        text = f"permissions:\n  id-token: write\nsteps:\n  - uses: {other}\n"
        assert mark(make({".github/workflows/x.yml": text}), "release") == ""


def test_what_publishes_in_a_composite_action_is_a_release(make: Make) -> None:
    path = ".github/actions/publish/action.yml"
    assert mark(make({path: "run: uv publish\n"}), "release") == f"{path}: uv publish"


@pytest.mark.parametrize("path", ["make_release.sh", "scripts/release", "bin/release.sh"])
def test_what_publishes_in_a_script_is_a_release(make: Make, path: str) -> None:
    assert mark(make({path: "#!/bin/sh\ntwine upload dist/*\n"}), "release").startswith(path)
