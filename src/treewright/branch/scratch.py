"""A repository in a temporary folder, in which updates are tried and trees are merged.

It borrows the objects of the user's repository, and nothing there knows of it: no worktree, branch
or lock is left behind, however a run ends. Its git obeys none of the user's settings.
"""

import ast
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple, TypeAlias

import yaml

from treewright import machine
from treewright.branch.requests import Request
from treewright.updating import layers, merging
from treewright.updating.merging import Clash
from treewright.updating.repository import (
    BASE,
    LABELS,
    OURS,
    THEIRS,
    GitError,
    Repository,
    Stage,
    paths,
)
from treewright.updating.seeds import PATCH
from treewright.updating.sweep import LISTING

# What hooks leave beside the index.
BESIDE = (PATCH, LISTING)
# How Copier leaves conflicts.
MARKERS, REJECTS = "inline", "rej"
_BRANCH, _UPDATE = "the-branch", "the-update"  # what markers call the sides
_MARKERS = tuple(
    line.encode()
    for line in (
        f"<<<<<<< {LABELS[OURS]}",
        f">>>>>>> {LABELS[THEIRS]}",
        f"<<<<<<< {_BRANCH}",
        f">>>>>>> {_UPDATE}",
    )
)
# This package is first, also where it is not installed; the project, in which it runs, is nowhere.
_REFUSED = "has no attribute "  # before what includes/refusals.jinja says, as a literal
_UNTRUSTED = 4  # Copier's exit status, and stock.py's, with more than one line
# As Copier tells of a command that failed, and Python of a call to the system.
_BROKEN = re.compile(r"Unexpected exit code: \d|\[(?:Errno|WinError) \d+\]")
_START = """\
import runpy, sys
sys.path.insert(0, sys.argv[1])
module = sys.argv[2]
del sys.argv[1:3]
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
_SETTINGS = {
    "apply.ignoreWhitespace": "no",
    "apply.whitespace": "warn",
    "commit.gpgSign": "false",
    "core.attributesFile": os.devnull,
    "core.autocrlf": "false",
    "core.eol": "lf",
    "core.excludesFile": os.devnull,
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.quotePath": "true",  # as Copier has to read it
    "core.safecrlf": "false",
    "diff.algorithm": "default",
    "diff.context": "3",
    "diff.indentHeuristic": "true",
    "diff.interHunkContext": "0",
    "diff.mnemonicPrefix": "false",
    "diff.noprefix": "false",
    "diff.renameLimit": "0",
    "diff.renames": "true",
    "diff.suppressBlankEmpty": "false",
    "gc.auto": "0",
    "init.templateDir": "",
    "maintenance.auto": "false",
    "merge.conflictStyle": "merge",
    "merge.directoryRenames": "true",
    "merge.renameLimit": "0",
    "merge.renames": "true",
    "merge.renormalize": "false",
    "status.showUntrackedFiles": "all",
    "submodule.recurse": "false",
    "user.email": "finish@treewright.invalid",
    "user.name": "treewright finish",
}  # fmt: skip


class Blob(NamedTuple):
    """A file of a tree."""

    mode: str
    name: str


Tree: TypeAlias = dict[str, Blob]
# Runs `copier update` in a folder with arguments, with the hooks or without.
Updater: TypeAlias = Callable[[Path, Sequence[str], bool], "subprocess.CompletedProcess[str]"]


class UpdateError(Exception):
    """An update is refused, or fails; the message is what it said."""


class BrokenUpdateError(UpdateError):
    """An update fails by no fault of the project's, as where the disk is full."""


@dataclass(frozen=True)
class Updated:
    """What an update made of a tree.

    Args:
        tree: The files.
        unmerged: The sides of each file that it left to a person.
        printed: What it printed.
        beside: What it left beside the index, by name.

    """

    tree: Tree
    unmerged: Mapping[str, Mapping[int, Stage]] = field(default_factory=dict)
    printed: str = ""
    beside: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Merged:
    """What a merge made of trees.

    Args:
        tree: The files; one in conflict has markers.
        unmerged: The sides of each file in conflict.
        clashes: What was decided by meaning, with the file.

    """

    tree: Tree
    unmerged: Mapping[str, Mapping[int, Stage]] = field(default_factory=dict)
    clashes: Sequence[tuple[str, Clash]] = ()


def run_stock(
    project: Path,
    arguments: Sequence[str],
    hooks: bool,  # noqa: FBT001
    **variables: str,
) -> "subprocess.CompletedProcess[str]":
    """Run stock Copier with the releases of this distribution; see stock.py."""
    module = ["treewright", "update"] if hooks else ["treewright.branch.plain"]
    return run_module(project, [*module, *arguments], update_variables(project) | variables)


def _run_overlay(
    project: Path,
    arguments: Sequence[str],
    hooks: bool,  # noqa: FBT001
) -> "subprocess.CompletedProcess[str]":
    """Update an overlay; see laying.py."""
    words = ["treewright.branch.laying", *([] if hooks else ["plain"]), "--quiet", *arguments]
    return run_module(project, words, update_variables(project))


def run_module(
    project: Path, words: Sequence[str], variables: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    """Run a module that this process has, too, in a project, of which it imports nothing.

    Args:
        project: The folder to run it in.
        words: The module, and its arguments.
        variables: The environment.

    """
    place = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-P", "-c", _START, place, *words],
        cwd=project,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def update_variables(project: Path) -> dict[str, str]:
    """Give the variables for an update: git's settings of the user do not count in it.

    Copier makes repositories beside that of the project, which need hashes of the same kind.
    """
    form = Repository(project).git("rev-parse", "--show-object-format").decode().strip()
    git = {"GIT_DEFAULT_HASH": form, "GIT_LFS_SKIP_SMUDGE": "1"}
    found = machine.variables(PYTHONUTF8="1", PYTHONUNBUFFERED="1", **git)
    return machine.with_git_settings(found, _SETTINGS.items())


@dataclass
class Scratch:
    """The repository.

    Args:
        top: Its folder.
        updater: Runs updates.

    """

    top: Path
    updater: Updater = run_stock
    _kept: dict[object, Updated] = field(default_factory=dict)

    def git(self, *arguments: str, given: bytes = b"", index: str = "") -> bytes:
        """Run git, and give what it prints.

        Raises:
            GitError: If it fails.

        """
        done = self._run(arguments, given, index)
        if done.returncode:
            raise GitError(done.stderr.decode(errors="replace").strip())
        return done.stdout

    def _run(
        self, arguments: Sequence[str], given: bytes = b"", index: str = ""
    ) -> "subprocess.CompletedProcess[bytes]":
        program = machine.git()
        if not program:
            raise GitError("git is not installed")
        kept = {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "LC_ALL": "C",
            **({"GIT_INDEX_FILE": index} if index else {}),
        }
        return subprocess.run(
            [program, "--literal-pathspecs", *arguments],
            cwd=self.top,
            env=machine.variables(**kept),
            input=given,
            capture_output=True,
            check=False,
        )

    # --- Trees -----------------------------------------------------------------------

    def listing(self, name: str) -> Tree:
        """Give the files of a tree or commit."""
        tree = {}
        for line in paths(self.git("ls-tree", "-rz", "--full-tree", name)):
            meta, path = line.split("\t", 1)
            mode, _, blob = meta.split()
            tree[path] = Blob(mode, blob)
        return tree

    def difference(self, old: str, new: str) -> dict[str, Blob | None]:
        """Give the files of a tree or commit that differ from another's; None for one that went."""
        words = paths(self.git("diff-tree", "-r", "-z", "--no-renames", old, new))
        found: dict[str, Blob | None] = {}
        for meta, path in zip(words[::2], words[1::2], strict=True):
            _, mode, _, blob, how = meta.split()
            found[path] = None if how == "D" else Blob(mode, blob)
        return found

    def write(self, tree: Tree) -> str:
        """Keep a tree, and give its name."""
        lines = [f"{blob.mode} {blob.name} 0\t{path}\0" for path, blob in tree.items()]
        given = "".join(lines).encode(errors="surrogateescape")
        index = str(self.top / ".git" / "treewright-index")
        self.git("read-tree", "--empty", index=index)
        self.git("update-index", "-z", "--add", "--index-info", given=given, index=index)
        return self.git("write-tree", index=index).decode().strip()

    def commit(self, tree: Tree, *parents: str) -> str:
        """Make a commit of a tree, and give its name."""
        named = [word for parent in parents for word in ("-p", parent)]
        written = self.git("commit-tree", "-m", "scratch", *named, self.write(tree))
        return written.decode().strip()

    def read(self, blob: Blob | Stage | None) -> bytes:
        """Give what a file holds; nothing for one that is no file."""
        if blob is None or blob.mode == "160000":
            return b""
        name = blob.name if isinstance(blob, Blob) else blob.blob
        return self.git("cat-file", "blob", name)

    def store(self, data: bytes) -> str:
        """Keep data, and give the name of the blob."""
        return self.git("hash-object", "-w", "--stdin", given=data).decode().strip()

    def is_marked(self, blob: Blob | None) -> bool:
        """Tell whether a file has markers of an update, or of this merge."""
        lines = self.read(blob).splitlines() if blob else []
        return any(line.rstrip() in _MARKERS for line in lines)

    # --- Updates ---------------------------------------------------------------------

    def update(
        self, tree: Tree, answers_file: str, before: Request, now: Request, plain: str = ""
    ) -> Updated:
        """Update a tree, as `copier update` does.

        Args:
            tree: The tree.
            answers_file: The answers file, from the top.
            before: What it asks for in the tree.
            now: What it is to ask for.
            plain: How conflicts are left in an update without hooks; by default it has them.

        Raises:
            UpdateError: If the update is refused or fails.

        """
        given = now.given(before)
        commit = self.git("commit-tree", "-m", "before", *self._parent, self.write(tree))
        name = commit.decode().strip()
        data = yaml.safe_dump(given, allow_unicode=True)
        key = (self.git("rev-parse", f"{name}^{{tree}}"), answers_file, now.version, data, plain)
        if key not in self._kept:
            self.git("reset", "--quiet", "--hard", name)
            self.git("clean", "-ffdxq")
            self._kept[key] = self._update(answers_file, now.version, data, plain)
        return self._kept[key]

    @property
    def _parent(self) -> list[str]:
        """Give the history before the branch: some projects have their version from it."""
        done = self._run(("rev-parse", "--verify", "--quiet", "refs/heads/base"))
        return ["-p", "refs/heads/base"] if not done.returncode else []

    def _update(self, answers_file: str, version: str, data: str, plain: str) -> Updated:
        for name in BESIDE:
            (self.top / ".git" / name).unlink(missing_ok=True)
        place = PurePosixPath(answers_file)
        project = self.top / place.parent
        file = self.top.parent / "answers.yml"
        file.write_text(data, encoding="utf-8")
        arguments = ["--defaults", f"--vcs-ref={version}", f"--answers-file={place.name}"]
        if data.strip() != "{}":
            arguments.append(f"--data-file={file}")
        if plain:
            arguments.append(f"--conflict={plain}")
        tracked = Repository(self.top).files()
        updater = _run_overlay if layers.owner_of(answers_file, tracked) else self.updater
        done = updater(project, arguments, not plain)
        if done.returncode:
            raise _failure(done)
        repository = Repository(self.top)
        unmerged = repository.unmerged()
        for path, left in repository.rejects().items():  # which the hooks could not take up
            unmerged.setdefault(path, {})
            for beside in left:
                (self.top / beside).unlink()
        self.git("add", "--all", ".")
        tree = self.git("write-tree").decode().strip()
        found = {
            name: (self.top / ".git" / name).read_bytes()
            for name in BESIDE
            if (self.top / ".git" / name).is_file()
        }
        return Updated(self.listing(tree), unmerged, done.stdout, found)

    # --- Merges ----------------------------------------------------------------------

    def merge_file(self, base: Blob | None, ours: Blob, theirs: Blob) -> Blob | None:
        """Merge a file; None where lines clash, or where it is no text."""
        if not {ours.mode, theirs.mode} <= {"100644", "100755"}:
            return None
        sides = {BASE: self.read(base), OURS: self.read(ours), THEIRS: self.read(theirs)}
        try:
            text, conflicts = Repository(self.top).merge_texts(sides)
        except GitError:
            return None
        return None if conflicts else Blob(ours.mode, self.store(text))

    def merge(self, base: Tree, branch: Tree, update: Tree) -> Merged:
        """Merge an update into a branch, and settle by meaning what can be.

        Raises:
            GitError: If git is too old for it.

        """
        if branch in (base, update):
            return Merged(update)
        if base == update:
            return Merged(branch)
        check_git(self.git("version").decode())
        start = self.commit(base)
        for name, tree in ((_BRANCH, branch), (_UPDATE, update)):
            self.git("update-ref", f"refs/heads/{name}", self.commit(tree, start))
        command = ("merge-tree", "--write-tree", "-z", "--no-messages", _BRANCH, _UPDATE)
        done = self._run(command)
        if done.returncode > 1:
            raise GitError(done.stderr.decode(errors="replace").strip())
        name, *lines = [*paths(done.stdout)]
        tree = self.listing(name)
        unmerged: dict[str, dict[int, Stage]] = {}
        for line in filter(None, lines):
            meta, path = line.split("\t", 1)
            mode, blob, stage = meta.split()
            unmerged.setdefault(path, {})[int(stage)] = Stage(mode, blob)
        return self._settle(tree, unmerged) if unmerged else Merged(tree)

    def _settle(self, tree: Tree, unmerged: Mapping[str, Mapping[int, Stage]]) -> Merged:
        """Settle conflicts by meaning, as in an update."""
        self.git("reset", "--quiet", "--hard", self.commit(tree))
        lines = []
        for path, stages in unmerged.items():
            lines.append(f"0 {'0' * len(next(iter(stages.values())).blob)}\t{path}\0")
            lines += [f"{side.mode} {side.blob} {n}\t{path}\0" for n, side in stages.items()]
        given = "".join(lines).encode(errors="surrogateescape")
        self.git("update-index", "-z", "--index-info", given=given)
        repository = Repository(self.top)
        settled = merging.settle(repository, lambda text, _: text)
        left = {file.path for file in settled.conflicts}
        tree = dict(tree)
        for file in settled.files:
            if file.how and (data := repository.read(file.path)) is not None:
                tree[file.path] = Blob(unmerged[file.path][OURS].mode, self.store(data))
        return Merged(tree, {p: unmerged[p] for p in unmerged if p in left}, settled.clashes)


@contextmanager
def scratch(source: Repository, base: str, updater: Updater, name: str = "") -> Iterator[Scratch]:
    """Make such a repository, and remove it in the end.

    Args:
        source: The user's repository, whose objects it borrows.
        base: The commit before the branch.
        updater: Runs updates.
        name: What its folder is called; by default, as the work tree of the user's, if it has one.

    """

    def asked(*words: str) -> Path:
        said = source.git("rev-parse", *words).decode(errors="surrogateescape")[:-1]
        return (source.project / said).resolve()

    with tempfile.TemporaryDirectory(prefix="treewright-", ignore_cleanup_errors=True) as folder:
        top = Path(folder).resolve() / (name or source.top.name or "project")
        top.mkdir()
        made = Scratch(top, updater)
        form = source.git("rev-parse", "--show-object-format").decode().strip()
        made.git("init", "--quiet", f"--object-format={form}", "--template=", ".")
        made.git("symbolic-ref", "HEAD", "refs/heads/scratch")
        own = top / ".git"
        with (own / "config").open("a", encoding="utf-8") as config:
            for setting, value in _SETTINGS.items():
                section, _, key = setting.partition(".")
                config.write(f'[{section}]\n\t{key} = "{value}"\n')
        (own / "objects/info").mkdir(exist_ok=True)
        objects = asked("--git-path", "objects")
        (own / "objects/info/alternates").write_bytes(_alternate(objects))
        shallow = asked("--git-path", "shallow")
        if shallow.is_file():
            (own / "shallow").write_bytes(shallow.read_bytes())
        tags = source.git("for-each-ref", "--format=create %(refname) %(objectname)", "refs/tags")
        made.git("update-ref", "--stdin", given=tags)
        made.git("update-ref", "refs/heads/base", base)
        yield made


def _alternate(objects: Path) -> bytes:
    """Give the line of git's alternates that names a folder, which is quoted where it has lines.

    https://git-scm.com/docs/gitrepository-layout
    """
    place = objects.as_posix()
    if "\n" in place:
        inner = place.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
        place = f'"{inner}"'
    return os.fsencode(f"{place}\n")


def check_git(said: str) -> None:
    """Refuse a git that cannot merge trees.

    Args:
        said: What `git version` prints.

    Raises:
        GitError: If it is too old.

    """
    numbers = said.split()[2].split(".")[:2]
    if [int(number) for number in numbers] < [2, 38]:
        raise GitError(
            "git 2.38 or newer is needed to merge what people put on the branch; here is"
            f" {'.'.join(numbers)}."
        )


def refusal(error: str) -> str:
    """Give the sentence by which the template refuses something, or any other error as it is."""
    said = error.partition(_REFUSED)[2]
    return str(ast.literal_eval(said)) if said else error


def _failure(done: "subprocess.CompletedProcess[str]") -> UpdateError:
    """Tell a refusal from what breaks under an update: a program, or the file system."""
    if done.returncode < 0:
        return BrokenUpdateError(f"the update was ended by signal {-done.returncode}")
    reason = _reason(done)
    if _BROKEN.search(f"{done.stderr}\n{reason}"):
        return BrokenUpdateError(reason.removeprefix("| "))
    return UpdateError(reason)


def _reason(done: "subprocess.CompletedProcess[str]") -> str:
    """Give what an update said last: a sentence, or what a hook said before it failed."""
    if done.returncode == _UNTRUSTED:
        return done.stderr.strip()
    said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    if said and "returned non-zero exit status" not in said[-1]:
        return refusal(said[-1])
    told = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    return "".join(told[-1:] or said[-1:])
