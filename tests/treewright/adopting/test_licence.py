"""The answer `license` is what metadata, classifiers and texts agree on."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from rendering import ROOT
from treewright import licences
from treewright.adopting import licence
from treewright.adopting.found import Found
from treewright.adopting.reading import Sources

Make = Callable[[Mapping[str, str | bytes]], Path]

TEXTS = {
    file.stem: re.sub(r"{{.*?}}", "somebody", file.read_text("utf-8"))
    for file in (ROOT / "includes/licenses").glob("*.txt")
}
BSD_2 = TEXTS["BSD-3-Clause"].replace("3. Neither", "").replace("endorse or promote", "")
CLASSIFIED = '[project]\nname = "acme"\nclassifiers = ["License :: OSI Approved :: {}"]\n'


def infer(folder: Path) -> Found:
    return licence.infer(Sources(folder))


@pytest.mark.parametrize("name", [*licences.OFFERED])
def test_the_texts_of_the_template_are_known(make: Make, name: str) -> None:
    if name == "Proprietary":
        assert licences.of_text(TEXTS[name]) == frozenset()
    else:
        assert name in licences.of_text(TEXTS[name])
        folder = make({"LICENSE": TEXTS[name]})
        gnu = "GPL" in name  # the text does not say whether later versions hold, too
        assert infer(folder).value == ("Other" if gnu else name)
        assert infer(folder).sure == ("guess" if gnu else "sure")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (BSD_2, "BSD-2-Clause"),
        (TEXTS["BSD-3-Clause"] + "All advertising materials mentioning it", "BSD-4-Clause"),
        ("This is free and unencumbered software released into the public\ndomain.", "Unlicense"),
        ("PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2\n----", "PSF-2.0"),
        ("Zope Public License (ZPL) Version 2.1", "ZPL-2.1"),
        ("# GNU AFFERO GENERAL PUBLIC LICENSE\n\n Version 3, 19 November 2007", "AGPL-3.0-only"),
        ("GNU LESSER GENERAL PUBLIC LICENSE\nVersion 2.1", "LGPL-2.1-or-later"),
        ("GNU GENERAL PUBLIC LICENSE\n   Version 2, June 1991", "GPL-2.0-only"),
        ("CC0 1.0 Universal", "CC0-1.0"),
    ],
)
def test_other_texts_are_known_and_are_no_choice(make: Make, words: str, name: str) -> None:
    assert name in licences.of_text(words)
    assert infer(make({"COPYING": words})).value == "Other"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ('license = "MIT"', "MIT"),
        ('license = "mit"', "MIT"),
        ('license = {text = "MIT License"}', "MIT"),
        ('license = {text = "The MIT License (MIT)"}', "MIT"),
        ('license = "Apache-2.0"', "Apache-2.0"),
        ('license = {text = "Apache License, Version 2.0"}', "Apache-2.0"),
        ('license = {text = "Apache Software License 2.0"}', "Apache-2.0"),
        ('license = {text = "3-Clause BSD License"}', "BSD-3-Clause"),
        ('license = {text = "BSD"}', "Other"),
        ('license = "BSD-2-Clause"', "Other"),
        ('license = {text = "Simplified BSD"}', "Other"),
        ('license = "MIT OR Apache-2.0"', "Other"),
        ('license = "GPL-3.0-or-later"', "GPL-3.0-or-later"),
        ('license = "GPL-3.0-only"', "Other"),
        ('license = "LicenseRef-Proprietary"', "Proprietary"),
        ('license = {text = "Proprietary"}', "Proprietary"),
        ('license = "ISC"', "ISC"),
        ('license = "MPL-2.0"', "MPL-2.0"),
        ('license = "PSF-2.0"', "Other"),
    ],
)
def test_what_metadata_say_counts(make: Make, said: str, answer: str) -> None:
    assert infer(make({"pyproject.toml": f'[project]\nname = "acme"\n{said}\n'})).value == answer


@pytest.mark.parametrize(
    ("classifier", "answer"),
    [
        ("MIT License", "MIT"),
        ("Apache Software License", "Apache-2.0"),
        ("ISC License (ISCL)", "ISC"),
        ("Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"),
        ("GNU General Public License v3 or later (GPLv3+)", "GPL-3.0-or-later"),
        ("GNU Lesser General Public License v3 or later (LGPLv3+)", "LGPL-3.0-or-later"),
        ("GNU General Public License v3 (GPLv3)", "Other"),
        ("BSD License", "Other"),
        ("Python Software Foundation License", "Other"),
        ("The Unlicense (Unlicense)", "Other"),
    ],
)
def test_a_classifier_tells_it_where_nothing_else_does(
    make: Make, classifier: str, answer: str
) -> None:
    found = infer(make({"pyproject.toml": CLASSIFIED.format(classifier)}))
    assert found.value == answer
    assert found.sure in {"likely", "guess"}


def test_a_vague_classifier_is_settled_by_the_text(make: Make) -> None:
    found = infer(
        make(
            {
                "pyproject.toml": CLASSIFIED.format("BSD License"),
                "LICENSE.rst": TEXTS["BSD-3-Clause"],
            }
        )
    )
    assert (found.value, found.sure) == ("BSD-3-Clause", "sure")
    found = infer(make({"LICENSE.rst": BSD_2}))
    assert (found.value, found.sure) == ("Other", "sure")


def test_a_text_that_contradicts_the_metadata_is_told(make: Make) -> None:
    found = infer(
        make(
            {
                "pyproject.toml": '[project]\nname = "acme"\nlicense = "MIT"\n',
                "LICENSE": TEXTS["Apache-2.0"],
            }
        )
    )
    assert (found.value, found.sure) == ("MIT", "contradictory")
    assert set(found.alternatives.values()) == {"MIT", "Apache-2.0"}
    assert "MIT" in found.read_from
    assert "Apache-2.0 by LICENSE" in found.read_from


def test_two_licences_are_no_choice(make: Make) -> None:
    files = {"LICENSE-MIT": TEXTS["MIT"], "LICENSE-APACHE": TEXTS["Apache-2.0"]}
    assert infer(make(files)).value == "Other"
    said = '[project]\nname = "acme"\nlicense = "MIT OR Apache-2.0"\n'
    found = infer(make({**files, "pyproject.toml": said}))
    assert (found.value, found.sure) == ("Other", "sure")
    said = '[project]\nname = "acme"\nlicense = "MIT"\n'  # Apache's is of what it bundles
    assert infer(make({"pyproject.toml": said})).value == "MIT"


def test_the_text_of_gpl_beside_that_of_lgpl_belongs_to_it(make: Make) -> None:
    texts = {
        "COPYING": TEXTS["GPL-3.0-or-later"],
        "COPYING.LESSER": TEXTS["LGPL-3.0-or-later"],
    }
    found = infer(make(texts))
    assert (found.value, found.sure) == ("Other", "guess")
    assert [*found.alternatives] == ["LGPL-3.0-or-later"]
    found = infer(make({**texts, "setup.cfg": "[metadata]\nlicense = LGPLv3+\n"}))
    assert (found.value, found.sure) == ("LGPL-3.0-or-later", "sure")


def test_nothing_is_a_guess_and_a_private_package_is_proprietary(make: Make) -> None:
    assert infer(make({"LICENSE": "Ask me."})).sure == "guess"
    said = '[project]\nname = "acme"\nclassifiers = ["Private :: Do Not Upload"]\n'
    folder = make({"pyproject.toml": said})
    (folder / "LICENSE").unlink()
    assert infer(folder).value == "Proprietary"


def test_the_license_file_that_is_named_counts(make: Make) -> None:
    said = '[project]\nname = "acme"\nlicense = {file = "legal/terms.txt"}\n'
    assert infer(make({"pyproject.toml": said, "legal/terms.txt": TEXTS["ISC"]})).value == "ISC"
