"""A progress bar on a terminal, if rich is installed (extra `progress`)."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def show_progress(*, wanted: bool) -> Generator[Callable[[int, int], object] | None]:
    """Give a function that takes the bytes done and the total, or None if no bar can be shown."""
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    try:
        from rich.console import Console  # noqa: PLC0415  # slow, and may be missing
        from rich.progress import Progress  # noqa: PLC0415
    except ImportError:
        yield None
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, size: bar.update(task, completed=done, total=size or None)
