"""Where the command starts and ends as a process; ``cli`` is what it says and does."""

import errno
import os
import sys

from ._about import NAME, version


def main() -> int:
    """Run the command.

    Returns:
        The exit status, as `--help` lists it.

    """
    try:
        try:
            return _run(sys.argv[1:])
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except OSError as error:  # about standard output: the commands answer for their files
        # Python flushes once more when it ends, and must not stumble again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno in {errno.EPIPE, errno.EINVAL}:  # nobody reads on; the second on Windows
            return 141
        sys.stderr.write(f"{NAME}: cannot write the output: {error.strerror or error}\n")
        return 2


def _run(arguments: list[str]) -> int:
    if arguments == ["--version"]:  # without the parser, whose import takes as long as Python's
        sys.stdout.write(f"{NAME} {version()}\n")
        return 0
    from .cli import run  # noqa: PLC0415  # see above

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
