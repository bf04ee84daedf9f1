"""Each fault that the proof promises to catch is planted here, one a test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from samples import INIT, Sample
from tiers import spread
from treewright.proof import report

SHAPES = [
    (name, root) for name in ("acme_tool", "acme.tool", "acme.data.tool") for root in ("src", "")
]
NOT_INSTALLED = "imports with its dependencies (a hook installs none)"
HATCH = "[tool.hatch.build.targets.wheel]\n"
SDIST = "[tool.hatch.build.targets.sdist]\n"


@pytest.mark.parametrize(("name", "root"), SHAPES)
def test_a_good_project_is_proven(make: Callable[..., Sample], name: str, root: str) -> None:
    proof = make(name, root).prove()
    assert [str(finding) for finding in proof.findings] == []
    assert proof.unproven is None
    assert proof.skipped == []
    assert [package.name for package in proof.packages] == [name]
    assert proof.status == 0


# --- what the wheel holds


def test_empty_wheel(make: Callable[..., Sample]) -> None:
    sample = make("acme.tool")  # pdm finds no namespace package by itself, and says nothing
    sample.configure("", "pdm")
    assert sample.faults().startswith("wheel: it is empty; declare the package")


def test_missing_module(sample: Sample) -> None:
    sample.configure('[tool.uv.build-backend]\nwheel-exclude = ["core.py"]')
    assert "wheel: module missing: src/acme_tool/core.py; include it" in sample.faults()


def test_missing_module_in_the_sdist(sample: Sample) -> None:
    sample.configure('[tool.uv.build-backend]\nsource-exclude = ["core.py"]')
    assert "sdist and wheel: module missing: src/acme_tool/core.py; " in sample.faults()


def test_missing_py_typed(sample: Sample) -> None:
    sample.configure('[tool.uv.build-backend]\nwheel-exclude = ["py.typed"]')
    assert "wheel: py.typed missing: src/acme_tool/py.typed; include it" in sample.faults()


def test_py_typed_that_a_classifier_promises(sample: Sample) -> None:
    (sample.folder / "src/acme_tool/py.typed").unlink()
    sample.configure("", project='classifiers = ["Typing :: Typed"]')
    assert sample.faults() == (
        "src/acme_tool/py.typed: missing, though a classifier says Typing :: Typed; "
        "add the empty file"
    )


def test_no_py_typed_and_no_promise_is_no_fault(sample: Sample) -> None:
    (sample.folder / "src/acme_tool/py.typed").unlink()
    assert sample.prove().status == 0


def test_data_file_that_setuptools_drops(sample: Sample) -> None:
    sample.configure("", "setuptools")
    found = sample.faults()
    assert "data file missing: src/acme_tool/_data/template.txt; " in found


def test_data_file_that_git_ignores(sample: Sample) -> None:
    sample.configure("", "hatchling")
    sample.write({".gitignore": "_data/\n"})
    assert "data file missing: src/acme_tool/_data/template.txt; " in sample.faults()


def test_missing_package(make: Callable[..., Sample]) -> None:
    sample = make("acme.tool")
    sample.configure(f'{HATCH}packages = ["src/acme/tool"]', "hatchling")
    found = sample.faults()
    assert "wheel: the package acme.tool is missing; declare" in found
    assert "wheel: it holds a second top-level package, tool/ " in found


def test_tests_in_the_wheel(sample: Sample) -> None:
    sample.configure(f'{HATCH}packages = ["src/acme_tool", "tests"]', "hatchling")
    assert "wheel: it holds the folder tests/ (tests/test_core.py); exclude" in sample.faults()


def test_docs_in_the_wheel(sample: Sample) -> None:
    sample.configure(
        '[tool.poetry]\npackages = [{ include = "acme_tool", from = "src" }, { include = "docs" }]',
        "poetry",
    )
    assert "wheel: it holds the folder docs/ (docs/conf.py); exclude it" in sample.faults()


def test_tests_within_the_package(sample: Sample) -> None:
    sample.write({"src/acme_tool/tests/__init__.py": "", "src/acme_tool/tests/test_core.py": ""})
    assert "wheel: it holds tests: acme_tool/tests/test_core.py; move them" in sample.advice()


def test_second_top_level_package(sample: Sample) -> None:
    sample.configure('[tool.setuptools.package-data]\n"*" = ["*.txt"]', "setuptools")
    sample.write({"src/scratch/__init__.py": "", "src/scratch/notes.py": ""})
    assert "wheel: it holds a second top-level package, scratch/ (" in sample.faults()


def test_second_top_level_package_that_is_declared_is_no_fault(sample: Sample) -> None:
    sample.configure('[tool.uv.build-backend]\nmodule-name = ["acme_tool", "acme_extra"]')
    sample.write({"src/acme_extra/__init__.py": ""})
    assert sample.prove().status == 0


SWEEP = """\
from setuptools import setup
from setuptools.command.build_py import build_py


class Build(build_py):
    def run(self):
        super().run()
        self.mkpath(self.build_lib + "/acme_tool")
        for name in {names}:
            with open(self.build_lib + "/" + name, "w") as file:
                file.write("{text}")


setup(cmdclass={{"build_py": Build}})
"""


def test_second_top_level_module(sample: Sample) -> None:
    sample.configure("", "setuptools")
    sample.write({"setup.py": SWEEP.format(names=["extra.py"], text="")})
    assert "wheel: it holds extra.py outside the package; exclude it" in sample.faults()


def test_file_that_starts_code_with_python(sample: Sample) -> None:
    sample.configure("", "setuptools")
    sample.write({"setup.py": SWEEP.format(names=["x.pth"], text="import os; os.getcwd()")})
    assert "wheel: it holds x.pth outside the package; exclude it" in sample.faults()


def test_file_that_the_tree_does_not_hold(sample: Sample) -> None:
    sample.configure("", "setuptools")
    sample.write(
        {
            "setup.py": SWEEP.format(names=["acme_tool/made.txt"], text=""),
            "MANIFEST.in": "recursive-include src *.txt\n",
        }
    )
    assert "wheel: it holds what the tree does not: acme_tool/made.txt; check" in sample.advice()
    sample.configure('[tool.hatch.build]\nartifacts = ["made.*"]', "setuptools")
    assert sample.prove().findings == []


def test_what_a_table_of_the_backend_maps_is_no_fault(sample: Sample) -> None:
    sample.configure(
        f'{HATCH}packages = ["src/acme_tool"]\n'
        'force-include = { "README.md" = "acme_tool/extra.md", "extra.py" = "extra.py" }',
        "hatchling",
    )
    sample.write({"extra.py": ""})
    assert sample.prove().status == 0


# What real packages do: black, jupyter_core, peewee, wrapt and pytest.
SECOND = {
    "a root": (
        "hatchling",
        f'{HATCH}only-include = ["src"]\nsources = ["src"]',
        {"src/acme_extra/__init__.py": "", "src/_acme_version.py": ""},
    ),
    "setup.py": (
        "setuptools",
        '[tool.setuptools]\npackage-dir = {"" = "src"}',
        {
            "setup.py": (
                "from setuptools import setup\n"
                "setup(packages=['acme_tool', 'acme_extra'], py_modules=['acme_one'],\n"
                "      package_data={'acme_tool': ['py.typed', '_data/*']})\n"
            ),
            "src/acme_extra/__init__.py": "",
            "src/acme_one.py": "",
        },
    ),
    "setup.cfg": (
        "setuptools",
        "",
        {
            "setup.cfg": (
                "[options]\npackage_dir =\n  = src\npackages =\n  acme_tool\n  acme_extra\n"
                "[options.package_data]\nacme_tool = py.typed, _data/*\n"
            ),
            "src/acme_extra/__init__.py": "",
        },
    ),
    "types": (
        "setuptools",
        (
            '[tool.setuptools]\npackage-dir = {"" = "src"}\npackages = ["acme_tool", '
            '"acme_tool-stubs"]\n[tool.setuptools.package-data]\n"*" = ["*.pyi", "py.typed", '
            '"_data/*"]'
        ),
        {"src/acme_tool-stubs/__init__.pyi": ""},
    ),
    "imports": (
        "setuptools",
        '[tool.setuptools.package-data]\n"*" = ["py.typed", "_data/*"]',
        {
            "src/_acme/__init__.py": "",
            "src/_acme/inner.py": "X = 1\n",
            "src/acme_tool/uses.py": "from _acme.inner import X\n",
            "src/old_acme.py": "import _acme.inner\n",
        },
    ),
}


@pytest.mark.parametrize("way", spread(SECOND, ["setup.py", "imports"]))
def test_other_packages_that_are_meant_are_no_fault(sample: Sample, way: str) -> None:
    backend, tables, files = SECOND[way]
    sample.configure(tables, backend)
    sample.write(files)
    proof = sample.prove()
    assert [str(finding) for finding in proof.findings] == []
    assert proof.status == 0


def test_another_package_that_is_meant_is_compared(sample: Sample) -> None:
    backend, tables, files = SECOND["imports"]
    sample.configure(tables, backend)
    sample.write({**files, "src/_acme/lost.txt": ""})
    assert "data file missing: src/_acme/lost.txt; " in sample.faults()
    sample.write({"src/_acme/broken.py": "1 / 0\n"})
    assert "src/_acme/broken.py: import _acme.broken fails: ZeroDivisionError" in sample.faults()


def test_another_package_that_only_uses_ours_is_a_fault(sample: Sample) -> None:
    sample.configure('[tool.setuptools.package-data]\n"*" = ["py.typed", "_data/*"]', "setuptools")
    sample.write({"src/scratch/__init__.py": "import acme_tool\n"})
    assert "wheel: it holds a second top-level package, scratch/ (" in sample.faults()


@pytest.mark.parametrize("junk", [".env", ".DS_Store", "_data/.gitignore", "core.py~"])
def test_stray_file_in_the_wheel(sample: Sample, junk: str) -> None:
    sample.write({f"src/acme_tool/{junk}": "SECRET=1\n"})
    assert f"wheel: it holds stray files: acme_tool/{junk}; delete" in sample.faults()


@pytest.mark.parametrize("junk", ["__pycache__/core.cpython-311.pyc", "old.pyc"])
def test_stray_bytecode(sample: Sample, junk: str) -> None:
    sample.write({f"src/acme_tool/{junk}": ""})
    sample.configure("[tool.uv.build-backend]\ndefault-excludes = false")
    found = sample.faults()
    assert f"wheel: it holds stray files: acme_tool/{junk}; delete or exclude them" in found
    assert f"sdist: it holds stray files: src/acme_tool/{junk}; delete or exclude them" in found


def test_stray_file_in_the_sdist(sample: Sample) -> None:
    sample.write({".env": "SECRET=1\n"})
    sample.configure('[tool.flit.sdist]\ninclude = [".env"]', "flit")
    assert sample.faults() == "sdist: it holds stray files: .env; delete or exclude them"


# --- namespaces


def test_init_in_a_namespace_parent(make: Callable[..., Sample]) -> None:
    sample = make("acme.data.tool")
    sample.write({"src/acme/data/__init__.py": ""})
    sample.configure(
        '[tool.setuptools.packages.find]\nwhere = ["src"]\n'
        'include = ["acme", "acme.data", "acme.data.tool*"]\n'
        '[tool.setuptools.package-data]\n"*" = ["*.txt"]',
        "setuptools",
    )
    found = sample.faults()
    assert "src/acme/data/__init__.py: __init__.py in the namespace acme.data can hide" in found
    assert "wheel: it holds acme/data/__init__.py of a shared namespace; " in found


def test_init_in_a_flat_namespace_parent(make: Callable[..., Sample]) -> None:
    sample = make("acme.data.tool", "")
    sample.write({"acme/data/__init__.py": ""})
    sample.configure('[tool.flit.module]\nname = "acme.data.tool"', "flit")  # it ships no parent
    assert sample.faults() == (
        "acme/data/__init__.py: __init__.py in the namespace acme.data can hide other members; "
        "delete it (PEP 420)"
    )


def test_init_in_an_undeclared_namespace_parent(make: Callable[..., Sample]) -> None:
    sample = make("acme.tool")  # the distribution's name, acme-tool, tells what is meant
    sample.write({"src/acme/__init__.py": ""})
    sample.configure('[tool.pdm.build]\npackage-dir = "src"', "pdm")
    found = sample.faults()
    assert "src/acme/__init__.py: __init__.py in the namespace acme can hide other" in found
    assert "wheel: it holds acme/__init__.py of a shared namespace; " in found


def test_literal_dotted_folder(sample: Sample) -> None:
    sample.write({"src/acme.extra/__init__.py": ""})
    assert sample.faults() == (
        "src/acme.extra/: a dot in a folder's name makes it impossible to import; "
        "nest the folders: src/acme/extra/"
    )


def test_literal_dotted_folder_deep_in_a_flat_namespace(make: Callable[..., Sample]) -> None:
    sample = make("acme.tool", "")
    sample.write({"acme/tool/acme.inner/__init__.py": ""})
    assert "acme/tool/acme.inner/: a dot in a folder's name makes" in sample.faults()


@pytest.mark.parametrize(("name", "root"), SHAPES)
def test_a_finding_names_the_path_in_the_tree(
    make: Callable[..., Sample], name: str, root: str
) -> None:
    sample = make(name, root)
    (sample.folder / sample.package / "__init__.py").write_text("def greet() -> None: ...\n")
    assert sample.advice().startswith(f"{sample.package}/__init__.py: __all__ is missing; ")


# --- public names


def exporting(sample: Sample, init: str) -> Sample:
    """Replace the package's __init__."""
    sample.write({f"{sample.package}/__init__.py": f'"""Greet people."""\n\n{init}\n'})
    return sample


def test_all_missing(sample: Sample) -> None:
    found = exporting(sample, "from acme_tool.core import greet").advice()
    assert found == "src/acme_tool/__init__.py: __all__ is missing; add it, with greet"


def test_all_missing_without_public_names_is_no_fault(sample: Sample) -> None:
    sample.write({f"{sample.package}/__init__.py": ""})
    assert sample.prove().status == 0


@pytest.mark.parametrize(
    "value", ["sorted(['greet'])", "[name for name in ('greet',)]", "['gre' + 'et']", "'greet'"]
)
def test_all_not_literal(sample: Sample, value: str) -> None:
    found = exporting(sample, f"from acme_tool.core import greet\n__all__ = {value}").advice()
    assert found == "src/acme_tool/__init__.py: __all__ is not a literal; write one list of strings"


def test_all_that_grows_is_not_literal(sample: Sample) -> None:
    found = exporting(
        sample, "from .core import greet\n__all__ = ['greet']\n__all__ += []"
    ).advice()
    assert "__all__ is not a literal" in found


def test_all_unsorted(sample: Sample) -> None:
    found = exporting(
        sample, "__all__ = ['hug', 'greet']\ndef greet(): ...\ndef hug(): ..."
    ).advice()
    assert found == "src/acme_tool/__init__.py: __all__ is not sorted; sort it (ruff rule RUF022)"


@pytest.mark.parametrize(
    "names", [["A_B", "Zed", "aha"], ["MAX", "Bee", "__version__", "n2", "n10"]]
)
def test_both_usual_orders_of_all_are_sorted(sample: Sample, names: list[str]) -> None:
    values = "\n".join(f"{name} = '1.2.3'" for name in names)
    sample.write({f"{sample.package}/__init__.py": f"__all__ = {names}\n{values}\n"})
    assert sample.prove().status == 0


def test_all_with_a_name_twice(sample: Sample) -> None:
    found = exporting(sample, "from .core import greet\n__all__ = ['greet', 'greet']").advice()
    assert found == "src/acme_tool/__init__.py: __all__ repeats greet; name each once"


def test_all_with_a_name_that_does_not_resolve(sample: Sample) -> None:
    found = exporting(sample, "__all__ = ['nobody']").faults()
    assert "__init__.py: __all__ has nobody, which cannot be looked up: AttributeError" in found


def test_all_with_a_lazy_name_that_does_not_resolve(sample: Sample) -> None:
    sample.edit("src/acme_tool/core.py", "def greet(", "def welcome(")
    found = sample.faults()
    assert "__all__ has greet, which cannot be looked up: ImportError: cannot import name" in found


@pytest.mark.parametrize("path", ["deep/__init__", "deep/inner", "shown"])
def test_all_of_a_module_with_a_name_that_does_not_resolve(sample: Sample, path: str) -> None:
    init = "from . import shown\n__all__ = ['shown']\n"
    sample.write(
        {
            "src/acme_tool/__init__.py": init,
            "src/acme_tool/deep/__init__.py": "__all__ = ['inner']\n",
            "src/acme_tool/deep/inner.py": "",
            "src/acme_tool/shown.py": "",
        }
    )
    assert sample.prove().findings == []
    sample.write({f"src/acme_tool/{path}.py": "__all__ = ['nobody']\n"})
    found = sample.faults()
    assert found.startswith(f"src/acme_tool/{path}.py: __all__ has nobody, which cannot be looked ")
    assert found.count("\n") == 0


@pytest.mark.parametrize(
    "code",
    [
        "from acme_tool.core import greet",
        "from .core import greet",
        "from .core import greet as greet",
        "try:\n    from .core import greet\nexcept ImportError:\n    pass",
        "def greet(): ...",
        "class greet: ...",
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .core import greet\n"
            "def __getattr__(name):\n    return name"
        ),
    ],
)
def test_all_that_lacks_a_public_name(sample: Sample, code: str) -> None:
    found = exporting(sample, f"{code}\n__all__ = ['__version__']\n__version__ = '1.2.3'").advice()
    assert found == "src/acme_tool/__init__.py: __all__ lacks greet; add what is public"


@pytest.mark.parametrize(
    "code",
    [
        "from .core import greet as _greet",
        "from . import core",
        "from .core import greet\ndel greet",
        "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    from .core import greet",
        "import re\nfrom typing import Any",
    ],
)
def test_names_that_all_need_not_hold(sample: Sample, code: str) -> None:
    rest = "__all__ = ['__version__']\n__version__ = '1.2.3'\n"
    sample.write({f"{sample.package}/__init__.py": f"{code}\n{rest}"})
    assert sample.prove().status == 0


@pytest.mark.parametrize("lazy", [False, True])
def test_public_name_equal_to_a_submodule(sample: Sample, lazy: bool) -> None:  # noqa: FBT001
    (sample.folder / "src/acme_tool/core.py").rename(sample.folder / "src/acme_tool/greet.py")
    init = INIT.format(name="acme_tool").replace("acme_tool.core", "acme_tool.greet")
    eager = "from .greet import greet\n__all__ = ['greet']\n"
    sample.write({"src/acme_tool/__init__.py": init if lazy else eager})
    assert sample.advice() == (
        "src/acme_tool/__init__.py: the public name greet is also the name of the module "
        "acme_tool.greet; rename the module, say to _greet"
    )


def test_exporting_a_submodule_itself_is_no_fault(sample: Sample) -> None:
    sample.write({"src/acme_tool/__init__.py": "from . import core\n__all__ = ['core']\n"})
    assert sample.prove().status == 0


def test_a_submodule_exported_by_a_package_that_does_not_load(sample: Sample) -> None:
    sample.configure("", project='dependencies = ["pytest"]')
    found = exporting(sample, "import pytest\nfrom . import core\n__all__ = ['core']").advice()
    assert found.count("\n") == 0
    assert "imports the third-party module pytest" in found


# --- metadata


def test_version_mismatch(sample: Sample) -> None:
    found = exporting(sample, "__all__ = ['__version__']\n__version__ = '1.2.4'").faults()
    assert found == (
        "src/acme_tool/__init__.py: __version__ is 1.2.4, the metadata says 1.2.3; "
        "keep one source for the version"
    )


def test_version_spelled_otherwise_is_no_mismatch(sample: Sample) -> None:
    sample.edit("pyproject.toml", '"1.2.3"', '"1.0-alpha.1"')
    sample.write({"src/acme_tool/__init__.py": "__all__ = []\n__version__ = '1.0.alpha1'\n"})
    assert sample.prove().status == 0


def test_license_file_absent(sample: Sample) -> None:
    sample.edit("pyproject.toml", 'license-files = ["LICENSE"]', "")  # then uv ships none
    assert sample.faults() == (
        "wheel: the license file LICENSE is absent; name it in [project] license-files"
    )


def test_license_file_that_does_not_exist(sample: Sample) -> None:
    (sample.folder / "LICENSE").unlink()
    found = sample.faults()
    assert "pyproject.toml: license-files names LICENSE, which the tree does not hold; " in found


# --- the chain


def test_sdist_that_does_not_build(sample: Sample) -> None:
    sample.configure('[tool.uv.build-backend]\nsource-exclude = ["/LICENSE"]')
    found = sample.faults()
    assert found.startswith("pyproject.toml: the wheel does not build from the sdist: ")
    assert "LICENSE" in found


def test_sdist_that_builds_another_wheel(sample: Sample) -> None:
    sample.write({"src/acme_tool/extra.py": ""})
    sample.configure(f'{SDIST}exclude = ["extra.py"]', "hatchling")
    assert "sdist and wheel: module missing: src/acme_tool/extra.py; " in sample.faults()


def test_project_that_does_not_build(sample: Sample) -> None:
    sample.configure("[tool.setuptools]\npackages = 3", "setuptools")
    found = sample.faults()
    assert found.startswith("pyproject.toml: the project does not build: ")
    assert "packages" in found


def test_backend_that_does_not_exist(sample: Sample) -> None:
    sample.edit("pyproject.toml", "uv_build>=0.13,<0.14", "hatchling>=99")
    sample.edit("pyproject.toml", '"uv_build"', '"hatchling.build"')
    assert "pyproject.toml: the project does not build: Because only hatchling" in sample.faults()


# --- what happens at import


def test_import_cycle(sample: Sample) -> None:
    sample.write(
        {
            "src/acme_tool/one.py": "from acme_tool.two import b\na = 1\n",
            "src/acme_tool/two.py": "from acme_tool.one import a\nb = 1\n",
        }
    )
    found = sample.faults()
    assert "src/acme_tool/one.py: import cycle: acme_tool.one cannot be imported alone" in found
    assert "src/acme_tool/two.py: import cycle: acme_tool.two cannot be imported alone" in found


def test_import_cycle_that_another_order_hides(sample: Sample) -> None:
    sample.write(
        {
            "src/acme_tool/first.py": "import acme_tool.two\n",
            "src/acme_tool/one.py": "from acme_tool.two import b\na = 1\n",
            "src/acme_tool/two.py": "b = 1\nfrom acme_tool.one import a\n",
        }
    )
    found = sample.faults()
    assert found.startswith("src/acme_tool/one.py: import cycle: acme_tool.one cannot be imported")
    assert found.count("\n") == 0


def test_import_cycle_through_the_package(sample: Sample) -> None:
    found = exporting(
        sample, "from .core import greet\nfrom .two import b\n__all__ = ['b', 'greet']"
    ).faults()
    assert "import acme_tool fails" in found
    sample.write({"src/acme_tool/two.py": "from acme_tool import late\nb = 1\n"})
    assert "src/acme_tool/__init__.py: import cycle: acme_tool cannot be" in sample.faults()


def test_module_that_does_not_import(sample: Sample) -> None:
    sample.write({"src/acme_tool/broken.py": "1 / 0\n"})
    assert sample.faults() == (
        "src/acme_tool/broken.py: import acme_tool.broken fails: "
        "ZeroDivisionError: division by zero; fix the import"
    )


def test_module_that_only_fails_after_others_is_no_fault(sample: Sample) -> None:
    once = "import sys\nassert 'json.tool' not in sys.modules\nimport json.tool\n"
    sample.write({"src/acme_tool/one.py": once, "src/acme_tool/two.py": once})
    assert sample.prove().status == 0


@pytest.mark.parametrize("code", ["print('hi')", "import os; os.write(2, b'hi')"])
def test_output_at_import_of_the_package(sample: Sample, code: str) -> None:
    found = exporting(sample, code).faults()
    assert (
        found == 'src/acme_tool/__init__.py: import acme_tool prints "hi"; print in functions only'
    )


def test_output_at_import_of_a_module(sample: Sample) -> None:
    sample.write({"src/acme_tool/loud.py": "import logging\nlogging.warning('hi')\n"})
    assert sample.faults() == (
        'src/acme_tool/loud.py: import acme_tool.loud prints "WARNING:root:hi"; '
        "print in functions only"
    )


@pytest.mark.parametrize("module", ["asyncio", "importlib.metadata", "logging"])
def test_heavy_import(sample: Sample, module: str) -> None:
    found = exporting(sample, f"import {module}").advice()
    assert found.startswith("src/acme_tool/__init__.py: import acme_tool is heavy, it loads ")
    assert f"other modules (by {module}); import them where they are used" in found


PLAIN = """\
__lazy_modules__ = ["acme_tool.more"]

from .more import shout

__all__ = ["shout"]
"""


@pytest.mark.parametrize(
    ("own", "found"),
    [
        ("", ""),
        ("import logging.config\n", "import acme_tool is heavy, it loads"),
        ("import pytest\n", "import acme_tool imports the third-party module pytest"),
    ],
    ids=["none", "heavy", "third-party"],
)
@pytest.mark.parametrize("loads", ["http.client", "pytest"])
def test_what_waits_for_its_use_on_newer_pythons(
    sample: Sample, loads: str, own: str, found: str
) -> None:
    """By `__lazy_modules__`: only what the package itself loads at once is told of."""
    sample.configure("", project='dependencies = ["pytest"]')
    init = own + PLAIN
    more = (
        f"import {loads}\n\n__all__ = ['shout']\n\n\ndef shout() -> object:\n    return {loads}\n"
    )
    sample.write({"src/acme_tool/__init__.py": init, "src/acme_tool/more.py": more})
    proof = sample.prove()
    assert [found in str(finding) for finding in proof.findings] == ([True] if found else [])
    waits = "from Python 3.15 on when they are used" in " ".join(report.text(proof).split())
    assert waits == (proof.facts is not None and proof.facts.cost is not None)


def test_usual_imports_are_not_heavy(sample: Sample) -> None:
    code = "import collections, contextlib, enum, functools, json, os, re, typing"
    sample.write({"src/acme_tool/__init__.py": f"from __future__ import annotations\n{code}\n"})
    assert sample.prove().status == 0


def test_third_party_import_of_the_package(sample: Sample) -> None:
    sample.configure("", project='dependencies = ["pytest"]')
    found = exporting(sample, "import pytest").advice()
    assert found == (
        "src/acme_tool/__init__.py: import acme_tool imports the third-party module pytest; "
        "import it in the function or module that needs it"
    )


def test_third_party_import_of_a_module_is_only_named(sample: Sample) -> None:
    sample.configure("", project='dependencies = ["pytest"]')
    sample.write({"src/acme_tool/extra.py": "import pytest\n"})
    proof = sample.prove()
    assert proof.status == 0
    assert proof.skipped == ["acme_tool.extra (needs pytest)", NOT_INSTALLED]
    assert "\nProven but for what was skipped: " in report.text(proof)


# --- what nothing declares


@pytest.mark.parametrize(
    ("code", "needs"),
    [
        ("import requests", "requests"),
        ("from acme_old.core import greet", "acme_old"),
        ("import yaml as y, json", "yaml"),
    ],
)
def test_a_module_that_needs_what_nothing_declares(sample: Sample, code: str, needs: str) -> None:
    sample.write({"src/acme_tool/extra.py": f"{code}\n", "src/acme_tool/more.py": f"{code}\n"})
    assert sample.faults() == (
        f"src/acme_tool/extra.py: import acme_tool.extra needs {needs}, which nothing provides or "
        "declares (so do src/acme_tool/more.py); fix the name, or declare it in [project] "
        "dependencies"
    )


def test_a_package_that_needs_what_nothing_declares(sample: Sample) -> None:
    found = exporting(sample, "import requests\n__all__ = []").faults()
    assert found.startswith("src/acme_tool/__init__.py: import acme_tool needs requests, which ")
    assert found.count("\n") == 0


def test_a_package_that_needs_its_own_old_name(make: Callable[..., Sample]) -> None:
    sample = make("corp.acme_tool")
    sample.configure(
        '[tool.uv.build-backend]\nmodule-name = "corp.acme_tool"',
        project='dependencies = ["typer"]',
    )
    sample.write({f"{sample.package}/old.py": "from acme_tool.core import greet\n"})
    assert "import corp.acme_tool.old needs acme_tool, which nothing provides" in sample.faults()


def test_an_entry_point_that_needs_what_nothing_declares(sample: Sample) -> None:
    sample.configure('[project.scripts]\nacme = "acme_tool.cli:main"')
    sample.write({"src/acme_tool/cli.py": "import click\n\n\ndef main(): ...\n"})
    proof = sample.prove()
    assert [finding.where for finding in proof.faults] == ["src/acme_tool/cli.py"]
    assert "import acme_tool.cli needs click, which nothing provides" in proof.faults[0].what
    assert proof.skipped == []


@pytest.mark.parametrize(
    ("module", "code", "project"),
    [
        ("extra", "import yaml", 'dependencies = ["PyYAML>=6"]'),
        ("extra", "import dateutil.tz", 'dependencies = ["python_dateutil"]'),
        ("extra", "import bs4", 'dependencies = ["beautifulsoup4", "soupsieve"]'),
        ("extra", "import pytest", 'optional-dependencies = { test = ["pytest"] }'),
        ("extra", "import winreg", ""),
        ("tests.helper", "import pytest", ""),
        ("_vendor.urllib3.tls", "import OpenSSL", ""),
        ("contrib.django", "import django.db", ""),
        ("pytest_plugin", "import _pytest.nodes", ""),
        ("plugin", "import pytest", 'entry-points.pytest11 = { acme = "acme_tool.plugin" }'),
        ("extra", "import js", ""),
    ],
)
def test_needs_that_are_no_fault(sample: Sample, module: str, code: str, project: str) -> None:
    sample.configure("", project=project)
    path = f"src/acme_tool/{module.replace('.', '/')}.py"
    sample.write({path: f"{code}\n"})
    for folder in Path(path).parents:
        if folder.is_relative_to("src/acme_tool"):
            init = sample.folder / folder / "__init__.py"
            init.parent.mkdir(parents=True, exist_ok=True)
            init.touch()
    proof = sample.prove()
    assert proof.faults == []
    assert any(f"acme_tool.{module}" in reason for reason in proof.skipped), proof.skipped
    assert "\nProven but for what was skipped: " in report.text(proof)


def test_groups_and_what_lies_in_the_environment_tell_too(sample: Sample) -> None:
    code = {"src/acme_tool/extra.py": "import lost\n", "src/acme_tool/tls.py": "import certifi\n"}
    sample.configure("", project='dependencies = ["requests"]')
    sample.write(code)
    assert sample.prove().faults == []  # requests may bring both, for all that is known
    site = ".venv/lib/python3.11/site-packages/"
    sample.write(
        {
            ".venv/pyvenv.cfg": "",
            f"{site}requests-2.0.dist-info/RECORD": "requests/__init__.py,sha256=x,1\n",
            f"{site}certifi-1.0.dist-info/RECORD": "certifi/core.py,sha256=x,1\n",
        }
    )
    assert sample.faults().startswith("src/acme_tool/extra.py: import acme_tool.extra needs lost, ")
    sample.configure("[dependency-groups]\ndev = ['lost']", project='dependencies = ["requests"]')
    assert sample.prove().faults == []


def test_an_entry_point_of_a_dependency_is_no_fault(sample: Sample) -> None:
    sample.configure(
        '[project.scripts]\nacme = "vcs_thing._cli:main"', project='dependencies = ["vcs-thing"]'
    )
    proof = sample.prove()
    assert proof.faults == []
    assert proof.skipped == ["entry point acme (needs vcs_thing)", NOT_INSTALLED]


def test_what_code_says_without_what_is_not_installed_is_no_fault(sample: Sample) -> None:
    sample.configure("", project='dependencies = ["absent"]')
    loud = "try:\n    import absent\nexcept ImportError:\n    {}\n"
    sample.write({"src/acme_tool/one.py": loud.format("print('get absent')")})
    sample.write(
        {"src/acme_tool/two.py": loud.format("absent = None") + "class X(absent.Y): ...\n"}
    )
    sample.write(
        {"src/acme_tool/three.py": loud.format("pass") + "raise ImportError('get absent')"}
    )
    proof = sample.prove()
    assert proof.faults == []
    assert proof.skipped == ["acme_tool.three, acme_tool.two (needs absent)", NOT_INSTALLED]


def test_a_need_that_code_asks_for_in_its_own_words_is_no_fault(sample: Sample) -> None:
    either = "try:\n    import one_way\nexcept ImportError:\n    {}\n"
    sample.write({"src/acme_tool/one.py": either.format("raise RuntimeError('get one_way')")})
    sample.write({"src/acme_tool/two.py": either.format("import another")})
    proof = sample.prove()
    assert proof.findings == []
    assert proof.skipped == ["acme_tool.one, acme_tool.two (needs another, one_way)"]


def test_what_star_imports_resolve_is_no_fault(sample: Sample) -> None:
    sample.write({"src/acme_tool/__init__.py": "__all__ = ['core']\n"})
    assert sample.prove().status == 0


def test_names_for_type_checkers_need_not_resolve(sample: Sample) -> None:
    typed = "if TYPE_CHECKING:\n    from .core import G\n    __all__ += ['G']\n"
    init = f"TYPE_CHECKING = False\n__all__ = ['core']\n{typed}"
    sample.write({"src/acme_tool/__init__.py": init})
    assert sample.prove(strict=False).faults == []


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("raise SystemExit(3)", "fails: SystemExit: 3"),
        ("import os; os._exit(3)", "ends the process"),
    ],
)
def test_exit_at_import(sample: Sample, code: str, how: str) -> None:
    sample.write({"src/acme_tool/leave.py": code})
    assert f"src/acme_tool/leave.py: import acme_tool.leave {how}; " in sample.faults()


def test_main_module_without_a_guard_is_not_run(sample: Sample) -> None:
    sample.write({"src/acme_tool/__main__.py": "raise SystemExit(1)\n"})
    proof = sample.prove()
    assert proof.status == 0
    assert proof.skipped == ["acme_tool.__main__ (without a __main__ guard)"]


def test_main_module_with_a_guard_is_imported(sample: Sample) -> None:
    sample.write(
        {"src/acme_tool/__main__.py": "if __name__ == '__main__':\n    exit()\nprint(1)\n"}
    )
    assert 'import acme_tool.__main__ prints "1"' in sample.faults()


@pytest.mark.parametrize(
    ("reference", "fault"),
    [
        ("acme_tool.core:nobody", "does not load: AttributeError: module 'acme_tool.core' has no"),
        ("acme_tool.nowhere:main", "does not load: ModuleNotFoundError: No module named"),
        ("acme_tol.core:greet", "names acme_tol.core, which the wheel does not hold"),
        ("acme_tool.core:_END", "cannot be called; name a function"),
    ],
)
def test_entry_point(sample: Sample, reference: str, fault: str) -> None:
    sample.configure(f'[project.scripts]\nacme = "{reference}"')
    assert f"entry point: console_scripts: acme {fault}" in sample.faults()


def test_entry_point_of_any_group(sample: Sample) -> None:
    sample.configure('[project.entry-points."acme.plugins"]\nx = "acme_tool.core:nobody"')
    assert "entry point: acme.plugins: x does not load: AttributeError" in sample.faults()


def test_good_entry_points(sample: Sample) -> None:
    sample.configure(
        '[project.scripts]\nacme = "acme_tool.core:greet"\n'
        '[project.entry-points."acme.plugins"]\nend = "acme_tool.core:_END"\nall = "acme_tool"'
    )
    assert sample.prove().status == 0


def test_syntax_warning_at_import(sample: Sample) -> None:
    sample.write({"src/acme_tool/old.py": "SAME = 1 is 1\n"})
    assert 'import acme_tool.old prints "acme_tool/old.py:1: ' in sample.faults()


def test_deprecation_warning_at_import_is_no_output(sample: Sample) -> None:
    code = "import warnings\nwarnings.warn('old', DeprecationWarning, stacklevel=2)\n"
    sample.write({"src/acme_tool/old.py": code})
    assert sample.prove().status == 0


@pytest.mark.parametrize(
    "code",
    [
        "import sys\nassert sys.platform == 'plan9'\n",
        "from ctypes import windll\n",
        "import subprocess\nsubprocess.STARTUPINFO()\n",
    ],
)
def test_module_for_another_platform_is_only_named(sample: Sample, code: str) -> None:
    sample.write({"src/acme_tool/other.py": code})
    proof = sample.prove()
    assert proof.status == 0
    assert proof.skipped == ["acme_tool.other (needs another platform)"]
