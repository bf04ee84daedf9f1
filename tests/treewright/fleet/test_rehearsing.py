"""What a rehearsal says of clones, and that the update then does it."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import finishing
import fleets
from fleets import NEXT, clone, every_file, told
from keeping import unmerged
from repositories import git
from tiers import full
from treewright.branch.scratch import Updater
from treewright.fleet import outcomes

Capture = pytest.CaptureFixture[str]
# What was planted in a clone, of which project, and what has to come of it.
PLANTED: Mapping[str, tuple[str, Sequence[str], str]] = {
    "claims": ("acme-tool", ["claim", "narrow"], outcomes.CONFLICTS),
    "claims-too": ("python", ["claim"], outcomes.CONFLICTS),
    "deletes": ("acme-tool", ["delete"], outcomes.CLEAN),
    "rules": ("python", ["wide"], outcomes.SETTLED),
    "owns": ("acme-tool", ["own"], outcomes.CLEAN),
    "plain": ("python", [], outcomes.CLEAN),
    "refuses": ("acme-tool", ["refuse"], outcomes.REFUSED),
    "spoils": ("acme-tool", ["spoil"], outcomes.CLEAN),
    "others": ("acme-tool", ["other"], outcomes.OTHER),
    "unknown": ("acme-tool", ["unknown"], outcomes.UNKNOWN),
    "breaks": ("acme-tool", ["break"], outcomes.UNREADABLE),
}
CLASHES = {
    ("conflict", "AGENTS.md", "changed the same lines"): ["claims", "claims-too"],
    ("rule", "pyproject.toml: tool.ruff.line-length", "the template has 110"): ["claims", "rules"],
    ("refused", "", "license"): ["refuses"],
    ("fault", "pyproject.toml", "TOML"): ["spoils"],
    (outcomes.OTHER, ".copier-answers.yml", "https://git.example.org/x#"): ["others"],
    (outcomes.UNKNOWN, ".copier-answers.yml", "v8.7.6"): ["unknown"],
    (outcomes.UNREADABLE, ".copier-answers.yml", "YAML"): ["breaks"],
}
WORLDS = {"world": fleets.update_made_up, "template": finishing.run_update}


@pytest.mark.parametrize("which", ["world", full("template")])
def test_what_was_planted_is_found_and_nothing_else(
    which: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: Capture
) -> None:
    request.getfixturevalue(which)
    shelf = request.getfixturevalue("made_up" if which == "world" else "shelf")
    updater = WORLDS[which]
    for name, (of, edits, _) in PLANTED.items():
        clone(shelf, tmp_path, name, *edits, of=of)
    before = every_file(tmp_path)
    document = told(capsys, "rehearse", "--to", NEXT, tmp_path, status=1, updater=updater)
    assert every_file(tmp_path) == before
    assert document["template"] == str(shelf / "treewright")
    assert {Path(one["path"]).name: one["outcome"] for one in document["projects"]} == {
        name: outcome for name, (_, _, outcome) in PLANTED.items()
    }
    found = {_key(cluster): cluster["projects"] for cluster in document["clusters"]}
    assert len(found) == len(document["clusters"])
    assert {key: [Path(one["path"]).name for one in has] for key, has in found.items()} == CLASHES
    assert all(cluster["settle"] for cluster in document["clusters"] if cluster["person"])
    for one in document["projects"]:
        if one["outcome"] in {outcomes.CONFLICTS, outcomes.SETTLED, outcomes.CLEAN}:
            _agrees(one, tmp_path / "updated", updater)


def _key(cluster: Mapping[str, str]) -> tuple[str, str, str]:
    """Give what was planted, or what was not."""
    kind, where, what = (cluster[name] for name in ("kind", "where", "what"))
    known = (key for key in CLASHES if key[:2] == (kind, where) and key[2] in what)
    return next(known, (kind, where, what))


def _agrees(one: Mapping[str, Any], folder: Path, updater: Updater) -> None:
    """See that the update does what was said."""
    project = shutil.copytree(one["path"], folder / Path(one["path"]).name)
    done = updater(project, ["--defaults", f"--vcs-ref={NEXT}"], True)  # noqa: FBT003
    assert done.returncode == 0, done.stderr
    clashing = {point["where"] for point in one["points"] if point["kind"] == "conflict"}
    assert clashing == {*unmerged(project)}
    git("add", "--all", cwd=project)
    status = git("diff", "--cached", "--name-status", cwd=project).splitlines()
    kinds = {"M": "changed", "A": "new", "D": "removed"}
    for letter, kind in kinds.items():
        assert one["files"][kind] == sum(line[0] == letter for line in status), kind
    added, deleted = (one["files"][key] for key in ("added", "deleted"))
    told_lines = git("diff", "--cached", "--shortstat", cwd=project)
    assert f"{added} insertion" in told_lines or not added
    assert f"{deleted} deletion" in told_lines or not deleted
    for point in one["points"]:
        if point["kind"] == "rule":
            assert f"tool.ruff.line-length {point['detail']}; {point['what']}" in " ".join(
                done.stdout.split()
            )
