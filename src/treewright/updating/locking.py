"""One update at a time: a lock beside the repository's index."""

import os
from pathlib import Path

from treewright.updating.repository import Repository

_LOCK = "treewright.lock"


class LockedError(Exception):
    """Another update is running in the repository; the message is one sentence."""


def lock(repository: Repository, process: int) -> None:
    """Reserve the repository for the update that a process runs.

    The lock of a process that has ended counts for nothing: it was killed.

    Args:
        repository: The repository.
        process: The number of that process.

    Raises:
        LockedError: If another has it.

    """
    file = _file(repository)
    while True:
        try:
            with file.open("x", encoding="ascii") as new:
                new.write(str(process))
        except FileExistsError:
            holder = _holder(file)
            if holder == process:
                return
            if holder and not _runs(holder):
                file.unlink(missing_ok=True)
                continue
            raise LockedError(
                f"Another update is running in this repository (process {holder}). Wait until it"
                f" ends. If it hangs, end it and delete {file}."
            ) from None
        return


def _file(repository: Repository) -> Path:
    return repository.project / repository.beside_index(_LOCK)


def _holder(file: Path) -> int:
    """Give the process that has a lock; 0 where it has not said so yet, or nobody can tell."""
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def began(repository: Repository) -> float:
    """Give when the update began, in seconds since the epoch; 0 where nothing tells."""
    try:
        return _file(repository).stat().st_mtime
    except OSError:
        return 0.0


def unlock(repository: Repository, process: int) -> None:
    """Give the repository free again, if a process has it."""
    file = _file(repository)
    if _holder(file) == process:
        file.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    """Tell whether a process runs."""
    if os.name == "nt":  # os.kill would end it
        import ctypes  # noqa: PLC0415

        query = 0x1000  # PROCESS_QUERY_LIMITED_INFORMATION
        handle = ctypes.windll.kernel32.OpenProcess(query, False, process)  # type: ignore[attr-defined]  # noqa: FBT003
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)  # type: ignore[attr-defined]
        return bool(handle)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
