"""Where the repository is: its remotes, and the addresses that its metadata name."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from treewright.adopting import metadata
from treewright.adopting.found import Found, Sure
from treewright.adopting.reading import Sources
from treewright.updating.repository import GitError, paths

# As git has them: https://git-scm.com/docs/git-clone#_git_urls
_SCP = re.compile(r"(?:[^/@]+@)?([\w.-]{2,}):(?!/?/)(.+)")
_URL = re.compile(r"(?:\w+\+)?(https?|ssh|git)://(?:[^/@]*@)?([^/:]+)(:\d+)?/(.+)", re.IGNORECASE)
_OWNER = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_./-]*[A-Za-z0-9_])?")  # as copier.yml takes it
_ADDRESS = re.compile(r"https?://[\w.-]+(:\d+)?/[\w.~/%+@-]+")
# Pages of a repository, which are no part of its address.
_PAGES = {
    "github": r"[^/]+",
    "gitlab": r"-|blame|blob|commits|issues|merge_requests|raw|releases|tree",
    "none": r"-|blob|commits?|issues|pulls|raw|releases|src|tree|wiki",
}
_PUBLIC = {"github": "github.com", "gitlab": "gitlab.com"}
# Labels of [project.urls], the one that most surely names the repository first.
_LABELS = ("repository", "source", "source code", "sourcecode", "code", "github", "gitlab")
_LATER = ("homepage", "home", "bug tracker", "issues", "issue tracker", "tracker", "changelog")
_CODE_HOSTS = re.compile(
    r"(?!.*\.io$|.*usercontent|(?:docs|gist|pages)\.)"  # where forges have pages, too
    r".*(?:github|gitlab|codeberg\.org|bitbucket\.org|git\.sr\.ht|gitea|forgejo)"
)


class Place(NamedTuple):
    """Where a repository is: the answers forge, github_user and repository_url."""

    forge: str
    owner: str
    url: str


def place(address: str) -> Place | None:
    """Read an address as git or a browser has it; None for a path, and for what is no address.

    What opens a door, before the `@`, is no part of it.
    """
    address = re.sub(r"[?#].*", "", address.strip())
    if found := _URL.fullmatch(address):
        scheme, host, port, path = found.groups()
        port = port or ""
    elif found := _SCP.fullmatch(address):
        (host, path), scheme, port = found.groups(), "ssh", ""
    else:
        return None
    host = host.lower().removeprefix("www.")
    forge = "gitlab" if "gitlab" in host else "github" if "github" in host else "none"
    if "." not in host:  # an alias of SSH's
        if forge == "none":
            return None
        host = _PUBLIC[forge]
    is_web = scheme.lower() in {"http", "https"}
    scheme = scheme.lower() if is_web and host not in _PUBLIC.values() else "https"
    shown = host + (port if is_web and host not in _PUBLIC.values() else "")
    path = re.sub(
        rf"^([^/]+/[^/]+?(?:/[^/]+)*?)/(?:{_PAGES[forge]})(?:/.*)?$", r"\1", path.strip("/")
    )
    path = path.removesuffix(".git").strip("/")
    owner = path.rpartition("/")[0]
    url = f"{scheme}://{shown}/{path}"
    if not owner or not _ADDRESS.fullmatch(url):
        return None
    return Place(forge, owner if _OWNER.fullmatch(owner) else "", url)


def infer(sources: Sources) -> dict[str, Found]:
    """Infer repository, forge, github_user and repository_url."""
    remotes = {name: there for name, url in _remotes(sources) if (there := place(url))}
    named = next(_named(sources), None)
    chosen = remotes.get("origin") or next(iter(remotes.values()), None)
    if chosen:
        return _of_remote(sources, chosen, remotes, named)
    if named:
        there, where = named
        return answers(sources, there, where, "likely")
    forge, where = _by_files(sources)
    why = "no remote, and no address in the metadata"
    nowhere = Found("", why, "likely")
    return {
        "repository": Found("", why, "guess"),
        "forge": Found(forge, where, "likely" if forge != "none" else "guess"),
        "github_user": nowhere,
        "repository_url": nowhere,
    }


def _of_remote(
    sources: Sources,
    chosen: Place,
    remotes: dict[str, Place],
    named: tuple[Place, str] | None,
) -> dict[str, Found]:
    """Give the answers by a remote; where another place has another address, that is asked."""
    where = next(f"the remote {name}" for name, there in remotes.items() if there == chosen)
    others = {}
    if "upstream" in remotes:
        others["the remote upstream"] = remotes["upstream"]
    if named:
        others[named[1]] = named[0]
    differ = {why: there for why, there in others.items() if not _same(there, chosen)}
    found = answers(sources, chosen, where, "likely" if differ else "sure")
    if not differ:
        return found
    return {
        name: Found(
            one.value,
            one.read_from,
            "contradictory" if name == "repository" else "likely",
            {why: value for why, there in differ.items() if (value := _value(name, there))},
        )
        for name, one in found.items()
    }


def _value(name: str, there: Place) -> str:
    return {"forge": there.forge, "github_user": there.owner}.get(name, there.url)


def answers(sources: Sources, there: Place, where: str, sure: Sure = "sure") -> dict[str, Found]:
    """Give the answers that follow from a place."""
    found = {
        name: Found(_value(name, there), where, sure)
        for name in ("repository", "forge", "github_user", "repository_url")
    }
    if sources.prefix:  # what runs on a forge lies at the top of the repository
        found["forge"] = Found("none", f"{sources.prefix} is a folder of its repository")
    return found


def _same(one: Place, other: Place) -> bool:
    """Say whether two places are one repository; that a name was changed is known to forges."""
    return one.url.lower().partition("://")[2] == other.url.lower().partition("://")[2]


def _remotes(sources: Sources) -> Iterator[tuple[str, str]]:
    try:
        listed = sources.repository.git("config", "-z", "--get-regexp", r"^remote\..*\.url$")
    except (GitError, OSError):  # none, or no repository
        return
    for entry in paths(listed):
        key, _, url = entry.partition("\n")
        yield key.removeprefix("remote.").removesuffix(".url"), url


def _named(sources: Sources) -> Iterator[tuple[Place, str]]:
    """Give the repository's addresses in the metadata, where they are of a host of code."""
    listed = [*_urls(sources)]
    for labels in (_LABELS, _LATER):
        for label, url, where in listed:
            plain = re.sub(r"[\s_-]+", " ", label.strip().lower())
            there = place(url) if plain in labels else None
            if there and _CODE_HOSTS.match(there.url.partition("://")[2].partition("/")[0]):
                yield there, where


def _urls(sources: Sources) -> Iterator[tuple[str, str, str]]:
    """Give each address: its label, itself, and where it is."""
    tables = [
        (sources.declared("project", "urls"), "[project.urls]"),
        (sources.declared("tool", "poetry", "urls"), "[tool.poetry.urls]"),
        (sources.declared("tool", "flit", "metadata", "urls"), "[tool.flit.metadata.urls]"),
        (sources.setup_py.get("project_urls"), "project_urls of setup.py"),
    ]
    older = sources.setup_cfg.get("metadata", {}).get("project_urls", "")
    pairs = [line.partition("=") for line in older.splitlines() if "=" in line]
    tables.append(({a.strip(): b.strip() for a, _, b in pairs}, "project_urls of setup.cfg"))
    for table, where in tables:
        if isinstance(table, dict):
            pairs_ = [(str(label), url) for label, url in table.items()]
            yield from ((k, v, f"{k} in {where}") for k, v in pairs_ if isinstance(v, str))
    for field in ("repository", "homepage", "home_page", "url"):
        for value, where in metadata.said(sources, field):
            if isinstance(value, str):
                yield "repository" if field == "repository" else "homepage", value, where


def _by_files(sources: Sources) -> tuple[str, str]:
    """Tell the forge by its own files."""
    for path in sources.files:
        if path.startswith(".github/"):
            return "github", path
        if path.startswith((".gitlab-ci", ".gitlab/")):
            return "gitlab", path
    return "none", "no remote, and no file of a forge"
