"""What is rendered where kinds of tools are the owner's: it speaks of nothing that is not there."""

import ast
import re
import shutil
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from conftest import OfKinds, OfPackage
from expressions import fill
from kinds import COMMAND, owned
from make_it_yours import PAGE, follow, sections
from tiers import full

# Words that only tools of a kind have: where the kind is the owner's, no file says one.
WORDS = {
    "checks": r"\bci\.yml|\bCI\b|\bok\b|gitlab-ci",
    "release": r"(?i)release\.yml|publish on PyPI|uv publish|trusted|attest|## Release|tag v1",
    "lint": r"(?i)\blint|\bprek\b|pre-commit|\bruff\b|codespell|deptry|zizmor|validate-pyproject",
    "types": r"(?i)mypy|\bpyright|\bty\b|\btypes\b",
    "tests": r"(?i)pytest|\btests?\b|\btest_(?!command)|\btested\b",
    "coverage": r"(?i)coverage",
    "runner": r"(?i)\btox\b|toxenv",
    "docs": r"(?i)\bdocs\b|zensical|sphinx|\bsite\b|documentation's|github pages",
    "changelog": r"(?i)changelog|unreleased",
    "bot": r"(?i)renovate|dependabot",
    "licence": r"(?i)\blicen[cs]es?\b|\breuse\b",
    "community": r"CONTRIBUTING|SECURITY|CODE_OF|AGENTS|CITATION|_TEMPLATE|Contributing",
}
# Parts of lines that have such words by chance: addresses, keys of metadata, other meanings. Where
# nothing of ours checks, CONTRIBUTING says so, and linters know where tests are, whatever they are.
INNOCENT = (
    r"https?://\S+|^license = .*|^source-\w+ = .*|^skip = .*|^\"tests/.*|^ +\"\.hypothesis\".*|"
    r"releases?\.py|site-packages|pages: write.*|publish: site|.*# wraps long signatures|"
    r"# zizmor: ignore.*|CI (?:does|computes) the rest.*|"
    r"^The settings of this repository's own tests and linters .*"
)
# What may name what does not come: what git ignores, and the answers.
UNREAD = {".gitignore", ".copier-answers.yml"}


@pytest.fixture(params=["few_kinds", full("many_kinds")])
def made(request: pytest.FixtureRequest) -> list[OfKinds]:
    found: list[OfKinds] = request.getfixturevalue(request.param)
    return found


def texts(project: Path) -> Iterator[tuple[str, str]]:
    """Give every file that is no module, licence or test, by its path, with what it says."""
    for path in sorted(filter(Path.is_file, project.rglob("*"))):
        name = path.relative_to(project).as_posix()
        if path.suffix != ".py" and path.name not in UNREAD and not name.startswith("LICENSE"):
            yield name, path.read_text("utf-8")


def lines(project: Path) -> Iterator[tuple[str, str]]:
    """Give the same by lines, the first of which is the path."""
    for name, text in texts(project):
        for line in (name, *text.splitlines()):
            yield name, line


# --- Words -----------------------------------------------------------------------------


def test_no_word_of_a_kind_that_is_the_owners(made: list[OfKinds]) -> None:
    found = []
    for answers, project in made:
        command = answers.get("test_command", "")
        kinds = [kind for kind in answers["own_kinds"] if kind != "tests" or not command]
        if answers.get("license") == "Other":
            kinds.append("licence")
        for name, line in lines(project):
            said = re.sub(INNOCENT, "", line)
            found += [(kind, name, line) for kind in kinds if re.search(WORDS[kind], said)]
    assert found == []


@pytest.mark.parametrize("kind", WORDS)
def test_each_kind_has_these_words(kind: str, covering: list[Path]) -> None:
    """A word that no tool of the kind has would find nothing, ever."""
    for word in WORDS[kind].removeprefix("(?i)").split("|"):
        said = (line for project in covering for _, line in lines(project))
        assert any(re.search(word, line, re.IGNORECASE) for line in said), word


def test_a_repository_that_joined_has_no_sample(made: list[OfKinds]) -> None:
    for answers, project in made:
        for name, line in lines(project):
            if answers.get("joined"):
                assert not re.search(r"(?i)\bsample\b|MAKE_IT_YOURS|\bseeds?\b", line), (name, line)
                assert "uv sync" not in line, (name, line)
                assert "UV_LOCKED" not in line, (name, line)
                assert "tests" not in answers["own_kinds"] or "contract" not in line, (name, line)


# --- Files -----------------------------------------------------------------------------


def rendered(projects: Iterable[Path]) -> set[str]:
    """Give the paths of all that the template can bring, and their names; not those of code."""
    paths = {
        path.relative_to(project)
        for project in projects
        for path in filter(Path.is_file, project.rglob("*"))
        if path.suffix not in {".py", ".typed"}
    }
    return {path.as_posix() for path in paths} | {path.name for path in paths}


def test_no_text_names_a_file_that_is_not_there(
    made: list[OfKinds], covering: list[Path], of_package: OfPackage
) -> None:
    known = rendered([*covering, *of_package.values()])
    found = []
    for answers, project in made:
        lacking = known - rendered([project])
        if answers.get("joined"):  # these are the repository's own
            lacking -= {"README.md", "pyproject.toml", ".gitattributes", "MANIFEST.in"}
        named = re.compile(rf"(?<![\w.-])({'|'.join(map(re.escape, sorted(lacking)))})(?![\w-])")
        for name, line in lines(project):
            found += [(name, each, line) for each in named.findall(re.sub(INNOCENT, "", line))]
    assert found == []


def anchors(text: str) -> set[str]:
    """Give the anchors of a page's headings."""
    headings = re.findall(r"(?m)^#+ (.+)$", text)
    return {re.sub(r"[^\w -]", "", name.lower()).replace(" ", "-") for name in headings}


def test_links_lead_somewhere(made: list[OfKinds]) -> None:
    """To files, here and at the forge, and to headings."""
    forges = r"https://git(?:hub|lab)\.com/acme/acme-tool/(?:-/)?blob/main/"
    for _, project in made:
        for name, text in texts(project):
            if not name.endswith(".md"):
                continue
            folder = (project / name).parent
            assert all(
                (project / path).exists() for path in re.findall(rf"{forges}([^)\s]+)", text)
            )
            prose = re.sub(r"(?s)```.*?```", "", text)
            links = re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)]*)\)", prose)
            assert all((folder / path).exists() for path, _ in links if path), (name, links)
            assert anchors(text) >= {anchor for path, anchor in links if not path}, (name, links)
            for page in re.findall(r"(?m)^[a-z]+$", text.partition("```{toctree}")[2]):
                assert (folder / f"{page}.md").exists(), (name, page)
            for path in re.findall(r'--8<-- "([^":]+)', text):
                assert (project / path).exists(), (name, path)
            for path in re.findall(r"\{include\} (\S+)", text):
                assert (folder / path).exists(), (name, path)


# --- Commands --------------------------------------------------------------------------

WITH_VALUE = {"--group", "--only-group", "--with", "--python", "--resolution"}
# Commands that no dependency group brings.
BROUGHT_OTHERWISE = {"python", ".ci/prove.py", "acme-tool"}


def group(groups: dict[str, list[Any]], name: str) -> set[str]:
    """Give the distributions of a dependency group, with those of the groups that it includes."""
    found = set()
    for part in groups[name]:
        included = isinstance(part, dict)
        found |= group(groups, part["include-group"]) if included else {Requirement(part).name}
    return found


def scripts(project: Path) -> Iterator[tuple[str, str]]:
    """Give what a shell is given, by code of Markdown and by jobs."""
    for name, text in texts(project):
        if name.endswith(".md"):
            code = [*re.findall(r"`([^`\n]+)`", text), *re.findall(r"(?s)```sh\n(.*?)```", text)]
            yield from ((name, line) for block in code for line in block.splitlines())
        elif name.endswith((".yml", ".yaml", ".toml")):
            yield from ((name, line.strip(" -")) for line in text.splitlines())


def needs_of_run(line: str, groups: dict[str, list[Any]], dev: str) -> tuple[str, set[str]] | None:
    """Give the command of a `uv run`, and the distributions that it has."""
    words = line.partition("uv run ")[2].translate(str.maketrans('`"', "  ")).split()
    options: dict[str, str] = {}
    while words and words[0].startswith("-"):
        option = words.pop(0)
        options[option] = words.pop(0) if option in WITH_VALUE else ""
    if not words or words[0] in BROUGHT_OTHERWISE:
        return None
    named = [options[option] for option in ("--group", "--only-group") if option in options]
    if "--no-sync" in options:  # installed before, by another line
        named = list(groups)
    elif not {"--only-group", "--no-default-groups"} & options.keys() and dev in groups:
        named.append(dev)
    return words[0], {options.get("--with", "")}.union(*(group(groups, name) for name in named))


def test_commands_find_what_they_name(made: list[OfKinds]) -> None:
    """Environments of tox, dependency groups, and the commands that these groups bring."""
    for answers, project in made:
        settings = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
        groups = settings.get("dependency-groups", {})
        dev = "treewright-dev" if "Dev" in answers.get("own_groups", []) else "dev"
        tox = project / "tox.toml"
        environments = tomllib.loads(tox.read_text("utf-8")) if tox.exists() else {}
        known = {*environments.get("env", {}), *environments.get("env_list", []), "NAME"}
        for name, line in scripts(project):
            assert known.issuperset(re.findall(r"\btox (?:run )?-e ([\w.]+)", line)), (name, line)
            assert tox.exists() or not re.search(r"(?:^| )tox(?: |$)", line), (name, line)
            assert groups.keys() >= {*re.findall(r"--(?:only-)?group ([\w-]+)", line)}, (name, line)
            if run := needs_of_run(line, groups, dev):
                command, distributions = run
                distribution = {"sphinx-build": "sphinx"}.get(command, command)
                assert distribution in distributions, (name, line)


def test_environments_of_tox_find_their_groups(made: list[OfKinds]) -> None:
    for _, project in made:
        if not (project / "tox.toml").exists():
            continue
        settings = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
        tox = tomllib.loads((project / "tox.toml").read_text("utf-8"))
        tables = [tox["env_run_base"], *tox["env"].values()]
        named = {name for table in tables for name in table.get("dependency_groups", [])}
        assert named <= settings.get("dependency-groups", {}).keys()
        made_of = {*tox["env"], *(env for env in tox["env_list"] if env[0].isdigit())}
        assert {*tox["env_list"]} <= made_of


def test_make_it_yours_can_be_followed(made: list[OfKinds], tmp_path: Path) -> None:
    """Each path, by itself; what it names is there, and Python reads what comes out."""
    for number, (_, project) in enumerate(made):
        for path in filter(None, sections(project) if (project / PAGE).exists() else []):
            copy = shutil.copytree(project, tmp_path / f"{number}-{path}")
            follow(copy, path, with_uv=False)
            for module in copy.rglob("*.py"):
                ast.parse(module.read_text("utf-8"))


# --- Jobs ------------------------------------------------------------------------------


def workflows(project: Path) -> dict[str, dict[Any, Any]]:
    return {
        path.name: yaml.safe_load(path.read_text("utf-8"))
        for path in project.glob(".github/workflows/*.yml")
    }


def needed(job: dict[str, Any], key: str = "needs") -> set[str]:
    """Give the names of the jobs that a job needs."""
    named = job.get(key, [])
    listed = [named] if isinstance(named, str) else named
    return {need["job"] if isinstance(need, dict) else need for need in listed}


def expected(answers: dict[str, Any]) -> set[str]:
    """Give the jobs that check, by the answers."""
    ours = {kind: kind not in answers["own_kinds"] for kind in WORDS}
    wanted = {
        "tests": ours["tests"] or answers.get("test_command"),
        "lowest": ours["tests"] and not ours["runner"],
        "coverage": ours["tests"] and ours["coverage"],
        "docs": ours["docs"] and answers.get("docs") != "none",
        **{kind: ours[kind] for kind in ("lint", "types")},
    }
    return {"build", "audit", *(job for job, is_wanted in wanted.items() if is_wanted)}


def test_jobs_are_those_of_our_kinds(made: list[OfKinds]) -> None:
    for answers, project in made:
        for name, workflow in workflows(project).items():
            jobs = workflow["jobs"]
            assert all(needed(job) <= jobs.keys() for job in jobs.values()), name
            called = [job["uses"] for job in jobs.values() if "uses" in job]
            assert all((project / path).is_file() for path in called)
            uploaded, downloaded = (
                {
                    step["with"].get("name", step["with"].get("pattern"))
                    for job in jobs.values()
                    for step in job.get("steps", [])
                    if step.get("uses", "").startswith(f"actions/{action}-artifact@")
                    and "with" in step
                }
                for action in ("upload", "download")
            )
            for wanted in downloaded:
                assert any(Path(each).match(wanted) for each in uploaded), (name, wanted)
            if name == "ci.yml":
                assert jobs.keys() - {"ok"} == expected(dict(answers))
                assert needed(jobs["ok"]) == expected(dict(answers))
                assert ("UV_LOCKED" in workflow["env"]) == ("joined" not in answers)
            if name == "release.yml":
                checked = "checks" not in answers["own_kinds"] and answers.get("ci") != "full"
                assert ("checks" in jobs) == checked
                changelog = "changelog" not in answers["own_kinds"]
                (release,) = [s["run"] for s in jobs["release"]["steps"] if "run" in s]
                assert ("--generate-notes" in release) == (not changelog)


def test_jobs_of_pipelines_are_those_of_our_kinds(made: list[OfKinds]) -> None:
    for answers, project in made:
        if not (project / ".gitlab-ci.yml").exists():
            continue
        pipeline = yaml.safe_load((project / ".gitlab-ci.yml").read_text("utf-8"))
        jobs = {name: job for name, job in pipeline.items() if {"stage", "extends"} & {*job}}
        for job in jobs.values():
            assert needed(job) | needed(job, "dependencies") | needed(job, "extends") <= jobs.keys()
            assert job.get("stage", "check") in pipeline["stages"]
        names = {name for name in jobs if not name.startswith(("tests-", "template"))}
        released = {"notes", "release"} if "release" not in answers["own_kinds"] else set()
        public = answers.get("license") != "Proprietary"
        released |= {"publish"} if released and public else set()
        assert names - {"pages", "proof"} == expected(dict(answers)) | released
        assert ("pages" in names) == ("docs" in names and public)


def test_a_test_command_is_the_owners_word_for_word(
    made: list[OfKinds], render: Callable[..., Path]
) -> None:
    """No quote ends it, no shell sees it twice, and a forge puts no value in its place."""
    seen = 0
    odd = owned("tests", test_command=COMMAND)
    for answers, project in [*made, (odd, render(odd))]:
        command = answers.get("test_command")
        if not command or "tests" not in answers["own_kinds"] or "checks" in answers["own_kinds"]:
            continue
        for workflow in workflows(project).values():
            for step in workflow["jobs"].get("tests", {}).get("steps", []):
                if step.get("name") == "Test":
                    assert fill(step["run"], {}) == command
                    seen += 1
        if (project / ".gitlab-ci.yml").exists():
            pipeline = yaml.safe_load((project / ".gitlab-ci.yml").read_text("utf-8"))
            assert pipeline["tests"]["script"][-1] == command
            seen += 1
        if (project / "CONTRIBUTING.md").exists() and answers.get("joined"):
            assert f"\n{command}\n" in (project / "CONTRIBUTING.md").read_text("utf-8")
    assert seen > 1
