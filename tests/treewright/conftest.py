"""Fixtures that give sample projects."""

from collections.abc import Callable
from pathlib import Path

import pytest

from samples import Sample, good


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    """Give a good project of the default shape, built by uv."""
    return good(tmp_path / "acme-tool")


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Sample]:
    """Give the function that writes a good project of a given shape."""

    def make(name: str = "acme_tool", root: str = "src") -> Sample:
        return good(tmp_path / "acme-tool", name, root)

    return make
