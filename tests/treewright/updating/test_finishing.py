"""What is said where the answers were edited by hand, and an update does not see it."""

import pytest

from treewright import again
from treewright.distribution import ADDRESS
from treewright.updating import finishing


@pytest.mark.parametrize(
    ("source", "command", "remedy"),
    [
        (
            "https://git.example.org/x.git",
            "treewright",
            "give the answer to copier update by --data.",
        ),
        (ADDRESS, None, "give the answer to copier update by --data."),
        (ADDRESS, "uvx treewright", "run: uvx treewright finish --base COMMIT-BEFORE-THAT"),
    ],
)
def test_a_package_that_is_elsewhere(
    monkeypatch: pytest.MonkeyPatch, source: str, command: str | None, remedy: str
) -> None:
    monkeypatch.setattr(again, "treewright", lambda: command)
    told = finishing.elsewhere("src/tool", ".answers.yml", source)
    assert told.startswith(
        "The answers have the package in src/tool/, which is not there. If .answ"
    )
    assert told.endswith(f", and {remedy}")
