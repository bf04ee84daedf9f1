"""What the fixers `register` and `update` share: one change to many repositories, by all-repos.

all-repos says which repositories there are, clones them, and pushes: its configuration decides
where they come from, and what a push is. Its own `autofix_lib.fix` ends with 0 where a repository
failed, leaves new files out of the commit, and stops where one worker is killed. So here each
repository has a process of its own, and a line of JSON.

Nothing is stored. That the remote has the branch is the record of a repository that is done: it is
asked first, and a push is whole or not at all. So a run that was killed is run again.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from all_repos import autofix_lib, cli
from all_repos.config import Config, load_config

try:
    from treewright import machine
except ModuleNotFoundError:  # it is given, never fetched by its name: that may be anybody's
    print("Say where Treewright is: uv run --with PATH --script ...", file=sys.stderr)
    sys.exit(2)
from treewright.adopting.errors import UnableError
from treewright.branch.scratch import Scratch
from treewright.fleet import outcomes
from treewright.fleet.clones import Clone, Opened
from treewright.rows import on_one_line, say
from treewright.updating.repository import GitError, Repository

PROPOSED, LATER = "proposed before", "left for later"
# A person has to settle these.
_PERSON = {outcomes.CONFLICTS, outcomes.REFUSED, outcomes.UNREADABLE, outcomes.UNKNOWN}
_UNABLE, _INTERRUPTED = 2, 130
_VERSION = 1  # of the lines
_MERGES = "all_repos.push.merge_to_master"


@dataclass
class Told:
    """A line: what came of a repository.

    Args:
        repository: What all-repos calls it.
        branch: The branch of this campaign.
        outcome: As a rehearsal names it; PROPOSED where the branch was there, LATER where --limit
            was reached before.
        pushed: Whether this run pushed the branch.
        commit: The commit that was pushed, or would be.
        why: The reason, where the outcome alone does not tell it.
        details: What the fixer tells, by its own names.
        seconds: How long it took.

    """

    repository: str
    branch: str
    outcome: str = ""
    pushed: bool = False
    commit: str = ""
    why: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    def fail(self, why: object) -> None:
        """Tell that it could not be worked on."""
        self.outcome, self.why = outcomes.FAILED, sentence(why)

    @property
    def line(self) -> str:
        """The line."""
        return json.dumps({"version": _VERSION, **asdict(self)}, default=str)


@dataclass(frozen=True)
class Job:
    """One repository, for its own process.

    Args:
        path: all-repos' clone of it.
        name: What all-repos calls it.
        branch: The branch to push.
        files: The answers files to work on, from the top.

    """

    path: str
    name: str
    branch: str
    files: Sequence[str] = ()


@dataclass(frozen=True)
class Fixed:
    """What a fixer made of a repository; the index holds what is to be committed.

    Args:
        outcome: CLEAN, or what stands in the way.
        message: The message of the commit; nothing is pushed without one.
        why: The reason, where the outcome alone does not tell it.
        details: What else is to be told.
        sound: Whether nobody has to look at it first.

    """

    outcome: str
    message: str = ""
    why: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    sound: bool = True


class Fixer(Protocol):
    """What is to be done to each repository."""

    name: str
    description: str

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what the command line has of this fixer's own."""

    def prepare(self, options: argparse.Namespace, stack: ExitStack) -> str:
        """Check the options once, and give the branch's name.

        Raises:
            UnableError: If they make no sense, or something is lacking here.

        """

    def look(self, there: Opened) -> tuple[Sequence[str], str, str]:
        """Look at a repository before its clone is made.

        Returns:
            The answers files to work on; the outcome, where there is nothing to do; and why.

        """

    def fix(self, clone: Repository, job: Job, options: argparse.Namespace) -> Fixed:
        """Work on a clone of this process's own, of which the new branch is checked out."""


def main(fixer: Fixer, arguments: Sequence[str] | None = None) -> int:
    """Run a fixer.

    Args:
        fixer: The fixer.
        arguments: The command line without the program's name; by default, this process's.

    Returns:
        0; 1 where a person has to settle something; 2 where the usage is wrong, something is
        lacking, or a repository failed; 130 after Ctrl-C.

    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser(fixer).parse_args(given)
    machine.forget_repository()
    os.environ["GIT_TERMINAL_PROMPT"] = "0"  # nobody is there to answer
    try:
        config = _config(options.config_filename)
        if options.worker:
            return _work(fixer, options, config)
        _check(options, config)
        with ExitStack() as stack:
            usual = fixer.prepare(options, stack)
            branch = options.branch or usual
            caches = stack.enter_context(tempfile.TemporaryDirectory(prefix="treewright-"))
            return _Campaign(fixer, options, config, branch, Path(caches)).run(given)
    except (UnableError, GitError, OSError) as error:
        say(str(error), file=sys.stderr)
        return _UNABLE
    except KeyboardInterrupt:
        say("Interrupted: run it again to go on.", file=sys.stderr)
        return _INTERRUPTED


def _parser(fixer: Fixer) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"{fixer.name}.py",
        description=f"{fixer.description} The standard output has a line of JSON for each"
        " repository.",
        epilog="Exit status: 0; 1 if a person has to settle something; 2 wrong usage, something is"
        " missing, or a repository failed.",
    )
    fixer.add_options(parser)
    cli.add_common_args(parser)
    cli.add_jobs_arg(parser, default=1)
    parser.add_argument("--dry-run", action="store_true", help="do all of it, but push nothing")
    parser.add_argument(
        "--limit", type=_positive, metavar="N", help="stop when N branches have been pushed"
    )
    parser.add_argument(
        "--clean-only",
        action="store_true",
        help="push nothing that a person has to look at: no conflict, no fault that the proof"
        " finds, and no answer that is a guess",
    )
    parser.add_argument("--branch", metavar="NAME", help="the branch to push")
    parser.add_argument("--author", help="the author of the commits, as `git commit` takes it")
    parser.add_argument(
        "--repos", nargs="*", metavar="CLONE", help="clones to work on, instead of all there are"
    )
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    return parser


def _positive(word: str) -> int:
    if not (word.isascii() and word.isdigit() and int(word)):
        raise argparse.ArgumentTypeError(f"{word!r} is not 1 or more")
    return int(word)


def _config(file: str) -> Config:
    try:
        return load_config(file)
    except (Exception, SystemExit) as error:  # each module that it names may raise anything
        why = str(error) or type(error).__name__
        raise UnableError(f"{file} cannot be used: {sentence(why)}") from error


def _check(options: argparse.Namespace, config: Config) -> None:
    if not machine.git():
        raise UnableError("git is needed, and is not on the PATH.")
    if getattr(config.push_settings, "fork", False):
        raise UnableError(
            f"{options.config_filename} has `fork`: the branch of a fork does not show that a"
            " repository is done. Push to the repositories themselves."
        )
    if config.push.__module__ == _MERGES and not options.clean_only:
        raise UnableError(
            f"{options.config_filename} has {_MERGES}, so nobody looks at what is merged: run this"
            " with --clean-only."
        )


def sentence(text: object) -> str:
    """Give a text on one line, without the passwords that addresses have in it."""
    return unsecret(on_one_line(" ".join(str(text).split())))


def told_of(error: BaseException) -> str:
    """Give what an error says; of what is no message for people, with its kind."""
    return str(error) if isinstance(error, (GitError, OSError)) and str(error) else repr(error)


def unsecret(text: str) -> str:
    """Give a text without the passwords that addresses have in it."""
    return machine.PASSWORD_IN_ADDRESS.sub("://***@", text)


# --- All repositories ------------------------------------------------------------------


class _Campaign:
    """One run."""

    def __init__(
        self,
        fixer: Fixer,
        options: argparse.Namespace,
        config: Config,
        branch: str,
        caches: Path,
    ) -> None:
        self.fixer, self.options, self.config = fixer, options, config
        self.branch, self.caches = branch, caches
        self.counts: Counter[str] = Counter()
        self.pushed = self.working = 0
        self.turn = threading.Condition()

    def run(self, arguments: Sequence[str]) -> int:
        """Work on all, and give the exit status."""
        command = [sys.executable, sys.argv[0], *arguments, "--worker"]
        pool = ThreadPoolExecutor(self.options.jobs)
        try:
            begun = [pool.submit(self._one, path, name, command) for path, name in self._clones()]
            for done in as_completed(begun):
                self._tell(done)
        finally:
            pool.shutdown(cancel_futures=True)
        listed = ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items()))
        verb = "would be pushed" if self.options.dry_run else "pushed"
        say(f"{self.branch}: {self.pushed} {verb}; {listed}", file=sys.stderr)
        if self.counts[outcomes.FAILED]:
            return _UNABLE
        return 1 if _PERSON & self.counts.keys() else 0

    def _clones(self) -> Sequence[tuple[str, str]]:
        """Give the clones, and what all-repos calls each."""
        if self.options.repos is not None:
            found = [(path, path) for path in self.options.repos]
        else:
            try:
                names = self.config.get_cloned_repos()
            except (OSError, ValueError):
                raise UnableError(
                    f"Nothing is cloned yet. Run: all-repos-clone -C {self.options.config_filename}"
                ) from None
            folder = Path(self.config.output_dir).resolve()
            found = [(str(folder / name), name) for name in sorted(names)]
        if not found:
            raise UnableError("There are no repositories to work on.")
        return found

    def _tell(self, done: "Future[tuple[Told, str]]") -> None:
        told, log = done.result()
        self.counts[told.outcome] += 1
        if log:
            say(f"--- {told.repository}", unsecret(log), file=sys.stderr)
        print(told.line, flush=True)

    def _one(self, path: str, name: str, command: Sequence[str]) -> tuple[Told, str]:
        """Work on one repository; give what came of it, and what was printed meanwhile."""
        start = time.monotonic()
        told, log = Told(name, self.branch), ""
        try:
            job = self._look(path, told)
            if job and self._has_turn():
                try:
                    told, log = self._in_process(job, command, told)
                finally:
                    self._end_turn(told)
            elif job:
                told.outcome, told.why = LATER, f"--limit {self.options.limit} was reached"
        except Exception as error:  # noqa: BLE001  # no other repository is stopped
            told.fail(told_of(error))
        told.seconds = round(time.monotonic() - start, 2)
        return told, log

    def _look(self, path: str, told: Told) -> Job | None:
        """Give what there is to do; None where there is nothing."""
        clone = Repository(Path(path))
        refs = remote(clone, "HEAD", f"refs/heads/{self.branch}")
        if f"refs/heads/{self.branch}" in refs:
            told.outcome, told.commit = PROPOSED, refs[f"refs/heads/{self.branch}"]
            return None
        if "HEAD" not in refs:
            told.outcome, told.why = outcomes.NONE, "it has no commit"
            return None
        head = refs["HEAD"]
        try:
            clone.git("cat-file", "-e", f"{head}^{{commit}}")
        except GitError:
            clone.git("fetch", "--quiet", "--no-tags", "origin", "HEAD")
        made = Scratch(clone.project)
        there = Opened(Clone(clone.project, told.repository), made, made.listing(head), (), head)
        files, told.outcome, told.why = self.fixer.look(there)
        return None if told.outcome else Job(path, told.repository, self.branch, files)

    def _has_turn(self) -> bool:
        """Wait until it is certain whether --limit allows one more."""
        if not self.options.limit:
            return True
        with self.turn:
            while self.pushed < self.options.limit <= self.pushed + self.working:
                self.turn.wait()
            self.working += self.pushed < self.options.limit
            return bool(self.pushed < self.options.limit)

    def _end_turn(self, told: Told) -> None:
        with self.turn:
            self.pushed += told.pushed or (self.options.dry_run and bool(told.commit))
            self.working -= 1
            self.turn.notify_all()

    def _in_process(self, job: Job, command: Sequence[str], told: Told) -> tuple[Told, str]:
        """Have a process of its own do the work: whatever ends it, it ends no other."""
        cache = self.caches / str(threading.get_ident())
        done = subprocess.run(
            command,
            env={**os.environ, "COPIER_CACHE_DIR": str(cache)},
            input=json.dumps([asdict(job), vars(self.options)]).encode(),
            capture_output=True,
            check=False,
        )
        log = done.stderr.decode(errors="replace")
        try:
            return Told(**json.loads(done.stdout)), log
        except ValueError:
            ended = done.returncode
            how = f"signal {-ended}" if ended < 0 else f"status {ended}"
            told.fail(f"its process ended with {how}, and gave no result")
            return told, log


def remote(clone: Repository, *names: str) -> dict[str, str]:
    """Ask the remote for refs, and give the commit of each that is there."""
    listed = clone.git("ls-remote", "origin", *names).decode().splitlines()
    found = {name: commit for commit, name in (line.split("\t", 1) for line in listed)}
    return {name: found[name] for name in names if name in found}


# --- One repository, in its own process ------------------------------------------------


def _work(fixer: Fixer, options: argparse.Namespace, config: Config) -> int:
    """Work on the repository that the standard input names, and print what came of it."""
    job, given = json.loads(sys.stdin.buffer.read())
    job = Job(**job)
    vars(options).update(given)
    answer = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what others print is the log
    told = Told(job.name, job.branch)
    told.fail("it could not be cloned, or fetched")  # until it is
    with (
        suppress(RuntimeError),  # of a context that did not begin
        autofix_lib.repo_context(job.path, use_color=False),
    ):
        try:
            _in_clone(fixer, job, options, config, told)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # no other repository is stopped
            told.fail(told_of(error))
    sys.stdout.flush()
    with os.fdopen(answer, "w", encoding="utf-8") as file:
        json.dump(asdict(told), file, default=str)
    return 0


def _in_clone(
    fixer: Fixer, job: Job, options: argparse.Namespace, config: Config, told: Told
) -> None:
    clone = Repository(Path.cwd())
    clone.git("checkout", "--quiet", "origin/HEAD", "-b", job.branch)  # its pushes know the target
    fixed = fixer.fix(clone, job, options)
    told.outcome, told.why, told.details = fixed.outcome, fixed.why, fixed.details
    if not fixed.message or (options.clean_only and not fixed.sound):
        return
    author = [f"--author={options.author}"] if options.author else []
    clone.git("commit", "--quiet", "--file=-", *author, given=fixed.message.encode())
    told.commit = clone.git("rev-parse", "HEAD").decode().strip()
    if not options.dry_run:
        _push(clone, config, job.branch, told)


def _push(clone: Repository, config: Config, branch: str, told: Told) -> None:
    """Push; what has no pull request after that is taken back, as it would pass for done."""
    try:
        config.push(config.push_settings, branch)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever the module raises
        told.fail(f"{config.push.__module__} failed: {error!r}")
        _take_back(clone, f"refs/heads/{branch}", told)
    else:
        told.pushed = True


def _take_back(clone: Repository, name: str, told: Told) -> None:
    """Delete a branch that was pushed, and is no proposal yet; leave that of somebody else."""
    there = remote(clone, name).get(name)
    if there == told.commit:
        try:
            lease = f"--force-with-lease={name}:{there}"
            clone.git("push", "--quiet", lease, "origin", f":{name}")
            told.why += "; the branch was deleted again"
        except GitError as error:
            told.why += f"; the branch is still there, so delete it by hand: {sentence(error)}"
    elif there:
        told.outcome, told.commit = PROPOSED, there
        told.why = "somebody else pushed it just now"
