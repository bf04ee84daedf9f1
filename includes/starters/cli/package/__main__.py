"""Where the command starts and ends as a process; ``cli`` is what it says and does."""

import errno
import io
import os
import sys

from ._about import NAME, version

TYPE_CHECKING = False  # type checkers take it for True, without importing typing
if TYPE_CHECKING:
    from typing import Any

DONE, FAILED, UNREAD = 0, 2, 141  # exit statuses
GONE = errno.EINVAL if os.name == "nt" else errno.EPIPE  # what a pipe says that nobody reads


class _Output:
    """Standard output: its errors end the command, and are not mistaken for those of a file."""

    def __init__(self, stream: object) -> None:
        self.status = DONE
        self._stream: Any = stream

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def write(self, data: bytes) -> int:
        try:
            return int(self._stream.write(data))
        except OSError as error:
            raise SystemExit(self._fail(error)) from error

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            raise SystemExit(self._fail(error)) from error

    def _fail(self, error: OSError) -> int:
        # Python flushes once more when it ends, and must not stumble again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
        self.status = UNREAD if error.errno == GONE else FAILED
        if self.status == FAILED:
            sys.stderr.write(f"{NAME}: cannot write the output: {error.strerror or error}\n")
        return self.status


def main() -> int | str | None:
    """Run the command.

    Returns:
        The exit status, as `--help` lists it.

    Raises:
        KeyboardInterrupt: After Ctrl-C: Python then ends by that signal, so that shells stop too.

    """
    if None in (sys.stdin, sys.stdout, sys.stderr):
        from ._process import open_closed_streams  # noqa: PLC0415  # seldom needed

        open_closed_streams()
    stream: Any = sys.stdout
    output: Any = _Output(stream.buffer)
    options = (stream.encoding, stream.errors, None, stream.line_buffering, stream.write_through)
    sys.stdout = text = io.TextIOWrapper(output, *options)
    status: int | str | None
    try:
        status = _run(sys.argv[1:])
    except SystemExit as end:
        status = end.code
    except KeyboardInterrupt:
        sys.excepthook = lambda _kind, _error, _trace: None
        raise
    except OSError as error:
        from ._logs import report  # noqa: PLC0415  # seldom needed

        if not report(error):
            raise
        status = FAILED
    finally:
        try:
            text.flush()
        except SystemExit as end:
            status = end.code
        text.detach()  # else it would close the stream
        sys.stdout = stream
    return output.status or status


def _run(arguments: list[str]) -> int:
    if arguments == ["--version"]:  # without the parser, whose import takes as long as Python's
        sys.stdout.write(f"{NAME} {version()}\n")
        return DONE
    from ._process import end_by_signals  # noqa: PLC0415  # see above

    end_by_signals()
    from .cli import run  # noqa: PLC0415  # see above

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
