"""Code that is run with a package, the same for the lazy one and for an eager one.

Usage: python lazily.py FOLDER

FOLDER has the package `acme_tool`. Prints JSON: what each function here gives, by its name. Each
finds the package as if nothing of it had been imported.
"""
# ruff: noqa: S102, S301, SLF001, T201

import copy
import importlib
import inspect
import json
import pickle
import pkgutil
import pydoc
import sys
import unittest
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import ModuleType
from unittest import mock

NAME = "acme_tool"
MODULE = f"{NAME}.durations"
FUNCTION = "parse_duration"

CASES: dict[str, Callable[[ModuleType], object]] = {}


def case(function: Callable[[ModuleType], object]) -> Callable[[ModuleType], object]:
    """Have a function run with each package."""
    CASES[function.__name__] = function
    return function


def new() -> ModuleType:
    """Import the package again."""
    for name in [name for name in sys.modules if f"{name}.".startswith(f"{NAME}.")]:
        del sys.modules[name]
    return importlib.import_module(NAME)


def shown(value: object) -> object:
    """Give what can be compared between two processes."""
    if isinstance(value, mock.NonCallableMock):
        return "a mock"
    if inspect.isfunction(value) or isinstance(value, ModuleType | type):
        return f"{value.__name__} of {inspect.getmodule(value)}".partition(" from ")[0]
    if isinstance(value, list | tuple):
        return [shown(one) for one in value]
    return value if isinstance(value, str | int | bool | None) else repr(value)


# --- What is the same ----------------------------------------------------------------------


@case
def a_name(package: ModuleType) -> object:
    return package.parse_duration, package.parse_duration("1h").total_seconds()


@case
def names_are_those_of_the_module(package: ModuleType) -> object:
    return package.parse_duration is package.durations.parse_duration


@case
def a_submodule(package: ModuleType) -> object:
    return package.durations, hasattr(package, "durations")


@case
def a_submodule_of_a_submodule(package: ModuleType) -> object:
    return package._units


@case
def imports(package: ModuleType) -> object:
    scope: dict[str, object] = {}
    exec(f"import {MODULE} as a; from {NAME} import durations, {FUNCTION} as f", scope)
    return scope["a"], scope["durations"], scope["f"], package.durations is scope["a"]


@case
def star_import(_: ModuleType) -> object:
    scope: dict[str, object] = {}
    exec(f"from {NAME} import *", scope)
    return sorted((name, shown(value)) for name, value in scope.items() if name != "__builtins__")


@case
def import_of_a_missing_name(_: ModuleType) -> None:
    exec(f"from {NAME} import missing")


@case
def import_with_a_list(_: ModuleType) -> object:
    return __import__(NAME, fromlist=[FUNCTION, "durations"])


@case
def a_missing_name(package: ModuleType) -> object:
    return package.missing


@case
def missing_names(package: ModuleType) -> object:
    names = ["missing", "__missing__", f"durations.{FUNCTION}", "durations.missing"]
    return [(hasattr(package, name), getattr(package, name, 3)) for name in names]


@case
def a_default(package: ModuleType) -> object:
    return getattr(package, FUNCTION, None), getattr(package, "__version__", "unknown")


@case
def members(package: ModuleType) -> object:
    found = inspect.getmembers(package)
    return [one for one in found if one[0] in package.__all__]


@case
def functions(package: ModuleType) -> object:
    found = inspect.getmembers(package, inspect.isfunction)
    return [one for one in found if not one[0].startswith("_")]


@case
def documented(package: ModuleType) -> object:
    text = pydoc.plain(pydoc.render_doc(package))
    return [line for line in text.splitlines() if FUNCTION in line and "__all__" not in line]


@case
def resolved(_: ModuleType) -> object:
    return [pkgutil.resolve_name(name) for name in (f"{NAME}:{FUNCTION}", f"{MODULE}.{FUNCTION}")]


@case
def no_tests(package: ModuleType) -> object:
    return unittest.defaultTestLoader.loadTestsFromModule(package).countTestCases()


@case
def set_by_hand(package: ModuleType) -> object:
    setattr(package, FUNCTION, 3)
    return package.parse_duration, importlib.import_module(NAME).parse_duration


@case
def pickled(package: ModuleType) -> object:
    again = pickle.loads(pickle.dumps([package.parse_duration, package.durations.parse_duration]))
    return again, again[0] is package.parse_duration


@case
def pickled_by_the_name_of_the_package(package: ModuleType) -> object:
    data = pickle.dumps(package.parse_duration, 0).replace(MODULE.encode(), NAME.encode())
    return pickle.loads(data) is package.parse_duration


@case
def pickled_itself(package: ModuleType) -> object:
    return pickle.dumps(package)


@case
def copied(package: ModuleType) -> object:
    function = package.parse_duration
    return copy.copy(function) is function, copy.deepcopy([function])[0] is function


@case
def copied_itself(package: ModuleType) -> object:
    return copy.copy(package)


@case
def threads(package: ModuleType) -> object:
    barrier = Barrier(8)

    def first(_: int) -> object:
        barrier.wait()
        return package.parse_duration

    with ThreadPoolExecutor(8) as pool:
        found = [*pool.map(first, range(8))]
    return len({*map(id, found)}), found[0]


# --- Patches -------------------------------------------------------------------------------


@case
def patched(package: ModuleType) -> object:
    with mock.patch(f"{NAME}.{FUNCTION}"):
        inside = package.parse_duration
    return inside, package.parse_duration, package.durations.parse_duration


@case
def patched_object(package: ModuleType) -> object:
    with mock.patch.object(package, FUNCTION, 3):
        inside = package.parse_duration
    return inside, package.parse_duration


@case
def patched_with_autospec(package: ModuleType) -> object:
    with mock.patch.object(package, FUNCTION, autospec=True):
        inside = inspect.signature(package.parse_duration)
        try:
            package.parse_duration()
        except TypeError as error:
            return str(inside), str(error), package.parse_duration("1h") is None
    return None


@case
def after_autospec(package: ModuleType) -> object:
    with mock.patch(f"{NAME}.{FUNCTION}", autospec=True):
        pass
    with mock.patch(f"{MODULE}.{FUNCTION}", autospec=True):
        isinstance(package.parse_duration, object)
    return package.parse_duration, package.parse_duration is package.durations.parse_duration


@case
def patched_in_its_module(package: ModuleType) -> object:
    with mock.patch(f"{MODULE}.{FUNCTION}"):
        isinstance(package.parse_duration, object)  # its first use
    return package.parse_duration


@case
def patched_in_a_dict(package: ModuleType) -> object:
    with mock.patch.dict(vars(package), {FUNCTION: 3, "other": 4}):
        inside = package.parse_duration, package.other
    return inside, package.parse_duration, hasattr(package, "other")


@case
def patched_at_many_places(package: ModuleType) -> object:
    with (
        mock.patch.multiple(package, parse_duration=3, durations=4),
        mock.patch.object(package, FUNCTION, 5),
    ):
        inside = package.parse_duration, package.durations
    return inside, package.parse_duration, package.durations


@case
def patched_twice(package: ModuleType) -> object:
    patches = [mock.patch(f"{where}.{FUNCTION}") for where in (NAME, MODULE, NAME)]
    for one in patches:
        one.start()
    for one in reversed(patches):
        one.stop()
    return package.parse_duration, package.durations.parse_duration


@case
def a_missing_name_patched(package: ModuleType) -> object:
    with mock.patch.object(package, "missing", 3, create=True):
        inside = package.missing
    return inside, hasattr(package, "missing")


@case
def patched_version(package: ModuleType) -> object:
    with mock.patch.object(package, "__version__", "9"):
        inside = package.__version__
    return inside, package.__version__


@case
def after_a_patched_reader_of_the_version(package: ModuleType) -> object:
    with mock.patch("importlib.metadata.version", return_value="9"):
        isinstance(package.__version__, str)
    return package.__version__


@case
def specified(package: ModuleType) -> object:
    found = mock.create_autospec(package)
    return str(inspect.signature(found.parse_duration)), hasattr(found, "missing")


@case
def set_and_put_back(package: ModuleType) -> object:
    """As pytest's monkeypatch does it."""
    before = getattr(package, FUNCTION)
    setattr(package, FUNCTION, 3)
    setattr(package, FUNCTION, before)
    return package.parse_duration


# --- Reloads -------------------------------------------------------------------------------


@case
def reloaded(package: ModuleType) -> object:
    before = package.parse_duration
    same = importlib.reload(package) is package
    return same, package.parse_duration is before


@case
def reloaded_with_its_module(package: ModuleType) -> object:
    before = package.parse_duration
    importlib.reload(package.durations)
    importlib.reload(package)
    return package.parse_duration is before, names_are_those_of_the_module(package)


@case
def reloaded_after_it_was_set(package: ModuleType) -> object:
    before = package.parse_duration
    setattr(package, FUNCTION, before)
    importlib.reload(package.durations)
    importlib.reload(package)
    return package.parse_duration is before, names_are_those_of_the_module(package)


# --- What is not the same: it asks the module each time, and lists public names only -------


@case
def differs_in_a_patch_of_its_module(package: ModuleType) -> object:
    with mock.patch(f"{MODULE}.{FUNCTION}"):
        return package.parse_duration


@case
def differs_after_a_reload_of_its_module(package: ModuleType) -> object:
    isinstance(package.parse_duration, object)
    importlib.reload(package.durations)
    return names_are_those_of_the_module(package)


@case
def differs_when_deleted(package: ModuleType) -> None:
    delattr(package, FUNCTION)


@case
def differs_in_what_is_listed(package: ModuleType) -> object:
    return dir(package)


def main() -> None:
    """Run all, each on a new package."""
    sys.path.insert(0, sys.argv[1])
    print(json.dumps({name: outcome(function) for name, function in CASES.items()}))


def outcome(function: Callable[[ModuleType], object]) -> object:
    """Run one; an error is an outcome, too."""
    try:
        return shown(function(new()))
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}".partition(" (/")[0]


if __name__ == "__main__":
    main()
