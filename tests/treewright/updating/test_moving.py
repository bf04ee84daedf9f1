"""The package's folder moves with all that is in it, or nothing moves."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from treewright.updating import moving
from treewright.updating.moving import TakenError, carry_out, plan
from treewright.updating.names import Names
from treewright.updating.repository import Repository

FILES = {
    "__init__.py": "",
    "io.py": "import os\n" * 9,
    "core/__init__.py": "# core\n" * 9,
    "core/deep/mod.py": "# deep\n" * 9,
    "data/ü 1.csv": "1,2\n" * 9,
    "run.sh": "#!/bin/sh\n" * 9,
}
IGNORED = {"_version.py": "v = 1\n", "cache/big.bin": "0" * 9}
BYTECODE = ["__pycache__/io.pyc", "core/__pycache__/x.pyc"]


def names(path: str, root: str = "src/") -> Names:
    return Names("x", path, root + path.replace(".", "/"))


REGULAR, FLAT, SPACE = names("acme_tool"), names("acme_tool", ""), names("acme.tool")
MOVES = [
    (REGULAR, FLAT),
    (FLAT, REGULAR),
    (REGULAR, names("acme.tool")),
    (names("acme.tool"), REGULAR),
    (names("acme.tool"), names("acme.tool.core")),
    (names("acme.tool.core"), names("acme.tool")),
    (names("acme"), names("acme.core.deep")),
    (names("acme.core.deep"), names("acme")),
    (names("acme.tool"), names("acme.data.io.tool", "")),
    (REGULAR, names("Acme_Tool")),
]


@pytest.fixture(params=["", "packages/[x] y"], ids=["top", "in a folder"])
def make(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., Path]:
    """Write and commit a project, at the top of a repository or in a folder of one."""

    def _make(before: Names, more: dict[str, str] | None = None) -> Path:
        project = tmp_path / str(request.param)
        write(project, {f"{before.package_dir}/{path}": text for path, text in FILES.items()})
        write(project, {".gitignore": "_version.py\ncache/\n*.pyc\n", "README.md": "x\n"})
        write(project, more or {})
        (project / before.package_dir / "run.sh").chmod(0o755)
        for command in ("init -q", "add -A", "commit -qm x"):
            Repository(project).git(*command.split())
        ignored = IGNORED | dict.fromkeys(BYTECODE, "b")
        write(project, {f"{before.package_dir}/{path}": text for path, text in ignored.items()})
        return project

    return _make


def write(project: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def tree(project: Path) -> dict[str, str]:
    return {
        path.relative_to(project).as_posix(): path.read_text()
        for path in project.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(project).parts
    }


def status(project: Path) -> list[str]:
    return (
        Repository(project).git("status", "--porcelain", "--no-ahead-behind").decode().splitlines()
    )


def assert_renamed(project: Path, before: Names, now: Names) -> None:
    """All is staged, as renames; where a path was there before, git has it as changed."""
    pairs = {f"{before.package_dir}/{path}": f"{now.package_dir}/{path}" for path in FILES}
    lines = status(project)
    assert [line for line in lines if line[1] != " "] == []
    renamed = [old for old, new in pairs.items() if new not in pairs and old not in pairs.values()]
    assert len([line for line in lines if line.startswith("R")]) >= len(renamed) - 1 >= 3
    assert renamed != [*pairs] or len(lines) == len(pairs)


@pytest.mark.parametrize(("before", "now"), MOVES)
def test_everything_moves_as_renames(make: Callable[..., Path], before: Names, now: Names) -> None:
    project = make(before)
    carry_out(Repository(project), plan(Repository(project), before, now))
    expected = {f"{now.package_dir}/{path}": text for path, text in (FILES | IGNORED).items()}
    assert tree(project) == expected | {
        ".gitignore": "_version.py\ncache/\n*.pyc\n",
        "README.md": "x\n",
    }
    assert_renamed(project, before, now)
    assert os.access(project / now.package_dir / "run.sh", os.X_OK)
    folders = {path for path in project.rglob("*") if path.is_dir() and ".git" not in path.parts}
    assert all(any(folder.iterdir()) for folder in folders), "no empty folder is left"


def test_tests_that_mirror_it_move_along(make: Callable[..., Path]) -> None:
    now = names("acme.tool")
    project = make(REGULAR, {"tests/acme_tool/test_io.py": "t\n", "tests/test_io.py": "u\n"})
    carry_out(Repository(project), plan(Repository(project), REGULAR, now))
    found = {path for path in tree(project) if path.startswith("tests/")}
    assert found == {"tests/acme/tool/test_io.py", "tests/test_io.py"}


@pytest.mark.parametrize(
    "more",
    [
        {"tests/unit/test_whole.py": "t\n"},
        {"tests/unit/test_io.py": "t\n", "tests/acme/test_io.py": "mine\n"},
    ],
    ids=["no mirror", "taken"],
)
def test_other_tests_stay(make: Callable[..., Path], more: dict[str, str]) -> None:
    before = names("unit")
    project = make(before, more)
    carry_out(Repository(project), plan(Repository(project), before, names("acme")))
    assert tree(project).items() >= more.items()


TAKEN = [
    (REGULAR, names("other"), "src/other/x.py", "src/other has files already"),
    (names("acme.core"), names("acme"), "src/acme/other.py", "src/acme has files already"),
    (REGULAR, names("acme.tool"), "src/acme", "src/acme is not a folder"),
    (REGULAR, names("acme.tool"), "src/acme/__init__.py", "keeps src/acme from being"),
    (REGULAR, names("acme.tool"), "src/acme/_version.py/io.py", ""),
    (REGULAR, names("other"), "src/other/_version.py", "src/other has files already"),
]


@pytest.mark.parametrize(("before", "now", "taken", "why"), TAKEN)
def test_a_place_that_is_taken_is_refused(
    make: Callable[..., Path], before: Names, now: Names, taken: str, why: str
) -> None:
    """Tracked files take it; of ignored ones, those that others would go to."""
    project = make(before, {taken: "mine\n"})
    was, listed = tree(project), status(project)
    if why:
        with pytest.raises(TakenError, match=why) as told:
            plan(Repository(project), before, now)
        assert "\n" not in str(told.value)
    else:
        assert plan(Repository(project), before, now)
    assert (tree(project), status(project)) == (was, listed)


def test_what_is_ignored_and_in_nobodys_way_stays(make: Callable[..., Path]) -> None:
    project = make(REGULAR)
    write(project, {"src/other/cache/mine.bin": "1", "src/other/__pycache__/io.pyc": "1"})
    carry_out(Repository(project), plan(Repository(project), REGULAR, names("other")))
    assert tree(project)["src/other/cache/mine.bin"] == "1"
    assert tree(project)["src/other/cache/big.bin"] == IGNORED["cache/big.bin"]


def test_what_the_update_rendered_stays_unless_the_user_has_it(make: Callable[..., Path]) -> None:
    now = names("acme_tool.core")
    project = make(REGULAR)
    write(
        project, {"src/acme_tool/core/plugins.py": "seed\n", f"{now.package_dir}/io.py": "seed\n"}
    )
    carry_out(Repository(project), plan(Repository(project), REGULAR, now))
    found = tree(project)
    assert found["src/acme_tool/core/plugins.py"] == "seed\n"
    assert found["src/acme_tool/core/io.py"] == FILES["io.py"]


def test_other_members_of_a_namespace_stay(make: Callable[..., Path]) -> None:
    project = make(names("acme.tool"), {"src/acme/other/x.py": "x\n"})
    carry_out(
        Repository(project), plan(Repository(project), names("acme.tool"), names("data.tool"))
    )
    assert tree(project)["src/acme/other/x.py"] == "x\n"
    assert not (project / "src/acme/tool").exists()


def test_a_submodule_moves_as_git_moves_it(
    make: Callable[..., Path],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file")
    inner = tmp_path_factory.mktemp("inner")
    write(inner, {"x.txt": "x\n"})
    for command in ("init -q", "add -A", "commit -qm x"):
        Repository(inner).git(*command.split())
    project = make(REGULAR)
    Repository(project).git("submodule", "add", "-q", str(inner), "src/acme_tool/vendored")
    Repository(project).git("commit", "-qm", "vendored")
    carry_out(Repository(project), plan(Repository(project), REGULAR, names("acme.tool")))
    assert Repository(project / "src/acme/tool/vendored").git("status", "--porcelain") == b""
    assert b"acme/tool/vendored" in Repository(project).git("submodule", "status")


class Killed(BaseException):
    """Stands for SIGKILL: nothing may catch it."""


@pytest.mark.parametrize(
    ("before", "now"), [MOVES[0], (SPACE, names("acme.tool.kit")), (names("acme.tool.kit"), SPACE)]
)
@pytest.mark.parametrize("after", [0, 3, 8])
def test_a_killed_run_loses_nothing_and_can_be_repeated(
    make: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    before: Names,
    now: Names,
    after: int,
) -> None:
    project = make(before)
    steps = iter(range(99))
    rename = Path.replace

    def stop(path: Path, goal: Path) -> Path:
        if next(steps) == after:
            raise Killed
        return rename(path, goal)

    def stop_before_the_index(*_: object, **__: object) -> bytes:
        raise Killed

    moves = plan(Repository(project), before, now)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", stop)
        patch.setattr(Repository, "stage", stop_before_the_index)
        with pytest.raises(Killed):
            carry_out(Repository(project), moves)
    contents = sorted(text for path, text in tree(project).items() if not path.endswith(".pyc"))
    assert len(contents) == len(FILES | IGNORED) + 2, "every file is there once"

    Repository(project).git("reset", "--hard", "-q")
    Repository(project).git("clean", "-fdq")
    carry_out(Repository(project), plan(Repository(project), before, now))
    found = {path for path in tree(project) if path.startswith(f"{now.package_dir}/")}
    assert found == {f"{now.package_dir}/{path}" for path in FILES | IGNORED}
    assert_renamed(project, before, now)


def test_paths_of_another_case_on_disks_that_do_not_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Renamed as a folder: its files are found at the new place before they have moved."""
    (tmp_path / "src/acme/tool").mkdir(parents=True)
    (tmp_path / "src/acme/tool/x.py").touch()
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: exists(Path(str(path).lower())))
    monkeypatch.setattr(Path, "samefile", lambda _, __: True)
    move = moving.Move("src/acme/tool", "src/Acme/Tool", (), ("src/acme/tool/x.py",))
    moving._move_files(Repository(tmp_path), move)  # noqa: SLF001
    assert [path.name for path in (tmp_path / "src/Acme/Tool").iterdir()] == ["x.py"]
