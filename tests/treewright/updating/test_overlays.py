"""Whatever template and overlay have, and whichever is updated first, the files become the same."""

import tomllib
from collections.abc import Callable, Mapping
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import overlaid
from keeping import write
from overlaid import Corners
from repositories import commit, git
from tiers import full
from treewright.toml_merge.syntax import comments
from treewright.updating import joined, merging, overlays, rejects
from treewright.updating.answers import Update
from treewright.updating.finishing import finish
from treewright.updating.layers import Layers
from treewright.updating.overlays import Overlays
from treewright.updating.repository import BASE, OURS, THEIRS, Repository

PATHS = ["pyproject.toml", ".gitignore", ".gitlab/CODEOWNERS"]
ROWS = [row for path in PATHS for row in ((path, 5), full(path, 100))]
SETTINGS = settings(deadline=None, derandomize=True, database=None)


def merged(path: str, file: str, template: tuple[str, str], overlay: tuple[str, str]) -> str:
    """Merge a file: what the template and an overlay have before, and what they have now."""
    sides = {BASE: template[0], OURS: file, THEIRS: template[1]}
    before, now = ({"acme": text} if text else {} for text in overlay)
    return merging.by_meaning(path, sides, Layers(before, now))[0]


def both_orders(path: str, file: str, sides: Corners) -> tuple[str, str]:
    """Update the template and then the overlay, and the other way round."""
    (t1, t2), (o1, o2) = sides
    first = merged(path, merged(path, file, (t1, t2), (o1, o1)), (t2, t2), (o1, o2))
    second = merged(path, merged(path, file, (t1, t1), (o1, o2)), (t1, t2), (o2, o2))
    return first, second


def corners(path: str, sides: Corners) -> list[str]:
    """Give what the file is by each release of the template with each of the overlay."""
    return [
        merged(path, "", ("", below), ("", above))
        for below in sides.template
        for above in sides.overlay
    ]


def each(path: str, count: int, check: Callable[[Random, Corners, list[str]], None]) -> None:
    """Check so many sides of a file."""

    @settings(SETTINGS, max_examples=count)
    @given(st.integers(0, 2**32))
    def run(seed: int) -> None:
        random = Random(seed)  # noqa: S311  # no secret
        made = overlaid.of_toml(random) if path == PATHS[0] else overlaid.of_lines(random, path)
        check(random, made, corners(path, made))

    run()


@pytest.mark.parametrize(("path", "count"), ROWS)
def test_the_order_of_updates_never_changes_a_file(path: str, count: int) -> None:
    def check(_: Random, sides: Corners, made: list[str]) -> None:
        t1, o1 = sides.template[0], sides.overlay[0]
        file = merged(path, t1, (t1, t1), ("", o1))
        assert file == made[0], "as if made with both"
        assert both_orders(path, file, sides) == (made[-1], made[-1])
        assert (
            merged(path, made[-1], (sides.template[1],) * 2, (sides.overlay[1], ""))
            == (sides.template[1])
        ), "and without the overlay, as if it had never been there"

    each(path, count, check)


@pytest.mark.parametrize(("path", "count"), ROWS)
def test_nor_what_an_edited_file_says(path: str, count: int) -> None:
    edit = overlaid.by_owner_of_toml if path == PATHS[0] else overlaid.by_owner_of_lines

    def check(random: Random, sides: Corners, made: list[str]) -> None:
        mine = edit(random, made[0], made)
        first, second = both_orders(path, mine, sides)
        assert said(path, first) == said(path, second)
        for done in (first, second):
            assert {*own(path, mine)} <= {*own(path, done)}

    each(path, count, check)


@pytest.mark.parametrize("count", [2, full(100)])
def test_nor_what_the_file_of_a_repository_that_joined_says(count: int) -> None:
    def check(random: Random, sides: Corners, _: list[str]) -> None:
        (t1, t2), (o1, o2) = sides
        mine = overlaid.of_toml(random).template[0].replace("acme-tool", "mine")
        file = step(step((mine, []), ("", t1), ("", "")), (t1, t1), ("", o1))
        first = step(step(file, (t1, t2), (o1, o1)), (t2, t2), (o1, o2))
        second = step(step(file, (t1, t1), (o1, o2)), (t1, t2), (o2, o2))
        assert said(PATHS[0], first[0]) == said(PATHS[0], second[0])
        assert plain(tomllib.loads(first[0])["project"]["name"]) == "mine"
        assert step(first, (t2, t2), (o2, o2)) == first, "and again, nothing is to be done"

    each(PATHS[0], count, check)


Joined = tuple[str, list[str]]  # the file, and what is the repository's


def step(file: Joined, template: tuple[str, str], overlay: tuple[str, str]) -> Joined:
    """Update a pyproject.toml that joined, as `merged` does."""
    text, own = file
    sides = {BASE: template[0], OURS: text, THEIRS: template[1]}
    before, now = ({"acme": text} if text else {} for text in overlay)
    merged_, _, own = merging.join_toml(sides, own, [], Layers(before, now))
    return merged_, own


@pytest.mark.parametrize(
    ("path", "count"), [(".gitignore", 5), *(full(path, 30) for path in PATHS)]
)
def test_nor_do_two_overlays(path: str, count: int) -> None:
    def check(random: Random, sides: Corners, _: list[str]) -> None:
        other = overlaid.of_toml(random) if path == PATHS[0] else overlaid.of_lines(random, path)
        releases = {"template": sides.template, "acme": sides.overlay, "data": other.overlay}
        new = laid(path, "", releases, dict.fromkeys(releases, 1))
        for order in permutations(releases):
            has: dict[str, int] = {}
            file = laid(path, "", releases, has)
            for what in order:
                file = laid(path, file, releases, {**has, what: 1}, has)
                has[what] = 1
            assert file == new, order

    each(path, count, check)


def laid(
    path: str,
    file: str,
    releases: Mapping[str, tuple[str, str]],
    now: Mapping[str, int],
    before: Mapping[str, int] | None = None,
) -> str:
    """Update a file from some releases to others, by their numbers; it may be new."""
    (old, *under), (new, *over) = (
        [texts[has.get(name, 0)] if has is not None else "" for name, texts in releases.items()]
        for has in (before, now)
    )
    sides = {BASE: old, OURS: file, THEIRS: new}
    names = [*releases][1:]
    layers = Layers(dict(zip(names, under, strict=True)), dict(zip(names, over, strict=True)))
    return merging.by_meaning(path, sides, layers)[0]


def said(path: str, text: str) -> Any:  # noqa: ANN401
    """Give what a file says, whatever the order of what has none."""
    if path == PATHS[0]:
        return plain(tomllib.loads(text))
    return sorted(line for line in text.splitlines() if line.strip() and line[0] != "#")


def plain(data: Any) -> Any:  # noqa: ANN401
    """Give data with its lists sorted."""
    if isinstance(data, dict):
        return {name: plain(value) for name, value in data.items()}
    return sorted(map(str, data)) if isinstance(data, list) else data


def own(path: str, text: str) -> list[str]:
    """Give what an owner wrote, which says so: lines, values and comments."""
    if path != PATHS[0]:
        return [line for line in text.splitlines() if "mine" in line]
    values = [f"{name} {value}" for name, value in flat(tomllib.loads(text))]
    mine = [said for said in values if "mine" in said or " 100" in said]
    return [comment for comment in comments(text.replace("\r", "")) if "mine" in comment] + mine


def flat(data: Any, name: str = "") -> list[tuple[str, Any]]:  # noqa: ANN401
    """Give all values, and elements, with their keys."""
    if isinstance(data, dict):
        return [pair for key, value in data.items() for pair in flat(value, f"{name}.{key}")]
    if isinstance(data, list):
        return [(name, item) for item in data]
    return [(name, data)]


# --- In an update of the template ------------------------------------------------------

OLD, NEW = "[tool.ruff]\nline-length = 100\n", "[tool.ruff]\nline-length = 99\nsrc = []\n"
ACME, LAID = "[tool.ruff]\nline-length = 120\n", "[tool.ruff]\nline-length = 120\nsrc = []\n"
OWNERS = {OURS: "* @acme\n/docs/ @docs\n", BASE: "* @ann\n", THEIRS: "* @ann\n/src/ @ann\n"}
GIVEN = {"own_files": ["CODEOWNERS"]}
NOBODYS: dict[str, object] = {}


def updated(
    project: Path,
    path: str,
    sides: Mapping[int, str],
    fragment: str | bytes,
    answers: tuple[Mapping[str, object], Mapping[str, object]] = (NOBODYS, NOBODYS),
) -> tuple[Overlays, str]:
    """Have Copier leave a file in conflict, and give what comes of it."""
    place = project / ".treewright/acme" / path
    place.parent.mkdir(parents=True)
    place.write_bytes(fragment.encode() if isinstance(fragment, str) else fragment)
    write(project, path, sides[OURS])
    commit(project)
    repository = Repository(project)
    repository.mark_unmerged(path, {side: text.encode() for side, text in sides.items()})
    write(project, path, "<<<<<<< in conflict\n")
    update = Update(repository, *answers)
    found = overlays.of(update, _same)
    overlays.merge(update, found, _same)
    return found, (project / path).read_text("utf-8")


def test_an_update_never_fights_with_an_overlay(tmp_path: Path) -> None:
    sides = {BASE: OLD, OURS: f"{ACME}mine = 1\n", THEIRS: NEW}
    found, text = updated(tmp_path, "pyproject.toml", sides, ACME)
    assert text == f"{LAID}mine = 1\n"
    (file,) = found.files
    assert (file.clashes, [clash.template for clash in file.over]) == ((), ["99"])
    assert Repository(tmp_path).unmerged() == {}
    assert git("diff", "--cached", cwd=tmp_path) == ""


@pytest.mark.parametrize(
    ("answers", "wanted"),
    [
        ((NOBODYS, NOBODYS), "* @acme\n/src/ @ann\n/docs/ @docs\n"),
        ((GIVEN, GIVEN), "<<<<<<< in conflict\n"),
        ((NOBODYS, GIVEN), "<<<<<<< in conflict\n"),  # owners.py has brought it back
        ((GIVEN, NOBODYS), "* @acme\n/src/ @ann\n"),
    ],
    ids=["the template's", "the owner's", "given", "taken"],
)
def test_whose_a_file_is(
    tmp_path: Path, answers: tuple[Mapping[str, object], Mapping[str, object]], wanted: str
) -> None:
    assert updated(tmp_path, "CODEOWNERS", OWNERS, "* @acme\n", answers)[1] == wanted


@pytest.mark.parametrize(
    ("fragment", "note"),
    [
        (
            "[tool",
            "pyproject.toml is merged without its overlays: what acme has for it is not",
        ),
        (b"\xff", ".treewright/acme/pyproject.toml is not UTF-8 text: no overlay was laid"),
    ],
)
def test_a_broken_fragment_stops_no_update(
    tmp_path: Path, fragment: str | bytes, note: str
) -> None:
    sides = {BASE: OLD, OURS: ACME, THEIRS: NEW}
    found, text = updated(tmp_path, "pyproject.toml", sides, fragment)
    assert found.notes[0].startswith(note)
    assert text == "<<<<<<< in conflict\n", "it is left to what settles all conflicts"


def test_what_the_template_takes_away_leaves_the_overlays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejects, "rendered", lambda *_: ({"CODEOWNERS": b"* @ann\n"}, {}))
    sides = {BASE: "* @ann\n", OURS: "* @ann\n/docs/ @acme\n"}
    assert updated(tmp_path, "CODEOWNERS", sides, "/docs/ @acme\n")[1] == "/docs/ @acme\n"


def test_a_project_without_overlays_is_left_alone(tmp_path: Path) -> None:
    commit(tmp_path)
    assert overlays.of(Update(Repository(tmp_path), {}, {}), _same) == Overlays()


@pytest.mark.parametrize(
    ("path", "sides", "fragment", "wanted"),
    [
        (
            "pyproject.toml",
            {BASE: OLD, OURS: ACME, THEIRS: NEW},
            ACME,
            LAID,
        ),
        (
            ".gitignore",
            {
                BASE: "# T\n/a/\n",
                OURS: "mine\n\n# T\n/a/\n\n# Acme\n/x/\n",
                THEIRS: "# T\n/a/\n/b/\n",
            },
            "# Acme\n/x/\n",
            "mine\n\n# T\n/a/\n/b/\n\n# Acme\n/x/\n",
        ),
    ],
)
def test_in_a_repository_that_joined(
    tmp_path: Path, path: str, sides: Mapping[int, str], fragment: str, wanted: str
) -> None:
    for name, text in {"pyproject.toml": "", path: sides[OURS]}.items():
        write(tmp_path, name, text)
    commit(tmp_path)
    repository = Repository(tmp_path)
    repository.mark_unmerged(path, {side: text.encode() for side, text in sides.items()})
    answers = {"joined": True, "_commit": "v9.0.0"}
    layers = {path: Layers({"acme": fragment}, {"acme": fragment})}
    brought = joined.merge(Update(repository, answers, answers), "answers.yml", _same, layers)
    assert (tmp_path / path).read_text("utf-8") == wanted
    assert not [file.clashes for file in brought.files if file.clashes]


def _same(text: str, _: str) -> str:
    return text


def test_what_a_recopy_has_taken_is_laid_in_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        overlays, "render", lambda *_, **__: {"pyproject.toml": OLD.encode(), "CODEOWNERS": b""}
    )
    write(tmp_path, "answers.yml", "layout: src\n")
    for path, text in {"pyproject.toml": ACME, "CODEOWNERS": "* @acme\n"}.items():
        write(tmp_path, f".treewright/acme/{path}", text)
    write(tmp_path, "pyproject.toml", OLD)
    write(tmp_path, "CODEOWNERS", "* @me\n")  # which Copier was told not to overwrite
    told = [*overlays.lay_again(Repository(tmp_path), "answers.yml")]
    assert told == ["overlay   pyproject.toml: laid in again"]
    assert (tmp_path / "pyproject.toml").read_text("utf-8") == ACME
    assert (tmp_path / "CODEOWNERS").read_text("utf-8") == "* @me\n"


def test_an_update_has_it_done(tmp_path: Path) -> None:
    answers = "_commit: v9.0.0\n_src_path: x\nproject_name: x\nimport_name: x\npackage: regular\n"
    write(tmp_path, "answers.yml", f"{answers}layout: src\nlicense: MIT\nstarter: minimal\n")
    write(tmp_path, "src/x/__init__.py", "")
    sides = {BASE: OLD, OURS: ACME, THEIRS: NEW}
    write(tmp_path, ".treewright/acme/pyproject.toml", ACME)
    write(tmp_path, "pyproject.toml", sides[OURS])
    commit(tmp_path)
    repository = Repository(tmp_path)
    repository.mark_unmerged("pyproject.toml", {n: text.encode() for n, text in sides.items()})
    outcome = finish(repository, "answers.yml")
    assert (tmp_path / "pyproject.toml").read_text("utf-8") == LAID
    assert (outcome.merged, outcome.clashes) == (["pyproject.toml"], [])
    assert [(path, clash.by) for path, clash in outcome.over] == [("pyproject.toml", "acme")]
