"""What the hooks do to a project that was just rendered."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import after_copy
import shell
from rendered import command_for_later, warn_of_secret
from rendering import ROOT

AFTER_COPY = ROOT / "hooks/after_copy.py"


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


def test_the_command_for_later_without_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after `copier copy --exclude .copier-answers.yml`."""
    monkeypatch.chdir(tmp_path)
    expected = f"{shell.python()} PATH-OF-TREEWRIGHT/hooks/prove.py {tmp_path}"
    assert command_for_later(".copier-answers.yml") == expected


MINE = "raise SystemExit('it was imported')\n"


def run_hook(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the hook after a copy in a folder that holds no project, so that it is soon done."""
    (folder / "answers.yml").write_text(f"_src_path: {ROOT}\n")
    return subprocess.run(
        [sys.executable, str(AFTER_COPY), "answers.yml", "existing"],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def write_modules(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(MINE)
    return folder


@pytest.mark.parametrize("given", [".", "src", os.pathsep])
def test_nothing_is_imported_from_the_project(tmp_path: Path, given: str) -> None:
    """Not even where PYTHONPATH names it, or has an empty part, which is the current folder."""
    names = ("yaml.py", "rows.py", "difflib.py", "proof/__init__.py")
    write_modules(tmp_path, *names)
    write_modules(tmp_path / "src", *names)
    done = run_hook(tmp_path, PYTHONPATH=given)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\nNot proven: " in done.stdout


@pytest.mark.parametrize("value", ["", "1"])
def test_its_own_modules_are_first(tmp_path: Path, value: str) -> None:
    """Whatever PYTHONPATH has by their names, and where Python leaves out a script's folder."""
    (tmp_path / "project").mkdir()
    other = write_modules(
        tmp_path / "other", "rows.py", "rendered.py", "shell.py", "proof/__init__.py"
    )
    more = {"PYTHONOPTIMIZE": "2", "PYTHONWARNINGS": "error"}
    done = run_hook(tmp_path / "project", PYTHONPATH=str(other), PYTHONSAFEPATH=value, **more)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\nNot proven: " in done.stdout


def test_a_terminal_that_cannot_show_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "n\N{LATIN SMALL LETTER E WITH ACUTE}"
    folder.mkdir()
    done = run_hook(folder, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "n\\xe9" in done.stdout


@pytest.mark.parametrize(
    "script",
    [path.name for path in (ROOT / "hooks").glob("*.py") if "__main__" in path.read_text()],
)
def test_each_script_finds_its_own_modules(tmp_path: Path, script: str) -> None:
    """Where Python leaves out a script's folder; each fails later, as there is nothing for it."""
    done = subprocess.run(
        [sys.executable, "-I", str(ROOT / "hooks" / script)],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode
    lacking = re.findall(r"No module named '(\w+)", done.stderr)
    assert not {path.stem for path in (ROOT / "hooks").iterdir()} & {*lacking}


@pytest.mark.parametrize(
    ("situation", "strict", "status"),
    [("", True, 1), ("quiet", True, 1), ("existing,", False, 0), ("existing,quiet", False, 0)],
)
def test_style_counts_where_all_is_the_templates(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    situation: str,
    strict: bool,  # noqa: FBT001
    status: int,
) -> None:
    asked = []

    def prove_here(_: str, **how: bool) -> int:
        asked.append(how)
        return 1

    monkeypatch.setattr(after_copy, "prove_here", prove_here)
    monkeypatch.chdir(tmp_path)
    assert after_copy.main(".copier-answers.yml", situation) == status
    assert asked == [{"quiet": "quiet" in situation, "strict": strict}]
