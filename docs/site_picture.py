# /// script
# requires-python = ">=3.11"
# dependencies = ["copier==9.19.1", "pillow==13.0.0", "uv==0.13.9"]
# ///
"""Draw docs/site.png: a page of the site of a new package, as its readers see it.

Usage: uv run --script docs/site_picture.py

Needs Chromium or Chrome on PATH, and PyPI, from which the site's tools come.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from PIL import Image
from uv import find_uv_bin

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))

from rendering import copy_template, render  # noqa: E402

ANSWERS = {
    "project_name": "acme-tool",
    "project_description": "Durations, as people write them.",
    "github_user": "acme",
}
PAGE = "api/"
WIDTH, HEIGHT = 1280, 720
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


class Quiet(SimpleHTTPRequestHandler):
    """A server that does not tell of each request."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def build(folder: Path) -> Path:
    """Make a package and its site, and give the folder of the site."""
    template = folder / "treewright"
    template.mkdir()
    project = render(copy_template(template), folder / "acme-tool", ANSWERS)
    command = [find_uv_bin(), "run", "--group", "docs", "zensical", "build", "--strict"]
    variables = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    subprocess.run(command, cwd=project, env=variables, check=True)
    return project / "site"


def photograph(
    site: Path, picture: Path, page: str = PAGE, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> None:
    """Let a browser draw a page of a site.

    Args:
        site: The folder of the site.
        picture: The file to draw it in.
        page: The page.
        size: How wide and how high the picture is, in pixels.

    Raises:
        SystemExit: If there is no browser.

    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise SystemExit(f"none of these is on PATH: {', '.join(BROWSERS)}")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        command = [
            browser,
            "--headless=new",
            "--no-sandbox",
            "--hide-scrollbars",
            "--virtual-time-budget=5000",
            f"--window-size={size[0]},{size[1]}",
            f"--screenshot={picture}",
            f"http://127.0.0.1:{server.server_port}/{page}",
        ]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        server.shutdown()


def main() -> None:
    """Draw it in a folder of its own, without the user's settings."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "settings.yml").write_text("{}\n")
        os.environ["COPIER_SETTINGS_PATH"] = str(folder / "settings.yml")
        photograph(build(folder), folder / "site.png")
        picture = Image.open(folder / "site.png").convert("RGB")
    few = picture.quantize(128)  # colours: the file is half as large
    few.save(Path(__file__).with_name("site.png"), optimize=True)


if __name__ == "__main__":
    main()
