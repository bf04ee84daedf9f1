"""Every combination of shape answers renders to what the answers promise."""

def test_default(render):
    project = render()
    assert (project / "src/acme_tool/__init__.py").is_file()
