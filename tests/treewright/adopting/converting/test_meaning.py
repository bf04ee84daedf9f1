"""What two wheels say that means the same, and what does not."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from treewright.adopting import wheels
from treewright.adopting.converting import expression, meaning, requiring


def contents(folder: Path, lines: Sequence[str], files: Sequence[str] = ()) -> wheels.Contents:
    with zipfile.ZipFile(folder / "a.whl", "w") as archive:
        archive.writestr("a-1.dist-info/METADATA", "\n".join(["Name: a", *lines]))
        for name in files:
            archive.writestr(f"a-1.dist-info/{name}", "text")
    return wheels.read(folder / "a.whl")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["Metadata-Version: 2.1"], ["Metadata-Version: 2.4", "Dynamic: version"]),
        (["Home-page: https://a.b"], ["Project-URL: Homepage, https://a.b"]),
        (
            ["Home-page: https://a.b", "Project-URL: Home Page, x"],
            ["Project-URL: Homepage, https://a.b", "Project-URL: home-page, x"],
        ),
        (["Download-URL: https://a.b"], ["Project-URL: Download, https://a.b"]),
        (["Author: Ann, Bob", "Author-email: a@x, b@x"], ["Author-email: Ann <a@x>, Bob <b@x>"]),
        (["Author: Doe, Ann", "Author-email: a@x"], ['Author-email: "Doe, Ann" <a@x>']),
        (["Maintainer: Änn", "Maintainer-email: a@x"], ["Maintainer-email: Änn <a@x>"]),
        (
            ["License: MIT License", "Classifier: License :: OSI Approved :: MIT License"],
            ["License-Expression: MIT"],
        ),
        (
            ["License: BSD-3-Clause", "Classifier: License :: OSI Approved :: BSD License"],
            ["License-Expression: BSD-3-Clause"],
        ),
        (["Platform: UNKNOWN"], []),
        (["Keywords: b, a"], ["Keywords: a,b"]),
        (["Requires-Python: >=3.9, <4.0"], ["Requires-Python: <4,>=3.9"]),
        (["Requires-Dist: Foo_Bar (>=1.0,<2.0)"], ["Requires-Dist: foo-bar<2,>=1"]),
        (
            [
                "Provides-Extra: a",
                "Provides-Extra: b_c",
                'Requires-Dist: x; (os_name == "nt") and (extra == "a" or extra == "b_c")',
            ],
            [
                "Provides-Extra: b-c",
                "Provides-Extra: a",
                'Requires-Dist: x; os_name == "nt" and extra == "b-c"',
                'Requires-Dist: x; os_name == "nt" and extra == "a"',
            ],
        ),
        (["", "Text  ", "more"], ["Description-Content-Type: text/x-rst", "", "Text", "more", ""]),
        (
            ["Description-Content-Type: text/markdown; charset=UTF-8", "", "T"],
            ["Description-Content-Type: text/markdown", "", "T"],
        ),
    ],
)
def test_the_same_in_other_words(tmp_path: Path, before: list[str], after: list[str]) -> None:
    assert meaning.changes(contents(tmp_path, before), contents(tmp_path, after)) == []


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        (["Home-page: https://a.b"], ["Project-URL: Homepage, https://a.c"], "Project-URL"),
        (["Author: Ann"], ["Author: Bob"], "Author"),
        (["Author-email: a@x"], ["Maintainer-email: a@x"], "Author"),
        (["License: BSD"], ["License-Expression: BSD-3-Clause"], "License"),
        (["License: MIT"], ["License-Expression: ISC"], "License-Expression"),
        (["Classifier: Typing :: Typed"], [], "Classifier"),
        (["Requires-Dist: x>=1"], ["Requires-Dist: x>=1.1"], "Requires-Dist"),
        (
            ['Requires-Dist: x; extra == "a"', "Provides-Extra: a"],
            ["Requires-Dist: x", "Provides-Extra: a"],
            "Requires-Dist",
        ),
        (["Provides-Extra: a"], [], "Provides-Extra"),
        (["Requires-Python: >=3.9"], ["Requires-Python: >=3.10"], "Requires-Python"),
        (
            ["Description-Content-Type: text/markdown", "", "T"],
            ["Description-Content-Type: text/plain", "", "T"],
            "Description-Content-Type",
        ),
        (["", "Text"], ["", "Other"], "Description"),
        (["Platform: any"], [], "Platform"),
    ],
)
def test_what_means_something_else(
    tmp_path: Path, before: list[str], after: list[str], where: str
) -> None:
    found = meaning.changes(contents(tmp_path, before), contents(tmp_path, after))
    assert f"METADATA: {where}" in [one.where for one in found]


def test_licence_files_are_the_same_in_either_place(tmp_path: Path) -> None:
    old = contents(tmp_path, [], ["LICENSE"])
    new = contents(tmp_path, ["License-File: LICENSE"], ["licenses/LICENSE"])
    more = contents(tmp_path, [], ["licenses/LICENSE", "licenses/NOTICE"])
    assert meaning.changes(old, new) == []
    assert [one.where for one in meaning.changes(old, more)] == ["dist-info/NOTICE"]


def test_a_path_is_no_top_level_module() -> None:
    def top(text: bytes) -> wheels.Contents:
        return {"dist-info/top_level.txt": wheels.File(0o644, text)}

    assert meaning.changes(top(b"a\na/b\n"), top(b"a\n")) == []
    assert meaning.changes(top(b"a\nb\n"), top(b"a\n"))


@pytest.mark.parametrize(
    ("text", "classifier", "found"),
    [
        ("MIT", "", "MIT"),
        ("mit license", "MIT License", "MIT"),
        ("Apache License, Version 2.0", "Apache Software License", "Apache-2.0"),
        ("MIT OR Apache-2.0", "", "MIT OR Apache-2.0"),
        ("", "MIT License", "MIT"),
        ("", "GNU General Public License v3 or later (GPLv3+)", "GPL-3.0-or-later"),
        ("BSD", "BSD License", None),
        ("BSD-3-Clause", "MIT License", None),
        ("Apache", "Apache Software License", None),
        ("", "Apache Software License", None),
        ("", "GNU General Public License v3 (GPLv3)", None),
        ("Proprietary", "", None),
        ("A text of many words that is no name", "", None),
        ("", "", None),
    ],
)
def test_the_licence_expression(text: str, classifier: str, found: str | None) -> None:
    told = [f"License :: OSI Approved :: {classifier}"] if classifier else []
    assert expression.of(text, ["Typing :: Typed", "License :: OSI Approved", *told]) == found


def test_requirements_by_extra() -> None:
    listed = [
        "a>=1",
        'b; python_version < "3.9"',
        'c[x]>=2; extra == "e"',
        'd; (os_name == "nt" or os_name == "java") and extra == "e"',
        'f; extra == "e" or extra == "g"',
        'h; extra != "e"',
        "no requirement at all",
    ]
    assert requiring.by_extra(listed, ["e", "g"]) == {
        "": ["a>=1", 'b; python_version < "3.9"', "h", "no requirement at all"],
        "e": ["c[x]>=2", 'd; os_name == "nt" or os_name == "java"', "f"],
        "g": ["f"],
    }
