"""The order of what follows Copier's own merge."""

from dataclasses import replace

from treewright import again
from treewright.rows import some
from treewright.updating import (
    changelog,
    contract,
    dropped,
    joined,
    leaving,
    links,
    merging,
    migrations,
    moving,
    overlays,
    owners,
    references,
    rejects,
    seeds,
    sweep,
    untracked,
)
from treewright.updating.answers import read
from treewright.updating.names import Change, Names
from treewright.updating.rendering import TEMPLATE
from treewright.updating.report import Outcome
from treewright.updating.repository import Repository


def finish(repository: Repository, answers_file: str, *, keep_rejects: bool = False) -> Outcome:
    """Do what follows Copier's merge, but for the proof.

    Args:
        repository: The project.
        answers_file: The answers file, relative to it.
        keep_rejects: Whether what cannot be merged stays as `.rej` files, as `--conflict rej` asks.

    Raises:
        GitError: If git fails.
        OSError: If a file cannot be read or written.

    """
    update = read(repository, answers_file)
    outcome = Outcome(update)
    for path in untracked.give_back(repository):
        outcome.notes.append(f"{path} is yours, and git does not track it: it stays as it was.")
    outcome.releases = changelog.between(TEMPLATE / "CHANGELOG.md", *update.versions)
    outcome.migrated = migrations.run(update)
    change = _move(outcome)
    outcome.migrated += owners.give(update)
    dropped.keep_edited(update)
    taken_up = rejects.take_up(update, answers_file)
    outcome.migrated += owners.take(update)
    outcome.notes += [
        f"{path} is a link: what the template changes in that file did not arrive."
        for path in rejects.behind_links(update)
    ]
    # Of base and ours it translates: all names in them are old.
    translate = change.unmixed().file
    laid = overlays.of(update, translate)
    outcome.notes += laid.notes
    if joined.has_joined(update):
        outcome.brought = joined.merge(update, answers_file, translate, laid.layers)
    overlays.merge(update, laid, translate, apart=joined.FILES if joined.has_joined(update) else ())
    settled = merging.settle(repository, translate)
    if keep_rejects:
        rejects.give_back(repository, taken_up)
    settled.files[:0] = outcome.brought.files + laid.files
    outcome.merged = [file.path for file in settled.files if file.how]
    outcome.clashes = settled.clashes
    outcome.over = settled.over
    if broken := merging.broken(repository):
        outcome.notes.append(broken)
    fixed = references.fix(repository, change, answers_file)
    outcome.fixed = list(fixed.changed)
    if change:
        outcome.left = fixed.left
        outcome.listed = sweep.write(repository, change, fixed.left)
    if told := contract.hand_over(update):
        outcome.migrated.append(told)
    if fixed.notice:
        outcome.notes.append(fixed.notice)
    folder = Names.of(update.now).package_dir
    if change.now.package_dir == folder and not (repository.project / folder).is_dir():
        outcome.notes.append(elsewhere(folder, answers_file, update.now.get("_src_path")))
    outcome.seeds = seeds.compare(update, folder)
    if gone := leaving.clear(update, answers_file, outcome.seeds):
        outcome.seeds = seeds.without(outcome.seeds, gone)
        outcome.migrated.append(f"{some(gone)} came with what is yours now, unedited: deleted")
    return outcome


def elsewhere(folder: str, answers_file: str, source: object) -> str:
    """Say that the package is not where the answers have it, and what to do.

    Args:
        folder: Where the answers have it.
        answers_file: The answers file.
        source: The template's address.

    """
    by = again.treewright() if again.is_own(source) else None
    remedy = "take that back, and give the answer to copier update by --data."
    if by:
        remedy = f"undo this update, and run: {by} finish --base COMMIT-BEFORE-THAT"
    return (
        f"The answers have the package in {folder}/, which is not there. If {answers_file} was"
        f" edited by hand, {remedy}"
    )


def _move(outcome: Outcome) -> Change:
    """Move the package to where the answers have it, and give what it is called by now."""
    update = outcome.update
    now = Names.of(update.now)
    try:
        change = Change(Names.of(update.before), now)
    except KeyError:  # adopted, or edited by hand: there is nothing to compare
        return Change(now, now)
    if not change:
        return change
    try:
        moves = moving.plan(update.repository, change.before, now)
    except moving.TakenError as taken:
        outcome.notes.append(f"The package was not moved: {taken}")
        return Change(change.before, change.before)
    dead = links.dead(update.repository) if moves else set()
    moving.carry_out(update.repository, moves)
    if moves and (lost := links.dead(update.repository) - dead):
        outcome.notes.append(f"These links lead nowhere now: {', '.join(sorted(lost))}.")
    outcome.moved = [f"{move.old} -> {move.new}" for move in moves]
    package = update.project / now.package_dir
    return replace(
        change,
        members=references.members(package),
        spelled=references.spelled(package, change.before),
        groups=references.groups(update.project, package, change.before),
        folders=tuple((move.old, move.new) for move in moves[1:]),
    )
