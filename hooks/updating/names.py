"""What names a package, and how a text that is no Python code goes on to name it.

A name may be a plain English word (click), so what only looks like one is left alone:

- What is new already is taken first and left, so that a second time changes nothing.
- An address on the web, or of e-mail, is left: the repository keeps its name.
- A folder is rewritten where it is a path: `src/click`, `click/core.py`, `*/click/*`.
- A module is rewritten where a known member follows it (`click.core`), where what stands before
  it takes a module (`import click`, `python -m click`, `::: click`), and as an entry point
  (`"click:main"`). A name with a dot or an underscore is no word, and is rewritten anywhere.
- Environment variables are rewritten where the package makes their names from its own.
- A distribution is rewritten where a command, a requirement, a call such as `version("click")`,
  a heading or a prompt of a shell names it; one with a dash, a dot or an underscore, anywhere.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+(?::[\w./-]+)?"
ADDRESS = rf"\w[\w+.-]*://[^\s<>\"'`)\]}}]+|{EMAIL}"
# Where a name ends in one of these, it names a file and no module.
ENDS = "py pyi pyc so toml cfg ini json ya?ml md rst txt csv log db svg png html? xml sh lock whl"
FILE = rf"\.(?:{'|'.join(ENDS.split())}|egg-info|dist-info|tar|zip|git)(?!\w)"

# The end of a setting's name that takes paths.
PATHS = (
    r"(?<![a-z])(?:files|paths?|include|exclude|omit|src|source|testpaths|folders?|dirs?|roots?)\b"
)

# What takes a module.
MODULE_FOLLOWS = (
    r"^[ \t]*(?:>>> |\.\.\. )?(?:lazy )?import ",
    r"(?:[;`\"'] ?|\\n)(?:lazy )?import ",
    r"\bfrom (?=\S+ import\b)",
    r"(?<!\S)-m[ =]",
    r"[\"']-m[\"'], ?[\"']",
    r"^[ \t]*::: ",
    r"\.\. (?:py:)?[a-z]+:: ",
    r":(?:py:)?[a-z]+:`[~!]?",
    r"--cov[ =]",
)
# What takes a distribution.
INSTALLERS = (
    r"\b(?:pip3?|pipx|uv|poetry|pdm|hatch|conda|mamba|python -m pip)"
    r"(?: (?:pip|tool))? (?:install|uninstall|add|remove|run|show|download)"
    r"(?: -[\w=-]+)* [\"']?"
)
DISTRIBUTION_FOLLOWS = (
    INSTALLERS,
    r"\buvx (?:-[\w=-]+ )*",
    r"\b(?:version|metadata|distribution|requires|files)\([\"']",
    r"^#+ (?=\S+$)",
)
# A requirement in quotes.
REQUIREMENT = r"(?<=[\"']){}(?=\[| ?[<>=!~]=| ?[<>])"
# What runs the command: a prompt of a shell, or backticks around it and its arguments.
RUNS = (r"^[ \t]*\$ {}(?![\w/-]|\.\w)", r"(?<=`){}(?= [a-z-])")


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


@dataclass(frozen=True)
class Place:
    """A line that a person has to look at, with the reason."""

    line: int
    text: str
    reason: str


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

    """

    before: Names
    now: Names
    members: frozenset[str] = field(default=frozenset())
    mixed: bool = True
    spelled: frozenset[str] | None = None

    def __bool__(self) -> bool:
        """Tell whether anything is called otherwise now."""
        return self.before != self.now

    def unmixed(self) -> "Change":
        """Give the change for a text in which every name is an old one."""
        return replace(self, mixed=False)

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

    def text(self, text: str) -> str:
        """Rewrite what names the package in a text that is no Python code."""
        if not any(old in text for old in self._old_names):  # true of most, and quick to tell
            return text
        return self._pattern.sub(self._new, text)

    def places(self, text: str, path: str = "") -> Iterator[Place]:
        """Yield the lines of a rewritten text that may still name the package as before.

        Args:
            text: The text.
            path: Its file's name, which tells settings from prose.

        """
        if not self:
            return
        settings = path.endswith((".toml", ".cfg", ".ini", ".yml", ".yaml", ".json", ".in"))
        names = {"src", *vars(self.before).values(), self.before.variables}
        for number, line in enumerate(text.splitlines(), 1):
            if not any(name in line for name in names):  # true of most, and quick to tell
                continue
            for reason, pattern in self._mentions:
                if reason is _ROOT and not settings:
                    continue
                if any(found.lastgroup == "old" for found in pattern.finditer(line)):
                    yield Place(number, line.strip(), reason)
                    break

    def _new(self, found: re.Match[str]) -> str:
        if found.lastgroup is None or found.lastgroup == "kept":
            return found[0]
        old, new = self._rules[int(found.lastgroup[1:])]
        return found[0][: -len(old)] + new if found[0].endswith(old) else found[0]

    @cached_property
    def _old_names(self) -> frozenset[str]:
        """What a text must have one of to be rewritten: each match that counts ends with one."""
        return frozenset(old for old, _ in self._rules)

    @cached_property
    def _rules(self) -> list[tuple[str, str]]:
        """What each group of the pattern rewrites."""
        return [(old, new) for _, old, new in self._forms]

    @cached_property
    def _forms(self) -> list[tuple[str, str, str]]:
        """Give the patterns that name the package, with the name before and now."""
        before, now = self.before, self.now
        forms: list[tuple[str, str, str]] = []
        if before.package_dir != now.package_dir:
            forms.append((self._path(), before.package_dir, now.package_dir))
        if before.import_path != now.import_path:
            old, new = before.import_path, now.import_path
            inner = rf"(?<![\w.@-]){self._old(before.folder, now.folder)}(?={self._below(before)})"
            forms.append((inner, before.folder, now.folder))
            forms += [(form, old, new) for form in self._modules(old, new)]
            if "." in old:
                forms.append(self._imported_name(old, new))
            if self.spelled is not None and before.variables != now.variables:
                but = "|".join(map(re.escape, sorted(self.spelled))) or "(?!)"
                variable = rf"(?<![A-Za-z0-9_])(?!(?:{but})(?!\w)){before.variables}"
                forms.append((variable, before.variables, now.variables))
        if before.distribution != now.distribution:
            # Where both are spelled alike, each kind of pattern has its own name for it.
            command = {before.command: now.command}
            distribution = {before.distribution: now.distribution}
            forms += [
                (form, old, new)
                for old, new in (distribution | command).items()
                for form in self._commands(old)
            ]
            forms += [
                (form, old, new)
                for old, new in (command | distribution).items()
                for form in self._distributions(old)
            ]
            archive = rf"(?<![\w.@-]){before.archive}-(?=[\d\"'$*<{{])"
            forms.append((archive, before.archive + "-", now.archive + "-"))
            pair = (
                f"_{kind.archive.upper()}_COMPLETE" for kind in (before, now)
            )  # as click has it
            forms.append((rf"(?<!\w){(old := next(pair))}(?!\w)", old, next(pair)))
        # The longest first: of acme.tool and acme, the former stands where both could.
        return sorted(forms, key=lambda form: -len(form[1]))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        alternatives = [(1e6, f"(?P<kept>{ADDRESS})")]
        for number, (form, old, _) in enumerate(self._forms):
            alternatives.append((len(old), f"(?P<r{number}>{form})"))
        if self.mixed:
            known = {
                (new, old) for _, old, new in self._forms if not old.startswith(new) and new != old
            }
            for new in {new for new, _ in known}:
                tail = r"(?!\w)" if new[-1] != "-" else ""
                alternatives.append((len(new) + 0.5, rf"(?<![\w.-]){re.escape(new)}{tail}"))
        alternatives.sort(key=lambda alternative: -alternative[0])
        return re.compile("|".join(form for _, form in alternatives), re.MULTILINE)

    @cached_property
    def _mentions(self) -> list[tuple[str, re.Pattern[str]]]:
        """What may name the package as before, with the reason to look at it."""
        before, now = self.before, self.now
        kept = [now.package_dir, now.import_path, now.folder, now.distribution, now.command]
        found: list[tuple[str, str, list[str]]] = []
        if before.package_dir != now.package_dir:
            shape = rf"{re.escape(before.package_dir)}(?![\w-])"
            if "/" not in before.package_dir:  # as an import name; a path where a setting takes one
                shape = rf"{PATHS}[\"'`\w-]* *[=:].*[\"'`]{shape}(?=[\"'`/])"
            found.append(("the package's folder is elsewhere now", shape, [now.package_dir]))
        if before.import_path != now.import_path:
            shape = rf"(?<![\w.]){re.escape(before.import_path)}(?!\w|-)"
            if _is_word(before.import_path):
                shape = rf"(?<=[\"'`]){re.escape(before.import_path)}(?=[\"'`.:/])(?!\.\s)"
            found.append(("the package is imported by another name now", shape, kept))
            shape = rf"(?<![A-Za-z0-9_]){before.variables}(?=[A-Z0-9\"'`]|$)"
            found.append(
                (
                    "variables are named after the package",
                    shape,
                    [now.variables],
                )
            )
        if before.distribution != now.distribution:
            shape = rf"(?<![\w./-]){re.escape(before.distribution)}(?![\w-]|\.\w)"
            if _is_word(before.distribution):
                shape = rf"(?<=[\"'`]){re.escape(before.distribution)}(?=[\"'` \[])"
            found.append(("the distribution has another name now", shape, kept))
        if before.package_dir.startswith("src/") != now.package_dir.startswith("src/"):
            root = r"(?<=[\"'])src/?(?=[\"'])|(?<![\w./-])src/\*|^\s*(?:\w+ ?[=:] ?)?src/?\s*$"
            found.append((_ROOT, root if before.package_dir.startswith("src/") else r"(?!)", []))
        return [(reason, self._search(shape, new)) for reason, shape, new in found]

    @staticmethod
    def _search(shape: str, new: list[str]) -> re.Pattern[str]:
        taken = [rf"(?<![\w-]){re.escape(name)}(?!\w)" for name in sorted(new, key=len)[::-1]]
        taken.append(EMAIL)
        return re.compile("|".join([*taken, f"(?P<old>{shape})"]))

    def _old(self, old: str, new: str) -> str:
        """Give the pattern of an old name that does not begin the new one: acme.tool.core."""
        if not self.mixed or not _within(new.replace("/", "."), old.replace("/", ".")):
            return re.escape(old)
        rest = new[len(old) :]
        return rf"{re.escape(old)}(?!{re.escape(rest)}(?!\w)| import {re.escape(rest[1:])}(?!\w))"

    @staticmethod
    def _imported_name(old: str, new: str) -> tuple[str, str, str]:
        """Give the pattern for the package as a name that is imported from its parent."""
        parent, _, last = old.rpartition(".")
        new_parent, _, new_last = new.rpartition(".")
        written = f"from {parent} import {last}"
        rewritten = f"from {new_parent} import {new_last}" if new_parent else f"import {new_last}"
        alias = "" if last == new_last else f" as {last}"
        pattern = rf"\b{re.escape(written)}(?!\w| *,| as )"
        return pattern, written, rewritten + alias

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

    def _below(self, names: Names) -> str:
        """Give the pattern of what follows a folder: of one that is a word, a member of it."""
        if not _is_word(names.folder):
            return "/"
        known = "|".join(map(re.escape, sorted(self.members)))
        return rf"/(?:[*\"'`]|(?:{known})(?!\w))" if known else r"/[*\"'`]"

    def _modules(self, name: str, new: str) -> list[str]:
        start, escaped = r"(?<![\w./$-])", self._old(name, new)
        known = "|".join(map(re.escape, sorted(self.members)))
        inside = rf"(?=\.(?:{known})(?!\w))" if known else r"(?!)"
        forms = [
            *(rf"{lead}{escaped}(?![\w/-])" for lead in MODULE_FOLLOWS),
            start + escaped + inside,
            rf"(?<=[\"']){escaped}(?=:[A-Za-z_][\w.]*(?:[\"']|$))",
        ]
        if not _is_word(name) and name not in (self.before.distribution, self.before.command):
            forms.append(rf"{start}{escaped}(?![\w/-]|{FILE})")
        return forms

    @staticmethod
    def _distributions(name: str) -> list[str]:
        escaped, end = re.escape(name), r"(?![\w/-]|\.\w)"
        forms = [rf"{lead}{escaped}{end}" for lead in DISTRIBUTION_FOLLOWS]
        return [*forms, REQUIREMENT.format(escaped)]

    def _commands(self, name: str) -> list[str]:
        """Give the patterns of the command, and of what may be either: its name serves for both."""
        escaped = re.escape(name)
        forms = [run.format(escaped) for run in RUNS]
        if not _is_word(name) and name != self.before.import_path:
            forms.append(rf"(?<![\w.@/$-])(?<!cd ){escaped}(?![\w/-]|\.\w)")
        return forms


_ROOT = "the package is in src/ no more"


def _is_word(name: str) -> bool:
    """Tell whether a name could be a word of a sentence."""
    return re.fullmatch("[A-Za-z]+", name) is not None


def _within(path: str, parent: str) -> bool:
    return f"{path}.".startswith(f"{parent}.")
