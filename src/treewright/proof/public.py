"""The public names of a package: `__all__` explicit, sorted, complete, and each name found.

Two sources of facts: `exports.py` reads the code, and the probe looks the names up.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from treewright.proof.findings import Finding, advice, told
from treewright.rows import some


class Public(NamedTuple):
    """What is known of a package's public names.

    Args:
        where: the package's code file in the tree.
        package: the package's dotted name.
        modules: the names of its own modules.
        exports: what `exports.read` found.
        names: what the probe found when it looked the names up; None where it did not.

    """

    where: str
    package: str
    modules: set[str]
    exports: dict[str, Any]
    names: dict[str, Any] | None = None

    def lost(self) -> dict[str, str]:
        """Give the names that cannot be looked up, and why; but for what needs other modules."""
        return {
            name: fact["failure"]["text"]
            for name, fact in (self.names or {}).items()
            if "failure" in fact and fact["failure"]["kind"] != "missing"
        }

    def shadowing(self) -> list[str]:
        """Give the names that a module of the package bears too."""
        common = {*self.exports["all"], *self.exports["public"]} & self.modules
        common -= {*self.exports["siblings"]}  # the module itself is exported
        if self.names is None:  # only what the code itself binds is known
            return sorted(common & {*self.exports["public"]})
        return sorted(name for name in common if self.names[name].get("is_module") is False)


def findings(public: Public) -> Iterator[Finding]:
    """Find what is wrong with the public names of a package."""
    listed, lost = public.exports["all"], public.lost()
    bound = sorted({*public.exports["public"]} - {*lost})
    yield from _all_findings(public, bound)
    # Where the package loads, `__all__` is what it has come to be.
    now = public.exports.get("listed")
    gone = {name: lost[name] for name in (listed if now is None else now) if name in lost}
    if gone:
        yield unresolved(public.where, gone)
    for name in public.shadowing():
        yield advice(
            public.where,
            f"the public name {name} is also the name of the module {public.package}.{name}",
            f"rename the module, say to _{name}",
        )


def unresolved(where: str, gone: dict[str, str]) -> Finding:
    """Tell of names in `__all__` that cannot be looked up, and why."""
    why = told(next(iter(gone.values())))
    return Finding(
        where,
        f"__all__ has {some([*gone])}, which cannot be looked up: {why}",
        "fix or remove it",
    )


def _all_findings(public: Public, bound: list[str]) -> Iterator[Finding]:
    where, literal, listed = public.where, public.exports["literal"], public.exports["all"]
    unlisted = sorted({*bound} - {*listed} - public.modules)
    if literal is None:
        if bound:
            yield advice(where, "__all__ is missing", f"add it, with {some(bound)}")
        return
    if not literal:
        yield advice(where, "__all__ is not a literal", "write one list of strings")
        return
    if unlisted:
        yield advice(where, f"__all__ lacks {some(unlisted)}", "add what is public")
    twice = sorted({name for name in listed if listed.count(name) > 1})
    if twice:
        yield advice(where, f"__all__ repeats {some(twice)}", "name each once")
    elif listed not in (sorted(listed), sorted(listed, key=_natural)):
        yield advice(where, "__all__ is not sorted", "sort it (ruff rule RUF022)")


def _natural(name: str) -> tuple[object, ...]:
    """Sort constants, classes, then the rest, each in natural order, as ruff's RUF022 does."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    parts = re.split(r"(\d+)", name)
    return kind, [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
