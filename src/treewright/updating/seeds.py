"""What another answer means for the files that are the user's own, which no update touches."""

import re
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

import yaml

from treewright.updating.answers import Update
from treewright.updating.rendering import TEMPLATE, current, render
from treewright.updating.repository import FILE_MODES, Entry, Repository

PATCH = "treewright.patch"
# Where the package is and what it is called: its files move, and what names it is fixed.
NAMING = ("layout", "package", "namespace", "import_name", "project_name")
_HOME = "/docs/index.md"
_PART = b"[start:use]"  # what the home page takes from the README
# What none of these files reads: with another such answer, a new project has the same ones.
UNREAD = (
    "user_name", "user_email", "repository", "github_user", "version_source", "build_backend",
    "type_checker", "coverage_min", "update_bot", "ci", "devcontainer", "code_of_conduct",
    "own_files", "own_groups", "own_tables", "test_command",
)  # fmt: skip


class Seeds(NamedTuple):
    """What other answers mean for the user's own files.

    Args:
        brought: The files that came with a feature.
        unused: The files that belong to a feature which is switched off.
        differing: The files that would be others in a new project.
        patch: Where the patch is that makes them so, for `git apply --3way`.

    """

    brought: list[str]
    unused: list[str]
    differing: list[str]
    patch: str


def compare(update: Update, folder: str) -> Seeds | None:
    """Compare what the answers before and those of now make of the user's own files.

    Args:
        update: The update.
        folder: The package's folder as it is now, relative to the project.

    Returns:
        None where no answer has changed that could make a difference.

    """
    if not update.changed.keys() - {*NAMING, *UNREAD}:
        return None
    naming = {name: update.now[name] for name in NAMING if name in update.now}
    wanted = patterns(folder)
    before = {**update.now, **update.before, **naming, "own_files": []}
    now = {**update.now, "own_files": []}
    with current() as template:
        old = render(before, wanted, source=template)
        new = render(now, wanted, source=template)
        if old is None or new is None:
            return None
        # The home page of a README that it can take nothing from repeats it.
        lacking = _PART not in (update.repository.read("README.md") or b"")
        for answers, files in ((before, old), (now, new)) if lacking else ():
            alone = render(answers, [_HOME], source=template, there=["README.md"]) or {}
            files |= {path: alone[path] for path in files.keys() & alone.keys() - {"README.md"}}
    known = set(update.repository.files())
    kept = {path: (old[path], new[path]) for path in sorted(old.keys() & new.keys() & known)}
    own = update.now.get("joined") is True  # and what the template would write there means nothing
    differing = {path: both for path, both in kept.items() if both[0] != both[1] and not own}
    return Seeds(
        brought=sorted(path for path in new.keys() - old.keys() - known if _is_there(update, path)),
        unused=sorted(path for path in old.keys() - new.keys() if _is_there(update, path)),
        differing=list(differing),
        patch=_write_patch(update.repository, differing) if differing else "",
    )


def without(seeds: Seeds | None, gone: Collection[str]) -> Seeds | None:
    """Give it without files that are gone."""
    left = [path for path in seeds.unused if path not in gone] if seeds else []
    return seeds and seeds._replace(unused=left)


def patterns(folder: str, template: Path = TEMPLATE) -> list[str]:
    """Give the patterns of the seeds, as copier.yml declares them; one with `!` is of no seed.

    Args:
        folder: The package's folder, relative to the project.
        template: The template.

    """
    settings = yaml.safe_load((template / "copier.yml").read_text(encoding="utf-8"))
    paths = [path for path in settings["_skip_if_exists"] if path.startswith(("/", "!/"))]
    return [re.sub(r"\{\{.*\}\}", folder, path) for path in paths]


def _is_there(update: Update, path: str) -> bool:
    return (update.project / path).is_file()


def _write_patch(repository: Repository, differing: Mapping[str, tuple[bytes, bytes]]) -> str:
    """Write a patch beside the repository's index; git keeps both sides for a three-way merge."""
    sides = zip(*differing.values(), strict=True)
    trees = [_write_tree(repository, dict(zip(differing, side, strict=True))) for side in sides]
    place = repository.beside_index(PATCH)
    plain = ("--no-ext-diff", "--no-textconv", "--full-index", "--binary")
    (repository.project / place).write_bytes(repository.git("diff-tree", "-p", *plain, *trees))
    return str(place)


def _write_tree(repository: Repository, files: Mapping[str, bytes]) -> str:
    """Write files into the repository's objects, at their places, and give their tree."""
    entries = [Entry(FILE_MODES[0], repository.store(files[path]), 0, path) for path in files]
    with tempfile.TemporaryDirectory(prefix="treewright-") as folder:
        index = Path(folder, "index")
        repository.stage(entries, index=index)
        return repository.git("write-tree", index=index).decode().strip()
