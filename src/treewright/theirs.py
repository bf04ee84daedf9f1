"""Files that were in the folder before a copy, such as a forge makes with a new repository.

They stay, as `_skip_if_exists` in copier.yml has it. Only files that are sets of lines get the
template's lines, beside theirs.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from treewright import again, licences
from treewright.disk import is_regular, write_whole
from treewright.rows import row, some
from treewright.updating import line_sets
from treewright.updating.answers import Answers
from treewright.updating.names import Names
from treewright.updating.rendering import current, render
from treewright.updating.repository import GitError, Repository


def join(answers_file: str, theirs: Sequence[str]) -> Iterator[str]:
    """Join the template's lines to files that are sets of lines, and report on all that stayed.

    Args:
        answers_file: The answers file, relative to the project, which is the current folder.
        theirs: The files that were there, relative to it; others than the template's may be.

    Returns:
        The lines of the report; none where nothing of theirs differs from the template's.

    """
    if not Path(answers_file).is_file():  # a copy may leave it out, by --exclude
        return
    answers = yaml.safe_load(Path(answers_file).read_text(encoding="utf-8"))
    with current() as template:
        made = render(answers, [f"/{path}" for path in theirs], source=template) or {}
    stay = list[str]()
    for path in theirs:
        if path not in made or not is_regular(Path(path)):
            continue
        if (mine := Path(path).read_bytes()) == made[path]:
            continue
        if line_sets.is_line_set(path):
            ours, new = (side.decode(errors="surrogateescape") for side in (mine, made[path]))
            text = line_sets.merge(path, "", ours, new).text
            write_whole(Path(path), text.encode(errors="surrogateescape"))
            yield from row("joined", f"{path} has the template's lines beside yours")
        else:
            stay.append(path)
    if stay:
        yield from row("yours", f"{', '.join(stay)}: as before")
    if "README.md" in stay and b"```pycon" not in Path("README.md").read_bytes():
        yield from row(
            "lacking", "README.md: an example in a block `pycon`, which the tests would run"
        )
    if "LICENSE" in stay:
        yield from _of_another_license(answers)
    if ignored := _ignored(Names.of(answers).package_dir):
        yield from row("ignored", f"{some(ignored)}: by your .gitignore, so git leaves that out")


def _of_another_license(answers: Answers) -> Iterator[str]:
    """Say that LICENSE is not the answer's, and how the answer follows it."""
    answer = answers["license"]
    said = licences.of_text(Path("LICENSE").read_text("utf-8", errors="replace"))
    found = next((name for name in licences.OFFERED if name in said), "")
    if found != answer:
        there = found or "none of the template's"
        yield from row(
            "license", f"LICENSE is {there}, and the answer is {answer}. Once committed:"
        )
        yield (
            f"  {again.update(answers['_src_path'])} --defaults --vcs-ref :current:"
            f" --data license={found or 'NAME'}"
        )


def _ignored(folder: str) -> list[str]:
    """Give what git leaves out of the package."""
    try:
        which = ("--others", "--ignored", "--exclude-standard")
        return Repository(Path.cwd()).files(*which, "--", folder)
    except GitError:  # no repository, or no git
        return []
