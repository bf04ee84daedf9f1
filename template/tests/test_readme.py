"""The examples in the README, and on the pages of the documentation, do what they show."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = ["README.md", *sorted(f"docs/{page.name}" for page in ROOT.glob("docs/*.md"))]


@pytest.mark.parametrize("page", PAGES)
def test_examples(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"(?ms)^```pycon\n(.*?)^```", text))
    examples = doctest.DocTestParser().get_doctest(blocks, {}, page, None, None)
    assert examples.examples or page != "README.md", "the README shows no example"
    monkeypatch.chdir(tmp_path)
    assert doctest.DocTestRunner().run(examples).failed == 0
