"""Licences, known by their words: their texts, and what metadata call them.

Identifiers are those of https://spdx.org/licenses/.
"""

import re

# What copier.yml offers, beside "Other".
OFFERED = (
    "MIT",
    "Apache-2.0",
    "BSD-3-Clause",
    "ISC",
    "MPL-2.0",
    "LGPL-3.0-or-later",
    "GPL-3.0-or-later",
    "Proprietary",
)
# What only the text of each licence has; the texts that forges offer have it, too.
_WORDS = {
    "MIT": "the above copyright notice and this permission notice shall be included in all copies",
    "Apache-2.0": "apache license version 2.0",
    "ISC": "with or without fee is hereby granted, provided that the above copyright notice",
    "0BSD": "with or without fee is hereby granted. the software is provided",
    "MPL-2.0": "mozilla public license version 2.0",
    "LGPL-3.0": "gnu lesser general public license version 3",
    "LGPL-2.1": "gnu lesser general public license version 2.1",
    "AGPL-3.0": "gnu affero general public license version 3",
    "GPL-3.0": "gnu general public license version 3",
    "GPL-2.0": "gnu general public license version 2",
    "PSF-2.0": "python software foundation license version 2",
    "Unlicense": "this is free and unencumbered software released into the public domain",
    "CC0-1.0": "cc0 1.0 universal",
    "BSL-1.0": "boost software license - version 1.0",
    "ZPL-2.1": "zope public license (zpl) version 2.1",
    "EPL-2.0": "eclipse public license - v 2.0",
    "EUPL-1.2": "european union public licence v. 1.2",
    "Zlib": "provided 'as-is', without any express or implied warranty",
    "WTFPL": "do what the fuck you want to public license",
}
_BSD = "redistribution and use in source and binary forms"
_GNU = ("-only", "-or-later")
# What people write in the place of an identifier, without the words that say nothing.
_NAMES = {
    "mit": "MIT",
    "mit mit": "MIT",
    "expat": "MIT",
    "apache": "Apache-2.0",
    "apache software": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache software 2.0": "Apache-2.0",
    "apache2": "Apache-2.0",
    "apache-2": "Apache-2.0",
    "asl 2.0": "Apache-2.0",
    "3-clause bsd": "BSD-3-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd 3 clause": "BSD-3-Clause",
    "bsd-3": "BSD-3-Clause",
    "new bsd": "BSD-3-Clause",
    "modified bsd": "BSD-3-Clause",
    "revised bsd": "BSD-3-Clause",
    "2-clause bsd": "BSD-2-Clause",
    "bsd 2-clause": "BSD-2-Clause",
    "simplified bsd": "BSD-2-Clause",
    "freebsd": "BSD-2-Clause",
    "isc": "ISC",
    "isc iscl": "ISC",
    "mpl 2.0": "MPL-2.0",
    "mpl2": "MPL-2.0",
    "mpl-2": "MPL-2.0",
    "mozilla public 2.0": "MPL-2.0",
    "mozilla public 2.0 mpl 2.0": "MPL-2.0",
    "gplv3+": "GPL-3.0-or-later",
    "gpl-3.0+": "GPL-3.0-or-later",
    "gpl v3+": "GPL-3.0-or-later",
    "gnu general public v3 or later gplv3+": "GPL-3.0-or-later",
    "lgplv3+": "LGPL-3.0-or-later",
    "lgpl-3.0+": "LGPL-3.0-or-later",
    "lgpl v3+": "LGPL-3.0-or-later",
    "gnu lesser general public v3 or later lgplv3+": "LGPL-3.0-or-later",
    "gnu general public v3 gplv3": "GPL-3.0-only",
    "gnu lesser general public v3 lgplv3": "LGPL-3.0-only",
    "gnu general public v2 gplv2": "GPL-2.0-only",
    "gnu general public v2 or later gplv2+": "GPL-2.0-or-later",
    "gnu lesser general public v2 or later lgplv2+": "LGPL-2.1-or-later",
    "psf": "PSF-2.0",
    "psfl": "PSF-2.0",
    "python software foundation": "PSF-2.0",
    "unlicense": "Unlicense",
    "the unlicense unlicense": "Unlicense",
    "zpl 2.1": "ZPL-2.1",
    "zope public": "ZPL-2.1",
    "proprietary": "Proprietary",
    "other/proprietary": "Proprietary",
    "commercial": "Proprietary",
    "all rights reserved": "Proprietary",
}
# Names that several licences have.
_VAGUE = {
    "bsd": ("BSD-2-Clause", "BSD-3-Clause", "BSD-4-Clause", "0BSD"),
    "bsd-like": ("BSD-2-Clause", "BSD-3-Clause", "BSD-4-Clause"),
    "gplv3": tuple(f"GPL-3.0{end}" for end in _GNU),
    "gpl-3.0": tuple(f"GPL-3.0{end}" for end in _GNU),
    "gpl v3": tuple(f"GPL-3.0{end}" for end in _GNU),
    "lgplv3": tuple(f"LGPL-3.0{end}" for end in _GNU),
    "lgpl-3.0": tuple(f"LGPL-3.0{end}" for end in _GNU),
    "lgpl v3": tuple(f"LGPL-3.0{end}" for end in _GNU),
    "gpl": tuple(f"GPL-{number}{end}" for number in ("2.0", "3.0") for end in _GNU),
    "lgpl": tuple(f"LGPL-{number}{end}" for number in ("2.1", "3.0") for end in _GNU),
    "gnu general public gpl": tuple(f"GPL-{n}{end}" for n in ("2.0", "3.0") for end in _GNU),
    "gnu lesser general public lgpl": tuple(
        f"LGPL-{n}{end}" for n in ("2.1", "3.0") for end in _GNU
    ),
}


def of_text(text: str) -> frozenset[str]:
    """Give the licences that a text may be the text of; none, where it is of none that is known.

    The text of a licence of GNU's does not say whether later versions hold, too: both are given, as
    are all licences whose texts are in one file.
    """
    plain = " ".join(re.sub(r"[*#>|]+", " ", text).lower().split())
    found = {name for name, words in _WORDS.items() if words in plain}
    if _BSD in plain:
        clauses = 4 if "advertising materials" in plain else 3 if "endorse or" in plain else 2
        found.add(f"BSD-{clauses}-Clause")
    return frozenset(
        f"{name}{end}" for name in found for end in (_GNU if "GPL-" in name else ("",))
    )


def of_name(name: str) -> frozenset[str]:
    """Give the licences that metadata may mean; none, where it is no name of one.

    Args:
        name: An SPDX expression, the last part of a classifier, or what people write there.

    """
    from packaging.licenses import (  # noqa: PLC0415  # new in 24.2, and hooks do without
        InvalidLicenseExpression,
        canonicalize_license_expression,
    )

    plain = re.sub(r"\b(the|licen[cs]e|version)\b|[(),\"']", " ", name.lower())
    plain = " ".join(plain.split())
    if plain in _VAGUE:
        return frozenset(_VAGUE[plain])
    if plain in _NAMES:
        return frozenset({_NAMES[plain]})
    try:
        return frozenset({str(canonicalize_license_expression(name.strip()))})
    except InvalidLicenseExpression:
        return frozenset()
