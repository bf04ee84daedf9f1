"""The licence expression (PEP 639) that older metadata means, where it means exactly one.

Sources: https://packaging.python.org/en/latest/specifications/license-expression/ and
https://pypi.org/classifiers/
"""

import re
from collections.abc import Sequence

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from treewright import licences

PREFIX = "License :: "
_APPROVED = f"{PREFIX}OSI Approved"
# Names without a version, or without a word on later ones: alone, they mean no one licence.
_VAGUE = re.compile(r"^\D*(apache|python|psf|zope)\D*$|\((A|L)?GPLv\d\)", re.IGNORECASE)


def of(text: str, classifiers: Sequence[str]) -> str | None:
    """Give the SPDX expression of a licence; None where what is said does not mean exactly one.

    Args:
        text: The field `License`; empty if the metadata has no such field.
        classifiers: All classifiers, those of licences among them.

    """
    told = [name for name in classifiers if name.startswith(PREFIX) and name != _APPROVED]
    names = [name.rpartition(" :: ")[2] for name in told]
    said = text or (names[0] if len(names) == 1 else "")
    meant = licences.of_name(said)
    if len(meant) != 1 or _VAGUE.search(said):
        return None
    found = next(iter(meant))
    ids = {*re.findall(r"[\w.+-]+", found)}
    if not all(ids & licences.of_name(name) for name in names):
        return None
    try:
        return str(canonicalize_license_expression(found))
    except InvalidLicenseExpression:  # such as of Proprietary
        return None
