"""Files of lines are merged line by line, and the user's order stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treewright.updating.line_sets import RULES, Lines, is_line_set, lay, merge


@pytest.mark.parametrize(
    ("path", "base", "ours", "theirs", "merged", "clashes"),
    [
        (
            ".gitignore",
            "# Builds\n/dist/\n\n# Caches\n/.tox/\n",
            "mine\n\n# Builds\n/dist/\n# my own\n*.so\n\n# Caches\n/.tox/\n/.mine/\n",
            "# Builds\n/dist/\n/build/\n\n# Caches\n/.tox/\n\n# Reports\n/htmlcov/\n/site/\n",
            (
                "mine\n\n# Builds\n/dist/\n/build/\n# my own\n*.so\n\n# Caches\n/.tox/\n/.mine/\n"
                "\n# Reports\n/htmlcov/\n/site/\n"
            ),
            [],
        ),
        (".gitignore", "a\nb\n", "b\nc\n", "a\nd\n", "c\nd\n", []),
        (
            ".gitignore",
            "a\n\n# gone\nb\n\nc\n",
            "a\n\n# gone\nb\n\nc\n\n\n# mine\nd\n",
            "a\n\nc\n",
            "a\n\nc\n\n\n# mine\nd\n",
            [],
        ),
        (
            "x/.gitignore",
            "a\n",
            "a\nmine\n!keep\n",
            "a\n\nkee*\n",
            "a\nmine\n\nkee*\n\n!keep\n",
            [],
        ),
        (".gitignore", "# Old\na\n", "# Old\na\nb\n", "# New\na\n", "# New\na\nb\n", []),
        (".gitignore", "", "mine\n", "# Builds\n/dist/\nmine\n", "mine\n\n# Builds\n/dist/\n", []),
        (".gitignore", "a\n", "a\r\nb\r\n", "a\nc\n", "a\r\nc\r\nb\r\n", []),
        (
            ".gitattributes",
            "* text=auto\n",
            "* text=auto\n*.bat eol=crlf\n",
            "* text=auto\n*.png binary\n",
            "* text=auto\n*.png binary\n*.bat eol=crlf\n",
            [],
        ),
        (
            ".gitattributes",
            "",
            "* text=auto\n",
            "* text=auto eol=lf\n*.png binary\n",
            "*.png binary\n* text=auto\n",
            [("* text=auto", "* text=auto eol=lf")],
        ),
        (
            ".github/CODEOWNERS",
            "# Who\n* @acme\n",
            "# Who\n* @acme\n/docs/ @jane\n",
            "# Who\n* @new\n",
            "# Who\n* @new\n/docs/ @jane\n",
            [],
        ),
        (
            ".github/CODEOWNERS",
            "* @acme\n",
            "* @acme @jane\n",
            "* @new\n",
            "* @acme @jane\n",
            [("* @acme @jane", "* @new")],
        ),
        (
            "MANIFEST.in",
            "graft tests\n",
            "graft tests\nprune tests/data\n",
            "graft tests\ninclude CHANGELOG.md\n",
            "graft tests\ninclude CHANGELOG.md\nprune tests/data\n",
            [],
        ),
    ],
    ids=[
        "sections",
        "removed by both",
        "a section goes",
        "a negation stays last",
        "a new heading",
        "joining",
        "line ends",
        "attributes",
        "attributes clash",
        "owners",
        "owners clash",
        "commands",
    ],
)
def test_lines(
    path: str, base: str, ours: str, theirs: str, merged: str, clashes: list[tuple[str, str]]
) -> None:
    done = merge(path, base, ours, theirs)
    assert (done.text, done.clashes) == (merged, clashes)


def test_which_files_are_line_sets() -> None:
    assert is_line_set("docs/.gitignore")
    assert not is_line_set("gitignore.md")
    assert not is_line_set("requirements.txt")


PATHS = st.sampled_from(sorted(RULES))
LINES = st.lists(
    st.sampled_from(["# c", "# d", "a x", "a y", "b x", "b y", "!a x", "!e", "f", ""]), max_size=8
).map(lambda lines: "".join(f"{line}\n" for line in lines))
each = settings(max_examples=200, deadline=None, derandomize=True)


def spoken(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


@each
@given(PATHS, LINES, LINES, LINES)
def test_no_line_of_the_users_is_lost_nor_moved(
    path: str, base: str, ours: str, theirs: str
) -> None:
    merged = spoken(merge(path, base, ours, theirs).text)
    gone = set(spoken(base)) - set(spoken(theirs))
    kept = [line for line in spoken(ours) if line not in gone]
    rest = iter(merged)
    assert ours == base or all(line in rest for line in kept), "in this order"
    deleted = set(spoken(base)) - set(spoken(ours))
    assert not deleted & set(merged)
    assert set(merged) <= {*spoken(ours), *spoken(theirs)}


@each
@given(PATHS, LINES, LINES, LINES)
def test_nothing_new_overrules_the_user(path: str, base: str, ours: str, theirs: str) -> None:
    merged = spoken(merge(path, base, ours, theirs).text)
    rules = RULES[path]
    own = [
        merged.index(line)
        for line in spoken(ours)
        if line not in spoken(base) + spoken(theirs)
        and not line.startswith("#")
        and rules.overrules(line)
    ]
    new = {line for line in merged if line not in spoken(ours)}
    if own and ours != base:
        assert not new & set(merged[min(own) :])


@each
@given(PATHS, LINES, LINES, LINES)
def test_identities(path: str, base: str, ours: str, theirs: str) -> None:
    assert merge(path, base, ours, base).text == ours
    assert merge(path, base, base, theirs).text == theirs
    done = merge(path, base, ours, theirs).text
    assert merge(path, theirs, done, theirs).text == done
    assert spoken(merge(path, base, done, theirs).text) == spoken(done)


@pytest.mark.parametrize(
    ("path", "template", "overlay", "laid", "over"),
    [
        (
            "CODEOWNERS",
            "# All\n* @ann\n/docs/ @docs\n",
            "# Acme\n*   @acme\n\n# CI\n/.github/ @ci\n",
            "# All\n*   @acme\n/docs/ @docs\n\n# CI\n/.github/ @ci\n",
            [("*   @acme", "* @ann")],
        ),
        (".gitignore", "# T\n/a/\n", "/a/\n/b/\n", "# T\n/a/\n\n/b/\n", []),
        (".gitignore", "", "# Acme\n/b/\n\n/c/\n", "# Acme\n/b/\n\n/c/\n", []),
        (".gitattributes", "*.x text\n", "# nothing\n", "*.x text\n", []),
    ],
)
def test_overlays(
    path: str, template: str, overlay: str, laid: str, over: list[tuple[str, str]]
) -> None:
    assert lay(path, template, {"acme": overlay}) == Lines(laid, over)


def test_a_later_overlay_counts_more() -> None:
    laid = lay("CODEOWNERS", "* @ann\n", {"acme": "* @acme\n", "data": "* @data\n"})
    assert (laid.text, laid.clashes[-1]) == ("* @data\n", ("* @data", "* @acme"))


GITLAB = "* @ann\n"
SECTION = "[Security][2] @sec\n* @sec\n*.tf @infra\n"
LAID_SECTION = f"{GITLAB}\n{SECTION}"


def test_a_section_of_codeowners_has_patterns_of_its_own() -> None:
    """As GitLab reads them: `*` of two sections is no clash, and what follows one is in it."""
    laid = lay(".gitlab/CODEOWNERS", GITLAB, {"acme": SECTION})
    assert laid == Lines(LAID_SECTION, [])
    again = lay("CODEOWNERS", LAID_SECTION, {"data": "[security][3]\n*.tf @data\n"})
    assert again.text == f"{GITLAB}\n[security][3]\n* @sec\n*.tf @data\n"
    assert again.clashes == [("[security][3]", "[Security][2] @sec"), ("*.tf @data", "*.tf @infra")]
    assert lay(".gitignore", "[Bb]in/\n", {"acme": "[Oo]bj/\n"}).text == "[Bb]in/\n\n[Oo]bj/\n"


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged", "clashes"),
    [
        (GITLAB, "* @ann\n/mine/ @me\n", LAID_SECTION, f"* @ann\n/mine/ @me\n\n{SECTION}", []),
        (LAID_SECTION, f"{LAID_SECTION}[Mine]\n* @me\n", GITLAB, "* @ann\n[Mine]\n* @me\n", []),
        (
            LAID_SECTION,
            f"{LAID_SECTION}/mine/ @me\n",
            GITLAB,
            "* @ann\n\n[Security][2] @sec\n/mine/ @me\n",
            [],
        ),
        (
            LAID_SECTION,
            LAID_SECTION.replace("[2]", "[1]"),
            LAID_SECTION.replace("[2]", "[3]"),
            LAID_SECTION.replace("[2]", "[1]"),
            [("[Security][1] @sec", "[Security][3] @sec")],
        ),
        (LAID_SECTION, GITLAB, LAID_SECTION.replace("infra", "x"), GITLAB, []),
        (
            LAID_SECTION,
            f"{LAID_SECTION}\n[Security]\n/mine/ @me\n",
            LAID_SECTION.replace("[2]", "[3]"),
            f"{LAID_SECTION}\n[Security]\n/mine/ @me\n".replace("[2]", "[3]"),
            [],
        ),
    ],
    ids=["comes", "goes", "goes, with a line of theirs", "both", "deleted", "twice"],
)
def test_sections_of_codeowners_are_merged(
    base: str, ours: str, theirs: str, merged: str, clashes: list[tuple[str, str]]
) -> None:
    assert merge("CODEOWNERS", base, ours, theirs) == Lines(merged, clashes)
