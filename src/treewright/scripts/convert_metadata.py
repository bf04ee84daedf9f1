# /// script
# requires-python = ">=3.10"
# dependencies = [
#   "configupdater==3.2",
#   "ini2toml[full]==0.15",
#   "migrate-to-uv==0.12.0",
#   "packaging==26.4",
#   "setuptools==84.2.1",
#   "tomlkit==0.15.2",
# ]
# ///
"""Write the [project] table that older metadata means, by the tools made for that.

Usage: uv run --script convert_metadata.py < GIVEN

It reads JSON: {"setup.cfg": TEXT} for ini2toml, or {"files": {NAME: TEXT}, "manager": NAME} for
migrate-to-uv, and prints JSON: {"text"}, the text of a pyproject.toml, or {"reason"}.
"""

import json
import logging
import subprocess
import sys
import sysconfig
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_OLDER = {
    "home_page": "url",
    "home-page": "url",
    "summary": "description",
    "classifier": "classifiers",
    "platform": "platforms",
    "license_file": "license_files",
}
_OPTIONS = (
    "--skip-lock",
    "--ignore-errors",  # what it cannot say is filled in from the wheel's metadata
    "--keep-current-data",
    "--keep-current-build-backend",
)


def main() -> None:
    """Convert what standard input gives."""
    given = json.load(sys.stdin)
    answer = _ini2toml(given["setup.cfg"]) if "setup.cfg" in given else _migrated(**given)
    print(json.dumps(answer))


def _ini2toml(text: str) -> dict[str, str]:
    from ini2toml.api import Translator  # noqa: PLC0415  # not for the other tool

    logging.disable()
    warnings.simplefilter("ignore")  # of old keys; they are translated
    try:
        return {"text": str(Translator().translate(_said_once(text), "setup.cfg"))}
    except Exception as error:  # noqa: BLE001  # it raises whatever its steps raise
        return {"reason": f"ini2toml cannot convert it ({type(error).__name__}: {error})"}


def _said_once(text: str) -> str:
    """Take out older names of options that are there by their names of today, too."""
    from configupdater import ConfigUpdater  # noqa: PLC0415  # not for the other tool

    config = ConfigUpdater().read_string(text)
    if config.has_section("metadata"):
        metadata = config["metadata"]
        for older, name in _OLDER.items():
            if older in metadata and name in metadata:
                del metadata[older]
    return str(config)


def _migrated(files: dict[str, str], manager: str) -> dict[str, Any]:
    tool = Path(sysconfig.get_path("scripts"), "migrate-to-uv")
    with TemporaryDirectory() as folder:
        for name, text in files.items():
            Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, name).write_bytes(text.encode())
        done = subprocess.run(
            [tool, *_OPTIONS, "--package-manager", manager, folder],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        made = Path(folder, "pyproject.toml")
        if not made.is_file() or "[project]" not in made.read_text(encoding="utf-8"):
            lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
            return {
                "reason": f"migrate-to-uv cannot convert it ({(lines or ['it said nothing'])[-1]})"
            }
        return {"text": made.read_bytes().decode()}


if __name__ == "__main__":
    main()
