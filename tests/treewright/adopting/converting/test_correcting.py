"""A draft says what the metadata has said, whatever a tool made of it."""

from typing import Any

import pytest

from treewright.adopting.converting import UnconvertedError
from treewright.adopting.converting.correcting import correct, requires
from treewright.adopting.wheels import Contents, File


def corrected(project: dict[str, Any], contents: Contents, **tool: Any) -> dict[str, Any]:  # noqa: ANN401
    told = {f"METADATA: {name.replace('_', '-')}": value for name, value in contents.items()}
    data = {"project": {"name": "a", **project}, "tool": tool}
    correct(data, {"METADATA: Name": ["a"], **told}, ["LICENSE", "setup.py"])
    return {name: value for name, value in data["project"].items() if name != "name"}


@pytest.mark.parametrize(
    ("project", "told", "wanted"),
    [
        ({"description": "A"}, {"Summary": ["A # b"]}, {"description": "A # b"}),
        ({"version": "1"}, {}, {}),
        ({"dynamic": ["version"]}, {"Version": ["1"]}, {"dynamic": ["version"]}),
        ({"keywords": ["b", "a"]}, {"Keywords": ["a,b"]}, {"keywords": ["b", "a"]}),
        ({"keywords": ["b"]}, {"Keywords": ["b,a"]}, {"keywords": ["a", "b"]}),
        ({"classifiers": ["x"]}, {"Classifier": ["y", "x"]}, {"classifiers": ["x", "y"]}),
        (
            {"requires-python": ">=3.9,<4"},
            {"Requires_Python": ["<4.0,>=3.9"]},
            {"requires-python": ">=3.9,<4"},
        ),
        (
            {"authors": [{"name": "Doe", "email": "a@x"}, {"name": "Ann"}]},
            {"Author": ["Doe, Ann"], "Author_email": ["a@x"]},
            {"authors": [{"name": "Doe", "email": "a@x"}, {"name": "Ann"}]},
        ),
        (
            {"authors": [{"name": "Ann"}, {"name": "Bob"}]},
            {"Author": ["Ann"]},  # as poetry-core writes it
            {"authors": [{"name": "Ann"}, {"name": "Bob"}]},
        ),
        (
            {},
            {"Author": ["Doe, Ann"], "Author_email": ["a@x"]},
            {"authors": [{"name": "Doe, Ann", "email": "a@x"}]},
        ),
        (
            {},
            {"Maintainer_email": ["Ann <a@x>, b@x"]},
            {"maintainers": [{"name": "Ann", "email": "a@x"}, {"email": "b@x"}]},
        ),
        (
            {"urls": {"homepage": "https://a"}},
            {"Home_page": ["https://a"]},
            {"urls": {"homepage": "https://a"}},
        ),
        (
            {"urls": {"Homepage": "https://b"}},
            {"Home_page": ["https://a"], "Project_URL": ["Bugs, https://c"]},
            {"urls": {"Homepage": "https://a", "Bugs": "https://c"}},
        ),
        (
            {"dependencies": ["b", "c >=1.0", "d<1"]},
            {"Requires_Dist": ["a", "c>=1", "d<2"]},
            {"dependencies": ["c >=1.0", "d<2", "a"]},
        ),
        (
            {"optional-dependencies": {"x_y": ["a"], "z": ["b"]}},
            {"Requires_Dist": ['a; extra == "x-y"'], "Provides_Extra": ["x-y", "w"]},
            {"optional-dependencies": {"x_y": ["a"], "w": []}},
        ),
        ({"readme": "R.md"}, {}, {"readme": "R.md"}),
        (
            {"readme": "R.md"},
            {"Description_Content_Type": ["text/x-rst"]},
            {"readme": {"file": "R.md", "content-type": "text/x-rst"}},
        ),
        ({"readme": "R"}, {}, {"readme": {"file": "R", "content-type": "text/x-rst"}}),
        (
            {"license": {"text": "MIT"}},
            {"License": ["MIT"], "Classifier": ["License :: OSI Approved :: MIT License", "x"]},
            {"license": "MIT", "classifiers": ["x"]},
        ),
        (
            {"license": "BSD"},
            {"License": ["BSD"], "Classifier": ["License :: OSI Approved :: BSD License"]},
            {
                "license": {"text": "BSD"},
                "classifiers": ["License :: OSI Approved :: BSD License"],
            },
        ),
    ],
)
def test_what_the_metadata_says_counts(
    project: dict[str, Any], told: Contents, wanted: dict[str, Any]
) -> None:
    assert corrected(project, told) == wanted


@pytest.mark.parametrize(
    ("had", "wanted"),
    [
        (["LICENSE"], {}),
        ([], {"license-files": []}),
        (["NOTICE"], {"license-files": ["NOTICE"]}),
        (["a[1].txt", "LICENSE"], {"license-files": ["LICENSE", "a[[]1].txt"]}),
    ],
)
def test_the_licence_files_of_the_wheel(had: list[str], wanted: dict[str, Any]) -> None:
    files = {f"dist-info/licenses/{path}": File(0o644, b"") for path in had}
    data = {"project": {"name": "a"}, "tool": {"setuptools": {"license-files": ["x"]}}}
    correct(data, {"METADATA: Name": ["a"], **files}, ["LICENSE", "setup.py"])
    assert data == {"project": {"name": "a", **wanted}, "tool": {"setuptools": {}}}


@pytest.mark.parametrize(
    ("listed", "wanted"),
    [
        ([], ["setuptools>=77", "own"]),
        (["wheel", "setuptools"], ["wheel", "setuptools>=77", "own"]),
        (["setuptools>=42,!=80,<90", "Own>1"], ["setuptools!=80,<90,>=77", "Own>1"]),
        (["setuptools>=80"], ["setuptools>=80", "own"]),
        (["setuptools==80.*"], ["setuptools==80.*", "own"]),
    ],
)
def test_a_backend_that_is_new_enough(listed: list[str], wanted: list[str]) -> None:
    assert requires(listed, "setuptools", "77", "own") == wanted


@pytest.mark.parametrize("text", ["setuptools<70", "setuptools==60", "setuptools~=60.0"])
def test_a_backend_that_may_not_be_new(text: str) -> None:
    with pytest.raises(UnconvertedError, match=r"and \[project\] needs setuptools 77 or newer"):
        requires([text], "setuptools", "77")
