"""Draw docs/rehearsing.png: the page of a rehearsal, on a desk and on a phone.

Usage: python docs/rehearsing_picture.py

Needs Chromium or Chrome on PATH, git, and the tags of the releases. The fleet is made up: packages
that the template makes as it is here, edited as people edit them, and a release that comes next.
"""

import os
import sys
import tempfile
from pathlib import Path

import pytest
from PIL import Image

from site_picture import ROOT, photograph

sys.path[:0] = [str(ROOT / folder) for folder in (".ci", "hooks", "src", "tests")]

import fleets  # noqa: E402
from adopting import from_clone  # noqa: E402
from keeping import clone_releases  # noqa: E402
from test_update_faults import NEXT  # noqa: E402

# The packages, and what their owners did.
FLEET = {
    "acme-api": ["claim", "narrow"],
    "acme-auth": ["claim"],
    "acme-billing": ["wide"],
    "acme-core": [],
    "acme-docs": ["refuse"],
    "acme-jobs": ["claim", "own"],
    "acme-mail": ["narrow", "own"],
    "acme-web": [],
}
DESK, PHONE, HEIGHT = 1040, 320, 960
SIDE_BY_SIDE = f"""\
<!doctype html>
<style>
body {{ margin: 0; display: flex; gap: 24px; background: #8a93a6; }}
iframe {{ border: 0; height: {HEIGHT}px; }}
</style>
<iframe src="page.html" style="width: {DESK}px"></iframe>
<iframe src="page.html" style="width: {PHONE}px"></iframe>
"""


def make(folder: Path) -> None:
    """Rehearse the release, and write the page."""
    (folder / "tagged").mkdir()
    tagged = clone_releases(folder / "tagged")
    fleets.prepare(tagged, folder / "shelf", [*FLEET])
    (folder / "clones").mkdir()
    for name, edits in FLEET.items():
        fleets.clone(folder / "shelf", folder / "clones", name, *edits, of=name)
    (folder / "site").mkdir()
    os.chdir(folder)
    with pytest.MonkeyPatch.context() as patch:
        from_clone(folder / "shelf/treewright", patch)
        page = "site/page.html"
        fleets.fleet("rehearse", f"--to={NEXT}", "clones", "--html", page)
    text = Path(page).read_text("utf-8")
    Path(page).write_text(text.replace(str(folder / "shelf"), "/home/ann"), "utf-8")
    (folder / "site/index.html").write_text(SIDE_BY_SIDE)


def main() -> None:
    """Draw it in a folder of its own, without the user's settings."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "settings.yml").write_text("{}\n")
        (folder / "gitconfig").write_text("[user]\nname = Ann\nemail = ann@example.org\n")
        os.environ |= {
            "COPIER_SETTINGS_PATH": str(folder / "settings.yml"),
            "COPIER_CACHE_DIR": str(folder / "cache"),
            "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
        }
        make(folder)
        drawn = folder / "picture.png"
        photograph(folder / "site", drawn, "", (DESK + 24 + PHONE, HEIGHT))
        picture = Image.open(drawn).convert("RGB")
        os.chdir(ROOT)
    few = picture.quantize(128)  # colours: the file is half as large
    few.save(Path(__file__).with_name("rehearsing.png"), optimize=True)


if __name__ == "__main__":
    main()
