"""The licence expression (PEP 639) that older metadata means, where it means exactly one.

Sources: https://packaging.python.org/en/latest/specifications/license-expression/ and
https://pypi.org/classifiers/
"""

import re
from collections.abc import Sequence

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

PREFIX = "License :: "
_APPROVED = f"{PREFIX}OSI Approved"

# How the field `License` often names a licence, in small letters and without what does not count.
_NAMES = {
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license version 2.0": "Apache-2.0",
    "apache software license 2.0": "Apache-2.0",
    "apache-2": "Apache-2.0",
    "2-clause bsd": "BSD-2-Clause",
    "bsd 2-clause": "BSD-2-Clause",
    "simplified bsd": "BSD-2-Clause",
    "3-clause bsd": "BSD-3-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "modified bsd": "BSD-3-Clause",
    "new bsd": "BSD-3-Clause",
    "mit": "MIT",
    "expat": "MIT",
    "mpl 2.0": "MPL-2.0",
    "mozilla public license 2.0": "MPL-2.0",
    "gplv3+": "GPL-3.0-or-later",
    "gplv2+": "GPL-2.0-or-later",
    "lgplv3+": "LGPL-3.0-or-later",
    "unlicense": "Unlicense",
}
_NOISE = re.compile(r"^the | licen[cs]e$|[,()]")
# A classifier that means one licence; BSD, Apache and most of the GNU ones do not say which.
_CLASSIFIERS = {
    "MIT License": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT-0",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "GNU Affero General Public License v3 or later (AGPLv3+)": "AGPL-3.0-or-later",
    "The Unlicense (Unlicense)": "Unlicense",
    "Boost Software License 1.0 (BSL-1.0)": "BSL-1.0",
}
# One that goes with several licences, by how their identifiers start.
_FAMILIES = {
    "Apache Software License": "Apache-",
    "BSD License": ("BSD-", "0BSD"),
    "GNU General Public License (GPL)": "GPL-",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL-",
    "GNU Lesser General Public License v2 (LGPLv2)": "LGPL-2",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0",
    "GNU Affero General Public License v3": "AGPL-3.0",
    "Python Software Foundation License": ("PSF-", "Python-2.0"),
    "zlib/libpng License": "Zlib",
}
_OPERATORS = {"AND", "OR", "WITH", "(", ")"}


def expression(text: str, classifiers: Sequence[str]) -> str | None:
    """Give the SPDX expression of a licence; None where what is said does not mean exactly one.

    Args:
        text: The field `License`; empty where there is none.
        classifiers: All classifiers, those of licences among them.

    """
    told = [name for name in classifiers if name.startswith(PREFIX) and name != _APPROVED]
    names = [name.rpartition(" :: ")[2] for name in told]
    meant = {_CLASSIFIERS[name] for name in names if name in _CLASSIFIERS}
    found = _of_text(text) if text else meant.pop() if len(meant) == len(names) == 1 else None
    if found and all(_agrees(name, found) for name in names):
        return found
    return None


def _of_text(text: str) -> str | None:
    name = " ".join(text.lower().split())
    while (shorter := _NOISE.sub("", name).strip()) != name:
        name = shorter
    try:
        return str(canonicalize_license_expression(_NAMES.get(name, text.strip())))
    except InvalidLicenseExpression:
        return None


def _agrees(classifier: str, found: str) -> bool:
    """Tell whether a classifier names a licence of an expression."""
    ids = [part for part in re.findall(r"[\w.+-]+", found) if part not in _OPERATORS]
    starts = _CLASSIFIERS.get(classifier) or _FAMILIES.get(classifier, ())
    return any(part.startswith(starts) for part in ids)
