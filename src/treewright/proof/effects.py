"""What the package does to the machine when it is imported (PEP 578).

The probe listens to the interpreter's audit events; so only what passes through Python is seen.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from treewright.proof.findings import Finding, advice, told
from treewright.proof.graph import aside

_LOCAL = re.compile(r"^\('(::1?|127\.[\d.]+|localhost|0\.0\.0\.0|)'")
_FAULTS = {
    "writes": "changes files",
    "connects": "uses the network",
    "moves": "changes the working folder",
}
_ADVICE = {
    "starts": "starts a process",
    "threads": "starts a thread",
    "environment": "changes the environment",
}


def findings(
    effects: Iterable[tuple[str, str, str]], file: Callable[[str], str]
) -> Iterator[Finding]:
    """Find what imports do beside importing.

    Args:
        effects: the module, the kind of each effect, and what it was about.
        file: gives the path of a module in the tree.

    """
    for module, kind, what in effects:
        if aside(module):
            continue
        # To bind a port of this machine is how libraries ask what it can do.
        local = kind == "connects" and _LOCAL.search(what)
        finding = Finding if kind in _FAULTS and not local else advice
        detail = f" ({told(what)})" if what and kind != "threads" else ""
        yield finding(
            file(module),
            f"import {module} {(_FAULTS | _ADVICE)[kind]}{detail}",
            "do that in a function, not at import",
        )
