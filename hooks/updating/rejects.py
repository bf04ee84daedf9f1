"""What Copier could not merge and left in files beside: conflicts like any other.

Copier turns its `.rej` files into conflicts itself, where `git status` shows them and
`--conflict rej` does not ask for them. Here, what it left is merged from the same three sides.
"""

from typing import NamedTuple

from updating.answers import Update
from updating.rendering import current, render
from updating.repository import BASE, FILE_MODES, OURS, THEIRS, GitError, Repository, Stage


class Reject(NamedTuple):
    """A file that was in conflict beside the index, as Copier had left it.

    Args:
        path: The file.
        stage: What the index had of it.
        text: What was in it.
        left: What each file beside it held, by its path.

    """

    path: str
    stage: Stage
    text: bytes
    left: dict[str, bytes]


def take_up(update: Update) -> list[Reject]:
    """Make conflicts of what was rejected, in the index and in the files.

    A file beside goes where all that it adds was the user's already, as it then is in the index.

    Args:
        update: The update.

    Returns:
        What there was.

    """
    repository = update.repository
    rejected = {
        path: [left for left in beside if left.endswith(".rej")]
        for path, beside in repository.rejects().items()
        if path not in repository.unmerged()
    }
    rejected = {path: beside for path, beside in rejected.items() if beside}
    if not rejected:
        return []
    patterns = [f"/{path}" for path in rejected]
    before, _ = update.versions
    bases = render(update.before, patterns, version=before)
    with current() as template:
        news = render(update.now, patterns, source=template)
    if bases is None or news is None:
        return []
    entries = {entry.path: entry for entry in repository.entries()}
    taken = []
    for path, beside in rejected.items():
        entry, text = entries[path], repository.read(path)
        if entry.mode not in FILE_MODES or text is None:
            continue
        ours = repository.blob(entry.blob)
        files = {left: repository.read(left) or b"" for left in beside}
        if not all(_is_of(ours, rejection) for rejection in files.values()):
            continue
        sides = {BASE: bases.get(path), OURS: ours, THEIRS: news.get(path)}
        _conflict(repository, path, {key: one for key, one in sides.items() if one is not None})
        for left in files:
            (repository.project / left).unlink()
        taken.append(Reject(path, Stage(entry.mode, entry.blob), text, files))
    return taken


def give_back(repository: Repository, taken: list[Reject]) -> None:
    """Put back what is in conflict still, as Copier had left it.

    Args:
        repository: The project.
        taken: What was taken up.

    """
    for reject in taken:
        if reject.path in repository.unmerged():
            repository.write(reject.path, reject.text)
            repository.settled(reject.path, reject.stage)
            for left, text in reject.left.items():
                repository.write(left, text)


def _is_of(ours: bytes, rejection: bytes) -> bool:
    """Tell whether the user's file has every line that a rejected patch adds."""
    lines = {line.rstrip(b"\r\n") for line in ours.splitlines()}
    added = (line[1:] for line in rejection.splitlines() if line.startswith(b"+"))
    return all(line.rstrip(b"\r\n") in lines for line in added if not line.startswith(b"++ "))


def _conflict(repository: Repository, path: str, sides: dict[int, bytes]) -> None:
    repository.mark_unmerged(path, sides)
    if THEIRS not in sides:
        repository.write_as_checked_out(path, sides[OURS])
        return
    try:
        text, _ = repository.merge_texts({BASE: b"", **sides})
    except GitError:  # it is no text
        text = sides[OURS]
    repository.write_as_checked_out(path, text)
