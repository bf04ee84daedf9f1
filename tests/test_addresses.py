"""The template's address: what of it is stored, and what an update finds by that."""

import base64
import os
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jinja2
import pytest
import yaml
from jinja2_ansible_filters import AnsibleCoreFiltersExtension

import rendering
from answers import SMALL
from keeping import ANSWERS, copy, write
from rendering import ROOT
from repositories import commit, git, snapshot
from test_copier import run
from tiers import full

SECRET = "s3cret"  # noqa: S105
# Gives what git asks for, as the helpers of people do.
HELPER = f"!f() {{ echo username=ann; echo password={SECRET}; }}; f"


@pytest.fixture(scope="module")
def macros() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT),
        extensions=[AnsibleCoreFiltersExtension],
        trim_blocks=True,
        lstrip_blocks=True,
    )


def stored(macros: jinja2.Environment, address: str) -> str:
    """Give an address as the answers file has it."""
    (file,) = (ROOT / "template").glob("*answers_file*")
    rendered = macros.from_string(file.read_text("utf-8")).render(
        _copier_answers={"_src_path": address},
        project={"finished": False, "of_package": False},
    )
    answers: dict[str, str] = yaml.safe_load(rendered)
    return answers["_src_path"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("gh:acme/treewright", "https://github.com/acme/treewright"),
        ("gl:acme/treewright.git", "https://gitlab.com/acme/treewright.git"),
        ("git+https://github.com/acme/x", "https://github.com/acme/x"),
        ("git+https://git.example.org/x.git", "https://git.example.org/x.git"),
        ("https://git.example.org/x.git", "https://git.example.org/x.git"),
        ("git@git.example.org:x/y.git", "git@git.example.org:x/y.git"),
        ("/absolute/path", "/absolute/path"),
        ("/absolute/a:b", "/absolute/a:b"),
    ],
)
def test_renovate_can_read_it(macros: jinja2.Environment, typed: str, found: str) -> None:
    assert stored(macros, typed) == found


@pytest.mark.parametrize(
    ("address", "is_remote"),
    [
        ("https://git.example.org/x.git", True),
        ("gh:acme/x", True),
        ("git@git.example.org:x/y.git", True),
        ("ssh://git@git.example.org:22/x", True),
        ("git+https://git.example.org/x", True),
        ("/absolute/a:b", False),
        ("/absolute/a@b:c", False),
        ("C:\\tools\\treewright", False),
        ("C:/tools/treewright", False),
        ("file:///tools/treewright", False),
        ("git+file:///tools/treewright", False),
    ],
)
def test_others_know_an_address_and_no_path(
    macros: jinja2.Environment, address: str, *, is_remote: bool
) -> None:
    text = "{% from 'includes/address.jinja' import remote %}{{ remote(address) }}"
    assert bool(macros.from_string(text).render(address=address)) == is_remote


def test_copier_can_read_it(macros: jinja2.Environment) -> None:
    """Without `git+`, it takes an address with another end for a folder."""
    assert stored(macros, "git+https://git.example.org/x") == "git+https://git.example.org/x"


def test_a_path_leads_to_the_same_place_from_anywhere(
    macros: jinja2.Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert stored(macros, "../x") == os.path.realpath(tmp_path.parent / "x")
    assert stored(macros, "./a:b") == os.path.realpath(tmp_path / "a:b")
    assert stored(macros, "~/x") == os.path.realpath(tmp_path / "home" / "x")


@pytest.mark.parametrize("scheme", ["https", "http", "git+https", "HTTPS", "ftps"])
@pytest.mark.parametrize(
    "secret", ["ann:s3cret", "TOKEN", "ann:", ":s3cret", "ann:p@ss:w", "a%40b:c"]
)
@pytest.mark.parametrize("rest", ["h.org/x.git", "h.org:8443/a@b/x.git", "[::1]:80/x.git"])
def test_nothing_before_the_host_is_stored(
    macros: jinja2.Environment, scheme: str, secret: str, rest: str
) -> None:
    clean = stored(macros, f"{scheme}://{rest}")
    assert stored(macros, f"{scheme}://{secret}@{rest}") == clean
    assert rest in clean


@pytest.mark.parametrize(
    "address",
    [
        "git@h.org:a/x.git",
        "ssh://git@h.org/x.git",
        "ssh://git@h.org:22/a@b:c@d/x.git",
        "git+ssh://git@h.org/x",
        "ssh://h.org:22/x.git",
        "https://h.org/@ann:b@c/x.git",
        "https://h.org/x.git?user=a@b",
        "file:///a@b/x.git",
        "git://h.org/x.git",
    ],
)
def test_what_is_no_secret_stays(macros: jinja2.Environment, address: str) -> None:
    assert stored(macros, address) == address


def test_a_password_of_ssh_is_not_stored(macros: jinja2.Environment) -> None:
    assert stored(macros, "ssh://git:s3cret@h.org:22/x.git") == "ssh://git@h.org:22/x.git"


# --- A server that asks for a password -------------------------------------------------


class Asking(SimpleHTTPRequestHandler):
    """Serves files to those who know the password."""

    def do_GET(self) -> None:
        login = base64.b64encode(f"ann:{SECRET}".encode()).decode()
        if self.headers["Authorization"] == f"Basic {login}":
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def host(checkout: Path, tmp_path: Path) -> Iterator[str]:
    """Serve the template, and give where."""
    served = tmp_path / "served"
    git("clone", "--quiet", "--bare", checkout, served / "treewright.git", cwd=tmp_path)
    git("update-server-info", cwd=served / "treewright.git")
    handler = partial(Asking, directory=str(served))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}/treewright.git"
        server.shutdown()


def copier(folder: Path, *arguments: str | Path, **env: str) -> str:
    """Run Copier where nothing knows an address that was used before."""
    env |= {"COPIER_CACHE_DIR": str(folder / "copier-cache"), rendering.COMPILED: ""}
    python = (sys.executable, "-c", rendering.QUICK)
    command, *more = arguments
    return run(*python, command, "--trust", "--defaults", *more, cwd=None, **env)


def check(project: Path, host: str, printed: str) -> None:
    """Assert that only the address is left of what was typed, and that this is said."""
    assert yaml.safe_load((project / ANSWERS).read_bytes())["_src_path"] == f"http://{host}"
    texts = [printed.encode(), *snapshot(project).values()]
    assert not [text for text in texts if SECRET.encode() in text]
    assert "git's credential\nhelper keep it: `git help credentials`" in printed


def test_a_password_stays_out_of_the_project(host: str, tmp_path: Path) -> None:
    """Nor is it in what is printed, such as the command to run later."""
    project = tmp_path / "acme-tool"
    small = [f"--data={name}={value}" for name, value in SMALL.items()]
    cold = {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "cold")}
    address = f"http://ann:{SECRET}@{host}"
    shape = (*small, "--data=build_backend=hatchling")
    printed = copier(tmp_path, "copy", *shape, address, project, **cold)
    check(project, host, printed)
    assert f"\n  git clone http://{host} treewright\n" in printed


@pytest.mark.parametrize("by", ["the answers file", full("a helper")])
def test_an_update_finds_the_template(host: str, checkout: Path, tmp_path: Path, by: str) -> None:
    """By the password in an old answers file, which then is clean; or by git's helper."""
    project, env = tmp_path / "acme-tool", {}
    copy(checkout, project, "v9.0.0", SMALL)
    secret = f"ann:{SECRET}@"
    if by == "a helper":
        secret = ""
        env = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "credential.helper"}
        env |= {"GIT_CONFIG_VALUE_0": HELPER}
    text = (project / ANSWERS).read_text("utf-8")
    write(project, ANSWERS, text.replace(str(checkout), f"http://{secret}{host}"))
    commit(project)
    printed = copier(tmp_path, "update", "--vcs-ref=:current:", project, **env)
    if secret:
        check(project, host, printed)
        assert "\nIt is in this repository's history: " in printed
    else:
        assert "credential" not in printed
