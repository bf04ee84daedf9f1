"""An update of an overlay with nothing of its own that runs; then its fragments are laid in.

Run as `python -m treewright.branch.laying`, with the options of `copier update`; behind `plain`,
nothing is laid in, as where a bot updates it that runs no hooks.

An overlay is an organisation's template, and no trust in it is asked for: Copier renders it in its
sandbox, and refuses Jinja extensions. What its hook does is done here.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from copier._template import Task, Template

from treewright import overlay, stock
from treewright.rows import row, say, some
from treewright.updating.layers import FOLDER
from treewright.updating.repository import Repository

_HOOK = "lay_in.py"
_CONFLICT = 1


def main(arguments: Sequence[str]) -> int:
    """Run the update, and give the exit status."""
    plain, options = arguments[:1] == ["plain"], [word for word in arguments if word != "plain"]
    with _nothing_runs() as left_out:
        status = stock.update_untrusted(options)
    if status or plain:
        return status
    if left_out:
        say(*row("look at", f"tasks of the overlay, which did not run: {some([*left_out])}"))
    status = overlay.run([])
    left = [path for path in Repository(Path.cwd()).unmerged() if path.startswith(f"{FOLDER}/")]
    if status == _CONFLICT and left:
        told = f"{some(left)}: settle that, then `treewright overlay --base` with the commit before"
        say(*row("look at", told))
        return 0
    return status


@contextmanager
def _nothing_runs() -> Iterator[dict[str, None]]:
    """Have Copier find no tasks and no migrations, and give those that are there."""
    found = dict[str, None]()
    tasks, migrations = Template.tasks.func, Template.migration_tasks  # type: ignore[attr-defined]

    def _note(there: Iterable[Task]) -> list[Task]:
        found.update((str(task.cmd), None) for task in there if _HOOK not in str(task.cmd))
        return []

    with (
        patch.object(Template, "tasks", property(lambda template: _note(tasks(template)))),
        patch.object(Template, "migration_tasks", lambda *given: _note(migrations(*given))),
    ):
        yield found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
