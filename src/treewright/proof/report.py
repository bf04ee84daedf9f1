"""The report: short, plain ASCII, readable at 80 columns."""

from collections.abc import Iterator

from treewright.proof.findings import Finding
from treewright.proof.proving import Facts, Proof
from treewright.rows import escaped, on_one_line, row, some


def text(proof: Proof, again: str | None = None, *, facts: bool = True) -> str:
    """Tell what a proof found.

    Args:
        proof: the proof.
        again: the command that runs it again, told where the environment stopped it, or where it
            tells more.
        facts: whether to tell names, sizes and times, beside what is wrong.

    """
    lines: list[str] = []
    if facts and proof.project and proof.facts:
        lines += _facts(proof, proof.facts)
    for reason in proof.skipped:
        lines += row("skipped", reason)
    lines += [f"- {finding}" for finding in proof.faults]
    if proof.advice and not facts:  # an update has enough to tell
        lines += row("advice", f"{len(proof.advice)} on house style")
        lines += [f"To read it: {again}"] if again else []
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


def data(proof: Proof) -> dict[str, object]:
    """Give what a proof found as data for JSON, as docs/proof.md describes it.

    Args:
        proof: the proof.

    """
    facts = proof.facts
    found: dict[str, object] = {
        "status": proof.status,
        "verdict": ("proven", "faults", "not proven")[proof.status],
        "project": proof.project.name if proof.project else None,
        "version": facts.version if facts else None,
        "packages": {package.name: f"{package.folder}" for package in proof.packages},
        "faults": [_apart(finding) for finding in proof.faults],
        "advice": [_apart(finding) for finding in proof.advice],
        "skipped": proof.skipped,
        "unproven": proof.unproven,
    }
    if facts and proof.project:
        found["build"] = {
            "backend": proof.project.backend,
            "builder": facts.builder,
            "seconds": round(facts.seconds, 3),
            "sdist_files": facts.sdist_files,
            "wheel_files": facts.wheel_files,
        }
    if facts and facts.cost:
        own, empty = facts.cost
        found["import"] = {
            "microseconds": round(own),
            "empty_package_microseconds": round(empty),
            "other_modules": facts.others,
        }
    return found


def _apart(finding: Finding) -> dict[str, str]:
    return {"where": finding.where, "what": finding.what, "fix": finding.fix}


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
