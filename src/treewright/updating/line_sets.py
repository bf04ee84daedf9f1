"""A three-way merge of files that are sets of lines, such as .gitignore.

Lines stand for themselves, but not wholly without an order: in all of these files a later line can
overrule an earlier one. So what the template adds goes where the template has it, and never behind
a line of the user's that it could overrule.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Rules:
    """How the lines of one kind of file overrule each other.

    Args:
        subject: What a line is about. Two lines on one subject clash.
        overrules: Whether a line of the user's has to stay behind what the template adds.

    """

    subject: Callable[[str], str]
    overrules: Callable[[str], bool]


@dataclass(frozen=True)
class Lines:
    """What a merge came to: the text, and pairs of lines, the user's and the template's."""

    text: str
    clashes: list[tuple[str, str]]


def _pattern(line: str) -> str:
    return line.split(maxsplit=1)[0]


_PATTERNS = Rules(subject=_pattern, overrules=lambda _: True)

# gitignore(5): only a negation overrules. gitattributes(5), CODEOWNERS: the last match of a path
# decides. MANIFEST.in: commands run in their order.
RULES = {
    ".gitignore": Rules(subject=str, overrules=lambda line: line.startswith("!")),
    ".gitattributes": _PATTERNS,
    "CODEOWNERS": _PATTERNS,
    "MANIFEST.in": Rules(subject=str, overrules=lambda _: True),
}

# What heads a section of CODEOWNERS in GitLab, in which a pattern has nothing to do with those
# outside: https://docs.gitlab.com/user/project/codeowners/reference/
_SECTION = re.compile(r"\^?\[([^]]+)\]")


def is_line_set(path: str) -> bool:
    """Tell whether a file is merged by lines."""
    return PurePosixPath(path).name in RULES


def merge(path: str, base: str, ours: str, theirs: str) -> Lines:
    """Merge what the user and the template made of a line set.

    Args:
        path: The file, whose name says what its lines mean.
        base: What the template last gave; empty where it gave nothing.
        ours: The user's file.
        theirs: What the template gives now.

    """
    if theirs in {ours, base}:
        return Lines(ours, [])
    if ours == base:
        return Lines(theirs, [])
    end = "\r\n" if "\r\n" in ours else "\n"
    rules = RULES[PurePosixPath(path).name]
    before, mine, template = (_sections(path, side) for side in (base, ours, theirs))
    lines, clashes = list[str](), list[tuple[str, str]]()
    for name in [*mine, *(name for name in template if name not in {*mine, *before})]:
        old, own, new = (side.get(name, _Section()) for side in (before, mine, template))
        merged, met = _merge_lines(rules, old.lines, own.lines, new.lines)
        clashes += met
        if own.head == old.head:
            if old.head and not new.head and not any(map(speaks, merged)):
                _close(lines)  # the template took it back
                continue
            head = new.head or own.head
        else:
            head = own.head or new.head
            clashes += [(own.head, new.head)] * (new.head not in {"", head, old.head})
        _append(lines, _Section(head, merged), apart=name not in mine)
    return Lines(end.join([*lines, ""]), clashes)


def _close(lines: list[str]) -> None:
    """Take away the blank line before what is gone."""
    if lines and not lines[-1]:
        lines.pop()


@dataclass
class _Section:
    """A part of a file; most files are one, without a head."""

    head: str = ""
    lines: list[str] = field(default_factory=list)


def _sections(path: str, text: str) -> dict[str, _Section]:
    """Give the sections of a file by their names; what is outside of all has none."""
    section = _Section()
    sections = {"": section}
    for line in _lines(text):
        head = _SECTION.match(line) if PurePosixPath(path).name == "CODEOWNERS" else None
        if head is None:
            section.lines.append(line)
            continue
        name = head[1].lower()
        while name in sections:  # one of the same name again counts by itself
            name += " again"
        section = sections[name] = _Section(line)
    return sections


def _append(lines: list[str], section: _Section, *, apart: bool) -> None:
    """Put a section behind others; apart, that is with a blank line between, where it is new."""
    if section.head:
        lines += ["", section.head] if apart and lines and lines[-1] else [section.head]
    lines += section.lines


def _merge_lines(
    rules: Rules, before: list[str], mine: list[str], template: list[str]
) -> tuple[list[str], list[tuple[str, str]]]:
    merged = _without(mine, {line for line in before if line not in template})
    own = {line for line in mine if speaks(line)} - {*before, *template}
    about = {rules.subject(line): line for line in merged if speaks(line)}
    overrulers = {line for line in own if rules.overrules(line)}
    clashes = list[tuple[str, str]]()
    last = None
    for number, line in enumerate(template):
        if not line or (line in before and line not in merged):
            continue
        if line in merged:
            last = merged.index(line)
        elif speaks(line) and (rival := about.get(rules.subject(line))) is not None:
            clashes.append((rival, line))
        else:
            last = _insert(merged, template, number, last, overrulers)
    return merged, clashes


def lay(path: str, template: str, overlays: Mapping[str, str]) -> Lines:
    """Lay the lines of overlays over a line set of the template's.

    A line goes into the place of one on the same subject; all others follow behind, with the
    comments above them.

    Args:
        path: The file.
        template: Its text.
        overlays: The texts of overlays by their names; a later one counts more.

    Returns:
        The text, and pairs of lines: the overlay's, and the one whose place it took.

    """
    subject = RULES[PurePosixPath(path).name].subject
    over: dict[str, str] = {}  # what was there, by the line that took its place
    sections = _sections(path, template)
    known = {*sections}
    for text in overlays.values():
        for name, above in _sections(path, text).items():
            below = sections.setdefault(name, _Section(above.head))
            if below.head != above.head:
                over[above.head] = below.head
                below.head = above.head
            _lay_lines(subject, below.lines, above.lines, over)
    lines = list[str]()
    for name, section in sections.items():
        _append(lines, section, apart=name not in known)
    return Lines("".join(f"{line}\n" for line in lines), [*over.items()])


def _lay_lines(
    subject: Callable[[str], str], lines: list[str], above: list[str], over: dict[str, str]
) -> None:
    """Lay lines over those of a section."""
    places = {subject(line): number for number, line in enumerate(lines) if speaks(line)}
    new = list[str]()
    for line in above:
        place = places.get(subject(line)) if speaks(line) else None
        if place is None:
            new.append(line)
        elif lines[place] != line:
            over[line] = lines[place]
            lines[place] = line
    lines += _paragraphs(new, opens=bool(lines) and bool(lines[-1]))


def _paragraphs(lines: list[str], *, opens: bool) -> Iterator[str]:
    """Yield the paragraphs that say something, each behind a blank line but for the first."""
    for says, run in groupby(lines, key=lambda line: bool(line.strip())):
        paragraph = [*run]
        if says and any(map(speaks, paragraph)):
            yield from ["", *paragraph] if opens else paragraph
            opens = True


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []


def speaks(line: str) -> bool:
    """Tell whether a line says anything: it is no blank one, and no comment."""
    return bool(line.strip()) and not line.startswith("#")


def _without(lines: list[str], gone: set[str]) -> list[str]:
    """Take lines away, and a blank line where that leaves two."""
    kept, cut = list[str](), False
    for line in lines:
        if line and line in gone:
            cut = True
        elif line or not cut or (kept and kept[-1]):
            kept.append(line)
            cut = False
    return kept


def _insert(
    merged: list[str], template: list[str], number: int, last: int | None, overrulers: set[str]
) -> int:
    """Insert a line of the template, and give where it is now.

    A heading goes before the line that it is above of in the template, if that is there, and
    else after the paragraph before. Any other line goes after the one before. None goes behind
    an overruler.
    """
    line = template[number]
    opens = not template[number - 1] if number else not speaks(line)
    place = len(merged) if last is None else last + 1
    below = next((later for later in template[number:] if not later or speaks(later)), "")
    if not speaks(line) and below in merged and below:
        place, opens = merged.index(below), False
    elif opens:
        place = next((at for at in range(place, len(merged)) if not merged[at]), len(merged))
    place = min([place, *(at for at, there in enumerate(merged) if there in overrulers)])
    if opens and place and merged[place - 1]:
        merged.insert(place, "")
        place += 1
    merged.insert(place, line)
    if opens and place + 1 < len(merged) and merged[place + 1]:
        merged.insert(place + 1, "")
    return place
