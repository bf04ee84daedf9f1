"""What a package says to those who take part, cite it, and own its files."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt
from packaging.requirements import Requirement
from reuse.project import Project
from reuse.report import ProjectReport

from answers import CONTENTS, COVERING, PINS
from template.test_free_text import EVERYTHING

Render = Callable[..., Path]
Rendered = list[tuple[dict[str, str], Path]]

# In an environment of its own: it needs an older jsonschema than other tools do.
CFFCONVERT = "cffconvert==2.0.0"
MAIL = "o'hara+x@example.org"
ADVISORIES = {
    "github": "https://github.com/acme/acme-tool/security/advisories/new",
    "gitlab": "https://gitlab.com/acme/acme-tool/-/issues/new?issue%5Bconfidential%5D=true",
}


@pytest.fixture
def rendered(covering: list[Path]) -> Rendered:
    return list(zip(COVERING, covering, strict=True))


def run(*command: str | Path) -> None:
    """Run a module with its arguments; it has to succeed."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def links(markdown: str) -> list[str]:
    """Give where the links and pictures of a text lead, outside of its code."""
    found = []
    for token in MarkdownIt("commonmark").parse(markdown):
        for child in token.children or []:
            target = child.attrGet("href") or child.attrGet("src")
            if target:
                found.append(str(target))
    return found


def badges(markdown: str) -> dict[str, tuple[str, str]]:
    """Give the pictures of a text that are links, by what they say: the picture, and the link."""
    found = {}
    for token in MarkdownIt("commonmark").parse(markdown):
        for link, picture in pairwise(token.children or []):
            if (link.type, picture.type) == ("link_open", "image"):
                found[picture.content] = (str(picture.attrGet("src")), str(link.attrGet("href")))
    return found


def headings(markdown: str) -> list[tuple[int, str]]:
    """Give each heading's level, and the first kind of block that stands below it."""
    tokens = MarkdownIt("commonmark").parse(markdown)
    below = [token.type for token in tokens[3:]] + ["end"]
    return [
        (int(token.tag[1]), kind)
        for token, kind in zip(tokens, below, strict=False)
        if token.type == "heading_open"
    ]


def test_text_files_are_tidy(rendered: Rendered) -> None:
    """No trailing space, no doubled blank line, one line end at the end, no name of nothing."""
    untidy = re.compile(r"[ \t]$|\A\n|\n\n\Z|[^\n]\Z|\n\n\n|\b(None|Undefined)\b", re.MULTILINE)
    code = re.compile(r"(?ms)^```.*?^```$")
    texts = {".cff", ".json", ".md", ".toml", ".yml", ""}
    tidy: dict[str, Path] = {}  # many are equal
    for _, project in rendered:
        files = [path for path in project.rglob("*") if path.is_file() and path.suffix in texts]
        assert len(files) > 10
        tidy |= {path.read_text("utf-8"): path for path in files if path.name != "LICENSE"}
    for text, path in tidy.items():
        fault = untidy.search(code.sub("code", text))
        assert not fault, f"{path}: {fault}"


def test_markdown_is_whole(rendered: Rendered) -> None:
    """Relative links lead to files, and no section is empty."""
    for _, project in rendered:
        for path in project.rglob("*.md"):
            text = path.read_text("utf-8")
            for target in links(text):
                if not re.match(r"https://|mailto:|#", target):
                    assert (path.parent / target.partition("#")[0]).is_file(), f"{path}: {target}"
            found = headings(text)
            for (level, below), (after, _) in pairwise([*found, (0, "end")]):
                empty = below == "end" or (below == "heading_open" and after <= level)
                # The questions of an issue are answered by who opens it.
                assert not empty or path.parent.name == "issue_templates", f"{path}: {found}"


def test_reuse_is_content(rendered: Rendered, render: Render) -> None:
    hostile = render(user_name=EVERYTHING, license="Proprietary")
    (hostile / "uv.lock").write_text("version = 1\n")
    for project in [hostile, *(project for _, project in rendered)]:
        report = ProjectReport.generate(
            Project.from_directory(project), do_checksum=False, multiprocessing=False
        )
        assert report.is_compliant, project


def test_citation_is_what_was_answered(rendered: Rendered) -> None:
    public = [project for answers, project in rendered if answers["license"] != "Proprietary"]
    for project in public:
        citation = yaml.safe_load((project / "CITATION.cff").read_text("utf-8"))
        metadata = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
        source = metadata.get("urls", {}).get("Source")
        expected = {
            "cff-version": "1.2.0",
            "type": "software",
            "title": "acme-tool",
            "abstract": metadata["description"],
            "authors": [{"name": "the acme-tool authors"}],
            **({"repository-code": source} if source else {}),
            "license": metadata["license"],
        }
        assert citation.pop("message")
        assert citation == expected


def test_schemas_are_kept(rendered: Rendered, render: Render) -> None:
    """Of citations and issue forms; what GitHub and GitLab run has tests of its own."""
    hostile = render(user_name=EVERYTHING, project_description=EVERYTHING)
    projects = [hostile, *(project for _, project in rendered)]
    for schema, pattern in [
        ("citation-file-format", "CITATION.cff"),
        ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/[bi]*.yml"),
    ]:
        files = [path for project in projects for path in project.glob(pattern)]
        assert files
        run("check_jsonschema", "--builtin-schema", f"vendor.{schema}", *files)
    uv = ["uv", "tool", "run", "--from", CFFCONVERT]
    run(*uv, "cffconvert", "--validate", "--infile", hostile / "CITATION.cff")


@pytest.mark.parametrize("mail", ["", MAIL])
@pytest.mark.parametrize("owner", ["", "acme"])
@pytest.mark.parametrize("forge", ["github", "gitlab", "none"])
def test_reports_reach_somebody(render: Render, forge: str, owner: str, mail: str) -> None:
    """A vulnerability, and a breach of the code of conduct."""
    project = render(forge=forge, github_user=owner, user_email=mail, update_bot="none")
    advisory = {ADVISORIES[forge]} if owner and forge != "none" else set()
    mailto = {f"mailto:{mail}"} if mail else set()
    security = (project / "SECURITY.md").read_text("utf-8")
    assert set(links(security)) == advisory | mailto
    ways = {"github": "Security", "gitlab": "confidential", "none": "git log"}
    assert ways[forge] in security or mail
    conduct = (project / "CODE_OF_CONDUCT.md").read_text("utf-8")
    covenant = "https://www.contributor-covenant.org/version/3/0/code_of_conduct/"
    assert set(links(conduct)) == {covenant} | mailto
    assert ("git log" in conduct) == (not mail)
    if forge == "github":
        config = yaml.safe_load((project / ".github/ISSUE_TEMPLATE/config.yml").read_text("utf-8"))
        assert {link["url"] for link in config.get("contact_links", [])} == advisory


@pytest.mark.parametrize(
    "repository", ["https://git.example.org/a/b/c", "https://git.example.org/a/b/c.git/"]
)
def test_own_address_is_linked(render: Render, repository: str) -> None:
    project = render(forge="gitlab", repository_url=repository)
    (link,) = links((project / "SECURITY.md").read_text("utf-8"))
    assert link.startswith("https://git.example.org/a/b/c/-/issues/new?")


def contributing(render: Render, answers: Mapping[str, str]) -> str:
    return " ".join((render(answers) / "CONTRIBUTING.md").read_text("utf-8").split())


def test_releasing_fits_the_answers(render: Render) -> None:
    """Nothing is asked for that the project does not have."""
    proprietary = {"license": "Proprietary"}
    quiet = {"update_bot": "none", "docs": "none"}
    for answers, wanted, unwanted in [
        ({}, ["release.yml", "Pages", "Renovate", "uv version", "`pypi`"], ["uv publish"]),
        ({**proprietary, **quiet}, ["Do Not Upload"], ["`pypi`", "Pages", "Renovate"]),
        ({"forge": "gitlab"}, [".gitlab-ci.yml", "`pypi`"], ["release.yml", "uv publish"]),
        ({"forge": "gitlab", **proprietary}, ["Do Not Upload"], ["`pypi`", "to PyPI"]),
        ({"forge": "none"}, ["uv publish", "API tokens"], ["git push", "`pypi`"]),
        ({"forge": "none", **proprietary}, ["Hand out", "Do Not Upload"], ["uv publish"]),
        ({"forge": "none", **proprietary, **quiet}, ["Hand out"], ["in the settings"]),
        ({"version_source": "vcs"}, ["The tag is the version"], ["uv version", "match"]),
        ({"version_source": "static"}, ["has to match the version"], ["is the version"]),
        ({"update_bot": "dependabot"}, ["Dependabot proposes"], ["Renovate"]),
        ({"coverage_min": "90"}, ["90 % of all branches"], ["100 %"]),
        ({"code_of_conduct": "false"}, [], ["CODE_OF_CONDUCT"]),
    ]:
        text = contributing(render, answers)
        assert [words for words in wanted if words not in text] == [], answers
        assert [words for words in unwanted if words in text] == [], answers


@pytest.mark.parametrize(
    ("answers", "ci", "runs"),
    [
        (
            {},
            "https://github.com/acme/Acme_Tool/actions/workflows/ci.yml/badge.svg?branch=main",
            "https://github.com/acme/Acme_Tool/actions/workflows/ci.yml",
        ),
        (
            {"forge": "gitlab", "repository_url": "https://git.example.org/acme/tool.git"},
            "https://git.example.org/acme/tool/badges/main/pipeline.svg",
            "https://git.example.org/acme/tool/-/pipelines",
        ),
        ({"forge": "none"}, None, None),
        ({"github_user": ""}, None, None),
        ({"license": "Proprietary"}, None, None),
    ],
    ids=str,
)
def test_badges(render: Render, answers: dict[str, str], ci: str | None, runs: str | None) -> None:
    """They are there where the forge and the owner are known and the package goes to PyPI."""
    project = render({"github_user": "acme", **answers}, project_name="Acme_Tool")
    readme = (project / "README.md").read_text("utf-8")
    found = badges(readme)
    assert list(found) == (["CI", "PyPI", "Python versions", "License"] if ci else [])
    if ci:
        assert found["CI"] == (ci, runs)
        for name, kind in [("PyPI", "v"), ("Python versions", "pyversions"), ("License", "l")]:
            assert found[name][0] == f"https://img.shields.io/pypi/{kind}/acme-tool"
        assert found["PyPI"][1] == "https://pypi.org/project/acme-tool/"
        assert found["License"][1] in links(readme.partition("## License")[2])
        assert all(target.startswith("https://") for pair in found.values() for target in pair)


@pytest.mark.parametrize("repository", ["", "https://git.example.org/acme/tool/"])
@pytest.mark.parametrize("forge", ["github", "gitlab", "none"])
def test_what_is_kept_off_pypi_is_not_fetched_from_there(
    render: Render, forge: str, repository: str
) -> None:
    """By its name alone, pip would install whatever somebody has put there by that name."""
    answers = {"license": "Proprietary", "forge": forge, "repository_url": repository}
    project = render(answers, starter="pipeline", plugins="both", update_bot="none")
    commands = set()
    for path in project.rglob("*.md"):
        text = path.read_text("utf-8")
        commands |= set(re.findall(r"pip install (?!\.\./)([^-\n`].*)", text))
        assert "pypi.org" not in text, path
    (command,) = commands
    if repository:
        wanted = Requirement(command.strip('"'))
        assert (wanted.name, wanted.url) == ("acme-tool", "git+https://git.example.org/acme/tool")
    else:
        assert command == "."


@pytest.mark.parametrize("license_", ["MIT", "Proprietary"])
def test_what_is_not_public_is_not_published(render: Render, license_: str) -> None:
    """Neither as a citation nor as a site; it is built all the same."""
    answers = {"license": license_, "github_user": "acme"}
    github, gitlab = render(answers, forge="github"), render(answers, forge="gitlab")
    pipeline = yaml.safe_load((gitlab / ".gitlab-ci.yml").read_text("utf-8"))
    public = license_ == "MIT"
    assert (github / "CITATION.cff").exists() == public
    assert (github / ".github/workflows/docs.yml").exists() == public
    assert ("pages" in pipeline) == public
    assert ("rules" in pipeline["docs"]) == public  # with `pages`, main is built there
    for project in (github, gitlab):
        metadata = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
        assert ("Documentation" in metadata["urls"]) == public
    checks = yaml.safe_load((github / ".github/workflows/ci.yml").read_text("utf-8"))["jobs"]
    assert "docs" in checks["ok"]["needs"]


def test_nothing_is_promised_for_the_owner(render: Render) -> None:
    project = render()
    for name in ("SECURITY.md", "CODE_OF_CONDUCT.md"):
        text = (project / name).read_text("utf-8")
        assert re.search(r"(?i)\b(hours?|days?|weeks?|months?)\b", text) is None


@pytest.mark.parametrize("starter", CONTENTS)
def test_the_readme_names_what_the_package_needs(render: Render, starter: str) -> None:
    """Python, which the metadata names too; what else is needed changes, and pip says it."""
    readme = (render(starter=starter) / "README.md").read_text("utf-8")
    assert "\nIt needs Python 3.11 or newer.\n" in readme


def test_owners_are_asked(rendered: Rendered) -> None:
    for answers, project in rendered:
        owners = list(project.glob(".git*/CODEOWNERS"))
        assert len(owners) == (answers["github_user"] != "" and answers["forge"] != "none")
        for path in owners:
            lines = path.read_text("utf-8").splitlines()
            rules = [line for line in lines if not line.startswith("#")]
            assert rules == ["* @acme", "/.copier-answers.yml @acme"]


def test_container_is_pinned(rendered: Rendered) -> None:
    for answers, project in rendered:
        path = project / ".devcontainer/devcontainer.json"
        assert path.exists() == (answers["devcontainer"] == "true")
        if path.exists():
            image, _, tag = json.loads(path.read_text("utf-8"))["image"].rpartition(":")
            assert PINS["containers"][image] == tag
