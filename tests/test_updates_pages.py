"""The pages on updates are true: their transcripts are what is printed."""

import sys
from pathlib import Path

import pytest

import updates
from keeping import is_shallow
from tiers import spread


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are those of POSIX")
@pytest.mark.skipif(is_shallow(), reason="a shallow clone has no releases to update from")
@pytest.mark.parametrize(
    "page", spread(updates.PAGES, list(updates.PAGES)[:1]), ids=lambda page: page.stem
)
def test_transcript(tmp_path: Path, page: Path) -> None:
    now = updates.transcribe(page, tmp_path)
    assert now == page.read_text(encoding="utf-8")
    assert "Traceback" not in now
    assert "\nProven: " in now or "\nProven but for what was skipped: " in now
