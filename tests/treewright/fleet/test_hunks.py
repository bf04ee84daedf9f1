"""Which of the template's changes clash, and which do not."""

import pytest

from repositories import git
from treewright.fleet.hunks import changed, clashing
from treewright.updating.repository import BASE, OURS, THEIRS, Repository

BASE_TEXT = "".join(f"line {number}\n" for number in range(12))


def put(*changes: tuple[int, str]) -> str:
    lines = BASE_TEXT.splitlines(keepends=True)
    for number, text in changes:
        lines[number] = text
    return "".join(lines)


@pytest.mark.parametrize(
    ("ours", "theirs", "found"),
    [
        (put((2, "mine\n")), put((2, "new\n")), [("+new",)]),
        (put((2, "mine\n")), put((2, "new\n"), (9, "far\n")), [("+new",)]),
        (put((2, "mine\n")), put((3, "beside\n"), (9, "far\n")), [("+beside",)]),
        (put((2, "mine\n"), (9, "mine\n")), put((2, "a\n"), (9, "b\n")), [("+a",), ("+b",)]),
        (put((2, "mine\n")), put((2, "")), [("-line 2",)]),
        (put((2, "same\n"), (9, "mine\n")), put((2, "same\n"), (9, "new\n")), [("+new",)]),
    ],
)  # fmt: skip
def test_a_change_that_meets_the_owners_clashes(
    ours: str, theirs: str, found: list[tuple[str, ...]], tmp_path: object
) -> None:
    assert [*clashing(BASE_TEXT, ours, theirs)] == found
    repository = Repository(tmp_path)  # type: ignore[arg-type]
    git("init", "--quiet", cwd=repository.project)
    sides = {BASE: BASE_TEXT.encode(), OURS: ours.encode(), THEIRS: theirs.encode()}
    assert repository.merge_texts(sides)[1] == len(found), "as git has it"


def test_blank_lines_are_left_out() -> None:
    assert [*changed("a\n\nb\n", "a\n\n\nc\n\nb\n")] == [((), ("c",))]
