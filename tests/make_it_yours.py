"""Do what MAKE_IT_YOURS.md of a project says, to the letter."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt

PAGE = "MAKE_IT_YOURS.md"
Run = Callable[[str], None]


@dataclass
class Step:
    """A paragraph, with the block or the list that follows it."""

    text: str
    block: str | None = None
    items: list[str] = field(default_factory=list)


def sections(project: Path) -> dict[str, list[Step]]:
    """Read the page: the steps of each section, by the anchor of its heading."""
    found: dict[str, list[Step]] = {"": []}
    within = ""
    for token in MarkdownIt("commonmark").parse((project / PAGE).read_text("utf-8")):
        steps = list(found.values())[-1]
        if token.type in {"heading_open", "bullet_list_open"}:
            within = token.tag
        elif token.type in {"heading_close", "bullet_list_close"}:
            within = ""
        elif token.type == "inline" and within == "h2":
            found[token.content.lower().replace(" ", "-")] = []
        elif token.type == "inline" and within == "ul":
            steps[-1].items.append(token.content.strip("`"))
        elif token.type == "inline" and not within:
            steps.append(Step(token.content.replace("\n", " ")))
        elif token.type == "fence":
            assert steps[-1].block is None, f"two blocks follow {steps[-1].text!r}"
            steps[-1].block = token.content
    return found


def follow(project: Path, section: str, *, run: Run | None = None, with_uv: bool = True) -> None:
    """Follow a section, after those that are to be followed first.

    Args:
        project: A project as it was made, whose files this changes.
        section: The anchor of its heading.
        run: Runs a shell script in the project; without it, only files are changed.
        with_uv: Which way to take, where there are two.

    """
    file = project
    for step in sections(project)[section]:
        if step.text.startswith("Without uv" if with_uv else "With uv"):
            continue
        for before in re.findall(r"First, \[.*?\]\(#(.+?)\)", step.text):
            follow(project, before, with_uv=with_uv)
        for named in re.findall(r"(?i)\b(?:in|at the end of) `([^` ]+)`", step.text):
            file = project / named
        for old, new in re.findall(r"[Cc]hange `(.+?)` to `(.+?)`", step.text):
            _edit(file, old, new)
        for name in step.items:
            assert step.text.endswith("Delete:")
            (project / name).unlink()
        if begins := re.search(r"replace the block that begins with `(.+?)` with:$", step.text):
            text = file.read_text("utf-8")
            blocks = re.findall(r"(?ms)^```\w+\n(.*?)^```$", text)
            (old,) = (block for block in blocks if block.startswith(begins[1]))
            _edit(file, old, step.block or "")
        elif step.block is not None:
            _use(project, file, step, run)


def _use(project: Path, file: Path, step: Step, run: Run | None) -> None:
    """Do with a block what the text before it says."""
    block = step.block or ""
    if made := re.search(r"(?i)\bcreate(?: its tests,)? `(\S+)`:$", step.text):
        new = project / made[1]
        assert not new.exists()
        new.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(block, "utf-8")
    elif where := re.search(r"(?i)(below|above) the line that begins with `(.+?)`, add", step.text):
        lines = file.read_text("utf-8").splitlines(keepends=True)
        (number,) = (n for n, line in enumerate(lines) if line.strip().startswith(where[2]))
        lines.insert(number + (where[1].lower() == "below"), block)
        file.write_text("".join(lines), "utf-8")
    elif re.search(r"At the end of `\S+`, below two empty lines, add", step.text):
        file.write_text(f"{file.read_text('utf-8')}\n\n{block}", "utf-8")
    elif step.text.endswith(f"everything in `{file.relative_to(project).as_posix()}` with:"):
        assert file.is_file()
        file.write_text(block, "utf-8")
    elif ends := re.search(
        r"everything (?:between|below) `(.+?)`(?: and `(.+?)`)? with:$", step.text
    ):
        text = file.read_text("utf-8")
        heading, end = ends[1], f"{ends[2]}\n" if ends[2] else ""
        before, rest = text.split(f"\n{heading}\n")  # once
        _, after = rest.split(f"\n{end}") if end else (rest, "")
        file.write_text(f"{before}\n{heading}\n{block}{end}{after}", "utf-8")
    elif step.text.endswith("delete these lines:"):
        for line in block.splitlines():
            _edit(file, f"\n{line}\n", "\n")
    elif re.search(r"\b(run|check):$", step.text):
        if run:
            run(block)
    else:
        raise AssertionError(f"nothing says what to do with the block after {step.text!r}")


def _edit(file: Path, old: str, new: str) -> None:
    """Replace what is in a file once."""
    text = file.read_text("utf-8")
    assert text.count(old) == 1, f"{file} has {text.count(old)} times {old!r}"
    file.write_text(text.replace(old, new), "utf-8")
