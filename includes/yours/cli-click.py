"""The command line: subcommands, arguments and options."""

import sys
from collections.abc import Sequence
from functools import partial
{% if project.plugin_folder %}
from pathlib import Path
{% endif %}
from typing import NoReturn

import click

from ._about import NAME, version

__all__ = ["run"]

{% set sample = {"help_examples": ["count to be or not to be"], "exit_statuses": {1: "it failed", 2: "wrong usage"}} %}
{% include "includes/cli/epilog.jinja" %}


{% include "includes/cli/click-run.jinja" %}


@click.group(cls=_Group, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@_version
@_times("-v", "--verbose", help="Show more, and tracebacks; twice, all.")
@_times("-q", "--quiet", help="Show errors only.")
def _command() -> None:
    """Count words."""


{% include "includes/yours/count-click.py" %}
{% if project.plugin_support %}


@_command.command("plugins")
{% if project.plugin_folder %}
@click.option(
    "--plugins",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Load plugins from here.",
)
def _plugins(plugins: Path | None) -> int:
    """List the plugins, and which failed."""
    from . import _commands  # noqa: PLC0415  # see above

    return _commands.list_plugins(plugins)
{% else %}
def _plugins() -> int:
    """List the plugins, and which failed."""
    from . import _commands  # noqa: PLC0415  # see above

    return _commands.list_plugins()
{% endif %}
{% endif %}
