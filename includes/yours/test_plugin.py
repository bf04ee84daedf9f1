"""A host finds the plugin by its entry point, and calls it; no host has to be installed."""

from importlib.metadata import entry_points


def test_is_found_and_runs() -> None:
    (point,) = entry_points(group="{{ plugin_group }}", name="{{ plugin_name }}")
    assert point.load().run("to be or not") == 4
