"""What a repository is made with: its build backend and its type checker."""

import re
from collections.abc import Mapping

from treewright.adopting.found import Found
from treewright.adopting.reading import Sources

# What the six backends are called in [build-system], old names too.
_BACKENDS: Mapping[str, str] = {
    "uv_build": "uv",
    "hatchling.build": "hatchling",
    "setuptools.build_meta": "setuptools",
    "setuptools.build_meta:__legacy__": "setuptools",
    "flit_core.buildapi": "flit",
    "flit.buildapi": "flit",
    "pdm.backend": "pdm",
    "pdm.pep517.api": "pdm",
    "poetry.core.masonry.api": "poetry",
    "poetry.masonry.api": "poetry",
}
ANSWERS = frozenset(_BACKENDS.values())


def type_checker(mark: str) -> Found:
    """Infer the type checker, by the settings that are there.

    Args:
        mark: What shows that the repository has one.

    """
    signs = {
        "pyright": ("pyright",),
        "ty": ("[tool.ty]", "ty.toml", "ty in ", "ty check"),
        "mypy": ("mypy",),
    }
    for checker, words in signs.items():
        if any(word in mark for word in words):
            return Found(checker, mark)
    return Found("mypy", "Treewright's default", "likely")


def exports(sources: Sources, package: str) -> Found:
    """Infer whether the package loads its names on first use, by a `__getattr__` (PEP 562)."""
    if not package:
        return Found("plain", "Treewright's own default is for new packages", "likely")
    init = f"{package}/__init__.py"
    if re.search(r"(?m)^(def __getattr__|.*\blazy\.attach(_stub)?\()", sources.text(init)):
        return Found("lazy", f"__getattr__ in {init}", "likely")
    return Found("plain", f"{init} has no __getattr__", "likely")


def backend(sources: Sources) -> Found:
    """Infer the build backend: PEP 517 takes setuptools where none is named."""
    named_ = sources.declared("build-system", "build-backend")
    if not isinstance(named_, str):
        return Found("setuptools", "no build backend is named, so it is this one (PEP 517)")
    where = f'build-backend = "{named_}" in pyproject.toml'
    return Found(_BACKENDS.get(named_, named_), where)
