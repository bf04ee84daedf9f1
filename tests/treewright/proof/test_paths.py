"""Paths that only some machines can hold are told."""

import pytest

from treewright.proof import paths

PURE = ["py3-none-any"]


def findings(*wheel: str, classifiers: tuple[str, ...] = (), tags: list[str] = PURE) -> list[str]:
    return [str(found) for found in paths.findings([], wheel, classifiers, tags)]


@pytest.mark.parametrize(
    ("names", "one", "other"),
    [
        (["acme/Core.py", "acme/core.py"], "acme/Core.py", "acme/core.py"),
        (["acme/Data/a.txt", "acme/data/b.txt"], "acme/Data", "acme/data"),
        (["acme/Data/a.txt", "acme/data/a.txt"], "acme/Data", "acme/data"),
        (
            ["acme/caf\u00e9.txt", "acme/cafe\u0301.txt"],
            r"acme/cafe\u0301.txt",
            r"acme/caf\xe9.txt",
        ),
    ],
)
def test_two_paths_that_are_one_elsewhere(names: list[str], one: str, other: str) -> None:
    assert findings(*names) == [
        f"wheel: {one} and {other} are one path on Windows and macOS; rename one of them"
    ]


@pytest.mark.parametrize("name", ["aux.py", "CON", "nul.tar.gz", "com1.txt", "prn /x"])
def test_names_that_windows_reserves(name: str) -> None:
    assert findings(f"acme/{name}")[0].startswith("wheel: a name is reserved by Windows: acme/")


@pytest.mark.parametrize("name", ["a:b.txt", "what?.txt", "a\\b", "end.", "end ", "x\x01y", "a|b"])
def test_characters_that_windows_forbids(name: str) -> None:
    assert "has characters that Windows forbids" in findings(f"acme/{name}")[0]


@pytest.mark.parametrize(
    "name", ["auxiliary.py", "acme/console.py", "com10.txt", "a b.txt", "_con"]
)
def test_names_that_are_fine(name: str) -> None:
    assert findings(name) == []


def test_a_package_for_other_systems_may_have_such_names() -> None:
    posix = ("Operating System :: POSIX :: Linux", "Operating System :: MacOS")
    assert findings("acme/aux.py", classifiers=posix) == []
    assert findings("acme/aux.py", tags=["cp311-cp311-linux_x86_64"]) == []
    windows = (*posix, "Operating System :: Microsoft :: Windows")
    assert len(findings("acme/aux.py", classifiers=windows)) == 1


def test_long_names() -> None:
    assert "a name is longer than 255 bytes" in findings("acme/" + "\u00e9" * 128)[0]
    (deep,) = paths.findings([], ["/".join(["folder"] * 30)], [], PURE)
    assert deep.advice
    assert "paths of 209 characters can be too long for Windows" in str(deep)


def test_what_only_the_sdist_holds_is_advice() -> None:
    (found,) = paths.findings(["tests/aux.txt"], [], [], PURE)
    assert (found.where, found.advice) == ("sdist", True)
