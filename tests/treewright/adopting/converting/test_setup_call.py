"""What is read of setup.py, and what is left of it."""

import pytest

from treewright.adopting.converting.setup_call import Finder, UnreadableError, read, shrunk

HEAD = '#!/usr/bin/env python\n"""The build."""\n\n'


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ("setup(name='acme', zip_safe=False)", {"name": "acme", "zip_safe": False}),
        ("import setuptools\nsetuptools.setup(name='a' 'b')", {"name": "ab"}),
        ("NEEDS = ['a']\nsetup(install_requires=NEEDS + ['b'])", {"install_requires": ["a", "b"]}),
        ("V = '1'\nsetup(version=f'{V}.2')", {"version": "1.2"}),
        ("setup(**{'name': 'acme'})", {"name": "acme"}),
        ("META = dict(name='acme')\nsetup(**META)", {"name": "acme"}),
        ("setup(keywords='a b'.split(' '))", {"keywords": ["a", "b"]}),
        (
            "setup(classifiers='''\nA :: B\nC\n'''.strip().splitlines())",
            {"classifiers": ["A :: B", "C"]},
        ),
        ("if __name__ == '__main__':\n    setup(name='acme')", {"name": "acme"}),
        ("def main():\n    setup(name='acme')\nmain()", {"name": "acme"}),
        (
            "setup(packages=find_packages('src', exclude=['t']))",
            {"packages": Finder(namespaces=False, arguments={"where": "src", "exclude": ["t"]})},
        ),
        (
            "setup(packages=setuptools.find_namespace_packages(include=['a*']))",
            {"packages": Finder(namespaces=True, arguments={"include": ["a*"]})},
        ),
        ("E = {'x': ['a']}\nsetup(extras_require={**{}, 'y': E['x']} if 0 else E)", {}),
    ],
)
def test_what_is_written_is_read(body: str, values: dict[str, object]) -> None:
    assert read(f"{HEAD}from setuptools import setup\n{body}\n").values == values


@pytest.mark.parametrize(
    "body",
    [
        "setup(name=open('n').read())",
        "NAME = 'a'\nif x:\n    NAME = 'b'\nsetup(name=NAME)",
        "NAME = []\nNAME.append('b')\nsetup(name=NAME)",
        "NAME = {}\nNAME['b'] = 1\nsetup(name=NAME)",
        "NAME = ['a']\nNAME += x\nsetup(name=NAME)",
        "for NAME in 'ab':\n    pass\nsetup(name=NAME)",
        "NAME = NAME\nsetup(name=NAME)",
        "setup(name='%s' % x)",
        "setup(name=f'{1:>3}')",
        "setup(name={'a': 1}['b'])",
        "setup(name={**x})",
        "setup(name='a' + ['b'])",
        "setup(name=find_packages(*x))",
    ],
)
def test_what_is_worked_out_is_not_guessed(body: str) -> None:
    call = read(f"from setuptools import setup\n{body}\n")
    assert call.values == {}
    assert list(call.computed) == ["name"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("print(", "is no code that Python reads ("),
        ("import setuptools", "has no call of setup()"),
        ("setup()\nsetup()", "calls setup() more than once"),
        ("for a in b:\n    setup()", "calls setup() within other code"),
        ("setup(x)", "gives setup() arguments without names"),
        ("setup(**x())", "gives setup() arguments by **"),
    ],
)
def test_what_cannot_be_read(text: str, said: str) -> None:
    with pytest.raises(UnreadableError) as error:
        read(text)
    assert str(error.value).startswith(said)


def test_what_only_served_the_arguments_goes_with_them() -> None:
    text = (
        f"{HEAD}import sys\ntry:\n    from setuptools import setup\nexcept ImportError:\n"
        "    from distutils.core import setup\nif sys.version_info < (3,):\n    sys.exit('old')\n"
        "with open('R') as f:\n    long = f.read()\nsetup(name='acme', long_description=long)\n"
    )
    assert shrunk(read(text), []) == f"{HEAD}from setuptools import setup\n\nsetup()\n"


def test_what_does_more_stays() -> None:
    before = "import sys, os\nif sys.argv[-1] == 'publish':\n    os.system('x')\n\nsetup("
    text = f"{before}\n    name='ä',  # ö\n    cmdclass={{'x': X}},\n)\nprint('done')\n"
    assert shrunk(read(text), ["cmdclass"]) == f"{before}cmdclass={{'x': X}})\nprint('done')\n"
    assert shrunk(read(text), []) == f"{before})\nprint('done')\n"


def test_comments_are_known_by_their_argument() -> None:
    text = "setup(\n  # the name\n  name='a',\n  install_requires=[\n    'b',  # why\n  ],\n)"
    assert read(text).comments == {"name": ["# the name"], "install_requires": ["# why"]}
