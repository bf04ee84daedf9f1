"""Where strings and keys stand in settings: libraries that read them are the oracle."""

import configparser
import json
import tomllib
from collections.abc import Iterator
from random import Random

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import tomls
from treewright.updating.settings import LARGEST, scalars

Found = list[tuple[tuple[str, ...], str]]


def values(text: str, path: str) -> Found:
    """Give each string with its keys, as found by place."""
    return [
        (scalar.keys, text[scalar.start : scalar.end])
        for scalar in scalars(text, path)
        if not scalar.is_key
    ]


def keys(text: str, path: str) -> Found:
    return [
        (scalar.keys, text[scalar.start : scalar.end])
        for scalar in scalars(text, path)
        if scalar.is_key
    ]


def strings(data: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the strings of what a library has read."""
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, list):
        for one in data:
            yield from strings(one, path)
    elif isinstance(data, dict):
        for key, one in data.items():
            yield from strings(one, (*path, key))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 2**32))
def test_toml_of_every_layout(seed: int) -> None:
    data = tomls.data(Random(seed))  # noqa: S311  # no secret
    text = tomls.write(data, seed, "mine")
    plain = [(path, value) for path, value in strings(data) if value.isalpha()]
    found = [(path, value) for path, value in values(text, "x.toml") if value.isalpha()]
    assert sorted(found) == sorted(plain)
    assert len(values(text, "x.toml")) == len([*strings(data)])


TOML = """\
"a.b" = 'x' # "no"
c . "d e".f = \"""
x\"""
when = 2020-01-01 10:00:00
[[t."k.l"]]
m = [ # (
  "x",
  { n = "x", 'o.p' = ["x", 1.5], q.r = true },
] # ]
"""


def test_toml_with_all_that_it_has() -> None:
    data = tomllib.loads(TOML)
    expected = [(path, value) for path, value in strings(data)]
    assert [(path, value.lstrip("\n")) for path, value in values(TOML, "x.toml")] == expected
    assert [value for _, value in keys(TOML, "x.toml")] == [
        "a.b", "c", "d e", "f", "when", "t", "k.l", "m", "n", "o.p", "q", "r",
    ]  # fmt: skip


def test_json_and_yaml() -> None:
    data = {"loggers": {"kit": {"level": ["a", "b"]}, "c": {}}, "d": ["e", {"f": "g"}], "h": "i"}
    for text in (json.dumps(data), json.dumps(data, indent="\t")):
        assert sorted(values(text, "x.json")) == sorted(strings(data))
    commented = "// c\n" + json.dumps(data).replace("{", "{ /* c */", 1)
    assert sorted(values(commented, "x.jsonc")) == sorted(strings(data))
    for style in (None, '"', "'"):
        text = yaml.safe_dump(data, default_style=style)
        assert sorted(values(text, "x.yml")) == sorted(strings(data))
    assert (("loggers", "kit"), "kit") in keys(yaml.safe_dump(data), "x.yaml")


def test_ini() -> None:
    text = "[a]\nb = c\n# no = x\n[d e]\nf: g\nh =\n  i\n  ; no\n  j = k\nl\n"
    found = values(text, "setup.cfg")
    read = configparser.ConfigParser(allow_no_value=True)
    read.read_string(text)
    assert ("a", "b") in [path for path, _ in found]
    assert (("a", "b"), read["a"]["b"]) in found
    assert (("d e", "f"), read["d e"]["f"]) in found
    assert [value for path, value in found if path == ("d e", "h")] == read["d e"]["h"].split("\n")[
        1:
    ]


def test_entry_points_have_keys_of_their_own() -> None:
    text = "[options.entry_points]\npytest11 =\n    kit = kit.core\n"
    assert values(text, "setup.cfg") == [(("options.entry_points", "pytest11", "kit"), "kit.core")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("x.toml", "[a\nb"),
        ("x.toml", "a = [1"),
        ("x.toml", "a = {b = "),
        ("x.json", "]]"),
        ("x.json", '{"a": [}'),
        ("x.yml", "a: [b\n- c"),
        ("x.yml", "\t- x: {"),
        ("x.md", "a = 1"),
        ("x.toml", "a = 'x'\n" * LARGEST),
        ("x.json", "[" * 100_000),
        ("x.toml", "a = " + "[" * 10_000),
    ],
)
def test_what_cannot_be_read_has_none(path: str, text: str) -> None:
    assert values(text, path) == []
