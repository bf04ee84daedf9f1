"""The starter `command` as a process: its end, its output, and what it loads."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import zipapp
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from answers import FRAMEWORKS, identify
from tiers import spread

if sys.platform == "win32":
    pytest.skip("signals and terminals are those of POSIX", allow_module_level=True)
import pty

Render = Callable[..., Path]

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
LAZY = {"argparse", "click", "hashlib", "importlib.metadata", "logging", "re", "typer"}
# A shell without job control lets its children ignore Ctrl-C.
INTERRUPTIBLE = """\
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("acme_tool", run_name="__main__", alter_sys=True)
"""

COMMANDS = [{"starter": "command", "cli_framework": framework} for framework in FRAMEWORKS]
commands = pytest.mark.parametrize("answers", spread(COMMANDS, COMMANDS[:1]), ids=identify)


@pytest.fixture
def start(
    render: Render, tmp_path: Path, answers: dict[str, str]
) -> Callable[..., subprocess.Popen[str]]:
    """Start the command of a package in its sources, with pipes."""
    project = render(answers, project_name="acme-tool")
    environment = os.environ | {"PYTHONPATH": str(project / "src")}

    def _start(
        *arguments: str, code: str = INTERRUPTIBLE, stdin: IO[str] | int | None = None
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=tmp_path,
            env=environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="surrogateescape",
        )

    return _start


@commands
def test_nobody_reads_on(start: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with start("sum", *["empty"] * 5000) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == f"{EMPTY}  empty\n"
        process.stdout.close()
        assert process.wait() == 141
        assert process.stderr.read() == ""


@commands
def test_interrupt(start: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless")
    # The pipe's other end opens when the command has begun to read, and is never closed.
    with start("sum", "endless") as process, (tmp_path / "endless").open("wb"):
        process.send_signal(signal.SIGINT)
        output, messages = process.communicate()
    assert (process.returncode, output, messages.strip()) == (-signal.SIGINT, "", "")


@commands
@pytest.mark.skipif(not shutil.which("sha256sum"), reason="the coreutils are not here")
def test_understands_the_coreutils(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    names = ["a", " b ", "*c", "./-", ".//-x", "line\nbreak", "\u00e9", "back\\slash"]
    for name in names:
        (tmp_path / name).write_text(name)
    theirs = subprocess.run(
        ["sha256sum", *names], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    with start("sum", *names) as process:
        assert process.communicate()[0] == theirs
    # When they check, the coreutils escape a backslash in some versions only.
    (tmp_path / "SUMS").write_text("".join(theirs.splitlines(keepends=True)[:-1]))
    (tmp_path / "a").write_text("changed")
    checked = subprocess.run(
        ["sha256sum", "--check", "SUMS"],
        cwd=tmp_path,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    with start("check", "SUMS") as process:
        assert process.communicate()[0] == checked.stdout
    assert process.returncode == checked.returncode == 1


@commands
@pytest.mark.skipif(not shutil.which("b2sum"), reason="the coreutils are not here")
def test_understands_what_the_coreutils_tag(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    """Such a line names its algorithm; and standard input is among the files."""
    names = ["a", " b ", "a) = b", "(c", "./-", "-x", "line\nbreak", os.fsdecode(b"\xff")]
    for name in names:
        (tmp_path / name).write_bytes(os.fsencode(name))

    def theirs(*command: str) -> bytes:
        with (tmp_path / "a").open() as a:
            return subprocess.check_output(command, cwd=tmp_path, stdin=a)

    for tool in ("sha256sum", "b2sum", "sha512sum"):
        (tmp_path / "SUMS").write_bytes(theirs(tool, "--tag", "--", *names, "-"))
        with (tmp_path / "a").open() as a, start("check", "SUMS", stdin=a) as process:
            output, messages = process.communicate()
        assert os.fsencode(output) == theirs(tool, "--check", "SUMS")
        assert (process.returncode, messages) == (0, "")
        with (tmp_path / "SUMS").open() as sums, start("check", "-", stdin=sums) as process:
            assert "standard input" in process.communicate()[1]


@commands
def test_ctrl_d_ends_what_is_typed(start: Callable[..., subprocess.Popen[str]]) -> None:
    """Once, as it ends what others read."""
    typed = hashlib.sha256(b"abc\n").hexdigest()
    ours, theirs = pty.openpty()
    with start("sum", "-", stdin=theirs) as process:
        os.write(ours, b"abc\n\x04")
        try:
            output, messages = process.communicate(timeout=20)
        finally:
            process.kill()
    assert (output, messages) == (f"{typed}  -\n", "")
    os.close(ours)
    os.close(theirs)


@commands
def test_the_version_loads_nothing_slow(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    site = tmp_path / "site"
    (site / "acme_tool-1.2.3.dist-info").mkdir(parents=True)
    code = (
        f"import sys; old = set(sys.modules); sys.path.append({str(site)!r})\n"
        "from acme_tool.__main__ import main\n"
        "main(); print(*set(sys.modules) - old - set(sys.builtin_module_names))"
    )
    with start("--version", code=code) as process:
        version, loaded = process.communicate()[0].splitlines()
    assert version == "acme-tool 1.2.3"
    assert not LAZY & set(loaded.split())
    assert set(loaded.split()) == {"acme_tool", "acme_tool.__main__", "acme_tool._about"}


@pytest.mark.parametrize("answers", COMMANDS, ids=identify)
def test_says_as_much_as_asked(start: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("changed")
    (tmp_path / "SUMS").write_text(f"{EMPTY}  file\n")
    said = {flag: start(*flag, "check", "SUMS").communicate()[1] for flag in [(), ("-q",), ("-v",)]}
    differ = "acme-tool: 1 of 1 files differ\n"
    assert said == {(): differ, ("-q",): "", ("-v",): f"acme-tool: checked 1 files\n{differ}"}


@commands
@pytest.mark.parametrize(
    "metadata",
    ["Name: acme-tool\nVersion: 1.2.3\n", "Name: acme-tool\n", ""],
    ids=["installed", "without-version", "sources"],
)
def test_the_version_of_a_zip_file(
    render: Render,
    tmp_path: Path,
    answers: dict[str, str],
    metadata: str,
) -> None:
    """The metadata is in it or not, as it was made: from what is installed, or from the sources."""
    source = render(answers, project_name="acme-tool") / "src"
    if metadata:
        (source / "acme_tool-1.2.3.dist-info").mkdir()
        (source / "acme_tool-1.2.3.dist-info/METADATA").write_text(metadata)
    file = tmp_path / "acme.pyz"
    zipapp.create_archive(source, file, main="acme_tool.__main__:main")
    known = "Version" in metadata
    version = "1.2.3" if known else "(version unknown: it is not installed)"
    for arguments in (["--version"], ["-v", "--version"]):
        done = subprocess.run(
            [sys.executable, file, *arguments], capture_output=True, text=True, check=False
        )
        assert (done.stdout, done.stderr) == (f"acme-tool {version}\n", "")
        assert done.returncode == 0
