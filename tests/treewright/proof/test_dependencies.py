"""What is imported and not declared is told from what others bring, or who can do without."""

from pathlib import Path

import pytest

from treewright.proof import dependencies, sources
from treewright.proof.dependencies import Known, Requirement, Starts
from treewright.proof.project import Project

METADATA = {
    "Requires-Dist": [
        "PyYAML>=6",
        "requests[socks] (>=2)",
        "Jinja2 ; extra == 'web'",
        'tomli>=2; python_version < "3.11"',
    ]
}


def findings(
    tmp_path: Path,
    code: dict[str, str],
    *,
    mentioned: frozenset[str] = frozenset(),
    starts: Starts | None = None,
) -> list[tuple[str, bool]]:
    """Give what is found in the code of modules, and whether it is advice."""
    read = {}
    for number, (module, text) in enumerate(code.items()):
        file = tmp_path / str(number) / ("__init__.py" if module == "acme" else "module.py")
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
        read[module] = sources.read(str(file), module)
    known = Known(
        dependencies.requirements(METADATA),
        mentioned,
        {
            "pyyaml": frozenset({"yaml", "_yaml"}),
            "requests": frozenset({"requests"}),
            "urllib3": frozenset({"urllib3"}),
            "google-base": frozenset({"google.base"}),
        },
        {"jinja2": frozenset({"jinja2"}), "tomli": frozenset({"tomli"})},
    )
    files = {module: f"{module}.py" for module in code}
    starts = starts or Starts(["acme"], [], [])
    found = dependencies.findings(read, files, known, ["acme"], starts)
    return [(str(finding), finding.advice) for finding in found]


def test_requirements() -> None:
    assert [(item.name, item.extra) for item in dependencies.requirements(METADATA)] == [
        ("pyyaml", None),
        ("requests", None),
        ("jinja2", "web"),
        ("tomli", None),
    ]
    assert dependencies.needs_install(METADATA)
    assert not dependencies.needs_install({"Requires-Dist": ["Jinja2; extra == 'web'"]})
    assert not dependencies.needs_install({})


@pytest.mark.parametrize(
    "code",
    [
        "import yaml, requests.adapters",
        "from acme import core",
        "import os.path, tomllib, distutils",
        "def f():\n    import tomli",  # declared for another Python
        "try:\n    import numpy\nexcept ImportError:\n    pass",
        "if TYPE_CHECKING:\n    import numpy",
        "def f():\n    import jinja2",
        "def f():\n    import urllib3",
    ],
)
def test_what_is_declared_or_can_be_absent(tmp_path: Path, code: str) -> None:
    assert findings(tmp_path, {"acme": code}) == []


@pytest.mark.parametrize(
    ("code", "what", "is_advice"),
    [
        ("import numpy", "numpy is imported, but no dependency brings it", False),
        ("from numpy import array", "numpy is imported, but no dependency brings it", False),
        ("import google.other", "google is imported, but no dependency brings it", False),
        ("def f():\n    import numpy", "numpy is imported, but no dependency brings it", True),
        (
            "import tomli",
            'tomli is imported, but is declared only for python_version < "3.11"',
            False,
        ),
        ("import jinja2", "jinja2 is imported, but only the extra web brings it", False),
        (
            "import urllib3",
            "urllib3 is imported, but it comes only with what a dependency needs (urllib3)",
            True,
        ),
    ],
)
def test_what_is_not_declared(tmp_path: Path, code: str, what: str, is_advice: bool) -> None:  # noqa: FBT001
    line = code.count("\n") + 1
    told = f"acme.py:{line}: {what}; declare it in [project] dependencies"
    assert findings(tmp_path, {"acme": code}) == [(told, is_advice)]


def test_a_module_that_its_package_loads(tmp_path: Path) -> None:
    found = findings(tmp_path, {"acme": "from . import numpy_help", "acme.numpy_help": NUMPY})
    assert [is_advice for _, is_advice in found] == [False]


NUMPY = "import numpy"


@pytest.mark.parametrize(
    ("module", "more", "expected"),
    [
        ("acme.core", {}, [False]),
        ("acme.numpy_help", {}, [True]),  # an adapter, by its name
        ("acme.contrib.numpy", {}, [True]),
        ("acme.core", {"mentioned": frozenset({"numpy"})}, [True]),  # for who develops it
        ("acme.core", {"starts": Starts(["acme"], ["acme.core"], [])}, [False]),
        ("acme.core", {"starts": Starts(["acme"], [], ["acme.core"])}, []),  # of a host
        ("acme.tests.core", {}, []),
        ("acme._vendor.core", {}, []),
    ],
)
def test_a_module_that_its_package_does_not_load(
    tmp_path: Path, module: str, more: dict[str, object], expected: list[bool]
) -> None:
    found = findings(tmp_path, {"acme": "", module: NUMPY}, **more)  # type: ignore[arg-type]
    assert [is_advice for _, is_advice in found] == expected


def test_what_a_distribution_that_could_not_be_had_may_bring(tmp_path: Path) -> None:
    METADATA["Requires-Dist"].append("pywin32; sys_platform == 'win32'")
    try:
        assert findings(tmp_path, {"acme": "", "acme.core": "import win32api"}) == []
        assert findings(tmp_path / "needed", {"acme": "import win32api"}) != []
    finally:
        METADATA["Requires-Dist"].pop()


def test_what_an_adapter_needs_besides_is_meant_too(tmp_path: Path) -> None:
    code = {"acme": "", "acme.web": "import jinja2, markupsafe"}
    assert [is_advice for _, is_advice in findings(tmp_path, code)] == [True]


def test_a_module_loaded_only_under_a_condition(tmp_path: Path) -> None:
    code = {"acme": "if sys.platform == 'win32':\n    from . import core", "acme.core": NUMPY}
    assert findings(tmp_path, code) == []


def test_faults_are_told_by_name_and_advice_in_one_line(tmp_path: Path) -> None:
    code = "import a, b\ndef f():\n    import c\n    import d\n    import c"
    fix = "declare it in [project] dependencies"
    assert findings(tmp_path, {"acme": code}) == [
        (f"acme.py:1: a is imported, but no dependency brings it; {fix}", False),
        (f"acme.py:1: b is imported, but no dependency brings it; {fix}", False),
        (
            f"acme.py:3: c is imported, but no dependency brings it (so too d in acme.py); {fix}",
            True,
        ),
    ]


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["yaml/__init__.py", "yaml/tokens.py", "_yaml/__init__.py"], {"yaml", "_yaml"}),
        (["six.py", "bin/x", "six-1.dist-info/METADATA"], {"six"}),
        (["google/base/__init__.py", "google/base/api/core.py"], {"google.base"}),
        (["acme/tool.py", "acme/inner/other.py"], {"acme.tool", "acme.inner.other"}),
        (["fast.cpython-311-x86_64-linux-gnu.so"], {"fast"}),
        (["../../bin/tool.py", "x-y/z.py"], set()),
    ],
)
def test_the_names_under_which_files_are_imported(files: list[str], names: set[str]) -> None:
    assert dependencies.roots(files) == names


def test_copies_of_others_are_own() -> None:
    files = ["acme/__init__.py", "acme/_vendor/lark/__init__.py", "acme/_vendor/lark/core.py"]
    assert {"acme", "lark"} <= dependencies.own_names(files)


def test_installed(tmp_path: Path) -> None:
    info = tmp_path / "PyYAML-6.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: PyYAML\n\n")
    (info / "RECORD").write_text('yaml/__init__.py,sha256=x,1\n"odd, name.txt",,\n')
    (tmp_path / "broken-1.dist-info").mkdir()
    assert dependencies.installed(tmp_path) == {"pyyaml": frozenset({"yaml"})}


def test_mentioned(tmp_path: Path) -> None:
    (tmp_path / "dev-requirements.txt").write_text("# tests\ncoverage==7\n-r other.txt\n")
    groups = {"test": ["pytest>=9", {"include-group": "lint"}], "lint": ["Ruff"]}
    tool: dict[str, dict[str, object]] = {
        "poetry": {"group": {"docs": {"dependencies": {"mkdocs": "^1"}}}},
        "hatch": {"envs": {"types": {"extra-dependencies": ["mypy"]}}},
        "pdm": {"dev-dependencies": {"runner": ["tox"]}},
    }
    tool["poetry"]["dependencies"] = {"httpx": [{"version": "^1", "python": "<3.12"}]}
    found = dependencies.mentioned(Project(tmp_path, {"dependency-groups": groups, "tool": tool}))
    assert found.keys() == {"pytest", "ruff", "mkdocs", "mypy", "tox", "httpx", "coverage"}
    assert found["pytest"] == "pytest>=9"


def test_unresolved(tmp_path: Path) -> None:
    file = tmp_path / "acme.py"
    file.write_text("import yaml, numpy.linalg\n")
    known = Known([Requirement("x", "x", None)], frozenset(), {"pyyaml": frozenset({"yaml"})}, {})
    read = {"acme": sources.read(str(file), "acme")}
    assert list(dependencies.unresolved(read, known, ["acme"])) == ["numpy"]
