"""The starter `plugin`: what it declares is what a host finds."""

import tomllib
from collections.abc import Callable
from importlib.metadata import EntryPoint, distributions
from pathlib import Path

import pytest
import yaml

import proof

Render = Callable[..., Path]

BACKENDS = ("uv", "hatchling", "setuptools", "flit", "pdm", "poetry")


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("group", "name"), [("acme_tool.plugins", "csv"), ("0._.a", "-1.b_C."), ("pytest11", "..")]
)
def test_entry_point_is_that_of_the_answers(
    render: Render, tmp_path: Path, backend: str, group: str, name: str
) -> None:
    project = render(
        starter="plugin", build_backend=backend, plugin_group=group, plugin_name=name
    )
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text("utf-8"))
    assert (answers["plugin_group"], answers["plugin_name"]) == (group, name)
    declared = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    assert declared["entry-points"] == {group: {name: "acme_tool.plugin"}}
    proven = proof.prove(project, keep=tmp_path / "dist")
    assert (proven.unproven, proven.findings) == (None, [])
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    (found,) = distributions(path=[str(wheel)])
    assert [*found.entry_points] == [EntryPoint(name, "acme_tool.plugin", group)]
