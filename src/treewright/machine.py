"""What this machine lends to a hook, a build or a script: programs, and variables.

Both are chosen here once, so that neither the project nor the mood of a shell decides what runs.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

# What belongs to the user's shell: it changes which interpreter, repository or environment is
# meant, or how Python behaves. https://docs.python.org/3/using/cmdline.html#environment-variables
# https://git-scm.com/docs/git#_environment_variables
_OF_THE_SHELL = re.compile(
    r"PYTHON\w*|__PYVENV_LAUNCHER__|VIRTUAL_ENV\w*|CONDA_PREFIX"
    r"|GIT_(?!CONFIG|CEILING|EXEC_PATH|SSH|SSL|ASKPASS|TERMINAL|PROXY|HTTP|ALLOW)\w*"
    r"|UV_(?:PYTHON|PROJECT\w*|WORKING_DIR\w*|NO_PROJECT|NO_BUILD\w*|SYSTEM_PYTHON)"
    r"|PIP_(?:TARGET|PREFIX|ROOT|USER|PYTHON|REQUIRE_VIRTUALENV|NO_BUILD_ISOLATION)"
)
# How git shows things. Where the repository is stays as Copier has it, which asks git, too.
_MOODS = re.compile(
    r"GIT_(?:EXTERNAL_DIFF|DIFF_OPTS|TRACE\w*|\w+_PATHSPECS|PAGER|REDIRECT_\w+|ATTR_\w+|FLUSH)"
)

# A hook of git, or an alias, sets these for its own command.
_OF_REPOSITORY = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
)
_SECRET = re.compile(
    r"TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|COOKIE|APIKEY|PRIVATE_?KEY|CONNECTION_STRING"
    r"|(?:^|_)(?:KEY|KEYS|AUTH|PAT|PASS|DSN|SAS)(?:_|$)(?!SOCK)"
)
PASSWORD_IN_ADDRESS = re.compile(r"://[^/@\s]+@")
# Of uv, pip and all that honours proxies; what uploads with is not among them.
_FOR_FETCHING = re.compile(
    r"UV_(?:DEFAULT_INDEX|INDEX\w*|EXTRA_INDEX_URL|FIND_LINKS)|PIP_(?:EXTRA_)?INDEX_URL"
    r"|PIP_(?:FIND_LINKS|PROXY)|(?:HTTPS?|ALL|NO)_PROXY"
)


def variables(**more: str) -> dict[str, str]:
    """Give the environment variables for a build, an interpreter or a script.

    Args:
        more: Variables to add.

    """
    kept = {name: value for name, value in os.environ.items() if not _OF_THE_SHELL.fullmatch(name)}
    return kept | more


def without_secrets(environment: dict[str, str], *, fetches: bool = False) -> dict[str, str]:
    """Give an environment without the variables that look like secrets, by name or by value.

    The code of a project has no use for what opens a registry or a cloud. What opens the package
    index, or a proxy, stays for a program that fetches packages.

    Args:
        environment: The variables.
        fetches: Whether it is for such a program.

    """
    return {
        name: value
        for name, value in environment.items()
        if name.startswith("GIT_CONFIG_KEY_")  # git's own numbered settings
        or (fetches and _FOR_FETCHING.fullmatch(name.upper()))
        or not (_SECRET.search(name.upper()) or PASSWORD_IN_ADDRESS.search(value))
    }


def variables_for_git(**more: str) -> dict[str, str]:
    """Give the environment variables for git.

    Args:
        more: Variables to add.

    """
    kept = {name: value for name, value in os.environ.items() if not _MOODS.fullmatch(name)}
    return kept | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"} | more


def with_git_settings(
    environment: Mapping[str, str], settings: Iterable[tuple[str, str]]
) -> dict[str, str]:
    """Give an environment in which git has some settings, above those of any file.

    https://git-scm.com/docs/git-config#Documentation/git-config.txt-GITCONFIGCOUNT

    Args:
        environment: The variables, which may have such settings.
        settings: Names and values.

    """
    found, number = {**environment}, int(environment.get("GIT_CONFIG_COUNT") or 0)
    for name, value in settings:
        found |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
        number += 1
    return found | {"GIT_CONFIG_COUNT": str(number)}


def forget_repository() -> None:
    """Have this process find the repository by its folder, wherever it was started."""
    for name in _OF_REPOSITORY:
        os.environ.pop(name, None)


def program(name: str) -> str | None:
    """Find a program, by an absolute path; one of the project only where there is no other.

    Windows looks into the current folder first, which may be anybody's repository.

    Args:
        name: Its name, without a suffix.

    """
    here = Path.cwd().resolve()
    folders = [Path(part) for part in os.get_exec_path() if Path(part).is_absolute()]
    inside = [folder for folder in folders if folder.resolve().is_relative_to(here)]
    for folder in [*(folder for folder in folders if folder not in inside), *inside]:
        if folder.resolve() != here and (found := shutil.which(str(folder / name))):
            return found
    return None


def git() -> str | None:
    """Find git."""
    return program("git")


def uv() -> str | None:
    """Find uv: where the variable UV says, on the PATH, or beside this interpreter."""
    beside = Path(sys.executable).with_name("uv")
    told = os.environ.get("UV", "")
    if Path(told).is_absolute() and os.access(told, os.X_OK):
        return told
    return program("uv") or shutil.which(str(beside))
