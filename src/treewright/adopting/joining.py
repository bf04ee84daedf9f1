"""What a repository joins with: answers that were inferred, chosen and tried in a copy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml
from pathspec import GitIgnoreSpec

from treewright.adopting import features, stored
from treewright.adopting.errors import RefusedError, UnableError
from treewright.adopting.found import Found, Inferred
from treewright.adopting.inferring import infer
from treewright.adopting.refusals import refusals
from treewright.adopting.same_wheel import Wheel
from treewright.adopting.source import Source
from treewright.adopting.trying import MERGED, Copy, Joined
from treewright.rows import some
from treewright.updating.answers import EMPTY, plain
from treewright.updating.names import Names
from treewright.updating.repository import Repository

# Not the owner's to say here: they follow from the tree, or from --features.
_FOLLOWING = ("joined", "own_files", "own_kinds", "starter", "plugins")
_FIXED: Mapping[str, object] = {"joined": True, "starter": "minimal", "plugins": "none"}
_OF_THE_CODE = ("import_name", "namespace")
_TRIES = 3
_CHANGES = "the wheel would not be the same with it"

# Asks a person for what was not inferred, and for the features; None where nobody is asked.
Ask = Callable[[Inferred], Mapping[str, str]]
Choose = Callable[[Inferred, Sequence[str], Sequence[str]], list[str]]


@dataclass(frozen=True)
class Asked:
    """What the command line asks for.

    Args:
        given: Answers.
        chosen: The features; None where nobody has named them.
        ask: Asks a person for answers; None where nobody is there.
        choose: Asks a person for the features.

    """

    given: Mapping[str, str]
    chosen: Sequence[str] | None = None
    ask: Ask | None = None
    choose: Choose | None = None


@dataclass
class Plan:
    """What joining is going to be.

    Args:
        inferred: What was read of the repository.
        features: The kinds that are Treewright's.
        chosen_by: Who has chosen them.
        own_files: The files that stay the owner's.
        left_out: What is left out for the sake of the wheel, and why.
        joined: What it came to in the copy.
        compared: Whether the wheels of before and after were compared.

    """

    inferred: Inferred
    features: list[str]
    chosen_by: str = ""
    own_files: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    joined: Joined | None = None
    compared: bool = False

    @property
    def done(self) -> Joined:
        """What it came to in the copy, where that was tried."""
        if self.joined is None:
            raise ValueError("joining has not been tried")
        return self.joined

    def answers(self, source: Source) -> dict[str, object]:
        """Give the answers file's content."""
        own_kinds = features.own(self.features)
        found: dict[str, object] = {**self.inferred.values, **_FIXED}
        found |= features.switches(own_kinds, found)
        found |= {"own_files": self.own_files, "own_kinds": own_kinds}
        return {"_commit": EMPTY, "_src_path": source.address, **found}


def check(given: Mapping[str, str], source: Source) -> None:
    """See that answers of the command line are the template's, and that it takes them.

    Raises:
        UnableError: If one is not.

    """
    for name in given:
        if name.startswith("_") or name in _FOLLOWING:
            raise UnableError(
                f"{name} cannot be given: it follows from the repository and from --features."
            )
    if given:
        source.check({"joined": True, **given})


def refusal(source: Source, name: str, value: str) -> str:
    """Say why the template does not take an answer; nothing, where it does."""
    try:
        source.check({"joined": True, name: value})
    except UnableError as error:
        return str(error)
    return ""


def infer_and_ask(repository: Repository, asked: Asked) -> Plan:
    """Infer the answers, and ask for what nothing tells.

    Raises:
        RefusedError: If the repository cannot join.
        UnableError: If a feature was named that the project cannot have.

    """
    project = repository.project
    given = dict(asked.given)
    inferred = infer(project, given)
    open_ = any(found.sure == "contradictory" for found in inferred.answers.values())
    reasons = refusals(project, inferred)
    if asked.ask and (open_ or not reasons):
        given |= asked.ask(inferred)
        inferred = infer(project, given)
        reasons = refusals(project, inferred)
    if reasons:
        raise RefusedError(*reasons, answers=inferred.answers)
    return Plan(
        inferred, *_choose(inferred, asked, features.possible(at_top=not repository.prefix))
    )


def _choose(inferred: Inferred, asked: Asked, possible: Sequence[str]) -> tuple[list[str], str]:
    """Give the features, and who has chosen them."""
    if asked.chosen is not None:
        if wrong := [kind for kind in asked.chosen if kind not in possible]:
            raise UnableError(
                f"{some(wrong)} cannot come into a folder of a repository: that is read at its top"
                " only. Leave it out of --features."
            )
        return [*asked.chosen], "--features"
    usual = features.usual(inferred.kinds, possible)
    if asked.choose:
        return asked.choose(inferred, usual, possible), "the checklist"
    return usual, "what is lacking here"


def settle(plan: Plan, project: Path, copied: Copy) -> None:
    """Take the answers as the template has them, and leave each file that is there to its owner.

    Raises:
        RefusedError: If the template refuses an answer.

    """
    try:
        rendered = copied.source.render(plain(plan.answers(copied.source)))
    except UnableError as error:  # what was given is taken: see check()
        raise RefusedError(_refused(plan, str(error))) from None
    stored_ = yaml.safe_load(rendered[stored.NAME])
    for name, found in plan.inferred.answers.items():
        if name in stored_ and stored_[name] != found.value:
            value = stored_[name]
            plan.inferred.answers[name] = Found(
                value, found.read_from, found.sure, found.alternatives
            )
    seeds = GitIgnoreSpec.from_lines(copied.source.seeds(Names.of(stored_).package_dir))
    plan.own_files = sorted(
        path
        for path in rendered
        if path not in {*MERGED, stored.NAME}
        and not seeds.match_file(path)  # which no update brings
        and is_there(copied, project, path)
    )


def _refused(plan: Plan, why: str) -> str:
    """Say that an answer which was read of the repository is not taken, and what to do."""
    name = why.partition("=")[0]
    found = plan.inferred.answers.get(name)
    where = f" It was read from {found.read_from}." if found else ""
    if name in _OF_THE_CODE:
        return f"{why}.{where} Treewright keeps no package that is imported so."
    return f"{why}.{where} Give another by --answer {name}=VALUE."


def attempt(plan: Plan, copied: Copy) -> None:
    """Join in the copy, and leave out what would clash.

    Raises:
        RefusedError: If something would clash that cannot be left out.

    """
    for _ in range(_TRIES):
        plan.joined = copied.join(plan.answers(copied.source))
        clashing = {path.removeprefix(copied.prefix) for path in plan.joined.clashes}
        if not clashing - {*MERGED} or clashing <= {*plan.own_files}:
            return
        plan.own_files = sorted({*plan.own_files, *clashing} - {*MERGED})


def compare(plan: Plan, copied: Copy, wheel: Wheel) -> None:
    """Compare the wheel of after with that of before, and leave out what makes a difference.

    Raises:
        UnableError: If the machine prevents it.
        RefusedError: If a difference remains.

    """
    if wheel.differences(plan.done.after):
        for path in wheel.causes(plan.done):
            name = path.removeprefix(copied.prefix)
            if name not in {*MERGED, stored.NAME}:
                plan.own_files = sorted({*plan.own_files, name})
                plan.left_out[name] = _CHANGES
        attempt(plan, copied)
    if told := wheel.differences(plan.done.after):
        _without_a_kind(plan, copied, wheel, told)
    plan.compared = True


def _without_a_kind(plan: Plan, copied: Copy, wheel: Wheel, told: Sequence[str]) -> None:
    """Leave out the kind of tool whose tables in pyproject.toml make the difference.

    Raises:
        RefusedError: If none does it alone.

    """
    for kind in plan.features:
        trial = replace(plan, features=[one for one in plan.features if one != kind])
        attempt(trial, copied)
        if not wheel.differences(trial.done.after):
            plan.features, plan.own_files, plan.joined = (
                trial.features,
                trial.own_files,
                trial.joined,
            )
            plan.left_out[kind] = _CHANGES
            return
    raise RefusedError(
        f"The wheel would not be the same: {some(told)}. Choose fewer kinds, by --features."
    )


def is_there(copied: Copy, project: Path, path: str) -> bool:
    """Tell whether the project has a file or a link at a path, tracked or not."""
    place = project / path
    return f"{copied.prefix}{path}" in copied.before or place.is_symlink() or place.exists()
