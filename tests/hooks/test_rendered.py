"""What the hooks do to a project that was just rendered."""

from pathlib import Path

import pytest

from rendered import command_for_later, warn_of_unknown


def test_warns_of_a_typing_error_and_names_what_was_meant(
    capsys: pytest.CaptureFixture[str],
) -> None:
    warn_of_unknown(["layuot", "layout", "zzz", ""])
    assert capsys.readouterr().out.splitlines() == [
        "Warning: no question is called layuot, so it was ignored; did you mean layout?",
        "Warning: no question is called zzz, so it was ignored.",
    ]


@pytest.mark.parametrize(
    ("answers", "command"),
    [
        (
            "_src_path: https://git.example.org/treewright",
            (
                "git clone https://git.example.org/treewright treewright"
                " && python treewright/hooks/prove.py {project}"
            ),
        ),
        ("_src_path: {project}", "python {project}/hooks/prove.py {project}"),
        (None, "python PATH-OF-TREEWRIGHT/hooks/prove.py {project}"),
    ],
    ids=["address", "checkout", "another answers file"],
)
def test_the_command_for_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: str | None, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if answers:
        Path(".copier-answers.yml").write_text(answers.format(project=tmp_path))
    assert command_for_later() == command.format(project=tmp_path)
