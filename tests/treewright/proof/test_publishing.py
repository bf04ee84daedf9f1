"""What PyPI refuses is told before an upload."""

from pathlib import Path

import pytest

from treewright.proof import publishing
from treewright.proof.archives import Wheel
from treewright.proof.project import Project

GOOD = {
    "Name": ["acme-tool"],
    "Version": ["1.0"],
    "Summary": ["Greet people."],
    "Project-URL": ["Source, https://example.org/acme"],
    "Requires-Dist": ["packaging>=24", "x[a,b]>=1; extra == '@home'"],
    "Description-Content-Type": ["text/markdown; charset=UTF-8"],
}


def findings(
    tmp_path: Path, *, name: str = "acme-tool", sdist: str = "acme_tool-1.0.tar.gz", **fields: str
) -> list[str]:
    metadata = GOOD | {key.replace("_", "-"): [value] for key, value in fields.items()}
    text = "".join(f"{key}: {value}\n" for key, values in metadata.items() for value in values)
    for file in (sdist, "a.whl"):
        (tmp_path / file).write_bytes(b"")
    project = Project(tmp_path, {"project": {"name": name, "version": "1.0"}})
    wheel = Wheel(tmp_path / "a.whl", frozenset(), {"METADATA": text}, [])
    return [str(found) for found in publishing.findings(project, tmp_path / sdist, wheel)]


def test_nothing_to_refuse(tmp_path: Path) -> None:
    assert findings(tmp_path) == []


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("Version", "1.0+local", "local versions, such as 1.0+local; remove"),
        ("Requires_Dist", "x @ https://example.org/x.whl", "requirements by URL: x @ https"),
        ("Requires_Dist", "x[a]@git+https://example.org/x", "requirements by URL: x[a]@git"),
        ("Summary", "x" * 513, "a description of more than 512 characters"),
        ("Project_URL", f"{'x' * 33}, https://example.org", "a URL whose label"),
        ("Project_URL", "Source, example.org", "an invalid address: Source = example.org"),
        ("Description_Content_Type", "text/html", "a README of type text/html"),
    ],
)
def test_refused(tmp_path: Path, field: str, value: str, what: str) -> None:
    (found,) = findings(tmp_path, **{field: value})
    assert found.startswith(f"metadata: PyPI refuses {what}")


def test_names(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, sdist="Acme.Tool-1.0.tar.gz")
    assert "whose name is not normalised, as Acme.Tool-1.0.tar.gz (PEP 625)" in found
    (found,) = findings(tmp_path, name="Graph.lib", sdist="graph_lib-1.0.tar.gz") or ["none"]
    assert found == "none"
    (found,) = findings(tmp_path, name="tomllib", sdist="tomllib-1.0.tar.gz")
    assert "PyPI takes no new project named tomllib" in found


def test_large_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "_SIZE", -1)
    assert [found.partition(":")[0] for found in findings(tmp_path)] == [
        "acme_tool-1.0.tar.gz",
        "a.whl",
    ]


def test_a_private_project_may_hold_all_that(tmp_path: Path) -> None:
    assert findings(tmp_path, Version="1.0+x", Classifier="Private :: Do Not Upload") == []


@pytest.mark.parametrize(
    "local",
    ["gabcdef0", "gabcdef0.d20260101", "d20260101", "2.gabc123.dirty"],
)
def test_a_version_from_git_may_be_local(tmp_path: Path, local: str) -> None:
    assert findings(tmp_path, Version=f"1.0.dev1+{local}") == []
