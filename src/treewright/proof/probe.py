"""The probe: imports an unpacked wheel in an isolated interpreter and prints facts as JSON.

Run as `python -I -S -B probe.py SITE REQUEST PACKAGE...`: only the standard library and SITE can be
seen. It imports nothing before the packages themselves, so that what they load can be told from
what the probe needs; hence the late imports below.

REQUEST is a JSON file: `sources` (the code file of each package), `modules` (to import one by
one), `mains` (the code file of each `__main__`), `code` (the code file of each module to read),
`oldest` (the oldest Python that has to read them), `entry_points` (group, name, module, attribute),
`patience` (seconds for the imports of all single modules) and `cost` (whether to time the import).

Lines of the form "importing MODULE" come before the facts: the last one names the culprit when a
module ends the process.
"""
# ruff: noqa: BLE001, PLC0415, PTH103, PTH118, PTH120, PTH123, SIM105

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from collections.abc import Sequence
    from typing import Any

try:
    import posix as system
except ImportError:
    import nt as system  # type: ignore[no-redef]

BARE = frozenset(sys.modules)
SITE, REQUEST, *PACKAGES = sys.argv[1:] if __name__ == "__main__" else ("", "")
BUILTINS = vars(sys.modules["builtins"])

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
        self.at_once: dict[str, int] = {}  # by the packages themselves
        self.missing: list[str] = []  # to the packages themselves
        self.original = BUILTINS["__import__"]
        BUILTINS["__import__"] = self

    def __call__(self, name, globals=None, locals=None, fromlist=(), level=0):  # type: ignore[no-untyped-def]  # noqa: A002, ANN001, ANN204, D102
        before = len(sys.modules)
        importer = (globals or {}).get("__name__") or ""
        try:
            return self.original(name, globals, locals, fromlist, level)
        except ModuleNotFoundError:
            if importer in PACKAGES:
                self.missing.append(name)
            raise
        finally:
            count = len(sys.modules) - before
            if level == 0 and count and owned(importer) and not owned(name):
                inner = [f"{name}.{item}" for item in fromlist or ()]
                key = next((module for module in inner if module in sys.modules), name)
                self.loaded[key] = self.loaded.get(key, 0) + count
            if level == 0 and importer in PACKAGES and not owned(name):
                self.at_once[name] = self.at_once.get(name, 0) + count

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


# What a module does to the machine, told by audit events (PEP 578;
# https://docs.python.org/3/library/audit_events.html).
EVENTS = {
    "writes": (
        ("open", "sqlite3.connect", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir"),
        ("os.symlink", "os.truncate", "winreg.CreateKey", "winreg.SetValue"),
    ),
    "connects": (
        ("socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname"),
        ("socket.sendto",),
    ),
    "starts": (
        ("os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile"),
        ("os.system", "subprocess.Popen"),
    ),
    "threads": (("_thread.start_new_thread", "_thread.start_joinable_thread"),),
    "environment": (("os.putenv", "os.unsetenv"),),
    "moves": (("os.chdir", "os.fchdir"),),
}
WATCHED = {event: kind for kind, lines in EVENTS.items() for line in lines for event in line}


class Effects:
    """Notes what the packages' own code does to the machine while it is imported."""

    def __init__(self) -> None:
        """Listen to the events of the interpreter, from now on to its end."""
        self.seen: dict[tuple[str, str], str] = {}
        flags = system.O_WRONLY | system.O_RDWR | system.O_CREAT | system.O_TRUNC
        self.writing = flags | system.O_APPEND
        sys.addaudithook(self.note)

    def note(self, event: str, arguments: "tuple[object, ...]") -> None:
        """Note an event that the code of a module of the packages causes."""
        kind = WATCHED.get(event)
        if kind is None or (kind == "writes" and not self.writes(event, arguments)):
            return
        # There is no other way to the caller.
        frame: types.FrameType | None = sys._getframe(1)  # noqa: SLF001
        while frame is not None and frame.f_code.co_name != "<module>":
            if frame.f_code.co_name == "_get_default_tempdir":
                return  # the standard library tries where it can write
            frame = frame.f_back
        module = frame.f_globals.get("__name__") if frame is not None else None
        if isinstance(module, str) and owned(module):
            what = arguments[1] if event in ("socket.connect", "socket.bind") else arguments[0]
            what = what if isinstance(what, (str, bytes, tuple)) else ""
            text = what.decode("utf-8", "replace") if isinstance(what, bytes) else str(what)
            self.seen.setdefault((module, kind), text)

    def writes(self, event: str, arguments: "tuple[object, ...]") -> bool:
        """Say whether an event writes to a file; devices, and open files, are none."""
        path = arguments[0]
        if not isinstance(path, (str, bytes)):
            return event.startswith("winreg.")
        name = path.decode("utf-8", "replace") if isinstance(path, bytes) else path
        if name.startswith("/dev/") or name.lower() in ("nul", ":memory:"):
            return False
        flags = arguments[2] if event == "open" else self.writing
        return isinstance(flags, int) and bool(flags & self.writing)


def silence() -> None:
    """Drop warnings, whatever filters a package sets: a warning is no output."""
    warnings: Any = sys.modules.get("warnings")  # loaded because of the options -W
    if warnings is None:
        return
    show = warnings.showwarning

    def shown(message, category, *rest, **more):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN003, ANN202
        if issubclass(category, SyntaxWarning):
            show(message, category, *rest, **more)

    warnings.showwarning = shown


if __name__ == "__main__":
    OUTPUT = Output()
    MISSED = Missed()


def owned(name: str, packages: "Sequence[str]" = tuple(PACKAGES)) -> bool:
    """Say whether a module belongs to packages."""
    return any(name == package or name.startswith(package + ".") for package in packages)


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
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, ModuleNotFoundError) and link.name:
            if owned(link.name):
                break
            plain = link is error and error.__context__ is None  # no way around it was tried
            kind = {"kind": "missing", "text": text, "needs": link.name}
            return kind if plain else kind | {"optional": "yes"}
        link = link.__cause__ or link.__context__
    refused = isinstance(error, AssertionError) and "platform" in last_line(error)
    if refused or any("'" + name in text for name in ELSEWHERE):
        return {"kind": "missing", "text": text, "needs": "another platform"}
    needs = [name for name in MISSED.names if name not in sys.modules]
    follows = isinstance(error, (AttributeError, NameError, TypeError))
    if needs and (follows or (type(error) is ImportError and error.name is None)):
        return {"kind": "missing", "text": text, "needs": needs[0], "optional": "yes"}
    if isinstance(error, ImportError) and last_line(error).lstrip().startswith("raise "):
        return {"kind": "missing", "text": text, "needs": "what it asks for"}
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
            "others": sum(
                name not in before and name not in parents and not owned(name)
                for name in sys.modules
            ),
            "direct": trace.loaded,
            "at_once": trace.at_once,
            "missing": trace.missing,
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


def import_each(modules: "list[str]", patience: float) -> "list[dict[str, object]]":
    """Import each module as the first one after its package; tell only of those with faults.

    The modules that `import PACKAGE` loads itself need no further import: Python imports the
    parent first in any case. After each import, everything goes back to what it was.
    """
    import time

    kept = {name: dict(vars(sys.modules[name])) for name in list(sys.modules) if owned(name)}
    end = time.monotonic() + patience
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


def beside(name: str) -> "types.ModuleType":
    """Load a module that lies beside this file, whatever the packages are called."""
    import os
    from importlib.util import module_from_spec, spec_from_file_location

    file = os.path.join(os.path.dirname(__file__), name + ".py")
    spec = spec_from_file_location("_" + name, file)
    assert spec is not None and spec.loader is not None  # noqa: S101, PT018  (it lies there)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Gather the facts; the package's own import comes before any other."""
    sys.path.insert(0, SITE)
    remember_code()
    silence()
    effects = Effects()
    packages = first_imports()

    import json
    import os

    exports, sources = beside("exports"), beside("sources")

    with open(REQUEST, encoding="utf-8") as file:
        request = json.load(file)
    exported = {
        package: exports.read(source, package) for package, source in request["sources"].items()
    }
    facts: dict[str, object] = {"packages": packages, "exports": exported}
    facts["code"] = {
        name: sources.read(file, name, request["oldest"]) for name, file in request["code"].items()
    }
    loaded = [package for package, first in packages.items() if not first["failure"]]
    if loaded:
        unguarded = [name for name, file in request["mains"].items() if not exports.guarded(file)]
        facts["unguarded"] = unguarded
        guarded = [
            name for name in request["modules"] if name not in unguarded and owned(name, loaded)
        ]
        facts["modules"] = import_each(guarded, request["patience"])
        for package, found in exported.items():
            if found and package in loaded:
                found["listed"] = listed(package)
        facts["names"] = {
            package: resolve(
                package,
                list(dict.fromkeys(found["all"] + found["public"] + (found["listed"] or []))),
            )
            for package, found in exported.items()
            if found and package in loaded
        }
        facts["versions"] = {package: version_of(package) for package in loaded}
        facts["entry_points"] = load_entry_points(
            [point for point in request["entry_points"] if point[2] not in unguarded]
        )
        OUTPUT.take()
        try:
            facts["cost"] = cost() if request["cost"] else None
        except BaseException:  # what cannot be imported twice cannot be timed
            facts["cost"] = None
    facts["effects"] = [[*key, what] for key, what in effects.seen.items()]
    OUTPUT.tell(json.dumps(facts))
    os._exit(0)  # threads, atexit handlers and destructors of the package are not our business


if __name__ == "__main__":
    main()
