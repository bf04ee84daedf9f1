# /// script
# requires-python = ">=3.11,<3.15"
# dependencies = ["libcst==1.9.0"]
# ///
"""Rewrite what names a package in Python files, when it is called otherwise.

Usage: uv run --script rename_imports.py < JSON

The JSON has `project`, the folder; `before`, `now`, `members` and `spelled`, as `updating.names`
has them; and `files`, the path of each file from the project, with whether the update left it
alone. Printed is JSON: `changed`, the files written, and `refused`, those that could not be read as
Python and were left alone. Empty lines before it tell that the work goes on.

Rewritten are imports, what uses a plain `import acme.tool`, and strings that name a module or what
is in one; a relative import where it leads out of the package and the parents are others now. A
string that is no more than a name is a module where it is given to what takes one: else it may be a
cache, a table, a service, and stays, as comments do.
"""

import json
import os
import signal
import sys
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from operator import is_
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import libcst as cst
from libcst.metadata import ImportAssignment, MetadataWrapper, Scope, ScopeProvider

sys.path.append(str(Path(__file__).resolve().parents[2]))  # the last: what uv installed comes first

from treewright.disk import write_whole
from treewright.renaming.strings import Strings, resources_of
from treewright.renaming.trees import dotted, every, parts, spell
from treewright.updating.names import Change, Names

MAX_PROCESSES = 61  # as many as Windows can wait for
# A process that is spawned takes as long to start as to rewrite 100,000 bytes; a forked one, less.
BYTES_PER_PROCESS = 250_000


def rename(source: bytes, change: Change, *, package: str = "") -> bytes:
    """Rewrite one file.

    Args:
        source: What is in it.
        change: What the package was called, and is called now.
        package: The import path, before, of the package that the file is a part of: what a
            relative import starts from. Empty if it is in none.

    Returns:
        The same, with the new names.

    Raises:
        ValueError: If libcst cannot read it, or cannot write it as it was.

    """
    try:
        module = cst.parse_module(source)
    except Exception as error:  # libcst raises several, and none of them is documented whole
        raise ValueError(str(error)) from error
    if module.bytes != source:
        raise ValueError("it has characters that libcst does not keep")
    uses = Uses(module, change) if _plain_imports(module, change) else None
    new = Renamer(change, package, uses, resources_of(module)).rewritten(module)
    return source if new is module else bytes(new.bytes)


def _plain_imports(module: cst.Module, change: Change) -> list[str]:
    """Give what a file imports of the package by statements that bind the path's first name."""
    found = every(module, cst.Import, cst.LazyImport)
    names = [dotted(name.name) for one in found for name in one.names if name.asname is None]
    return [name for name in names if change.module(name) != name]


class Uses:
    """Where a name is the package that plain imports bind, by the scopes of a file.

    Args:
        module: The file.
        change: What the package was called, and is called now.

    Attributes:
        alias: Another name for the package, where the first of its new path means something else
            already; empty where it is free.

    Raises:
        ValueError: If such an alias is needed and none will do.

    """

    def __init__(self, module: cst.Module, change: Change) -> None:
        """Find the scopes, and whether an alias is needed."""
        old = change.before.import_path
        self._scopes = MetadataWrapper(module, unsafe_skip_copy=True).resolve(ScopeProvider)
        self._root = old.partition(".")[0]
        self._lazy = {
            dotted(name.name).partition(".")[0]
            for one in every(module, cst.LazyImport)
            for name in one.names
            if name.asname is None
        }
        self.alias = ""
        root = change.now.import_path.partition(".")[0]
        clash = root if root != self._root and not self._are_free(module, root) else ""
        clash = clash or (self._root if self._is_more(module) else "")
        if clash:
            self.alias = old.replace(".", "_")
            if set(_plain_imports(module, change)) != {old} or (clash == self._root != old):
                raise ValueError(f"{clash} is the name of something else in it")

    def is_package(self, name: cst.Name) -> bool:
        """Tell whether a name that begins a dotted one is bound by plain imports alone."""
        found = self._assignments(name, self._root)
        return all(map(_is_plain, found)) if found else self._root in self._lazy

    def _are_free(self, module: cst.Module, wanted: str) -> bool:
        """Tell whether a name means nothing but a package where the old one is bound or used."""
        nodes = [*every(module, cst.ImportAlias), *filter(self.is_package, self._names(module))]
        return all(_is_plain(one) for node in nodes for one in self._assignments(node, wanted))

    def _is_more(self, module: cst.Module) -> bool:
        """Tell whether the name that is the package is something else too, in the same scope."""
        found = [self._assignments(name, self._root) for name in self._names(module)]
        return any({*map(_is_plain, assignments)} == {True, False} for assignments in found)

    def _names(self, module: cst.Module) -> list[cst.Name]:
        return [name for name in every(module, cst.Name) if name.value == self._root]

    def _assignments(self, node: cst.CSTNode, wanted: str) -> list[object]:
        scope = self._scopes.get(node)
        return list(scope[wanted]) if isinstance(scope, Scope) else []


def _is_plain(assignment: object) -> bool:
    """Tell whether an assignment is an import that binds the first name of a path."""
    return (
        isinstance(assignment, ImportAssignment)
        and isinstance(assignment.node, cst.Import)
        and assignment.as_name in [alias.name for alias in assignment.node.names]
    )


class Renamer(Strings):
    """Rewrites a file.

    Args:
        change: What the package was called, and is called now.
        package: What relative imports start from, under the old names.
        uses: Where names are the package's; None where no plain import binds one.
        resources: What importlib.resources is called, and what comes from it.

    """

    def __init__(
        self,
        change: Change,
        package: str,
        uses: Uses | None,
        resources: Container[str],
    ) -> None:
        """Start with nothing known of any string."""
        super().__init__(change, resources)
        self.package = package
        self.uses = uses

    def rewritten(self, node: Any) -> Any:  # noqa: ANN401
        """Do what `node.visit(self)` does, but copy only the nodes in which something changes."""
        changes = {}
        for name, value in parts(node) if self.on_visit(node) else ():
            new = self._all(value) if isinstance(value, tuple) else self.rewritten(value)
            if new is not value:
                changes[name] = new
        return self.on_leave(node, node.with_changes(**changes) if changes else node)

    def _all(self, nodes: tuple[cst.CSTNode, ...]) -> Sequence[cst.CSTNode]:
        """Give nodes rewritten, with the several that one became; the same if none is."""
        new = [self.rewritten(node) for node in nodes]
        if all(map(is_, new, nodes)):
            return nodes
        several = (one if isinstance(one, cst.FlattenSentinel) else [one] for one in new)
        return [*chain.from_iterable(several)]

    # --- Imports ---------------------------------------------------------------------

    def visit_ImportAlias(self, node: cst.ImportAlias) -> bool:  # noqa: ARG002
        return False

    def _import(self, original: Any, updated: Any) -> Any:  # noqa: ANN401
        names = []
        for alias in original.names:
            new = self.change.module(old := dotted(alias.name))
            if new != old and alias.asname is None and self.uses and self.uses.alias:
                alias = alias.with_changes(asname=cst.AsName(cst.Name(self.uses.alias)))  # noqa: PLW2901
            names.append(alias if new == old else alias.with_changes(name=spell(new)))
        return updated.with_changes(names=names) if names != [*original.names] else updated

    leave_Import = leave_LazyImport = _import  # type: ignore[assignment]

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:  # noqa: ARG002
        return False

    def visit_LazyImportFrom(self, node: Any) -> bool:  # noqa: ANN401, ARG002
        return False

    def _import_from(self, original: Any, updated: Any) -> Any:  # noqa: ANN401
        """Rewrite what a name is imported from; what moves to another place is parted off."""
        base = self._absolute(original)
        if base is None:
            return updated
        new = self.change.module(base)
        if new != base and self._is_new(original, base):
            return updated
        if new != base or isinstance(original.names, cst.ImportStar):
            kept, moved = original.names, []
        else:
            moved = [
                alias
                for alias in original.names
                if self.change.module(f"{base}.{alias.name.value}") != f"{base}.{alias.name.value}"
            ]
            kept = [alias for alias in original.names if alias not in moved]
        if original.relative and not self._leads_elsewhere(original, base, new, bool(moved)):
            return updated
        statements = [self._moved(original, base, alias) for alias in moved]
        if kept:
            rest = self._rebased(original, new)
            if moved:
                rest = rest.with_changes(names=_shortened(original.names, kept))
            statements.insert(0, rest)
        return statements[0] if len(statements) == 1 else cst.FlattenSentinel(statements)

    leave_ImportFrom = leave_LazyImportFrom = _import_from  # type: ignore[assignment]

    def _is_new(self, node: Any, base: str) -> bool:  # noqa: ANN401
        """Tell whether names come from the old path because the new one is inside it."""
        new, names = self.change.now.import_path, node.names
        return (
            self.change.mixed
            and not isinstance(names, cst.ImportStar)
            and f"{new}.".startswith(f"{self.change.before.import_path}.")
            and all(f"{new}.".startswith(f"{base}.{alias.name.value}.") for alias in names)
        )

    def _absolute(self, node: cst.ImportFrom) -> str | None:
        """Give the module that names are imported from; None if a relative one has no base."""
        module = dotted(node.module)
        if not node.relative:
            return module
        parts = self.package.split(".") if self.package else []
        base = parts[: len(parts) - len(node.relative) + 1]
        if not base or len(node.relative) > len(parts):
            return None
        return ".".join([*base, *filter(None, [module])])

    def _leads_elsewhere(self, node: cst.ImportFrom, base: str, new: str, moved: bool) -> bool:  # noqa: FBT001
        """Tell whether a relative import leads out of the package, and no longer where it did."""
        start = self.package.split(".")[: len(self.package.split(".")) - len(node.relative) + 1]
        before, now = self.change.before.import_path, self.change.now.import_path
        if f"{'.'.join(start)}.".startswith(f"{before}."):
            return False
        parents = before.rpartition(".")[0], now.rpartition(".")[0]
        return parents[0] != parents[1] or base != new or moved

    @staticmethod
    def _rebased(node: Any, base: str) -> Any:  # noqa: ANN401
        """Give an import from another module, absolute."""
        if not node.relative and dotted(node.module) == base:
            return node
        return node.with_changes(
            module=spell(base),
            relative=[],
            whitespace_after_from=cst.SimpleWhitespace(" "),
            **(
                {"whitespace_before_import": cst.SimpleWhitespace(" ")}
                if node.module is None
                else {}
            ),
        )

    def _moved(self, node: Any, base: str, alias: cst.ImportAlias) -> Any:  # noqa: ANN401
        """Give the import of the package itself, or of what is in it, from its new parent."""
        old = str(alias.name.value)
        parent, _, last = self.change.module(f"{base}.{old}").rpartition(".")
        asname = alias.asname
        if asname is None and last != old:
            asname = cst.AsName(cst.Name(old))
        lone = cst.ImportAlias(cst.Name(last), asname=asname)
        if parent:
            changed = alias.with_changes(name=cst.Name(last), asname=asname)
            alone = len(node.names) == 1
            names = [changed if alone else lone]
            return self._rebased(node, parent).with_changes(
                names=names, **({} if alone else {"lpar": None, "rpar": None})
            )
        kind = cst.Import if isinstance(node, cst.ImportFrom) else cst.LazyImport
        return kind(names=[lone], semicolon=node.semicolon)

    def leave_SimpleStatementLine(
        self, original: cst.SimpleStatementLine, updated: cst.SimpleStatementLine
    ) -> Any:  # noqa: ANN401
        """Give each import that was parted off a line of its own."""
        if len(original.body) > 1 or len(updated.body) == 1:
            return updated
        first, *rest = updated.body
        head = updated.with_changes(body=[first], trailing_whitespace=cst.TrailingWhitespace())
        lines = [cst.SimpleStatementLine([one]) for one in rest]
        lines[-1] = lines[-1].with_changes(trailing_whitespace=updated.trailing_whitespace)
        return cst.FlattenSentinel([head, *lines])

    # --- Uses ------------------------------------------------------------------------

    def visit_NameItem(self, node: cst.NameItem) -> bool:  # noqa: ARG002
        return False

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self.whole[node.attr] = ""  # no use of the package, whatever it is called

    def visit_Arg(self, node: cst.Arg) -> None:
        if node.keyword is not None:
            self.whole[node.keyword] = ""

    def _use(self, original: Any, updated: Any) -> Any:  # noqa: ANN401
        """Rewrite the part of a dotted name that is the import path."""
        if self.uses is None or original in self.whole:
            return updated
        old, new = self.change.before.import_path, self.change.now.import_path
        if old == new or dotted(original) != old:
            return updated
        first = original
        while isinstance(first, cst.Attribute):
            first = first.value
        if not self.uses.is_package(first):
            return updated
        return spell(self.uses.alias or new).with_changes(lpar=original.lpar, rpar=original.rpar)

    leave_Attribute = leave_Name = _use  # type: ignore[assignment]


def _shortened(
    names: Sequence[cst.ImportAlias], kept: Sequence[cst.ImportAlias]
) -> list[cst.ImportAlias]:
    """Give the names that are kept, ended as all of them were.

    Raises:
        ValueError: If a comment is about a name that is not kept.

    """
    if any(map(_has_comment, (alias for alias in names if alias not in kept))):
        raise ValueError("a comment in an import would be lost")
    *rest, last = kept
    ended = names[-1].comma
    if _has_comment(last) and isinstance(ended, cst.Comma):
        comma = cst.ensure_type(last.comma, cst.Comma)
        space = cst.ensure_type(comma.whitespace_after, cst.ParenthesizedWhitespace)
        line = getattr(ended.whitespace_after, "last_line", cst.SimpleWhitespace(""))
        ended = comma.with_changes(whitespace_after=space.with_changes(last_line=line))
    return [*rest, last.with_changes(comma=ended)]


def _has_comment(alias: cst.ImportAlias) -> bool:
    return "#" in cst.Module([]).code_for_node(alias)


def package_of(path: str, change: Change) -> str:
    """Give the package, under its old name, that a file in its new place is a part of."""
    try:
        inner = PurePosixPath(path).relative_to(change.now.package_dir)
    except ValueError:
        return ""
    return ".".join([change.before.import_path, *inner.parts[:-1]])


class Task(NamedTuple):
    """A file to rewrite: what is in it, and the other arguments of `rename`."""

    source: bytes
    change: Change
    package: str


def renamed(task: Task) -> bytes | None:
    """Give a file under the new names; None where it has to be left alone."""
    try:
        return rename(task.source, task.change, package=task.package)
    except (ValueError, RecursionError):  # the latter from a sum of hundreds of terms
        return None


def tasks_of(given: dict[str, Any]) -> dict[str, Task]:
    """Read the files that are named, by their paths."""
    spelled = None if given["spelled"] is None else frozenset(given["spelled"])
    names = Names(**given["before"]), Names(**given["now"])
    change = Change(
        *names,
        frozenset(given["members"]),
        spelled=spelled,
        groups=frozenset(given["groups"]),
        folders=tuple((old, new) for old, new in given["folders"]),
    )
    return {
        path: Task(
            Path(given["project"], path).read_bytes(),
            replace(change, mixed=not untouched),
            package_of(path, change),
        )
        for path, untouched in given["files"].items()
    }


def cores() -> int:
    """Give how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def all_renamed(tasks: Mapping[str, Task]) -> dict[str, bytes | None]:
    """Give files under the new names, and print an empty line for each that is ready.

    All cores are used where there is enough to do.
    """
    size = sum(len(task.source) for task in tasks.values())
    processes = min(cores(), MAX_PROCESSES, size // BYTES_PER_PROCESS)
    if processes > 1:
        return in_parallel(tasks, processes)
    ready = {}
    for path, task in tasks.items():
        ready[path] = renamed(task)
        print(flush=True)
    return ready


def in_parallel(tasks: Mapping[str, Task], processes: int) -> dict[str, bytes | None]:
    """Do so with several processes, the largest files first: they end at about the same time.

    Ctrl-C is for this process alone: the others finish the files that they have begun, as a
    result of which only a part was sent would block it.
    """
    from concurrent.futures import (  # noqa: PLC0415  # takes long, for a small package
        BrokenExecutor,
        ProcessPoolExecutor,
        as_completed,
    )

    by_size = sorted(tasks, key=lambda path: -len(tasks[path].source))
    ignore = (signal.SIGINT, signal.SIG_IGN)
    with ProcessPoolExecutor(processes, initializer=signal.signal, initargs=ignore) as pool:
        try:
            futures = {path: pool.submit(renamed, tasks[path]) for path in by_size}
            for future in as_completed(futures.values()):
                future.result()
                print(flush=True)
        except BrokenExecutor as error:
            raise SystemExit("one of its processes ended before its work was done") from error
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return {path: future.result() for path, future in futures.items()}


def rename_files(given: dict[str, Any]) -> dict[str, list[str]]:
    """Rewrite the files that are named.

    The first is written when all are ready: until then, what fails or is stopped changes none.
    """
    tasks = tasks_of(given)
    ready = all_renamed(tasks)
    changed, refused = [], []
    for path, task in tasks.items():
        file = Path(given["project"], path)
        source, new = file.read_bytes(), ready[path]
        if source != task.source:  # saved by its author meanwhile
            new = renamed(task._replace(source=source))
        if new is None:
            refused.append(path)
        elif new != source:
            print(flush=True)  # fails where nobody listens any more: the update was killed
            write_whole(file, new)
            changed.append(path)
    return {"changed": changed, "refused": refused}


def main() -> None:
    """Rewrite the files that standard input names."""
    json.dump(rename_files(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main()
