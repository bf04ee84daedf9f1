"""Edits of an answers file: the lines that change, and no others."""

import pytest
import yaml

from treewright.adopting import stored
from treewright.adopting.errors import UnableError

# Before, the answers that change, and after.
EDITS: dict[str, tuple[str, dict[str, object], str]] = {
    "a list": ("a: 1\nb:\n- x\n- y\nc: 2\n", {"b": ["x"]}, "a: 1\nb:\n- x\nc: 2\n"),
    "an empty list": ("b: []\nc: 2\n", {"b": ["x", "y"]}, "b:\n- x\n- y\nc: 2\n"),
    "to an empty list": ("b:\n- x\n- y\n\n# of c\nc: 2\n", {"b": []}, "b: []\n\n# of c\nc: 2\n"),
    "the last": ("a: 1\nb:\n- x", {"b": ["y"]}, "a: 1\nb:\n- y"),
    "one that is new": ("a: 1\n", {"b": ["x"]}, "a: 1\nb:\n- x\n"),
    "at the end of an open line": ("a: 1", {"b": []}, "a: 1\nb: []\n"),
    "a comment beside it": ("b: [x]  # mine\nc: 2\n", {"b": ["y"]}, "b:  # mine\n- y\nc: 2\n"),
    "comments around it": ("# a\n\nb: x # mine\n# c\n", {"b": "z"}, "# a\n\nb: z  # mine\n# c\n"),
    "line ends of Windows": ("a: 1\r\nb: []\r\nc: 2\r\n", {"b": ["x"]},
                             "a: 1\r\nb:\r\n- x\r\nc: 2\r\n"),
    "a block of text": ("t: |\n  one\n  two\nc: 2\n", {"t": "x"}, "t: x\nc: 2\n"),
    "a flow over lines": ("b: [x,\n  y]\nc: 2\n", {"b": ["x"]}, "b:\n- x\nc: 2\n"),
    "in quotes": ("'b': \"x\"\nc: 2\n", {"b": "y"}, "b: y\nc: 2\n"),
    "a name that looks like a number": ("b: []\n", {"b": ["3.10", "a: b"]},
                                        "b:\n- '3.10'\n- 'a: b'\n"),
    "two at once": ("a: []\nb: []\n", {"b": ["x"], "a": ["y"]}, "a:\n- y\nb:\n- x\n"),
    "letters of any script": ("é: ü  # ß\n", {"é": "ö"}, "é: ö  # ß\n"),
}  # fmt: skip


@pytest.mark.parametrize("row", EDITS)
def test_an_edit_changes_its_own_lines(row: str) -> None:
    before, values, after = EDITS[row]
    found = stored.edited(before.encode(), values)
    assert found.decode() == after
    assert yaml.safe_load(found) == {**yaml.safe_load(before), **values}


@pytest.mark.parametrize("text", ["- a\n", "{a: 1}\n", "text\n"])
def test_what_is_no_list_of_answers_is_refused(text: str) -> None:
    with pytest.raises(UnableError, match="one below the other"):
        stored.edited(text.encode(), {"a": "b"})


def test_a_new_file_has_the_answers_in_their_order() -> None:
    answers = {"_commit": "v0.0.0", "b": ["x"], "a": "- #: é"}
    made = stored.made(answers)
    assert list(yaml.safe_load(made).items()) == list(answers.items())
    assert made.startswith(b"# ")
