"""Links lead where they led, when the package moves."""

import os
from pathlib import Path

import pytest

from repositories import commit, snapshot
from treewright.updating import links
from treewright.updating.moving import carry_out, plan
from treewright.updating.names import Names
from treewright.updating.repository import Repository

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")

BEFORE = Names("acme-tool", "acme_tool", "src/acme_tool")
LINKS = {
    "src/acme_tool/out.json": "../../shared/data.json",
    "src/acme_tool/in.py": "./core.py",
    "src/acme_tool/sub/up.py": "../core.py",
    "src/acme_tool/sub/round": "../../acme_tool/core.py",
    "tests/core.py": "../src/acme_tool/core.py",
    "tests/sub/": "../src/acme_tool/sub/",
    "link": "src/acme_tool",
    "near": "shared/data.json",
    "beside/far.json": "../shared/../shared/data.json",
    "through": "link/core.py",
    "roundabout": "shared/../shared/data.json",
    "alike": "src/acme_tools/more.json",
}
ABOVE = "../above.txt"


@pytest.fixture(params=["", "inside"], ids=["top", "in a folder"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Repository:
    project: Path = tmp_path / "many" / request.param
    for path in (
        "src/acme_tool/core.py",
        "src/acme_tool/sub/__init__.py",
        "src/acme_tools/more.json",
        "shared/data.json",
    ):
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(path)
    (project.parent / "above.txt").write_text("above")
    for path, target in {**LINKS, "src/acme_tool/above.txt": f"../../{ABOVE}"}.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).symlink_to(target)
    commit(tmp_path / "many")
    return Repository(project)


def led(repository: Repository, moved: dict[str, str] | None = None) -> dict[str, str]:
    """Give what each link leads to, by the new path of each."""
    found = {}
    for before in [*LINKS, "src/acme_tool/above.txt"]:
        path = before.rstrip("/")
        for old, new in (moved or {}).items():
            path = path.replace(old, new)
        file = repository.project / path
        assert file.is_symlink(), path
        found[path] = "folder" if file.is_dir() else file.read_text()
    return found


@pytest.mark.parametrize(
    "now",
    [
        Names("acme-tool", "acme_tool", "acme_tool"),
        Names("acme-tool", "corp.acme_tool", "src/corp/acme_tool"),
        Names("acme-tool", "acme_tool.inner", "src/acme_tool/inner"),
    ],
    ids=lambda names: names.package_dir,
)
def test_they_lead_where_they_led(repository: Repository, now: Names) -> None:
    before = led(repository)
    carry_out(repository, plan(repository, BEFORE, now))
    after = led(repository, {BEFORE.package_dir: now.package_dir})
    assert [*after.values()] == [*before.values()]
    assert links.dead(repository) == set()
    kept = {"near": "shared/data.json", "beside/far.json": "../shared/../shared/data.json"}
    kept["roundabout"] = "shared/../shared/data.json"
    for path, target in {**kept, f"{now.package_dir}/in.py": "core.py"}.items():
        assert (repository.project / path).readlink().as_posix() == target, (
            "no other text than needed"
        )
    assert os.readlink(repository.project / "tests/sub").endswith("/sub/")  # noqa: PTH115  # keeps it


def test_an_absolute_link_is_left(repository: Repository) -> None:
    target = str(repository.project / "src/acme_tool/core.py")
    (repository.project / "absolute").symlink_to(target)
    repository.git("add", "absolute")
    assert links.dead(repository) == set()
    carry_out(repository, plan(repository, BEFORE, Names("acme-tool", "kit", "src/kit")))
    assert str((repository.project / "absolute").readlink()) == target
    assert links.dead(repository) == {"absolute"}


def test_a_repository_that_keeps_links_as_files(repository: Repository) -> None:
    for file in [path for path in repository.project.rglob("*") if path.is_symlink()]:
        target = str(file.readlink())
        file.unlink()
        file.write_text(target)
    repository.git("config", "core.symlinks", "false")
    carry_out(repository, plan(repository, BEFORE, Names("acme-tool", "kit", "src/kit")))
    assert (repository.project / "tests/core.py").read_text() == "../src/kit/core.py"
    assert "tests/core.py" in snapshot(repository.project)
