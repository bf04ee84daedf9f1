"""Parts of templates: what a copy has of them, and that they are written right."""

import re
from pathlib import Path

import yaml

from kinds import KINDS, joined
from rendering import ROOT, copy_template, render

TAG = re.compile(r"<(/?)((?:if|no):\w+)>")
# Names that includes/project.jinja gives, beside kinds, values of answers and rows of parts.txt.
GIVEN = {
    "joined", "born", "owner", "public", "sample", "conduct", "container", "finished",
    "no_runner", "commanded", "share", "address", "path", "package",
}  # fmt: skip


def test_parts_are_closed_and_have_names_that_something_brings() -> None:
    questions = yaml.safe_load((ROOT / "copier.yml").read_text("utf-8"))
    listed = (ROOT / "includes/parts.txt").read_text("utf-8").splitlines()
    names = GIVEN | set(KINDS) | {line.split()[0] for line in listed}
    for name in (
        "forge", "update_bot", "ci", "docs", "build_backend", "version_source", "type_checker",
        "layout", "starter",
    ):  # fmt: skip
        values = questions[name]["choices"].values()
        names |= {value["value"] if isinstance(value, dict) else value for value in values}
    unknown = {word for line in listed for word in line.split()} - names
    files = [path for top in ("template", "includes") for path in (ROOT / top).rglob("*")]
    for path in (path for path in files if path.is_file()):
        opened: list[str] = []
        text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
        for closes, tag in TAG.findall(text):
            unknown |= {tag.partition(":")[2]} - names
            if closes:
                assert opened.pop() == tag, path
            else:
                assert tag not in opened, f"{path}: {tag} is inside itself"
                opened.append(tag)
        assert not opened, f"{path}: {opened}"
    assert not unknown


def test_texts_of_users_may_look_like_parts(tmp_path: Path) -> None:
    text = "An <if:nothing>odd</if:nothing> text"
    answers = joined("checks", "community", test_command=text, joined=False)
    answers |= {"project_description": text, "user_name": text}
    template = tmp_path / "template"
    template.mkdir()
    copy_template(template)
    project = render(template, tmp_path / "acme-tool", answers)
    for name in ("pyproject.toml", "README.md", ".github/workflows/ci.yml", "AGENTS.md"):
        shown = _plain(project / name)
        assert text in shown, name
    left = [
        str(path.relative_to(project))
        for path in project.rglob("*")
        if path.is_file() and TAG.search(_plain(path).replace(text, ""))
    ]
    assert not left


def _plain(path: Path) -> str:
    """Give a text without what escapes characters in Markdown."""
    return path.read_text("utf-8").replace("\\", "")
