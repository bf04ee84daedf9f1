"""What a rehearsal says of clones, and that the update then does it."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import finishing
import fleets
from adopting import from_clone
from fleets import clone, every_file, fleet, told
from keeping import ANSWERS, unmerged, write
from repositories import commit, git
from test_update_faults import NEXT
from tiers import full
from treewright.branch.scratch import Updated, Updater
from treewright.fleet import outcomes, rehearsing
from treewright.fleet.testing import Runs, command
from treewright.proof import Finding
from treewright.proof.proving import Proof
from treewright.rows import row
from treewright.updating.merging import Clash
from treewright.updating.report import counting, decided
from treewright.updating.repository import BASE, OURS, THEIRS, Stage

Capture = pytest.CaptureFixture[str]
# What was planted in a clone, of which project, and what has to come of it.
PLANTED: Mapping[str, tuple[str, Sequence[str], str]] = {
    "claims": ("acme-tool", ["claim", "narrow"], outcomes.CONFLICTS),
    "claims-too": ("python", ["claim"], outcomes.CONFLICTS),
    "links": ("acme-tool", ["link"], outcomes.UNFINISHED),
    "deletes": ("acme-tool", ["delete"], outcomes.CLEAN),
    "rules": ("python", ["wide"], outcomes.SETTLED),
    "owns": ("acme-tool", ["own"], outcomes.CLEAN),
    "plain": ("python", [], outcomes.CLEAN),
    "refuses": ("acme-tool", ["refuse"], outcomes.REFUSED),
    "spoils": ("acme-tool", ["spoil"], outcomes.CLEAN),
    "others": ("acme-tool", ["other"], outcomes.OTHER),
    "unknown": ("acme-tool", ["unknown"], outcomes.UNKNOWN),
    "breaks": ("acme-tool", ["break"], outcomes.UNREADABLE),
    "lacks": ("acme-tool", ["lack"], outcomes.UNREADABLE),
}
CLASHES = {
    ("conflict", "AGENTS.md", "changed the same lines"): ["claims", "claims-too"],
    ("rule", "pyproject.toml: tool.ruff.line-length", "the template has 110"): ["claims", "rules"],
    ("refused", "", "license"): ["refuses"],
    ("left to do", "", "AGENTS.md is a link"): ["links"],
    ("fault", "pyproject.toml", "TOML"): ["spoils"],
    (outcomes.OTHER, ".copier-answers.yml", "https://git.example.org/x#"): ["others"],
    (outcomes.UNKNOWN, ".copier-answers.yml", "v8.7.6"): ["unknown"],
    (outcomes.UNREADABLE, ".copier-answers.yml", "YAML"): ["breaks"],
    (outcomes.UNREADABLE, ".copier-answers.yml", "lacks `_commit` or `_src_path`"): ["lacks"],
}
_NOT_UPDATED = {outcomes.REFUSED, outcomes.OTHER, outcomes.UNKNOWN, outcomes.UNREADABLE}
WORLDS = {"world": fleets.update_made_up, "template": finishing.run_update}


@pytest.mark.parametrize("which", ["world", full("template")])
def test_what_was_planted_is_found_and_nothing_else(
    which: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: Capture
) -> None:
    request.getfixturevalue(which)
    shelf = request.getfixturevalue("made_up" if which == "world" else "shelf")
    updater = WORLDS[which]
    for name, (of, edits, _) in PLANTED.items():
        clone(shelf, tmp_path, name, *edits, of=of)
    before = every_file(tmp_path)
    document = told(capsys, "rehearse", "--to", NEXT, tmp_path, status=1, updater=updater)
    assert every_file(tmp_path) == before
    assert document["template"] == str(shelf / "treewright")
    assert {Path(one["path"]).name: one["outcome"] for one in document["projects"]} == {
        name: outcome for name, (_, _, outcome) in PLANTED.items()
    }
    found = {_key(cluster): cluster["projects"] for cluster in document["clusters"]}
    assert len(found) == len(document["clusters"])
    assert {key: [Path(one["path"]).name for one in has] for key, has in found.items()} == CLASHES
    assert all(cluster["settle"] for cluster in document["clusters"] if cluster["person"])
    for one in document["projects"]:
        if one["outcome"] not in _NOT_UPDATED:
            _agrees(one, tmp_path / "updated", updater)
    if which == "template":  # after an update, nothing has drifted but what had before
        commit(tmp_path / "updated/plain")
        assert told(capsys, "drift", "--check", tmp_path / "updated/plain")["status"] == 0


def _key(cluster: Mapping[str, str]) -> tuple[str, str, str]:
    """Give what was planted, or what was not."""
    kind, where, what = (cluster[name] for name in ("kind", "where", "what"))
    known = (key for key in CLASHES if key[:2] == (kind, where) and key[2] in what)
    return next(known, (kind, where, what))


def _agrees(one: Mapping[str, Any], folder: Path, updater: Updater) -> None:
    """See that the update does what was said."""
    project = shutil.copytree(one["path"], folder / Path(one["path"]).name, symlinks=True)
    done = updater(project, ["--defaults", f"--vcs-ref={NEXT}"], True)  # noqa: FBT003
    assert done.returncode == 0, done.stderr
    clashing = {point["where"] for point in one["points"] if point["kind"] == "conflict"}
    assert clashing == {*unmerged(project)}
    git("add", "--all", cwd=project)
    status = git("diff", "--cached", "--name-status", cwd=project).splitlines()
    kinds = {"M": "changed", "A": "new", "D": "removed"}
    for letter, kind in kinds.items():
        assert one["files"][kind] == sum(line[0] == letter for line in status), kind
    added, deleted = (one["files"][key] for key in ("added", "deleted"))
    told_lines = git("diff", "--cached", "--shortstat", cwd=project)
    assert f"{added} insertion" in told_lines or not added
    assert f"{deleted} deletion" in told_lines or not deleted
    for point in one["points"]:
        if point["kind"] == "rule":
            assert f"tool.ruff.line-length {point['detail']}; {point['what']}" in " ".join(
                done.stdout.split()
            )


# --- What the hooks say, and what is made of it --------------------------------------------


@pytest.mark.parametrize(
    ("clash", "what", "detail"),
    [
        (Clash("tool.ruff.line-length", "79", "110"), "the template has 110", "stays 79"),
        (Clash("tool.x", "1", ""), "the template no longer has it", "stays 1"),
        (Clash("tool.x", "", "1"), "the template has 1", "stays away"),
        (Clash("project.version", '"1"', "", kept=False), "it is gone by an answer", 'was "1"'),
        (Clash('"odd: key".a', "[1, 2]", "[3]"), "the template has [3]", "stays [1, 2]"),
        (Clash("tool.x", "1", "2 " * 60), "the template has 2 2", "stays 1"),
    ],
)
def test_a_decision_is_read_as_the_hooks_tell_it(clash: Clash, what: str, detail: str) -> None:
    printed = "\n".join(row("yours", f"pyproject.toml: {clash.key} {decided(clash)}"))
    (point,) = rehearsing._rules(Updated({}, printed=printed))  # noqa: SLF001
    assert point.where == f"pyproject.toml: {clash.key}"
    assert point.what.startswith(what)
    assert point.detail == detail
    assert not point.person


@pytest.mark.parametrize(
    ("clash", "how"),
    [
        (Clash("tool.x", "1", "2"), "nothing to do; to have that value, set it after the update"),
        (Clash("tool.x", "", "2"), "nothing to do; to have that value, set it after the update"),
        (Clash("tool.x", "1", ""), "nothing to do; to do as the template does, delete it"),
        (
            Clash("tool.x", "1", "", kept=False),
            "nothing to do; to have it back, change that answer",
        ),
    ],
)
def test_what_gives_the_value_that_did_not_count(clash: Clash, how: str) -> None:
    """To delete a key would keep it away: see docs/merging.md."""
    printed = "\n".join(row("yours", f"pyproject.toml: {clash.key} {decided(clash)}"))
    (point,) = rehearsing._rules(Updated({}, printed=printed))  # noqa: SLF001
    assert point.settle == how


def test_a_key_that_an_overlay_sets_too_is_told() -> None:
    clash = Clash("tool.ruff.line-length", "88", "110", by="acme")
    printed = "\n".join(row("overlay", f"pyproject.toml: {clash.key} {counting(clash)}"))
    (point,) = rehearsing._rules(Updated({}, printed=printed))  # noqa: SLF001
    assert (point.where, point.what, point.detail, point.person) == (
        "pyproject.toml: tool.ruff.line-length",
        "an overlay has 88",
        "without it, 110",
        False,
    )


@pytest.mark.parametrize(
    ("sides", "how"),
    [
        ([BASE, OURS, THEIRS], "edit it, "),
        ([OURS, THEIRS], "edit it, "),
        ([], "edit it, "),
        ([BASE, THEIRS], "restore it or delete it, "),
        ([BASE, OURS], "keep it or delete it, "),
    ],
)
def test_what_settles_a_conflict(sides: Sequence[int], how: str) -> None:
    settle = rehearsing._choice("a b.md", dict.fromkeys(sides, Stage("100644", "0")))  # noqa: SLF001
    assert settle.startswith(how)
    assert ("treewright adopt --give 'a b.md'" in settle) == (sides != [BASE, OURS])


def test_other_lines_of_the_hooks_are_no_decision() -> None:
    rows = [*row("yours", "in pyproject.toml: tool.ruff"), *row("files", "4 changed")]
    assert [*rehearsing._rules(Updated({}, printed="\n".join(rows)))] == []  # noqa: SLF001


def test_what_the_hooks_could_not_do_is_left_to_a_person() -> None:
    printed = [
        "Warning: something before.",
        "",
        "Treewright v0.8.0 -> v0.9.0",
        *row("new", f"An entry {'of many words ' * 9}"),
        *row("", "and 3 more: CHANGELOG.md of the template"),
        *row("old names", "2 in docs"),
        *row("untouched", "README.md; a patch has what the answers change there"),
        "AGENTS.md is a link: what the template changes in that file did not arrive.",
        "The package was not moved: src/x is there.",
        "In conflict:",
        "  a.txt",
        "Edit each, where its markers show both sides, then `git add` it.",
        "Next: look at `git diff HEAD`, and commit.",
    ]
    points = rehearsing._left(Updated({}, printed="\n".join(printed)))  # noqa: SLF001
    assert [point.what for point in points] == printed[-6:-4]
    joined = ["Joined Treewright v0.9.0", *row("arrived", "1 file"), "Next: commit."]
    assert [*rehearsing._left(Updated({}, printed="\n".join(joined)))] == []  # noqa: SLF001


@pytest.mark.parametrize(
    ("status", "told_last", "outcome", "what"),
    [
        (
            1,
            "ValueError: Validation error for question 'x': no",
            outcomes.REFUSED,
            "ValueError: Val",
        ),
        (1, "OSError: [Errno 28] No space left on device", outcomes.FAILED, "OSError: [Errno 28]"),
        full(
            1,
            "copier.X: Unexpected exit code: 128\nCommand line: | git\nStderr:  | no\n   | more",
            outcomes.FAILED,
            "more",
        ),
        full(-9, "", outcomes.FAILED, "the update was ended by signal 9"),
    ],
)
def test_what_breaks_on_this_machine_is_no_refusal(
    status: int,
    told_last: str,
    outcome: str,
    what: str,
    world: Path,
    tmp_path: Path,
    capsys: Capture,
) -> None:
    """Nobody can settle it in the project, so it ends with 2."""

    def updater(*_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], status, "", f"Traceback:\n{told_last}\n")

    made, ended = clone(world, tmp_path, "acme-tool"), 1 if outcome == outcomes.REFUSED else 2
    document = told(capsys, "rehearse", f"--to={NEXT}", made, status=ended, updater=updater)
    (project,) = document["projects"]
    assert project["outcome"] == outcome
    assert project["points"][0]["what"].startswith(what)


# --- Faults, and tests ---------------------------------------------------------------------


def rehearse(
    world: Path, tmp_path: Path, capsys: Capture, *options: str, status: int, **answers: str
) -> Mapping[str, Any]:
    """Rehearse the update of one made-up project, and give what is told of it."""
    made = clone(world, tmp_path, "acme-tool")
    text = (made / ANSWERS).read_text("utf-8")
    write(made, ANSWERS, text + "".join(f"{name}: {value}\n" for name, value in answers.items()))
    commit(made)
    document = told(
        capsys,
        "rehearse",
        f"--to={NEXT}",
        made,
        *options,
        status=status,
        updater=fleets.update_made_up,
    )
    found: Mapping[str, Any] = document["projects"][0]
    return found


NEW = "NEW.md"  # which the update brings


@pytest.mark.parametrize(
    ("faulty", "status", "outcome", "details"),
    [
        (lambda folder: (folder / NEW).is_file(), 1, outcomes.FAULTS, [""]),
        (lambda _: True, 0, outcomes.CLEAN, ["as before"]),
        full(lambda folder: not (folder / NEW).is_file(), 0, outcomes.CLEAN, []),
    ],
    ids=["by the update", "before it, too", "only before it"],
)
def test_a_fault_counts_where_the_update_brings_it(
    faulty: Callable[[Path], bool],
    status: int,
    outcome: str,
    details: Sequence[str],
    world: Path,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def prove(folder: Path) -> Proof:
        proof = Proof()
        proof.findings += [Finding("a.py", "it is odd", "fix it")] * faulty(folder)
        return proof

    monkeypatch.setattr(rehearsing, "prove", prove)
    found = rehearse(world, tmp_path, capsys, status=status)
    assert found["outcome"] == outcome
    assert [point["detail"] for point in found["points"]] == details


def test_what_this_machine_cannot_prove_is_no_success(
    world: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prove(folder: Path) -> Proof:
        proof = Proof()
        proof.unproven = f"{folder}/a could not be built, as there is neither uv nor build here."
        return proof

    monkeypatch.setattr(rehearsing, "prove", prove)
    found = rehearse(world, tmp_path, capsys, status=2)
    assert found["outcome"] == outcomes.FAULTS
    assert found["proof"].startswith("not proven: a could not be built"), "without our folder"


@pytest.mark.parametrize(
    ("line", "status", "tests", "points"),
    [
        full("true", 0, "passed", []),
        (
            f"test ! -e {NEW} || (echo FAILED tests/test_a.py::test_b - oh; exit 1)",
            1,
            "failed",
            [("tests/test_a.py::test_b", "failed", "")],
        ),
        full("echo no; exit 3", 0, "failed", [("echo no; exit 3", "no", "as before")]),
        full(f"test ! -e {NEW}", 1, "failed", [(f"test ! -e {NEW}", "exit status 1", "")]),
    ],
)
def test_the_tests_are_run_after_the_update_and_before_it_where_they_fail(
    line: str,
    status: int,
    tests: str,
    points: Sequence[tuple[str, str, str]],
    world: Path,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proven: list[Path] = []

    def prove(folder: Path) -> Proof:
        proven.append(folder)
        return Proof()

    monkeypatch.setattr(rehearsing, "prove", prove)
    answer = {"test_command": repr(line)}
    found = rehearse(world, tmp_path, capsys, "--tests", status=status, **answer)
    assert found["tests"] == tests
    told_points = [(point["where"], point["what"], point["detail"]) for point in found["points"]]
    assert told_points == points
    assert len(proven) == 1, "what was found to be in order is not proven again"


@pytest.mark.parametrize(
    ("answers", "line"),
    [
        ({}, "uv run pytest"),
        ({"own_kinds": ["lint"], "test_command": ""}, "uv run pytest"),
        ({"own_kinds": ["tests"]}, ""),
        ({"own_kinds": ["tests"], "test_command": "tox"}, "tox"),
    ],
)
def test_the_answers_say_how_to_test(answers: Mapping[str, object], line: str) -> None:
    assert command(answers) == line


def test_without_being_asked_no_test_is_run(world: Path, tmp_path: Path, capsys: Capture) -> None:
    mark = tmp_path / "mark"
    found = rehearse(world, tmp_path, capsys, status=0, test_command=f"touch {mark}")
    assert (found["tests"], mark.exists()) == ("", False)


def test_tests_that_do_not_end_are_ended_with_all_they_started(tmp_path: Path) -> None:
    started = time.monotonic()
    status, _ = Runs().run("sleep 60 & echo $! > child; wait", tmp_path, 0.5)
    assert status is None
    assert time.monotonic() - started < 30
    child = int((tmp_path / "child").read_text())
    for _ in range(100):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the child is there still")


Work = Callable[[object], object]


def _interrupted(begun: Path) -> Callable[..., Iterator[Any]]:
    """Give a `map` that is interrupted when two tests run."""

    def map_(pool: ThreadPoolExecutor, work: Work, items: Sequence[object]) -> Iterator[Any]:
        for item in items:
            pool.submit(work, item)
        while not begun.exists() or begun.stat().st_size < 2:
            time.sleep(0.05)
        raise KeyboardInterrupt

    return map_


def test_an_interrupted_run_ends_the_tests_and_begins_none(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C does not reach them by itself, and the threads would wait for their end."""
    for name in ("a", "b", "c"):
        clone(world, tmp_path, name)
        write(tmp_path, f"{name}/{ANSWERS}", f"{(tmp_path / name / ANSWERS).read_text('utf-8')}"
              f"test_command: echo >> {tmp_path}/begun; sleep 60\n")  # fmt: skip
        commit(tmp_path / name)

    monkeypatch.setattr(ThreadPoolExecutor, "map", _interrupted(tmp_path / "begun"))
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        fleet("rehearse", f"--to={NEXT}", "--tests", tmp_path, updater=fleets.update_made_up)
    assert time.monotonic() - started < 30
    assert len((tmp_path / "begun").read_text()) == 2


def test_tests_get_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORGE_TOKEN", "s3cret")
    assert Runs().run("env", tmp_path, 60)[1].count("s3cret") == 0


@pytest.mark.parametrize(
    ("version", "outcome"), [(NEXT, outcomes.CURRENT), full("v9.9.9", outcomes.NEWER)]
)
def test_what_is_there_already_is_not_computed(
    version: str, outcome: str, world: Path, tmp_path: Path, capsys: Capture
) -> None:
    made = clone(world, tmp_path, "acme-tool")
    text = (made / ANSWERS).read_text("utf-8")
    write(made, ANSWERS, text.replace("v9.0.0", version))
    commit(made)
    template = shutil.copytree(world / "treewright", tmp_path / "treewright")
    git("tag", "v9.9.9", cwd=template)
    with pytest.MonkeyPatch.context() as patch:
        from_clone(template, patch)
        write(made, ANSWERS, (made / ANSWERS).read_text("utf-8").replace(str(world), str(tmp_path)))
        commit(made)
        document = told(capsys, "rehearse", f"--to={NEXT}", made, updater=_never)
    assert [one["outcome"] for one in document["projects"]] == [outcome]


def _never(*_: object) -> finishing.Printed:
    raise AssertionError
