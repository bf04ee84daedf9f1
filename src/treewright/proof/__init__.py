"""The proof that a wheel holds exactly the package that the tree shows, and imports well.

One chain proves both artefacts: the sdist from the tree, the wheel from the sdist, the wheel
against the tree; then an isolated interpreter imports the unpacked wheel. It reads only the
project (its pyproject.toml and its tree) and never writes to it.

A finding is a fault or a piece of advice; advice counts only in a strict proof.

    proof = prove(Path("acme-tool"))
    print(report.text(proof))
    sys.exit(proof.status)
"""

from treewright.proof.findings import Finding
from treewright.proof.proving import Proof, prove

__all__ = ["Finding", "Proof", "prove"]
