"""What every hook does to a project that was just rendered."""

from pathlib import Path

import pytest

from treewright import again, shell
from treewright.distribution import ADDRESS
from treewright.rendered import command_for_later, warn_of_secret


def test_names_what_keeps_a_secret(capsys: pytest.CaptureFixture[str]) -> None:
    warn_of_secret("answers.yml")
    first = capsys.readouterr().out
    assert "\nanswers.yml leaves out" in first
    assert "git's credential\nhelper" in first
    warn_of_secret("answers.yml", committed=True)
    assert capsys.readouterr().out.removeprefix(first).startswith("It is in this repository's")


@pytest.mark.parametrize(
    ("source", "clone"),
    [
        ("https://git.example.org/treewright", "https://git.example.org/treewright"),
        ("git+https://git.example.org/x", "https://git.example.org/x"),
        ("git+ssh://git@git.example.org/x", "ssh://git@git.example.org/x"),
        ("git@git.example.org:a/x.git", "git@git.example.org:a/x.git"),
        ("{project}/a file.bundle", "'{project}/a file.bundle'"),
        ("{project}", None),
    ],
    ids=["address", "git+https", "git+ssh", "scp", "bundle", "checkout"],
)
@pytest.mark.parametrize("answers", [".copier-answers.yml", "an answers file.yml"])
def test_the_command_for_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: str, source: str, clone: str | None
) -> None:
    """A line each, for shells without `&&`; the interpreter is there."""
    monkeypatch.chdir(tmp_path)
    Path(answers).write_text(f"_src_path: {source.format(project=tmp_path)}\n")
    python = shell.python()
    if clone is None:
        expected = f"{python} {tmp_path}/hooks/prove.py {tmp_path}"
    else:
        cloning = f"git clone {clone.format(project=tmp_path)} treewright"
        expected = f"\n  {cloning}\n  {python} treewright/hooks/prove.py {tmp_path}"
    assert command_for_later(answers) == expected


def test_the_command_for_later_of_the_distribution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it made the project, and where nothing says what did."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(again, "treewright", lambda: "uvx --from x treewright")
    expected = f"uvx --from x treewright prove {tmp_path}"
    assert command_for_later(".copier-answers.yml") == expected
    Path(".copier-answers.yml").write_text(f"_src_path: {ADDRESS}\n")
    assert command_for_later(".copier-answers.yml") == expected
    Path(".copier-answers.yml").write_text(f"_src_path: {tmp_path}\n")
    assert command_for_later(".copier-answers.yml") != expected


def test_the_command_for_later_without_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after `copier copy --exclude .copier-answers.yml`."""
    monkeypatch.chdir(tmp_path)
    expected = f"{shell.python()} PATH-OF-TREEWRIGHT/hooks/prove.py {tmp_path}"
    assert command_for_later(".copier-answers.yml") == expected
