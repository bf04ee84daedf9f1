"""`--take`, `--give`, `--add` and `--remove`: who owns a file, or a kind of tool, from now on."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from treewright.adopting import features, stored
from treewright.adopting.errors import RefusedError, UnableError
from treewright.adopting.source import Source
from treewright.adopting.trying import MERGED
from treewright.updating.answers import plain
from treewright.updating.repository import Repository

_MANAGED = frozenset({*MERGED, stored.NAME})


@dataclass(frozen=True)
class Change:
    """What is to be another's.

    Args:
        take: Files that Treewright is to have.
        give: Files that are the owner's from now on.
        add: Kinds that Treewright is to bring.
        remove: Kinds that are the owner's from now on.
        given: Other answers.

    """

    take: Sequence[str] = ()
    give: Sequence[str] = ()
    add: Sequence[str] = ()
    remove: Sequence[str] = ()
    given: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether anything changes."""
        return bool(self.take or self.give or self.add or self.remove)


def changed(
    repository: Repository, source: Source, answers: Mapping[str, object], change: Change
) -> dict[str, object]:
    """Give the answers that change.

    Args:
        repository: The project.
        source: The template.
        answers: The answers that it has.
        change: What is asked for.

    Raises:
        RefusedError: If something is as it is asked for already, or is not there.
        UnableError: If the usage is wrong.

    """
    _check(source, answers)
    own_files, own_kinds = _list(answers, "own_files"), _list(answers, "own_kinds")
    version = str(answers["_commit"])
    now = source.render(plain(answers) | {"own_files": []}, version)
    managed = [path for path in now if path not in _MANAGED]
    files = [*own_files]
    for path in (_relative(repository, word) for word in change.take):
        _check_take(path, files, managed)
        files.remove(path)
    for path in (_relative(repository, word) for word in change.give):
        _check_give(path, files, managed)
        files.append(path)
    kinds = _kinds(own_kinds, change)
    values: dict[str, object] = {**change.given}
    if kinds != own_kinds:
        values |= {**features.switches(kinds, {**answers, **values}), "own_kinds": kinds}
        files += _of_owner(repository, source, {**answers, **values}, {*managed, *files})
    if files != own_files:
        values["own_files"] = sorted(files)
    if change.given or kinds != own_kinds:
        source.render(plain({**answers, **values}), version)
    return values


def _check(source: Source, answers: Mapping[str, object]) -> None:
    address, version = answers.get("_src_path"), str(answers.get("_commit"))
    if not source.is_that_of(address):
        raise RefusedError(
            f"{stored.NAME} names another template: {address}. Run the `treewright adopt` of that"
            " one."
        )
    if "own_kinds" not in answers:
        raise RefusedError(
            f"The project is of {version}, which does not know who owns a file. Update it first:"
            f" {source.update}"
        )
    if not source.has(version):
        raise RefusedError(
            f"{version}, which the project is of, is not at hand here. Update it first:"
            f" {source.update}"
        )


def _kinds(own_kinds: Sequence[str], change: Change) -> list[str]:
    for kind in change.add:
        if kind not in own_kinds:
            raise RefusedError(f"{kind} comes from Treewright already.")
    for kind in change.remove:
        if kind in own_kinds:
            raise RefusedError(f"{kind} is yours already.")
    if both := [*{*change.add} & {*change.remove}]:
        raise UnableError(f"{both[0]} cannot be added and removed at once.")
    kept = {*own_kinds, *change.remove} - {*change.add}
    return [kind for kind in features.KINDS if kind in kept]


def _check_take(path: str, own_files: Sequence[str], managed: Sequence[str]) -> None:
    if path in own_files:
        if path not in managed:
            raise RefusedError(
                f"{path} would have nothing from Treewright: its kind of tool is yours. See"
                " `treewright adopt --add`."
            )
        return
    if path in managed:
        raise RefusedError(f"{path} comes from Treewright already.")
    raise RefusedError(f"{path} is not in own_files{features.nearest(path, own_files)}")


def _check_give(path: str, own_files: Sequence[str], managed: Sequence[str]) -> None:
    if path in own_files:
        raise RefusedError(f"{path} is yours already.")
    if path in _MANAGED:
        raise RefusedError(f"{path} is merged by meaning: what you write there is yours already.")
    if path not in managed:
        near = features.nearest(path, managed)
        raise RefusedError(f"{path} does not come from Treewright, so it is yours already{near}")


def _of_owner(
    repository: Repository, source: Source, answers: Mapping[str, object], known: set[str]
) -> list[str]:
    """Give the files that are there where a kind that is added has its own."""
    now = source.render(plain(answers), str(answers["_commit"]))
    return [
        path
        for path in now
        if path not in known | _MANAGED and os.path.lexists(repository.project / path)
    ]


def _relative(repository: Repository, word: str) -> str:
    """Give a path as own_files has it.

    Raises:
        UnableError: If it leads out of the project.

    """
    project = Path(os.path.normpath(repository.project.absolute()))
    place = Path(os.path.normpath(project / word))
    if not place.is_relative_to(project) or place == project:
        raise UnableError(f"{word} is not the path of a file in {project}.")
    return PurePosixPath(place.relative_to(project)).as_posix()


def _list(answers: Mapping[str, object], name: str) -> list[str]:
    found = answers.get(name) or []
    if not isinstance(found, list):
        raise UnableError(f"{name} in {stored.NAME} is not a list.")
    return [str(one) for one in found]
