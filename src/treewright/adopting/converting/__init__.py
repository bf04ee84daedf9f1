"""`treewright adopt --convert`: metadata from older places goes into [project], as it was.

Sources: https://packaging.python.org/en/latest/specifications/pyproject-toml/ (PEP 621, PEP 639),
https://setuptools.pypa.io/en/latest/userguide/declarative_config.html and
https://python-poetry.org/docs/pyproject/
"""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from treewright import disk, machine
from treewright.adopting import wheels
from treewright.adopting.converting import (
    correcting,
    meaning,
    of_poetry,
    of_requirements,
    of_setuptools,
    tables,
)
from treewright.adopting.converting.drafts import Draft, UnconvertedError, text_of
from treewright.adopting.wheels import Contents, Difference, NotBuiltError
from treewright.proof import copying
from treewright.proof.project import Project
from treewright.toml_merge.syntax import Path as Key
from treewright.toml_merge.syntax import comments

_FILE = "pyproject.toml"
# The first versions that read [project], and those that read a licence expression there (PEP 639).
_OLDEST = {"setuptools": ("61", "77.0.3"), "poetry-core": ("2.0", "2.2")}
_SHOWN = 3

__all__ = ["Converted", "UnconvertedError", "convert"]


@dataclass(frozen=True)
class Converted:
    """What a conversion changed in the tree; nothing is staged, nothing committed.

    Args:
        source: where the metadata was: `setup.cfg`, `setup.cfg and setup.py`, `[tool.poetry]`.
        files: the files that changed, by path; those that went have None.
        done: what was done, one sentence each.

    """

    source: str
    files: Mapping[str, bytes | None]
    done: list[str]


def convert(project: Path) -> Converted:
    """Move the metadata of a project into a [project] table, and see that its wheel is the same.

    The caller has seen that the tree is clean. This runs the project's build backend, twice, in
    copies; nothing of the project is run to read what it says.

    Args:
        project: The project's folder.

    Raises:
        UnconvertedError: If it cannot be done; nothing is changed then.

    """
    text = text_of(project / _FILE) or ""
    settings = _settings(text)
    if "project" in settings:
        raise UnconvertedError(f"{_FILE} has a [project] table: there is nothing to convert.")
    for name in (_FILE, "setup.cfg", "setup.py", ".flake8"):
        if (project / name).is_symlink():
            raise UnconvertedError(f"{name} is a link; put the file itself there first.")
    if not machine.uv():
        raise UnconvertedError("uv is needed to convert metadata, and was not found.", 2)
    draft, before = _draft(project, settings)
    files = _files(project, settings, draft, before)
    with _copy(project, settings, files) as place:
        after = _built(place, "once converted, ")
    if before is not None and (found := _changes(project, before, after)):
        told = "; ".join(map(str, found[:_SHOWN]))
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise UnconvertedError(f"The wheel would not be what it is: {told}{more}.")
    try:
        _write(project, files)
    except OSError as error:
        sentence = f"{error.filename or project} cannot be written ({error.strerror})."
        raise UnconvertedError(sentence, 2) from error
    done = [*draft.done, *_typed(before, after)]
    return Converted(draft.source, files, _done(project, draft.source, done, before))


def _settings(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnconvertedError(f"{_FILE} cannot be read: {error}.") from error


def _draft(project: Path, settings: dict[str, Any]) -> tuple[Draft, Contents | None]:
    """Find where the metadata is, and draft the tables; give them with the wheel of before."""
    tool = settings.get("tool", {})
    backend = settings.get("build-system", {}).get("build-backend", "")
    if "metadata" in tool.get("flit", {}):
        raise UnconvertedError(
            "No tool converts [tool.flit.metadata]: move it to [project] as flit's documentation"
            " says (https://flit.pypa.io/en/stable/pyproject_toml.html)."
        )
    if backend and not backend.startswith(("poetry", "setuptools.")):
        raise UnconvertedError(
            f"The backend {backend} has its metadata where no tool can read it: write a [project]"
            f" table into {_FILE} by hand."
        )
    older = any((project / name).is_file() for name in ("setup.cfg", "setup.py"))
    if "poetry" in tool and (backend.startswith("poetry") or not (backend or older)):
        if tool["poetry"].get("package-mode") is False:
            raise UnconvertedError("[tool.poetry] says package-mode = false: this is no package.")
        before = _built_by_poetry(project, settings) if not backend else _built(project)
        return of_poetry.draft(project, settings, before), before
    if older:
        before = _built(project)
        if found := of_setuptools.draft(project, before):
            return found, before
    if found := of_requirements.draft(project):
        return found, None
    raise UnconvertedError(
        "There is no metadata to convert, in setup.cfg, setup.py, [tool.poetry], a Pipfile or"
        f" requirements.txt: write a [project] table into {_FILE}."
    )


def _changes(project: Path, before: Contents, after: Contents) -> list[Difference]:
    """Say what is another after; but for what differs between two builds of the same tree."""
    if not (found := meaning.changes(before, after)):
        return []
    own = {one.where for one in meaning.changes(before, _built(project))}
    return [one for one in found if one.where not in own]


def _built_by_poetry(project: Path, settings: dict[str, Any]) -> Contents:
    """Build what Poetry builds where no backend is named; any other tool takes setuptools then."""
    named = f"\n[build-system]\n{of_poetry.BACKEND}"
    with _copy(
        project, settings, {_FILE: (project / _FILE).read_bytes() + named.encode()}
    ) as place:
        return _built(place)


@contextmanager
def _copy(
    project: Path, settings: dict[str, Any], files: Mapping[str, bytes | None]
) -> Iterator[Path]:
    """Copy a project for a while, with files that differ."""
    with TemporaryDirectory() as folder:
        place = copying.copy(Project(project, settings), Path(folder).resolve())
        _write(place, files)
        yield place


def _built(folder: Path, when: str = "") -> Contents:
    try:
        return wheels.build(folder)
    except NotBuiltError as error:
        if error.__cause__:
            raise UnconvertedError(str(error), 2) from error
        sentence = f"{when}{error}"
        raise UnconvertedError(sentence[0].upper() + sentence[1:]) from error


def _files(
    project: Path, settings: dict[str, Any], draft: Draft, before: Contents | None
) -> dict[str, bytes | None]:
    """Give the files that change, pyproject.toml among them."""
    if before is not None:
        root = [path.name for path in project.iterdir() if path.is_file()]
        correcting.correct(draft.data, before, root)
    draft.data["build-system"] = _build_system(settings, draft)
    groups = draft.data.get("dependency-groups", {})
    for name in {*groups} & {*settings.get("dependency-groups", {})}:
        groups[f"{name}-require"] = groups.pop(name)
    data = _pruned(draft.data)
    arriving = tables.text(_ordered(data), draft.comments)
    if draft.text:
        arriving = tables.corrected(draft.text, _ordered(data), arriving)
    arriving = _commented(arriving, draft)
    left = _without(settings, draft.gone)
    wanted = _joined(left, data)
    file = project / _FILE
    there = file.read_bytes().decode() if file.is_file() else ""
    moved = [comment for listed in draft.comments.values() for comment in listed]
    text = tables.joined(there, arriving, wanted, moved)
    if not there and any(b"\r\n" in (content or b"") for content in draft.files.values()):
        text = text.replace("\n", "\r\n")  # as the files that it stands for
    return {_FILE: text.encode(), **draft.files}


def _commented(text: str, draft: Draft) -> str:
    """Put comments that have no place in the tables above [project]."""
    there = {comment.lstrip("# ") for comment in comments(text)}
    said = [comment for listed in draft.comments.values() for comment in listed]
    lost = [comment for comment in said if comment.lstrip("# ") not in there]
    return text.replace("[project]\n", "".join(f"{one}\n" for one in lost) + "[project]\n", 1)


def _build_system(settings: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    """Give [build-system]: the backend that there is, in a version that reads [project]."""
    is_poetry = draft.source == of_poetry.SOURCE
    name = "poetry-core" if is_poetry else "setuptools"
    there = (
        of_poetry.build_system(settings) if is_poetry else dict(settings.get("build-system", {}))
    )
    is_new = isinstance(draft.data["project"].get("license"), str)
    oldest = _OLDEST[name][is_new or "license-files" in draft.data["project"]]
    asked = draft.data.get("build-system", {}).get("requires", [])
    there["requires"] = correcting.requires(there.get("requires", []), name, oldest, *asked)
    there.setdefault("build-backend", draft.backend)
    return there


_ORDER = ("build-system", "project", "dependency-groups", "tool")
_KEYS = (
    *("name", "dynamic", "version", "description", "readme", "license", "license-files"),
    *("authors", "maintainers", "keywords", "classifiers", "requires-python", "dependencies"),
    *("optional-dependencies", "scripts", "gui-scripts", "entry-points", "urls"),
)


def _ordered(data: dict[str, Any]) -> dict[str, Any]:
    """Give tables and the keys of [project] in the order that people write them in."""
    project = {name: data["project"][name] for name in _KEYS if name in data["project"]}
    return {name: data[name] for name in _ORDER if name in data} | {"project": project}


def _pruned(data: dict[str, Any]) -> dict[str, Any]:
    """Give tables without those that say nothing; but an empty one of a plugin turns it on."""
    found = {}
    for name, value in data.items():
        less = _pruned(value) if isinstance(value, dict) else value
        if less != {} or name == "setuptools_scm":
            found[name] = less
    return found


def _without(data: dict[str, Any], gone: list[Key], path: Key = ()) -> dict[str, Any]:
    """Give data without the keys that are gone, nor tables that hold nothing for that."""
    found = {}
    for name, value in data.items():
        here = (*path, name)
        if here in gone:
            continue
        less = _without(value, gone, here) if isinstance(value, dict) else value
        if less or less == value:
            found[name] = less
    return found


def _joined(there: dict[str, Any], arriving: dict[str, Any]) -> dict[str, Any]:
    both = dict(there)
    for name, value in arriving.items():
        other = both.get(name)
        if isinstance(other, dict) and isinstance(value, dict):
            both[name] = _joined(other, value)
        else:
            both[name] = value
    return both


def _write(folder: Path, files: Mapping[str, bytes | None]) -> None:
    """Write files, all of them or none."""
    there = {name: _content(folder / name) for name in files}
    try:
        for name, content in files.items():
            _put(folder / name, content)
    except OSError:
        for name, content in there.items():
            if _content(folder / name) != content:
                _put(folder / name, content)
        raise


def _content(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None


def _put(file: Path, content: bytes | None) -> None:
    if content is None:
        file.unlink(missing_ok=True)
    else:
        disk.write_whole(file, content)


def _typed(before: Contents | None, after: Contents) -> Iterator[str]:
    kind = meaning.fields(after).get("Description-Content-Type")
    untyped = before and "Description-Content-Type" not in meaning.fields(before)
    if untyped and kind and not kind[0].startswith("text/x-rst"):
        yield f"The description is {kind[0]} now; it had no type, which PyPI takes for text/x-rst."


def _builds_on_less(before: Contents) -> bool:
    """Tell whether a Python was supported on which no backend reads a licence expression."""
    python = "".join(meaning.fields(before).get("Requires-Python", []))
    try:
        return SpecifierSet(python).contains("3.8.20")
    except InvalidSpecifier:
        return False


def _done(project: Path, source: str, done: list[str], before: Contents | None) -> list[str]:
    """Say what was done, for a person."""
    same = "The wheel holds the same files, and its metadata says the same."
    new = "There was no wheel before to compare with."
    lead = f"{_FILE} has a [project] table, made from {source}."
    more = []
    if before is not None and _builds_on_less(before):
        more.append("A build from source needs Python 3.9 now; wheels are installed as before.")
    if source == of_poetry.SOURCE:
        more.append("Poetry 2 or newer reads it.")
        if (project / "poetry.lock").is_file():
            more.append("Run `poetry lock`: poetry.lock knows the former table.")
    return [lead, *more, *done, new if before is None else same]
