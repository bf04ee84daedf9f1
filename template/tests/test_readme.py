"""The examples in the README do what they show."""

import doctest
import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"


def test_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = README.read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"(?ms)^```pycon\n(.*?)^```", text))
    examples = doctest.DocTestParser().get_doctest(blocks, {}, "README", None, None)
    assert examples.examples, "the README shows no example"
    monkeypatch.chdir(tmp_path)
    assert doctest.DocTestRunner().run(examples).failed == 0
