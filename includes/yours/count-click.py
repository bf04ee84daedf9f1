@_command.command("count")
@click.argument("words", metavar="WORD...", nargs=-1, required=True)
def _count(words: tuple[str, ...]) -> int:
    """Count words."""
    from . import _commands  # noqa: PLC0415  # see above

    return _commands.count(words)
