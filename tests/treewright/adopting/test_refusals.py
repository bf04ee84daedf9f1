"""What cannot join is refused with one sentence that says what to do."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from treewright import distribution
from treewright.adopting.inferring import infer
from treewright.adopting.reading import Sources
from treewright.adopting.refusals import of_project, refusals
from treewright.updating import beginning
from treewright.updating.answers import EMPTY
from treewright.updating.repository import Repository

Make = Callable[[Mapping[str, str | bytes]], Path]
Git = Callable[..., None]
Files = Mapping[str, str | bytes]

HEAD = '[project]\nname = "acme"\nversion = "1"\n'
CODE = {"acme/__init__.py": ""}


def built(backend: str, requires: str = "", more: str = "") -> Files:
    system = f'[build-system]\nrequires = [{requires}]\nbuild-backend = "{backend}"\n'
    return {"pyproject.toml": HEAD + more + system, **CODE}


def refused(folder: Path, **given: str) -> list[str]:
    return refusals(folder, infer(folder, given))


OTHERS = "https://github.com/other/template.git"
# For each repository, what its only refusal has to say.
REFUSED: dict[str, tuple[Files, str]] = {
    "two packages": (
        {
            "pyproject.toml": HEAD,
            "src/one/__init__.py": "",
            "src/two/__init__.py": "",
        },
        r"2 packages \(one, two\).*--answer import_name=one\.",
    ),
    "two packages of hatchling": (
        {
            **built("hatchling.build", more='[tool.hatch.build.targets.wheel]\n'
                    'packages = ["src/one", "src/two"]\n'),
            "src/one/__init__.py": "",
            "src/two/__init__.py": "",
        },
        "2 packages",
    ),
    "two packages of a root that hatchling takes whole": (
        {
            **built("hatchling.build", more='[tool.hatch.build.targets.wheel]\n'
                    'only-include = ["src"]\nsources = ["src"]\n'),
            "src/acme/__init__.py": "",
            "src/two/__init__.py": "",
        },
        r"2 packages \(acme, two\)",
    ),
    "two packages of PDM": (
        {**built("pdm.backend"), "two/__init__.py": ""},
        r"2 packages \(acme, two\)",
    ),
    "a workspace": (
        {
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*", "tool/"]\n',
            "packages/one/pyproject.toml": HEAD,
            "tool/pyproject.toml": HEAD,
            "other/pyproject.toml": HEAD,
        },
        r"a workspace without a package.*members: tool, packages/one\.",
    ),
    "one that is private": (
        {"pyproject.toml": HEAD, "src/_other/__init__.py": "", "src/x/__init__.py": ""},
        r"2 packages \(x, _other\)",
    ),
    "two packages in a namespace": (
        {
            "pyproject.toml": HEAD.replace("acme", "other"),
            "src/acme/one/__init__.py": "",
            "src/acme/two/__init__.py": "",
        },
        r"2 packages \(acme\.one, acme\.two\)",
    ),
    "a module": (
        {"pyproject.toml": HEAD, "acme.py": ""},
        r"acme\.py is a single module.*mkdir acme && git mv acme\.py acme/__init__\.py",
    ),
    "a module in src": (
        {"pyproject.toml": HEAD, "src/acme.py": ""},
        r"git mv src/acme\.py src/acme/__init__\.py",
    ),
    "no package": ({"pyproject.toml": HEAD}, "No import package is found for acme; name it"),
    "stubs of another": (
        {"pyproject.toml": HEAD, "acme-stubs/__init__.pyi": ""},
        "acme-stubs holds type stubs only",
    ),
    "stubs by their files": (
        {"pyproject.toml": HEAD, "acme/__init__.pyi": "", "acme/py.typed": ""},
        "acme holds type stubs only",
    ),
    "another root": (
        {"pyproject.toml": HEAD, "lib/acme/__init__.py": ""},
        r"in lib/.*git mv lib src",
    ),
    "ext_modules": (
        {"pyproject.toml": HEAD, **CODE, "setup.py": "setup(ext_modules=[Extension('x', [])])"},
        r"compiled \(ext_modules in setup\.py\)",
    ),
    "ext_modules that run": (
        {"pyproject.toml": HEAD, **CODE, "setup.py": "setup(ext_modules=cythonize('x'))"},
        "compiled",
    ),
    "cffi_modules": (
        {"pyproject.toml": HEAD, **CODE, "setup.py": "setup(cffi_modules=['x.py:ffi'])"},
        "compiled",
    ),
    "rust_extensions": (
        {"pyproject.toml": HEAD, **CODE, "setup.py": "setup(rust_extensions=[RustExtension()])"},
        "compiled",
    ),
    "ext-modules": (
        {
            "pyproject.toml": HEAD + '[[tool.setuptools.ext-modules]]\nname = "x"\n',
            **CODE,
        },
        r"compiled \(\[tool\.setuptools\.ext-modules\]",
    ),
    "setuptools-rust": (
        built("setuptools.build_meta", '"setuptools_rust>=1"'),
        "compiled .setuptools-rust",
    ),
    "Cython": (built("setuptools.build_meta", '"Cython"'), "compiled .cython"),
    "maturin": (built("maturin", '"maturin"'), "compiled .maturin"),
    "scikit-build": (built("scikit_build_core.build", '"scikit-build-core"'), "compiled"),
    "Meson": (built("mesonpy", '"meson-python"'), "compiled"),
    "mypyc": (
        built("hatchling.build", more="[tool.hatch.build.hooks.mypyc]\nx = 1\n"),
        "compiled",
    ),
    "a file of C": ({"pyproject.toml": HEAD, **CODE, "acme/x.c": ""}, r"compiled \(acme/x\.c\)"),
    "a file of Cython": ({"pyproject.toml": HEAD, **CODE, "acme/x.pyx": ""}, "compiled"),
    "a file of Rust": ({"pyproject.toml": HEAD, **CODE, "acme/x.rs": ""}, "compiled"),
    "a library": ({"pyproject.toml": HEAD, **CODE, "acme/x.so": b""}, "compiled"),
    "another backend": (
        built("sipbuild.api"),
        "backend is sipbuild.api; change to one that Treewright knows: uv_build, hatchling",
    ),
    "a backend of its own": (built("backend"), "The build backend is backend"),
    "one that begins alike": (built("pdm.other"), "The build backend is pdm.other"),
    "hatchling's own": (built("hatchling.ouroboros"), "The build backend is hatchling.ouroboros"),
    "no TOML": ({"pyproject.toml": "[project\n", **CODE}, "is not valid TOML"),
    "no name": ({"pyproject.toml": "[project]\n", **CODE}, "no .project. table with a name"),
    "nothing": ({"README.md": ""}, "holds no pyproject.toml"),
    "Poetry's table": (
        {"pyproject.toml": '[tool.poetry]\nname = "acme"\n', **CODE},
        r"in \[tool\.poetry\], and there is no \[project\].*--convert",
    ),
    "flit's table": (
        {"pyproject.toml": '[tool.flit.metadata]\nmodule = "acme"\n', **CODE},
        r"in \[tool\.flit\.metadata\].*flit's documentation",
    ),
    "setup.cfg": ({"setup.cfg": "[metadata]\nname = acme\n", **CODE}, r"in setup\.cfg.*--convert"),
    "setup.py": ({"setup.py": "setup(name='acme')", **CODE}, r"in setup\.py.*--convert"),
    "Pipfile": ({"Pipfile": "[packages]\n", **CODE}, "in Pipfile.*--convert"),
    "requirements": (
        {"requirements.txt": "x\n", "pyproject.toml": "[tool.ruff]\n", **CODE},
        r"in requirements\.txt.*--convert",
    ),
    "setup.py and an empty file": (
        {"setup.py": "setup(name='acme')", "pyproject.toml": "# later\n", **CODE},
        r"in setup\.py.*--convert",
    ),
    "setup.py and no TOML": (
        {"setup.py": "setup(name='acme')", "pyproject.toml": "[x\n", **CODE},
        "is not valid TOML",
    ),
    "setup.py beside tools": (
        {
            "setup.py": "setup(name='acme')",
            "setup.cfg": "[flake8]\n",
            "pyproject.toml": "[tool.black]\n",
            **CODE,
        },
        r"in setup\.py.*--convert",
    ),
    "cruft": (
        {
            "pyproject.toml": HEAD,
            **CODE,
            ".cruft.json": f'{{"template": "{OTHERS.replace("//", "//me:secret@")}"}}',
        },
        rf"\.cruft\.json says that the Cookiecutter template {OTHERS} .*Treewright.*delete",
    ),
    "Copier": (
        {
            "pyproject.toml": HEAD,
            **CODE,
            ".copier-answers.yml": f"_commit: v1\n_src_path: {OTHERS}\n",
        },
        rf"\.copier-answers\.yml says that the Copier template {OTHERS} ",
    ),
    "Copier, another file": (
        {
            "pyproject.toml": HEAD,
            **CODE,
            ".copier-answers.docs.yml": "_src_path: gh:other/docs\n",
        },
        "Copier template gh:other/docs",
    ),
    "Copier, in a folder": (
        {
            "pyproject.toml": HEAD,
            **CODE,
            ".github/.copier-answers.yml": "_src_path: gh:other/github\n",
        },
        "Copier template gh:other/github",
    ),
    "Rhiza": (
        {
            "pyproject.toml": HEAD,
            **CODE,
            ".rhiza/template.yml": "template-repository: other/rhiza\n",
        },
        r"\.rhiza/ says that the Rhiza template other/rhiza",
    ),
    "projen": (
        {
            "pyproject.toml": HEAD,
            **CODE,
            ".projenrc.py": "from projen.python import PythonProject\nPythonProject(name='x')\n",
        },
        r"\.projenrc\.py says that the projen project PythonProject",
    ),
    "cruft, with answers": (
        {
            "pyproject.toml": HEAD,
            **CODE,
            ".cruft.json": '{"template": "gh:other/cut", "context": {"cookiecutter": {"email":'
            ' "ann@example.org", "full_name": "Ann", "_template": "x"}}}',
        },
        r"gh:other/cut keeps .*\(its answers: user_name = Ann, user_email = ann@example\.org\)",
    ),
    "Treewright's own": (
        {
            "pyproject.toml": HEAD,
            **CODE,
            ".copier-answers.yml": f"_commit: v0.7.0\n_src_path: {distribution.ADDRESS}\n",
        },
        r"has Treewright v0\.7\.0 already; update it",
    ),
    "one about to join": (
        {
            "pyproject.toml": HEAD,
            **CODE,
            ".copier-answers.yml": f"_commit: v0.0.0\n_src_path: {distribution.ADDRESS}\n",
        },
        "about to join",
    ),
}  # fmt: skip


@pytest.mark.usefixtures("no_git")
@pytest.mark.parametrize("case", REFUSED)
def test_each_is_refused_in_one_sentence(make: Make, case: str) -> None:
    files, said = REFUSED[case]
    folder = make(files)
    (refusal,) = of_project(Sources(folder), infer(folder, {}))
    assert re.search(said, refusal), refusal
    assert "\n" not in refusal
    assert "secret" not in refusal


TAKEN: dict[str, Files] = {
    "flat": {"pyproject.toml": HEAD, **CODE},
    "src": {"pyproject.toml": HEAD, "src/acme/__init__.py": ""},
    "no __init__.py": {"pyproject.toml": HEAD, "src/acme/x.py": ""},
    "types beside it": {"pyproject.toml": HEAD, **CODE, "acme-stubs/__init__.pyi": ""},
    "a setup.py without extensions": {
        "pyproject.toml": HEAD,
        **CODE,
        "setup.py": "setup(ext_modules=[])",
    },
    "code in C beside it": {"pyproject.toml": HEAD, **CODE, "examples/x.c": ""},
    "answers that a test has": {
        "pyproject.toml": HEAD,
        **CODE,
        "tests/.copier-answers.yml": "_src_path: gh:other/template\n",
    },
    "an overlay": {
        "pyproject.toml": HEAD,
        **CODE,
        ".copier-answers.acme.yml": "_src_path: https://git.example.com/acme/overlay.git\n",
        ".treewright/acme/CODEOWNERS": "* @acme\n",
    },
    "setuptools, long name": built("setuptools.build_meta:__legacy__"),
}


@pytest.mark.usefixtures("no_git")
@pytest.mark.parametrize("case", TAKEN)
def test_others_are_not_refused(make: Make, case: str) -> None:
    folder = make(TAKEN[case])
    assert of_project(Sources(folder), infer(folder, {})) == []


@pytest.mark.usefixtures("no_git")
def test_what_no_conversion_changes_is_told_beside_it(make: Make) -> None:
    folder = make(
        {"setup.py": "setup(name='acme', py_modules=['acme'])", "acme.py": "", "x/y.txt": ""}
    )
    first, second = of_project(Sources(folder), infer(folder, {}))
    assert "--convert" in first
    assert "single module" in second
    folder = make({"setup.py": "setup(name='acme', ext_modules=[Extension('x', [])])"})
    first, second = of_project(Sources(folder), infer(folder, {}))
    assert "--convert" in first
    assert "compiled" in second
    folder = make({"setup.py": "setup(name='acme', packages=find())", "other/inner/z.py": ""})
    (folder / "acme.py").unlink()
    (first,) = of_project(Sources(folder), infer(folder, {}))
    assert "--convert" in first


def test_a_package_can_be_named(commit: Make) -> None:
    folder = commit(REFUSED["two packages"][0])
    assert refused(folder, import_name="two") == []
    (refusal,) = refused(folder, import_name="three")
    assert refusal == "There is no package three here; what there is: one, two."


# --- The state of the repository ---------------------------------------------------------

GOOD = TAKEN["src"]
VCS = {
    **GOOD,
    "pyproject.toml": '[project]\nname = "acme"\ndynamic = ["version"]\n[tool.setuptools_scm]\n',
}


def test_no_repository_is_refused(make: Make) -> None:
    (refusal,) = refused(make(GOOD))
    assert "is in no git repository" in refusal
    assert "git init && git add --all && git commit" in refusal


@pytest.mark.parametrize("name", ["é", 'a"b', "a\\b", "a\nb"])
def test_a_folder_whose_name_git_quotes_is_refused(commit: Make, git: Git, name: str) -> None:
    """Also where a bot updates it; one that did not join there is updated."""
    folder = commit({f"{name}/{path}": text for path, text in GOOD.items()}) / name
    (said,) = refused(folder)
    assert said.endswith(
        "rename the folder to ASCII letters, digits and - _ . by `git mv`, and commit."
    )
    assert beginning.refusal(Repository(folder), EMPTY) == said
    assert beginning.refusal(Repository(folder), "v0.8.0") == ""
    git(folder.parent, "mv", name, "a -b'c")
    git(folder.parent, "commit", "--quiet", "--message=Move")
    assert refused(folder.with_name("a -b'c")) == []


def test_no_commit_is_refused(make: Make, git: Git) -> None:
    folder = make(GOOD)
    git(folder, "init", "--quiet")
    (refusal,) = refused(folder)
    assert "has no commit" in refusal


@pytest.mark.parametrize("how", ["edited", "staged", "new", "deleted"])
def test_a_dirty_tree_is_refused(commit: Make, git: Git, how: str) -> None:
    folder = commit({**GOOD, "README.md": ""})
    path = "new.txt" if how == "new" else "README.md"
    if how == "deleted":
        (folder / path).unlink()
    else:
        (folder / path).write_text("edited\n")
    if how == "staged":
        git(folder, "add", path)
    (refusal,) = refused(folder)
    assert refusal == f"There are uncommitted changes ({path}); commit or stash them first."


def test_an_ignored_file_is_no_change(commit: Make) -> None:
    folder = commit({**GOOD, ".gitignore": "*.log\n"})
    (folder / "x.log").touch()
    assert refused(folder) == []


@pytest.mark.parametrize("files", [GOOD, VCS], ids=["static", "vcs"])
def test_a_shallow_clone_is_refused_where_the_version_needs_history(
    commit: Make, git: Git, tmp_path: Path, files: Files
) -> None:
    source = commit(files)
    git(source, "commit", "--quiet", "--allow-empty", "--message=Next")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", source.as_uri(), str(clone))
    found = refused(clone)
    if files is GOOD:
        assert found == []
    else:
        assert found == [
            "This is a shallow clone, and the version needs history; run: git fetch --unshallow"
        ]
        git(clone, "fetch", "--quiet", "--unshallow")
        assert refused(clone) == []


def test_a_submodule_is_refused(commit: Make, git: Git, tmp_path: Path) -> None:
    inner = commit(GOOD)
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "--quiet")
    allowed = ("-c", "protocol.file.allow=always")
    git(outer, *allowed, "submodule", "--quiet", "add", str(inner), "inner")
    git(outer, "commit", "--quiet", "--message=Start")
    (refusal,) = refused(outer / "inner")
    assert "is in a submodule" in refusal
    (refusal,) = refused(outer / "inner/src")
    assert "is in a submodule" in refusal


@pytest.mark.parametrize("link", ["src/acme", "src"])
def test_a_package_that_is_a_link_is_refused(commit: Make, git: Git, link: str) -> None:
    inner = "src/acme".removeprefix(link).strip("/")
    folder = commit({"pyproject.toml": HEAD, f"code/{inner}/__init__.py".replace("//", "/"): ""})
    (folder / link).parent.mkdir(exist_ok=True)
    up = "../" * link.count("/")
    (folder / link).symlink_to(f"{up}code", target_is_directory=True)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=Link")
    (refusal,) = refused(folder)
    assert refusal == f"{link} is a link; put the package's folder itself there."


def test_a_settings_file_that_is_a_link_is_refused(commit: Make, git: Git) -> None:
    folder = commit({"inner/pyproject.toml": HEAD, "src/acme/__init__.py": ""})
    (folder / "pyproject.toml").symlink_to("inner/pyproject.toml")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=Link")
    (refusal,) = refused(folder)
    assert "pyproject.toml is a link" in refusal


def test_a_worktree_and_a_detached_head_are_not_refused(
    commit: Make, git: Git, tmp_path: Path
) -> None:
    folder = commit(GOOD)
    git(folder, "worktree", "add", "--quiet", "--detach", str(tmp_path / "beside"))
    assert refused(tmp_path / "beside") == []
