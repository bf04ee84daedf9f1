"""Treewright: what its hooks run, in a project or by hand, to prove, move and merge packages."""

TYPE_CHECKING = False  # type checkers take it for True, without importing typing

__all__ = ["__version__"]

if TYPE_CHECKING:
    __version__: str


def __getattr__(name: str) -> object:
    """Look the version up when it is asked for: each hook imports this, and none needs it."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import metadata  # noqa: PLC0415  # slower than all else here

    globals()[name] = metadata.version(__name__)
    return globals()[name]
