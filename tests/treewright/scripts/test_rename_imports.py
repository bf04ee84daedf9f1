"""Python files: what names the package is rewritten, and not a byte besides."""

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import Mock, call

import libcst as cst
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rendering import ROOT
from treewright.renaming.trees import SPACES, every, parts
from treewright.scripts import rename_imports
from treewright.scripts.rename_imports import Task, rename
from treewright.updating.names import Change, Names

MEMBERS = frozenset({"io", "main", "Thing"})


def names(distribution: str, import_path: str) -> Names:
    return Names(distribution, import_path, "src/" + import_path.replace(".", "/"))


TOOL = names("acme-tool", "acme_tool")
SPACE = names("acme-tool", "acme.tool")
DEEP = names("acme-tool", "acme.tool.core")
KIT = names("acme-tool", "acme.kit")
LONE = names("acme-tool", "kit")
DATA = names("acme-tool", "data.tool")
WORD, CLACK = names("click", "click"), names("clack", "clack")

# Each line is of a file of its own.
# ruff: noqa: E501  # a table
LINES = [
    # Imports in all their forms.
    (TOOL, SPACE, "import acme_tool", "import acme.tool"),
    (TOOL, SPACE, "import acme_tool.io as x, os", "import acme.tool.io as x, os"),
    (TOOL, SPACE, "import os, acme_tool as t", "import os, acme.tool as t"),
    (TOOL, SPACE, "from acme_tool import x", "from acme.tool import x"),
    (TOOL, SPACE, "from acme_tool.io import (x as y, z)", "from acme.tool.io import (x as y, z)"),
    (TOOL, SPACE, "from acme_tool.io import *", "from acme.tool.io import *"),
    (TOOL, SPACE, "lazy import acme_tool.io", "lazy import acme.tool.io"),
    (TOOL, SPACE, "lazy from acme_tool import io", "lazy from acme.tool import io"),
    (SPACE, TOOL, "from acme import tool", "import acme_tool as tool"),
    (SPACE, KIT, "from acme import tool", "from acme import kit as tool"),
    (SPACE, KIT, "from acme import tool as t", "from acme import kit as t"),
    (SPACE, DATA, "from acme import tool", "from data import tool"),
    (SPACE, DATA, "from acme import sib, tool  # why", "from acme import sib\nfrom data import tool  # why"),
    (SPACE, DATA, "lazy from acme import sib, tool", "lazy from acme import sib\nlazy from data import tool"),
    (SPACE, DATA, "if x: from acme import tool, sib", "if x: from acme import sib; from data import tool"),
    (SPACE, DEEP, "from acme import tool", "from acme.tool import core as tool"),
    (SPACE, DEEP, "from acme.tool import core", "from acme.tool.core import core"),
    (DEEP, SPACE, "from acme.tool import core", "from acme import tool as core"),
    # Dotted uses after a plain import.
    (TOOL, SPACE, "import acme_tool; acme_tool.x(acme_tool)", "import acme.tool; acme.tool.x(acme.tool)"),
    (TOOL, SPACE, "import acme_tool.io; acme_tool.io.x.y", "import acme.tool.io; acme.tool.io.x.y"),
    (SPACE, LONE, "import acme.tool, acme.sib; (acme.tool).x, acme.sib", "import kit, acme.sib; (kit).x, acme.sib"),
    (TOOL, SPACE, "import acme_tool; x.acme_tool(acme_tool=1)", "import acme.tool; x.acme_tool(acme_tool=1)"),
    (TOOL, SPACE, "lazy import acme_tool; acme_tool.x", "lazy import acme.tool; acme.tool.x"),
    # Something else by the old name, or by the new one.
    (TOOL, SPACE, "import acme_tool; f = lambda acme_tool: acme_tool.x", "import acme.tool; f = lambda acme_tool: acme_tool.x"),
    (TOOL, SPACE, "acme_tool = f(); acme_tool.x", "acme_tool = f(); acme_tool.x"),
    (TOOL, SPACE, "import acme_tool; acme = acme_tool.x", "import acme.tool as acme_tool; acme = acme_tool.x"),
    (SPACE, LONE, "import acme.tool; kit = acme.tool.x", "import kit as acme_tool; kit = acme_tool.x"),
    (WORD, CLACK, "import click; click = click.x", "import clack as click; click = click.x"),
    (TOOL, SPACE, "import my_acme_tool, acme_tools.x", "import my_acme_tool, acme_tools.x"),
    # Strings that name modules, entry points and files.
    (TOOL, SPACE, 'f("acme_tool.io:main", "acme_tool")', 'f("acme.tool.io:main", "acme_tool")'),
    (TOOL, SPACE, "x: 'acme_tool.Thing'", "x: 'acme.tool.Thing'"),
    (TOOL, SPACE, 'f"import acme_tool.{x}"', 'f"import acme.tool.{x}"'),
    (TOOL, SPACE, "b'acme_tool.io'", "b'acme.tool.io'"),
    (TOOL, SPACE, 'open("src/acme_tool/io.py")', 'open("src/acme/tool/io.py")'),
    (TOOL, SPACE, 'run(["python", "-c", "import acme_tool; acme_tool.x()"])', 'run(["python", "-c", "import acme.tool; acme.tool.x()"])'),
    (WORD, CLACK, 'import_module("click"), patch("click.zzz.Y")', 'import_module("clack"), patch("clack.zzz.Y")'),
    (WORD, CLACK, 'run([python, "-m", "click"])', 'run([python, "-m", "clack"])'),
    (WORD, CLACK, 'logging.getLogger("click")', 'logging.getLogger("clack")'),
    (WORD, CLACK, 'f("click.io.read"), "click"', 'f("clack.io.read"), "click"'),
    (WORD, CLACK, r'f("x\nimport click\n")', r'f("x\nimport clack\n")'),
    # The distribution.
    (TOOL, names("data-kit", "acme_tool"), 'version("acme-tool")', 'version("data-kit")'),
    (TOOL, names("data-kit", "acme_tool"), 'run(["acme-tool", "-v"])', 'run(["data-kit", "-v"])'),
    (WORD, names("clack", "click"), 'version("click"), NAME, import_module("click")', 'version("clack"), NAME, import_module("click")'),
    (TOOL, SPACE, 'version("acme_tool")', 'version("acme_tool")'),
    (TOOL, names("Data.Kit", "acme_tool"), 'version("Acme_Tool")', 'version("Data.Kit")'),
    (WORD, names("clack", "click"), 'NAME = "click"', 'NAME = "clack"'),
    (WORD, names("click", "clack"), 'version("click"), files("click")', 'version("click"), files("clack")'),
    # What takes a module, also where the name is a word.
    (WORD, CLACK, 'read_text("click", "x"); pkgutil.get_data("click", "x")', 'read_text("clack", "x"); pkgutil.get_data("clack", "x")'),
    (WORD, CLACK, 'from importlib.resources import path; path("click", "x")', 'from importlib.resources import path; path("clack", "x")'),
    (WORD, CLACK, 'import importlib.resources as r; r.path("click"), os.path("click")', 'import importlib.resources as r; r.path("clack"), os.path("click")'),
    (WORD, CLACK, 'import_module(".io", package="click"), import_module(".io", "click")', 'import_module(".io", package="clack"), import_module(".io", "clack")'),
    (WORD, CLACK, 'import_module(f"click.{x}"), import_module("click." + x), import_module("click.%s" % x)', 'import_module(f"clack.{x}"), import_module("clack." + x), import_module("clack.%s" % x)'),
    (WORD, CLACK, 'sys.modules["click"]; sys.modules.pop("click", None); "click" in sys.modules', 'sys.modules["clack"]; sys.modules.pop("clack", None); "clack" in sys.modules'),
    (WORD, CLACK, 'patch.setitem(sys.modules, "click.gone", None), x.setitem(y, "click", None)', 'patch.setitem(sys.modules, "clack.gone", None), x.setitem(y, "click", None)'),
    (WORD, CLACK, 'patch.dict("sys.modules", {"click": None, "x": "click"})', 'patch.dict("sys.modules", {"clack": None, "x": "click"})'),
    (WORD, CLACK, 'patch.multiple("click", a="click"), patch.dict(sys.modules, {"click": 1})', 'patch.multiple("clack", a="click"), patch.dict(sys.modules, {"clack": 1})'),
    (WORD, CLACK, 'x = [m for m in sys.modules if m == "click" or m.startswith("click.")]', 'x = [m for m in sys.modules if m == "clack" or m.startswith("clack.")]'),
    (WORD, CLACK, 'caplog.at_level(10, logger="click"); self.assertLogs("click")', 'caplog.at_level(10, logger="clack"); self.assertLogs("clack")'),
    (WORD, CLACK, 'assert caplog.record_tuples == [("click", 10, "click")]', 'assert caplog.record_tuples == [("clack", 10, "click")]'),
    (WORD, CLACK, 'assert x.__module__ == "click", caplog.records[0].name == "click"', 'assert x.__module__ == "clack", caplog.records[0].name == "clack"'),
    (WORD, CLACK, 'pytest_plugins = ["click.x"]; pytest_plugins: str = "click"', 'pytest_plugins = ["clack.x"]; pytest_plugins: str = "clack"'),
    (WORD, CLACK, 'f(["mypy", "-p", "click"]); f(["mkdir", "-p", "x", "click"])', 'f(["mypy", "-p", "clack"]); f(["mkdir", "-p", "x", "click"])'),
    (WORD, CLACK, 'pytester.runpytest("-p", "click"); main(["--pyargs", "click", "--cov=click"])', 'pytester.runpytest("-p", "clack"); main(["--pyargs", "clack", "--cov=clack"])'),
    (WORD, CLACK, 'f(["coverage", "run", "--source=click", "-m", "click"])', 'f(["coverage", "run", "--source=clack", "-m", "clack"])'),
    (WORD, CLACK, 'packages_distributions()["click"], resource_filename("click", "x")', 'packages_distributions()["clack"], resource_filename("clack", "x")'),
    (WORD, CLACK, 'dictConfig({"loggers": {"click": {}}, "root": {"click": 1}})', 'dictConfig({"loggers": {"clack": {}}, "root": {"click": 1}})'),
    (WORD, CLACK, 'setup(packages=["click"], package_data={"click": ["click"]})', 'setup(packages=["clack"], package_data={"clack": ["click"]})'),
    (WORD, CLACK, 'setup(entry_points={"g": ["click = click", "click=click.x:main"]})', 'setup(entry_points={"g": ["click = clack", "click=clack.x:main"]})'),
    (WORD, CLACK, 'f(module=r"click\\.x"), mark.filterwarnings("ignore::click.Bad")', 'f(module=r"clack\\.x"), mark.filterwarnings("ignore::clack.Bad")'),
    (WORD, SPACE, 'f(module=r"click\\.x")', 'f(module=r"acme\\.tool\\.x")'),
    (WORD, CLACK, 'x: "click.Some | None" = f(cast("click.Some", y), Literal["click"])', 'x: "clack.Some | None" = f(cast("clack.Some", y), Literal["click"])'),
    (WORD, CLACK, 't"import click.{x}", f"import click; click.{x}"', 't"import clack.{x}", f"import clack; clack.{x}"'),
    (WORD, CLACK, 'sys.modules |= {"click": m}; patch.dict("sys.modules", values={"click": 1})', 'sys.modules |= {"clack": m}; patch.dict("sys.modules", values={"clack": 1})'),
    (WORD, CLACK, 'for m in ("click", "x"): sys.modules.pop(m)', 'for m in ("clack", "x"): sys.modules.pop(m)'),
    (WORD, CLACK, '[r.name for r in caplog.records] == ["click"]; logger.disable("click")', '[r.name for r in caplog.records] == ["clack"]; logger.disable("clack")'),
    (WORD, CLACK, 'system("mypy -p click"); system("click"); session.run("pylint", "click")', 'system("mypy -p clack"); system("clack"); session.run("pylint", "clack")'),
    (WORD, CLACK, """x == "<class 'click.x.Y'>", "No module named 'click'", eval("click.x")""", """x == "<class 'clack.x.Y'>", "No module named 'clack'", eval("clack.x")"""),
    (WORD, CLACK, 'f("click:main"), f("click:users")', 'f("clack:main"), f("click:users")'),
    # A string that is no more than a name may be anything.
    (WORD, CLACK, 'cache("click"), x["click"], {"click": "click"}, f(name="click")', 'cache("click"), x["click"], {"click": "click"}, f(name="click")'),
    (TOOL, SPACE, 'cache("acme_tool"), "acme_tool.users", f"acme_tool-{x}", b"acme_tool"', 'cache("acme_tool"), "acme_tool.users", f"acme_tool-{x}", b"acme_tool"'),
    (TOOL, SPACE, 'TABLE = "acme_tool"; f(service="acme_tool")', 'TABLE = "acme_tool"; f(service="acme_tool")'),
    (TOOL, names("data-kit", "acme_tool"), 'cache("acme-tool"), f(service="acme-tool")', 'cache("acme-tool"), f(service="acme-tool")'),
    # A pickle tells each length.
    (WORD, CLACK, r'x = b"\x80\x04\x8c!click.io"; y = b"cclick.io\nx"', r'x = b"\x80\x04\x8c!click.io"; y = b"cclick.io\nx"'),
    # Comments stay.
    (TOOL, SPACE, "import acme_tool  # acme_tool.io", "import acme.tool  # acme_tool.io"),
]  # fmt: skip


def renamed(before: Names, now: Names, text: str, package: str = "", *, mixed: bool = False) -> str:
    change = Change(before, now, MEMBERS, mixed=mixed)
    return rename(text.encode(), change, package=package).decode()


@pytest.mark.parametrize(("before", "now", "line", "expected"), LINES)
def test_line(before: Names, now: Names, line: str, expected: str) -> None:
    assert renamed(before, now, line) == expected
    for frame in ("def f():\n    {}\n    return 1\n", "if TYPE_CHECKING:\n    {}\n"):
        inside = expected.replace("\n", "\n    ")
        assert renamed(before, now, frame.format(line)) == frame.format(inside)


@pytest.mark.parametrize(
    ("now", "line", "expected"),
    [
        (KIT, "from . import io", "from . import io"),
        (KIT, "from .. import sib", "from .. import sib"),
        (KIT, "from ..tool import x", "from acme.kit import x"),
        (KIT, "from .. import tool", "from acme import kit as tool"),
        (DATA, "from .io import x", "from .io import x"),
        (DATA, "from .. import sib", "from acme import sib"),
        (DATA, "from ..sib import x", "from acme.sib import x"),
        (DEEP, "from ..sib import (\n    x,  # x\n)", "from acme.sib import (\n    x,  # x\n)"),
        (DATA, "from ..tool.io import x", "from data.tool.io import x"),
        (LONE, "from .. import sib, tool", "from acme import sib\nimport kit as tool"),
    ],
)
def test_relative_imports_that_no_longer_hold(now: Names, line: str, expected: str) -> None:
    assert renamed(SPACE, now, line, "acme.tool") == expected


def test_a_relative_import_counts_from_its_subpackage() -> None:
    line = "from ..io import x\nfrom ...sib import y\n"
    expected = "from ..io import x\nfrom acme.sib import y\n"
    assert renamed(SPACE, DATA, line, "acme.tool.deep") == expected
    assert renamed(SPACE, DATA, line) == line, "in no package, it leads nowhere"


def test_a_text_of_both_names_keeps_the_new_ones() -> None:
    text = "from acme.tool import core\nimport acme.tool.core.io\nfrom acme.tool.io import x\n"
    expected = (
        "from acme.tool import core\nimport acme.tool.core.io\nfrom acme.tool.core.io import x\n"
    )
    assert renamed(SPACE, DEEP, text, mixed=True) == expected
    assert renamed(SPACE, DEEP, expected, mixed=True) == expected


def test_comments_in_an_import_that_is_parted() -> None:
    text = "from acme import (\n    sib,  # s\n    other,  # o\n    tool,\n)\n"
    expected = "from acme import (\n    sib,  # s\n    other,  # o\n)\nfrom data import tool\n"
    assert renamed(SPACE, DATA, text) == expected
    with pytest.raises(ValueError, match="comment"):
        renamed(SPACE, DATA, "from acme import (\n    sib,\n    tool,  # t\n)\n")


ODD = {
    "line ends": b"import acme_tool\r\nx = 1\ny = 2\r\n",
    "byte order mark": b"\xef\xbb\xbfimport acme_tool\n",
    "encoding": "# -*- coding: latin-1 -*-\nimport acme_tool\nx = 'é'\n".encode("latin-1"),
    "no end": b"x  =  [ 1,2 ,]\nimport acme_tool",
    "spaces": b"import   acme_tool\nif  x :\n\timport acme_tool . io\n",
    "form feed": b"import acme_tool\n\f\nx = 1\n",
}


@pytest.mark.parametrize("source", ODD.values(), ids=ODD)
def test_all_other_bytes_stay(source: bytes) -> None:
    expected = source.replace(b"acme_tool . io", b"acme_tool.io").replace(
        b"acme_tool", b"acme.tool"
    )
    assert rename(source, Change(TOOL, SPACE)) == expected


@pytest.mark.parametrize(
    "source",
    [
        b"import acme_tool\nprint 1\n",
        b"import acme_tool\n\0",
        b"\xff",
        b"import acme_tool\f\n\fx = 1\n",
    ],
)
def test_what_is_no_python_is_refused(source: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # libcst's own words
        rename(source, Change(TOOL, SPACE))


def test_a_name_that_no_alias_mends_is_refused() -> None:
    with pytest.raises(ValueError, match="kit is the name of something else"):
        renamed(SPACE, LONE, "import acme.tool.io\nkit = acme.tool.io.x\n")


STATEMENTS = [
    "import {0}", "import {0}.io as io", "from {0} import x", "from {0}.io import (\n    x,\n    y,\n)",
    "def f():\n    from {0}.main import x\n    return x", "lazy from {0} import Thing",
    "import {0}.io\nx = {0}.io.read({0})", "class A:\n    a = '{0}.Thing'", "# a comment",
    "x = f'{0}.io.{{y}}'", '"""Text.\n\n>>> import {0}.io\n"""', "x = 1;  y=2",
]  # fmt: skip
PATHS = st.sampled_from(["acme_tool", "acme.tool", "acme.kit_2", "data.io.tool", "acme.tool.deep"])


@settings(max_examples=50, deadline=None)  # a second of libcst
@given(PATHS, PATHS, st.lists(st.sampled_from(STATEMENTS)))
def test_there_and_back_is_where_it_was(before: str, now: str, statements: list[str]) -> None:
    assume(before != now)
    text = "".join(f"{statement}\n" for statement in statements).format(before)
    there = renamed(names("x", before), names("x", now), text)
    assert there == "".join(f"{one}\n" for one in statements).format(now)
    assert renamed(names("x", now), names("x", before), there) == text


def asked(project: Path, files: Iterable[str]) -> dict[str, Any]:
    """Give what the script reads."""
    return {
        "project": str(project),
        "before": vars(TOOL),
        "now": vars(SPACE),
        "members": [],
        "spelled": None,
        "groups": [],
        "folders": [],
        "files": dict.fromkeys(files, True),
    }


def test_the_script_writes_files_and_names_what_it_refuses(tmp_path: Path) -> None:
    files = {
        "src/acme/tool/deep/own.py": "import acme_tool.io\nfrom ..io import x\n",
        "tests/x.py": "from acme_tool import Thing\n",
        "old.py": "import acme_tool\nprint 1\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "tests/x.py").chmod(0o755)
    done = subprocess.run(
        [sys.executable, rename_imports.__file__],
        input=json.dumps(asked(tmp_path, files)),
        capture_output=True,
        text=True,
        check=True,
    )
    changed = ["src/acme/tool/deep/own.py", "tests/x.py"]
    assert json.loads(done.stdout) == {"changed": changed, "refused": ["old.py"]}
    assert (tmp_path / changed[0]).read_text() == "import acme.tool.io\nfrom ..io import x\n"
    assert (tmp_path / "old.py").read_text() == files["old.py"]
    assert (tmp_path / "tests/x.py").stat().st_mode & 0o777 == 0o755
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == len(files)
    for path in changed:
        ast.parse((tmp_path / path).read_text())


def test_every_part_that_libcst_knows_is_looked_at() -> None:
    text = "".join(f"{line}\n" for *_, line, _ in LINES) + Path(__file__).read_text("utf-8")
    for node in every(cst.parse_module(text), object):
        found: list[cst.CSTNode] = []
        for _, value in parts(node):
            found += value if isinstance(value, tuple) else [value]
        known = {part for part in node.children if not isinstance(part, SPACES)}
        assert {part for part in found if not isinstance(part, SPACES)} == known


def test_a_file_that_is_too_deep_for_libcst_is_refused() -> None:
    deep = b"import acme_tool\nx = " + b" + ".join([b"y"] * 1000)
    assert rename_imports.renamed(Task(deep, Change(TOOL, SPACE), "")) is None


def test_what_is_saved_meanwhile_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.py"
    file.write_text("import acme_tool\n")

    def slow(source: bytes, change: Change, *, package: str) -> bytes:
        monkeypatch.undo()
        file.write_text("import acme_tool.io\nmine = 1\n")
        return rename(source, change, package=package)

    monkeypatch.setattr(rename_imports, "rename", slow)
    rename_imports.rename_files(asked(tmp_path, ["x.py"]))
    assert file.read_text() == "import acme.tool.io\nmine = 1\n"


def test_a_file_that_cannot_be_written_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "x.py"
    file.write_text("import acme_tool\n")
    monkeypatch.setattr(Path, "chmod", Mock(side_effect=OSError("full")))
    with pytest.raises(OSError, match="full"):
        rename_imports.rename_files(asked(tmp_path, ["x.py"]))
    assert [path.name for path in tmp_path.iterdir()] == ["x.py"]
    assert file.read_text() == "import acme_tool\n"


# --- Several processes ---------------------------------------------------------------

# The script, as if each of its files were large; `instead` is what its processes do.
LARGE = """\
import multiprocessing, os, signal, time
from treewright.scripts import rename_imports

rename_imports.BYTES_PER_PROCESS = 1
rename_imports.cores = lambda: 2
rename = rename_imports.rename

def is_deaf():
    return signal.getsignal(signal.SIGINT) == signal.SIG_IGN

def instead(*arguments, **others):
    {instead}
    return rename(*arguments, **others)

rename_imports.rename = instead
if __name__ == "__main__":
    # In the background of a shell, nothing would hear of Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    rename_imports.main()
"""


@contextmanager
def started(project: Path, files: Iterable[str], instead: str) -> Iterator[subprocess.Popen[str]]:
    """Start the script with several processes, and end it in any case."""
    script, given = project.with_name("large.py"), project.with_name("given.json")
    script.write_text(LARGE.format(instead=instead))
    given.write_text(json.dumps(asked(project, files)))
    source_folder = str(ROOT / "src")
    with (
        given.open() as source,
        subprocess.Popen(
            [sys.executable, str(script)],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": source_folder},
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def written(project: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in project.iterdir()}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Some files, smaller and larger ones, and one that is refused."""
    project = tmp_path / "project"
    project.mkdir()
    for number, (*_, line, _) in enumerate(LINES):
        (project / f"{number}.py").write_text(f"{line}\n" * (number % 3 + 1))
    (project / "old.py").write_text("import acme_tool\nprint 1\n")
    return project


def test_several_processes_do_what_one_does(project: Path) -> None:
    files = sorted(written(project))
    alone = shutil.copytree(project, project.with_name("alone"))
    instead = "assert multiprocessing.parent_process(); assert is_deaf()"
    with started(project, files, instead) as process:
        output, errors = process.communicate()
    assert errors == ""
    assert json.loads(output) == rename_imports.rename_files(asked(alone, files))
    assert json.loads(output)["refused"] == ["old.py"]
    assert json.loads(output)["changed"] == sorted(json.loads(output)["changed"])
    assert written(project) == written(alone)


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ("os._exit(3)", "one of its processes ended before its work was done"),
        ("raise TypeError('odd')", "TypeError: odd"),
    ],
)
def test_a_process_that_fails(project: Path, instead: str, said: str) -> None:
    before = written(project)
    with started(project, before, instead) as process:
        _, errors = process.communicate()
    assert process.returncode == 1
    assert errors.splitlines()[-1] == said
    assert written(project) == before


@pytest.mark.skipif(os.name == "nt", reason="a test cannot press Ctrl-C there")
def test_ctrl_c_ends_all_processes(project: Path) -> None:
    before = written(project)
    with started(project, before, "time.sleep(0.5)") as process:
        assert process.stdout
        process.stdout.readline()  # the first file is ready; all take 12 seconds
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=6)  # the output ends with the last process
    assert errors.splitlines()[-1] == "KeyboardInterrupt"
    assert written(project) == before


@pytest.mark.skipif(os.name == "nt", reason="a pipe without a reader is no error there")
def test_nothing_is_written_where_nobody_listens(tmp_path: Path) -> None:
    """The update was killed: its user may have taken it back already."""
    project = tmp_path / "project"
    project.mkdir()
    for number in range(3):
        (project / f"{number}.py").write_text("import acme_tool\n")
    before = written(project)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, rename_imports.__file__],
        input=json.dumps(asked(project, before)).encode(),
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert done.returncode
    assert written(project) == before


def test_each_file_is_announced_before_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        (tmp_path / f"{number}.py").write_text("import acme_tool\n")
    before = written(tmp_path)
    listening = [None, BrokenPipeError("nobody listens")]
    monkeypatch.setattr(
        rename_imports, "all_renamed", lambda tasks: dict.fromkeys(tasks, b"import acme.tool\n")
    )
    monkeypatch.setattr("builtins.print", Mock(side_effect=listening))
    with pytest.raises(BrokenPipeError):
        rename_imports.rename_files(asked(tmp_path, sorted(before)))
    assert written(tmp_path) == {**before, "0.py": "import acme.tool\n"}


@pytest.mark.parametrize(("size", "processes"), [(100, None), (199, None), (200, 2), (900, 4)])
def test_small_work_stays_in_one_process(
    monkeypatch: pytest.MonkeyPatch, size: int, processes: int | None
) -> None:
    parallel = Mock(return_value={})
    monkeypatch.setattr(rename_imports, "in_parallel", parallel)
    monkeypatch.setattr(rename_imports, "cores", lambda: 4)
    monkeypatch.setattr(rename_imports, "BYTES_PER_PROCESS", 100)
    tasks = {"x.py": Task(b"#" * size, Change(TOOL, SPACE), "")}
    assert rename_imports.all_renamed(tasks) == ({} if processes else {"x.py": b"#" * size})
    assert parallel.mock_calls == ([call(tasks, processes)] if processes else [])


def test_cores_are_those_that_it_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 3, 5}, raising=False)
    assert rename_imports.cores() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert rename_imports.cores() == 1
