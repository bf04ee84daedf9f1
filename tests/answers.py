"""Combinations of answers, and what each of them promises."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, cycle, product
from typing import Any

from allpairspy import AllPairs

from rendering import ROOT

PINS: dict[str, dict[str, Any]] = json.loads((ROOT / "includes/pins.json").read_text("utf-8"))

SHAPES = [
    {"layout": layout, **package}
    for layout in ("src", "flat")
    for package in (
        {"package": "regular"},
        {"package": "namespace", "namespace": "acme"},
        {"package": "namespace", "namespace": "acme.data.io"},
    )
]
BUILDS = [
    *(
        {"build_backend": backend, "version_source": "static"}
        for backend in ("uv", "hatchling", "setuptools", "flit", "pdm", "poetry")
    ),
    *(
        {"build_backend": backend, "version_source": "vcs"}
        for backend in ("hatchling", "setuptools", "pdm")
    ),
]
LICENSES = [
    {"license": name}
    for name in (
        "MIT",
        "Apache-2.0",
        "BSD-3-Clause",
        "ISC",
        "MPL-2.0",
        "LGPL-3.0-or-later",
        "GPL-3.0-or-later",
        "Proprietary",
    )
]
PLUGINS = ("none", "entry-points", "folder", "both")
FRAMEWORKS = ("argparse", "click", "typer")
PROGRAMS = ("command", "pipeline", "analysis")


def start(starter: str, plugins: str, framework: str) -> dict[str, str]:
    """Give those of the answers that a starter asks for."""
    if starter == "plugin":
        return {"starter": starter}
    program = {"cli_framework": framework} if starter in PROGRAMS else {}
    return {"starter": starter, "plugins": plugins, **program}


STARTERS = [
    *(start("library", plugins, "") for plugins in PLUGINS),
    *(start(*answers) for answers in product(PROGRAMS, PLUGINS, FRAMEWORKS)),
    start("plugin", "", ""),
    start("minimal", "none", ""),
    start("minimal", "both", ""),
]
# Of each starter a few, for what is slow.
TYPICAL = [
    *(
        start(starter, plugins, framework)
        for starter in ("library", *PROGRAMS)
        for plugins, framework in [
            ("none", "argparse"),
            ("both", "argparse"),
            ("entry-points", "click"),
            ("folder", "typer"),
        ]
    ),
    start("plugin", "", ""),
    start("minimal", "none", ""),
]
# Few files, so that many updates are soon made.
SMALL = {"project_name": "acme-tool", "forge": "none", "docs": "none", "update_bot": "none"}

PYTHONS = [{"python_min": minor} for minor in ("3.11", "3.12", "3.13", "3.14", "3.15")]
# Every line that a starter can bring, in the plainest and the deepest shape, old and new by turns.
VARIANTS = [
    {"project_name": "acme-tool", **shape, **python, **starter}
    for starter, (shape, python) in zip(
        STARTERS,
        cycle(product((SHAPES[0], SHAPES[-1]), (PYTHONS[0], PYTHONS[-1]))),
        strict=False,
    )
]

FORGES = [
    {"forge": forge, "update_bot": bot}
    for forge, bot in product(("github", "gitlab", "none"), ("renovate", "dependabot", "none"))
    if forge == "github" or bot != "dependabot"
]
OWNERS = [{"github_user": ""}, {"github_user": "acme"}]
DOCS = [{"docs": docs} for docs in ("zensical", "sphinx", "none")]
TYPE_CHECKERS = [{"type_checker": checker} for checker in ("mypy", "pyright", "ty")]
EXPORTS = [{"exports": exports} for exports in ("lazy", "plain")]
CONDUCT = [{"code_of_conduct": answer} for answer in ("true", "false")]
CIS = [{"ci": answer} for answer in ("lean", "full")]
CONTAINERS = [{"devcontainer": answer} for answer in ("false", "true")]
UPKEEP = [
    {name: value for answers in chosen for name, value in answers.items()}
    for chosen in AllPairs([FORGES, DOCS, TYPE_CHECKERS, OWNERS, CONDUCT, CONTAINERS])
]

# What a starter brings touches neither how the package is built nor its licence; what keeps a
# project up touches neither, and takes turns.
COMBINATIONS = [
    {"project_name": "acme-tool", **shape, **build, **license_, **python, **starter, **upkeep}
    for (shape, build, license_, python, starter), upkeep in zip(
        [
            *(
                (*build, python, STARTERS[0])
                for build, python in zip(product(SHAPES, BUILDS, LICENSES[1:]), cycle(PYTHONS))
            ),
            *product(SHAPES, BUILDS, LICENSES[:1], PYTHONS, STARTERS[:1]),
            *product(SHAPES, BUILDS[:1], LICENSES[:1], PYTHONS[:1], STARTERS[1:]),
            *product(SHAPES, BUILDS[:1], LICENSES[:1], PYTHONS[-1:], TYPICAL[1:]),
        ],
        cycle(UPKEEP),
    )
]

# Every pair of answers. An answer that a starter does not ask for changes nothing. In this order,
# those that the set repeats are quickly built and run everywhere: the starter `plugin`, and 3.11.
COVERING = [
    {"project_name": "acme-tool", **shape, **build, **license_, **python, **starter}
    | {name: value for answers in upkeep for name, value in answers.items()}
    for license_, build, forge, name, shape, python, plugins, framework, *upkeep in AllPairs(
        [
            LICENSES,
            BUILDS,
            FORGES,
            ["library", "command", "pipeline", "analysis", "plugin", "minimal"],
            SHAPES,
            PYTHONS[2:] + PYTHONS[:2],
            PLUGINS,
            FRAMEWORKS,
            DOCS,
            TYPE_CHECKERS,
            EXPORTS,
            OWNERS,
            CONDUCT,
            CONTAINERS,
            CIS,
        ]
    )
    for starter in [start(name, plugins, framework)]
    for upkeep in [[forge, *upkeep]]
]

# What the code of a package and its tests depend on; how it is built is for the proof to judge.
OF_THE_BUILD = ("build_backend", "version_source", "layout", "package")
OF_THE_CODE = (
    "starter", "plugins", "cli_framework", "layout", "package", "namespace", "python_min", "docs",
    "exports",
)  # fmt: skip


def combined(
    answers: Mapping[str, str], size: int, names: Sequence[str]
) -> set[tuple[tuple[str, str], ...]]:
    """Give the answers of some names, in every combination of a size."""
    chosen = [(name, answers[name]) for name in names if name in answers]
    return set(combinations(chosen, size))


def cover(
    size: int, *pools: Sequence[dict[str, str]], names: Sequence[str] = OF_THE_CODE
) -> list[dict[str, str]]:
    """Choose so few answers that they have every combination of a size that any has.

    Args:
        size: Of how many of the answers.
        pools: What to choose from, as long as it brings something, and what then.
        names: Of these answers; by default, those that the code depends on.

    """
    chosen: list[dict[str, str]] = []
    found = set[tuple[tuple[str, str], ...]]()
    for pool in pools:
        while True:
            best = max(pool, key=lambda answers: len(combined(answers, size, names) - found))
            if combined(best, size, names) <= found:
                break
            chosen.append(best)
            found |= combined(best, size, names)
    return chosen


# Installed and tested: with every pair of those answers, and by default with each of them. Packages
# for the oldest Python run everywhere, and those with large dependencies take long.
TESTED = cover(2, COVERING)
EVERYWHERE = [answers for answers in TESTED if answers["python_min"] == PYTHONS[0]["python_min"]]
SLOW = [answers for answers in EVERYWHERE if answers["starter"] == "analysis"]
TRIED = cover(
    1,
    SLOW[:1],
    [answers for answers in EVERYWHERE if answers not in SLOW],
    [answers for answers in TESTED if answers["starter"] != "analysis"],
    TESTED,
)
# Built by default: those, and so many more that every pair is there of what decides how.
_PAIRS = cover(2, TRIED, COVERING, names=OF_THE_BUILD)
BUILT = [*TRIED, *(answers for answers in _PAIRS if answers not in TRIED)]


def required(name: str, python: str = "") -> str:
    """Give the requirement of a distribution, as pins.json has it for an oldest Python."""
    allowed: Any = PINS["requirements"][name]
    return name + str(allowed[max(key for key in allowed if key <= python)] if python else allowed)


def identify(answers: Mapping[str, str]) -> str:
    """Name a combination in a test's id."""
    return "-".join(value for name, value in answers.items() if name != "project_name")


@dataclass(frozen=True)
class Starter:
    """What a starter brings: the package's modules and data, its tests, and its public names."""

    modules: Sequence[str]
    tests: Sequence[str]
    exports: dict[str, list[str]]
    use: str
    extras: Mapping[str, Sequence[str]] = field(default_factory=dict)
    needs: Sequence[str] = ()
    data: Sequence[str] = ()


CLI = ["__main__", "_about", "_commands", "_logs", "_process", "cli"]
CLI_TESTS = ["conftest", "test_cli", "test_main"]
ANALYSIS = ["config", "features", "io", "model", "plot", "preprocess", "run", "table"]
CONTENTS = {
    "library": Starter(
        ["_units", "durations"],
        ["test_durations"],
        {"durations": ["parse_duration"]},
        'parse_duration("1h").total_seconds()',
    ),
    "command": Starter(
        [*CLI, "checksums"],
        [*CLI_TESTS, "test_checksums"],
        {"checksums": ["Checksum", "digest", "read_sums"]},
        'read_sums("SUMS", "sha512")[0].name.upper()',
    ),
    "pipeline": Starter(
        [*CLI, "_progress", "config", "io", "pipeline", "transform", "writers"],
        [
            *CLI_TESTS,
            *(f"test_{name}" for name in ("config", "io", "pipeline", "transform", "writers")),
        ],
        {
            "config": ["Config", "load_config"],
            "io": ["read_rows"],
            "pipeline": ["Summary", "run_pipeline"],
            "transform": ["register", "transform_rows"],
            "writers": ["write_rows"],
        },
        'load_config(flags={"on_error": "skip"}).transforms[0].upper()',
        {"progress": [required("rich")]},
    ),
    "analysis": Starter(
        [*CLI, "_errors", *ANALYSIS],
        [*CLI_TESTS, *(f"test_{name}" for name in ANALYSIS)],
        {
            "_errors": ["AnalysisError"],
            "config": ["Config", "load_config"],
            "run": ["Report", "predict", "run_analysis"],
        },
        "run_analysis().model.r2.is_integer()",
        needs=["matplotlib", "polars", "scikit-learn"],
        data=["deliveries.csv"],
    ),
    "plugin": Starter(
        ["plugin", "slugs"],
        ["test_plugin", "test_slugs"],
        {"slugs": ["slugify"]},
        'slugify("Acme").upper()',
    ),
    "minimal": Starter(
        ["greeting"],
        ["test_greeting"],
        {"greeting": ["greet"]},
        'greet("Ada").upper()',
    ),
}
PLUGIN_EXPORTS = ["Plugin", "PluginError", "find_plugins", "load_plugins"]


@dataclass(frozen=True)
class Promise:
    """What a project made from answers has to look like."""

    answers: Mapping[str, str]

    @property
    def parents(self) -> list[str]:
        """The namespace parents, outermost first."""
        parts = self.answers.get("namespace", "").split(".") if self.is_namespace else []
        return [".".join(parts[: end + 1]) for end in range(len(parts))]

    @property
    def is_namespace(self) -> bool:
        return self.answers["package"] == "namespace"

    @property
    def starter(self) -> Starter:
        """What the starter brings, and with it the support of plugins."""
        starter = CONTENTS[self.answers.get("starter", "library")]
        if self.answers.get("plugins", "none") == "none":
            return starter
        listed = ["plugin_list"] if "cli" in starter.modules else []
        return replace(
            starter,
            modules=[*starter.modules, "plugins", *(f"_{name}" for name in listed)],
            tests=[*starter.tests, "test_plugins", *(f"test_{name}" for name in listed)],
            exports=starter.exports | {"plugins": PLUGIN_EXPORTS},
        )

    @property
    def dependencies(self) -> Sequence[str]:
        framework = self.answers.get("cli_framework", "argparse")
        oldest = self.answers.get("python_min", "3.11")
        needs = [required(name, oldest) for name in self.starter.needs]
        return [*needs, *([] if framework == "argparse" else [required(framework)])]

    @property
    def scripts(self) -> Mapping[str, str]:
        """The commands of the package, and what each calls."""
        command = {"acme-tool": f"{self.import_path}.__main__:main"}
        return command if "__main__" in self.starter.modules else {}

    @property
    def entry_points(self) -> Mapping[str, Mapping[str, str]]:
        """The groups of the package's entry points, and what each name in them refers to."""
        host = self.parents[-1] if self.is_namespace else "acme"
        plugin = {f"{host}.plugins": {"tool": f"{self.import_path}.plugin"}}
        return plugin if "plugin" in self.starter.modules else {}

    @property
    def import_path(self) -> str:
        return f"{self.answers['namespace']}.tool" if self.is_namespace else "acme_tool"

    @property
    def folder(self) -> str:
        """The package's folder, relative to the project."""
        source = "src/" if self.answers["layout"] == "src" else ""
        return source + self.import_path.replace(".", "/")

    @property
    def wheel_files(self) -> set[str]:
        """Every file of the wheel but its metadata."""
        inside = self.import_path.replace(".", "/")
        modules = ("__init__", *self.starter.modules)
        files = ["py.typed", *self.starter.data, *(f"{name}.py" for name in modules)]
        return {f"{inside}/{name}" for name in files}

    @property
    def sdist_files(self) -> set[str]:
        """The files that every sdist has to have; backends add some of their own."""
        source = "src/" if self.answers["layout"] == "src" else ""
        return {
            "CHANGELOG.md",
            "LICENSE",
            "README.md",
            "pyproject.toml",
            "tests/test_package_contract.py",
            "tests/test_readme.py",
            *(f"tests/{name}.py" for name in self.starter.tests),
            *(source + path for path in self.wheel_files),
        }

    @property
    def license_expression(self) -> str:
        name = self.answers.get("license", "MIT")
        return "LicenseRef-Proprietary" if name == "Proprietary" else name

    @property
    def is_public(self) -> bool:
        """Whether it goes to PyPI, and its documentation to a public site."""
        return self.answers.get("license") != "Proprietary"

    @property
    def docs(self) -> str:
        """What makes the documentation's site."""
        return self.answers.get("docs", "zensical")

    @property
    def managed(self) -> set[str]:
        """The files that the template goes on to own."""
        backend, source = self.answers["build_backend"], self.answers.get("version_source")
        manifest = {"MANIFEST.in"} if backend == "setuptools" else set()
        archive = {".git_archival.txt"} if source == "vcs" else set()
        archive |= {"pdm_build.py"} if (backend, source) == ("pdm", "vcs") else set()
        forge = self.answers.get("forge", "github")
        bot = self.answers.get("update_bot", "renovate")
        workflows = ["ci", "release", *(["docs"] if self.docs != "none" and self.is_public else [])]
        docs = {
            "zensical": {"docs/api.md", "docs/changelog.md", "zensical.toml"},
            "sphinx": {"docs/api.md", "docs/changelog.md", "docs/conf.py", "docs/python.inv"},
            "none": set[str](),
        }
        return {
            ".ci/prove.py",
            ".copier-answers.yml",
            ".editorconfig",
            ".gitattributes",
            ".gitignore",
            ".pre-commit-config.yaml",
            ".yamllint",
            "LICENSE",
            f"LICENSES/{self.license_expression}.txt",
            "REUSE.toml",
            "pyproject.toml",
            "tests/test_package_contract.py",
            "tox.toml",
            *docs[self.docs],
            *self.community,
            *manifest,
            *archive,
            *(f".github/workflows/{name}.yml" for name in workflows if forge == "github"),
            *({".gitlab-ci.yml"} if forge == "gitlab" else ()),
            *({".github/dependabot.yml"} if bot == "dependabot" else ()),
            *({"renovate.json"} if bot == "renovate" else ()),
        }

    @property
    def community(self) -> set[str]:
        """The files for people who take part, and for where they work."""
        forge, owned = self.answers.get("forge", "github"), self.answers.get("github_user")
        own = {
            "github": {
                ".github/ISSUE_TEMPLATE/bug.yml",
                ".github/ISSUE_TEMPLATE/config.yml",
                ".github/ISSUE_TEMPLATE/idea.yml",
                ".github/PULL_REQUEST_TEMPLATE.md",
                *({".github/CODEOWNERS"} if owned else ()),
            },
            "gitlab": {
                ".gitlab/issue_templates/Bug.md",
                ".gitlab/issue_templates/Idea.md",
                ".gitlab/merge_request_templates/Default.md",
                *({".gitlab/CODEOWNERS"} if owned else ()),
            },
            "none": set[str](),
        }
        conduct = self.answers.get("code_of_conduct", "true") == "true"
        container = self.answers.get("devcontainer", "false") == "true"
        return {
            "AGENTS.md",
            *({"CITATION.cff"} if self.is_public else ()),
            "CONTRIBUTING.md",
            "MAKE_IT_YOURS.md",
            "SECURITY.md",
            *({"CODE_OF_CONDUCT.md"} if conduct else ()),
            *({".devcontainer/devcontainer.json"} if container else ()),
            *own[forge],
        }

    @property
    def files(self) -> set[str]:
        """Every file of the project, relative to it."""
        pages = set[str]() if self.docs == "none" else {"docs/index.md"}
        if pages and self.answers.get("starter") != "minimal":
            pages.add("docs/tutorial.md")
        return self.sdist_files | self.managed | pages
