"""What joining leaves out for the sake of the wheel."""

from unittest.mock import Mock

from treewright.adopting.found import Inferred
from treewright.adopting.joining import Plan, compare


def test_what_is_merged_never_becomes_a_file_of_the_owner() -> None:
    """The answers file and .gitignore cannot be left out, even where they change the wheel."""
    causes = ["notes.md", ".copier-answers.yml", ".gitignore", "pyproject.toml"]
    copied = Mock(prefix="", join=Mock(return_value=Mock(clashes={})))
    wheel = Mock(causes=Mock(return_value=causes), differences=Mock(side_effect=[["a file"], []]))
    plan = Plan(Inferred({}, {}), [], joined=Mock())
    compare(plan, copied, wheel)
    assert plan.own_files == [*plan.left_out] == ["notes.md"]
    assert plan.compared
