"""Build the site of the documentation, in the folder `site`.

Usage: python docs/website.py

Pages link to each other, and to other files of the repository, as a forge shows them. The site has
the README for its home page and some other files of the top level as pages. So all pages are put
into one folder, with links that are right there, and Zensical builds the site from it.

A link to a file that is no page leads to the repository, by the `repo_url` in zensical.toml. While
there is no such address, the words of the link stay, and the link does not.
"""

import posixpath
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
CONFIG = "zensical.toml"
TOP = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CODE_OF_CONDUCT.md": "code-of-conduct.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
"""The pages of the top level, and what they are on the site."""

# A block of code, a link or an image, or code in a line, whichever begins first.
_MARKDOWN = re.compile(
    r"(?ms)^ *```.*?^ *```$"
    r"|(?P<image>!?)\[(?P<words>(?:[^\[\]]|\[[^\[\]]*\])*)\]\((?P<target>[^()\s]+)\)"
    r"|`[^`]*`"
)


class LinkError(Exception):
    """A link leads nowhere."""


def pages(root: Path = ROOT) -> dict[str, str]:
    """Give the path of each page in the repository, and on the site."""
    found = sorted(path.relative_to(root).as_posix() for path in root.glob("docs/**/*.md"))
    return TOP | {path: path.removeprefix("docs/") for path in found}


def gather(folder: Path, root: Path = ROOT) -> None:
    """Write all pages, and the images that they show, to a folder.

    Raises:
        LinkError: If a link leads nowhere.

    """
    for source, page in pages(root).items():
        text = (root / source).read_text(encoding="utf-8")
        (folder / page).parent.mkdir(parents=True, exist_ok=True)
        written = rewrite(text, source, folder, root)
        (folder / page).write_text(written, encoding="utf-8", newline="\n")


def rewrite(text: str, source: str, folder: Path, root: Path = ROOT) -> str:
    """Give a page with links that are right on the site.

    Args:
        text: The page.
        source: Its path in the repository.
        folder: Where images go.
        root: The repository.

    Raises:
        LinkError: If a link leads nowhere.

    """
    known, here = pages(root), PurePosixPath(source).parent
    repository = tomllib.loads((root / CONFIG).read_text(encoding="utf-8"))["project"].get(
        "repo_url"
    )

    def lead(found: re.Match[str]) -> str:
        target = found["target"]
        if target is None or re.match(r"#|[a-z]+:", target):
            return found[0]
        path, hash_, anchor = target.partition("#")
        path = posixpath.normpath(here / path)
        if not (root / path).exists():
            raise LinkError(f"{source}: {target} leads nowhere")
        if found["image"]:
            copy = folder / path.removeprefix("docs/")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / path, copy)
        if found["image"] or path in known:
            there = known.get(path, path.removeprefix("docs/"))
            link = posixpath.relpath(there, posixpath.dirname(known[source]) or ".")
        elif repository:
            kind = "tree" if (root / path).is_dir() else "blob"
            link = f"{repository}/{kind}/main/{path}"
        else:
            return found["words"]
        return f"{found['image']}[{found['words']}]({link}{hash_}{anchor})"

    return _MARKDOWN.sub(lead, text)


def main(root: Path = ROOT) -> int:
    """Build the site."""
    config = tomllib.loads((root / CONFIG).read_text(encoding="utf-8"))["project"]
    folder = root / config["docs_dir"]
    shutil.rmtree(folder, ignore_errors=True)
    try:
        gather(folder, root)
    except LinkError as error:
        print(error, file=sys.stderr)
        return 1
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    return subprocess.run(command, cwd=root, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
