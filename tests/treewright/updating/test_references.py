"""All files of a project are rewritten, or left and listed; and a change of mind as a whole."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml

from treewright.scripts.by_uv import ScriptError
from treewright.updating import finishing
from treewright.updating.answers import read as read_answers
from treewright.updating.names import Change, Names
from treewright.updating.references import Fixed, fix, groups, members, spelled
from treewright.updating.report import Outcome
from treewright.updating.repository import GitError, Repository

ANSWERS = ".copier-answers.yml"
BEFORE = {
    "project_name": "acme-tool", "layout": "src", "package": "regular", "import_name": "acme_tool",
}  # fmt: skip
NOW = {**BEFORE, "layout": "flat", "import_name": "data_kit"}
WORD = {**BEFORE, "import_name": "kit"}

FILES = {
    "src/acme_tool/__init__.py": '__all__ = [\n    "read",\n]\nfrom acme_tool.io import read\n',
    "src/acme_tool/io.py": "def read(): ...\n",
    "docs/x.md": "See `acme_tool.io`.\r\nIts folder is src/acme_tool/.\r\n",
    "docs/latin.txt": "é acme_tool.io\n",
    "tests/test_io.py": "import acme_tool.io  # acme_tool.io\n",
    "CHANGELOG.md": "- `acme_tool.io` is new.\n",
    "uv.lock": 'name = "acme_tool"\n',
    "data.csv": "acme_tool,1\n",
    "tox.toml": 'paths = ["src"]\nfiles = ["src/acme_tool"]\n',
}
MENDED = {
    "data_kit/__init__.py": '__all__ = [\n    "read",\n]\nfrom data_kit.io import read\n',
    "data_kit/io.py": FILES["src/acme_tool/io.py"],
    "docs/x.md": "See `data_kit.io`.\r\nIts folder is data_kit/.\r\n",
    "docs/latin.txt": "é data_kit.io\n",
    "tests/test_io.py": "import data_kit.io  # acme_tool.io\n",
    "tox.toml": 'paths = ["src"]\nfiles = ["data_kit"]\n',
}
KEPT = ("CHANGELOG.md", "uv.lock", "data.csv")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A committed project in a folder of a repository, with the answers of before."""
    project = tmp_path / "many" / "[x]"
    write(project, FILES)
    write(project, {ANSWERS: yaml.safe_dump(BEFORE), ".gitignore": "ignored*\n"})
    (tmp_path / "many/elsewhere.md").write_text("acme_tool.io\n")
    Repository(tmp_path / "many").git("init", "-q")
    commit(project)
    return project


def write(project: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        encoding = "latin-1" if "latin" in path else "utf-8"
        file.write_bytes(text.encode(encoding))


def read(project: Path, path: str) -> str:
    return (project / path).read_bytes().decode("latin-1" if "latin" in path else "utf-8")


def commit(project: Path) -> None:
    Repository(project).git("add", "-A")
    Repository(project).git("commit", "-qm", "x")


def change_mind(project: Path, answers: dict[str, str] = NOW) -> Fixed:
    (project / ANSWERS).write_text(yaml.safe_dump(answers))
    outcome = Outcome(read_answers(Repository(project), ANSWERS))
    change = finishing._move(outcome)  # noqa: SLF001
    fixed = fix(Repository(project), change, ANSWERS)
    return replace(fixed, notice=" ".join([*outcome.notes, fixed.notice]).strip())


def listed(fixed: Fixed) -> list[str]:
    return fixed.left.telling


def test_everything_moves_and_names_it(project: Path) -> None:
    write(project, {"ignored.md": "acme_tool.io\n"})
    (project / "blob.bin").write_bytes(b"acme_tool.io\0")
    (project / "a.md").symlink_to("docs/x.md")
    commit(project)

    fixed = change_mind(project)

    assert {path: read(project, path) for path in MENDED} == MENDED
    assert {path: read(project, path) for path in KEPT} == {path: FILES[path] for path in KEPT}
    assert (project / "blob.bin").read_bytes() == b"acme_tool.io\0"
    assert (project / "a.md").is_symlink()
    assert read(project, "ignored.md") == "acme_tool.io\n"
    assert (project.parent / "elsewhere.md").read_text() == "acme_tool.io\n"
    same = {"data_kit/io.py"}
    assert set(fixed.changed) == MENDED.keys() - same
    assert fixed.notice == ""
    assert listed(fixed) == [
        "blob.bin: acme_tool.io\\x00",
        'tox.toml:1: paths = ["src"]',
        "tests/test_io.py:1: import data_kit.io  # acme_tool.io",
        "data.csv:1: acme_tool,1",
    ]
    assert fixed.left.counts == {
        "binary files": 1, "settings": 1, "comments": 1, "data": 1, "changelogs": 1, "locks": 1,
    }  # fmt: skip


def test_other_answers_change_nothing(project: Path) -> None:
    assert change_mind(project, {**BEFORE, "docs": "none"}) == Fixed()
    assert {path: read(project, path) for path in FILES} == FILES


def test_lines_that_came_with_the_update_are_left(project: Path) -> None:
    """They have the new names: where acme_tool deepens, acme_tool may be its parent now."""
    now = {**BEFORE, "package": "namespace", "namespace": "acme_tool", "import_name": "core"}
    write(project, {"tox.toml": 'parents = ["acme_tool"]\nfiles = ["src/acme_tool"]\n'})
    fixed = change_mind(project, now)
    assert read(project, "tox.toml") == 'parents = ["acme_tool"]\nfiles = ["src/acme_tool/core"]\n'
    assert "tox.toml" in fixed.changed
    assert not [line for line in listed(fixed) if "tox.toml" in line]


def test_files_in_conflict_are_rewritten_as_text(project: Path) -> None:
    write(project, {"docs/c.md": "one\n", "own.py": "x = 1\n"})
    commit(project)
    Repository(project).git("checkout", "-q", "-b", "theirs")
    write(project, {"docs/c.md": "data_kit.io theirs\n", "own.py": "import data_kit\n"})
    commit(project)
    Repository(project).git("checkout", "-q", "-")
    write(project, {"docs/c.md": "acme_tool.io ours\n", "own.py": "import acme_tool.io\n"})
    commit(project)
    with pytest.raises(GitError):
        Repository(project).git("merge", "theirs")
    change_mind(project)
    expected = "<<<<<<< HEAD\ndata_kit.io ours\n=======\ndata_kit.io theirs\n>>>>>>> theirs\n"
    assert read(project, "docs/c.md") == expected
    assert "<<<<<<< HEAD\nimport data_kit.io\n====" in read(project, "own.py")
    assert b"docs/c.md" in Repository(project).git("ls-files", "-u")


def test_words_are_left_and_listed(project: Path) -> None:
    write(project, {"docs/kit.md": "A kit: `kit`.\nSee acme_tool.io.\n"})
    commit(project)
    change_mind(project, WORD)
    commit(project)
    fixed = change_mind(project)
    assert read(project, "docs/kit.md") == "A kit: `kit`.\nSee data_kit.io.\n"
    assert "docs/kit.md:1: A kit: `kit`." in listed(fixed)
    assert read(project, "data_kit/__init__.py") == MENDED["data_kit/__init__.py"]


def test_a_place_that_is_taken_moves_nothing(project: Path) -> None:
    write(project, {"data_kit/notes.txt": "mine\n"})
    commit(project)
    fixed = change_mind(project)
    told = "The package was not moved: data_kit has files already (data_kit/notes.txt): "
    assert fixed.notice.startswith(told)
    assert read(project, "docs/x.md") == FILES["docs/x.md"]
    assert Repository(project).git("diff", "--name-only", "HEAD").decode().split() == [
        f"[x]/{ANSWERS}"
    ]


def stop_uv(tmp_path: Path, status: int, shell: str = "#!/bin/sh") -> str:
    stub = tmp_path / "uv"
    stub.write_text(f"{shell}\ncat >/dev/null\necho 'error: no network' >&2\nexit {status}\n")
    stub.chmod(0o755)
    return str(stub)


NO_TOOL: dict[str, tuple[Callable[[Path], str], str]] = {
    "no uv": (lambda _: "", "because uv was not found: fix what is listed."),
    "a uv that does not start": (
        lambda folder: stop_uv(folder, 0, "#!/nowhere/sh"),
        "because rename_imports.py failed: [Errno",
    ),
    "no network": (
        lambda folder: stop_uv(folder, 2),
        "because rename_imports.py failed: error: no network: fix what is listed.",
    ),
}


@pytest.mark.skipif(os.name == "nt", reason="the stub is a shell script")
@pytest.mark.parametrize(("uv", "why"), NO_TOOL.values(), ids=NO_TOOL)
def test_without_the_tool_python_is_left_and_listed(
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    uv: Callable[[Path], str],
    why: str,
) -> None:
    monkeypatch.setattr("treewright.machine.uv", lambda: uv(tmp_path))
    fixed = change_mind(project)
    assert fixed.notice.startswith("Python files were left alone, ")
    assert why in fixed.notice
    assert read(project, "docs/x.md") == MENDED["docs/x.md"]
    python = [line for line in listed(fixed) if ".py:" in line]
    assert python == [
        "data_kit/__init__.py:4: from acme_tool.io import read",
        "tests/test_io.py:1: import acme_tool.io  # acme_tool.io",
    ]


def test_what_a_failing_script_has_written_is_told(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_: Path, given: dict[str, Any]) -> NoReturn:
        Path(given["project"], "tests/test_io.py").write_text("import data_kit.io\n")
        raise ScriptError("the disk is full")

    monkeypatch.setattr("treewright.scripts.by_uv.run", run)
    fixed = change_mind(project)
    assert fixed.notice == (
        "Some Python files were left alone, because the disk is full: fix what is listed."
    )
    assert "tests/test_io.py" in fixed.changed
    python = [line for line in listed(fixed) if ".py:" in line]
    assert python == ["data_kit/__init__.py:4: from acme_tool.io import read"]


def test_what_is_no_python_is_left_and_listed(project: Path) -> None:
    write(project, {"old.py": "import acme_tool\nprint 1\n"})
    commit(project)
    fixed = change_mind(project)
    assert fixed.notice == "Left alone, as no tool reads it as Python: old.py."
    assert "old.py:1: import acme_tool" in listed(fixed)


def test_members_are_what_a_package_holds(project: Path) -> None:
    found = members(project / "src/acme_tool")
    assert found == {
        "__init__", "__init__.py", "__version__", "__main__", "__all__", "io", "io.py", "read",
    }  # fmt: skip
    assert members(project / "missing") == {"__version__", "__main__"}


def test_members_are_what_the_package_binds_too(tmp_path: Path) -> None:
    text = (
        "import os.path, sys as system\nfrom .a import b as c, d\nclass E: ...\ndef f(): g = 1\n"
        "h: int = 1\nif True:\n    from .i import j\n_LAZY = {'k': 'kit.l'}\n"
        "TABLE, TABLES = 'm', ['n']\n__all__ = [*c.__all__, 'o']\n__all__ += ['p']\n"
    )
    (tmp_path / "__init__.py").write_text(text)
    own = {"os", "system", "c", "d", "E", "f", "h", "j", "_LAZY", "k", "TABLE", "TABLES", "o", "p"}
    given = {"__init__", "__init__.py", "__version__", "__main__", "__all__"}
    assert members(tmp_path) - given == own
    (tmp_path / "__init__.py").write_text("print 1\ndef f(): ...\nX = 1\n")
    assert {"f", "X"} < members(tmp_path)


def test_groups_that_others_use_stay_but_one_that_follows_its_module(tmp_path: Path) -> None:
    package = tmp_path / "src/acme_tool"
    write(
        package,
        {
            "plugins.py": "GROUP = __name__  # of the entry points\n",
            "hosts.py": 'import x\nfor one in entry_points(group="acme_tool.hosts"): ...\n',
            "old.py": 'GROUP: str = "acme_tool"\nOTHER = "other.group"\n',
        },
    )
    write(
        tmp_path,
        {
            "pyproject.toml": '[project.entry-points."acme_tool.plugins"]\n'
            '[project.entry-points."acme_tool.ext"]\n[project.entry-points.pytest11]\n'
        },
    )
    found = groups(tmp_path, package, Names.of(BEFORE))
    assert found == {"acme_tool.hosts", "acme_tool", "acme_tool.ext"}


def test_modules_that_are_called_like_a_changelog_are_rewritten(project: Path) -> None:
    files = {
        "src/acme_tool/history.py": "import acme_tool.io\n",
        "src/acme_tool/news/changes.pyi": "import acme_tool.io\n",
        "CHANGES": "acme_tool.io\n",
        "docs/release-notes.rst": "acme_tool.io\n",
        "docs/newsletter.md": "acme_tool.io\n",
    }
    write(project, files)
    commit(project)
    fixed = change_mind(project)
    assert read(project, "data_kit/history.py") == "import data_kit.io\n"
    assert read(project, "data_kit/news/changes.pyi") == "import data_kit.io\n"
    assert read(project, "docs/newsletter.md") == "data_kit.io\n"
    for path in ("CHANGES", "docs/release-notes.rst"):
        assert read(project, path) == files[path]
    assert fixed.left.counts["changelogs"] == 3


@pytest.mark.skipif(os.name == "nt", reason="there are no pipes among files, and seldom links")
def test_what_is_no_regular_file_is_left(project: Path) -> None:
    write(project, {"src/acme_tool/pipe.py": "import acme_tool\n", "src/acme_tool/a.py": ""})
    (project / "src/acme_tool/dead.py").symlink_to("acme_tool.io")
    (project / "src/acme_tool/zero.py").symlink_to("/dev/zero")
    (project / "src/acme_tool/folder.py").mkdir()
    write(project, {"src/acme_tool/folder.py/x.txt": "acme_tool.io\n"})
    commit(project)
    (project / "src/acme_tool/pipe.py").unlink()
    os.mkfifo(project / "src/acme_tool/pipe.py")
    change = Change(Names.of(BEFORE), Names.of({**BEFORE, "import_name": "data_kit"}))
    package = project / "src/acme_tool"
    assert spelled(package, change.before) is None
    assert "folder" in members(package)
    assert groups(project, package, change.before) == frozenset()
    fixed = fix(Repository(project), change, ANSWERS)
    assert read(project, "src/acme_tool/folder.py/x.txt") == "data_kit.io\n"
    assert "src/acme_tool/dead.py: -> acme_tool.io" in [str(left) for left in fixed.left.found]


def test_a_file_that_is_too_large_for_a_person_is_left_and_listed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treewright.updating.references.LARGEST", 100)
    write(project, {"large.md": "acme_tool.io\n" + " " * 100})
    commit(project)
    fixed = change_mind(project)
    assert "large.md:1: acme_tool.io" in listed(fixed)


def test_variables_that_a_package_makes_or_spells_out(tmp_path: Path) -> None:
    before = Names.of(BEFORE)
    (tmp_path / "x.py").write_text('HOME = "ACME_TOOL_HOME"\n')
    assert spelled(tmp_path, before) is None
    (tmp_path / "y.py").write_text('PREFIX = f"{__package__.upper()}_"\n')
    assert spelled(tmp_path, before) == frozenset({"ACME_TOOL_HOME"})


def test_no_change_reads_nothing(tmp_path: Path) -> None:
    same = Names.of(BEFORE)
    assert fix(Repository(tmp_path / "missing"), Change(same, same)) == Fixed()
