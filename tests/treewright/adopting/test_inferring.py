"""Answers of repositories of each backend and layout, which the template takes as they are."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from tiers import full
from treewright.adopting.inferring import infer
from treewright.adopting.refusals import refusals

Make = Callable[[Mapping[str, str | bytes]], Path]
Render = Callable[..., Path]
Git = Callable[..., None]
Files = Mapping[str, str | bytes]

PROJECT = """\
[build-system]
requires = ["{requires}"]
build-backend = "{backend}"

[project]
name = "acme-tool"
version = "1.2"
description = "Counts things."
requires-python = ">=3.10"
license = "MIT"
authors = [{{ name = "Ada Lovelace", email = "ada@example.org" }}]
"""


def project(backend: str, requires: str = "x", more: str = "", version: str = "") -> str:
    text = PROJECT.format(backend=backend, requires=requires)
    return text.replace('version = "1.2"', version or 'version = "1.2"') + more


UV = project("uv_build")
HATCH = project("hatchling.build")
SETUPTOOLS = project("setuptools.build_meta")
FLIT = project("flit_core.buildapi")
PDM = project("pdm.backend")
POETRY = project("poetry.core.masonry.api")
DYNAMIC = 'dynamic = ["version"]'
SRC = {"src/acme_tool/__init__.py": ""}
FLAT = {"acme_tool/__init__.py": ""}
USUAL = {"layout": "src", "package": "regular", "import_name": "acme_tool"}

# For each repository its files, and answers that are expected beside those of PROJECT.
CASES: dict[str, tuple[Files, dict[str, object]]] = {
    "uv": ({"pyproject.toml": UV, **SRC}, {"build_backend": "uv", **USUAL}),
    "uv, flat": (
        {"pyproject.toml": UV + '[tool.uv.build-backend]\nmodule-root = ""\n', **FLAT},
        {"build_backend": "uv", **USUAL, "layout": "flat"},
    ),
    "uv, another name": (
        {
            "pyproject.toml": UV + '[tool.uv.build-backend]\nmodule-name = "other"\n',
            "src/other/__init__.py": "",
        },
        {**USUAL, "import_name": "other"},
    ),
    "uv, namespace": (
        {
            "pyproject.toml": UV + '[tool.uv.build-backend]\nmodule-name = "acme.tool"\n',
            "src/acme/tool/__init__.py": "",
        },
        {"layout": "src", "package": "namespace", "namespace": "acme", "import_name": "tool"},
    ),
    "hatchling": ({"pyproject.toml": HATCH, **SRC}, {"build_backend": "hatchling", **USUAL}),
    "hatchling, version from git": (
        {
            "pyproject.toml": project(
                "hatchling.build",
                more='[tool.hatch.version]\nsource = "vcs"\n',
                version=DYNAMIC,
            ),
            **FLAT,
        },
        {"build_backend": "hatchling", "version_source": "vcs", **USUAL, "layout": "flat"},
    ),
    "hatchling, version in a file": (
        {
            "pyproject.toml": project(
                "hatchling.build",
                more='[tool.hatch.version]\npath = "src/acme_tool/__init__.py"\n',
                version=DYNAMIC,
            ),
            **SRC,
        },
        {"version_source": "static", **USUAL},
    ),
    "hatchling, packages": (
        {
            "pyproject.toml": HATCH
            + '[tool.hatch.build.targets.wheel]\npackages = ["src/other"]\n',
            "src/other/__init__.py": "",
            "src/acme_tool/__init__.py": "",
        },
        {**USUAL, "import_name": "other"},
    ),
    "hatch.toml": (
        {
            "pyproject.toml": project(
                "hatchling.build", more='[tool.hatch.version]\nsource = "vcs"\n', version=DYNAMIC
            ),
            "hatch.toml": '[build.targets.wheel]\npackages = ["src/other"]\n',
            "src/other/__init__.py": "",
            **SRC,
        },
        {"version_source": "vcs", **USUAL, "import_name": "other"},
    ),
    "setuptools": (
        {"pyproject.toml": SETUPTOOLS, **FLAT, "tests/__init__.py": "", "docs/conf.py": ""},
        {"build_backend": "setuptools", **USUAL, "layout": "flat"},
    ),
    "setuptools, where": (
        {
            "pyproject.toml": SETUPTOOLS + '[tool.setuptools.packages.find]\nwhere = ["src"]\n',
            "src/other/__init__.py": "",
        },
        {**USUAL, "import_name": "other"},
    ),
    "setuptools, excluded": (
        {
            "pyproject.toml": SETUPTOOLS
            + '[tool.setuptools.packages.find]\nexclude = ["perf*"]\n',
            **FLAT,
            "perf/__init__.py": "",
        },
        {**USUAL, "layout": "flat"},
    ),
    "setuptools, setuptools_scm": (
        {
            "pyproject.toml": project(
                "setuptools.build_meta", "setuptools_scm>=8", version=DYNAMIC
            ),
            **SRC,
        },
        {"version_source": "vcs", **USUAL},
    ),
    "setuptools, attr": (
        {
            "pyproject.toml": project(
                "setuptools.build_meta",
                "setuptools_scm>=8",
                '[tool.setuptools.dynamic]\nversion = { attr = "acme_tool.V" }\n',
                DYNAMIC,
            ),
            **SRC,
        },
        {"version_source": "static", **USUAL},
    ),
    "setuptools, package-dir": (
        {
            "pyproject.toml": SETUPTOOLS + '[tool.setuptools]\npackage-dir = { "" = "src" }\n'
            'packages = ["acme.tool", "acme.tool.inner"]\n',
            "src/acme/tool/__init__.py": "",
            "src/acme/tool/inner/__init__.py": "",
        },
        {"layout": "src", "package": "namespace", "namespace": "acme", "import_name": "tool"},
    ),
    "a namespace as before PEP 420": (
        {
            "pyproject.toml": SETUPTOOLS,
            "src/acme/__init__.py": "__import__('pkg_resources').declare_namespace(__name__)\n",
            "src/acme/tool/__init__.py": "",
        },
        {"layout": "src", "package": "namespace", "namespace": "acme", "import_name": "tool"},
    ),
    "no build system": (
        {"pyproject.toml": PROJECT.partition("\n\n")[2].replace("{{", "{").replace("}}", "}"),
         **SRC},
        {"build_backend": "setuptools", **USUAL},
    ),
    "flit": (
        {
            "pyproject.toml": FLIT + '[tool.flit.module]\nname = "other"\n',
            "other/__init__.py": "",
            "acme_tool/__init__.py": "",
        },
        {"build_backend": "flit", **USUAL, "layout": "flat", "import_name": "other"},
    ),
    "flit, its own version and description": (
        {
            "pyproject.toml": project(
                "flit_core.buildapi", version='dynamic = ["version", "description"]'
            ).replace('description = "Counts things."\n', ""),
            "acme_tool/__init__.py": '"""Counts things.\n\nAll of them.\n"""\n__version__ = "1"\n',
        },
        {"build_backend": "flit", "version_source": "static", **USUAL, "layout": "flat"},
    ),
    "PDM": (
        {
            "pyproject.toml": project(
                "pdm.backend", more='[tool.pdm.version]\nsource = "scm"\n', version=DYNAMIC
            ),
            **SRC,
        },
        {"build_backend": "pdm", "version_source": "vcs", **USUAL},
    ),
    "PDM, old name": (
        {"pyproject.toml": project("pdm.pep517.api"), **FLAT},
        {"build_backend": "pdm", **USUAL, "layout": "flat"},
    ),
    "Poetry": (
        {
            "pyproject.toml": POETRY
            + '[[tool.poetry.packages]]\ninclude = "acme"\nfrom = "src"\n',
            "src/acme/__init__.py": "",
        },
        {"build_backend": "poetry", **USUAL, "import_name": "acme"},
    ),
    "Poetry's own table": (
        {
            "pyproject.toml": '[tool.poetry]\nname = "acme-tool"\nversion = "1"\n'
            'description = "Counts things."\nlicense = "MIT"\n'
            'authors = ["Ada Lovelace <ada@example.org>"]\n'
            '[tool.poetry.dependencies]\npython = "^3.10"\n'
            '[build-system]\nrequires = []\nbuild-backend = "poetry.core.masonry.api"\n',
            **FLAT,
        },
        {"build_backend": "poetry", **USUAL, "layout": "flat"},
    ),
    "setup.cfg": (
        {
            "setup.cfg": "[metadata]\nname = acme-tool\nversion = attr: acme_tool.V\n"
            "description = Counts things.\nlicense = MIT\nauthor = Ada Lovelace\n"
            "author_email = ada@example.org\n[options]\npackages = find:\n"
            "python_requires = >=3.10\npackage_dir =\n    =src\n"
            "[options.packages.find]\nwhere = src\n",
            "setup.py": "from setuptools import setup\nsetup()\n",
            **SRC,
        },
        {"build_backend": "setuptools", "version_source": "static", **USUAL},
    ),
    "setup.py": (
        {
            "setup.py": "from setuptools import setup, find_packages\nN = 'acme' + '-tool'\n"
            "setup(name=N, version='1', description='Counts things.', license='MIT',\n"
            "  author='Ada Lovelace', author_email='ada@example.org',\n"
            "  python_requires='>=3.10', packages=find_packages())\n",
            **FLAT,
            "tests/__init__.py": "",
        },
        {"build_backend": "setuptools", "version_source": "static", **USUAL, "layout": "flat"},
    ),
    "versioneer": (
        {
            "pyproject.toml": project("setuptools.build_meta", version=DYNAMIC),
            "setup.cfg": "[versioneer]\nVCS = git\n",
            **SRC,
        },
        {"version_source": "vcs", **USUAL},
    ),
}  # fmt: skip
COMMON = {
    "project_name": "acme-tool",
    "project_description": "Counts things.",
    "user_name": "Ada Lovelace",
    "user_email": "ada@example.org",
    "license": "MIT",
    "python_min": "3.10",
}
QUICK = ("uv, namespace", "setup.cfg")


@pytest.mark.usefixtures("no_git")
@pytest.mark.parametrize("case", CASES)
def test_each_repository_is_read(make: Make, case: str) -> None:
    files, expected = CASES[case]
    inferred = infer(make(files), {})
    found = {name: inferred.answers[name] for name in {**COMMON, **expected}}
    assert {name: one.value for name, one in found.items()} == {**COMMON, **expected}
    assert {one.sure for one in found.values()} == {"sure"}
    assert "namespace" in expected or "namespace" not in inferred.answers


@pytest.mark.parametrize("case", [case if case in QUICK else full(case) for case in CASES])
def test_the_template_takes_the_answers(make: Make, render: Render, case: str) -> None:
    values = infer(make(CASES[case][0]), {}).values
    stored = taken(render, values)
    assert {name: stored.get(name) for name in values} == values


def taken(render: Render, values: Mapping[str, object]) -> dict[str, object]:
    """Give what the template stores of answers, in a repository that joined."""
    own = ["docs", "tests"]
    made = render({**values, "joined": True, "own_kinds": own, "starter": "minimal"})
    stored: dict[str, object] = yaml.safe_load((made / ".copier-answers.yml").read_text("utf-8"))
    return stored


# --- Values that have to be made fit -----------------------------------------------------

PYTHON = "Programming Language :: Python :: "
OF_POETRY = '[build-system]\nbuild-backend = "poetry.core.masonry.api"\n'
HEAD = '[project]\nname = "acme-tool"\n'


@pytest.mark.parametrize(
    ("said", "name", "value"),
    [
        (r'description = "\n\tCounts\tthings.\nAll of them."', "project_description",
         "Counts things."),
        (r'description = "Counts\u202e things."', "project_description", "Counts things."),
        ('description = "   "', "project_description", "A Python package."),
        ('authors = [{name = "Ada, Countess of Lovelace"}]', "user_name", "Ada"),
        ('authors = [{name = "Ada <ada@example.org>"}]', "user_name", "Ada"),
        ('authors = [{email = "Ada Lovelace <ada@example.org>"}]', "user_name", "Ada Lovelace"),
        ('authors = [{name = "Ada", email = "ada@exämple.org"}]', "user_email", ""),
        ('authors = [{name = "Ada", email = "a@b.org, c@d.org"}]', "user_email", "a@b.org"),
        ('authors = []\nmaintainers = [{name = "Ada"}]', "user_name", "Ada"),
        ('authors = ["Ada"]', "user_name", "Ada"),
        ("authors = [3]", "user_name", ""),
        ('requires-python = ">=3.7"', "python_min", "3.9"),
        ('requires-python = ">= 3.10.2, < 4"', "python_min", "3.10"),
        ('requires-python = ">3.10"', "python_min", "3.10"),
        ('requires-python = "~=3.12"', "python_min", "3.12"),
        ('requires-python = "==3.12.*"', "python_min", "3.12"),
        ('requires-python = ">=2.7, !=3.0.*, !=3.1.*"', "python_min", "3.9"),
        ('requires-python = ">=3"', "python_min", "3.9"),
        ('requires-python = "<4"', "python_min", "3.11"),
        ('requires-python = "*"', "python_min", "3.11"),
        ('requires-python = "as you like"', "python_min", "3.11"),
        (f'classifiers = ["{PYTHON}3.12", "{PYTHON}3", "{PYTHON}3.10"]', "python_min", "3.10"),
        ('[tool.poetry.dependencies]\npython = "~3.10"', "python_min", "3.10"),
        ('[tool.poetry.dependencies]\npython = "^3.10.1"', "python_min", "3.10"),
        ('[tool.poetry.dependencies]\npython = ">=3.10,<3.12 || ^3.13"', "python_min", "3.10"),
        ('[tool.poetry.dependencies]\npython = "3.10.*"', "python_min", "3.10"),
        ("[dependency-groups]\ndocs = []\ntest = []", "own_groups", ["docs", "test"]),
        ("[dependency-groups]\n'no name' = []", "own_groups", []),
        (f"{OF_POETRY}[tool.poetry-dynamic-versioning]", "version_source", "static"),
        ("[tool.pyright]", "type_checker", "pyright"),
        ("[tool.ty.src]", "type_checker", "ty"),
        ("[tool.mypy]", "type_checker", "mypy"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("no_git")
def test_values_are_made_fit(make: Make, said: str, name: str, value: object) -> None:
    folder = make({"pyproject.toml": f"{HEAD}{said}\n", "acme_tool/__init__.py": ""})
    assert infer(folder, {}).answers[name].value == value


def test_free_text_passes_the_template(make: Make, render: Render) -> None:
    said = (
        r'description = "\u2028Counts \"x\" {{ y }} {% z %} \\ é \U0001F600\n"'
        '\nauthors = [{name = "Zoë \'{{x}}\' O\\u200bB", email = "zoe+x@mail.example.org"}]\n'
    )
    folder = make({"pyproject.toml": HEAD + said, "acme_tool/__init__.py": ""})
    values = infer(folder, {}).values
    stored = taken(render, values)
    assert {name: stored.get(name) for name in values} == values


# --- The command that tests --------------------------------------------------------------

TESTS = {"tests/test_it.py": "def test(): pass\n"}


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"tox.ini": "[testenv]\ncommands = pytest\n"}, "uvx --with tox-uv tox run -e py"),
        ({"tox.ini": "[flake8]\nmax-line-length = 100\n", **TESTS}, "uv run --with pytest pytest"),
        ({"noxfile.py": "@nox.session\ndef tests(session): ...\n"}, "uvx nox -s tests"),
        (
            {"pyproject.toml": "[tool.hatch.envs.hatch-test]\nparallel = true\n"},
            "uvx hatch test",
        ),
        (
            {"pyproject.toml": '[tool.hatch.envs.default.scripts]\ntests = "x"\n'},
            "uvx hatch run tests",
        ),
        (
            {"pyproject.toml": '[tool.hatch.envs.test.scripts]\ntest = "x"\n'},
            "uvx hatch run test:test",
        ),
        ({"hatch.toml": "[envs.hatch-test]\nparallel = true\n"}, "uvx hatch test"),
        (
            {"pyproject.toml": '[dependency-groups]\ndev = ["pytest"]\ntests = ["pytest>=8"]\n'},
            "uv run --group tests pytest",
        ),
        (
            {"pyproject.toml": '[project.optional-dependencies]\ndev = ["pytest"]\n'},
            "uv run --extra dev pytest",
        ),
        (
            {"pyproject.toml": '[tool.poetry.group.dev.dependencies]\npytest = "*"\n'},
            "uvx poetry install && uvx poetry run pytest",
        ),
        (
            {"pyproject.toml": '[tool.pdm.dev-dependencies]\ntest = ["pytest"]\n'},
            "uvx pdm run pytest",
        ),
        (
            {"requirements-dev.txt": "pytest\n"},
            "uv run --with-requirements requirements-dev.txt pytest",
        ),
        (TESTS, "uv run --with pytest pytest"),
        ({"README.md": ""}, ""),
    ],
)
def test_a_command_that_tests_is_found(make: Make, files: Files, command: str) -> None:
    assert infer(make(files), {}).answers["test_command"].value == command


# --- What a person says ------------------------------------------------------------------


def test_what_is_given_holds_and_so_does_what_follows(make: Make) -> None:
    folder = make(
        {
            "pyproject.toml": SETUPTOOLS,
            "src/one/__init__.py": "",
            "src/two/inner/__init__.py": "",
        }
    )
    given = {"import_name": "two.inner", "license": "ISC", "repository": "git@gitlab.com:a/b.git"}
    found = infer(folder, given).answers
    assert found["layout"].value == "src"
    assert (found["namespace"].value, found["import_name"].value) == ("two", "inner")
    assert (found["license"].value, found["license"].read_from) == ("ISC", "--answer")
    assert (found["forge"].value, found["github_user"].value) == ("gitlab", "a")
    assert found["repository_url"].value == "https://gitlab.com/a/b"
    found = infer(folder, {"repository": "acme"}).answers  # the template completes it
    assert found["repository"].value == "acme"
    assert "forge" not in found
    found = infer(folder, {"project_name": "one"}).answers
    assert (found["project_name"].value, found["import_name"].value) == ("one", "one")


def test_several_packages_are_a_question_and_the_likest_comes_first(make: Make) -> None:
    folder = make(
        {
            "pyproject.toml": SETUPTOOLS,
            "alpha/__init__.py": "",
            "acme_tool/__init__.py": "",
        }
    )
    found = infer(folder, {}).answers["import_name"]
    assert (found.value, found.sure) == ("acme_tool", "contradictory")
    assert set(found.alternatives.values()) == {"acme_tool", "alpha"}


# --- A member of a workspace -------------------------------------------------------------


def test_a_member_leaves_the_forge_to_the_top(commit: Make, git: Git) -> None:
    top = commit(
        {
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n',
            "ruff.toml": "",
            ".github/workflows/ci.yml": "on: pull_request\n",
            "packages/tool/pyproject.toml": UV,
            "packages/tool/src/acme_tool/__init__.py": "",
            "packages/other/tests/test_other.py": "",
        }
    )
    git(top, "remote", "add", "origin", "https://github.com/acme/tools.git")
    member = top / "packages/tool"
    inferred = infer(member, {})
    assert inferred.answers["forge"].value == "none"
    assert inferred.answers["repository_url"].value == "https://github.com/acme/tools"
    assert {"checks", "release", "bot"} <= inferred.kinds.keys()
    assert inferred.kinds["lint"] == "../../ruff.toml"
    assert "tests" not in inferred.kinds
    assert list(inferred.kinds) == ["checks", "release", "lint", "bot"]
    assert refusals(member, inferred) == []


# --- Nothing runs, nothing breaks --------------------------------------------------------

PAYLOAD = "import pathlib\npathlib.Path({!r}).touch()\n"


def test_no_code_of_the_repository_runs(commit: Make, tmp_path: Path) -> None:
    proof = tmp_path / "ran"
    code = PAYLOAD.format(str(proof))
    names = (
        "setup.py",
        "conftest.py",
        "noxfile.py",
        "hatch_build.py",
        "pdm_build.py",
        "_backend.py",
    )
    folder = commit(
        {
            **dict.fromkeys((*names, "tasks.py", "docs/conf.py", "sitecustomize.py"), code),
            "acme_tool/__init__.py": code,
            "setup.cfg": "[metadata]\nversion = attr: acme_tool.V\n",
            ".projenrc.py": f"{code}PythonProject(name='x')\n",
            "pyproject.toml": project("_backend", more='[tool.pytest]\naddopts = "-p conftest"\n')
            .replace("requires =", 'backend-path = ["."]\nrequires ='),
        }
    )  # fmt: skip
    script = (
        "import sys; from pathlib import Path\n"
        "from treewright.adopting.inferring import infer\n"
        "from treewright.adopting.refusals import refusals\n"
        "project = Path(sys.argv[1]); print(refusals(project, infer(project, {})))\n"
    )
    source = str(Path(infer.__code__.co_filename).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {source!r})\n{script}", folder],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "_backend" in done.stdout
    assert not proof.exists()
    exec(compile(code, "setup.py", "exec"))  # noqa: S102  # it would have been seen
    assert proof.exists()


HOSTILE: dict[str, Files] = {
    "no TOML": {"pyproject.toml": "[project\n"},
    "deep TOML": {"pyproject.toml": f"x = {'[' * 5000}{']' * 5000}\n"},
    "another encoding": {"pyproject.toml": '[project]\nname = "\xe9"\n'.encode("latin-1")},
    "a mark of UTF-8": {"pyproject.toml": b"\xef\xbb\xbf[project]\nname = 'acme'\n"},
    "strange types": {
        "pyproject.toml": "[project]\nname = 3\nauthors = 4\nlicense = []\ndescription = {}\n"
        "classifiers = 'x'\nrequires-python = 3.9\nurls = []\noptional-dependencies = [1]\n"
        "dependency-groups = 1\n[tool]\nruff = 1\nhatch = 1\npoetry = 'x'\npdm = []\n"
        "[build-system]\nrequires = 'x'\nbuild-backend = 1\n"
    },
    "strange tables": {
        "pyproject.toml": "project = 1\ntool = 2\nbuild-system = []\ndependency-groups = [1]\n"
    },
    "strange groups": {
        "pyproject.toml": "[dependency-groups]\na = [1, {include-group = 'a'}]\nb = 'x'\n"
        "[tool.poetry.group]\na = 1\n[tool.hatch.envs]\na = 2\n[tool.uv]\ndev-dependencies = 1\n"
    },
    "no INI": {"setup.cfg": "name = x\n[metadata\n", "tox.ini": "x\n\0"},
    "an INI that interpolates": {"setup.cfg": "[metadata]\nname = %(x)s\n"},
    "no Python": {"setup.py": "setup(((\n", "acme/__init__.py": "\0"},
    "strange setup": {
        "setup.py": "setup(name=3, packages={}, package_dir=[], classifiers=1, author=[],"
        " license=None, python_requires=3, project_urls=[], extras_require=[])"
    },
    "no YAML": {".github/workflows/x.yml": "{[\n", ".copier-answers.yml": "{[\n"},
    "no JSON": {".cruft.json": "{{"},
    "a large file": {"setup.py": b"#" * 2_000_000, "LICENSE": b"x" * 2_000_000},
    "no UTF-8": {"LICENSE": b"\xff\xfe", "tox.ini": b"\xff", "setup.cfg": b"\xff[x]\n"},
    "a workflow that never ends": {".github/workflows/x.yml": "push " * 30_000},
    "strange names": {"acme\nx/__init__.py": "", "[x]*?": "", "\u202e.py": ""},
}


@pytest.mark.parametrize("case", HOSTILE)
def test_strange_files_are_no_traceback(commit: Make, case: str) -> None:
    folder = commit(HOSTILE[case])
    inferred = infer(folder, {})
    assert inferred.answers["import_name"].value
    assert not any("\n" in said for said in refusals(folder, inferred))


def test_links_are_not_followed(make: Make, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "setup.cfg").write_text("[metadata]\nname = secret\n")
    folder = make({"README.md": ""})
    (folder / "setup.cfg").symlink_to(outside / "setup.cfg")
    (folder / "pyproject.toml").symlink_to("pyproject.toml")
    (folder / "tox.ini").mkdir()
    assert infer(folder, {}).answers["project_name"].value == "made"
