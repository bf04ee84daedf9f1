"""Rewrite what names the package in all files of a project, when it is called otherwise."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath

from disk import write_whole
from updating import scripts
from updating.names import Change, Names, Place
from updating.repository import Repository

SCRIPT = Path(__file__).parents[1] / "rename_imports.py"
# uv writes its lock itself. What a changelog says was so at its time.
LEFT = re.compile(r"uv\.lock|(?:CHANGELOG|CHANGES|HISTORY|NEWS)(?:\.\w+)?", re.IGNORECASE)
PYTHON = (".py", ".pyi")
DATA = (".csv", ".tsv", ".jsonl", ".sql", ".log", ".svg")  # what is in it is about other things
BINARY = b"\0"
MADE = re.compile(r"__(?:package|name)__.*\.upper\(\)")
EXPORTS = re.compile(r"(?ms)^__all__(?:: [\w\[\], ]+)? = [\[(](.*?)[\])]")


@dataclass(frozen=True)
class Fixed:
    """What became of the files that name the package.

    Args:
        changed: The files that were rewritten.
        places: Where a person has to look, by file.
        notice: One sentence where Python files could not be rewritten; else empty.

    """

    changed: tuple[str, ...] = ()
    places: tuple[tuple[str, Place], ...] = ()
    notice: str = ""

    def __str__(self) -> str:
        """List the places, a line each."""
        return "\n".join(
            f"{path}:{place.line}: {place.text} ({place.reason})" for path, place in self.places
        )


def members(package: Path) -> frozenset[str]:
    """Give the names of what is in a package: modules, subpackages, files and public objects."""
    found = {"__version__"}
    for path in package.iterdir() if package.is_dir() else ():
        found |= {path.name, path.name.partition(".")[0]}
    init = package / "__init__.py"
    if init.is_file():
        for listed in EXPORTS.findall(init.read_text(encoding="utf-8", errors="replace")):
            found |= set(re.findall(r"[\"'](\w+)[\"']", listed))
    return frozenset(found - {"", "__pycache__"})


def spelled(package: Path, names: Names) -> frozenset[str] | None:
    """Give the environment variables that a package spells out; None if it makes none's name.

    It makes names where it has its own in capitals: the starter `pipeline` does.
    """
    texts = [file.read_text("utf-8", errors="replace") for file in sorted(package.rglob("*.py"))]
    if not any(MADE.search(text) for text in texts):
        return None
    full = re.compile(rf"[\"']({names.variables}\w+)[\"']")
    return frozenset(name for text in texts for name in full.findall(text))


def fix(repository: Repository, change: Change, answers_file: str = ".copier-answers.yml") -> Fixed:
    """Rewrite what names the package in all files that git knows, or would know.

    Files in conflict are rewritten as texts, whatever they are. What only may name the package is
    listed, as is what does so in data.

    Args:
        repository: The project.
        change: What the package was called, and is called now.
        answers_file: The file of the answers, which Copier writes.

    Raises:
        GitError: If git fails.

    """
    if not change:
        return Fixed()
    project, unmerged = repository.project, repository.unmerged().keys()
    touched = {*repository.files("--modified")}
    touched |= {*repository.files("--others", "--exclude-standard")}
    search = re.compile("|".join(sorted(map(re.escape, _spellings(change.before)), key=len)[::-1]))
    texts, python, data = [], {}, []
    for path in repository.files("--cached", "--others", "--exclude-standard", "--deduplicate"):
        if path == answers_file or LEFT.fullmatch(PurePosixPath(path).name):
            continue
        text = _read(project / path)
        if text is None or not search.search(text):
            continue
        if path.endswith(PYTHON) and path not in unmerged:
            python[path] = path not in touched
        elif path.endswith(DATA):
            data.append(path)
        else:
            texts.append(path)

    changed, places = [], []
    for path in texts:
        old = _before(repository, path) if path in touched | unmerged else None
        rewritten, found = _rewrite(project / path, change.unmixed(), old)
        changed += [path] if rewritten else []
        places += [(path, place) for place in found]
    renamed, refused, notice = _rename(project, change, python)
    changed += renamed
    places += [
        (path, place)
        for path in [*python, *data]
        for place in _places(project / path, change, plain=path in refused)
    ]
    return Fixed(tuple(sorted(changed)), tuple(sorted(places, key=_order)), notice)


def _order(found: tuple[str, Place]) -> tuple[str, int]:
    return found[0], found[1].line


def _spellings(names: Names) -> set[str]:
    """Give what a file contains that may name the package."""
    root = {"src"} if names.package_dir.startswith("src/") else set()
    return root | {
        names.distribution,
        names.command,
        names.archive,
        names.import_path,
        names.import_path.rpartition(".")[2],
        names.folder,
        names.variables,
    }


def _read(file: Path) -> str | None:
    """Give a text, byte for byte; None of what is none, and of a link."""
    if file.is_symlink() or not file.is_file():
        return None
    data = file.read_bytes()
    return None if BINARY in data else data.decode("utf-8", errors="surrogateescape")


def _before(repository: Repository, path: str) -> frozenset[str]:
    """Give the lines that a file had before the update; none if it had no file."""
    old = repository.staged(path) or b""
    return frozenset(old.decode("utf-8", errors="surrogateescape").splitlines())


def _rewrite(file: Path, change: Change, old: frozenset[str] | None) -> tuple[bool, list[Place]]:
    """Rewrite a text, at once.

    Args:
        file: The file.
        change: The change of names.
        old: The lines of before. Others came with the update, under the new names: they stay.
            None if all are.

    Returns:
        Whether it has changed, and where a person has to look.

    """
    text = _read(file) or ""
    lines, places = [], []
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        is_old = old is None or line.rstrip("\r\n") in old
        lines.append(change.text(line) if is_old else line)
        if is_old:
            found = change.places(lines[-1], file.name)
            places += [replace(place, line=number) for place in found]
    new = "".join(lines)
    if new != text:
        write_whole(file, new.encode("utf-8", errors="surrogateescape"))
    return new != text, places


def _places(file: Path, change: Change, *, plain: bool) -> Iterable[Place]:
    """Yield where to look in a file; with a plain search, wherever it has a name."""
    text = _read(file) or ""
    if not plain:
        yield from change.places(text, file.name)
        return
    before = change.before
    pairs = (
        (before.import_path, change.now.import_path),
        (before.package_dir, change.now.package_dir),
        (before.distribution, change.now.distribution),
    )
    names = "|".join(re.escape(old) for old, new in pairs if old != new)
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(rf"(?<!\w)(?:{names})(?!\w)", line) or re.search(
            rf"\bfrom {re.escape(before.import_path.rpartition('.')[0])} import ", line
        ):
            yield Place(number, line.strip(), "it names the package as before")


def _rename(
    project: Path, change: Change, python: dict[str, bool]
) -> tuple[list[str], list[str], str]:
    """Rewrite Python files by the script for it.

    Returns:
        The files that were rewritten, those that were left alone although they may have a name to
        rewrite, and one sentence on the latter; empty if there are none.

    """
    if not python:
        return [], [], ""
    before = {path: _read(project / path) for path in python}
    try:
        done = scripts.run(SCRIPT, _given(project, change, python))
    except scripts.ScriptError as error:
        # It may have failed when it had written some of them: a full disk.
        changed = [path for path in python if _read(project / path) != before[path]]
        refused = [path for path in python if path not in changed]
        which = "Some Python files" if changed else "Python files"
        return changed, refused, f"{which} were left alone, because {error}: fix what is listed."
    refused = done["refused"]
    notice = f"Left alone, as no tool reads it as Python: {', '.join(refused)}." if refused else ""
    return done["changed"], refused, notice


def _given(project: Path, change: Change, python: dict[str, bool]) -> dict[str, object]:
    """Give what the script reads."""
    return {
        "project": str(project),
        "before": asdict(change.before),
        "now": asdict(change.now),
        "members": sorted(change.members),
        "spelled": None if change.spelled is None else sorted(change.spelled),
        "files": python,
    }
