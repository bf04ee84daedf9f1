"""Conflicts are settled from the stages that Copier leaves in the index."""

import subprocess
import sys
from pathlib import Path

import copier
import pytest

from rendering import ROOT
from treewright.scripts import by_uv
from treewright.updating import merging
from treewright.updating.merging import Clash, broken, settle
from treewright.updating.repository import Repository

MARKERS = "<<<<<<< before updating\n{}=======\n{}>>>>>>> after updating\n"


def same(text: str, _: str) -> str:
    return text


@pytest.fixture(params=["", "packages/tool"], ids=["top", "subfolder"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A project at the top of a repository, and in a folder of one."""
    folder: Path = tmp_path / "repository" / request.param
    folder.mkdir(parents=True)
    Repository(tmp_path / "repository").git("init", "--quiet")
    return folder


def conflict(project: Path, path: str, *sides: bytes | str | None, mode: str = "100644") -> Path:
    """Leave a file as Copier does: stages in the index, markers in the file."""
    file = project / path
    base, ours, theirs = (side.encode() if isinstance(side, str) else side for side in sides)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(ours or b"")
    if ours is not None:
        Repository(project).git("add", "--", path)
        if not Repository(project).unmerged():
            Repository(project).git("commit", "--quiet", "--allow-empty", "--message=all")
    lines = ""
    top = Repository(project).git("rev-parse", "--show-prefix").decode().strip() + path
    for number, side in enumerate((base, ours, theirs), 1):
        if side is not None:
            blob = (
                Repository(project).git("hash-object", "-w", "--stdin", given=side).decode().strip()
            )
            lines += f"{mode} {blob} {number}\t{top}\n"
    lines = f"0 {'0' * 40}\t{top}\n{lines}"
    Repository(project).git("update-index", "--index-info", given=lines.encode())
    file.write_bytes(
        b"".join(
            [
                b"<<<<<<< before updating\n",
                ours or b"",
                b"=======\n",
                theirs or b"",
                b">>>>>>> after updating\n",
            ]
        )
    )
    return file


def test_pyproject(project: Path) -> None:
    file = conflict(
        project,
        "pyproject.toml",
        "[tool.x]\na = 1\nb = 1\n",
        "[tool.x]\na = 2 # mine\nb = 1\n",
        "[tool.x]\na = 3\nb = 4\n",
    )
    settled = settle(Repository(project), same)
    assert file.read_text() == "[tool.x]\na = 2 # mine\nb = 4\n"
    (merged,) = settled.files
    assert (merged.path, merged.how) == ("pyproject.toml", "meaning")
    assert settled.clashes == [("pyproject.toml", Clash("tool.x.a", "2", "3"))]
    assert settled.conflicts == []
    status = Repository(project).git("status", "--porcelain", "--untracked-files=no").decode()
    assert status.split() == [
        "M",
        Repository(project).git("rev-parse", "--show-prefix").decode().strip() + "pyproject.toml",
    ]
    assert status.startswith(" M"), "not staged, as Copier leaves what it merged"
    assert (
        Repository(project).git("show", ":./pyproject.toml") == b"[tool.x]\na = 2 # mine\nb = 1\n"
    )
    assert settle(Repository(project), same).files == [], "nothing is left to do"


def test_it_can_be_repeated_after_it_was_stopped(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = conflict(project, ".gitignore", "a\n", "a\nb\n", "c\n")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Repository, "settled", stop)
        with pytest.raises(KeyboardInterrupt):
            settle(Repository(project), same)
    file.write_bytes(file.read_bytes()[:2])  # as a machine that lost power may leave it
    assert [done.how for done in settle(Repository(project), same).files] == ["lines"]
    assert file.read_text() == "b\nc\n"


def test_a_full_disk_leaves_the_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = conflict(project, ".gitignore", "a\n", "a\nb\n", "c\n")
    before = file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.replace", full)
        with pytest.raises(OSError, match="No space left"):
            settle(Repository(project), same)
    assert file.read_bytes() == before
    assert [path.name for path in project.iterdir() if path.name != ".git"] == [".gitignore"]
    assert list(Repository(project).unmerged()) == [".gitignore"]


def test_both_added(project: Path) -> None:
    """The base is missing, or empty: so it is when a package joins."""
    pyproject = conflict(project, "pyproject.toml", None, "[project]\nname = 'x'\n", "[tool.x]\n")
    ignored = conflict(project, ".gitignore", "", "a\n", "b\n")
    assert [done.how for done in settle(Repository(project), same).files] == ["lines", "meaning"]
    assert pyproject.read_text() == "[project]\nname = 'x'\n\n[tool.x]\n"
    assert ignored.read_text() == "a\nb\n"


def test_a_conflict_that_is_only_the_name_goes(project: Path) -> None:
    text = "one\n{0} here\ntwo\n"
    file = conflict(
        project,
        "docs/é page.md",
        text.format("old"),
        text.format("old").replace("here", "there"),
        text.format("new") + "three\n",
    )
    assert (
        settle(Repository(project), same).conflicts[0].why
        == "you and the template changed the same lines"
    )
    settled = settle(Repository(project), lambda text, _: text.replace("old", "new"))
    assert [(done.path, done.how) for done in settled.files] == [("docs/é page.md", "text")]
    assert file.read_text() == "one\nnew there\ntwo\nthree\n"


def test_a_new_name_lessens_the_markers(project: Path) -> None:
    far = "\n" * 9
    file = conflict(
        project, "a.md", f"old\n{far}x\n", f"old!\n{far}mine\n", f"new\n{far}template\n"
    )
    whole = MARKERS.format("old!\n", "new\n") + far + MARKERS.format("mine\n", "template\n")
    file.write_text(whole)
    assert settle(Repository(project), same).conflicts
    assert file.read_text() == whole, "as Copier left it"

    settled = settle(Repository(project), lambda text, _: text.replace("old", "new"))

    assert [done.path for done in settled.conflicts] == ["a.md"]
    assert file.read_text() == f"new!\n{far}" + MARKERS.format("mine\n", "template\n")
    assert list(Repository(project).unmerged()) == ["a.md"]


@pytest.mark.parametrize(
    ("sides", "mode", "why"),
    [
        (("a\n", None, "b\n"), "100644", "you deleted it, and the template changed it"),
        (("a\n", "b\n", None), "100644", "you changed it, and the template deleted it"),
        ((b"a\xff", b"b\xff", b"c\xff"), "100644", "it is not UTF-8 text"),
        (("a", "b", "c"), "120000", "it is not a regular file"),
        (("a", "b", "c"), "100644", "it was not valid TOML before: "),
    ],
    ids=["deleted by you", "deleted by the template", "binary", "link", "no TOML"],
)
def test_what_stays_a_conflict(
    project: Path, sides: tuple[bytes | str | None, ...], mode: str, why: str
) -> None:
    file = conflict(project, "pyproject.toml", *sides, mode=mode)
    before, stages = file.read_bytes(), Repository(project).unmerged()
    (left,) = settle(Repository(project), same).conflicts
    assert left.why.startswith(why)
    assert file.read_bytes() == before
    assert Repository(project).unmerged() == stages


def test_the_file_is_written_as_git_checks_it_out(project: Path) -> None:
    (project / ".gitattributes").write_text("*.toml text eol=crlf\n")
    file = conflict(project, "pyproject.toml", "a = 1\nb = 1\n", "a = 1\nb = 2\n", "a = 2\nb = 1\n")
    file.chmod(0o755)
    settle(Repository(project), same)
    assert file.read_bytes() == b"a = 2\r\nb = 2\r\n"
    assert file.stat().st_mode & 0o777 == 0o755


def test_by_the_script_where_this_python_reads_no_toml(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "_READS_TOML", False)
    sides = "a = 1\nb = 1\n", "a = 2 # é\nb = 1\n", "a = 3\nb = 4\n"
    file = conflict(project, "pyproject.toml", *sides)
    assert settle(Repository(project), same).clashes == [("pyproject.toml", Clash("a", "2", "3"))]
    assert file.read_text(encoding="utf-8") == "a = 2 # é\nb = 4\n"

    file = conflict(project, "pyproject.toml", "a", *sides[1:])
    assert (
        settle(Repository(project), same)
        .conflicts[0]
        .why.startswith("it was not valid TOML before: ")
    )


def test_without_uv_nor_toml(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object) -> None:
        raise by_uv.ScriptError("uv was not found")

    monkeypatch.setattr(merging, "_READS_TOML", False)
    monkeypatch.setattr(by_uv, "run", run)
    conflict(project, "pyproject.toml", "a = 1\n", "a = 2\n", "a = 3\n")
    (left,) = settle(Repository(project), same).conflicts
    assert left.why == "this Python cannot read TOML, and uv was not found"


def test_a_merge_by_lines_that_spoilt_the_file(project: Path) -> None:
    file = project / "pyproject.toml"
    assert broken(Repository(project)) == ""
    file.write_text("[a]\n")
    assert broken(Repository(project)) == ""
    file.write_text("[a]\n[a]\n")
    assert broken(Repository(project)).startswith(
        "pyproject.toml is not TOML after the update; fix it by hand: Cannot declare ('a',) twice"
    )
    file.write_bytes(b"a = '\xff'\n")
    assert broken(Repository(project)).endswith(": it is not in UTF-8")
    conflict(project, "pyproject.toml", "a = 1\n", "a = 2\n", "a = 3\n")
    assert broken(Repository(project)) == "", "a conflict is named anyway"


def test_it_imports_on_the_oldest_python_of_copier() -> None:
    """Nothing that an older Python lacks is imported before it is needed."""
    code = "import sys; sys.modules['tomllib'] = None; "
    code += "from treewright.updating import merging, line_sets"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT / "src", check=True)


def test_what_copier_itself_leaves(tmp_path: Path) -> None:
    """A template of three files, changed by both sides, and a package that was renamed."""
    template, repository = tmp_path / "template", tmp_path / "repository"
    project = repository / "packages" / "tool"
    releases = {
        "v1.0.0": ("[tool.x]\na = 1\nb = 1\n", "/dist/\n", "about {{ name }}\n"),
        "v2.0.0": ("[tool.x]\na = 2\nb = 2\n", "/dist/\n/site/\n", "about {{ name }}\n\nmore\n"),
    }
    template.mkdir()
    Repository(template).git("init", "--quiet")
    (template / "copier.yml").write_text("name: {type: str, default: old}\n")
    (template / "{{ _copier_conf.answers_file }}.jinja").write_text(
        "{{ _copier_answers | to_nice_yaml }}"
    )
    for version, texts in releases.items():
        names = ("pyproject.toml", ".gitignore", "page.md.jinja")
        for name, text in zip(names, texts, strict=True):
            (template / name).write_text(text)
        Repository(template).git("add", "--all")
        Repository(template).git("commit", "--quiet", f"--message={version}")
        Repository(template).git("tag", version)
    copier.run_copy(
        str(template), project, vcs_ref="v1.0.0", defaults=True, quiet=True, overwrite=True
    )
    (project / "pyproject.toml").write_text("[tool.x]\na = 9 # mine\nb = 1\nmine = 1\n")
    (project / ".gitignore").write_text("/dist/\n/mine/\n")
    (project / "page.md").write_text("about old\nmine\n")
    Repository(repository).git("init", "--quiet")
    Repository(repository).git("add", "--all")
    Repository(repository).git("commit", "--quiet", "--message=all")

    copier.run_update(
        project, data={"name": "new"}, defaults=True, quiet=True, overwrite=True, unsafe=True
    )
    assert sorted(Repository(project).unmerged()) == [".gitignore", "page.md", "pyproject.toml"]
    settled = settle(Repository(project), lambda text, _: text.replace("old", "new"))

    assert [(done.path, done.how) for done in settled.files] == [
        (".gitignore", "lines"),
        ("page.md", ""),
        ("pyproject.toml", "meaning"),
    ]
    assert (project / "pyproject.toml").read_text() == "[tool.x]\na = 9 # mine\nb = 2\nmine = 1\n"
    assert (project / ".gitignore").read_text() == "/dist/\n/site/\n/mine/\n"
    page = (project / "page.md").read_text()
    assert page == "about new\n" + MARKERS.format("mine\n", "\nmore\n")
    status = (
        Repository(project)
        .git("status", "--porcelain", "--untracked-files=no")
        .decode()
        .splitlines()
    )
    assert [line[:2] for line in status] == [" M", " M", "UU", " M"]
