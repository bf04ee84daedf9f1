"""The managed contract checks take the place of the seed, and no choice of its owner is undone."""

import re
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml

from keeping import ANSWERS, Files, copy, releases, write
from repositories import commit
from tiers import spread
from treewright.updating import contract
from treewright.updating.answers import Update
from treewright.updating.repository import Repository

VERSIONS = [*takewhile(lambda version: version != contract.SINCE, releases())]
ANSWERED = {"project_name": "acme-tool"}
ADDOPTS = '[tool.pytest]\naddopts = ["-ra"]\n'


@pytest.fixture(autouse=True)
def _releases(tagged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract, "TEMPLATE", tagged)


@pytest.fixture(scope="module")
def newest(tagged: Path, tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The files that the last release with the seed made."""
    return copy(tagged, tmp_path_factory.mktemp("newest"), VERSIONS[-1], ANSWERED)


@pytest.fixture
def project(newest: Files, tmp_path: Path) -> Path:
    """What these checks read of a project that an update brought the new file."""
    for name in (contract.SEED, "pyproject.toml"):
        write(tmp_path, name, newest[name].decode())
    write(tmp_path, contract.MANAGED, "new\n")
    commit(tmp_path)
    return tmp_path


@pytest.fixture
def before(newest: Files) -> dict[str, Any]:
    answers: dict[str, Any] = yaml.safe_load(newest[ANSWERS])
    return answers


def hand_over(project: Path, before: dict[str, Any]) -> str:
    return contract.hand_over(Update(Repository(project), before, {**before, "_commit": "v9.0.0"}))


@pytest.mark.parametrize("version", spread(VERSIONS, ["v0.1.0"]))
def test_what_nobody_edited_goes(
    tagged: Path, tmp_path: Path, before: dict[str, Any], version: str
) -> None:
    """Whichever later release the project has been updated to."""
    copy(tagged, tmp_path, version, ANSWERED)
    write(tmp_path, contract.MANAGED, "new\n")
    assert hand_over(tmp_path, before) == (
        "tests/test_package_contract.py, which updates improve, takes the place of"
        " tests/test_contract.py"
    )
    assert not (tmp_path / contract.SEED).exists()
    assert (tmp_path / contract.MANAGED).exists()
    assert "deselect" not in (tmp_path / "pyproject.toml").read_text()


def test_what_its_owner_edited_stays(project: Path, before: dict[str, Any]) -> None:
    """A comment changes no check; what is removed is switched off."""
    seed = project / contract.SEED
    text, _, _ = seed.read_text().partition("\n\ndef test_types_are_shipped")
    text = text.replace("    loaded = run(code)\n", "    loaded = run(code)  # mine\n", 1)
    seed.write_text(text)
    commit(project)
    assert hand_over(project, before) == (
        "tests/test_contract.py has changes of yours, and stays; tests/test_package_contract.py"
        " has its checks and more; pyproject.toml deselects test_types_are_shipped"
    )
    assert seed.read_text() == text
    (line,) = re.findall("(?m)^addopts = .*$", (project / "pyproject.toml").read_text())
    off = '"--deselect=tests/test_package_contract.py::test_types_are_shipped"'
    assert line == f'addopts = [{off}, "-ra", "--import-mode=importlib"]'


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        (ADDOPTS, 'addopts = ["--deselect={}", "-ra"]'),
        ('addopts = [\n  "-ra",\n]\n', 'addopts = [\n  "--deselect={}", "-ra",\n]'),
        ('addopts = "-ra"\n', 'addopts = "--deselect={} -ra"'),
        ("", ""),
    ],
    ids=["list", "lines", "text", "none"],
)
def test_what_its_owner_changed_is_off(
    project: Path, before: dict[str, Any], settings: str, found: str
) -> None:
    text = (project / contract.SEED).read_text()
    assert text.count("loaded = run(code)") == 1
    write(project, contract.SEED, text.replace("loaded = run(code)", 'loaded = ""'))
    write(project, "pyproject.toml", settings)
    commit(project)
    told = hand_over(project, before)
    off = f"{contract.MANAGED}::test_import_is_light"
    assert (project / "pyproject.toml").read_text().strip().endswith(found.format(off))
    how = "pyproject.toml deselects" if found else "to deselect, as you had changed it:"
    assert told.endswith(f"; {how} test_import_is_light")


def test_what_was_deselected_stays_off(project: Path, before: dict[str, Any]) -> None:
    off = "test_public_module_has_its_tests[durations]"
    settings = ADDOPTS.replace('"-ra"', f'"-ra", "--deselect={contract.SEED}::{off}"')
    write(project, "pyproject.toml", settings)
    commit(project)
    assert hand_over(project, before).endswith(f"; pyproject.toml deselects {off}")
    assert f'"--deselect={contract.MANAGED}::{off}", ' in (project / "pyproject.toml").read_text()
    assert not (project / contract.SEED).exists()


def test_what_was_deleted_stays_away(project: Path, before: dict[str, Any]) -> None:
    (project / contract.SEED).unlink()
    commit(project)
    told = "tests/test_package_contract.py stays away, as tests/test_contract.py was deleted"
    assert hand_over(project, before) == told
    assert not (project / contract.MANAGED).exists()


def test_once_only(project: Path, before: dict[str, Any]) -> None:
    assert hand_over(project, {**before, "_commit": "v0.6.0"}) == ""
    assert (project / contract.SEED).exists()
