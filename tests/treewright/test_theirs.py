"""Files that a forge has made with the repository, before the package is copied into it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import copier
import pytest

from answers import LICENSES, identify
from keeping import ANSWERS, write
from rendering import ROOT
from rendering import render as render_into
from repositories import git, snapshot
from tiers import spread
from treewright.theirs import join

README = "# my-lib\nA small library\n"
GITIGNORE = "# Theirs\n__pycache__/\n/build/\nparts/\n!/dist/\n"
Join = Callable[..., tuple[Path, list[str]]]


def license_text(name: str) -> str:
    text = (ROOT / f"includes/licenses/{name}.txt").read_text("utf-8")
    return text.replace("{{ project.copyright_holder }}", "2026 acme")


@pytest.fixture
def joined(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Join:
    """Render into a folder with files, join these, and give the folder and the report."""

    def _joined(files: Mapping[str, str], **answers: str) -> tuple[Path, list[str]]:
        project = tmp_path / "acme-tool"
        project.mkdir()
        for name, text in files.items():
            write(project, name, text)
        git("init", "--quiet", cwd=project)
        render_into(template, project, answers)
        monkeypatch.chdir(project)
        return project, [*join(ANSWERS, [*files])]

    return _joined


def test_lines_are_joined_and_the_rest_stays(joined: Join, render: Callable[..., Path]) -> None:
    theirs = {"README.md": README, ".gitignore": GITIGNORE, "notes.txt": "", ".editorconfig": ""}
    project, report = joined({**theirs, "LICENSE": license_text("MIT")})
    for name in theirs.keys() - {".gitignore"}:
        assert (project / name).read_text() == theirs[name]
    lines = (project / ".gitignore").read_text().splitlines()
    made = (render() / ".gitignore").read_text().splitlines()
    assert {*GITIGNORE.splitlines(), *filter(None, made)} <= {*lines}
    assert lines[-1] == "!/dist/", "theirs has the last word"
    assert report == [
        "joined    .gitignore has the template's lines beside yours",
        "yours     README.md, .editorconfig, LICENSE: as before",
        "lacking   README.md: an example in a block `pycon`, which the tests would run",
    ]


def test_nothing_is_said_of_what_is_the_same(joined: Join, render: Callable[..., Path]) -> None:
    made = render()
    names = (".gitignore", "LICENSE", "README.md")
    assert joined({name: (made / name).read_text() for name in names})[1] == []


@pytest.mark.parametrize(
    "name", spread([answers["license"] for answers in LICENSES[:-1]], ["MIT", "LGPL-3.0-or-later"])
)
def test_a_license_is_known(joined: Join, name: str) -> None:
    answer = "ISC" if name == "MIT" else "MIT"
    _, report = joined({"LICENSE": license_text(name)}, license=answer)
    assert report[-2:] == [
        f"license   LICENSE is {name}, and the answer is {answer}. Once committed:",
        f"  copier update --trust --defaults --vcs-ref :current: --data license={name}",
    ]


def test_the_answers_license_is_no_other(joined: Join) -> None:
    _, report = joined({"LICENSE": license_text("ISC")}, license="ISC")
    assert "license " not in "\n".join(report)


def test_a_license_that_the_template_does_not_have(joined: Join) -> None:
    _, report = joined({"LICENSE": "This is free and unencumbered software.\n"})
    assert "LICENSE is none of the template's, and the answer is MIT. Once" in "\n".join(report)
    assert report[-1].endswith(" --data license=NAME")


def test_names_what_git_leaves_out(joined: Join) -> None:
    _, report = joined({".gitignore": GITIGNORE}, import_name="parts")
    assert "\nignored   src/parts/__init__.py, " in "\n".join(report)


def test_text_of_another_encoding_stays(joined: Join) -> None:
    project, _ = joined({".gitignore": "a\n"})
    (project / ".gitignore").write_bytes(b"caf\xe9\n")
    assert next(join(ANSWERS, [".gitignore"])).startswith("joined ")
    assert (project / ".gitignore").read_bytes().startswith(b"caf\xe9\n")


DEEP = [
    {"package": "namespace", "namespace": "acme.data", "devcontainer": "true"},
    {"forge": "gitlab", "docs": "sphinx", "starter": "pipeline"},
    {"docs": "sphinx", "layout": "flat", "starter": "plugin"},
]


@pytest.mark.parametrize("answers", spread(DEEP, DEEP[:1]), ids=identify)
def test_every_file_that_was_there_is_known(
    template: Path, tmp_path: Path, answers: dict[str, str]
) -> None:
    """However deep it lies: in the package of a namespace, in a folder of the forge."""
    answers = {"project_name": "acme-tool", "github_user": "acme", **answers}
    made = render_into(template, tmp_path / "one", answers)
    theirs = {*snapshot(made)} - {"pyproject.toml", ANSWERS}  # with these, it is a project
    for path in theirs:
        write(tmp_path / "two", path, "")
    worker = copier.run_copy(
        str(template), tmp_path / "two", data=answers, defaults=True, quiet=True, skip_tasks=True
    )
    assert {*worker.answers.combined["project"]["theirs"]} == theirs


def test_without_answers(joined: Join) -> None:
    """As after `copier copy --exclude .copier-answers.yml`."""
    project, _ = joined({"LICENSE": ""})
    (project / ANSWERS).unlink()
    assert [*join(ANSWERS, ["LICENSE"])] == []
