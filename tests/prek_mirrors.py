"""Repositories of pre-commit hooks on this machine, for runs that reach PyPI alone.

Each stands in for one at GitHub: it has the same hooks, by the same commands, from the same
release of the same distribution.
"""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from answers import PINS

PYTHON = {"types_or": ["python", "pyi", "jupyter"], "require_serial": True}
TEXT = {"types": ["text"]}
YAML = {"types": ["yaml"]}
ALONE = {"pass_filenames": False}


@dataclass(frozen=True)
class Mirror:
    """What a repository installs, and its hooks: each a command and what it is given."""

    distribution: str
    hooks: dict[str, dict[str, Any]] = field(default_factory=dict)

    def write(self, folder: Path, tag: str) -> None:
        """Make the repository, of one tagged commit."""
        folder.mkdir(parents=True)
        hooks = [
            {"id": name, "name": name, "language": "python", **settings}
            for name, settings in self.hooks.items()
        ]
        (folder / ".pre-commit-hooks.yaml").write_text(yaml.safe_dump(hooks))
        requirement = f"{self.distribution}=={tag.removeprefix('v')}"
        (folder / "mirror.py").write_text('"""Nothing: the dependency has the commands."""\n')
        (folder / "pyproject.toml").write_text(
            '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n\n'
            f'[project]\nname = "mirror"\nversion = "0"\ndescription = "A mirror."\n'
            f'dependencies = ["{requirement}"]\n'
        )
        for command in (["init", "--quiet"], ["add", "."], ["commit", "-qm", tag], ["tag", tag]):
            subprocess.run(["git", *command], cwd=folder, check=True)


def schema(name: str, files: str, *options: str, **more: Sequence[str]) -> dict[str, Any]:
    """Give a hook that checks files with a schema that check-jsonschema brings along."""
    entry = " ".join(["check-jsonschema", "--builtin-schema", f"vendor.{name}", *options])
    return {"entry": entry, "files": files, **more}


MIRRORS = {
    "abravalheri/validate-pyproject": Mirror(
        "validate-pyproject[all]",
        {"validate-pyproject": {"entry": "validate-pyproject", "files": "^pyproject.toml$"}},
    ),
    "adrienverge/yamllint": Mirror(
        "yamllint", {"yamllint": {"entry": "yamllint", "types": ["file", "yaml"]}}
    ),
    "astral-sh/ruff-pre-commit": Mirror(
        "ruff",
        {
            "ruff-check": {"entry": "ruff check --force-exclude", **PYTHON},
            "ruff-format": {"entry": "ruff format --force-exclude", **PYTHON},
        },
    ),
    "astral-sh/uv-pre-commit": Mirror(
        "uv",
        {
            "uv-lock": {
                "entry": "uv lock",
                "files": r"^(uv\.lock|pyproject\.toml|uv\.toml)$",
                **ALONE,
            }
        },
    ),
    "codespell-project/codespell": Mirror(
        "codespell", {"codespell": {"entry": "codespell", **TEXT}}
    ),
    "fsfe/reuse-tool": Mirror(
        "reuse[charset-normalizer,chardet]",
        {"reuse": {"entry": "reuse", "args": ["lint"], **ALONE}},
    ),
    "pre-commit/pre-commit-hooks": Mirror(
        "pre-commit-hooks",
        {
            "check-added-large-files": {"entry": "check-added-large-files"},
            "check-case-conflict": {"entry": "check-case-conflict"},
            "check-merge-conflict": {"entry": "check-merge-conflict", **TEXT},
            "check-toml": {"entry": "check-toml", "types": ["toml"]},
            "end-of-file-fixer": {"entry": "end-of-file-fixer", **TEXT},
            "trailing-whitespace": {"entry": "trailing-whitespace-fixer", **TEXT},
        },
    ),
    "python-jsonschema/check-jsonschema": Mirror(
        "check-jsonschema",
        {
            "check-citation-file-format": schema("citation-file-format", "^CITATION.cff$"),
            "check-dependabot": schema("dependabot", r"^\.github/dependabot\.(yml|yaml)$", **YAML),
            "check-github-issue-config": schema(
                "github-issue-config", r"^\.github/ISSUE_TEMPLATE/config\.yml$", **YAML
            ),
            "check-github-issue-forms": schema(
                "github-issue-forms", r"^\.github/ISSUE_TEMPLATE/(?!config\.ya?ml$).+$", **YAML
            ),
            "check-github-workflows": schema(
                "github-workflows", r"^\.github/workflows/[^/]+$", **YAML
            ),
            "check-gitlab-ci": schema(
                "gitlab-ci",
                r"^.*\.gitlab-ci\.(yml|yaml)$",
                "--data-transform gitlab-ci --regex-variant nonunicode",
                **YAML,
            ),
            "check-renovate": schema(
                "renovate", r"^(\.(github|gitlab)/)?renovate\.json$", "--regex-variant nonunicode"
            ),
        },
    ),
    "zizmorcore/zizmor-pre-commit": Mirror(
        "zizmor",
        {
            "zizmor": {
                "entry": "zizmor",
                "args": ["--no-progress"],
                "files": r"(\.github/(workflows/.*|dependabot.ya?ml))|(action\.ya?ml)$",
                "require_serial": True,
                **YAML,
            }
        },
    ),
}


def make(folder: Path) -> dict[str, str]:
    """Make all mirrors.

    Returns:
        The variables by which git, and so prek and pre-commit, takes them for GitHub.

    """
    for name, tag in PINS["hooks"].items():
        MIRRORS[name].write(folder / "mirrors" / name, tag)
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{(folder / 'mirrors').as_uri()}/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/",
        "PREK_HOME": str(folder / "prek"),
        "PRE_COMMIT_HOME": str(folder / "pre-commit"),
        "UV_PYTHON_DOWNLOADS": "never",
    }
