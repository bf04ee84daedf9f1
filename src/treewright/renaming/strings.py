"""Strings of Python code that name a module, a distribution or its command."""

import re
from collections.abc import Callable, Container, Sequence
from itertools import pairwise
from typing import Any

import libcst as cst

from treewright.renaming.trees import dotted, every, last, text_of
from treewright.updating.names import CODE, MODULE, PROSE_ONLY, Change

# --- What takes a module, and what a distribution ---------------------------------------

# Functions and methods, each with its arguments that name a module or what is in one: the place of
# an argument, or its keyword. Of a list, all elements do, and of a dictionary, all keys.
MODULE_ARGUMENTS: dict[str, str] = {
    **dict.fromkeys(("import_module", "find_spec", "resolve_name"), "0 1 name package"),
    **dict.fromkeys(("get_data", "run_module", "_run_module_as_main"), "0 package mod_name"),
    **dict.fromkeys(("walk_packages", "iter_modules"), "1 prefix"),
    **dict.fromkeys(("patch", "setattr", "delattr"), "0 target"),
    **dict.fromkeys(("getLogger", "get_logger"), "0 name"),
    **dict.fromkeys(("assertLogs", "assertNoLogs"), "0 logger"),
    **dict.fromkeys(("at_level", "set_level"), "1 logger"),
    **dict.fromkeys(("find_packages", "find_namespace_packages"), "1 2 include exclude"),
    **dict.fromkeys(("DocTestSuite", "DocFileSuite"), "0 module package"),
    "testfile": "package",
    **dict.fromkeys(
        ("resource_filename", "resource_string", "resource_stream", "resource_exists",
         "resource_listdir", "resource_isdir", "declare_namespace"), "0",
    ),
    **dict.fromkeys(
        ("read_text", "read_binary", "open_text", "open_binary", "is_resource"), "0 package anchor"
    ),
    **dict.fromkeys(
        ("__import__", "importorskip", "find_loader", "get_loader", "locate", "import_string",
         "import_from_string", "import_object", "import_fresh_module", "lazy_import", "import_path",
         "spec_from_file_location", "spec_from_loader", "ModuleSpec", "ModuleType", "new_module",
         "create_module", "load_module", "find_module", "exec_module", "set_module", "Extension",
         "Flask", "PackageLoader", "collect_submodules", "collect_data_files", "collect_all",
         "collect_dynamic_libs", "autodiscover_tasks", "loadTestsFromName", "loadTestsFromNames",
         "add_pytest_plugin", "import_plugin", "register_assert_rewrite", "cast", "ForwardRef",
         "module_name_from_path"), "0 name module package_name import_name",
    ),
}  # fmt: skip
# Those that have such common names that only an import tells them.
RESOURCES = {"path", "contents", "files", "as_file"}
DISTRIBUTION_ARGUMENTS: dict[str, str] = {
    **dict.fromkeys(
        ("version", "metadata", "distribution", "requires", "files", "get_distribution",
         "require", "from_name", "get_version", "copy_metadata", "recursive_copy_metadata"), "0",
    ),
    "version_option": "package_name", "distributions": "name", "setup": "name",
}  # fmt: skip
# Keywords, whatever the function: a module, or the command.
MODULE_KEYWORDS = {
    "logger", "module", "py_modules", "packages", "package_data", "exclude_package_data",
    "package_dir", "namespace_packages", "hiddenimports", "bound", "anchor", "__module__",
}  # fmt: skip
COMMAND_KEYWORDS = {"prog", "prog_name"}
# Names that such a value is given to.
MODULE_NAMES = {
    "PACKAGE", "pytest_plugins", "INSTALLED_APPS", "autodoc_mock_imports", "hiddenimports",
    "modindex_common_prefix", "extensions", "apidoc_module_name", "__module__", "__package__",
    "__name__",
}  # fmt: skip
DISTRIBUTION_NAMES = {"NAME", "DISTRIBUTION", "project"}
# Names that have a module's name.
NAMED = {"__module__", "__name__", "__package__"}
CALLED_MODULE = {"module", "module_name", "modname", "mod_name", "modules"}
# Where keys of a dictionary are modules.
MODULE_TABLES = {"loggers", "package_data", "exclude_package_data", "package_dir"}
# Flags of a command, before a module: of any, and of those that are named in it.
FLAGS = {"-m", "--cov", "--pyargs", "--source-pkgs", "--hidden-import", "--app", "-A"}
FLAGS_OF = {"-p", "--package", "--source"}
RUN_BY = re.compile(r"(?:.*\W)?(?:pytest|py\.test|mypy|coverage|dmypy)(?:\d\S*)?")
LINTERS = {"pylint", "pyreverse", "stubtest", "pydoc", "pdoc"}
RUNNERS = {
    "runpytest", "runpytest_inprocess", "runpytest_subprocess", "inline_run", "parseconfig",
    "parseconfigure", "main", "get_outcomes",
}  # fmt: skip
STARTERS = {"which", "system", "spawn", "popen", "getoutput"}
OF_NAMES = {"startswith", "removeprefix", "partition", "split", "replace"}
# What has a set of names of modules, and what switches a logger.
OF_SETS = {"isdisjoint", "issubset", "issuperset", "intersection", "difference"}
SWITCHES = {"enable", "disable"}
OF_MODULES = {"get", "pop", "setdefault", "update", "__contains__", "__getitem__"}


# Kinds of strings that are texts.
TEXTS = {"code": CODE, "prose": PROSE_ONLY}


def _nothing(_: Any) -> list[object]:  # noqa: ANN401
    return []


def _elements(node: Any) -> list[object]:  # noqa: ANN401
    return [element.value for element in node.elements]


def _formatted(node: Any) -> list[object]:  # noqa: ANN401
    """Give the string of `"acme_tool.{}".format(name)`."""
    return [node.func.value] if isinstance(node.func, cst.Attribute) else []


# What an expression begins with, or may be.
BEGINNINGS: dict[type, Callable[[Any], list[object]]] = {
    cst.ConcatenatedString: lambda node: [node.left],
    cst.BinaryOperation: lambda node: [node.left],
    cst.BooleanOperation: lambda node: [node.left, node.right],
    cst.IfExp: lambda node: [node.body, node.orelse],
    cst.NamedExpr: lambda node: [node.value],
    cst.List: _elements,
    cst.Tuple: _elements,
    cst.Set: _elements,
    cst.Dict: lambda node: [getattr(item, "key", None) for item in node.elements],
    cst.Call: _formatted,
}


class Strings(cst.CSTTransformer):
    """Rewrites the strings of a file.

    A string that is no more than a name is rewritten where it is given to what takes a module.

    Args:
        change: What the package was called, and is called now.
        resources: What importlib.resources is called in it, and what comes from there.

    """

    def __init__(self, change: Change, resources: Container[str]) -> None:
        """Start with nothing known of any string."""
        super().__init__()
        self.change = change
        self.resources = resources
        self.whole: dict[cst.CSTNode, str] = {}

    def _take(self, node: object, kind: str) -> None:
        """Note what the strings of an expression are, where it begins with them."""
        if isinstance(node, cst.SimpleString):
            self.whole.setdefault(node, kind)
        elif isinstance(node, (cst.FormattedString, cst.TemplatedString)):
            for part in node.parts[:1]:
                self.whole.setdefault(part, kind)
        for inner in BEGINNINGS.get(type(node), _nothing)(node):
            self._take(inner, kind)

    def visit_Call(self, node: cst.Call) -> None:
        name = last(node.func)
        owner = node.func.value if isinstance(node.func, cst.Attribute) else None
        taken = self._arguments(node.func, name, owner)
        for place, argument in enumerate(node.args):
            keyword = argument.keyword.value if argument.keyword else str(place)
            for kind, arguments in taken.items():
                if f" {keyword} " in arguments:
                    self._take(argument.value, kind)
            self._argument(keyword, argument.value)
        values = [argument.value for argument in node.args]
        self._of_modules(name, owner, values)
        self._started(name, values)

    def _started(self, name: str, values: Sequence[cst.BaseExpression]) -> None:
        """Note what is code or a command, by the name of the function that runs it."""
        self._flags(values, is_runner=name in RUNNERS)
        for value in values:
            if isinstance(value, cst.List) and name in RUNNERS:
                self._flags(_elements(value), is_runner=True)
        if values and name in {"eval", "exec"}:
            self._take(values[0], "code")
        elif (values and name in STARTERS) or (values and name == "run" and text_of(values[0])):
            self._take(values[0], "command")
        elif name == "filterwarnings":
            for value in values:
                self._take(value, "filter")

    def _arguments(self, function: cst.BaseExpression, name: str, owner: object) -> dict[str, str]:
        """Give which arguments of a function name what."""
        if name in RESOURCES and self._is_of_resources(function):
            return {"module": " 0 package anchor "}
        if name == "files":  # of a distribution; else imported in a way that cannot be followed
            return {"either": " 0 "}
        if name in {"object", "multiple", "dict"} and last(owner) == "patch":
            return {"module": " 0 target in_dict values "}
        kinds = {"module": MODULE_ARGUMENTS, "distribution": DISTRIBUTION_ARGUMENTS}
        return {kind: f" {table[name]} " for kind, table in kinds.items() if name in table}

    def _argument(self, keyword: str, value: cst.BaseExpression) -> None:
        """Note what an argument is by its keyword, whatever the function, or as a list."""
        if keyword in MODULE_KEYWORDS:
            self._take(value, "module")
        elif keyword == "entry_points":
            for text in every(value, cst.SimpleString):
                self.whole.setdefault(text, "entry point")
        elif keyword in COMMAND_KEYWORDS:
            self._take(value, "command")
        elif isinstance(value, cst.List) and value.elements:
            self._take(value.elements[0].value, "command")

    def _of_modules(self, name: str, owner: object, values: Sequence[cst.BaseExpression]) -> None:
        """Note what is looked up, or put, into sys.modules, and what a module's name is."""
        is_first = (
            (name in OF_MODULES and _has_keys_that_are_modules(owner))
            or (name in OF_NAMES | OF_SETS and _has_name_of_module(owner))
            or (name in SWITCHES and last(owner) == "logger")
        )
        for value in values[: int(is_first)]:
            self._take(value, "module")
        is_table = name in {"setitem", "delitem"} or (name == "dict" and last(owner) == "patch")
        for table, value in pairwise(values[: 2 * is_table]):
            if _is_modules(table) or text_of(table) == "sys.modules":
                self._take(value, "module")

    def _is_of_resources(self, function: cst.BaseExpression) -> bool:
        whole = dotted(function)
        parent = whole.rpartition(".")[0]
        return (parent or whole) in self.resources

    def _flags(self, values: Sequence[object], *, is_runner: bool = False) -> None:
        """Note what follows flags of a command, which is a list of strings."""
        texts = [text_of(value) for value in values]
        is_runner = is_runner or any(RUN_BY.fullmatch(text) for text in texts)
        for (flag, value), text in zip(pairwise(values), texts[1:], strict=False):
            known = text_of(flag)
            is_linted = known.rpartition("/")[2] in LINTERS
            ours = {known, text.partition("=")[0]} & FLAGS_OF
            if known in FLAGS or is_linted or (is_runner and ours):
                self._take(value, "module")

    def visit_List(self, node: cst.List | cst.Tuple) -> None:
        self._flags([element.value for element in node.elements])

    visit_Tuple = visit_List

    def _assigned(self, target: cst.BaseExpression, value: cst.BaseExpression | None) -> None:
        name = last(target)
        if name in MODULE_NAMES or _is_modules(target):  # sys.modules |= {...}
            self._take(value, "module")
        elif name in DISTRIBUTION_NAMES:
            self._take(value, "distribution")
        elif isinstance(value, cst.List) and value.elements and re.search("(?i)arg|cmd|comm", name):
            self._take(value.elements[0].value, "command")
        elif isinstance(target, cst.Subscript) and _is_modules(target.value):
            self._take(value, "")

    def visit_Assign(self, node: cst.Assign) -> None:
        for target in node.targets:
            self._assigned(target.target, node.value)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        self._assigned(node.target, node.value)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:
        self._assigned(node.target, node.value)

    def visit_Subscript(self, node: cst.Subscript) -> None:
        if _has_keys_that_are_modules(node.value):
            for element in node.slice:
                self._take(getattr(element.slice, "value", None), "module")

    def visit_Comparison(self, node: cst.Comparison) -> None:
        sides = [node.left, *(one.comparator for one in node.comparisons)]
        if any(map(_has_name_of_module, sides)):
            for side in sides:
                self._take(side, "module")
        elif any(last(side) == "record_tuples" for side in sides):
            for row in every(node, cst.Tuple):
                if row.elements:
                    self._take(row.elements[0].value, "module")

    def visit_BinaryOperation(self, node: cst.BinaryOperation) -> None:
        if any(map(_is_modules, every(node, cst.Attribute))):  # set(sys.modules) & {...}
            for side in (node.left, node.right):
                if not isinstance(side, cst.SimpleString):
                    self._take(side, "module")

    def _loop(self, node: cst.CSTNode, over: cst.BaseExpression) -> None:
        """Note what the names in sys.modules are compared with, in a loop over them."""
        if any(map(_is_modules, [over, *every(over, cst.Attribute)])):
            for text in every(node, cst.SimpleString):
                if re.fullmatch(r"[\w.]+", text.raw_value):
                    self.whole.setdefault(text, "module")

    def visit_For(self, node: cst.For) -> None:
        self._loop(node, node.iter)
        if any(map(_is_modules, every(node.body, cst.Attribute))):
            self._take(node.iter, "module")

    def visit_ListComp(self, node: cst.BaseComp) -> None:
        self._loop(node, node.for_in.iter)

    visit_SetComp = visit_GeneratorExp = visit_DictComp = visit_ListComp

    def visit_DictElement(self, node: cst.DictElement) -> None:
        if text_of(node.key) in MODULE_TABLES and isinstance(node.value, cst.Dict):
            self._take(node.value, "module")

    def visit_Annotation(self, node: cst.Annotation) -> None:
        literals = [one for one in every(node, cst.Subscript) if last(one.value) == "Literal"]
        kept = {text for one in literals for text in every(one, cst.SimpleString)}
        for text in every(node, cst.SimpleString):
            self.whole.setdefault(text, "" if text in kept else "type")

    def visit_Expr(self, node: cst.Expr) -> None:
        for text in [node.value, *every(node.value, cst.SimpleString)]:
            if isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString)):
                self.whole.setdefault(text, "prose")

    def leave_SimpleString(
        self, original: cst.SimpleString, updated: cst.SimpleString
    ) -> cst.SimpleString:
        prefix = len(original.prefix) + len(original.quote)
        start, end = original.value[:prefix], original.value[-len(original.quote) :]
        text = original.raw_value
        if "b" in original.prefix.lower() and re.search(r"\\[xX0-7]", text):
            return updated  # a pickle, in which each length is told
        new = self._string(text, self.whole.get(original, ""))
        return updated if new == text else updated.with_changes(value=f"{start}{new}{end}")

    def _string(self, text: str, kind: str) -> str:  # noqa: PLR0911
        change = self.change
        if kind in {"distribution", "either"} and change.distribution(text) != text:
            return change.distribution(text)
        if kind == "distribution":
            return text
        if kind == "command" and text == change.before.command:
            return change.now.command
        if kind in {"module", "either"}:
            new = change.text(text, MODULE)
            return (
                new.replace(change.now.import_path, re.escape(change.now.import_path))
                if ("\\." in text and new != text)
                else new
            )
        if kind == "type":
            return change.text(text, MODULE) if change.before.import_path != text else text
        if kind in TEXTS:
            return change.text(text, TEXTS[kind])
        if kind == "entry point" and "=" in text:
            name, equals, value = text.partition("=")
            return name + equals + change.text(value, MODULE)
        if kind == "filter":
            head, colon, last = text.rpartition(":")
            return change.text(head + colon) + change.text(last, MODULE)
        if change.is_old(text):
            return text
        where = CODE if change.imports(text) else ""
        return change.text(f'"{text}"', where)[1:-1]  # in quotes, as a text has it

    def _part(self, original: Any, updated: Any) -> Any:  # noqa: ANN401
        """Rewrite a text between the expressions of a string."""
        end = "_" if original.value.endswith(".") else ""  # what stands for the name that follows
        new = self._string(original.value + end, self.whole.get(original, ""))
        new = new.removesuffix(end)
        return updated if new == original.value else updated.with_changes(value=new)

    leave_FormattedStringText = leave_TemplatedStringText = _part  # type: ignore[assignment]


def resources_of(module: cst.Module) -> set[str]:
    """Give the dotted names that importlib.resources, and what is in it, has in a file."""
    found = {"importlib.resources", "importlib_resources"}
    for one in every(module, cst.ImportFrom):
        base = dotted(one.module)
        for alias in () if isinstance(one.names, cst.ImportStar) else one.names:
            bound = dotted(alias.asname.name) if alias.asname else dotted(alias.name)
            if base in found or f"{base}.{dotted(alias.name)}" in found:
                found.add(bound)
    for alias in (alias for one in every(module, cst.Import) for alias in one.names):
        if dotted(alias.name) in found and alias.asname:
            found.add(dotted(alias.asname.name))
    return found


def _has_keys_that_are_modules(node: object) -> bool:
    called = last(node.func) if isinstance(node, cst.Call) else ""
    return called == "packages_distributions" or _is_modules(node)


def _is_modules(node: object) -> bool:
    """Tell whether an expression is sys.modules."""
    return isinstance(node, cst.Attribute) and dotted(node) == "sys.modules"


def _has_name_of_module(node: object) -> bool:
    """Tell whether an expression has a module's name, or the names of all that are imported."""
    if not isinstance(node, cst.CSTNode):
        return False
    if isinstance(node, cst.Name) and node.value in CALLED_MODULE:
        return True
    for one in every(node, cst.Attribute, cst.Name, cst.SimpleString, cst.Call):
        if isinstance(one, cst.Call):
            if _has_keys_that_are_modules(one):
                return True
        elif last(one) in NAMED or text_of(one) in NAMED or _is_modules(one):
            return True
        if isinstance(one, cst.Attribute) and last(one) == "name":
            owner = last(one.value) or last(_indexed(one.value))
            if re.search("(?i)^r$|^rec|record|logger", owner):
                return True
    return False


def _indexed(node: object) -> object:
    return node.value if isinstance(node, cst.Subscript) else None
