"""The command `treewright`: verbs, usage, and how it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rendering import ROOT
from treewright import cli

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run it as it is in the checkout."""

    def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "treewright", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            text=True,
            check=False,
        )

    return _run


def test_each_verb_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    printed = capsys.readouterr().out
    assert ended.value.code == 0
    assert {"new", "update", "prove"} <= cli._VERBS.keys()  # noqa: SLF001
    for verb, function in cli._VERBS.items():  # noqa: SLF001
        assert f"\n  {verb}" in printed
        assert f"{function.__doc__}\n" in printed


@pytest.mark.parametrize("verb", cli._VERBS)  # noqa: SLF001
def test_each_verb_tells_its_options(verb: str, run: Run) -> None:
    done = run(verb, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"treewright {verb} [" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "the following arguments are required: VERB"),
        (["make"], "argument VERB: invalid choice: 'make'"),
        (["--frob"], "the following arguments are required: VERB"),
    ],
)
def test_a_wrong_usage(
    capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["new", "update"])
def test_an_unknown_option_of_copier(verb: str, run: Run) -> None:
    done = run(verb, "--frob")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr


def test_a_checkout_has_no_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    package = ROOT / "src/treewright"
    assert capsys.readouterr().out == f"treewright in {package}, which is not installed\n"


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [(KeyboardInterrupt, 130, "Interrupted.\n"), (BrokenPipeError, 2, "")],
)
def test_an_end_from_outside(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    raised: type[BaseException],
    status: int,
    said: str,
) -> None:
    def ends(_: list[str]) -> int:
        raise raised

    monkeypatch.setitem(cli._VERBS, "prove", ends)  # noqa: SLF001
    assert cli.main(["prove"]) == status
    assert capfd.readouterr().err == said


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process at once")
def test_a_signal_lets_every_verb_clean_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def ends(_: list[str]) -> int:
        signal.raise_signal(signal.SIGTERM)
        return 0

    for verb in cli._VERBS:  # noqa: SLF001
        monkeypatch.setitem(cli._VERBS, verb, ends)  # noqa: SLF001
        with pytest.raises(SystemExit) as ended:
            cli.main([verb])
        assert ended.value.code == 128 + signal.SIGTERM


def test_prove_is_of_this_folder_by_default(run: Run) -> None:
    done = run("prove")
    assert done.returncode == 2
    assert done.stdout.startswith("Not proven: ")


def test_no_code_of_the_folder_is_run(tmp_path: Path) -> None:
    """`python -m` puts the current folder first on the path: a repository that joins, maybe."""
    for name in ("yaml", "pathspec", "copier"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('run')\n")
    command = [sys.executable, "-m", "treewright", "adopt", "--help"]
    variables = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
