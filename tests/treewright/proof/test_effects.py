"""What imports do to the machine is seen, and told with the module that does it."""

import pytest

import pythons
from samples import Sample
from treewright.proof import effects

EFFECTS = {
    "writes": ("open('{folder}/new', 'w').close()", "changes files ({folder}/new)"),
    "appends": ("import os\nos.open('{folder}/new', os.O_CREAT)", "changes files ({folder}/new)"),
    "makes": ("import pathlib\npathlib.Path('{folder}/a').mkdir()", "changes files ({folder}/a)"),
    "keeps": ("import sqlite3\nsqlite3.connect('{folder}/db')", "changes files ({folder}/db)"),
    "asks": (
        "import socket\ntry:\n    socket.getaddrinfo('127.0.0.1.', 9)\nexcept OSError:\n    pass",
        "uses the network (127.0.0.1.)",
    ),
    "goes": ("import os\nos.chdir('{folder}')", "changes the working folder ({folder})"),
    "calls": ("def f():\n    open('{folder}/new', 'a').close()\nf()", "changes files ("),
}
ADVICE = {
    "listens": (
        "import socket\nwith socket.socket() as s:\n    s.bind(('127.0.0.1', 0))",
        "uses the network (('127.0.0.1', 0))",
    ),
    "runs": (
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', ''])",
        "starts a process (",
    ),
    "sets": ("import os\nos.environ['ACME'] = '1'", "changes the environment (ACME)"),
}
HARMLESS = {
    "reads": "open(__file__).close()",
    "where": "import tempfile\nFOLDER = tempfile.gettempdir()",
    "null": "import os\nopen(os.devnull, 'w').close()",
    "memory": "import sqlite3\nsqlite3.connect(':memory:').close()",
    "later": "def f():\n    open('{folder}/new', 'w').close()",
    "tests/test_it": "open('{folder}/new', 'w').close()",
    "tests/__init__": "",
}


def test_effects_of_imports(sample: Sample) -> None:
    folder = sample.folder.parent.as_posix()
    codes = {name: code for name, (code, _) in (EFFECTS | ADVICE).items()} | HARMLESS
    sample.write(
        {
            f"src/acme_tool/{name}.py": code.replace("{folder}", folder)
            for name, code in codes.items()
        }
    )
    proof = sample.prove(strict=False)
    for expected, found in ((EFFECTS, proof.faults), (ADVICE, proof.advice)):
        told = {
            finding.where: str(finding) for finding in found if "holds tests" not in str(finding)
        }
        assert told.keys() == {f"src/acme_tool/{name}.py" for name in expected}
        for name, (_, what) in expected.items():
            line = told[f"src/acme_tool/{name}.py"]
            start = f"src/acme_tool/{name}.py: import acme_tool.{name} "
            assert line.startswith(start + what.replace("{folder}", folder)[:60])
            assert line.endswith("; do that in a function, not at import")


@pytest.mark.skipif("3.13" not in pythons.at_hand(), reason="older Pythons tell of no thread")
def test_threads(sample: Sample) -> None:
    sample.edit("pyproject.toml", ">=3.11", ">=3.13")
    code = "import threading\nt = threading.Thread(target=str)\nt.start()\nt.join()\n"
    sample.write({"src/acme_tool/runs.py": code})
    assert sample.advice() == (
        "src/acme_tool/runs.py: import acme_tool.runs starts a thread; "
        "do that in a function, not at import"
    )


def test_what_the_package_itself_does(sample: Sample) -> None:
    sample.write({"src/acme_tool/__init__.py": "import os\nos.chdir(os.curdir)\n__all__ = []\n"})
    assert sample.faults() == (
        "src/acme_tool/__init__.py: import acme_tool changes the working folder (.); "
        "do that in a function, not at import"
    )


@pytest.mark.parametrize(
    ("address", "is_advice"),
    [("('::1', 0, 0, 0)", True), ("('', 80)", True), ("('example.org', 80)", False)],
)
def test_to_ask_this_machine_is_advice(address: str, is_advice: bool) -> None:  # noqa: FBT001
    (found,) = effects.findings([("acme", "connects", address)], str)
    assert found.advice is is_advice
