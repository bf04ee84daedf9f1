"""Templates of another kind that keep a repository, as their own files tell.

These files are read as data, whatever is in them. Their code, such as a .projenrc.py, is parsed and
never run.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml
from packaging.utils import InvalidName, canonicalize_name

from treewright import again
from treewright.adopting import metadata
from treewright.adopting.found import Found
from treewright.adopting.reading import Sources, table, under
from treewright.updating.layers import owner_of
from treewright.updating.rendering import TEMPLATE

_ANSWERS = re.compile(
    r"(?:\.(?:config|copier|github)/)?\.?copier-answers[\w.-]*\.ya?ml|\.copier/[\w.-]+\.ya?ml"
)
_UNNAMED = "that it does not name"
_LONGEST = 200  # characters of an address that is shown
_PROJEN = (".projenrc.py", ".projenrc.js", ".projenrc.ts", ".projenrc.json")
# For each answer, what templates call it, the surest first; in snake case.
_CALLED = {
    "project_name": (
        "distribution_name",
        "python_package_distribution_name",
        "pypi_package_name",
        "project_name",
        "name",
        "project_slug",
        "repo_name",
        "repository_name",
        "package_name",
    ),
    "project_description": (
        "project_short_description",
        "project_description",
        "short_description",
        "package_description",
        "description",
    ),
    "user_name": (
        "author_name",
        "author_fullname",
        "author_full_name",
        "full_name",
        "author",
        "user_name",
        "maintainer",
    ),
    "user_email": ("author_email", "email", "user_email", "maintainer_email"),
    "python_min": (
        "python_min",
        "min_python_version",
        "minimum_python_version",
        "python_requires",
        "requires_python",
        "python_version",
    ),
}


class Other(NamedTuple):
    """A template that keeps a repository.

    Args:
        file: The file that tells.
        called: What the template is called there, as a person would say it.
        said: What its answers are, by the names that it has for them.

    """

    file: str
    called: str
    said: Mapping[str, str]

    @property
    def answers(self) -> dict[str, Found]:
        """Its answers that copier.yml asks for, too, by the names there."""
        found = {}
        for name, keys in _CALLED.items():
            for key in keys:
                if value := _taken(name, self.said.get(key, "")):
                    found[name] = Found(value, f"{key} in {self.file}", "likely")
                    break
        return found


def answers(sources: Sources) -> dict[str, Found]:
    """Give what the templates that keep a repository know of it, by the names of copier.yml."""
    return {name: found for other in live(sources) for name, found in other.answers.items()}


def own(sources: Sources) -> Mapping[str, Any] | None:
    """Give the answers of a project that is Treewright's already, or is about to be."""
    for _, found in _copier(sources):
        if is_own(found.get("_src_path")):
            return found
    return None


def is_own(address: object) -> bool:
    """Tell whether an address is Treewright's, or that of this checkout."""
    return isinstance(address, str) and (again.is_own(address) or address == str(TEMPLATE))


def live(sources: Sources) -> Iterator[Other]:
    """Find the templates that keep a repository; an overlay only has its part in files."""
    for path, found in _copier(sources):
        if owner_of(path, sources.files):
            continue
        if (address := found.get("_src_path")) and not is_own(address):
            yield Other(path, f"the Copier template {_address(address)}", _plain(found))
    if there := sources.data(".cruft.json"):
        cruft = _json(there)
        context = table(under(cruft, "context", "cookiecutter"))
        called = f"the Cookiecutter template {_address(cruft.get('template'))}"
        yield Other(".cruft.json", called, _plain(context))
    if any(path.startswith(".rhiza/") for path in sources.files):
        yield Other(".rhiza/", f"the Rhiza template {_of_rhiza(sources)}", {})
    for path in _PROJEN:
        if there := sources.data(path):
            kind, said = _of_projen(there) if path.endswith(".py") else _of_projen_json(there)
            yield Other(path, f"the projen project {kind}", _plain(said))


def _copier(sources: Sources) -> Iterator[tuple[str, Mapping[str, Any]]]:
    listed = [path for path in sources.files if _ANSWERS.fullmatch(path)]
    if ".copier-answers.yml" not in listed:  # written, and not yet committed
        listed.append(".copier-answers.yml")
    for path in listed:
        if found := _yaml(sources.text(path)):
            yield path, found


def _of_rhiza(sources: Sources) -> str:
    for path in sources.files:
        if re.fullmatch(r"\.rhiza/template\.ya?ml", path):
            said = _yaml(sources.text(path))
            for key in ("template-repository", "repository", "template_repository"):
                if key in said:
                    return _address(said[key])
    return _UNNAMED


def _of_projen(code: bytes) -> tuple[str, Mapping[str, object]]:
    """Give the class of the project that a .projenrc.py makes, and what it says of it plainly."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _UNNAMED, {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name.endswith("Project"):
                return name, {
                    keyword.arg: keyword.value.value
                    for keyword in node.keywords
                    if keyword.arg and isinstance(keyword.value, ast.Constant)
                }
    return _UNNAMED, {}


def _of_projen_json(data: bytes) -> tuple[str, Mapping[str, object]]:
    """Give the same of a .projenrc.json; one that is code in another language tells nothing."""
    said = _json(data)
    return _address(said.get("type")), said


# --- What others wrote -------------------------------------------------------------------


def _taken(name: str, value: str) -> str:
    """Give an answer as copier.yml takes it; nothing, where it does not."""
    if name == "project_name":
        return value if _is_name(value) else ""
    if name == "user_email":
        return metadata.email(value)
    if name == "python_min":
        minor = metadata.floor(value)
        return f"3.{minor}" if minor is not None and minor >= metadata.OLDEST else ""
    return value


def _is_name(value: str) -> bool:
    try:
        return bool(canonicalize_name(value, validate=True))
    except InvalidName:
        return False


def _plain(said: Mapping[str, object]) -> dict[str, str]:
    """Give the answers that are a line of text, under names in snake case."""
    return {
        re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-\s]+", "_", str(name)).lower(): metadata.one_line(value)
        for name, value in said.items()
        if isinstance(value, str) and "{{" not in value
    }


class _Texts(yaml.BaseLoader):
    """Reads YAML whose scalars are all text, as 3.10 is, but for null."""


_NULL = "tag:yaml.org,2002:null"
_Texts.add_implicit_resolver(_NULL, re.compile(r"~|null|Null|NULL|"), ["~", "n", "N", ""])
_Texts.add_constructor(_NULL, lambda *_: None)


def _yaml(text: str) -> dict[str, Any]:
    """Read YAML; nothing, where it is no mapping."""
    try:
        found = yaml.load(text, Loader=_Texts)  # noqa: S506  # it makes texts only
    except (yaml.YAMLError, RecursionError, ValueError):
        return {}
    return table(found)


def _json(data: bytes) -> dict[str, Any]:
    try:
        return table(json.loads(data))
    except (ValueError, RecursionError):
        return {}


def _address(said: object) -> str:
    """Give an address in one line, without what is before an `@`, where a secret may be."""
    if not isinstance(said, str):
        return _UNNAMED
    return re.sub(r"(?<=://)[^/?#@]*@", "", metadata.one_line(said))[:_LONGEST] or _UNNAMED
