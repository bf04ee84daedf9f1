"""The command line: what it prints, where, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

import fleets
from fleets import clone, fleet
from keeping import ANSWERS, write
from repositories import commit
from test_update_faults import NEXT
from tiers import full
from treewright import machine
from treewright.fleet import command, showing
from treewright.fleet.outcomes import Point, Project, status
from treewright.fleet.showing import Report, markdown

Capture = pytest.CaptureFixture[str]


def rehearse(*arguments: str | Path) -> int:
    return fleet("rehearse", f"--to={NEXT}", *arguments, updater=fleets.update_made_up)


@pytest.mark.parametrize(
    ("edit", "ended"),
    [("wide", 0), ("claim", 1), full("own", 0), full("refuse", 1), full("break", 1)],
)
def test_the_exit_status_tells_whether_a_person_has_to_act(
    edit: str, ended: int, world: Path, tmp_path: Path, capsys: Capture
) -> None:
    clone(world, tmp_path, "acme-tool", edit)
    assert rehearse(tmp_path) == ended
    assert capsys.readouterr().out.startswith(f"# What Treewright {NEXT} will do to 1 project\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "the following arguments are required: VERB"),
        (["rehearse", "."], "the following arguments are required: --to"),
        (["rehearse", "--to=v1"], "the following arguments are required: PATH"),
        (["rehearse", "--to=v1", "--jobs=0", "."], "argument --jobs: '0' is not 1 or more"),
        (["rehearse", "--to=v1", "--check", "."], "unrecognized arguments: --check"),
        (["drift"], "the following arguments are required: PATH"),
        (["drift", "--tests", "."], "unrecognized arguments: --tests"),
    ],
)
def test_a_wrong_usage(arguments: list[str], sentence: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        command.run(arguments)
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


def test_without_git_nothing_is_done(
    world: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "git", lambda: None)
    assert fleet("drift", world / "made") == 2
    assert capsys.readouterr().err == "git is needed, and is not on the PATH.\n"


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("lacking/page.html", "its folder is not there"),
        ("folder", "it exists, and is not a file"),
        ("link", "it exists, and is not a file"),
    ],
)
def test_a_page_that_cannot_be_written_is_told_before_the_work(
    place: str, why: str, world: Path, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("/dev/stdout")
    page = tmp_path / place
    assert rehearse(world / "made", "--html", page) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", f"{page} cannot be written: {why}.\n")


def test_where_the_page_cannot_be_written_in_the_end_the_rest_is_told(
    world: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command, "write_whole", full_disk)
    assert rehearse(world / "made", "--json", "--html", tmp_path / "page.html") == 2
    printed = capsys.readouterr()
    assert len(json.loads(printed.out)["projects"]) == 2
    assert "No space left on device" in printed.err


def test_the_document_and_the_page_are_of_one_run(
    world: Path, tmp_path: Path, capsys: Capture
) -> None:
    clone(world, tmp_path / "all", "b-one", "claim")
    clone(world, tmp_path / "all", "a-one")
    page = tmp_path / "page.html"
    assert rehearse(tmp_path / "all", "--json", "--html", page) == 1
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert printed.err == ""
    assert {key: document[key] for key in ("version", "verb", "to", "status")} == {
        "version": 1,
        "verb": "rehearse",
        "to": NEXT,
        "status": 1,
    }
    names = [Path(one["path"]).name for one in document["projects"]]
    assert names == ["a-one", "b-one"], "one object each, in their order"
    text = page.read_text("utf-8")
    assert all(one["path"] in text for one in document["projects"])
    assert document["clusters"][0]["where"] in text


def test_two_jobs_tell_the_same_as_one(world: Path, tmp_path: Path, capsys: Capture) -> None:
    for number in range(3):
        clone(world, tmp_path, f"clone-{number}", *(["claim"] * (number % 2)))
    told: list[Any] = []
    for jobs in ("1", "2"):
        assert rehearse(tmp_path, "--json", "--jobs", jobs) == 1
        told.append(json.loads(capsys.readouterr().out))
    assert told[0] == told[1]


def test_an_answers_file_alone_is_not_compared(
    world: Path, tmp_path: Path, capsys: Capture
) -> None:
    """Registered, and not yet joined: there is nothing that could have drifted."""
    made = clone(world, tmp_path, "acme-tool")
    write(made, ANSWERS, (made / ANSWERS).read_text("utf-8").replace("v9.0.0", "v0.0.0"))
    commit(made)
    assert fleet("drift", "--check", "--json", made) == 0
    (project,) = json.loads(capsys.readouterr().out)["projects"]
    assert (project["outcome"], project["behind"]) == ("no drift", 3)


# --- What is printed -----------------------------------------------------------------------


def test_the_tables_are_tables_whatever_is_in_them() -> None:
    hostile = "`|` <b>x</b>\n| a | b |\n# no"
    projects = [
        Project(f"{hostile}{number}", points=[Point("refused", hostile, hostile, hostile)])
        for number in range(60)
    ]
    for project in projects:
        project.outcome = "refused"
    text = "\n".join(markdown(Report("rehearse", "t", "v1", projects)))
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    kinds = [token.type for token in tokens]
    assert kinds.count("heading_open") == 1
    assert kinds.count("table_open") == 2
    cells = [
        kinds[start:].index("tr_close") for start, kind in enumerate(kinds) if kind == "tr_open"
    ]
    assert len({*cells}) == 2, "each row has as many cells as its table"
    assert not [t for token in tokens for t in token.children or [] if t.type == "html_inline"]
    assert kinds.count("tr_open") == (1 + 1) + (1 + 50), "and no more"
    assert "And 10 more: --json and --html have all of them." in text
    assert len(text) < 65_536


def test_a_fleet_without_anything_to_tell_is_one_line() -> None:
    report = Report("drift", "t", "v1", [Project("a", outcome="no drift")])
    assert [*markdown(report)] == ["# How far 1 project has drifted", "", "1 no drift."]


@pytest.mark.parametrize(
    ("points", "ended"),
    [
        ([], 0),
        ([Point("rule", "", "", person=False)], 0),
        ([Point("conflict", "", "")], 1),
        ([Point("conflict", "", ""), Point("failed", "", "", person=False, unable=True)], 2),
    ],
)
def test_the_worst_decides_the_status(points: list[Point], ended: int) -> None:
    assert status([Project("a"), Project("b", points=points)]) == ended
    assert (
        json.loads(showing.document(Report("drift", "t", "v1", [Project("b", points=points)])))[
            "status"
        ]
        == ended
    )
