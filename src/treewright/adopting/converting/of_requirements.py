"""A package that names what it needs in a Pipfile or requirements.txt, and has no metadata yet.

Sources: https://pip.pypa.io/en/stable/reference/requirements-file-format/ and
https://github.com/pypa/pipfile
"""

import ast
import tomllib
from pathlib import Path

from treewright.adopting.converting.drafts import Draft, UnconvertedError, by_tool, text_of
from treewright.toml_merge.syntax import Document

_MANAGERS = {"Pipfile": "pipenv", "requirements.in": "pip-tools", "requirements.txt": "pip"}
_FOR_WORK = ("requirements-dev.txt", "requirements-dev.in")
_NO_PACKAGE = frozenset({"tests", "test", "docs", "doc", "examples", "benchmarks", "scripts"})
_FIRST = "0.0.0"


def draft(project: Path) -> Draft | None:
    """Draft [project] from a file of requirements; None where there is none.

    The file stays: only its owner knows who reads it.

    Args:
        project: The project's folder.

    Raises:
        UnconvertedError: If there is not one package, or a line that is no requirement.

    """
    source = next((name for name in _MANAGERS if (project / name).is_file()), None)
    if not source:
        return None
    package = _package(project)
    named = [source] if source == "Pipfile" else [source, *_FOR_WORK]
    files = {name: _inlined(project, name) for name in named if (project / name).is_file()}
    made = Document(by_tool(source, {"files": files, "manager": _MANAGERS[source]}))
    data = tomllib.loads(made.text)
    data.get("tool", {}).get("uv", {}).pop("package", None)
    data.get("tool", {}).get("uv", {}).pop("default-groups", None)
    if not data.get("tool", {}).get("uv"):
        data.pop("tool", None)
    data["project"] |= {"name": package.name.replace("_", "-"), "version": _FIRST}
    settings = data.setdefault("tool", {}).setdefault("setuptools", {})
    where = package.parent.relative_to(project).as_posix()
    settings["packages"] = {
        "find": {"where": [where], "include": [package.name, f"{package.name}.*"]}
    }
    found = Draft(source, data, made.text)
    found.done.append(f"{source} is there still: delete it where nothing else reads it.")
    if name := _version_name(package / "__init__.py"):
        data["project"].pop("version")
        data["project"]["dynamic"] = ["version"]
        settings["dynamic"] = {"version": {"attr": f"{package.name}.{name}"}}
    else:
        found.done.append(f"The version is {_FIRST}: nothing told another.")
    return found


def _package(project: Path) -> Path:
    """Find the one package of the project."""
    for folder in (project / "src", project):
        inits = sorted(folder.glob("*/__init__.py"))
        packages = [init.parent for init in inits if init.parent.name not in _NO_PACKAGE]
        if len(packages) > 1:
            names = ", ".join(package.name for package in packages)
            raise UnconvertedError(
                f"There are several packages ({names}): write [project] by hand."
            )
        if packages:
            return packages[0]
    raise UnconvertedError("There is no package here that a wheel could hold.")


def _inlined(project: Path, name: str, seen: tuple[str, ...] = ()) -> str:
    """Give the text of a file of requirements, with those that it takes in."""
    text = text_of(project / name) or ""
    if not name.endswith((".txt", ".in")):
        return text
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        option, _, value = line.strip().partition(" ")
        other = (Path(name).parent / value.strip()).as_posix()
        if option in {"-r", "--requirement"} and other not in seen:
            lines.append(_inlined(project, other, (*seen, name)))
        elif option.startswith("-"):
            raise UnconvertedError(
                f"{name}, line {number}: {line.strip()!r} has no place in [project]; take it out."
            )
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def _version_name(module: Path) -> str:
    try:
        tree = ast.parse(module.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, SyntaxError):
        return ""
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="__version__")], value=ast.Constant(value=str())):
                return "__version__"
    return ""
