"""Fixtures: an isolated environment, the fast render, and a real, tagged clone."""

import gc
import json
import os
import subprocess
import sys
import sysconfig
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import copier
import pytest
from filelock import FileLock, Timeout
from plumbum import local
from xdist.workermanage import WorkerController

import keeping
import kinds
import prek_mirrors
import published
import pythons
import rendering
import renovate
import tiers
from answers import COVERING, VARIANTS
from environments import Environment, uv
from published import PIN
from treewright import distribution

Render = Callable[..., Path]


GITCONFIG = """\
[user]
  name = Tests
  email = tests@example.org
# No test outlives a crash of the machine, nor has a repository that grows.
[core]
  fsync = none
[gc]
  auto = 0
[maintenance]
  auto = false
"""


PROJECT = {"project_name": "acme-tool", "github_user": "acme"}
FORGES_AND_BOTS = [
    ("github", "renovate"),
    ("github", "dependabot"),
    ("gitlab", "renovate"),
    ("none", "renovate"),
]
OfPackage: TypeAlias = Mapping[tuple[str, str, str], Path]  # the pin, the forge, the bot

OfKinds: TypeAlias = tuple[Mapping[str, Any], Path]  # the answers, and the project

Left: TypeAlias = Iterable[tuple[str, str]]  # the module and the test function of each row
LEFT: pytest.StashKey[Left] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("treewright")
    group.addoption(
        "--every-python",
        action="store_true",
        help="run generated packages on every Python at hand, not on the oldest or newest",
    )
    group.addoption(
        "--full",
        action="store_true",
        help="run the rows that the default run leaves out, and only those",
    )
    group.addoption(
        "--exhaustive",
        action="store_true",
        help="run what neither the default run nor --full has, and only that: packages of all"
        " combinations of answers, on every Python at hand; a million rows; real packages",
    )
    group.addoption(
        "--shard",
        type=tiers.shard,
        metavar="K/N",
        help="of the tests that would run, run the K-th of N parts",
    )
    group.addoption(
        "--renovate",
        metavar="FOLDER",
        help="run the tests of Renovate, too; npm installs it in this folder if it is not there",
    )
    group.addoption(
        "--fleet",
        type=int,
        metavar="N",
        help="with --full: run the campaign over N repositories, not 20, and print what it costs",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "full: a row that the default run leaves to --full")
    config.addinivalue_line("markers", "exhaustive: a row of --exhaustive")
    tiers.asked(config)


def pytest_report_header() -> str:
    return "generated packages run on Python " + ", ".join(pythons.at_hand())


@pytest.hookimpl(trylast=True)  # after -k
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what is of the tier of this run, and of its shard."""
    tier, shard = tiers.asked(config), config.getoption("--shard") or (1, 1)
    chosen = tiers.part([item for item in items if tiers.tier_of(item) == tier], *shard)
    left: Left = [
        (item.path.stem, getattr(item, "originalname", item.name))
        for item in items
        if (tier, tiers.tier_of(item)) == (tiers.DEFAULT, tiers.FULL)
    ]
    config.stash[LEFT] = left
    kept = {id(item) for item in chosen}
    config.hook.pytest_deselected(items=[item for item in items if id(item) not in kept])
    items[:] = chosen


@pytest.hookimpl(trylast=True)
def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    return list(tiers.left_over(config.stash[LEFT]))


# Workers of pytest-xdist collect, and the process that prints does not: a file tells it.


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    folder = TemporaryDirectory()
    node.config.add_cleanup(folder.cleanup)
    node.workerinput["left"] = str(Path(folder.name) / "left.json")


@pytest.hookimpl(tryfirst=True)  # before it is told that this worker has collected
def pytest_collection_finish(session: pytest.Session) -> None:
    gc.freeze()  # all that was imported and collected stays, and is not looked through again
    worker = getattr(session.config, "workerinput", None)
    if worker:
        Path(worker["left"]).write_text(json.dumps(session.config.stash[LEFT]), "utf-8")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: WorkerController) -> None:
    terminal = node.config.pluginmanager.get_plugin("terminalreporter")
    if terminal and node.workerinput["workerid"] == "gw0":
        terminal.ensure_newline()
        for line in tiers.left_over(json.loads(Path(node.workerinput["left"]).read_text("utf-8"))):
            terminal.write_line(line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which packages, and which commands of their CI, could not run here."""
    built = [dict(report.user_properties) for report in terminalreporter.getreports("passed")]
    lacking = Counter(made["floor"] for made in built if made.get("interpreters") == 0)
    for floor, built_only in sorted(lacking.items()):
        terminalreporter.write_line(
            f"{built_only} packages for Python {floor} and newer were built and compared, but"
            " could not run: see TREEWRIGHT_PYTHONS in the README"
        )
    for made in built:
        for step in made.get("elsewhere", ()):
            terminalreporter.write_line(f"not run here: {step}")


def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a temporary folder that all workers of pytest-xdist share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session", autouse=True)
def _isolation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the developer's own settings out, and caches in the tests' own folders."""
    folder = tmp_path_factory.mktemp("home")
    settings = folder / "settings.yml"
    settings.write_text("{}\n")
    gitconfig = folder / "gitconfig"
    gitconfig.write_text(GITCONFIG)
    shared = shared_folder(tmp_path_factory)
    (shared / "compiled").mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPIER_SETTINGS_PATH", str(settings))
        patch.setenv("COPIER_CACHE_DIR", str(shared / "copier-cache"))
        patch.setenv("GIT_CONFIG_GLOBAL", str(gitconfig))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("UV_CACHE_DIR", str(shared / "uv-cache"))
        patch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        if os.name != "nt":
            patch.setenv("PATH", pythons.path_to_them(folder / "pythons"))
        patch.setenv(rendering.COMPILED, str(shared / "compiled"))
        patch.delenv("VIRTUAL_ENV", raising=False)
        patch.delenv("UV", raising=False)  # of `uv run pytest`
        with local.env():  # what Copier starts in this process, which has a copy of its own
            local.env.pop("VIRTUAL_ENV", "")
            local.env.update(os.environ)
            yield


@pytest.fixture(scope="session")
def programs(request: pytest.FixtureRequest) -> Path:
    """The folder of Node's and Renovate's commands, from npm."""
    given = request.config.getoption("--renovate")
    if not given:
        pytest.skip(
            "needs Renovate from npm, almost a gigabyte: --renovate FOLDER installs it there"
        )
    return renovate.install(given)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the template without git, for fast renders."""
    return rendering.copy_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def render(template: Path, tmp_path: Path) -> Render:
    """Render answers, given as keywords or as a mapping, into a new folder."""
    numbers = count()

    def _render(answers: Mapping[str, str] | None = None, /, **more: str) -> Path:
        destination = tmp_path / str(next(numbers)) / "acme-tool"
        return rendering.render(template, destination, {**(answers or {}), **more})

    return _render


@pytest.fixture(scope="session")
def covering(template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A project of each of the covering answers, in their order. Read them, do not write."""
    return render_once(template, shared_folder(tmp_path_factory) / "covering", COVERING)


@pytest.fixture(scope="session")
def variants(template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A project of each variant of the starters, in their order. Read them, do not write."""
    return render_once(template, shared_folder(tmp_path_factory) / "variants", VARIANTS)


def render_once(template: Path, folder: Path, chosen: list[dict[str, str]]) -> list[Path]:
    """Render a project of each of the answers; workers that need them divide them among them."""
    projects = [folder / f"{number:02}" / "acme-tool" for number in range(len(chosen))]
    folder.mkdir(exist_ok=True)
    left = list(zip(projects, chosen, strict=True))
    for patience in (0, -1):  # first what nobody renders, and then wait for the rest
        for project, answers in list(left):
            with suppress(Timeout), FileLock(project.parent.with_suffix(".lock"), patience):
                if not project.exists():
                    rendering.render(template, project, answers)
                left.remove((project, answers))
    return projects


@pytest.fixture(scope="session")
def mirrors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables by which hooks come from this machine, and are installed once a test run."""
    folder = shared_folder(tmp_path_factory) / "hooks"
    kept = folder / "variables.json"
    with FileLock(folder.with_suffix(".lock")):
        if not kept.exists():
            kept.write_text(json.dumps(prek_mirrors.make(folder)))
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    bytecode = {"PYTHONDONTWRITEBYTECODE": ""}  # written, or each start of a tool compiles it
    return {**os.environ, **json.loads(kept.read_text()), **bytecode, "PATH": tools}


@pytest.fixture(scope="session")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template with a tag for every release, and one for what is here. Do not write."""
    folder = shared_folder(tmp_path_factory) / "releases"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            folder.mkdir()
            keeping.clone_releases(folder)
    return folder / "treewright"


@pytest.fixture(scope="session")
def wheel(tagged: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the distribution, with every release in it and what is here as the newest."""
    folder = shared_folder(tmp_path_factory) / "wheel"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            build = [sys.executable, "-m", "uv", "build", "--quiet", "--wheel"]
            subprocess.run([*build, f"--out-dir={folder}", str(tagged)], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def index(tagged: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three releases of the package, as PyPI will have them."""
    folder = shared_folder(tmp_path_factory) / "published"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            folder.mkdir()
            published.publish(
                tagged, folder / "treewright", folder / "index", published.NEXT, published.LATER
            )
    return folder / "index"


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the wheel in it, and with what it needs from that of the tests."""
    folder = shared_folder(tmp_path_factory) / "installed"
    environment = Environment(folder)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            uv("venv", "--python", sys.executable, folder)
            uv("pip", "install", "--python", folder, "--no-index", "--no-deps", wheel)
            (environment.site / "needed.pth").write_text(sysconfig.get_path("purelib"))
    return environment


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template as a git repository of one tagged commit, uncommitted work included."""
    return commit_release(rendering.copy_template(tmp_path_factory.mktemp("checkout")))


def commit_release(folder: Path) -> Path:
    """Make a copy of the template a git repository of one tagged commit."""
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        ["commit", "--quiet", "--message=release: v9.0.0"],
        ["tag", "--annotate", "--message=v9.0.0", "v9.0.0"],
        ["repack", "-a", "-d", "--quiet"],  # each update clones it more than once
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="session")
def of_package(tmp_path_factory: pytest.TempPathFactory) -> OfPackage:
    """Projects that the package made, by its pin, their forge and their bot. Do not write.

    The pin is empty until PyPI has the package.
    """
    folder = shared_folder(tmp_path_factory) / "of-package"
    places = {
        (pin, forge, bot): folder / f"{pin or 'unpublished'}-{forge}-{bot}"
        for pin in ("", PIN)
        for forge, bot in FORGES_AND_BOTS
    }
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            folder.mkdir()
            for pin in ("", PIN):
                template = pinned(tmp_path_factory.mktemp("template"), pin)
                with at_address(template, distribution.ADDRESS), rendering.remembering():
                    for forge, bot in FORGES_AND_BOTS:
                        copier.run_copy(
                            distribution.ADDRESS,
                            places[pin, forge, bot],
                            data=PROJECT | {"forge": forge, "update_bot": bot},
                            defaults=True,
                            quiet=True,
                            skip_tasks=True,
                        )
    return places


@pytest.fixture(scope="session")
def few_kinds(template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[OfKinds]:
    """Projects whose owners keep a few kinds of tools, with their answers. Do not write."""
    return of_kinds("few-kinds", kinds.FEW, template, tmp_path_factory)


@pytest.fixture(scope="session")
def many_kinds(template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[OfKinds]:
    """The same of every kind, and of every two of them."""
    return of_kinds("many-kinds", kinds.MANY, template, tmp_path_factory)


def of_kinds(
    name: str,
    chosen: Iterable[Mapping[str, Any]],
    template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> list[OfKinds]:
    """Make projects of answers, by turns of the package and of a checkout."""
    folder = shared_folder(tmp_path_factory) / name
    made = [(answers, folder / f"{number:02}/acme-tool") for number, answers in enumerate(chosen)]
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            folder.mkdir()
            package = pinned(tmp_path_factory.mktemp("template"), PIN)
            with at_address(package, distribution.ADDRESS):
                for answers, project in made[::2]:
                    rendering.render(distribution.ADDRESS, project, answers)
            for answers, project in made[1::2]:
                rendering.render(template, project, answers)
    return made


def pinned(folder: Path, pin: str) -> Path:
    """Give a release of the template, in whose files the package has this version on PyPI."""
    rendering.copy_template(folder)
    place = folder / "src/treewright/distribution.json"
    said = json.loads(place.read_text("utf-8")) | {"pin": pin}
    place.write_text(json.dumps(said), "utf-8")
    return commit_release(folder)


@contextmanager
def at_address(template: Path, address: str) -> Iterator[None]:
    """Have git find a template at an address of the web."""
    clones = Path(f"{template}-clones")  # not those of other templates at this address
    clones.mkdir(exist_ok=True)
    found = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{template.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": address,
        "COPIER_CACHE_DIR": str(clones),
        rendering.COMPILED: str(clones),
    }
    with pytest.MonkeyPatch.context() as patch, local.env(**found):
        for name, value in found.items():
            patch.setenv(name, value)
        yield


ADDRESS = "https://git.example.org/tools/treewright.git"


@pytest.fixture(scope="session")
def mirror(checkout: Path) -> dict[str, str]:
    """The variables by which git finds the template at two addresses of the web."""
    found = {"GIT_CONFIG_COUNT": "2"}
    for number, address in enumerate([ADDRESS, "https://github.com/tools/treewright"]):
        found[f"GIT_CONFIG_KEY_{number}"] = f"url.{checkout.as_uri()}.insteadOf"
        found[f"GIT_CONFIG_VALUE_{number}"] = address
    return found


@pytest.fixture(scope="session")
def from_address(
    mirror: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """A project of each forge, made from the template at its address. Read them, do not write."""
    folder, made = tmp_path_factory.mktemp("from-address"), {}
    with pytest.MonkeyPatch.context() as patch, local.env(**mirror), rendering.remembering():
        for name, value in mirror.items():
            patch.setenv(name, value)
        for forge in ("github", "gitlab"):
            made[forge] = folder / forge
            copier.run_copy(
                ADDRESS,
                made[forge],
                data={"project_name": "acme-tool", "forge": forge},
                defaults=True,
                quiet=True,
                skip_tasks=True,
                answers_file=".answers.yml",
            )
    return made
