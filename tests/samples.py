"""Small projects made by hand, good ones and ones with a planted fault.

Every proof in these tests goes through `Sample.prove`, which asserts that the tree is untouched.
"""

import hashlib
import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from treewright.proof import Finding, Proof, prove

PROVE = Path(__file__).parents[1] / "hooks" / "prove.py"

BACKENDS = {
    "uv": ('"uv_build>=0.13,<0.14"', "uv_build"),
    "hatchling": ('"hatchling>=1.32"', "hatchling.build"),
    "setuptools": ('"setuptools>=77.0.3"', "setuptools.build_meta"),
    "flit": ('"flit_core>=4.1,<5"', "flit_core.buildapi"),
    "pdm": ('"pdm-backend>=2.5"', "pdm.backend"),
    "poetry": ('"poetry-core>=2.2,<3"', "poetry.core.masonry.api"),
}

INIT = '''"""Greet people."""

TYPE_CHECKING = False

__all__ = ["__version__", "greet"]

if TYPE_CHECKING:
    from {name}.core import greet

    __version__: str
else:

    def __getattr__(name: str) -> object:
        """Load a public name on first use."""
        if name == "__version__":
            from importlib.metadata import version

            return version("acme-tool")
        if name == "greet":
            from {name}.core import greet

            return greet
        raise AttributeError(name)
'''

CORE = '''"""The greeting."""

import re

_END = re.compile("$")


def greet(name: str) -> str:
    """Greet somebody."""
    return _END.sub(f", {name}!", "Hello")
'''


class Sample:
    """A project folder that tests plant faults in and prove."""

    def __init__(self, folder: Path, *, name: str = "acme_tool", root: str = "src") -> None:
        self.folder = folder
        self.name = name
        self.root = root
        self.package = "/".join([*([root] if root else []), *name.split(".")])
        """The package's folder, relative to the project."""

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for path, content in files.items():
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path} has no single {old!r}"
        file.write_text(text.replace(old, new), encoding="utf-8")

    def configure(self, tables: str, backend: str = "uv", project: str = "") -> None:
        """Write pyproject.toml for a backend, with further tables and [project] keys."""
        requires, module = BACKENDS[backend]
        text = f"""\
[build-system]
requires = [{requires}]
build-backend = "{module}"

[project]
name = "acme-tool"
version = "1.2.3"
description = "Greet people."
requires-python = ">=3.11"
license = "MIT"
license-files = ["LICENSE"]
{project}
{tables}
"""
        self.write({"pyproject.toml": text})

    def snapshot(self) -> dict[str, tuple[int, int, str]]:
        """Give mode, modification time and digest of all that is in the folder."""
        found = {}
        for folder, folders, files in os.walk(self.folder):
            for entry in [*folders, *files]:
                path = Path(folder, entry)
                status = path.lstat()
                content = path.read_bytes() if path.is_file() else b""
                found[str(path)] = (
                    status.st_mode,
                    status.st_mtime_ns,
                    hashlib.sha256(content).hexdigest(),
                )
        return found

    def prove(self, *, strict: bool = True) -> Proof:
        """Prove the project in this process; the tree stays as it is."""
        before = self.snapshot()
        proof = prove(self.folder, strict=strict)
        assert self.snapshot() == before
        return proof

    def faults(self) -> str:
        """Prove a project that has faults; give them, a line each."""
        proof = self.prove(strict=False)
        assert proof.unproven is None
        assert proof.status == 1, "no fault was found"
        return _lines(proof.faults)

    def advice(self) -> str:
        """Prove a project that has no fault; give the advice on its style, a line each."""
        proof = self.prove(strict=False)
        assert (proof.status, proof.unproven, proof.faults) == (0, None, [])
        assert proof.advice, "there is no advice"
        proof.strict = True
        assert proof.status == 1
        return _lines(proof.findings)

    def run(
        self,
        *,
        environment: dict[str, str] | None = None,
        python: str = sys.executable,
        file_size: int | None = None,
        options: Sequence[str] = (),
    ) -> subprocess.CompletedProcess[str]:
        """Prove the project as people do, in a process of its own; the tree stays as it is.

        Args:
            environment: What to set besides this process's own environment.
            python: The interpreter.
            file_size: The most bytes that a file may have, as on a disk that is full.
            options: Further arguments.

        """
        limit = None
        if file_size is not None:
            limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (file_size, file_size))
        before = self.snapshot()
        done = subprocess.run(
            [python, str(PROVE), *options, str(self.folder)],
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=limit,
        )
        assert self.snapshot() == before
        assert "Traceback" not in done.stdout + done.stderr
        return done


def _lines(findings: list[Finding]) -> str:
    lines = [str(finding) for finding in findings]
    assert all(len(line) < 240 and "\n" not in line for line in lines)
    return "\n".join(lines)


def _uv_table(name: str, root: str) -> str:
    lines = ["[tool.uv.build-backend]"]
    lines += [f'module-name = "{name}"'] if "." in name else []
    lines += ['module-root = ""'] if not root else []
    return "\n".join(lines)


def good(folder: Path, name: str = "acme_tool", root: str = "src") -> Sample:
    """Write a project without a fault."""
    sample = Sample(folder, name=name, root=root)
    sample.configure(_uv_table(name, root))
    sample.write(
        {
            "LICENSE": "MIT\n",
            "README.md": "# acme-tool\n",
            "docs/conf.py": "raise SystemExit('docs are not code of the package')\n",
            "tests/test_core.py": "def test_nothing(): ...\n",
            f"{sample.package}/__init__.py": INIT.format(name=name),
            f"{sample.package}/core.py": CORE,
            f"{sample.package}/py.typed": "",
            f"{sample.package}/_data/template.txt": "hello\n",
        }
    )
    return sample
