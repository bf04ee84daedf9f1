"""The command line: subcommands, arguments and options."""

import sys
from collections.abc import Sequence
from functools import partial
{% if project.plugin_folder %}
from pathlib import Path
{% endif %}
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from ._about import NAME, version

__all__ = ["run"]

{% set sample = {"help_examples": ["count to be or not to be"], "exit_statuses": {1: "it failed", 2: "wrong usage"}} %}
{% include "includes/cli/epilog.jinja" %}


{% include "includes/cli/typer-app.jinja" %}
_Verbose = Annotated[int, _times("--verbose", "-v", help="Show more, and tracebacks; twice, all.")]
_Quiet = Annotated[int, _times("--quiet", "-q", help="Show errors only.")]


@_app.callback()
def _command(*, _version: _Version = False, _verbose: _Verbose = 0, _quiet: _Quiet = 0) -> None:
    """Count words."""


{% include "includes/yours/count-typer.py" %}
{% if project.plugin_folder %}


_Plugins = Annotated[Path | None, typer.Option(metavar="FOLDER", help="Load plugins from here.")]


@_app.command("plugins")
def _plugins(plugins: _Plugins = None) -> None:
    """List the plugins, and which failed."""
    from . import _commands  # noqa: PLC0415  # see above

    raise typer.Exit(_commands.list_plugins(plugins))
{% elif project.plugin_support %}


@_app.command("plugins")
def _plugins() -> None:
    """List the plugins, and which failed."""
    from . import _commands  # noqa: PLC0415  # see above

    raise typer.Exit(_commands.list_plugins())
{% endif %}
