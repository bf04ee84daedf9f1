"""What the command does to a repository, from joining to undoing that."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from filelock import FileLock

from adopting import FILES, adopt, answers, carry_out, from_clone, make, told, tree
from conftest import shared_folder
from finishing import by_hand, finish, save
from keeping import ANSWERS, EMPTY, is_shallow, write
from repositories import git, snapshot
from tiers import full
from treewright.adopting import asking, features, joining
from treewright.adopting.errors import UnableError
from treewright.adopting.found import Found, Inferred
from treewright.adopting.trying import Copy
from treewright.branch.scratch import Blob

Capture = pytest.CaptureFixture[str]
MERGED = ("pyproject.toml", ".gitignore")
NEXT = "v9.1.0"

pytestmark = pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases")


@pytest.fixture(autouse=True)
def _from_clone(tagged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from_clone(tagged, monkeypatch)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make(tmp_path / "acme-lib")


@pytest.fixture(scope="session")
def shelf(tagged: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That project, as it is when it has joined with `checks` and `community`."""
    folder = shared_folder(tmp_path_factory) / "adopted"
    with FileLock(folder.with_suffix(".lock")), pytest.MonkeyPatch.context() as patch:
        from_clone(tagged, patch)
        if not folder.exists():
            made = make(folder / "acme-lib")
            assert adopt(made, "--defaults", "--features", "checks,community") == 0
            git("add", ANSWERS, cwd=made)
            git("commit", "--quiet", "--message=join", cwd=made)
            by_hand(made, "v9.0.0")
            save(made, "update")
    return folder


@pytest.fixture
def joined(shelf: Path, tmp_path: Path) -> Path:
    return shutil.copytree(shelf / "acme-lib", tmp_path / "acme-lib")


# --- Joining ---------------------------------------------------------------------------


def test_a_repository_joins_keeps_its_own_and_leaves_again(project: Path, capsys: Capture) -> None:
    before, start = snapshot(project), tree(project)
    document = told(capsys, project)
    assert snapshot(project).keys() - before.keys() == {ANSWERS}
    assert git("status", "--porcelain", cwd=project) == f"?? {ANSWERS}\n"
    assert document["wheel"] == "the same"
    assert document["answers"]["python_min"]["value"] == "3.9"
    assert document["answers"]["project_name"]["sure"] == "sure"
    assert document["kinds"]["types"]["owner"] == "yours"
    assert document["kinds"]["checks"]["owner"] == "treewright"
    written = answers(project)
    assert written["_commit"] == EMPTY
    assert written["joined"] is True
    assert set(written["own_kinds"]) == {*features.KINDS} - {"checks", "release", "bot"}

    carry_out(project, document["command"])
    now = snapshot(project)
    assert {path for path in before if now[path] != before[path]} <= {*MERGED}
    arrived = {path for path in now if path not in before} - {ANSWERS}
    told_ = {path for path in document["arrives"] if not path.endswith(" (merged)")}
    assert arrived == told_ != set()

    assert adopt(project, "--undo") == 0
    assert git("write-tree", cwd=project).strip() == start
    assert snapshot(project) == before


@pytest.mark.parametrize(
    ("chosen", "arrives"),
    [
        ("checks", ".github/workflows/ci.yml"),
        full("release", ".github/workflows/release.yml"),
        full("bot,community", "renovate.json"),
        full("", ""),
    ],
)
def test_the_chosen_features_arrive_and_no_others(
    project: Path, capsys: Capture, chosen: str, arrives: str
) -> None:
    """A dry run tells, and writes nothing."""
    before = snapshot(project)
    document = told(capsys, project, "--dry-run", "--features", chosen)
    assert snapshot(project) == before
    brought = {kind for kind, one in document["kinds"].items() if one["owner"] == "treewright"}
    assert brought == set(filter(None, chosen.split(",")))
    assert not arrives or arrives in document["arrives"]
    for other in (".github/workflows/ci.yml", ".github/workflows/release.yml", "renovate.json"):
        assert (other in document["arrives"]) == (other == arrives)
        assert (f"+++ b/{other}\n" in document["diff"]) == (other == arrives)
    assert document["clashes"] == {}
    assert "tests" in document["stays"]


@pytest.mark.parametrize("shape", [full("files"), full("table")])
def test_what_changes_the_wheel_is_left_out(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    settings = FILES["pyproject.toml"].replace('["LICENSE"]', '["LICENSE", "*.md"]')
    project = make(tmp_path / "acme-lib", {"pyproject.toml": settings, "SECURITY.md": None})
    if shape == "table":  # of the tool that a kind brings, which no file can be left out for
        monkeypatch.setattr(joining, "Wheel", _WheelOfCodespell)
    chosen = {"files": "checks,community", "table": "checks,lint"}[shape]
    document = told(capsys, project, "--features", chosen)
    assert document["wheel"] == "the same"
    if shape == "table":
        assert set(document["left_out"]) == {"lint"}
        return
    left = {"AGENTS.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md"}
    assert set(document["left_out"]) == left <= {*answers(project)["own_files"]}
    assert not left & {*document["arrives"]}
    carry_out(project, document["command"])
    assert not left & snapshot(project).keys()


class _WheelOfCodespell:
    """Stands in for a wheel that is another one where pyproject.toml has a table."""

    def __init__(self, copied: Copy) -> None:
        self.copied = copied

    def differences(self, tree_: Mapping[str, Blob]) -> list[str]:
        text = self.copied.made.read(tree_["pyproject.toml"])
        return ["METADATA"] if b"[tool.codespell]" in text else []

    def causes(self, _: object) -> list[str]:
        return ["pyproject.toml"]


def test_a_repository_that_does_not_build_is_refused(tmp_path: Path, capsys: Capture) -> None:
    project = make(tmp_path / "acme-lib", {"LICENSE": None})  # which license-files names
    document = told(capsys, project, "--features", "checks", status=1)
    (reason,) = document["refusals"]
    assert reason.startswith("The repository does not build as it is")
    assert not (project / ANSWERS).exists()


@pytest.mark.parametrize(
    ("files", "said"),
    [
        full({"unsaved.txt": "mine\n"}, "unsaved.txt"),
        full({".cruft.json": "{}"}, ".cruft.json"),
    ],
)
def test_a_refusal_writes_nothing(
    project: Path, capsys: Capture, files: Mapping[str, str], said: str
) -> None:
    for path, text in files.items():
        write(project, path, text)
    before = snapshot(project)
    document = told(capsys, project, status=1)
    assert any(said in reason for reason in document["refusals"])
    assert (document["command"], snapshot(project)) == ("", before)


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
        full(["--answer", "licens=MIT"], "did you mean license?"),
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


@pytest.mark.parametrize("name", [full("a folder"), full("-x"), full("a'b"), full("é")])
def test_a_project_in_a_folder_of_its_repository(
    tmp_path: Path, capsys: Capture, name: str
) -> None:
    """Its answers are in the folder; the command goes there, and undoing leaves the rest alone."""
    top = tmp_path / "mono"
    write(top, "README.md", "# All\n")
    project = make(top / name)
    shutil.rmtree(project / ".git")
    save_all(top)
    before, start = snapshot(top), tree(top)
    document = told(capsys, top, f"./{name}", "--features", "community,bot")
    assert document["command"].startswith("cd ")
    assert snapshot(top).keys() - before.keys() == {f"{name}/{ANSWERS}"}
    go, rest = document["command"].split(" && ", 1)
    place = subprocess.run(f"{go} && pwd", shell=True, cwd=top, capture_output=True, text=True)  # noqa: S602
    assert Path(place.stdout.removesuffix("\n")) == project.resolve()
    carry_out(project, rest)
    assert {path for path in snapshot(top) if path not in before and "/" not in path} == set()
    assert adopt(project, "--undo") == 0
    assert git("write-tree", cwd=top).strip() == start


def save_all(top: Path) -> None:
    git("init", "--quiet", "--initial-branch=main", cwd=top)
    save(top)


# --- Later -----------------------------------------------------------------------------


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


def give_and_take(joined: Path, follow: Callable[..., None]) -> None:
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


def take(joined: Path, follow: Callable[..., None]) -> None:
    follow("--take", "SECURITY.md")
    assert "# Security" in (joined / "SECURITY.md").read_text("utf-8")


def add_and_remove(joined: Path, follow: Callable[..., None]) -> None:
    mine = snapshot(joined)
    write(joined, "renovate.json", "{}\n")
    save(joined)
    follow("--add", "lint", "--add", "bot")
    assert (joined / "renovate.json").read_text("utf-8") == "{}\n"
    assert "renovate.json" in answers(joined)["own_files"]
    assert (joined / ".pre-commit-config.yaml").exists()
    follow("--remove", "lint,bot")
    (joined / "renovate.json").unlink()
    now = snapshot(joined)
    assert now.pop(ANSWERS) != mine.pop(ANSWERS)
    assert now == mine


def docs(joined: Path, follow: Callable[..., None]) -> None:
    mine = snapshot(joined)
    follow("--add", "docs")
    assert answers(joined)["docs"] == "zensical"
    assert (joined / "docs/index.md").exists()
    follow("--remove", "docs")
    assert answers(joined)["docs"] == "none"
    assert snapshot(joined) == mine


@pytest.mark.parametrize(
    "change", [full(give_and_take), full(take), full(add_and_remove), full(docs)]
)
def test_what_changes_hands(
    joined: Path, capsys: Capture, change: Callable[[Path, Callable[..., None]], None]
) -> None:
    def follow(*arguments: str) -> None:
        carry_out(joined, told(capsys, joined, *arguments)["command"])

    change(joined, follow)


# --- Bots ------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [full("one line")])
def test_a_line_of_a_bot_is_the_update_by_hand(project: Path, tmp_path: Path, how: str) -> None:
    del how
    assert adopt(project, "--defaults") == 0
    save(project, "join")
    other = shutil.copytree(project, tmp_path / "other" / "acme-lib")
    by_hand(other, "v9.0.0")
    save(other)
    git("switch", "--quiet", "--create=bot", cwd=project)
    write(
        project,
        ANSWERS,
        (project / ANSWERS).read_text("utf-8").replace(f"_commit: {EMPTY}", "_commit: v9.0.0"),
    )
    save(project, "one line")
    assert finish(project, "--commit") == 0
    assert tree(project) == tree(other)


# --- Undoing ---------------------------------------------------------------------------


def nothing_since(joined: Path, _: Capture) -> dict[str, str]:
    del joined
    return {}


def edits_since(joined: Path, _: Capture) -> dict[str, str]:
    """Also in files that joining merged, and one that it brought."""
    more = {"src/acme_lib/more.py": "TWO = 2\n"}
    for path, text in more.items():
        write(joined, path, text)
    settings = (joined / "pyproject.toml").read_text("utf-8")
    more["pyproject.toml"] = FILES["pyproject.toml"].replace('"1.2.0"', '"1.3.0"')
    write(joined, "pyproject.toml", settings.replace('"1.2.0"', '"1.3.0"'))
    more["AGENTS.md"] = "Mine.\n"
    write(joined, "AGENTS.md", "Mine.\n")
    more["SECURITY.md"] = "Write to bob@example.org.\n"
    write(joined, "SECURITY.md", more["SECURITY.md"])
    save(joined)
    return more


def a_kind_since(joined: Path, capsys: Capture) -> dict[str, str]:
    carry_out(joined, told(capsys, joined, "--add", "lint", "--add", "docs")["command"])
    return {}


def a_squashed_joining(joined: Path, _: Capture) -> dict[str, str]:
    git("reset", "--quiet", "--soft", "HEAD~2", cwd=joined)
    save(joined)
    return {}


def a_merged_joining(joined: Path, _: Capture) -> dict[str, str]:
    git("branch", "joining", cwd=joined)
    git("reset", "--quiet", "--hard", "HEAD~2", cwd=joined)
    git("merge", "--quiet", "--no-ff", "--message=merge", "joining", cwd=joined)
    return {}


@pytest.mark.parametrize(
    "since",
    [full(nothing_since), full(edits_since), full(a_kind_since), full(a_squashed_joining),
     full(a_merged_joining)],
)  # fmt: skip
def test_undoing_takes_away_what_joining_brought(
    joined: Path, capsys: Capture, since: Callable[[Path, Capture], dict[str, str]]
) -> None:
    """What was done since stays."""
    more = since(joined, capsys)
    head = git("rev-parse", "HEAD", cwd=joined)
    document = told(capsys, joined, "--undo")
    assert git("rev-parse", "HEAD", cwd=joined) == head, "nothing is committed"
    expected = {**FILES, **more}
    assert {path: data.decode() for path, data in snapshot(joined).items()} == expected
    assert {*document["stays"]} == {*more} & {"AGENTS.md"}


@pytest.mark.parametrize("shape", ["born here", full("shallow"), full("dirty"), full("unjoined")])
def test_what_cannot_be_undone(joined: Path, capsys: Capture, shape: str) -> None:
    project, said = joined, "made this project"
    if shape == "born here":
        text = (joined / ANSWERS).read_text("utf-8").replace("joined: true\n", "joined: false\n")
        write(joined, ANSWERS, text)
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


def test_what_is_asked_is_what_nothing_tells(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    del project
    assert asking.ask(inferred) == {"user_name": "bob", "repository": "b"}
    assert [text.split()[0].rstrip(":") for text in asked] == ["user_name", "repository"]


def test_kinds_are_read_from_lists() -> None:
    assert features.named(["docs, checks", "types"]) == ["checks", "types", "docs"]
    assert features.named([""]) == []
    with pytest.raises(UnableError, match="no kind of tool; did you mean docs"):
        features.named(["doc"])
    assert features.usual(["checks"]) == ["release", "bot", "community"]
