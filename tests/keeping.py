"""Projects of released versions, edited as people edit them, and what an update owes to them."""

import re
import shutil
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import copier
import yaml

import release
import rendering
from home_page import whole
from rendering import ROOT
from repositories import commit, git, snapshot
from treewright.updating import contract

HERE = "v9.0.0"
EMPTY = "v0.0.0"  # the empty template, from which packages of another make join
ANSWERS = ".copier-answers.yml"
_RELEASE = re.compile(r"(?m)^(\w+) release: (v\d+\.\d+\.\d+)$")

Files = dict[str, bytes]
Data: TypeAlias = "Mapping[str, Data] | Sequence[Data] | str | int | float | bool | None"


# --- Releases --------------------------------------------------------------------------


def releases() -> dict[str, str]:
    """Give the commit of each release, oldest first, found by its subject: tags may lack."""
    return {version: commit_ for version, commit_ in _found().items() if version != EMPTY}


def _found() -> dict[str, str]:
    found = {version: commit_ for commit_, version in _RELEASE.findall(_log())}
    return dict(sorted(found.items(), key=lambda item: _number(item[0])))


def _log() -> str:
    return git("log", "--format=%H %s", cwd=ROOT)


def _number(version: str) -> list[int]:
    return [int(part) for part in version.removeprefix("v").split(".")]


def is_shallow() -> bool:
    return git("rev-parse", "--is-shallow-repository", cwd=ROOT).strip() == "true"


def clone_releases(folder: Path) -> Path:
    """Give a clone with a tag for every release, and one for the working tree."""
    clone = folder / "treewright"
    git("clone", "--quiet", "--no-tags", ROOT, clone, cwd=folder)
    for version, commit_ in _found().items():
        git("tag", version, commit_, cwd=clone)
    for name in release.SOURCES[1:]:
        shutil.rmtree(clone / name, ignore_errors=True)  # the newest release may lack it
    rendering.copy_template(clone)
    for name in ("LICENSE", "pyproject.toml"):  # and what builds the distribution
        shutil.copy(ROOT / name, clone)
    shutil.copytree(ROOT / ".ci", clone / ".ci", dirs_exist_ok=True)
    git("add", "--all", cwd=clone)
    git("commit", "--quiet", "--allow-empty", f"--message=release: {HERE}", cwd=clone)
    git("tag", HERE, cwd=clone)
    git("repack", "-a", "-d", "--quiet", cwd=clone)  # each update clones it more than once
    return clone


def everything(folder: Path) -> Path:
    """Give a clone in which all that is here is committed, with something new in the changelog."""
    clone = folder / "treewright"
    git("clone", "--quiet", "--no-tags", ROOT, clone, cwd=folder)
    git("switch", "--quiet", "--force-create=main", cwd=clone)
    git("rm", "--quiet", "-r", ".", cwd=clone)
    for name in filter(None, git("ls-files", "-zco", "--exclude-standard", cwd=ROOT).split("\0")):
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, clone / name)
    news(clone)
    commit(clone)
    return clone


def news(clone: Path) -> None:
    """Have something for the next release to tell."""
    changelog = (clone / "CHANGELOG.md").read_text("utf-8")
    new = "\n## Unreleased\n\n- What is new.\n\n## "
    write(clone, "CHANGELOG.md", changelog.replace("\n## ", new, 1))


# --- Copier in this process ------------------------------------------------------------


def copy(template: Path | str, project: Path, version: str, answers: Mapping[str, Any]) -> Files:
    """Make a project by a version of the template, commit it, and give its files."""
    with rendering.remembering():
        copier.run_copy(
            str(template),
            project,
            data=dict(answers),
            vcs_ref=version,
            defaults=True,
            quiet=True,
            skip_tasks=True,
        )
    commit(project)
    return snapshot(project)


def update(project: Path, version: str = HERE, **answers: object) -> Files:
    """Update a project as `copier update --defaults --trust --quiet` does, and give its files."""
    return _update(project, version, answers, quiet=True)


def update_and_tell(project: Path, version: str = HERE, **answers: object) -> Files:
    """Do the same, and print the report."""
    return _update(project, version, answers, quiet=False)


def _update(project: Path, version: str, answers: Mapping[str, object], *, quiet: bool) -> Files:
    with rendering.remembering():
        copier.run_update(
            project,
            data=dict(answers),
            vcs_ref=version,
            defaults=True,
            overwrite=True,
            unsafe=True,
            quiet=quiet,
        )
    return snapshot(project)


def answers_of(files: Files) -> dict[str, Any]:
    """Give the stored answers of a project, without where they come from."""
    stored: dict[str, Any] = yaml.safe_load(files[ANSWERS])
    return {name: value for name, value in stored.items() if not name.startswith("_")}


def unmerged(project: Path) -> list[str]:
    """Give the files that an update left to a person."""
    listed = git("diff", "--name-only", "--diff-filter=U", "--relative", "-z", cwd=project)
    return sorted(set(listed.split("\0")[:-1]))


# --- What people do to a project -------------------------------------------------------

_MODULE = '''\
"""What the sample made room for."""

__all__ = ["shout"]


def shout(text: str) -> str:
    """Say it louder."""
    return text.upper()
'''
_TEST = """\
from {package} import mine


def test_shout() -> None:
    assert mine.shout("a") == "A"
"""
_STEP = """\
      - name: Mine
        run: echo mine
"""
_HOOK = """
  - repo: local
    hooks:
      - id: mine
        name: mine
        language: system
        entry: echo mine
"""
_JOB = "\nmine:\n  script: echo mine\n"
_WORKFLOW = "name: Mine\non: push\njobs: {mine: {runs-on: ubuntu-24.04, steps: [{run: make}]}}\n"
_RENAMED = {
    "library": ("_units", "_quantities"),
    "command": ("_logs", "_logging"),
    "pipeline": ("_logs", "_logging"),
    "analysis": ("_logs", "_logging"),
    "plugin": ("slugs", "names"),
    "minimal": ("greeting", "greetings"),
}


def edit(project: Path, *, clashing: bool = False) -> Files:
    """Edit a project as years of work do, commit it, and give its files.

    Args:
        project: The project, as the template made it.
        clashing: Whether to write also where releases have added lines of their own, which a
            merge of lines cannot settle.

    """
    answers = answers_of(snapshot(project))
    (package,) = (path.parent for path in project.rglob("py.typed"))
    inside = package.relative_to(project / ("src" if answers["layout"] == "src" else ""))
    path = ".".join(inside.parts)
    write(project, "README.md", "# Mine\n\nAll of it.\n")
    write(package, "mine.py", _MODULE)
    write(project, "tests/test_mine.py", _TEST.format(package=path))
    if answers["starter"] == "library":
        (package / "durations.py").unlink()
        (project / "tests/test_durations.py").unlink()
        init = (package / "__init__.py").read_text("utf-8")
        init = init.replace("parse_duration", "shout").replace("durations", "mine")
        write(package, "__init__.py", init)
    else:
        (project / "tests/test_readme.py").unlink()
    _rename(project, package, *_RENAMED[answers["starter"]])
    for name, change in _EDITS.items():
        if (project / name).is_file():
            write(project, name, change((project / name).read_text("utf-8"), clashing=clashing))
    pyproject = (project / "pyproject.toml").read_text("utf-8")
    write(project, "pyproject.toml", _taste(pyproject))
    write(project, "notes/mine.txt", "mine\n")
    write(project, ".github/workflows/mine.yml", _WORKFLOW)
    commit(project)
    return snapshot(project)


def write(folder: Path, name: str, text: str) -> None:
    """Write a file as it is on every system, and its folder."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text.encode())


def _rename(project: Path, package: Path, old: str, new: str) -> None:
    """Rename a module, its test, and what imports it."""
    (package / f"{old}.py").rename(package / f"{new}.py")
    for file in [*package.rglob("*.py"), *(project / "tests").rglob("*.py")]:
        text = file.read_text("utf-8")
        write(file.parent, file.name, re.sub(rf"(?<=[.\s'\"]){old}\b", new, text))
    test = project / "tests" / f"test_{old}.py"
    if test.is_file():
        test.rename(test.with_name(f"test_{new}.py"))


def _settings(text: str, *, clashing: bool) -> str:
    """Depend on something, and set up some tools in another way."""
    text, added = re.subn(
        r"(?ms)^dependencies = \[\s*(.*?)\]$", r'dependencies = [\n  "mine>=1",\n  \1\n]', text
    )
    assert added == 1
    text = text.replace('testpaths = ["tests"]', 'testpaths = ["tests", "notes"]')
    if clashing:
        text = re.sub(r"(?m)^test = \[(.*)\]$", r'test = [\1, "mine-pytest>=2"]', text)
        text += '\n[tool.mine]\nlevel = "loud" # as I like it\n'
    return text


def _taste(text: str) -> str:
    """Change settings of tools that only later releases have."""
    text = text.replace("line-length = 100", "line-length = 88")
    text = re.sub(r"(?m)^fail_under = \d+$", "fail_under = 71", text)
    return text.replace('  "CPY", ', '  "FIX", # mine\n  "CPY", ')


def _ignored(text: str, *, clashing: bool) -> str:
    text = text.replace("*.py[cod]\n", "*.py[cod]\n/from-mine/\n", 1)
    return text + ("/at-the-end/\n" if clashing else "")


def _hooks(text: str, *, clashing: bool) -> str:  # noqa: ARG001
    return text + _HOOK


def _steps(text: str, *, clashing: bool) -> str:  # noqa: ARG001
    assert "      - name: " in text
    return text.replace("      - name: ", f"{_STEP}      - name: ", 1)


def _jobs(text: str, *, clashing: bool) -> str:  # noqa: ARG001
    return text + _JOB


_EDITS = {
    "pyproject.toml": _settings,
    ".gitignore": _ignored,
    ".pre-commit-config.yaml": _hooks,
    ".github/workflows/ci.yml": _steps,
    ".gitlab-ci.yml": _jobs,
}


def settle(project: Path) -> None:
    """Settle conflicts by hand: take what is the template's, and edit it again."""
    for path in unmerged(project):
        git("checkout", "--theirs", "--", path, cwd=project)
        text = (project / path).read_text("utf-8")
        write(project, path, _EDITS[path](text, clashing=True))


# --- What an update owes ---------------------------------------------------------------


@dataclass(frozen=True)
class Update:
    """An update, by the files of a project."""

    made: Files
    """As the old release made it."""
    mine: Files
    """As the user had it."""
    fresh: Files
    """As the new release makes it from the same answers."""
    now: Files
    """As it is after the update."""
    ours: Files
    """The user's side of what is in conflict."""

    def is_seed(self, path: str) -> bool:
        """Tell whether a file is the user's from the start, or has no part in the template."""
        if path in {contract.SEED, contract.MANAGED}:
            return False
        pages = path in {"docs/index.md", "docs/tutorial.md"}
        (typed,) = (name for name in self.fresh if name.endswith("/py.typed"))
        package = typed.removesuffix("py.typed")
        names = {"README.md", "CHANGELOG.md"}
        return pages or path in names or path.startswith(("tests/", package))

    def faults(self) -> Iterator[str]:
        """Name every file that is neither the user's nor the template's as it should be."""
        for path in sorted({*self.made, *self.mine, *self.fresh, *self.now}):
            if self.now.get(path) not in self._allowed(path) and not self._is_merged(path):
                yield f"{path} is not what it should be"

    def _allowed(self, path: str) -> Sequence[bytes | None]:
        """Give what a file may be where no two sides are to merge."""
        made, mine, fresh = (side.get(path) for side in (self.made, self.mine, self.fresh))
        if self.is_seed(path):
            came_once = path.startswith("docs/") and made is None and mine is None
            if path == "docs/index.md" and came_once and fresh:
                readme = self.fresh["README.md"].decode()
                return [whole(fresh.decode(), readme).encode()]
            return [fresh if came_once else mine]
        if mine == made:
            return [fresh]
        return [mine] if fresh == made or fresh is None or mine is None else []

    def _is_merged(self, path: str) -> bool:
        """Tell whether a file has what the user changed, and what the template did."""
        sides = [files.get(path) for files in (self.made, self.mine, self.fresh, self.now)]
        made, mine, fresh, now = (parse(path, side or b"") for side in sides)
        return (
            self._allowed(path) == []
            and sides[-1] is not None
            and alike(merge(made, mine, fresh), now)
        )

    def lost(self) -> list[str]:
        """Give what the user wrote and is nowhere any more: lines, or values and comments."""
        found = []
        everywhere = sum((lines(text) for text in self.now.values()), Counter[str]())
        for path, text in self.mine.items():
            if path == ANSWERS:
                continue
            made, now = self.made.get(path, b""), self.now.get(path)
            if is_data(path, text) and now is not None and is_data(path, now):
                wrote = leaves(parse(path, text)) - leaves(parse(path, made))
                gone = sorted(wrote - leaves(parse(path, now)))
                gone += ((comments(text) - comments(made)) - comments(now)).elements()
            else:
                kept = everywhere if now is None else lines(now) | lines(self.ours.get(path, b""))
                gone = list((lines(text) - lines(made) - kept).elements())
            found += [f"{path}: {line}" for line in gone]
        return found

    def delivered(self) -> tuple[int, int]:
        """Give how many of the template's changes have come, and how many there are."""
        came = total = 0
        for path in {*self.made, *self.fresh}:
            if self.is_seed(path) or path == ANSWERS:
                continue
            made, fresh, now = (
                parse(path, f.get(path, b"")) for f in (self.made, self.fresh, self.now)
            )
            for change in leaves(fresh) - leaves(made):
                total += 1
                came += change in leaves(now)
            for change in leaves(made) - leaves(fresh):
                total += 1
                came += change not in leaves(now)
        return came, total


def look(project: Path, made: Files, mine: Files, fresh: Files) -> Update:
    """Look at a project after its update."""
    ours = {path: git("show", f":2:./{path}", cwd=project).encode() for path in unmerged(project)}
    return Update(made, mine, fresh, snapshot(project), ours)


def lines(text: bytes) -> Counter[str]:
    """Count the lines of a file that say something, wherever they stand."""
    stripped = (line.strip().rstrip(",") for line in text.decode("utf-8", "replace").splitlines())
    return Counter(filter(None, stripped))


def comments(text: bytes) -> Counter[str]:
    """Count the comments of a data file."""
    return Counter(re.findall(r"(?m)(?:^|\s)#\s*(.+)$", text.decode("utf-8", "replace")))


def parse(path: str, text: bytes) -> Data:
    """Give what a file says: its data; or its lines, as of one with a conflict in it."""
    try:
        if path.endswith(".toml"):
            return tomllib.loads(text.decode())
        if path.endswith((".yml", ".yaml")):
            return yaml.load(text, yaml.BaseLoader) or {}  # noqa: S506  # it makes strings only
    except (tomllib.TOMLDecodeError, yaml.YAMLError):
        pass
    return text.decode("utf-8", "replace").splitlines()


def is_data(path: str, text: bytes) -> bool:
    """Tell whether a file has keys and values."""
    return isinstance(parse(path, text), dict)


def merge(made: Data, mine: Data, fresh: Data) -> Data:
    """Give what a file has to say after an update: both changes; in a clash, the user's."""
    if mine in (made, fresh):
        return fresh
    if fresh == made:
        return mine
    if isinstance(mine, dict) and isinstance(fresh, dict):
        made = made if isinstance(made, dict) else {}
        merged = {}
        for key in {**mine, **fresh}:
            value = merge(made.get(key), mine.get(key), fresh.get(key))
            if value is not None:
                merged[key] = value
        return merged
    if isinstance(mine, list) and isinstance(fresh, list):
        made = made if isinstance(made, list) else []
        kept = [item for item in fresh if item not in made or item in mine]
        return kept + [item for item in mine if item not in made and item not in kept]
    return mine


def alike(expected: Data, found: Data) -> bool:
    """Compare data, where only what comes first in a list does not matter."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(
            alike(value, found[key]) for key, value in expected.items()
        )
    if isinstance(expected, list) and isinstance(found, list):
        return sorted(map(repr, expected)) == sorted(map(repr, found))
    return bool(expected == found)


def leaves(data: Data, *path: str) -> set[str]:
    """Give every value with the way to it."""
    if isinstance(data, dict):
        return {leaf for key, value in data.items() for leaf in leaves(value, *path, key)}
    if isinstance(data, list):
        return {f"{path} has {item!r}" for item in data}
    return {f"{path} is {data!r}"}
