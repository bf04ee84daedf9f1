"""The command by which CI could run a repository's own tests: what its files say, never tried."""

import re
from collections.abc import Mapping

from treewright.adopting.found import Found
from treewright.adopting.kinds import table
from treewright.adopting.reading import Sources, under
from treewright.proof.project import named

_GROUPS = tuple(table()["tests"]["groups"])
_LATER = ("dev", "develop", "development", "all")
_PYTEST = re.compile(
    r"(.*/)?(conftest\.py|test_[^/]*\.py|[^/]*_test\.py)|\.?pytest\.(ini|toml)", re.IGNORECASE
)


def infer(sources: Sources) -> Found:
    """Infer the command; it needs uv, which CI has."""
    return (
        _of_a_runner(sources)
        or _of_groups(sources)
        or _of_hatch(sources, "test", "tests")
        or _of_files(sources)
        or Found("", "no sign of tests", "likely")
    )


def _of_a_runner(sources: Sources) -> Found | None:
    """Take a runner that chooses the environment by itself."""
    runs = any(name == "tox" or name.startswith("testenv") for name in sources.tox_ini)
    if runs or sources.declared("tool", "tox") is not None:
        where = "tox.ini" if sources.text("tox.ini") else "[tool.tox] in pyproject.toml"
        return Found("uvx --with tox-uv tox run -e py", where, "likely")
    if sources.text("tox.toml"):
        return Found("uvx --with tox-uv tox run -e py", "tox.toml", "likely")
    if session := re.search(r"(?m)^def (tests?|unit|pytest)\(", sources.text("noxfile.py")):
        return Found(f"uvx nox -s {session[1]}", "noxfile.py", "likely")
    if (hatch := sources.declared("tool", "hatch", "envs", "hatch-test")) is not None:
        return Found("uvx hatch test", "[tool.hatch.envs.hatch-test]", "likely") if hatch else None
    return _of_hatch(sources, "default")


def _of_hatch(sources: Sources, *environments: str) -> Found | None:
    """Run the script that tests in one of Hatch's environments."""
    for environment in environments:
        table = f"[tool.hatch.envs.{environment}.scripts]"
        scripts = sources.declared("tool", "hatch", "envs", environment, "scripts")
        for name in ("test", "tests", "run"):
            if under(scripts, name):
                prefix = "" if environment == "default" else f"{environment}:"
                return Found(f"uvx hatch run {prefix}{name}", table, "likely")
    return None


def _of_groups(sources: Sources) -> Found | None:
    """Run pytest with the group, the extra or the file that brings it."""
    poetry = under(sources.declared("tool", "poetry", "group"), "*") is not None
    if (poetry or sources.declared("tool", "poetry", "dev-dependencies")) and not (
        sources.declared("dependency-groups")
    ):
        if _chosen(sources.groups):
            command = "uvx poetry install && uvx poetry run pytest"
            return Found(command, "the groups of [tool.poetry]", "likely")
    elif sources.declared("tool", "pdm", "dev-dependencies") and _chosen(sources.groups):
        return Found("uvx pdm run pytest", "[tool.pdm.dev-dependencies]", "likely")
    elif name := _chosen(sources.groups):
        return Found(f"uv run --group {name} pytest", f"the dependency group {name}", "likely")
    if name := _chosen(sources.extras):
        return Found(f"uv run --extra {name} pytest", f"the extra {name}", "likely")
    if path := _chosen(sources.requirements_files):
        return Found(f"uv run --with-requirements {path} pytest", path, "likely")
    return None


def _chosen(places: Mapping[str, list[str]]) -> str:
    """Choose what brings pytest: by its name, what is for tests; else what is for developers."""
    bringing = [
        name
        for name, listed in places.items()
        if re.fullmatch(r"[\w./-]+", name) and any(named(line) == "pytest" for line in listed)
    ]

    def rank(name: str) -> int:
        words = re.split(r"[^a-z]+", name.lower())
        return 0 if {*words} & {*_GROUPS} else 1 if {*words} & {*_LATER} else 2

    return min(bringing, key=rank, default="")


def _of_files(sources: Sources) -> Found | None:
    """Run pytest, which takes what unittest takes, and fails where it finds no test."""
    file = next((path for path in sources.files if _PYTEST.fullmatch(path)), "")
    settings = sources.declared("tool", "pytest") is not None or "tool:pytest" in sources.setup_cfg
    if not (file or settings):
        return None
    return Found("uv run --with pytest pytest", file or "the settings of pytest", "guess")
