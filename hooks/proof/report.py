"""The report: short, plain ASCII, readable at 80 columns."""

import textwrap
from collections.abc import Iterator

from proof.findings import some
from proof.proving import Facts, Proof

_WIDTH = 80
_INDENT = 10


def text(proof: Proof, again: str | None = None) -> str:
    """Tell what a proof found.

    Args:
        proof: the proof.
        again: the command that runs it again, told where the environment stopped it.

    """
    lines: list[str] = []
    if proof.project and proof.facts:
        lines += _facts(proof, proof.facts)
    for reason in proof.skipped:
        lines += _line("skipped", reason)
    lines += [f"- {finding}" for finding in proof.findings]
    if proof.unproven:
        lines.append(f"Not proven: {proof.unproven}")
        if again and proof.project:
            lines.append(f"Run later: {again}")
    elif proof.findings:
        count = len(proof.findings)
        lines.append("1 finding." if count == 1 else f"{count} findings.")
    else:
        lines.append("Proven: the wheel holds exactly the package that the tree shows.")
    return "\n".join(lines).encode("ascii", "backslashreplace").decode()


def _facts(proof: Proof, facts: Facts) -> Iterator[str]:
    if proof.project is None:
        return
    yield f"{proof.project.name} {facts.version}"
    yield from _line(
        "built",
        f"by {proof.project.backend} with {facts.builder} in {facts.seconds:.2f} s: "
        f"sdist {facts.sdist_files} files, wheel {facts.wheel_files}",
    )
    names = [package.name for package in proof.packages]
    where = [f"{package.folder}" for package in proof.packages]
    yield from _line("package", f"{some(names)} from {some(where)}")
    fields = facts.metadata
    told = [
        *(fields.get("License-Expression") or ["no license expression"]),
        *(f"Python {wanted}" for wanted in fields.get("Requires-Python", [])),
        f"{facts.entry_points} entry point{'' if facts.entry_points == 1 else 's'}",
    ]
    yield from _line("metadata", ", ".join(told))
    if facts.cost:
        own, empty = facts.cost
        yield from _line(
            "import",
            f"{own:,.0f} us, an empty package {empty:,.0f} us; loads {facts.others} other modules",
        )


def _line(name: str, value: str) -> Iterator[str]:
    yield from textwrap.wrap(
        f"{name:<{_INDENT}}{value}",
        _WIDTH,
        subsequent_indent=" " * _INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
