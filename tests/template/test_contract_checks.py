"""The contract checks of a package name the line that a public name lacks, and blame no choice."""

import importlib
import importlib.util
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import environments
import rendering
from keeping import copy, edit, releases, update
from tiers import full, spread

NAME = "acme_tool"
INIT = f"src/{NAME}/__init__.py"
CHECKS = "tests/test_package_contract.py"
COUNTS = (
    '"""Count."""\n\n__all__ = ["tally"]\n\n\ndef tally() -> int:\n    """Count."""\n    return 1\n'
)

Change = Callable[[str], str]


def replaced(*pairs: tuple[str, str]) -> Change:
    def change(text: str) -> str:
        for old, new in pairs:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return text

    return change


LIST = ('    "parse_duration",\n]', '    "parse_duration",\n    "tally",\n]')
ENTRY = ('": "durations",\n', '": "durations",\n        "tally": "counts",\n')
IMPORT = ("import parse_duration\n", "import parse_duration\n    from .counts import tally\n")
TYPES = f"{INIT}:{{types}}: add below it: from .counts import tally"
TABLE = f'{INIT}:{{table}}: add to _MODULES: "tally": "counts",'
LISTED = f'{INIT}:{{all}}: add to __all__: "tally",'
PLACES = {
    "types": "from .",
    "table": "_MODULES = {",
    "all": "__all__ = [",
    "version": "    __version",
}


@pytest.fixture(scope="module")
def packages(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    made: dict[str, Path] = {}

    def _packages(exports: str) -> Path:
        if exports not in made:
            folder = tmp_path_factory.mktemp(exports) / "acme-tool"
            answers = {"project_name": "acme-tool", "exports": exports}
            made[exports] = rendering.render(template, folder, answers)
            (made[exports] / f"src/{NAME}/counts.py").write_text(COUNTS)
            info = made[exports] / f"src/{NAME}-0.1.0.dist-info"
            info.mkdir()
            (info / "METADATA").write_text("Name: acme-tool\nVersion: 0.1.0\n")
        return made[exports]

    return _packages


Load = Callable[..., ModuleType]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Load the checks of a project in this process, with the package as it is there."""

    def _load(project: Path) -> ModuleType:
        source = project / "src"
        monkeypatch.syspath_prepend(source)
        monkeypatch.setattr(sys, "dont_write_bytecode", True)
        spec = importlib.util.spec_from_file_location("contract", project / CHECKS)
        assert spec is not None
        assert spec.loader is not None
        module: Any = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        run, found = module.run, f"import sys; sys.path.insert(0, {str(source)!r}); "
        module.run = lambda code: run(found + code)
        checks: ModuleType = module
        return checks

    yield _load
    for name in [name for name in sys.modules if f"{name}.".startswith(f"{NAME}.")]:
        del sys.modules[name]


def faults(checks: Any) -> list[str]:  # noqa: ANN401
    return [line for name in sorted({*checks.ALL, *checks.MEANT}) for line in checks.faults(name)]


def says(load: Load, project: Path, change: Change) -> tuple[list[str], str]:
    """Give what the checks say of a changed `__init__.py`, and that text."""
    init = project / INIT
    clean = init.read_text()
    try:
        init.write_text(change(clean))
        return faults(load(project)), init.read_text()
    finally:
        init.write_text(clean)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (replaced(LIST, IMPORT, ENTRY), []),
        (replaced(LIST, ENTRY), [TYPES]),
        (replaced(LIST, IMPORT), [TABLE]),
        (replaced(LIST), [TYPES, TABLE]),
        (replaced(IMPORT, ENTRY), [LISTED]),
        (replaced(IMPORT), [LISTED, TABLE]),
        (
            replaced(('": "durations"', '": "counts"')),
            [f'{INIT}:16: change to: "parse_duration": "durations",'],
        ),
        (
            replaced(("from .durations", "from .counts")),
            [f"{INIT}:{{types}}: change to: from .durations import parse_duration"],
        ),
        (
            replaced(("    __version__: str\n", "    pass\n")),
            [f"{INIT}:{{types}}: add below it: __version__: str"],
        ),
        (
            replaced((LIST[0], LIST[1].replace("tally", "tele"))),
            [f'{INIT}:{{all}}: remove from __all__: "tele", which no module has'],
        ),
    ],
    ids=[
        *("in-all-three", "not-for-types", "not-in-the-table", "in-all-only", "not-in-all"),
        *("for-types-only", "wrong-module", "wrong-import", "no-version", "misspelt"),
    ],
)
def test_the_line_that_a_lazy_package_lacks(
    load: Load, packages: Callable[..., Path], change: Change, expected: list[str]
) -> None:
    found, text = says(load, packages("lazy"), change)
    lines = {
        place: next((n for n, line in enumerate(text.splitlines(), 1) if start in line), 0)
        for place, start in PLACES.items()
    }
    assert found == [line.format_map(lines) for line in expected]


@pytest.mark.parametrize("exports", ["lazy", "plain"])
def test_a_name_that_hides_a_module(
    load: Load, packages: Callable[..., Path], exports: str
) -> None:
    """On each Python, as what is plain is lazy on the newest."""
    module = packages(exports) / f"src/{NAME}/tally.py"
    pairs = [LIST, IMPORT, ENTRY] if exports == "lazy" else [LIST]
    pairs += [("import parse_duration\n", "import parse_duration\nfrom .counts import tally\n")][
        exports == "lazy" :
    ]
    pairs += (
        [] if exports == "lazy" else [('.durations",\n', '.durations",\n    "acme_tool.tally",\n')]
    )
    module.write_text(COUNTS)
    found, _ = says(
        load,
        packages(exports),
        lambda text: (
            replaced(*pairs)(text).replace(".counts", ".tally").replace('"counts"', '"tally"')
        ),
    )
    module.unlink()
    assert found == [
        f"src/{NAME}/tally.py: call the module _tally.py, as tally is a public name, too"
    ]


def test_the_line_that_a_plain_package_lacks(load: Load, packages: Callable[..., Path]) -> None:
    found, text = says(load, packages("plain"), replaced(LIST))
    line = text.splitlines().index("from .durations import parse_duration") + 1
    assert found == [f"{INIT}:{line}: add below it: from .counts import tally"]


CHOICES = {
    "eager": """\
from importlib import metadata as _metadata

from .counts import tally
from .durations import parse_duration

__all__ = ["__version__", "parse_duration", "tally"]

__version__ = _metadata.version("acme-tool")
""",
    "eager, a module of that name": """\
from .tally import tally

__all__ = ["tally"]
""",
    "star": """\
from .counts import *
from .durations import *

__all__ = ["parse_duration", "tally"]
""",
    "all that grows": """\
from . import counts, durations
from .counts import *
from .durations import *

__all__ = ["VERSION"]
__all__ += counts.__all__
__all__ += durations.__all__

VERSION = 1
""",
    "condition": """\
import sys

if sys.version_info >= (3, 8):
    from .counts import tally
else:
    from .durations import parse_duration as tally
try:
    from .durations import parse_duration
except ImportError:
    parse_duration = None

__all__ = ["parse_duration", "tally"]
""",
    "no __all__": "from .durations import parse_duration\n",
    "modules": "from . import counts, durations\n\n__all__ = ['counts', 'durations']\n",
    "modules that are not loaded": "__all__ = ['counts', 'durations']\n",
    "typing": """\
import importlib
import typing

if typing.TYPE_CHECKING:
    from ._units import UNITS
    from .counts import tally

__all__ = ["tally", "units"]


def __getattr__(name: str) -> typing.Any:
    if name == "tally":
        return importlib.import_module("acme_tool.counts").tally
    raise AttributeError(name)


def units() -> "type[UNITS]":
    return UNITS
""",
    "an alias that is not listed": """\
__all__ = ["tally"]

_PLACES = {"tally": "counts", "count": "counts"}
if not (TYPE_CHECKING := False):
    def __getattr__(name):
        from importlib import import_module
        if name not in _PLACES:
            raise AttributeError(name)
        return import_module("." + _PLACES[name], __name__).tally
""",
}


@pytest.mark.parametrize("init", CHOICES.values(), ids=CHOICES)
def test_no_choice_is_a_fault(load: Load, packages: Callable[..., Path], init: str) -> None:
    project = packages("lazy")
    module = project / f"src/{NAME}/tally.py"
    if "from .tally" in init:
        module.write_text(COUNTS)
    found, _ = says(load, project, lambda _: f'"""Mine."""\n\n{init}')
    module.unlink(missing_ok=True)
    assert found == []


@pytest.mark.parametrize("version", spread(list(releases()), ["v0.4.1"]))
def test_an_init_of_an_older_release_has_no_fault(
    load: Load, packages: Callable[..., Path], tagged: Path, tmp_path: Path, version: str
) -> None:
    old = copy(tagged, tmp_path, version, {"project_name": "acme-tool"})[INIT].decode()
    assert says(load, packages("lazy"), lambda _: old)[0] == []
    dropped = old.replace("    from .durations import parse_duration\n", "")
    assert len(says(load, packages("lazy"), lambda _: dropped)[0]) == 1


# --- As their owner meets them --------------------------------------------------------------


def run_checks(project: Path, folder: Path, *options: str) -> tuple[int, str]:
    """Run the checks of a project, with the pytest of this environment; give status and output."""
    environments.uv("venv", "--python", sys.executable, folder)
    installed = [path for path in sys.path if Path(path).name == "site-packages"]
    (site,) = folder.glob("[Ll]ib/**/site-packages")
    (site / "others.pth").write_text("\n".join([*installed, str(project / "src")]))
    info = site / "acme_tool-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: acme-tool\nVersion: 0.1.0\n")
    run = environments.Environment(folder).run
    plain = ("-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts=--import-mode=importlib")
    done = run("python", "-m", "pytest", "-rs", "-q", *plain, *options, CHECKS, cwd=project)
    return done.returncode, done.stdout


HEAVY = "TYPE_CHECKING = False  # type checkers take it for True, without importing typing\n"


@pytest.mark.parametrize(
    ("exports", "change", "status", "told"),
    [
        (
            "lazy",
            lambda text: text.replace(HEAVY, f"import json\n\n{HEAVY}"),
            1,
            r"__init__.py:3: im",
        ),
        ("plain", str, 0, r"SKIPPED .* takes \d+ ms, and loads \d+ modules; from Python 3.15 on"),
        full(
            "plain",
            lambda text: text.replace('"acme_tool.durations"', '"acme_tool.counts"'),
            1,
            r'__init__.py:3: add to it: "acme_tool.durations",',
        ),
        full("lazy", lambda _: CHOICES["eager"], 0, r"SKIPPED .* loads \d+ modules, as it imports"),
    ],
    ids=["heavy", "plain", "not-lazy", "eager"],
)
def test_what_is_said_of_the_cost(
    packages: Callable[..., Path],
    tmp_path: Path,
    exports: str,
    change: Change,
    status: int,
    told: str,
) -> None:
    project = shutil.copytree(packages(exports), tmp_path / "acme-tool")
    init = project / INIT
    init.write_text(change(init.read_text()))
    found, printed = run_checks(project, tmp_path / "env", "-k", "light")
    assert re.search(told, printed), printed
    assert found == status


def test_one_line_switches_a_check_off(packages: Callable[..., Path], tmp_path: Path) -> None:
    """As CONTRIBUTING has it."""
    project = shutil.copytree(packages("lazy"), tmp_path / "acme-tool")
    init = project / INIT
    init.write_text(init.read_text().replace(HEAVY, f"import json\n\n{HEAVY}"))
    (off,) = re.findall('`"(--deselect=.*)",`', (project / "CONTRIBUTING.md").read_text())
    assert run_checks(project, tmp_path / "env", "-k", "light or types_are", off)[0] == 0


def test_a_module_that_nothing_exports_is_told(
    packages: Callable[..., Path], tmp_path: Path
) -> None:
    project = shutil.copytree(packages("lazy"), tmp_path / "acme-tool")
    (project / "tests/test_counts.py").touch()
    status, printed = run_checks(project, tmp_path / "env", "-k", "has_its_tests")
    told = f"SKIPPED .* src/{NAME}/counts.py: {INIT} exports nothing of it; name it _counts.py"
    assert re.search(told, printed), printed
    assert status == 0


@pytest.mark.parametrize("version", spread(list(releases()), ["v0.4.1"]))
def test_an_older_package_gets_them_and_stays_green(
    tagged: Path, tmp_path: Path, version: str
) -> None:
    """One that people work on."""
    project = tmp_path / "acme-tool"
    copy(tagged, project, version, {"project_name": "acme-tool"})
    edit(project)
    update(project)
    assert not (project / "tests/test_contract.py").exists()
    status, printed = run_checks(project, tmp_path / "env")
    assert status == 0, printed
