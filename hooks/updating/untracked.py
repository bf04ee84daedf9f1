"""Files of the user's that git does not know, where the template has files of its own.

Copier overwrites them: it knows of no difference, as git says nothing of what it ignores, or is
told not to show. They are kept beside the index until the update has ended.
"""

import re
import shutil
from pathlib import Path

from disk import is_regular, write_whole
from updating.rendering import TEMPLATE
from updating.repository import Repository

_KEPT = "treewright-kept"


def keep(repository: Repository) -> None:
    """Keep what the update may overwrite."""
    folder = _folder(repository)
    shutil.rmtree(folder, ignore_errors=True)  # of an update that was killed
    tracked = {*repository.files()}
    for path in sorted(places() - tracked):
        if (data := repository.read(path)) is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(repository.project / path, folder / path)
            write_whole(folder / path, data)


def give_back(repository: Repository) -> list[str]:
    """Give back what was overwritten, and say which files of the template did not arrive."""
    folder = _folder(repository)
    taken = []
    for kept in [path for path in folder.rglob("*") if is_regular(path)]:
        path = kept.relative_to(folder).as_posix()
        if repository.read(path) != kept.read_bytes():
            repository.write(path, kept.read_bytes())
            taken.append(path)
    shutil.rmtree(folder, ignore_errors=True)
    return sorted(taken)


def places() -> set[str]:
    """Give the paths that managed files of any answers have, outside of the package."""
    names = (TEMPLATE / "includes/project.jinja").read_text(encoding="utf-8")
    known = dict(re.findall(r"(?m)^(\w+) +(\S+) +\w+$", names))
    paths = set()
    for file in (TEMPLATE / "template").rglob("*"):
        path = file.relative_to(TEMPLATE / "template").as_posix().removesuffix(".jinja")
        path = re.sub(r"{{ project\.(\w+) }}", lambda name: known.get(name[1], name[0]), path)
        if file.is_file() and "{" not in path:
            paths.add(path)
    return paths


def _folder(repository: Repository) -> Path:
    return repository.project / repository.beside_index(_KEPT)
