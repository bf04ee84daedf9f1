"""Say which versions are out of date, of those that packages and Treewright itself are made with.

Usage: python .ci/outdated.py

It reads includes/pins.json, the development tools in pyproject.toml, what scripts need and what
runs Renovate in fleet/, asks PyPI, npm and the repositories of hooks, actions and images, and
changes nothing. Exit status: 0 all
are up to date; 1 some are not; 2 some could not be looked up.
"""

import json
import re
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from packaging.requirements import Requirement
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).parents[1]
INDEX = "https://pypi.org/pypi/{}/json"
NPM = "https://registry.npmjs.org/{}/latest"
FORGES = {
    "hooks": "https://github.com/{}",
    "actions": "https://github.com/{}",
    "images": "https://gitlab.com/{}",
}
REGISTRY = "https://{}/v2/{}/tags/list"
TAG = re.compile(r"(?m)^(\w+)\trefs/tags/(\S+?)(\^\{\})?$")

SCRIPT = re.compile(r"(?ms)^# /// script\n(?P<toml>.*?)^# ///$")  # PEP 723


class Pin(NamedTuple):
    """A version that a file asks for, and what it is of: a part of pins.json, or npm."""

    file: str
    kind: str
    name: str
    version: str
    commit: str = ""


def pins(folder: Path) -> Iterator[Pin]:
    """Yield every pin below a folder; a requirement has its specifier for a version."""
    listed = json.loads((folder / "includes/pins.json").read_text(encoding="utf-8"))
    for name, allowed in listed["requirements"].items():
        for version in allowed.values() if isinstance(allowed, dict) else [allowed]:
            yield Pin("includes/pins.json", "requirements", name, version)
    for name, action in listed["actions"].items():
        yield Pin("includes/pins.json", "actions", name, action["version"], action["commit"])
    for kind in ("hooks", "images", "containers"):
        for name, version in listed[kind].items():
            yield Pin("includes/pins.json", kind, name, version)
    for where, requirement in requirements(folder):
        read = Requirement(requirement)
        yield Pin(where, "requirements", read.name, str(read.specifier))
    for package in sorted(folder.glob("fleet/*/package.json")):
        where = package.relative_to(folder).as_posix()
        wanted = json.loads(package.read_text(encoding="utf-8"))["dependencies"]
        yield from (Pin(where, "npm", name, version) for name, version in wanted.items())


def requirements(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield what the distribution, its build, the development and each script need, and where."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    needs = [project.get("project", {}).get("dependencies", [])]
    needs += [project.get("build-system", {}).get("requires", [])]
    for items in [*needs, *project["dependency-groups"].values()]:
        yield from (("pyproject.toml", item) for item in items if isinstance(item, str))
    for listed in sorted(folder.glob("fleet/*/requirements.txt")):
        where = listed.relative_to(folder).as_posix()
        yield from ((where, item) for item in listed.read_text(encoding="utf-8").splitlines())
    places = ("docs/*.py", "fleet/*/*.py", "src/treewright/scripts/*.py")
    for script in sorted(path for place in places for path in folder.glob(place)):
        if found := SCRIPT.search(script.read_text(encoding="utf-8")):
            metadata = tomllib.loads(re.sub("(?m)^# ", "", found["toml"]))
            where = script.relative_to(folder).as_posix()
            yield from ((where, item) for item in metadata.get("dependencies", []))


def fetched(address: str) -> Any:  # noqa: ANN401  # JSON
    """Give what an address of JSON holds.

    Raises:
        OSError: If it cannot be fetched.

    """
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310  # https
        return json.load(answer)


def released(name: str) -> str:
    """Give the newest release of a distribution on PyPI.

    Raises:
        OSError: If PyPI does not answer, or knows no such distribution.

    """
    return str(fetched(INDEX.format(name))["info"]["version"])


def containers(name: str, variant: str) -> Mapping[Version, tuple[str, str]]:
    """Give the tag of every version of a container's image, in a variant such as 3.14-trixie.

    Raises:
        OSError: If the registry does not answer.

    """
    tags_ = fetched(REGISTRY.format(*name.split("/", 1)))["tags"]
    found = re.findall(rf"(?m)^(\d+\.\d+\.\d+)-{re.escape(variant)}$", "\n".join(tags_))
    return {Version(version): (f"{version}-{variant}", "") for version in found}


def tags(name: str, forge: str) -> Mapping[Version, tuple[str, str]]:
    """Give the tag and the commit of every final version in a repository of a forge.

    Raises:
        OSError: If the repository does not answer.

    """
    command = ["git", "ls-remote", "--tags", forge.format(name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(done.stderr.strip())
    found = {}
    for commit, tag, _ in TAG.findall(done.stdout):  # an annotated tag's commit comes second
        try:
            version = Version(tag)
        except InvalidVersion:
            continue
        if not version.is_prerelease and len(version.release) > 1:
            found[version] = (tag, commit)
    return found


def verdict(pin: Pin) -> str:
    """Say what is wrong with a pin; nothing, if it is up to date.

    Raises:
        OSError: If that cannot be looked up.

    """
    if pin.kind == "requirements":
        newest = released(pin.name)
        allowed = Requirement(pin.name + pin.version).specifier.contains(newest)
        return "" if allowed else f"{newest} is out"
    if pin.kind == "npm":
        newest = str(fetched(NPM.format(pin.name))["version"])
        return "" if newest == pin.version else f"{newest} is out"
    version, _, variant = pin.version.partition("-")
    pinned = Version(version)
    found = containers(pin.name, variant) if variant else tags(pin.name, FORGES[pin.kind])
    if pinned not in found:
        return "no such tag"
    if pinned != max(found):
        return f"{found[max(found)][0]} is out"
    _, commit = found[pinned]
    return "" if pin.commit in {"", commit} else f"{pin.version} is the commit {commit}"


def main(folder: Path = ROOT) -> int:
    """Print what is out of date and what could not be looked up, and give the exit status."""

    def look_up(pin: Pin) -> tuple[str, str]:
        try:
            return verdict(pin), ""
        except OSError as error:
            return "", str(error).splitlines()[0]

    listed = list(pins(folder))
    with ThreadPoolExecutor(16) as pool:
        looked_up = list(zip(listed, pool.map(look_up, listed), strict=True))
    for pin, (fault, _) in looked_up:
        if fault:
            print(f"{pin.file}: {pin.name} {pin.version}: {fault}")
    for pin, (_, error) in looked_up:
        if error:
            print(f"{pin.file}: {pin.name}: not looked up: {error}")
    old = sum(bool(fault) for _, (fault, _) in looked_up)
    unknown = sum(bool(error) for _, (_, error) in looked_up)
    print(f"{len(listed)} pins: {old} out of date, {unknown} not looked up.")
    return 1 if old else 2 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
