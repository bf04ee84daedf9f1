"""Campaigns: many bare repositories of a few kinds, and what is owed to each.

One project of each kind is made by an older release, edited as people edit theirs, and kept as a
bare repository. All others are copies of these, so a thousand of them cost seconds.
"""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from environments import Environment, uv
from keeping import ANSWERS, write
from rendering import ROOT
from repositories import commit, git
from test_update_faults import NEXT
from treewright.distribution import ADDRESS

FIXERS = ROOT / "fleet/all-repos"
OLD = "v0.8.0"
BRANCH = f"treewright-update-{NEXT}"
_CLONES = "clones"
_HEADING = "## Commands"


# --- The template, and the programs ------------------------------------------------------


def release_next(template: Path) -> None:
    """Release a setting, a line in a managed file, and an ignored folder, in a clone."""
    for name, old, new in (
        ("pyproject.toml.jinja", "line-length = 100", "line-length = 110"),
        ("{{ project.agents }}.jinja", f"\n{_HEADING}\n", f"\n{_HEADING}, and what each checks\n"),
    ):
        text = (template / "template" / name).read_text("utf-8")
        assert text.count(old) == 1, name
        write(template, f"template/{name}", text.replace(old, new))
    git("commit", "--quiet", "--all", f"--message=release: {NEXT}", cwd=template)
    git("tag", NEXT, cwd=template)
    git("repack", "-a", "-d", "--quiet", cwd=template)


def pinned() -> str:
    """Give the requirement of all-repos, as the fixers have it."""
    found = {name: re.findall(r'"(all-repos==[^"]+)"', (FIXERS / name).read_text("utf-8"))
             for name in ("update.py", "register.py")}  # fmt: skip
    (requirement,) = {one for each in found.values() for one in each}
    return str(requirement)


def fetch_all_repos(folder: Path) -> None:
    """Fetch all-repos into a folder; what it needs is in the environment of the tests."""
    words = ["pip", "install", "--quiet", "--no-deps", "--target", str(folder), pinned()]
    subprocess.run([sys.executable, "-m", "uv", *words], check=True)


def install(folder: Path, template: Path) -> Environment:
    """Make an environment as uv makes one for a fixer: all-repos, and every release."""
    wheels = folder / "wheels"
    build = [sys.executable, "-m", "uv", "build", "--quiet", "--wheel"]
    subprocess.run([*build, f"--out-dir={wheels}", str(template)], check=True)
    made = Environment(folder / "environment")
    uv("venv", "--python", sys.executable, made.folder)
    uv("pip", "install", "--python", made.folder, "--no-index", "--no-deps", *wheels.glob("*.whl"))
    fetch_all_repos(made.site)
    (made.site / "needed.pth").write_text(sysconfig.get_path("purelib"))
    return made


# --- The kinds ---------------------------------------------------------------------------


def _replace(project: Path, path: str, old: str, new: str) -> None:
    text = (project / path).read_text("utf-8")
    assert text.count(old) == 1, (path, old)
    write(project, path, text.replace(old, new))


def _nothing(_: Path) -> None:
    pass


def _depend(project: Path) -> None:
    text = (project / "pyproject.toml").read_text("utf-8")
    text, count = re.subn(
        r"(?ms)^dependencies = \[(.*?)\]$", r'dependencies = ["packaging>=24"]', text
    )
    assert count == 1
    write(project, "pyproject.toml", f"{text}\n[tool.acme]\nlevel = 3 # of ours\n")


def _set(project: Path) -> None:
    _replace(project, "pyproject.toml", "line-length = 100", "line-length = 79")


def _delete(project: Path) -> None:
    (project / "AGENTS.md").unlink()


def _write(project: Path) -> None:
    write(project, "src/acme_tool/own.py", '"""Ours."""\n\nOURS = 1\n')
    write(project, "tests/test_own.py", "def test_it() -> None:\n    assert True\n")
    write(project, "README.md", "# Ours\n\nAll of it.\n")
    write(project, "notes/ours.txt", "ours\n")


def _clash(project: Path) -> None:
    _replace(project, "AGENTS.md", f"\n{_HEADING}\n", "\n## How we run it\n")


JOINED = "joined"
# What people do to a project that the template made; a project of another make joins instead.
KINDS: Mapping[str, Callable[[Path], None]] = {
    "clean": _nothing,
    "dependencies": _depend,
    "setting": _set,
    "deleted": _delete,
    "source": _write,
    "conflict": _clash,
    JOINED: _nothing,
}
CONFLICTS = {"conflict": ["AGENTS.md"]}
DELETED = {"deleted": ["AGENTS.md"]}
# A package as it may be anywhere, in another layout; uv has its backend in it.
_OTHER = {
    "pyproject.toml": """\
[build-system]
requires = ["uv_build>=0.9,<0.99"]
build-backend = "uv_build"

[project]
name = "acme-lib"
version = "1.2.0"
description = "Counts things."
readme = "README.md"
requires-python = ">=3.11"
license = "MIT"
license-files = ["LICENSE"]
authors = [{ name = "Ann", email = "ann@example.org" }]

[project.urls]
Repository = "https://github.com/acme/acme-lib"

[tool.uv.build-backend]
module-root = ""

[tool.ruff]
line-length = 79 # as it was
""",
    "acme_lib/__init__.py": '"""Count."""\n\nONE = 1\n',
    "tests/test_it.py": "def test_it():\n    assert True\n",
    "README.md": "# acme-lib\n",
    "LICENSE": "MIT License\n",
    ".gitignore": "*.pyc\n/dist/\n",
}


def other(folder: Path) -> Path:
    """Make a repository that Treewright did not make."""
    for path, text in _OTHER.items():
        write(folder, path, text)
    commit(folder)
    return folder


@dataclass(frozen=True)
class Kind:
    """A kind of repository.

    Args:
        name: One of KINDS.
        bare: The bare repository.
        added: The lines that people added, by file.

    """

    name: str
    bare: Path
    added: Mapping[str, Sequence[bytes]]


def make_kinds(folder: Path, environment: Environment, names: Sequence[str]) -> list[Kind]:
    """Make a project of each kind, and a bare repository of it."""
    for name in names:
        (folder / name).mkdir(parents=True)
    return [_kind(folder / name, environment, name) for name in names]


def _kind(folder: Path, environment: Environment, name: str) -> Kind:
    if name == JOINED:
        project = other(folder / "acme-lib")
        base = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # the empty tree
        _run(environment, "treewright", "adopt", "--json", cwd=project)
    else:
        project = folder / "acme-tool"
        words = ["--defaults", "--skip-tasks", "--quiet", f"--vcs-ref={OLD}", str(project)]
        _run(environment, "treewright", "new", "--data=github_user=acme", *words, cwd=folder.parent)
        commit(project)
        base = git("rev-parse", "HEAD", cwd=project).strip()
        KINDS[name](project)
    commit(project)
    return keep(name, project, base)


def keep(name: str, project: Path, base: str) -> Kind:
    """Make the bare repository of a kind, beside a project of which a commit is the base."""
    bare = project.with_name("bare.git")
    git("clone", "--quiet", "--bare", project, bare, cwd=project)
    git("repack", "-a", "-d", "--quiet", cwd=bare)
    return Kind(name, bare, _added(project, base))


def _added(project: Path, base: str) -> dict[str, list[bytes]]:
    """Give the lines that differ from a commit, but for the answers."""
    found = {}
    for path in git("diff", "--name-only", "--diff-filter=d", "-z", base, cwd=project).split("\0"):
        if path and path != ANSWERS:
            shown = git("diff", "--unified=0", "--no-color", base, "--", path, cwd=project)
            lines = [
                line[1:].encode() for line in shown.splitlines() if re.match(r"\+(?!\+\+ )", line)
            ]
            found[path] = [line for line in lines if line.strip()]
    return found


def _run(environment: Environment, *command: str | Path, cwd: Path) -> None:
    done = environment.run(*command, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr


# --- The fleet -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Ran:
    """One run of a fixer: how it ended, its lines, and what it has cost in seconds."""

    status: int
    lines: Sequence[Mapping[str, Any]]
    log: str
    cpu: float
    wall: float


@dataclass(frozen=True)
class Fleet:
    """Bare repositories, and all-repos' configuration for them.

    Args:
        folder: Where all of it is.
        python: What runs the fixers.
        variables: The environment.

    """

    folder: Path
    python: str
    variables: Mapping[str, str]

    @property
    def remotes(self) -> Path:
        return self.folder / "remotes"

    @property
    def killed(self) -> Path:
        return self.folder / "killed.jsonl"

    @property
    def config(self) -> Path:
        return self.folder / "all-repos.json"

    def make(
        self, kinds: Mapping[str, Path], push: str = "push_branch", **settings: object
    ) -> None:
        """Make a remote of each name, as a copy of a bare repository; then clone them all."""
        self.remotes.mkdir(parents=True)
        listed = {}
        for name, bare in kinds.items():
            listed[name] = str(shutil.copytree(bare, self.remotes / name))
        (self.folder / "repositories.json").write_text(json.dumps(listed))
        source = {"filename": str(self.folder / "repositories.json")}
        self.configure(push, **settings)
        said = json.loads(self.config.read_text())
        said |= {"source": "all_repos.source.json_file", "source_settings": source}
        self.config.write_text(json.dumps(said))
        self.clone()

    def configure(self, push: str, **settings: object) -> None:
        """Say how to push."""
        said = json.loads(self.config.read_text()) if self.config.exists() else {}
        said |= {"output_dir": _CLONES, "push": push, "push_settings": settings}
        self.config.touch(mode=0o600)
        self.config.write_text(json.dumps(said))

    def clone(self) -> None:
        """Clone, as all-repos does it."""
        words = ["-m", "all_repos.clone", "-C", str(self.config), "-j", "2"]
        env = {**self.variables, "PYTHONPATH": os.pathsep.join(self._path)}  # it imports the push
        subprocess.run([self.python, *words], env=env, check=True, capture_output=True)

    @property
    def _path(self) -> list[str]:
        return [str(FIXERS), *filter(None, [self.variables.get("PYTHONPATH")])]

    def start(self, fixer: Path, *arguments: str, out: Path) -> "subprocess.Popen[bytes]":
        """Start a fixer, in a group of processes of its own."""
        with out.open("ab") as lines, out.with_suffix(".log").open("ab") as log:
            return subprocess.Popen(
                [self.python, str(fixer), "-C", str(self.config), *arguments],
                cwd=self.folder,
                env=self.variables,
                stdin=subprocess.DEVNULL,
                stdout=lines,
                stderr=log,
                start_new_session=True,
            )

    def run(self, fixer: Path, *arguments: str) -> Ran:
        """Run a fixer to its end."""
        out = self.folder / f"{time.monotonic_ns()}.jsonl"
        start = time.perf_counter()
        process = self.start(fixer, *arguments, out=out)
        _, status, spent = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
        log = out.with_suffix(".log").read_text("utf-8")
        cpu = spent.ru_utime + spent.ru_stime
        return Ran(process.returncode, lines, log, cpu, wall)

    def branches(self, branch: str) -> list[str]:
        """List the remotes that have a branch."""
        return [
            remote.name
            for remote in sorted(self.remotes.iterdir())
            if git("for-each-ref", f"refs/heads/{branch}", cwd=remote)
        ]


def of_environment(environment: Environment, folder: Path) -> Fleet:
    """Give a fleet whose fixers run in an environment."""
    python = environment.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    return Fleet(folder, str(python), environment.variables)


def names(kinds: Sequence[str], count: int) -> list[tuple[str, str]]:
    """Give so many names of repositories, with the kind of each."""
    turns = cycle(kinds)
    return [
        (f"{number:04}-{kind}", kind) for number, kind in zip(range(count), turns, strict=False)
    ]


# --- What is owed to them ------------------------------------------------------------------


def by_hand(kind: Kind, folder: Path, environment: Environment) -> str:
    """Update a clone of a kind by hand, with files in conflict as they were; give its tree."""
    project = folder / f"by-hand-{kind.name}"
    git("clone", "--quiet", kind.bare, project, cwd=folder)
    words = ["update", "--defaults", f"--vcs-ref={NEXT}"]
    _run(environment, "treewright", *words, cwd=project)
    return settled(kind, project)


def settled(kind: Kind, project: Path) -> str:
    """Leave files in conflict as they were, after an update; give the tree."""
    unmerged = git("diff", "--name-only", "--diff-filter=U", cwd=project).split()
    assert unmerged == CONFLICTS.get(kind.name, [])
    for path in unmerged:
        git("checkout", "--quiet", "--ours", "--", path, cwd=project)
    git("add", "--all", cwd=project)
    return git("write-tree", cwd=project).strip()


def wrong(remote: Path, kind: Kind, tree: str) -> Iterator[str]:
    """Tell what is not as it has to be in a repository after the campaign.

    Args:
        remote: The repository.
        kind: Its kind.
        tree: What an update by hand gives.

    """
    if git("rev-parse", "main", cwd=remote) != git("rev-parse", "main", cwd=kind.bare):
        yield "main has moved"
    listed = git("for-each-ref", "--format=%(refname:short)", "refs/heads", cwd=remote).split()
    if sorted(listed) != ["main", BRANCH]:
        yield f"its branches are {listed}"
        return
    if git("rev-list", "--count", f"main..{BRANCH}", cwd=remote).strip() != "1":
        yield "there is not one commit"
    if git("rev-parse", f"{BRANCH}^{{tree}}", cwd=remote).strip() != tree:
        yield "the tree is not that of an update by hand"
    files = git("ls-tree", "-r", "--name-only", BRANCH, cwd=remote).splitlines()
    yield from (f"{path} is back" for path in DELETED.get(kind.name, ()) if path in files)
    if f"_commit: {NEXT}" not in git("show", f"{BRANCH}:{ANSWERS}", cwd=remote):
        yield "the answers name another release"
    shown = git("diff", "--text", "--unified=0", f"main..{BRANCH}", cwd=remote)
    if re.search(r"(?m)^\+(<{7}|>{7}|[|]{7}) ", shown):
        yield "there are markers"
    for path, lines in kind.added.items():
        there = git("show", f"{BRANCH}:{path}", cwd=remote).encode().splitlines()
        yield from (f"{path} has lost {line!r}" for line in lines if line not in there)


# --- The proof -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """What a campaign has cost, in seconds, and what went wrong.

    Args:
        count: How many repositories there are.
        before: How many had their branch when the first run was killed.
        again: The run that did the rest.
        idle: The run after that, which had nothing to do.
        bare: The CPU time of a bare `copier update` of each kind, in each round.
        wrong: What is not as it has to be, by repository.

    """

    count: int
    before: int
    again: Ran
    idle: Ran
    bare: Mapping[str, Sequence[float]]
    wrong: Mapping[str, Sequence[str]]

    @property
    def cpu(self) -> float:
        """The CPU time for each repository that was worked on."""
        return self.again.cpu / (self.count - self.before)

    @property
    def reference(self) -> float:
        """The CPU time of a bare update of the same repositories, for each."""
        left = [line for line in self.again.lines if line["outcome"] != "proposed before"]
        kinds = [str(line["repository"]).partition("-")[2] for line in left]
        return sum(median(self.bare[kind]) for kind in kinds) / len(kinds)


@dataclass(frozen=True)
class World:
    """What campaigns of any size need.

    Args:
        kinds: The kinds of repositories.
        trees: The tree of each after an update by hand.
        fixer: The script that updates.
        fleet: Gives a fleet in a folder.
        bare: Measures a bare update of a kind.

    """

    kinds: Sequence[Kind]
    trees: Mapping[str, str]
    fixer: Path
    fleet: Callable[[Path], Fleet]
    bare: Callable[[Kind], float]

    def prove(self, folder: Path, count: int) -> Figures:
        """Update so many repositories by two workers, killed in the middle and run again.

        Args:
            folder: Where to make them; it is not there yet.
            count: How many, of all kinds equally many.

        """
        fleet, by_name = self.fleet(folder), {kind.name: kind for kind in self.kinds}
        listed = dict(names([*by_name], count))
        fleet.make({name: by_name[kind].bare for name, kind in listed.items()})
        measured = {kind.name: [self.bare(kind)] for kind in self.kinds}
        words = (f"--to={NEXT}", "-j2")
        _kill_in_the_middle(fleet.start(self.fixer, *words, out=fleet.killed), fleet, count)
        before = len(fleet.branches(BRANCH))
        again = fleet.run(self.fixer, *words)
        for kind in self.kinds:
            measured[kind.name].append(self.bare(kind))
        idle = fleet.run(self.fixer, *words)
        found = {
            name: [*wrong(fleet.remotes / name, by_name[kind], self.trees[kind])]
            for name, kind in listed.items()
        }
        told = {name: why for name, why in found.items() if why}
        return Figures(count, before, again, idle, measured, told)

    def rest(self, folder: Path, done: Path, count: int) -> Ran:
        """Run a campaign over so many repositories, as copies of those that are done elsewhere."""
        fleet, remotes = self.fleet(folder), self.fleet(done).remotes
        kinds = {kind.name: next(remotes.glob(f"*-{kind.name}")) for kind in self.kinds}
        fleet.make({name: kinds[kind] for name, kind in names([*kinds], count)})
        return fleet.run(self.fixer, f"--to={NEXT}", "-j2")


def _kill_in_the_middle(process: "subprocess.Popen[bytes]", fleet: Fleet, count: int) -> None:
    """Kill a run with all its workers when a third is done."""
    while len(fleet.killed.read_bytes().splitlines()) < max(1, count // 3):
        assert process.poll() is None, fleet.killed.with_suffix(".log").read_text("utf-8")
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def bare_update(environment: Environment, template: Path, folder: Path) -> Callable[[Kind], float]:
    """Give what measures a bare `copier update`, trusted, of a clone of a kind."""
    place = {
        "GIT_CONFIG_KEY_0": f"url.{template.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
    }
    given = {"GIT_CONFIG_COUNT": "1", **place, "COPIER_CACHE_DIR": str(folder / "copier-cache")}
    command = ["python", "-m", "copier", "update", "--trust", "--defaults", f"--vcs-ref={NEXT}"]

    def measure(kind: Kind) -> float:
        with TemporaryDirectory(dir=folder) as made:
            project = Path(made, "acme-tool")
            git("clone", "--quiet", kind.bare, project, cwd=folder)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            variables = {**environment.variables, **given}
            done = subprocess.run(
                command, cwd=project, env=variables, capture_output=True, text=True, check=False
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            assert done.returncode == 0, done.stderr
            assert f"_commit: {NEXT}" in (project / ANSWERS).read_text("utf-8")
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return measure


def real(folder: Path, template: Path, chosen: Sequence[str] = (*KINDS,)) -> World:
    """Make the world of a clone of the template, in which a next version is released."""
    release_next(template)
    (folder / "by-hand").mkdir(parents=True)
    environment = install(folder, template)
    kinds = make_kinds(folder / "kinds", environment, chosen)
    trees = {kind.name: by_hand(kind, folder / "by-hand", environment) for kind in kinds}
    return World(
        kinds,
        trees,
        FIXERS / "update.py",
        partial(of_environment, environment),
        bare_update(environment, template, folder),
    )
