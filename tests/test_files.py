"""The table of generated files is that of the template."""

import re
from pathlib import PurePosixPath

import files
from answers import BUILDS, SHAPES, Promise
from rendering import ROOT


def test_the_page_is_up_to_date() -> None:
    assert files.PAGE.read_text(encoding="utf-8") == files.page()


def test_every_reason_is_for_a_file() -> None:
    assert {file.path for file in files.files()} == files.WHY.keys()


def test_whose_a_file_is() -> None:
    """What is always there and managed is what a promise of the plainest answers lists."""
    rows = re.findall(r"(?m)^\| `(.+)` \| .* \| (.+) \| .* \| (\w+) \|$", files.page())
    plainest = {"forge": "none", "docs": "none", "update_bot": "none", "code_of_conduct": "false"}
    promise = Promise({**SHAPES[0], **BUILDS[0], **plainest})
    new = ("always", files.WHEN["born"])
    managed = {path for path, when, whose in rows if when in new and whose == "managed"}
    assert managed == promise.managed - {"CITATION.cff", ".ci/prove.py"}
    seeds = {path for path, when, whose in rows if when in new and whose == "seed"}
    assert seeds <= promise.files - promise.managed


def test_the_folders_of_managed_files_are_known() -> None:
    """An update refuses a link in the place of each."""
    managed = re.findall(r"(?m)^\| `(.+)` \| .* \| managed \|$", files.page())
    folders = {str(parent) for path in managed for parent in PurePosixPath(path).parents}
    changes = (ROOT / "includes/changes.jinja").read_text("utf-8")
    (listed,) = re.findall(r"(?s)set managed %}(.*?){% endset", changes)
    assert sorted(listed.split()) == sorted(folders - {"."})
