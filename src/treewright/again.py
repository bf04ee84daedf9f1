"""The commands of Treewright that a person can run here, to print behind a colon."""

import json
import shutil

from treewright import shell
from treewright.distribution import ADDRESS, FORMER, PIN


def is_own(source: object) -> bool:
    """Tell whether a template's address, as an answers file has it, is Treewright's own."""
    return source in {ADDRESS, *FORMER}


def treewright() -> str | None:
    """Give the command `treewright` as it runs here; None where there is no such distribution."""
    from importlib import metadata  # noqa: PLC0415  # seldom needed, and slow

    try:
        distribution = metadata.distribution("treewright")
    except metadata.PackageNotFoundError:  # stock Copier runs the hooks
        return "uvx treewright" if PIN else None
    if not shell.is_lent() and shutil.which("treewright"):
        return "treewright"
    if PIN:
        return "uvx treewright"
    source = json.loads(distribution.read_text("direct_url.json") or "{}").get("url", "")
    if source.startswith("file:"):
        from urllib.parse import urlsplit  # noqa: PLC0415  # as above
        from urllib.request import url2pathname  # noqa: PLC0415

        return f"uvx --from {shell.quoted(url2pathname(urlsplit(source).path))} treewright"
    return f"{shell.python()} -m treewright"


def update(source: object) -> str:
    """Give the command that updates a project.

    Args:
        source: The template's address, as the project's answers file has it.

    """
    by = treewright() if is_own(source) else None
    return f"{by} update" if by else "copier update --trust"
