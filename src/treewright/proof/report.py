"""The report: short, plain ASCII, readable at 80 columns."""

from collections.abc import Iterator

from treewright.proof.proving import Facts, Proof
from treewright.rows import escaped, on_one_line, row, some


def text(proof: Proof, again: str | None = None, *, facts: bool = True) -> str:
    """Tell what a proof found.

    Args:
        proof: the proof.
        again: the command that runs it again, told where the environment stopped it.
        facts: whether to tell names, sizes and times, beside what is wrong.

    """
    lines: list[str] = []
    if facts and proof.project and proof.facts:
        lines += _facts(proof, proof.facts)
    for reason in proof.skipped:
        lines += row("skipped", reason)
    lines += [f"- {finding}" for finding in proof.faults]
    if proof.advice and not facts:  # an update has enough to tell
        count = len(proof.advice)
        lines += row("advice", f"{count} on house style; hooks/prove.py of Treewright tells it")
    elif proof.advice:
        lines += [
            "Advice, which changes no verdict:",
            *(f"- {finding}" for finding in proof.advice),
        ]
    if proof.unproven:
        lines.append(f"Not proven: {on_one_line(proof.unproven)}")
        if again and proof.project and proof.repeatable:
            lines.append(f"Run later: {again}")
    elif proof.faults:
        count = len(proof.faults)
        lines.append("1 fault." if count == 1 else f"{count} faults.")
    else:
        lines.append(
            "Proven but for what was skipped: the wheel holds what the tree shows."
            if proof.skipped
            else "Proven: the wheel holds exactly the package that the tree shows."
        )
    return escaped("\n".join(lines))


def _facts(proof: Proof, facts: Facts) -> Iterator[str]:
    if proof.project is None:
        return
    yield f"{proof.project.name} {facts.version}"
    yield from row(
        "built",
        f"by {proof.project.backend} with {facts.builder} in {facts.seconds:.2f} s: "
        f"sdist {facts.sdist_files} files, wheel {facts.wheel_files}",
    )
    names = [package.name for package in proof.packages]
    where = [f"{package.folder}" for package in proof.packages]
    if names:
        yield from row("package", f"{some(names)} from {some(where)}")
    fields = facts.metadata
    told = [
        *(fields.get("License-Expression") or ["no license expression"]),
        *(f"Python {wanted}" for wanted in fields.get("Requires-Python", [])),
        f"{facts.entry_points} entry point{'' if facts.entry_points == 1 else 's'}",
    ]
    yield from row("metadata", ", ".join(told))
    if facts.cost:
        own, empty = facts.cost
        yield from row(
            "import",
            f"{own:,.0f} us, an empty package {empty:,.0f} us; loads {facts.others} other modules"
            + (", from Python 3.15 on when they are used" if facts.postponed else ""),
        )
