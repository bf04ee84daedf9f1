"""What the subcommands do, whichever library parses their arguments."""

import logging
import sys
{% if project.plugin_folder %}
from pathlib import Path
{% endif %}

{% if project.plugin_support %}
from ._plugin_list import print_plugins
from .plugins import {{ "PluginError, " if project.plugin_folder }}find_plugins
{% endif %}
from .words import count_words

_logger = logging.getLogger(__name__)


{% set blank = true %}
{% include "includes/yours/count.py" %}
{% if project.plugin_folder %}


def list_plugins(folder: Path | None) -> int:
    """Print each plugin and its origin, then the failures; return the exit status."""
    try:
        return print_plugins(find_plugins(folder=folder))
    except PluginError as error:
        _logger.error("%s", error)  # noqa: TRY400  # a message for the user
        return 2
{% elif project.plugin_support %}


def list_plugins() -> int:
    """Print each plugin and its origin, then the failures; return the exit status."""
    return print_plugins(find_plugins())
{% endif %}
