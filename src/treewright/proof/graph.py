"""Which modules of a package load which others, by what `sources.py` reads in them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

# Tests need what they are run with, and copies of others' code what those know of.
_ASIDE = re.compile(
    r"(^|\.)(_?tests?|testing|conftest|_?test_\w+|\w+_tests?"
    r"|_*vendor(ed|_site__)?|_?extern(al)?s?|third_party|thirdparty)(\.|$)"
)

Code = Mapping[str, dict[str, Any] | None]


class Use(NamedTuple):
    """An import statement.

    Args:
        module: the module that holds it.
        name: the module that it names.
        names: what it takes from that, for `from NAME import NAMES`.
        line: its line.
        inner: whether it is in a function.
        optional: whether the code can do without it: it is conditional, or a failure is caught.

    """

    module: str
    name: str
    names: list[str]
    line: int
    inner: bool
    optional: bool

    @property
    def spelled(self) -> list[str]:
        """The dotted names that it may load: `from a import b` loads a.b, where that is one."""
        return [f"{self.name}.{item}" for item in self.names if item != "*"] or [self.name]


_Edges = dict[str, list[tuple["Use", str]]]


def aside(module: str) -> bool:
    """Say whether a module is a test, or a copy of others' code, and not the package's own."""
    return bool(_ASIDE.search(module))


def uses(code: Code) -> Iterator[Use]:
    """Give all import statements."""
    for module, found in code.items():
        for statement in (found or {}).get("imports", ()):
            yield Use(module, *statement)


def eager(code: Code, starts: Iterable[str]) -> set[str]:
    """Give the modules that load with the given ones, whatever the Python and the machine."""
    edges = {
        module: [(use, target) for use, target in those if not use.inner]
        for module, those in _edges(code).items()
    }
    names = [name for start in starts for name in _with_parents(start, code)]
    return _reached(edges, names, optional=False)


def conditional(code: Code) -> set[str]:
    """Give the modules that others load only under a condition, such as a version of Python."""
    edges = _edges(code)
    imported = {
        target
        for module, those in edges.items()
        for _, target in those
        if not f"{module}.".startswith(f"{target}.")  # which is loaded already
    }
    waiting = [name for name in code if name not in imported or name.rpartition(".")[0] not in code]
    always = _reached(edges, waiting, optional=False)
    return (_reached(edges, always, optional=True) & imported) - always


def _reached(edges: _Edges, starts: Iterable[str], *, optional: bool) -> set[str]:
    """Give the modules that load with the given ones, and those under a condition if asked."""
    found: set[str] = set()
    waiting = [*starts]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            those = edges.get(module, ())
            waiting += [target for use, target in those if optional or not use.optional]
    return found


def _edges(code: Code) -> _Edges:
    edges: _Edges = {}
    for use in uses(code):
        for name in {use.name, *use.spelled}:
            edges.setdefault(use.module, []).extend(
                (use, target) for target in _with_parents(name, code)
            )
    return edges


def _with_parents(name: str, code: Code) -> list[str]:
    """Give the module of a name and the packages around it; none where it is not ours."""
    if name not in code:
        return []
    parts = name.split(".")
    return [part for n in range(1, len(parts) + 1) if (part := ".".join(parts[:n])) in code]
