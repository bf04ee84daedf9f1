"""The words of uv, pip and backends are told apart: the project's fault, or the environment's."""

from pathlib import Path

import pytest

from samples import Sample
from treewright import machine
from treewright.proof import building
from treewright.proof.findings import UnprovenError

SECRETS = [
    "AWS_SECRET_ACCESS_KEY",
    "AZURE_STORAGE_CONNECTION_STRING",
    "DJANGO_SECRET_KEY",
    "DOCKER_AUTH_CONFIG",
    "GITHUB_TOKEN",
    "GPG_PASSPHRASE",
    "OPENAI_API_KEY",
    "PGPASSWORD",
    "SENTRY_DSN",
    "TWINE_PASSWORD",
    "UV_PUBLISH_TOKEN",
    "npm_config__authToken",
]
RESOLVE = """\
Building source distribution...
error: Failed to build `/tmp/p`
  cause: Failed to resolve requirements from `build-system.requires`
  cause: No solution found when resolving: `hatchling>=99`
"""
BACKEND = """\
Building source distribution...
Traceback (most recent call last):
  File "<string>", line 14, in <module>
ValueError: no such folder
some more words
error: Failed to build `/tmp/p`
  cause: The build backend returned an error
  cause: Call to `x.build_sdist` failed (exit status: 1)

hint: Build failures usually indicate a problem with the package or the build environment
"""


def by_setuptools(*lines: str) -> str:
    """Give what uv prints where setuptools ends with some lines."""
    told = "\n".join(["Building source distribution...", "running egg_info", *lines])
    return f"{told}\n{BACKEND[BACKEND.index('error: Failed') :]}"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["error: package directory 'nope' does not exist"], "package directory 'nope' does not"),
        (
            [
                "error: Multiple top-level packages discovered in a flat-layout: ['a', 'b'].",
                "",
                "1",
            ],
            "Multiple top-level packages discovered in a flat-layout: ['a', 'b']",
        ),
        (
            [
                "Traceback (most recent call last):",
                "ValueError: invalid pyproject.toml config: `project.license`.",
                "configuration error: `project.license` must be valid",
                "    - {type: string}",
            ],
            "ValueError: invalid pyproject.toml config: `project.license`",
        ),
        (
            ['x/y.c:1:2: error: #error "no"', "error: Command '['gcc']' returned exit status 1."],
            'x/y.c:1:2: error: #error "no"',
        ),
        (["you need libfoo to build this"], "you need libfoo to build this"),
    ],
    ids=["no folder", "flat", "settings", "compiler", "exit"],
)
def test_the_reason_of_setuptools_is_kept(lines: list[str], reason: str) -> None:
    found = building.failure(2, by_setuptools(*lines), sdist_built=False)
    assert found.what.startswith(f"the project does not build: {reason}")


@pytest.mark.parametrize(
    ("output", "line"),
    [
        (RESOLVE + "  cause: Because only hatchling<=1 is available.\n", "Because only hatchling"),
        (BACKEND, "ValueError: no such folder;"),
        (BACKEND.replace("no such folder", "Connection refused"), "ValueError: Connection refused"),
        ("error: Failed to build `/p`\n  cause: Expected a Python module at: src\n", "Expected a"),
        ("ERROR: x\n* Getting\nKeyError: 'a'\nERROR Backend subprocess exited\n", "KeyError: 'a'"),
    ],
)
def test_fault_of_the_project(output: str, line: str) -> None:
    found = str(building.failure(2, output, sdist_built=False))
    assert found.startswith(f"pyproject.toml: the project does not build: {line}")


@pytest.mark.parametrize(
    ("status", "output", "sentence"),
    [
        (2, RESOLVE + "  cause: Failed to fetch: http://x/\n", "could not fetch hatchling>=99: "),
        (2, RESOLVE + "hint: as the network was disabled\n", "could not fetch hatchling>=99: "),
        (2, BACKEND + "OSError: No space left on device\n", "(No space left on device)."),
        (-9, "", "The build was stopped by signal 9."),
        (2, "error: Failed to initialize cache at `/x`\n", "could not start (Failed to"),
        (2, "error: unrecognized subcommand 'build'\n", "0.4.19 or newer is needed"),
        (2, "  x Failed to build\n  I/O operation failed during extraction\n", "update it"),
        (2, "error: Failed to build\n  cause: No interpreter found at x\n", "found no Python"),
        (
            2,
            BACKEND + "error: failed to get `libc` as a dependency of package `x`\n",
            "could not fetch libc: ",
        ),
        (
            2,
            BACKEND + "[6] Could not resolve hostname (Could not resolve host: index.crates.io)",
            "could not fetch index.crates.io: ",
        ),
        (1, "ERROR: NewConnectionError\nNo matching distribution found for a\n", "not fetch a: "),
    ],
)
def test_fault_of_the_environment(status: int, output: str, sentence: str) -> None:
    with pytest.raises(UnprovenError) as raised:
        building.failure(status, output, sdist_built=False)
    assert sentence in str(raised.value)


def test_an_sdist_that_does_not_build_is_named() -> None:
    found = building.failure(2, BACKEND, sdist_built=True)
    assert found.what.startswith("the wheel does not build from the sdist: ValueError")


def test_no_secret_reaches_a_build(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "s3cret")
    monkeypatch.setenv("DATABASE_URL", "postgres://ann:s3cret@localhost/db")
    monkeypatch.setenv("HARMLESS", "harmless")
    look = "import os\nraise SystemExit(str([v for v in os.environ.values() if {!r} in v]))\n"
    sample.write({"setup.py": look.replace("{!r}", "'s3cret'")})
    sample.configure("", "setuptools")
    assert sample.faults().startswith("pyproject.toml: the project does not build: []; ")
    sample.write({"setup.py": look.replace("{!r}", "'harmless'")})
    assert "does not build: ['harmless']; " in sample.faults()


def test_no_secret_reaches_an_import(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*SECRETS, "UV_INDEX_ACME_PASSWORD", "HTTPS_PROXY"]:
        monkeypatch.setenv(name, "http://ann:s3cret@127.0.0.1:9")
    look = "import os\nassert 's3cret' not in str(os.environ)\n"
    sample.write({"src/acme_tool/look.py": look})
    assert sample.prove().status == 0


@pytest.mark.parametrize("name", SECRETS)
def test_what_looks_like_a_secret(name: str) -> None:
    assert machine.without_secrets({name: "x"}, fetches=True) == {}


@pytest.mark.parametrize(
    "name",
    ["PATH", "HOME", "PWD", "LANG", "SSH_AUTH_SOCK", "KEYBOARD", "GIT_CONFIG_KEY_0", "XAUTHORITY"],
)
def test_what_does_not(name: str) -> None:
    assert machine.without_secrets({name: "x"}) == {name: "x"}


@pytest.mark.parametrize("name", ["UV_INDEX_ACME_PASSWORD", "PIP_INDEX_URL", "https_proxy"])
def test_what_opens_the_index_stays_for_the_build_alone(name: str) -> None:
    given = {name: "https://ann:s3cret@localhost"}
    assert machine.without_secrets(given, fetches=True) == given
    assert machine.without_secrets(given) == {}


def test_no_place_of_the_copy_is_told(sample: Sample) -> None:
    sample.configure("", "setuptools")
    sample.write({"setup.py": "import os\nraise ValueError(os.path.abspath('src/x.py'))\n"})
    assert "does not build: ValueError: src/x.py; " in sample.faults()


@pytest.mark.parametrize(
    ("told", "plain"),
    [
        ("/root/.cache/uv/sdists-v11/.tmpzK8FVi/acme_tool-1.2.3/src/x.py", "src/x.py"),
        ("/root/.cache/uv/builds-v0/.tmpqhd0Rs/lib/python3.11/site-packages/a/b.py", "a/b.py"),
        ("/var/build-via-sdist-ab_12/acme_tool-1.2.3.dev0/x.py", "x.py"),
        ("/work/out/.tmp-t9o70y_x/acme-1-py3-none-any.whl", "acme-1-py3-none-any.whl"),
        ("/work/tree/x.py", "x.py"),
        ("/elsewhere/x.py", "/elsewhere/x.py"),
    ],
)
def test_no_place_of_a_builder_is_told(told: str, plain: str) -> None:
    told = f"Traceback\nFileNotFoundError: no '{told}'\n{BACKEND[BACKEND.index('error: F') :]}"
    place = Path("/work")
    found = building.failure(2, building.without_place(told, place), sdist_built=False)
    assert found.what == f"the project does not build: FileNotFoundError: no '{plain}'"
