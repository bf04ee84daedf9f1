"""Files of a project, read and written so that nothing outside is touched and nothing is lost."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path


def is_regular(path: Path) -> bool:
    """Tell whether a path is a regular file itself: no link, folder, device or pipe."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, and keep its mode.

    Args:
        path: The file. Its folder is there; a link in its place is replaced, never followed.
        data: What it is to hold.

    Raises:
        OSError: If it cannot be written; what was there is there still.

    """
    mode = stat.S_IMODE(path.lstat().st_mode) if is_regular(path) else 0o666 & ~_umask()
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=".treewright-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(part).chmod(mode)
        Path(part).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(part).unlink()
        raise


def write_link(path: Path, target: str) -> None:
    """Make a symbolic link lead elsewhere, at once.

    Raises:
        OSError: If it cannot be written.

    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".treewright-") as folder:
        part = Path(folder, "link")
        part.symlink_to(target)
        part.replace(path)


def _umask() -> int:
    """Give the process's mask of modes, which can be read only by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
