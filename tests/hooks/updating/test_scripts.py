"""Scripts that uv runs: what they answer, and what is said when they cannot."""

import os
from pathlib import Path

import pytest

from updating.scripts import ScriptError, run


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "script.py"


def test_it_answers(script: Path) -> None:
    script.write_text(
        '# /// script\n# requires-python = ">=3.11"\n# ///\n'
        "import json, sys\nprint(json.dumps({'got': json.load(sys.stdin)['text'] + 'é'}))\n",
        encoding="utf-8",
    )
    assert run(script, {"text": "ü"}) == {"got": "üé"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise SystemExit('no luck')", "script.py failed: no luck"),
        ("print('no JSON')", "script.py failed: Expecting value: line 1 column 1 (char 0)"),
    ],
)
def test_a_script_that_fails(script: Path, body: str, said: str) -> None:
    script.write_text(body)
    with pytest.raises(ScriptError) as error:
        run(script, {})
    assert str(error.value) == said


def test_what_it_needs_cannot_be_had(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script.write_text('# /// script\n# dependencies = ["treewright-has-no-such-library"]\n# ///\n')
    monkeypatch.setenv("UV_OFFLINE", "1")
    with pytest.raises(ScriptError, match=r"^script\.py failed: ") as error:
        run(script, {})
    assert "\n" not in str(error.value)


def test_without_uv(script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "bin" / "python"))
    with pytest.raises(ScriptError, match=r"^uv is not at hand$"):
        run(script, {})


def test_a_uv_that_does_not_run(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV", str(tmp_path / f"no{os.sep}uv"))
    with pytest.raises(ScriptError, match=r"^script\.py failed: "):
        run(script, {})
