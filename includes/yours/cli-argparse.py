"""The command line: subcommands, arguments and options."""

import argparse
import sys
from collections.abc import Sequence
{% if project.plugin_folder %}
from pathlib import Path
{% endif %}

from . import _commands
from ._about import NAME, version
from ._logs import start_logging

__all__ = ["run"]

{% set sample = {"help_examples": ["count to be or not to be"], "exit_statuses": {1: "it failed", 2: "wrong usage"}} %}
{% include "includes/cli/epilog.jinja" %}


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments of the command ask for.

    Returns:
        The exit status.

    Raises:
        SystemExit: If they are wrong, or ask for help or the version.

    """
    options = _parser().parse_args(arguments)
    start_logging(options.verbose - options.quiet)
{% if project.plugin_support %}
    if options.command == "plugins":
        return _commands.list_plugins({{ "options.plugins" if project.plugin_folder }})
{% endif %}
    return _commands.count(options.words)


{% include "includes/cli/argparse-version.jinja" %}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=NAME,
        description="Count words.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", nargs=0, action=_Version, help="print the version")
    parser.add_argument(
        "-v", "--verbose", action="count", default=0, help="show more, and tracebacks; twice, all"
    )
    parser.add_argument("-q", "--quiet", action="count", default=0, help="show errors only")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    count = commands.add_parser("count", help="count words")
    count.add_argument("words", nargs="+", metavar="WORD", help="word to count")
{% if project.plugin_support %}

    {{ "plugins = " if project.plugin_folder }}commands.add_parser("plugins", help="list the plugins, and which failed")
{% if project.plugin_folder %}
    plugins.add_argument("--plugins", type=Path, metavar="FOLDER", help="load plugins from here")
{% endif %}
{% endif %}
    return parser
