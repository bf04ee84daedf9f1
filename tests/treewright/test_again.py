"""The command that a person can type here, for each way in which Treewright was installed."""

import json
import sys
from importlib import metadata
from pathlib import Path

import pytest

from treewright import again, shell
from treewright.distribution import ADDRESS


class Installed:
    """A distribution that was installed from somewhere."""

    def __init__(self, source: str | None) -> None:
        self._source = source

    def read_text(self, name: str) -> str | None:
        assert name == "direct_url.json"
        return json.dumps({"url": self._source}) if self._source else None


@pytest.mark.parametrize("pin", ["", "0.7.0"])
@pytest.mark.parametrize(
    ("how", "source", "expected"),
    [
        ("pipx", None, "treewright"),
        ("uvx", "file:///work/tree%20wright", "uvx --from '/work/tree wright' treewright"),
        ("uvx", None, f"{shell.quoted(sys.executable)} -m treewright"),
        ("not", None, None),
    ],
    ids=["on-the-path", "by-uvx-from-a-path", "by-uvx", "not-installed"],
)
def test_the_command(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pin: str,
    how: str,
    source: str | None,
    expected: str | None,
) -> None:
    """With a published release, uvx gets it from the index."""

    def distribution(name: str) -> Installed:
        if how == "not":
            raise metadata.PackageNotFoundError(name)
        return Installed(source)

    command = tmp_path / "treewright"
    command.touch(0o755)
    monkeypatch.setattr(metadata, "distribution", distribution)
    monkeypatch.setattr(again, "PIN", pin)
    monkeypatch.setenv("PATH", str(tmp_path))
    if how == "uvx":
        monkeypatch.setenv("UV", "/usr/bin/uv")
    else:
        monkeypatch.delenv("UV", raising=False)
    assert again.treewright() == ("uvx treewright" if pin and how != "pipx" else expected)


def test_an_active_environment_has_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "treewright").touch(0o755)
    monkeypatch.setattr(metadata, "distribution", lambda _: Installed(None))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("UV", "/usr/bin/uv")
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    assert again.treewright() == "treewright"


@pytest.mark.parametrize("at_hand", [None, "uvx --from x treewright"])
def test_the_command_of_an_update(monkeypatch: pytest.MonkeyPatch, at_hand: str | None) -> None:
    monkeypatch.setattr(again, "treewright", lambda: at_hand)
    assert again.update("/a/path") == "copier update --trust"
    own = f"{at_hand} update" if at_hand else "copier update --trust"
    assert again.update(ADDRESS) == own
