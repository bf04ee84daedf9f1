"""Drift is what differs from the template's own render, and nothing else."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import adopting
from answers import VARIANTS
from fleets import ANSWERED, every_file, plant, told
from keeping import ANSWERS, HERE, copy, releases, write
from repositories import commit
from tiers import full
from treewright.fleet import drifting, outcomes

Capture = pytest.CaptureFixture[str]
Files = Mapping[str, Callable[[str], str | None]]


def replacing(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new)

    return change


def behind(text: str) -> Callable[[str], str]:
    return lambda before: f"{before}{text}"


# What differs afterwards: its kind, where, and what.
Found = tuple[str, str, str]
MANAGED: dict[str, tuple[Files, Sequence[Found]]] = {
    "deleted": ({"AGENTS.md": lambda _: None}, [("deleted", "AGENTS.md", "it is gone")]),
    "changed": (
        {".editorconfig": replacing("root = true", "root = false")},
        [("changed", ".editorconfig", "-root = true")],
    ),
    "added to": (
        {".editorconfig": behind("[*.me]\nindent_size = 9\n")},
        [("changed", ".editorconfig", "+[*.me]\n+indent_size = 9")],
    ),
    "another value": (
        {"pyproject.toml": replacing("line-length = 100", "line-length = 79")},
        [("differs", "pyproject.toml: tool.ruff.line-length", "the template has 100")],
    ),
    "no such key": (
        {"pyproject.toml": replacing("line-length = 100\n", "")},
        [("lacks", "pyproject.toml: tool.ruff.line-length", "the template has 100")],
    ),
    "a set that lacks one": (
        {"pyproject.toml": replacing('  "EM", ', '  "FIX", ')},
        [("lacks", "pyproject.toml: tool.ruff.lint.ignore", 'the template has ["EM"]')],
    ),
    "a requirement that is gone": (
        {"pyproject.toml": lambda text: text.replace('"pytest>=9.1"', '"mine"')},
        [("lacks", "pyproject.toml: dependency-groups.test", 'the template has ["pytest>=9.1"]')],
    ),
    "another floor than the answer": (
        {"pyproject.toml": replacing('requires-python = ">=3.11"', 'requires-python = ">=3.12"')},
        [("differs", "pyproject.toml: project.requires-python", 'the template has ">=3.11"')],
    ),
    "an overlay's key and line": (
        {
            ".treewright/acme/pyproject.toml": lambda _: "[tool.mypy]\nstrict = false\n",
            ".treewright/acme/.gitignore": lambda _: "/acme/\n",
        },
        [
            ("differs", "pyproject.toml: tool.mypy.strict", "acme has false"),
            ("lacks", ".gitignore", "/acme/"),
        ],
    ),
    "no TOML": (
        {"pyproject.toml": behind("[tool.mine\n")},
        [("changed", "pyproject.toml", "it cannot be read")],
    ),
    "a line that is gone": (
        {".gitignore": replacing("/dist/\n", "")},
        [("lacks", ".gitignore", "/dist/")],
    ),
}  # fmt: skip
SOME = [*MANAGED]
for alone in ("added to", "no such key", "no TOML"):  # which would hide another
    SOME.remove(alone)
OWN: dict[str, Files] = {
    "seeds": {
        "README.md": lambda _: "# Mine\n",
        "CHANGELOG.md": lambda _: None,
        "tests/test_readme.py": lambda _: None,
        "src/acme_tool/__init__.py": behind("X = 1\n"),
    },
    "own files": {
        ANSWERS: replacing("own_files: []", "own_files: [AGENTS.md, SECURITY.md]"),
        "AGENTS.md": lambda _: "# Mine\n",
        "SECURITY.md": lambda _: None,
    },
    "own keys and lines": {
        "pyproject.toml": lambda text: (
            text.replace('version = "0.1.0"', 'version = "7.0"')
            .replace('description = "A Python package."', 'description = "Mine."')
            .replace("dependencies = []", 'dependencies = ["attrs"]')
            .replace('  "EM", ', '  "FIX", "EM", ')
            + "\n[tool.mine]\nlevel = 1\n"
        ),
        ".gitignore": behind("/mine/\n"),
        ".gitattributes": behind("*.mine binary\n"),
    },
    "what bots move": {
        ".pre-commit-config.yaml": lambda text: text.replace("rev: v", "rev: v99."),
        "pyproject.toml": replacing('"pytest>=9.1"', '"pytest>=99.1"'),
    },
    "overlays": {
        ".treewright/acme/pyproject.toml": lambda _: "[tool.ruff.format]\nquote-style = 'single'\n",
        ".treewright/acme/.gitignore": lambda _: "/acme/\n",
        ".gitignore": behind("\n/acme/\n"),
        "pyproject.toml": behind("\n[tool.ruff.format]\nquote-style = 'single'\n"),
    },
    "line ends": {"AGENTS.md": lambda text: text.replace("\n", "\r\n")},
}


def edit(project: Path, files: Files) -> None:
    for path, change in files.items():
        before = (project / path).read_text("utf-8") if (project / path).is_file() else ""
        after = change(before)
        if after is None:
            (project / path).unlink()
        else:
            write(project, path, after)
    plant(project)


def points(document: Mapping[str, Any]) -> list[Found]:
    (project,) = document["projects"]
    return [(one["kind"], one["where"], one["what"]) for one in project["points"]]


def seen(found: Sequence[Found], wanted: Sequence[Found]) -> bool:
    """Tell whether each is found, and no more; of a long sentence, the first words do."""
    pairs = zip(sorted(found), sorted(wanted), strict=False)
    return len(found) == len(wanted) and all(
        one[:2] == other[:2] and one[2].startswith(other[2]) for one, other in pairs
    )


@pytest.fixture
def template(tagged: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The template with every release, as that which the code of this process belongs to."""
    adopting.from_clone(tagged, monkeypatch)
    return tagged


def make(template: Path, folder: Path, version: str = HERE, **answers: str) -> Path:
    copy(template, folder / "acme-tool", version, {"project_name": "acme-tool", **answers})
    return folder / "acme-tool"


@pytest.mark.parametrize(
    "which",
    [
        pytest.param(SOME, id="some"),
        *(full([name], id=name) for name in MANAGED),
        full([], id="reverted"),
    ],
)
def test_drift_is_found(
    which: Sequence[str],
    template: Path,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = make(template, tmp_path, **ANSWERED)
    wanted = [point for name in which for point in MANAGED[name][1]]
    if not which:
        older = make(template, tmp_path / "older", "v0.7.0", **ANSWERED) / "AGENTS.md"
        assert older.read_bytes() != (project / "AGENTS.md").read_bytes()
        shutil.copy(older, project)
        commit(project)
        wanted = [("reverted", "AGENTS.md", "it is as v0.7.0 had it")]
    monkeypatch.setattr(drifting, "_EARLIER", 0 if which else 99)
    for name in which:
        edit(project, MANAGED[name][0])
    before = every_file(project)
    document = told(capsys, "drift", project)
    assert document["status"] == 1, "as it would end with --check"
    assert every_file(project) == before
    assert seen(points(document), wanted), points(document)
    assert document["counts"] == {outcomes.DRIFTED: 1}


def test_an_overlay_that_cannot_be_read_is_told(
    template: Path, tmp_path: Path, capsys: Capture
) -> None:
    project = make(template, tmp_path)
    write(project, ".treewright/acme/pyproject.toml", "[tool.mypy\n")
    commit(project)
    (point,) = points(told(capsys, "drift", "--check", project, status=1))
    assert point[0] == outcomes.REFUSED
    why = (
        "pyproject.toml cannot be read with its overlays: what acme has for it is not valid TOML: "
    )
    assert point[2].startswith(why)


def test_answers_that_the_template_refuses_are_the_projects_own_to_settle(
    template: Path, tmp_path: Path, capsys: Capture
) -> None:
    project = make(template, tmp_path)
    edit(project, {ANSWERS: replacing("own_files: []", "own_files: 7")})
    (point,) = points(told(capsys, "drift", "--check", project, status=1))
    assert point == (
        outcomes.REFUSED,
        "",
        "own_files=7 is refused: use a list of texts, as in [a, b]",
    )


def joined(folder: Path, capsys: Capture) -> Path:
    """Make a repository that has joined, and that keeps a line of the template's away."""
    files = {".gitignore": "*.pyc\ndist\n", "site/index.html": "<p>Mine.</p>\n"}
    project = adopting.make(folder / "acme-lib", files)
    features = ["--features", "lint,checks,community"]
    command = adopting.told(capsys, project, "--defaults", *features)["command"]
    adopting.carry_out(project, command)
    return project


@pytest.mark.parametrize(
    ("which", "version", "answers"),
    [
        pytest.param([*OWN], HERE, ANSWERED, id="all"),
        *(full([name], HERE, ANSWERED, id=name) for name in OWN),
        full([], "", {}, id="joined"),
        *(full([], version, {"user_name": "Ann"}, id=version) for version in [*releases()][1:]),
        *(full([], HERE, answers, id=f"variant-{n}") for n, answers in enumerate(VARIANTS)),
    ],
)
def test_what_is_the_owners_or_as_it_was_made_is_no_drift(
    which: Sequence[str],
    version: str,
    answers: Mapping[str, str],
    template: Path,
    tmp_path: Path,
    capsys: Capture,
) -> None:
    project = make(template, tmp_path, version, **answers) if version else joined(tmp_path, capsys)
    for name in which:
        edit(project, {p: c for p, c in OWN[name].items() if name == which[-1] or p != "AGENTS.md"})
    document = told(capsys, "drift", "--check", project)
    assert (points(document), document["counts"]) == ([], {outcomes.SAME: 1})


@pytest.mark.parametrize("line", ["      - uses: a/b@0123 # v1", "image: ghcr.io/a/b:1.0@sha256:0"])
def test_a_pin_alone_is_what_bots_move(line: str) -> None:
    moved = line.replace("0", "7").replace("1", "8")
    assert moved != line
    assert drifting._is_same(line.encode(), moved.encode())  # noqa: SLF001
    assert not drifting._is_same(line.encode(), line.replace("a/b", "a/c").encode())  # noqa: SLF001
