"""How the programs end: by errors of their own, by signals, and by streams that fail them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any

import pexpect
import pytest

import rendering
from answers import FRAMEWORKS, PROGRAMS
from tiers import each_once, full, spread

if sys.platform == "win32":
    pytest.skip("signals and streams are those of POSIX", allow_module_level=True)

# A subcommand of each starter that does what `PLANTED` says.
ARGUMENTS = {
    "command": ("sum", "file"),
    "pipeline": ("transforms",),
    "analysis": ("predict", "model", "file"),
}
PLANT = """

def planted(*_: object) -> int:
    import os
    exec(os.environ["PLANTED"], {})
    return 0


write_sums = list_transforms = predict = planted
"""
# What a command does, and how it ends: with the sentence, or by the error as it is.
SENTENCES = {
    "open('settings.toml')": "settings.toml: No such file or directory",
    "import os; os.rename('a', 'b')": "a -> b: No such file or directory",
    "import os; os.listdir(b'none')": "none: No such file or directory",
    "from pathlib import Path; raise OSError(32, 'closed', Path('fifo'))": "fifo: closed",
    "from urllib.error import HTTPError; raise HTTPError('http://x/', 404, 'Gone', None, None)": (
        "http://x/: HTTP Error 404: Gone"
    ),
    "import subprocess; subprocess.run(['no-such-program'])": (
        "no-such-program: No such file or directory"
    ),
}
ERRORS = {
    "from urllib.error import URLError; raise URLError('no route')": "<urlopen error no route>",
    "raise OSError('the device is busy')": "the device is busy",
    "raise PermissionError('not on Sundays')": "not on Sundays",
    "raise OSError(22, 'odd')": "[Errno 22] odd",
    "raise BrokenPipeError(32, 'a socket')": "[Errno 32] a socket",
    "open('')": "[Errno 2] No such file or directory: ''",
    "import os; os.fstat(99)": "[Errno 9] Bad file descriptor",
    "raise EOFError('cut off')": "cut off",
    "raise KeyError('name')": "'name'",
}
# Run the command once for each, and tell how it ended.
DRIVE = """\
import contextlib, io, json, os, sys
from acme_tool.__main__ import main

ends = []
for flags, planted, arguments in json.load(sys.stdin):
    os.environ["PLANTED"] = planted
    sys.argv[1:] = [*flags, *arguments]
    error = None
    with contextlib.redirect_stderr(io.StringIO()) as messages:
        try:
            status = main()
        except Exception as caught:
            status, error = 1, str(caught)
    ends.append([status, error, messages.getvalue()])
print(json.dumps(ends))
"""
# Become another program, whose Ctrl-C is not ignored, as a shell without job control has it.
BECOME = "import os, signal, sys; {}; os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
ALL = [*product(PROGRAMS, FRAMEWORKS)]
FEW = each_once(PROGRAMS, FRAMEWORKS)
programs = pytest.mark.parametrize("program", ALL, ids="-".join, indirect=True)
few_programs = pytest.mark.parametrize("program", spread(ALL, FEW), ids="-".join, indirect=True)
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="session")
def planted(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Render a program whose subcommand does what `PLANTED` says; give its sources."""
    known: dict[tuple[str, str], Path] = {}

    def _planted(starter: str, framework: str) -> Path:
        if (starter, framework) not in known:
            project = tmp_path_factory.mktemp(f"{starter}-{framework}") / "acme-tool"
            answers = {"project_name": "acme-tool", "starter": starter, "cli_framework": framework}
            rendering.render(template, project, answers)
            with (project / "src/acme_tool/_commands.py").open("a") as module:
                module.write(PLANT)
            known[starter, framework] = project / "src"
        return known[starter, framework]

    return _planted


@pytest.fixture
def program(
    request: pytest.FixtureRequest,
    planted: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[str, ...]:
    """Give the command of a program with a subcommand, in an empty folder."""
    starter, framework = request.param
    monkeypatch.setenv("PYTHONPATH", str(planted(starter, framework)))
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    monkeypatch.chdir(tmp_path)
    return ("-m", "acme_tool", *ARGUMENTS[starter])


@programs
def test_errors_are_the_owner_s(program: tuple[str, ...]) -> None:
    """Each names its file, or is a traceback; none is of the output, and none is silent."""
    codes = [*SENTENCES, *ERRORS]
    runs = [(flags, code, program[2:]) for flags in ([], ["-v"]) for code in codes]
    done = subprocess.run(
        [sys.executable, "-c", DRIVE],
        input=json.dumps(runs),
        capture_output=True,
        text=True,
        check=True,
    )
    ends: dict[tuple[bool, str], list[Any]] = {
        (bool(flags), code): end
        for (flags, code, _), end in zip(runs, json.loads(done.stdout), strict=True)
    }
    assert done.stderr == ""
    for code, sentence in SENTENCES.items():
        assert ends[False, code] == [2, None, f"acme-tool: {sentence}\n"]
        status, error, messages = ends[True, code]
        assert (status, error) == (2, None)
        assert messages.startswith(f"acme-tool: {sentence}\nTraceback (most recent call last):\n")
    for code, text in ERRORS.items():
        assert ends[False, code] == ends[True, code] == [1, text, ""]


@few_programs
def test_an_error_that_is_not_expected_shows_its_traceback(program: tuple[str, ...]) -> None:
    code = "raise OSError('the device is busy')"
    done = subprocess.run(
        [sys.executable, *program],
        env=os.environ | {"PLANTED": code},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Traceback (most recent call last):\n")
    assert done.stderr.endswith("\nOSError: the device is busy\n")


# Temporary files of both kinds: of what is left, and of what is left to the end of Python.
TIDY = """\
import atexit, os, signal, sys, tempfile, time
from pathlib import Path
Path("at-exit").touch()
atexit.register(os.unlink, "at-exit")
with tempfile.TemporaryDirectory(dir="."):
    print("ready", flush=True)
    {}
    time.sleep(60)
"""


@pytest.fixture
def start(program: tuple[str, ...]) -> Iterator[Start]:
    """Start the program with what it is to do, and with pipes."""
    processes: list[subprocess.Popen[str]] = []

    def _start(code: str, before: str = "signal.signal(2, signal.SIG_DFL)") -> Any:  # noqa: ANN401
        process = subprocess.Popen(
            [sys.executable, "-c", BECOME.format(before), *program],
            env=os.environ | {"PLANTED": code},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield _start
    for process in processes:
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate()


@few_programs
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_cleans_up_and_ends_by_the_signal(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    process = start(TIDY.format(""))
    assert len([*tmp_path.iterdir()]) == 2
    process.send_signal(number)
    output, messages = process.communicate()
    assert (process.returncode, output, messages.strip()) == (-number, "", "")
    assert [*tmp_path.iterdir()] == []


ONE = pytest.mark.parametrize("program", [FEW[0], *map(full, FEW[1:])], ids=str, indirect=True)


@ONE
def test_what_nohup_ignores_stays_ignored(start: Start, tmp_path: Path) -> None:
    process = start(TIDY.format(""), "signal.signal(signal.SIGHUP, signal.SIG_IGN)")
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert (process.returncode, [*tmp_path.iterdir()]) == (-signal.SIGTERM, [])


WORKER = """
    import multiprocessing
    def work():
        with tempfile.TemporaryDirectory(dir="."):
            Path("working").touch()
            time.sleep(60)
    worker = multiprocessing.get_context("fork").Process(target=work)
    worker.start()
    while not Path("working").exists():
        time.sleep(.01)
    worker.terminate()
    worker.join()
    Path("status").write_text(str(worker.exitcode))
    signal.raise_signal(signal.SIGTERM)
"""


@ONE
def test_a_worker_that_is_ended_says_nothing(start: Start, tmp_path: Path) -> None:
    process = start(TIDY.format(WORKER))
    assert process.communicate() == ("", "")
    assert process.returncode == -signal.SIGTERM
    assert (tmp_path / "status").read_text() == "143"
    assert {path.name for path in tmp_path.iterdir()} == {"status", "working"}


def hear_of_ctrl_c() -> None:
    """Undo what a shell does to tests that run in its background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@few_programs
def test_ctrl_c_ends_a_loop_of_the_shell(
    program: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTED", TIDY.format(""))
    command = " ".join([sys.executable, *program])
    child = pexpect.spawn(
        "bash",
        ["-c", f"for n in 1 2; do {command}; done; echo on"],
        timeout=30,
        encoding="utf-8",
        preexec_fn=hear_of_ctrl_c,
    )
    child.expect("ready")
    child.sendintr()
    child.expect(pexpect.EOF)
    assert not {"ready", "Traceback", "on"} & {*(child.before or "").split()}
    child.close()
    assert child.signalstatus == signal.SIGINT


BAD = "cannot write the output: Bad file descriptor"
FULL = "cannot write the output: No space left on device"
SAY = "print('it')"
# What the shell does with the streams; what the command does; its status, and what it says.
STREAMS = [
    (">&-", "pass", 0, ""),
    (">&-", SAY, 2, BAD),
    ("2>&-", SAY, 0, ""),
    ("2>&-", "open('none')", 2, ""),
    ("<&-", SAY, 0, ""),
    ("<&-", "input()", 2, "standard input: Bad file descriptor"),
    ("<&-", "import sys; sys.stdin.buffer.read()", 2, "standard input: Bad file descriptor"),
    ("<&- >&-", "open('a', 'w').write('x'); print('it')", 2, BAD),
    ("<&- >&- 2>&-", "pass", 0, ""),
    ("<&- >&- 2>&-", SAY, 2, ""),
    (">/dev/full", "pass", 0, ""),
    (">/dev/full", SAY, 2, FULL),
    (">/dev/full", "print('it', flush=True)", 2, FULL),
    (">/dev/full", "while True: print('it')", 2, FULL),
    (">/dev/full", "import sys; sys.stdout.buffer.write(b'x' * 99999)", 2, FULL),
    ("| true", "import time; time.sleep(.2); print('it')", 141, ""),
    ("| head -1", "while True: print('it')", 141, ""),
    ("| head -1", "import sys\nwhile True: sys.stdout.buffer.write(b'it\\n')", 141, ""),
    ("| head -1", "while True:\n try: print('it')\n except OSError: pass", 141, ""),
]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
@pytest.mark.parametrize(
    ("program", "rows"),
    [
        *((program, STREAMS[turn::3]) for turn, program in enumerate(FEW)),
        *(full(program, STREAMS) for program in ALL),
    ],
    indirect=["program"],
)
def test_streams_that_fail(
    program: tuple[str, ...], tmp_path: Path, rows: list[tuple[str, str, int, str]]
) -> None:
    for streams, code, status, said in rows:
        shell = f'{{ "$@"; echo $? > status; }} {streams}'
        done = subprocess.run(
            ["sh", "-c", shell, "sh", sys.executable, *program],
            env=os.environ | {"PLANTED": code},
            capture_output=True,
            text=True,
            check=False,
        )
        found = int((tmp_path / "status").read_text())
        expected = f"acme-tool: {said}\n" if said else ""
        assert (found, done.stderr) == (status, expected), (streams, code)


OWN = [
    ("-v --version", "", 0),
    ("--version", ">/dev/full", 2),
    ("-v --version", ">/dev/full", 2),
    ("--version", "| true", 141),
    ("-v --version", "| true", 141),
    ("--help", "| true", 141),
    ("--help", ">/dev/full", 2),
    ("--help", ">&-", 2),
    ("--nonsense", ">&- 2>&-", 2),
]


@few_programs
def test_what_every_command_prints(program: tuple[str, ...], tmp_path: Path) -> None:
    """The version and the help too, which the frameworks print."""
    for arguments, streams, status in OWN:
        wait = "sleep .1;" if "true" in streams else ""
        shell = f'{{ {wait} "$@" {arguments}; echo $? > status; }} {streams}'
        done = subprocess.run(
            ["sh", "-c", shell, "sh", sys.executable, *program[:2]],
            capture_output=True,
            text=True,
            check=False,
        )
        said = {">/dev/full": FULL, ">&-": BAD}.get(streams)
        expected = f"acme-tool: {said}\n" if said else ""
        found = int((tmp_path / "status").read_text())
        assert (found, done.stderr) == (status, expected), (arguments, streams)
        assert done.stdout.startswith("acme-tool ") is (not streams)
