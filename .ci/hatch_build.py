"""What hatchling asks for when it builds the distribution: the version, and the releases in it.

Both come from git's history. An sdist has PKG-INFO and the releases already.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

sys.path.insert(0, str(Path(__file__).parent))
import releases


class Releases(BuildHookInterface):
    """Puts the bundle of all releases, and the ids of their trees, into the package."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make both files outside the checkout; an sdist has them."""
        root = Path(self.root)
        folder, package = root / "src/treewright", "treewright"
        if version == "editable":
            return
        if not (root / "PKG-INFO").is_file():
            self._made = tempfile.TemporaryDirectory()
            folder = Path(self._made.name)
            bundle, trees = releases.bundle(root, found(self.root))
            (folder / "releases.bundle").write_bytes(bundle)
            (folder / "releases.json").write_bytes(json.dumps(trees, indent=2).encode() + b"\n")
        if self.target_name == "sdist":
            package = "src/treewright"
        for name in ("releases.bundle", "releases.json"):  # last in the archive, in both cases
            build_data["force_include"][str(folder / name)] = f"{package}/{name}"

    def finalize(self, *_: object) -> None:
        """Remove them, as they are in the archive."""
        if made := getattr(self, "_made", None):
            made.cleanup()


class Version(MetadataHookInterface):
    """Takes the version from git's history."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set it."""
        metadata["version"] = releases.version(Path(self.root), found(self.root))


def found(root: str) -> dict[str, str]:
    """Give the commit of each release, or end the build with a sentence."""
    try:
        return releases.found(Path(root))
    except releases.HistoryError as error:
        sys.exit(f"treewright cannot be built from {root}: {error}")
