"""The examples on a project's pages are tested by the project: what is false there is found."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Render = Callable[..., Path]

TRUE = {
    "output": "```console\n$ echo one; echo two >&2\none\ntwo\n$ echo\n\n$ echo a b\na b\n```\n",
    "varies": "```console\n$ echo took 5 s\ntook ... s\n```\n",
    "not_run": "```sh\nexit 1\n```\n\n```console\nfalse $ no\n```\n\n```python\n1 / 0\n```\n",
    "folder": "```console\n$ pwd\n/home/ada\n$ ls\n```\n",
    "file": "Write it. Save\nthis as `a/b.txt`:\n\n```text\nhello\n```\n\n"
    "```console\n$ cat a/b.txt; ls -l a | grep -c 'rw-------'\nhello\n1\n```\n",
    "one_after_another": "```pycon\n>>> from pathlib import Path\n"
    ">>> _ = Path('n').write_text('one')\n```\n\n"
    "```console\n$ cat n; echo; echo two > n\none\n```\n\n"
    "```pycon\n>>> Path('n').read_text()\n'two\\n'\n```\n",
}
FALSE = {
    "other_output": "```console\n$ echo one\ntwo\n```\n",
    "no_output": "```console\n$ echo one\n```\n",
    "less_output": "```console\n$ true\none\n```\n",
    "second": "```console\n$ echo one\none\n$ echo two\none\n```\n",
    "unknown_command": "```console\n$ no-such-command\n```\n",
    "value": "```pycon\n>>> 1\n2\n```\n",
    "order": "```pycon\n>>> from pathlib import Path\n>>> Path('n').exists()\nTrue\n```\n\n"
    "```console\n$ touch n\n```\n",
}


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are those of POSIX")
def test_a_false_example_is_found(render: Render) -> None:
    project = render()
    for name, text in (TRUE | FALSE).items():
        (project / f"docs/{name}.md").write_text(text, "utf-8")
    (project / "README.md").write_text("No example.\n", "utf-8")
    assert failures(project) == {"README.md", *(f"docs/{name}.md" for name in FALSE)}


def failures(project: Path) -> set[str]:
    """Give the pages whose examples fail; the package need not be installed for those here."""
    (project / "docs/index.md").unlink()
    (project / "docs/tutorial.md").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_readme.py"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    summary = done.stdout.partition("short test summary")[2]
    return {
        line.partition("[")[2].partition("]")[0] for line in summary.splitlines() if "[" in line
    }
