"""The probe: imports an unpacked wheel in an isolated interpreter and prints facts as JSON.

Run as `python -I -S -B probe.py SITE REQUEST PACKAGE...`: only the standard library and SITE can be
seen. It imports nothing before the packages themselves, so that what they load can be told from
what the probe needs; hence the late imports below.

REQUEST is a JSON file: `sources` (the code file of each package), `modules` (to import one by
one), `mains` (the code file of each `__main__`), `entry_points` (group, name, module, attribute)
and `cost` (whether to time the import).

Lines of the form "importing MODULE" come before the facts: the last one names the culprit when a
module ends the process.
"""
# ruff: noqa: BLE001, PLC0415, PTH103, PTH118, PTH120, PTH123, SIM105

import sys

try:
    import posix as system
except ImportError:
    import nt as system  # type: ignore[no-redef]

BARE = frozenset(sys.modules)
SITE, REQUEST, *PACKAGES = sys.argv[1:]
BUILTINS = vars(sys.modules["builtins"])

BUDGET = 20.0  # seconds for the imports of all single modules
REPEATS = 15  # timed imports of each, fewer when they take this many microseconds
ENOUGH = 100_000.0

# How names of the standard library begin that only other platforms have.
ELSEWHERE = (
    *("windll", "oledll", "WinDLL", "OleDLL", "WinError", "WINFUNCTYPE", "wintypes", "startfile"),
    *("add_dll_directory", "getwindowsversion", "winver", "dllhandle", "Proactor", "SIGBREAK"),
    *("WindowsProactor", "WindowsSelector", "CTRL_", "STARTUPINFO", "STARTF_", "CREATE_NEW_"),
    *("CREATE_NO_", "kqueue", "kevent", "KQ_"),
)

DROPPED: "list[object]" = []  # dropped modules stay alive: their destructors must not run


class Output:
    """What is written to the standard streams, by Python code or below it."""

    def __init__(self) -> None:
        """Send both streams to a file; keep the real standard output for the facts."""
        self.report = system.dup(1)
        flags = system.O_RDWR | system.O_CREAT | system.O_TRUNC
        self.file = system.open(REQUEST + ".out", flags, 0o600)
        system.dup2(self.file, 1)
        system.dup2(self.file, 2)
        self.seen = 0

    def take(self) -> str:
        """Give what was written since the last call."""
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:  # noqa: S110  (the package has replaced or closed it)
                pass
        system.lseek(self.file, self.seen, 0)
        text = b""
        while chunk := system.read(self.file, 65536):
            text += chunk
        self.seen += len(text)
        return text.decode("utf-8", "replace")

    def tell(self, line: str) -> None:
        """Write a line for the hook."""
        data = (line + "\n").encode("utf-8", "backslashreplace")
        while data:
            data = data[system.write(self.report, data) :]


class Trace:
    """Counts the modules that each import statement of the packages' own code loads."""

    def __init__(self) -> None:
        """Take the place of the import function."""
        self.loaded: dict[str, int] = {}
        self.original = BUILTINS["__import__"]
        BUILTINS["__import__"] = self

    def __call__(self, name, globals=None, locals=None, fromlist=(), level=0):  # type: ignore[no-untyped-def]  # noqa: A002, ANN001, ANN204, D102
        before = len(sys.modules)
        try:
            return self.original(name, globals, locals, fromlist, level)
        finally:
            count = len(sys.modules) - before
            importer = (globals or {}).get("__name__") or ""
            if level == 0 and count and owned(importer) and not owned(name):
                inner = [f"{name}.{item}" for item in fromlist or ()]
                key = next((module for module in inner if module in sys.modules), name)
                self.loaded[key] = self.loaded.get(key, 0) + count

    def end(self) -> None:
        """Give the import function its place back."""
        BUILTINS["__import__"] = self.original


class Missed:
    """Notes the modules that no finder finds, those too whose absence the code takes in its stride.

    Where something is not installed, what code does without it is no fault of the package.
    """

    def __init__(self) -> None:
        """Come after all other finders."""
        self.names: list[str] = []
        sys.meta_path.append(self)

    def find_spec(self, name: str, *_: object) -> None:
        """Note a name."""
        if not owned(name):
            self.names.append(name)


def remember_code() -> None:
    """Compile the code of each file once: modules are loaded again and again, without bytecode."""
    loader = sys.modules["_frozen_importlib_external"].SourceFileLoader
    original, known = loader.source_to_code, {}

    def source_to_code(self, data, path, *rest, **options):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN003, ANN202
        key = (data, path)
        if key not in known:
            known[key] = original(self, data, path, *rest, **options)
        return known[key]

    loader.source_to_code = source_to_code


OUTPUT = Output()
MISSED = Missed()


def owned(name: str) -> bool:
    """Say whether a module belongs to the packages."""
    return any(name == package or name.startswith(package + ".") for package in PACKAGES)


def load(name: str) -> "dict[str, str] | None":
    """Import a module; give what went wrong, if anything."""
    OUTPUT.tell("importing " + name)
    MISSED.names.clear()
    try:
        __import__(name)
    except BaseException as error:
        return failure(error)
    return None


def failure(error: BaseException) -> "dict[str, str]":
    """Describe an error: a cycle, a module of others that is missing, or what it says."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    if "partially initialized module" in text or "circular import" in text:
        return {"kind": "cycle", "text": text}
    if isinstance(error, AssertionError) and "platform" in last_line(error):
        return {"kind": "missing", "text": text, "needs": "another platform"}
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, ModuleNotFoundError) and link.name:
            if owned(link.name):
                break
            plain = link is error and error.__context__ is None  # no way around it was tried
            kind = {"kind": "missing", "text": text, "needs": link.name}
            return kind if plain else kind | {"optional": "yes"}
        link = link.__cause__ or link.__context__
    if any("'" + name in text for name in ELSEWHERE):
        return {"kind": "missing", "text": text, "needs": "another platform"}
    needs = [name for name in MISSED.names if name not in sys.modules]
    follows = isinstance(error, (AttributeError, NameError, TypeError))
    if needs and (follows or (type(error) is ImportError and error.name is None)):
        return {"kind": "missing", "text": text, "needs": needs[0], "optional": "yes"}
    return {"kind": "error", "text": text}


def last_line(error: BaseException) -> str:
    """Give the line of code that raised an error."""
    import linecache

    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return linecache.getline(trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace else ""


def first_imports() -> "dict[str, dict[str, object]]":
    """Import each package, the first of them in the bare interpreter."""
    facts: dict[str, dict[str, object]] = {}
    for package in PACKAGES:
        before = set(sys.modules)
        parents = {package[:end] for end, char in enumerate(package) if char == "."}
        trace = Trace()
        failed = load(package)
        trace.end()
        facts[package] = {
            "failure": failed,
            "output": taken(),
            "others": [
                name
                for name in sys.modules
                if name not in before and name not in parents and not owned(name)
            ],
            "direct": trace.loaded,
        }
    return facts


def taken() -> str:
    """Give what the last import has written, where all that it looked for was there."""
    output = OUTPUT.take()
    return "" if MISSED.names else output


def is_python(module: object) -> bool:
    """Say whether a module can be loaded afresh; compiled ones often cannot."""
    origin = getattr(getattr(module, "__spec__", None), "origin", None)
    return origin is None or origin.endswith(".py")


def import_each(modules: "list[str]") -> "list[dict[str, object]]":
    """Import each module as the first one after its package; tell only of those with faults.

    The modules that `import PACKAGE` loads itself need no further import: Python imports the
    parent first in any case. After each import, everything goes back to what it was.
    """
    import time

    kept = {name: dict(vars(sys.modules[name])) for name in list(sys.modules) if owned(name)}
    end = time.monotonic() + BUDGET
    facts: list[dict[str, object]] = []
    for module in modules:
        if module in kept:
            if lost := unresolved(module):
                facts.append({"module": module, "failure": None, "output": "", "lost": lost})
            continue
        if time.monotonic() > end:
            facts.append({"module": module, "failure": None, "output": "", "skipped": True})
            continue
        failed, output = load(module), taken()
        lost = {} if failed else unresolved(module)
        if failed or output or lost:
            facts.append({"module": module, "failure": failed, "output": output, "lost": lost})
        for name in [name for name in sys.modules if owned(name) and name not in kept]:
            if is_python(sys.modules[name]):
                DROPPED.append(sys.modules.pop(name))
        for name, namespace in kept.items():
            if name in sys.modules:
                vars(sys.modules[name]).clear()
                vars(sys.modules[name]).update(namespace)
    return facts


def unresolved(module: str) -> "dict[str, str]":
    """Give the names in a module's `__all__` that cannot be looked up; those of packages wait."""
    if module in PACKAGES or module not in sys.modules:
        return {}
    failures = {
        name: fact["failure"]
        for name, fact in resolve(module, listed(module) or []).items()
        if "failure" in fact
    }
    return {name: f["text"] for name, f in failures.items() if f["kind"] != "missing"}  # type: ignore[index]


def resolve(package: str, names: "list[str]") -> "dict[str, dict[str, object]]":
    """Look up names of a package, each once: whether it is a module, or why there is none.

    A module of the package counts, as `from PACKAGE import *` imports those that `__all__` has.
    """
    facts: dict[str, dict[str, object]] = {}
    for name in names:
        MISSED.names.clear()
        try:
            try:
                value = getattr(sys.modules[package], name)
            except AttributeError:
                if load(package + "." + name):
                    raise
                value = sys.modules[package + "." + name]
        except BaseException as error:
            facts[name] = {"failure": failure(error)}
        else:
            facts[name] = {"is_module": isinstance(value, type(sys))}
    return facts


def listed(package: str) -> "list[str] | None":
    """Give `__all__` as it is once the package has been loaded."""
    names = getattr(sys.modules[package], "__all__", None)
    if not isinstance(names, (list, tuple)):
        return None
    return [name for name in names if isinstance(name, str)]


def version_of(package: str) -> "str | None":
    """Give a package's `__version__` where it has one that is text."""
    try:
        version = sys.modules[package].__version__
    except BaseException:
        return None
    return version if isinstance(version, str) else None


def load_entry_points(points: "list[list[str]]") -> "list[dict[str, object]]":
    """Load each entry point as a script that an installer writes would, without calling it."""
    facts: list[dict[str, object]] = []
    for group, name, module, attribute in points:
        failed = load(module)
        value: object = sys.modules.get(module)
        try:
            for part in attribute.split(".") if attribute and not failed else ():
                value = getattr(value, part)
        except BaseException as error:
            failed = failure(error)
        facts.append(
            {
                "group": group,
                "name": name,
                "module": module,
                "failure": failed,
                "callable": callable(value),
            },
        )
    return facts


def cost() -> "list[float]":
    """Time the import of the first package and that of an empty one, in microseconds.

    Medians of repeated imports, each after dropping every Python module that is not the bare
    interpreter's, with bytecode at hand as after an installation.
    """
    import importlib
    import os
    import py_compile
    import time

    empty = "_treewright_" + PACKAGES[0]  # as deep in namespaces as the package
    folder = os.path.join(SITE, *empty.split("."))
    os.makedirs(folder)
    with open(os.path.join(folder, "__init__.py"), "wb"):
        importlib.invalidate_caches()
    times: dict[str, list[float]] = {PACKAGES[0]: [], empty: []}
    for name in times:
        __import__(name)
    for loaded, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and file.endswith(".py") and (owned(loaded) or loaded == empty):
            py_compile.compile(file, quiet=2)
    for _ in range(REPEATS):
        for name, measured in times.items():
            for loaded in [loaded for loaded in sys.modules if loaded not in BARE]:
                if is_python(sys.modules[loaded]):
                    DROPPED.append(sys.modules.pop(loaded))
            start = time.perf_counter()
            __import__(name)
            measured.append((time.perf_counter() - start) * 1e6)
        if sum(times[PACKAGES[0]]) > ENOUGH:
            break
    return [sorted(measured)[len(measured) // 2] for measured in times.values()]


def main() -> None:
    """Gather the facts; the package's own import comes before any other."""
    sys.path.insert(0, SITE)
    remember_code()
    packages = first_imports()

    import json
    import os
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location(
        "_exports", os.path.join(os.path.dirname(__file__), "exports.py")
    )
    assert spec is not None and spec.loader is not None  # noqa: S101, PT018  (it lies beside this file)
    exports = module_from_spec(spec)
    spec.loader.exec_module(exports)

    with open(REQUEST, encoding="utf-8") as file:
        request = json.load(file)
    exported = {
        package: exports.read(source, package) for package, source in request["sources"].items()
    }
    facts: dict[str, object] = {"packages": packages, "exports": exported}
    if not any(first["failure"] for first in packages.values()):
        unguarded = [name for name, file in request["mains"].items() if not exports.guarded(file)]
        facts["unguarded"] = unguarded
        facts["modules"] = import_each([n for n in request["modules"] if n not in unguarded])
        for package, found in exported.items():
            if found:
                found["listed"] = listed(package)
        facts["names"] = {
            package: resolve(
                package,
                list(dict.fromkeys(found["all"] + found["public"] + (found["listed"] or []))),
            )
            for package, found in exported.items()
            if found
        }
        facts["versions"] = {package: version_of(package) for package in PACKAGES}
        facts["entry_points"] = load_entry_points(
            [point for point in request["entry_points"] if point[2] not in unguarded]
        )
        OUTPUT.take()
        try:
            facts["cost"] = cost() if request["cost"] else None
        except BaseException:  # what cannot be imported twice cannot be timed
            facts["cost"] = None
    OUTPUT.tell(json.dumps(facts))
    os._exit(0)  # threads, atexit handlers and destructors of the package are not our business


if __name__ == "__main__":
    main()
