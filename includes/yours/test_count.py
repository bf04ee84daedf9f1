def test_count(run: Run) -> None:
    assert run("count", "to", "be or not") == (0, "4\n", "")
