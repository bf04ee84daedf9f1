"""The .gitignore of a repository that joined: the template's paragraphs beside those of its own.

A paragraph is a run of lines between blank ones; its first line, a heading, tells whose it is. The
template's come whole and go whole, and nothing else changes, down to the line ends. None stands
behind a `!` line of the owner's, which it could overrule (gitignore(5)).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

Lines = list[str]


def join(base: str, ours: str, theirs: str, left_out: Collection[str] = ()) -> str:
    """Merge what the template has into the file.

    Args:
        base: What the template last gave; empty where it gave nothing.
        ours: The file; it may be empty.
        theirs: What the template gives now.
        left_out: Lines of the template's that must not come.

    """
    end = "\r\n" if ours.count("\r\n") * 2 > ours.count("\n") else "\n"
    unended = bool(ours) and not ours.endswith("\n")
    before = _plain(base)
    after = [line for line in _plain(theirs) if line not in left_out]
    if ours == base and not left_out:
        return theirs
    file = _File(_split(ours + end * unended), end, {*_headings(before)})
    file.rename(_renamed(before, after))
    file.take_out({line for line in before if line not in after})
    for paragraph in _runs(after):
        file.add(paragraph, [line for line in paragraph if line not in before])
    text = "".join(file.lines)
    return text.removesuffix("\n").removesuffix("\r") if unended else text


class _File:
    """A file on the way: its lines, their usual end, and the headings of the template's."""

    def __init__(self, lines: Lines, end: str, headings: set[str]) -> None:
        self.lines, self.end, self.headings = lines, end, headings

    def rename(self, headings: Mapping[str, str]) -> None:
        """Give paragraphs the headings that the template gives them now."""
        for number, line in enumerate(self.lines):
            if (new := headings.get(_bare(line))) is not None:
                self.lines[number] = new + self.end
                self.headings.add(new)

    def take_out(self, gone: Collection[str]) -> None:
        """Take lines out of the template's paragraphs, and paragraphs that say no more."""
        for start, stop in reversed([*_spans(self.lines)]):
            run = self.lines[start:stop]
            if not self._is_templates(run):
                continue
            stay = [line for line in run if _bare(line) not in gone]
            own = [line for line in stay if _speaks(line) or _bare(line) not in self.headings]
            if own:
                self.lines[start:stop] = stay
            elif start:  # with the blank line before it
                del self.lines[start - 1 : stop]
            else:
                del self.lines[: stop + 1]

    def add(self, paragraph: Lines, new: Lines) -> None:
        """Add what is new of a paragraph: where it is, or in a paragraph of its own."""
        there = {_meant(line) for line in self.lines}
        new = [line for line in new if _speaks(line) and _meant(line) not in there]
        if not new:
            return
        for start, stop in _spans(self.lines):
            run = self.lines[start:stop]
            if self._is_templates(run) and {*paragraph} & {*map(_bare, run)}:
                self.lines[stop:stop] = [line + self.end for line in new]
                return
        came = [line + self.end for line in paragraph if not _speaks(line) or line in new]
        place = self._place()
        blank = [self.end] if self.lines else []
        self.lines[place:place] = [*blank, *came] if place else [*came, *blank]
        self.headings.add(_bare(came[0]))

    def _place(self) -> int:
        """Find where a paragraph goes: behind the last of the template's, or of all."""
        place = behind = 0
        templates = False
        for start, stop in _spans(self.lines):
            run = self.lines[start:stop]
            if self._is_templates(run):
                place, templates = stop, True
            elif any(line.startswith("!") for line in run):
                return place if templates else behind
            elif not templates:
                place = stop
            behind = stop
        return place

    def _is_templates(self, run: Lines) -> bool:
        return any(_bare(line) in self.headings for line in run)


def _headings(lines: Lines) -> Iterator[str]:
    """Give what tells that a paragraph is the template's: its first line, and its comments."""
    yield from (run[0] for run in _runs(lines))
    yield from (line for line in lines if line.startswith("#"))


def _renamed(before: Lines, after: Lines) -> dict[str, str]:
    """Give the headings of before that are others now, with what they are."""
    return {
        old[0]: new[0]
        for old in _runs(before)
        for new in _runs(after)
        if old[0] not in after and new[0] not in before and {*old} & {*new}
    }


def _split(text: str) -> Lines:
    return [f"{line}\n" for line in text.split("\n")[:-1]]


def _plain(text: str) -> Lines:
    return [_bare(line) for line in _split(text)]


def _bare(line: str) -> str:
    return line.rstrip("\r\n")


def _speaks(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


def _runs(lines: Sequence[str]) -> Iterator[Lines]:
    """Yield the paragraphs."""
    yield from ([*lines[start:stop]] for start, stop in _spans(lines))


def _spans(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where each paragraph starts and stops."""
    start = None
    for number, line in enumerate([*lines, ""]):
        if line.strip() and start is None:
            start = number
        elif not line.strip() and start is not None:
            yield start, number
            start = None


def _meant(line: str) -> str:
    """Give what a line is about, wherever its slashes are."""
    return line.strip().strip("/")
