"""The default run and `--full` share the tests: nothing runs twice, and no test is left out."""

import argparse
import subprocess
import sys
from collections.abc import Sequence

import pytest

import tiers
from rendering import ROOT

# Assertions that nobody will see, and no cache in the repository.
UNSEEN = ("--assert=plain", "-p", "no:cacheprovider")
SMALL = "tests/template/test_running_ci.py"


def begin(*options: str) -> subprocess.Popen[str]:
    """Begin to collect tests, in a process that leaves nothing behind."""
    command = ["pytest", "--collect-only", "--quiet", "-n0", *UNSEEN, *options]
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def collect(*runs: Sequence[str]) -> list[list[str]]:
    """Give the tests that runs with options would have, collected side by side."""
    found = []
    for process in [begin(*options) for options in runs]:
        printed = process.communicate()[0]
        assert process.returncode == 0, printed
        found.append([line for line in printed.splitlines() if "::" in line])
    return found


def function(test: str) -> str:
    return test.partition("[")[0]


def test_every_test_keeps_a_row_in_the_default_run() -> None:
    default, full = collect([], ["--full"])
    assert default
    assert full
    assert not set(default) & set(full)
    assert set(map(function, full)) <= set(map(function, default))


def test_shards_are_parts_of_a_run() -> None:
    whole, first, second = collect([SMALL], [SMALL, "--shard=1/2"], [SMALL, "--shard=2/2"])
    assert sorted(first + second) == sorted(whole)
    assert 0 <= len(first) - len(second) <= 1
    assert [*tiers.part("abcde", 1, 3), *tiers.part("abcde", 2, 3), *tiers.part("abcde", 3, 3)] == [
        *"adbec"
    ]


def test_exhaustive_rows_run_by_themselves() -> None:
    (found,) = collect(["tests/test_merges.py", "--exhaustive"])
    assert found == ["tests/test_merges.py::test_real_packages_lose_nothing[corpus]"]


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "x", "1/x", "-1/3", "1/0", "1/3/4", "²/3", ""])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is no shard: --shard 3/12"):
        tiers.shard(text)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--shard=4/3"], "argument --shard: '4/3' is no shard: --shard 3/12 runs the third"),
        (["--full", "--exhaustive"], "--full and --exhaustive: each is a run by itself"),
    ],
    ids=["shard", "two-tiers"],
)
def test_a_wrong_option_is_an_error_of_usage(options: list[str], sentence: str) -> None:
    process = begin(*options)
    printed = process.communicate()[0]
    assert process.returncode == pytest.ExitCode.USAGE_ERROR
    assert sentence in printed
    assert "Traceback" not in printed


def test_what_is_left_is_named() -> None:
    left = [("test_a", "test_one"), ("test_a", "test_one"), ("test_b", "test_two")]
    assert list(tiers.left_over(left)) == [
        "left to pytest --full: 3 rows of 2 tests",
        "  test_a: one 2; test_b: two 1",
    ]
    assert list(tiers.left_over([])) == []


def test_each_value_is_taken_once_or_by_turns() -> None:
    assert tiers.each_once("ab", "xyz") == [("a", "x"), ("b", "y"), ("a", "z")]
