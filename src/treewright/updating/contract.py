"""The checks of what every package promises: since v0.6.0 the template's, in a file of their own.

Before, they were a seed, so what later releases knew better did not reach older projects. The
seed is removed where nobody has touched it. What its owner decided against stays off.
"""

import ast
import re
from collections.abc import Iterator
from contextlib import suppress

from treewright.rows import some
from treewright.updating.answers import EMPTY, Update
from treewright.updating.migrations import crosses
from treewright.updating.names import Names
from treewright.updating.rendering import TEMPLATE
from treewright.updating.repository import Repository

SEED, MANAGED = "tests/test_contract.py", "tests/test_package_contract.py"
SINCE = "v0.6.0"
_TEXTS = ("v0.1.0", "v0.4.1", "v0.5.0")  # the releases that changed the seed
_ADDOPTS = re.compile(r"(?m)^(addopts = (?:\[(\s*)|[\"']))")


def hand_over(update: Update) -> str:
    """Let the managed file take the place of the seed, and say in one sentence what was done.

    Args:
        update: The update, after all that is merged by it.

    """
    repository, project = update.repository, update.project
    if not crosses(update, SINCE) or repository.read(MANAGED) is None:
        return ""
    before, _ = update.versions
    if before == EMPTY:  # it comes where the tests are to be the template's
        return ""
    seed = repository.committed(SEED)
    if seed is None:
        (project / MANAGED).unlink()
        return f"{MANAGED} stays away, as {SEED} was deleted"
    rendered = [*_rendered(update)]
    off = _deselected(repository)
    if seed in rendered:
        (project / SEED).unlink(missing_ok=True)
        told = f"{MANAGED}, which updates improve, takes the place of {SEED}"
    else:
        off += [name for name in _changed(seed, rendered) if name not in off]
        told = f"{SEED} has changes of yours, and stays; {MANAGED} has its checks and more"
    if not off:
        return told
    switched_off = _deselect(repository, off)
    how = "pyproject.toml deselects" if switched_off else "to deselect, as you had changed it:"
    return f"{told}; {how} {some(off)}"


def _rendered(update: Update) -> Iterator[bytes]:
    """Give what each release made of the seed, with the names of the package before."""
    with suppress(KeyError):  # answers that were edited by hand
        names = Names.of(update.before)
        for version in dict.fromkeys([update.versions[0], *_TEXTS]):  # a clone may lack tags
            text = Repository(TEMPLATE).committed(f"template/{SEED}.jinja", version)
            if text is not None:
                for pattern, name in [
                    (rb"{{ (project\.)?import_path }}", names.import_path),
                    (rb"{{ project_name }}", names.distribution),
                ]:
                    text = re.sub(pattern, name.encode(), text)
                yield text


def _changed(seed: bytes, rendered: list[bytes]) -> list[str]:
    """Name the checks that the owner of a seed has removed, or changed."""
    ours = _checks(seed)
    releases = [_checks(text) for text in rendered]
    made = max(releases, key=lambda checks: len(checks.items() & ours.items()), default=ours)
    return [name for name in made if ours.get(name) != made[name]]


def _checks(text: bytes) -> dict[str, str]:
    with suppress(SyntaxError, ValueError):
        functions = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef))
        return {node.name: ast.dump(node) for node in functions if node.name.startswith("test_")}
    return {}


def _deselected(repository: Repository) -> list[str]:
    """Give the checks of the seed that the settings of pytest leave out."""
    settings = (repository.read("pyproject.toml") or b"").decode(errors="replace")
    return re.findall(rf"--deselect[= ]{SEED}::(\w+(?:\[[^]]*\])?)", settings)


def _deselect(repository: Repository, names: list[str]) -> bool:
    """Leave checks out, by the settings of pytest; tell whether these could be changed."""
    settings = repository.read("pyproject.toml") or b""
    options = [f"--deselect={MANAGED}::{name}" for name in names]

    def add(found: re.Match[str]) -> str:
        listed = "".join(f'"{option}", ' for option in options)
        return found[1] + (" ".join([*options, ""]) if found[2] is None else listed)

    with suppress(UnicodeDecodeError):
        text, count = _ADDOPTS.subn(add, settings.decode(), count=1)
        repository.write("pyproject.toml", text.encode())
        return bool(count)
    return False
