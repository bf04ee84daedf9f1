"""What the command does to a repository, from joining to undoing that."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from filelock import FileLock
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

import rendering
from adopting import FILES, adopt, answers, carry_out, from_clone, make, told, tree
from conftest import shared_folder
from finishing import Row, Scenarios, by_hand, finish, play, save
from keeping import ANSWERS, EMPTY, HERE, is_shallow, write
from rendering import ROOT
from repositories import git, snapshot
from terminal import ENTER, ERASE
from tiers import full
from treewright.adopting import asking, command, features
from treewright.adopting.errors import UnableError
from treewright.adopting.found import Found, Inferred
from treewright.adopting.joining import refusal
from treewright.adopting.source import Source
from treewright.adopting.trying import Copy
from treewright.branch.scratch import Blob

sys.path.append(str(ROOT))

from benchmarks import next_release

Capture = pytest.CaptureFixture[str]
Follow: TypeAlias = Callable[..., None]
MERGED = ("pyproject.toml", ".gitignore")
CI, RELEASE, BOT = ".github/workflows/ci.yml", ".github/workflows/release.yml", "renovate.json"
FORM = ".github/ISSUE_TEMPLATE/idea.yml"  # which is the same in every project

pytestmark = pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases")
joins, later = Scenarios(), Scenarios()


@pytest.fixture(autouse=True)
def _from_clone(tagged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from_clone(tagged, monkeypatch)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make(tmp_path / "acme-lib")


@pytest.fixture(scope="session")
def shelf(tagged: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That project, which has joined with `checks` and `community`, and what was told of it."""
    folder = shared_folder(tmp_path_factory) / "adopted"
    with FileLock(folder.with_suffix(".lock")), pytest.MonkeyPatch.context() as patch:
        from_clone(tagged, patch)
        if not folder.exists():
            made = make(folder / "acme-lib")
            with patch.context() as printed:
                printed.setattr(command, "say", lambda text: write(folder, "told.json", text))
                assert adopt(made, "--json", "--features", "checks,community") == 0
            assert git("status", "--porcelain", cwd=made) == f"?? {ANSWERS}\n"
            carry_out(made, json.loads((folder / "told.json").read_text("utf-8"))["command"])
    return folder


@pytest.fixture
def joined(shelf: Path, tmp_path: Path) -> Path:
    return shutil.copytree(shelf / "acme-lib", tmp_path / "acme-lib")


@pytest.fixture
def follow(joined: Path, capsys: Capture) -> Follow:
    """Change who owns something, and carry out the command that is printed."""

    def _follow(*arguments: str) -> None:
        carry_out(joined, told(capsys, joined, *arguments)["command"])

    return _follow


@pytest.fixture
def updated(joined: Path, tagged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That project, at a next release, which changes every managed file."""
    template = shutil.copytree(tagged, tmp_path / "treewright")
    next_release.make(template)
    from_clone(template, monkeypatch)
    text = (joined / ANSWERS).read_text("utf-8")
    write(joined, ANSWERS, text.replace(str(tagged), str(template)))
    save(joined)
    by_hand(joined, next_release.VERSION)
    save(joined)
    assert next_release.MARK in (joined / "AGENTS.md").read_text("utf-8")
    return joined


# --- Joining ---------------------------------------------------------------------------


@joins(default=True)
def it_keeps_what_is_its_own(shelf: Path) -> None:
    document = json.loads((shelf / "told.json").read_text("utf-8"))
    assert (document["status"], document["wheel"], document["clashes"]) == ("ready", "the same", {})
    assert document["answers"]["python_min"]["value"] == "3.9"
    assert document["answers"]["project_name"]["sure"] == "sure"
    owners = {kind: one["owner"] for kind, one in document["kinds"].items()}
    assert {kind for kind, owner in owners.items() if owner == "treewright"} == {
        "checks",
        "community",
    }
    written = answers(shelf / "acme-lib")
    assert (written["_commit"], written["joined"]) == (HERE, True)
    assert written["own_kinds"] == [kind for kind, owner in owners.items() if owner == "yours"]
    assert written["own_files"] == document["answers"]["own_files"]["value"]
    assert written["own_files"] == [FORM, "SECURITY.md"]

    now = {path: data.decode() for path, data in snapshot(shelf / "acme-lib").items()}
    assert {path for path, text in FILES.items() if now[path] != text} <= {*MERGED}
    new = {path for path in now if path not in FILES} - {ANSWERS}
    assert new == {path for path in document["arrives"] if not path.endswith(" (merged)")}
    assert {CI, "AGENTS.md"} <= new


@joins(chosen=["release", "bot,community", ""])
def chosen_features_arrive_and_no_others(project: Path, capsys: Capture, chosen: str) -> None:
    """A dry run tells, and writes nothing."""
    before = snapshot(project)
    document = told(capsys, project, "--dry-run", "--features", chosen)
    assert snapshot(project) == before
    brought = {kind for kind, one in document["kinds"].items() if one["owner"] == "treewright"}
    assert brought == set(filter(None, chosen.split(",")))
    for path, kind in ((CI, "checks"), (RELEASE, "release"), (BOT, "bot")):
        assert (path in document["arrives"]) == (kind in brought)
        assert (f"+++ b/{path}\n" in document["diff"]) == (kind in brought)
    assert document["clashes"] == {}
    assert "tests" in document["stays"]


@joins()
def what_is_lacking_is_the_default(project: Path, capsys: Capture) -> None:
    write(project, ".github/dependabot.yml", "version: 2\nupdates: []\n")
    save(project)
    document = told(capsys, project)
    brought = [kind for kind, one in document["kinds"].items() if one["owner"] == "treewright"]
    assert brought == ["checks", "release"]
    assert answers(project)["update_bot"] == "none"


@joins(hidden=["*", ".copier-answers.yml"])
def an_ignored_answers_file_is_added(project: Path, capsys: Capture, hidden: str) -> None:
    write(project, ".git/info/exclude", f"{hidden}\n")
    document = told(capsys, project, "--features", "checks")
    assert document["command"].startswith(f"git add --force {ANSWERS} && ")
    carry_out(project, document["command"])
    assert ANSWERS in git("ls-files", cwd=project).splitlines()


@joins()
def a_file_that_would_change_the_wheel_is_left_out(tmp_path: Path, capsys: Capture) -> None:
    settings = FILES["pyproject.toml"].replace('["LICENSE"]', '["LICENSE", "*.md"]')
    project = make(tmp_path / "acme-lib", {"pyproject.toml": settings, "SECURITY.md": None})
    document = told(capsys, project, "--features", "checks,community")
    assert document["wheel"] == "the same"
    left = {"AGENTS.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md"}
    assert set(document["left_out"]) == left == {*answers(project)["own_files"]} - {FORM}
    assert not left & {*document["arrives"]}
    carry_out(project, document["command"])
    assert not left & snapshot(project).keys()


@joins()
def a_table_that_would_change_the_wheel_is_left_out(
    project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "Wheel", _WheelOfCodespell)
    document = told(capsys, project, "--features", "checks,lint")
    assert (document["wheel"], set(document["left_out"])) == ("the same", {"lint"})


class _WheelOfCodespell:
    """Stands in for a wheel that is another one where pyproject.toml has a table."""

    def __init__(self, copied: Copy) -> None:
        self.copied = copied

    def differences(self, tree_: Mapping[str, Blob]) -> list[str]:
        text = self.copied.made.read(tree_["pyproject.toml"])
        return ["METADATA"] if b"[tool.codespell]" in text else []

    def causes(self, _: object) -> list[str]:
        return ["pyproject.toml"]


@joins()
def another_wheel_is_a_refusal(
    project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_WheelOfCodespell, "differences", lambda *_: ["METADATA: Name"])
    monkeypatch.setattr(command, "Wheel", _WheelOfCodespell)
    document = told(capsys, project, "--features", "checks", status=1)
    assert "The wheel would not be the same: METADATA: Name" in document["refusals"][0]
    assert not (project / ANSWERS).exists()


@joins()
def what_does_not_build_is_refused(tmp_path: Path, capsys: Capture) -> None:
    project = make(tmp_path / "acme-lib", {"LICENSE": None})  # which license-files names
    document = told(capsys, project, "--features", "checks", status=1)
    assert document["refusals"][0].startswith("The repository does not build as it is")
    assert not (project / ANSWERS).exists()


@joins(path=["unsaved.txt", ".cruft.json"])
def a_refusal_writes_nothing(project: Path, capsys: Capture, path: str) -> None:
    write(project, path, "{}")
    before = snapshot(project)
    document = told(capsys, project, status=1)
    assert path in document["refusals"][0]
    assert (document["command"], snapshot(project)) == ("", before)


def test_a_checkout_with_changes_is_no_release(
    project: Path, tagged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Copier would name a commit that is gone with its clone."""
    template = tmp_path / "treewright"
    git("clone", "--quiet", tagged, template, cwd=tmp_path)
    from_clone(template, monkeypatch)
    assert not Source.find().is_dirty
    write(template, "new.txt", "x\n")
    document = told(capsys, project, status=2)
    assert "Commit or stash them there" in document["refusals"][0]
    assert not (project / ANSWERS).exists()


@joins(name=["json", "é"])
def a_package_of_any_name_joins_or_is_refused_in_a_sentence(
    tmp_path: Path, capsys: Capture, name: str
) -> None:
    settings = f'{FILES["pyproject.toml"]}\n[tool.uv.build-backend]\nmodule-name = "{name}"\n'
    code = "src/acme_lib/__init__.py"
    files = {"pyproject.toml": settings, code: None, code.replace("acme_lib", name): FILES[code]}
    project = make(tmp_path / "acme-lib", files)
    document = told(capsys, project, "--features", "checks", status=not name.isascii())
    if name.isascii():
        assert answers(project)["import_name"] == name
    else:
        (said,) = document["refusals"]
        assert said.startswith("import_name=é is refused: use ASCII letters, digits and _. It was")
        assert said.endswith(" Treewright keeps no package that is imported so.")
        assert not (project / ANSWERS).exists()


@joins(name=["a folder", "-x", "a'b"])
def a_project_in_a_folder(tmp_path: Path, capsys: Capture, name: str) -> None:
    """Its answers are in the folder; the command goes there; undoing leaves the rest alone."""
    top = tmp_path / "mono"
    write(top, "README.md", "# All\n")
    project = make(top / name, {"SECURITY.md": None, FORM: None})
    shutil.rmtree(project / ".git")
    git("init", "--quiet", "--initial-branch=main", cwd=top)
    save(top)
    before, start = snapshot(top), tree(top)
    assert adopt(top, f"./{name}", "--features", "checks,community") == 2
    assert "checks cannot come into a folder" in capsys.readouterr().err
    document = told(capsys, top, f"./{name}", "--defaults")
    assert snapshot(top).keys() - before.keys() == {f"{name}/{ANSWERS}"}
    go, rest = document["command"].split(" && ", 1)
    shown = subprocess.run(["sh", "-c", f"{go} && pwd"], cwd=top, capture_output=True, check=True)
    assert Path(shown.stdout.decode().removesuffix("\n")) == project.resolve()
    carry_out(project, rest)
    assert {path for path in snapshot(top) if not path.startswith(f"{name}/")} == {"README.md"}
    assert (project / "AGENTS.md").exists()
    assert not (project / ".github").exists()
    assert adopt(project, "--undo") == 0
    assert git("write-tree", cwd=top).strip() == start


@pytest.mark.parametrize("scenario", joins)
def test_joining(scenario: Row, request: pytest.FixtureRequest) -> None:
    play(scenario, request)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--answer", "layout"], "KEY=VALUE"),
        (["--answer", "own_files=[x]"], "follows from"),
        (["--answer", "_commit=v1"], "follows from"),
        (["--features", "check"], "did you mean checks?"),
        (["--undo", "--add", "docs"], "goes with none"),
        (["--undo", "--features", "docs"], "for joining"),
        (["--convert", "--dry-run"], "has no --dry-run"),
        (["nowhere"], "is not a folder"),
        full(["--answer", "licenze=MIT"], "did you mean license?"),
        full(["--answer", "python_min=3.8"], "choose one of"),
        full(["--answer", "layout=lib"], "choose one of src, flat"),
    ],
)
def test_a_wrong_usage(project: Path, capsys: Capture, arguments: list[str], said: str) -> None:
    assert adopt(project, *arguments) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""
    assert not (project / ANSWERS).exists()


# --- Who owns what ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--take", "READM.md"], "not in own_files"),
        full(["--take", "AGENTS.md"], "comes from Treewright already"),
        full(["--give", "SECURITY.md"], "yours already"),
        full(["--give", "AGENT.md"], "did you mean AGENTS.md?"),
        full(["--give", "pyproject.toml"], "merged by meaning"),
        full(["--add", "checks"], "comes from Treewright already"),
        full(["--remove", "types"], "yours already"),
    ],
)
def test_what_is_so_already_is_refused(
    joined: Path, capsys: Capture, arguments: list[str], said: str
) -> None:
    before = snapshot(joined)
    document = told(capsys, joined, *arguments, status=1)
    assert said in document["refusals"][0]
    assert snapshot(joined) == before


@later()
def a_file_is_given_and_taken(joined: Path, follow: Follow) -> None:
    mine = snapshot(joined)
    follow("--give", "AGENTS.md")
    assert snapshot(joined).keys() == mine.keys()
    write(joined, "AGENTS.md", "Mine.\n")
    save(joined)
    by_hand(joined, ":current:")
    assert (joined / "AGENTS.md").read_text("utf-8") == "Mine.\n"
    save(joined)
    follow("--take", "AGENTS.md")
    assert snapshot(joined) == mine


@later()
def a_file_that_was_there_is_taken(joined: Path, follow: Follow) -> None:
    follow("--take", "SECURITY.md")
    assert (joined / "SECURITY.md").read_text("utf-8").startswith("# Security")


@later()
def kinds_are_added_and_removed(joined: Path, follow: Follow) -> None:
    """What is there of a kind that comes stays, and all that came goes."""
    mine = snapshot(joined)
    write(joined, BOT, "{}\n")
    save(joined)
    follow("--add", "lint", "--add", "bot")
    assert (joined / BOT).read_text("utf-8") == "{}\n"
    assert BOT in answers(joined)["own_files"]
    assert (joined / ".pre-commit-config.yaml").exists()
    follow("--remove", "lint,bot")
    (joined / BOT).unlink()
    now = snapshot(joined)
    assert now.pop(ANSWERS) != mine.pop(ANSWERS)
    assert now == mine


@later()
def docs_are_added_and_removed(joined: Path, follow: Follow) -> None:
    mine = snapshot(joined)
    follow("--add", "docs")
    assert answers(joined)["docs"] == "zensical"
    assert (joined / "docs/index.md").exists()
    follow("--remove", "docs")
    assert answers(joined)["docs"] == "none"
    assert snapshot(joined) == mine


@later()
def a_line_of_a_bot_is_the_update_by_hand(project: Path, tmp_path: Path) -> None:
    assert adopt(project, "--defaults") == 0
    save(project, "join")
    other = shutil.copytree(project, tmp_path / "other" / "acme-lib")
    by_hand(other, HERE)
    save(other)
    git("switch", "--quiet", "--create=bot", cwd=project)
    text = (project / ANSWERS).read_text("utf-8")
    write(project, ANSWERS, text.replace(f"_commit: {EMPTY}", f"_commit: {HERE}"))
    save(project, "one line")
    assert finish(project, "--commit") == 0
    assert tree(project) == tree(other)


# --- Undoing ---------------------------------------------------------------------------


def undo(joined: Path, capsys: Capture, more: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Undo joining: what was there before, and what came since, is left."""
    head = git("rev-parse", "HEAD", cwd=joined)
    document = told(capsys, joined, "--undo")
    assert git("rev-parse", "HEAD", cwd=joined) == head, "nothing is committed"
    found = {path: data.decode() for path, data in snapshot(joined).items()}
    assert found == {**FILES, **(more or {})}
    assert set(git("ls-files", cwd=joined).splitlines()) == found.keys()
    return document


@later(default=True)
def undoing_is_as_before(joined: Path, capsys: Capture) -> None:
    assert undo(joined, capsys)["stays"] == {}


@later()
def undoing_keeps_edits(joined: Path, capsys: Capture) -> None:
    """Also in files that joining merged, and in one that it brought."""
    settings = (joined / "pyproject.toml").read_text("utf-8")
    more = {
        "src/acme_lib/more.py": "TWO = 2\n",
        "AGENTS.md": "Mine.\n",
        "SECURITY.md": "Write to bob@example.org.\n",
        "pyproject.toml": settings.replace('"1.2.0"', '"1.3.0"'),
    }
    for path, text in more.items():
        write(joined, path, text)
    save(joined)
    more["pyproject.toml"] = FILES["pyproject.toml"].replace('"1.2.0"', '"1.3.0"')
    assert {*undo(joined, capsys, more)["stays"]} == {"AGENTS.md"}


@later()
def undoing_after_kinds_came(joined: Path, capsys: Capture, follow: Follow) -> None:
    follow("--add", "lint", "--add", "docs")
    assert undo(joined, capsys)["stays"] == {}


@later()
def undoing_after_the_next_release(updated: Path, capsys: Capture) -> None:
    assert undo(updated, capsys)["stays"] == {}


@later()
def undoing_keeps_edits_after_the_next_release(
    updated: Path, capsys: Capture, follow: Follow
) -> None:
    """Above and below the lines that joining brought."""
    follow("--add", "lint")
    more = {}
    for path, line in ((".gitignore", "/mine/\n"), ("pyproject.toml", "\n[tool.mine]\nx = 1\n")):
        text = (updated / path).read_text("utf-8")
        assert text != FILES[path]
        write(updated, path, f"# First.\n{text}{line}")
        parted = "\n" if path == ".gitignore" else ""  # from the block that was amid them
        more[path] = f"# First.\n{FILES[path]}{parted}{line}"
    save(updated)
    assert undo(updated, capsys, more)["stays"] == {}


@later()
def undoing_after_a_file_was_taken(joined: Path, capsys: Capture, follow: Follow) -> None:
    """What was there of it before comes back."""
    follow("--take", "SECURITY.md")
    assert undo(joined, capsys)["stays"] == {}


@later()
def undoing_after_a_file_was_given(joined: Path, capsys: Capture, follow: Follow) -> None:
    """It is its owner's, who keeps it."""
    given = (joined / "AGENTS.md").read_text("utf-8")
    follow("--give", "AGENTS.md")
    undo(joined, capsys, {"AGENTS.md": given})


@later(ends=["converted", "committed"])
def undoing_where_lines_end_as_on_windows(project: Path, capsys: Capture, ends: str) -> None:
    git("config", "core.autocrlf", str(ends == "converted").lower(), cwd=project)
    for path, text in FILES.items():
        write(project, path, text.replace("\n", "\r\n"))
    save(project)
    before, start = snapshot(project), tree(project)
    document = told(capsys, project, "--features", "checks,community")
    carry_out(project, document["command"])
    assert snapshot(project).keys() - before.keys() == {ANSWERS, *document["arrives"]} - {
        f"{path} (merged)" for path in MERGED
    }
    mixed = snapshot(project)["pyproject.toml"]  # the update may write it as git has it
    assert told(capsys, project, "--undo")["stays"] == {}
    assert snapshot(project) == {**before, "pyproject.toml": mixed}
    assert mixed.replace(b"\r\n", b"\n") == FILES["pyproject.toml"].encode()
    assert git("write-tree", cwd=project).strip() == start


@later(path=["AGENTS.md", CI], target=["README.md", "gone"])
def undoing_leaves_links(project: Path, capsys: Capture, path: str, target: str) -> None:
    """Theirs stays a link, where the template has a file, in all that is done."""
    link = project / path
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)
    save(project)
    start = tree(project)
    carry_out(project, told(capsys, project, "--features", "checks,community")["command"])
    assert link.readlink() == Path(target)
    assert told(capsys, project, "--undo")["stays"] == {}
    assert link.readlink() == Path(target)
    assert git("write-tree", cwd=project).strip() == start


@later()
def undoing_a_squashed_joining(joined: Path, capsys: Capture) -> None:
    git("reset", "--quiet", "--soft", "HEAD~2", cwd=joined)
    save(joined)
    undo(joined, capsys)


@later()
def undoing_a_merged_joining(joined: Path, capsys: Capture) -> None:
    git("branch", "joining", cwd=joined)
    git("reset", "--quiet", "--hard", "HEAD~2", cwd=joined)
    git("merge", "--quiet", "--no-ff", "--message=merge", "joining", cwd=joined)
    undo(joined, capsys)


@later()
def undoing_where_the_answers_file_was_renamed(joined: Path, capsys: Capture) -> None:
    git("mv", ANSWERS, ".copier-answers.x.yml", cwd=joined)
    save(joined)
    undo(joined, capsys)


@later()
def undoing_before_the_update(project: Path, capsys: Capture) -> None:
    assert adopt(project, "--defaults") == 0
    save(project)
    undo(project, capsys)


@pytest.mark.parametrize("scenario", later)
def test_later(scenario: Row, request: pytest.FixtureRequest) -> None:
    play(scenario, request)


@pytest.mark.parametrize("shape", ["born here", full("shallow"), full("dirty"), full("unjoined")])
def test_what_cannot_be_undone(joined: Path, capsys: Capture, shape: str) -> None:
    project, said = joined, "made this project"
    if shape == "born here":
        text = (joined / ANSWERS).read_text("utf-8")
        write(joined, ANSWERS, text.replace("joined: true\n", "joined: false\n"))
        save(joined)
    elif shape == "shallow":
        project, said = joined.parent / "clone", "git fetch --unshallow"
        git("clone", "--quiet", "--depth=1", joined.as_uri(), project, cwd=joined)
    elif shape == "dirty":
        write(project, "mine.txt", "x\n")
        said = "mine.txt"
    else:
        git("rm", "--quiet", ANSWERS, cwd=project)
        save(project)
        said = "has not joined"
    before = snapshot(project)
    document = told(capsys, project, "--undo", status=1)
    assert said in document["refusals"][0]
    assert snapshot(project) == before


# --- Asking ----------------------------------------------------------------------------


def test_what_is_asked_is_what_nothing_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    inferred = Inferred(
        {
            "project_name": Found("acme-lib", "pyproject.toml"),
            "user_name": Found("", "nothing", "guess"),
            "test_command": Found("pytest", "nothing", "guess"),
            "repository": Found("a", "origin", "contradictory", {"upstream": "b"}),
        },
        {"docs": "mkdocs.yml"},
    )
    asked = list[str]()

    class Answer:
        def __init__(self, text: str, **more: object) -> None:
            asked.append(text)
            self.value = "bob" if "default" in more else "b"

        def unsafe_ask(self) -> str:
            return self.value

    monkeypatch.setattr("questionary.text", Answer)
    monkeypatch.setattr("questionary.select", Answer)
    given = asking.ask(inferred, lambda *_: "")
    assert given == {"user_name": "bob", "repository": "b"}
    assert asked == ["Who is the author? (may be empty)", "repository: which one is right?"]


def test_a_typed_answer_is_corrected_at_once() -> None:
    """By the template's own rules."""
    inferred = Inferred({"user_email": Found("", "nothing", "guess")}, {})
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text(f"me@{ENTER}{ERASE}me@example.org{ENTER}")
        with rendering.remembering():
            found = asking.ask(inferred, partial(refusal, Source.find()))
    assert found == {"user_email": "me@example.org"}


def test_kinds_are_read_from_lists() -> None:
    assert features.named(["docs, checks", "types"]) == ["checks", "types", "docs"]
    assert features.named([""]) == []
    with pytest.raises(UnableError, match="no kind of tool; did you mean docs"):
        features.named(["doc"])
    assert features.usual(["checks"]) == ["release", "bot", "community"]
