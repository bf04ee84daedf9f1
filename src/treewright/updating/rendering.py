"""What the template makes of answers, once more, where a decision needs it."""

import shutil
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from treewright.updating.answers import Answers

TEMPLATE = Path(__file__).parents[3]
DISTRIBUTION = Path(__file__).parents[1] / "distribution.json"
_READ = (DISTRIBUTION, Path(__file__).parents[1] / "adopting/kinds.json")  # templates do, too


@contextmanager
def current() -> Iterator[Path]:
    """Give a copy of the template that runs this, without git: renders of it clone nothing."""
    with tempfile.TemporaryDirectory(prefix="treewright-") as folder:
        shutil.copy(TEMPLATE / "copier.yml", folder)
        for name in ("includes", "template"):
            shutil.copytree(TEMPLATE / name, Path(folder, name))
        for read in _READ:
            copy = Path(folder, read.relative_to(TEMPLATE))
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(read, copy)
        yield Path(folder)


def render(
    answers: Answers,
    paths: Iterable[str],
    *,
    source: Path | str = TEMPLATE,
    version: str | None = None,
    there: Iterable[str] = (),
) -> dict[str, bytes] | None:
    """Render some files, as a new project would have them.

    Args:
        answers: The answers; those that it does not ask are ignored.
        paths: Patterns of the files, as in .gitignore, relative to the project; `!` takes out.
        source: The template.
        version: The release of it, where it is in a git repository.
        there: Files that are in the project's folder before; they stay, and are empty.

    Returns:
        What each file holds; None where that release cannot be had or does not take the answers.

    """
    marked = "_src_path"  # which has copier.yml take what no question asks, as in Copier's renders
    given = {
        name: value for name, value in answers.items() if name == marked or not name.startswith("_")
    }
    exclude = ["*", *(path[1:] if path[0] == "!" else f"!{path}" for path in paths)]
    try:
        return rendered(given, source, version, exclude=exclude, there=there)
    except Exception:  # noqa: BLE001  # whatever stops it, the caller does without
        return None


def rendered(  # noqa: PLR0913  # as Copier takes them
    data: Answers,
    source: Path | str,
    version: str | None,
    *,
    exclude: Sequence[str] = (),
    there: Iterable[str] = (),
    answers_file: str | None = None,
) -> dict[str, bytes]:
    """Render a new project, and give what each file holds.

    Args:
        data: The answers, as Copier takes them.
        source: The template.
        version: The release of it, where it is in a git repository.
        exclude: Patterns of files that are left out.
        there: Files that are in the project's folder before; they stay, and are empty.
        answers_file: What the answers file is called, if not as the template has it.

    Raises:
        copier.errors.UserMessageError: If the template refuses an answer.

    """
    import copier  # noqa: PLC0415  # a third of a second, and seldom needed

    with tempfile.TemporaryDirectory(prefix="treewright-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        project = Path(folder, "project")
        project.mkdir()
        for name in there:
            (project / name).touch()
        copier.run_copy(
            str(source),
            project,
            data=dict(data),
            answers_file=answers_file,
            vcs_ref=version,
            exclude=exclude,
            defaults=True,
            quiet=True,
            skip_tasks=True,
            settings=copier.Settings(),
        )
        return {
            path.relative_to(project).as_posix(): path.read_bytes()
            for path in project.rglob("*")
            if path.is_file()
        }
