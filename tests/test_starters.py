"""The pages of the starters are true: each has one, and its transcript is what is printed."""

import re
import sys
from pathlib import Path

import pytest

import starters
from answers import CONTENTS
from rendering import ROOT
from tiers import spread

SPEED = re.compile(r"in [\d,.]+ s \([\d,.]+ rows/s\)")


def test_every_starter_has_a_page() -> None:
    assert starters.PAGES.keys() == CONTENTS.keys()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in CONTENTS if f"(docs/starters/{name}.md)" not in readme] == []


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are those of POSIX")
@pytest.mark.parametrize("name", spread(starters.PAGES, ["pipeline"]))
def test_transcript(checkout: Path, tmp_path: Path, name: str) -> None:
    page = starters.PAGES[name]
    now = starters.transcribe(page, checkout, tmp_path)
    assert SPEED.sub("", now) == SPEED.sub("", page.read_text(encoding="utf-8"))
    assert "Traceback" not in now


@pytest.mark.parametrize("name", starters.PAGES)
def test_every_module_is_explained(name: str) -> None:
    table = starters.PAGES[name].read_text(encoding="utf-8").partition("## Where things are")[2]
    starter = CONTENTS[name]
    modules = [f"{module}.py" for module in starter.modules]
    assert [module for module in modules if f"`{module}`" not in table] == []
