"""The same thing in many projects, as one row.

Texts of two projects are the same where they differ in nothing but what is each project's own: its
name, its owner, and all else that it has answered. Names may be plain words (`python`), so no text
is rewritten: words are compared one by one, and differ only if they are not the same answer.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from treewright.fleet.outcomes import Point, Project
from treewright.updating.names import Names

_WORD = re.compile(r"\w+|\s+|[^\w\s]")


class Text(NamedTuple):
    """A text in words.

    Args:
        words: The words.
        answers: For each word which answers begin there, with how many words each has.

    """

    words: list[str]
    answers: list[Mapping[str, int]]


@dataclass
class Cluster:
    """A thing, and the projects that have it.

    Args:
        point: The thing, as the first of them has it.
        members: Each project, with its own point.
        number: Its number in the list, from 1.
        text: Where it is, and what; what is each project's own is `{answer}`.

    """

    point: Point
    members: list[tuple[Project, Point]] = field(default_factory=list)
    number: int = 0
    text: Text = field(default_factory=lambda: Text([], []))

    @property
    def projects(self) -> list[Project]:
        """The projects, each once."""
        return [*{id(project): project for project, _ in self.members}.values()]

    @property
    def where(self) -> str:
        """Where it is; what is each project's own is `{answer}`."""
        return self._shown[0]

    @property
    def what(self) -> str:
        """What it is; what is each project's own is `{answer}`."""
        return self._shown[1]

    @property
    def _shown(self) -> tuple[str, str]:
        where, _, what = "".join(self.text.words).partition("\0")
        return where, what

    @property
    def settle(self) -> str:
        """What would settle it, in each of the projects."""
        told = {point.settle for _, point in self.members}
        return self.point.settle if len(told) == 1 else _alike(sorted(told))

    def takes(self, other: Text) -> bool:
        """Tell whether a text is this one; if it is, what differs is shown as an answer."""
        if (both := common(self.text, other)) is None:
            return False
        self.text = both
        return True


def common(one: Text, other: Text) -> Text | None:
    """Give what two texts have in common, if they differ in nothing but answers."""
    words: list[str] = []
    answers: list[Mapping[str, int]] = []
    here = there = 0
    while here < len(one.words) and there < len(other.words):
        mine, theirs = one.answers[here], other.answers[there]
        answer, sizes = "", (1, 1)
        if both := mine.keys() & theirs.keys() if mine and theirs else ():
            answer = max(both, key=lambda name: (mine[name], name))
            sizes = mine[answer], theirs[answer]
        first, second = one.words[here : here + sizes[0]], other.words[there : there + sizes[1]]
        if first == second:
            words += first
            ends = here + sizes[0], there + sizes[1]
            answers += map(_shared, one.answers[here : ends[0]], other.answers[there : ends[1]])
        elif answer:
            words.append(f"{{{answer}}}")
            answers.append({answer: 1})
        else:
            return None
        here, there = here + sizes[0], there + sizes[1]
    done = here == len(one.words) and there == len(other.words)
    return Text(words, answers) if done else None


def _shared(mine: Mapping[str, int], theirs: Mapping[str, int]) -> Mapping[str, int]:
    """Give the answers that begin at a word in both of two texts."""
    return {name: size for name, size in mine.items() if theirs.get(name) == size}


def _alike(texts: Sequence[str]) -> str:
    """Give texts that differ in a word or two as one."""
    words = [_WORD.findall(text) for text in texts]
    if len({*map(len, words)}) > 1:
        return texts[0]
    return "".join(here[0] if len({*here}) == 1 else "..." for here in zip(*words, strict=True))


def gather(projects: Iterable[Project]) -> list[Cluster]:
    """Gather what was found in projects: what needs a person first, then the largest first."""
    kinds: dict[tuple[str, bool], _Known] = {}
    for project in projects:
        for point in project.points:
            known = kinds.setdefault((point.kind, point.person), _Known())
            text = split(f"{point.where}\0{point.what}", project.names)
            known.cluster(point, text).members.append((project, point))
    found = [cluster for known in kinds.values() for cluster in known.clusters]
    found.sort(
        key=lambda one: (not one.point.person, -len(one.projects), one.point.kind, one.where)
    )
    for number, cluster in enumerate(found, 1):
        cluster.number = number
    return found


@dataclass
class _Known:
    """The clusters of a kind, and which of them have a word."""

    clusters: list[Cluster] = field(default_factory=list)
    having: dict[str, list[Cluster]] = field(default_factory=dict)

    def cluster(self, point: Point, text: Text) -> Cluster:
        """Find the cluster of a text, or begin one."""
        for cluster in self._likely(text):
            if cluster.takes(text):
                return cluster
        new = Cluster(point, text=text)
        self.clusters.append(new)
        for word in {*text.words}:
            self.having.setdefault(word, []).append(new)
        return new

    def _likely(self, text: Text) -> Sequence[Cluster]:
        """Give the clusters that have the rarest of the words which are no part of an answer.

        Each such word has to be the same in both texts, so no other cluster takes this one.
        """
        lists = (self.having.get(word, ()) for word in _fixed(text))
        return min(lists, key=len, default=self.clusters)


def _fixed(text: Text) -> Iterator[str]:
    """Give the words that are no part of an answer."""
    free = 0  # the first place behind the answers so far
    for place, (word, here) in enumerate(zip(text.words, text.answers, strict=True)):
        free = max(free, place, *(place + size for size in here.values()))
        if place == free:
            yield word
            free += 1


def split(text: str, names: Mapping[str, frozenset[str]]) -> Text:
    """Split a text into words, and find the answers in it.

    Args:
        text: The text.
        names: What is the project's own, with the answers that say so.

    """
    words = _WORD.findall(text)
    begun: dict[str, list[tuple[list[str], frozenset[str]]]] = {}
    for name, answers in names.items():
        parts = _WORD.findall(name)
        begun.setdefault(parts[0], []).append((parts, answers))
    found: list[Mapping[str, int]] = []
    for place, word in enumerate(words):
        here: dict[str, int] = {}
        for parts, answers in begun.get(word, ()):
            if words[place : place + len(parts)] == parts:
                here |= dict.fromkeys(answers, len(parts))
        found.append(here)
    return Text(words, found)


def own_names(answers: Mapping[str, object]) -> dict[str, frozenset[str]]:
    """Give what is a project's own, with the answers that say so."""
    found: dict[str, set[str]] = {}
    for name, value in {**_derived(answers), **answers}.items():
        is_text = isinstance(value, str | int) and not isinstance(value, bool)
        if is_text and str(value) and name != "_src_path":
            found.setdefault(str(value), set()).add(name.lstrip("_"))
    return {text: frozenset(said) for text, said in found.items()}


def _derived(answers: Mapping[str, object]) -> dict[str, str]:
    """Give what follows from answers."""
    try:
        names = Names.of(answers)
    except (KeyError, TypeError):
        return {}
    return {"package_dir": names.package_dir, "import_path": names.import_path}
