"""Answers of owners who keep kinds of tools for themselves, and of repositories that joined."""

import json
from collections.abc import Mapping
from typing import Any

from allpairspy import AllPairs

from rendering import ROOT

Answers = Mapping[str, Any]

KINDS: list[str] = list(
    json.loads((ROOT / "src/treewright/adopting/kinds.json").read_text("utf-8"))
)
# What a repository that joined gets, if nobody asks for more.
LACKED = ["checks", "release", "bot", "community"]
# A command as an owner may write it: no quote ends its string, and no forge puts a value into it.
COMMAND = """python -c 'print("${{ github.token }} $[[ inputs.x ]]: \\\\")' # "ü"'"""


def owned(*kinds: str, **answers: object) -> dict[str, Any]:
    """Give the answers of somebody who owns kinds of tools."""
    return {"project_name": "acme-tool", "github_user": "acme", "own_kinds": list(kinds), **answers}


def joined(*ours: str, **answers: object) -> dict[str, Any]:
    """Give those of a repository that was there before, for which the template brings kinds."""
    kinds = [kind for kind in KINDS if kind not in ours]
    return owned(*kinds, joined=True, starter="minimal", plugins="none") | answers


# Each kind is the owner's, and is not, and so it is in a repository that joined.
FEW = [
    owned("runner", "changelog", starter="plugin"),
    owned("tests", "lint", "licence", forge="gitlab", test_command=COMMAND),
    owned("checks", "types", "docs", "bot", "community"),
    owned("release", "runner", "coverage", forge="gitlab", docs="sphinx"),
    joined(*LACKED, python_min="3.9", test_command="uv run --with pytest pytest", license="Other"),
    joined(*KINDS, forge="gitlab", python_min="3.10", own_groups=["test", "Dev"]),
]


REST = [
    {"forge": "github", "update_bot": "dependabot", "docs": "zensical", "starter": "pipeline"},
    {"forge": "gitlab", "update_bot": "renovate", "docs": "sphinx", "starter": "plugin"},
    {"forge": "none", "update_bot": "renovate", "docs": "zensical", "starter": "command"},
    {"forge": "github", "update_bot": "none", "docs": "none", "type_checker": "ty", "ci": "full"},
    {
        "forge": "github",
        "type_checker": "pyright",
        "version_source": "vcs",
        "license": "Proprietary",
    },
    {"forge": "gitlab", "test_command": "python -m unittest", "ci": "full"},
]


def _together(*chosen: Any) -> dict[str, Any]:  # noqa: ANN401
    """Give the answers of a combination: whether each kind is ours, and all is, and the rest."""
    *brought, is_new, rest = chosen
    ours = [kind for kind, is_ours in zip(KINDS, brought, strict=True) if is_ours]
    kind_of = {"docs": "docs", "update_bot": "bot"}
    allowed = {name: value for name, value in rest.items() if kind_of.get(name) in {None, *ours}}
    if not is_new:
        return joined(*ours, **allowed | {"starter": "minimal"})
    return owned(*(kind for kind in KINDS if kind not in ours), **allowed)


# Each kind alone, and every two values of kinds and answers.
MANY = [
    *FEW,
    *(owned(kind) for kind in KINDS),
    *(joined(kind) for kind in KINDS),
    *(_together(*row) for row in AllPairs([*([True, False] for _ in KINDS), [True, False], REST])),
]
