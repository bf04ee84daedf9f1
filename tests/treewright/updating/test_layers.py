"""What overlays lay over each file, before an update and now."""

from pathlib import Path, PurePosixPath

from keeping import write
from repositories import commit
from treewright.updating import layers
from treewright.updating.layers import Layers
from treewright.updating.repository import Repository


def test_both_sides_are_read_and_translated(tmp_path: Path) -> None:
    """Each text with the path of its fragment, of which it may depend."""
    write(tmp_path, ".treewright/acme/docs/CODEOWNERS", "/old/ @acme\n")
    write(tmp_path, ".treewright/README.md", "no fragment\n")
    commit(tmp_path)
    write(tmp_path, ".treewright/acme/docs/CODEOWNERS", "/old/ @all\r\n")
    write(tmp_path, ".treewright/acme-data/pyproject.toml", "old = 1\n")

    def translate(text: str, place: str) -> str:
        return text.replace("old", PurePosixPath(place).parts[1])

    assert layers.of(Repository(tmp_path), translate=translate) == {
        "docs/CODEOWNERS": Layers({"acme": "/acme/ @acme\n"}, {"acme": "/acme/ @all\n"}),
        "pyproject.toml": Layers({}, {"acme-data": "acme-data = 1\n"}),
    }
