"""What `fleet/renovate/` has, without Renovate: both forms agree, and say what the code says."""

import json
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import _settings

import renovate
from conftest import OfPackage
from published import PIN
from steady import SHIPPED
from treewright import distribution

FORMS = ("copier", "one-line")
FILES = [file for form in FORMS for file in sorted((SHIPPED / form).iterdir())]
FORK = "https://git.example.com/ORG/treewright.git"
SPELLINGS = (
    FORK,
    FORK.removesuffix(".git"),
    "ssh://git@git.example.com/ORG/treewright.git",
    "git@git.example.com:ORG/treewright.git",
)
OTHERS = (
    "https://git.example.com/ORG-else/treewright.git",
    "https://git.example.com/ORG/../else/treewright.git",
    "https://git.example.com.example.org/ORG/treewright.git",
    "git@git.example.com:else/treewright.git",
)


def read(form: str, name: str) -> Any:  # noqa: ANN401
    return json.loads((SHIPPED / form / f"{name}.json").read_text("utf-8"))


def words(value: object) -> Iterator[str]:
    """Give all keys and texts of a value."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from words(item)
    elif isinstance(value, list):
        for item in value:
            yield from words(item)
    else:
        yield str(value)


def expression(text: str) -> re.Pattern[str]:
    """Give the expression of a pattern of Renovate's, or of its JavaScript."""
    return re.compile(text.removeprefix("/").removesuffix("/").replace("(?<", "(?P<"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.name}")
def test_no_file_holds_a_secret_or_a_host_of_anybody(file: Path) -> None:
    text = file.read_text("utf-8")
    said = yaml.safe_load(text)  # which reads JSON, too
    assert not [word for word in words(said) if re.search(r"(?i)token|secret|passw|\bkey\b", word)]
    hosts = re.findall(r"//(?:git@)?([\w.-]+\.\w+)", text.replace("\\", ""))
    assert set(hosts) <= {"git.example.com", "docs.renovatebot.com", "treewright.invalid"}


@pytest.mark.parametrize("form", FORMS)
def test_renovate_accepts_them(programs: Path, form: str) -> None:
    files = {*(SHIPPED / form).glob("*.json")}
    config = SHIPPED / form / "config.json"
    renovate.validate(programs, files - {config}, "--no-global")
    renovate.validate(programs, [config])


def test_both_forms_agree() -> None:
    first, second = FORMS
    for name in ("rings", "org-inherited-config"):
        assert read(first, name) == read(second, name)
    for preset in read(first, "org-inherited-config")["extends"]:
        name = preset.removeprefix("local>ORG/renovate-config").removeprefix(":") or "default"
        assert all((SHIPPED / form / f"{name}.json").is_file() for form in FORMS)
    rules = [read(form, "default")["packageRules"] for form in FORMS]
    about = [next(rule for rule in of if rule.get("separateMajorMinor") is False) for of in rules]
    own = ("description", "matchManagers", "matchDepNames", "ignoreScripts", "minimumReleaseAge")
    one, other = ({key: rule[key] for key in rule if key not in own} for rule in about)
    assert one == other
    assert rules[0][-1] == rules[1][-1], "fragments of overlays are nobody's dependencies"
    assert ".treewright/" in rules[0][-1]["matchFileNames"][0]
    for form, manager in zip(FORMS, ("copier", "custom.regex"), strict=True):
        config = read(form, "config")
        assert config["force"].pop("enabledManagers") == [manager]
        assert [rule["enabled"] for rule in rules[FORMS.index(form)] if "enabled" in rule] == [
            False,
            False,
        ]
        config["force"].pop("copier", None)
        assert config["inheritConfigStrict"] is True
    one, other = (read(form, "config") for form in FORMS)
    for key in one.keys() & other.keys() - {"force"}:
        assert one[key] == other[key]


def test_each_ring_is_a_line() -> None:
    rules = read("copier", "rings")["packageRules"]
    file = (SHIPPED / "copier/rings.json").read_text("utf-8")
    assert file.count('"allowedVersions"') == len(rules) == 2
    everywhere, first = rules
    assert "matchRepositories" not in everywhere
    assert first["matchRepositories"] == ["ORG/**/canary-*"]
    for rule in rules:
        (names,) = map(expression, rule["matchDepNames"])
        assert all(names.search(name) for name in ("treewright", *SPELLINGS))
        assert not any(names.search(name) for name in ("not-treewright", f"{FORK}x", "overlay"))


def test_copier_is_the_one_that_is_tested() -> None:
    assert read("copier", "default")["constraints"] == {"copier": f"=={metadata.version('copier')}"}


def test_whom_the_runner_trusts() -> None:
    trust = yaml.safe_load((SHIPPED / "copier/settings.yml").read_text("utf-8"))["trust"]
    assert all(_settings.is_trusted_repository(trust, address) for address in SPELLINGS)
    assert not any(_settings.is_trusted_repository(trust, address) for address in OTHERS)


@pytest.mark.parametrize("forge", ["github", "gitlab", "none"])
def test_the_line_of_a_package_is_found(of_package: OfPackage, forge: str) -> None:
    project = of_package[PIN, forge, "renovate"]
    answers = (project / ".copier-answers.yml").read_text("utf-8")
    ours, *others = read("one-line", "default")["customManagers"]
    (found,) = (expression(text).search(answers) for text in ours["matchStrings"])
    assert found
    assert found["currentValue"] == PIN
    for other in others:
        assert not expression(other["matchStrings"][0]).search(answers)
    rendered = json.loads((project / "renovate.json").read_text("utf-8"))
    assert read("one-line", "default")["gitIgnoredAuthors"] == rendered["gitIgnoredAuthors"]
    (manager,) = rendered["customManagers"]
    for key in ("depNameTemplate", "datasourceTemplate", "versioningTemplate"):
        assert manager[key] == ours[key]


def test_which_lines_are_found() -> None:
    ours, fork, overlay = read("one-line", "default")["customManagers"]
    above = [address.replace("treewright", "overlay") for address in SPELLINGS]
    for manager, addresses in ((ours, [distribution.ADDRESS]), (fork, SPELLINGS), (overlay, above)):
        (lines,) = map(expression, manager["matchStrings"])
        for address in addresses:
            for start, end in (("", "\n"), ("# Words\n", "\r\n")):
                text = f"{start}_commit: v9.1.0{end}_src_path: {address}{end}"
                found = lines.search(text)
                assert found
                assert found["currentValue"].removeprefix("v") == "9.1.0"
            untagged = f"_commit: v9.1.0-3-g0123abc\n_src_path: {address}\n"
            assert not lines.search(untagged)
        for address in {*OTHERS, *SPELLINGS, *above} - {*addresses}:
            assert not lines.search(f"_commit: v9.1.0\n_src_path: {address}\n")
    assert fork["packageNameTemplate"] == FORK
    assert overlay["packageNameTemplate"] == above[0]


@pytest.mark.parametrize("form", FORMS)
def test_answers_files_of_any_name_are_found(form: str) -> None:
    copier = read("copier", "config")["force"]["copier"]
    managers = [copier] if form == "copier" else read(form, "default")["customManagers"]
    for manager in managers:
        (pattern,) = map(expression, manager["managerFilePatterns"])
        for path in (".copier-answers.yml", ".answers.yml", "libs/a/.copier-answers.acme.yaml"):
            assert pattern.search(path)
        assert not any(map(pattern.search, ("answers.yml", ".github/workflows/answers.yml")))
