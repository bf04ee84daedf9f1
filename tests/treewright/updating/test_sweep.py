"""Every old name that is left is found, wherever it is, and told by kind."""

import os
import pickle
from pathlib import Path

import pytest

from repositories import commit
from treewright.updating.names import Change, Names
from treewright.updating.repository import Repository
from treewright.updating.sweep import Left, Leftovers, Search, sweep, write


def names(distribution: str, import_path: str, root: str = "src/") -> Names:
    return Names(distribution, import_path, root + import_path.replace(".", "/"))


KIT, GIZMO = names("kit", "kit"), names("gizmo", "gizmo")
SPACE = names("kit", "corp.kit")
TOOL, CORP = names("acme-tool", "acme_tool"), names("acme-tool", "corp.acme_tool")
DOTTED = names("zope.x", "zope.x")
FLAT = names("acme-tool", "acme_tool", "")

# What is left, in a file of this name: the lines that are listed with their kinds.
LEFT = [
    (KIT, GIZMO, "x.py", b'cache("kit")\n', ["1 strings"]),
    (KIT, GIZMO, "x.py", b"x = 1\n# see kit.io\n", ["2 comments"]),
    (KIT, GIZMO, "x.py", b"f(kit=1)\n", ["1 other identifiers"]),
    (KIT, GIZMO, "x.py", b'f"kit {x}"; t"kit.{x}"\n', ["1 strings"]),
    (KIT, GIZMO, "x.py", b'"""A kit.\n\nSee `kit`.\n"""\n', ["1 plain words", "3 strings"]),
    (KIT, GIZMO, "x.py", rb'x = b"\x80\x04\x8c\x08kit.core"', ["1 strings"]),
    (KIT, GIZMO, "x.py", rb'x = b"ckit.core\nThing\n"', ["1 strings"]),
    (KIT, GIZMO, "x.pyx", b"import os, kit\nkit.any()\n", ["1 code", "2 code"]),
    (KIT, GIZMO, "x.ipynb", b'["import os, kit\\n", "a kit or"]', ["1 notebooks", "1 plain words"]),
    (KIT, GIZMO, "x.pkl", pickle.dumps(Names("kit.core", "", ""), 4), ["0 binary files"]),
    (KIT, GIZMO, "x.bin", b"\0\x02ckit.core\nThing\n", ["0 binary files"]),
    (KIT, GIZMO, "x.txt", "See kit.io.\n".encode("utf-16"), ["0 binary files"]),
    (KIT, GIZMO, "x.toml", b'\ncache = "kit"\n', ["2 settings"]),
    (KIT, GIZMO, "x.toml", b'[project.scripts]\nkit = "x"\n', ["2 names of entry points"]),
    (KIT, GIZMO, "Makefile", b"\tpsql kit\n", ["1 other files"]),
    (
        KIT,
        GIZMO,
        "x.md",
        b"A kit, `kit`.\nMy kit.\n",
        ["1 plain words", "1 texts", "2 plain words"],
    ),
    (KIT, GIZMO, "x.md", b"https://example.org/kit\n", ["1 web addresses"]),
    (KIT, GIZMO, "x.md", b"kit-x, my_kit; kitchen KIT Kit mykit\n", ["1 longer names"]),
    (KIT, GIZMO, "x.md", b"KIT_HOME=/tmp\n", ["1 variables"]),
    (KIT, GIZMO, "x.csv", b'"kit",1\n', ["1 data"]),
    (KIT, GIZMO, "CHANGES", b"kit.io\n", ["1 changelogs"]),
    (KIT, GIZMO, "docs/history.rst", b"kit.io\n", ["1 changelogs"]),
    (KIT, GIZMO, "src/gizmo/history.py", b'"kit"\n', ["1 strings"]),
    (KIT, GIZMO, "uv.lock", b'name = "kit"\n', ["1 locks"]),
    (KIT, GIZMO, "x.yml", b"run: kit" + b" " * 10_000_000, ["1 settings"]),
    # What is new contains what is old.
    (KIT, SPACE, "x.md", b"corp.kit, `src/corp/kit/io`, corp\\kit, corp\\.kit\n", []),
    (KIT, SPACE, "x.md", b"`kit` is corp.kit\n", ["1 texts"]),
    # The distribution goes on to be called so, or the package.
    (KIT, SPACE, "x.md", b"pip install kit\n", []),
    (KIT, SPACE, "x.toml", b'[project]\nname = "kit"\nx = "kit"\n', ["3 settings"]),
    (KIT, names("gizmo", "kit"), "x.py", b"import kit\nkit.io.x()\n", []),
    (KIT, names("gizmo", "kit"), "x.toml", b'module-name = "kit"\nx = "kit"\n', ["2 settings"]),
    (TOOL, CORP, "x.md", b"acme_tool-1.0.tar.gz of acme-tool\n", []),
    # A name that is no word: also as a part of a longer one.
    (TOOL, CORP, "x.md", b"acme_tool, my_acme_tools\n", ["1 texts", "1 longer names"]),
    (TOOL, CORP, "x.py", rb'x = b"\x80\x04\x8c\x0eacme_tool.core"', ["1 strings"]),
    (DOTTED, GIZMO, "x.py", b'r"zope\\.x", "zope/x", "zope\\\\x"\n', ["1 strings"]),
    (DOTTED, GIZMO, "x.pyx", b"from zope import (y, x)\n", ["1 code"]),
    # Only the folder moves.
    (TOOL, FLAT, "x.py", b'os.path.join("src", "acme_tool"); "acme_tool"\n', ["1 strings"]),
    (TOOL, FLAT, "x.toml", b'a = "src/acme_tool"\npaths = ["src"]\n', ["1 settings", "2 settings"]),
    (TOOL, FLAT, "x.md", b"src\\acme_tool; acme_tool; src\n", ["1 texts"]),
    (FLAT, TOOL, "x.toml", b'files = ["acme_tool", "x"]\nmodule = "acme_tool"\n', ["1 settings"]),
]


@pytest.mark.parametrize(("before", "now", "path", "data", "expected"), LEFT)
def test_what_is_left_is_told_by_kind(
    before: Names, now: Names, path: str, data: bytes, expected: list[str]
) -> None:
    search = Search(Change(before, now), ["x.py", "src/gizmo/history.py"])
    found = [f"{left.line} {left.kind}" for left in search.of_file(path, data)]
    assert sorted(found) == sorted(expected)


def test_python_that_no_tool_has_rewritten_is_code() -> None:
    change = Change(KIT, GIZMO)
    (left,) = Search(change).of_file("x.py", b"\nimport kit\n")
    assert left == Left("code", "x.py", 2, "import kit")


@pytest.mark.parametrize("distance", range(3980, 4010))
def test_a_long_line_is_searched_in_parts_that_overlap(distance: int) -> None:
    data = b"tool" + b" " * distance + b"acme.tool"
    before = names("x", "acme.tool")
    (left,) = Search(Change(before, GIZMO)).of_file("x.md", data)
    assert left.text.endswith("acme.tool")


def test_lines_that_came_with_the_update_are_right() -> None:
    data = b"kit = 1\r\nkit = 2\n"
    found = Search(Change(KIT, GIZMO)).of_file("x.toml", data, frozenset({"kit = 1"}))
    assert [left.line for left in found] == [2]


def test_all_files_are_searched_and_no_more_than_files(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("kit.io\n")
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.md").write_text("`kit`\n")
    (project / "kit.md").write_text("")
    (project / "out.md").symlink_to(outside)
    (project / "dead").symlink_to("kit/io.py")
    (project / "zero").symlink_to("/dev/zero")
    (project / "pipe").write_text("kit\n")
    (project / "folder.py").write_text("kit\n")
    (project / "answers.yml").write_text("import_name: kit\n")
    (project / ".gitignore").write_text("ignored\n")
    (project / "ignored").write_text("kit\n")
    commit(project)
    (project / "pipe").unlink()
    os.mkfifo(project / "pipe")
    (project / "folder.py").unlink()
    (project / "folder.py").mkdir()
    (project / "new.md").write_text("`kit`\n")
    found = sweep(Repository(project), Change(KIT, GIZMO), parsed=(), fresh={}, but="answers.yml")
    assert {str(left) for left in found.found} == {
        "a.md:1: `kit`", "new.md:1: `kit`", "kit.md", "dead: -> kit/io.py",
    }  # fmt: skip


def test_it_is_ranked_counted_and_listed_whole() -> None:
    found = Leftovers(
        (
            Left("strings", "x.py", 3, "a"),
            Left("strings", "y.py", 1, "b"),
            Left("texts", "x\x1b.md", 2, "c"),
            Left("web addresses", "x.md", 4, "d"),
        )
    )
    assert found.counts == {"strings": 2, "texts": 1, "web addresses": 1}
    assert found.telling == ["x.py:3: a", "y.py:1: b", r"x\x1b.md:2: c"]
    assert found.listing(Change(TOOL, CORP)).splitlines() == [
        "Old names that are left: acme_tool -> corp.acme_tool, src/acme_tool -> src/corp/acme_tool",
        "", "# strings: 2", "x.py:3: a", "y.py:1: b", "", "# texts: 1", r"x\x1b.md:2: c",
        "", "# web addresses: 1", "x.md:4: d",
    ]  # fmt: skip


def test_the_listing_is_beside_the_index(tmp_path: Path) -> None:
    project = tmp_path / "many/kit"
    project.mkdir(parents=True)
    (project / "x.md").write_text("")
    commit(tmp_path)
    change, repository = Change(TOOL, CORP), Repository(project)
    left = Leftovers((Left("strings", "x.py", 3, "acme_tool"),))
    place = write(repository, change, left)
    assert place == "../../.git/treewright-names.txt"
    assert (project / place).read_text() == left.listing(change)
    assert write(repository, change, Leftovers()) == ""
    assert not (project / place).exists(), "it is of another change"
    assert repository.files("--others") == []


def test_what_is_shown_is_short_and_has_nothing_that_a_terminal_obeys() -> None:
    data = b"x" * 900 + b' "kit" \x1b]52;c;x\x07 ' + b"y" * 900
    (left,) = Search(Change(KIT, GIZMO)).of_file("x.toml", data)
    assert '"kit"' in left.text
    assert left.text.isprintable()
    assert len(left.text) < 200
