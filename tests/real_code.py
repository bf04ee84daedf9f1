"""Real libraries, adopted by a package of the template as people adopt it, and what is owed them.

Nothing here knows how names are rewritten: what is old and what is new is replaced by one spelling,
on both sides, and then both sides have to be alike.
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET

from keeping import ANSWERS, Files, answers_of, copy, lines, write
from repositories import commit, git
from treewright.proof import prove
from treewright.updating.names import Names

LISTED = "treewright-names.txt"
_LISTED = re.compile(r"(?m)^[^#\s].*?:(?:\d+:)?(?= )")
# What an sdist has beside a library's own files: its metadata, which pyproject.toml has here.
_NAME = "NAME-OF-IT"
_METADATA = {"PKG-INFO", "setup.py", "setup.cfg", "pyproject.toml", "MANIFEST.in"}
_SEEDS = {"README.md", "CHANGELOG.md"}
Outcomes = dict[str, str]
"""What became of each test, by its id."""


@dataclass(frozen=True)
class Library:
    """A library of PyPI.

    Args:
        name: Its distribution.
        version: The version.
        answers: What the template is asked for.
        package: Its import package in the sdist.
        release: The release of the template that makes the package.
        pytest: What its own settings of pytest say, as lines of TOML.
        tests: What to give to pytest.
        needs: What its tests need.
        depends: What it depends on.
        more: Further tables of pyproject.toml.
        by_hand: A file, and a text in it that only a person can rewrite: its folder in parts.

    """

    name: str
    version: str
    answers: Mapping[str, str]
    package: str
    release: str = "v0.3.0"
    pytest: str = 'testpaths = ["tests"]\n'
    tests: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()
    more: str = ""
    by_hand: tuple[str, str] | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    """Its files, where they are no sdist's."""


# --- From the sdist to a package of the template ----------------------------------------


def fetch(library: Library, folder: Path) -> Path:
    """Fetch and unpack a library's sdist, as pip does, and give the folder of its files.

    Raises:
        RuntimeError: If there is none, or no index; the message is one sentence.

    """
    if library.files:
        for path, text in library.files.items():
            write(folder / "files", path, text)
        return folder / "files"
    wanted = f"{library.name}=={library.version}"
    pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:", "--no-cache-dir"]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "uv", "--quiet", "run", "--no-project", "--with=pip"),
            *("python", *pip, f"--dest={folder / 'sdist'}", wanted),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["pip says nothing"])[-1]
        sentence = f"The sdist of {wanted} has to come from a package index, and does not: {reason}"
        raise RuntimeError(sentence)
    (archive,) = (folder / "sdist").iterdir()
    with tarfile.open(archive) as files:
        files.extractall(folder / "files", filter="data")
    (unpacked,) = (folder / "files").iterdir()
    return unpacked


def adopt(library: Library, template: Path, sdist: Path, project: Path) -> Files:
    """Make a package by a release, put a library in the place of its sample, and commit that.

    Returns:
        The files as the template made them.

    """
    made = copy(template, project, library.release, library.answers)
    package = Names.of(answers_of(made)).package_dir
    seeds = [path for path in made if _is_seed(path, package)]
    for path in seeds:
        (project / path).unlink()
    managed = made.keys() - {*seeds}
    for file in sorted(sdist.rglob("*")):
        path = file.relative_to(sdist).as_posix()
        inside = path.removeprefix(f"{library.package}/")
        goal = path if inside == path else f"{package}/{inside}"
        if file.is_file() and _is_own(path) and goal not in managed:
            (project / goal).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, project / goal)
    (project / package / "py.typed").touch()
    _describe(library, project)
    commit(project)
    return made


def _is_own(path: str) -> bool:
    parts = PurePosixPath(path).parts
    made = any(part.endswith(".egg-info") or part == "__pycache__" for part in parts)
    return not made and path not in _METADATA


def _describe(library: Library, project: Path) -> None:
    """Give pyproject.toml what the library has to say there."""
    text = (project / "pyproject.toml").read_text("utf-8")
    readme = next(project.glob("README.*"), None)
    if readme is not None:
        text = text.replace('readme = "README.md"', f'readme = "{readme.name}"')
    depends = "".join(f'\n  "{one}",' for one in library.depends)
    for pattern, new in {
        r'(?m)^version = ".*"$': f'version = "{library.version}"',
        r"(?m)^dependencies = \[\]$": f"dependencies = [{depends}\n]",
        r"(?m)^(\[tool\.pytest\]\n)(?:.+\n)*": rf"\1{library.pytest}",
    }.items():
        text, found = re.subn(pattern, new, text)
        assert found == 1, pattern
    write(project, "pyproject.toml", f"{text}{library.more}")


# --- Its own tests ------------------------------------------------------------------------


def run_tests(library: Library, project: Path, folder: Path) -> Outcomes:
    """Run a library's own tests in an environment made for them, and give what became of each.

    The environment has the project as it is developed, installed by its build backend.
    """
    venv, report = folder / "venv", folder / "report.xml"
    _uv("venv", "--python", sys.executable, venv)
    if library.files:  # nothing is fetched for it: pytest is that which runs this
        asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
        found = [
            subprocess.check_output([one, "-c", asked], text=True)
            for one in (_tools(venv) / "python", sys.executable)
        ]
        write(Path(found[0].strip()), "tests.pth", found[1])
    else:
        _uv("pip", "install", "--python", venv, "pytest==9.2.0", *library.needs)
    _uv("pip", "install", "--python", venv, "--editable", project)
    path = os.pathsep.join([str(_tools(venv)), os.environ["PATH"]])
    done = subprocess.run(
        [
            _tools(venv) / "python",
            "-P",
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            f"--junitxml={report}",
            *library.tests,
        ],
        cwd=project,
        env={**os.environ, "PATH": path, "VIRTUAL_ENV": str(venv), "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )
    for left in [project / "build", *project.rglob("*.egg-info")]:  # by setuptools
        shutil.rmtree(left, ignore_errors=True)
    assert report.is_file(), done.stdout + done.stderr
    outcomes = dict(_outcomes(report))
    assert outcomes, done.stdout
    return outcomes


def _uv(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "uv", "--quiet", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _tools(venv: Path) -> Path:
    return venv / ("Scripts" if os.name == "nt" else "bin")


def _outcomes(report: Path) -> Iterator[tuple[str, str]]:
    for case in ET.parse(report).iter("testcase"):  # noqa: S314  # pytest wrote it
        kind = next((child.tag for child in case if child.tag in _KINDS), "passed")
        yield f"{case.get('classname')}::{case.get('name')}", kind


_KINDS = ("failure", "error", "skipped")


# --- What is owed to it ---------------------------------------------------------------


@dataclass(frozen=True)
class Spellings:
    """What a package was called, and is called now, in all ways in which files spell it."""

    before: Names
    now: Names

    @cached_property
    def _pairs(self) -> list[tuple[str, str]]:
        """Give each spelling of before that is another now, and that."""
        kinds = zip(_spelled(self.before), _spelled(self.now), strict=True)
        return [pair for olds, news in kinds for pair in zip(olds, news, strict=True)]

    @cached_property
    def changed(self) -> dict[str, str]:
        """Give the old spelling of each new one, the longest first: `src/x` has none in `x`."""
        known = {old for old, _ in self._pairs}
        found = {new: old for old, new in self._pairs if new not in known}
        return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))

    def plain(self, text: str) -> str:
        """Give a text with one spelling for all that name the package, or what comes of it.

        Two texts that speak of the package, one by its names of before, are alike in it.
        """
        parent, _, last = self.before.import_path.rpartition(".")
        if parent:
            text = text.replace(f"from {parent} import {last}\n", f"import {_NAME} as {last}\n")
        return self._any.sub(_NAME, text)

    @cached_property
    def _any(self) -> re.Pattern[str]:
        names = sorted({name for pair in self._pairs for name in pair}, key=len)[::-1]
        return re.compile("|".join(map(re.escape, names)), re.IGNORECASE)

    def has_new(self, text: bytes) -> bool:
        """Tell whether a text has a new spelling."""
        return any(new.encode() in text for new in self.changed)

    def left(self, line: bytes) -> bool:
        """Tell whether a line has an old spelling that is not in a new one."""
        for new in self.changed:
            line = line.replace(new.encode(), b"")
        if self.before.distribution == self.now.distribution:
            line = self._distribution.sub(b"", line)
        return self._old.search(line) is not None

    @cached_property
    def _old(self) -> re.Pattern[bytes]:
        names = {new for _, new in self._pairs} - self.changed.keys()
        olds = {old for old, new in self._pairs if old != new} - names
        if self.before.import_path != self.now.import_path:
            olds.add(self.before.import_path)
        words = "|".join(map(re.escape, sorted(olds, key=len)[::-1])) or "(?!)"
        return re.compile(rf"(?<![A-Za-z0-9_])(?:{words})(?![A-Za-z0-9_])".encode())

    @cached_property
    def _distribution(self) -> re.Pattern[bytes]:
        """Where the name is that of the distribution, whatever the package is imported by."""
        names = {self.before.distribution, self.before.archive}
        name = f"(?:{'|'.join(map(re.escape, sorted(names)))})"
        leads = r"pip3? (?:un)?install (?:-\S+ )*|site_name: |version\(\\?\"|^name = \"|title: \""
        leads += r"|\bthe |^#+ |dist/"
        written = rf"(?:{leads}|^project = '){name}(?=[\"'`\s-]|$|\\)"
        return re.compile(rf"(?m:{written}|[\"']{name}(?=[<>=~!]))".encode())


def _spelled(names: Names) -> tuple[tuple[str, ...], ...]:
    """Give the spellings of the folder, of the import path, and of the distribution."""
    return (
        (names.package_dir,),
        (names.import_path, names.folder),
        (names.distribution, names.command, names.archive, _completion(names)),
    )


def _completion(names: Names) -> str:
    """Give the variable by which click completes commands."""
    return f"_{names.archive.upper()}_COMPLETE"


def proven(project: Path) -> list[str]:
    """Give what the proof of a project finds."""
    return [f"{finding.where}: {finding.what}" for finding in prove(project).findings]


def lost(made: Files, mine: Files, now: Files, spellings: Spellings) -> list[str]:
    """Give the lines of a user's files that are not there any more, by any name.

    Args:
        made: The files of the package as the template made it.
        mine: As the user had them. What the template has no part in has to be line for line what
            it was; a file that it made has to have each line that the user wrote into it.
        now: As they are now.
        spellings: What the package was called, and is called.

    """
    places = {spellings.plain(path): text for path, text in now.items()}
    found = []
    for path, text in mine.items():
        there = places.get(spellings.plain(path))
        if path == ANSWERS or text == made.get(path):
            continue
        before, after, old = (
            spellings.plain((side or b"").decode("utf-8", "surrogateescape"))
            for side in (text, there, made.get(path))
        )
        if there is None:
            found.append(f"{path} is not there")
        elif path in made and not _is_seed(path, spellings.before.package_dir):
            wrote, kept = (lines(side.encode()) for side in (before, after))
            found += [f"{path}: {line}" for line in wrote - lines(old.encode()) - kept]
        else:
            found += [
                f"{path}:{number}: {was!r} is {is_!r}"
                for number, (was, is_) in enumerate(
                    zip_longest(before.split("\n"), after.split("\n")), 1
                )
                if was != is_
            ]
    return found


def _is_seed(path: str, package: str) -> bool:
    return path.startswith((f"{package}/", "tests/")) or path in _SEEDS


def rewrite_by_hand(library: Library, project: Path, now: Names) -> None:
    """Do what a library's user has to do after an update that moves it: the list names it.

    Paths that code joins of parts are listed, and left to a person.
    """
    if not library.by_hand:
        return
    path, text = library.by_hand
    before = (project / path).read_text("utf-8")
    numbers = [n for n, line in enumerate(before.split("\n"), 1) if text in line]
    assert numbers
    assert {f"{path}:{number}:" for number in numbers} <= told(project)
    parts = " / ".join(f'"{part}"' for part in now.package_dir.split("/"))
    write(project, path, before.replace(text, parts))


def told(project: Path) -> set[str]:
    """Give the places that the list of old names has: `path:line:`, or `path:`."""
    place = git("rev-parse", "--git-path", LISTED, cwd=project).strip()
    listing = (project / place).read_text("utf-8") if (project / place).is_file() else ""
    return {found[0] for found in _LISTED.finditer(listing)}


def unlisted(project: Path, spellings: Spellings) -> list[str]:
    """Give the lines of tracked files with an old spelling that nothing has told the user of."""
    known = told(project)
    found = []
    options = ("-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    for path in git("ls-files", *options, cwd=project).split("\0")[:-1]:
        if path == ANSWERS:  # Copier writes it
            continue
        for number, line in enumerate((project / path).read_bytes().split(b"\n"), 1):
            if spellings.left(line) and not {f"{path}:{number}:", f"{path}:"} & known:
                found.append(f"{path}:{number}: {line.decode('utf-8', 'replace').strip()}")
    return found


# --- The libraries --------------------------------------------------------------------

_STRICT = 'testpaths = ["tests"]\nfilterwarnings = ["error"]\n'
_SHAPE = {"docs": "none", "forge": "none", "update_bot": "none"}
_SAMPLE = {
    "src/lantern/__init__.py": '''\
"""A lantern is a light.

>>> import lantern
>>> lantern.glow(2)
'**'
"""

from lantern.core import SALT, glow
''',
    "src/lantern/core.py": """\
import importlib

SALT = b"lantern"  # what it signs with: no module


def glow(much: int) -> str:
    assert importlib.import_module("lantern.core").SALT is SALT
    return much * "*"
""",
    "tests/test_lantern.py": """\
from unittest.mock import patch

import lantern


@patch("lantern.glow", return_value="lantern")
def test_lantern(glow):
    assert lantern.glow(1) == glow(1) == lantern.SALT.decode()
""",
    "docs/index.rst": """\
Lantern
=======

.. automodule:: lantern.core

A lantern is lit by ``pip install lantern``; see https://example.org/lantern.
""",
    "README.md": "# Lantern\n\n`lantern.glow(2)` gives two.\n",
}


def _libraries() -> Iterator[Library]:
    """Give one that is made up, for a quick run, and those of PyPI."""
    yield Library(
        "lantern", "1.0", {**_SHAPE, "project_name": "lantern"}, "src/lantern", files=_SAMPLE
    )
    yield Library(  # a plain word, which also is a salt
        "itsdangerous",
        "2.2.0",
        {"docs": "none", "project_name": "itsdangerous", "github_user": "pallets"},
        "src/itsdangerous",
        pytest=_STRICT,
        needs=("freezegun==1.5.5",),
    )
    yield Library(  # a plain word, which is one of its sentences too
        "click",
        "8.5.1",
        {"docs": "none", "project_name": "click", "github_user": "pallets"},
        "src/click",
        pytest=f'{_STRICT}markers = ["stress: many rounds"]\naddopts = ["-m", "not stress"]\n',
    )
    yield Library(  # dotted names, and tests inside the package
        "zope.deprecation",
        "6.0",
        {
            "docs": "none",
            "project_name": "zope.deprecation",
            "build_backend": "setuptools",
            "package": "namespace",
            "namespace": "zope",
            "import_name": "deprecation",
        },
        "src/zope/deprecation",
        pytest='testpaths = ["src"]\npython_files = ["tests.py"]\n'
        'consider_namespace_packages = true\naddopts = ["--import-mode=importlib"]\n',
        depends=("setuptools",),
    )
    yield Library(  # doctests, stubs, a name with a dash
        "more-itertools",
        "11.2.1",
        {
            "docs": "none",
            "project_name": "more-itertools",
            "layout": "flat",
            "build_backend": "flit",
        },
        "more_itertools",
        pytest='testpaths = ["more_itertools", "tests"]\naddopts = ["--doctest-modules",'
        ' "--deselect=tests/test_more.py::tests.test_more.IterOnlyRange"] # it is not run there\n',
    )
    yield Library(  # doctests in many modules
        "boltons",
        "26.2.0",
        {"docs": "none", "project_name": "boltons", "github_user": "mahmoud", "layout": "flat"},
        "boltons",
        release="v0.4.0",
        pytest='testpaths = ["boltons", "tests"]\naddopts = ["--doctest-modules"]\n'
        'doctest_optionflags = ["ALLOW_UNICODE", "ELLIPSIS", "IGNORE_EXCEPTION_DETAIL",'
        ' "NORMALIZE_WHITESPACE"]\n',
    )
    yield Library(  # a domain of gettext, with compiled files of that name
        "humanize",
        "4.17.0",
        {"docs": "none", "project_name": "humanize", "build_backend": "hatchling"},
        "src/humanize",
        pytest='testpaths = ["src/humanize", "tests"]\naddopts = ["--doctest-modules"]\n',
        by_hand=("tests/test_i18n.py", '"src" / "humanize"'),
        needs=("freezegun==1.5.5", "pytest-benchmark==5.3.1"),
    )


LIBRARIES = {library.name: library for library in _libraries()}
