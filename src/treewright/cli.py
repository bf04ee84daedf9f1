"""The command `treewright`: each verb hands over to Copier, or to what the hooks run."""

from treewright import isolation  # noqa: F401, I001  # first
import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from treewright.rows import say
from treewright.signals import ended_by_signal


def _new(arguments: list[str]) -> int:
    """Make a package: ask, as `copier copy` does, and prove it."""
    from treewright import stock  # noqa: PLC0415  # Copier takes a third of a second

    return stock.new(arguments)


def _update(arguments: list[str]) -> int:
    """Update a project to a release, or to other answers, as `copier update` does."""
    from treewright import stock  # noqa: PLC0415  # as above

    return stock.update(arguments)


def _finish(arguments: list[str]) -> int:
    """Do what a changed answers file asks for, and merge what is on the branch."""
    from treewright.branch.command import run  # noqa: PLC0415  # as above

    return run(arguments)


def _adopt(arguments: list[str]) -> int:
    """Have a repository that is there join, and keep what is its own."""
    from treewright.adopting.command import run  # noqa: PLC0415  # as above

    return run(arguments)


def _prove(arguments: list[str]) -> int:
    """Prove that a project's wheel holds exactly the package that its tree shows."""
    from treewright import again, shell  # noqa: PLC0415  # not for the other verbs
    from treewright.proof.command import run  # noqa: PLC0415

    command = again.treewright() or f"{shell.python()} -m treewright"
    return run(arguments, command="treewright prove", again=f"{command} prove")


def _fleet(arguments: list[str]) -> int:
    """Tell what a release will do to many repositories, and how far they have drifted."""
    from treewright.fleet.command import run  # noqa: PLC0415  # as above

    return run(arguments)


def _overlay(arguments: list[str]) -> int:
    """Lay in what an organisation's overlays have for a project's files."""
    from treewright.overlay import run  # noqa: PLC0415  # as above

    return run(arguments)


_VERBS = {
    "new": _new,
    "adopt": _adopt,
    "update": _update,
    "finish": _finish,
    "prove": _prove,
    "fleet": _fleet,
    "overlay": _overlay,
}


class _Version(argparse.Action):
    """Look the version up only where it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError  # noqa: PLC0415

        try:
            from treewright import __version__  # noqa: PLC0415
        except PackageNotFoundError:
            __version__ = f"in {Path(__file__).parent}, which is not installed"
        say(f"treewright {__version__}")
        parser.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the verb that the command line names.

    Args:
        arguments: The command line without the program's name; by default, this process's.

    Returns:
        The exit status: that of the verb; 2 where the usage is wrong; 130 after Ctrl-C.

    Raises:
        SystemExit: If a signal ends it, with 128 and the signal's number.

    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    verbs = "\n".join(f"  {name:8}{verb.__doc__}" for name, verb in _VERBS.items())
    parser = argparse.ArgumentParser(
        prog="treewright",
        description="Start Python packages, keep them up to date, and prove their wheels.",
        epilog=f"verbs:\n{verbs}\n\n`treewright VERB --help` tells the options of each.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    parser.add_argument("verb", choices=_VERBS, metavar="VERB", help="what to do: see below")
    chosen = parser.parse_args(given[:1])  # the rest is for the verb
    try:
        with ended_by_signal():
            status = _VERBS[chosen.verb](given[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        say("Interrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of the output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 2
    return status
