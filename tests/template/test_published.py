"""Until PyPI has the package, nothing calls it from there; then one line updates what it made."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from conftest import OfPackage
from published import PIN
from rendering import ROOT
from treewright import distribution

# As uvx, pip, tox or a requirements file name what an index has; `--from PATH` names a file.
FROM_PYPI = re.compile(
    r"(?:uvx|uv tool run|uv tool install|pipx? install|pipx run) (?:--?(?!from )\w+ )*"
    r"[\"']?treewright\b(?!-\d)"
    r"|treewright(?:[=<>~!]=|@latest)|depNameTemplate.*treewright"
)


def texts(project: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(filter(Path.is_file, project.rglob("*"))):
        yield path.relative_to(project).as_posix(), path.read_bytes().decode("utf-8", "replace")


def calls(project: Path) -> set[str]:
    """Give the files that take the package from PyPI."""
    return {path for path, text in texts(project) if FROM_PYPI.search(text)}


def test_nothing_calls_what_is_not_there(
    of_package: OfPackage, covering: list[Path], from_address: dict[str, Path]
) -> None:
    made = [project for (pin, *_), project in of_package.items() if not pin]
    for project in [*made, *covering, *from_address.values()]:
        assert calls(project) == set(), project
    if not distribution.PIN:
        pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
        found = {path.name for path in pages if FROM_PYPI.search(path.read_text("utf-8"))}
        assert found <= {"publishing.md"}, "which says what to do so that it is there"


@pytest.mark.parametrize(("forge", "bot"), [("github", "dependabot"), ("gitlab", "renovate")])
def test_what_calls_it(of_package: OfPackage, forge: str, bot: str) -> None:
    jobs = {
        "github": {f".github/workflows/{name}.yml" for name in ("ci", "template")},
        "gitlab": {".gitlab-ci.yml"},
    }
    line = {".github/template/requirements.txt"} if bot == "dependabot" else {"renovate.json"}
    named = {"CONTRIBUTING.md", "tox.toml"}
    assert calls(of_package[PIN, forge, bot]) == {*jobs[forge], *line, *named}


def test_without_jobs_a_person_runs_it(of_package: OfPackage) -> None:
    found = calls(of_package[PIN, "none", "renovate"])
    named = {".copier-answers.yml", "AGENTS.md", "CONTRIBUTING.md"}
    assert found == {*named, "renovate.json", "tox.toml"}


def test_only_the_package_updates_what_it_made(of_package: OfPackage) -> None:
    """Its address is nobody's: no git, and no other Copier, could do it."""
    for (pin, forge, _), project in of_package.items():
        for path, text in texts(project):
            assert "copier update" not in text, path
            assert ".ci/prove.py" not in text, path
            if path != ".copier-answers.yml":
                assert "treewright.invalid/" not in text, path
        assert not (project / ".ci").exists()
        tox = tomllib.loads((project / "tox.toml").read_text("utf-8"))
        assert ("proof" in tox["env_list"]) == ("proof" in tox["env"]) == bool(pin)
        if pin:
            assert tox["env"]["proof"]["deps"] == [f"treewright=={PIN}", "uv"]
            assert tox["env"]["proof"]["commands"][0][:3] == ["treewright", "prove", "."]
        file = {"github": ".github/workflows/ci.yml", "gitlab": ".gitlab-ci.yml"}.get(forge)
        if file:
            assert ("-e proof" in (project / file).read_text("utf-8")) == bool(pin)
        contributing = (project / "CONTRIBUTING.md").read_text("utf-8")
        words = "uvx treewright" if pin else "uvx --from PATH treewright"
        assert f"\n{words} update --defaults\n" in contributing
        never = "Never edit `.copier-answers.yml`"
        assert (never in (project / "AGENTS.md").read_text("utf-8")) == (not pin)
        first, *_ = (project / ".copier-answers.yml").read_text("utf-8").splitlines()
        assert first.startswith("# Change the line of an answer" if pin else "# Written by Copier.")


def test_renovate_changes_the_line(of_package: OfPackage) -> None:
    """What it finds is the version alone, which PyPI and the line write the same."""
    for (pin, forge, bot), project in of_package.items():
        if bot != "renovate":
            continue
        config = json.loads((project / "renovate.json").read_text("utf-8"))
        assert config["copier"] == {"enabled": False}
        managers = config.get("customManagers", [])
        assert len(managers) == bool(pin), forge
        for manager in managers:
            (wanted,) = manager["matchStrings"]
            answers = (project / ".copier-answers.yml").read_text("utf-8")
            found = re.findall(wanted.replace("(?<", "(?P<"), answers + "note: '_commit: v1.0'\n")
            assert found == [PIN]
            assert manager["managerFilePatterns"] == ["**/.copier-answers.yml"]
            assert (manager["datasourceTemplate"], manager["depNameTemplate"]) == (
                "pypi",
                "treewright",
            )
            rules = [rule for rule in config["packageRules"] if "matchDepNames" in rule]
            assert rules[0]["matchDepNames"] == ["treewright"]
            assert "groupName" not in rules[0]
            assert "minimumReleaseAge" not in rules[0], "PyPI tells dates: the week counts"


def test_dependabot_changes_the_requirement(of_package: OfPackage) -> None:
    for pin in ("", PIN):
        project = of_package[pin, "github", "dependabot"]
        updates = yaml.safe_load((project / ".github/dependabot.yml").read_text("utf-8"))["updates"]
        (folder,) = [one["directory"] for one in updates if one["directory"] != "/"] or [""]
        line = project / ".github/template/requirements.txt"
        assert line.exists() == bool(pin)
        if pin:
            assert project / folder.removeprefix("/") == line.parent
            assert line.read_text("utf-8").splitlines()[1:] == [f"treewright=={PIN}"]
            assert "treewright" not in (project / "pyproject.toml").read_text("utf-8")
            owners = (project / ".github/CODEOWNERS").read_text("utf-8")
            assert "\n/.github/template/ @acme\n" in owners
