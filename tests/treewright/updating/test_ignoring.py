"""The .gitignore of a repository that joined: the template's paragraphs come, change and go."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treewright.updating.ignoring import join

TEMPLATE = "# Builds\n/dist/\n*.egg-info/\n\n# Caches\n.tox/\n.cache\n"
NEXT = (
    "# Builds\n/dist/\n*.egg-info/\n/build/\n\n# All caches\n.cache\n"
    "\n# Reports\n/site/\n\n# Mac\n.M\n"
)

LINES = ["a", "dist/", "*.so", "# mine", "", "", "!keep", ".tox", " ", "# other", "é"]


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "joined"),
    [
        ("", "", TEMPLATE, TEMPLATE),
        ("", "a\n", "# B\nb\n", "a\n\n# B\nb\n"),
        ("", "a", "# B\nb\n", "a\n\n# B\nb"),
        ("", "a\r\nb\r\n\n", "# B\nc\n", "a\r\nb\r\n\r\n# B\r\nc\r\n\n"),
        ("", "dist\n", "# B\n/dist/\n\n# C\nc\n", "dist\n\n# C\nc\n"),
        ("", "dist\n", "# B\n/dist/\nb\n", "dist\n\n# B\nb\n"),
        ("", "a\n\nx\n!keep\n", "# B\nb\n", "a\n\n# B\nb\n\nx\n!keep\n"),
        ("", "!keep\n", "# B\nb\n", "# B\nb\n\n!keep\n"),
        ("# B\nb\n", "a\n\n# B\nb\nmine\n\nz\n", "# B\nb\nc\n", "a\n\n# B\nb\nmine\nc\n\nz\n"),
        ("# B\nb\n", "a\n\n# B\nmine\n", "# B\nb\n", "a\n\n# B\nmine\n"),
        ("# B\nb\n", "a\n\n# B\nb\nmine\n", "", "a\n\nmine\n"),
        ("# B\nb\n", "b\n\n# B\nb\n", "", "b\n"),
        ("# B\nb\n", "# B\nb\n", "# All\n# B\nb\n", "# All\n# B\nb\n"),
        ("# B\nb\n", "a\n\n# B\nb\nx\n", "# New\nb\nc\n", "a\n\n# New\nb\nx\nc\n"),
        ("# All\n# B\nb\n", "a\n\n# B\nb\n", "", "a\n"),
        ("# B\nb\n", "# B\nb\n\n!k\n", "# B\nb\n\n# C\nc\n", "# B\nb\n\n# C\nc\n\n!k\n"),
    ],
)
def test_paragraphs(base: str, ours: str, theirs: str, joined: str) -> None:
    assert join(base, ours, theirs) == joined


def test_what_must_not_come() -> None:
    assert (
        join("", "a\n", TEMPLATE, {"/dist/", ".tox/", ".cache"}) == "a\n\n# Builds\n*.egg-info/\n"
    )


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(LINES)),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\n", "\n\n"]),
)
def test_what_came_can_go(lines: list[str], end: str, tail: str) -> None:
    """To add and to remove is to do nothing, whatever is there, and whatever comes between."""
    ours = end.join(lines) + tail
    come = join("", ours, TEMPLATE)
    assert join(TEMPLATE, come, TEMPLATE) == come
    assert join(TEMPLATE, come, "") == ours
    later = join(TEMPLATE, come, NEXT)
    assert join(NEXT, later, "") == ours
    kept = iter(later.splitlines())
    assert all(line in kept for line in ours.splitlines() if line.strip())
    new = [line for line in NEXT.splitlines() if line not in ours]
    behind = later.partition("!keep")[2].splitlines()
    assert not [line for line in new if line and line in behind]
