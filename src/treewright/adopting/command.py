"""The command `treewright adopt`.

Exit status: 0 ready; 1 refused; 2 wrong usage, or something that the machine lacks.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from treewright import machine, shell, stock
from treewright.adopting import asking, features, joining, owning, showing, stored, undoing
from treewright.adopting.converting import UnconvertedError, convert
from treewright.adopting.errors import RefusedError, UnableError
from treewright.adopting.found import Found, Inferred
from treewright.adopting.joining import Asked, Plan
from treewright.adopting.refusals import of_repository
from treewright.adopting.same_wheel import Wheel
from treewright.adopting.showing import Row, Told
from treewright.adopting.source import Source
from treewright.adopting.trying import MERGED, Copy, copy
from treewright.branch.applying import DirtyError
from treewright.branch.requests import UnreadableError, looks_like_answers
from treewright.branch.scratch import UpdateError, Updater
from treewright.disk import is_regular, write_whole
from treewright.rows import say
from treewright.updating.locking import LockedError, lock, unlock
from treewright.updating.repository import GitError, Repository

_READY, _REFUSED, _UNABLE = 0, 1, 2
_JOIN, _CHANGE = "Join Treewright", "Change what comes from Treewright"
_UNABLE_BECAUSE = (UnableError, UnreadableError, UpdateError, LockedError, GitError, OSError)


def run(arguments: Sequence[str], updater: Updater | None = None) -> int:
    """Run `treewright adopt`.

    Args:
        arguments: The command line behind the verb.
        updater: Runs an update in a folder.

    Returns:
        The exit status.

    """
    asked = _parser().parse_args(arguments)
    machine.forget_repository()
    told = Told(project=os.path.normpath(Path.cwd() / asked.path))
    try:
        _act(asked, told, updater)
        status = _READY
    except (RefusedError, DirtyError) as error:
        told.status, status = "refused", _REFUSED
        told.refusals = [*getattr(error, "reasons", [str(error)])]
        told.answers = told.answers or _rows(getattr(error, "answers", {}))
    except UnconvertedError as error:
        told.status, status = ("refused", _REFUSED) if error.status == 1 else ("unable", _UNABLE)
        told.refusals = [str(error)]
    except stock.RefusedError as error:
        told.status, status, told.refusals = "unable", _UNABLE, [str(error)]
    except _UNABLE_BECAUSE as error:
        told.status, status, told.refusals = "unable", _UNABLE, [str(error)]
    for reason in told.refusals:
        say(reason, file=sys.stderr)
    if asked.json:
        say(showing.document(told))
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="treewright adopt",
        description="Have a repository that is there join Treewright, and keep what is its own:"
        f" infer the answers, try it in a copy, and write {stored.NAME}. Building the wheel in"
        " copies runs the repository's build backend; nothing else of the repository runs.",
        epilog="Exit status: 0 ready; 1 refused; 2 wrong usage, or something is lacking."
        f" The kinds are {', '.join(features.KINDS)}.",
    )
    usual = ", ".join(features.USUAL)
    option = parser.add_argument
    option("path", nargs="?", default=".", metavar="PATH", help="the project's folder")
    option(
        "--features",
        action="append",
        metavar="A,B",
        help=f"the kinds that Treewright brings; by default, of {usual}, those that are lacking",
    )
    option(
        "--answer",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="an answer that is not to be inferred; may be repeated",
    )
    option("--defaults", action="store_true", help="ask nothing")
    option(
        "--dry-run", action="store_true", help="show what would happen, with the whole difference"
    )
    option("--json", action="store_true", help="print one JSON document; ask nothing")
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--undo", action="store_true", help="take away what joining brought")
    one.add_argument(
        "--convert", action="store_true", help="write a [project] table from older metadata"
    )
    for name, metavar, told in (
        ("take", "PATH", "have Treewright own a file that is yours"),
        ("give", "PATH", "own a file that is Treewright's"),
        ("add", "KIND", "have Treewright bring a kind of tool"),
        ("remove", "KIND", "own a kind of tool that is Treewright's"),
    ):
        option(f"--{name}", action="append", default=[], metavar=metavar, help=told)
    return parser


def _act(asked: argparse.Namespace, told: Told, updater: Updater | None) -> None:
    """Do what the command line asks for."""
    change = owning.Change(
        asked.take,
        asked.give,
        features.named(asked.add),
        features.named(asked.remove),
        _given(asked.answer),
    )
    _check_usage(asked, change)
    repository = _repository(Path(asked.path))
    if asked.convert:
        _convert(asked, told, repository)
    elif change:
        _edit(asked, told, repository, change)
    elif asked.undo:
        _undo(asked, told, repository, updater)
    else:
        _join(asked, told, repository, updater)


def _check_usage(asked: argparse.Namespace, change: owning.Change) -> None:
    others = [f"--{name}" for name in ("undo", "convert") if getattr(asked, name)]
    if others and change:
        raise UnableError(f"{others[0]} goes with none of --take, --give, --add and --remove.")
    if (others or change) and asked.features:
        raise UnableError("--features is for joining; later, use --add and --remove.")


def _given(words: Sequence[str]) -> dict[str, str]:
    found = {}
    for word in words:
        name, is_, value = word.partition("=")
        if not is_ or not name:
            raise UnableError(f"--answer wants KEY=VALUE, and got {word!r}.")
        found[name] = value
    return found


def _repository(folder: Path) -> Repository:
    """Find the project's repository; see that it can be worked with at all."""
    if not folder.is_dir():
        raise UnableError(f"{folder} is not a folder.")
    if not machine.git():
        raise UnableError("git is needed, and is not on the PATH.")
    return Repository(folder.resolve())


# --- Joining ---------------------------------------------------------------------------


def _join(
    asked: argparse.Namespace, told: Told, repository: Repository, updater: Updater | None
) -> None:
    source = Source.find()
    if source.is_dirty and not asked.dry_run:  # Copier would commit them in a clone that goes
        raise UnableError(
            f"{source.checkout} has uncommitted changes: the project would come from a commit that"
            " no update finds again. Commit or stash them there, or look with --dry-run."
        )
    wanted = _asked(asked, source)
    joining.check(wanted.given, source)
    plan = joining.infer_and_ask(repository, wanted)
    _tell_answers(told, plan)
    with copy(repository, source, updater) as copied:
        joining.settle(plan, repository.project, copied)
        _tell_answers(told, plan)
        if not asked.json:
            say(*showing.table(told.answers), "")
            say("Joining is tried in a copy. The wheel of before and that of after are compared,")
            say("which runs the repository's own build backend.")
        wheel = Wheel(copied)
        joining.attempt(plan, copied)
        joining.compare(plan, copied, wheel)
        _tell_plan(told, plan, copied)
        blocked = {path: why for path, why in told.clashes.items() if path in MERGED}
        told.diff = copied.diff(plan.done).decode(errors="replace") if asked.dry_run else ""
        if not asked.json:
            say("", *(showing.lists(told) if asked.dry_run else showing.summary(told)))
        if asked.dry_run and not asked.json:
            say("")
            showing.show_diff(copied.diff(plan.done))
        if told.clashes:
            raise RefusedError(
                *(
                    f"{path} would clash ({why}): nothing was written."
                    for path, why in (blocked or told.clashes).items()
                )
            )
        if not asked.dry_run:
            write_whole(repository.project / stored.NAME, stored.made(plan.answers(copied.source)))
            told.written = stored.NAME
    told.command = _command(repository, *_commit(repository, stored.NAME, _JOIN), source.update)
    if not asked.json:
        say(*showing.following(told))


def _asked(asked: argparse.Namespace, source: Source) -> Asked:
    chosen = None if asked.features is None else features.named(asked.features)
    talks = asking.can_ask() and not (asked.defaults or asked.json)
    return Asked(
        _given(asked.answer),
        chosen,
        partial(asking.ask, refusal=partial(joining.refusal, source)) if talks else None,
        asking.choose if talks else None,
    )


def _rows(answers: Mapping[str, Found]) -> dict[str, Row]:
    return {name: Row(one.value, one.read_from, one.sure) for name, one in answers.items()}


def _tell_answers(told: Told, plan: Plan) -> None:
    told.answers = _rows(plan.inferred.answers)
    told.kinds = {kind: _kind(kind, plan.inferred, plan) for kind in features.KINDS}
    told.answers["features"] = Row(plan.features, plan.chosen_by, "chosen")
    told.answers["own_files"] = Row(plan.own_files, "the files that are there", "sure")


def _kind(kind: str, inferred: Inferred, plan: Plan) -> dict[str, str]:
    owner = "treewright" if kind in plan.features else "yours"
    return {"owner": owner, "mark": inferred.kinds.get(kind, "")}


def _tell_plan(told: Told, plan: Plan, copied: Copy) -> None:
    _tell_answers(told, plan)
    done = plan.done
    name = copied.prefix
    told.arrives = [path for path in done.arrived if path != copied.answers_file]
    told.arrives += [f"{path} (merged)" for path in done.changed if path not in done.clashes]
    told.stays = {path: "it is there" for path in plan.own_files if path not in plan.left_out}
    for kind in features.KINDS:
        if kind not in plan.features and kind not in plan.left_out:
            mark = plan.inferred.kinds.get(kind)
            told.stays[kind] = mark or "not asked for"
    told.left_out = dict(plan.left_out)
    told.clashes = {path.removeprefix(name): why for path, why in done.clashes.items()}
    told.wheel = "the same" if plan.compared else "not compared"


def _commit(repository: Repository, name: str, message: str) -> Iterator[str]:
    """Give the commands that commit the answers file."""
    ignored = repository.files("--others", "--ignored", "--exclude-standard", "--", name)
    quoted = shell.quoted(f"./{name}" if name.startswith("-") else name)
    yield f"git add {'--force ' if ignored else ''}{quoted}"
    yield f'git commit --quiet --message="{message}"'


def _command(repository: Repository, *steps: str) -> str:
    """Give steps as one command, which begins where the user is."""
    here = Path.cwd().resolve()
    folder = os.path.relpath(repository.project, here)
    go = (
        []
        if folder == "."
        else [f"cd {shell.quoted(f'./{folder}' if folder[0] == '-' else folder)}"]
    )
    return " && ".join([*go, *steps])


# --- A project that has joined, or was made here ---------------------------------------


@contextmanager
def _alone(repository: Repository) -> Iterator[None]:
    """See that the tree is clean, and have the repository for this run alone."""
    if reasons := of_repository(repository.project):
        raise RefusedError(*reasons)
    top = Repository(repository.top)
    lock(top, os.getpid())
    try:
        yield
    finally:
        unlock(top, os.getpid())


def _answers(repository: Repository, source: Source) -> tuple[str, dict[str, object]]:
    """Find the project's answers file, and read it.

    Raises:
        RefusedError: If no answers file of ours is there.

    """
    found = {}
    for name in sorted({stored.NAME, *(path for path in repository.files() if "/" not in path)}):
        file = repository.project / name
        if is_regular(file) and looks_like_answers(name, file.read_bytes()):
            found[name] = stock.read(file)
    ours = [name for name, answers in found.items() if source.is_that_of(answers.get("_src_path"))]
    for name in [*ours, stored.NAME]:
        if name in found:
            return name, found[name]
    raise RefusedError(
        f"There is no {stored.NAME} in {repository.project}: this repository has not joined."
    )


def _edit(
    asked: argparse.Namespace, told: Told, repository: Repository, change: owning.Change
) -> None:
    source = Source.find()
    with _alone(repository):
        name, answers = _answers(repository, source)
        values = owning.changed(repository, source, answers, change)
        told.answers = {
            key: Row(value, "what is asked for", "chosen") for key, value in values.items()
        }
        file = repository.project / name
        if not asked.dry_run:
            write_whole(file, stored.edited(file.read_bytes(), values))
            told.written = name
    finish = f"{source.treewright} finish --base HEAD~1"
    told.command = _command(repository, *_commit(repository, name, _CHANGE), finish)
    if not asked.json:
        say(*showing.table(told.answers), *showing.following(told))


def _undo(
    asked: argparse.Namespace, told: Told, repository: Repository, updater: Updater | None
) -> None:
    source = Source.find()
    with ExitStack() as stack:
        stack.enter_context(_alone(repository))
        name, answers = _answers(repository, source)
        copied = stack.enter_context(copy(repository, source, updater, name))
        undone = undoing.undo(repository, copied, answers)
        told.changed = {
            **dict.fromkeys(undone.removed, "removed"),
            **dict.fromkeys(undone.restored, "as before joining"),
            **dict.fromkeys(undone.merged, "without what joining brought"),
        }
        told.stays = dict(undone.kept)
        if not asked.dry_run:
            undoing.apply(repository, copied, undone)
    if not asked.json:
        say(
            *(f"{path}: {how}" for path, how in told.changed.items()),
            *(f"{path} stays: {why}" for path, why in told.stays.items()),
            "",
            "Nothing is committed: look at `git diff --cached`, and commit.",
        )


def _convert(asked: argparse.Namespace, told: Told, repository: Repository) -> None:
    if asked.dry_run:
        raise UnableError("--convert has no --dry-run: it commits nothing, so look at `git diff`.")
    with _alone(repository):
        done = convert(repository.project)
    told.changed = {
        path: "removed" if data is None else "written" for path, data in done.files.items()
    }
    told.command = _command(repository, "git add --all", 'git commit --message="Move the metadata"')
    if not asked.json:
        say(f"The metadata was in {done.source}.", *done.done, *showing.following(told))
