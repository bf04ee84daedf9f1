"""What the hooks do to a project that was just rendered."""

from pathlib import Path

import pytest

import after_copy
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


@pytest.mark.parametrize(
    ("situation", "strict", "status"),
    [("", True, 1), ("quiet", True, 1), ("existing,", False, 0), ("existing,quiet", False, 0)],
)
def test_style_counts_where_all_is_the_templates(
    monkeypatch: pytest.MonkeyPatch,
    situation: str,
    strict: bool,  # noqa: FBT001
    status: int,
) -> None:
    asked = []

    def prove_here(**how: bool) -> int:
        asked.append(how)
        return 1

    monkeypatch.setattr(after_copy, "prove_here", prove_here)
    assert after_copy.main(".copier-answers.yml", "", situation) == status
    assert asked == [{"quiet": "quiet" in situation, "strict": strict}]
