"""What names a package, and how a text that is no Python code goes on to name it.

A name may be a plain English word (click), or that of a cache, a table, a service: what only looks
as if it named the package is left alone.

- What is new already is taken first and left, so that a second time changes nothing.
- An address on the web, or of e-mail, is left: the repository keeps its name.
- A folder is rewritten where it is a path: `src/click`, `click/core.py`, `*/click/*`.
- A module is rewritten where a known member follows it (`click.core`), where what stands before
  it takes a module (`import click`, `mypy -p click`, `::: click`), as an entry point
  (`"click:main"`), and in a setting that takes one (`known-first-party`).
- A name with a dot or an underscore is no word: in prose it is rewritten anywhere.
- A key of TOML stays, unless its table has modules as keys; the name of an entry point, and its
  group, are what others use, and stay.
- Environment variables are rewritten where the package makes their names from its own.
- A distribution is rewritten where a command, a requirement, a call such as `version("click")`,
  a heading or a prompt of a shell names it, and in addresses of its pages and badges for PyPI; one
  with a dash, a dot or an underscore, anywhere but as the whole value of a setting.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from treewright.updating.settings import Scalar, scalars

EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+(?::[\w./-]+)?"
ADDRESS = rf"\w[\w+.-]*://[^\s<>\"'`)\]}}]+|{EMAIL}"
# Where a name ends in one of these, it names a file and no module.
ENDS = "py pyi pyc so toml cfg ini json ya?ml md rst txt csv log db svg png html? xml"
FILE = rf"\.(?:{'|'.join(ENDS.split())}|egg-info|dist-info|whl|sh|lock|tar|zip|git)(?!\w)"
PROSE = (".md", ".markdown", ".mdx", ".rst", ".txt", ".adoc", ".org")

# --- What takes a module, and what a distribution -----------------------------------------------

_OBJECTS = {"main", "cli", "app", "application", "run"}  # as entry points are called, mostly
_OPTIONS = r"(?: -[\w-]+(?:=\S+)?)*"
# As Sphinx has them in reStructuredText, and in Markdown by MyST.
_ROLES = "mod|class|func|meth|attr|data|exc|obj|const|any|type"
_DIRECTIVES = (
    r"(?:py:)?(?:auto[a-z-]+|(?:current)?module|class|function|method|attribute|data|exception|"
    r"decorator|inheritance-diagram|click|typer|argparse|tach|doxygen[a-z]+)"
)
MODULE_FOLLOWS = (
    r"^[ \t]*(?:>>> |\.\.\. )?(?:lazy )?c?import ",
    r"(?:[;`\"'] ?|\\n|: )(?:lazy )?c?import ",
    r"\bfrom (?=\S+ c?import\b)",
    r"(?<!\S)-m[ =]",
    r"[\"']-m[\"'], ?[\"']",
    r"^[ \t]*::: ",
    rf"^[ \t]*\.\. {_DIRECTIVES}:: ",
    rf"^[ \t]*(?:```+|~~~+|:::+)\{{{_DIRECTIVES}\}} ",
    r"^[ \t]*:(?:module|currentmodule): ",
    rf":(?:py:)?(?:{_ROLES}):`[~!.]?",
    rf"\{{(?:py:)?(?:{_ROLES})\}}`[~!.]?",
    r"--(?:cov|pyargs|source-pkgs|hidden-import|collect-[a-z]+)(?:[ =]|[\"']?, ?)[\"']?",
    rf"\b(?:pydoc3?|pdoc3?|stubtest|pylint|pyreverse|griffe (?:check|dump)){_OPTIONS} ",
    rf"\b(?:uvicorn|gunicorn|hypercorn|granian){_OPTIONS} (?=\S+:)",
    r"\bcelery (?:-A|--app)[ =]",
    r"\bflask --app[ =]",
    r"\b(?:FLASK_APP|DJANGO_SETTINGS_MODULE)=",
    r"<(?:class|module|function|enum) '?",
    r"\b[Mm]odules? (?:named )?[\"'`]",
    r"\bimport name [\"']\w+[\"'] from [\"']",
    r"\b(?:ignore|error|default|always|module|once):[^:\n]*:(?:[A-Za-z.]*:)?",
)
# What does so only after something else in the same line: flags of a program, targets of a role.
MODULE_FOLLOWS_AFTER = {
    r"(?<=<)[~!.]?": rf"[:{{](?:py:)?(?:{_ROLES})[:}}]`[^`]*<$",
    r"(?<!\S)(?:-p|--package)[ =]?": r"\b(?:mypy|pytest|py\.test|addopts)\b",
    r"[\"'](?:-p|--package|--source)[\"'], ?[\"']": r"\b(?:mypy|pytest|py\.test|coverage)\b",
    r"(?<!\S)--source[ =](?:[\w./]+,)*": r"\bcoverage\b",
}
INSTALLERS = (
    r"\b(?:pip3?|pipx|uv|poetry|pdm|hatch|conda|mamba|python -m pip)"
    r"(?: (?:pip|tool))? (?:install|uninstall|add|remove|run|show|download)"
    r"(?: -[\w=-]+)* [\"']?"
)
DISTRIBUTION_FOLLOWS = (
    INSTALLERS,
    r"\buvx (?:-[\w=-]+ )*",
    r"\b(?:version|metadata|distribution|requires|files)\(\\?[\"']",
    r"^#+ (?=\S+$)",
)
# Its pages and badges: the only addresses that are rewritten.
ON_PYPI = r"\bhttps?://(?:pypi\.org/(?:project|p)|img\.shields\.io/pypi/\w+)/"
# A requirement in quotes.
REQUIREMENT = r"(?<=[\"']){}(?=\[| ?[<>=!~]=| ?[<>])"
# What runs the command: a prompt of a shell, or backticks around it and its arguments.
RUNS = (r"^[ \t]*\$ {}(?![\w/-]|\.\w)", r"(?<=`){}(?= [a-z-])")

# Where each argument has an element of a list.
FLAGS = {"-m", "--cov", "--pyargs", "--source-pkgs", "--hidden-import"}

# Settings by their keys: a regular expression for keys that are joined by spaces, in lower case and
# with dashes. What ends in one takes a module.
MODULE_SETTINGS = re.compile(
    r"""(?x)(?:^|\ )(?:
    import-names | import-namespaces | module-name | py-modules | modules? | source-pkgs
    | source-packages | known-first-party | known-local-folder | application-import-names
    | application-package-names | root-packages? | hidden-?imports | preload-modules | qualname
    | python-packages | exempt-modules | ignored-modules | load-plugins | pytest-plugins | toplevel
    | banned-module-level-imports | allowed-unresolved-imports | autodoc-mock-imports
    | extension-pkg-(?:allow-list|whitelist) | app-import-path | django-settings-module
    | [^ ]*import-?linter.*\ (?:[a-z]+-modules|layers|containers|ignore-imports|modules)
    | .*setuptools(?:\ .*)?\ (?:packages|namespace-packages|attr) | .*setuptools.*\ find\ [a-z]+
    | options(?:\.packages\.find)?\ (?:packages|namespace-packages|include|exclude)
    | .*(?:flit\ module|flit\ metadata)\ (?:name|module) | .*towncrier\ package
    | tests?\ imports | .*coverage.*\ source | run\ source | .*mypy\ (?:plugins|packages)
    | .*maturin\ .* | tool\ pdm.*\ (?:getter|call) | .*deptry\ package-module-name-map\ .*
    | project\ (?:gui-)?scripts\ .* | .*poetry\ (?:gui-)?(?:scripts|plugins)\ .*
    | .*entry-points(?:\ .*)?
    )$"""
)
# Where the keys themselves are modules.
MODULE_TABLES = re.compile(
    r"(?:^| )(?:(?:options\.)?(?:exclude-)?package-data|package-dir|loggers|banned-api"
    r"|flake8-import-conventions (?:extend-)?aliases|mypy-[^ ]*)$"
)
# Where they are what others call an entry point, or its group.
ENTRY_POINTS = re.compile(
    r"(?:^| )(?:project (?:gui-)?scripts|[^ ]*entry-points|poetry (?:gui-)?(?:scripts|plugins))"
    r"(?:$| )"
)
FOLDER_SETTINGS = re.compile(r"(?:^| )poetry packages include$|(?:^| )dvc .* path$")
# A folder in which the package's own is, wherever that is.
_PARENTS = (r"\*", r"\}", r"\.\.", r"[^\w.]\.", "site-packages", "dist-packages", r"\blib")
# The end of a setting's name that takes paths.
PATHS = (
    r"(?<![a-z])(?:files|paths?|include|exclude|omit|src|source|testpaths|folders?|dirs?|roots?)\b"
)
PATH_SETTINGS = re.compile(rf"{PATHS}$")
DISTRIBUTION_SETTINGS = re.compile(
    r"(?:^|project |package |poetry |metadata )name$|(?:^| )(?:title|site-name|project"
    r"|project-name|package-name|distribution)$"
)

# Kinds of texts. A notebook has each line of its code in quotes.
CODE, NOTEBOOK, PROSE_ONLY, MODULE = "code", "notebook", "prose", "module"


@dataclass(frozen=True)
class Names:
    """What a package is called.

    Args:
        distribution: As it is installed: acme-tool.
        import_path: As it is imported: acme.tool.
        package_dir: Where its folder is in the project: src/acme/tool.

    """

    distribution: str
    import_path: str
    package_dir: str

    @classmethod
    def of(cls, answers: Mapping[str, object]) -> "Names":
        """Make them of stored answers, as copier.yml does.

        Raises:
            KeyError: If an answer is missing.

        """
        parents = f"{answers['namespace']}." if answers["package"] == "namespace" else ""
        path = f"{parents}{answers['import_name']}"
        root = "src/" if answers["layout"] == "src" else ""
        return cls(str(answers["project_name"]), path, root + path.replace(".", "/"))

    @property
    def command(self) -> str:
        """What people type to run it: the normalised name of the distribution."""
        return re.sub(r"[-_.]+", "-", self.distribution).lower()

    @property
    def archive(self) -> str:
        """What the names of its wheels begin with."""
        return self.command.replace("-", "_")

    @property
    def folder(self) -> str:
        """The import path as a path."""
        return self.import_path.replace(".", "/")

    @property
    def variables(self) -> str:
        """What the names of its environment variables begin with."""
        return self.import_path.upper().replace(".", "_") + "_"


class Form(NamedTuple):
    """A pattern that names the package, and ends with the name.

    Args:
        pattern: The regular expression.
        old: The name before.
        new: The name now.
        where: The only kinds of text that it is for; empty if it is for all.
        after: What has to stand before it in its line: a regular expression.

    """

    pattern: str
    old: str
    new: str
    where: tuple[str, ...] = ()
    after: str = ""


class Edit(NamedTuple):
    """A part of a text, and what takes its place."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Change:
    """What a package was called, and is called now.

    Args:
        before: The names before.
        now: The names now.
        members: What is in the package: names of modules, subpackages, files and objects.
        mixed: Whether a text may have new names already, as all that the update touched has.
        spelled: The environment variables that the package spells out, where it makes the names
            of others from its own; None where it makes none.
        groups: The groups of entry points that are spelled like a module of the package, and
            stay, as other distributions use them.
        folders: Other folders that moved with the package, with where they are now.

    """

    before: Names
    now: Names
    members: frozenset[str] = field(default=frozenset())
    mixed: bool = True
    spelled: frozenset[str] | None = None
    groups: frozenset[str] = field(default=frozenset())
    folders: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything is called otherwise now."""
        return self.before != self.now

    def unmixed(self) -> "Change":
        """Give the change for a text in which every name is an old one."""
        return replace(self, mixed=False)

    # --- Rewriting ------------------------------------------------------------------------------

    def module(self, path: str) -> str:
        """Give the import path of a module, or of what it has, as it is now."""
        old, new = self.before.import_path, self.now.import_path
        if not _within(path, old) or (self.mixed and _within(new, old) and _within(path, new)):
            return path
        return new + path[len(old) :]

    def distribution(self, name: str) -> str:
        """Give the name of a distribution, or of its command, as it is now."""
        before, now = self.before, self.now
        if name in (before.distribution, before.command):
            return now.distribution if name == before.distribution else now.command
        same = Names(name, "", "").command == before.command != now.command
        return now.distribution if same else name

    def text(self, text: str, where: str = "") -> str:
        """Rewrite what names the package in a text that is no Python code.

        Args:
            text: The text.
            where: What it is: PROSE_ONLY; CODE, which imports the package; MODULE, which is what
                takes modules; else empty.

        """
        return edited(text, self._edits(text, where))

    def file(self, text: str, path: str) -> str:
        """Rewrite what names the package in a file that is no Python code.

        Args:
            text: What is in it.
            path: Its path, which tells settings and prose.

        """
        return edited(text, self.edits(text, path))

    def edits(self, text: str, path: str) -> list[Edit]:
        """Give what `file` changes, from the first to the last."""
        if not any(old in text for old in self._old_names):  # true of most, and quick to tell
            return []
        where = PROSE_ONLY if path.endswith(PROSE) else ""
        if not where and self.imports(text):
            where = NOTEBOOK if path.endswith(".ipynb") else CODE
        found = scalars(text, path)
        if not found:
            return self._edits(text, where)
        decided: list[tuple[Scalar, list[Edit]]] = []
        for before, scalar in pairwise([Scalar(0, 0, ()), *found]):
            flag = text[before.start : before.end] if before.keys == scalar.keys else ""
            edits = self._of_scalar(text, scalar, path, flag)
            if edits is not None:
                decided.append((scalar, edits))
        rest = [
            edit
            for edit in self._edits(text, "")
            if not any(scalar.start < edit.end and edit.start < scalar.end for scalar, _ in decided)
        ]
        return sorted(rest + [edit for _, edits in decided for edit in edits])

    def imports(self, text: str) -> bool:
        """Tell whether a text is code that imports the package."""
        return self._imports.search(text) is not None

    def is_old(self, name: str) -> bool:
        """Tell whether a text is a name of before alone, and not one of now."""
        pairs = zip(self._all(self.before), self._all(self.now), strict=True)
        return any(name == old != new for old, new in pairs)

    @staticmethod
    def _all(names: Names) -> tuple[str, ...]:
        return names.import_path, names.distribution, names.command, names.archive

    def _edits(self, text: str, where: str, context: str = "") -> list[Edit]:
        if not any(old in text for old in self._old_names):
            return []
        edits, place = [], 0
        while found := self._pattern(where).search(text, place):
            place = found.end()
            if found.lastgroup is None or found.lastgroup == "kept":
                continue
            form = self._forms[int(found.lastgroup[1:])]
            line = context + text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
            if not re.search(form.after, line):  # another pattern may begin in it
                place = max(found.start() + 1, place - len(form.old))
            elif found[0].endswith(form.old):
                edits.append(Edit(place - len(form.old), place, form.new))
        return edits

    def _of_scalar(self, text: str, scalar: Scalar, path: str, flag: str) -> list[Edit] | None:
        """Give what changes in a string or key of settings; None if it is a text as any other."""
        value = text[scalar.start : scalar.end]
        if not any(old in value for old in self._old_names):
            return None
        keys = [key.lower().replace("_", "-") for key in scalar.keys]
        if scalar.is_key:
            return self._of_key(value, scalar, keys, path)
        edits = self._of_value(value, " ".join(keys), path, flag)
        if edits is None:
            return None
        shift = scalar.start
        return [Edit(edit.start + shift, edit.end + shift, edit.text) for edit in edits]

    def _of_value(self, value: str, keys: str, path: str, flag: str) -> list[Edit] | None:
        """Give what changes in a string of settings, by its keys."""
        new = value
        is_pytest = keys.endswith("addopts")
        is_flagged = flag in FLAGS or (flag == "-p" and is_pytest)
        if is_flagged or MODULE_SETTINGS.search(keys) or path.endswith("entry_points.txt"):
            return self._edits(value, MODULE)
        if is_pytest:
            return self._edits(value, "", "addopts")
        if value == self.before.folder and FOLDER_SETTINGS.search(keys):
            new = self.now.folder
        elif value == self.before.package_dir and PATH_SETTINGS.search(keys):
            new = self.now.package_dir
        elif self.is_old(value) and DISTRIBUTION_SETTINGS.search(keys):
            new = self.distribution(value)
        elif not self.is_old(value) and value not in self.groups:
            return None
        return [Edit(0, len(value), new)] if new != value else []

    def _of_key(self, value: str, scalar: Scalar, keys: list[str], path: str) -> list[Edit] | None:
        """Give what changes in a key, which may be a module: with a dot, TOML wants quotes."""
        is_toml = path.endswith(".toml")
        table = " ".join(keys if len(keys) == 1 else keys[:-1])
        if MODULE_TABLES.search(table):
            new = edited(value, self._edits(value, MODULE))
            if is_toml and not scalar.quote and "." in new:
                new = f'"{new}"'
            return [Edit(scalar.start, scalar.end, new)] if new.strip('"') != value else []
        if ENTRY_POINTS.search(" ".join(keys)) or path.endswith("entry_points.txt"):
            return []
        return [] if is_toml and not scalar.quote else None

    # --- Patterns -------------------------------------------------------------------------------

    @cached_property
    def _old_names(self) -> frozenset[str]:
        """What a text must have one of to be rewritten: each match that counts ends with one."""
        return frozenset(form.old for form in self._forms)

    @cached_property
    def _imports(self) -> re.Pattern[str]:
        """What a text has that imports the package."""
        old = re.escape(self.before.import_path)
        return re.compile(rf"\b(?:import|from) {old}(?![\w-])")

    @cached_property
    def _forms(self) -> list[Form]:
        """Give the patterns that name the package, with the name before and now."""
        before, now = self.before, self.now
        forms: list[Form] = []
        if before.package_dir != now.package_dir:
            forms.append(Form(self._path(), before.package_dir, now.package_dir))
            for old, new in self.folders:
                forms.append(Form(rf"(?<![\w.@/-]){re.escape(old)}(?=/)", old, new))
        if before.import_path != now.import_path:
            forms += self._modules(before.import_path, now.import_path)
            forms += self._inner()
            if "." in before.import_path:
                forms.append(self._imported_name(before.import_path, now.import_path))
            if self.spelled is not None and before.variables != now.variables:
                but = "|".join(map(re.escape, sorted(self.spelled))) or "(?!)"
                variable = rf"(?<![A-Za-z0-9_])(?!(?:{but})(?!\w)){before.variables}"
                forms.append(Form(variable, before.variables, now.variables))
        if before.distribution != now.distribution:
            forms += self._distributions()
        # The longest first: of acme.tool and acme, the former stands where both could.
        return sorted(forms, key=lambda form: (-len(form.old), bool(form.after)))

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        """The patterns that were needed so far."""
        return {}

    def _pattern(self, where: str) -> re.Pattern[str]:
        """Give the pattern of all that a kind of text has to be looked at for."""
        if where not in self._patterns:
            ranked = sorted(self._alternatives(where), key=lambda one: -one[0])
            whole = "|".join(form for _, form in ranked)
            self._patterns[where] = re.compile(whole, re.MULTILINE)
        return self._patterns[where]

    def _alternatives(self, where: str) -> Iterator[tuple[float, str]]:
        """Yield the parts of the pattern for a kind of text, each with its rank."""
        yield 1e6, f"(?P<kept>{ADDRESS})"
        if self.groups:
            groups = "|".join(map(re.escape, sorted(self.groups)))
            yield 1e5, rf"(?<=[\"'\[])(?:{groups})(?=[\"'\]])"
        for number, form in enumerate(self._forms):
            if not form.where or where in form.where:
                rank = 2e6 if form.pattern.startswith(ON_PYPI) else len(form.old)
                yield rank, f"(?P<r{number}>{form.pattern})"
        if self.mixed:
            known = {
                form.new
                for form in self._forms
                if not form.old.startswith(form.new) and form.new != form.old
            }
            for new in known:
                tail = r"(?!\w)" if new[-1] != "-" else ""
                yield len(new) + 0.5, rf"(?<![\w.-]){re.escape(new)}{tail}"

    def _old(self, old: str, new: str) -> str:
        """Give the pattern of an old name that does not begin the new one: acme.tool.core."""
        if not self.mixed or not _within(new.replace("/", "."), old.replace("/", ".")):
            return re.escape(old)
        rest = new[len(old) :]
        return rf"{re.escape(old)}(?!{re.escape(rest)}(?!\w)| import {re.escape(rest[1:])}(?!\w))"

    @staticmethod
    def _imported_name(old: str, new: str) -> Form:
        """Give the pattern for the package as a name that is imported from its parent."""
        parent, _, last = old.rpartition(".")
        new_parent, _, new_last = new.rpartition(".")
        written = f"from {parent} import {last}"
        rewritten = f"from {new_parent} import {new_last}" if new_parent else f"import {new_last}"
        alias = "" if last == new_last else f" as {last}"
        pattern = rf"\b{re.escape(written)}(?!\w| *,| as )"
        return Form(pattern, written, rewritten + alias)

    def _path(self) -> str:
        """Give the pattern of the package's folder, from the project's."""
        names = self.before
        folder = self._old(names.package_dir, self.now.package_dir)
        start = rf"(?<![\w.@-])(?<![\w-]/){folder}"
        if names.package_dir.startswith("src/"):
            return start + r"(?![\w-]|\.\w)"
        if "/" in names.package_dir:  # in quotes it is a path; else OWNER/NAME, perhaps
            return (
                start
                + rf"(?={self._below(names)}|(?<=[\"'`(].{{{len(names.package_dir)}}})[\"'`)])"
            )
        return start + rf"(?={self._below(names)})"

    def _inner(self) -> Iterator[Form]:
        """Yield the patterns of the package's folder as it is installed: `*/click/core.py`.

        Below another folder, only a known one says that it is the package's: a cache may have its
        name, and so may a folder of the documentation.
        """
        old, new = self.before.folder, self.now.folder
        below = self._below(self.before)
        start = r"(?<![\w.@/\\~$-])"
        yield Form(rf"{start}{self._old(old, new)}(?={below})", old, new)
        lead = "|".join(rf"(?<={parent}/)" for parent in _PARENTS)
        yield Form(rf"(?:{lead}){self._old(old, new)}(?={below})", old, new)

    def _below(self, names: Names) -> str:
        """Give the pattern of what follows a folder: of one that is a word, a member of it."""
        if not _is_word(names.folder):
            return "/"
        known = "|".join(map(re.escape, sorted(self.members)))
        return rf"/(?:[*\"'`]|(?:{known})(?!\w))" if known else r"/[*\"'`]"

    def _modules(self, name: str, new: str) -> Iterator[Form]:
        start, escaped = r"(?<![\w./$-])", self._old(name, new)
        known = "|".join(map(re.escape, sorted(self.members)))
        inside = rf"(?=\\?\.(?:{known})(?!\w))" if known else r"(?!)"  # in a regular expression too
        for lead in MODULE_FOLLOWS:
            yield Form(rf"{lead}{escaped}(?![\w/-])", name, new)
        for lead, after in MODULE_FOLLOWS_AFTER.items():
            yield Form(rf"{lead}{escaped}(?![\w/-])", name, new, after=after)
        yield Form(start + escaped + inside, name, new)
        objects = "|".join(map(re.escape, sorted(self.members | _OBJECTS)))
        yield Form(rf"(?<=[\"']){escaped}(?=:(?:{objects})(?:[.\w]*)(?:[\"']|$))", name, new)
        alone = rf"(?:(?<![\w./\\$-])|(?<=mypy-)){escaped}(?![\w/-])"
        yield Form(alone, name, new, (MODULE,))
        used = rf"{escaped}(?=\.[A-Za-z_])(?!{FILE})"
        yield Form(rf"(?<=[\"']){used}", name, new, (NOTEBOOK,))
        yield Form(rf"{start}(?<![\"']){used}", name, new, (CODE, NOTEBOOK))
        if _is_word(name):
            return
        yield Form(rf"{start}(?<![\"']){used}", name, new, (PROSE_ONLY,))
        both = {self.before.distribution, self.before.command}
        if name not in both or self.now.import_path == self.now.distribution:
            # Not as a value in an example of code, such as `cache = "acme_tool"`.
            value = r"(?<![=(\[,{:][\"'])(?<![=(\[,{:] [\"'])"
            yield Form(rf"{start}{value}{escaped}(?![\w/-]|{FILE})", name, new, (PROSE_ONLY,))

    def _distributions(self) -> Iterator[Form]:
        """Yield the patterns of the distribution, its command and its archives."""
        before, now = self.before, self.now
        # Where both are spelled alike, each kind of pattern has its own name for it.
        command = {before.command: now.command}
        distribution = {before.distribution: now.distribution}
        for old, new in (distribution | command).items():
            for pattern in self._commands(old):
                yield Form(pattern, old, new)
        for old, new in (command | distribution).items():
            escaped, end = re.escape(old), r"(?![\w/-]|\.\w)"
            for lead in DISTRIBUTION_FOLLOWS:
                yield Form(rf"{lead}{escaped}{end}", old, new)
            yield Form(REQUIREMENT.format(escaped), old, new)
            yield Form(rf"{ON_PYPI}{escaped}(?![\w-])(?!\.(?!svg))", old, new)
        archive = rf"(?<![\w.@-]){before.archive}-(?=[\d\"'$*<{{])"
        yield Form(archive, before.archive + "-", now.archive + "-")
        old, new = (
            f"_{kind.archive.upper()}_COMPLETE" for kind in (before, now)
        )  # as click has it
        yield Form(rf"(?<!\w){old}(?!\w)", old, new)

    def _commands(self, name: str) -> list[str]:
        """Give the patterns of the command, and of what may be either: its name serves for both."""
        escaped = re.escape(name)
        forms = [run.format(escaped) for run in RUNS]
        if not _is_word(name) and name != self.before.import_path:
            forms.append(rf"(?<![\w.@/$-])(?<!cd ){escaped}(?![\w/-]|\.\w|:[^\s\"'`])")
        return forms

    def right_in(self, text: str, path: str) -> Iterator[Scalar]:
        """Yield the strings and keys of settings that are right by their keys, spelled as before.

        These are names of the kind that has not changed, and those of entry points.
        """
        same = self.before.distribution == self.now.distribution
        for scalar in scalars(text, path):
            keys = " ".join(key.lower().replace("_", "-") for key in scalar.keys)
            if scalar.is_key and ENTRY_POINTS.search(keys):
                yield scalar
            elif scalar.is_key:
                continue
            elif DISTRIBUTION_SETTINGS.search(keys) if same else MODULE_SETTINGS.search(keys):
                yield scalar

    def right(self) -> str:
        """Give the pattern of what is spelled as an old name of one kind, and right as another.

        Where only the distribution has another name, `import click` is right; where only the
        import path has, `pip install click` is.
        """
        if self.mixed:
            return self.unmixed().right()
        forms: list[Form] = []
        before, now = self.before, self.now
        if before.import_path == now.import_path:
            path, folder = before.import_path, before.folder
            forms += [
                form
                for form in self._modules(path, path)
                if {MODULE, PROSE_ONLY}.isdisjoint(form.where)
            ]
            forms += self._inner()
            if before.package_dir == now.package_dir:
                forms.append(Form(rf"src/{re.escape(folder)}(?!\w)", folder, folder))
        if before.distribution == now.distribution:
            forms += self._distributions()
            assigned = r"\b(?:NAME|DISTRIBUTION|project|prog(?:_name)?)\b[^=\n\"']*= ?[\"']"
            for name in {before.command, before.distribution}:
                forms.append(Form(rf"{assigned}{re.escape(name)}(?=[\"'])", name, name))
                forms.append(Form(rf"\bthe {re.escape(name)} authors\b", name, name))
            alike = {before.command, before.distribution}
            if before.import_path in alike or before.archive == before.import_path:
                forms.append(Form(rf"(?<!\w){re.escape(before.archive)}-(?=\d)", "", ""))
        return "|".join(form.pattern for form in forms)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Give a text with edits, which are in their order, carried out."""
    parts, done = [], 0
    for edit in edits:
        parts += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join([*parts, text[done:]])


def _is_word(name: str) -> bool:
    """Tell whether a name could be a word of a sentence."""
    return re.fullmatch("[A-Za-z]+", name) is not None


def _within(path: str, parent: str) -> bool:
    return f"{path}.".startswith(f"{parent}.")
