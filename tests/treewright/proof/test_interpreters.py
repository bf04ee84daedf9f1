"""requires-python is read as the specification of version specifiers says."""

import pytest

from treewright.proof.interpreters import satisfies


@pytest.mark.parametrize(
    ("specifiers", "satisfied"),
    [
        ("", True),
        (">=3.11", True),
        (">=3.11,<4", True),
        (">= 3.11.7 , < 4.0", True),
        (">=3.11.8", False),
        (">3.11", True),
        (">3.11.7", False),
        ("<3.12", True),
        ("<=3.11", False),
        ("==3.11.*", True),
        ("==3.10.*", False),
        ("==3.11", False),
        ("!=3.11.*", False),
        ("!=3.10.*,>=3.9", True),
        ("~=3.10", True),
        ("~=3.11.2", True),
        ("~=3.12", False),
    ],
)
def test_satisfies(specifiers: str, *, satisfied: bool) -> None:
    assert satisfies((3, 11, 7), specifiers) is satisfied
