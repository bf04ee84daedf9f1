@_app.command("count")
def _count(words: Annotated[list[str], typer.Argument(metavar="WORD")]) -> None:
    """Count words."""
    from . import _commands  # noqa: PLC0415  # see above

    raise typer.Exit(_commands.count(words))
