"""What Copier could not merge, or merged in git's mood, and left without a conflict in the index.

Copier brings the user's edits back by `git apply`. What that rejects is in `.rej` files, which
Copier makes conflicts of where `git status` shows them and `--conflict rej` does not ask for them.
Settings of `git apply` can have it refuse all edits, or change them, and it brings no edit back of
what git takes for binary, as text in UTF-16. Here, such files are merged again, from the same three
sides. So is a pyproject.toml that two changes without a conflict have spoiled: git does not know
that a table holds a key only once.
"""

from collections.abc import Mapping
from typing import NamedTuple

from treewright.updating import merging, owners, seeds
from treewright.updating.answers import Update
from treewright.updating.names import Names
from treewright.updating.rendering import current, render
from treewright.updating.repository import (
    BASE,
    FILE_MODES,
    LINK_MODE,
    OURS,
    THEIRS,
    Entry,
    GitError,
    Repository,
    Stage,
)
from treewright.updating.untracked import places

_SETTINGS = "pyproject.toml"
# What `git apply` does to white space that it does not like: https://git-scm.com/docs/git-apply
_SPOILING = {
    "apply.whitespace": {"fix", "strip", "error", "error-all"},
    "apply.ignorewhitespace": {"change"},
}


class Reject(NamedTuple):
    """A file that Copier did not merge, as it had left it.

    Args:
        path: The file.
        stage: What the index had of it.
        text: What was in it.
        beside: What each `.rej` file of it held, by its path.

    """

    path: str
    stage: Stage
    text: bytes
    beside: dict[str, bytes]


def take_up(update: Update, answers_file: str) -> list[Reject]:
    """Merge again what was rejected or spoiled; what clashes is a conflict like any other.

    A `.rej` file goes where all that it adds was the user's already: it then is in the index.

    Args:
        update: The update.
        answers_file: The answers file, which Copier writes whole.

    Returns:
        What there was.

    """
    repository = update.repository
    entries = {
        entry.path: entry
        for entry in repository.entries()
        if not entry.stage and entry.path != answers_file and entry.mode in FILE_MODES
        if not owners.is_owned(entry.path, update.now)
    }
    rejected = {
        path: [left for left in beside if left.endswith(".rej")]
        for path, beside in repository.rejects().items()
        if path in entries
    }
    paths = [path for path, beside in rejected.items() if beside]
    paths += [path for path in repository.changed_binaries() if path in entries]
    if _spoils(repository):
        from pathspec import GitIgnoreSpec  # noqa: PLC0415  # slow, and seldom needed

        own = GitIgnoreSpec.from_lines(seeds.patterns(Names.of(update.now).package_dir))
        paths = [path for path in entries if not own.match_file(path)]
    elif _SETTINGS in entries and merging.broken(repository):
        paths.append(_SETTINGS)
    if not paths:
        return []
    bases, news = rendered(update, paths)
    taken = []
    for path in dict.fromkeys(paths):
        entry, base, theirs = entries[path], bases.get(path), news.get(path)
        ours, text = repository.blob(entry.blob), repository.read(path)
        beside = {left: repository.read(left) or b"" for left in rejected.get(path, ())}
        if text is None or theirs is None or ours == base:
            continue
        if path == _SETTINGS and merging.fault(ours):  # no merge makes that well
            continue
        if not all(_is_of(ours, rejection) for rejection in beside.values()):
            continue
        _merge(repository, entry, {BASE: base, OURS: ours, THEIRS: theirs})
        for left in beside:
            (repository.project / left).unlink()
        taken.append(Reject(path, Stage(entry.mode, entry.blob), text, beside))
    return taken


def behind_links(update: Update) -> list[str]:
    """Give the files of the template that are links here, and that it has changed.

    The link stays, and what it leads to is the user's.
    """
    linked = [
        entry.path
        for entry in update.repository.entries()
        if entry.mode == LINK_MODE and not owners.is_owned(entry.path, update.now)
    ]
    if linked:  # to list the template's files takes longer
        managed = places(update.versions[0])
        linked = [path for path in linked if path in managed]
    if not linked:
        return []
    bases, news = rendered(update, linked)
    return [path for path in linked if bases.get(path) != news.get(path)]


def give_back(repository: Repository, taken: list[Reject]) -> None:
    """Put back what is in conflict still, as Copier had left it.

    Args:
        repository: The project.
        taken: What was taken up.

    """
    unmerged = repository.unmerged()
    for reject in taken:
        if reject.beside and reject.path in unmerged:
            repository.write(reject.path, reject.text)
            repository.settled(reject.path, reject.stage)
            for left, text in reject.beside.items():
                repository.write(left, text)


def _spoils(repository: Repository) -> bool:
    """Tell whether git's settings have `git apply` change what it applies, or refuse it."""
    found = repository.settings(*_SPOILING)
    return any(value in _SPOILING[name] for name, value in found.items())


def rendered(update: Update, paths: list[str]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Render files with the answers of before, by that release, and with those of now."""
    patterns = [f"/{path}" for path in paths]
    before, _ = update.versions
    with current() as template:
        new = render(update.now, patterns, source=template)
    old = render(update.before, patterns, version=before) or {}
    old = {path: data for path, data in old.items() if not owners.is_owned(path, update.before)}
    return old, new or {}


def _is_of(ours: bytes, rejection: bytes) -> bool:
    """Tell whether the user's file has every line that a rejected patch adds."""
    lines = {line.rstrip(b"\r\n") for line in ours.splitlines()}
    added = (line[1:] for line in rejection.splitlines() if line.startswith(b"+"))
    return all(line.rstrip(b"\r\n") in lines for line in added if not line.startswith(b"++ "))


def _merge(repository: Repository, entry: Entry, sides: Mapping[int, bytes | None]) -> None:
    """Merge a file; in the index, it is in conflict where lines clash or it is no text."""
    there = {side: data for side, data in sides.items() if data is not None}
    try:
        text, conflicts = repository.merge_texts({BASE: b"", **there})
    except GitError:
        text, conflicts = there[OURS], 1
    if conflicts or (entry.path == _SETTINGS and merging.fault(text)):
        repository.mark_unmerged(entry.path, there, entry.mode)
    repository.write_as_checked_out(entry.path, text)
