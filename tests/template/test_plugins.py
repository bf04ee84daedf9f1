"""Hosts and plugins, generated apart and installed together, find each other."""

import json
import os
import shutil
import struct
import subprocess
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, distributions
from pathlib import Path

import pytest
import yaml

import environments
import pythons
import rendering
from answers import Promise, identify
from environments import Environment
from tiers import full, spread
from treewright import proof

Render = Callable[..., Path]

BACKENDS = ("uv", "hatchling", "setuptools", "flit", "pdm", "poetry")


@pytest.mark.parametrize(
    ("backend", "group", "name"),
    [
        ("uv", "0._.a", "-1.b_C."),
        *(full(backend, "0._.a", "-1.b_C.") for backend in BACKENDS if backend != "uv"),
        full("uv", "acme_tool.plugins", "csv"),
        ("uv", "pytest11", ".."),
    ],
)
def test_entry_point_is_that_of_the_answers(
    render: Render, tmp_path: Path, backend: str, group: str, name: str
) -> None:
    project = render(starter="plugin", build_backend=backend, plugin_group=group, plugin_name=name)
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text("utf-8"))
    assert (answers["plugin_group"], answers["plugin_name"]) == (group, name)
    declared = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    assert declared["entry-points"] == {group: {name: "acme_tool.plugin"}}
    proven = proof.prove(project, keep=tmp_path / "dist")
    assert (proven.unproven, proven.findings) == (None, [])
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    (found,) = distributions(path=[str(wheel)])
    assert [*found.entry_points] == [EntryPoint(name, "acme_tool.plugin", group)]


def test_a_plugin_takes_no_plugins(render: Render) -> None:
    """The answer may come from settings that serve all packages."""
    project = render(starter="plugin", plugins="both")
    assert not [*project.rglob("*plugins.py")]
    assert "plugins" not in yaml.safe_load((project / ".copier-answers.yml").read_text("utf-8"))


REGULAR = {"package": "regular"}
NAMESPACE = {"package": "namespace", "namespace": "acme"}
NESTED = {"package": "namespace", "namespace": "acme.data.io"}
PROGRAMS = [
    {"starter": "pipeline", "plugins": "both"} | REGULAR,
    {"starter": "pipeline", "plugins": "both"} | NAMESPACE,
    {"starter": "command", "plugins": "both", "layout": "flat"} | REGULAR,
]
HOSTS = [
    *PROGRAMS,
    {"starter": "library", "plugins": "entry-points", "layout": "flat"} | NAMESPACE,
    {"starter": "library", "plugins": "both"} | NESTED,
]
TEXTS = ("Für Ada!", "Grace")

# Modules of a second distribution of plugins, and what is wrong with each.
BAD = {
    "leaves": ("raise SystemExit(3)\n", "SystemExit: 3"),
    "lacks": ("import no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module'"),
    "syntax": ("def run(\n", "SyntaxError: "),
}
TURN = '''\
"""Reverse a text."""


def run(value: object) -> object:
    return str(value)[::-1]
'''
SAY = """\
import json
from {0} import find_plugins, load_plugins
found = find_plugins()
loaded = load_plugins(found)
print(json.dumps({{
    "found": [[plugin.name, plugin.source] for plugin in found],
    "run": {{name: plugin.run("Für Ada!") for name, plugin in loaded.plugins.items()}},
    "failures": [str(failure) for failure in loaded.failures],
}}))
"""


@dataclass(frozen=True)
class Home:
    """An environment with a host, a plugin, and a second distribution whose plugins are bad."""

    environment: Environment
    answers: Mapping[str, str]
    work: Path

    @property
    def package(self) -> str:
        return Promise(self.answers).import_path

    def run(self, *arguments: str | Path) -> tuple[int, str, str]:
        """Run the host's command, and give its status, output and messages."""
        done = self.environment.run("acme-tool", *arguments, cwd=self.work)
        return done.returncode, done.stdout, done.stderr

    def use(
        self, plugin: str, *options: str | Path, texts: Iterable[str] = TEXTS
    ) -> tuple[int, list[str], str]:
        """Have the host give texts to a plugin; give its status, the results, and messages."""
        if self.answers["starter"] == "command":
            status, output, messages = self.run("apply", *options, plugin, *texts)
            return status, [line.partition("  ")[0] for line in output.splitlines()], messages
        rows = "".join(f"{text}\n" for text in ("text", *texts))
        (self.work / "in.csv").write_text(rows, encoding="utf-8")
        chosen = ("--transform", f"{plugin}:text")
        status, _, messages = self.run("run", "in.csv", "out.json", *chosen, *options)
        written = self.work / "out.json"
        made = json.loads(written.read_text(encoding="utf-8")) if written.exists() else []
        return status, [row["text"] for row in made], messages

    def source(self, distribution: str, module: str = "plugin") -> str:
        """Say where an installed plugin is from, as the host does."""
        return f"acme-tool-{distribution} 0.1.0 ({self.package}_{distribution}.{module})"

    @property
    def failures(self) -> list[str]:
        """How the message on each bad plugin begins."""
        taken = f"{self.source('csv')} has this name already"
        reasons = {"plugin": ("csv", taken), "absent": ("absent", "ModuleNotFoundError: ")}
        reasons |= {module: (module, reason) for module, (_, reason) in BAD.items()}
        return sorted(
            f"plugin '{name}' from {self.source('odd', module)}: {reason}"
            for module, (name, reason) in reasons.items()
        )


def made(template: Path, folder: Path, answers: Mapping[str, str]) -> Environment:
    """Generate a host and two distributions of plugins, and install their wheels together."""

    def project(name: str, **more: str) -> Path:
        given = {**answers, **more, "project_name": name}
        return rendering.render(template, folder / name, given)

    host = project("acme-tool")
    good = project("acme-tool-csv", starter="plugin")
    odd = project("acme-tool-odd", starter="plugin", plugin_name="csv")
    package = Promise(answers).import_path
    (modules,) = {path.parent for path in odd.rglob("plugin.py")}
    (modules / "plugin.py").write_text('def run(value: object) -> str:\n    return "never"\n')
    points = {"absent": f"{package}_odd.absent"}
    for name, (code, _) in BAD.items():
        (modules / f"{name}.py").write_text(code)
        points[name] = f"{package}_odd.{name}"
    toml = (odd / "pyproject.toml").read_text("utf-8")
    declared = f'csv = "{package}_odd.plugin"\n'
    assert toml.count(declared) == 1
    added = "".join(f'{name} = "{module}"\n' for name, module in points.items())
    (odd / "pyproject.toml").write_text(toml.replace(declared, declared + added), "utf-8")
    return environments.make(folder / "environment", host, good, odd)


@pytest.fixture(scope="module")
def environment_of(
    template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Mapping[str, str]], Environment]:
    """Give the environment for a host's answers, made once."""
    environments_made: dict[str, Environment] = {}

    def _environment(answers: Mapping[str, str]) -> Environment:
        key = identify(answers)
        if key not in environments_made:
            folder = tmp_path_factory.mktemp("host")
            environments_made[key] = made(template, folder, answers)
        return environments_made[key]

    return _environment


@pytest.fixture
def home(
    environment_of: Callable[[Mapping[str, str]], Environment],
    answers: dict[str, str],
    tmp_path: Path,
) -> Home:
    """Give the environment for a host's answers, with a folder to work in."""
    work = tmp_path / "work"
    work.mkdir()
    return Home(environment_of(answers), answers, work)


hosts = pytest.mark.parametrize("answers", spread(HOSTS, [HOSTS[0], PROGRAMS[0]]), ids=identify)
programs = pytest.mark.parametrize("answers", spread(PROGRAMS, PROGRAMS[:1]), ids=identify)


def begin(messages: list[str], beginnings: list[str]) -> bool:
    """Whether messages and their beginnings are as many, and each message has its own."""
    pairs = zip(sorted(messages), beginnings, strict=True)
    return all(message.startswith(beginning) for message, beginning in pairs)


@hosts
def test_found_and_run_from_python(home: Home) -> None:
    done = home.environment.run("python", "-c", SAY.format(home.package))
    assert done.stderr == ""
    said = json.loads(done.stdout)
    assert ["csv", home.source("csv")] in said["found"]
    assert said["run"]["csv"] == "fur-ada"
    assert "never" not in said["run"].values()
    assert begin(said["failures"], home.failures), said["failures"]


@hosts
def test_the_namespace_is_shared(home: Home) -> None:
    code = f"import {home.package}, {home.package}_csv.plugin as p; print(p.run('A'))"
    assert home.environment.run("python", "-c", code).stdout == "a\n"
    *parents, _ = home.package.split(".")
    for depth in range(1, len(parents) + 1):
        folder = home.environment.site.joinpath(*parents[:depth])
        assert folder.is_dir()
        assert not (folder / "__init__.py").exists()


@programs
def test_the_command_lists_what_is_installed(home: Home) -> None:
    status, output, messages = home.run("plugins")
    assert (status, messages) == (1, "")
    listed = [line.split(maxsplit=1) for line in output.splitlines()]
    failed = [words for first, words in listed if first == "failed:"]
    assert [line for line in listed if line[0] != "failed:"] == [["csv", home.source("csv")]]
    assert begin(failed, home.failures), failed


@programs
def test_the_command_runs_what_is_installed(home: Home) -> None:
    status, results, messages = home.use("csv")
    assert (status, results) == (0, ["fur-ada", "grace"])
    assert "odd" not in messages


@programs
def test_the_text_that_a_plugin_cannot_take_is_named(home: Home) -> None:
    status, _, messages = home.use("csv", texts=["!"])
    assert status == 1
    assert "nothing to make a slug of: '!'" in messages


@pytest.fixture
def drops(home: Home) -> Path:
    """Make a folder of plugins in files: a good one, and one whose name is taken."""
    folder = home.work / "parent" / "drops"
    folder.mkdir(parents=True)
    folder.parent.chmod(0o700)
    folder.chmod(0o700)
    for name in ("turn", "csv"):
        (folder / f"{name}.py").write_text(TURN)
        (folder / f"{name}.py").chmod(0o600)
    return folder


@programs
def test_a_dropped_file_works(home: Home, drops: Path) -> None:
    status, output, _ = home.run("plugins", "--plugins", drops)
    assert status == 1
    assert f"turn        {drops / 'turn.py'}\n" in output
    assert home.use("turn", "--plugins", drops)[:2] == (0, ["!adA rüF", "ecarG"])


@programs
def test_a_dropped_file_takes_no_name(home: Home, drops: Path) -> None:
    taken = f"plugin 'csv' from {drops / 'csv.py'}: {home.source('csv')} has this name already\n"
    assert f"failed: {taken}" in home.run("plugins", "--plugins", drops)[1]
    status, results, messages = home.use("csv", "--plugins", drops)
    assert (status, results) == (0, ["fur-ada", "grace"])
    assert taken not in messages


@programs
def test_no_bytecode_is_left_beside_a_dropped_file(home: Home, drops: Path) -> None:
    installed = home.environment.site.joinpath(*home.package.split("."), "__pycache__")
    shutil.rmtree(installed, ignore_errors=True)
    assert home.use("turn", "--plugins", drops)[0] == 0
    assert [*installed.glob("plugins.*.pyc")], "Python writes bytecode here"
    assert sorted(path.name for path in drops.parent.rglob("*")) == ["csv.py", "drops", "turn.py"]


def for_all(path: Path) -> None:
    path.chmod(path.stat().st_mode | 0o002)


def given_away(path: Path) -> None:
    os.chown(path, 4321, -1)


def shared_by_acl(path: Path) -> None:
    """Let a user write, by a POSIX ACL as the kernel of Linux has it (acl(5))."""
    may, nobody = path.stat().st_mode >> 6 & 7, 0xFFFFFFFF
    owner, user, group, mask, other = 1, 2, 4, 16, 32
    entries = [(owner, may, nobody), (user, 7, 4321), (group, 0, nobody), (mask, 7, nobody)]
    packed = b"".join(struct.pack("<HHI", *entry) for entry in [*entries, (other, 0, nobody)])
    try:
        os.setxattr(path, "system.posix_acl_access", struct.pack("<I", 2) + packed)
    except (AttributeError, OSError):
        pytest.skip("there are no POSIX ACLs here")


is_root = hasattr(os, "geteuid") and os.geteuid() == 0
posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
unsafe = pytest.mark.parametrize(
    ("expose", "reason"),
    [
        pytest.param(for_all, "can be written by others", id="writable"),
        pytest.param(shared_by_acl, "can be written by others", id="acl"),
        pytest.param(
            given_away,
            "belongs to another user (uid 4321)",
            marks=pytest.mark.skipif(not is_root, reason="only root gives files away"),
            id="foreign",
        ),
    ],
)


# Of a distribution with plugins, what is not as it should be. The last two can be read before 3.15.
BROKEN: dict[str, tuple[str, bytes | None]] = {
    "absent": ("METADATA", None),
    "empty": ("METADATA", b""),
    "nameless": ("METADATA", b"Version: 1\n"),
    "versionless": ("METADATA", b"Name: versionless\n"),
    "encoded": ("METADATA", b"Name: encoded\nVersion: 1\nAuthor: \xff\n"),
    "unfinished": ("entry_points.txt", b"[acme_tool.plugins]\nunfinished\n"),
    "binary": ("entry_points.txt", b"[acme_tool.plugins]\nbinary = \xff\n"),
    "valueless": ("entry_points.txt", b"[acme_tool.plugins]\nvalueless = !\n"),
    "elsewhere": ("entry_points.txt", b"[other]\nelsewhere = !\n"),
}


@pytest.mark.parametrize("version", spread(pythons.at_hand(), [*pythons.at_hand()][-1:]))
def test_broken_metadata_costs_no_other(render: Render, tmp_path: Path, version: str) -> None:
    source = render(starter="command", plugins="entry-points", project_name="acme-tool") / "src"
    (tmp_path / "turn.py").write_text(TURN)
    for name, (file, data) in (BROKEN | {"turn": ("RECORD", None)}).items():
        info = tmp_path / f"{name}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Name: {name}\nVersion: 1\n")
        (info / "entry_points.txt").write_text(f"[acme_tool.plugins]\n{name} = turn\n")
        (info / file).unlink(missing_ok=True)
        if data is not None:
            (info / file).write_bytes(data)
    done = subprocess.run(
        [pythons.at_hand()[version], "-m", "acme_tool", "plugins"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(source), str(tmp_path)])},
        capture_output=True,
        text=True,
        check=False,
    )
    listed = [line for line in done.stdout.splitlines() if "valueless" not in line]
    assert listed[0] == "turn        turn 1 (turn)"
    last = [] if version >= "3.15" else ["elsewhere", "valueless"]
    for name in BROKEN:
        failure = f"failed: plugin '{tmp_path / name}-1.dist-info' from broken metadata: "
        assert (failure in done.stdout) is (name not in last), name
    assert (done.returncode, done.stderr) == (1, "")


@posix
@programs
@unsafe
@pytest.mark.parametrize("part", ["drops", "."])
def test_an_unsafe_folder_is_refused(
    home: Home, drops: Path, part: str, expose: Callable[[Path], None], reason: str
) -> None:
    exposed = drops.parent / part
    expose(exposed)
    refused = f"plugin folder {drops} is refused: {exposed} {reason}"
    for status, came, messages in (
        home.run("plugins", "--plugins", drops),
        home.use("turn", "--plugins", drops),
    ):
        assert (status, bool(came)) == (2, False)
        assert refused in messages


@posix
@programs
def test_a_sticky_folder_is_safe_only_above(home: Home, drops: Path) -> None:
    """Like `/tmp`: nobody can replace what others have there, but everybody can add to it."""
    drops.parent.chmod(0o1777)
    assert home.use("turn", "--plugins", drops)[:2] == (0, ["!adA rüF", "ecarG"])
    drops.chmod(0o1777)
    status, _, messages = home.use("turn", "--plugins", drops)
    assert status == 2
    assert f"is refused: {drops} can be written by others" in messages


@posix
@programs
@unsafe
def test_an_unsafe_file_is_refused(
    home: Home, drops: Path, expose: Callable[[Path], None], reason: str
) -> None:
    (drops / "good.py").write_text(TURN)
    exposed = drops / "turn.py"
    expose(exposed)
    refused = f"plugin 'turn' from {exposed}: {exposed} {reason}"
    status, output, _ = home.run("plugins", "--plugins", drops)
    assert status == 1
    assert f"failed: {refused}" in output
    assert f"good        {drops / 'good.py'}\n" in output
    status, results, messages = home.use("turn", "--plugins", drops)
    assert (status, results) == (2, [])
    assert refused in messages
