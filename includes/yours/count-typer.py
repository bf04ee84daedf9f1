@_app.command("count")
def _count(words: Annotated[list[str], typer.Argument(metavar="WORD")]) -> None:
    """Count words."""
    raise typer.Exit(_commands.count(words))
