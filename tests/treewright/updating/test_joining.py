"""The report of joining: what arrived, what stays, and what was left out for what."""

from pathlib import Path

import pytest

from repositories import commit
from treewright.distribution import ADDRESS
from treewright.updating import wheel
from treewright.updating.answers import Update
from treewright.updating.joined import Brought
from treewright.updating.joining import done, following
from treewright.updating.merging import File
from treewright.updating.report import Outcome
from treewright.updating.repository import Repository

CI = ".github/workflows/tests.yaml"


def outcome(folder: Path, brought: Brought) -> Outcome:
    now = {
        "_commit": "v9.0.0",
        "_src_path": "/elsewhere",
        "joined": True,
        "layout": "src",
        "package": "regular",
        "project_name": "acme-tool",
        "import_name": "acme_tool",
        "user_name": "new",
        "own_files": ["README.md", "tox.ini"],
        "own_kinds": ["checks", "docs", "tests"],
    }
    return Outcome(Update(Repository(folder), {"_commit": "v0.0.0"}, now), brought=brought)


def test_joining_is_told(tmp_path: Path) -> None:
    for name in (CI, "mkdocs.yml", "README.md", "src/acme_tool/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("on: pull_request\n" if name == CI else "x\n", "utf-8")
    commit(tmp_path)
    (tmp_path / "SECURITY.md").touch()
    (tmp_path / "renovate.json").touch()
    made = outcome(tmp_path, Brought(own=["tool.ruff"], hiding={"/build/": "build/x"}))
    assert done(made).splitlines() == [
        "Joined Treewright v9.0.0",
        "arrived   2 files: SECURITY.md, renovate.json",
        "yours     2: README.md, tox.ini",
        "yours     in pyproject.toml: tool.ruff",
        "left out  .gitignore: /build/, which would hide build/x",
        f"left out  your own: checks ({CI}: pull_request), docs",
        "          (mkdocs.yml)",
        "left out  not asked for: tests",
        "lacking   CHANGELOG.md: yours to write, as an update never does",
    ]
    assert following(made).startswith("Next: look at `git diff HEAD`")
    (tmp_path / "uv.lock").touch()
    assert following(made).startswith("Next: look at `git diff HEAD`")
    made.brought.files.append(File("pyproject.toml", "meaning"))
    assert following(made).startswith("Next: `uv lock`; look")


def test_how_to_take_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("treewright.again.treewright", lambda: "uvx treewright")
    commit(tmp_path)
    made = outcome(tmp_path, Brought())
    made.update.now["_src_path"] = ADDRESS  # type: ignore[index]
    text = " ".join(done(made).split())
    assert "to have one later: `uvx treewright adopt --add checks`" in text
    assert "to have the template's file: `uvx treewright adopt --take PATH`" in text


@pytest.mark.parametrize(
    ("told", "by"),
    [
        ("dist-info/licenses/LICENSE: absent -> 9 bytes", "LICENSE"),
        ("the build: succeeds -> Multiple top-level packages: ['acme', 'LICENSES']", "LICENSES/x"),
        ("METADATA: Summary: a -> b", "pyproject.toml"),
    ],
)
def test_what_makes_a_difference_is_guessed(told: str, by: str) -> None:
    arrived = ["LICENSE", "LICENSES/x", "renovate.json"]
    assert wheel.cause(told, arrived if "LICENSES" not in told else arrived[1:]) == by
