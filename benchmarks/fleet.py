"""Measure what a campaign over many repositories costs, against a bare `copier update`.

Usage: python benchmarks/fleet.py [N ...] [--done N] [--keep FOLDER]

For each N, as many bare repositories of seven kinds of edits are updated by fleet/all-repos with
two workers. The run is killed by `kill -9` when a third is done, and run again; then it is run once
more, with nothing to do. All repositories are compared with an update by hand, and the exit status
is 1 where one differs. With --done N, a run over N copies of the last ones, which are all done, is
timed, too. CPU counts a process and all that it starts. The reference is `copier update --trust
--defaults` of the same projects, measured before and after in the same run. For Linux and macOS.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT), *(str(ROOT / name) for name in (".ci", "src", "tests"))]

from benchmarks.workshop import Row, isolate, print_table  # noqa: E402

import campaigns  # noqa: E402
import keeping  # noqa: E402

GOAL, IDLE = 1.15, 30.0  # of the reference; seconds for 1,000 with nothing to do
DEFAULT = (20,)


def rows(figures: campaigns.Figures) -> Iterator[Row]:
    """Give the rows of one campaign."""
    count = figures.count
    ours, others = [figures.cpu * 1000], [figures.reference * 1000]
    what = f"{count} repositories, cpu for each"
    yield Row(what, "ms", ours, "copier update", others, GOAL)
    left = count - figures.before
    yield Row(f"  wall for each, {left} after the kill", "ms", [figures.again.wall / left * 1000])
    yield from rest(figures.idle)
    yield Row("  10,000 would cost, cpu", "h", [figures.cpu * 10_000 / 3600])


def rest(ran: campaigns.Ran) -> Iterator[Row]:
    """Give the rows of a run that had nothing to do."""
    count = len(ran.lines)
    yield Row(f"  {count} that are done, wall", "s", [ran.wall], target=IDLE)
    yield Row("  that is, cpu for each", "ms", [ran.cpu / count * 1000])


def main() -> int:
    """Measure what the command line asks for, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("counts", nargs="*", type=int, metavar="N", help="how many; by default 20")
    parser.add_argument("--done", type=int, metavar="N", help="time a run over N that are done")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where to leave all of it")
    options = parser.parse_args()
    place = (
        nullcontext(str(options.keep))
        if options.keep
        else tempfile.TemporaryDirectory(prefix="treewright-", ignore_cleanup_errors=True)
    )
    is_wrong = False
    with place as name:
        folder = Path(name).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        isolate(folder)
        world = campaigns.real(folder, keeping.clone_releases(folder))
        counts = options.counts or DEFAULT
        for count in counts:
            figures = world.prove(folder / str(count), count)
            for repository, why in figures.wrong.items():
                print(f"{repository}: {'; '.join(why)}")
            is_wrong = is_wrong or bool(figures.wrong)
            print_table([*rows(figures)])
            sys.stdout.flush()
        if options.done:
            ran = world.rest(folder / "done", folder / str(counts[-1]), options.done)
            print_table([*rest(ran)])
    return int(is_wrong)


if __name__ == "__main__":
    sys.exit(main())
