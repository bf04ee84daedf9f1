"""Templates of another kind that keep a repository, as their own files tell."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from treewright import again
from treewright.adopting.reading import Sources
from treewright.updating.rendering import TEMPLATE

_ANSWERS = re.compile(
    r"(?:\.(?:config|copier|github)/)?\.?copier-answers[\w.-]*\.ya?ml|\.copier/[\w.-]+\.ya?ml"
)


def own(sources: Sources) -> Mapping[str, Any] | None:
    """Give the answers of a project that is Treewright's already, or is about to be."""
    for _, answers in _copier(sources):
        if is_own(answers.get("_src_path")):
            return answers
    return None


def is_own(address: object) -> bool:
    """Tell whether an address is Treewright's, or that of this checkout."""
    return again.is_own(address) or str(address) == str(TEMPLATE)


def live(sources: Sources) -> Iterator[tuple[str, str]]:
    """Find the templates that keep a repository.

    Yields:
        The file that tells, and what the template is called there.

    """
    for path, answers in _copier(sources):
        if (address := answers.get("_src_path")) and not is_own(address):
            yield path, f"the Copier template {_without_secret(str(address))}"
    if there := sources.data(".cruft.json"):
        template = _json(there).get("template")
        yield ".cruft.json", f"the Cookiecutter template {_without_secret(str(template))}"
    if any(path.startswith(".rhiza/") for path in sources.files):
        yield ".rhiza/", f"the Rhiza template {_of_rhiza(sources)}"
    for path in (".projenrc.py", ".projenrc.js", ".projenrc.ts", ".projenrc.json"):
        if there := sources.data(path):
            yield path, f"the projen project {_of_projen(there)}"


def _copier(sources: Sources) -> Iterator[tuple[str, Mapping[str, Any]]]:
    listed = [path for path in sources.files if _ANSWERS.fullmatch(path)]
    if ".copier-answers.yml" not in listed:  # written, and not yet committed
        listed.append(".copier-answers.yml")
    for path in listed:
        answers = _yaml(sources.text(path))
        if isinstance(answers, dict):
            yield path, answers


def _of_rhiza(sources: Sources) -> str:
    for path in sources.files:
        if re.fullmatch(r"\.rhiza/template\.ya?ml", path):
            said = _yaml(sources.text(path))
            known = said if isinstance(said, dict) else {}
            for key in ("template-repository", "repository", "template_repository"):
                if key in known:
                    return _without_secret(str(known[key]))
    return "that .rhiza/ names"


def _of_projen(code: bytes) -> str:
    """Give the kind of project that a .projenrc.py makes, by the call of a class; never run."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "that it makes"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name.endswith("Project"):
                return str(name)
    return "that it makes"


def _yaml(text: str) -> object:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None


def _json(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _without_secret(address: str) -> str:
    """Leave out what is before an `@` in an address of the web, or behind a user's name."""
    return re.sub(r"(?<=://)[^/?#@]*@", "", address)
