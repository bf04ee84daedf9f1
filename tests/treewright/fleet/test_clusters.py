"""The same thing in many projects is one row, whatever is each project's own."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treewright.fleet import clusters
from treewright.fleet.clusters import Cluster, Text, gather, own_names
from treewright.fleet.outcomes import Point, Project


def project(name: str, what: str, where: str = "ci.yml", **answers: str) -> Project:
    made = {"import_name": name.replace("-", "_"), "layout": "src", "package": "regular"}
    names = own_names({"project_name": name, **made, **answers})
    return Project(name, points=[Point("conflict", where, what)], names=names)


def behind(clusters: list[Cluster]) -> list[list[str]]:
    return [[one.path for one in cluster.projects] for cluster in clusters]


def test_what_is_each_projects_own_makes_no_difference() -> None:
    (cluster,) = gather(
        project(name, f"import {name.replace('-', '_')}", f"src/{name.replace('-', '_')}/a.py")
        for name in ("acme-tool", "acme-lib-of-many-parts", "x")
    )
    assert (cluster.where, cluster.what) == ("{package_dir}/a.py", "import {import_path}")


def test_a_name_that_is_a_plain_word_splits_nothing() -> None:
    clusters = gather(
        [
            project("python", "python-version: 3.12", python_min="3.11"),
            project("acme-tool", "python-version: 3.12", python_min="3.12"),
            project("version", "python-version: 3.12", python_min="3.13"),
        ]
    )
    assert behind(clusters) == [["python", "acme-tool", "version"]]
    assert clusters[0].what == "python-version: 3.12"


def test_what_differs_otherwise_is_another_row() -> None:
    clusters = gather(
        [
            project("acme-tool", "import acme_tool"),
            project("acme-lib", "import acme_tool, os"),  # of another project
            project("acme-web", "import acme_web, os"),
            project("acme-api", "import acme_api", "cd.yml"),
        ]
    )
    assert sorted(behind(clusters)) == [["acme-api"], ["acme-lib"], ["acme-tool"], ["acme-web"]]


def test_an_answer_that_two_share_may_differ_in_a_third() -> None:
    (cluster,) = gather(
        project(name, f"by {user}", github_user=user)
        for name, user in (("one", "acme"), ("two", "acme"), ("three", "other"))
    )
    assert cluster.what == "by {github_user}"


def test_a_word_that_one_project_only_happens_to_have_is_no_answer() -> None:
    """A third, whose name stands there, is another row, in whatever order they come."""
    texts = {"python": "use python", "zoo": "use python", "acme": "use acme"}
    for order in permutations(texts):
        rows = behind(gather(project(name, texts[name]) for name in order))
        assert sorted(map(len, rows)) == [1, 2]
        assert sorted(["acme", "zoo"]) not in map(sorted, rows)


def test_each_text_is_compared_with_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fleet in which everybody edits something else takes no square of the time."""
    compared, compare = [], clusters.common

    def counting(one: Text, other: Text) -> Text | None:
        compared.append(one)
        return compare(one, other)

    monkeypatch.setattr(clusters, "common", counting)
    alone = "a line like no other"
    found = gather(project(f"acme-{n}", f"of acme-{n}: {alone} {n * 7}x") for n in range(200))
    assert len(found) == 200
    assert len(compared) < 400
    same = gather(project(f"acme-{n}", f"of acme-{n}: {n % 5} of some") for n in range(200))
    assert [len(cluster.projects) for cluster in same] == [40] * 5
    assert len(compared) < 1000


def test_what_needs_a_person_comes_first_and_then_what_most_have() -> None:
    projects = [project(name, "clash") for name in ("a1", "b1")]
    projects += [project("c1", "another")]
    rule = Point("rule", "pyproject.toml: key", "the template has 1", person=False)
    for one in projects:
        one.points.append(rule)
    clusters = gather(projects)
    assert [(one.point.person, len(one.projects)) for one in clusters] == [
        (True, 2),
        (True, 1),
        (False, 3),
    ]
    assert [one.number for one in clusters] == [1, 2, 3]


_NAMES = st.lists(
    st.from_regex(r"[a-z]{2,5}(-[a-z]{2,5}){0,2}", fullmatch=True), min_size=2, unique=True
)
_AROUND = st.text(alphabet="abc-_. :{}\n", max_size=20)


@settings(max_examples=30, deadline=None)
@given(names=_NAMES, before=_AROUND, after=_AROUND)
def test_one_text_of_each_project_is_one_row(names: list[str], before: str, after: str) -> None:
    """What the template writes of each project's name is the same thing."""
    clusters = gather(project(name, f"{before} {name} {after}") for name in names)
    assert sum(len(cluster.members) for cluster in clusters) == len(names)
    assert len(clusters) == 1
