"""The command line: subcommands, arguments and options."""

import argparse
import sys
from collections.abc import Sequence
{% if project.plugin_folder %}
from pathlib import Path
{% endif %}
from typing import Any

from ._about import NAME, version

__all__ = ["run"]

{% set sample = {"help_examples": ["count to be or not to be"], "exit_statuses": {1: "it failed", 2: "wrong usage"}} %}
{% include "includes/cli/epilog.jinja" %}


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments ask for; return the exit status, or raise SystemExit with it."""
    options = _parser().parse_args(arguments)
    from . import _commands  # noqa: PLC0415  # help needs none of it
    from ._logs import start_logging  # noqa: PLC0415  # see above

    start_logging(options.verbose - options.quiet)
{% if project.plugin_support %}
    if options.command == "plugins":
        return _commands.list_plugins({{ "options.plugins" if project.plugin_folder }})
{% endif %}
    return _commands.count(options.words)


{% include "includes/cli/argparse-parser.jinja" %}


def _parser() -> argparse.ArgumentParser:
    flags = _Parser(add_help=False)
    flags.add_argument("--version", action=_Flag, help="print the version")
    flags.add_argument(
        "-v", "--verbose", action=_Flag, help="show more, and tracebacks; twice, all"
    )
    flags.add_argument("-q", "--quiet", action=_Flag, help="show errors only")
    parser = _Parser(
        prog=NAME,
        parents=[flags],
        description="Count words.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    count = commands.add_parser("count", parents=[flags], help="count words")
    count.add_argument("words", nargs="+", metavar="WORD", help="word to count")
{% if project.plugin_support %}

{% if project.plugin_folder %}
    plugins = commands.add_parser(
        "plugins", parents=[flags], help="list the plugins, and which failed"
    )
    plugins.add_argument("--plugins", type=Path, metavar="FOLDER", help="load plugins from here")
{% else %}
    commands.add_parser("plugins", parents=[flags], help="list the plugins, and which failed")
{% endif %}
{% endif %}
    return parser
