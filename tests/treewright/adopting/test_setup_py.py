"""A setup.py is read, and never run."""

import pytest

from treewright.adopting.setup_py import UNKNOWN, keywords


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("setup(name='acme')", "acme"),
        ("from setuptools import setup\nif True:\n    setup(name='acme')", "acme"),
        ("import setuptools\nsetuptools.setup(name='acme')", "acme"),
        ("import distutils.core\ndistutils.core.setup(name='acme')", "acme"),
        ("NAME = 'acme'\nsetup(name=NAME)", "acme"),
        ("NAME: str = 'ac' + 'me'\nsetup(name=NAME)", "acme"),
        ("A = 'ac'\nsetup(name=A + 'me')", "acme"),
        ("setup(**{'name': 'acme'})", "acme"),
        ("given = dict(name='acme')\nsetup(**given)", "acme"),
        ("given = {}\ngiven['name'] = 'acme'\nsetup(**given)", "acme"),
        ("def main():\n    setup(name='acme')\nmain()", "acme"),
        ("setup(name=find_name())", UNKNOWN),
        ("setup(name=f'{x}')", UNKNOWN),
        ("setup(name=open('NAME').read())", UNKNOWN),
        ("NAME = 'acme'\nif x:\n    NAME = 'other'\nsetup(name=NAME)", UNKNOWN),
        ("for NAME in ['acme']:\n    pass\nsetup(name=NAME)", UNKNOWN),
        ("A = 'x'\n" + "A = A + A\n" * 60 + "setup(name=A)", UNKNOWN),
        ("setup()", None),
        ("other(name='acme')", None),
        ("setup(name='acme'", None),
        ("print 'Python 2'\nsetup(name='acme')", None),
        ("\0", None),
        ("(" * 10_000 + ")" * 10_000, None),
        ("setup(name=" + "+".join(["'a'"] * 20_000) + ")", None),
    ],
)
def test_what_is_plain_is_known(code: str, expected: object) -> None:
    assert keywords(code.encode()).get("name") == expected


def test_lists_and_tables_are_known_but_for_what_runs() -> None:
    code = "MORE = ['b']\nsetup(packages=['a'] + MORE, extras_require={'x': ['y'], 'z': f()})"
    found = keywords(code.encode())
    assert found == {
        "packages": ["a", "b"],
        "extras_require": {"x": ["y"], "z": UNKNOWN},
    }


def test_other_encodings_are_read() -> None:
    code = "# coding: latin-1\nsetup(author='Zoë')".encode("latin-1")
    assert keywords(code) == {"author": "Zoë"}
    assert keywords(b"setup(author='Zo\xeb')") == {}
