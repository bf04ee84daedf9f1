"""Scripts that uv runs: what they answer, and what is said when they cannot."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from rendering import ROOT
from treewright.scripts import by_uv
from treewright.scripts.by_uv import ScriptError, run


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


def test_one_in_the_cache_of_uv(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where uvx runs Treewright."""
    script.write_text("print('{}')")
    monkeypatch.setenv("UV_CACHE_DIR", str(script.parent))
    assert run(script, {}) == {}


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
    with pytest.raises(ScriptError, match=r"^uv was not found$"):
        run(script, {})


@pytest.mark.skipif(os.name == "nt", reason="makes a program of a POSIX shell")
def test_a_uv_that_is_too_old(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = tmp_path / "uv"
    uv.write_text("#!/bin/sh\necho \"error: unexpected argument '--script' found\" >&2\nexit 2\n")
    uv.chmod(0o755)
    monkeypatch.setenv("UV", str(uv))
    with pytest.raises(ScriptError, match=r"^uv is too old here: 0\.4\.19 or newer is needed; "):
        run(script, {})


def test_a_uv_that_does_not_run(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV", str(tmp_path / f"no{os.sep}uv"))
    with pytest.raises(ScriptError, match=r"^script\.py failed: "):
        run(script, {})


def test_it_may_take_long_while_it_goes_on(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = tmp_path / "ticks"
    ticks.touch()
    script.write_text(
        "import time\nfor _ in range(30):\n    print(flush=True)\n"
        f"    with open({str(ticks)!r}, 'a') as ticks:\n        ticks.write('.')\n"
        "    time.sleep(0.01)\nprint('{}')\n"
    )
    clock = SimpleNamespace(monotonic=lambda: 20 * ticks.stat().st_size, sleep=time.sleep)
    monkeypatch.setattr(by_uv, "time", clock)
    monkeypatch.setattr(by_uv, "_PAUSE", 0.001)  # it looks several times between two ticks
    assert run(script, {}) == {}
    assert clock.monotonic() > by_uv._PATIENCE  # noqa: SLF001


# Starts a process that is connected until it ends.
STARTER = """\
import subprocess, sys, time
stay = "import socket, time; s = socket.create_connection({}); print(flush=True); time.sleep(30)"
child = subprocess.Popen([sys.executable, "-c", stay], stdout=subprocess.PIPE)
child.stdout.readline()
"""
STOPS = {
    "hangs": ("time.sleep(30)", "script.py failed: it did nothing for 300 seconds"),
    "fails": ("sys.exit('no luck')", "script.py failed: no luck"),
    "is interrupted": ("time.sleep(30)", ""),
}


@pytest.mark.parametrize("how", STOPS)
def test_what_it_has_started_ends_with_it(
    script: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if (how, os.name) == ("fails", "nt"):
        pytest.skip("Windows ends a tree of processes from its root, which is gone")
    last, said = STOPS[how]
    connections: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)

        def sleep(seconds: float) -> None:
            if not connections:
                connections.append(server.accept()[0])
                if how == "is interrupted":
                    raise KeyboardInterrupt
            time.sleep(seconds)

        late = SimpleNamespace(monotonic=lambda: 301 * len(connections), sleep=sleep)
        if how == "fails":
            late.monotonic = lambda: 0
        monkeypatch.setattr(by_uv, "time", late)
        script.write_text(STARTER.format(server.getsockname()) + last)
        with pytest.raises((ScriptError, KeyboardInterrupt)) as error:
            run(script, {})
    assert str(error.value) == said
    with connections[0] as connection:
        connection.settimeout(10)
        assert connection.recv(1) == b""


@pytest.mark.skipif(os.name == "nt", reason="a killed process is no signal there")
def test_it_ends_where_the_update_is_killed(script: Path, tmp_path: Path) -> None:
    """Its session is its own: neither Ctrl-C nor a closed terminal would reach it."""
    ticks = tmp_path / "ticks"
    ticks.touch()
    script.write_text(
        "import time\nfor _ in range(3000):\n    print(flush=True)\n"
        f"    with open({str(ticks)!r}, 'a') as ticks:\n        ticks.write('.')\n"
        "    time.sleep(0.01)\n"
    )
    code = "import sys; from pathlib import Path; from treewright.scripts.by_uv import run; "
    code += "run(Path(sys.argv[1]), {})"
    source = str(ROOT / "src")
    started = [sys.executable, "-c", code, str(script)]
    with subprocess.Popen(started, env={**os.environ, "PYTHONPATH": source}) as process:
        while not ticks.stat().st_size:
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    deadline = time.monotonic() + 20
    size = -1
    while size != ticks.stat().st_size:
        assert time.monotonic() < deadline, "it goes on in the background"
        size = ticks.stat().st_size
        time.sleep(0.5)
    assert size < 3000
