"""Rewrite what names the package in all files of a project, when it is called otherwise."""

import ast
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import TypeGuard

from treewright.disk import is_regular
from treewright.scripts import by_uv
from treewright.updating.names import Change, Names, edited
from treewright.updating.repository import Repository
from treewright.updating.sweep import BINARY, CHANGELOG, DATA, LOCK, PYTHON, Leftovers, sweep

SCRIPT = Path(__file__).parents[1] / "scripts/rename_imports.py"
MADE = re.compile(r"__(?:package|name)__.*\.upper\(\)")
# A group of entry points: in code, and where it is declared.
GROUP = re.compile(
    r"""(?ix)\b(?:iter_)?entry_points\(\ *(?:group\ *=\ *)?["']([\w.-]+)["']
    | \bgroup\w*(?:\ *:\ *[\w.\[\]]+)?\ *=\ *["']([\w.-]+)["']
    | entry-points\.["']?([\w.-]+)["']?\ *\]"""
)
OF_MODULE = re.compile(r"(?im)^\w*group\w*\b[^=\n]*=[^\n]*__name__")
LARGEST = 20_000_000  # bytes of a file that is rewritten; a larger one is no text of a person


@dataclass(frozen=True)
class Fixed:
    """What became of the files that name the package.

    Args:
        changed: The files that were rewritten.
        left: The old names that are left.
        notice: One sentence where Python files could not be rewritten; else empty.

    """

    changed: tuple[str, ...] = ()
    left: Leftovers = field(default_factory=Leftovers)
    notice: str = ""


def members(package: Path) -> frozenset[str]:
    """Give the names of what is in a package: modules, subpackages, files and objects."""
    found = {"__version__", "__main__"}
    for path in package.iterdir() if package.is_dir() else ():
        found |= {path.name, path.name.partition(".")[0]}
    for init in (package / "__init__.py", package / "__init__.pyi"):
        found |= _objects(_read(init) or "")
    return frozenset(found - {"", "__pycache__"})


def _objects(text: str) -> set[str]:
    """Give the names that a module binds, and those that it lists."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(re.findall(r"(?m)^(?:(?:def|class) +)?(\w+)(?= *[(:=])", text))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(statement.name)
        elif isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            bound = {node.id for node in ast.walk(statement) if _is_bound(node)}
            found |= bound
            if any(name.startswith("_") for name in bound):
                found |= _listed(statement)
    return found - {"*"}


def _is_bound(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _listed(statement: ast.stmt) -> set[str]:
    """Give the names in a list, and the keys: of __all__, or of what is loaded on first use."""
    found: list[ast.expr | None] = []
    for node in ast.walk(statement):
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            found += node.elts
        elif isinstance(node, ast.Dict):
            found += node.keys
    texts = {node.value for node in found if isinstance(node, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and text.isidentifier()}


def spelled(package: Path, names: Names) -> frozenset[str] | None:
    """Give the environment variables that a package spells out; None if it makes none's name.

    It makes names where it has its own in capitals: the starter `pipeline` does.
    """
    texts = _modules(package).values()
    if not any(MADE.search(text) for text in texts):
        return None
    full = re.compile(rf"[\"']({names.variables}\w+)[\"']")
    return frozenset(name for text in texts for name in full.findall(text))


def groups(project: Path, package: Path, names: Names) -> frozenset[str]:
    """Give the groups of entry points that are spelled like the package or what is in it.

    They are what other distributions declare: they stay. One that a module makes of its own
    name, as `GROUP = __name__` in the starters does, follows the module.

    Args:
        project: The project's folder.
        package: The package's folder.
        names: What the package was called.

    """
    modules = _modules(package)
    texts = [*modules.values()]
    texts += [_read(project / name) or "" for name in ("pyproject.toml", "setup.cfg", "setup.py")]
    found = {name for text in texts for match in GROUP.findall(text) for name in match if name}
    own = {
        ".".join([names.import_path, *PurePosixPath(path).with_suffix("").parts]).removesuffix(
            ".__init__"
        )
        for path, text in modules.items()
        if OF_MODULE.search(text)
    }
    return frozenset(name for name in found - own if f"{name}.".startswith(f"{names.import_path}."))


def _modules(package: Path) -> dict[str, str]:
    """Give the text of each module of a package, by its path."""
    files = [file for file in sorted(package.rglob("*.py")) if is_regular(file)]
    return {
        file.relative_to(package).as_posix(): file.read_text("utf-8", errors="replace")
        for file in files
    }


def fix(repository: Repository, change: Change, answers_file: str = ".copier-answers.yml") -> Fixed:
    """Rewrite what names the package in all files that git knows, or would know.

    Files in conflict are rewritten as texts, whatever they are. Every old name that is left then
    is found, wherever it is.

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
    texts, python = [], {}
    for path in repository.files("--cached", "--others", "--exclude-standard", "--deduplicate"):
        name = PurePosixPath(path).name
        if path == answers_file or name == LOCK or CHANGELOG.fullmatch(name):
            continue
        text = None if path.endswith(DATA) else _read(project / path)
        if text is None or not search.search(text):
            continue
        if path.endswith(PYTHON) and path not in unmerged:
            python[path] = path not in touched
        else:
            texts.append(path)

    changed, fresh = [], {}
    for path in {*texts, *python} & (touched | unmerged):
        fresh[path] = _lines(_read(project / path) or "") - _before(repository, path)
    for path in texts:
        is_new = _rewrite(repository, path, change.unmixed(), fresh.get(path, frozenset()))
        changed += [path] if is_new else []
    renamed, refused, notice = _rename(project, change, python)
    parsed = python.keys() - refused
    left = sweep(repository, change, parsed=parsed, fresh=fresh, but=answers_file)
    return Fixed(tuple(sorted([*changed, *renamed])), left, notice)


def _spellings(names: Names) -> set[str]:
    """Give what a file contains that may name the package."""
    return {
        names.distribution,
        names.command,
        names.archive,
        names.import_path,
        names.import_path.rpartition(".")[2],
        names.folder,
        names.variables,
    }


def _read(file: Path) -> str | None:
    """Give a text, byte for byte; None of what is no text of a person, and of what is no file."""
    if not is_regular(file) or file.stat().st_size > LARGEST:
        return None
    data = file.read_bytes()
    return None if BINARY in data else data.decode("utf-8", errors="surrogateescape")


def _before(repository: Repository, path: str) -> frozenset[str]:
    """Give the lines that a file had before the update; none if it had no file."""
    old = repository.staged(path) or b""
    return _lines(old.decode("utf-8", errors="surrogateescape"))


def _lines(text: str) -> frozenset[str]:
    return frozenset(line.rstrip("\r") for line in text.split("\n"))


def _rewrite(repository: Repository, path: str, change: Change, fresh: frozenset[str]) -> bool:
    """Rewrite a text, at once.

    Args:
        repository: The project.
        path: The file.
        change: The change of names.
        fresh: The lines that came with the update, under the new names: they stay.

    Returns:
        Whether it has changed.

    """
    text = _read(repository.project / path) or ""
    edits = [edit for edit in change.edits(text, path) if _line(text, edit.start) not in fresh]
    new = edited(text, edits)
    if new != text:
        repository.write(path, new.encode("utf-8", errors="surrogateescape"))
    return new != text


def _line(text: str, place: int) -> str:
    """Give the line that a place is in."""
    return text[text.rfind("\n", 0, place) + 1 :].split("\n", 1)[0].rstrip("\r")


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
        done = by_uv.run(SCRIPT, _given(project, change, python))
    except by_uv.ScriptError as error:
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
        "groups": sorted(change.groups),
        "folders": change.folders,
        "files": python,
    }
