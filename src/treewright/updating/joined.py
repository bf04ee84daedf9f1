"""What an update does in a repository that joined the template, which keeps what is its own.

Two files have lines of both: pyproject.toml and .gitignore. What else was there is never rendered
(the answer `own_files`). In pyproject.toml, a table or a dependency group that was there before the
template had one of that name is the repository's for good: the answer `own_tables` remembers it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from treewright.updating import ignoring, line_sets, merging, rejects, sides
from treewright.updating.answers import EMPTY, Update, listed
from treewright.updating.layers import NONE, Layers
from treewright.updating.merging import File
from treewright.updating.repository import BASE, OURS, THEIRS, Repository, Stage

FILES = SETTINGS, IGNORED = "pyproject.toml", ".gitignore"
OWN = "own_tables"
_VERSIONS = 200  # of a file that are looked at
_ANSWER = re.compile(rf"(?m)^{OWN}:.*\n(?:[- ].*\n)*")

_NONE: Mapping[str, Layers] = {}

Translate = Callable[[str, str], str]


@dataclass
class Brought:
    """What the two files got.

    Args:
        files: Each that was merged, with the values that both sides had changed.
        own: The tables and groups that are found to be the repository's.
        hiding: Lines that stay away from .gitignore, each with a tracked file that it would hide.
        notes: Sentences on what could not be done.

    """

    files: list[File] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    hiding: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def is_joining(update: Update) -> bool:
    """Tell whether a repository joins by an update."""
    return update.versions[0] == EMPTY


def has_joined(update: Update) -> bool:
    """Tell whether a repository was made without the template."""
    return is_joining(update) or update.now.get("joined") is True


def merge(
    update: Update, answers_file: str, translate: Translate, layers: Mapping[str, Layers] = _NONE
) -> Brought:
    """Merge the two files in the place of Copier, and remember what is the repository's.

    Args:
        update: The update, as Copier left it.
        answers_file: The answers file.
        translate: Rewrites an older text, of which it also gets the path, so that it speaks of the
            package by its new name.
        layers: What overlays lay over files.

    Raises:
        GitError: If git fails.
        OSError: If a file cannot be written.

    """
    brought = Brought()
    _create(update)
    joins = {SETTINGS: _join_settings, IGNORED: _join_ignored}
    for path, found in sides.of(update, joins).items():
        if found.stage is None and path == SETTINGS:  # it is the template's alone
            continue
        try:
            texts = {side: merging.text(data) for side, data in found.data.items()}
            texts |= {side: translate(texts[side], path) for side in (BASE, OURS)}
            data = joins[path](update, texts, brought, layers.get(path, NONE)).encode()
        except merging.LeftError as left:
            data = found.data[OURS]
            told = f"{path} stays as it was, without what the template has for it: {left}."
            brought.notes.append(told)
        _write(update.repository, path, found.stage, found.data, data)
    if brought.own:
        _remember(update, answers_file, brought.own)
    return brought


def _create(update: Update) -> None:
    """Have pyproject.toml, where the repository has none, from when on it says something.

    An empty one would have a build by setup.py become another (PEP 517).
    """
    repository = update.repository
    if repository.staged(SETTINGS) is not None:
        return
    bases, news = rejects.rendered(update, [SETTINGS])
    base, theirs = bases.get(SETTINGS, b""), news.get(SETTINGS, b"")
    there = repository.read(SETTINGS) or b""
    if there.strip() and there != theirs and SETTINGS not in repository.unmerged():
        return  # the owner's, which git does not track
    if theirs.strip() and not base.strip():
        repository.git("rm", "--quiet", "--cached", "--ignore-unmatch", "--", SETTINGS)
        repository.write_as_checked_out(SETTINGS, theirs)
    elif not theirs.strip():
        (update.project / SETTINGS).unlink(missing_ok=True)


def _join_settings(
    update: Update, texts: Mapping[int, str], brought: Brought, layers: Layers
) -> str:
    before, now = (listed(answers, OWN) for answers in (update.before, update.now))
    given_up = [name for name in before if name not in now]
    text, file, own = merging.join_toml(texts, now, given_up, layers)
    brought.own = own[len(now) :]
    brought.files.append(file)
    return text


def _join_ignored(
    update: Update, texts: Mapping[int, str], brought: Brought, layers: Layers
) -> str:
    """Merge .gitignore, without the lines that would hide a tracked file, as git itself says."""
    repository = update.repository
    base = line_sets.lay(IGNORED, texts[BASE], layers.before).text
    theirs = line_sets.lay(IGNORED, texts[THEIRS], layers.now).text
    while True:
        text = ignoring.join(base, texts[OURS], theirs, brought.hiding)
        repository.write_as_checked_out(IGNORED, text.encode())
        mine = {*texts[OURS].splitlines(), *brought.hiding}
        hiding = {line: path for line, path in _hiding(repository) if line not in mine}
        if not hiding:
            brought.files.append(File(IGNORED, "lines"))
            return text
        brought.hiding |= hiding


def _hiding(repository: Repository) -> Iterator[tuple[str, str]]:
    """Yield the lines of .gitignore that hide tracked files, each with one of these."""
    hidden = repository.files("--cached", "--ignored", f"--exclude-per-directory={IGNORED}")
    for file, line, path in repository.ignoring(hidden):
        if file == f"{repository.prefix}{IGNORED}":
            yield line, path


def _write(
    repository: Repository, path: str, stage: Stage | None, sides: Mapping[int, bytes], data: bytes
) -> None:
    """Write a file; where the template took back what it had brought, as it was before that."""
    gone = {*sides[BASE].splitlines()} - {*sides[THEIRS].splitlines()}
    earlier = _earlier(repository, path, data) if any(gone) else None
    if earlier is None and not data and not sides[THEIRS]:
        (repository.project / path).unlink(missing_ok=True)
    else:
        repository.write_as_checked_out(path, data if earlier is None else earlier)
    if stage and path in repository.unmerged():
        repository.settled(path, stage)


def _earlier(repository: Repository, path: str, data: bytes) -> bytes | None:
    """Give an earlier version that differs by no more than blank lines and the end of the last."""
    if b'"""' in data or b"'''" in data:  # where a blank line may be of a value
        return None
    wanted = [line for line in data.splitlines() if line.strip()]
    commits = repository.git("log", f"-{_VERSIONS}", "--format=%H", "--", path).decode().split()
    for commit in commits:
        version = repository.committed(path, commit)
        if (
            version is not None
            and [line for line in version.splitlines() if line.strip()] == wanted
        ):
            return version
    return None


def _remember(update: Update, answers_file: str, own: list[str]) -> None:
    """Add to the answer what was found to be the repository's."""
    text = (update.project / answers_file).read_text(encoding="utf-8")
    answer = yaml.safe_dump({OWN: [*listed(update.now, OWN), *own]}, allow_unicode=True)
    text = _ANSWER.sub(lambda _: answer, text)
    update.repository.write(answers_file, text.encode())
