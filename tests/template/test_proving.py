"""The proof that a project brings: fetched from where the answers file says, and run."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

Render = Callable[..., Path]


def prove(
    project: Path, environment: Path, variables: dict[str, str], **answers: str
) -> subprocess.CompletedProcess[str]:
    """Run the proof as tox does, with some of the answers changed."""
    file = project / ".answers.yml"
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text("utf-8")) | answers), "utf-8")
    program = f"import runpy, sys; sys.prefix = {str(environment)!r}; sys.argv = sys.argv[1:];"
    program += " runpy.run_path(sys.argv[0], run_name='__main__')"
    command = [sys.executable, "-c", program, ".ci/prove.py", file.name, "--no-install"]
    environment.mkdir(exist_ok=True)
    return subprocess.run(
        command,
        cwd=project,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_wheel_is_proven(
    from_address: dict[str, Path], mirror: dict[str, str], tmp_path: Path
) -> None:
    project, environment = tmp_path / "acme-tool", tmp_path / "tox"
    shutil.copytree(from_address["github"], project)
    done = prove(project, environment, mirror, _src_path="gh:tools/treewright")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Proven" in done.stdout

    # What was fetched is kept, and needs no network.
    (project / "src/acme_tool/durations.py").write_text("import missing\n", "utf-8")
    done = prove(project, environment, {})
    assert (done.returncode, "missing" in done.stdout) == (1, True), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"_commit": "v77.0.0"}, "at v77.0.0 (fatal: invalid reference: v77.0.0)"),
        ({"_src_path": "/nowhere/treewright"}, "git cannot get /nowhere/treewright"),
        ({"_src_path": "https://ann:s3cret@localhost:9/x.git"}, "https://localhost:9/x.git"),
    ],
)
def test_what_cannot_be_fetched_is_told(
    from_address: dict[str, Path],
    mirror: dict[str, str],
    tmp_path: Path,
    answers: dict[str, str],
    said: str,
) -> None:
    project = shutil.copytree(from_address["github"], tmp_path / "acme-tool")
    done = prove(project, tmp_path / "tox", mirror, **answers)
    assert done.returncode == 2
    assert done.stdout.startswith("Not proven: ")
    assert said in done.stdout
    assert "s3cret" not in done.stdout + done.stderr


CI = {"github": ".github/workflows/ci.yml", "gitlab": ".gitlab-ci.yml"}


@pytest.mark.parametrize("forge", CI)
def test_ci_proves_where_the_template_has_an_address(
    from_address: dict[str, Path], render: Render, forge: str
) -> None:
    for project, proven in [
        (from_address[forge], True),
        (render(project_name="acme-tool", forge=forge), False),
    ]:
        assert ("tox run -e proof" in (project / CI[forge]).read_text("utf-8")) == proven
        assert ('  "proof",\n' in (project / "tox.toml").read_text("utf-8")) == proven
        assert "tox -e proof" in (project / "CONTRIBUTING.md").read_text("utf-8")
        (answers,) = {".answers.yml", ".copier-answers.yml"} & {x.name for x in project.iterdir()}
        assert f'".ci/prove.py", "{answers}"' in (project / "tox.toml").read_text("utf-8")


def test_the_linters_of_a_repository_that_joined_pass_it_over(render: Render) -> None:
    project = render({"joined": "true", "own_kinds": "[lint, types, tests]"})
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select=ALL", "."]
    done = subprocess.run(command, cwd=project / ".ci", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "All checks passed!\n"), done.stdout + done.stderr
