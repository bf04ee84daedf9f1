"""The prompts as a person meets them: a real `copier copy` in a terminal."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier.errors import UserMessageError

from answers import CONTENTS
from questions import asked
from rendering import QUICK, ROOT, render
from terminal import COLUMNS, DOWN, ENTER, ERASE, INTERRUPT, UP, Terminal
from tiers import full, spread

# xdist has threads, and from Python 3.12 on a fork of such a process warns.
pytestmark = pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")

SETTINGS: dict[str, Any] = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))
QUESTIONS = {name: value for name, value in SETTINGS.items() if not name.startswith("_")}
COPY = [sys.executable, "-c", QUICK, "copy", "--skip-tasks"]
TEMPLATE = re.compile(r"\\\{%.*%\\\}")  # escaped
MARK = re.compile(r"^(\d+)/(\d+) ", re.MULTILINE)

Start = Callable[..., Terminal]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an empty folder to run Copier in."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Give a folder for Copier's own temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def start(checkout: Path, folder: Path, temporary: Path) -> Iterator[Start]:
    """Start `copier copy` of the template to acme-tool, with more options."""
    pytest.importorskip("pexpect")
    with ExitStack() as stack:

        def _start(*options: str) -> Terminal:
            command = [*COPY, *options, str(checkout), "acme-tool"]
            terminal = Terminal(command, folder, {"TMPDIR": str(temporary)}, lines=150)
            return stack.enter_context(terminal)

        yield _start


def data(*answers: str) -> list[str]:
    """Give the options that answer questions on the command line."""
    return [option for answer in answers for option in ("--data", answer)]


def usual(name: str) -> str:
    """Give the default of a question for the starter `library`."""
    default: str = {"plugins": "none"}.get(name, QUESTIONS[name]["default"])
    return default


def prompt(name: str) -> str:
    """Give the line that asks a question."""
    return "{qmark} {help}".format(**QUESTIONS[name])


def choice_line(label: str) -> str:
    """Give the pattern of a choice's line, chosen or not; templates in it say anything."""
    return f"^ [ »] {TEMPLATE.sub('.+', re.escape(label))}$"


def refused_line(label: str) -> str:
    """Give the pattern of the line of a choice that other answers rule out, with the reason."""
    return rf"^ +- {re.escape(label)} \(.+\)$"


def wait_for_prompt(terminal: Terminal, name: str) -> None:
    """Wait until a question and all its choices are on the screen."""
    terminal.wait_for(f"^{re.escape(prompt(name))}$")
    for label in QUESTIONS[name].get("choices", []):
        terminal.wait_for(f"{choice_line(label)}|{refused_line(label)}")


def choose(terminal: Terminal, name: str, value: str) -> None:
    """Go to a choice with the arrow keys and take it."""
    wait_for_prompt(terminal, name)
    choices = QUESTIONS[name]["choices"].items()
    labels = {choice: label for label, choice in choices if isinstance(choice, str)}
    values = list(labels)
    steps = values.index(value) - values.index(usual(name))
    terminal.press(*[DOWN if steps > 0 else UP] * abs(steps))
    terminal.wait_for(choice_line(labels[value]).replace("[ »]", "»"))
    terminal.press(ENTER)


def test_enter_takes_every_default(start: Start, folder: Path) -> None:
    terminal = start()
    for name in asked():
        wait_for_prompt(terminal, name)
        terminal.press(ENTER)
    assert terminal.finish() == 0
    # Where a line is full, the terminal has broken it.
    assert max(map(len, terminal.lines)) < COLUMNS, terminal.text

    seen = [line for line in terminal.lines if MARK.match(line)]
    assert seen == [prompt(name) for name in asked()], "asked in order, each once"
    assert len(seen) <= 10
    marks = [tuple(map(int, mark)) for mark in MARK.findall(terminal.text)]
    assert marks == [(number, len(seen)) for number in range(1, len(seen) + 1)]

    before = terminal.text.split(prompt(asked()[0]))[0]
    after = terminal.text.split(" is ready")[-1]
    assert 1 <= len(before.strip().splitlines()) <= 3
    commands = [line.strip() for line in after.splitlines() if line.startswith("  ")]
    assert [command.split()[0] for command in commands] == ["cd", "uv", "uv", "git", "git", "git"]
    assert commands[1] == "uv run tox -e proof", "what a hook would have done"
    assert after.splitlines()[-1].startswith("More answers have defaults: ")
    answers = yaml.safe_load((folder / "acme-tool/.copier-answers.yml").read_text())
    for name in asked():
        if "choices" in QUESTIONS[name]:
            assert answers[name] == usual(name)
    assert answers["project_name"] == "acme-tool", "the folder's name"
    assert (folder / "acme-tool/src/acme_tool/__init__.py").is_file()


@pytest.mark.parametrize(
    "starter", spread(QUESTIONS["starter"]["choices"].values(), ["plugin", "minimal"])
)
def test_each_starter_is_asked_for_to_its_end(start: Start, folder: Path, starter: str) -> None:
    """Each question in its turn: a number may come twice, and none is left out."""
    names = asked()
    if starter == "plugin":
        at = names.index("plugins")
        names[at : at + 1] = ["plugin_group", "plugin_name"]
    terminal = start()
    for name in names:
        wait_for_prompt(terminal, name)
        if name == "starter":
            choose(terminal, name, starter)
        else:
            terminal.press(ENTER)
    assert terminal.finish() == 0
    assert max(map(len, terminal.lines)) < COLUMNS, terminal.text
    seen = [line for line in terminal.lines if MARK.match(line)]
    assert seen == [prompt(name) for name in names]
    numbers = [int(number) for number, _ in MARK.findall(terminal.text)]
    assert {after - before for before, after in pairwise([0, *numbers])} <= {0, 1}
    assert numbers[-1] == 10
    answers = yaml.safe_load((folder / "acme-tool/.copier-answers.yml").read_text())
    assert answers["starter"] == starter
    assert {"plugins", *names} & answers.keys() == {*names}
    for module in CONTENTS[starter].modules:
        assert (folder / f"acme-tool/src/acme_tool/{module}.py").is_file()


def test_chosen_answers_are_kept(start: Start, folder: Path) -> None:
    typed = {
        "project_name": "acme-data-tool",
        "project_description": 'Says "hello", politely.',
        "user_name": "Ada Lovelace",
        "user_email": "ada@example.org",
        "repository": "gitlab.com/acme/data/tool.git",
        "namespace": "acme.data",
    }
    chosen = {
        "starter": "command",
        "plugins": "folder",
        "layout": "flat",
        "package": "namespace",
        "license": "Apache-2.0",
    }
    terminal = start()
    for name in sorted({*typed, *chosen}, key=list(QUESTIONS).index):
        if name in chosen:
            choose(terminal, name, chosen[name])
        else:
            wait_for_prompt(terminal, name)
            terminal.press(ERASE, typed[name], ENTER)
    assert terminal.finish() == 0
    answers = yaml.safe_load((folder / "acme-tool/.copier-answers.yml").read_text())
    follows = {
        "import_name": "tool",
        "github_user": "acme/data",
        "forge": "gitlab",
        "repository_url": "https://gitlab.com/acme/data/tool",
    }
    assert (typed | chosen | follows).items() <= answers.items()
    assert (folder / "acme-tool/acme/data/tool/cli.py").is_file()
    assert not (folder / "acme-tool/acme/__init__.py").exists()


@pytest.mark.parametrize(
    ("given", "regular", "inside"),
    [
        (["project_name=my-lib"], "my_lib", "my.lib: shares my"),
        full(["project_name=json"], "json_", "acme.json: shares acme"),
        full(["project_name=x", "namespace=a.b", "import_name=c"], "c", "a.b.c: shares a.b"),
    ],
)
def test_choices_show_the_names_of_the_project(
    start: Start, given: list[str], regular: str, inside: str
) -> None:
    terminal = start(*data(*given), "--defaults", "--ask", "package")
    terminal.wait_for(f"^ » regular - import {regular}: a name of its own$")
    terminal.wait_for(f"^   namespace - import {inside} with other distributions$")
    terminal.press(DOWN, ENTER)
    assert terminal.finish() == 0


# For each answer that is typed: what is refused, in turn, and then the correction.
REFUSED = {
    "project_name": (["my package!", "-x"], "my-package"),
    "project_description": ([" "], "Mends."),
    "user_name": (["Ada, Grace"], "Ada"),
    "user_email": (["ada@", "ada@münchen.example"], "ada@example.org"),
    "repository": (["acme/tool", "https://ann:pw@h.org/a/b", "@acme", "a b"], "acme"),
    "namespace": (
        ["acme.class", "json", "tests", "acme.a-b", "con", "acme.__x"],
        "acme.io",
    ),
    "plugin_group": (["acme-io", "console_scripts"], "acme.io.plugins"),
    "plugin_name": (["c=v", "ü"], "csv"),
}


def refusal(template: Path, folder: Path, name: str, answer: str) -> str:
    """Give the words that refuse an answer given as data; a prompt shows them whole."""
    with pytest.raises(UserMessageError) as refused:
        render(template, folder, {"starter": "plugin", "package": "namespace", name: answer})
    words = str(refused.value).partition(" is refused: ")[2]
    return words.removesuffix("'")


def test_refused_answers_are_corrected(start: Start, template: Path, folder: Path) -> None:
    terminal = start(*data("starter=plugin", "package=namespace", "layout=src", "license=MIT"))
    for name, (refused, corrected) in REFUSED.items():
        wait_for_prompt(terminal, name)
        for answer in refused:
            words = refusal(template, folder / "refused", name, answer)
            terminal.press(ERASE, answer, ENTER)
            line = f"Validation error for question '{name}': {words}"
            terminal.wait_for(f"^{re.escape(line)}$")
        terminal.press(ERASE, corrected, ENTER)
    assert terminal.finish() == 0
    answers = yaml.safe_load((folder / "acme-tool/.copier-answers.yml").read_text())
    expected = {name: corrected for name, (_, corrected) in REFUSED.items()}
    assert expected.items() <= answers.items()


@pytest.mark.parametrize(
    ("existing", "last"),
    [
        pytest.param(False, "user_name", id="new-typing"),
        full(False, "package", id="new-choosing"),
        full(True, "user_name", id="existing-typing"),
        pytest.param(True, "package", id="existing-choosing"),
    ],
)
def test_interrupt_leaves_nothing(
    start: Start, folder: Path, temporary: Path, *, existing: bool, last: str
) -> None:
    if existing:
        (folder / "acme-tool").mkdir()
    terminal = start()
    for name in asked()[: asked().index(last)]:
        wait_for_prompt(terminal, name)
        terminal.press(ENTER)
    wait_for_prompt(terminal, last)
    terminal.press(INTERRUPT)
    assert terminal.finish() != 0
    assert "Traceback" not in terminal.text
    assert [*folder.rglob("*")] == ([folder / "acme-tool"] if existing else [])
    assert not [*temporary.iterdir()]


def test_backend_without_versions_from_git_is_off(start: Start) -> None:
    terminal = start(*data("version_source=vcs"), "--defaults", "--ask", "build_backend")
    for label, choice in QUESTIONS["build_backend"]["choices"].items():
        backend = choice["value"] if isinstance(choice, dict) else choice
        works = backend in {"hatchling", "setuptools", "pdm"}
        reason = "takes no version from git"
        line = label if works else f"- {label} ({reason})"
        terminal.wait_for(choice_line(line))
    terminal.press(ENTER)
    assert terminal.finish() == 0


@pytest.mark.parametrize(
    ("given", "refused", "remedy"),
    [
        (["layout=scr"], "layout=scr", "src, flat"),
        (["projct_name=x"], "projct_name=x", "did you mean project_name?"),
        full(["project_name=-x"], "project_name=-x", "letters"),
        full(["version_source=vcs", "build_backend=uv"], "build_backend=uv", "hatchling"),
        full(["package=namespace", "namespace=a.class"], "namespace=a.class", "keyword"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refused_data_is_one_line(
    checkout: Path, folder: Path, given: list[str], refused: str, remedy: str
) -> None:
    options = ["--quiet", "--defaults", *data(*given)]
    done = subprocess.run(
        [*COPY, *options, str(checkout), "acme-tool"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    told = (done.stdout + done.stderr).strip()
    assert "\n" not in told
    assert refused in told
    assert remedy in told
    assert not [*folder.iterdir()]
