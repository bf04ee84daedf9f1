"""What a wheel's metadata means, whichever way it is written.

Source: https://packaging.python.org/en/latest/specifications/core-metadata/
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from email.utils import getaddresses

from packaging.utils import canonicalize_name

from treewright.adopting.converting import expression, requiring
from treewright.adopting.wheels import Contents, Difference, File, differences

METADATA = "METADATA: "
_UNKNOWN = "UNKNOWN"  # what old setuptools wrote where nothing was said
_TOP_LEVEL = "dist-info/top_level.txt"
_LICENSE_PLACE = "dist-info/licenses/"
# How metadata is written, not what it says; licence files are compared as files.
_FORM = ("Metadata-Version", "Dynamic", "License-File")
_TYPE = f"{METADATA}Description-Content-Type"


def fields(contents: Contents) -> dict[str, list[str]]:
    """Give the fields of a wheel's METADATA by name, without those that say nothing."""
    found: dict[str, list[str]] = {}
    for where, values in contents.items():
        if where.startswith(METADATA):
            texts = (
                [values.content.decode(errors="replace")] if isinstance(values, File) else values
            )
            if told := [text for text in texts if text not in {"", _UNKNOWN}]:
                found[where.removeprefix(METADATA)] = told
    return found


def changes(before: Contents, after: Contents) -> list[Difference]:
    """Say in what two wheels differ that means something.

    A description without a type is shown by guesses; one that has got a type is the same text.

    Args:
        before: What the one holds.
        after: What the other holds.

    """
    there, now = dict(plain(before)), dict(plain(after))
    if _TYPE not in there:
        now.pop(_TYPE, None)
    return differences(there, now)


def plain(contents: Contents) -> Contents:
    """Give what a wheel holds so that two wheels which mean the same are equal.

    One place for a licence file is as good as another; so is `Home-page` beside a project URL of
    that name, a licence as a name beside its expression, and any order of what has none.
    """
    told = fields(contents)
    for name in _FORM:
        told.pop(name, None)
    meant: dict[str, list[str]] = {
        **told,
        "Author": people(told, "Author"),
        "Maintainer": people(told, "Maintainer"),
        "Project-URL": sorted(f"{label}, {url}" for label, url in urls(told)),
        "Keywords": sorted(keywords(told)),
        "Description-Content-Type": _content_type(told),
        "Requires-Python": [requiring.versions(one) for one in told.get("Requires-Python", [])],
        "Provides-Extra": sorted(map(canonicalize_name, told.get("Provides-Extra", []))),
        "Requires-Dist": sorted(_required(told)),
        **_licence(told),
    }
    for name in ("Author-email", "Maintainer-email", "Home-page", "Download-URL"):
        meant.pop(name, None)
    files: dict[str, File | Sequence[str]] = {
        where.replace(_LICENSE_PLACE, "dist-info/", 1): value
        for where, value in contents.items()
        if not where.startswith(METADATA)
    }
    if isinstance(top := files.get(_TOP_LEVEL), File):  # a path is the name of no module
        names = [name for name in top.content.splitlines() if b"/" not in name]
        files[_TOP_LEVEL] = top._replace(content=b"\n".join(names))
    described = "".join(meant.pop("Description", [])).strip()
    if described:
        lines = [line.rstrip() for line in described.splitlines()]
        files[f"{METADATA}Description"] = File(0, "\n".join(lines).encode())
    for name, values in meant.items():
        if values:
            files[METADATA + name] = values
    return files


def keywords(told: Mapping[str, Sequence[str]]) -> set[str]:
    """Give the keywords of metadata."""
    words = ",".join(told.get("Keywords", [])).split(",")
    return {word.strip() for word in words if word.strip()}


def people(told: Mapping[str, Sequence[str]], role: str) -> list[str]:
    """Give the names and addresses of authors, or of maintainers, each by itself, sorted."""
    found = {name for text in told.get(role, []) for name in _names(text)}
    for name, address in getaddresses(list(told.get(f"{role}-email", []))):
        found |= {*_names(name), *([address] if address else [])}
    return sorted(found)


def addressed(told: Mapping[str, Sequence[str]], role: str) -> list[dict[str, str]]:
    """Give the authors, or the maintainers, as [project] has them, names beside addresses."""
    names = [text for text in told.get(role, []) if text]
    addresses = getaddresses(list(told.get(f"{role}-email", [])))
    single = len(names) == 1 and len(addresses) == 1 and not addresses[0][0]
    if single:
        return [{"name": names[0], "email": addresses[0][1]}]
    found = [{"name": name, "email": mail} if name else {"email": mail} for name, mail in addresses]
    return [{"name": name} for name in names] + found


def labelled(told: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Give the URLs as [project] has them, by their labels."""
    own = (("Homepage", "Home-page"), ("Download", "Download-URL"))
    found = {name: told[field][0] for name, field in own if field in told}
    labels = [text.partition(",") for text in told.get("Project-URL", [])]
    return found | {name.strip(): url.strip() for name, _, url in labels}


def _names(text: str) -> Iterable[str]:
    return (name.strip().strip('"') for name in text.split(",") if name.strip())


def urls(told: Mapping[str, Sequence[str]]) -> set[tuple[str, str]]:
    """Give the label and the address of each URL, labels as they are compared.

    Source: https://packaging.python.org/en/latest/specifications/well-known-project-urls/
    """
    labelled = [text.partition(",") for text in told.get("Project-URL", [])]
    found = {(label(name), url.strip()) for name, _, url in labelled}
    found |= {("homepage", url) for url in told.get("Home-page", [])}
    return found | {("download", url) for url in told.get("Download-URL", [])}


def label(text: str) -> str:
    """Give the label of a project URL as it is compared."""
    return re.sub(r"[\W_]", "", text).lower()


def _content_type(told: Mapping[str, Sequence[str]]) -> list[str]:
    if "Description" not in told:
        return []
    return [text.partition(";")[0].strip() for text in told.get("Description-Content-Type", [])]


def _required(told: Mapping[str, Sequence[str]]) -> set[str]:
    extras = sorted(map(canonicalize_name, told.get("Provides-Extra", [])))
    parted = requiring.by_extra(told.get("Requires-Dist", []), extras)
    return {
        f"{requiring.plain(text)}{f' (extra {extra})' if extra else ''}"
        for extra, listed in parted.items()
        for text in listed
    }


def _licence(told: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    classifiers = sorted({*told.get("Classifier", [])})
    text = "".join(told.get("License", []))
    expressions = list(told.get("License-Expression", []))
    found = "".join(expressions) or expression.of(text, classifiers)
    if not found:
        return {"Classifier": classifiers}
    others = [name for name in classifiers if not name.startswith(expression.PREFIX)]
    return {"Classifier": others, "License": [], "License-Expression": [found]}
