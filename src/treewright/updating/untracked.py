"""Files of the user's that git does not know, where the template has files of its own.

Copier overwrites or deletes them: git says nothing of what it ignores, or is told not to show. They
are kept beside the index until the update has ended.
"""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from treewright.disk import is_regular
from treewright.updating.repository import Repository

_TEMPLATE = Path(__file__).parents[3]
_KEPT = "treewright-kept"


def keep(repository: Repository, version: str) -> None:
    """Keep what the update may overwrite or delete.

    Args:
        repository: The project.
        version: The release of the template that it has.

    """
    folder = _folder(repository)
    shutil.rmtree(folder, ignore_errors=True)  # of an update that was killed
    tracked = {*repository.files()}
    for path in sorted(places(version) - tracked):
        if is_regular(repository.project / path):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(repository.project / path, folder / path)


def give_back(repository: Repository) -> list[str]:
    """Give back what was overwritten or deleted, and say which files these are."""
    folder = _folder(repository)
    taken = []
    for kept in [path for path in folder.rglob("*") if is_regular(path)]:
        path = kept.relative_to(folder).as_posix()
        if repository.read(path) != kept.read_bytes():
            repository.write(path, kept.read_bytes())
            shutil.copystat(kept, repository.project / path)
            taken.append(path)
    shutil.rmtree(folder, ignore_errors=True)
    return sorted(taken)


def places(version: str) -> set[str]:
    """Give the paths that managed files of any answers have, outside of the package.

    Args:
        version: The release of before; what only it has is deleted by the update.

    """
    template = Repository(_TEMPLATE)
    found: set[str] = set()
    for release in ("HEAD", version):
        known = dict(re.findall(r"(?m)^(\w+) +(\S+)(?: +[\w-]+)+$", _table(template, release)))
        for file in template.committed_files("template", release):
            path = _filled(file.removeprefix("template/").removesuffix(".jinja"), known)
            found |= {path} if "{" not in path else set()
    return found


def _table(template: Repository, release: str) -> str:
    """Give the table of names and paths; up to v0.7.0, project.jinja had it."""
    listed = template.committed("includes/places.txt", release)
    return (listed or template.committed("includes/project.jinja", release) or b"").decode()


def _filled(path: str, names: Mapping[str, str]) -> str:
    """Give the path of a file of the template with the names that its answers bring."""
    return re.sub(r"{{ project\.(\w+) }}", lambda found: names.get(found[1], found[0]), path)


def _folder(repository: Repository) -> Path:
    return repository.project / repository.beside_index(_KEPT)
