"""What holds for every merge of pyproject.toml, whatever the files say and look like."""

import tomllib
from random import Random
from typing import NamedTuple

from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

import tomls
from treewright.toml_merge import UnmergeableError, lost, merge
from treewright.toml_merge.meaning import Merge, same
from treewright.toml_merge.syntax import Document

_FEW = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


class Sides(NamedTuple):
    """Three sides of a file, as data and as text."""

    data: tuple[tomls.Data, tomls.Data, tomls.Data]
    texts: tuple[str, str, str]


@st.composite
def sides(draw: st.DrawFn) -> Sides:
    random = Random(draw(st.integers(0, 2**32)))  # noqa: S311  # no secret
    base = tomls.data(random) if random.random() < 0.85 else {}
    ours, theirs = tomls.edited(random, base), tomls.edited(random, base)
    like = random.randrange(2**32)
    styles = [like, random.choice([like, like + 1]), random.choice([like, like + 2])]
    marks = ["template", "user", "template"]
    made = (base, ours, theirs)
    base_text, ours_text, theirs_text = map(tomls.write, made, styles, marks)
    for data, text in zip(made, (base_text, ours_text, theirs_text), strict=True):
        assert same(tomllib.loads(text), data), "the test itself writes what it means"
    return Sides(made, (base_text, ours_text, theirs_text))


@st.composite
def joining(draw: st.DrawFn) -> tuple[str, str]:
    """A file of few tables that the template did not write, and what the template has."""
    random = Random(draw(st.integers(0, 2**32)))  # noqa: S311  # no secret
    ours, theirs = tomls.data(random), tomls.data(random)
    kept = random.sample(sorted(ours), random.randrange(len(ours) + 1))
    ours = {name: part for name, part in ours.items() if name in kept}
    seed = random.randrange(2**32)
    return tomls.write(ours, seed, "user"), tomls.write(theirs, seed + 1, "template")


@_FEW
@given(joining())
def test_any_file_can_join(two: tuple[str, str]) -> None:
    """Whichever tables it lacks: all that is not the owner's alone comes to it."""
    ours, theirs = two
    done = merge("", ours, theirs)
    assert lost({}, tomllib.loads(ours), tomllib.loads(done.text)) == []


@_FEW
@given(sides())
def test_nothing_of_the_users_is_lost(three: Sides) -> None:
    base, ours, theirs = three.texts
    try:
        done = merge(base, ours, theirs)
    except UnmergeableError:
        reject()
    gone = [clash.key for clash in done.clashes if not clash.kept]
    before, here, _ = three.data
    after = tomllib.loads(done.text)
    assert set(lost(before, here, after)) <= set(gone) <= {"project.version"}
    assert {text for text in Document(ours).comments if "user" in text} <= set(
        Document(done.text).comments
    )


@_FEW
@given(sides())
def test_the_order_of_the_users_stays(three: Sides) -> None:
    base, ours, theirs = three.texts
    try:
        done = merge(base, ours, theirs)
    except UnmergeableError:
        reject()
    before, after = (list(Document(text).entries) for text in (ours, done.text))
    stayed = [path for path in before if path in after]
    assert [path for path in after if path in stayed] == stayed


@_FEW
@given(sides())
def test_a_merge_is_idempotent(three: Sides) -> None:
    base, ours, theirs = three.texts
    try:
        done = merge(base, ours, theirs)
    except UnmergeableError:
        reject()
    assert merge(theirs, done.text, theirs).text == done.text
    again = merge(base, done.text, theirs)
    assert same(tomllib.loads(again.text), tomllib.loads(done.text))


@_FEW
@given(sides())
def test_what_one_side_left_alone_is_the_other(three: Sides) -> None:
    base, ours, theirs = three.texts
    assert merge(base, ours, base).text == ours
    assert merge(base, base, theirs).text == theirs
    before, here, after = three.data
    assert same(Merge(before, here, before).data, here)
    assert same(Merge(before, before, after).data, after)
    assert same(Merge(before, here, here).data, here)


@_FEW
@given(sides())
def test_few_layouts_are_refused(three: Sides) -> None:
    """A refusal is safe, but no way out: of these odd files, one in a hundred is refused."""
    base, ours, theirs = three.texts
    try:
        merge(base, ours, theirs)
    except UnmergeableError as error:
        assert "would have lost # " in str(error)  # noqa: PT017  # a comment within a value
