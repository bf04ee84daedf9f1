"""The report after an update: what changed, what is left to decide, and how to go on."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import shorten

from treewright.rows import escaped, on_one_line, row, some
from treewright.updating.answers import Update
from treewright.updating.changelog import Release
from treewright.updating.joined import Brought
from treewright.updating.merging import Clash
from treewright.updating.repository import Repository, paths
from treewright.updating.seeds import Seeds
from treewright.updating.sweep import Leftovers

_ENTRIES = 4  # of the changelog
_PLACES = 5  # to look at
_WORDS = 60  # characters of a value


@dataclass
class Outcome:
    """What was done after Copier's merge.

    Args:
        update: The update.
        releases: What the template's changelog says of it.
        migrated: What migrations changed.
        moved: The folders that moved, `old -> new`.
        fixed: The files in which what names the package was fixed.
        left: The old names that are left.
        listed: The file that lists them all.
        merged: The files that were merged by meaning.
        clashes: What both sides had changed in a file that was merged, with its path.
        over: What overlays have in the place of what is there without them, with the path.
        seeds: What other answers mean for the user's own files.
        brought: What the files got that a repository which joined shares with the template.
        notes: Sentences on what could not be done.

    """

    update: Update
    releases: Sequence[Release] = ()
    migrated: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    fixed: list[str] = field(default_factory=list)
    left: Leftovers = field(default_factory=Leftovers)
    listed: str = ""
    merged: list[str] = field(default_factory=list)
    clashes: list[tuple[str, Clash]] = field(default_factory=list)
    over: list[tuple[str, Clash]] = field(default_factory=list)
    seeds: Seeds | None = None
    brought: Brought = field(default_factory=Brought)
    notes: list[str] = field(default_factory=list)


def conflicts(repository: Repository, since: float = 0.0) -> dict[str, str]:
    """Give the files that are not merged, of which Copier itself says nothing.

    Args:
        repository: The project.
        since: When the update began.

    Returns:
        For each file what shows it: its markers, or a file beside it.

    """
    found = dict.fromkeys([*repository.unmerged(), *repository.marked()], "")
    found |= {path: ", ".join(left) for path, left in repository.rejects(since).items()}
    return dict(sorted(found.items()))


def done(outcome: Outcome) -> str:
    """Tell what the update did."""
    before, now = outcome.update.versions
    lines = [f"Treewright {now}" if before == now else f"Treewright {before} -> {now}"]
    lines += _news(outcome.releases)
    for name, value in _facts(outcome):
        lines += row(name, value)
    return escaped("\n".join(lines))


def problems(outcome: Outcome, left: Mapping[str, str]) -> str:
    """Tell what is left to a person: nothing where all is done.

    Args:
        outcome: What was done.
        left: What `conflicts` gives.

    """
    lines = list(outcome.notes)
    if left:
        lines += ["In conflict:"]
        lines += [
            on_one_line(f"  {path}" + (f" (see {seen})" if seen else ""))
            for path, seen in left.items()
        ]
        lines += ["Edit each, where its markers show both sides, then `git add` it."]
        if any(left.values()):
            lines += [
                "A .rej file has what could not be merged: apply it by hand, then delete the file."
            ]
    return escaped("\n".join(lines))


def following(outcome: Outcome) -> str:
    """Say how to go on."""
    update = outcome.update
    locks = not update.now.get("joined") or (update.project / "uv.lock").is_file()
    sync = "`uv sync`, which updates uv.lock too; " if locks else ""
    steps = f"Next: {sync}look at `git diff HEAD`, and commit."
    if outcome.seeds and outcome.seeds.patch:
        steps += f"\nThen, for your own files: `git apply --3way {outcome.seeds.patch}`"
    return steps


def _news(releases: Sequence[Release]) -> Iterator[str]:
    """Give the first line of the first entries."""
    entries = [entry for release in releases for entry in release.entries]
    for entry in entries[:_ENTRIES]:
        first, *more = row("new", entry)
        yield first + ("..." if more else "")
    if len(entries) > _ENTRIES:
        yield from row("", f"and {len(entries) - _ENTRIES} more: CHANGELOG.md of the template")


def _answers(update: Update) -> Iterator[tuple[str, str]]:
    for name, (old, new) in update.changed.items():
        yield "answer", f"{name}: {_shown(old)} -> {_shown(new)}"
    if "package" in update.changed and "import_name" not in update.changed:
        stays = update.now.get("import_name")
        yield "answer", f"import_name stays {stays}; --data import_name=NAME gives another"


def _facts(outcome: Outcome) -> Iterator[tuple[str, str]]:
    yield from _answers(outcome.update)
    yield from facts_of_changes(outcome)
    yield "files", _changes(outcome.update.repository)
    if outcome.merged:
        yield "merged", f"by meaning: {some(outcome.merged)}"
    yield from facts_of_owner(outcome)
    if outcome.seeds:
        yield from _of_seeds(outcome.seeds)
    yield from _of_names(outcome)


def facts_of_changes(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Tell what was done to files beside what Copier does."""
    for sentence in outcome.migrated:
        yield "migrated", sentence
    for move in outcome.moved:
        yield "moved", move
    if count := len(outcome.fixed):
        yield "renamed", f"what names the package, in {count} file{'s' if count > 1 else ''}"


def facts_of_owner(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Tell what stays as its owner has it, in files that the template writes, too."""
    for path, clash in outcome.clashes:
        yield "yours", f"{path}: {clash.key} {decided(clash)}"
    for path, clash in outcome.over:
        yield "overlay", f"{path}: {clash.key} {counting(clash)}"
    if outcome.brought.own:
        yield "yours", f"in pyproject.toml: {', '.join(outcome.brought.own)}"
    for line, path in outcome.brought.hiding.items():
        yield "left out", f".gitignore: {line}, which would hide {path}"


def _of_names(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Count the old names that are left, and show the first that somebody has to look at."""
    if not outcome.left:
        return
    counts = ", ".join(f"{count} in {kind}" for kind, count in outcome.left.counts.items())
    yield "old names", f"{counts}: see {outcome.listed}"
    telling = outcome.left.telling
    for place in telling[:_PLACES]:
        yield "look at", place
    if (rest := len(telling) - _PLACES) > 0:
        yield "", f"and {rest} more: {outcome.listed}"


def _of_seeds(seeds: Seeds) -> Iterator[tuple[str, str]]:
    if seeds.brought:
        yield "brought", f"{some(seeds.brought)}; yours from now on"
    if seeds.unused:
        yield "unused", f"{some(seeds.unused)}; yours, to keep or delete"
    if seeds.differing:
        yield "untouched", f"{some(seeds.differing)}; a patch has what the answers change there"


def _changes(repository: Repository) -> str:
    """Count what `git status` shows of the project, by kind."""
    status = repository.git("status", "--porcelain", "-z", "--untracked-files=all", "--", ".")
    kinds: Counter[str] = Counter()
    entries = iter(paths(status))
    for entry in entries:
        code = entry[:2]
        if code[0] == "R":
            next(entries)  # where it was
            kinds["moved"] += 1
        elif "U" in code or code in {"AA", "DD"}:
            kinds["in conflict"] += 1
        elif code == "??" or code[0] == "A":
            kinds["new"] += 1
        else:
            kinds["removed" if "D" in code else "changed"] += 1
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "none changed"


def decided(clash: Clash) -> str:
    """Say what came of a value that both sides had changed."""
    yours, template = (
        shorten(side, _WORDS, placeholder="...") for side in (clash.yours, clash.template)
    )
    if not clash.kept:
        return f"was {yours}, and is gone by your answer"
    if not yours:
        return f"stays away; {clash.by} has {template}"
    now = f"{clash.by} has {template}" if template else f"{clash.by} no longer has it"
    return f"stays {yours}; {now}"


def counting(clash: Clash) -> str:
    """Say which value of an overlay counts, in the place of which."""
    over, below = (
        shorten(side, _WORDS, placeholder="...") for side in (clash.yours, clash.template)
    )
    return f"is {over}, from {clash.by}; without it, {below}"


def _shown(value: object) -> str:
    return "none" if value is None or value == "" else str(value)
