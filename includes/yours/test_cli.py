"""The command, from its arguments to what it prints."""

from collections.abc import Callable
{% if project.plugin_folder %}
from pathlib import Path
{% endif %}

import pytest

from {{ name }}._about import NAME

Run = Callable[..., tuple[int, str, str]]

PACKAGE = "{{ name }}"


{% include "includes/yours/test_count.py" %}


def test_messages(run: Run) -> None:
    assert run("-vv", "count", "to")[2].startswith(f"{NAME}: counting ")


def test_interrupt(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"{PACKAGE}._commands.count_words", interrupt)
    status, output, messages = run("count", "to")
    assert (status, output, messages.strip()) == (130, "", "")


def test_help(run: Run) -> None:
    status, output, _ = run("--help")
    assert status == 0
    assert f"{NAME} count to be or not to be" in output


@pytest.mark.parametrize("arguments", [["no-such-command"], ["count"], ["count", "--loud", "to"]])
def test_wrong_usage(run: Run, arguments: list[str]) -> None:
    status, output, messages = run(*arguments)
    assert (status, output) == (2, "")
    assert arguments[-1] in messages or "WORD" in messages
{% if project.plugin_folder %}


def test_plugins(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir(mode=0o700)
    (folder / "same.py").write_text("def run(value): return value")
    (folder / "same.py").chmod(0o600)
    assert f"same        {folder / 'same.py'}\n" in run("plugins", "--plugins", folder)[1]


def test_a_plugin_folder_that_is_refused(run: Run) -> None:
    status, output, messages = run("plugins", "--plugins", "none")
    assert (status, output) == (2, "")
    assert messages.startswith(f"{NAME}: plugin folder none: ")
{% elif project.plugin_support %}


def test_plugins(run: Run) -> None:
    assert run("plugins")[0] == 0
{% endif %}
