"""Which kinds of tools a repository has, each by a mark that shows it.

The marks are in kinds.json, of which templates read the files, too. For each kind:

    files         Globs of paths from the project's folder; `**` stands for any folders. Letters
                  match in either case.
    tables        Tables of pyproject.toml, with dots.
    sections      Sections of setup.cfg and tox.ini.
    groups        Names of groups of requirements (PEP 735, Poetry, PDM).
    requirements  Names of distributions in such groups, in extras and in requirements files.
    workflows     Regular expressions of what runs on a forge says.
    commands      Regular expressions of what runs on a developer's machine says.
"""

import fnmatch
import functools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from treewright.adopting.reading import Sources, under
from treewright.proof.project import named, normalised_name
from treewright.proof.project import strings as all_strings

Kind = str
_CODE = (".py", ".pyi", ".pyx", ".html", ".ipynb")
WORKFLOWS = re.compile(r"\.(?:github|forgejo|gitea)/(?:workflows/[^/]+|actions/.+/action)\.ya?ml")
# Code of others that a repository holds.
_OTHERS = re.compile(r"(?:^|/)(?:_?vendor|_?vendored|third_party|node_modules|site-packages)/")
_COMMENT = re.compile(r"(?m)(^|\s)#.*$")
# Where a developer's commands are, beside files that are marks of a runner.
_COMMANDS = re.compile(
    r"\.pre-commit-config\.ya?ml|prek\.toml|\.?lefthook\.ya?ml|Pipfile|[^/]+\.sh|scripts?/[^/]+|bin/[^/]+|tools/[^/]+"
)
_SCRIPTS = (
    ("tool", "hatch", "envs"),
    ("tool", "pdm", "scripts"),
    ("tool", "poe"),
    ("tool", "taskipy"),
    ("tool", "tox"),
    ("tool", "rye", "scripts"),
    ("tool", "pixi", "tasks"),
)


@functools.cache
def table() -> Mapping[Kind, Mapping[str, list[str]]]:
    """Give kinds.json."""
    text = Path(__file__).with_name("kinds.json").read_text(encoding="utf-8")
    found: dict[Kind, dict[str, list[str]]] = json.loads(text)
    return found


def marks(sources: Sources) -> dict[Kind, str]:
    """Find the kinds of tools that a repository has.

    Args:
        sources: The project.

    Returns:
        For each kind, in the order of the table, the first mark that shows it, as a person would
        say it.

    """
    found = {kind: next(_marks(sources, kind), "") for kind in table()}
    return {kind: mark for kind, mark in found.items() if mark}


def _marks(sources: Sources, kind: Kind) -> Iterator[str]:
    listed = table()[kind]
    yield from _of_files(sources, listed["files"])
    yield from _of_settings(sources, listed)
    yield from _of_requirements(sources, listed)
    yield from _of_texts(sources, listed["workflows"], _ci_files(sources))
    yield from _of_texts(sources, listed["commands"], _command_files(sources))
    yield from _of_scripts(sources, listed["commands"])


def _of_settings(sources: Sources, listed: Mapping[str, list[str]]) -> Iterator[str]:
    """Find tables of pyproject.toml, and sections of older files."""
    for name in listed["tables"]:
        if under(sources.pyproject, *name.split(".")) is not None:
            yield f"[{name}] in pyproject.toml"
    for file, there in (("setup.cfg", sources.setup_cfg), ("tox.ini", sources.tox_ini)):
        for section in there:
            if any(fnmatch.fnmatchcase(section, name) for name in listed["sections"]):
                yield f"[{section}] in {file}"


def _of_requirements(sources: Sources, listed: Mapping[str, list[str]]) -> Iterator[str]:
    """Find groups by their names, and what groups, extras and files require."""
    for group in sources.groups:
        if normalised_name(group) in listed["groups"]:
            yield f"the dependency group {group}"
    for place, requirements in _requirements(sources):
        for requirement in requirements:
            if named(requirement) in listed["requirements"]:
                yield f"{named(requirement)} in {place}"


def _of_files(sources: Sources, patterns: Iterable[str]) -> Iterator[str]:
    """Find marks among files: in a member of a workspace, among those of its repository, too."""
    matches = matcher(patterns)
    yield from (path for path in sources.files if matches(path) and not _OTHERS.search(path))
    up = "../" * sources.prefix.count("/")
    near = matcher(pattern for pattern in patterns if "**" not in pattern)
    yield from (f"{up}{path}" for path in sources.above if near(path))


def matcher(patterns: Iterable[str]) -> "_Matcher":
    """Give what tells whether a path is one that a glob means; see the top of this module."""
    return _Matcher(tuple(patterns))


class _Matcher:
    def __init__(self, patterns: tuple[str, ...]) -> None:
        self._any = _any_of(patterns)
        self._prose = _any_of(tuple(pattern for pattern in patterns if pattern.endswith("*")))
        self._exact = _any_of(tuple(pattern for pattern in patterns if not pattern.endswith("*")))

    def __call__(self, path: str) -> bool:
        # `NEWS*` means a text, not news.py.
        chosen = self._exact if path.lower().endswith(_CODE) else self._any
        return bool(chosen.fullmatch(path))


@functools.cache
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_expression, patterns)) or r"(?!)", re.IGNORECASE)


def _expression(pattern: str) -> str:
    """Write a glob as a regular expression."""
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return "".join(words.get(part, re.escape(part)) for part in parts)


def _requirements(sources: Sources) -> Iterator[tuple[str, list[str]]]:
    """Give where a developer's requirements are; the package's own are no tools of its makers."""
    yield from ((f"the dependency group {name}", group) for name, group in sources.groups.items())
    yield from ((f"the extra {name}", extra) for name, extra in sources.extras.items())
    yield from sources.requirements_files.items()
    for section, settings in sources.tox_ini.items():
        if "deps" in settings:
            lines = settings["deps"].splitlines()
            yield f"[{section}] in tox.ini", [line.rpartition(": ")[2] for line in lines]
    environments = sources.declared("tool", "hatch", "envs")
    for name, environment in (environments if isinstance(environments, dict) else {}).items():
        for key in ("dependencies", "extra-dependencies"):
            yield f"[tool.hatch.envs.{name}]", list(all_strings(under(environment, key)))


def _ci_files(sources: Sources) -> Iterator[str]:
    """Give the files that tell a forge, or a service, what to run."""
    is_ci = matcher(table()["checks"]["files"])
    yield from (path for path in sources.files if WORKFLOWS.fullmatch(path) or is_ci(path))


def _command_files(sources: Sources) -> Iterator[str]:
    is_runner = matcher(table()["runner"]["files"])
    yield from (path for path in sources.files if _COMMANDS.fullmatch(path) or is_runner(path))


def _of_texts(sources: Sources, patterns: list[str], paths: Iterable[str]) -> Iterator[str]:
    texts = {path: _COMMENT.sub("", sources.text(path)) for path in (paths if patterns else ())}
    for pattern in patterns:
        for path, text in texts.items():
            if found := re.search(pattern, text):
                yield f"{path}: {_shown(found[0])}" if found[0] else path


def _of_scripts(sources: Sources, patterns: list[str]) -> Iterator[str]:
    for keys in _SCRIPTS:
        for text in all_strings(sources.declared(*keys)):
            for pattern in patterns:
                if re.search(pattern, text):
                    yield f"[{'.'.join(keys)}] in pyproject.toml"


def _shown(text: str) -> str:
    """Give the last line of what a pattern found, which may begin far above."""
    return text.strip().splitlines()[-1].strip()
